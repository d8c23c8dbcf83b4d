import json

import pytest
from corpora import store

import scribekit as sk
from scribekit.base import schema
from scribekit.corpus import payloads
from scribekit.corpus.ledger import EditedMeanwhile
from scribekit.transcripts import edits


@pytest.fixture
def corpus(tmp_path):
    """Three recordings, of which the second was corrected."""
    talk = [("A", "one two three"), ("B", "four")]
    corpus = store(tmp_path / "c", dict.fromkeys(["a", "b", "c"], talk))
    sk.review(corpus, "b", who="ada").rename("B", "Bo").correct("II", words=1).accept(words=[3])
    return corpus


def read(corpus, function, **options):
    with corpus.reading() as view:
        return dict(function(view.ledger, view.completed, **options))


def test_payloads_come_as_corrected_or_as_received(corpus):
    received, reviewed = (read(corpus, payloads.payloads, reviewed=reviewed) for reviewed in (False, True))
    assert list(received) == list(reviewed) == ["a", "b", "c"]
    assert [name for name in received if received[name] != reviewed[name]] == ["b"]
    assert [word["text"] for word in json.loads(reviewed["b"])["words"]] == ["one", "II", "three", "four"]


def test_recordings_without_a_transcript_have_no_payload(corpus):
    with corpus.reading() as view:
        assert list(payloads.payloads(view.ledger, [("x", "unknown")])) == []


def test_judged_words_are_those_that_were_corrected_or_accepted(corpus):
    assert read(corpus, payloads.reviewed_words) == {"b": {1: False, 3: True}}


def test_settled_words_are_all_words_once_a_recording_is_done(corpus):
    assert read(corpus, payloads.settled_words) == {"b": [1, 3]}
    sk.review(corpus, "a").done()
    assert list(read(corpus, payloads.settled_words)["a"]) == [0, 1, 2, 3]


def test_the_table_of_edits_has_the_outcome_of_each(corpus):
    sk.review(corpus, "b").undo()
    with corpus.reading() as view:
        frame = payloads.edits_frame(view)
    assert list(frame) == schema.EDITS.names
    assert frame["action"].tolist() == ["rename", "correct", "accept", "undo"]
    assert frame["status"].tolist()[:3] == ["applied", "applied", "undone"]


def test_a_group_is_undone_and_redone_unless_somebody_edited_meanwhile(corpus):
    with corpus.reading() as view:
        ledger, key = view.ledger, dict(view.completed)["b"]
        content = ledger.edits.content_of(key)
        first, *_ = payloads.journal(ledger, key)
        for action in (edits.UNDO, edits.REDO):
            last = {content: ledger.edits.last(content)}
            payloads.undo_or_redo(ledger, action, first.edit_group, who="bo", at=5.0, last=last)
        with pytest.raises(EditedMeanwhile):
            payloads.undo_or_redo(ledger, edits.UNDO, first.edit_group, who="bo", at=5.0, last=last)
        assert [edit.action for edit in payloads.journal(ledger, key)] == ["rename", "correct", "accept", "undo", "redo"]
