"""Export formats, one module each: a document in, text out. Pure. A new format is one module and one line here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from scribekit.base.errors import OptionError, nearest
from scribekit.base.names import names_of
from scribekit.transcripts.formats import json, markdown, speakers, srt, txt, vtt
from scribekit.transcripts.formats.document import Document, Format

__all__ = ["FORMATS", "Document", "Format", "resolve"]

FORMATS: dict[str, Format] = {
    found.name: found
    for found in (
        Format("txt", ".txt", txt.render),
        Format("srt", ".srt", srt.render, needs_times=True, options={"speakers": False}),
        Format("vtt", ".vtt", vtt.render, needs_times=True, options={"speakers": True}),
        Format("speakers", ".speakers.txt", speakers.render, needs_times=True),
        Format("json", ".json", json.render, is_of_words=False),
        Format("markdown", ".md", markdown.render, is_of_words=False),
    )
}


def resolve(names: str | Iterable[str], options: Mapping[str, Mapping[str, bool]] | None = None) -> list[Format]:
    """Return the formats of these names, each once, in the order given, with their options.

    Args:
        names: One name or several.
        options: Name of a format → its options, as ``{"srt": {"speakers": True}}``.

    Raises:
        OptionError: A name is unknown, or no name was given; or there is no such option, or its value is not a bool.

    Example:
        >>> [found.suffix for found in resolve(["srt", "txt", "srt"])]
        ['.srt', '.txt']
    """
    wanted = list(dict.fromkeys(names_of(names, "formats")))
    if not wanted:
        raise OptionError(f"No export format was named. Known are: {', '.join(FORMATS)}.")
    for name in wanted:
        if name not in FORMATS:
            raise OptionError(f"There is no export format {name!r}.{nearest(str(name), FORMATS)}")
    chosen: Any = {} if options is None else options
    if not isinstance(chosen, Mapping):
        raise OptionError(f"options= is {type(chosen).__name__}. Write the options by format, as {{'srt': {{'speakers': True}}}}.")
    for name in chosen:
        if name not in wanted:
            raise OptionError(f"There are options for {name!r}, but that is not among the formats: {', '.join(wanted)}.")
    return [_with_options(FORMATS[name], chosen.get(name) or {}) for name in wanted]


def _with_options(form: Format, options: Any) -> Format:
    """Return a format that is rendered with these options."""
    if not isinstance(options, Mapping):
        raise OptionError(f"The options of {form.name!r} are {options!r}. Write them as {{'speakers': True}}.")
    for name, value in options.items():
        if name not in form.options:
            known = nearest(str(name), form.options) if form.options else " It has none."
            raise OptionError(f"The format {form.name!r} has no option {name!r}.{known}")
        if not isinstance(value, bool):
            raise OptionError(f"The option {name!r} of {form.name!r} is True or False, not {value!r}.")
    return replace(form, render=partial(form.render, **options)) if options else form
