import pytest
from starlette.datastructures import Headers

from scribekit.base import contract
from scribekit.service.http.access import OTHER_HOST, OTHER_PAGE, Refusal, keyless, misdirected, own_hosts

HOSTS = own_hosts(8000)
OWN = (b"host", b"127.0.0.1:8000")


def headers(*pairs):
    return Headers(raw=list(pairs))


@pytest.mark.parametrize("host", [b"127.0.0.1:8000", b"localhost:8000", b"[::1]:8000", b"LocalHost:8000"])
def test_its_own_names_with_its_port(host):
    assert misdirected(headers((b"host", host)), HOSTS) is None


@pytest.mark.parametrize(
    "host",
    [
        b"",
        b"127.0.0.1",
        b"127.0.0.1:80",
        b"localhost:8001",
        b"localhost.:8000",
        b"evil.test:8000",
        b"localhost.evil.test:8000",
        b"127.0.0.1.evil.test:8000",
        b"evil@127.0.0.1:8000",
        b"127.0.0.1:8000,evil.test",
        b"127.1:8000",
        b"2130706433:8000",
        b"0.0.0.0:8000",
        b"[::]:8000",
        b"\xff:8000",
    ],
)
def test_any_other_name_is_refused(host):
    assert misdirected(headers((b"host", host)), HOSTS) == Refusal(421, OTHER_HOST)


def test_no_name_and_two_names_are_refused():
    assert misdirected(headers(), HOSTS) == Refusal(421, OTHER_HOST)
    assert misdirected(headers(OWN, OWN), HOSTS) == Refusal(421, OTHER_HOST)


def test_the_port_of_http_may_be_left_out():
    assert misdirected(headers((b"host", b"localhost")), own_hosts(80)) is None


@pytest.mark.parametrize(
    "origin", [b"https://evil.test", b"null", b"", b"http://localhost", b"https://127.0.0.1:8000", b"http://127.0.0.1:8888", b"file://"]
)
def test_pages_of_other_sites_are_refused(origin):
    assert misdirected(headers(OWN, (b"origin", origin)), HOSTS) == Refusal(403, OTHER_PAGE)
    assert misdirected(headers(OWN, (b"origin", b"http://127.0.0.1:8000"), (b"origin", origin)), HOSTS) == Refusal(403, OTHER_PAGE)


@pytest.mark.parametrize("site", [b"cross-site", b"same-site", b"Cross-Site", b"", b"anything"])
def test_what_a_browser_sends_from_other_sites_is_refused_without_an_origin_too(site):
    assert misdirected(headers(OWN, (b"sec-fetch-site", site)), HOSTS) == Refusal(403, OTHER_PAGE)


def test_its_own_origin_and_an_address_that_a_person_typed_are_not_refused():
    assert misdirected(headers(OWN, (b"origin", b"http://localhost:8000"), (b"sec-fetch-site", b"same-origin")), HOSTS) is None
    assert misdirected(headers(OWN, (b"sec-fetch-site", b"none")), HOSTS) is None


@pytest.mark.parametrize("given", [b"", b"a-ke", b"a-keyy", b"A-KEY", b"Bearer a-key", b"a-key ", b"\xff\x00", b"a-key" * 1000])
def test_any_other_key_is_refused(given):
    assert keyless(headers((b"authorization", given)), "a-key") == Refusal(401, contract.ERROR_TOKEN)


def test_the_key_itself():
    assert keyless(headers((b"authorization", b"a-key")), "a-key") is None
    assert keyless(headers(), "a-key") == Refusal(401, contract.ERROR_TOKEN)
