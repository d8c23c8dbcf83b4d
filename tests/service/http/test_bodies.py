import asyncio

import pytest

from scribekit.service.http import bodies
from scribekit.service.http.bodies import Body, BodyError, patience_s


def received(receive, largest_bytes=10):
    """All that a body gives until its end, and one message more."""

    async def read():
        body = Body(receive, largest_bytes)
        parts = []
        while True:
            message = await body()
            parts.append(message["body"])
            if not message["more_body"]:
                return parts, (await body())["type"]

    return asyncio.run(read())


def messages(*parts):
    left = [{"type": "http.request", "body": part, "more_body": number + 1 < len(parts)} for number, part in enumerate(parts)]

    async def receive():
        return left.pop(0) if left else {"type": "http.disconnect"}

    return receive


def test_a_body_within_its_limit_comes_as_it_is():
    assert received(messages(b"12345", b"67890")) == ([b"12345", b"67890"], "http.disconnect")


def test_a_byte_more_is_refused():
    with pytest.raises(BodyError, match="10 MB") as caught:
        received(messages(b"12345", b"678901"))
    assert caught.value.status == 413


def test_a_body_that_does_not_come_is_given_up(monkeypatch):
    monkeypatch.setattr(bodies, "PATIENCE_S", 0.01)

    async def nothing():
        await asyncio.Event().wait()

    with pytest.raises(BodyError, match="in time") as caught:
        received(nothing)
    assert caught.value.status == 408


def test_a_body_that_drips_is_given_up_however_short_each_wait_is(monkeypatch):
    monkeypatch.setattr(bodies, "PATIENCE_S", 0.05)

    async def drip():
        await asyncio.sleep(0.002)
        return {"type": "http.request", "body": b"1", "more_body": True}

    with pytest.raises(BodyError, match="in time"):
        received(drip, largest_bytes=1_000_000)


def test_whoever_sends_more_may_take_longer():
    assert patience_s(0) == bodies.PATIENCE_S
    assert patience_s(1_000 * bodies.SLOWEST_BYTES_PER_S) == bodies.PATIENCE_S + 1_000
