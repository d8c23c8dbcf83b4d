"""Recordings that can be sent, but are not what they say: from the scan to the table of jobs."""

import pytest
from sounds import cut, encode, noise

import scribekit as sk

LIMITS = sk.Limits(poll_s=0.05, settle_s=0.3, backoff_s=0.05)


def test_the_length_of_a_broken_file_is_said_before_and_after(bench, tmp_path):
    bench("--speed", "2000", "--slots", "50")
    cut(encode(tmp_path / "cut.m4a", [noise(48)[None]], options={"movflags": "faststart"}))
    encode(tmp_path / "whole.m4a", [noise(30, seed=2)[None]])
    manifest = sk.scan(tmp_path, progress=False)
    assert manifest["duration_s"].tolist() == pytest.approx([24, 30], abs=0.5)
    assert manifest["warning"].fillna("").str.partition(":")[0].tolist() == ["cut_off", ""]
    batch = sk.submit_batch(manifest, corpus=tmp_path / "c", limits=LIMITS, progress=False)
    jobs = sk.collect(batch, progress=False)
    assert jobs["status"].tolist() == ["completed", "completed"]
    assert jobs["warning"].fillna("").str.partition(":")[0].tolist() == ["length", ""]  # this service believes the header
    assert "the manifest says 23.9 s" in jobs["warning"][0]


def test_sound_that_starts_late_is_no_other_length(bench, tmp_path):
    bench("--speed", "2000", "--slots", "50")
    encode(tmp_path / "late.mp4", [noise(30)[None]], starts_s=10, picture_s=40)
    manifest = sk.scan(tmp_path, progress=False)
    assert manifest["duration_s"].tolist() == pytest.approx([40], abs=0.2)
    batch = sk.submit_batch(manifest, corpus=tmp_path / "c", limits=LIMITS, progress=False)
    assert sk.collect(batch, progress=False)["warning"].isna().all()
