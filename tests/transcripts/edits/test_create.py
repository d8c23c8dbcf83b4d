"""Edits over another transcript of the recording: what they are about is found again, or they are in conflict."""

import json
from dataclasses import replace

import pytest
from corpora import payload
from journals import TALK, Journal, interleaved, shown, statuses

from scribekit.transcripts import edits


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
