import pytest
from ledgers import NOW, job, plan

from scribekit.base.errors import LedgerError
from scribekit.corpus.ledger import EditedMeanwhile

CONTENT = "https://host.example/a.mp3"
EDIT = {"at": NOW, "who": "ada", "content": CONTENT, "transcript_id": "t", "action": "note", "detail": "{}"}


def test_edits_that_belong_together_are_all_there_or_none(ledger):
    plan(ledger, job("a"))
    with pytest.raises(LedgerError):
        ledger.edits.append([EDIT, EDIT | {"who": None}])
    assert ledger.edits.all() == []
    assert ledger.edits.append([EDIT, EDIT]) == [1, 2]
    assert {row["edit_group"] for row in ledger.edits.all()} == {1}


def test_no_edit_is_written_over_one_that_was_not_read(ledger):
    assert ledger.edits.append([EDIT], {CONTENT: None}) == [1]
    with pytest.raises(EditedMeanwhile):
        ledger.edits.append([EDIT], {CONTENT: None})
    assert ledger.edits.append([EDIT], {CONTENT: ledger.edits.last(CONTENT), "another": None}) == [2]


def test_an_edit_is_kept_when_the_block_that_tries_it_succeeds(ledger):
    with ledger.edits.appending([EDIT]) as numbers:
        assert [row["edit_id"] for row in ledger.edits.of(CONTENT)] == numbers == [1]
    assert ledger.edits.last(CONTENT) == 1


def test_an_edit_is_not_kept_when_the_block_that_tries_it_fails(ledger):
    ledger.edits.append([EDIT])
    with pytest.raises(ValueError, match="no such word"), ledger.edits.appending([EDIT | {"action": "reject"}]):
        raise ValueError("no such word")
    assert [row["action"] for row in ledger.edits.of(CONTENT)] == ["note"]


def test_the_stamp_of_a_job_is_the_last_edit_of_its_content(ledger):
    plan(ledger, job("a"), job("b"))
    assert ledger.edits.stamps() == {}
    ledger.edits.append([EDIT, EDIT])
    assert ledger.edits.stamps() == {"a": 2}
    assert ledger.edits.content_of("a") == CONTENT
