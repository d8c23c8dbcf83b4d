import asyncio
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from scribekit.base import contract
from scribekit.service.recognisers.base import RecognitionError
from scribekit.service.state.sources import Sources, is_loopback, may_fetch
from scribekit.service.state.uploads import Uploads

SOUND = b"RIFF, or so"


class Files(BaseHTTPRequestHandler):
    def do_GET(self):
        status, location = {
            "/sound.wav": (200, None),
            "/moved.wav": (302, "/sound.wav"),
            "/away.wav": (302, "http://192.0.2.1/sound.wav"),
            "/circle.wav": (302, "/circle.wav"),
            "/forbidden.wav": (403, None),
        }.get(self.path, (404, None))
        self.send_response(status)
        if location:
            self.send_header("location", location)
        self.send_header("content-length", str(len(SOUND)))
        self.end_headers()
        self.wfile.write(SOUND)

    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def files():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Files)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture
def uploads(tmp_path):
    uploads = Uploads(tmp_path)
    yield uploads
    uploads.close()


def content(uploads, url, *, fetch=True, allow_remote=False):
    async def read():
        sources = Sources(uploads, "http://127.0.0.1:9", allow_remote=allow_remote)
        try:
            async with sources.local_copy(url, fetch=fetch) as path:
                return None if path is None else path.read_bytes()
        finally:
            await sources.close()

    return asyncio.run(read())


def error(uploads, url):
    with pytest.raises(RecognitionError) as caught:
        content(uploads, url)
    return str(caught.value)


def test_a_loopback_url_is_fetched_and_its_copy_deleted_afterwards(uploads, files):
    assert content(uploads, f"{files}/sound.wav") == SOUND
    assert list(uploads.folder.iterdir()) == []


def test_redirects_are_followed_on_this_machine_only(uploads, files):
    assert content(uploads, f"{files}/moved.wav") == SOUND
    for url in (f"{files}/away.wav", f"{files}/circle.wav"):
        assert error(uploads, url) == (
            f"Download error, unable to download {url}. Please make sure the file exists and is accessible from the internet."
        )


def test_what_the_other_side_answers_becomes_an_error_of_the_contract(uploads, files):
    assert error(uploads, f"{files}/absent.wav").startswith("Download error, unable to download")
    url = f"{files}/forbidden.wav"
    assert error(uploads, url) == f"Download error to {url}, 403 Client Error: Forbidden for url: {url}"
    assert error(uploads, "http://127.0.0.1:9/closed.wav").startswith("Download error, unable to download")


@pytest.mark.parametrize(
    "url",
    [
        "http://192.0.2.1/a.mp3",
        "https://files.example/a.mp3",
        "http://127.0.0.1.example.org/a.mp3",
        "http://0.0.0.0/a.mp3",
        "http://[::2]/a.mp3",
        "ftp://127.0.0.1/a.mp3",
        "relative/path.mp3",
        "file://elsewhere/a.mp3",
        "file:///absent.mp3",
        "/absent.mp3",
        "http://127.0.0.1:9/upload/absent",
        "http://127.0.0.1:9/upload/../../../etc/passwd",
        "http://127.0.0.1:9/upload//etc/passwd",
        "http://127.0.0.1:9/upload/",
    ],
)
def test_nothing_else_is_fetched(uploads, url):
    assert error(uploads, url).startswith(contract.ERROR_DOWNLOAD)


def test_no_other_file_of_this_machine_is_read(uploads, tmp_path):
    path = tmp_path / "two words.wav"
    path.write_bytes(SOUND)
    for url in (str(path), path.as_uri(), f"file://localhost{path}", f"http://127.0.0.1:9/upload/{path}"):
        assert error(uploads, url).startswith(contract.ERROR_DOWNLOAD)


def test_a_download_without_room_fails_as_a_server_does(tmp_path, files):
    cramped = Uploads(tmp_path, room_bytes=len(SOUND) - 1)
    assert error(cramped, f"{files}/sound.wav") == contract.ERROR_SERVER
    assert list(cramped.folder.iterdir()) == []
    cramped.close()


HERE, ELSEWHERE = "http://127.0.0.1:8000/a.mp3", "https://files.example/a.mp3"


@pytest.mark.parametrize(
    ("url", "referrer", "allow_remote", "is_allowed"),
    [
        (HERE, None, False, True),
        (HERE, HERE, False, True),
        (ELSEWHERE, None, False, False),
        (ELSEWHERE, HERE, False, False),
        (ELSEWHERE, None, True, True),
        (ELSEWHERE, HERE, True, True),
        (HERE, ELSEWHERE, True, False),
    ],
)
def test_no_other_machine_leads_to_an_address_of_this_one(url, referrer, allow_remote, is_allowed):
    assert may_fetch(url, referrer, allow_remote=allow_remote) is is_allowed


def test_a_url_is_not_fetched_when_nobody_needs_its_bytes(uploads):
    assert content(uploads, "https://files.example/a.mp3", fetch=False) is None


def test_what_is_loopback():
    assert all(map(is_loopback, ("http://127.3.2.1/", "http://localhost:80/a", "https://[::1]/a", "http://LOCALHOST/")))
    assert not any(map(is_loopback, ("http://localhost.example/", "http://user@example.org/", "file:///a", "http://")))
