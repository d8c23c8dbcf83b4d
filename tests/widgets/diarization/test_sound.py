import io
import wave

import pytest
from corpora import write_tone

from scribekit.base.errors import ScribekitError
from scribekit.widgets.diarization.sound import ClipReader, no_sound_reason


def duration_s(clip):
    with wave.open(io.BytesIO(clip)) as sound:
        return sound.getnframes() / sound.getframerate()


def test_a_clip_is_never_longer_than_a_minute(tmp_path):
    write_tone(tmp_path / "one.wav", seconds=70)
    clips = ClipReader()
    assert duration_s(clips.clip(str(tmp_path / "one.wav"), 2, 4)) == pytest.approx(2, abs=0.01)
    assert duration_s(clips.clip(str(tmp_path / "one.wav"), 0, 70)) == pytest.approx(60, abs=0.01)


def test_without_a_file_there_is_a_reason_instead_of_a_sound(tmp_path):
    write_tone(tmp_path / "here.wav", seconds=1)
    assert no_sound_reason(str(tmp_path / "here.wav")) is None
    for source, reason in {
        None: "names no file",
        "https://host.example/a.mp3": "is at a URL",
        str(tmp_path / "gone.wav"): "Until then",
    }.items():
        assert reason in no_sound_reason(source)
        with pytest.raises(ScribekitError, match=reason):
            ClipReader().clip(source, 0, 1)


def test_reading_to_the_end_of_what_is_not_there_is_no_error(tmp_path):
    ClipReader().read_to_end(str(tmp_path / "gone.wav"), 10)
