"""Which service the verbs talk to, and which one the work of a corpus belongs to."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator

from scribekit.api import embedded
from scribekit.api.connection import Connection, embedded_recogniser, resolve
from scribekit.base.errors import NoConnectionError, ScribekitError
from scribekit.corpus.handles import Batch, Corpus
from scribekit.corpus.ledger import Ledger

_LISTENS = "pocketsphinx"
"""The embedded recogniser whose work another of its kind takes up; a rehearsal has a pace of its own, which nobody knows afterwards."""


def service_connection() -> Connection:
    """The connection that the verbs use now. Raises :class:`NoConnectionError` when there is none."""
    import assemblyai

    return resolve(
        settings_key=assemblyai.settings.api_key,
        settings_url=assemblyai.settings.base_url,
        environ=os.environ,
        local=embedded.current_connection(),
    )


def work_left(batch_or_corpus: Batch | Corpus, service: Connection | None = None) -> tuple[Connection, list[int]] | None:
    """The service, and the batches that it is to go on with; None when every job has ended.

    Args:
        batch_or_corpus: Whose work.
        service: The service; by default that which the verbs use now.

    Raises:
        NoConnectionError: There is neither a key nor a local service.
        ScribekitError: The work belongs to another service than the one that the verbs now talk to.
    """
    with Ledger(batch_or_corpus.path) as ledger:
        hosts = ledger.unfinished_hosts(batch_or_corpus.batch_ids)
        if not hosts:
            return None
        ledger.check_writable()
        to = service or _connection_for(hosts)
        check_host(to, hosts)
        # What was planned for another service (a rehearsal, say) is neither sent to this one nor looked for in it.
        return to, ledger.batches_at(to.host, batch_or_corpus.batch_ids)


@contextlib.contextmanager
def with_embedded_service(batch_or_corpus: Batch | Corpus) -> Iterator[Connection | None]:
    """An embedded service for this work alone, where it was left to one that ended with its process.

    No other verb turns to it, in whatever thread. None is started where one runs in this process already.
    """
    with Ledger(batch_or_corpus.path) as ledger:
        left_to = {embedded_recogniser(host) for host in ledger.unfinished_hosts(batch_or_corpus.batch_ids)}
    is_wanted = left_to == {_LISTENS} and embedded.current_connection() is None
    if not is_wanted:
        yield None
        return
    with embedded.private_service(_LISTENS) as service:
        yield service.connection


def _connection_for(hosts: list[str]) -> Connection:
    try:
        return service_connection()
    except NoConnectionError:
        recogniser = embedded_recogniser(hosts[0])
        if recogniser is None:
            raise
        raise NoConnectionError(_ended(recogniser)) from None


def _ended(recogniser: str) -> str:
    return (
        "This work was left to an embedded service, which ended with the process that started it. "
        f"Start one again and repeat the call: sk.local_service({recogniser!r}).start(). "
        "What it had not finished is done anew; it costs nothing."
    )


def check_host(to: Connection, hosts: list[str]) -> None:
    """Refuse to ask one service for what another one has."""
    if hosts and to.host not in hosts:
        raise ScribekitError(
            f"This batch was sent to {hosts[0]}, but the verbs now talk to {to.host}. Connect to {hosts[0]} again to collect it "
            "(start or stop the local service, or set ASSEMBLYAI_BASE_URL), or submit the manifest again to the new one."
        )
