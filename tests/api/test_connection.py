import pytest

from scribekit.api.connection import Connection, resolve
from scribekit.base.errors import NoConnectionError, OptionError

LOCAL = Connection("http://127.0.0.1:1", "k", "embedded:scripted", forgets_jobs=True)


def made(**given):
    return resolve(**{"settings_key": None, "settings_url": "https://api.assemblyai.com", "environ": {}, "local": None} | given)


def test_neither_key_nor_service_names_both_ways_on():
    with pytest.raises(NoConnectionError) as caught:
        made()
    assert "export ASSEMBLYAI_API_KEY=" in str(caught.value)
    assert "sk.local_service()" in str(caught.value)


def test_the_key_of_the_settings_and_of_the_environment():
    assert made(settings_key="s", environ={"ASSEMBLYAI_API_KEY": "e"}).api_key == "s"
    assert made(environ={"ASSEMBLYAI_API_KEY": " e\n"}).api_key == "e"


def test_the_region_names_the_host():
    assert made(settings_key="s").host == "api.assemblyai.com"
    assert made(settings_key="s", settings_url="https://api.eu.assemblyai.com/").host == "api.eu.assemblyai.com"
    assert made(settings_key="s", environ={"ASSEMBLYAI_BASE_URL": "http://127.0.0.1:8000"}).base_url == "http://127.0.0.1:8000"


def test_a_local_service_that_was_started_on_purpose_comes_first():
    assert made(settings_key="s", local=LOCAL) is LOCAL


def test_the_key_is_never_shown():
    assert "secret" not in repr(made(settings_key="secret"))


@pytest.mark.parametrize("url", ["http://host:port", "api.assemblyai.com", "ftp://host", "https://"])
def test_an_address_that_is_none_is_named(url):
    with pytest.raises(OptionError, match="ASSEMBLYAI_BASE_URL"):
        made(settings_key="s", environ={"ASSEMBLYAI_BASE_URL": url})


@pytest.mark.parametrize("key", ["…", "\u201ck\u201d", "one\ntwo"])
def test_a_placeholder_in_the_place_of_the_key_is_told_without_showing_it(key):
    with pytest.raises(OptionError, match="to the key itself") as caught:
        made(environ={"ASSEMBLYAI_API_KEY": key})
    assert "one" not in str(caught.value)
