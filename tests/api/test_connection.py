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


@pytest.mark.parametrize("url", ["http://host:port", "api.assemblyai.com", "ftp://host", "https://"])
def test_an_address_that_is_malformed_is_named(url):
    with pytest.raises(OptionError, match="ASSEMBLYAI_BASE_URL"):
        resolved(settings_key="s", environ={"ASSEMBLYAI_BASE_URL": url})


@pytest.mark.parametrize("key", ["…", "\u201ck\u201d", "one\ntwo"])
def test_a_placeholder_for_the_key_is_refused_without_showing_it(key):
    with pytest.raises(OptionError, match="to the key itself") as caught:
        resolved(environ={"ASSEMBLYAI_API_KEY": key})
    assert "one" not in str(caught.value)
