"""The public verb ``flag_for_review``: the parts of a corpus that are worth listening to. It sends no request."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pandas as pd

from scribekit.base.errors import OptionError, ScribekitError, nearest
from scribekit.base.names import names_of
from scribekit.corpus import payloads
from scribekit.corpus.handles import Batch, Corpus, takes_corpus
from scribekit.corpus.view import CorpusView
from scribekit.quality.calibration import Calibration
from scribekit.quality.queue import PARTS, review_queue, review_queues
from scribekit.recordings.clips import levels_db
from scribekit.tables.frames import frame_of

EVERYTHING = 1.01  # above every confidence, so that every part is in the queue


@takes_corpus
def flag_for_review(
    batch_or_corpus: Batch | Corpus,
    below: float = 0.9,
    by: Literal["transcript", "utterance", "sentence"] = "transcript",
    calibration: Calibration | None = None,
    *,
    vocabulary: str | Collection[str] | None = None,
    audio_minutes: float = 0.0,
    reviewed: bool = True,
) -> pd.DataFrame:
    """Return what is worth listening to, most expected errors per minute first: "listen to 40 minutes, catch 60 % of the errors".

    A part is in the queue when its mean confidence is below ``below`` or unknown, or when it shows enough signs of trouble:

    - Hallucinated text is always enough: words in a loop, impossible word rates, stock phrases that recognisers produce when nobody speaks,
      a script that the language is not written in, speech over silence. Each such word counts as at least half an expected error.
    - A stray turn is always enough: one or two words inside the speech of another speaker, without pauses around them.
    - Other signs are named when a tenth of the words show them, and are enough when half of the words do: a turn that changes within 150 ms
      or has one word, a word that is long for its letters, half a second without recognised speech after a word, an unknown word, a
      language that the service was not sure of.

    Words that people corrected or accepted are not in the queue, even when their speaker was changed since. Recordings that people marked
    as done are not in the queue until they change again.

    Args:
        batch_or_corpus: A batch or corpus, from ``submit_batch`` or ``open_corpus``.
        below: A part is in the queue when its mean confidence is below this, 0 to 1.
        by: The parts: whole ``"transcript"``, ``"utterance"`` (a sentence where there are no utterances) or ``"sentence"`` (those of
            ``to_frame(corpus, "sentences")``).
        calibration: What ``calibrate`` returned; without it a word's probability of error is 1 - confidence.
        vocabulary: Known words, such as the names in your recordings; every other word is then unknown. Without it, words are unknown only
            in a corpus of at least 5,000 words: those with at least four letters that occur once and are spelt like no other word.
        audio_minutes: Analyse at most this many minutes of local recordings, those with the most expected errors first, to find speech
            over silence. One minute of audio takes a few hundredths of a second.
        reviewed: Take the transcripts as people have corrected them; false takes them as received, corrected or not.

    Returns:
        The queue (``schema.REVIEW_QUEUE``): where to listen, why, ``expected_errors``, ``errors_per_minute``, ``cumulative_minutes``
        and ``share_of_errors``, the expected share of all errors found by then.

    Raises:
        OptionError: ``by`` or ``below`` is not understood.
        LedgerError: The corpus cannot be read.
    """
    if by not in PARTS:
        raise OptionError(f"There is no part {by!r} to review.{nearest(str(by), PARTS)}")
    if not 0 <= below <= 1:
        raise OptionError(f"below is a confidence from 0 to 1, not {below!r}.")
    with batch_or_corpus.reading() as view:
        words = _words(view, reviewed=reviewed)
        languages = frame_of(view, "languages")
        queue = partial(
            review_queue,
            risk=calibration,
            languages=languages,
            vocabulary=None if vocabulary is None else names_of(vocabulary, "vocabulary"),
            below=below,
        )
        if audio_minutes > 0:
            worst_first = queue(words, by="transcript", below=EVERYTHING)["recording_id"].tolist()
            words["level_db"] = _levels(view, words, worst_first, audio_minutes)
    return queue(words, by=by)


def flag_at(corpus: Batch | Corpus, thresholds: Sequence[float], *, by: str, calibration: Calibration | None = None) -> list[pd.DataFrame]:
    """Return what :func:`flag_for_review` returns for each threshold, but read and analyse the corpus only once."""
    with corpus.reading() as view:
        words, languages = _words(view, reviewed=True), frame_of(view, "languages")
    return review_queues(words, thresholds, by=by, risk=calibration, languages=languages)


def _words(view: CorpusView, *, reviewed: bool) -> pd.DataFrame:
    words = view.counted_once(frame_of(view, "words", reviewed=reviewed))
    if reviewed:
        words["settled"] = settled(view, words)
    return words


def settled(view: CorpusView, words: pd.DataFrame) -> pd.Series[Any]:
    """Return which words need no more review: words that people corrected or accepted, and words of recordings marked as done.

    Args:
        view: The open batch or corpus.
        words: ``recording_id`` and ``word_index`` of its words as reviewed (``schema.WORDS``).
    """
    found = {name: positions for name, positions in payloads.settled_words(view.ledger, view.completed) if positions}
    is_settled = np.zeros(len(words), dtype=bool)
    rows_of = words.groupby("recording_id", sort=False).indices if found else {}
    for name in found.keys() & rows_of.keys():
        rows = rows_of[name]
        is_settled[rows] = np.isin(words["word_index"].to_numpy()[rows], found[name])
    return pd.Series(is_settled, index=words.index)


def _levels(view: CorpusView, words: pd.DataFrame, recording_ids: Sequence[str], minutes: float) -> pd.Series[Any]:
    """Return the loudness during each word of as many recordings as fit into ``minutes``; NaN for all other words.

    Recordings without a readable local file are skipped.
    """
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
            with suppress(ScribekitError):  # a file that can no longer be decoded
                levels[rows] = levels_db(path, spoken["start_ms"], spoken["end_ms"])
    return pd.Series(levels, index=words.index)
