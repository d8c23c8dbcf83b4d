"""Transcript files, read: the bytes of a file in, its turns out. Pure. A new format is one function and one line here.

What a file is, its content says, not its name. Read are plain text with speakers and times, SubRip, WebVTT, STM, CTM, RTTM, TextGrid, ELAN
(EAF), Word (DOCX), the notes and the JSON of the export, and the JSON of other services. What is not understood is refused.
"""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

from scribekit.base.encodings import decoded
from scribekit.base.xml_parts import parse_xml
from scribekit.transcripts.readers.fields import field_lines, is_rttm, is_stm, read_ctm, read_rttm, read_stm
from scribekit.transcripts.readers.notes import read_notes
from scribekit.transcripts.readers.objects import read_object, turn_of
from scribekit.transcripts.readers.subtitles import TIMES, read_subtitles
from scribekit.transcripts.readers.text import read_text
from scribekit.transcripts.readers.tiers import read_eaf, read_textgrid
from scribekit.transcripts.readers.turns import Found, Turn
from scribekit.transcripts.readers.word_documents import docx_text

__all__ = ["SUFFIXES", "Found", "Turn", "read_text", "read_transcript", "turn_of"]

_OTHERS = {
    ".pdf": "a PDF",
    ".doc": "an old Word document",
    ".rtf": "RTF",
    ".odt": "an OpenDocument text",
    ".html": "HTML",
    ".htm": "HTML",
    ".ass": "ASS",
    ".ssa": "SSA",
    ".sbv": "SBV",
    ".ttml": "TTML",
    ".dfxp": "TTML",
    ".lrc": "LRC",
    ".sub": "SUB",
    ".csv": "a table",
    ".tsv": "a table",
    ".xlsx": "a workbook",
    ".cha": "CHAT",
    ".exb": "EXMARaLDA",
    ".trs": "Transcriber",
    ".flk": "FOLKER",
    ".otr": "oTranscribe",
    ".xml": "XML",
    ".parquet": "a table",
    ".jsonl": "JSON lines",
    ".zip": "an archive",
    ".tex": "TeX",
    ".pages": "Pages",
}
_READ = (".txt", ".text", ".md", ".markdown", ".srt", ".vtt", ".webvtt", ".stm", ".ctm", ".rttm", ".textgrid", ".eaf", ".docx", ".json")
SUFFIXES = (*_READ, *_OTHERS)
"""Endings of the names of transcript files: those that are read, and those that are refused with advice."""

_MAGIC = (
    (b"%PDF", "a PDF"),
    (b"{\\rtf", "RTF"),
    (b"\xd0\xcf\x11\xe0", "an old Word document"),
    (b"ooBinaryFile", "a binary TextGrid"),
    (b"\x1f\x8b", "an archive"),
)
_ZIP = b"PK\x03\x04"
_ADVICE = "Save it as plain text (UTF-8), SRT, WebVTT or DOCX"
_TEXTGRID = re.compile(r'\s*(?:File type = )?"ooTextFile')
_XML_ROOT = re.compile(r"\s*(?:<\?xml|<!DOCTYPE|<ANNOTATION_DOCUMENT|<html|<tt\b|<TEI\b)", re.IGNORECASE)
_DIALOGUE = re.compile(r"^\[Script Info\]|^Dialogue:\s*\d", re.MULTILINE | re.IGNORECASE)
_CONTROLS = re.compile(r"[\x00-\x06\x0e-\x19]")
_JSON = re.compile(r'\s*(?:\{\s*".*\}|\[\s*[\[{"].*\])\s*', re.DOTALL)
_CHAT = re.compile(r"^@(?:UTF8|Begin|Languages:)", re.MULTILINE)


def read_transcript(content: bytes, name: str, recording: str | None = None) -> Found:
    r"""Return what a transcript file says.

    Args:
        content: The bytes of the file.
        name: Its name. Only its ending counts, and only where the content says nothing.
        recording: The name of the recording, for files that hold several.

    Raises:
        ValueError: It is not understood. The message says why, and goes on after "it" or the name of the file.

    Example:
        >>> read_transcript(b"WEBVTT\n\n00:01.000 --> 00:02.000\n<v Ann>Good morning.\n", "a.vtt").turns
        (Turn(text='Good morning.', speaker='Ann', start_ms=1000, end_ms=2000),)
    """
    suffix = "." + name.lower().rpartition(".")[2]
    known = next((kind for magic, kind in _MAGIC if content.startswith(magic)), None)
    if content.startswith(_ZIP):
        if suffix not in (".docx", ".docm") and b"word/document.xml" not in content:
            raise ValueError(f"it is {_OTHERS.get(suffix, 'an archive')}. {_ADVICE}")
        return read_text(docx_text(content))
    if known:
        raise ValueError(f"it is {known}. {_ADVICE}")
    try:
        text, is_guess = decoded(content)
    except UnicodeDecodeError as cause:
        raise ValueError(f"its text is neither Unicode nor Western ({cause.reason}). Save it as UTF-8") from cause
    if _CONTROLS.search(text):  # also UTF-16 without a mark, where nothing else shows it
        raise ValueError(f"it does not hold text. {_ADVICE}")
    found = _of_text(content, text.removeprefix("\ufeff"), suffix, recording)
    guess = ("it is not in UTF-8, and was read as Windows-1252 (Western European). If letters are wrong, save it as UTF-8",)
    return Found(found.turns, (*found.doubts, *(guess if is_guess else ())))


def _of_text(content: bytes, text: str, suffix: str, recording: str | None) -> Found:
    lines = field_lines(text)
    if _TEXTGRID.match(text):
        return read_textgrid(text)
    if _XML_ROOT.match(text):
        return _of_xml(content)
    if suffix == ".json" or _JSON.fullmatch(text):
        return read_object(content, text, recording)
    if text.lstrip().startswith("WEBVTT") or TIMES.search(text):
        return read_subtitles(text)
    if is_rttm(lines):
        return read_rttm(lines, recording)
    if is_stm(lines):
        return read_stm(lines, recording)
    if suffix == ".ctm":
        return read_ctm(lines, recording)
    for pattern, kind in ((_DIALOGUE, "ASS"), (_CHAT, "CHAT")):
        if pattern.search(text):
            raise ValueError(f"it is {kind}, which is not read. {_ADVICE}")
    if suffix in _OTHERS:
        raise ValueError(f"it is {_OTHERS[suffix]}, which is not read. {_ADVICE}")
    if suffix in (".srt", ".vtt", ".webvtt", ".stm", ".rttm", ".textgrid", ".eaf", ".docx") and text.strip():
        raise ValueError(f"its name ends with {suffix}, but it has another form. Give it another ending if it is plain text")
    return read_notes(text) or read_text(text)


def _of_xml(content: bytes) -> Found:
    try:
        root = parse_xml(content)
    except ET.ParseError as cause:
        raise ValueError(f"it is XML that is damaged ({cause})") from cause
    name = str(root.tag).rpartition("}")[2]
    if name != "ANNOTATION_DOCUMENT":
        raise ValueError(f"it is XML with the root <{name}>, which is not read. {_ADVICE}")
    return read_eaf(root)
