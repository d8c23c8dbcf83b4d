import pytest

from scribekit.service.recognisers.audio.media_type import describe, is_media


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (b"", "inode/x-empty (empty)"),
        (b"<!DOCTYPE html><p>", "text/html (HTML document, ASCII text)"),
        ("  <html>é".encode(), "text/html (HTML document, Unicode text)"),
        (b'{"error": 404}', "application/json (JSON data)"),
        (b"%PDF-1.7", "application/pdf (PDF document)"),
        (b"PK\x03\x04..", "application/zip (Zip archive data)"),
        (b"\x00\x00\x00\x20ftypM4A ", "video/mp4 (ISO Media)"),
        (b"\x01\x00\x02", "application/octet-stream (data)"),
    ],
)
def test_files_are_described_by_their_first_bytes(tmp_path, head, kind):
    path = tmp_path / "recording.mp3"
    path.write_bytes(head)
    assert describe(path) == kind


def test_sound_files_are_media_and_pages_are_not(samples, tmp_path):
    sounds = ["support_call.flac", "earnings_numbers.ogg", "standup_terms.mp4", "silence.wav", "broken_truncated.m4a"]
    assert all(is_media(samples / "audio" / name) for name in sounds)
    assert not is_media(samples / "audio" / "broken_text.mp3")
