"""Alerts: posting a message elsewhere when a job fails for good or the batch stops. Never transcript text."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from scribekit.api.client import post_json
from scribekit.base.errors import OptionError
from scribekit.batch.engine.events import Event


def webhook(url: str) -> Callable[[Event], Awaitable[None]]:
    """Return a listener for ``on_event=`` that posts a short JSON message when a job fails for good or the batch stops.

    The message holds ``text`` (a sentence, which chat services show), ``alert`` (``"failed"`` or ``"stopped"``), ``event``,
    ``recording_id``, ``job_key``, ``transcript_id``, ``state``, ``error_kind``, ``error`` (what it means and what the service said) and
    ``at``. A message that cannot be delivered is logged and dropped: it never disturbs the batch.

    Args:
        url: Where to post.

    Raises:
        OptionError: It is not an http(s) URL.

    Example:
        >>> send = webhook("https://chat.example.org/hooks/1")
    """
    if not url.startswith(("http://", "https://")):
        raise OptionError("alerts.webhook(url): expected an http(s) URL.")

    async def send(event: Event) -> None:
        if event["alert"]:
            await post_json(url, {"text": _text(event), **event})

    return send


def _text(event: Event) -> str:
    if event["alert"] == "stopped":
        return f"scribekit: the batch stopped ({event['error_kind']}). {event['error']}"
    return f"scribekit: the recording {event['recording_id']!r} failed for good ({event['error_kind']}). {event['error']}"
