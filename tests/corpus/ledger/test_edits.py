import pytest
from ledgers import NOW, job, plan

from scribekit.base.errors import DamagedFileError, LedgerError
from scribekit.corpus.ledger import EditedMeanwhile, Ledger
from scribekit.corpus.ledger.edits import SET_ASIDE

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


@pytest.mark.parametrize(
    ("sql", "harmed"),
    [
        ("UPDATE edits SET detail = '{\"a\": 1}' WHERE edit_id = 2", [2]),
        ("UPDATE edits SET who = 'bob' WHERE edit_id = 3", [3]),
        ("DELETE FROM edits WHERE edit_id = 2", []),
    ],
)
def test_a_changed_or_missing_edit_is_found_and_set_aside(ledger, sql, harmed):
    plan(ledger, job("a"), job("b"))
    other = {**EDIT, "content": "https://host.example/b.mp3"}
    ledger.edits.append([EDIT, EDIT, EDIT, other])
    assert ledger.edits.harmed() == {}
    with ledger.transaction() as db:
        db.execute(sql)
    assert ledger.edits.harmed() == {CONTENT: harmed}
    with pytest.raises(DamagedFileError, match="reviewed=False"):
        ledger.edits.of(CONTENT)
    assert len(ledger.edits.of(other["content"])) == 1
    ledger.edits.set_aside(CONTENT)
    assert [row["edit_id"] for row in ledger.edits.of(CONTENT) if row["action"] == SET_ASIDE] == harmed
    assert ledger.edits.append([EDIT]) == [5]
    assert ledger.edits.harmed() == {}


def test_edits_are_found_although_the_index_of_the_jobs_misses_their_content(ledger):
    plan(ledger, job("a"))
    ledger.edits.append([EDIT])
    with ledger.transaction() as db:  # as a flipped bit in the index would
        db.execute("PRAGMA writable_schema = ON")
        other = "replace(sql, 'COALESCE(sha256, source)', 'COALESCE(sha256, upload_url)')"
        db.execute(f"UPDATE sqlite_master SET sql = {other} WHERE name = 'jobs_content'")
    ledger.close()
    with Ledger(ledger.folder) as opened:
        assert opened.edits.stamps() == {"a": 1}
