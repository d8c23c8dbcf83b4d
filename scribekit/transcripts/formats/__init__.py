"""Export formats, one module each: a document in, text out. Pure. A new format is one module and one line here."""

from __future__ import annotations

from collections.abc import Iterable

from scribekit.base.errors import OptionError, nearest
from scribekit.base.names import names_of
from scribekit.transcripts.formats import json, markdown, speakers, srt, txt, vtt
from scribekit.transcripts.formats.document import Document, Format

__all__ = ["FORMATS", "Document", "Format", "resolve"]

FORMATS: dict[str, Format] = {
    found.name: found
    for found in (
        Format("txt", ".txt", txt.render),
        Format("srt", ".srt", srt.render, needs_times=True),
        Format("vtt", ".vtt", vtt.render, needs_times=True),
        Format("speakers", ".speakers.txt", speakers.render, needs_times=True),
        Format("json", ".json", json.render, is_of_words=False),
        Format("markdown", ".md", markdown.render, is_of_words=False),
    )
}


def resolve(names: str | Iterable[str]) -> list[Format]:
    """Return the formats of these names, each once, in the order given.

    Args:
        names: One name or several.

    Raises:
        OptionError: A name is unknown, or no name was given.

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
    return [FORMATS[name] for name in wanted]
