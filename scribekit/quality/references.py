"""References: what was really said, as text, ``A: words`` lines, lists of turns, files, frames or a column of the manifest."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from scribekit.base.cells import cell_text, originals
from scribekit.base.errors import OptionError, nearest
from scribekit.base.schema import is_missing
from scribekit.corpus.view import CorpusView

_LABELLED = re.compile(r"^(?P<speaker>[^\s:][^:]{0,39}):\s+(?P<text>\S.*)$")

References = Mapping[str, str | Path | Sequence[Mapping[str, Any]]] | pd.DataFrame | str
"""What a user can pass as references; see :func:`scribekit.evaluate`."""


@dataclass(frozen=True)
class Turn:
    """One turn of a reference.

    Attributes:
        text: What was said.
        speaker: Who said it; None when the reference does not say.
        start_ms: Start in milliseconds; None without times.
        end_ms: End in milliseconds; None without times.
    """

    text: str
    speaker: str | None = None
    start_ms: int | None = None
    end_ms: int | None = None


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
    said: dict[str, Reference] = {}
    sources: Mapping[str, Any] | None = None
    for name, value in _values(references, view, set(ids)):
        if _is_path(value) and sources is None:
            sources = {} if view is None else _column(view, "source")
        said[name] = said.get(name, ()) + _reference(value, (sources or {}).get(name))
    return said


def as_reference(value: str | Sequence[Mapping[str, Any]]) -> Reference:
    """Return the reference that a text or a list of turns describes.

    A text names speakers when *every* line with text starts with a label and a colon (``A: Good morning.``). A turn is a mapping with
    ``text`` and optionally ``speaker`` and times: either ``start_ms`` and ``end_ms``, or ``start`` and ``end`` in seconds.

    Raises:
        OptionError: The value is neither, or a turn has no text.

    Example:
        >>> as_reference("A: Good morning.")
        (Turn(text='Good morning.', speaker='A', start_ms=None, end_ms=None),)
        >>> as_reference([{"speaker": "B", "text": "Hello.", "start": 0.5, "end": 1.25}])
        (Turn(text='Hello.', speaker='B', start_ms=500, end_ms=1250),)
    """
    if isinstance(value, str):
        return _from_text(value)
    turns = [turn for turn in value if isinstance(turn, Mapping)] if isinstance(value, Sequence) else []
    if isinstance(value, Sequence) and len(turns) == len(value):
        return tuple(_from_mapping(turn) for turn in turns)
    raise OptionError(f"A reference is a text or a list of turns like {{'speaker': 'A', 'text': '…'}}, not {type(value).__name__}.")


def from_file(content: str, name: str) -> Reference:
    """Return the reference in a file: turns from ``.json`` (a list, or an object with ``turns``), text from any other file.

    Raises:
        OptionError: The file is named ``.json`` and does not hold turns.
    """
    if not name.lower().endswith(".json"):
        return as_reference(content)
    try:
        loaded = json.loads(content)
    except json.JSONDecodeError as error:
        raise OptionError(f"The reference {name!r} is not JSON: {error}.") from error
    turns = loaded.get("turns") if isinstance(loaded, dict) else loaded
    if not isinstance(turns, list):
        raise OptionError(f"The reference {name!r} holds neither a list of turns nor an object with 'turns'.")
    return as_reference(turns)


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


def _is_path(value: Any) -> bool:
    """Return whether a value names a file, so that a path is not taken for spoken words."""
    return isinstance(value, Path) or (isinstance(value, str) and value.strip().lower().endswith((".txt", ".json")) and "\n" not in value)


def _reference(value: Any, source: Any) -> Reference:
    if not _is_path(value):
        return as_reference(value)
    path = _find(Path(value).expanduser(), source)
    return from_file(path.read_text("utf-8-sig"), path.name)


def _find(path: Path, source: Any) -> Path:
    beside = Path(source).parents if isinstance(source, str) else []
    for folder in [*beside, Path.cwd()]:
        if (folder / path).is_file():
            return folder / path
    raise OptionError(
        f"There is no reference file {str(path)!r} in the folder of the recording or above it, nor in the working folder. "
        "Give the path of a file, the text itself, or a list of turns."
    )


def _from_text(text: str) -> Reference:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    found = [_LABELLED.match(line) for line in lines]
    labelled = [match for match in found if match]
    if labelled and len(labelled) == len(lines):
        return tuple(Turn(match["text"], match["speaker"]) for match in labelled)
    return tuple(Turn(line) for line in lines)


def _from_mapping(turn: Mapping[str, Any]) -> Turn:
    if not isinstance(turn.get("text"), str):
        raise OptionError(f"A turn of a reference needs a 'text'; this one has {sorted(map(str, turn))}.")
    speaker = turn.get("speaker")
    return Turn(turn["text"], None if speaker is None else str(speaker), _milliseconds(turn, "start"), _milliseconds(turn, "end"))


def _milliseconds(turn: Mapping[str, Any], edge: str) -> int | None:
    if turn.get(f"{edge}_ms") is not None:
        return int(turn[f"{edge}_ms"])
    return None if turn.get(edge) is None else round(float(turn[edge]) * 1000)
