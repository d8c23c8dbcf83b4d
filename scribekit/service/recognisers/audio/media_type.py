"""Recognises the type of a file by its first bytes, for the error about a file without audio."""

from __future__ import annotations

from pathlib import Path

from scribekit.base import contract
from scribekit.base.files import open_regular
from scribekit.service.recognisers.base import RecognitionError

_HEAD_BYTES = 4096
_OTHER_TYPES = (
    (b"%PDF", "application/pdf (PDF document)"),
    (b"PK\x03\x04", "application/zip (Zip archive data)"),
    (b"\x1f\x8b", "application/gzip (gzip compressed data)"),
    (b"\x89PNG", "image/png (PNG image data)"),
    (b"\xff\xd8\xff", "image/jpeg (JPEG image data)"),
    (b"GIF8", "image/gif (GIF image data)"),
)
_MEDIA_TYPES = (
    (b"RIFF", "audio/x-wav (RIFF data)"),
    (b"RF64", "audio/x-wav (RF64 data)"),
    (b"OggS", "audio/ogg (Ogg data)"),
    (b"fLaC", "audio/flac (FLAC audio)"),
    (b"ID3", "audio/mpeg (MPEG audio)"),
    (b"\x1aE\xdf\xa3", "video/webm (Matroska data)"),
    (b"#!AMR", "audio/amr (AMR audio)"),
    (b"FORM", "audio/x-aiff (AIFF audio)"),
)
_HTML = (b"<!doctype html", b"<html")


def no_audio_error(path: Path) -> RecognitionError:
    """Return the contract's error for a file without audio."""
    return RecognitionError(f"{contract.ERROR_NO_AUDIO}{describe(path)}.")


def no_file_error() -> RecognitionError:
    """Return the contract's error for an address where there is no file to read."""
    return RecognitionError(f"{contract.ERROR_DOWNLOAD}. There is no file at the address.")


def is_media(path: Path) -> bool:
    """Whether the file begins like an audio or video file of a common type."""
    head = _head(path)
    return head[4:8] in (b"ftyp", b"moov", b"mdat") or any(head.startswith(mark) for mark, _ in _MEDIA_TYPES)


def describe(path: Path) -> str:
    """Return the media type and a description, for example ``"text/html (HTML document, ASCII text)"``."""
    head = _head(path)
    if not head:
        return "inode/x-empty (empty)"
    if head[4:8] == b"ftyp":
        return "video/mp4 (ISO Media)"
    for mark, description in _OTHER_TYPES + _MEDIA_TYPES:
        if head.startswith(mark):
            return description
    return _describe_text(head)


def _describe_text(head: bytes) -> str:
    if b"\0" in head:
        return "application/octet-stream (data)"
    encoding = "ASCII text" if head.isascii() else "Unicode text"
    start = head.lstrip().lower()
    if start.startswith(_HTML):
        return f"text/html (HTML document, {encoding})"
    if start.startswith((b"{", b"[")):
        return "application/json (JSON data)"
    return f"text/plain ({encoding})"


def _head(path: Path) -> bytes:
    with open_regular(path) as file:
        return file.read(_HEAD_BYTES)
