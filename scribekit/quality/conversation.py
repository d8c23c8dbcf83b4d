"""Turn statistics: who talks how much, how fast, and how people take turns. Pure.

Pauses are silences within what one person says, gaps those between people (M. Heldner, J. Edlund, "Pauses, gaps and overlaps in
conversations", Journal of Phonetics 38, 2010).
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


def turn_statistics(utterances: pd.DataFrame, words: pd.DataFrame | None = None) -> pd.DataFrame:
    """One row per recording and speaker, with the columns of ``schema.TURN_STATISTICS``, in order of first turns.

    Args:
        utterances: Rows of ``schema.UTTERANCES``; those without a speaker are left out.
        words: ``recording_id``, ``speaker``, ``start_ms`` and ``end_ms`` of ``schema.WORDS``, between which pauses are looked for; by
            default between utterances.

    Example:
        >>> turns = pd.DataFrame({"recording_id": ["a", "a"], "speaker": ["A", "B"], "n_words": [9, 3]})
        >>> turns = turns.assign(start_ms=[0, 3500], end_ms=[3000, 4500])
        >>> turn_statistics(turns)[["speaker", "talk_listen_ratio", "words_per_minute", "response_s"]].to_numpy().tolist()
        [['A', 3.0, 180.0, nan], ['B', 0.3333333333333333, 180.0, 0.5]]
    """
    spoken = _in_order(utterances)
    if spoken.empty:
        return TURN_STATISTICS.frame()
    pair, pairs = _pairs(spoken)
    recording = pd.factorize(pairs.get_level_values(0))[0]
    talk, alone = _talk(spoken, pair, len(pairs))
    everybody = np.bincount(recording, talk)[recording]
    turns = _turns(spoken, pair)
    of_pair = turns.groupby("pair")
    n_words = of_pair["n_words"].sum().to_numpy()
    silences = of_pair["silence_ms"]
    pauses = _pauses(spoken if words is None else _in_order(words), pairs)
    found: dict[str, Any] = {
        "recording_id": pairs.get_level_values(0),
        "speaker": pairs.get_level_values(1),
        "n_turns": of_pair.size(),
        "n_words": n_words,
        "talk_s": talk / 1000,
        "talk_share": _over(talk, everybody, np.nan),
        "talk_listen_ratio": _over(talk, everybody - talk, np.inf),
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


def _in_order(spans: pd.DataFrame) -> pd.DataFrame:
    """Utterances or words with a speaker, recording by recording, in order of their starts."""
    spoken = spans[spans["speaker"].notna()]
    order = np.lexsort((spoken["start_ms"].to_numpy(np.int64), pd.factorize(spoken["recording_id"])[0]))
    return spoken.iloc[order]


def _pairs(spoken: pd.DataFrame) -> tuple[npt.NDArray[np.intp], pd.MultiIndex]:
    """A number for each recording and speaker, in order of appearance, and what the numbers stand for."""
    recording, recordings = pd.factorize(spoken["recording_id"])
    speaker, speakers = pd.factorize(spoken["speaker"])
    pair, keys = pd.factorize(recording * max(len(speakers), 1) + speaker)
    return pair, pd.MultiIndex.from_arrays([recordings[keys // max(len(speakers), 1)], speakers[keys % max(len(speakers), 1)]])


def _talk(spoken: pd.DataFrame, pair: npt.NDArray[np.intp], n_pairs: int) -> tuple[_Numbers, _Numbers]:
    """Milliseconds in which each speaker speaks, and in which nobody else does."""
    starts, ends = spoken["start_ms"].to_numpy(np.int64), spoken["end_ms"].to_numpy(np.int64)
    by_pair = np.argsort(pair, kind="stable")
    apart = _apart(pair, ends)
    reach = _reach_before((ends + apart)[by_pair])
    fresh = np.empty_like(starts)
    fresh[by_pair] = np.maximum((starts + apart)[by_pair], reach)
    lasts = np.maximum(ends + apart - fresh, 0)  # where the speaker was not speaking yet
    apart_by_recording = _apart(pd.factorize(spoken["recording_id"])[0], ends)
    until = ends + apart_by_recording
    times, steps = np.concatenate([until - lasts, until]), np.repeat([1, -1], len(until))
    order = np.argsort(times, kind="stable")
    speaking, who = np.cumsum(steps[order]), np.cumsum((steps * np.tile(pair, 2))[order])  # the sum names the one who speaks alone
    is_alone = speaking[:-1] == 1
    alone = np.bincount(who[:-1][is_alone], np.diff(times[order])[is_alone], n_pairs)
    return np.bincount(pair, lasts, n_pairs), alone


def _apart(codes: npt.NDArray[np.intp], ends: _Integers) -> _Integers:
    """What to add to the times of each group so that those of one are all before those of the next."""
    apart: _Integers = codes.astype(np.int64) * (int(ends.max(initial=0)) + 1)
    return apart


def _reach_before(ends: _Integers) -> _Integers:
    """The latest end before each span; before all times for the first."""
    return np.append(np.int64(-1), np.maximum.accumulate(ends)[:-1])


def _turns(spoken: pd.DataFrame, pair: npt.NDArray[np.intp]) -> pd.DataFrame:
    """Runs of one speaker's utterances, with the silence after the others' last word and whether it cuts them off."""
    first = np.flatnonzero(np.diff(pair, prepend=-1))
    turns = pd.DataFrame(
        {
            "pair": pair[first],
            "start_ms": spoken["start_ms"].to_numpy(np.int64)[first],
            "end_ms": np.maximum.reduceat(spoken["end_ms"].to_numpy(np.int64), first),
            "n_words": np.add.reduceat(spoken["n_words"].to_numpy(np.int64), first),
        }
    )
    own, others = _reached(spoken["recording_id"].to_numpy()[first].tolist(), turns["pair"].tolist(), turns["end_ms"].tolist())
    silence = turns["start_ms"] - others
    turns["interrupts"] = (silence < 0) & (others < turns["end_ms"])
    turns["silence_ms"] = silence.where((silence >= 0) & ~(own > others))
    return turns


def _reached(recordings: list[Any], pairs: list[int], ends: list[int]) -> tuple[_Floats, _Floats]:
    """How late the speaker of each turn, and anybody else in the recording, has spoken before it; NaN where they have not."""
    own, others = np.full(len(pairs), np.nan), np.full(len(pairs), np.nan)
    reached: dict[int, int] = {}
    before = None
    for place, (recording, pair, end) in enumerate(zip(recordings, pairs, ends, strict=True)):
        if recording != before:
            reached, before = {}, recording
        own[place] = reached.get(pair, np.nan)
        others[place] = max((latest for other, latest in reached.items() if other != pair), default=np.nan)
        reached[pair] = max(end, reached.get(pair, end))
    return own, others


def _pauses(spoken: pd.DataFrame, pairs: pd.MultiIndex) -> dict[str, _Numbers]:
    """Silences of half a second or more after which the one who spoke last goes on: how many, how long together, and the longest."""
    starts, ends = spoken["start_ms"].to_numpy(np.int64), spoken["end_ms"].to_numpy(np.int64)
    own, named = _pairs(spoken)
    pair = pairs.get_indexer(named)[own] if len(own) else own
    apart = _apart(pd.factorize(spoken["recording_id"])[0], ends)
    reach = _reach_before(ends + apart)
    is_latest = ends + apart >= reach
    latest = np.maximum.accumulate(np.where(is_latest, np.arange(len(ends)), 0))  # the place of the span that has reached furthest
    before = np.append(-1, pair[latest[:-1]])[: len(pair)]
    silence = starts + apart - reach
    is_pause = (silence >= PAUSE_MS) & (before == pair) & (pair >= 0)
    whose, lasts = pair[is_pause], silence[is_pause]
    longest = np.zeros(len(pairs))
    np.maximum.at(longest, whose, lasts / 1000)
    return {
        "pauses": np.bincount(whose, minlength=len(pairs)),
        "pause_s": np.bincount(whose, lasts, len(pairs)) / 1000,
        "longest_pause_s": longest,
    }


def _over(value: _Numbers, by: _Numbers, otherwise: float) -> _Numbers:
    """A quotient, or another value where nothing is divided by."""
    quotient: _Numbers = np.divide(value, by, out=np.full(len(by), otherwise), where=by > 0)
    return quotient
