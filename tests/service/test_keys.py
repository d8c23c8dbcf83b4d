import os

import pytest

from scribekit.base.errors import OptionError
from scribekit.service.keys import VARIABLE, given_key, new_key


def test_the_key_leaves_the_environment_with_its_first_reading():
    environ = {VARIABLE: " a-key\n", "OTHER": "x"}
    assert given_key(None, environ) == "a-key"
    assert environ == {"OTHER": "x"}
    assert given_key(None, environ) is None


def test_a_file_comes_before_the_variable_which_leaves_all_the_same(tmp_path):
    path = tmp_path / "key"
    path.touch(0o600)
    path.write_text("from-the-file\r\nmore\n")
    environ = {VARIABLE: "from-the-variable"}
    assert given_key(str(path), environ) == "from-the-file"
    assert environ == {}


@pytest.mark.parametrize("key", ["", "  ", "two words", "a\tb", "clé", "a\x7fb"])
def test_what_no_key_is(key):
    with pytest.raises(OptionError, match=VARIABLE):
        given_key(None, {VARIABLE: key})


@pytest.mark.skipif(os.name != "posix", reason="no modes of files")
@pytest.mark.parametrize("mode", [0o644, 0o640, 0o620, 0o604])
def test_a_file_that_others_can_read_or_write_is_refused(tmp_path, mode):
    path = tmp_path / "key"
    path.write_text("a-key")
    path.chmod(mode)
    with pytest.raises(OptionError, match="chmod 600"):
        given_key(str(path), {})


def test_each_new_key_is_another():
    assert len({new_key() for _ in range(100)}) == 100
