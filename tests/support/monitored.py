"""Corpora of made-up jobs for the tests of the monitor, which import it into their kernels."""

import hashlib
from pathlib import Path

from scribekit.corpus.job import Job, PlannedRow
from scribekit.corpus.ledger import Ledger

NASTY = "<img src=x onerror=\"document.title='broken in'\"><b>bold</b>.wav"
BEGAN = 1.7e9
BODY = b"a transcript, compressed" * 40


def make_corpus(folder, count, *, failed=(), unsent=0):
    """``count`` jobs of which those in ``failed`` failed, the last ``unsent`` are yet to be sent, and the rest have transcripts.

    The first has a name that is HTML. It is made once.
    """
    if Path(folder).exists():
        return
    names = [NASTY, *(f"call-{number:06d}.wav" for number in range(1, count))]
    keys = [hashlib.sha256(name.encode()).hexdigest() for name in names]

    def job(number):
        fate = {"state": "completed", "attempts": 1, "transcript_id": f"t{number}", "submitted_at": BEGAN, "completed_at": BEGAN + 30}
        if number >= count - unsent:
            fate = {"state": "planned"}
        elif number in failed:
            fate |= {"state": "error", "error_kind": "bad_audio", "error": "The audio could not be read."}
        return Job(keys[number], names[number], "{}", 60.0 + number % 900, f"s{number}", 0.01, **fate)

    with Ledger(Path(folder), create=True) as ledger:
        rows = [PlannedRow(name, name, key) for name, key in zip(names, keys, strict=True)]
        ledger.plan_batch("plan", b"", rows, map(job, range(count)), host="host.example", at=BEGAN)
        with ledger.transaction() as db:
            db.execute(
                "INSERT INTO payloads (job_key, transcript_id, received_at, audio_duration_s, cost_usd, body)"
                " SELECT key, transcript_id, completed_at, duration_s, estimate_usd, ? FROM jobs WHERE state = 'completed'",
                (BODY,),
            )


def send_one(folder):
    """Something happens to one of the jobs that were not sent yet, as while a run goes on."""
    one = "(SELECT key FROM jobs WHERE state = 'planned' LIMIT 1)"
    with Ledger(Path(folder)) as ledger, ledger.transaction() as db:
        db.execute(f"UPDATE jobs SET state = 'queued', reserved_usd = estimate_usd WHERE key = {one}")
