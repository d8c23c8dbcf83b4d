"""What the confidence explorer reads from a corpus: the words, counted; the calibration; the review queue."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pandas as pd

import scribekit as sk
from scribekit.base import schema
from scribekit.base.errors import OptionError
from scribekit.corpus.handles import Corpus
from scribekit.quality.calibration import Calibration
from scribekit.quality.confidence import RECORDING, SPEAKER, Distributions
from scribekit.quality.flag import flag_at, settled
from scribekit.quality.queue import error_from_confidence
from scribekit.quality.queue_slices import QueueSlices

ENOUGH_JUDGED = 200
"""So many words must have been judged before what was learnt from them replaces the confidence as it is."""

_COLUMNS = ["recording_id", "speaker", "start_ms", "end_ms", "confidence"]


@dataclass(frozen=True)
class PayloadReader:
    """A corpus as it was at a moment; never altered.

    Attributes:
        stamp: What :func:`stamp_of` gave then.
        distributions: Its words.
        n_recordings: How many recordings have words.
        calibration: What its confidences are worth, when that is known.
        rests_on: Where the calibration is from.
        is_used: Whether expected errors follow the calibration.
    """

    stamp: tuple[int, int]
    distributions: Distributions
    n_recordings: int
    calibration: Calibration | None
    rests_on: str
    is_used: bool


@dataclass(frozen=True)
class Queue:
    """The review queue as it was ranked at a moment.

    Attributes:
        number: Counts the rankings; a row is named by it and its position.
        part: What its rows are.
        slices: Its rows.
        stamp: What :func:`stamp_of` gave then.
    """

    number: int
    part: str
    slices: QueueSlices
    stamp: tuple[int, int]


def stamp_of(corpus: Corpus) -> tuple[int, int]:
    """A number that grows with every edit, and how many transcripts there are: equal stamps, equal words."""
    with corpus.reading() as view:
        return sum(view.ledger.edits.stamps().values()), len(view.completed)


def user_columns(corpus: Corpus) -> pd.DataFrame:
    """The columns of the manifest that are the user's own, by recording."""
    with corpus.reading() as view:
        manifest = view.manifest
    own = [name for name in manifest if name not in schema.MANIFEST.names]
    return manifest.set_index("recording_id")[own].rename(columns={RECORDING: f"{RECORDING} (manifest)", SPEAKER: f"{SPEAKER} (manifest)"})


def read(corpus: Corpus, *, references: Any = None, calibration: Calibration | None = None) -> PayloadReader:
    """Read and count the words of a corpus.

    Args:
        corpus: The corpus.
        references: As for ``calibrate``; without them what people judged counts.
        calibration: What was learnt elsewhere, instead.
    """
    stamp = stamp_of(corpus)
    found, rests_on = calibration, "what was given"
    if found is None and references is not None:
        found, rests_on = sk.calibrate(corpus, references), "references"
    elif found is None and stamp[0]:
        rests_on = "reviewed words"
        with contextlib.suppress(OptionError):  # nobody has judged a word yet
            found = sk.calibrate(corpus)
    is_used = found is not None and (rests_on != "reviewed words" or found.n_words >= ENOUGH_JUDGED)
    words = sk.to_frame(corpus, "words", columns=[*_COLUMNS, "word_index"] if stamp[0] else _COLUMNS)
    if stamp[0]:
        with corpus.reading() as view:
            words["settled"] = settled(view, words)
    risk: Callable[[Any], Any] = found.probability_of_error if found is not None and is_used else error_from_confidence
    distributions = Distributions(words, user_columns(corpus), risk)
    return PayloadReader(stamp, distributions, len(distributions.names(RECORDING)), found, rests_on, is_used)


def ranked(corpus: Corpus, part: str, reading: PayloadReader, number: int) -> Queue:
    """The review queue of a corpus, for all thresholds at once."""
    used = reading.calibration if reading.is_used else None
    whole, always = flag_at(corpus, (1.0, 0.0), by=part, calibration=used)
    return Queue(number, part, QueueSlices(whole, always, whole_recordings=part == "transcript"), reading.stamp)


def calibration_row(reading: PayloadReader) -> dict[str, Any] | None:
    """What the page is told of the calibration."""
    found = reading.calibration
    if found is None:
        return None
    bins = found.table[["n_words", "confidence", "accuracy", "accuracy_low", "accuracy_high"]].to_dict("records")
    return {"ece": found.ece, "n_words": found.n_words, "rests_on": reading.rests_on, "is_used": reading.is_used, "bins": bins}


def queue_row(queue: Queue, *, is_stale: bool) -> dict[str, Any]:
    """What the page is told of the queue, besides its rows."""
    return {"stage": "ready", "number": queue.number, "part": queue.part, "is_stale": is_stale}
