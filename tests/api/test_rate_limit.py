import asyncio
import time

import pytest
from examples import examples
from hypothesis import given
from hypothesis import strategies as st

from scribekit.api.rate_limit import RateLimiter


class FakeTime(asyncio.SelectorEventLoop):
    """A loop in which waiting takes no time: the clock jumps to whatever comes next."""

    def __init__(self):
        super().__init__()
        self.now = 1000.0

    def time(self):
        return self.now

    def _run_once(self):
        if not self._ready and self._scheduled:
            self.now = max(self.now, self._scheduled[0].when())
        super()._run_once()


@pytest.fixture(scope="module")
def in_fake_time():
    """Runs a coroutine on a loop whose clock the limiter reads too."""
    with pytest.MonkeyPatch.context() as patch:

        def run(work):
            loop = FakeTime()
            patch.setattr("scribekit.api.rate_limit.time.monotonic", loop.time)
            try:
                return loop.run_until_complete(work)
            finally:
                patch.undo()
                loop.close()

        yield run


async def starts_of(limiter, requests, at=lambda _index: None):
    """When each request started; a request is (when it is wanted, how long it takes)."""
    loop = asyncio.get_running_loop()
    began = loop.time()
    started = []

    async def one(index, wanted, takes):
        await asyncio.sleep(wanted)
        async with limiter.request():
            started.append(loop.time() - began)
            at(index)
            await asyncio.sleep(takes)

    await asyncio.gather(*(one(index, *request) for index, request in enumerate(requests)))
    return sorted(started)


durations = st.sampled_from([0.0, 0.01, 0.3, 1.0, 2.5])


@examples(60)
@given(st.lists(st.tuples(durations, durations), max_size=25), st.integers(1, 6), st.sampled_from([0.2, 1.0]))
def test_no_window_ever_holds_more_than_most(in_fake_time, requests, most, window_s):
    limiter = RateLimiter(most, window_s)
    started = in_fake_time(starts_of(limiter, requests))
    assert limiter.sent == len(started) == len(requests)
    for first, later in zip(started, started[most:], strict=False):
        assert later - first >= window_s - 1e-6


def test_what_fits_is_not_delayed(in_fake_time):
    assert in_fake_time(starts_of(RateLimiter(3, 60.0), [(0.0, 1.0)] * 3)) == [0.0] * 3


def test_a_request_counts_until_a_window_after_its_end(in_fake_time):
    assert in_fake_time(starts_of(RateLimiter(1, 10.0), [(0.0, 5.0), (0.0, 5.0)])) == pytest.approx([0.0, 15.0], abs=0.02)


def test_the_service_can_ask_for_a_pause(in_fake_time):
    limiter = RateLimiter(100, 1.0)
    limiter_starts = starts_of(limiter, [(0.0, 0.0), (1.0, 0.0), (1.0, 0.0), (40.0, 0.0)], lambda index: index or limiter.pause(30))
    assert in_fake_time(limiter_starts) == pytest.approx([0.0, 30.0, 30.0, 40.0])


def test_a_shorter_pause_does_not_end_a_longer_one(in_fake_time):
    async def paused():
        limiter = RateLimiter(1, 1.0)
        limiter.pause(30)
        limiter.pause(5)
        return limiter.paused_s

    assert in_fake_time(paused()) == 30


def test_the_window_can_be_changed_and_what_was_sent_still_counts(in_fake_time):
    limiter = RateLimiter(10, 10.0)

    async def both():
        await starts_of(limiter, [(0.0, 0.0)] * 4)
        limiter.allow(5, 10.0)
        return await starts_of(limiter, [(0.0, 0.0)] * 2)

    assert in_fake_time(both()) == pytest.approx([0.0, 10.0])


def test_a_request_that_is_cancelled_while_it_waits_does_not_count(in_fake_time):
    async def cancelled():
        limiter = RateLimiter(1, 5.0)
        await starts_of(limiter, [(0.0, 0.0)])
        waiting = asyncio.create_task(starts_of(limiter, [(0.0, 0.0)]))
        await asyncio.sleep(1.0)
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
        return limiter.sent, await starts_of(limiter, [(0.0, 0.0)])

    assert in_fake_time(cancelled()) == (1, [pytest.approx(4.0)])


def test_a_request_that_fails_counts_for_one_window():
    async def failing():
        limiter = RateLimiter(1, 0.05)
        for _ in range(3):
            with pytest.raises(ValueError, match="no answer"):
                async with limiter.request():
                    raise ValueError("no answer")
        return limiter.sent

    began = time.monotonic()
    assert asyncio.run(failing()) == 3
    assert time.monotonic() - began >= 0.1
