"""Deleting transcripts at the service, and recording each deletion."""

from __future__ import annotations

import time
from collections.abc import Mapping

import pandas as pd

from scribekit.api.answers import NoAnswer, Refused
from scribekit.api.client import Client, Fetched
from scribekit.api.connection import Connection
from scribekit.api.embedded import service_connection
from scribekit.api.failures import Recovery, http_failure
from scribekit.api.limits import Limits
from scribekit.api.rate_limit import limiter_for
from scribekit.base import schema
from scribekit.base.errors import DamageWarning, ServiceStoppedError, warn_user
from scribekit.base.progress import Progress
from scribekit.batch.engine.loop import wait_for
from scribekit.batch.which_service import check_host
from scribekit.corpus.handles import Batch, Corpus, takes_corpus
from scribekit.corpus.ledger import Ledger
from scribekit.corpus.view import time_stamp

DELETED, KEPT, DAMAGED_HERE = "deleted", "there", "damaged here"
_IF_STOPPED = "What was deleted is recorded. The same call goes on with the rest."


@takes_corpus
def purge(batch_or_corpus: Batch | Corpus, *, remote: bool = True, progress: bool = True) -> pd.DataFrame:
    """Delete the transcripts of ended jobs, and their uploaded audio, at the service. The corpus keeps its transcripts.

    The service keeps transcripts for 30 days by default. Each deletion is recorded. A transcript that is damaged in the corpus is not
    deleted at the service, because it can be fetched again from there (:func:`check_corpus`). Safe to repeat: the next call tries
    again what could not be deleted. A transcript that the service does not know (``transcript_missing``) was made with
    another account's key: delete it with that key.

    Args:
        batch_or_corpus: What ``submit_batch`` or ``open_corpus`` gave.
        remote: False deletes nothing and only lists what the service keeps.
        progress: Show progress.

    Returns:
        One row per transcript that was ever created for these recordings: ``transcript_id, recording_id, status, deleted_at``
        (``schema.DELETIONS``).

    Raises:
        NoConnectionError: There is neither a key nor a local service.
        ServiceStoppedError: The service refuses the key, or cannot be reached.
        LedgerError: The corpus cannot be written.

    Warns:
        DamageWarning: Transcripts are damaged in the corpus, and were not deleted.
    """
    batch_ids = batch_or_corpus.batch_ids
    with Ledger(batch_or_corpus.path) as ledger:
        failed: dict[str, str] = {}
        if remote and ledger.remote(batch_ids):
            ledger.check_writable()  # a deletion that cannot be recorded is not made
            connection = service_connection()
            check_host(connection, ledger.hosts(batch_ids))
            # This service does not know the transcripts of another one, which must not count as deleted.
            kept = ledger.remote(ledger.batches_at(connection.host, batch_ids))
            damaged = ledger.damaged_transcripts([key for _, key in kept])
            failed = {transcript: DAMAGED_HERE for transcript, key in kept if key in damaged}
            if failed:
                warn_user(_kept_sentence(failed, batch_or_corpus), DamageWarning)
            kept = [(transcript, key) for transcript, key in kept if transcript not in failed]
            with Progress(
                len(kept), unit="transcripts", description="Deleting at the service", enabled=progress, if_stopped=_IF_STOPPED
            ) as line:
                failed |= wait_for(_delete(connection, ledger, kept, line))
        names = {row["job_key"]: row["recording_id"] for row in reversed(list(ledger.job_rows(batch_ids))) if row["job_key"]}
        deleted = [(row["transcript_id"], row["job_key"], DELETED, row["at"]) for row in ledger.deletions(batch_ids)]
        left = [(transcript, key, failed.get(transcript, KEPT), None) for transcript, key in ledger.remote(batch_ids)]
    return schema.DELETIONS.frame(
        [
            {"transcript_id": transcript, "recording_id": names.get(key), "status": status, "deleted_at": time_stamp(at)}
            for transcript, key, status, at in [*deleted, *left]
        ]
    )


def _kept_sentence(kept: Mapping[str, str], corpus: Corpus) -> str:
    return (
        f"{len(kept):,} transcripts cannot be read in the corpus and are not deleted at the service. Run "
        f"sk.check_corpus({str(corpus.path)!r}, repair=True), then sk.collect, to fetch them again; then purge them."
    )


def _check_address(client: Client, answer: Refused | NoAnswer) -> None:
    """Stop when the first answer shows that the address is wrong; a refusal in the service's own words is about one transcript."""
    if isinstance(answer, Refused) and answer.error is not None:
        return
    failure = client.first_contact_failure(answer)
    is_never_sent = isinstance(answer, NoAnswer) and not answer.sent
    if is_never_sent or failure.recovery is not Recovery.RETRY:
        raise ServiceStoppedError(failure.kind, failure.advice)


async def _delete(connection: Connection, ledger: Ledger, kept: list[tuple[str, str]], line: Progress) -> dict[str, str]:
    failed: dict[str, str] = {}
    async with Client(connection, limiter_for(connection, Limits())) as client:
        for done, (transcript_id, job_key) in enumerate(kept, start=1):
            answer = await client.delete(transcript_id)
            if done == 1 and not isinstance(answer, Fetched):
                _check_address(client, answer)
            if isinstance(answer, Refused):
                failure = http_failure(answer.status, answer.error)
                if failure.recovery is Recovery.STOP_BATCH:
                    raise ServiceStoppedError(failure.kind, failure.advice)
                # The service still knows deleted transcripts, so one that it does not know belongs to another key's account.
                failed[transcript_id] = failure.kind
            elif isinstance(answer, NoAnswer):
                failed[transcript_id] = "network"
            if transcript_id not in failed:
                ledger.deleted(transcript_id, job_key, time.time())
            line.update(done)
    return failed
