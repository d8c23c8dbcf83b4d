import pytest

from scribekit.base.errors import OptionError
from scribekit.base.service_address import address_problem, is_loopback, is_readable_on_the_way, key_problem, speech_server

SECRET = "hunter2-hunter2"


def test_two_ways_to_write_an_address_are_one_server():
    assert speech_server(" HTTP://Lab.Example:8000/v1/ ", None) == speech_server("http://lab.example:8000/v1", "a-key")


@pytest.mark.parametrize(
    ("url", "found"),
    [
        ("lab:8000", "does not begin with https://"),
        (None, "is not text"),
        (f"http://ada:{SECRET}@lab:8000/v1", "The key belongs into key="),
        (f"http://lab/v1?key={SECRET}", "query"),
        ("ftp://lab", "ftp://"),
        (f"http://lab/ {SECRET}", "space"),
    ],
)
def test_a_malformed_server_is_refused_without_what_may_be_a_secret(url, found):
    with pytest.raises(OptionError, match=r"http://127\.0\.0\.1:8000/v1") as caught:
        speech_server(url, SECRET)
    assert found in str(caught.value)
    assert SECRET not in str(caught.value)


def test_what_is_sent_in_the_clear():
    assert is_readable_on_the_way("http://192.168.0.7:8000")
    assert not is_readable_on_the_way("https://lab.example")
    assert is_loopback("LOCALHOST.")


def test_what_no_key_is():
    assert key_problem("sk-1") is None
    assert all(map(key_problem, (7, "a b", "ключ", "'sk-1'")))
    assert address_problem("http://lab", key_belongs="nowhere") is None
