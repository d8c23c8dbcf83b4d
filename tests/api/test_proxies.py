import pytest

from scribekit.api.proxies import SYSTEM, Proxy, proxy_for
from scribekit.base.errors import OptionError

SERVICE = "https://api.assemblyai.com"
P = "http://proxy.example:3128"

CHOSEN = [
    ({}, None),
    ({"HTTPS_PROXY": P}, Proxy("HTTPS_PROXY", P)),
    ({"HTTP_PROXY": P}, None),
    ({"ALL_PROXY": P}, Proxy("ALL_PROXY", P)),
    ({"ALL_PROXY": P, "https_proxy": "https://other.example"}, Proxy("https_proxy", "https://other.example")),
    ({"https_proxy": P, "HTTPS_PROXY": "http://other.example"}, Proxy("https_proxy", P)),
    ({"https_proxy": "", "HTTPS_PROXY": P}, None),
    ({"HTTPS_PROXY": " "}, None),
    ({"HTTPS_PROXY": " proxy.example:3128 "}, Proxy("HTTPS_PROXY", P)),
    ({"HTTPS_PROXY": "http://[::1]:3128"}, Proxy("HTTPS_PROXY", "http://[::1]:3128")),
    ({"ALL_PROXY": "socks5h://127.0.0.1:1080"}, Proxy("ALL_PROXY", "socks5h://127.0.0.1:1080")),
    ({"HTTPS_PROXY": "ada:p%40ss@proxy.example:3128"}, Proxy("HTTPS_PROXY", P, ("ada", "p@ss"))),
    ({"HTTPS_PROXY": "http://ada:p@ss@proxy.example:3128"}, Proxy("HTTPS_PROXY", P, ("ada", "p@ss"))),
]


@pytest.mark.parametrize(("environ", "proxy"), CHOSEN)
def test_the_variable_for_the_scheme_comes_first(environ, proxy):
    assert proxy_for(SERVICE, environ) == proxy


@pytest.mark.parametrize("url", ["http://localhost:8000", "http://127.0.0.1:8000", "https://[::1]:8000", "http://127.9.9.9"])
def test_this_machine_needs_no_proxy(url):
    assert proxy_for(url, {"ALL_PROXY": P, "HTTP_PROXY": "nonsense://x"}) is None


def test_a_name_that_only_begins_like_this_machine_is_another():
    assert proxy_for("http://127.0.0.1.example.com", {"ALL_PROXY": P}) is not None


EXEMPT = {
    "*": True,
    "x.example, *": True,
    "api.assemblyai.com": True,
    "API.AssemblyAI.com": True,
    "assemblyai.com": True,
    ".assemblyai.com": True,
    "*.assemblyai.com": True,
    "https://api.assemblyai.com": True,
    " a.example , assemblyai.com ": True,
    "a.example assemblyai.com": True,
    "api.assemblyai.com:443": True,
    "api.assemblyai.com:8443": False,
    "api.assemblyai.com:port": False,
    "semblyai.com": False,
    "assemblyai.co": False,
    "localhost,127.0.0.1": False,
    "10.0.0.0/8": False,
    "10.0.0.0/99,[,::,:": False,
    "": False,
    ",,": False,
}


@pytest.mark.parametrize(("no_proxy", "is_exempt"), EXEMPT.items())
def test_no_proxy_lists_what_is_reached_without_one(no_proxy, is_exempt):
    assert (proxy_for(SERVICE, {"HTTPS_PROXY": P, "NO_PROXY": no_proxy}) is None) == is_exempt
    assert (proxy_for(SERVICE, {"HTTPS_PROXY": P, "no_proxy": no_proxy}) is None) == is_exempt


ADDRESSES = [
    ("http://10.1.2.3:8000", "10.0.0.0/8", True),
    ("http://10.1.2.3:8000", "10.1.2.3", True),
    ("http://10.1.2.3:8000", "10.1.2.3:8000", True),
    ("http://10.1.2.3:8000", "10.1.2.3:80", False),
    ("http://10.1.2.3", "11.0.0.0/8", False),
    ("http://10.1.2.3", "2.3", False),
    ("http://[fd00::7]:8000", "fd00::/8", True),
    ("http://[fd00::7]:8000", "[fd00::7]", True),
]


@pytest.mark.parametrize(("url", "no_proxy", "is_exempt"), ADDRESSES)
def test_addresses_and_networks_need_no_proxy_either(url, no_proxy, is_exempt):
    assert (proxy_for(url, {"ALL_PROXY": P, "NO_PROXY": no_proxy}) is None) == is_exempt


WRONG = [
    "socks://127.0.0.1:1080",
    "socks4://127.0.0.1:1080",
    "ftp://proxy.example",
    "http://",
    "http://proxy.example:99999",
    "http://proxy.example:port",
    "http://proxy.example:0",
    "http://pröxy.example",
    "http://proxy example",
    "http://[::1",
    "//",
]


@pytest.mark.parametrize("value", WRONG)
def test_a_malformed_proxy_names_its_variable(value):
    with pytest.raises(OptionError, match="ALL_PROXY"):
        proxy_for(SERVICE, {"ALL_PROXY": value})


def test_a_password_is_never_shown():
    environ = {"ALL_PROXY": "socks5://ada:hunter2@127.0.0.1:1080"}
    assert "hunter2" not in repr(proxy_for(SERVICE, environ))
    with pytest.raises(OptionError) as caught:
        proxy_for(SERVICE, {"ALL_PROXY": "http://ada:hunter2@:port"})
    assert "hunter2" not in str(caught.value)


def test_the_systems_proxy_counts_where_the_environment_names_none():
    assert proxy_for(SERVICE, {}, {"https": P}) == Proxy(SYSTEM, P)
    assert proxy_for(SERVICE, {"ALL_PROXY": "http://other.example"}, {"https": P}) == Proxy("ALL_PROXY", "http://other.example")
