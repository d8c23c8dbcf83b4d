"""Comparison of transcripts with references: aligned words, and error rates summed by group or by speaker. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from scribekit.base.errors import OptionError
from scribekit.base.number_words import with_digits
from scribekit.base.schema import EVALUATION
from scribekit.base.text import join_words, numbers_language, tokens
from scribekit.quality.error_rates import (
    DELETED,
    PASSAGE_WORDS,
    Alignment,
    ErrorCounts,
    align,
    character_counts,
    group_texts,
    interval,
    total,
)
from scribekit.quality.references import Reference, has_words
from scribekit.quality.speaker_errors import SpeakerTime, cp_word_errors, diarization_errors

HIT, SUBSTITUTION, INSERTION, DELETION = "hit", "substitution", "insertion", "deletion"

_Indices = npt.NDArray[np.intp]
_Key = tuple[str, str | None]


@dataclass(frozen=True)
class Recording:
    """One recording to measure.

    Attributes:
        group: The row of the evaluation in which it counts.
        reference: What was said.
        words: What was recognised: the rows of ``schema.WORDS`` of this recording.
    """

    group: str
    reference: Reference
    words: pd.DataFrame


@dataclass(frozen=True)
class ComparedRecording:
    """A recording with the normalised words of both sides and their alignment.

    Attributes:
        recording: The recording.
        said: Normalised words of the reference.
        turn_of: The turn of the reference that each word of ``said`` comes from.
        heard: Normalised words of the hypothesis.
        row_of: The row of ``words``, by position, that each word of ``heard`` comes from.
        words: The recognised words, turn by turn.
        alignment: The alignment of ``said`` and ``heard``.
    """

    recording: Recording
    said: list[str]
    turn_of: _Indices
    heard: list[str]
    row_of: _Indices
    words: pd.DataFrame
    alignment: Alignment

    def is_correct(self) -> npt.NDArray[np.float64]:
        """Return for each row of ``words`` 1 when all of it is right, 0 when not, NaN when normalising leaves nothing of it."""
        n_parts = np.bincount(self.row_of, minlength=len(self.words))
        n_right = np.bincount(self.row_of, self.alignment.correct, minlength=len(self.words))
        return np.where(n_parts > 0, n_right == n_parts, np.nan)

    def left_out(self) -> npt.NDArray[np.float64]:
        """Return for each row of ``words`` the number of words deleted after it. The first row also counts those deleted before it."""
        rows = np.maximum(self._rows_before_deletions(), 0) if len(self.words) else np.zeros(0, dtype=np.intp)
        return np.bincount(rows, minlength=len(self.words)).astype(np.float64)

    def errors(self) -> pd.DataFrame:
        """Return the alignment as rows: those of ``words``, and one for each deleted word at the place where it is missing.

        Returns:
            The columns of ``words``, which are missing for deleted words, and the other columns of ``schema.WORD_ERRORS``.
        """
        deleted = np.flatnonzero(self.alignment.outcome == DELETED)
        places = [*self._aligned_places(), *([place] for place in deleted.tolist())]
        speakers = [turn.speaker for turn in self.recording.reference]
        found = {
            "outcome": [*self._outcomes(), *[DELETION] * len(deleted)],
            "said": [join_words([self.said[place] for place in aligned]) or None for aligned in places],
            "said_by": [speakers[self.turn_of[aligned[0]]] if aligned else None for aligned in places],
            "correct": [*self.is_correct(), *[np.nan] * len(deleted)],
            "left_out": [*self.left_out(), *[0.0] * len(deleted)],
        }
        order = np.argsort(np.append(np.arange(len(self.words)), self._rows_before_deletions() + 0.5), kind="stable")
        rows = np.append(np.arange(len(self.words)), np.full(len(deleted), -1))[order]
        words = self.words.reset_index(drop=True).reindex(rows).reset_index(drop=True)
        return words.assign(edited=words["edited"].eq(True), **{name: [values[row] for row in order] for name, values in found.items()})

    def _aligned_places(self) -> list[list[int]]:
        """Return the positions in ``said`` that each row of ``words`` is aligned with; none for an insertion."""
        places: list[list[int]] = [[] for _ in range(len(self.words))]
        for row, place, is_inserted in zip(self.row_of.tolist(), self.alignment.owner.tolist(), self.alignment.inserted, strict=True):
            if not is_inserted:
                places[row].append(place)
        return places

    def _outcomes(self) -> list[str | None]:
        n_parts, n_right, n_inserted = (
            np.bincount(self.row_of, weights, minlength=len(self.words))
            for weights in (None, self.alignment.correct, self.alignment.inserted)
        )
        conditions = [n_parts == 0, n_right == n_parts, n_inserted == n_parts]
        outcomes: list[str | None] = np.select(conditions, [np.array(None, dtype=object), HIT, INSERTION], SUBSTITUTION).tolist()
        return outcomes

    def _rows_before_deletions(self) -> _Indices:
        """Return for each deleted word the row of ``words`` with the last recognised word before it; -1 without one."""
        missing = np.flatnonzero(self.alignment.outcome == DELETED)
        matched = np.flatnonzero(~self.alignment.inserted)
        before = np.searchsorted(self.alignment.owner[matched], missing) - 1
        return np.append(self.row_of[matched], -1)[before]


@dataclass(frozen=True)
class _Counts:
    """The errors of one recording, or of one of its speakers."""

    words: ErrorCounts | None = None
    """None where the reference only says who spoke when."""
    characters: ErrorCounts = field(default_factory=ErrorCounts)
    passages: list[ErrorCounts] = field(default_factory=list)
    cp_words: tuple[int, int] | None = None
    time: SpeakerTime | None = None


def compare(recordings: Sequence[Recording], normaliser: str) -> list[ComparedRecording]:
    """Align every recording with its reference.

    Raises:
        OptionError: The normaliser is not known, or a reference has no words.
    """
    for recording in recordings:
        if not has_words(recording.reference):
            raise OptionError(
                f"The reference of {recording.group!r} says who spoke when, and no words (RTTM). Give one with what was said; "
                "sk.evaluate measures the speakers (der) with this one."
            )
    said = [_tokens((turn.text or "" for turn in recording.reference), normaliser) for recording in recordings]
    in_turns = [_turn_by_turn(recording.words) for recording in recordings]
    heard = [_tokens(words["text"], normaliser, words["utterance_index"].fillna(0).tolist()) for words in in_turns]
    alignments = align([words for words, _ in said], [words for words, _ in heard])
    sides = zip(recordings, said, heard, in_turns, alignments, strict=True)
    return [ComparedRecording(recording, *left, *right, words, alignment) for recording, left, right, words, alignment in sides]


def evaluation_frame(recordings: Sequence[Recording], *, by_speaker: bool, normaliser: str, seed: int) -> pd.DataFrame:
    """Return summed error rates (``schema.EVALUATION``), a row for each group in order of first appearance.

    Args:
        recordings: The recordings to measure.
        by_speaker: Return a row for each speaker of each group's references; reference words without a speaker form a row of their own.
        normaliser: A name in ``base.text.NORMALISERS``.
        seed: Seed of the bootstrap.

    Raises:
        OptionError: There is no such normaliser.
    """
    rows: defaultdict[_Key, list[_Counts]] = defaultdict(list)
    aligned = iter(compare([recording for recording in recordings if has_words(recording.reference)], normaliser))
    for recording in recordings:
        compared = next(aligned) if has_words(recording.reference) else None
        if by_speaker:
            for speaker, counts in _by_speaker(compared) if compared else ():
                rows[recording.group, speaker].append(counts)
        else:
            time = _speaker_time(recording.reference, recording.words)
            rows[recording.group, None].append(replace(_whole(compared), time=time) if compared else _Counts(time=time))
    return EVALUATION.frame([{**_row(key, counts, seed), "normaliser": normaliser} for key, counts in rows.items()])


def _row(key: _Key, counts: Sequence[_Counts], seed: int) -> dict[str, object]:
    in_words = [item.words for item in counts if item.words is not None]
    words = total(in_words)
    characters = total([item.characters for item in counts])
    cp_words = [item.cp_words for item in counts if item.cp_words]
    times = [item.time for item in counts if item.time]
    units = {
        "wer": _units(in_words if len(counts) > 1 else counts[0].passages),
        "cer": _units([item.characters for item in counts if item.words is not None]),
        "cpwer": cp_words,
        "der": [(time.errors_ms, time.total_ms) for time in times],
    }
    intervals = {name: interval(of_rate, seed=seed) for name, of_rate in units.items()}
    return {
        "group": key[0],
        "speaker": key[1],
        "n_recordings": len(counts),
        "reference_words": words.reference,
        "hits": words.hits,
        "substitutions": words.substitutions,
        "deletions": words.deletions,
        "insertions": words.insertions,
        "wer": words.rate if in_words else np.nan,
        "reference_characters": characters.reference,
        "character_errors": characters.errors,
        "cer": characters.rate if in_words else np.nan,
        "cpwer_recordings": len(cp_words),
        "cpwer": sum(errors for errors, _ in cp_words) / max(1, sum(n for _, n in cp_words)) if cp_words else np.nan,
        "der_recordings": len(times),
        "der": sum(times, SpeakerTime()).rate,
        **{f"{name}_{end}": value for name, ends in intervals.items() for end, value in zip(("low", "high"), ends, strict=True)},
    }


def _units(counts: Sequence[ErrorCounts]) -> list[tuple[int, int]]:
    """Return errors and reference length of each item, for the bootstrap."""
    return [(item.errors, item.reference) for item in counts]


def _whole(compared: ComparedRecording) -> _Counts:
    characters = character_counts([join_words(compared.said)], [join_words(compared.heard)])[0]
    alignment = compared.alignment
    return _Counts(alignment.counts(), characters, alignment.passages(), _cp_words(compared))


def _by_speaker(compared: ComparedRecording) -> Iterable[tuple[str | None, _Counts]]:
    speakers = [turn.speaker for turn in compared.recording.reference] or [None]
    names = list(dict.fromkeys(speakers))
    speaker_of = np.array([names.index(name) for name in speakers], dtype=np.intp)[compared.turn_of]
    heard_from = speaker_of[compared.alignment.owner] if len(speaker_of) else np.zeros(len(compared.heard), dtype=np.intp)
    said, heard = group_texts(compared.said, speaker_of, len(names)), group_texts(compared.heard, heard_from, len(names))
    words = compared.alignment.by_group(speaker_of, len(names))
    for number, characters in enumerate(character_counts(said, heard)):
        yield names[number], _Counts(words[number], characters, _passages(compared.alignment, speaker_of == number))


def _passages(alignment: Alignment, mine: npt.NDArray[np.bool_]) -> list[ErrorCounts]:
    n_passages = -(-int(mine.sum()) // PASSAGE_WORDS)
    group = np.where(mine, (np.cumsum(mine) - 1) // PASSAGE_WORDS, n_passages)
    return alignment.by_group(group, n_passages + 1)[:n_passages]


def _cp_words(compared: ComparedRecording) -> tuple[int, int] | None:
    """Return the cpWER errors and the number of reference words; None where either side does not name all speakers."""
    labels = compared.words["speaker"]
    speakers = [turn.speaker for turn in compared.recording.reference]
    if not speakers or None in speakers or labels.isna().any():
        return None
    said: defaultdict[str, list[str]] = defaultdict(list)
    for word, turn in zip(compared.said, compared.turn_of.tolist(), strict=True):
        said[str(speakers[turn])].append(word)
    heard: defaultdict[str, list[str]] = defaultdict(list)
    for word, label in zip(compared.heard, labels.iloc[compared.row_of], strict=True):
        heard[label].append(word)
    return cp_word_errors(said, heard), len(compared.said)


def _speaker_time(reference: Reference, words: pd.DataFrame) -> SpeakerTime | None:
    """Return the diarisation errors; None where either side has turns without a speaker or without times."""
    said = []
    for turn in reference:
        if turn.speaker is None or turn.start_ms is None or turn.end_ms is None:
            return None
        said.append((turn.speaker, turn.start_ms, turn.end_ms))
    if words[["speaker", "utterance_index"]].isna().to_numpy().any():
        return None
    turns = words.groupby("utterance_index").agg(speaker=("speaker", "first"), start=("start_ms", "min"), end=("end_ms", "max"))
    return diarization_errors(said, list(turns.itertuples(index=False, name=None)))


def _turn_by_turn(words: pd.DataFrame) -> pd.DataFrame:
    """Return the words in the order of their turns, so that words of overlapping turns do not alternate."""
    if words["utterance_index"].isna().any():
        return words
    return words.sort_values("utterance_index", kind="stable")


def _tokens(texts: Iterable[str], normaliser: str, turns: Sequence[int] | None = None) -> tuple[list[str], _Indices]:
    """Return the normalised words of the texts, and the number of the text that each word comes from.

    Args:
        texts: The texts.
        normaliser: A name in ``base.text.NORMALISERS``.
        turns: The turn of each text: a number may be written in the words of several texts of a turn. By default each is one of its own.
    """
    language = numbers_language(normaliser)
    known: dict[str, list[str]] = {}
    found: list[str] = []
    source: list[int] = []
    for number, text in enumerate(texts):
        if text not in known:
            known[text] = tokens(text, "basic" if language else normaliser)
        parts = known[text]
        found += parts
        source += [number] * len(parts)
    if language:
        found, places = with_digits(found, language, [number if turns is None else turns[number] for number in source])
        source = [source[place] for place in places]
    return found, np.array(source, dtype=np.intp)
