import asyncio
import errno
import importlib.util
import socket
import ssl
import sys
import time

import pytest
from impostors import (
    A_LIST,
    blurting,
    certificate,
    http,
    http_tunnel,
    over_tls,
    saying,
    silent,
    socks_tunnel,
    swallowing,
    unused_port,
)

from scribekit.api.answers import NoAnswer, Page, Refused, Trouble
from scribekit.api.client import FIRST_CONTACT_S, Client
from scribekit.api.connection import Connection
from scribekit.api.failures import Recovery
from scribekit.api.first_contact import failure_of, page_of, trouble_of
from scribekit.api.proxies import Proxy
from scribekit.api.rate_limit import RateLimiter
from scribekit.base.contract import ListPage
from scribekit.base.errors import MissingExtraError, OptionError

KEY = "key-that-is-secret"
VARIABLES = [name for scheme in ("all", "http", "https", "no") for name in (f"{scheme}_proxy", f"{scheme}_PROXY".upper())]
RAW = ("httpx", "httpcore", "ssl.c", "Errno", "[SSL", "Traceback", "socksio", "errno")
has_socks = pytest.mark.skipif(importlib.util.find_spec("socksio") is None, reason="needs socksio")


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch):
    for name in [*VARIABLES, "SSL_CERT_FILE", "SSL_CERT_DIR"]:
        monkeypatch.delenv(name, raising=False)


def contact(url, **changes):
    """The answer to the first request to an address, and what it means."""

    async def asked():
        async with Client(Connection(url, KEY, "test", **{"variable": "ASSEMBLYAI_BASE_URL"} | changes), RateLimiter(100, 1.0)) as client:
            answer = await client.page()
            return answer, None if isinstance(answer, ListPage) else client.first_contact_failure(answer)

    return asyncio.run(asked())


def advice_of(url, *expected, kind, names="ASSEMBLYAI_BASE_URL"):
    """What a user reads, which holds all that is expected and nothing raw."""
    _, failure = contact(url)
    assert failure.kind == kind
    for words in (*expected, names):
        assert words in failure.advice
    assert not [words for words in (*RAW, KEY, "hunter2") if words in failure.advice]
    return failure.advice


# -- what happened ----------------------------------------------------------------------------------------------------


def raised_from(cause):
    error = OSError("All connection attempts failed")
    error.__cause__ = cause
    return error


TROUBLES = [
    (ConnectionRefusedError(errno.ECONNREFUSED, "no"), Trouble.REFUSED),
    (raised_from(ConnectionRefusedError(errno.ECONNREFUSED, "no")), Trouble.REFUSED),
    (
        raised_from(ExceptionGroup("several", [OSError(errno.ENETUNREACH, "v6"), ConnectionRefusedError(errno.ECONNREFUSED, "v4")])),
        Trouble.REFUSED,
    ),
    (raised_from(OSError(errno.EHOSTUNREACH, "no")), Trouble.UNREACHABLE),
    (raised_from(socket.gaierror(-3, "again")), Trouble.NO_SUCH_HOST),
    (raised_from(ssl.SSLError(1, "wrong version number")), Trouble.NOT_TLS),
    (raised_from(ssl.SSLCertVerificationError(1, "something new")), Trouble.BAD_CERTIFICATE),
    (ValueError("another"), None),
]


@pytest.mark.parametrize(("cause", "trouble"), TROUBLES)
def test_the_systems_error_is_found_in_the_chain(cause, trouble):
    assert trouble_of(cause) is trouble


A = "https://api.assemblyai.com"
PAGES = [
    (page_of(200, "text/html", None, "<html><TITLE >\n Our\n hotel &amp; spa </TITLE>", A), Page(200, "text/html", "Our hotel & spa")),
    (page_of(200, "text/html", None, "<html>" + "x" * 500, A), Page(200, "text/html")),
    (page_of(404, "application/problem+json", None, '{"title": "No such page"}', A), Page(404, "application/problem+json", "No such page")),
    (page_of(404, "application/json", None, '["detail"]', A), Page(404, "application/json")),
    (page_of(400, "text/plain", None, "Client sent an HTTP request\nto", A), Page(400, "text/plain", "Client sent an HTTP request")),
    (page_of(200, "", None, "\x00\x01", A), Page(200)),
    (page_of(302, "", "https://login.example/?ticket=4711#x", "", A), Page(302, points_to="login.example", is_secure=True)),
    (page_of(302, "", "/login", "", A), Page(302, points_to="api.assemblyai.com", is_secure=True)),
    (page_of(302, "", "http://ada:hunter2@login.example", "", A), Page(302, points_to="login.example")),
    (page_of(302, "", "http://[", "", A), Page(302)),
    (page_of(200, "", "https://login.example", "", A), Page(200)),
]


@pytest.mark.parametrize(("page", "expected"), PAGES)
def test_what_a_page_looks_like(page, expected):
    assert page == expected


def test_a_long_title_is_shortened_and_its_signatures_are_left_out():
    page = page_of(200, "text/html", None, f"<title>https://a.example/?token=4711 {'word ' * 100}</title>", A)
    assert "4711" not in page.said
    assert len(page.said) <= 120


# -- what it means ----------------------------------------------------------------------------------------------------

HERE = Connection("https://host.example:8443/secret-path", KEY, "h", variable="ASSEMBLYAI_BASE_URL")
DEFAULT = Connection("https://api.assemblyai.com", KEY, "h")
THROUGH = Proxy("HTTPS_PROXY", "http://proxy.example:3128", ("ada", "hunter2"))


@pytest.mark.parametrize("connection", [HERE, DEFAULT])
@pytest.mark.parametrize("proxy", [None, THROUGH])
@pytest.mark.parametrize("trouble", [*Trouble, None])
def test_every_trouble_says_what_was_found_and_what_to_check(trouble, connection, proxy):
    failure = failure_of(NoAnswer(sent=False, trouble=trouble), connection, proxy)
    assert "ASSEMBLYAI_BASE_URL" in failure.advice or "PROXY" in failure.advice
    assert failure.advice.endswith("nothing is sent twice.")
    assert "  " not in failure.advice
    assert not [words for words in ("secret-path", "hunter2", KEY) if words in failure.advice]


ANSWERS = [
    (Refused(503), "server_error", Recovery.RETRY),
    (Refused(502, page=Page(502, "text/html", "Bad Gateway")), "server_error", Recovery.RETRY),
    (Refused(429, page=Page(429)), "rate_limit", Recovery.RETRY),
    (Refused(403, "Too Many Requests"), "rate_limit", Recovery.RETRY),
    (Refused(401, page=Page(401, "text/html")), "authentication", Recovery.STOP_BATCH),
    (Refused(400, "Your current account balance is negative."), "balance", Recovery.STOP_BATCH),
    (Refused(403, page=Page(403, "text/html", "Firewall")), "address", Recovery.STOP_BATCH),
    (Refused(404, "Not found", page=Page(404, "application/json", "Not found")), "address", Recovery.STOP_BATCH),
    (Refused(400, page=Page(400, "application/json", "bad")), "address", Recovery.STOP_BATCH),
    (Refused(511, page=Page(511, "text/html", "Sign in")), "address", Recovery.STOP_BATCH),
    (Refused(302, page=Page(302, points_to="login.example")), "address", Recovery.STOP_BATCH),
    (Refused(407, page=Page(407)), "proxy", Recovery.STOP_BATCH),
    (NoAnswer(sent=True, unreadable=True), "address", Recovery.RETRY),
    (NoAnswer(sent=True, unreadable=True, page=Page(200, "application/json")), "address", Recovery.RETRY),
    (NoAnswer(sent=True, unreadable=True, page=Page(200, "text/html")), "address", Recovery.STOP_BATCH),
]


@pytest.mark.parametrize(("answer", "kind", "recovery"), ANSWERS)
def test_what_may_pass_in_a_moment_is_tried_again(answer, kind, recovery):
    failure = failure_of(answer, HERE, None)
    assert (failure.kind, failure.recovery) == (kind, recovery)


def test_the_embedded_service_is_started_again():
    embedded = Connection("http://127.0.0.1:9", KEY, "embedded:scripted", forgets_jobs=True)
    assert "start it again" in failure_of(NoAnswer(sent=False, trouble=Trouble.REFUSED), embedded, None).advice


# -- addresses ---------------------------------------------------------------------------------------------------------


def test_a_port_where_nobody_listens():
    with unused_port() as port:
        advice_of(f"http://127.0.0.1:{port}", f"http://127.0.0.1:{port}", "connection refused", kind="network")


def test_a_name_that_does_not_exist():
    advice_of("https://no-such-host.invalid", "no-such-host.invalid", "DNS", "HTTPS_PROXY", kind="network")


@pytest.mark.long
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_host_that_swallows_everything_is_given_up_soon(scheme):
    with swallowing() as port:
        began = time.monotonic()
        advice_of(f"{scheme}://127.0.0.1:{port}", "no connection came about in time", kind="network")
        assert time.monotonic() - began >= FIRST_CONTACT_S / 2  # it was waited for


@pytest.mark.long
@pytest.mark.parametrize(("scheme", "found"), [("http", "no answer came in time"), ("https", "no connection came about in time")])
def test_a_port_that_never_answers_is_given_up_soon(scheme, found):
    with silent() as server:
        advice_of(f"{scheme}://127.0.0.1:{server.port}", found, kind="network")


def test_plain_http_on_a_tls_port(tmp_path):
    with over_tls(certificate(tmp_path, "host"), A_LIST) as server:
        advice_of(f"http://127.0.0.1:{server.port}", "TLS port", "https://", kind="network")


@pytest.mark.long
def test_tls_on_a_plain_port():
    with saying(A_LIST) as server, blurting(b"SSH-2.0-OpenSSH_9.6\r\n") as other:
        for port in (server.port, other.port):
            _, failure = contact(f"https://127.0.0.1:{port}")
            assert failure.kind == "network"
            assert "ASSEMBLYAI_BASE_URL" in failure.advice
        advice_of(f"https://127.0.0.1:{other.port}", "does not speak TLS", kind="network")


@pytest.mark.parametrize("answer", [b"SSH-2.0-OpenSSH_9.6\r\n", b"", b"\x15\x03\x01\x00\x02\x02\x46"])
def test_what_does_not_speak_http(answer):
    with blurting(answer) as server:
        advice_of(f"http://127.0.0.1:{server.port}", "http://127.0.0.1", kind="network")


# -- certificates ------------------------------------------------------------------------------------------------------


def test_a_certificate_that_nobody_here_knows_is_trusted_when_the_variable_names_it(tmp_path, monkeypatch):
    own = certificate(tmp_path, "host")
    with over_tls(own, A_LIST) as server:
        url = f"https://localhost:{server.port}"
        advice_of(url, "does not trust", "SSL_CERT_FILE", "nothing was sent", kind="certificate")
        assert server.heads == []
        monkeypatch.setenv("SSL_CERT_FILE", str(own))
        assert isinstance(contact(url)[0], ListPage)


@pytest.mark.parametrize(
    ("made", "found"),
    [
        ({"days": -1}, "has expired"),
        ({"alternatives": "DNS:other.example"}, "another name"),
        ({"alternatives": "IP:127.0.0.2"}, "another name"),
    ],
)
def test_a_certificate_that_is_trusted_and_wrong(tmp_path, monkeypatch, made, found):
    wrong = certificate(tmp_path, "host", **made)
    monkeypatch.setenv("SSL_CERT_FILE", str(wrong))
    with over_tls(wrong, A_LIST) as server:
        for host in ("localhost", "127.0.0.1"):
            advice_of(f"https://{host}:{server.port}", found, "SSL_CERT_FILE", kind="certificate")


def test_bytes_that_are_not_tls_in_the_middle_of_a_connection(tmp_path, monkeypatch):
    own = certificate(tmp_path, "host")
    monkeypatch.setenv("SSL_CERT_FILE", str(own))
    with over_tls(own, A_LIST, garble=True) as server:
        answer, _ = contact(f"https://localhost:{server.port}")
        assert answer == NoAnswer(sent=True)


@pytest.mark.parametrize("content", [None, b"", b"no certificate", "folder"])
def test_a_file_of_certificates_that_is_none_names_its_variable(tmp_path, monkeypatch, content):
    path = tmp_path / "authorities.pem"
    if content == "folder":
        path.mkdir()
    elif content is not None:
        path.write_bytes(content)
    monkeypatch.setenv("SSL_CERT_FILE", str(path))
    with pytest.raises(OptionError, match="SSL_CERT_FILE") as caught:
        contact("https://localhost:9")
    assert caught.value.__cause__ is None
    assert not [words for words in RAW if words in str(caught.value)]
    with saying(A_LIST) as server:  # and nobody needs it for plain HTTP
        assert isinstance(contact(f"http://127.0.0.1:{server.port}")[0], ListPage)


# -- other sites -------------------------------------------------------------------------------------------------------

SITES = {
    "a captive portal": (http(body=b"<title>Our hotel</title>"), ["HTTP 200", "text/html", "Our hotel", "application/json", "sign-in"]),
    "a wrong site": (http("404 Not Found", b"<h1>nginx</h1>"), ["HTTP 404", "text/html"]),
    "a firewall": (http("403 Forbidden", b"<title>Blocked by policy</title>"), ["HTTP 403", "Blocked by policy"]),
    "another service": (http(body=b'{"hello": "world"}', content_type="application/json"), ["HTTP 200", "not as AssemblyAI does"]),
    "another service's 404": (
        http("404 Not Found", b'{"detail": "Not Found"}', "application/json"),
        ["HTTP 404", "application/json", "Not Found"],
    ),
    "a TLS port that explains itself": (
        http("400 Bad Request", b"<title>400 The plain HTTP request was sent to HTTPS port</title>"),
        ["HTTP 400", "plain HTTP request was sent to HTTPS port"],
    ),
    "a site that repeats the key": (http(body=b"<title>key-that-is-secret</title>"), ["HTTP 200"]),
    "a network that wants a sign-in": (http("511 Network Authentication Required", b"<title>Sign in</title>"), ["511", "Sign in"]),
    "nothing": (b"HTTP/1.1 204 No Content\r\n\r\n", ["HTTP 204"]),
}


@pytest.mark.parametrize(("answer", "expected"), SITES.values(), ids=SITES.keys())
def test_what_is_not_the_service_is_described(answer, expected):
    with saying(answer) as server:
        advice_of(f"http://127.0.0.1:{server.port}", *expected, kind="address")


@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "303 See Other", "307 Temporary Redirect", "308 Permanent Redirect"])
def test_a_redirect_is_named_and_not_followed(status):
    with saying(A_LIST) as other:
        location = f"http://ada:hunter2@127.0.0.2:{other.port}/login?ticket=4711"
        with saying(http(status, location=location)) as server:
            advice = advice_of(f"http://127.0.0.1:{server.port}", "redirect to 127.0.0.2", status[:3], kind="address")
        assert "4711" not in advice
        assert other.heads == []


def test_a_redirect_to_tls_on_the_same_host_says_so():
    with saying(http("301 Moved", location="https://127.0.0.1/v2/transcript")) as server:
        advice_of(f"http://127.0.0.1:{server.port}", "Write https://", kind="address")


def test_a_refused_key_is_not_a_wrong_address():
    with saying(http("401 Unauthorized", b'{"error": "Authentication error, API token missing/invalid"}', "application/json")) as server:
        advice_of(f"http://127.0.0.1:{server.port}", kind="authentication", names="ASSEMBLYAI_API_KEY")


# -- proxies -----------------------------------------------------------------------------------------------------------

SERVICE = "http://service.example"


def test_an_http_proxy_is_used(monkeypatch):
    with saying(A_LIST) as proxy:
        monkeypatch.setenv("HTTP_PROXY", f"localhost:{proxy.port}")  # without a scheme
        assert isinstance(contact(SERVICE)[0], ListPage)
        assert "http://service.example/v2/transcript" in proxy.heads[0]


def test_a_tunnel_through_an_http_proxy_is_used(tmp_path, monkeypatch):
    own = certificate(tmp_path, "service", alternatives="DNS:service.example")
    monkeypatch.setenv("SSL_CERT_FILE", str(own))
    with over_tls(own, A_LIST) as server, http_tunnel(server.port) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", f"http://ada:p%40ss@127.0.0.1:{proxy.port}")
        assert isinstance(contact("https://service.example")[0], ListPage)
        assert "CONNECT service.example:443" in proxy.heads[0]
        assert "proxy-authorization: basic ywrhonbac3m=" in proxy.heads[0].lower()
        assert KEY not in proxy.heads[0]


def test_the_loopback_is_reached_without_a_proxy(monkeypatch):
    with saying(A_LIST) as server, unused_port() as port:
        for name in ("ALL_PROXY", "HTTP_PROXY", "http_proxy"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{port}")
        for host in ("127.0.0.1", "localhost"):
            assert isinstance(contact(f"http://{host}:{server.port}")[0], ListPage)


def test_a_proxy_that_cannot_be_reached(monkeypatch):
    with unused_port() as port:
        monkeypatch.setenv("ALL_PROXY", f"http://ada:hunter2@127.0.0.1:{port}")
        for url in (SERVICE, "https://service.example"):
            advice_of(url, f"http://127.0.0.1:{port}", "connection refused", "NO_PROXY", kind="proxy", names="ALL_PROXY")


def test_a_proxy_whose_name_does_not_exist(monkeypatch):
    monkeypatch.setenv("ALL_PROXY", "http://no-such-proxy.invalid:3128")
    advice_of(SERVICE, "no-such-proxy.invalid", "DNS", kind="proxy", names="ALL_PROXY")


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_proxy_that_wants_a_password(monkeypatch, scheme):
    refusal = http("407 Proxy Authentication Required", b"<title>Who are you?</title>")
    with http_tunnel(0, refusal=refusal) as proxy:
        monkeypatch.setenv("ALL_PROXY", f"http://127.0.0.1:{proxy.port}")
        advice_of(f"{scheme}://service.example", "407", "name and a password", "NO_PROXY", kind="proxy", names="ALL_PROXY")


def test_a_proxy_that_refuses_the_host(monkeypatch):
    with http_tunnel(0, refusal=http("403 Blocked by policy")) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{proxy.port}")
        advice_of("https://service.example", "403 Blocked by policy", kind="proxy", names="HTTPS_PROXY")


def test_a_socks_proxy_without_its_library_names_the_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "socksio", None)
    monkeypatch.setenv("ALL_PROXY", "socks5://127.0.0.1:9")
    with pytest.raises(MissingExtraError, match=r"ALL_PROXY.*scribekit\[socks\]"):
        contact(SERVICE)


@has_socks
@pytest.mark.parametrize("login", [None, (b"ada", b"p@ss")])
@pytest.mark.parametrize("kind", ["socks5", "socks5h"])
def test_a_socks_proxy_is_used_and_looks_the_name_up(monkeypatch, login, kind):
    with saying(A_LIST) as server, socks_tunnel(server.port, login=login) as proxy:
        monkeypatch.setenv("ALL_PROXY", f"{kind}://{'ada:p%40ss@' if login else ''}127.0.0.1:{proxy.port}")
        assert isinstance(contact(SERVICE)[0], ListPage)
        assert proxy.heads == ["service.example:80"]


@has_socks
def test_tls_through_a_socks_proxy(tmp_path, monkeypatch):
    own = certificate(tmp_path, "service", alternatives="DNS:service.example")
    monkeypatch.setenv("SSL_CERT_FILE", str(own))
    with over_tls(own, A_LIST) as server, socks_tunnel(server.port) as proxy:
        monkeypatch.setenv("ALL_PROXY", f"socks5://127.0.0.1:{proxy.port}")
        assert isinstance(contact("https://service.example")[0], ListPage)


@has_socks
def test_a_socks_proxy_that_does_not_lead_there(monkeypatch):
    with socks_tunnel(0, reply=5) as refusing, socks_tunnel(0, login=(b"ada", b"x")) as closed, blurting(b"HTTP/1.1 400 Bad\r\n") as web:
        for server, expected in ((refusing, "refused"), (closed, "proxy said"), (web, "SOCKS protocol")):
            monkeypatch.setenv("ALL_PROXY", f"socks5://127.0.0.1:{server.port}")
            advice_of(SERVICE, expected, kind="proxy", names="ALL_PROXY")


@pytest.mark.long
@has_socks
def test_a_socks_proxy_that_never_answers_is_given_up_soon(monkeypatch):
    with silent() as mute:
        monkeypatch.setenv("ALL_PROXY", f"socks5://127.0.0.1:{mute.port}")
        advice_of(SERVICE, "no answer came in time", kind="network", names="ALL_PROXY")
