"""The verb that quotes a corpus: a row as a citation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from scribekit.citing import Style, citation
from scribekit.concordance import join_words
from scribekit.corpus import Batch, Corpus
from scribekit.reviewing import review

_WORDS = 12


def cite(row: pd.Series[Any] | Mapping[str, Any], style: Style = "text", *, corpus: Batch | Corpus | None = None) -> str:
    """A row as a citation: what was said, by whom, in which recording, when.

    Args:
        row: One row of :func:`scribekit.search` or of ``to_frame(…)`` at a level with times. A ``title`` from the manifest is used where
            the row has one.
        style: ``"text"``: quotation and source in one line; ``"markdown"``: a block quotation with the match in bold; ``"reference"``: the
            source alone.
        corpus: Where to look up a line of ``search``, whose words on either side may be another speaker's: with it, only words of the
            same turn are quoted, at most twelve on each side.

    Returns:
        The citation; times are hours, minutes and seconds from the start of the recording.

    Raises:
        OptionError: There is no such style, or the row lacks what a citation needs, or its recording is not in the corpus.

    Example:
        >>> turn = {"recording_id": "int_07", "speaker": "A", "start_ms": 754_000, "text": "Then the bridge closed."}
        >>> cite(turn)
        '“Then the bridge closed.” (Speaker A, int_07, 00:12:34)'
        >>> cite(turn, "reference")
        'Speaker A, int_07, 00:12:34'
    """
    cells = dict(row)
    if corpus is None or "match" not in cells:
        return citation(cells, style, (True, True))
    words = review(corpus, str(cells["recording_id"])).words
    first = int(cells["word_index"])
    last = first + int((words["start_ms"].iloc[first + 1 :] < cells["end_ms"]).cumprod().sum())
    own = _turn(words, first)
    start, end = max(own.start, first - _WORDS), min(max(own.stop, last + 1), last + 1 + _WORDS)
    texts = words["text"].tolist()
    parts = {"left": texts[start:first], "match": texts[first : last + 1], "right": texts[last + 1 : end]}
    quoted = cells | {name: join_words(part) for name, part in parts.items()}
    return citation(quoted, style, (start > own.start, end < own.stop))


def _turn(words: pd.DataFrame, place: int) -> range:
    """The words in a row around a place that the same speaker says."""
    speakers = words["speaker"].fillna("")
    breaks = speakers.ne(speakers.shift()).cumsum()
    own = breaks.index[breaks == breaks.iloc[place]]
    return range(int(own[0]), int(own[-1]) + 1)
