import os
import wave

import pytest

from scribekit.base import contract
from scribekit.service.recognisers.audio.probing import probe
from scribekit.service.recognisers.base import RecognitionError


def silence(path, seconds):
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(16_000)
        file.writeframes(bytes(2 * round(16_000 * seconds)))
    return path


def error(path):
    with pytest.raises(RecognitionError) as caught:
        probe(path)
    return str(caught.value)


def test_the_length_and_the_channels_come_from_the_container(samples):
    duration_s, channels = probe(samples / "audio" / "support_call.flac")
    assert (duration_s, channels) == (pytest.approx(46.03, abs=0.05), 2)


def test_files_without_usable_audio_fail_with_the_contracts_sentences(tmp_path):
    text = tmp_path / "page.mp3"
    text.write_text("<!doctype html><html><body>Not found</body></html>")
    assert error(text).startswith("File does not appear to contain audio. File type is text/html (HTML document")
    cut = tmp_path / "cut.m4a"
    cut.write_bytes(b"\0\0\0\x1cftypM4A " + bytes(40))
    assert error(cut).startswith(contract.ERROR_TRANSCODING)
    assert error(silence(tmp_path / "short.wav", 0.1)) == contract.ERROR_TOO_SHORT


@pytest.mark.parametrize("content", ["ffconcat version 1.0\nfile a.wav\n", "#EXTM3U\n#EXTINF:1,\nhttp://127.0.0.1:9/a.wav\n"])
def test_a_playlist_is_not_followed(tmp_path, content):
    path = tmp_path / "a.wav"
    path.write_text(content)
    assert error(path) == "File does not appear to contain audio. File type is text/plain (ASCII text)."


def test_a_pipe_is_not_waited_for(tmp_path):
    path = tmp_path / "a.wav"
    os.mkfifo(path)
    assert error(path).startswith(contract.ERROR_DOWNLOAD)
