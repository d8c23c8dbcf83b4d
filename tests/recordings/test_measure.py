import numpy as np
import pytest
from places import SAMPLES
from sounds import cut, encode, noise

from scribekit.recordings.measure import Lengths, length_warning, measure

AUDIO = SAMPLES / "audio"


def kinds(facts):
    return (
        []
        if facts["warning"] is None
        else [part for part in facts["warning"].replace(":", "").split() if "_" in part or part in ("longer", "chained")]
    )


@pytest.mark.parametrize(
    ("lengths", "kind"),
    [
        (Lengths(48, 48), None),
        (Lengths(48, 24), "cut_off"),
        (Lengths(24, 48), "longer"),
        (Lengths(None, 48), None),
        (Lengths(48, None), None),
        (Lengths(None, 48, is_chained=True), "chained"),
        (Lengths(8, 8, 20), "short_sound"),
        (Lengths(3599, 3599, 3601), None),
        (Lengths(48.9, 48), None),
    ],
)
def test_lengths_that_do_not_agree(lengths, kind):
    said = length_warning(lengths)
    assert (said and said.partition(":")[0]) == kind


@pytest.mark.parametrize(
    ("name", "codec", "options"),
    [
        ("a.m4a", "aac", {"options": {"movflags": "faststart"}}),
        ("a.flac", "flac", {}),
        ("a.mka", "aac", {}),
        ("a.mp3", "libmp3lame", {}),
        ("a.wav", "pcm_s16le", {}),
        ("a.aiff", "pcm_s16be", {}),
    ],
)
def test_a_file_that_is_cut_off_is_as_long_as_its_last_packet(tmp_path, name, codec, options):
    path = encode(tmp_path / name, [noise(48)[None]], codec=codec, **options)
    whole = measure(path)
    assert (whole["duration_s"], whole["warning"]) == (pytest.approx(48, abs=0.15), None)
    half = measure(cut(path))
    assert half["duration_s"] == pytest.approx(24, abs=0.5)
    assert kinds(half) == ["cut_off"]


@pytest.mark.parametrize("second", [20, 30])
def test_a_chained_ogg_is_as_long_as_all_of_it(tmp_path, second):
    path = encode(tmp_path / "a.ogg", [noise(20, 48000)[None]], codec="libopus", rate=48000)
    other = encode(tmp_path / "b.ogg", [noise(second, 48000, seed=2)[None]], codec="libopus", rate=48000)
    path.write_bytes(path.read_bytes() + other.read_bytes())
    facts = measure(path)
    assert facts["duration_s"] == pytest.approx(20 + second, abs=0.1)
    assert kinds(facts) in (["chained"], ["longer"], ["cut_off"])


@pytest.mark.parametrize("ending", ["mp4", "mov", "mkv", "ts", "avi"])
def test_a_video_whose_sound_is_shorter(tmp_path, ending):
    codec = "libmp3lame" if ending == "avi" else "aac"
    facts = measure(encode(tmp_path / f"a.{ending}", [noise(8)[None]], codec=codec, picture_s=20))
    assert facts["duration_s"] == pytest.approx(8, abs=0.15)
    assert kinds(facts) == ["short_sound"]


@pytest.mark.parametrize("ending", ["mp4", "mov", "mkv", "ts"])
def test_sound_that_starts_after_the_picture(tmp_path, ending):
    facts = measure(encode(tmp_path / f"a.{ending}", [noise(15)[None]], starts_s=5, picture_s=20))
    assert facts["starts_at_s"] == pytest.approx(5, abs=0.1)
    assert facts["duration_s"] == pytest.approx(20, abs=0.2)
    assert kinds(facts) == ["late_sound"]


@pytest.mark.long
@pytest.mark.parametrize(("name", "codec"), [("a.wav", "pcm_s16le"), ("a.m4a", "aac"), ("a.mp3", "libmp3lame"), ("a.flac", "flac")])
def test_channels_that_cancel_each_other(tmp_path, name, codec):
    one = noise(12)
    assert kinds(measure(encode(tmp_path / name, [np.stack([one, -one])], codec=codec))) == ["out_of_phase"]
    assert kinds(measure(encode(tmp_path / name, [np.stack([one, one])], codec=codec))) == []
    assert kinds(measure(encode(tmp_path / name, [np.stack([one, noise(12, seed=2)])], codec=codec))) == []
    assert kinds(measure(encode(tmp_path / name, [np.stack([one, 0 * one])], codec=codec))) == []


def test_a_silent_first_track(tmp_path):
    silent, loud = np.zeros((1, 16000 * 12), dtype="int16"), noise(12)[None]
    facts = measure(encode(tmp_path / "a.mka", [silent, loud]))
    assert (facts["tracks"], kinds(facts)) == (2, ["silent_track"])
    facts = measure(encode(tmp_path / "b.mka", [loud, silent]))
    assert (facts["tracks"], kinds(facts)) == (2, [])
    assert kinds(measure(encode(tmp_path / "c.mka", [silent, silent]))) == []


def test_the_samples_have_nothing_odd():
    for name in ("podcast_lighthouse.mp3", "interview_bridges.m4a", "support_call.flac", "earnings_numbers.ogg", "standup_terms.mp4"):
        facts = measure(AUDIO / name)
        assert (facts["tracks"], facts["starts_at_s"], facts["warning"]) == (1, 0.0, None)
