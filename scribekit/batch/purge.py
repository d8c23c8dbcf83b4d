"""Deleting transcripts at the service, and recording each deletion."""

from __future__ import annotations

import asyncio
import functools
import time
from collections import Counter, deque
from collections.abc import Mapping, Sequence

import pandas as pd

from scribekit.api.answers import Fetched, NoAnswer, Refused
from scribekit.api.client import Client
from scribekit.api.connection import Connection
from scribekit.api.embedded import service_connection
from scribekit.api.failures import Recovery
from scribekit.api.limits import Limits, check_limits
from scribekit.api.rate_limit import limiter_for
from scribekit.base import schema
from scribekit.base.errors import DamageWarning, ServiceStoppedError, warn_user
from scribekit.base.progress import Progress
from scribekit.batch.engine.loop import wait_for
from scribekit.batch.engine.outages import MANY, Contact, Way
from scribekit.batch.retry_policy import failure_of, pause_s, rate_limit_pause_s
from scribekit.batch.which_service import check_host
from scribekit.corpus.handles import Batch, Corpus, takes_corpus
from scribekit.corpus.ledger import Ledger
from scribekit.corpus.view import time_stamp

DELETED, KEPT, DAMAGED_HERE = "deleted", "there", "damaged here"
FIRST_REQUESTS = 3
"""Without any answer to this many requests, the service counts as unreachable: only after a first contact is an outage waited for."""
_UNKNOWN = (
    "The service does not know this transcript any more: it keeps transcripts for 30 days by default. If it was made with another "
    "account's key, delete it with that key."
)
_AGAIN = "It could not be deleted now. Call sk.purge again."
_UNREADABLE = "The corpus cannot read its own copy. Run sk.check_corpus with repair=True and sk.collect to fetch it again, then sk.purge."
_ADVICE = {DELETED: None, KEPT: None, DAMAGED_HERE: _UNREADABLE, "transcript_missing": _UNKNOWN}
_IF_STOPPED = "What was deleted is recorded. The same call goes on with the rest."


@takes_corpus
def purge(batch_or_corpus: Batch | Corpus, *, remote: bool = True, limits: Limits | None = None, progress: bool = True) -> pd.DataFrame:
    """Delete the transcripts of ended jobs, and their uploaded audio, at the service. The corpus keeps its transcripts.

    The service keeps transcripts for 30 days by default. Each deletion is recorded. A transcript that is damaged in the corpus is not
    deleted at the service, because it can be fetched again from there (:func:`check_corpus`). Safe to repeat: the next call tries
    again what could not be deleted. A transcript that the service does not know (``transcript_missing``) may have been deleted
    there after that time, or was made with another account's key: delete it with that key.

    Args:
        batch_or_corpus: What ``submit_batch`` or ``open_corpus`` gave.
        remote: False deletes nothing and only lists what the service keeps.
        limits: The pace, and the patience during an outage; by default that of ``submit_batch``.
        progress: Show progress.

    Returns:
        One row per transcript that was ever created for these recordings: ``transcript_id, recording_id, status, deleted_at,
        error`` (``schema.DELETIONS``).

    Raises:
        NoConnectionError: There is neither a key nor a local service.
        ServiceStoppedError: The service refuses the key, cannot be reached, or was away for longer than ``limits.patience_s``.
        LedgerError: The corpus cannot be written.

    Warns:
        DamageWarning: Transcripts are damaged in the corpus, and were not deleted.
    """
    check_limits(limits)
    pace = limits or getattr(batch_or_corpus, "limits", None) or Limits()
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
            names = _names(ledger, batch_ids)
            if failed:
                harmed = [names[key] for _, key in kept if key in damaged and key in names]
                warn_user(DamageWarning(_kept_sentence(failed, batch_or_corpus), harmed))
            kept = [(transcript, key) for transcript, key in kept if transcript not in failed]
            with Progress(
                len(kept), unit="transcripts", description="Deleting at the service", enabled=progress, if_stopped=_IF_STOPPED
            ) as line:
                failed |= wait_for(_delete(connection, pace, ledger, kept, line))
        names = _names(ledger, batch_ids)
        deleted = [(row["transcript_id"], row["job_key"], DELETED, row["at"]) for row in ledger.deletions(batch_ids)]
        left = [(transcript, key, failed.get(transcript, KEPT), None) for transcript, key in ledger.remote(batch_ids)]
    return schema.DELETIONS.frame(
        [
            {
                "transcript_id": transcript,
                "recording_id": names.get(key),
                "status": status,
                "deleted_at": time_stamp(at),
                "error": _ADVICE.get(status, _AGAIN),
            }
            for transcript, key, status, at in [*deleted, *left]
        ]
    )


def _names(ledger: Ledger, batch_ids: Sequence[int]) -> dict[str, str]:
    """Return job key → the id of its first recording."""
    return {row["job_key"]: row["recording_id"] for row in reversed(list(ledger.job_rows(batch_ids))) if row["job_key"]}


def _kept_sentence(kept: Mapping[str, str], corpus: Corpus) -> str:
    return (
        f"{len(kept):,} transcripts cannot be read in the corpus and are not deleted at the service. Run "
        f"sk.check_corpus({str(corpus.path)!r}, repair=True), then sk.collect, to fetch them again; then purge them."
    )


def _check_address(client: Client, answer: Refused | NoAnswer, *, is_last: bool) -> None:
    """Stop when a first answer shows that the address is wrong; a refusal in the service's own words is about one transcript."""
    if isinstance(answer, Refused) and answer.error is not None:
        return
    failure = client.first_contact_failure(answer)
    is_unreachable = isinstance(answer, NoAnswer) and (is_last or not answer.sent)
    if is_unreachable or failure.recovery is not Recovery.RETRY:
        raise ServiceStoppedError(failure.kind, failure.advice)


async def _delete(connection: Connection, limits: Limits, ledger: Ledger, kept: list[tuple[str, str]], line: Progress) -> dict[str, str]:
    failed: dict[str, str] = {}
    tries: Counter[str] = Counter()
    left, sent = deque(kept), 0
    async with Client(connection, limiter_for(connection, limits), limits) as client:
        contact = Contact(client, limits, on_outlook=lambda sentence: line.update(len(kept) - len(left), note=sentence))
        while left:
            transcript_id, job_key = left[0]
            answer = await contact.ask(Way.DELETE, transcript_id, functools.partial(client.delete, transcript_id))
            failure = failure_of(answer) if isinstance(answer, Refused | NoAnswer) else None
            sent += 1
            if not isinstance(answer, Fetched) and (sent == 1 or not contact.was_answered):
                _check_address(client, answer, is_last=sent == FIRST_REQUESTS)
            if failure and failure.recovery is Recovery.STOP_BATCH:
                raise ServiceStoppedError(failure.kind, failure.advice)
            is_own = contact.is_own(transcript_id)
            if isinstance(answer, Refused) and answer.is_rate_limit:
                await asyncio.sleep(rate_limit_pause_s(answer, limits, 1.0))
                continue
            tries[transcript_id] += is_own
            if failure and (not is_own or (failure.recovery is Recovery.RETRY and tries[transcript_id] < limits.tries)):
                left.rotate(-1)  # others show whether it is the service's failure or this transcript's
                if len(left) < MANY:
                    await asyncio.sleep(pause_s(tries[transcript_id], limits, 1.0))
                continue
            left.popleft()
            if failure:
                # The service still knows what a user deleted. What it does not know may be another account's, so it is not deleted.
                failed[transcript_id] = failure.kind
            else:
                ledger.deleted(transcript_id, job_key, time.time())
            line.update(len(kept) - len(left))
    return failed
