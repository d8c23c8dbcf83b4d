"""What is wrong with an address, as the first answer from it shows. Pure: it reads errors and answers, and returns sentences.

Later the address is known to be right, and :mod:`~scribekit.api.failures` says what a failure means.
"""

from __future__ import annotations

import errno
import html
import json
import re
import socket
import ssl
from collections.abc import Iterator
from urllib.parse import urljoin, urlsplit

from scribekit.api.answers import NoAnswer, Page, Refused, Trouble
from scribekit.api.connection import Connection
from scribekit.api.failures import Failure, Recovery, http_failure, shown
from scribekit.api.proxies import Proxy
from scribekit.api.sdk_settings import URL_VARIABLE

AGAIN = "Then run the same call again: nothing is sent twice."
LONGEST_TITLE = 120
_TITLE = re.compile(r"<title[^>]*>(.*?)</title", re.IGNORECASE | re.DOTALL)
HEAD_BYTES = 1 << 16
"""A page's title is searched for in this many bytes."""

_CERTIFICATE = {
    9: Trouble.NOT_YET_VALID,
    10: Trouble.EXPIRED,
    18: Trouble.UNTRUSTED,
    19: Trouble.UNTRUSTED,
    20: Trouble.UNTRUSTED,
    21: Trouble.UNTRUSTED,
    62: Trouble.OTHER_NAME,
    64: Trouble.OTHER_NAME,
}
"""OpenSSL's ``X509_V_ERR_…`` numbers."""

_NO_ROUTE = {errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ENETDOWN, errno.EHOSTDOWN, errno.EADDRNOTAVAIL, errno.EACCES, errno.EPERM}
_WRONG_PLACES = (404, 405, 410, 421, 511)
"""Whatever the body says: the list of transcripts is not there (511: a network wants its users to sign in)."""

_NOT_CONNECTED = {
    Trouble.NO_SUCH_HOST: "its name has no address in the DNS, or the DNS does not answer",
    Trouble.REFUSED: "nothing listens there (connection refused)",
    Trouble.UNREACHABLE: "no network leads there",
    Trouble.CONNECT_TIMEOUT: "no connection came about in time (DNS, TCP, or TLS for https://)",
}
_NOT_ANSWERED = {
    Trouble.SILENT: "something accepts the connection, but no answer came in time",
    Trouble.NOT_TLS: "what answers there does not speak TLS, which https:// needs",
    Trouble.NOT_HTTP: "what answers there does not speak HTTP (a TLS port needs https:// in the address)",
    Trouble.CUT: "the connection ended before an answer came (so does that of a TLS port, which needs https:// in the address)",
    Trouble.CLIENT_CERTIFICATE: "it wants a certificate of the client, which scribekit does not send",
}
_CERTIFICATE_FOUND = {
    Trouble.UNTRUSTED: (
        "is signed by an authority that this machine does not trust",
        "If it belongs to your own network, set SSL_CERT_FILE to a file with that authority's certificate (PEM)",
    ),
    Trouble.EXPIRED: ("has expired", "Check this machine's clock, and ask whoever runs the host for a new one (SSL_CERT_FILE cannot help)"),
    Trouble.NOT_YET_VALID: ("is not valid yet", "Check this machine's clock (SSL_CERT_FILE cannot help)"),
    Trouble.OTHER_NAME: ("was made for another name", "Use the name that it was made for (SSL_CERT_FILE cannot help)"),
    Trouble.BAD_CERTIFICATE: ("cannot be verified", "Check SSL_CERT_FILE, which names the authorities to trust"),
}
_PASSING = {Trouble.NO_SUCH_HOST, Trouble.REFUSED, Trouble.UNREACHABLE, Trouble.CUT, Trouble.NOT_HTTP}
"""Troubles that a network which has just come up may have, and that show at once."""


# -- what happened ----------------------------------------------------------------------------------------------------


def trouble_of(cause: BaseException) -> Trouble | None:
    """Return the trouble that the system's or the TLS library's error in a chain of errors shows; None when there is no such error.

    Example:
        >>> trouble_of(ConnectionRefusedError(111, "Connection refused"))
        <Trouble.REFUSED: 'connection refused'>
    """
    found = None
    for error in _chain(cause):
        if isinstance(error, ssl.SSLCertVerificationError):
            return _CERTIFICATE.get(getattr(error, "verify_code", 0), Trouble.BAD_CERTIFICATE)
        if isinstance(error, ssl.SSLError) and not isinstance(error, ssl.SSLWantReadError):
            wants_certificate = "CERTIFICATE_REQUIRED" in (getattr(error, "reason", None) or "")
            return Trouble.CLIENT_CERTIFICATE if wants_certificate else Trouble.NOT_TLS
        if isinstance(error, socket.gaierror | UnicodeError):
            return Trouble.NO_SUCH_HOST
        if isinstance(error, ConnectionRefusedError):
            found = Trouble.REFUSED
        elif isinstance(error, OSError) and error.errno in _NO_ROUTE:
            found = found or Trouble.UNREACHABLE
    return found


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        if isinstance(error, BaseExceptionGroup):  # one error for each of the host's addresses
            for part in error.exceptions:
                yield from _chain(part)
        error = error.__cause__ or error.__context__


def page_of(status: int, content_type: str, location: str | None, text: str, address: str) -> Page:
    """Return what an answer looks like that is not the service's JSON.

    Args:
        status: The HTTP status.
        content_type: The header.
        location: The header that says where a redirect leads.
        text: The beginning of the body.
        address: The address that was asked.

    Example:
        >>> page_of(200, "text/html; charset=utf-8", None, "<title>Hotel &amp; Spa</title>", "https://api.assemblyai.com").said
        'Hotel & Spa'
    """
    kind = content_type.partition(";")[0].strip().lower()[:60]
    target = None
    if location is not None and 300 <= status < 400:
        try:
            target = urlsplit(urljoin(address, location))
        except ValueError:
            target = None
    said = shown(html.unescape(_words(kind, text)))
    said = said if len(said) <= LONGEST_TITLE else said[: LONGEST_TITLE - 1] + "…"
    return Page(status, kind, said, target and target.hostname, target is not None and target.scheme == "https")


def _words(kind: str, text: str) -> str:
    if kind.endswith("json"):
        try:
            answer = json.loads(text)
        except (ValueError, RecursionError):
            return ""
        said = (answer.get(name) for name in ("error", "message", "detail", "title")) if isinstance(answer, dict) else ()
        return next((words for words in said if isinstance(words, str)), "")
    if kind == "text/plain":
        return text.strip().partition("\n")[0]
    title = _TITLE.search(text)
    return title[1] if title else ""


# -- what it means ----------------------------------------------------------------------------------------------------


def failure_of(answer: Refused | NoAnswer, connection: Connection, proxy: Proxy | None) -> Failure:
    """Return what the first answer from an address means: what was found, what was expected, and which variable to check.

    The recovery is ``RETRY`` when it may pass by itself within a moment.

    Args:
        answer: The answer to the first request.
        connection: The address.
        proxy: The proxy on the way to it.
    """
    place = _place(connection)
    if isinstance(answer, NoAnswer):
        return _unreadable(answer.page, place, connection, proxy) if answer.unreadable else _no_answer(answer, place, connection, proxy)
    page = answer.page or Page(answer.status, said=shown(answer.error or ""))
    if answer.status == 407:
        return _proxy_refused(f"407 {page.said}".strip(), connection, proxy)
    if 300 <= answer.status < 400:
        return _redirect(page, place, connection)
    is_not_the_service = answer.error is None and 400 <= answer.status < 500 and answer.status != 401 and not answer.is_rate_limit
    if is_not_the_service or answer.status in _WRONG_PLACES:
        return _unreadable(page, place, connection, proxy)
    return http_failure(answer.status, answer.error)


def _place(connection: Connection) -> str:
    """Return the address without the path, which may hold a gateway's secret."""
    parts = urlsplit(connection.base_url)
    return f"{parts.scheme}://{parts.netloc}"


def _no_answer(answer: NoAnswer, place: str, connection: Connection, proxy: Proxy | None) -> Failure:
    trouble = answer.trouble or Trouble.CUT
    if trouble is Trouble.PROXY:
        return _proxy_refused(answer.said, connection, proxy)
    recovery = Recovery.RETRY if trouble in _PASSING else Recovery.STOP_BATCH
    if trouble in _CERTIFICATE_FOUND:
        found, remedy = _CERTIFICATE_FOUND[trouble]
        other = f" (or that of the proxy {proxy.url})" if proxy and proxy.url.startswith("https") else ""
        advice = f"The certificate of {place}{other} {found}, so nothing was sent. {remedy}. {_check(connection)} {AGAIN}"
        return Failure("certificate", recovery, advice)
    if proxy is not None and trouble in _NOT_CONNECTED:
        advice = (
            f"The proxy {proxy.url} could not be reached: {_NOT_CONNECTED[trouble]}. "
            f"Check {proxy.variable}, or list {_host(connection)} in NO_PROXY to go there without it. {AGAIN}"
        )
        return Failure("proxy", recovery, advice)
    found = _NOT_CONNECTED.get(trouble) or _NOT_ANSWERED[trouble]
    through = f" through the proxy {proxy.url}" if proxy else ""
    advice = (
        f"The service could not be reached at {place}{through}: {found}. {_check(connection)} {_check_proxy(connection, proxy)} {AGAIN}"
    )
    return Failure("network", recovery, " ".join(advice.split()))


def _proxy_refused(said: str, connection: Connection, proxy: Proxy | None) -> Failure:
    which, variable = (f"The proxy {proxy.url}", proxy.variable) if proxy else ("A proxy", "HTTPS_PROXY")
    wants = f" It wants a name and a password: write them as {variable}=http://name:password@host:port." if said.startswith("407") else ""
    advice = (
        f"{which} does not lead to {_place(connection)}.{wants} Check {variable}, or list {_host(connection)} in NO_PROXY to go there "
        f"without it. {AGAIN}"
    )
    return Failure("proxy", Recovery.STOP_BATCH, f"{advice} The proxy said: {shown(said)}" if said else advice, shown(said))


def _redirect(page: Page, place: str, connection: Connection) -> Failure:
    target = f"to {page.points_to}" if page.points_to else "to no address"
    if page.points_to == _host(connection) and page.is_secure and place.startswith("http://"):
        hint = "Write https:// in the address."
    else:
        hint = "The sign-in page of a network does this too: open any page in a browser to see."
    advice = (
        f"{place} answers with a redirect {target} (HTTP {page.status}), which is not followed, because the key would go there. {hint} "
        f"{_check(connection)} {AGAIN}"
    )
    return Failure("address", Recovery.STOP_BATCH, advice)


def _unreadable(page: Page | None, place: str, connection: Connection, proxy: Proxy | None) -> Failure:
    found = [f"HTTP {page.status}", page.content_type or "without a content type"] if page else ["a body that cannot be read"]
    if page and page.said:
        found.append(f"“{page.said}”")
    is_web_page = page is not None and page.content_type == "text/html"
    portal = " The sign-in page of a network, or a firewall, answers like this: open any page in a browser to see." if is_web_page else ""
    advice = (
        f"{place} answers, but not as AssemblyAI does. Found: {', '.join(found)}. Expected: HTTP 200, application/json, the list of "
        f"transcripts.{portal} {_check(connection)} {_check_proxy(connection, proxy) if is_web_page else ''} {AGAIN}"
    )
    is_perhaps_cut = page is None or (page.status == 200 and page.content_type.endswith("json"))
    return Failure("address", Recovery.RETRY if is_perhaps_cut else Recovery.STOP_BATCH, " ".join(advice.split()))


def _host(connection: Connection) -> str:
    return urlsplit(connection.base_url).hostname or ""


def _check(connection: Connection) -> str:
    if connection.forgets_jobs:
        return "This is the embedded service: stop it, and start it again."
    if connection.variable is None:
        return f"This is the default address; {URL_VARIABLE}, which is not set, would name another."
    return f"Check {connection.variable}: scheme, host and port of the service."


def _check_proxy(connection: Connection, proxy: Proxy | None) -> str:
    if connection.is_loopback:
        return ""
    if proxy is None:
        return "If this network is left only through a proxy, set HTTPS_PROXY or ALL_PROXY."
    return f"{proxy.variable} names the proxy; NO_PROXY lists the hosts that are reached without it."
