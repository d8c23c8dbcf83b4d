"""What a file is by its first bytes, in the words that the service uses when it finds no audio in it."""

from __future__ import annotations

from pathlib import Path

_HEAD = 4096
_KINDS = (
    (b"%PDF", "application/pdf (PDF document)"),
    (b"PK\x03\x04", "application/zip (Zip archive data)"),
    (b"\x1f\x8b", "application/gzip (gzip compressed data)"),
    (b"\x89PNG", "image/png (PNG image data)"),
    (b"\xff\xd8\xff", "image/jpeg (JPEG image data)"),
    (b"GIF8", "image/gif (GIF image data)"),
)
_MEDIA = (
    (b"RIFF", "audio/x-wav (RIFF data)"),
    (b"RF64", "audio/x-wav (RF64 data)"),
    (b"OggS", "audio/ogg (Ogg data)"),
    (b"fLaC", "audio/flac (FLAC audio)"),
    (b"ID3", "audio/mpeg (MPEG audio)"),
    (b"\x1aE\xdf\xa3", "video/webm (Matroska data)"),
    (b"#!AMR", "audio/amr (AMR audio)"),
    (b"FORM", "audio/x-aiff (AIFF audio)"),
)
_PAGES = (b"<!doctype html", b"<html")


def is_media(path: Path) -> bool:
    """Whether the file begins like a sound or film file of a common kind."""
    head = _head(path)
    return head[4:8] in (b"ftyp", b"moov", b"mdat") or any(head.startswith(mark) for mark, _ in _MEDIA)


def describe(path: Path) -> str:
    """The media type and a description, for example ``"text/html (HTML document, ASCII text)"``."""
    head = _head(path)
    if not head:
        return "inode/x-empty (empty)"
    if head[4:8] == b"ftyp":
        return "video/mp4 (ISO Media)"
    for mark, kind in _KINDS + _MEDIA:
        if head.startswith(mark):
            return kind
    return _described_text(head)


def _described_text(head: bytes) -> str:
    if b"\0" in head:
        return "application/octet-stream (data)"
    encoding = "ASCII text" if head.isascii() else "Unicode text"
    start = head.lstrip().lower()
    if start.startswith(_PAGES):
        return f"text/html (HTML document, {encoding})"
    if start.startswith((b"{", b"[")):
        return "application/json (JSON data)"
    return f"text/plain ({encoding})"


def _head(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(_HEAD)
