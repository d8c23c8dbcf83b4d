import os
import sqlite3

import pandas as pd
import pytest
from ledgers import NOW, finish, job, plan

from scribekit.base.errors import DamagedFileError
from scribekit.corpus.handles import manifest_to_bytes
from scribekit.corpus.job import PlannedRow
from scribekit.corpus.ledger import FILE_NAME, Ledger, damage


def test_what_is_sent_where(ledger):
    batch = plan(ledger, job("a"))
    assert ledger.unfinished_hosts([batch]) == ["host.example"]
    finish(ledger, batch, b"{}")
    assert ledger.unfinished_hosts([batch]) == []


@pytest.mark.parametrize("payload", [b"", b"{}", "Zoë".encode(), os.urandom(5_000_000)], ids=["nothing", "small", "text", "5 MB of noise"])
def test_a_payload_comes_back_byte_for_byte(ledger, payload):
    batch = plan(ledger, job("a"))
    finish(ledger, batch, payload)
    assert list(ledger.payloads([("a.mp3", "a"), ("never.mp3", "unknown")])) == [("a.mp3", payload)]


def test_job_rows_tell_a_recording_as_its_latest_batch_does(ledger):
    first = plan(ledger, job("a"), job("b"))
    finish(ledger, first, b"{}")
    again = [PlannedRow("a.mp3", "moved/a.mp3", "a")]
    second = ledger.plan_batch("g", b"", again, [job("a")], host="h", at=NOW)
    rows = ledger.job_rows([first, second])
    assert [(row["recording_id"], row["source"]) for row in rows] == [
        ("a.mp3", "moved/a.mp3"),
        ("b.mp3", "https://host.example/b.mp3"),
    ]


def test_a_recording_whose_row_is_damaged_is_left_out_and_named_as_in_its_manifest(ledger):
    manifest = manifest_to_bytes(pd.DataFrame({"recording_id": ["a.mp3", "b.mp3"], "source": ["a", "b"]}))
    batch = plan(ledger, job("a"), job("b"), manifest=manifest)
    with ledger.transaction() as db:
        db.execute("UPDATE recordings SET recording_id = 'c.mp3' WHERE recording_id = 'b.mp3'")
    assert [row["recording_id"] for row in ledger.job_rows([batch])] == ["a.mp3"]
    assert ledger.damage.recordings == {"b.mp3": damage.JOB}
    assert list(ledger.transcript_ids([batch])) == ["a.mp3"]


def test_rows_that_a_damaged_page_hides_are_missed(ledger):
    batch = plan(ledger, job("a"), job("b"))
    ledger.close()
    path = ledger.folder / FILE_NAME
    content = bytearray(path.read_bytes())
    with sqlite3.connect(path) as db:
        (root,) = db.execute("SELECT rootpage FROM sqlite_master WHERE name = 'recordings'").fetchone()
    db.close()
    assert content[(root - 1) * 4096 + 4] == 2  # the number of rows on the page
    content[(root - 1) * 4096 + 4] = 1
    path.write_bytes(content)
    with Ledger(ledger.folder) as opened:
        for read in (opened.job_rows, lambda batches: iter(opened.transcript_ids(batches))):
            with pytest.raises(DamagedFileError, match="recordings are missing"):
                list(read([batch]))
