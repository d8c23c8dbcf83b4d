import pytest
from corpora import payload
from journals import TALK, shown

from scribekit.transcripts import edits


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


def test_two_transcripts_of_one_recording_are_each_done():
    marks = [edits.Edit(1, "state", {"state": "done"}, 1, "t"), edits.Edit(2, "state", {"state": "done"}, 2, "u")]
    assert [edits.read_history(marks, name).state for name in "tuv"] == ["done", "done", "in review"]
    assert edits.read_history(marks[:1], "u").state == "in review"
