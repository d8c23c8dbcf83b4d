"""The sound of a row of any table with times (sk.play)."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from scribekit.base.errors import OptionError, ScribekitError, nearest
from scribekit.corpus.handles import Batch, Corpus, corpus_of
from scribekit.fulltext.citation import cells_of
from scribekit.recordings.clips import wav_clip
from scribekit.recordings.locate import missing_file_message
from scribekit.recordings.manifest import is_url

if TYPE_CHECKING:
    from IPython.display import Audio


def play(
    row: pd.Series[Any] | Mapping[str, Any], *, corpus: Batch | Corpus | None = None, before: float = 1.0, after: float = 1.0
) -> Audio:
    """Play the sound around a row of any table with times, in a notebook.

    Only the part that is played is decoded: an hour's recording is as quick as a minute's.

    Args:
        row: One row of ``search``, of ``to_frame(…, "words")``, of ``to_frame(…, "utterances")``: it has ``start_ms``, ``end_ms``,
            and ``source`` or (with ``corpus``) ``recording_id``.
        corpus: Where to look up the ``source`` of a row that has none, or whose file is not there (any more).
        before: Seconds to play before the row.
        after: Seconds to play after it.

    Returns:
        An ``IPython.display.Audio`` of 16 kHz, one channel, that plays when it is shown and clicked.

    Raises:
        OptionError: It is not a row, or has no times or no source, or its recording is at a web address and not in a file.
        ScribekitError: The file is gone, or there is no sound in it at that time.
    """
    from IPython.display import Audio

    cells = cells_of(row, ("start_ms", "end_ms"), "play")
    start_s, end_s = max(0.0, int(cells["start_ms"]) / 1000 - before), int(cells["end_ms"]) / 1000 + after
    if start_s >= end_s:
        raise OptionError(f"before={before} and after={after} leave nothing of the row to play. Give seconds, from 0 on.")
    player: Audio = Audio(data=wav_clip(_file_of(cells, corpus), start_s, end_s))  # type: ignore[no-untyped-call]
    return player


def _file_of(cells: Mapping[str, Any], corpus: Corpus | None) -> Path:
    """Return the file of a row's recording.

    Raises:
        OptionError: The row does not say which recording it is, or the recording is at a web address.
        ScribekitError: The file is not there.
    """
    source = cells.get("source")
    if corpus is not None and _needs_lookup(cells):
        source = _source_in(corpus, cells_of(cells, ["recording_id"], "play")["recording_id"])
    if not isinstance(source, str):
        raise OptionError("The row does not say where its recording is. Give the corpus as well: play(row, corpus=corpus).")
    if is_url(source):
        raise OptionError(
            f"The recording is at {source!r}, and play reads files only. Download it, and give the row that file as 'source'."
        )
    if problem := missing_file_message(source):
        raise ScribekitError(problem)
    return Path(source)


def _needs_lookup(cells: Mapping[str, Any]) -> bool:
    """Return whether a row has no source, or has one whose file is gone, so that the corpus may know another place."""
    source = cells.get("source")
    if not isinstance(source, str):
        return True
    return "recording_id" in cells and not is_url(source) and missing_file_message(source) is not None


def _source_in(corpus: Corpus, recording_id: Any) -> str:
    with corpus_of(corpus).reading() as view:
        manifest = view.manifest
    found = manifest.loc[manifest["recording_id"] == recording_id, "source"]
    if found.empty:
        raise OptionError(f"There is no recording {recording_id!r} in the corpus.{nearest(str(recording_id), manifest['recording_id'])}")
    return str(found.iloc[0])
