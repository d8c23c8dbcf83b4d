"""The public verb that says what is worth a listen; it asks the service for nothing."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pandas as pd

from scribekit.base.errors import OptionError, ScribekitError, nearest
from scribekit.corpus import payloads
from scribekit.corpus.handles import Batch, Corpus
from scribekit.corpus.view import CorpusView
from scribekit.quality import queue as review_queue
from scribekit.quality.calibration import Calibration
from scribekit.recordings.clips import levels_db
from scribekit.tables.frames import frame_of

EVERYTHING = 1.01  # no confidence is as high: every part is in a queue below it


def flag_for_review(
    batch_or_corpus: Batch | Corpus,
    below: float = 0.9,
    by: Literal["transcript", "utterance", "sentence"] = "transcript",
    calibration: Calibration | None = None,
    *,
    vocabulary: Collection[str] | None = None,
    audio_minutes: float = 0.0,
    reviewed: bool = True,
) -> pd.DataFrame:
    """What is worth a listen, most expected errors per minute first: "listen to 40 minutes, catch 60 % of the errors".

    A part is in the queue when its mean confidence is under ``below`` or not known, or when it shows a sign of trouble. Signs of invented
    text: words that repeat themselves, impossible word rates, phrases that recognisers invent when nobody speaks, a script that the
    language is not written in, speech over silence; such words count as at least half wrong. A stray turn: one or two quick words inside
    another's turn. Further signs are named where a tenth of the words show them, and are enough where half of them do: a turn that changes
    within 150 ms or has one word, a word drawn out for its letters, half a second after a word in which nobody was recognised, an unknown
    word, a language that the service was not sure of. Words that people corrected or accepted, whoever is said to have spoken them, are
    done with; so are recordings that they marked as done and have not changed since.

    Args:
        batch_or_corpus: What ``submit_batch`` or ``open_corpus`` gave.
        below: Mean confidence under which a part is in the queue, 0 to 1.
        by: The parts: whole ``"transcript"``, ``"utterance"`` (a sentence where there are none) or ``"sentence"`` (those of
            ``to_frame(corpus, "sentences")``).
        calibration: What ``calibrate`` learnt; without one a word's probability of error is taken as 1 - confidence.
        vocabulary: Words that are known, such as the names in your recordings; any other word is then unknown. Without it a word of four
            letters or more is unknown that is said once in a corpus of 5,000 words or more and spelt like none of its other words.
        audio_minutes: Listen to at most so many minutes of local recordings, those with most expected errors first, to find speech over
            silence. A minute of audio takes some hundredths of a second.
        reviewed: As people have corrected the transcripts; false takes them as received, corrected or not.

    Returns:
        The queue (``schema.REVIEW_QUEUE``): where to listen, why, ``expected_errors``, ``errors_per_minute``, ``cumulative_minutes``
        and ``share_of_errors``, the expected share of all errors found by then.

    Raises:
        OptionError: ``by`` or ``below`` is not understood.
        LedgerError: The corpus cannot be read.
    """
    if by not in review_queue.PARTS:
        raise OptionError(f"There is no part {by!r} to review.{nearest(str(by), review_queue.PARTS)}")
    if not 0 <= below <= 1:
        raise OptionError(f"below is a confidence from 0 to 1, not {below!r}.")
    with batch_or_corpus.reading() as view:
        words = _words(view, reviewed=reviewed)
        languages = frame_of(view, "languages")
        queue = partial(review_queue.review_queue, risk=calibration, languages=languages, vocabulary=vocabulary, below=below)
        if audio_minutes > 0:
            worst_first = queue(words, by="transcript", below=EVERYTHING)["recording_id"].tolist()
            words["level_db"] = _levels(view, words, worst_first, audio_minutes)
    return queue(words, by=by)


def flag_at(corpus: Batch | Corpus, thresholds: Sequence[float], *, by: str, calibration: Calibration | None = None) -> list[pd.DataFrame]:
    """What :func:`flag_for_review` gives below each of several thresholds, read and looked through once."""
    with corpus.reading() as view:
        words, languages = _words(view, reviewed=True), frame_of(view, "languages")
    return review_queue.review_queues(words, thresholds, by=by, risk=calibration, languages=languages)


def _words(view: CorpusView, *, reviewed: bool) -> pd.DataFrame:
    words = frame_of(view, "words", reviewed=reviewed)
    if reviewed:
        words["settled"] = settled(view, words)
    return words


def settled(view: CorpusView, words: pd.DataFrame) -> pd.Series[Any]:
    """Which words people are done with: those that they corrected or accepted, and those of recordings that they marked as done.

    Args:
        view: The open batch or corpus, with its edits.
        words: Rows of its words as reviewed: ``recording_id`` and ``word_index`` of ``schema.WORDS``.
    """
    found = {name: positions for name, positions in payloads.settled_words(view.ledger, view.completed) if positions}
    is_settled = np.zeros(len(words), dtype=bool)
    rows_of = words.groupby("recording_id", sort=False).indices if found else {}
    for name in found.keys() & rows_of.keys():
        rows = rows_of[name]
        is_settled[rows] = np.isin(words["word_index"].to_numpy()[rows], found[name])
    return pd.Series(is_settled, index=words.index)


def _levels(view: CorpusView, words: pd.DataFrame, recording_ids: Sequence[str], minutes: float) -> pd.Series[Any]:
    """The loudness under each word of as many recordings as fit into so many minutes; NaN for the others and where no file can be read."""
    levels = np.full(len(words), np.nan)
    sources = view.manifest.set_index("recording_id")["source"]
    rows_of = words.groupby("recording_id").indices
    for name in recording_ids:
        rows = rows_of[name]
        spoken = words.iloc[rows]
        length = (spoken["end_ms"].max() - spoken["start_ms"].min()) / 60_000
        path = Path(str(sources[name]))
        if length <= minutes and path.is_file():
            minutes -= length
            with suppress(ScribekitError):  # a file that cannot be decoded any more tells nothing
                levels[rows] = levels_db(path, spoken["start_ms"], spoken["end_ms"])
    return pd.Series(levels, index=words.index)
