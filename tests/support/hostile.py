"""Forty recordings, and a service that answers for one of them what no service should: what the tests of such answers share."""

from spoiler import VICTIM, head_of, raw

COUNT = 40
REQUEST_S = 4.0
"""Far longer than an honest answer takes, also on a busy machine."""
LIMITS = {"poll_s": 0.1, "settle_s": 0.3, "backoff_s": 0.02, "tries": 2, "request_timeout_s": REQUEST_S}


def sources(count=COUNT):
    names = [VICTIM, *(f"{number:04d}" for number in range(1, count))]
    return [f"https://host.example/{name}.mp3?duration={60 + number}" for number, name in enumerate(names)]


def of(kind, make):
    """Spoil one kind of answer about the one recording; ``make`` takes the honest answer and the proxy."""
    return lambda request, answer, proxy: make(answer, proxy) if request.kind == kind and request.is_victims else None


def changed(**values):
    return lambda answer, _proxy: {**answer, **values}


def as_bytes(text, **headers):
    return lambda _answer, _proxy: raw(head_of(content_length=len(text), **headers), text)


def assert_only_the_victim_failed(jobs, kind, why):
    assert jobs["error_kind"][0] == kind
    assert why in jobs["error"][0]
    assert jobs["status"].tolist() == ["error", *["completed"] * (COUNT - 1)]


NESTED = b'{"id": ' + b"[" * 100_000 + b"]" * 100_000 + b"}"
