import pytest
from ledgers import NOW, finish, job, plan

from scribekit.corpus.ledger import Ledger, damage
from scribekit.corpus.ledger.stored import DAMAGED, MISSING, UNSEALED, WHOLE

BODY = b'{"id": "t-a", "text": "what was said"}'


@pytest.fixture
def filled(ledger):
    finish(ledger, plan(ledger, job("a")), BODY)
    return ledger


def change(ledger, sql, *values):
    with ledger.transaction() as db:
        db.execute(sql, values)


def read(ledger):
    return list(ledger.payloads([("a.mp3", "a")]))


def test_a_transcript_is_stored_with_its_checksum(filled):
    assert filled.transcript_state("a") == WHOLE
    assert read(filled) == [("a.mp3", BODY)]
    assert not filled.damage


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE payloads SET body = substr(body, 1, length(body) - 1) || X'00'",
        "UPDATE payloads SET body = X''",
        "UPDATE payloads SET body = 'a text'",
        "UPDATE payloads SET transcript_id = 't-b'",
        "UPDATE payloads SET confidence = 0.5",
        "UPDATE payloads SET confidence = 'a text'",
        "UPDATE digests SET digest = X'00' WHERE name = 'a'",
    ],
)
def test_any_change_of_it_is_found_and_named(filled, sql):
    change(filled, sql)
    assert read(filled) == []
    assert filled.damage.recordings == {"a.mp3": damage.TRANSCRIPT}
    assert filled.transcript_state("a") == DAMAGED


def test_one_that_is_lost_is_named_and_one_that_never_was_there_is_not(filled):
    change(filled, "DELETE FROM payloads")
    assert read(filled) == []
    assert filled.damage.recordings == {"a.mp3": damage.NO_TRANSCRIPT}
    assert (filled.transcript_state("a"), filled.transcript_state("unknown")) == (MISSING, WHOLE)


@pytest.mark.parametrize("body", [BODY, None], ids=["whole", "damaged"])
def test_one_of_an_earlier_version_gets_its_checksum_when_it_is_first_read(filled, body):
    change(filled, "DELETE FROM digests")
    if body is None:
        change(filled, "UPDATE payloads SET body = X'10000000000000000102'")
        assert filled.transcript_state("a") == DAMAGED
        return
    assert filled.transcript_state("a") == UNSEALED
    assert filled.transcript_state("a") == WHOLE
    change(filled, "DELETE FROM digests")
    assert read(filled) == [("a.mp3", body)]
    assert filled.transcript_state("a") == WHOLE


def test_it_is_fetched_again_unless_it_was_deleted_at_the_service(filled):
    batch = plan(filled, job("b"), fingerprint="g")
    finish(filled, batch, BODY, key="b")
    filled.deleted("t-b", "b", NOW)
    assert filled.fetch_again(["a", "b"], NOW) == {"a"}
    rows = {row["recording_id"]: (row["state"], row["error_kind"], row["transcript_id"]) for row in filled.job_rows(filled.batches())}
    assert rows == {"a.mp3": ("queued", None, "t-a"), "b.mp3": ("error", "damaged", "t-b")}
    assert filled.failures(filled.batches()) == {"b.mp3": "damaged"}


def test_a_damaged_manifest_is_not_read(ledger):
    batch = plan(ledger, job("a"), manifest=b"a table")
    assert ledger.manifest(batch) == b"a table"
    change(ledger, "UPDATE batches SET manifest = substr(manifest, 1, length(manifest) - 1) || X'00'")
    assert ledger.manifest(batch) is None


def test_a_read_only_ledger_of_an_earlier_version_is_read_without_checksums(filled, monkeypatch):
    change(filled, "DROP TABLE digests")
    change(filled, "ALTER TABLE edits DROP COLUMN digest")
    change(filled, "ALTER TABLE recordings DROP COLUMN crc")
    change(filled, "PRAGMA user_version = 3")
    filled.close()
    monkeypatch.setattr("scribekit.corpus.ledger.database.is_writable", lambda _path: False)
    with Ledger(filled.folder) as opened:
        assert (opened.has_digests, opened.is_read_only) == (False, True)
        assert read(opened) == [("a.mp3", BODY)]
        assert [row["recording_id"] for row in opened.job_rows([1])] == ["a.mp3"]
        assert opened.edits.all() == []
        assert opened.edits.stamps() == {}
