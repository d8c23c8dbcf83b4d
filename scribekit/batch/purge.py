"""Deleting what the service keeps, and remembering that it was deleted."""

from __future__ import annotations

import time

import pandas as pd

from scribekit.api.answers import NoAnswer, Refused
from scribekit.api.client import Client
from scribekit.api.connection import Connection
from scribekit.api.failures import Recovery, http_failure
from scribekit.api.limits import Limits
from scribekit.api.rate_limit import limiter_for
from scribekit.base import schema
from scribekit.base.errors import ServiceStoppedError
from scribekit.base.progress import Progress
from scribekit.batch.engine.loop import wait_for
from scribekit.batch.which_service import check_host, service_connection
from scribekit.corpus.handles import Batch, Corpus
from scribekit.corpus.ledger import Ledger
from scribekit.corpus.view import time_stamp

DELETED, THERE = "deleted", "there"


def purge(batch_or_corpus: Batch | Corpus, *, remote: bool = True, progress: bool = True) -> pd.DataFrame:
    """Delete the transcripts of ended jobs, and their uploaded audio, at the service. What the corpus holds stays.

    The service keeps transcripts until somebody deletes them. Each deletion is recorded. Safe to repeat: what could not
    be deleted is tried again by the next call. A transcript that the service does not know (``transcript_missing``) was made with another
    account's key: delete it with that one.

    Args:
        batch_or_corpus: What ``submit_batch`` or ``open_corpus`` gave.
        remote: False deletes nothing and only lists what lies at the service.
        progress: Show how far it has come.

    Returns:
        One row per transcript that was ever created for these recordings: ``transcript_id, recording_id, status, deleted_at``
        (``schema.DELETIONS``).

    Raises:
        NoConnectionError: There is neither a key nor a local service.
        ServiceStoppedError: The service refuses the key.
        LedgerError: The corpus cannot be written.
    """
    numbers = batch_or_corpus.batch_ids
    with Ledger(batch_or_corpus.path) as ledger:
        failed: dict[str, str] = {}
        if remote and ledger.remote(numbers):
            ledger.check_writable()  # a deletion that cannot be recorded is not made
            to = service_connection()
            check_host(to, ledger.hosts(numbers))
            # Another service's transcripts are not known here, which must not be taken for their being deleted.
            there = ledger.remote(ledger.batches_at(to.host, numbers))
            with Progress(len(there), unit="transcripts", description="Deleting at the service", enabled=progress) as line:
                failed = wait_for(_delete(to, ledger, there, line))
        names = {row["job_key"]: row["recording_id"] for row in reversed(list(ledger.job_rows(numbers))) if row["job_key"]}
        gone = [(row["transcript_id"], row["job_key"], DELETED, row["at"]) for row in ledger.deletions(numbers)]
        left = [(transcript, key, failed.get(transcript, THERE), None) for transcript, key in ledger.remote(numbers)]
    return schema.DELETIONS.frame(
        [
            {"transcript_id": transcript, "recording_id": names.get(key), "status": status, "deleted_at": time_stamp(at)}
            for transcript, key, status, at in [*gone, *left]
        ]
    )


async def _delete(to: Connection, ledger: Ledger, there: list[tuple[str, str]], line: Progress) -> dict[str, str]:
    failed: dict[str, str] = {}
    async with Client(to, limiter_for(to, Limits())) as api:
        for done, (transcript_id, job_key) in enumerate(there, start=1):
            answer = await api.delete(transcript_id)
            if isinstance(answer, Refused):
                failure = http_failure(answer.status, answer.error)
                if failure.recovery is Recovery.STOP_BATCH:
                    raise ServiceStoppedError(failure.kind, failure.advice)
                # What was deleted stays known to the service, so one that it does not know belongs to another key's account.
                failed[transcript_id] = failure.kind
            elif isinstance(answer, NoAnswer):
                failed[transcript_id] = "network"
            if transcript_id not in failed:
                ledger.deleted(transcript_id, job_key, time.time())
            line.update(done)
    return failed
