import io
import os
import wave

import av
import numpy as np
import pytest
from sounds import encode, noise

from scribekit.base.errors import ScribekitError
from scribekit.recordings.clips import RATE_HZ, Sound, levels_db, wav_clip

STEP_S = 0.5
"""Every half second another pitch, so that a clip tells where it comes from."""
SECONDS = 40


def pitch(time_s):
    return 200 + 40 * int(time_s / STEP_S)


def write(path, codec, rate, layout):
    times = np.arange(SECONDS * rate) / rate
    steps = (times / STEP_S).astype(int)
    wave_form = (0.5 * np.sin(2 * np.pi * (200 + 40 * steps) * times)).astype(np.float32)
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=rate, layout=layout)
        resampler = av.AudioResampler(stream.codec_context.format, layout, rate, frame_size=stream.codec_context.frame_size or 1024)
        frame = av.AudioFrame.from_ndarray(wave_form.reshape(1, -1), format="flt", layout="mono")
        frame.sample_rate = rate
        for piece in [*resampler.resample(frame), *resampler.resample(None), None]:
            for packet in stream.encode(piece):
                container.mux(packet)


def samples_of(clip):
    with wave.open(io.BytesIO(clip)) as file:
        assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (RATE_HZ, 1, 2)
        return np.frombuffer(file.readframes(file.getnframes()), "<i2")


def heard(samples):
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(len(samples)), 1 << 16))
    return spectrum.argmax() * RATE_HZ / (1 << 16)


FILES = [("a.wav", "pcm_s16le", 44100, "stereo"), ("a.mp3", "libmp3lame", 44100, "stereo"), ("a.flac", "flac", 16000, "mono"),
         ("a.m4a", "aac", 48000, "mono"), ("a.opus", "libopus", 48000, "mono")]  # fmt: skip


@pytest.fixture(scope="module", params=FILES, ids=[name for name, *_ in FILES])
def recording(request, tmp_path_factory):
    name, *arguments = request.param
    path = tmp_path_factory.mktemp("audio") / name
    write(path, *arguments)
    return path


@pytest.mark.long
@pytest.mark.parametrize("start_s", [0.0, 0.5, 17.0, 38.5])
def test_a_clip_is_what_was_said_then(recording, start_s):
    samples = samples_of(wav_clip(recording, start_s, start_s + STEP_S))
    assert len(samples) == pytest.approx(STEP_S * RATE_HZ, abs=2)
    whole, edge = len(samples), len(samples) // 10  # a clip that is 50 ms off has another pitch at an edge
    for part in (samples[edge : whole // 2], samples[whole // 2 : -edge]):
        assert heard(part) == pytest.approx(pitch(start_s), abs=8)


def test_a_clip_ends_with_its_recording(recording):
    assert 0.4 < len(samples_of(wav_clip(recording, SECONDS - 0.5, SECONDS + 5))) / RATE_HZ < 0.7


def test_a_clip_from_beyond_the_end_is_told(recording):
    with pytest.raises(ScribekitError, match="no sound between"):
        wav_clip(recording, SECONDS + 10, SECONDS + 11)


@pytest.mark.parametrize("content", [None, b"", b"text"])
def test_a_file_that_cannot_be_played_is_told(tmp_path, content):
    if content is not None:
        (tmp_path / "x.mp3").write_bytes(content)
    with pytest.raises(ScribekitError, match="cannot be played"):
        wav_clip(tmp_path / "x.mp3", 0, 1)


@pytest.fixture
def beep(tmp_path):
    """Silence of 130 s with a square wave at half of full scale from 100 to 101 s."""
    rate = 8000
    samples = np.zeros(130 * rate, dtype="<i2")
    samples[100 * rate : 101 * rate] = 16384 * np.sign(np.sin(2 * np.pi * 200 * np.arange(rate) / rate + 0.01))
    with wave.open(str(tmp_path / "beep.wav"), "wb") as file:
        file.setparams((1, 2, rate, 0, "NONE", ""))
        file.writeframes(samples.tobytes())
    return tmp_path / "beep.wav"


def test_the_level_of_a_stretch_is_that_of_its_loudest_moment(beep):
    starts_ms, ends_ms = [0, 98_000, 99_000, 101_500, 140_000], [500, 99_000, 100_500, 102_000, 141_000]
    silence, before, loud, after, beyond = levels_db(beep, starts_ms, ends_ms)
    assert silence == before == after == -100.0
    assert loud == pytest.approx(-6.02, abs=0.5)
    assert np.isnan(beyond)


def test_a_little_sound_beside_a_stretch_counts(beep):
    assert levels_db(beep, [99_500], [99_950])[0] == pytest.approx(-6.02, abs=0.5)


def test_no_stretches_have_no_levels(beep):
    assert levels_db(beep, [], []).tolist() == []


@pytest.mark.parametrize("content", ["ffconcat version 1.0\nfile a.wav\n", None], ids=["a playlist of itself", "a pipe"])
def test_what_is_not_a_recording_holds_nothing_up(tmp_path, content):
    path = tmp_path / "a.wav"
    os.mkfifo(path) if content is None else path.write_text(content)
    with pytest.raises(ScribekitError, match="cannot be played"):
        wav_clip(path, 0.0, 1.0)


@pytest.mark.parametrize("kind", ["opposed", "second track"])
def test_sound_is_heard_whatever_its_channels_and_tracks(tmp_path, kind):
    voice = noise(4)[None]
    if kind == "opposed":
        path = encode(tmp_path / "a.wav", [np.concatenate([voice, -voice])], codec="pcm_s16le")
    else:
        path = encode(tmp_path / "a.mka", [0 * voice, voice], codec="pcm_s16le")
    with Sound(path) as sound:
        assert sound.samples(1, 3) == pytest.approx(voice[0, 16_000:48_000], abs=1)
    assert levels_db(path, [1000], [2000])[0] > -40


def test_a_clip_of_late_sound_is_where_the_picture_has_it(tmp_path):
    voice = noise(4)[None]
    path = encode(tmp_path / "a.mov", [voice], codec="pcm_s16le", starts_s=5, picture_s=10)
    with Sound(path) as sound:
        assert sound.samples(6, 8) == pytest.approx(voice[0, 16_000:48_000], abs=1)
        assert not len(sound.samples(1, 3))
