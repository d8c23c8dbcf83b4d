import asyncio

import httpx
import pytest

from scribekit.api.webhook import HEADER, Webhook
from scribekit.api.webhook_receiver import MOST_BYTES, application


@pytest.fixture
def webhook():
    return Webhook("http://127.0.0.1:1/scribekit")


def call(webhook, body, secret=None, method="POST", answers="accepted"):
    """The status of the answer, and what the engine was told."""
    told = []

    def hint(transcript_id):
        told.append(transcript_id)
        return answers

    async def work():
        transport = httpx.ASGITransport(application(webhook, hint))
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as http:
            headers = {HEADER: webhook.secret if secret is None else secret}
            return (await http.request(method, "/scribekit?job=k", content=body, headers=headers)).status_code

    return asyncio.run(work()), told


GENUINE = b'{"transcript_id": "t1", "status": "completed"}'


@pytest.mark.parametrize("answers", ["accepted", "repeated", "unknown"])
def test_a_genuine_call_is_passed_on_and_counted(webhook, answers):
    assert call(webhook, GENUINE, answers=answers) == (200, ["t1"])
    assert webhook.calls == {answers: 1}


@pytest.mark.parametrize("secret", ["", "wrong", "é"])
def test_a_forged_call_changes_nothing(webhook, secret):
    assert call(webhook, GENUINE, secret=secret.encode()) == (401, [])
    assert webhook.calls == {"forged": 1}


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"null", b"{", b'{"status": "completed"}', b'{"transcript_id": 3}', b"\xff", b"x" * (MOST_BYTES + 1)]
)
def test_a_call_that_makes_no_sense_changes_nothing(webhook, body):
    assert call(webhook, body) == (400, [])
    assert webhook.calls == {"malformed": 1}


def test_only_posts_are_calls(webhook):
    assert call(webhook, b"", method="GET") == (405, [])
