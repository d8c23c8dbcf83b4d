import unicodedata
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scribekit.transcripts.captions.text import clean, glue, width

ANY_TEXT = st.text(st.characters())


@given(ANY_TEXT)
def test_clean_text_is_one_composed_line_that_xml_and_utf8_can_hold(text):
    line = clean(text)
    assert len(line.splitlines()) <= 1
    assert line == unicodedata.normalize("NFC", line).strip()
    assert ET.fromstring(f"<a>{line.replace('&', '&amp;').replace('<', '&lt;')}</a>").text in (line, None)
    line.encode("utf-8")


@given(ANY_TEXT)
def test_cleaning_twice_changes_nothing(text):
    assert clean(clean(text)) == clean(text)


@given(st.text("abcdefgh éüßאבגд中 ", max_size=30))
def test_clean_text_keeps_every_visible_character(text):
    assert clean(text).split() == unicodedata.normalize("NFC", text).split()


def test_no_break_spaces_stay():
    assert clean("Vraiment\u00a0?\nOui") == "Vraiment\u00a0? Oui"


@pytest.mark.parametrize(("text", "columns"), [("", 0), ("abc", 3), ("é", 1), ("e\u0301", 1), ("世界", 4), ("ｶ", 1), ("🌍", 2)])
def test_width(text, columns):
    assert width(text) == columns


@pytest.mark.parametrize(
    ("left", "right", "between"), [("a", "b", " "), ("世", "界", ""), ("ไทย", "ไทย", ""), ("iPhone", "を", " "), ("한국", "어", " ")]
)
def test_glue(left, right, between):
    assert glue(left, right) == between
