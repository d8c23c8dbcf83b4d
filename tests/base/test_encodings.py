import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scribekit.base.encodings import decoded


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_unicode_is_read_whatever_its_form(encoding):
    text = "path;title\r\nété.wav;Ärger\r\n"
    mark = {"utf-16-le": b"\xff\xfe", "utf-16-be": b"\xfe\xff"}.get(encoding, b"")
    found, is_guess = decoded(mark + text.encode(encoding))
    assert found.removeprefix("\ufeff") == text
    assert not is_guess


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf_16_without_a_mark_is_known_by_its_zeros(encoding):
    text = "path;title\nété.wav;ĀĐ東\n"
    assert decoded(text.encode(encoding)) == (text, False)


def test_western_windows_is_a_guess_and_other_code_pages_are_refused():
    assert decoded("path\nété – ‘Straße’.wav\n".encode("cp1252")) == ("path\nété – ‘Straße’.wav\n", True)
    for encoding, name in (("cp1251", "Москва"), ("cp1253", "Αθήνα και"), ("shift-jis", "東京の録音"), ("gbk", "北京的录音")):
        with pytest.raises(UnicodeDecodeError):
            decoded(f"path\n{name}.wav\n".encode(encoding))


@given(st.binary(max_size=60))
def test_any_bytes_are_text_or_refused_as_such(content):
    with contextlib.suppress(UnicodeDecodeError):
        decoded(content)
