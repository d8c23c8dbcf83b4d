"""The public verbs that measure transcripts and say what is worth a listen; they ask the service for nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pandas as pd

from scribekit import calibration as calibrating
from scribekit import conversation, review_queue
from scribekit.calibration import Calibration
from scribekit.corpus import Batch, Corpus, manifest_of
from scribekit.errors import OptionError, nearest
from scribekit.evaluation import Recording, compare, evaluation_frame
from scribekit.ledger import Ledger
from scribekit.references import Reference, as_reference, from_file
from scribekit.schema import WORDS
from scribekit.tables import to_frame

References = Mapping[str, str | Sequence[Mapping[str, Any]]] | pd.DataFrame | str


def evaluate(
    corpus: Batch | Corpus,
    references: References,
    *,
    by: str | None = None,
    normaliser: str = "basic",
    seed: int = 0,
) -> pd.DataFrame:
    """Word and character error rates against what was really said, summed over recordings, not averaged.

    Words are aligned by jiwer. cpWER and DER are there where both sides tell speakers; DER also needs the reference's times. Intervals
    are bootstrapped over the recordings of a row, or over passages of 25 words when it has one recording alone.

    Args:
        corpus: What ``submit_batch`` or ``open_corpus`` gave.
        references: ``recording_id`` → text (``A: words`` lines tell speakers) or list of turns (``speaker``, ``text``, and ``start_ms``
            and ``end_ms``, or ``start`` and ``end`` in seconds); or a frame with ``recording_id`` and ``reference``; or the name of the
            manifest column that holds paths of such text or JSON files. A relative path is looked for from the folder of the recording
            upwards, then in the working folder. Recordings without a transcript or a reference are left out.
        by: ``None`` for one row, ``"recording"``, ``"speaker"`` (of the reference, in each recording), or a manifest column.
        normaliser: ``"basic"`` (case, punctuation and hyphens do not count) or ``"none"``; see ``scribekit.quality.normalise``.
        seed: Seed of the bootstrap.

    Returns:
        ``group, speaker, n_recordings``, the counts, ``wer`` with its 95 % interval, ``cer``, ``cpwer`` and ``der``
        (``schema.EVALUATION``). With an empty reference a rate is the number of insertions, so 0 when nothing was heard either.

    Raises:
        OptionError: ``by``, ``normaliser`` or a reference is not understood, or no recording has both sides.
        MissingExtraError: jiwer is not installed.
    """
    ids = to_frame(corpus)["recording_id"].tolist()
    said = _references(references, corpus, ids)
    words = to_frame(corpus, "words")
    recordings = _recordings(words, said, [name for name in ids if name in said], _group_of(by, corpus))
    frame = evaluation_frame(recordings, by_speaker=by == "speaker", normaliser=normaliser, seed=seed)
    if frame.empty:
        raise OptionError("None of the references tells who speaks: write lines like 'A: words', or turns with a 'speaker'.")
    return frame


def calibrate(words: pd.DataFrame | Batch | Corpus, references: References, *, normaliser: str = "basic") -> Calibration:
    """How often words of a given confidence are right, learnt from recordings whose words are known.

    Args:
        words: The words of ``to_frame(corpus, "words")`` (``recording_id``, ``text``, ``confidence``), or a batch or corpus.
        references: As for ``evaluate``; the name of a manifest column needs a batch or corpus.
        normaliser: As for ``evaluate``.

    Returns:
        The reliability ``table``, the expected calibration error ``ece`` and the mapping ``probability_of_error``, which
        ``flag_for_review`` takes as ``calibration``.

    Raises:
        OptionError: A reference is not understood, no recording has both sides, or no word has a confidence.
        MissingExtraError: jiwer is not installed.
    """
    corpus = words if isinstance(words, Corpus) else None
    frame = words if isinstance(words, pd.DataFrame) else to_frame(words, "words")
    frame = frame.reindex(columns=WORDS.names)
    ids = frame["recording_id"].unique().tolist()
    said = _references(references, corpus, ids)
    recordings = _recordings(frame, said, [name for name in ids if name in said], str)
    compared = compare(recordings, normaliser)
    correct = np.concatenate([item.is_correct() for item in compared])
    confidence = np.concatenate([item.words["confidence"].to_numpy(dtype=np.float64) for item in compared])
    return calibrating.fit(confidence[~np.isnan(correct)], correct[~np.isnan(correct)])


def flag_for_review(
    batch_or_corpus: Batch | Corpus,
    below: float = 0.9,
    by: Literal["transcript", "utterance", "sentence"] = "transcript",
    calibration: Calibration | None = None,
) -> pd.DataFrame:
    """What is worth a listen, most expected errors per minute first: "listen to 40 minutes, catch 60 % of the errors".

    A part is in the queue when its mean confidence is under ``below`` or when it shows a sign of trouble: words that repeat themselves,
    impossible word rates, phrases that recognisers invent over silence, a script that its language is not written in, a stray turn.

    Args:
        batch_or_corpus: What ``submit_batch`` or ``open_corpus`` gave.
        below: Mean confidence under which a part is in the queue, 0 to 1.
        by: The parts: whole ``"transcript"``, ``"utterance"`` (a sentence where there are none) or ``"sentence"`` (by punctuation).
        calibration: What ``calibrate`` learnt; without one a word's probability of error is taken as 1 - confidence.

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
    transcripts = to_frame(batch_or_corpus)
    languages = dict(zip(transcripts["recording_id"], transcripts["language"], strict=True))
    risk = calibration.probability_of_error if calibration else review_queue.one_minus
    return review_queue.review_queue(to_frame(batch_or_corpus, "words"), below=below, by=by, risk=risk, languages=languages)


def turn_statistics(corpus: Batch | Corpus) -> pd.DataFrame:
    """Who talks how much and how: shares, talk/listen ratio, pace, overlaps, interruptions and pauses.

    Args:
        corpus: What ``submit_batch`` or ``open_corpus`` gave. Recordings without speaker labels or channels are left out.

    Returns:
        One row per recording and speaker (``schema.TURN_STATISTICS``), in order of first turns.

    Raises:
        LedgerError: The corpus cannot be read.
    """
    return conversation.turn_statistics(to_frame(corpus, "utterances"))


def _recordings(words: pd.DataFrame, said: Mapping[str, Reference], ids: Sequence[str], group_of: Callable[[str], str]) -> list[Recording]:
    if not ids:
        known = f" The references are for {', '.join(sorted(said)[:3])} …" if said else " There are no references."
        raise OptionError(f"No transcript has a reference.{known}")
    wanted = words[words["recording_id"].isin(ids)]
    of_recording = dict(iter(wanted.groupby("recording_id", sort=False)))
    return [Recording(group_of(name), said[name], of_recording.get(name, words.iloc[:0])) for name in ids]


def _group_of(by: str | None, corpus: Corpus) -> Callable[[str], str]:
    if by is None:
        return lambda _: "all"
    if by in ("recording", "recording_id", "speaker"):
        return str
    manifest = _manifest(corpus)
    if by not in manifest:
        known = ["recording", "speaker", *map(str, manifest)]
        raise OptionError(f"There is no manifest column {by!r} to group by.{nearest(str(by), known)}")
    values = dict(zip(manifest["recording_id"], manifest[by], strict=True))
    return lambda name: str(values[name])


def _references(references: References, corpus: Corpus | None, ids: Sequence[str]) -> dict[str, Reference]:
    if isinstance(references, str):
        return _from_files(references, corpus, set(ids))
    if isinstance(references, pd.DataFrame):
        missing = [name for name in ("recording_id", "reference") if name not in references]
        if missing:
            raise OptionError(f"A frame of references has the columns recording_id and reference; {' and '.join(missing)} is missing.")
        references = dict(zip(references["recording_id"], references["reference"], strict=True))
    return {name: as_reference(value) for name, value in references.items() if not _is_missing(value)}


def _from_files(column: str, corpus: Corpus | None, ids: set[str]) -> dict[str, Reference]:
    if corpus is None:
        raise OptionError(f"Give a batch or corpus to read references from the manifest column {column!r}.")
    manifest = _manifest(corpus)
    if column not in manifest:
        raise OptionError(f"The manifest has no column {column!r}.{nearest(column, map(str, manifest))}")
    rows = manifest[manifest["recording_id"].isin(ids) & manifest[column].notna()]
    found = {}
    for name, source, value in zip(rows["recording_id"], rows["source"], rows[column], strict=True):
        path = _find(Path(str(value)).expanduser(), Path(str(source)))
        found[name] = from_file(path.read_text("utf-8-sig"), path.name)
    return found


def _find(path: Path, source: Path) -> Path:
    for folder in [*source.parents, Path.cwd()]:
        if (folder / path).is_file():
            return folder / path
    raise OptionError(f"There is no reference file {str(path)!r} in the folder of the recording or above it, nor in the working folder.")


def _manifest(corpus: Corpus) -> pd.DataFrame:
    with Ledger(corpus.path) as ledger:
        return manifest_of(corpus, ledger)


def _is_missing(value: Any) -> bool:
    return value is None or (isinstance(value, float) and np.isnan(value))
