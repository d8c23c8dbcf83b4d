import json
from collections import Counter

import numpy as np
import pytest

from scribekit.service.recognisers.audio.media import RATE_HZ, Recording
from scribekit.service.recognisers.pocketsphinx.cepstra import COEFFICIENTS, HOP, cepstra
from scribekit.service.recognisers.pocketsphinx.diarization import SpeakerCount, assign_speakers
from scribekit.service.recognisers.pocketsphinx.levels import prepare
from scribekit.service.recognisers.pocketsphinx.voice_activity import speech_segments

RANDOM = np.random.default_rng(6)


def voice(number, frames):
    return RANDOM.normal(6.0 * number, 1.0, (frames, COEFFICIENTS)).astype(np.float32)


def voices_of(path):
    """Start (s) and cepstra of each segment of speech of a recording."""
    ((samples,), _) = next(Recording(path).stretches())
    return [(segment.start / RATE_HZ, cepstra(samples[segment.start : segment.end])) for segment in speech_segments(prepare(samples))]


def share_right(path, reference, count=None):
    """The share of speech frames whose speaker is the one who speaks then, and the number of speakers found."""
    turns = json.loads(reference.read_text(encoding="utf-8"))["turns"]
    segments = voices_of(path)
    pairs = Counter()
    for (start, _), speakers in zip(segments, assign_speakers([frames for _, frames in segments], count), strict=True):
        for at, speaker in enumerate(speakers):
            now = start + at * HOP / RATE_HZ
            pairs.update((int(speaker), turn["speaker"]) for turn in turns if turn["start"] <= now <= turn["end"])
    best = {speaker: max(pairs[pair] for pair in pairs if pair[0] == speaker) for speaker, _ in pairs}
    return sum(best.values()) / pairs.total(), len(best)


@pytest.mark.parametrize(("name", "speakers"), [("meeting_launch.flac", 3), ("interview_noisy.mp3", 2), ("podcast_lighthouse.mp3", 1)])
def test_the_speakers_of_a_recording_are_found_and_distinguished(samples, name, speakers):
    reference = samples / "references" / f"{name.split('.')[0].replace('noisy', 'bridges')}.json"
    right, found = share_right(samples / "audio" / name, reference)
    assert found == speakers
    assert right > 0.97


def test_an_expected_number_of_speakers_is_kept(samples):
    _, found = share_right(samples / "audio" / "meeting_launch.flac", samples / "references" / "meeting_launch.json", SpeakerCount(2, 2))
    assert found == 2


def test_a_speaker_changes_within_a_segment():
    (speakers,) = assign_speakers([np.concatenate([voice(0, 600), voice(1, 450), voice(0, 600)])])
    assert np.flatnonzero(np.diff(speakers)) + 1 == pytest.approx([600, 1050], abs=10)
    assert (speakers[0], speakers[-1]) == (0, 0)


def test_speakers_are_numbered_as_they_appear():
    speakers = assign_speakers([voice(2, 300), voice(0, 300), voice(2, 300), voice(1, 300)])
    assert [set(segment.tolist()) for segment in speakers] == [{0}, {1}, {0}, {2}]


@pytest.mark.parametrize("frames", [0, 1, 149])
def test_too_little_speech_is_one_speaker(frames):
    (speakers,) = assign_speakers([voice(0, frames)])
    assert speakers.tolist() == [0] * frames


def test_no_speech_has_no_speakers():
    assert assign_speakers([]) == []
