"""XML of files that somebody else made, alone or as the parts of an Office file. Nothing in it makes memory grow without end. Pure."""

from __future__ import annotations

import zipfile
from xml.etree import ElementTree as ET

LARGEST_PART_BYTES = 1 << 30


def parse_xml(content: bytes) -> ET.Element:
    """Return the root of an XML document.

    Raises:
        ValueError: It defines entities, or its encoding is not known.
        ParseError: It is not XML.
    """
    start = content[:1000].replace(b"\0", b"")  # in UTF-16 every other byte is zero
    if b"<!DOCTYPE" in start or b"<!ENTITY" in start:
        raise ValueError("it defines entities, which such a file does not need")
    try:
        return ET.fromstring(content)  # noqa: S314 -- entities are refused above
    except LookupError as cause:
        raise ValueError(f"its encoding is not known ({cause})") from None


def part_of(file: zipfile.ZipFile, name: str) -> bytes:
    """Return a part of an Office file.

    Raises:
        ValueError: It is too large.
        KeyError: The file does not have the part.
        BadZipFile: The file is damaged.
    """
    if file.getinfo(name).file_size > LARGEST_PART_BYTES:
        raise ValueError("it is too large")
    return file.read(name)
