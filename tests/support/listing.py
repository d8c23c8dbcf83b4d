"""A service on loopback that lists transcripts as a test wants them."""

import asyncio
import contextlib
import json
from urllib.parse import parse_qs, urlsplit

from patience import PATIENCE_S

from scribekit.api.client import Client
from scribekit.api.connection import Connection
from scribekit.api.rate_limit import RateLimiter

PAGE_SIZE = 200


class Service:
    """A service on loopback with a list of transcripts, newest last, whose answers a test can spoil."""

    def __init__(self):
        self.transcripts = {}
        self.asked = []
        self.spoilt = {}

    def add(self, name, status="queued", audio_url=None, **facts):
        self.transcripts[name] = {"id": name, "status": status, "audio_url": audio_url, **facts}

    def add_others(self, count):
        for _ in range(count):
            self.add(f"other-{len(self.transcripts)}", "completed", "https://other.example/x.mp3")

    def page(self, query):
        names = list(reversed(self.transcripts))
        before = query.get("before_id", [None])[0]
        older = names[names.index(before) + 1 :] if before else names
        shown = older[:PAGE_SIZE]
        keys = ("id", "status", "audio_url", "error", "created", "completed", "progress")
        details = {"limit": PAGE_SIZE, "result_count": len(shown), "prev_url": "older" if len(older) > len(shown) else None}
        return {"transcripts": [{key: self.transcripts[name].get(key) for key in keys} for name in shown], "page_details": details}

    def _answer(self, target):
        address = urlsplit(target)
        name = address.path.removeprefix("/v2/transcript").strip("/")
        self.asked.append(name or "page")
        spoilt = self.spoilt.get(name or "page")
        if spoilt:
            return spoilt
        if not name:
            return 200, json.dumps(self.page(parse_qs(address.query))).encode()
        return 200, json.dumps(self.transcripts[name]).encode()

    async def serve(self, reader, writer):
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                status, body = self._answer(head.split()[1].decode())
                writer.write(f"HTTP/1.1 {status} X\r\ncontent-length: {len(body)}\r\n\r\n".encode() + body)
                await writer.drain()
        writer.close()


def with_client(service, work):
    async def run():
        listener = await asyncio.start_server(service.serve, "127.0.0.1", 0)
        async with listener:
            address = f"http://127.0.0.1:{listener.sockets[0].getsockname()[1]}"
            async with Client(Connection(address, "k", "h"), RateLimiter(10_000, 1.0)) as client:
                return await work(client)

    return asyncio.run(asyncio.wait_for(run(), PATIENCE_S))
