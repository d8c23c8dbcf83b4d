"""The embedded service is its starter's own: another user of the machine, a web page and nonsense get nothing from it."""

import json
import os
import re
import socket
import subprocess
import sys
import textwrap
import threading
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

import psutil
import pytest
from laboratory import launched

import scribekit as sk
from scribekit.base import contract

SECRET = "The board meets in Lisbon."
PAGES_UPLOAD = b"a page"
SCRIPT = b"scripted:" + json.dumps({"duration_s": 9, "turns": [{"text": SECRET, "start_ms": 0, "end_ms": 9000}]}).encode()
NOT_AN_ADDRESS = "audio_url should start with http"


@pytest.fixture(scope="module")
def service():
    """A service with one finished transcript."""
    with sk.local_service("scripted", speed=1000, control=True) as running:
        running.port = urlsplit(running.base_url).port
        upload_url = answer(running, "POST", "/v2/upload", SCRIPT)["upload_url"]
        running.job = answer(running, "POST", "/v2/transcript", json.dumps({"audio_url": upload_url}).encode())["id"]
        while answer(running, "GET", f"/v2/transcript/{running.job}")["status"] != "completed":
            pass
        yield running


@pytest.fixture
def process(service):
    """The process of the service."""
    children = psutil.Process().children()
    return next(child for child in children if service.port in [end.laddr.port for end in child.net_connections("tcp")])


def raw(service, data):
    """Send bytes, and return all that comes back until the connection is closed."""
    with socket.create_connection(("127.0.0.1", service.port)) as connection:
        connection.sendall(data)
        said = b""
        try:
            while part := connection.recv(65536):
                said += part
        except ConnectionResetError:
            pass
    return said


def ask(service, method, target, body=b"", *headers):
    """Ask with the key; return status and body."""
    lines = [f"{method} {target} HTTP/1.1", f"host: localhost:{service.port}", f"authorization: {service.api_key}", "connection: close"]
    lines += [f"content-length: {len(body)}", *headers, "", ""]
    head, _, content = raw(service, "\r\n".join(lines).encode() + body).partition(b"\r\n\r\n")
    return int(head.split()[1]), content


def answer(service, method, target, body=b""):
    """What is answered to a request with the key."""
    status, content = ask(service, method, target, body)
    assert status == 200, content
    return json.loads(content)


def assert_untouched(service):
    counters = answer(service, "GET", "/_control/counters")
    assert (counters["jobs_created"], counters["faults"]) == (1, {})
    assert sha256(PAGES_UPLOAD).hexdigest() not in counters["uploads_by_content"]
    assert answer(service, "GET", f"/v2/transcript/{service.job}")["text"] == SECRET


# -- another user -----------------------------------------------------------------------------------------------------

OTHER_USER = """
    import encodings.idna, glob, http.client, json, os, socket, sys, tempfile  # all now: the other user may not read where Python is
    port, pid, job = int(sys.argv[1]), sys.argv[2], sys.argv[3]
    os.setgroups([])
    os.setgid(65534)
    os.setuid(65534)
    seen = {"uid": os.getuid(), "answers": {}, "files": {}, "words": ""}

    def ask(method, path, **headers):
        connection = http.client.HTTPConnection("127.0.0.1", port)
        connection.request(method, path, body=json.dumps({"audio_url": "file:///etc/shadow"}), headers=headers)
        answer = connection.getresponse()
        seen["words"] += str(answer.getheaders()) + answer.read().decode()
        connection.close()
        return answer.status

    for method, path in (
        ("GET", "/v2/transcript"), ("GET", f"/v2/transcript/{job}"), ("GET", f"/v2/transcript/{job}/srt"),
        ("DELETE", f"/v2/transcript/{job}"),
        ("POST", "/v2/transcript"), ("POST", "/v2/upload"), ("GET", "/_scribekit"), ("GET", "/_control/counters"),
        ("POST", "/_control/faults"), ("GET", "/"),
    ):
        guesses = ({}, {"authorization": "k"}, {"authorization": "Bearer null"}, {"cookie": "a=b"})
        seen["answers"][f"{method} {path}"] = [ask(method, path, **guess) for guess in guesses]
    seen["answers"]["signed"] = [ask("GET", f"/redacted-audio/{job}.wav?Expires=9999999999&Signature=00")]

    def look(path):
        try:
            if os.path.isdir(path):
                seen["words"] += str(os.listdir(path))
            else:
                with open(path, "rb") as file:
                    seen["words"] += file.read().decode("latin-1")
        except OSError as error:
            seen["files"][path] = type(error).__name__
        else:
            seen["files"][path] = "read"

    for name in ("environ", "mem", "fd", "maps"):
        look(f"/proc/{pid}/{name}")
    for folder in glob.glob(os.path.join(tempfile.gettempdir(), "scribekit-service-*")):
        look(folder)
    with open(f"/proc/{pid}/cmdline") as file:
        seen["words"] += file.read()
    print(json.dumps(seen))
"""


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can become another user")
@pytest.mark.skipif(not Path("/proc/self").is_dir(), reason="there is no /proc")
def test_another_user_of_the_machine_gets_nothing(service, process):
    command = [sys.executable, "-c", textwrap.dedent(OTHER_USER), str(service.port), str(process.pid), service.job]
    seen = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)
    assert seen["uid"] == 65534
    assert seen["answers"].pop("signed") == [403]
    assert {status for statuses in seen["answers"].values() for status in statuses} == {401}
    assert len(seen["files"]) >= 5
    assert set(seen["files"].values()) == {"PermissionError"}
    for secret in (service.api_key, SECRET, "Lisbon"):
        assert secret not in seen["words"]
    assert_untouched(service)


def test_the_key_is_neither_in_the_arguments_nor_in_the_environment(service, process):
    assert service.api_key not in " ".join(process.cmdline())
    assert service.api_key not in str(process.environ())


def test_even_its_owner_cannot_make_it_open_a_file(service, tmp_path):
    private = tmp_path / "private.wav"
    private.write_bytes(SCRIPT)
    for address in (
        str(private),
        private.as_uri(),
        f"file://localhost{private}",
        f"http:{private}",
        f"http://{private}",
        f"httpfile://{private}",
    ):
        status, content = ask(service, "POST", "/v2/transcript", json.dumps({"audio_url": address}).encode())
        assert (status, json.loads(content)["error"]) == (400, NOT_AN_ADDRESS), address


# -- web pages --------------------------------------------------------------------------------------------------------


class Page(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header("content-type", "text/html")
        self.end_headers()
        self.wfile.write(b"<!doctype html><title>A page</title>")

    def log_message(self, *_):
        pass


@pytest.fixture
def site():
    """The port of a web site on this machine."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Page)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_port
    server.shutdown()
    server.server_close()


@pytest.fixture
def open_page():
    """Opens a page in a Chromium for which evil.test is this machine."""
    sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed: pip install playwright")
    with sync_api.sync_playwright() as playwright, launched(playwright, "--host-resolver-rules=MAP evil.test 127.0.0.1") as browser:

        def open_(address):
            page = browser.new_page()
            return page, page.goto(address)

        yield open_


FETCHES = """
    async ([base, job, key]) => {
        const seen = {};
        const json = JSON.stringify({audio_url: "http://127.0.0.1:9/a.mp3"});
        const keyed = {authorization: key};
        const requests = {
            list: ["/v2/transcript", {headers: keyed}],
            keyless: ["/v2/transcript", {}],
            opaque: ["/v2/transcript", {mode: "no-cors"}],
            get: [`/v2/transcript/${job}`, {headers: keyed}],
            create: ["/v2/transcript", {method: "POST", body: json, headers: keyed}],
            simple: ["/v2/transcript", {method: "POST", body: json, mode: "no-cors", headers: {"content-type": "text/plain"}}],
            upload: ["/v2/upload", {method: "POST", body: "a page", mode: "no-cors"}],
            remove: [`/v2/transcript/${job}`, {method: "DELETE", headers: keyed}],
            counters: ["/_control/counters", {headers: keyed}],
            faults: ["/_control/faults", {method: "POST", body: '{"http_500": 1}', headers: keyed}],
            itself: ["/_scribekit", {headers: keyed}],
        };
        for (const [name, [path, options]] of Object.entries(requests)) {
            try {
                const answer = await fetch(base + path, options);
                seen[name] = [answer.type, answer.status, await answer.text()];
            } catch (error) {
                seen[name] = ["failed", 0, ""];
            }
        }
        return seen;
    }
"""


@pytest.mark.browser
def test_a_page_of_another_site_gets_nothing_even_with_the_key(service, site, open_page):
    for host in ("127.0.0.1", "localhost", "evil.test"):
        page, _ = open_page(f"http://{host}:{site}/")
        for base in (service.base_url, f"http://localhost:{service.port}", f"http://evil.test:{service.port}"):
            seen = page.evaluate(FETCHES, [base, service.job, service.api_key])
            assert {kind for kind, _, _ in seen.values()} <= {"failed", "opaque"}, (host, base, seen)
            assert {(status, text) for _, status, text in seen.values()} == {(0, "")}
    assert_untouched(service)


@pytest.mark.browser
def test_a_page_under_a_name_that_was_made_to_lead_here_gets_nothing_even_with_the_key(service, open_page):
    page, first = open_page(f"http://evil.test:{service.port}/v2/transcript")
    assert first.status == 421
    seen = page.evaluate(FETCHES, ["", service.job, service.api_key])
    assert {status for kind, status, _ in seen.values()} <= {421, 0}
    assert SECRET not in str(seen)
    assert service.job not in str(seen)
    assert_untouched(service)


@pytest.mark.browser
def test_forms_frames_and_pictures_of_another_site_do_nothing(service, site, open_page):
    page, _ = open_page(f"http://evil.test:{site}/")
    statuses = []
    page.on("response", lambda answer: statuses.append(answer.status) if str(service.port) in answer.url else None)
    page.evaluate(
        """([base, job]) => {
            document.body.innerHTML = `
                <img src="${base}/v2/transcript/${job}"><iframe src="${base}/v2/transcript/${job}"></iframe>
                <form method="post" enctype="text/plain" action="${base}/v2/transcript">
                <input name='{"audio_url":"http://127.0.0.1/a","a":"' value='"}'></form>`;
        }""",
        [service.base_url, service.job],
    )
    with page.expect_navigation():
        page.evaluate("() => document.forms[0].submit()")
    assert set(statuses) == {403}
    assert_untouched(service)


def test_no_answer_lets_web_pages_in(service):
    origin = f"origin: http://localhost:{service.port}"
    for method, target in (("GET", "/v2/transcript"), ("OPTIONS", "/v2/transcript"), ("GET", "/_scribekit")):
        head = raw(
            service,
            f"{method} {target} HTTP/1.1\r\nhost: localhost:{service.port}\r\nauthorization: {service.api_key}\r\n{origin}\r\n"
            "access-control-request-method: POST\r\nconnection: close\r\n\r\n".encode(),
        ).partition(b"\r\n\r\n")[0]
        assert b"access-control" not in head.lower()
        assert b"cross-origin-resource-policy: same-origin" in head
        assert b"x-content-type-options: nosniff" in head


# -- nonsense ---------------------------------------------------------------------------------------------------------

DEEP = b"[" * 100_000 + b"]" * 100_000
DIGITS = "9" * 5000
ADDRESS = b'{"audio_url":"http://127.0.0.1:9/a","'


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"null",
        b'"text"',
        DEEP,
        b'{"audio_url":' + DEEP + b"}",
        b'{"audio_url":"http://x/\xff"}',
        b'{"audio_url":"http://x/\\ud800"}',
        b'{"audio_url":"http://x/\\u0000"}',
        b'{"audio_url":"http://[::1/a"}',
        b'{"audio_url":"http://127.0.0.1:99999/a"}',
        b'{"audio_url":1}',
        b'{"audio_url":["http://x/a"]}',
        ADDRESS + b'speech_threshold":NaN}',
        ADDRESS + b'speech_threshold":1e999}',
        ADDRESS + b'audio_start_from":' + DIGITS.encode() + b"}",
        ADDRESS + b'webhook_url":1}',
    ],
)
def test_bodies_that_make_no_sense(service, body):
    assert ask(service, "POST", "/v2/transcript", body)[0] == 400
    assert_untouched(service)


@pytest.mark.parametrize(
    "body", [b"{", b"[1]", DEEP, b'{"fail_matching":{"' + b"(" * 5000 + b'":"a b"}}', b'{"hang":"\xff"}', b'{"hang":"a{99999999999}"}']
)
def test_faults_that_make_no_sense(service, body):
    assert ask(service, "POST", "/_control/faults", body)[0] == 400


@pytest.mark.parametrize(
    ("target", "statuses"),
    [
        (f"/v2/transcript?limit={DIGITS}", {400}),
        ("/v2/transcript?limit=%C2%B2", {400}),
        ("/v2/transcript?before_id=%00&after_id=%ff", {400}),
        ("/v2/transcript?created_on=%00", {400}),
        (f"/v2/transcript/JOB/srt?chars_per_caption={DIGITS}", {400}),
        ("/v2/transcript/JOB/word-search?words=,,,", {400}),
        ("/v2/transcript/%ff%00%2e%2e", {400}),
        ("/v2/transcript/../../../etc/passwd", {404}),
        ("/../../etc/passwd", {404}),
        ("http://evil.test/v2/transcript", {404}),
        (f"/redacted-audio/JOB.wav?Expires={DIGITS}&Signature=%ff", {403}),
        ("/redacted-audio/../../etc/passwd?Expires=1&Signature=1", {403}),
    ],
)
def test_addresses_that_make_no_sense(service, target, statuses):
    assert ask(service, "GET", target.replace("JOB", service.job))[0] in statuses


@pytest.mark.parametrize(
    "head",
    [
        "transfer-encoding: chunked\r\n\r\nZZ\r\nabc\r\n",
        "transfer-encoding: chunked\r\n\r\n3\r\nabc\r\n-5\r\n",
        f"transfer-encoding: chunked\r\n\r\n{'F' * 30}\r\nabc\r\n",
        "transfer-encoding: gzip\r\n\r\nabc",
        "content-length: -5\r\n\r\n",
        "content-length: 5\r\ncontent-length: 6\r\n\r\nabcde",
        f"content-length: {DIGITS}\r\n\r\nabc",
        f"x: {'a' * 1_000_000}\r\n\r\n",
        "x: y\r\n" * 100_000 + "\r\n",
        "x: a\0b\r\n\r\n",
        "host: evil.test\r\n\r\n",
        "not a header\r\n\r\n",
    ],
)
@pytest.mark.parametrize("path", ["/v2/upload", "/v2/transcript"])
def test_heads_and_chunks_that_make_no_sense(service, path, head):
    start = f"POST {path} HTTP/1.1\r\nhost: localhost:{service.port}\r\nauthorization: {service.api_key}\r\n"
    assert re.match(rb"HTTP/1.1 400 |$", raw(service, (start + head).encode()))  # or a reset: it did not read to the end
    assert_untouched(service)


def test_what_is_no_http_at_all(service):
    for data in (b"\x16\x03\x01\x02\x00" * 100, b"\r\n" * 100 + b"\0", b"G@T / HTTP/1.1\r\n\r\n", b"A" * 100_000):
        assert re.match(rb"HTTP/1.1 400 |$", raw(service, data))


def test_json_has_a_limit_and_uploads_have_another(service):
    large = json.dumps({"audio_url": "http://127.0.0.1:9/" + "a" * 10_000_000}).encode()
    assert ask(service, "POST", "/v2/transcript", large)[0] == 413
    assert ask(service, "POST", "/_control/faults", large)[0] == 413
    assert ask(service, "POST", "/v2/upload", large)[0] == 200
    assert contract.LARGEST_UPLOAD_BYTES == 2_200_000_000
