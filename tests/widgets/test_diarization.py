import json

import numpy as np
import pytest
from corpora import payload, store

import scribekit as sk
from scribekit.edits import State, utterance_words
from scribekit.errors import OptionError
from scribekit.widgets.diarization_data import EDITED, SETTLED, packed, picture, talk_of

TALK = [("A", "Good morning how are you"), ("B", "Fine"), ("A", "and the house on the hill"), ("C", "It is gone")]
EVIL = "<script>alert(1)</script>"


def talk(body):
    state = State.of_payload(body)
    return talk_of(state, utterance_words(state))


def unpacked(answer):
    value, (starts, ends, positions, confidence, flags, texts) = answer
    words = [np.frombuffer(part, dtype="<u4").tolist() for part in (starts, ends, positions)]
    return value, *words, list(confidence), list(flags), texts.decode().split("\0")


class Page:
    """The other end of a widget."""

    def __init__(self, widget):
        self.widget, self.answers = widget, {}
        widget.send = lambda content, buffers=None: self.answers.update({content.get("reply"): (content, buffers)})

    def ask(self, intent, **arguments):
        self.widget._receive(self.widget, {"intent": intent, "seq": intent, **arguments}, [])
        return self.answers[intent]

    def edit(self, intent, **arguments):
        content, _ = self.ask(intent, version=self.widget.progress["version"], **arguments)
        return content.get("error")


@pytest.fixture
def corpus(tmp_path):
    return store(tmp_path / "corpus", {"one": TALK, "two": [("A", "Hello there")], "plain": "No speakers are told apart here"})


@pytest.fixture
def page(corpus):
    return Page(sk.widgets.DiarizationReview(corpus, "one", who="ada"))


def test_words_go_to_the_page_turn_by_turn_with_their_positions():
    raw = json.loads(payload("t", TALK))
    raw["words"].insert(2, raw["words"].pop(5))  # B speaks while A does
    value, starts, ends, positions, confidence, flags, texts = unpacked(packed(talk(json.dumps(raw).encode())))
    assert value["speakers"] == ["A", "B", "C"]
    assert value["turn_sizes"] == [5, 1, 6, 3]
    assert texts[:6] == ["Good", "morning", "how", "are", "you", "Fine"]
    assert positions[:6] == [0, 1, 3, 4, 5, 2]
    assert [raw["words"][position]["start"] for position in positions] == starts
    assert ends == [start + 400 for start in starts]
    assert set(confidence) == {180}
    assert set(flags) == {0}


def test_without_utterances_words_are_gathered_between_pauses():
    raw = json.loads(payload("t", [(None, "one two three four")]))
    for word in raw["words"][2:]:
        word["start"] += 5000
        word["end"] += 5000
    shown = talk(json.dumps(raw).encode())
    assert shown.turns == [[0, 1], [2, 3]]
    assert shown.utterances == [None, None]


def test_a_transcript_without_a_word_is_shown():
    value, *_ = packed(talk(payload("t", [])))
    assert value["turn_sizes"] == []


def test_the_static_picture_escapes_names_and_words():
    shown = picture(talk(payload("t", [(EVIL, f"{EVIL} bridge")])), 10_000)
    assert "<script" not in shown
    assert "&lt;script" in shown


def test_each_intent_is_an_edit_in_the_journal(page, corpus):
    page.edit("rename", speaker="C", to="Cleo")
    page.edit("reassign", words=[5], to="A")
    page.edit("boundary", utterance=1, words=1)
    page.edit("correct", words=[0, 1], text="Good evening")
    page.edit("accept", words=[0])
    page.edit("note", words=[0], text="?")
    page.edit("reject", words=[14])
    page.edit("mark", state="done")
    review = sk.review(corpus, "one")
    assert review.edits["action"].tolist() == ["rename", "reassign", "move", "correct", "accept", "note", "reject", "state"]
    assert review.state == "done"
    assert page.widget.progress["can_undo"]
    for _ in range(page.widget.progress["edits"]):
        assert page.edit("undo") is None
    assert sk.review(corpus, "one").payload == sk.review(corpus, "one").received


def test_flags_tell_what_a_person_did(page):
    page.edit("correct", words=[0, 1], text="Good evening")
    page.edit("accept", words=[2])
    *_, flags, texts = unpacked((page.ask("transcript")[0]["value"], page.ask("transcript")[1]))
    assert texts[:3] == ["Good", "evening", "how"]
    assert flags[:4] == [SETTLED, EDITED | SETTLED, SETTLED, 0]


def test_an_edit_of_what_is_no_longer_shown_is_refused(page):
    old = page.widget.progress["version"]
    page.edit("rename", speaker="C", to="Cleo")
    content, _ = page.ask("accept", version=old, words=[0])
    assert "has changed since" in content["error"]


def test_what_others_edited_meanwhile_is_shown(page, corpus):
    sk.review(corpus, "one").rename("B", "Bo")
    assert "edited elsewhere" in page.edit("accept", words=[0])
    assert page.ask("transcript")[0]["value"]["speakers"] == ["A", "Bo", "C"]
    assert page.edit("accept", words=[0]) is None


def test_it_begins_with_the_first_recording_that_is_not_done(corpus):
    sk.review(corpus, "one").done()
    widget = sk.widgets.DiarizationReview(corpus)
    assert widget.recording["recording_id"] == "two"
    assert (widget.recording["previous"], widget.recording["next"]) == ("one", "plain")


def test_an_unknown_recording_is_refused_with_the_nearest(corpus):
    with pytest.raises(OptionError, match="Did you mean 'one'"):
        sk.widgets.DiarizationReview(corpus, "onee")


def test_of_a_recording_at_an_address_there_is_no_sound(page):
    assert "lies at an address" in page.widget.recording["no_sound"]
    assert page.widget.peaks["is_complete"]
    assert page.ask("peaks", level=0, first=0, count=10)[1] == [b""]
