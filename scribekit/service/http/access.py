"""Decides by a request's headers whether it is answered: only to the service's own address, never to web pages, only with the key. Pure."""

from __future__ import annotations

import hmac
from collections.abc import Collection
from typing import NamedTuple

from starlette.datastructures import Headers

from scribekit.base import contract

OTHER_HOST = "This service answers only under its own address on this machine."
OTHER_PAGE = "This service does not answer web pages."


class Refusal(NamedTuple):
    """The answer to a request that is refused."""

    status: int
    error: str


def own_hosts(port: int) -> frozenset[str]:
    """Return the ``Host`` headers of requests that are meant for a service on this port of this machine.

    Example:
        >>> sorted(own_hosts(8000))
        ['127.0.0.1:8000', '[::1]:8000', 'localhost:8000']
    """
    names = ("127.0.0.1", "localhost", "[::1]")
    return frozenset(f"{name}:{port}" for name in names) | (frozenset(names) if port == 80 else frozenset())


def misdirected(headers: Headers, hosts: Collection[str]) -> Refusal | None:
    """Return why a request is refused whatever its key; None when it is not.

    Another ``Host`` is a name that was made to lead to this machine (DNS rebinding). A browser says in ``Origin`` or ``Sec-Fetch-Site``
    that a page of another site asks; the service has no pages of its own.

    Example:
        >>> misdirected(Headers({"host": "evil.test:8000"}), own_hosts(8000)).status
        421
        >>> misdirected(Headers({"host": "localhost:8000", "origin": "https://evil.test"}), own_hosts(8000)).status
        403
    """
    given = [host.lower() for host in headers.getlist("host")]
    if len(given) != 1 or given[0] not in hosts:
        return Refusal(421, OTHER_HOST)
    if any(origin.lower().removeprefix("http://") not in hosts for origin in headers.getlist("origin")):
        return Refusal(403, OTHER_PAGE)
    if any(site.lower() not in ("none", "same-origin") for site in headers.getlist("sec-fetch-site")):
        return Refusal(403, OTHER_PAGE)
    return None


def keyless(headers: Headers, api_key: str) -> Refusal | None:
    """Return why a request without the right key is refused; None when it has it.

    Example:
        >>> keyless(Headers({"authorization": "a-key"}), "another-key").status
        401
    """
    given = headers.get("authorization", "").encode("latin-1")
    return None if hmac.compare_digest(given, api_key.encode("latin-1")) else Refusal(401, contract.ERROR_TOKEN)
