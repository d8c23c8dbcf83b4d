"""A relay on loopback between a client and a service: it refuses or cuts connections, and spoils answers, when it is told to."""

import asyncio
import contextlib
import threading
from urllib.parse import urlsplit

CUT = "cut"
"""Do what was asked, and cut the connection instead of answering."""
CUT_BEFORE = "cut before"
"""Cut the connection before anything is done."""
LONGEST_ANSWER_S = 10.0
"""How long a request that is under way may take when its connection is cut; then it is given up."""


class Relay:
    """Passes requests on, until it is told otherwise. Use it as a context manager.

    Args:
        upstream: The service's address.

    Attributes:
        spoil: Takes method, path and body of a request. Returns None, ``CUT``, ``CUT_BEFORE``, or a status and body to answer with.
        asked: Method and path of each request that came.
    """

    def __init__(self, upstream):
        address = urlsplit(upstream)
        self._upstream = (address.hostname, address.port)
        self.spoil = lambda _method, _path, _body: None
        self.asked = []
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._connections = {}
        """Task → writer. The loop alone would not keep the tasks."""
        self._server = None
        self._port = 0

    def __enter__(self):
        self._thread.start()
        self.accept()
        return self

    def __exit__(self, *_):
        self.refuse()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    @property
    def base_url(self):
        return f"http://127.0.0.1:{self._port}"

    def accept(self):
        """Listen, on the same port as ever."""
        self._run(self._listen())

    def refuse(self):
        """Cut every connection and refuse new ones."""
        self._run(self._close())

    def refuse_soon(self):
        """Do the same, called from ``spoil``; the request that it was called for is cut before anything is done."""
        self._loop.call_soon(lambda: self._loop.create_task(self._close()))
        return CUT_BEFORE

    def _run(self, work):
        asyncio.run_coroutine_threadsafe(work, self._loop).result()

    async def _listen(self):
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self._port)
        self._port = self._server.sockets[0].getsockname()[1]

    async def _close(self):
        self._server.close()
        for writer in list(self._connections.values()):
            writer.transport.abort()
        if self._connections:
            _, late = await asyncio.wait(list(self._connections), timeout=LONGEST_ANSWER_S)
            for task in late:
                task.cancel()

    async def _serve(self, reader, writer):
        task = asyncio.current_task()
        self._connections[task] = writer
        try:
            with contextlib.suppress(OSError, asyncio.IncompleteReadError):
                while await self._pass_on(reader, writer):
                    pass
        finally:
            writer.transport.abort()
            del self._connections[task]

    async def _pass_on(self, reader, writer):
        """Pass one request on; return whether the connection stays open."""
        head = await reader.readuntil(b"\r\n\r\n")
        lines = head.decode("latin-1").split("\r\n")
        method, path, _ = lines[0].split()
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:] if line)}
        body = await reader.readexactly(int(headers.get("content-length", 0)))
        self.asked.append((method, path))
        spoilt = self.spoil(method, path, body)
        if spoilt == CUT_BEFORE:
            return False
        if isinstance(spoilt, tuple):
            status, answer = spoilt
            writer.write(f"HTTP/1.1 {status} Spoilt\r\ncontent-length: {len(answer)}\r\n\r\n".encode() + answer)
            await writer.drain()
            return True
        answer, upstream = await self._passed_on(head, body)
        with contextlib.closing(upstream):
            if spoilt == CUT:
                await answer.read()
                return False
            while piece := await answer.read(1 << 16):  # it may never end, but the client may leave
                writer.write(piece)
                await writer.drain()
        writer.close()
        await writer.wait_closed()
        return False

    async def _passed_on(self, head, body):
        reader, writer = await asyncio.open_connection(*self._upstream)
        lines = [line for line in head.split(b"\r\n") if not line.lower().startswith((b"connection:", b"host:"))]
        host = "{}:{}".format(*self._upstream).encode()  # the service answers under its own name only
        writer.write(b"\r\n".join([lines[0], b"host: " + host, b"connection: close", *lines[1:]]) + body)
        return reader, writer
