"""The verb that quotes a corpus: a row as a citation."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from scribekit.base import timecode
from scribekit.base.errors import OptionError
from scribekit.corpus.handles import Batch, Corpus
from scribekit.corrections.review import review
from scribekit.fulltext.citation import Style, cells_of, citation
from scribekit.fulltext.concordance import join_words, reading_order
from scribekit.transcripts import frames

_WORDS = 12


def cite(row: pd.Series[Any] | Mapping[str, Any], style: Style = "text", *, corpus: Batch | Corpus | None = None) -> str:
    """A row as a citation: what was said, by whom, in which recording, when.

    Args:
        row: One row of :func:`scribekit.search` or of ``to_frame(…)`` at a level with times. A ``title`` from the manifest is used where
            the row has one.
        style: ``"text"``: quotation and source in one line; ``"markdown"``: a block quotation with the match in bold; ``"reference"``: the
            source alone.
        corpus: Where to look up a line of ``search``, whose words on either side may be another speaker's: with it, only words of the
            same turn are quoted, at most twelve on each side, as people have corrected them. A match that was corrected since it was
            found is quoted from the transcript as received, if it stands there.

    Returns:
        The citation; times are hours, minutes and seconds from the start of the recording.

    Raises:
        OptionError: There is no such style, or the row lacks what a citation needs, or its recording, or its match, is not in the corpus.

    Example:
        >>> turn = {"recording_id": "int_07", "speaker": "A", "start_ms": 754_000, "text": "Then the bridge closed."}
        >>> cite(turn)
        '“Then the bridge closed.” (Speaker A, int_07, 00:12:34)'
        >>> cite(turn, "reference")
        'Speaker A, int_07, 00:12:34'
    """
    cells = cells_of(row, ("recording_id", "start_ms"), "cite")
    if corpus is None or "match" not in cells:
        return citation(cells, style, (True, True))
    name = str(cells["recording_id"])
    talk = review(corpus, name)
    found = _quotation(talk.words, cells) or _quotation(frames.words_frame([(name, talk.received)]), cells)
    if found is None:
        raise OptionError(
            f"The match of this row is not in {name!r} at {timecode.clock(int(cells['start_ms']))} any more: the recording was corrected "
            "or transcribed anew. Search again, and give a row of that."
        )
    parts, is_cut = found
    return citation(cells | parts, style, is_cut)


def _quotation(words: pd.DataFrame, cells: Mapping[str, Any]) -> tuple[dict[str, str], tuple[bool, bool]] | None:
    """The match with the words of its turn beside it, and whether more of these were left out before and after; None if it is not there."""
    order = reading_order(words["utterance_index"].fillna(-1).to_numpy(np.int64), np.zeros(len(words), dtype=np.int64))
    words = words.iloc[order].reset_index(drop=True)
    texts = words["text"].tolist()
    match = _match(words, texts, cells)
    if match is None:
        return None
    own = _turn(words, match.start)
    start, end = max(own.start, match.start - _WORDS), min(max(own.stop, match.stop), match.stop + _WORDS)
    parts = {"left": texts[start : match.start], "match": texts[match.start : match.stop], "right": texts[match.stop : end]}
    return {name: join_words(part) for name, part in parts.items()}, (start > own.start, end < own.stop)


def _match(words: pd.DataFrame, texts: Sequence[str], cells: Mapping[str, Any]) -> range | None:
    """The words that are the match of the row and begin when it does; of several, those that are nearest to its ``word_index``."""
    places = np.flatnonzero(words["start_ms"] == int(cells["start_ms"])).tolist()
    found = [range(place, end) for place in places for end in _ends(texts, place, str(cells["match"]))]
    return min(found, key=lambda match: abs(words["word_index"].iloc[match.start] - int(cells.get("word_index", 0))), default=None)


def _ends(texts: Sequence[str], place: int, wanted: str) -> Iterator[int]:
    """Where words from a place on end that together are the text wanted."""
    for end in range(place + 1, len(texts) + 1):
        text = join_words(texts[place:end])
        if text == wanted:
            yield end
        if len(text) >= len(wanted):
            return


def _turn(words: pd.DataFrame, place: int) -> range:
    """The words in a row around a place that the same speaker says."""
    speakers = words["speaker"].fillna("")
    breaks = speakers.ne(speakers.shift()).cumsum()
    own = breaks.index[breaks == breaks.iloc[place]]
    return range(int(own[0]), int(own[-1]) + 1)
