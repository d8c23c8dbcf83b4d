"""Which proxy leads to an address, by the environment's variables. Pure: the environment comes in as an argument."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import SplitResult, unquote, urlsplit

from scribekit.base.errors import OptionError
from scribekit.base.service_address import is_loopback

SCHEMES = ("http", "https", "socks5", "socks5h")
SYSTEM = "the system's proxy settings"
_DEFAULT_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True)
class Proxy:
    """A proxy, and the variable that names it.

    Attributes:
        variable: The environment variable.
        url: Scheme, host and port, without a name or password.
        login: The name and password for the proxy; never shown.
    """

    variable: str
    url: str
    login: tuple[str, str] | None = field(default=None, repr=False)

    @property
    def is_socks(self) -> bool:
        """Whether it speaks SOCKS, which needs an optional library."""
        return self.url.startswith("socks")


def proxy_for(url: str, environ: Mapping[str, str], system: Mapping[str, str] | None = None) -> Proxy | None:
    """Return the proxy for an address, or None. This machine's own addresses are never reached through a proxy.

    ``HTTPS_PROXY`` or ``HTTP_PROXY``, by the address's scheme, comes before ``ALL_PROXY``, and a name in lower case before the same name
    in upper case. A proxy without a scheme is an HTTP proxy. ``NO_PROXY`` lists hosts that need none: names (with all names below them),
    addresses, networks (``10.0.0.0/8``), each with a port or without, or ``*``; separated by commas or spaces.

    Args:
        url: The address of the service.
        environ: The environment's variables.
        system: The proxies by scheme that the system is set to, which count when the environment names none.

    Raises:
        OptionError: The variable does not hold the address of a proxy.

    Example:
        >>> proxy_for("https://api.assemblyai.com", {"HTTPS_PROXY": "ada:secret@proxy.example:3128"})
        Proxy(variable='HTTPS_PROXY', url='http://proxy.example:3128')
        >>> proxy_for("https://api.assemblyai.com", {"ALL_PROXY": "http://proxy.example:3128", "NO_PROXY": ".assemblyai.com"})
    """
    parts = urlsplit(url)
    if is_loopback(parts.hostname or "") or _is_exempt(parts, _variable("no_proxy", environ)[1]):
        return None
    schemes = (parts.scheme, "all")
    given = [found for scheme in schemes if (found := _variable(f"{scheme}_proxy", environ))[1]]
    if not given and system:
        given = [(SYSTEM, system[scheme]) for scheme in schemes if system.get(scheme)]
    return _proxy(*given[0]) if given else None


def _variable(name: str, environ: Mapping[str, str]) -> tuple[str, str]:
    """Return a variable's name as it is set, and its value; empty when it is not set."""
    for spelling in (name, name.upper()):
        if spelling in environ:
            return spelling, environ[spelling].strip()
    return name.upper(), ""


def _proxy(variable: str, value: str) -> Proxy:
    scheme, mark, rest = value.partition("://")
    scheme, rest = (scheme.lower(), rest) if mark else ("http", value)
    if scheme not in SCHEMES:
        raise OptionError(
            f"{variable} names a proxy of a kind that scribekit does not know; expected {'://, '.join(SCHEMES)}://. "
            f"Set {variable} to such an address (most SOCKS proxies speak socks5://), or list the service's host in NO_PROXY."
        )
    try:
        parts = urlsplit(f"//{rest}")
        host, port = parts.hostname or "", parts.port
    except ValueError:  # the port is not a number, or too large, or a bracket is missing
        host, port = "", 0
    if not host or not value.isascii() or any(map(str.isspace, value)) or port == 0:
        raise OptionError(
            f"{variable} does not hold the address of a proxy. Expected one such as 'http://proxy.example:3128' or "
            "'socks5://proxy.example:1080', and special characters of a password written as %40. Set it to such an address, or unset it."
        )
    login = (unquote(parts.username or ""), unquote(parts.password or "")) if "@" in parts.netloc else None
    place = f"[{host}]" if ":" in host else host
    return Proxy(variable, f"{scheme}://{place}:{port}" if port else f"{scheme}://{place}", login)


def _is_exempt(parts: SplitResult, no_proxy: str) -> bool:
    host, port = (parts.hostname or "").rstrip("."), parts.port or _DEFAULT_PORTS.get(parts.scheme)
    return any(_covers(entry, host, port) for entry in no_proxy.replace(",", " ").split())


def _covers(entry: str, host: str, port: int | None) -> bool:
    """Whether an entry of ``NO_PROXY`` means a host."""
    if entry == "*":
        return True
    name = entry.lower().rpartition("://")[2]
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        address = None
    if address is not None:
        try:
            return address in ipaddress.ip_network(name.strip("[]"), strict=False)
        except ValueError:  # not an address: perhaps one with a port
            pass
    try:
        wanted = urlsplit(f"//{name}")
        if wanted.port not in (None, port):
            return False
    except ValueError:
        return False
    known = (wanted.hostname or "").removeprefix("*").strip(".")
    return bool(known) and (host == known or (address is None and host.endswith(f".{known}")))
