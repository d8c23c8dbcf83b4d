import json

from corpora import payload
from packed_transcripts import TALK, shown_transcript


def test_without_utterances_words_are_gathered_between_pauses():
    raw = json.loads(payload("t", [(None, "one two three four")]))
    for word in raw["words"][2:]:
        word["start"] += 5000
        word["end"] += 5000
    shown = shown_transcript(json.dumps(raw).encode())
    assert shown.turns == [[0, 1], [2, 3]]
    assert shown.utterances == [None, None]


def test_turns_are_in_order_of_time_with_their_speakers_and_spans():
    shown = shown_transcript(payload("t", TALK))
    assert [(shown.speaker_of(turn), shown.text_of(turn)) for turn in range(4)] == TALK
    assert (shown.spans[1], shown.end_ms) == ((2500, 2900), 7400)
    assert shown.speakers == ["A", "B", "C"]
    assert "stray turn" in shown.reasons[1]
    assert shown.uncertainty[1] == max(shown.uncertainty)
