"""A folder in which recordings are not what they seem, from the scan to the sound: nothing hangs, and each is a row that says why."""

import os
import socket

import numpy as np
import pytest
from corpora import write_tone

import scribekit as sk
from scribekit.base import contract
from scribekit.base.files import stamp
from scribekit.recordings.manifest import Facts
from scribekit.recordings.probe_cache import ProbeCache

LIMITS = sk.Limits(poll_s=0.05, settle_s=0.3, backoff_s=0.05)
NAMES = ["-i.wav", "a%03d.wav", "concat:a|b.wav", "pipe:0.wav"]


def pipe_instead_of(path):
    path.unlink()
    os.mkfifo(path)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    library = tmp_path / "library"
    library.mkdir()
    monkeypatch.chdir(library)
    for number, name in enumerate(NAMES):
        write_tone(library / name, seconds=2 + number)
    os.mkfifo("pipe.wav")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind("socket.wav")
    (library / "device.wav").symlink_to("/dev/zero")
    (library / "link.wav").symlink_to(NAMES[0])
    (library / "circle.wav").symlink_to("circle.wav")
    (library / "playlist.mp3").write_text("ffconcat version 1.0\nfile playlist.mp3\n")
    (library / "giant.mp3").touch()
    os.truncate("giant.mp3", 10**12)
    return library


def test_each_is_a_row_that_says_why(folder):
    found = sk.scan(folder, progress=False).set_index("recording_id")["problem"].str.partition(":")[0]
    assert found.drop(NAMES).to_dict() == {
        "circle.wav": "unreadable",
        "device.wav": "unreadable",
        "giant.mp3": "too_large",
        "link.wav": "duplicate",
        "pipe.wav": "unreadable",
        "playlist.mp3": "no_audio",
        "socket.wav": "unreadable",
    }
    assert found[NAMES].isna().all()


def test_a_pipe_that_takes_a_place_after_the_scan_is_one_failed_row(bench, tmp_path, folder):
    bench("--speed", "2000", "--slots", "50")
    manifest = sk.scan(folder / "*.wav", progress=False)
    pipe_instead_of(folder / NAMES[1])
    batch = sk.submit_batch(manifest, corpus=tmp_path / "c", limits=LIMITS, progress=False)
    jobs = sk.collect(batch, progress=False).set_index("recording_id")
    assert jobs.loc[NAMES, "status"].tolist() == ["completed", "error", "completed", "completed"]
    assert jobs.loc[NAMES[1], "error_kind"] == "missing"
    assert "it is a device or a pipe, not a file" in jobs.loc[NAMES[1], "error"]


def test_a_giant_that_takes_a_place_after_the_scan_is_not_sent(bench, tmp_path, folder):
    service = bench("--speed", "2000", "--slots", "50")
    manifest = sk.scan(folder / NAMES[2], progress=False)
    os.truncate(folder / NAMES[2], contract.LARGEST_UPLOAD_BYTES + 1)
    batch = sk.submit_batch(manifest, corpus=tmp_path / "c", limits=LIMITS, progress=False)
    assert sk.collect(batch, progress=False)["error_kind"].tolist() == ["changed"]
    assert service.counters()["jobs_created"] == 0


def test_the_sound_of_a_pipe_is_not_waited_for(bench, tmp_path, folder):
    bench("--speed", "2000", "--slots", "50")
    batch = sk.submit_batch(sk.scan(folder / NAMES[0], progress=False), corpus=tmp_path / "c", limits=LIMITS, progress=False)
    sk.collect(batch, progress=False)
    pipe_instead_of(folder / NAMES[0])
    with pytest.raises(sk.ScribekitError, match="is not there"):
        sk.play({"recording_id": NAMES[0], "start_ms": 0, "end_ms": 500}, corpus=batch)
    assert np.isfinite(sk.flag_for_review(batch, audio_minutes=5)["expected_errors"]).all()
    assert sk.relocate(batch, folder, progress=False) == 0
    widget = sk.widgets.DiarizationReview(batch, NAMES[0])
    assert NAMES[0] in widget.static_text()
    widget.close()


def test_a_file_that_changed_unseen_is_read_again_once_the_upload_has_found_it_out(bench, tmp_path, folder):
    """On a disk that keeps no time of its own, only the upload shows that the content is another."""
    bench("--speed", "2000", "--slots", "50")
    path = folder / NAMES[0]
    before = sk.scan(path, progress=False)
    path.write_bytes(path.read_bytes()[:-2] + b"\x01\x02")
    with ProbeCache() as cache:
        cache.write({str(path): (stamp(path.stat()), Facts(duration_s=float(before["duration_s"][0]), sha256=before["sha256"][0]))})
    unseen = sk.scan(path, progress=False)
    assert unseen["sha256"].tolist() == before["sha256"].tolist()
    batch = sk.submit_batch(unseen, corpus=tmp_path / "c", limits=LIMITS, progress=False)
    assert sk.collect(batch, progress=False)["error_kind"].tolist() == ["changed"]
    batch = sk.submit_batch(sk.scan(path, progress=False), corpus=tmp_path / "c", limits=LIMITS, progress=False)
    assert sk.collect(batch, progress=False)["status"].tolist() == ["completed"]
