"""The options of a transcription job, as the service documents them: what there is, and what goes with what. Pure.

:mod:`~scribekit.base.options.table` lists every option of ``POST /v2/transcript`` with its type and limits;
:mod:`~scribekit.base.options.rules` says which options need, exclude or limit each other. The client checks a batch by them before the
first byte, the embedded service checks each request by them, and ``docs/options.md`` is written from them. Neither list is closed: the
service may have newer options, which the client sends when they are given by ``options=``.
"""

from scribekit.base.options.checks import base_language, is_too_short_for_threshold, value_at
from scribekit.base.options.languages import languages_said, with_columns_said
from scribekit.base.options.near_columns import meant_option
from scribekit.base.options.rules import RULES, Outcome, Rule, Violation, first_violation, violations
from scribekit.base.options.table import (
    NESTED,
    OPTIONS,
    Kind,
    Option,
    Role,
    kind_problem,
    value_problem,
    wrong_name,
    wrong_part,
)

__all__ = [
    "NESTED",
    "OPTIONS",
    "RULES",
    "Kind",
    "Option",
    "Outcome",
    "Role",
    "Rule",
    "Violation",
    "base_language",
    "first_violation",
    "is_too_short_for_threshold",
    "kind_problem",
    "languages_said",
    "meant_option",
    "value_at",
    "value_problem",
    "violations",
    "with_columns_said",
    "wrong_name",
    "wrong_part",
]
