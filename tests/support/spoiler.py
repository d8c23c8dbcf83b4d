"""A service on loopback that spoils its answers about one recording: a proxy before the scripted service, on raw sockets."""

import asyncio
import contextlib
import gzip
import itertools
import json
import threading
import zlib
from urllib.parse import parse_qs, urlsplit

VICTIM = "victim"
"""The recording whose answers are spoilt has this word in the address of its audio, or in its bytes."""
BOMB_BYTES = 1_500_000_000


class Request:
    """A request as it came.

    Attributes:
        kind: ``upload``, ``create``, ``list`` or ``get``.
        is_victims: Whether it is about the recording whose answers are spoilt.
    """

    def __init__(self, method, target, body, victims):
        path = urlsplit(target).path.removeprefix("/v2/")
        self.query = parse_qs(urlsplit(target).query)
        self.target, self.body = target, body
        self.transcript_id = path.removeprefix("transcript").strip("/")
        if method == "POST":
            self.kind = "upload" if path == "upload" else "create"
            self.is_victims = any(name.encode() in body for name in (VICTIM, *victims))
        else:
            self.kind = "get" if self.transcript_id else "list"
            self.is_victims = self.transcript_id in victims


class Spoiler:
    """Passes requests on, and has a function spoil what is answered. Use it as a context manager.

    Args:
        upstream: The service's address.
        spoil: Takes a :class:`Request`, the service's answer (a status and a JSON value) and this object. Returns None to pass the answer
            on, a JSON value to answer instead, or an asynchronous generator of raw bytes, after which the connection is closed.

    Attributes:
        spoil: The function; it may be changed.
        victims: The upload and the transcripts of the recording whose answers are spoilt: addresses and ids.
        others: Those of the other recordings.
        asked: Kind and target of each request.
    """

    def __init__(self, upstream, spoil):
        address = urlsplit(upstream)
        self._upstream = (address.hostname, address.port)
        self.spoil = spoil
        self.victims = set()
        self.others = []
        self.asked = []
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._tasks = set()

    def __enter__(self):
        self._thread.start()
        self._server = asyncio.run_coroutine_threadsafe(asyncio.start_server(self._serve, "127.0.0.1", 0), self._loop).result()
        self.base_url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"
        return self

    def __exit__(self, *_):
        asyncio.run_coroutine_threadsafe(self._close(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _close(self):
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _serve(self, reader, writer):
        task = asyncio.current_task()
        self._tasks.add(task)
        try:
            with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
                while await self._one(reader, writer):
                    pass
        finally:
            writer.transport.abort()
            self._tasks.discard(task)

    async def _one(self, reader, writer):
        """Answer one request; return whether the connection stays open."""
        head = await reader.readuntil(b"\r\n\r\n")
        lines = head.decode("latin-1").split("\r\n")
        method, target, _ = lines[0].split()
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:] if line)}
        body = await reader.readexactly(int(headers.get("content-length", 0)))
        status, answer = await self._asked_upstream(method, target, headers, body)
        request = Request(method, target, body, self.victims)
        if request.kind in ("create", "upload"):
            name = answer["id" if request.kind == "create" else "upload_url"]
            self.victims.add(name) if request.is_victims else self.others.append(name)
        self.asked.append((request.kind, target))
        spoilt = self.spoil(request, answer, self)
        if hasattr(spoilt, "__aiter__"):
            async with contextlib.aclosing(spoilt):
                async for piece in spoilt:
                    writer.write(piece)
                    await writer.drain()
            writer.close()
            await writer.wait_closed()
            return False
        if spoilt is not None:
            status, answer = 200, spoilt
        text = json.dumps(answer).encode()
        writer.write(f"HTTP/1.1 {status} X\r\ncontent-type: application/json\r\ncontent-length: {len(text)}\r\n\r\n".encode() + text)
        await writer.drain()
        return True

    async def _asked_upstream(self, method, target, headers, body):
        reader, writer = await asyncio.open_connection(*self._upstream)
        kept = {name: headers[name] for name in ("authorization", "content-type") if name in headers}
        kept |= {"host": "{}:{}".format(*self._upstream), "connection": "close", "content-length": str(len(body))}
        lines = [f"{method} {target} HTTP/1.1", *(f"{name}: {value}" for name, value in kept.items()), "", ""]
        writer.write("\r\n".join(lines).encode() + body)
        answer = await reader.read()
        writer.close()
        head, _, text = answer.partition(b"\r\n\r\n")
        if b"chunked" in head.lower():
            text = _joined(text)
        return int(head.split()[1]), json.loads(text)


def _joined(chunked):
    text = b""
    while True:
        size, _, rest = chunked.partition(b"\r\n")
        if not int(size, 16):
            return text
        text += rest[: int(size, 16)]
        chunked = rest[int(size, 16) + 2 :]


def head_of(status="200 OK", **headers):
    lines = [f"HTTP/1.1 {status}", *(f"{name.replace('_', '-')}: {value}" for name, value in headers.items()), "", ""]
    return "\r\n".join(lines).encode()


# -- raw answers -----------------------------------------------------------------------------------------------------------------------


async def raw(*pieces):
    for piece in pieces:
        yield piece


async def dripping(piece=b"1\r\n \r\n", head=None):
    """An answer whose bytes come a few at a time, and never end."""
    yield head or head_of(content_type="application/json", transfer_encoding="chunked")
    while True:
        yield piece
        await asyncio.sleep(0.05)


async def endless(head=None, piece=b" " * 65536):
    """An answer that comes as quickly as it is read, and never ends."""
    yield head or head_of(content_type="application/json", transfer_encoding="chunked")
    while True:
        yield f"{len(piece):x}\r\n".encode() + piece + b"\r\n"


async def endless_headers():
    yield b"HTTP/1.1 200 OK\r\n"
    for number in itertools.count():
        yield f"x-{number}: {'y' * 100}\r\n".encode()


def bomb(packing, status="200 OK"):
    """1.5 GB of blanks, packed to 1.5 MB."""
    return raw(
        head_of(status, content_type="application/json", content_encoding=packing, content_length=len(_PACKED[packing]())),
        _PACKED[packing](),
    )


def _gzipped():
    return _packed(31)


def _packed(bits):
    if bits not in _bombs:
        packer = zlib.compressobj(9, zlib.DEFLATED, bits)
        piece = b" " * 10_000_000
        _bombs[bits] = b"".join([*(packer.compress(piece) for _ in range(BOMB_BYTES // len(piece))), packer.flush()])
    return _bombs[bits]


_bombs = {}
_PACKED = {
    "gzip": _gzipped,
    "deflate": lambda: _packed(15),
    "br": lambda: b"\x1b" * 1_000_000,  # never unpacked, so it may be anything
    "zstd": lambda: b"\x28\xb5\x2f\xfd" * 250_000,
    "gzip, gzip": lambda: gzip.compress(_gzipped()),
}
