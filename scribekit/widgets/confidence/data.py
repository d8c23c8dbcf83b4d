"""What the confidence explorer reads from a corpus: words, calibration, review queue, the words of one part, and the reader's view."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any

import pandas as pd

import scribekit as sk
from scribekit.base import schema
from scribekit.base.errors import OptionError, nearest
from scribekit.base.text import join_words
from scribekit.corpus.handles import Corpus
from scribekit.corrections.review import Review
from scribekit.quality.calibration import ENOUGH_WORDS, Calibration
from scribekit.quality.confidence import BINS, RECORDING, SPEAKER, Distributions, Selection
from scribekit.quality.flag import flag_at, settled
from scribekit.quality.queue import PARTS, QueueSlices, error_from_confidence
from scribekit.tables.frames import frame_of

LONGEST_SHOWN = 240
CONTEXT_WORDS = 12

_REVIEWED, _REFERENCES, _GIVEN = "reviewed words", "references", "given calibration"
_COLUMNS = ["recording_id", "speaker", "start_ms", "end_ms", "confidence"]


@dataclass(frozen=True)
class View:
    """What the reader has chosen to see.

    Attributes:
        below: The threshold.
        part: What one row of the queue is.
        by: The dimension of the distributions.
        low: The first bin of the chosen range.
        high: The bin after its last.
        picked: Dimension → the groups chosen in it.
    """

    below: float = 0.9
    part: str = "utterance"
    by: str = RECORDING
    low: int = 0
    high: int = BINS
    picked: Mapping[str, list[str]] = field(default_factory=dict)

    @property
    def selection(self) -> Selection:
        """The words in view."""
        return Selection(self.low, self.high, {name: frozenset(groups) for name, groups in self.picked.items() if groups})


def validated_view(given: Mapping[str, Any], dimensions: Sequence[str]) -> View:
    """Return a view with these attributes.

    Raises:
        OptionError: An attribute is unknown, or its value is not valid.

    Example:
        >>> validated_view({"below": 0.8, "by": "speaker"}, ["recording", "speaker"]).below
        0.8
    """
    known = [item.name for item in fields(View)]
    unknown = [name for name in given if name not in known]
    if unknown:
        raise OptionError(f"A view has no {unknown[0]!r}.{nearest(unknown[0], known)}")
    view = View(**given)
    if view.part not in PARTS:
        raise OptionError(f"There is no part {view.part!r} to review.{nearest(str(view.part), PARTS)}")
    for name in (view.by, *view.picked):
        if name not in dimensions:
            raise OptionError(f"There is no manifest column {name!r} to group by.{nearest(str(name), dimensions)}")
    if not 0 <= view.below <= 1:
        raise OptionError(f"below is a confidence from 0 to 1, not {view.below!r}.")
    if not 0 <= view.low < view.high <= BINS:
        raise OptionError(f"A range goes from a lower to a higher bin, 0 to {BINS}; not from {view.low!r} to {view.high!r}.")
    return view


@dataclass(frozen=True)
class CorpusWords:
    """The words of a corpus at one moment, counted.

    Attributes:
        stamp: What :func:`stamp_of` returned before they were read.
        distributions: The words.
        n_recordings: The number of recordings with words.
        calibration: The calibration of their confidences; None without one.
        rests_on: What the calibration was learnt from.
        is_used: Whether expected errors follow the calibration.
    """

    stamp: tuple[int, int]
    distributions: Distributions
    n_recordings: int
    calibration: Calibration | None
    rests_on: str
    is_used: bool


def stamp_of(corpus: Corpus) -> tuple[int, int]:
    """Return a value that changes with every edit and every new transcript: equal stamps mean equal words."""
    with corpus.reading() as view:
        return sum(view.ledger.edits.stamps().values()), len(view.completed)


def user_columns(corpus: Corpus) -> pd.DataFrame:
    """Return the user's own columns of the manifest, by recording."""
    with corpus.reading() as view:
        manifest = view.manifest
    own = [name for name in manifest if name not in schema.MANIFEST.names]
    return manifest.set_index("recording_id")[own].rename(columns={RECORDING: f"{RECORDING} (manifest)", SPEAKER: f"{SPEAKER} (manifest)"})


def read_words(corpus: Corpus, *, references: Any = None, calibration: Calibration | None = None) -> CorpusWords:
    """Read and count the words of a corpus.

    Args:
        corpus: The corpus.
        references: As for ``calibrate``. Without them, the words that people have judged are used.
        calibration: A calibration to use instead.
    """
    stamp = stamp_of(corpus)
    has_edits = stamp[0] > 0
    found, rests_on = calibration, _GIVEN
    if found is None and references is not None:
        found, rests_on = sk.calibrate(corpus, references), _REFERENCES
    elif found is None and has_edits:
        rests_on = _REVIEWED
        with contextlib.suppress(OptionError):  # nobody has judged a word yet
            found = sk.calibrate(corpus)
    is_used = found is not None and (rests_on != _REVIEWED or found.is_enough)
    with corpus.reading() as view:
        words = frame_of(view, "words", columns=[*_COLUMNS, "word_index"] if has_edits else _COLUMNS)
        if has_edits:
            words["settled"] = settled(view, words)
        words = view.counted_once(words)
    risk: Callable[[Any], Any] = found.probability_of_error if found is not None and is_used else error_from_confidence
    distributions = Distributions(words, user_columns(corpus), risk)
    return CorpusWords(stamp, distributions, len(distributions.names(RECORDING)), found, rests_on, is_used)


def calibration_summary(words: CorpusWords) -> dict[str, Any] | None:
    """Return what the page shows of the calibration; None without one."""
    found = words.calibration
    if found is None:
        return None
    bins = found.table[["n_words", "confidence", "accuracy", "accuracy_low", "accuracy_high"]].to_dict("records")
    ece = found.ece if found.is_enough else None
    return {
        "ece": ece,
        "n_words": found.n_words,
        "enough": ENOUGH_WORDS,
        "rests_on": words.rests_on,
        "is_used": words.is_used,
        "bins": bins,
    }


@dataclass(frozen=True)
class Queue:
    """The review queue as ranked at one moment.

    Attributes:
        number: The number of this ranking; with its position, it identifies a row.
        part: What one row is.
        slices: The rows.
        stamp: The stamp of the words that were ranked.
    """

    number: int
    part: str
    slices: QueueSlices
    stamp: tuple[int, int]


def rank_queue(corpus: Corpus, part: str, words: CorpusWords, number: int) -> Queue:
    """Rank the review queue of a corpus for all thresholds at once."""
    used = words.calibration if words.is_used else None
    whole, always = flag_at(corpus, (1.0, 0.0), by=part, calibration=used)
    return Queue(number, part, QueueSlices(whole, always, whole_recordings=part == "transcript"), words.stamp)


def queue_summary(queue: Queue, *, is_stale: bool) -> dict[str, Any]:
    """Return what the page shows of the queue beside its rows."""
    return {"stage": "ready", "number": queue.number, "part": queue.part, "is_stale": is_stale}


def words_of_part(review: Review, row: pd.Series[Any], *, whole: bool, first: int | None = None) -> dict[str, Any]:
    """Return the current words of a part, and a few words before and after.

    Args:
        review: The recording.
        row: A row of ``schema.REVIEW_QUEUE``.
        whole: Whether the part is the whole recording; any other part has one speaker.
        first: The first word to return, counted within the part. By default, a part that is too long for a page starts a little before its
            least certain words.
    """
    words = review.words
    inside = words.index[_is_inside(words, row, whole=whole)]
    begin = _least_certain(words["confidence"].loc[inside]) if first is None else max(min(first, len(inside) - 1), 0)
    shown = words.loc[inside[begin : begin + LONGEST_SHOWN]]
    start, end = (int(shown.index[0]), int(shown.index[-1]) + 1) if len(shown) else (0, 0)
    return {
        "words": [_page_word(word) for word in shown.to_dict("records")],
        "before": join_words(words["text"].iloc[max(start - CONTEXT_WORDS, 0) : start].tolist()),
        "after": join_words(words["text"].iloc[end : end + CONTEXT_WORDS].tolist()),
        "first": begin,
        "total": len(inside),
        "page_size": LONGEST_SHOWN,
        "last_edit": last_edit_id(review),
    }


def last_edit_id(review: Review) -> int:
    """Return the number of the last edit of a recording; 0 before the first."""
    edits = review.edits
    return int(edits["edit_id"].to_numpy().max()) if len(edits) else 0


def _is_inside(words: pd.DataFrame, row: pd.Series[Any], *, whole: bool) -> pd.Series[Any]:
    """Tell which words belong to a row of the queue."""
    if whole:
        return pd.Series(data=True, index=words.index)
    in_time = (words["start_ms"] >= row["start_ms"]) & (words["start_ms"] < max(row["end_ms"], row["start_ms"] + 1))
    speaker = row["speaker"]
    inside: pd.Series[Any] = in_time & (words["speaker"] == speaker if isinstance(speaker, str) else words["speaker"].isna())
    return inside


def _least_certain(confidence: pd.Series[Any]) -> int:
    """Return the first word to show of a part that is too long for a page: a little before its least certain words."""
    if len(confidence) <= LONGEST_SHOWN:
        return 0
    mean = confidence.rolling(CONTEXT_WORDS, min_periods=1, center=True).mean().fillna(1.0).to_numpy()
    return max(min(int(mean.argmin()) - LONGEST_SHOWN // 4, len(confidence) - LONGEST_SHOWN), 0)


def _page_word(word: dict[Any, Any]) -> dict[str, Any]:
    return {
        **{name: int(word[name]) for name in ("word_index", "start_ms", "end_ms")},
        "text": word["text"],
        "confidence": None if pd.isna(word["confidence"]) else round(float(word["confidence"]), 3),
        "edited": bool(word["edited"]),
    }
