"""What each kind of edit does to its own transcript."""

import json

from corpora import payload
from journals import TALK, Journal, interleaved, shown, statuses

from scribekit.base import contract
from scribekit.transcripts import edits, frames
from scribekit.transcripts.edits import create


def test_a_renamed_speaker_is_renamed_everywhere_and_nothing_counts_as_edited(journal):
    raw = json.loads(journal.body) | {"sentiment_analysis_results": [{"text": "Fine", "speaker": "B"}, {"text": "?", "speaker": "A"}]}
    journal.body = json.dumps(raw).encode()
    after = journal.make("rename", "B", "Bo").make("rename", "Bo", "Bob").shown
    assert [speaker for speaker, _ in shown(after)] == ["A", "Bob", "A", "C", "Bob"]
    assert [word.speaker for word in contract.read_transcript(after).words].count("Bob") == 3
    assert [item["speaker"] for item in json.loads(after)["sentiment_analysis_results"]] == ["Bob", "A"]
    assert not frames.words_frame([("r", after)])["edited"].any()


def test_a_name_that_somebody_has_is_no_renaming(journal):
    journal.make("rename", "B", "A")
    assert statuses(journal) == ["conflict"]
    assert journal.shown is journal.body


def test_merged_speakers_are_one(journal):
    after = journal.make("merge", ["B", "C"], "A").shown
    assert {speaker for speaker, _ in shown(after)} == {"A"}
    assert [text for _, text in shown(after)] == [text for _, text in TALK]


def test_a_speaker_is_split_from_a_word_on(journal):
    after = journal.make("split", "A", 7, "D").shown
    assert shown(after)[2:4] == [("A", "and"), ("D", "the house on the hill")]
    assert shown(after)[0] == ("A", "Good morning how are you")


def test_words_in_the_middle_of_a_turn_go_to_somebody_else(journal):
    after = journal.make("reassign", [8, 9], "C").shown
    assert shown(after)[2:5] == [("A", "and the"), ("C", "house on"), ("A", "the hill")]


def test_a_stray_turn_that_is_given_back_joins_what_is_around_it(journal):
    after = journal.make("reassign", [5], "A").shown
    assert shown(after)[0] == ("A", "Good morning how are you Fine and the house on the hill")


def test_words_without_speakers_can_be_given_some():
    journal = Journal(payload("t", [(None, "Good morning yes hello")]))
    after = journal.make("reassign", [2, 3], "B").make("reassign", [0, 1], "A").shown
    assert shown(after) == [("A", "Good morning"), ("B", "yes hello")]


def test_a_boundary_moves_by_words(journal):
    after = journal.make("move", [3, 4], 5).shown
    assert shown(after)[:2] == [("A", "Good morning how"), ("B", "are you Fine")]
    after = journal.make("move", [6, 7], 5).shown
    assert shown(after)[1:3] == [("B", "are you Fine and the"), ("A", "house on the hill")]


def test_a_turn_whose_words_all_moved_is_gone(journal):
    after = journal.make("move", [5], 4).shown
    assert shown(after)[:2] == [("A", "Good morning how are you Fine"), ("A", "and the house on the hill")]


def test_words_move_to_the_turn_that_was_named_though_another_one_lies_nearer():
    journal = Journal(interleaved(("A", None, [0, 1, 3, 4]), ("B", None, [2]), ("C", None, [5])))
    assert shown(journal.make("move", [4], 2).shown) == [("A", "a1 a2 a3"), ("B", "b1 a4"), ("C", "c1")]
    journal.entries.clear()
    assert shown(journal.make("move", [5], 2).shown) == [("A", "a1 a2 a3 a4"), ("B", "b1 c1")]


def test_no_word_moves_to_another_channel():
    journal = Journal(interleaved(("A", "1", [0, 1]), ("B", "2", [2, 3]), ("A", "1", [4])))
    assert statuses(journal.make("move", [1], 2)) == ["conflict"]
    assert statuses(journal.make("move", [1], 4)) == ["conflict", "applied"]


def test_a_boundary_that_an_earlier_version_moved_stays_where_it_is():
    journal = Journal(interleaved(("A", "1", [0, 1]), ("B", "2", [2, 3]), ("A", "1", [4])))
    action, detail = create.move(journal.result.state, [1], 4)
    del detail["beside"]
    journal.write(action, detail)
    assert [speaker_and_text for speaker_and_text in shown(journal.shown) if speaker_and_text[0] == "A"] == [("A", "a1"), ("A", "a2 a1")]


def test_rejected_words_are_shown_nowhere(journal):
    after = journal.make("reject", [5]).make("reject", [0]).shown
    assert [text for _, text in shown(after)] == ["morning how are you", "and the house on the hill", "It is gone", "Is it"]
    assert contract.read_transcript(after).text == "morning how are you and the house on the hill It is gone Is it"


def test_a_correction_keeps_times_by_alignment(journal):
    words = contract.read_transcript(journal.make("correct", [8, 9, 10, 11], "House, up on that hill").shown).words
    assert [(word.text, word.start, word.end) for word in words[8:13]] == [
        ("House,", 4000, 4400), ("up", 4400, 4500), ("on", 4500, 4900), ("that", 5000, 5400), ("hill", 5500, 5900),
    ]  # fmt: skip
    frame = frames.words_frame([("r", journal.shown)])
    assert frame["edited"].to_numpy().nonzero()[0].tolist() == [8, 9, 11]
    assert frame["time_source"].tolist()[9] == "edited"


def test_a_correction_is_of_words_that_follow_each_other(journal):
    journal.make("correct", [0, 2], "x")
    assert statuses(journal) == ["conflict"]
    assert journal.shown is journal.body


def test_a_correction_reaches_across_the_crosstalk_of_another_channel():
    spoken = [("one", "1", 0), ("uno", "2", 50), ("two", "1", 100), ("dos", "2", 150)]
    words = [{"text": text, "start": start, "end": start + 90, "speaker": who, "channel": who} for text, who, start in spoken]
    turns = [
        {"text": "", "start": 0, "end": 250, "speaker": who, "channel": who, "words": [w for w in words if w["speaker"] == who]}
        for who in "12"
    ]
    journal = Journal(json.dumps({"id": "t", "status": "completed", "words": words, "utterances": turns}).encode())
    journal.make("correct", [0, 2], "eins zwei")
    assert shown(journal.shown) == [("1", "eins zwei"), ("2", "")]
    assert frames.words_frame([("r", journal.shown)])["start_ms"].tolist() == [0, 100, 50, 150]


def test_judgements_say_which_words_of_the_service_were_right(journal):
    journal.make("correct", [0, 1], "Good evening").make("accept", [3, 4]).make("reject", [5])
    assert journal.result.state.judgements == {0: True, 1: False, 3: True, 4: True, 5: False}


def test_accepting_everything_changes_no_word(journal):
    journal.make("accept", None)
    assert set(journal.result.state.judgements.values()) == {True}
    assert (
        frames.words_frame([("r", journal.shown)])
        .drop(columns="edited")
        .equals(frames.words_frame([("r", journal.body)]).drop(columns="edited"))
    )


def test_what_an_earlier_version_corrected_is_aligned_as_it_was():
    said = json.loads(payload("t", [("A", "कि")]))
    detail = {"words": [[0, "कि", said["words"][0]["start"], said["words"][0]["end"]]], "text": "की है"}
    old, new = (Journal(json.dumps(said).encode()) for _ in range(2))
    old.write("correct", detail)
    new.make("correct", [0], "की है")
    assert old.result.state.words[0].end == said["words"][0]["end"]
    assert old.result.state.judgements == {0: True}
    assert new.result.state.judgements == {0: False}


def test_the_pause_around_words_is_that_of_their_channel():
    journal = Journal(interleaved(("A", "1", [0, 3]), ("B", "2", [1, 2])))
    after = contract.read_transcript(journal.make("correct", [0], "a1 there").shown).words
    assert [(word.text, word.start, word.end) for word in after[:2]] == [("a1", 0, 400), ("there", 400, 700)]


def test_words_typed_at_the_end_stay_within_the_recording():
    raw = json.loads(payload("t", [("A", "one two")])) | {"audio_duration": 1}
    journal = Journal(json.dumps(raw).encode()).make("correct", [1], "two " + " ".join(["more"] * 20))
    turns, words = frames.utterances_frame([("r", journal.shown)]), frames.words_frame([("r", journal.shown)])
    assert turns["end_ms"].tolist() == [words["end_ms"].max()] == [900]
    assert (words["end_ms"] > words["start_ms"]).all()
    assert words["time_source"].eq("edited").sum() == 21
    longer = Journal(json.dumps(raw | {"audio_duration": 60}).encode()).make("correct", [1], "two more")
    assert frames.words_frame([("r", longer.shown)])["end_ms"].tolist() == [400, 900, 1200]


def test_a_correction_of_an_earlier_version_keeps_the_times_that_it_gave():
    raw = json.loads(interleaved(("A", "1", [0, 2]), ("B", "2", [1]))) | {"audio_duration": 1}
    journal = Journal(json.dumps(raw).encode())
    for place, text in [(1, "so b1"), (3, "a2 then")]:
        action, detail = create.correct(journal.result.state, [place], text)
        journal.write(action, {"words": detail["words"], "text": detail["text"]})
    assert [(word.text, word.start, word.end) for word in journal.result.state.words[1:]] == [
        ("so", 500, 700), ("b1", 700, 900), ("a2", 1000, 1400), ("then", 1400, 1700),
    ]  # fmt: skip


def test_corrections_of_earlier_versions_are_cut_as_they_were():
    state = edits.State([edits.EditedWord("天", 0, 600, origin=0)], has_spaces=False)
    edits.perform(state, "correct", {"words": [[0, "天", 0, 600]], "text": "OK 天", "into": "pauses"})
    assert [word.text for word in state.words] == ["O", "K", "天"]
