"""Word documents (.docx): the paragraphs as lines of text. Pure."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterator
from xml.etree import ElementTree as ET

from scribekit.base.xml_parts import parse_xml, part_of

_LEFT_OUT = frozenset({"del", "moveFrom", "Fallback", "footnoteReference", "instrText", "rPr", "pPr", "delText"})
_BREAKS = {"tab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-"}


def docx_text(content: bytes) -> str:
    """Return the text of a Word document, an empty line between paragraphs. Cells of a row are one line, with tabs between.

    Raises:
        ValueError: It is not a Word document, or is damaged.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as file:
            root = parse_xml(part_of(file, "word/document.xml"))
    except (zipfile.BadZipFile, KeyError, ET.ParseError, NotImplementedError, RuntimeError, OSError, zlib.error) as cause:
        raise ValueError(f"it is not a Word document, or is damaged ({cause})") from cause
    return "\n\n".join(_blocks(root))


def _blocks(node: ET.Element) -> Iterator[str]:
    """Yield the text of each paragraph, and of each row of a table."""
    for child in node:
        name = _name(child)
        if name == "p":
            yield "".join(_runs(child))
        elif name == "tr":
            cells = [" ".join(" ".join(_blocks(cell)).split()) for cell in child if _name(cell) == "tc"]
            yield "\t".join(cell for cell in cells if cell)
        elif name not in _LEFT_OUT:
            yield from _blocks(child)


def _runs(node: ET.Element) -> Iterator[str]:
    for child in node:
        name = _name(child)
        if name == "t":
            yield child.text or ""
        elif name in _BREAKS:
            yield _BREAKS[name]
        elif name not in _LEFT_OUT:
            yield from _runs(child)


def _name(node: ET.Element) -> str:
    return str(node.tag).rpartition("}")[2]
