import pytest

from scribekit.api.connection import Connection, resolve
from scribekit.base.errors import NoConnectionError, OptionError

LOCAL = Connection("http://127.0.0.1:1", "k", "embedded:scripted", forgets_jobs=True)


def resolved(**changes):
    return resolve(**{"settings_key": None, "settings_url": "https://api.assemblyai.com", "environ": {}, "local": None} | changes)


def test_neither_key_nor_service_names_both_ways_on():
    with pytest.raises(NoConnectionError) as caught:
        resolved()
    assert "export ASSEMBLYAI_API_KEY=" in str(caught.value)
    assert "sk.local_service()" in str(caught.value)


def test_the_key_of_the_settings_and_of_the_environment():
    assert resolved(settings_key="s", environ={"ASSEMBLYAI_API_KEY": "e"}).api_key == "s"
    assert resolved(environ={"ASSEMBLYAI_API_KEY": " e\n"}).api_key == "e"


def test_the_region_names_the_host():
    assert resolved(settings_key="s").host == "api.assemblyai.com"
    assert resolved(settings_key="s", settings_url="https://api.eu.assemblyai.com/").host == "api.eu.assemblyai.com"
    assert resolved(settings_key="s", environ={"ASSEMBLYAI_BASE_URL": "http://127.0.0.1:8000"}).base_url == "http://127.0.0.1:8000"


def test_a_local_service_that_was_started_on_purpose_comes_first():
    assert resolved(settings_key="s", local=LOCAL) is LOCAL


def test_the_key_is_never_shown():
    assert "secret" not in repr(resolved(settings_key="secret"))


ADDRESSES = {
    "": "is empty",
    "  ": "is empty",
    "api.assemblyai.com": "https://",
    "localhost:8000": "https://",
    "//api.assemblyai.com": "https://",
    "https:/api.assemblyai.com": "https://",
    "ftp://host.example": "ftp://",
    "file:///etc/passwd": "file://",
    "https://": "no host",
    "https:///v2": "no host",
    "https://host.example/ v2": "space",
    "https://host.example\nhttps://other.example": "line break",
    "'https://host.example'": "quotation marks",
    "https://host:port": "port",
    "https://host.example:0": "port",
    "https://host.example:65536": "port",
    "https://host.example:-1": "port",
    "http://::1:8000": "port",
    "http://[::1": "brackets",
    "http://[nonsense]:8000": "brackets",
    "https://höst.example": "ASCII",
    "https://api.assembly\u0430i.com": "ASCII",
    "https://host..example": "no host",
    f"https://{'a' * 64}.example": "no host",
    "https://host%41.example": "no host",
    "https://api.assemblyai.com/v2": "/v2",
    "https://api.assemblyai.com/v2/": "/v2",
    "https://api.assemblyai.com/v2/transcript": "/v2",
    "https://api.assemblyai.com?region=eu": "query",
    "https://api.assemblyai.com/#": "fragment",
    "https://ada:hunter2@api.assemblyai.com": "name or password",
    "https://hunter2@api.assemblyai.com": "name or password",
}


@pytest.mark.parametrize(("url", "found"), ADDRESSES.items())
def test_an_address_that_is_malformed_is_named_with_what_is_wrong(url, found):
    with pytest.raises(OptionError, match="ASSEMBLYAI_BASE_URL") as caught:
        resolved(settings_key="s", environ={"ASSEMBLYAI_BASE_URL": url})
    assert found in str(caught.value)
    assert "https://api.eu.assemblyai.com" in str(caught.value)
    assert caught.value.__cause__ is None


@pytest.mark.parametrize(
    "url", ["ada:hunter2@host", "http://ada:hunter2@host:port", "ftp://x@hunter2.example", "/?key=hunter2", "hunter2" * 5]
)
def test_what_may_be_a_secret_in_an_address_is_not_shown(url):
    with pytest.raises(OptionError) as caught:
        resolved(settings_key="s", environ={"ASSEMBLYAI_BASE_URL": url})
    assert "hunter2" not in str(caught.value)


def test_the_key_in_place_of_the_address_is_not_shown():
    with pytest.raises(OptionError) as caught:
        resolved(settings_key="4711.4711", environ={"ASSEMBLYAI_BASE_URL": "x/4711.4711"})
    assert "4711.4711" not in str(caught.value)


GOOD = {
    " https://api.eu.assemblyai.com/ \n": "https://api.eu.assemblyai.com",
    "HTTPS://API.eu.assemblyai.com": "HTTPS://API.eu.assemblyai.com",
    "http://[::1]:8000/": "http://[::1]:8000",
    "https://gateway.example/speech/": "https://gateway.example/speech",
    "https://xn--hst-sna.example": "https://xn--hst-sna.example",
    "http://docker_name:8000": "http://docker_name:8000",
}


@pytest.mark.parametrize(("url", "base_url"), GOOD.items())
def test_an_address_may_have_a_port_and_the_path_of_a_gateway(url, base_url):
    found = resolved(settings_key="s", environ={"ASSEMBLYAI_BASE_URL": url})
    assert (found.base_url, found.variable) == (base_url, "ASSEMBLYAI_BASE_URL")


@pytest.mark.parametrize("url", [7, b"https://host.example", ""])
def test_an_address_in_the_settings_names_them(url):
    with pytest.raises(OptionError, match=r"aai\.settings\.base_url"):
        resolved(settings_key="s", settings_url=url)


@pytest.mark.parametrize(
    ("url", "is_readable"),
    [
        ("http://host.example", True),
        ("http://127.0.0.1.example:80", True),
        ("http://192.168.0.7", True),
        ("https://host.example", False),
        ("http://localhost:8000", False),
        ("http://[::1]:8000", False),
    ],
)
def test_plain_http_to_another_machine_can_be_read_on_the_way(url, is_readable):
    assert resolved(settings_key="s", settings_url=url).is_readable_on_the_way == is_readable


KEYS = {
    "…": "characters",
    "\u201ck\u201d": "characters",
    "one\ntwo": "characters",
    "one\ttwo": "characters",
    "sch\u00fcssel": "characters",
    "'onetwo'": "quotation marks",
    '"onetwo"': "quotation marks",
    "onetwo'": "quotation marks",
    "Bearer onetwo": "Bearer",
    "bearer onetwo": "Bearer",
    "one two": "space",
}


@pytest.mark.parametrize(("key", "found"), KEYS.items())
def test_what_is_no_key_is_refused_without_showing_it(key, found):
    with pytest.raises(OptionError, match="to the key itself") as caught:
        resolved(environ={"ASSEMBLYAI_API_KEY": key})
    assert found in str(caught.value)
    assert "ASSEMBLYAI_API_KEY" in str(caught.value)
    assert "one" not in str(caught.value)


def test_a_key_of_another_type_in_the_settings_is_refused_without_showing_it():
    with pytest.raises(OptionError, match=r"aai\.settings\.api_key") as caught:
        resolved(settings_key=b"4711")
    assert "4711" not in str(caught.value)


@pytest.mark.parametrize("key", ["", " ", "\n"])
def test_an_empty_key_is_none(key):
    with pytest.raises(NoConnectionError):
        resolved(environ={"ASSEMBLYAI_API_KEY": key})
