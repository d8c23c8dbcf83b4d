"""The one background thread and its event loop: the door between the synchronous verbs and the asynchronous engine.

A notebook kernel already runs an event loop in its main thread, so the engine runs in another. An interrupt in the
waiting thread cancels the work, waits until it has cleaned up, and is then raised again: nothing runs on unseen.
"""

from __future__ import annotations

import asyncio
import concurrent.futures
import contextlib
import functools
import os
import threading
from collections.abc import AsyncIterator, Callable, Coroutine
from typing import Any, TypeVar

T = TypeVar("T")

CLEANUP_S = 5.0
WAKE_S = 0.2
"""The wait wakes this often: an endless wait ignores interrupts without a signal (``_thread.interrupt_main``, all on Windows)."""


@functools.cache
def _loop() -> asyncio.AbstractEventLoop:
    loop = asyncio.new_event_loop()
    threading.Thread(target=loop.run_forever, name="scribekit", daemon=True).start()
    return loop


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_loop.cache_clear)  # a forked process has only the thread that forked


def wait_for(work: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine on the background loop and wait for its result, in a script or a notebook cell alike.

    Raises:
        RuntimeError: Called from the background loop itself, which would wait for itself.
    """
    loop = _loop()
    try:
        running = asyncio.get_running_loop()
    except RuntimeError:
        running = None
    if running is loop:
        work.close()
        raise RuntimeError("wait_for was called on scribekit's own loop; await the coroutine instead.")
    ended = threading.Event()
    task: asyncio.Task[T] | None = None

    async def body() -> T:
        nonlocal task
        task = asyncio.current_task()
        try:
            return await work
        finally:
            ended.set()

    def cancel() -> None:
        if task is not None:
            task.cancel()
        else:  # it has not started, and never will
            future.cancel()
            work.close()
            ended.set()

    future = asyncio.run_coroutine_threadsafe(body(), loop)
    try:
        while not future.done():
            concurrent.futures.wait([future], WAKE_S)
        return future.result()
    except BaseException:
        if not future.done():
            loop.call_soon_threadsafe(cancel)
            ended.wait(CLEANUP_S)
        raise


def begin(work: Coroutine[Any, Any, T]) -> concurrent.futures.Future[T]:
    """Start a coroutine on the background loop without waiting for it; cancelling the future cancels the coroutine."""
    return asyncio.run_coroutine_threadsafe(work, _loop())


def is_idle() -> bool:
    """Return whether no work is left on the background loop."""
    return not asyncio.all_tasks(_loop())


@contextlib.asynccontextmanager
async def cancelled_at_end(tasks: asyncio.TaskGroup, *background: Callable[[], Coroutine[Any, Any, None]]) -> AsyncIterator[None]:
    """Run functions beside the block, and cancel them at its end."""
    running = [tasks.create_task(function()) for function in background]
    try:
        yield
    finally:
        for task in running:
            task.cancel()
