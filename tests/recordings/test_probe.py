import os
import shutil
import wave
from pathlib import Path

import av
import numpy as np
import pytest
from places import SAMPLES
from unprivileged import folder_of_anyone, unprivileged

from scribekit.base import contract
from scribekit.base.files import stamp
from scribekit.recordings import probe
from scribekit.recordings.manifest import Facts, file_problem
from scribekit.recordings.probe_cache import ProbeCache

AUDIO = SAMPLES / "audio"


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    folder = tmp_path / "cache"
    monkeypatch.setenv("SCRIBEKIT_CACHE", str(folder))
    return folder


def wav(path, seconds, rate=16000, channels=1):
    with wave.open(str(path), "wb") as file:
        file.setparams((channels, 2, rate, 0, "NONE", ""))
        file.writeframes(np.zeros(int(seconds * rate) * channels, dtype="int16").tobytes())
    return path


def encoded(path, codec, seconds, rate=16000, layout="mono", **options):
    with av.open(str(path), "w", **options) as container:
        stream = container.add_stream(codec, rate=rate, layout=layout)
        noise = np.random.default_rng(1).integers(-3000, 3000, int(seconds * rate), dtype="int16")
        frame = av.AudioFrame.from_ndarray(noise[None, :], format="s16", layout="mono")
        frame.sample_rate = rate
        for part in av.AudioResampler(stream.codec_context.format or "s16", layout, rate).resample(frame):
            container.mux(stream.encode(part))
        container.mux(stream.encode(None))
    return path


@pytest.mark.parametrize(
    ("name", "seconds", "channels", "rate", "codec"),
    [
        ("podcast_lighthouse.mp3", 48.10, 1, 44100, "mp3"),
        ("interview_bridges.m4a", 56.13, 1, 44100, "aac"),
        ("support_call.flac", 46.03, 2, 16000, "flac"),
        ("earnings_numbers.ogg", 37.47, 1, 48000, "opus"),
        ("standup_terms.mp4", 31.13, 1, 44100, "aac"),
        ("silence.wav", 12.0, 1, 16000, "pcm_s16le"),
    ],
)
def test_the_facts_of_the_samples(name, seconds, channels, rate, codec):
    facts = probe.probe(AUDIO / name)
    assert facts.failure is None
    assert facts.duration_s == pytest.approx(seconds, abs=0.05)
    assert (facts.channels, facts.sample_rate_hz, facts.codec) == (channels, rate, codec)
    assert facts.size_bytes == (AUDIO / name).stat().st_size
    assert len(facts.sha256) == 64


@pytest.mark.parametrize(
    ("name", "failure"),
    [
        ("broken_empty.wav", "empty"),
        ("broken_text.mp3", "no_audio"),
        ("broken_truncated.m4a", "corrupt"),
        ("", "is_folder"),
        ("no.mp3", "missing"),
    ],
)
def test_what_cannot_be_used_is_told(name, failure):
    assert probe.probe(AUDIO / name).failure == failure


def test_a_cut_off_mp3_is_as_long_as_what_is_left(tmp_path):
    whole = (AUDIO / "interview_noisy.mp3").read_bytes()
    (tmp_path / "cut.mp3").write_bytes(whole[:150_000])
    facts = probe.probe(tmp_path / "cut.mp3")
    assert facts.failure is None
    assert facts.duration_s == pytest.approx(56.13 * 150_000 / len(whole), abs=0.1)


def test_a_header_that_promises_too_much_is_not_believed(tmp_path):
    path = wav(tmp_path / "cut.wav", 10)
    path.write_bytes(path.read_bytes()[: 16000 * 2 * 4])
    assert probe.probe(path).duration_s == pytest.approx(4.0, abs=0.01)


def test_an_mp3_without_a_header_is_measured_by_its_packets(tmp_path):
    path = encoded(tmp_path / "bare.mp3", "libmp3lame", 20, options={"write_xing": "0"})
    with av.open(str(path)) as container:
        assert container.duration is not None
    assert probe.probe(path).duration_s == pytest.approx(20, abs=0.15)


def test_a_length_that_no_header_has_is_measured(tmp_path):
    path = encoded(tmp_path / "live.webm", "libopus", 6, rate=48000, options={"live": "1"})
    with av.open(str(path)) as container:
        assert container.duration is None
    assert probe.probe(path).duration_s == pytest.approx(6, abs=0.1)


def test_random_bytes_are_not_a_recording(tmp_path):
    (tmp_path / "noise.mp3").write_bytes(np.random.default_rng(3).bytes(60_000))
    assert probe.probe(tmp_path / "noise.mp3").failure in {"corrupt", "no_audio"}


def test_a_saved_web_page_is_called_one(tmp_path):
    (tmp_path / "talk.mp3").write_text("<!DOCTYPE html><title>Sign in</title>")
    facts = probe.probe(tmp_path / "talk.mp3")
    assert (facts.failure, facts.detail) == ("no_audio", "The file is a web page, not audio.")


def test_a_playlist_in_disguise_opens_nothing_else(tmp_path):
    other = AUDIO / "silence.wav"
    (tmp_path / "list.mp3").write_text(f"#EXTM3U\n#EXT-X-TARGETDURATION:12\n#EXTINF:12,\n{other.as_uri()}\n#EXT-X-ENDLIST\n")
    assert probe.probe(tmp_path / "list.mp3").failure == "no_audio"


def test_a_file_without_samples_lasts_nothing(tmp_path):
    facts = probe.probe(wav(tmp_path / "none.wav", 0))
    assert (facts.failure, facts.duration_s) == (None, 0.0)


def test_a_pipe_is_never_opened(tmp_path):
    os.mkfifo(tmp_path / "pipe.mp3")
    assert probe.probe(tmp_path / "pipe.mp3").failure == "unreadable"


def test_a_forbidden_file_is_unreadable():
    with folder_of_anyone() as folder:
        open_to_all, closed = wav(folder / "open.wav", 1), wav(folder / "closed.wav", 1)
        closed.chmod(0)
        assert probe.probe(closed.with_name("open.wav")).failure is None  # and all that is needed has been imported
        with unprivileged():
            assert [probe.probe(path).failure for path in (open_to_all, closed)] == [None, "unreadable"]


@pytest.mark.parametrize(
    "name", ["🎙 été (1).wav", "e\u0301te\u0301.wav", "a:b.wav", "%d.wav", "-i.wav", "x" * 240 + ".wav", "concat:a|b.wav"]
)
def test_names_of_every_kind(tmp_path, monkeypatch, name):
    wav(tmp_path / name, 1)
    monkeypatch.chdir(tmp_path)
    assert probe.probe(name).duration_s == 1.0


def test_a_name_that_no_disk_takes_is_missing():
    assert probe.probe("x" * 5000 + ".wav").failure == "missing"
    assert probe.probe("a\0b.wav").failure == "missing"


def retag(path):
    """Change a file's content, and set size and time of change to what they were, as tag editors and rsync do."""
    status = Path(path).stat()
    with Path(path).open("r+b") as file:
        file.seek(-2, os.SEEK_END)
        file.write(b"\x01\x02")
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))


def cached(paths):
    with ProbeCache() as cache:
        return cache.read({path: stamp(Path(path).stat()) for path in paths})


def test_an_unchanged_file_is_probed_once(tmp_path):
    path = str(wav(tmp_path / "a.wav", 1))
    assert cached([path]) == {}
    (facts,) = probe.probe_all([path])
    assert cached([path]) == {path: facts}
    with ProbeCache() as cache:
        cache.write({path: (stamp(Path(path).stat()), Facts(duration_s=99.0))})
    assert probe.probe_all([path]) == [Facts(duration_s=99.0)]


@pytest.mark.parametrize("how", ["retagged", "replaced"])
def test_a_file_that_changed_without_changing_size_or_time_is_probed_again(tmp_path, how):
    path = tmp_path / "a.wav"
    (before,) = probe.probe_all([str(wav(path, 1))])
    if how == "retagged":
        retag(path)
    else:
        status = path.stat()
        shutil.copy(path, tmp_path / "new.wav")
        retag(tmp_path / "new.wav")
        os.utime(tmp_path / "new.wav", ns=(status.st_atime_ns, status.st_mtime_ns))
        (tmp_path / "new.wav").replace(path)
    (after,) = probe.probe_all([str(path)])
    assert after.sha256 == probe.probe(path).sha256 != before.sha256
    assert after.size_bytes == before.size_bytes


def test_a_changed_file_is_probed_again(tmp_path):
    path = wav(tmp_path / "a.wav", 1)
    probe.probe_all([str(path)])
    wav(path, 2)
    (facts,) = probe.probe_all([str(path)])
    assert facts.duration_s == 2.0


def test_facts_come_in_the_order_of_the_paths_and_a_path_is_counted_once(tmp_path):
    paths = [str(wav(tmp_path / f"{seconds}.wav", seconds)) for seconds in (3, 1, 2)]
    seen = []
    facts = probe.probe_all([*paths, paths[0], "missing.wav"], on_done=seen.append)
    assert [fact.duration_s for fact in facts] == [3.0, 1.0, 2.0, 3.0, None]
    assert seen == [2, 3, 4]


def test_an_interrupted_probing_continues_where_it_stopped(tmp_path):
    paths = [str(wav(tmp_path / f"{number}.wav", 1)) for number in range(5)]

    def interrupt(done):
        if done == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        probe.probe_all(paths, on_done=interrupt)
    assert list(cached(paths)) == paths[:3]
    assert [facts.duration_s for facts in probe.probe_all(paths)] == [1.0] * 5


@pytest.mark.parametrize("obstacle", ["file", "garbage"])
def test_everything_works_without_a_cache(tmp_path, cache, obstacle):
    if obstacle == "file":
        cache.write_text("a file where the folder should be")
    else:
        cache.mkdir()
        (cache / "probes.sqlite3").write_bytes(b"this is no database, but it is long enough to be taken for one" * 20)
    shutil.copy(AUDIO / "silence.wav", tmp_path / "a.wav")
    for _ in range(2):
        (facts,) = probe.probe_all([str(tmp_path / "a.wav")])
        assert facts.duration_s == 12.0


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("ffconcat version 1.0\nfile a.mp3\n", "The file is a playlist, which names recordings in other places, not audio."),
        ("#EXTM3U\na.mp3\n", "The file is a playlist, which names recordings in other places, not audio."),
        ("just words", "The file is text, not audio."),
        ("<html>", "The file is a web page, not audio."),
        ("v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nt=0 0\nm=audio 5004 RTP/AVP 0\n", "The file is text, not audio."),
    ],
)
def test_what_names_other_files_is_not_audio(tmp_path, content, sentence):
    (tmp_path / "a.mp3").write_text(content)
    facts = probe.probe(tmp_path / "a.mp3")
    assert (facts.failure, facts.detail) == ("no_audio", sentence)


def test_a_picture_is_not_audio(tmp_path):
    (tmp_path / "a.mp3").write_bytes(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x06\0\0\0\x1f\x15\xc4\x89")
    facts = probe.probe(tmp_path / "a.mp3")
    assert (facts.failure, facts.detail) == ("no_audio", "The file is in another format, not audio.")


@pytest.mark.parametrize("size", [contract.LARGEST_UPLOAD_BYTES + 1, 10**13])
def test_a_giant_is_not_opened(tmp_path, monkeypatch, size):
    (tmp_path / "a.wav").touch()
    os.truncate(tmp_path / "a.wav", size)
    monkeypatch.setattr("scribekit.recordings.probe.open_regular", lambda _: pytest.fail("it was opened"))
    facts = probe.probe(tmp_path / "a.wav")
    assert facts == Facts(size_bytes=size)
    assert file_problem(facts).startswith("too_large: ")


def test_a_pipe_that_takes_the_place_of_a_file_is_not_waited_for(tmp_path, monkeypatch):
    """Its state was read while it was a file."""
    path = wav(tmp_path / "a.wav", 1)
    status = path.stat()
    path.unlink()
    os.mkfifo(path)
    monkeypatch.setattr(Path, "stat", lambda self, **_: status)
    facts = probe.probe(path)
    assert (facts.failure, facts.detail) == ("unreadable", "it is a device or a pipe, not a file")
