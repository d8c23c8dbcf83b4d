"""What the HTTP libraries log about our requests: no secret of ours, at no level.

httpx writes every address into an INFO line, httpcore the headers of every answer into a DEBUG line. Only lines about requests inside
:func:`masked_requests` are changed; what other code of the process logs with the same libraries stays as it is.
"""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Callable, Iterator
from contextvars import ContextVar

from scribekit.base.addresses import hosts_only, masked

_LOGGERS = ("httpx", *(f"httpcore.{part}" for part in ("connection", "http11", "http2", "proxy", "socks")))
_Mask = Callable[[str], str]
_mask: ContextVar[_Mask | None] = ContextVar("scribekit request", default=None)


@contextlib.contextmanager
def masked_requests(*, whole: bool = False) -> Iterator[None]:
    """Mask the addresses in what is logged about requests while the context is open, and drop their headers.

    Args:
        whole: Log nothing of an address but its host; for addresses that are a secret themselves.
    """
    for name in _LOGGERS:
        logging.getLogger(name).addFilter(_masked)  # a filter that is there already is not added again
    token = _mask.set(hosts_only if whole else masked)
    try:
        yield
    finally:
        _mask.reset(token)


def _masked(record: logging.LogRecord) -> bool:
    mask = _mask.get()
    if mask is not None:
        text = record.getMessage()
        # "receive_response_headers.complete return_value=…": the name of the step, without addresses and headers.
        record.msg, record.args = (mask(text) if record.name == "httpx" else text.partition(" ")[0]), ()
    return True
