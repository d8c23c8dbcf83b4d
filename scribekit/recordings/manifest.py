"""The rules of a manifest: the ids of recordings, and the problems because of which one cannot be sent. Pure.

A recording's id is readable, stable and unique within its table:

=====================  ==============================================================================================
source                 recording_id
=====================  ==============================================================================================
relative path          the path as written, POSIX separators, NFC, extension kept: ``2019/interview.mp3``
path that goes up      the same without its leading ``../``, and ``~`` with 6 hex digits of what was removed
absolute path          ``<folder>/<name>~`` with 6 hex digits of the hash of the whole folder
URL                    ``host/path``, and ``~`` with 6 hex digits of the hash of the query, without its signature, when there is one
none                   ``row-<n>``, counted from 1
=====================  ==============================================================================================

An id that is already taken gets ``#2``, ``#3`` … appended.
"""

from __future__ import annotations

import hashlib
import math
import posixpath
import re
import unicodedata
from collections import Counter
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from scribekit.base import contract
from scribekit.base.addresses import masked
from scribekit.base.errors import ManifestError, nearest
from scribekit.base.signed_addresses import without_signature
from scribekit.recordings.lengths import WRITE, length_columns, read_lengths
from scribekit.recordings.pages import page_advice

if TYPE_CHECKING:
    import pandas as pd

SOURCE_NAMES = ("source", "path", "file", "url", "audio_url")
"""The names that the column with the recordings may have."""

PROBED_ONLY = frozenset({"tracks", "starts_at_s", "warning", "problem"})
"""Columns of a manifest that are never taken from the user's table."""
OF_A_MANIFEST = frozenset({"recording_id", "source", "sha256", "codec", "problem"})
"""A table with these columns is a manifest that was written to a file, or changed."""

PROBLEMS = {
    "no_source": "The row has no recording. Fill in its path or http(s) URL, or drop the row.",
    "bad_url": "{detail} The service fetches only http(s) addresses of the audio itself: give such a URL, or download the file.",
    "page": "{detail} The service fetches only the audio itself.",
    "bad_length": "The length {detail} cannot be read. " + WRITE,
    "missing": "There is no file at {detail!r}. Check the spelling and the folder that relative paths start from.",
    "is_folder": "{detail!r} is a folder. List its recordings with sk.scan().",
    "unreadable": "The file cannot be read: {detail}. Give yourself access to it, or copy it elsewhere.",
    "empty": "The file has 0 bytes. Copy or download it again.",
    "no_audio": "{detail} Put the recording itself in its place, or drop the row.",
    "corrupt": "The audio cannot be decoded ({detail}); the file may be cut off or damaged. Copy or convert it again.",
    "too_short": "The audio lasts {detail}; the service takes nothing under 160 ms. Drop the row.",
    "too_long": "The audio lasts {detail}; the service takes at most 10 h. Split it.",
    "too_large": "The file has {detail}; uploads may have at most 2.2 GB. Compress it (mp3, opus), or give it as a URL.",
    "duplicate": "The same audio as {detail!r}, whose transcript it shares: it is neither sent nor paid for again.",
}
"""Kind of problem → the message that says what was found and what to do."""

_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+://|https?:/", re.IGNORECASE)  # a path library makes one slash of two
_DRIVE = re.compile(r"[A-Za-z]:/")
_HINTS = {"file": "write the path itself", "s3": "make a presigned https URL of it", "gs": "make a signed https URL of it"}


@dataclass(frozen=True, slots=True)
class Facts:
    """The facts about one file, as probed.

    Attributes:
        duration_s: Where the sound ends, in seconds from the start of the recording, or None when it is unknown.
        size_bytes: Size of the file.
        channels: Number of audio channels.
        sample_rate_hz: Sample rate.
        codec: Audio codec as FFmpeg names it.
        sha256: SHA-256 of the file's bytes, hexadecimal.
        tracks: How many tracks of sound the file has.
        starts_at_s: When the sound starts, in seconds after the picture.
        warning: What is odd about a file that can be sent, as "kind: sentence" (:data:`scribekit.recordings.measure.WARNINGS`).
        failure: A kind of :data:`PROBLEMS` when the file cannot be used.
        detail: The detail in the message of that problem.
    """

    duration_s: float | None = None
    size_bytes: int | None = None
    channels: int | None = None
    sample_rate_hz: int | None = None
    codec: str | None = None
    sha256: str | None = None
    tracks: int | None = None
    starts_at_s: float | None = None
    warning: str | None = None
    failure: str | None = None
    detail: str = ""


def source_column(columns: Iterable[object]) -> str:
    """Return the one column that names the recordings.

    Raises:
        ManifestError: There is none, or more than one.

    Example:
        >>> source_column(["title", "path"])
        'path'
    """
    names = [str(column) for column in columns]
    found = [name for name in names if name in SOURCE_NAMES]
    if len(found) == 1:
        return found[0]
    if found:
        raise ManifestError(f"Several columns could name the recordings: {', '.join(found)}. Keep one of them, or rename the others.")
    hints = [f"{name!r}:{hint}" for name in names if (hint := nearest(name.lower(), SOURCE_NAMES)).startswith(" Did")]
    raise ManifestError(
        f"No column names the recordings. Found: {', '.join(names) or 'no columns'}. "
        f"Expected one called {', '.join(SOURCE_NAMES[:-1])} or {SOURCE_NAMES[-1]}.{' ' if hints else ''}{' '.join(hints)}"
    )


def renamed_columns(columns: Iterable[object]) -> dict[str, str]:
    """Return new names for a user's columns that are called as one that only a probe fills; none for a manifest that was made here.

    Example:
        >>> renamed_columns(["path", "warning", "title"])
        {'warning': 'warning_given'}
    """
    names = {str(column) for column in columns}
    if names >= OF_A_MANIFEST:
        return {}
    found = {}
    for name in sorted(names & PROBED_ONLY):
        free = f"{name}_given"
        while free in names:
            free += "_given"
        found[name] = free
    return found


def table_of_recordings(manifest: Any) -> pd.DataFrame:
    """Return a manifest, or any frame or list of dicts that has lengths or sources, as a frame with lengths in ``duration_s``.

    A length that cannot be read is the ``problem`` of its row.

    Raises:
        ManifestError: It is not a table, has neither a length nor a source, or has lengths none of which can be read.
    """
    import pandas as pd

    if isinstance(manifest, (str, bytes)) or not isinstance(manifest, (pd.DataFrame, Mapping, Iterable)):
        raise ManifestError(f"Expected a table of recordings, found {manifest!r}. Make one with sk.scan() or sk.read_manifest().")
    frame = manifest if isinstance(manifest, pd.DataFrame) else pd.DataFrame(manifest if isinstance(manifest, Mapping) else list(manifest))
    if len(frame) and not length_columns(frame.columns) and not {*SOURCE_NAMES} & set(frame.columns):
        raise ManifestError(
            f"Found neither a length nor a source among the columns {', '.join(map(str, frame.columns))}. "
            "Expected 'duration_s', 'duration' or 'length', or the table that sk.scan() or sk.read_manifest() gives."
        )
    read = with_lengths(frame)
    unread = [row for row, cell in enumerate(read["problem"].tolist()) if isinstance(cell, str) and split_problem(cell)[0] == "bad_length"]
    if unread and not read["duration_s"].notna().any():
        _, message = split_problem(read["problem"].tolist()[unread[0]])
        raise ManifestError(f"No length in the table can be read. In row {unread[0] + 1}: {message}")
    return read


def with_lengths(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a table with the lengths of all its length columns, in seconds, in ``duration_s``, and with a column ``problem``.

    A length that cannot be read is the problem of its row, if it has no other.

    Example:
        >>> import pandas as pd
        >>> with_lengths(pd.DataFrame({"duration": ["1:00:00", "soon"]}))["problem"].tolist()[1]
        "bad_length: The length 'soon' (column 'duration') cannot be read. Write seconds (2710.5), mm:ss (45:10) or h:mm:ss (0:45:10)."
    """
    import pandas as pd

    lengths, unread = read_lengths(frame)
    problems = frame["problem"].tolist() if "problem" in frame.columns else [None] * len(frame)
    for row, sentence in unread.items():
        if not isinstance(problems[row], str) or not problems[row]:
            problems[row] = problem("bad_length", sentence)
    seconds = pd.Series(lengths, index=frame.index, dtype="float64")
    return frame.assign(duration_s=seconds, problem=pd.Series(problems, index=frame.index, dtype="str"))


def durations_s(table: pd.DataFrame) -> pd.Series[float]:
    """Return the lengths in seconds of a table that :func:`with_lengths` has read; NaN where one is not known."""
    return numbers(table, "duration_s")


def numbers(frame: pd.DataFrame, column: str) -> pd.Series[float]:
    """Return a column as floats; NaN where it has no number, and everywhere when there is no such column."""
    import pandas as pd

    if column not in frame.columns:
        return pd.Series(math.nan, index=frame.index, dtype="float64")
    return pd.to_numeric(frame[column], errors="coerce").astype("float64")


def is_url(source: str) -> bool:
    """Return whether a source is an address (of any scheme, well-formed or not) rather than a path.

    Example:
        >>> is_url("https://example.org/a.mp3"), is_url("ftp://example.org/a.mp3"), is_url("C:/a.mp3")
        (True, True, False)
    """
    return _URL.match(source) is not None


def public_source(source: str) -> str:
    """Return a source as it is shown and exported: a path as it is, an address without what may be a secret.

    Example:
        >>> public_source("https://example.org/talk.mp3?X-Amz-Signature=4f2a"), public_source("calls/a?.mp3")
        ('https://example.org/talk.mp3?…', 'calls/a?.mp3')
    """
    return masked(source) if is_url(source) else source


def with_public_sources(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a manifest with its sources as they are shown; see :func:`public_source`. Cells that are not text stay as they are."""
    import pandas as pd

    if "source" not in frame:
        return frame
    shown = [public_source(source) if isinstance(source, str) else source for source in frame["source"].tolist()]
    return frame.assign(source=pd.Series(shown, index=frame.index, dtype=frame["source"].dtype))


def recording_id(source: str) -> str:
    """Return the id of a single source; :func:`recording_ids` makes the ids of a whole table unique.

    Example:
        >>> recording_id("2019/interview.mp3")
        '2019/interview.mp3'
        >>> recording_id("https://example.org/talks/a%20b.mp3?key=1")
        'example.org/talks/a b.mp3~5d5a2f'
        >>> recording_id("../calls/a.mp3")
        'calls/a.mp3~fa0849'
    """
    if is_url(source):
        return _url_id(source)
    path = posixpath.normpath(unicodedata.normalize("NFC", source).replace("\\", "/"))
    if path.startswith("/") or _DRIVE.match(path):
        parent, _, name = path.rpartition("/")
        return f"{posixpath.basename(parent)}/{name}~{_short_hash(parent)}".lstrip("/")
    kept = re.sub(r"^(\.\.(/|$))+|^\.$", "", path)
    removed = path.removesuffix(kept)
    return f"{kept or 'folder'}~{_short_hash(removed)}" if removed else kept


def _url_id(url: str) -> str:
    address, _, query = re.split(":/+", without_signature(url), maxsplit=1)[1].partition("#")[0].partition("?")
    host, _, path = address.partition("/")
    parts = [host.rpartition("@")[2].lower(), *unicodedata.normalize("NFC", unquote(path)).split("/")]
    name = "/".join(part for part in parts if part not in {"", ".", ".."}) or "url"
    return f"{name}~{_short_hash(query)}" if query else name


def _short_hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:6]


def recording_ids(sources: Sequence[str | None]) -> list[str]:
    """Return a unique id for every source, in order; see the rule at the top of this module.

    Example:
        >>> recording_ids(["a.mp3", "a.mp3", None])
        ['a.mp3', 'a.mp3#2', 'row-3']
    """
    ids = [f"row-{row}" if source is None else recording_id(source) for row, source in enumerate(sources, start=1)]
    taken: set[str] = set()
    reserved = set(ids)
    last: dict[str, int] = {}
    unique = []
    for name in ids:
        chosen = name
        while chosen in taken or (chosen != name and chosen in reserved):
            last[name] = last.get(name, 1) + 1
            chosen = f"{name}#{last[name]}"
        taken.add(chosen)
        unique.append(chosen)
    return unique


def check_ids(ids: Sequence[str | None]) -> list[str]:
    """Return the ids that the user gave, if none is missing and no two are equal.

    Raises:
        ManifestError: An id is missing or repeated; the message names the rows or the ids.
    """
    missing = [str(row) for row, name in enumerate(ids, start=1) if name is None]
    if missing:
        raise ManifestError(f"recording_id is empty in row {_few(missing)}. Fill it in, or drop the column to have ids made.")
    if with_nul := [repr(name) for name in ids if name is not None and "\0" in name]:
        raise ManifestError(f"recording_id cannot hold the character NUL; these do: {_few(with_nul)}. Correct them.")
    repeated = [repr(name) for name, count in Counter(ids).items() if count > 1]
    if repeated:
        raise ManifestError(f"recording_id must be unique; these come more than once: {_few(repeated)}.")
    return [name for name in ids if name is not None]


def check_unicode(cells: Iterable[Any], where: str = " among the names of the columns") -> None:
    """Check that texts are valid Unicode, so that every table and file can hold them.

    Args:
        cells: Texts, and other values, which are not checked.
        where: What the error says of their place.

    Raises:
        ManifestError: A text has half of a character (a lone surrogate).
    """
    for cell in cells:
        try:
            if isinstance(cell, str):
                cell.encode()
        except UnicodeEncodeError:
            raise ManifestError(f"{cell!a}{where} has half of a character, which no table can hold. Correct the text.") from None


def _few(names: Sequence[str]) -> str:
    return ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")


def problem(kind: str, detail: str = "") -> str:
    """Return a cell of the column ``problem``.

    Example:
        >>> problem("too_short", "20 ms")
        'too_short: The audio lasts 20 ms; the service takes nothing under 160 ms. Drop the row.'
    """
    return f"{kind}: {PROBLEMS[kind].format(detail=masked(detail))}"


def split_problem(text: str) -> tuple[str, str]:
    """Return the kind and the message in a cell of the column ``problem``.

    Example:
        >>> split_problem("empty: The file has 0 bytes.")
        ('empty', 'The file has 0 bytes.')
    """
    kind, _, message = text.partition(": ")
    return kind, message


def url_problem(url: str, duration_s: float | None = None) -> str | None:
    """Return the problem because of which an address cannot be sent, or None.

    Args:
        url: The address.
        duration_s: The length in seconds, where the user's table has it.
    """
    scheme = url.partition("://")[0].lower()
    if scheme not in {"http", "https"}:
        hint = f" ({_HINTS[scheme]})" if scheme in _HINTS else ""
        return problem("bad_url", f"The address starts with '{scheme}://'{hint}.")
    try:
        host = urlsplit(url).hostname
    except ValueError:
        host = None
    if not host:
        return problem("bad_url", "The address has no host; write it as 'https://host/name'.")
    if re.search(r"\s", url):
        return problem("bad_url", "The address has a space in it; write it as %20.")
    advice = page_advice(url)
    return problem("page", advice) if advice else _length_problem(duration_s)


def file_problem(facts: Facts) -> str | None:
    """Return the problem because of which a file cannot be sent, or None."""
    if facts.failure:
        return problem(facts.failure, facts.detail)
    if length_problem := _length_problem(facts.duration_s):
        return length_problem
    if facts.size_bytes is not None and facts.size_bytes > contract.LARGEST_UPLOAD_BYTES:
        return problem("too_large", f"{facts.size_bytes / 1e9:.2f} GB")
    return None


def _length_problem(duration_s: float | None) -> str | None:
    if duration_s is None:
        return None
    if duration_s * 1000 < contract.SHORTEST_MS:
        return problem("too_short", f"{duration_s * 1000:.0f} ms")
    if duration_s > contract.LONGEST_S:
        return problem("too_long", f"{duration_s / 3600:.2f} h")
    return None


def first_equal(keys: Iterable[Hashable | None]) -> list[int | None]:
    """Return for every key the position of the first equal key before it, or None; a key of None equals no other.

    Example:
        >>> first_equal(["a", "b", "a", None, None])
        [None, None, 0, None, None]
    """
    positions: dict[Hashable, int] = {}
    found: list[int | None] = []
    for position, key in enumerate(keys):
        first = position if key is None else positions.setdefault(key, position)
        found.append(None if first == position else first)
    return found


def names_beside(columns: Iterable[str], taken: Iterable[str]) -> dict[str, str]:
    """Return new names for the columns of a manifest that is joined to a table with columns of the same name.

    They get the suffix ``_manifest``, and again where that name is taken too. ``recording_id`` keeps its name: it joins the two.

    Args:
        columns: The columns of the manifest.
        taken: The columns of the table.

    Returns:
        Name → new name, of the columns that need one.

    Example:
        >>> names_beside(["recording_id", "left", "year", "left_manifest"], ["recording_id", "left"])
        {'left': 'left_manifest_manifest'}
    """
    own, others = list(columns), set(taken)
    found: dict[str, str] = {}
    for name in own:
        if name in others and name != "recording_id":
            free = f"{name}_manifest"
            while free in {*own, *others, *found.values()}:
                free += "_manifest"
            found[name] = free
    return found


def natural_key(path: str) -> tuple[list[list[str | int]], str]:
    """Return the key that sorts paths as people do: folder by folder, ``2.mp3`` before ``10.mp3``, whatever the case.

    Example:
        >>> sorted(["b.mp3", "A10.mp3", "a2.mp3"], key=natural_key)
        ['a2.mp3', 'A10.mp3', 'b.mp3']
    """
    parts = unicodedata.normalize("NFC", path).casefold().replace("\\", "/").split("/")
    return [[int(run) if run.isdecimal() else run for run in re.split(r"(\d+)", part)] for part in parts], path
