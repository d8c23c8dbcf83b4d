"""For how long the tests wait for what must happen: never a measure of speed, only a guard against waiting for ever."""

import time

PATIENCE_S = 300
"""Far longer than the slowest machine takes for anything that is waited for, and shorter than the limit of a whole test."""


def wait_until(condition):
    """Wait until the condition holds; fail when it still does not after a time that no machine needs."""
    end = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.01)
