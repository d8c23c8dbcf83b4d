"""Turn statistics: who talks how much, how fast, and how people take turns."""

from __future__ import annotations

import numpy as np
import pandas as pd

from scribekit.schema import TURN_STATISTICS


def turn_statistics(utterances: pd.DataFrame) -> pd.DataFrame:
    """One row per recording and speaker, with the columns of ``schema.TURN_STATISTICS``, in order of first turns.

    Args:
        utterances: Rows of ``schema.UTTERANCES``; those without a speaker are left out.

    Example:
        >>> turns = pd.DataFrame({"recording_id": ["a", "a"], "speaker": ["A", "B"], "n_words": [9, 3]})
        >>> turns = turns.assign(start_ms=[0, 3500], end_ms=[3000, 4500])
        >>> turn_statistics(turns)[["speaker", "talk_listen_ratio", "words_per_minute", "response_s"]].to_numpy().tolist()
        [['A', 3.0, 180.0, nan], ['B', 0.3333333333333333, 180.0, 0.5]]
    """
    spoken = utterances[utterances["speaker"].notna()]
    rows = [row for name, group in spoken.groupby("recording_id", sort=False) for row in _rows(str(name), group)]
    return TURN_STATISTICS.frame(rows)


def _rows(recording_id: str, utterances: pd.DataFrame) -> list[dict[str, object]]:
    ordered = utterances.sort_values("start_ms", kind="stable", ignore_index=True)
    turns = _turns(ordered)
    talk_ms = {speaker: _covered(group) for speaker, group in ordered.groupby("speaker", sort=False)}
    everybody = sum(talk_ms.values())
    rows = []
    for speaker, mine in turns.groupby("speaker", sort=False):
        talk = talk_ms[speaker]
        others = ordered[ordered["speaker"] != speaker]
        together = talk + _covered(others) - _covered(ordered)
        others_talk = everybody - talk
        n_words = int(mine["n_words"].sum())
        rows.append(
            {
                "recording_id": recording_id,
                "speaker": speaker,
                "n_turns": len(mine),
                "n_words": n_words,
                "talk_s": talk / 1000,
                "talk_share": talk / everybody if everybody else np.nan,
                "talk_listen_ratio": talk / others_talk if others_talk else np.inf,
                "words_per_minute": n_words / talk * 60_000 if talk else np.nan,
                "longest_turn_s": (mine["end_ms"] - mine["start_ms"]).max() / 1000,
                "overlap_s": together / 1000,
                "interruptions": int(mine["interrupts"].sum()),
                "response_s": mine["silence_ms"].median() / 1000,
            }
        )
    return rows


def _turns(ordered: pd.DataFrame) -> pd.DataFrame:
    """Runs of one speaker's utterances, with the silence before each and whether it cuts off the turn before."""
    run = (ordered["speaker"] != ordered["speaker"].shift()).cumsum().to_numpy()
    turns = ordered.groupby(run).agg(
        speaker=("speaker", "first"), start_ms=("start_ms", "min"), end_ms=("end_ms", "max"), n_words=("n_words", "sum")
    )
    before = turns.shift()
    turns["interrupts"] = (turns["start_ms"] < before["end_ms"]) & (before["end_ms"] < turns["end_ms"])
    silence = turns["start_ms"] - before["end_ms"]
    turns["silence_ms"] = silence.where(silence >= 0)
    return turns


def _covered(spans: pd.DataFrame) -> int:
    """Milliseconds in which at least one of the spans, ordered by start, runs."""
    if spans.empty:
        return 0
    starts, ends = spans["start_ms"].to_numpy(), spans["end_ms"].to_numpy()
    reached = np.maximum.accumulate(ends)
    from_ms = np.maximum(starts, np.concatenate([[starts[0]], reached[:-1]]))
    return int(np.maximum(0, ends - from_ms).sum())
