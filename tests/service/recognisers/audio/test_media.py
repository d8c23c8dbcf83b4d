import os
import wave

import numpy as np
import pytest
from sounds import encode

from scribekit.base import contract
from scribekit.service.recognisers.audio.media import RATE_HZ, STRETCH_S, Recording, Span, filtered
from scribekit.service.recognisers.base import RecognitionError


def write_wav(path, samples, rate=RATE_HZ):
    with wave.open(str(path), "wb") as file:
        file.setnchannels(samples.shape[0])
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes((samples.T * 32767).astype("<i2").tobytes())
    return path


def tone(hertz, seconds, rate=RATE_HZ):
    return 0.5 * np.sin(2 * np.pi * hertz * np.arange(round(seconds * rate)) / rate)


def whole(recording):
    return np.concatenate([stretch for stretch, _ in recording.stretches()], axis=1)


def loudest_hertz(samples):
    return np.fft.rfftfreq(len(samples), 1 / RATE_HZ)[np.argmax(np.abs(np.fft.rfft(samples)))]


def refusal(path, **options):
    with pytest.raises(RecognitionError) as caught:
        whole(Recording(path, **options))
    return str(caught.value)


def test_channels_are_kept_apart_when_asked(tmp_path):
    path = write_wav(tmp_path / "call.wav", np.stack([tone(300, 2), tone(500, 2)]))
    recording = Recording(path, split_channels=True)
    left, right = whole(recording)
    assert (loudest_hertz(left), loudest_hertz(right)) == (300, 500)
    assert (recording.channels, recording.duration_s) == (2, 2.0)


def test_channels_are_mixed_to_one_otherwise(tmp_path):
    path = write_wav(tmp_path / "call.wav", np.stack([tone(300, 2), tone(500, 2)]))
    recording = Recording(path)
    (mixed,) = whole(recording)
    spectrum = np.abs(np.fft.rfft(mixed))
    assert spectrum[600] == pytest.approx(spectrum[1000], rel=0.01)
    assert recording.channels == 2


def test_four_channels_stay_four(tmp_path):
    path = write_wav(tmp_path / "table.wav", np.stack([tone(hertz, 1) for hertz in (200, 300, 400, 500)]))
    assert [loudest_hertz(channel) for channel in whole(Recording(path, split_channels=True))] == [200, 300, 400, 500]


@pytest.mark.parametrize("rate", [8000, 22050, 44100, 48000])
def test_any_rate_becomes_16_khz(tmp_path, rate):
    path = write_wav(tmp_path / "tone.wav", tone(440, 1.5, rate)[None, :], rate)
    recording = Recording(path)
    (samples,) = whole(recording)
    assert loudest_hertz(samples) == pytest.approx(440, abs=1)
    assert recording.duration_s == pytest.approx(1.5, abs=0.002)


def test_a_span_cuts_the_audio_and_not_the_duration(tmp_path):
    path = write_wav(tmp_path / "two.wav", np.concatenate([tone(300, 2), tone(500, 2)])[None, :])
    recording = Recording(path, span=Span(1900, 3000))
    (samples,) = whole(recording)
    assert len(samples) == 1.1 * RATE_HZ
    assert loudest_hertz(samples[: RATE_HZ // 10]) == 300
    assert loudest_hertz(samples[RATE_HZ // 5 :]) == 500
    assert recording.duration_s == pytest.approx(4.0, abs=0.1)


def test_a_long_recording_comes_in_stretches_of_bounded_length(tmp_path):
    path = write_wav(tmp_path / "long.wav", np.zeros((1, (2 * STRETCH_S + 10) * RATE_HZ)))
    lengths = [(stretch.shape[1] / RATE_HZ, last) for stretch, last in Recording(path).stretches()]
    assert [last for _, last in lengths] == [False, False, True]
    assert max(length for length, _ in lengths) < STRETCH_S + 1
    assert sum(length for length, _ in lengths) == 2 * STRETCH_S + 10


def test_audio_under_160_ms_is_too_short(tmp_path):
    assert refusal(write_wav(tmp_path / "click.wav", tone(300, 0.159)[None, :])) == contract.ERROR_TOO_SHORT
    assert whole(Recording(write_wav(tmp_path / "enough.wav", tone(300, 0.16)[None, :]))).shape == (1, 2560)


def test_a_file_without_samples_and_a_span_behind_the_end_are_too_short(tmp_path):
    assert refusal(write_wav(tmp_path / "none.wav", np.zeros((1, 0)))) == contract.ERROR_TOO_SHORT
    path = write_wav(tmp_path / "second.wav", tone(300, 1)[None, :])
    assert refusal(path, span=Span(5000, None)) == contract.ERROR_TOO_SHORT
    assert refusal(path, span=Span(800, 300)) == contract.ERROR_TOO_SHORT


def test_a_file_that_is_not_media_is_named(samples, tmp_path):
    audio = samples / "audio"
    assert refusal(audio / "broken_text.mp3") == contract.ERROR_NO_AUDIO + "text/plain (ASCII text)."
    assert refusal(audio / "broken_empty.wav") == contract.ERROR_NO_AUDIO + "inode/x-empty (empty)."
    captions = tmp_path / "captions.mp3"
    captions.write_text("1\n00:00:00,000 --> 00:00:02,000\nHello\n\n")
    assert refusal(captions) == contract.ERROR_NO_AUDIO + "text/plain (ASCII text)."


def test_a_damaged_file_is_a_transcoding_error(samples, tmp_path):
    assert refusal(samples / "audio" / "broken_truncated.m4a").startswith(contract.ERROR_TRANSCODING)
    noise = tmp_path / "noise.mp3"
    noise.write_bytes(b"ID3" + np.random.default_rng(1).bytes(40_000))
    assert refusal(noise).startswith(contract.ERROR_TRANSCODING)


def test_what_is_left_of_a_cut_mp3_is_read(samples, tmp_path):
    path = tmp_path / "cut.mp3"
    path.write_bytes((samples / "audio" / "podcast_lighthouse.mp3").read_bytes()[:80_000])
    recording = Recording(path)
    assert whole(recording).shape[1] / RATE_HZ == pytest.approx(10, abs=0.5)
    assert recording.duration_s == pytest.approx(10, abs=0.5)


def test_damage_in_the_middle_costs_only_the_middle(samples, tmp_path):
    sound = bytearray((samples / "audio" / "podcast_lighthouse.mp3").read_bytes())
    sound[200_000:204_000] = np.random.default_rng(2).bytes(4000)
    path = tmp_path / "scratched.mp3"
    path.write_bytes(sound)
    assert whole(Recording(path)).shape[1] / RATE_HZ == pytest.approx(48, abs=1.5)


def test_a_missing_file_is_a_download_error(tmp_path):
    assert refusal(tmp_path / "gone.wav").startswith(contract.ERROR_DOWNLOAD)


def test_filters_work_and_keep_the_number_of_samples():
    rumble = tone(20, 1.01).astype(np.float32)
    filtered_rumble = filtered(rumble, "highpass=f=80,highpass=f=80")
    assert filtered_rumble.shape == rumble.shape
    assert np.std(filtered_rumble) < 0.1 * np.std(rumble)


@pytest.mark.parametrize("content", ["ffconcat version 1.0\nfile a.wav\n", "#EXTM3U\n#EXTINF:1,\nhttp://127.0.0.1:9/a.wav\n"])
def test_a_playlist_is_not_followed(tmp_path, content):
    path = tmp_path / "a.wav"
    path.write_text(content)
    assert refusal(path) == "File does not appear to contain audio. File type is text/plain (ASCII text)."


def test_a_pipe_is_not_waited_for(tmp_path):
    path = tmp_path / "a.wav"
    os.mkfifo(path)
    assert refusal(path).startswith(contract.ERROR_DOWNLOAD)


def pcm(samples):
    return np.round(samples * 32767).astype("int16")


def test_channels_that_are_opposed_do_not_cancel_each_other(tmp_path):
    voice = tone(300, 2)
    path = write_wav(tmp_path / "a.wav", np.stack([voice, -voice]))
    (mixed,) = whole(Recording(path))
    assert mixed == pytest.approx(voice, abs=0.001)
    left, right = whole(Recording(path, split_channels=True))
    assert left == pytest.approx(-right)


def test_sound_that_is_opposed_only_for_a_while_is_all_there(tmp_path):
    voice = np.concatenate([tone(300, 2), tone(300, 2)])
    path = write_wav(tmp_path / "a.wav", np.stack([voice, np.concatenate([tone(300, 2), -tone(300, 2)])]))
    (mixed,) = whole(Recording(path))
    assert np.abs(mixed) == pytest.approx(np.abs(voice), abs=0.001)


@pytest.mark.parametrize("loudness", [0, 1e-3])
def test_the_first_track_that_has_sound_is_taken(tmp_path, loudness):
    faint, low, high = pcm(loudness * tone(500, 3))[None], pcm(tone(300, 3))[None], pcm(tone(700, 3))[None]
    (samples,) = whole(Recording(encode(tmp_path / "a.mka", [faint, low, high])))
    assert loudest_hertz(samples[: 3 * RATE_HZ]) == pytest.approx(300, abs=1)
    (samples,) = whole(Recording(encode(tmp_path / "b.mka", [high, low])))
    assert loudest_hertz(samples[: 3 * RATE_HZ]) == pytest.approx(700, abs=1)


def test_tracks_that_are_all_silent_are_one_silent_recording(tmp_path):
    silence = pcm(np.zeros((1, 3 * RATE_HZ)))
    assert not whole(Recording(encode(tmp_path / "a.mka", [silence, silence]))).any()


def test_sound_that_starts_after_the_picture_has_its_time(tmp_path):
    path = encode(tmp_path / "a.mp4", [pcm(tone(300, 4))[None]], starts_s=5, picture_s=10)
    recording = Recording(path)
    (samples,) = whole(recording)
    assert recording.first_sample / RATE_HZ == pytest.approx(5, abs=0.1)
    assert (recording.first_sample + len(samples)) / RATE_HZ == pytest.approx(9, abs=0.2)
    assert recording.duration_s == pytest.approx(9, abs=0.2)
    cut = Recording(path, span=Span(6000, 8000))
    assert (whole(cut).shape[1], cut.first_sample) == (2 * RATE_HZ, 6 * RATE_HZ)
    assert refusal(path, span=Span(0, 4000)) == contract.ERROR_TOO_SHORT
