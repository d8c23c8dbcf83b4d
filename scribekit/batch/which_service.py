"""Which service the unfinished jobs of a corpus belong to."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from scribekit.api import embedded
from scribekit.api.connection import Connection, embedded_recogniser
from scribekit.base.addresses import without_login
from scribekit.base.errors import NoConnectionError, ScribekitError
from scribekit.corpus.handles import Batch, Corpus
from scribekit.corpus.ledger import Ledger


def work_left(batch_or_corpus: Batch | Corpus, connection: Connection | None = None) -> tuple[Connection, list[int]] | None:
    """Return the service, and the batches that have unfinished jobs for it; None when every job has ended.

    Args:
        batch_or_corpus: What ``submit_batch`` or ``open_corpus`` gave.
        connection: The service to use; by default the one that the verbs use now.

    Raises:
        NoConnectionError: There is neither a key nor a local service.
        ScribekitError: The jobs belong to another service than this one.
    """
    with Ledger(batch_or_corpus.path) as ledger:
        hosts = ledger.unfinished_hosts(batch_or_corpus.batch_ids)
        if not hosts:
            return None
        ledger.check_writable()
        chosen = connection or _connection_for(hosts)
        check_host(chosen, hosts)
        # Jobs of another service (a rehearsal, for example) are neither sent to this one nor searched for in it.
        return chosen, ledger.batches_at(chosen.host, batch_or_corpus.batch_ids)


@contextlib.contextmanager
def with_embedded_service(batch_or_corpus: Batch | Corpus) -> Iterator[Connection | None]:
    """Run an embedded service for the jobs of one that ended with its process; yield its connection, or None.

    No other verb uses it, in any thread. None is started when there is nothing to do for it, or one runs in this process.
    """
    with Ledger(batch_or_corpus.path) as ledger:
        left_to = {embedded_recogniser(host) for host in ledger.unfinished_hosts(batch_or_corpus.batch_ids)}
    identity = left_to.pop() if len(left_to) == 1 else None
    if identity is None or embedded.current_connection() is not None or not embedded.can_be_made_again(identity):
        yield None
        return
    with embedded.private_service(identity) as service:
        yield service.connection


def _connection_for(hosts: list[str]) -> Connection:
    try:
        return embedded.service_connection()
    except NoConnectionError:
        recogniser = embedded_recogniser(hosts[0])
        if recogniser is None:
            raise
        raise NoConnectionError(_service_has_ended(recogniser)) from None


def _service_has_ended(recogniser: str) -> str:
    return (
        "These jobs belong to an embedded service, which ended with the process that started it. "
        f"Start one again and repeat the call: {embedded.how_to_make(recogniser)}.start(). "
        "It does its unfinished jobs again, at no cost."
    )


def check_host(connection: Connection, hosts: list[str]) -> None:
    """Refuse to ask one service for the jobs of another."""
    if hosts and connection.host not in hosts:
        is_embedded = embedded_recogniser(hosts[0]) is not None
        first = hosts[0] if is_embedded else without_login(hosts[0])  # ledgers of earlier versions have a name and a password there
        raise ScribekitError(
            f"This batch was sent to {first}, but the verbs now use {connection.host}. Connect to {first} again to collect it "
            "(start or stop the local service, or set ASSEMBLYAI_BASE_URL), or submit the manifest again to the new one."
        )
