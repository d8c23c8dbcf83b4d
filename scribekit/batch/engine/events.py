"""Tells listeners what happens, on the engine's loop, without ever letting one of them disturb the work."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any

Event = dict[str, Any]
"""``at`` (Unix time), ``event``, ``alert`` (None, ``failed``, ``stopped``), ``job_key``, ``transcript_id``, ``state``, ``error_kind``."""

Listener = Callable[[Event], Awaitable[None] | None]

FLUSH_TIMEOUT_S = 5.0
"""How long the end of a run waits for messages that are still on their way."""

_log = logging.getLogger("scribekit.events")


class EventSink:
    """Passes events on to a listener, a function or coroutine function; its failures are logged by kind and forgotten."""

    def __init__(self, listener: Listener | None) -> None:
        self._listener = listener
        self._under_way: set[asyncio.Task[None]] = set()

    def emit(self, event: Event) -> None:
        """Pass an event on; returns at once, also when the listener takes its time asynchronously."""
        if self._listener is None:
            return
        try:
            telling = self._listener(event)
        except Exception as cause:  # noqa: BLE001 -- somebody else's code
            _log.warning("the on_event listener failed: %s", type(cause).__name__)
            return
        if telling is not None:
            task = asyncio.ensure_future(_guarded(telling))
            self._under_way.add(task)
            task.add_done_callback(self._under_way.discard)

    async def finish(self) -> None:
        """Wait a little for what is still on its way."""
        if self._under_way:
            await asyncio.wait(self._under_way, timeout=FLUSH_TIMEOUT_S)


async def _guarded(telling: Awaitable[None]) -> None:
    try:
        await telling
    except Exception as cause:  # noqa: BLE001 -- somebody else's code
        _log.warning("the on_event listener failed: %s", type(cause).__name__)
