import threading

import pytest
from corpora import store, write_tone
from packed_transcripts import TALK, unpacked
from page import Page
from patience import PATIENCE_S

import scribekit as sk
from scribekit.base.errors import OptionError
from scribekit.widgets.diarization.transcript import EDITED, SETTLED


def edit(page, intent, **arguments):
    """Edit the version that the page shows; gives the error."""
    content, _ = page.ask(intent, version=page.widget.progress["version"], **arguments)
    return content.get("error")


@pytest.fixture
def corpus(tmp_path):
    return store(tmp_path / "corpus", {"one": TALK, "two": [("A", "Hello there")], "plain": "No speakers are told apart here"})


@pytest.fixture
def page(corpus):
    return Page(sk.widgets.DiarizationReview(corpus, "one", who="ada"))


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


def test_what_an_edit_sends_turns_what_the_page_shows_into_the_new_transcript(page):
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


def test_an_edit_of_one_word_sends_only_that_word(page):
    page.ask("transcript")
    content, buffers = page.ask("correct", version=page.widget.progress["version"], words=[6], text="und")
    assert (content["value"]["kept_first"], content["value"]["kept_last"]) == (6, 8)
    assert buffers[-1] == b"und"


def test_a_page_that_shows_what_is_no_longer_known_is_sent_everything(page):
    first = page.ask("transcript")[0]["value"]["version"]
    for number in range(5):
        edit(page, "note", words=[0], text=str(number))
    content, buffers = page.ask("transcript", since=first)
    assert content["value"]["since"] is None
    assert len(unpacked((content["value"], buffers))["words"][0]) == 15


def test_the_waveform_is_computed_once_somebody_looks(tmp_path):
    write_tone(tmp_path / "one.wav", seconds=10)
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
    edit(page, "rename", speaker="C", to="Cleo")
    edit(page, "reassign", words=[5], to="A")
    edit(page, "boundary", utterance=1, words=1)
    edit(page, "correct", words=[0, 1], text="Good evening")
    edit(page, "accept", words=[0])
    edit(page, "note", words=[0], text="?")
    edit(page, "reject", words=[14])
    edit(page, "mark", state="done")
    review = sk.review(corpus, "one")
    assert review.edits["action"].tolist() == ["rename", "reassign", "move", "correct", "accept", "note", "reject", "state"]
    assert review.state == "done"
    assert page.widget.progress["can_undo"]
    for _ in range(page.widget.progress["edits"]):
        assert edit(page, "undo") is None
    assert sk.review(corpus, "one").payload == sk.review(corpus, "one").received


def test_flags_tell_what_a_person_did(page):
    edit(page, "correct", words=[0, 1], text="Good evening")
    edit(page, "accept", words=[2])
    content, buffers = page.ask("transcript")
    *_, flags, texts = unpacked((content["value"], buffers))["words"]
    assert texts[:3] == ["Good", "evening", "how"]
    assert flags[:4] == [SETTLED, EDITED | SETTLED, SETTLED, 0]


def test_an_edit_of_what_is_no_longer_shown_is_refused(page):
    old = page.widget.progress["version"]
    edit(page, "rename", speaker="C", to="Cleo")
    content, _ = page.ask("accept", version=old, words=[0])
    assert "has changed since" in content["error"]


def test_what_others_edited_meanwhile_is_shown(page, corpus):
    sk.review(corpus, "one").rename("B", "Bo")
    assert "edited elsewhere" in edit(page, "accept", words=[0])
    assert page.ask("transcript")[0]["value"]["speakers"] == ["A", "Bo", "C"]
    assert edit(page, "accept", words=[0]) is None


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
    assert "is at a URL" in page.widget.recording["no_sound"]
    assert page.widget.peaks["is_complete"]
    assert page.ask("peaks", level=0, first=0, count=10)[1] == [b""]
