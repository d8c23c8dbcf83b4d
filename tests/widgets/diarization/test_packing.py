import json

from corpora import payload
from packed_transcripts import TALK, shown_transcript, unpacked

from scribekit.widgets.diarization.packing import Versions, pack, whole


def test_words_go_to_the_page_turn_by_turn_with_their_positions():
    raw = json.loads(payload("t", TALK))
    raw["words"].insert(2, raw["words"].pop(5))  # B speaks while A does
    shown = unpacked(whole(pack(shown_transcript(json.dumps(raw).encode()))))
    starts, ends, positions, confidence, flags, texts = shown["words"]
    assert shown["speakers"] == ["A", "B", "C"]
    assert shown["turns"][:3] == [[5, 1, 6, 3], [0, 1, 2, 3], [0, 1, 0, 2]]
    assert texts[:6] == ["Good", "morning", "how", "are", "you", "Fine"]
    assert positions[:6] == [0, 1, 3, 4, 5, 2]
    assert [raw["words"][position]["start"] for position in positions] == starts
    assert ends == [start + 400 for start in starts]
    assert set(confidence) == {180}
    assert set(flags) == {0}


def test_a_transcript_without_a_word_is_shown():
    shown = unpacked(whole(pack(shown_transcript(payload("t", [])))))
    assert shown["turns"] == [[], [], [], [], []]
    assert shown["words"] == [[], [], [], [], [], []]


def test_only_the_newest_versions_are_sent_as_changes():
    versions = Versions()
    for version in range(5):
        versions.keep(version, shown_transcript(payload("t", TALK)))
    assert [versions.holds(version) for version in range(5)] == [False, False, True, True, True]
    value, buffers = versions.message(4, since=2)
    assert (value["version"], value["since"], value["kept_first"], buffers[-1]) == (4, 2, 15, b"")
    value, buffers = versions.message(4, since=1)
    assert (value["version"], value["since"], value["kept_first"]) == (4, None, 0)
    assert len(unpacked((value, buffers))["words"][0]) == 15
