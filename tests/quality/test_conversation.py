import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scribekit.base import schema
from scribekit.quality.conversation import speaker_statistics


def statistics_of(*turns, recording="a"):
    """Turns of (speaker, start, end, words), in seconds."""
    rows = [
        {
            "recording_id": recording,
            "utterance_index": i,
            "speaker": speaker,
            "start_ms": start * 1000,
            "end_ms": end * 1000,
            "n_words": words,
        }
        for i, (speaker, start, end, words) in enumerate(turns)
    ]
    return speaker_statistics(schema.UTTERANCES.frame([{"text": "", **row} for row in rows]))


def figures(statistics, column):
    return dict(zip(statistics["speaker"], statistics[column].tolist(), strict=True))


def test_shares_ratio_and_pace():
    statistics = statistics_of(("A", 0, 6, 15), ("B", 7, 9, 8))
    assert figures(statistics, "talk_share") == {"A": 0.75, "B": 0.25}
    assert figures(statistics, "talk_listen_ratio") == {"A": 3.0, "B": pytest.approx(1 / 3)}
    assert figures(statistics, "words_per_minute") == {"A": 150.0, "B": 240.0}


def test_utterances_of_one_speaker_in_a_row_are_one_turn():
    statistics = statistics_of(("A", 0, 2, 1), ("A", 3, 5, 1), ("B", 6, 7, 1))
    assert figures(statistics, "n_turns") == {"A": 1, "B": 1}
    assert figures(statistics, "longest_turn_s") == {"A": 5.0, "B": 1.0}
    assert figures(statistics, "talk_s") == {"A": 4.0, "B": 1.0}


def test_an_interruption_outlasts_the_turn_it_cuts_off():
    statistics = statistics_of(("A", 0, 5, 1), ("B", 4, 8, 1))
    assert figures(statistics, "interruptions") == {"A": 0, "B": 1}
    assert figures(statistics, "overlap_s") == {"A": 1.0, "B": 1.0}
    backchannel = statistics_of(("A", 0, 5, 1), ("B", 2, 3, 1))
    assert figures(backchannel, "interruptions") == {"A": 0, "B": 0}
    assert figures(backchannel, "overlap_s") == {"A": 1.0, "B": 1.0}


def test_the_response_is_the_median_silence_before_a_turn():
    statistics = statistics_of(("A", 0, 2, 1), ("B", 3, 4, 1), ("A", 4, 5, 1), ("B", 8, 9, 1))
    assert figures(statistics, "response_s") == {"A": 0.0, "B": 2.0}


def test_an_interjection_hides_no_interruption_and_makes_no_pause():
    statistics = statistics_of(("A", 0, 10, 1), ("B", 2, 3, 1), ("C", 9, 12, 1))
    assert figures(statistics, "interruptions") == {"A": 0, "B": 0, "C": 1}
    assert statistics["response_s"].isna().all()
    on = statistics_of(("A", 0, 10, 1), ("B", 2, 3, 1), ("A", 11, 12, 1))
    assert on["response_s"].isna().all()  # A continues after A's own words and answers nobody
    assert figures(on, "pauses") == {"A": 1, "B": 0}


def test_responses_have_quartiles():
    answers = (("A", 0), ("B", 1), ("A", 0), ("B", 2), ("A", 0), ("B", 5))
    statistics = statistics_of(*((speaker, 10 * at + late, 10 * at + 9, 1) for at, (speaker, late) in enumerate(answers)))
    row = statistics.set_index("speaker").loc["B"]
    assert row[["response_p25_s", "response_s", "response_p75_s"]].tolist() == [2.5, 3.0, 4.5]


def test_a_pause_is_followed_by_the_same_person():
    words = pd.DataFrame({"recording_id": "a", "speaker": list("AAABBA"), "start_ms": [0, 900, 1500, 3000, 3400, 6000]})
    words["end_ms"] = words["start_ms"] + 400
    spans = {"speaker": list("ABA"), "start_ms": [0, 3000, 6000], "end_ms": [1900, 3800, 6400], "n_words": [3, 2, 1]}
    turns = schema.UTTERANCES.frame({"recording_id": ["a"] * 3, "utterance_index": range(3), "text": [""] * 3, **spans})
    statistics = speaker_statistics(turns, words)
    assert figures(statistics, "pauses") == {"A": 1, "B": 0}
    assert figures(statistics, "pause_s") == {"A": 0.5, "B": 0.0}
    assert figures(statistics, "longest_pause_s") == {"A": 0.5, "B": 0.0}
    assert speaker_statistics(turns, words.iloc[:0])["pauses"].tolist() == [0, 0]


def test_who_is_alone_listens_to_nobody():
    row = statistics_of(("A", 0, 2, 6)).iloc[0]
    assert row["talk_listen_ratio"] == np.inf
    assert np.isnan(row["response_s"])


def test_nobody_is_an_empty_table():
    unlabelled = schema.UTTERANCES.frame(
        [{"recording_id": "a", "utterance_index": 0, "start_ms": 0, "end_ms": 9, "text": "Hm.", "n_words": 1}]
    )
    for utterances in (schema.UTTERANCES.frame(), unlabelled):
        statistics = speaker_statistics(utterances)
        assert statistics.empty
        assert statistics.dtypes.astype(str).to_dict() == schema.TURN_STATISTICS.dtypes


TURN = st.tuples(st.sampled_from("ABC"), st.integers(0, 40), st.integers(0, 10), st.integers(0, 9))


@given(st.lists(TURN, min_size=1, max_size=10))
def test_times_are_those_of_a_clock_that_ticks_by_the_second(turns):
    statistics = statistics_of(*((speaker, start, start + length, words) for speaker, start, length, words in turns))
    seconds = {name: {t for s, start, n, _ in turns if s == name for t in range(start, start + n)} for name in statistics["speaker"]}
    for name, mine in seconds.items():
        others = set().union(*(theirs for other, theirs in seconds.items() if other != name))
        assert figures(statistics, "talk_s")[name] == len(mine)
        assert figures(statistics, "overlap_s")[name] == len(mine & others)
    assert statistics["n_words"].sum() == sum(words for *_, words in turns)
    assert pd.notna(statistics["talk_share"]).all() == any(seconds.values())


@given(st.lists(st.lists(TURN, max_size=8), min_size=1, max_size=4))
def test_recordings_are_never_mixed(recordings):
    rows = [
        {"recording_id": str(number), "speaker": speaker, "start_ms": start * 1000, "end_ms": (start + length) * 1000, "n_words": words}
        for number, turns in enumerate(recordings)
        for speaker, start, length, words in turns
    ]
    utterances = schema.UTTERANCES.frame([{"utterance_index": index, "text": "", **row} for index, row in enumerate(rows)])
    each = [speaker_statistics(group) for _, group in utterances.groupby("recording_id", sort=False)]
    pd.testing.assert_frame_equal(
        speaker_statistics(utterances), pd.concat(each, ignore_index=True) if each else schema.TURN_STATISTICS.frame()
    )


@given(st.lists(TURN, min_size=1, max_size=10))
def test_taking_turns_is_counted_as_slowly_as_it_is_defined(turns):
    statistics = statistics_of(*((speaker, start, start + length, words) for speaker, start, length, words in turns))
    ordered = sorted((start, at, start + length, speaker) for at, (speaker, start, length, _) in enumerate(turns))
    interruptions, responses, pauses = ({name: [] for name in statistics["speaker"]} for _ in range(3))
    for place, (start, _, _, speaker) in enumerate(ordered):
        before = [(end, at, name) for at, (_, _, end, name) in enumerate(ordered[:place])]
        if before and max(before)[2] == speaker and start > max(before)[0]:
            pauses[speaker].append(start - max(before)[0])
        own, others = (max((end for end, _, name in before if (name == speaker) is mine), default=-1) for mine in (True, False))
        if others < 0 or ordered[place - 1][3] == speaker:
            continue
        run = itertools.takewhile(lambda turn, speaker=speaker: turn[3] == speaker, ordered[place:])
        if start < others < max(end for _, _, end, _ in run):
            interruptions[speaker].append(place)
        if start >= others >= own:
            responses[speaker].append(start - others)
    for name in statistics["speaker"]:
        assert figures(statistics, "interruptions")[name] == len(interruptions[name])
        expected = np.median(responses[name]) if responses[name] else np.nan
        assert figures(statistics, "response_s")[name] == pytest.approx(expected, nan_ok=True)
        assert figures(statistics, "pauses")[name] == len(pauses[name])
        assert figures(statistics, "pause_s")[name] == sum(pauses[name])
        assert figures(statistics, "longest_pause_s")[name] == max(pauses[name], default=0)
