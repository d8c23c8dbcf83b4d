"""The words of one part of the review queue, as they stand, for a page that shows only so many at a time."""

from __future__ import annotations

from typing import Any

import pandas as pd

from scribekit.base.text import join_words
from scribekit.corrections.review import Review

LONGEST_SHOWN = 240
CONTEXT_WORDS = 12


def words_of_part(review: Review, row: pd.Series[Any], *, whole: bool, first: int | None = None) -> dict[str, Any]:
    """The words of a part, from one of them on, and a few before and after.

    Args:
        review: The recording.
        row: A row of ``schema.REVIEW_QUEUE``.
        whole: Whether the part is the whole recording; any other has one speaker.
        first: Which of its words is shown first; by default one a little before the least certain, where they are too many for a page.
    """
    words = review.words
    inside = words.index[_is_inside(words, row, whole=whole)]
    begin = _worst(words["confidence"].loc[inside]) if first is None else max(min(first, len(inside) - 1), 0)
    shown = words.loc[inside[begin : begin + LONGEST_SHOWN]]
    start, end = (int(shown.index[0]), int(shown.index[-1]) + 1) if len(shown) else (0, 0)
    return {
        "words": [_word(word) for word in shown.to_dict("records")],
        "before": join_words(words["text"].iloc[max(start - CONTEXT_WORDS, 0) : start].tolist()),
        "after": join_words(words["text"].iloc[end : end + CONTEXT_WORDS].tolist()),
        "first": begin,
        "total": len(inside),
        "last_edit": latest(review),
    }


def _is_inside(words: pd.DataFrame, row: pd.Series[Any], *, whole: bool) -> pd.Series[Any]:
    """Which words are those of a row of the queue."""
    if whole:
        return pd.Series(data=True, index=words.index)
    in_time = (words["start_ms"] >= row["start_ms"]) & (words["start_ms"] < max(row["end_ms"], row["start_ms"] + 1))
    speaker = row["speaker"]
    inside: pd.Series[Any] = in_time & (words["speaker"] == speaker if isinstance(speaker, str) else words["speaker"].isna())
    return inside


def _worst(confidence: pd.Series[Any]) -> int:
    """Where to begin with more words than are shown at a time: a little before the least certain stretch."""
    if len(confidence) <= LONGEST_SHOWN:
        return 0
    mean = confidence.rolling(CONTEXT_WORDS, min_periods=1, center=True).mean().fillna(1.0).to_numpy()
    return max(min(int(mean.argmin()) - LONGEST_SHOWN // 4, len(confidence) - LONGEST_SHOWN), 0)


def _word(word: dict[Any, Any]) -> dict[str, Any]:
    return {
        **{name: int(word[name]) for name in ("word_index", "start_ms", "end_ms")},
        "text": word["text"],
        "confidence": None if pd.isna(word["confidence"]) else round(float(word["confidence"]), 3),
        "edited": bool(word["edited"]),
    }


def latest(review: Review) -> int:
    """The number of the last edit of a recording; 0 before the first."""
    edits = review.edits
    return int(edits["edit_id"].to_numpy().max()) if len(edits) else 0
