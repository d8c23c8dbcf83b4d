import io
import zipfile
from xml.etree import ElementTree as ET

import pytest

from scribekit.base.xml_parts import parse_xml, part_of


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_entities_are_refused(encoding):
    bomb = f'<?xml version="1.0" encoding="{encoding}"?><!DOCTYPE a [<!ENTITY b "bbbb">]><a>&b;</a>'
    with pytest.raises(ValueError, match="entities"):
        parse_xml(bomb.encode(encoding))


def test_xml_is_read_and_what_is_none_is_refused():
    assert parse_xml("<a>é</a>".encode()).text == "é"
    with pytest.raises(ET.ParseError):
        parse_xml(b"<a>")


def test_a_part_that_is_not_there_is_named():
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as file:
        file.writestr("a.xml", "<a/>")
        assert part_of(file, "a.xml") == b"<a/>"
        with pytest.raises(KeyError, match=r"b\.xml"):
            part_of(file, "b.xml")
