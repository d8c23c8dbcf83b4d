"""For how long the tests wait for what must happen: never a measure of speed, only a guard against waiting for ever."""

import concurrent.futures
import contextlib
import threading
import time

PATIENCE_S = 300
"""Far longer than the slowest machine takes for anything that is waited for, and shorter than the limit of a whole test."""


def wait_until(condition):
    """Wait until the condition holds; fail when it still does not after a time that no machine needs."""
    end = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.01)


@contextlib.contextmanager
def under_way(work, *arguments, **options):
    """Do work on a thread of its own while the block runs; gives its future. The end of the block waits for the end of the work.

    A block that fails does not wait: what it would have let go on may never end.
    """
    future = concurrent.futures.Future()

    def do():
        try:
            future.set_result(work(*arguments, **options))
        except BaseException as problem:  # noqa: BLE001 - whatever ends the work ends the waiting for it
            future.set_exception(problem)

    threading.Thread(target=do, daemon=True).start()
    yield future
    future.result(PATIENCE_S)
