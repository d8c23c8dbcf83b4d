"""The body of a request, with an end to its size and to the wait for it."""

from __future__ import annotations

import asyncio

from starlette.types import Message, Receive

LARGEST_JSON_BYTES = 10_000_000
PATIENCE_S = 60.0
SLOWEST_BYTES_PER_S = 10_000

TOO_LARGE = "The request body is larger than 10 MB."
TOO_SLOW = "The request body did not arrive in time."


class BodyError(Exception):
    """The body is refused.

    Attributes:
        status: The status of the answer; its error is the message.
    """

    def __init__(self, status: int, error: str) -> None:
        super().__init__(error)
        self.status = status


class Body:
    """Receives a request's body in place of the server's ``receive``.

    Only the time in which the client keeps the service waiting counts, not the time that the service takes for what has arrived.

    Args:
        receive: The server's.
        largest_bytes: The most that is read.

    Raises:
        BodyError: The body is larger, or comes too slowly.
    """

    def __init__(self, receive: Receive, largest_bytes: int = LARGEST_JSON_BYTES) -> None:
        self._receive = receive
        self._largest_bytes = largest_bytes
        self._received = 0
        self._waited_s = 0.0
        self._is_complete = False

    async def __call__(self) -> Message:
        """Return the next part."""
        if self._is_complete:
            return await self._receive()  # waits for the end of the connection
        message = await self._next()
        self._received += len(message.get("body", b""))
        self._is_complete = not message.get("more_body", False)
        if self._received > self._largest_bytes:
            raise BodyError(413, TOO_LARGE)
        return message

    async def _next(self) -> Message:
        clock = asyncio.get_running_loop().time
        since = clock()
        try:
            async with asyncio.timeout(patience_s(self._received) - self._waited_s):
                return await self._receive()
        except TimeoutError:
            raise BodyError(408, TOO_SLOW) from None
        finally:
            self._waited_s += clock() - since


def patience_s(received_bytes: int) -> float:
    """Return how long in all a client may keep the service waiting for its body, once it has sent so much of it.

    Example:
        >>> patience_s(0), patience_s(1_000_000)
        (60.0, 160.0)
    """
    return PATIENCE_S + received_bytes / SLOWEST_BYTES_PER_S
