"""Addresses of pages that show or play a recording, which are not the recording itself. Pure; they are rows of ``pages.toml``."""

from __future__ import annotations

import functools
import re
import tomllib
from importlib import resources
from urllib.parse import parse_qs, urlsplit

_DOWNLOAD = "Download the recording, where its owner allows that, and give the path of the file."
_DIRECT = {"dl": {"1"}, "raw": {"1", "true"}, "download": {"1", "true"}, "export": {"download"}}


def page_advice(address: str) -> str | None:
    """Return what an address leads to instead of a recording, and what to do; None where it may be the recording itself.

    Example:
        >>> page_advice("https://www.dropbox.com/s/x1/talk.mp3?dl=0")
        "The address leads to a page of Dropbox. Write 'dl=1' at its end instead of 'dl=0', or download the file and give its path."
        >>> page_advice("https://www.dropbox.com/s/x1/talk.mp3?dl=1") is None
        True
    """
    try:
        parts = urlsplit(address)
        host, query = parts.hostname or "", parse_qs(parts.query)
    except ValueError:
        return None
    if any(values & set(query.get(name, ())) for name, values in _DIRECT.items()):
        return None
    for known_host, path, what, advice in _known():
        if known_host.fullmatch(host) and path.fullmatch(parts.path):
            return f"The address leads to {what}. {_DOWNLOAD if advice == 'download' else advice}"
    return None


@functools.cache
def _known() -> tuple[tuple[re.Pattern[str], re.Pattern[str], str, str], ...]:
    rows = tomllib.loads(resources.files("scribekit.recordings").joinpath("pages.toml").read_text("utf-8"))["pages"]
    patterns = ((re.compile(row["host"], re.IGNORECASE), re.compile(row["path"], re.IGNORECASE), row) for row in rows)
    return tuple((host, path, row["what"], row["advice"]) for host, path, row in patterns)
