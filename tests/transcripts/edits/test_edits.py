import json
import unicodedata
from dataclasses import replace

import hypothesis.strategies as st
import pytest
from corpora import payload
from examples import examples
from hypothesis import given
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from scribekit.base import contract
from scribekit.transcripts import edits, frames
from scribekit.transcripts.edits import new as making
from scribekit.transcripts.edits.alignment import plain, reworded

TALK = [("A", "Good morning how are you"), ("B", "Fine"), ("A", "and the house on the hill"), ("C", "It is gone"), ("B", "Is it")]


def shown(body):
    """Speaker and text of each utterance."""
    return [(turn.speaker, turn.text) for turn in contract.read_transcript(body).utterances]


class Journal:
    """Edits that are made one after the other, each on what the ones before have left."""

    def __init__(self, body, transcript_id="t"):
        self.body, self.transcript_id, self.entries = body, transcript_id, []

    @property
    def result(self):
        return edits.replayed(self.body, self.entries)

    @property
    def shown(self):
        return edits.reviewed_payload(self.body, self.entries)

    def make(self, kind, *arguments, **named):
        self.write(*getattr(making, kind)(self.result.state, *arguments, **named))
        return self

    def write(self, action, detail, group=None):
        number = len(self.entries) + 1
        detail = json.loads(json.dumps(detail))
        self.entries.append(edits.Edit(number, action, detail, group or number, self.transcript_id))

    def over(self, body):
        """The same journal over another transcript of the recording."""
        other = Journal(body, "another")
        other.entries = list(self.entries)
        return other


@pytest.fixture
def journal():
    return Journal(payload("t", TALK))


def statuses(journal):
    return [outcome.status for outcome in journal.result.outcomes]


# -- what each edit does ----------------------------------------------------------------------------------------------


def test_without_an_edit_the_payload_is_the_same_bytes(journal):
    assert journal.shown is journal.body


def test_what_no_edit_touches_is_as_received(journal):
    raw = json.loads(journal.body) | {"chapters": [{"gist": "x"}], "odd": {"key": 1}}
    raw["words"][0]["extra"] = 7
    journal.body = json.dumps(raw).encode()
    after = json.loads(journal.make("correct", [11], "mountain").shown)
    assert after.pop("scribekit") == {"edited_words": [11], "retimed_words": [], "edited_utterances": [2]}
    assert {name for name in raw if raw[name] != after[name]} == {"text", "words", "utterances"}
    assert [word for place, word in enumerate(after["words"]) if place != 11] == [
        word for place, word in enumerate(raw["words"]) if place != 11
    ]
    assert [turn for place, turn in enumerate(after["utterances"]) if place != 2] == raw["utterances"][:2] + raw["utterances"][3:]


def test_a_word_without_a_text_takes_no_table_down(journal):
    raw = json.loads(journal.body)
    del raw["words"][3]["text"]
    journal.body = json.dumps(raw).encode()
    after = json.loads(journal.make("accept", [0]).shown)
    assert after["words"] == raw["words"]
    assert len(frames.words_frame([("r", journal.make("correct", [0], "Bad").shown)])) == 17


def test_a_renamed_speaker_is_renamed_everywhere_and_nothing_counts_as_edited(journal):
    raw = json.loads(journal.body) | {"sentiment_analysis_results": [{"text": "Fine", "speaker": "B"}, {"text": "?", "speaker": "A"}]}
    journal.body = json.dumps(raw).encode()
    after = journal.make("rename", "B", "Bo").make("rename", "Bo", "Bob").shown
    assert [speaker for speaker, _ in shown(after)] == ["A", "Bob", "A", "C", "Bob"]
    assert [word.speaker for word in contract.read_transcript(after).words].count("Bob") == 3
    assert [item["speaker"] for item in json.loads(after)["sentiment_analysis_results"]] == ["Bob", "A"]
    assert not frames.words_frame([("r", after)])["edited"].any()


def test_sentiments_are_of_whoever_says_their_words_now(journal):
    spans = [("A", 0, 2400), ("B", 2500, 2900), ("A", 3000, 5900), ("A", None, None), ("C", 90_000, 91_000), (None, 0, 2400)]
    raw = json.loads(journal.body)
    raw["sentiment_analysis_results"] = [{"text": "x", "speaker": who, "start": start, "end": end} for who, start, end in spans]
    journal.body = json.dumps(raw).encode()
    journal.make("reassign", [5], "A").make("split", "A", 6, "D").make("reassign", [0], "C").make("rename", "A", "Ada")
    sentiments = json.loads(journal.shown)["sentiment_analysis_results"]
    assert [item["speaker"] for item in sentiments] == ["Ada", "Ada", "D", "Ada", "C", None]
    assert [item | {"speaker": None} for item in sentiments] == [item | {"speaker": None} for item in raw["sentiment_analysis_results"]]


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


def interleaved(*turns):
    """A transcript of turns of (speaker, channel, places of its words); the words stand in the order of their places."""
    named = sorted(
        (place, f"{speaker.lower()}{number}", speaker, channel)
        for speaker, channel, places in turns
        for number, place in enumerate(places, start=1)
    )
    words = [
        {"text": text, "start": 500 * place, "end": 500 * place + 400, "confidence": 0.9, "speaker": speaker, "channel": channel}
        for place, text, speaker, channel in named
    ]
    utterances = []
    for speaker, channel, places in turns:
        said = [words[place] for place in places]
        text, start, end = " ".join(word["text"] for word in said), said[0]["start"], said[-1]["end"]
        utterances.append({"text": text, "start": start, "end": end, "speaker": speaker, "channel": channel, "words": said})
    return json.dumps({"id": "t", "status": "completed", "words": words, "utterances": utterances}).encode()


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
    action, detail = making.move(journal.result.state, [1], 4)
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


def test_verdicts_say_which_words_of_the_service_were_right(journal):
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


def test_a_language_without_blanks_stays_without():
    words = [{"text": sign, "start": 100 * place, "end": 100 * place + 90} for place, sign in enumerate("你好世界")]
    body = json.dumps({"id": "t", "status": "completed", "text": "你好世界", "words": words}).encode()
    assert contract.read_transcript(Journal(body).make("correct", [2, 3], "地球人").shown).text == "你好地球人"


@pytest.mark.parametrize(
    ("turns", "folded"),
    [
        ([("A", "one two three"), ("B", "x"), ("A", "four five six")], [3]),
        ([("A", "one two three"), ("B", "x"), ("A", "y"), ("B", "z"), ("A", "four five six")], [3, 5]),
        ([("A", "one two three"), ("B", "x"), ("A", "y"), ("B", "four five six")], []),
        ([("A", "one"), ("B", "x"), ("A", "y")], []),
        ([("A", "one two three"), ("B", "x"), ("C", "y"), ("A", "four five six")], []),
    ],
)
def test_short_turns_are_folded_into_the_longer_ones_around_them_not_into_each_other(turns, folded):
    found = list(edits.strays(Journal(payload("t", turns)).result.state, max_words=1, max_gap_ms=1000))
    assert [stray.positions for stray in found] == [(place,) for place in folded]
    assert {stray.to for stray in found} <= {"A"}


# -- undo and redo ----------------------------------------------------------------------------------------------------


def test_undo_and_redo_are_edits(journal):
    journal.make("rename", "A", "Ada").make("reject", [0])
    journal.write(edits.UNDO, {"edit_group": 2})
    journal.write(edits.UNDO, {"edit_group": 1})
    assert journal.shown is journal.body
    journal.write(edits.REDO, {"edit_group": 1})
    assert shown(journal.shown)[0] == ("Ada", "Good morning how are you")
    assert journal.result.history.redoable == [2]
    journal.make("reject", [1])
    assert journal.result.history.redoable == []


def test_a_state_is_set_by_a_person_and_is_no_step_to_undo(journal):
    assert journal.result.history.state == "new"
    journal.make("note", None, "check the date")
    assert journal.result.history.state == "in review"
    journal.write(edits.STATE, {"state": "done"})
    assert (journal.result.history.state, journal.result.history.undoable) == ("done", [1])


@pytest.mark.parametrize("steps", [["edit"], [edits.UNDO], [edits.UNDO, edits.REDO]])
def test_what_is_changed_after_it_was_done_is_in_review_again(journal, steps):
    journal.make("rename", "A", "Ada")
    journal.write(edits.STATE, {"state": "done"})
    for step in steps:
        assert journal.result.history.state == ("done" if step == steps[0] else "in review")
        if step == "edit":
            journal.make("reject", [0])
        else:
            journal.write(step, {"edit_group": 1})
    assert journal.result.history.state == "in review"
    journal.write(edits.STATE, {"state": "done"})
    assert journal.result.history.state == "done"


def test_a_recording_is_done_with_the_transcript_that_was_called_done(journal):
    journal.make("note", None, "check the date")
    journal.write(edits.STATE, {"state": "done"})
    assert (journal.result.history.state, journal.over(payload("u", TALK)).result.history.state) == ("done", "in review")
    journal.write(edits.STATE, {"state": "new"})
    assert journal.over(payload("u", TALK)).result.history.state == "new"


# -- a new transcription ----------------------------------------------------------------------------------------------


def test_edits_that_still_apply_are_kept_and_the_others_listed(journal):
    journal.make("rename", "A", "Ada").make("correct", [8], "horse").make("correct", [14], "lost").make("reassign", [5], "C")
    again = payload(
        "u", [("B", "Good morning how are you"), ("A", "Fine"), ("B", "and a house on the hill"), ("C", "It has gone"), ("A", "So")]
    )
    renewed = journal.over(again)
    assert statuses(renewed) == ["applied", "applied", "applied", "applied"]
    assert shown(renewed.shown) == [
        ("Ada", "Good morning how are you"), ("C", "Fine"), ("Ada", "and a horse on the hill"), ("C", "It has lost"), ("A", "So"),
    ]  # fmt: skip
    other = journal.over(payload("u", [("B", "Quite another text"), ("A", "of a few words here")]))
    assert statuses(other) == ["applied", "conflict", "conflict", "conflict"]  # somebody speaks when A spoke; the words are others


def test_a_speaker_is_found_by_when_they_speak_not_by_label(journal):
    journal.make("rename", "C", "Cy")
    swapped = [({"A": "C", "B": "A", "C": "B"}[speaker], text) for speaker, text in TALK]
    assert shown(journal.over(payload("u", swapped)).shown)[3] == ("Cy", "It is gone")


def test_a_speaker_who_was_cut_in_two_is_a_conflict(journal):
    journal.make("rename", "A", "Ada")
    halves = [("X", "Good morning how are you"), ("B", "Fine"), ("Y", "and the house on the hill"), ("C", "It is gone"), ("B", "Is it")]
    renewed = journal.over(payload("u", halves))
    assert statuses(renewed) == ["applied"]  # six of the eleven words are Y's
    journal.entries = [replace(journal.entries[0], detail={"speaker": {"speaker": "A", "spans": [[0, 2400], [3000, 5400]]}, "to": "Ada"})]
    assert statuses(journal.over(payload("u", halves))) == ["conflict"]


def test_a_correction_that_a_new_transcription_has_already_is_applied():
    journal = Journal(payload("t", [("A", "Mister Kovic said so"), ("B", "he he did")]))
    journal.make("correct", [1], "Kovač").make("correct", [4, 5], "he")
    renewed = journal.over(payload("u", [("A", "Mister Kovač, said so"), ("B", "he did")]))
    assert statuses(renewed) == ["applied", "applied"]
    assert shown(renewed.shown) == [("A", "Mister Kovač, said so"), ("B", "he did")]
    assert renewed.result.state.judgements == {1: True, 4: True}
    assert statuses(journal.over(payload("u", [("A", "Mister Bovic said so"), ("B", "did he")]))) == ["conflict", "conflict"]


@pytest.mark.parametrize(
    ("said", "positions", "text", "renewed"),
    [
        ("met in New today", [2], "New York", "met in New York today"),
        ("go", [0], "go home now", "go home now"),
        ("so we went", [1], "so we", "so so we went"),
    ],
)
def test_words_that_a_new_transcription_has_already_are_not_put_there_again(said, positions, text, renewed):
    journal = Journal(payload("t", [("A", said)])).make("correct", positions, text)
    assert shown(journal.over(payload("u", [("A", renewed)])).shown) == [("A", renewed)]


def test_a_word_of_the_same_text_near_by_is_not_what_was_corrected():
    journal = Journal(payload("t", [("A", "their cat")])).make("correct", [0], "the")
    renewed = journal.over(payload("u", [("A", "there the cat")]))
    assert statuses(renewed) == ["conflict"]
    assert renewed.result.state.judgements == {}


def test_a_moved_boundary_tears_no_turn_apart():
    journal = Journal(payload("t", [("A", "x y z"), ("B", "u v")]))
    journal.make("move", [2], 3)
    renewed = journal.over(payload("u", [("A", "x y z w"), ("B", "u v")]))
    assert statuses(renewed) == ["conflict"]
    assert statuses(journal.over(payload("u", [("A", "w x y z"), ("B", "u v")]))) == ["applied"]


def test_a_speaker_is_not_somebody_who_says_more_at_other_times():
    journal = Journal(payload("t", [("A", "one two three four five six")]))
    journal.make("split", "A", 5, "D").make("rename", "D", "Dee")
    renewed = journal.over(payload("u", [("A", "one two three four five sixty")]))
    assert statuses(renewed) == ["conflict", "conflict"]
    assert shown(renewed.shown) == [("A", "one two three four five sixty")]


def test_two_transcripts_of_one_recording_are_each_done():
    marks = [edits.Edit(1, "state", {"state": "done"}, 1, "t"), edits.Edit(2, "state", {"state": "done"}, 2, "u")]
    assert [edits.read_history(marks, name).state for name in "tuv"] == ["done", "done", "in review"]
    assert edits.read_history(marks[:1], "u").state == "in review"


def test_what_an_earlier_version_corrected_is_aligned_as_it_was():
    said = json.loads(payload("t", [("A", "कि")]))
    detail = {"words": [[0, "कि", said["words"][0]["start"], said["words"][0]["end"]]], "text": "की है"}
    old, new = (Journal(json.dumps(said).encode()) for _ in range(2))
    old.write("correct", detail)
    new.make("correct", [0], "की है")
    assert old.result.state.words[0].end == said["words"][0]["end"]
    assert old.result.state.judgements == {0: True}
    assert new.result.state.judgements == {0: False}


def test_a_new_speaker_is_nobody_of_the_new_transcript():
    journal = Journal(payload("t", [("A", "one two three four"), ("A", "five six")])).make("reassign", [4, 5], "B")
    renewed = journal.over(payload("u", [("A", "one two"), ("B", "three four"), ("C", "five six")]))
    assert statuses(renewed) == ["conflict"]
    renewed = journal.over(payload("u", [("A", "one two three four"), ("C", "five six")]))
    assert shown(renewed.shown) == [("A", "one two three four"), ("B", "five six")]


@pytest.mark.parametrize("edit", [("reassign", "B"), ("move", 5)])
def test_words_that_others_stand_between_now_are_not_torn_apart(edit):
    journal = Journal(payload("t", [("A", "so"), ("A", "yes I think so"), ("B", "well")]))
    kind, to = edit
    journal.make(kind, [1, 2, 3, 4], to)
    assert statuses(journal.over(payload("u", [("A", "so yes I think so"), ("B", "well")]))) == ["applied"]
    renewed = journal.over(payload("u", [("A", "so yes um I think so"), ("B", "well")]))
    assert statuses(renewed) == ["conflict"]
    assert renewed.shown is renewed.body


def test_words_are_given_to_somebody_else_across_the_crosstalk_of_others():
    journal = Journal(interleaved(("A", None, [0, 1, 2]), ("B", None, [3]))).make("reassign", [0, 1, 2], "C")
    words = [("a1", "A", 0), ("b1", "B", 400), ("a2", "A", 500), ("a3", "A", 1000)]
    spoken = [{"text": text, "start": start, "end": start + 300, "speaker": who} for text, who, start in words]
    turns = [
        {"text": "", "start": min(word["start"] for word in said), "end": 1300, "speaker": said[0]["speaker"], "words": said}
        for said in ([word for word in spoken if word["speaker"] == who] for who in "AB")
    ]
    renewed = journal.over(json.dumps({"id": "u", "status": "completed", "words": spoken, "utterances": turns}).encode())
    assert shown(renewed.shown) == [("C", "a1 a2 a3"), ("B", "")]


def test_a_speaker_whose_naming_was_taken_back_is_found_by_when_they_speak(journal):
    journal.make("rename", "A", "Ada").make("reassign", [5], "Ada")
    journal.write(edits.UNDO, {"edit_group": 1})
    assert statuses(journal) == ["applied"]
    assert shown(journal.shown)[0] == ("A", "Good morning how are you Fine and the house on the hill")


# -- laws -------------------------------------------------------------------------------------------------------------

TEXTS = st.lists(st.sampled_from(["so", "then", "Hill.", "日本", "نعم", "<b>", "🙂"]), min_size=1, max_size=5).map(" ".join)


@given(st.lists(st.sampled_from("abcd"), min_size=1, max_size=8), st.lists(st.sampled_from("abcdxy"), min_size=1, max_size=8))
def test_reworded_texts_are_the_new_ones_in_order_and_within_the_old_time(old, new):
    words = [edits.EditedWord(text, 500 * place, 500 * place + 400, "A", origin=place) for place, text in enumerate(old)]
    after = reworded(words, new, after=500 * len(old))
    assert [word.text for word in after] == new
    assert all(word.start <= word.end for word in after)
    assert [word.start for word in after] == sorted(word.start for word in after)
    assert after[0].start >= 0
    assert after[-1].end <= 500 * len(old)


@given(st.text(st.characters(categories=["L", "M", "N", "P", "S"]), min_size=1, max_size=6))
def test_a_word_is_compared_without_punctuation_and_in_one_encoding(text):
    assert plain(unicodedata.normalize("NFD", text)) in (plain(text), unicodedata.normalize("NFD", text))
    if any(map(str.isalnum, text)):
        assert plain(f"“{text}.”") == plain(text)
    assert plain("❤️") != plain("✈️")


@given(
    st.lists(st.tuples(st.sampled_from("abcd"), st.integers(0, 900)), min_size=1, max_size=5),
    st.lists(st.sampled_from("abcdxy"), min_size=1, max_size=8),
)
def test_words_that_stay_keep_their_times_where_there_is_a_pause_for_the_others(old, new):
    words, clock = [], 900
    for place, (text, pause) in enumerate(old):
        words.append(edits.EditedWord(text, clock + pause, clock + pause + 400, "A", origin=place))
        clock += pause + 400
    after = reworded(words, new, 900, clock + 900)
    assert [word.text for word in after] == new
    assert [word.start for word in after] == sorted(word.start for word in after)
    assert after[0].start >= 900
    assert after[-1].end <= clock + 900
    front = next((place for place, word in enumerate(after) if not word.is_retimed), 0)
    if front and after[front].origin == 0 and old[0][1] >= 60 * front:
        assert after[front] is words[0]


def test_words_typed_in_front_take_the_pause_in_front():
    words = [edits.EditedWord("good", 5000, 5400, "A", confidence=0.9, origin=1)]
    assert [(word.text, word.start, word.end) for word in reworded(words, ["very", "good"], 400, 5500)] == [
        ("very", 4700, 5000), ("good", 5000, 5400),
    ]  # fmt: skip
    assert [(word.text, word.start, word.end) for word in reworded(words, ["very", "good"], 4950, 5500)] == [
        ("very", 5000, 5200), ("good", 5200, 5400),
    ]  # fmt: skip


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
        action, detail = making.correct(journal.result.state, [place], text)
        journal.write(action, {"words": detail["words"], "text": detail["text"]})
    assert [(word.text, word.start, word.end) for word in journal.result.state.words[1:]] == [
        ("so", 500, 700), ("b1", 700, 900), ("a2", 1000, 1400), ("then", 1400, 1700),
    ]  # fmt: skip


class Review(RuleBasedStateMachine):
    """Any sequence of edits, undo and redo equals the replay of the journal, and undoing all of it gives the start."""

    @initialize(turns=st.lists(st.tuples(st.sampled_from("ABC"), TEXTS), min_size=1, max_size=5))
    def begin(self, turns):
        self.journal = Journal(payload("t", turns))
        self.before, self.after = [], []  # what was shown before each edit that can be undone, after each that can be redone
        self.groups, self.undone = [], []
        self.replayer = edits.Replayer(self.journal.body, steps_kept=3)

    def edit(self, kind, *arguments, **named):
        previous = self.journal.shown
        made = getattr(making, kind)(self.journal.result.state, *arguments, **named)
        trial = self.journal.result.state
        try:
            edits.perform(trial, *made)
        except edits.Conflict:
            return
        self.journal.write(*made)
        self.before.append(previous)
        self.groups.append(len(self.journal.entries))
        self.after, self.undone = [], []
        assert words_of(edits.to_payload(self.journal.body, trial)) == words_of(self.journal.shown)

    def positions(self, data, least=1):
        count = len(self.journal.result.state.words)
        first = data.draw(st.integers(0, count - 1))
        return list(range(first, data.draw(st.integers(first + least - 1, min(count - 1, first + 3))) + 1))

    @property
    def has_words(self):
        return bool(self.journal.result.state.words)

    @precondition(lambda self: self.journal.result.state.speakers())
    @rule(data=st.data(), name=st.sampled_from(["Ada", "Bo", "A", "B"]))
    def rename(self, data, name):
        self.edit("rename", data.draw(st.sampled_from(self.journal.result.state.speakers())), name)

    @precondition(lambda self: len(self.journal.result.state.speakers()) > 1)
    @rule()
    def merge(self):
        first, second, *_ = self.journal.result.state.speakers()
        self.edit("merge", [second], first)

    @precondition(lambda self: self.has_words)
    @rule(data=st.data())
    def split(self, data):
        place = self.positions(data)[0]
        self.edit("split", self.journal.result.state.words[place].speaker, place, "new")

    @precondition(lambda self: self.has_words)
    @rule(data=st.data(), to=st.sampled_from("ABCD"))
    def reassign(self, data, to):
        self.edit("reassign", self.positions(data), to)

    @precondition(lambda self: self.has_words)
    @rule(data=st.data())
    def move(self, data):
        self.edit("move", self.positions(data), self.positions(data)[0])

    @precondition(lambda self: self.has_words)
    @rule(data=st.data(), text=TEXTS)
    def correct(self, data, text):
        self.edit("correct", self.positions(data), text)

    @precondition(lambda self: self.has_words)
    @rule(data=st.data())
    def reject(self, data):
        self.edit("reject", self.positions(data))

    @precondition(lambda self: self.has_words)
    @rule(data=st.data())
    def accept(self, data):
        self.edit("accept", self.positions(data))

    @precondition(lambda self: self.groups)
    @rule()
    def undo(self):
        group = self.groups.pop()
        self.after.append(self.journal.shown)
        self.undone.append(group)
        self.journal.write(edits.UNDO, {"edit_group": group})
        assert words_of(self.journal.shown) == words_of(self.before.pop())

    @precondition(lambda self: self.undone)
    @rule()
    def redo(self):
        group = self.undone.pop()
        self.groups.append(group)
        self.before.append(self.journal.shown)
        self.journal.write(edits.REDO, {"edit_group": group})
        assert words_of(self.journal.shown) == words_of(self.after.pop())

    @invariant()
    def nothing_is_in_conflict_and_the_tables_hold_together(self):
        assert set(statuses(self.journal)) <= {"applied"}
        body = self.journal.shown
        words, turns = frames.words_frame([("r", body)]), frames.utterances_frame([("r", body)])
        assert words["text"].tolist() == [word.text for word in self.journal.result.state.words]
        assert turns["n_words"].sum() == len(words)
        assert words["utterance_index"].notna().all()

    @invariant()
    def a_step_equals_the_replay_of_all(self):
        step, whole = self.replayer.replay(self.journal.entries), self.journal.result
        assert (step.state, step.history, list(step.outcomes)) == (whole.state, whole.history, list(whole.outcomes))

    @invariant()
    def undoing_everything_gives_the_start(self):
        everything = Journal(self.journal.body)
        everything.entries = list(self.journal.entries)
        for group in reversed(self.groups):
            everything.write(edits.UNDO, {"edit_group": group})
        assert everything.shown is self.journal.body


def words_of(body):
    transcript = contract.read_transcript(body)
    return (transcript.text or "", transcript.words, transcript.utterances)


TestReview = Review.TestCase
TestReview.settings = examples(60, stateful_step_count=15)
