import threading
import wave

import pytest

from scribekit.base import contract
from scribekit.service.recognisers.audio.media import Span
from scribekit.service.recognisers.base import RecognitionError
from scribekit.service.recognisers.openai.sound import read_sound


def read(path, *, split=False, span=None, stopped=None):
    return read_sound(path, split_channels=split, span=span or Span(), stopped=stopped or threading.Event())


def test_a_channel_is_a_file_of_16_khz(recording):
    sound = read(recording(seconds=3, channels=2), split=True, span=Span(1000, 2500))
    assert (sound.start_ms, sound.length_ms, sound.channels, sound.duration_s) == (1000, 1500, 2, pytest.approx(3.0))
    for file in sound.files:
        file.seek(0)
        with wave.open(file, "rb") as found:
            assert (found.getframerate(), found.getnchannels(), found.getsampwidth(), found.getnframes()) == (16_000, 1, 2, 24_000)
    sound.close()
    assert all(file.closed for file in sound.files)


def test_it_ends_when_it_is_told_to(recording):
    stopped = threading.Event()
    stopped.set()
    with pytest.raises(RecognitionError, match=contract.ERROR_SERVER):
        read(recording(), stopped=stopped)


def test_a_full_disk_is_said(recording, monkeypatch):
    def full(**_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("tempfile.TemporaryFile", full)
    with pytest.raises(RecognitionError, match="No copy of the recording could be written: No space left on device"):
        read(recording())
