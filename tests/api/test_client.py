import asyncio
import contextlib
import hashlib
import json
import os
import re
import socket

import pytest
from patience import PATIENCE_S

from scribekit.api.answers import Accepted, Fetched, NoAnswer, Refused, Unusable, Uploaded
from scribekit.api.client import CHUNK_BYTES, Client
from scribekit.api.connection import Connection
from scribekit.api.limits import Limits
from scribekit.api.rate_limit import RateLimiter
from scribekit.base.contract import LARGEST_UPLOAD_BYTES, ListPage

KEY = "key-that-is-secret"
NO_ANSWER = NoAnswer(sent=True)
UNREADABLE = NoAnswer(sent=True, unreadable=True)
PAGE = {"transcripts": [{"id": "t1", "status": "queued"}], "page_details": {"limit": 200, "result_count": 1}}


class Hostile:
    """A server that answers every request with the same bytes, whatever they are, and then hangs up."""

    def __init__(self, says):
        self.says = says
        self.heads = []
        self.bodies = []

    async def answer(self, reader, writer):
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            head = await reader.readuntil(b"\r\n\r\n")
            self.heads.append(head.decode())
            length = next((line.split(b":")[1] for line in head.lower().splitlines() if line.startswith(b"content-length")), b"0")
            self.bodies.append(await reader.readexactly(int(length)))
            writer.write(self.says)
            await writer.drain()
        writer.close()


def http(status="200 OK", body=b"", **headers):
    lines = [
        f"HTTP/1.1 {status}",
        f"content-length: {len(body)}",
        *(f"{name.replace('_', '-')}: {value}" for name, value in headers.items()),
    ]
    return "\r\n".join([*lines, "", ""]).encode() + body


def as_json(value, status="200 OK", **headers):
    return http(status, json.dumps(value).encode(), content_type="application/json", **headers)


def ask(call, says=b"", *, hostile=None, limits=None, secrets=()):
    """The answer of ``call(api)`` when the server says that; also the limiter."""

    async def asked():
        server = hostile or Hostile(says)
        listener = await asyncio.start_server(server.answer, "127.0.0.1", 0)
        async with listener:
            limiter = RateLimiter(1000, 1.0)
            connection = Connection(f"http://127.0.0.1:{listener.sockets[0].getsockname()[1]}", KEY, "test")
            async with Client(connection, limiter, limits, secrets=secrets) as api:
                return await call(api), limiter

    return asyncio.run(asyncio.wait_for(asked(), PATIENCE_S))


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "a.wav"
    path.write_bytes(os.urandom(3 * CHUNK_BYTES + 17))
    return path


def sha(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.fixture
def calls(file):
    """Every endpoint, by name."""
    return {
        "upload": lambda api: api.upload(str(file), sha(file)),
        "create": lambda api: api.create("https://host.example/a.mp3", '{"speech_models":["universal-2"]}', {}),
        "get": lambda api: api.get("t1"),
        "delete": lambda api: api.delete("t1"),
        "page": lambda api: api.page(),
    }


# -- what is asked ----------------------------------------------------------------------------------------------------


def test_a_file_goes_up_byte_for_byte_with_its_length(file):
    server = Hostile(as_json({"upload_url": "https://cdn.example/u"}))
    answer, _ = ask(lambda api: api.upload(str(file), sha(file)), hostile=server)
    assert answer == Uploaded("https://cdn.example/u")
    assert server.bodies == [file.read_bytes()]
    (head,) = server.heads
    assert head.startswith("POST /v2/upload HTTP/1.1\r\n")
    assert f"content-length: {file.stat().st_size}\r\n" in head.lower()
    assert "transfer-encoding" not in head.lower()
    assert f"authorization: {KEY}\r\n" in head.lower()


def test_a_job_is_created_with_its_options():
    server = Hostile(as_json({"id": "t1", "status": "queued", "something": "new"}))
    answer, _ = ask(lambda api: api.create("https://host.example/a.mp3", '{"keyterms_prompt":["Zoë"]}', {}), hostile=server)
    assert answer == Accepted("t1", "queued")
    assert json.loads(server.bodies[0]) == {"audio_url": "https://host.example/a.mp3", "keyterms_prompt": ["Zoë"]}


def test_any_success_is_a_success():
    answer, _ = ask(
        lambda api: api.create("https://host.example/a.mp3", "{}", {}), as_json({"id": "t1", "status": "queued"}, "201 Created")
    )
    assert answer == Accepted("t1", "queued")


def test_a_transcript_is_kept_as_it_came():
    body = b'{"status": "completed",  "id": "t1", "text": "Zo\\u00eb", "unknown": [1e400]}'
    answer, _ = ask(lambda api: api.get("t1"), http(body=body))
    assert isinstance(answer, Fetched)
    assert answer.body == body
    assert answer.report.status == "completed"


def test_older_pages_are_asked_for_by_the_last_id():
    server = Hostile(as_json(PAGE))
    answer, _ = ask(lambda api: api.page("t/9&"), hostile=server)
    assert isinstance(answer, ListPage)
    assert server.heads[0].startswith("GET /v2/transcript?limit=200&before_id=t%2F9%26 ")


# -- what goes wrong on the way ---------------------------------------------------------------------------------------

ENDPOINTS = ["upload", "create", "get", "delete", "page"]
CUT = {
    "nothing at all": b"",
    "cut in the header": b"HTTP/1.1 200 OK\r\ncontent-le",
    "cut in the body": b'HTTP/1.1 200 OK\r\ncontent-length: 500\r\n\r\n{"id": "t1", ',
    "cut in a chunk": b'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n40\r\n{"id": ',
    "not HTTP": b"SSH-2.0-OpenSSH_9.6\r\n",
}


@pytest.mark.parametrize("endpoint", ENDPOINTS)
@pytest.mark.parametrize("says", CUT.values(), ids=CUT.keys())
def test_a_cut_answer_may_have_been_acted_on(calls, endpoint, says):
    answer, _ = ask(calls[endpoint], says)
    assert answer == NO_ANSWER


UNREADABLES = {
    "truncated JSON": http(body=b'{"id": "t1", "stat'),
    "a captive portal": http(body=b"<html>Welcome to our hotel", content_type="text/html"),
    "empty": http(),
    "no JSON": http(body=b"\x00\x01"),
    "another shape": as_json(["id", "t1"]),
    "not UTF-8": http(body=b'{"id": "\xff", "status": "\xff", "upload_url": "\xff", "transcripts": "\xff"}'),
    "nothing in it": http("204 No Content"),
    "badly compressed": http(body=b"not gzip", content_encoding="gzip"),
}


@pytest.mark.parametrize("endpoint", ENDPOINTS)
@pytest.mark.parametrize("says", UNREADABLES.values(), ids=UNREADABLES.keys())
def test_an_unreadable_answer_is_not_taken_for_silence(calls, endpoint, says):
    answer, _ = ask(calls[endpoint], says)
    assert answer == UNREADABLE


REFUSALS = {
    "a proxy's page": (http("502 Bad Gateway", b"<html>502</html>", content_type="text/html"), Refused(502)),
    "a sentence": (as_json({"error": "Not found"}, "400 Bad Request"), Refused(400, "Not found")),
    "no sentence": (as_json({"detail": "x"}, "400 Bad Request"), Refused(400)),
    "a list": (as_json(["error"], "500 Internal Server Error"), Refused(500)),
    "a wrong encoding": (http("500 Internal Server Error", b'{"error": "\xff\xfe"}'), Refused(500)),
    "the key": (as_json({"error": f"no account has {KEY}"}, "400 Bad Request"), Refused(400, "no account has …")),
    "a page about the rate": (http("403 Forbidden", b"<html>Too many requests</html>"), Refused(403, "Too Many Requests")),
    "the rate, under another name": (as_json({"message": "Too many requests."}, "403 Forbidden"), Refused(403, "Too Many Requests")),
    "no error": (as_json({"error": None}, "400 Bad Request"), Refused(400)),
    "elsewhere": (http("302 Found", location="http://127.0.0.1:9/"), Refused(302)),
}


@pytest.mark.parametrize("endpoint", ENDPOINTS)
@pytest.mark.parametrize(("says", "expected"), REFUSALS.values(), ids=REFUSALS.keys())
def test_a_refusal_keeps_its_status_and_sentence(calls, endpoint, says, expected):
    answer, _ = ask(calls[endpoint], says)
    assert answer == expected


@pytest.mark.parametrize("endpoint", ENDPOINTS)
def test_without_a_connection_nothing_was_sent(calls, endpoint):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))  # bound but not listening: nobody else can take the port meanwhile

        async def asked():
            connection = Connection(f"http://127.0.0.1:{free.getsockname()[1]}", KEY, "test")
            async with Client(connection, RateLimiter(10, 1.0)) as api:
                return await calls[endpoint](api)

        assert asyncio.run(asked()) == NoAnswer(sent=False)


@pytest.mark.parametrize("address", ["http://", "ftp://127.0.0.1", "127.0.0.1"])
def test_a_malformed_address_sends_nothing(address):
    async def asked():
        async with Client(Connection(address, KEY, "test"), RateLimiter(10, 1.0)) as api:
            return await api.page()

    assert asyncio.run(asked()) == NoAnswer(sent=False)


# -- being asked to wait ----------------------------------------------------------------------------------------------

DATE = "Wed, 21 Oct 2026 07:28:00 GMT"
WAITS = {
    "seconds": ({"retry_after": "7"}, 7.0),
    "a fraction": ({"retry_after": "0.5"}, 0.5),
    "a date": ({"retry_after": "Wed, 21 Oct 2026 07:28:30 GMT", "date": DATE}, 30.0),
    "a date that has passed": ({"retry_after": "Wed, 21 Oct 2026 07:27:00 GMT", "date": DATE}, 0.0),
    "a date without a zone": ({"retry_after": "Wed, 21 Oct 2026 07:28:30 -0000", "date": DATE}, None),
    "negative": ({"retry_after": "-5"}, 0.0),
    "nonsense": ({"retry_after": "soon"}, None),
    "a nonsense date": ({"retry_after": "Wed, 99 Oct 2026 99:28:30 GMT", "date": DATE}, None),
    "a date and no clock": ({"retry_after": DATE}, None),
    "not a number": ({"retry_after": "nan"}, None),
    "for ever": ({"retry_after": "inf"}, None),
    "nothing": ({}, None),
}


@pytest.mark.parametrize(("headers", "seconds"), WAITS.values(), ids=WAITS.keys())
def test_a_429_says_how_long_to_wait_and_the_whole_process_waits(headers, seconds):
    answer, limiter = ask(lambda api: api.page(), as_json({"error": "Too many requests"}, "429 Too Many Requests", **headers))
    assert answer == Refused(429, "Too many requests", seconds)
    assert limiter.paused_s == pytest.approx(seconds or 0.0, abs=1.0)


def test_a_wait_is_never_longer_than_an_hour():
    answer, _ = ask(lambda api: api.page(), as_json({}, "429 Too Many Requests", retry_after="31536000"))
    assert answer.retry_after_s == 3600.0


def test_only_a_429_delays_other_requests():
    answer, limiter = ask(lambda api: api.page(), as_json({}, "503 Service Unavailable", retry_after="30"))
    assert answer == Refused(503, None, 30.0)
    assert limiter.paused_s == 0.0


# -- files ------------------------------------------------------------------------------------------------------------

UPLOADED = as_json({"upload_url": "https://cdn.example/u"})


def test_a_file_that_has_vanished_costs_no_request(tmp_path):
    answer, limiter = ask(lambda api: api.upload(str(tmp_path / "gone.wav"), "ab"), UPLOADED)
    assert isinstance(answer, Unusable)
    assert answer.kind == "missing"
    assert "sk.relocate" in answer.advice
    assert "No such file" in answer.advice
    assert limiter.sent == 0


def test_a_folder_instead_of_the_file(tmp_path):
    answer, _ = ask(lambda api: api.upload(str(tmp_path), "ab"), UPLOADED)
    assert isinstance(answer, Unusable)


def test_a_pipe_instead_of_the_file_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "a.wav")
    answer, limiter = ask(lambda api: api.upload(str(tmp_path / "a.wav"), "ab"), UPLOADED)
    assert isinstance(answer, Unusable)
    assert (answer.kind, limiter.sent) == ("missing", 0)
    assert "it is a device or a pipe, not a file" in answer.advice


def test_a_giant_instead_of_the_file_is_not_sent(file):
    os.truncate(file, LARGEST_UPLOAD_BYTES + 1)
    answer, limiter = ask(lambda api: api.upload(str(file), "ab"), UPLOADED)
    assert isinstance(answer, Unusable)
    assert (answer.kind, limiter.sent) == ("changed", 0)


def test_a_file_with_other_bytes_is_not_used(file):
    known = sha(file)
    file.write_bytes(bytes(file.stat().st_size))
    answer, _ = ask(lambda api: api.upload(str(file), known), UPLOADED)
    assert isinstance(answer, Unusable)
    assert answer.kind == "changed"


class Changing(Hostile):
    """Changes the file as soon as the upload has begun."""

    def __init__(self, change):
        super().__init__(UPLOADED)
        self.change = change

    async def answer(self, reader, writer):
        await reader.readexactly(CHUNK_BYTES // 2)
        self.change()
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            while await reader.read(CHUNK_BYTES):
                pass
        writer.close()


@pytest.mark.parametrize("size", [0, 1 << 20, 80 << 20], ids=["emptied", "shrunk", "grown"])
def test_a_file_that_changes_its_size_on_the_way_is_not_taken_for_a_bad_network(tmp_path, size):
    path = tmp_path / "long.wav"
    path.write_bytes(bytes(40 << 20))  # more than the buffers between the two ends hold
    known = sha(path)
    answer, _ = ask(lambda api: api.upload(str(path), known), hostile=Changing(lambda: os.truncate(path, size)))
    assert isinstance(answer, Unusable)
    assert answer.kind == "changed"


def test_a_file_that_is_removed_while_it_is_read_still_arrives(file):
    known, whole = sha(file), file.read_bytes()
    arrived = bytearray()

    class Removing(Hostile):
        async def answer(self, reader, writer):
            await reader.readuntil(b"\r\n\r\n")
            arrived.extend(await reader.readexactly(1))
            file.unlink()
            arrived.extend(await reader.readexactly(len(whole) - 1))
            writer.write(UPLOADED)
            await writer.drain()
            writer.close()

    answer, _ = ask(lambda api: api.upload(str(file), known), hostile=Removing(UPLOADED))
    assert answer == Uploaded("https://cdn.example/u")
    assert arrived == whole


# -- what stays secret ------------------------------------------------------------------------------------------------


def test_logs_carry_neither_key_nor_sentence(calls, caplog):
    caplog.set_level("DEBUG", "scribekit")
    ask(calls["create"], as_json({"error": "about the secret words"}, "400 Bad Request"))
    ask(calls["get"], b"")
    assert len(caplog.records) >= 2
    assert KEY not in caplog.text
    assert "secret words" not in caplog.text


SECRET = "hook-that-is-secret"


@pytest.mark.parametrize("status", ["200 OK", "400 Bad Request"])
def test_what_the_service_says_has_neither_key_nor_secret(status):
    """Wherever the service repeats them: in a refusal, in a transcript that failed, in its list."""
    sentence = f"No access with {KEY} and {SECRET}."
    body = {"id": "t1", "status": "error", "error": sentence}
    details = {"limit": 200, "result_count": 1}
    answers = [
        ask(lambda api: api.get("t1"), as_json(body, status), secrets=[SECRET])[0],
        ask(lambda api: api.page(), as_json({"transcripts": [body], "page_details": details, "error": sentence}, status), secrets=[SECRET])[
            0
        ],
    ]
    said = [
        answer.error if isinstance(answer, Refused) else answer.report.error if isinstance(answer, Fetched) else answer.transcripts[0].error
        for answer in answers
    ]
    assert said == ["No access with … and …."] * 2


@pytest.mark.parametrize("call", ["upload", "create", "get", "page"])
def test_no_library_logs_a_secret_at_any_level(calls, caplog, call):
    caplog.set_level(1)
    signed = "https://a.example/x?X-Amz-Signature=4f2a9c0017"
    ask(calls[call], as_json({"error": signed}, "302 Found", location=signed, set_cookie="session=4f2a9c0017"))
    assert {"httpx", "httpcore.http11"} <= {record.name for record in caplog.records}
    everything = "".join(str(record.__dict__) for record in caplog.records)
    assert "4f2a9c0017" not in everything
    assert KEY not in everything


# -- how long, and how much -------------------------------------------------------------------------------------------------------------


class Slow(Hostile):
    """Takes what it is sent a piece at a time, with pauses of six seconds in all, before it answers."""

    pauses = 60

    async def answer(self, reader, writer):
        self.heads.append((await reader.readuntil(b"\r\n\r\n")).decode())
        left = int(re.search(r"content-length: (\d+)", self.heads[0])[1])
        while left:
            left -= len(await reader.read(left))
            if self.pauses:
                self.pauses -= 1
                await asyncio.sleep(0.1)
        writer.write(self.says)
        writer.close()


@pytest.mark.long
def test_an_upload_that_makes_progress_is_not_cut(tmp_path):
    path = tmp_path / "long.wav"
    path.write_bytes(bytes(40 << 20))  # more than the buffers between the two ends hold
    server = Slow(as_json({"upload_url": "https://cdn.example/u"}))
    answer, _ = ask(lambda api: api.upload(str(path), sha(path)), hostile=server, limits=Limits(request_timeout_s=4.0))
    assert answer == Uploaded("https://cdn.example/u")
    assert server.pauses == 0


class Dripping(Hostile):
    """Begins its answer, and then sends a blank now and then, for ever."""

    async def answer(self, reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        writer.write(self.says)
        with contextlib.suppress(ConnectionError):
            while True:
                writer.write(b" ")
                await writer.drain()
                await asyncio.sleep(0.05)


def test_an_answer_that_drips_is_given_up():
    server = Dripping(b"HTTP/1.1 200 OK\r\ncontent-length: 1000000\r\n\r\n")
    answer, _ = ask(lambda api: api.get("t1"), hostile=server, limits=Limits(request_timeout_s=0.5))
    assert answer == NoAnswer(sent=True, unreadable=True)
    assert answer.why == "did not end within 0.5 s"


def test_a_refusal_that_drips_is_a_refusal():
    server = Dripping(b"HTTP/1.1 400 Bad Request\r\ncontent-length: 1000000\r\n\r\n")
    answer, _ = ask(lambda api: api.create("https://host.example/a.mp3", "{}", {}), hostile=server, limits=Limits(request_timeout_s=0.5))
    assert answer == Refused(400)


def test_the_largest_transcript_is_a_limit_of_the_user():
    says = as_json({"id": "t1", "status": "completed", "text": "x" * 2_000_000})
    answer, _ = ask(lambda api: api.get("t1"), says, limits=Limits(answer_mb=1))
    assert answer.why == "was larger than 1 MB"
    answer, _ = ask(lambda api: api.get("t1"), says, limits=Limits(answer_mb=3))
    assert isinstance(answer, Fetched)


def test_only_what_can_be_unpacked_within_bounds_is_asked_for():
    server = Hostile(as_json(PAGE))
    ask(lambda api: api.page(), hostile=server)
    assert "accept-encoding: gzip, deflate\r\n" in server.heads[0].lower()
