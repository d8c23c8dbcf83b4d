"""References: what was really said, as text, lists of turns, transcript files, frames or a column of the manifest."""

from __future__ import annotations

import os
import re
import warnings
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from scribekit.base.cells import cell_text, originals
from scribekit.base.errors import OptionError, ReferenceWarning, nearest, reason
from scribekit.base.files import open_regular, size_of
from scribekit.base.schema import is_missing
from scribekit.corpus.view import CorpusView
from scribekit.transcripts.readers import SUFFIXES, Found, Turn, read_text, read_transcript, turn_of

_LARGEST_BYTES = 1 << 28
_LONGEST_PATH = 1000
_ENDING = re.compile(r"\.[A-Za-z][A-Za-z0-9]{0,9}")

References = Mapping[str, str | os.PathLike[str] | Sequence[Mapping[str, Any]]] | pd.DataFrame | str
"""What a user can pass as references; see :func:`scribekit.evaluate`."""

Reference = tuple[Turn, ...]


def read_references(references: References, view: CorpusView | None, ids: Sequence[str]) -> dict[str, Reference]:
    """Return the reference of each recording, from any of the shapes that :func:`scribekit.evaluate` takes.

    Args:
        references: As for :func:`scribekit.evaluate`.
        view: The open batch or corpus. Its manifest has the column that ``references`` names, and files are looked for beside its
            recordings.
        ids: The recordings whose files are read.

    Raises:
        OptionError: A reference is not understood, or its file does not exist.
    """
    given: defaultdict[str, list[Any]] = defaultdict(list)
    for name, value in _values(references, view, set(ids)):
        given[name].append(value)
    sources: Mapping[str, Any] = {} if view is None or not given else _column(view, "source")
    return {name: _reference(name, values, sources.get(name)) for name, values in given.items()}


def has_words(reference: Reference) -> bool:
    """Whether a reference says what was said; false where it only says who spoke when (RTTM)."""
    return not reference or any(turn.text is not None for turn in reference)


def as_reference(value: str | Sequence[Mapping[str, Any]]) -> Reference:
    """Return the reference that a text or a list of turns describes.

    A text names speakers when lines begin with labels (``A: Good morning.``, ``Speaker 1 (00:12):``, ``[00:00:12] Ann: …``); lines without
    one go on with the turn before. A colon in speech makes no speaker. A turn is a mapping with ``text`` and optionally ``speaker`` and
    times: either ``start_ms`` and ``end_ms``, or ``start`` and ``end`` in seconds.

    Raises:
        OptionError: The value is neither, or a turn has no text.

    Example:
        >>> as_reference("A: Good morning.")
        (Turn(text='Good morning.', speaker='A', start_ms=None, end_ms=None),)
        >>> as_reference([{"speaker": "B", "text": "Hello.", "start": 0.5, "end": 1.25}])
        (Turn(text='Hello.', speaker='B', start_ms=500, end_ms=1250),)
    """
    if isinstance(value, str):
        return _checked(read_text(value), f"The reference {value[:40]!r}")
    turns = [turn for turn in value if isinstance(turn, Mapping)] if isinstance(value, Sequence) else []
    if isinstance(value, Sequence) and len(turns) == len(value):
        try:
            return tuple(map(turn_of, turns))
        except (ValueError, TypeError, OverflowError) as cause:
            raise OptionError(str(cause)) from cause
    raise OptionError(f"A reference is a text or a list of turns like {{'speaker': 'A', 'text': '…'}}, not {type(value).__name__}.")


def from_file(content: bytes, name: str, recording: str | None = None) -> Reference:
    """Return the reference in a transcript file, of any format that is read (``scribekit.transcripts.readers``).

    Args:
        content: The bytes of the file.
        name: Its name.
        recording: The name of the recording, for files that hold several.

    Raises:
        OptionError: The file is not understood.

    Warns:
        ReferenceWarning: Its encoding or its speakers are a guess, parts of it were left out, or it has no words.
    """
    try:
        found = read_transcript(content, name, recording)
    except ValueError as cause:
        raise OptionError(f"The reference {name!r} cannot be read: {str(cause).rstrip('.')}.") from cause
    return _checked(found, f"The reference {name!r}")


def _checked(found: Found, what: str) -> Reference:
    for doubt in found.doubts:
        warnings.warn(f"{what}: {doubt}.", ReferenceWarning, stacklevel=2)
    return found.turns


def _values(references: Any, view: CorpusView | None, ids: set[str]) -> Iterator[tuple[str, Any]]:
    """Yield recordings with a text, a list of turns or a path; leave out missing values. A recording may occur several times."""
    if isinstance(references, str):
        paths = _paths(references, view)
        pairs: Iterable[tuple[str, Any]] = ((name, path) for name, path in paths.items() if name in ids)
    elif isinstance(references, pd.DataFrame):
        missing = [name for name in ("recording_id", "reference") if name not in references]
        if missing:
            raise OptionError(f"A frame of references has the columns recording_id and reference; {' and '.join(missing)} is missing.")
        cells = references["recording_id"].tolist()
        names = [name or cell_text(cell) or "" for cell, name in zip(cells, originals(cells, ids), strict=True)]
        pairs = zip(names, references["reference"], strict=True)
    elif isinstance(references, Mapping):
        pairs = references.items()
    else:
        kind = type(references).__name__
        raise OptionError(
            f"References are a mapping of recording_id to what was said, a frame with recording_id and reference, or the name of a "
            f"manifest column, not {kind}. For one file, give {{recording_id: path}}."
        )
    return ((name, value) for name, value in pairs if not is_missing(value))


def _paths(column: str, view: CorpusView | None) -> dict[str, Any]:
    if view is None:
        raise OptionError(f"Give a batch or corpus to read references from the manifest column {column!r}.")
    return {name: value if is_missing(value) else Path(str(value)) for name, value in _column(view, column).items()}


def _column(view: CorpusView, column: str) -> dict[str, Any]:
    """Return a column of the manifest by recording."""
    manifest = view.manifest
    if column not in manifest:
        raise OptionError(f"The manifest has no column {column!r}.{nearest(column, map(str, manifest))}")
    return dict(zip(manifest["recording_id"], manifest[column], strict=True))


def _reference(name: str, values: Sequence[Any], source: Any) -> Reference:
    """Return the reference of a recording, from the rows that it has."""
    parts = [_path_in(value, source) for value in values]
    if not any(parts) and len(values) > 1 and all(isinstance(value, str) for value in values):
        return as_reference("\n".join(values))  # the lines of one text: a label is judged by the others
    turns = [_of_file(path, name) if path else as_reference(value) for path, value in zip(parts, values, strict=True)]
    return tuple(turn for found in turns for turn in found)


def _path_in(value: Any, source: Any) -> Path | None:
    """Return the file that a value names, so that a path is not taken for spoken words; None where it is something else.

    Raises:
        OptionError: It names a file that does not exist.
    """
    if isinstance(value, os.PathLike):
        return _find(Path(value).expanduser(), source)
    text = value.strip().strip("\"'") if isinstance(value, str) else ""
    if not text or "\n" in text or len(text) > _LONGEST_PATH:
        return None
    ending = Path(text).suffix.lower()
    is_one_word = len(text.split()) == 1
    if ending in SUFFIXES or (is_one_word and _ENDING.fullmatch(ending) and re.search(r"[/\\]", text) and "://" not in text):
        return _find(Path(text).expanduser(), source)
    if is_one_word and re.search(r"[./\\]", text):
        return _found(Path(text).expanduser(), source)
    return None


def _of_file(path: Path, recording: str) -> Reference:
    try:
        with open_regular(path) as file:
            if size_of(file) > _LARGEST_BYTES:
                raise OptionError(
                    f"The reference {path.name!r} is larger than {_LARGEST_BYTES >> 20} MB. Give one file for each recording."
                )
            content = file.read(_LARGEST_BYTES)
    except OSError as cause:
        raise OptionError(f"The reference {str(path)!r} cannot be read: {reason(cause)}.") from cause
    return from_file(content, path.name, recording)


def _found(path: Path, source: Any) -> Path | None:
    beside = Path(source).parents if isinstance(source, str) else []
    return next((folder / path for folder in [*beside, Path.cwd()] if (folder / path).is_file()), None)


def _find(path: Path, source: Any) -> Path:
    found = _found(path, source)
    if found is None:
        raise OptionError(
            f"There is no reference file {str(path)!r} in the folder of the recording or above it, nor in the working folder. "
            "Give the path of a file, the text itself, or a list of turns."
        )
    return found
