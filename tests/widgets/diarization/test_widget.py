import json
import threading
import wave

import numpy as np
import pytest
from corpora import payload, store
from patience import PATIENCE_S

import scribekit as sk
from scribekit.base.errors import OptionError
from scribekit.transcripts.edits import State, utterance_words
from scribekit.widgets.diarization.packing import everything, packed
from scribekit.widgets.diarization.static import picture
from scribekit.widgets.diarization.transcript import EDITED, SETTLED, talk_of

TALK = [("A", "Good morning how are you"), ("B", "Fine"), ("A", "and the house on the hill"), ("C", "It is gone")]
EVIL = "<script>alert(1)</script>"


def talk(body):
    state = State.of_payload(body)
    return talk_of(state, utterance_words(state))


WORD_TYPES = ("<u4", "<u4", "<u4", "u1", "u1")


def unpacked(answer, before=None):
    """What a page makes of an answer: the turns, and for each word start, end, position, confidence, flags and text."""
    value, (*arrays, texts) = answer
    turns = [np.frombuffer(part, dtype=kind).tolist() for part, kind in zip(arrays[:5], ("<u4", "<i4", "<i2", "<u2", "u1"), strict=True)]
    words = [np.frombuffer(part, dtype=kind).tolist() for part, kind in zip(arrays[5:], WORD_TYPES, strict=True)]
    words.append(texts.decode().split("\0") if words[0] else [])
    if value["kept_first"] or value["kept_last"]:
        first, last = value["kept_first"], value["kept_last"]
        held = before["words"]
        words = [[*old[:first], *new, *old[len(old) - last :]] for old, new in zip(held, words, strict=True)]
        moved = len(words[0]) - len(held[0])
        words[2] = [place + moved * (at >= len(words[2]) - last) for at, place in enumerate(words[2])]
    return {"speakers": value["speakers"], "reasons": value["reasons"], "turns": turns, "words": words}


def write_wav(path):
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes((6000 * np.sin(np.arange(80_000) / 5)).astype("<i2").tobytes())


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
    shown = unpacked(everything(packed(talk(json.dumps(raw).encode()))))
    starts, ends, positions, confidence, flags, texts = shown["words"]
    assert shown["speakers"] == ["A", "B", "C"]
    assert shown["turns"][:3] == [[5, 1, 6, 3], [0, 1, 2, 3], [0, 1, 0, 2]]
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
    shown = unpacked(everything(packed(talk(payload("t", [])))))
    assert shown["turns"] == [[], [], [], [], []]
    assert shown["words"] == [[], [], [], [], [], []]


def test_the_static_picture_escapes_names_and_words():
    shown = picture(talk(payload("t", [(EVIL, f"{EVIL} bridge")])), 10_000)
    assert "<script" not in shown
    assert "&lt;script" in shown


def test_the_static_picture_lists_only_what_is_in_doubt_for_a_reason():
    assert "<table" not in picture(talk(payload("t", TALK[:1])), 10_000)
    listed = picture(talk(payload("t", TALK)), 10_000)
    assert "quick change" in listed
    assert "<td>–</td>" not in listed


EDITS = [
    ("rename", {"speaker": "C", "to": "Cleo"}),
    ("reassign", {"words": [5], "to": "A"}),
    ("boundary", {"utterance": 1, "words": 1}),
    ("correct", {"words": [0, 1], "text": "A very good evening"}),
    ("accept", {"words": [0]}),
    ("reject", {"words": [14]}),
    ("merge", {"speaker": "Cleo", "into": "A"}),
    ("note", {"words": [0], "text": "?"}),
    ("split", {"speaker": "A", "from_word": 8, "into": "Dora"}),
    *[("undo", {})] * 9,
    *[("redo", {})] * 9,
]


def test_what_an_edit_sends_turns_what_the_page_shows_into_what_it_would_be_sent_anew(page):
    content, buffers = page.ask("transcript")
    shown = unpacked((content["value"], buffers))
    for intent, arguments in EDITS:
        before = content["value"]["version"]
        content, buffers = page.ask(intent, version=before, **arguments)
        assert content["value"]["since"] == before
        shown = unpacked((content["value"], buffers), shown)
        whole, all_buffers = page.ask("transcript")
        assert whole["value"]["version"] == content["value"]["version"]
        assert shown == unpacked((whole["value"], all_buffers))


def test_an_edit_of_one_word_sends_that_word_alone(page):
    page.ask("transcript")
    content, buffers = page.ask("correct", version=page.widget.progress["version"], words=[6], text="und")
    assert (content["value"]["kept_first"], content["value"]["kept_last"]) == (6, 8)
    assert buffers[-1] == b"und"


def test_a_page_that_shows_what_is_no_longer_known_is_sent_everything(page):
    first = page.ask("transcript")[0]["value"]["version"]
    for number in range(5):
        page.edit("note", words=[0], text=str(number))
    content, buffers = page.ask("transcript", since=first)
    assert content["value"]["since"] is None
    assert len(unpacked((content["value"], buffers))["words"][0]) == 15


def test_the_waveform_is_computed_once_somebody_looks(tmp_path):
    write_wav(tmp_path / "one.wav")
    widget = sk.widgets.DiarizationReview(store(tmp_path / "corpus", {"one": TALK}, sources={"one": str(tmp_path / "one.wav")}))
    page, known = Page(widget), threading.Event()
    widget.observe(lambda change: change["new"]["is_complete"] and known.set(), "peaks")
    assert not widget.peaks["is_complete"]
    assert page.ask("peaks", level=0, first=0, count=10)[1] == [bytes(10)]
    page.ask("transcript")
    assert known.wait(PATIENCE_S)
    assert max(page.ask("peaks", level=0, first=0, count=100)[1][0]) > 0
    widget.close()


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
    content, buffers = page.ask("transcript")
    *_, flags, texts = unpacked((content["value"], buffers))["words"]
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


@pytest.mark.filterwarnings("error::pytest.PytestUnraisableExceptionWarning")
def test_an_unknown_recording_is_refused_with_the_nearest_and_nothing_else_is_said(corpus):
    with pytest.raises(OptionError, match="Did you mean 'one'"):
        sk.widgets.DiarizationReview(corpus, "onee")


def test_of_a_recording_at_an_address_there_is_no_sound(page):
    assert "lies at an address" in page.widget.recording["no_sound"]
    assert page.widget.peaks["is_complete"]
    assert page.ask("peaks", level=0, first=0, count=10)[1] == [b""]
