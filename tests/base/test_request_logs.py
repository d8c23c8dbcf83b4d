import http.server
import logging
import threading

import httpx
import pytest

from scribekit.base.request_logs import masked_requests

SIGNED = "?X-Amz-Signature=4f2a9c"


@pytest.fixture
def address():
    """A server whose every answer leads to a signed address, and sets a cookie."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(302)
            self.send_header("location", f"https://a.example/x.mp3{SIGNED}")
            self.send_header("set-cookie", "session=4f2a9c")
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://ada:4f2a9c@127.0.0.1:{server.server_port}/a.mp3{SIGNED}"
    server.shutdown()
    server.server_close()


def request(address):
    with httpx.Client(trust_env=False) as client:
        client.get(address, headers={"authorization": "4f2a9c"})


def test_no_level_shows_a_secret_of_ours(address, caplog):
    caplog.set_level(1)
    with masked_requests():
        request(address)
    names = {record.name for record in caplog.records}
    assert {"httpx", "httpcore.connection", "httpcore.http11"} <= names
    assert "4f2a9c" not in "".join(f"{record.__dict__} {record.getMessage()}" for record in caplog.records)
    (line,) = [record.getMessage() for record in caplog.records if record.name == "httpx"]
    assert "/a.mp3?…" in line
    assert "302" in line


def test_a_whole_address_may_be_a_secret(address, caplog):
    caplog.set_level(1)
    with masked_requests(whole=True):
        request(address)
    assert "a.mp3" not in caplog.text
    assert "127.0.0.1" in caplog.text


def test_the_requests_of_others_are_logged_as_ever(address, caplog):
    with masked_requests():
        pass
    caplog.set_level(logging.DEBUG)
    request(address)
    assert SIGNED in caplog.text
    assert "set-cookie" in caplog.text.lower()


def test_the_lines_go_to_the_handlers_that_the_user_has(address):
    kept = []
    handler = logging.Handler(1)
    handler.emit = kept.append
    logger = logging.getLogger("httpx")
    before = logger.level, logger.propagate
    logger.addHandler(handler)
    try:
        logger.setLevel(1)
        with masked_requests():
            request(address)
    finally:
        logger.removeHandler(handler)
        logger.setLevel(before[0])
    assert [record.levelname for record in kept] == ["INFO"]
    assert (logger.level, logger.propagate) == before
