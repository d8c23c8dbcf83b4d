"""Corpora of made-up jobs for the tests of the monitor, which import it into their kernels."""

from pathlib import Path

from scribekit.intake import PlannedRow
from scribekit.jobs import Job
from scribekit.ledger import Ledger

NASTY = "<img src=x onerror=\"document.title='broken in'\"><b>bold</b>.wav"
BEGAN = 1.7e9


def make_corpus(folder, count, *, failed=()):
    """``count`` jobs of which those in ``failed`` failed and the rest are done; the first has a name that is HTML. It is made once."""
    if Path(folder).exists():
        return
    names = [NASTY, *(f"call-{number:06d}.wav" for number in range(1, count))]

    def job(number):
        ended = {"state": "error", "error_kind": "bad_audio", "error": "The audio could not be read."} if number in failed else {}
        fate = {"state": "completed", "submitted_at": BEGAN, "completed_at": BEGAN + 30, **ended}
        return Job(
            f"k{number}", names[number], "{}", 60.0 + number % 900, f"s{number}", 0.01, transcript_id=f"t{number}", attempts=1, **fate
        )

    with Ledger(Path(folder), create=True) as ledger:
        rows = [PlannedRow(name, name, f"k{number}") for number, name in enumerate(names)]
        ledger.plan_batch("plan", b"", rows, map(job, range(count)), host="host.example", at=BEGAN)
