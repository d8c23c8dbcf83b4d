"""The languages in which a batch is transcribed, and the columns that are options, in words. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from scribekit.base.options.checks import Options, list_at

_MOST_SHOWN = 5


def language_asked(options: Options) -> str:
    """Return the language that the options of a job ask for: its code or codes, or "detected".

    Example:
        >>> language_asked({"language_code": "fr"}), language_asked({"language_codes": ["en", "es"]}), language_asked({})
        ('fr', 'en and es', 'detected')
    """
    codes = [options["language_code"]] if options.get("language_code") else list_at(options, "language_codes")
    return " and ".join(map(str, codes)) or "detected"


def languages_said(jobs: Iterable[tuple[Options, int]]) -> str:
    """Return the languages of a batch, with their numbers of recordings if there are several, the most frequent first.

    Args:
        jobs: Options of jobs, and how many recordings have them.

    Example:
        >>> languages_said([({}, 12)]), languages_said([({"language_code": "fr"}, 2), ({}, 3)])
        ('language: detected', 'languages: detected 3, fr 2')
    """
    counts: Counter[str] = Counter()
    for options, count in jobs:
        counts[language_asked(options)] += count
    if len(counts) <= 1:
        return f"language: {next(iter(counts), 'none')}"
    shown = [f"{name} {count:,}" for name, count in counts.most_common(_MOST_SHOWN)]
    more = f" and {len(counts) - _MOST_SHOWN} more" if len(counts) > _MOST_SHOWN else ""
    return f"languages: {', '.join(shown)}{more}"


def with_columns_said(languages: str, columns: Sequence[str]) -> str:
    """Return what is said of the languages, with the columns of the table that are taken as options, if there are any.

    Example:
        >>> with_columns_said("language: fr", ["domain"]), with_columns_said("language: fr", [])
        ('language: fr; options by row: domain', 'language: fr')
    """
    return f"{languages}; options by row: {', '.join(columns)}" if columns else languages
