import os

import pytest
from ledgers import NOW, finish, job, plan

from scribekit.corpus.job import PlannedRow


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
