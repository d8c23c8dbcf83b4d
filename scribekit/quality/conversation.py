"""Turn statistics: how much and how fast each speaker talks, and how speakers take turns. Pure.

A pause is a silence between two words of one speaker. A gap is a silence between two speakers (M. Heldner, J. Edlund, "Pauses, gaps and
overlaps in conversations", Journal of Phonetics 38, 2010).
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from scribekit.base.schema import TURN_STATISTICS

PAUSE_MS = 500

_Integers = npt.NDArray[np.int64]
_Floats = npt.NDArray[np.float64]
_Numbers = npt.NDArray[Any]


def speaker_statistics(utterances: pd.DataFrame, words: pd.DataFrame | None = None) -> pd.DataFrame:
    """Return ``schema.TURN_STATISTICS``: one row per recording and speaker, in order of their first turns.

    Args:
        utterances: Rows of ``schema.UTTERANCES``; those without a speaker are left out.
        words: ``recording_id``, ``speaker``, ``start_ms`` and ``end_ms`` of ``schema.WORDS``. Pauses are the silences between them, or
            between utterances when no words are given.

    Example:
        >>> turns = pd.DataFrame({"recording_id": ["a", "a"], "speaker": ["A", "B"], "n_words": [9, 3]})
        >>> turns = turns.assign(start_ms=[0, 3500], end_ms=[3000, 4500])
        >>> speaker_statistics(turns)[["speaker", "talk_listen_ratio", "words_per_minute", "response_s"]].to_numpy().tolist()
        [['A', 3.0, 180.0, nan], ['B', 0.3333333333333333, 180.0, 0.5]]
    """
    spoken = _by_start(utterances)
    if spoken.empty:
        return TURN_STATISTICS.frame()
    pair, pairs = _pairs(spoken)
    recording = pd.factorize(pairs.get_level_values(0))[0]
    talk, alone = _talk_times(spoken, pair, len(pairs))
    total = np.bincount(recording, talk)[recording]
    turns = _turns(spoken, pair)
    of_pair = turns.groupby("pair")
    n_words = of_pair["n_words"].sum().to_numpy()
    silences = of_pair["silence_ms"]
    pauses = _pauses(spoken if words is None else _by_start(words), pairs)
    found: dict[str, Any] = {
        "recording_id": pairs.get_level_values(0),
        "speaker": pairs.get_level_values(1),
        "n_turns": of_pair.size(),
        "n_words": n_words,
        "talk_s": talk / 1000,
        "talk_share": _over(talk, total, np.nan),
        "talk_listen_ratio": _over(talk, total - talk, np.inf),
        "words_per_minute": _over(n_words * 60_000, talk, np.nan),
        "longest_turn_s": (turns["end_ms"] - turns["start_ms"]).groupby(turns["pair"]).max() / 1000,
        "overlap_s": (talk - alone) / 1000,
        "interruptions": of_pair["interrupts"].sum(),
        "response_s": silences.median() / 1000,
        "response_p25_s": silences.quantile(0.25) / 1000,
        "response_p75_s": silences.quantile(0.75) / 1000,
        **pauses,
    }
    return TURN_STATISTICS.frame({name: values.tolist() for name, values in found.items()})


def _by_start(spans: pd.DataFrame) -> pd.DataFrame:
    """Return the utterances or words that have a speaker, recording by recording, sorted by start."""
    spoken = spans[spans["speaker"].notna()]
    order = np.lexsort((spoken["start_ms"].to_numpy(np.int64), pd.factorize(spoken["recording_id"])[0]))
    return spoken.iloc[order]


def _pairs(spoken: pd.DataFrame) -> tuple[npt.NDArray[np.intp], pd.MultiIndex]:
    """Number the pairs of recording and speaker in order of appearance; return the number of each span, and the pairs."""
    recording, recordings = pd.factorize(spoken["recording_id"])
    speaker, speakers = pd.factorize(spoken["speaker"])
    pair, keys = pd.factorize(recording * max(len(speakers), 1) + speaker)
    return pair, pd.MultiIndex.from_arrays([recordings[keys // max(len(speakers), 1)], speakers[keys % max(len(speakers), 1)]])


def _talk_times(spoken: pd.DataFrame, pair: npt.NDArray[np.intp], n_pairs: int) -> tuple[_Numbers, _Numbers]:
    """Return the milliseconds that each speaker speaks, and those of them in which no other speaker does."""
    starts, ends = spoken["start_ms"].to_numpy(np.int64), spoken["end_ms"].to_numpy(np.int64)
    by_pair = np.argsort(pair, kind="stable")
    offsets = _offsets(pair, ends)
    new_from = np.empty_like(starts)
    new_from[by_pair] = np.maximum((starts + offsets)[by_pair], _latest_end_before((ends + offsets)[by_pair]))
    lengths = np.maximum(ends + offsets - new_from, 0)  # without what earlier spans of the same speaker cover
    until = ends + _offsets(pd.factorize(spoken["recording_id"])[0], ends)
    times, steps = np.concatenate([until - lengths, until]), np.repeat([1, -1], len(until))
    order = np.argsort(times, kind="stable")
    n_speaking = np.cumsum(steps[order])
    sum_of_pairs = np.cumsum((steps * np.tile(pair, 2))[order])  # where one speaker speaks, the sum is their number
    is_alone = n_speaking[:-1] == 1
    alone = np.bincount(sum_of_pairs[:-1][is_alone], np.diff(times[order])[is_alone], n_pairs)
    return np.bincount(pair, lengths, n_pairs), alone


def _offsets(codes: npt.NDArray[np.intp], ends: _Integers) -> _Integers:
    """Return what to add to the times of each group so that each group ends before the next one starts."""
    offsets: _Integers = codes.astype(np.int64) * (int(ends.max(initial=0)) + 1)
    return offsets


def _latest_end_before(ends: _Integers) -> _Integers:
    """Return the latest end of all earlier spans for each span; -1 for the first."""
    return np.append(np.int64(-1), np.maximum.accumulate(ends)[:-1])


def _turns(spoken: pd.DataFrame, pair: npt.NDArray[np.intp]) -> pd.DataFrame:
    """Return the turns: runs of one speaker's utterances, the silence before each, and whether it interrupts the others."""
    first = np.flatnonzero(np.diff(pair, prepend=-1))
    turns = pd.DataFrame(
        {
            "pair": pair[first],
            "start_ms": spoken["start_ms"].to_numpy(np.int64)[first],
            "end_ms": np.maximum.reduceat(spoken["end_ms"].to_numpy(np.int64), first),
            "n_words": np.add.reduceat(spoken["n_words"].to_numpy(np.int64), first),
        }
    )
    own, others = _latest_ends(spoken["recording_id"].to_numpy()[first].tolist(), turns["pair"].tolist(), turns["end_ms"].tolist())
    silence = turns["start_ms"] - others
    turns["interrupts"] = (silence < 0) & (others < turns["end_ms"])
    turns["silence_ms"] = silence.where((silence >= 0) & ~(own > others))
    return turns


def _latest_ends(recordings: list[Any], pairs: list[int], ends: list[int]) -> tuple[_Floats, _Floats]:
    """Return the latest end before each turn, of the same speaker and of all others in the recording; NaN where there is none."""
    own, others = np.full(len(pairs), np.nan), np.full(len(pairs), np.nan)
    latest: dict[int, int] = {}
    previous = None
    for turn, (recording, pair, end) in enumerate(zip(recordings, pairs, ends, strict=True)):
        if recording != previous:
            latest, previous = {}, recording
        own[turn] = latest.get(pair, np.nan)
        others[turn] = max((until for other, until in latest.items() if other != pair), default=np.nan)
        latest[pair] = max(end, latest.get(pair, end))
    return own, others


def _pauses(spoken: pd.DataFrame, pairs: pd.MultiIndex) -> dict[str, _Numbers]:
    """Return the number, the sum and the maximum of each speaker's pauses: silences after which the last speaker continues."""
    starts, ends = spoken["start_ms"].to_numpy(np.int64), spoken["end_ms"].to_numpy(np.int64)
    own, named = _pairs(spoken)
    pair = pairs.get_indexer(named)[own] if len(own) else own
    offsets = _offsets(pd.factorize(spoken["recording_id"])[0], ends)
    latest_end = _latest_end_before(ends + offsets)
    is_latest = ends + offsets >= latest_end
    latest = np.maximum.accumulate(np.where(is_latest, np.arange(len(ends)), 0))  # the span with the latest end so far
    last_speaker = np.append(-1, pair[latest[:-1]])[: len(pair)]
    silence = starts + offsets - latest_end
    is_pause = (silence >= PAUSE_MS) & (last_speaker == pair) & (pair >= 0)
    whose, lengths = pair[is_pause], silence[is_pause]
    longest = np.zeros(len(pairs))
    np.maximum.at(longest, whose, lengths / 1000)
    return {
        "pauses": np.bincount(whose, minlength=len(pairs)),
        "pause_s": np.bincount(whose, lengths, len(pairs)) / 1000,
        "longest_pause_s": longest,
    }


def _over(value: _Numbers, by: _Numbers, otherwise: float) -> _Numbers:
    """Divide; return another value where the divisor is 0."""
    quotient: _Numbers = np.divide(value, by, out=np.full(len(by), otherwise), where=by > 0)
    return quotient
