"""Write docs/options.md: every option with its type, rules and models, and what the embedded service does with it.

``python tools/write_option_docs.py`` writes the page. With ``--check`` it writes nothing, and exits with code 1 when the page is old.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

from scribekit.base.options import NESTED, OPTIONS, RULES, Option, Outcome, Role
from scribekit.service.recognisers.abilities import Ability
from scribekit.service.recognisers.openai.abilities import ABILITIES as OPENAI
from scribekit.service.recognisers.pocketsphinx.abilities import ABILITIES as POCKETSPHINX
from scribekit.service.recognisers.scripted.abilities import ABILITIES as SCRIPTED
from scribekit.service.recognisers.whisper.abilities import of_languages

WHISPER = of_languages(frozenset({"en", "…"}))
PAGE = Path(__file__).parent.parent / "docs" / "options.md"

INTRODUCTION = """\
# Options

<!-- Written by tools/write_option_docs.py from scribekit/base/options and the abilities of the recognisers: change it there. -->

Every option of a transcription, as AssemblyAI documented it in August to November 2026. There are three ways to give one; a later one
overrides an earlier:

1. `aai.TranscriptionConfig(…)`, for what the SDK knows. The SDK silently removes *parts* of options that it does not know (`action_items`,
   `force_translation` …) when the configuration is made: give such an option whole, as in 2.
2. `options={"name": value}` of `sk.submit_batch`, `sk.estimate_cost` and `sk.plan`, for everything else. It is recorded and sent as given;
   names that are not on this page are allowed, unless they are nearly one that is.
3. A manifest column with the option's name, for its row. An empty cell overrides nothing. Objects are written as JSON. Lists are JSON too,
   or items separated by `;` or line breaks, or by commas where the items are identifiers. A `language_code` in a cell switches the
   configuration's detection off for its row.

Webhooks are given as `webhook=sk.Webhook(…)` to `sk.submit_batch` and `sk.collect`.

The rules are checked before the first byte: a wrong configuration is an `OptionError`, a row with a wrong combination is refused. The
embedded service answers 400 to a request that breaks a rule. AssemblyAI's own answer is documented only where its sentence is quoted here,
or where the rule says *refused*.

The last line of each option says what the embedded service does with it. *Done*: it has its effect. *Marked*: the transcript is made
without it, and says so in `metadata.warnings`. *Refused*: the request is answered with 400. `whisper` (with a model that knows several
languages) and `pocketsphinx` listen, `openai` has an OpenAI-compatible server listen, `scripted` invents its words.
"""

ROLES = {
    Role.JOB: "The job",
    Role.DELIVERY: "Webhooks",
    Role.RECORDING: "The recording",
    Role.REPLACED: "Older forms",
    Role.NO_EFFECT: "Without effect",
}


def page() -> str:
    """Return the whole page."""
    parts = [INTRODUCTION]
    for role, heading in ROLES.items():
        parts += [f"## {heading}\n", *(_section(option) for option in OPTIONS.values() if option.role is role)]
    return "\n".join(parts)


def _section(option: Option) -> str:
    lines = [f"### {option.name}", "", f"{option.meaning}.{' Deprecated.' if option.is_deprecated else ''}", ""]
    lines += [f"- {name}: {text}" for name, text in _facts(option)]
    return "\n".join(lines) + "\n"


def _facts(option: Option) -> Iterator[tuple[str, str]]:
    yield "type", f"{option.kind}{f', {option.takes}' if option.takes else ''}"
    if option.values:
        yield "values", ", ".join(f"`{value}`" for value in option.values)
    for path, names in NESTED.items():
        if path.partition(".")[0] == option.name:
            yield f"parts of `{path}`", ", ".join(f"`{name}`" for name in names)
    yield "models", _models(option)
    for rule in RULES:
        if rule.options[0] == option.name:
            yield "rule", rule.sentence + _outcome(rule.outcome, rule.literal)
    engines = {"whisper": WHISPER, "openai": OPENAI, "pocketsphinx": POCKETSPHINX, "scripted": SCRIPTED}
    yield "embedded service", "; ".join(f"`{name}` {_ability(known[option.name])}" for name, known in engines.items())


def _models(option: Option) -> str:
    if option.models is None:
        return "all"
    unstated = f"; not stated for {', '.join(f'`{model}`' for model in option.unstated)}" if option.unstated else ""
    return ", ".join(f"`{model}`" for model in option.models) + unstated


def _outcome(outcome: Outcome, literal: str | None) -> str:
    said = f" AssemblyAI says: `{literal.replace('{}', '…').replace('{models}', '…')}`" if literal else ""
    return {Outcome.REFUSED: " *Refused.*", Outcome.IGNORED: " *Without it, it is ignored.*", Outcome.UNSTATED: ""}[outcome] + said


def _ability(ability: Ability) -> str:
    return f"*{ability.treatment}*{f' ({ability.note})' if ability.note else ''}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="write nothing; fail when the page is out of date")
    wanted = page()
    if not parser.parse_args().check:
        PAGE.write_text(wanted, encoding="utf-8")
    elif not PAGE.exists() or PAGE.read_text(encoding="utf-8") != wanted:
        sys.exit("docs/options.md is out of date. Run `python tools/write_option_docs.py`.")


if __name__ == "__main__":
    main()
