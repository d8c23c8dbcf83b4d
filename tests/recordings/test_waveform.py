import os
import wave
from pathlib import Path

import av
import numpy as np
import pytest

from scribekit.base.errors import ScribekitError
from scribekit.recordings.waveform import FACTOR, STEP_MS, Waveform, damaged_peaks

RATE = 8000


def write(path, samples, channels=1):
    with wave.open(str(path), "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(np.ascontiguousarray(samples, dtype="<i2").tobytes())
    return path


def computed(path, cache, **options):
    waveform = Waveform(path, cache, **options)
    for _ in waveform.compute(seconds_at_a_time=0):
        assert not waveform.is_complete
    return waveform


@pytest.fixture
def clicks(tmp_path):
    samples = np.zeros(60 * RATE, dtype=np.int16)
    for second, height in [(1, 32000), (30.005, -32768), (59.5, 8000)]:
        samples[round(second * RATE)] = height
    return write(tmp_path / "clicks.wav", samples)


def test_each_moment_shows_its_loudest_sample(clicks, tmp_path):
    waveform = computed(clicks, tmp_path / "peaks", duration_s=60)
    peaks = np.frombuffer(waveform.level(0, 0, 10**6), dtype=np.uint8)
    assert len(peaks) == 60_000 // STEP_MS == waveform.known_ms // STEP_MS
    assert dict(zip(np.flatnonzero(peaks).tolist(), peaks[peaks > 0].tolist(), strict=True)) == {100: 250, 3000: 255, 5950: 62}


def test_a_coarser_level_shows_the_loudest_of_the_finer_one(clicks, tmp_path):
    waveform = computed(clicks, tmp_path / "peaks")
    fine = np.frombuffer(waveform.level(0, 0, 6000), dtype=np.uint8)
    coarse = np.frombuffer(waveform.level(2, 10, 100), dtype=np.uint8)
    width = FACTOR**2
    assert coarse.tolist() == fine[10 * width : 110 * width].reshape(-1, width).max(axis=1).tolist()
    assert waveform.level(3, 10**6, 5) == b""


def test_the_louder_channel_counts(tmp_path):
    left, right = np.zeros(RATE, dtype=np.int16), np.zeros(RATE, dtype=np.int16)
    left[100], right[100] = 16384, -16384  # a mix of the two would be silence
    waveform = computed(write(tmp_path / "two.wav", np.column_stack([left, right]), channels=2), tmp_path / "peaks")
    assert max(waveform.level(0, 0, 100)) == 128


def test_what_was_computed_is_kept_until_the_file_changes(clicks, tmp_path):
    first = computed(clicks, tmp_path / "peaks").level(0, 0, 6000)
    again = Waveform(clicks, tmp_path / "peaks")
    assert again.is_complete
    assert again.level(0, 0, 6000) == first
    write(clicks, np.full(RATE, 500))
    assert not Waveform(clicks, tmp_path / "peaks").is_complete


def test_what_was_computed_of_a_known_recording_is_kept_when_it_is_moved(clicks, tmp_path):
    first = computed(clicks, tmp_path / "peaks", sha256="5e1f").level(0, 0, 6000)
    moved = clicks.rename(tmp_path / "moved.wav")
    again = Waveform(moved, tmp_path / "peaks", sha256="5e1f")
    assert again.is_complete
    assert again.level(0, 0, 6000) == first
    assert not Waveform(moved, tmp_path / "peaks", sha256="another").is_complete
    write(moved, np.full(RATE, 500))
    assert not Waveform(moved, tmp_path / "peaks", sha256="5e1f").is_complete


def test_a_recording_may_be_called_as_a_home_folder_is(clicks, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    clicks.rename(tmp_path / "~root.wav")
    assert computed(Path("~root.wav"), tmp_path / "peaks").is_complete


def test_where_nothing_can_be_kept_it_works_all_the_same(clicks, tmp_path):
    (tmp_path / "file").write_text("in the way")
    assert computed(clicks, tmp_path / "file" / "peaks").is_complete


@pytest.mark.parametrize("content", [None, b"no sound at all"])
def test_what_is_no_recording_is_told(tmp_path, content):
    path = tmp_path / "x.mp3"
    if content:
        path.write_bytes(content)
    with pytest.raises(ScribekitError, match="cannot be opened"):
        computed(path, tmp_path / "peaks")


def test_damaged_peaks_are_computed_again(clicks, tmp_path):
    cache = tmp_path / "peaks"
    whole = computed(clicks, cache).level(0, 0, 10**6)
    (path,) = cache.iterdir()
    content = path.read_bytes()
    for harmed in (content[:-5], content[:100] + bytes([content[100] ^ 1]) + content[101:], b"", b"scribekit peaks"):
        path.write_bytes(harmed)
        assert damaged_peaks(cache) == [path]
        assert not Waveform(clicks, cache).is_complete
        assert computed(clicks, cache).level(0, 0, 10**6) == whole
        assert damaged_peaks(cache) == []


@pytest.mark.parametrize("content", ["ffconcat version 1.0\nfile a.wav\n", None], ids=["a playlist of itself", "a pipe"])
def test_what_is_not_a_recording_holds_nothing_up(tmp_path, content):
    path = tmp_path / "a.wav"
    os.mkfifo(path) if content is None else path.write_text(content)
    with pytest.raises(ScribekitError, match="cannot be opened"):
        computed(path, tmp_path / "cache")


def test_a_time_stamp_of_years_asks_for_no_memory(tmp_path):
    path, second = tmp_path / "a.mka", 8000
    with av.open(str(path), "w", format="matroska") as container:
        stream = container.add_stream("pcm_s16le", rate=second, layout="mono")
        for start in (0, second * 10**9):
            frame = av.AudioFrame.from_ndarray(np.full((1, second), 9000, dtype="<i2"), format="s16", layout="mono")
            frame.sample_rate, frame.pts = second, start
            container.mux(stream.encode(frame))
    assert computed(path, tmp_path / "cache", duration_s=1e15).known_ms == 1000
