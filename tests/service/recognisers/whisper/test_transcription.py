import json
from itertools import permutations

import jiwer
import numpy as np
import pytest
from sounds import encode, noise

from scribekit.base.text import normalise
from scribekit.service.recognisers.base import RecognitionError
from scribekit.service.recognisers.whisper.transcription import NO_SPEECH, transcriber

pytestmark = [pytest.mark.recogniser, pytest.mark.long]


def speakers_right(samples, name, words):
    """The share of words with the speaker who spoke at their middle, by the best matching of labels."""
    turns = json.loads((samples / "references" / f"{name}.json").read_text("utf-8"))["turns"]
    pairs = []
    for word in words:
        middle = (word.start_ms + word.end_ms) / 2000
        said = next((turn["speaker"] for turn in turns if turn["start"] <= middle < turn["end"]), None)
        pairs += [(said, word.speaker)] if said else []
    names, labels = ({pair[side] for pair in pairs} for side in (0, 1))
    best = max(
        sum(dict(zip(order, sorted(names), strict=False)).get(label) == said for said, label in pairs) for order in permutations(labels)
    )
    return best / len(pairs)


@pytest.mark.parametrize(("name", "expected"), [("interview_bridges.m4a", {}), ("meeting_launch.flac", {"speakers_expected": 3})])
def test_speakers_are_told_apart_by_their_voices(fetched, samples, name, expected):
    weights = str(fetched("voice-encoder") / "pretrained.pt")
    run = transcriber(str(fetched("base")), "cpu", "int8", 1, None, "m", {}, weights)
    [*_, found] = run(samples / "audio" / name, {"speaker_labels": True, **expected}, ())
    assert speakers_right(samples, name.partition(".")[0], found.words) >= 0.97


@pytest.fixture
def whisper(fetched):
    """Transcribes with the model base; gives everything that is said on the way, and the recognition last."""
    run = transcriber(str(fetched("base")), "cpu", "int8", 1, None, "embedded-whisper-base", {"name": "whisper base"})
    return lambda path, options=None, done=(): list(run(path, options or {}, done))


def words_of(samples, name):
    return json.loads((samples / "references" / f"{name}.json").read_text("utf-8"))["text"]


def error_rate(said, recognition):
    return jiwer.wer(normalise(said, "numbers-en"), normalise(" ".join(word.text for word in recognition.words), "numbers-en"))


def test_speech_is_written_with_punctuation_times_and_speakers(whisper, samples):
    [*_, found] = whisper(samples / "audio" / "interview_bridges.m4a", {"speaker_labels": True, "speakers_expected": 2})
    assert error_rate(words_of(samples, "interview_bridges"), found) <= 0.04
    assert found.words[0].text == "Welcome"
    assert {word.speaker for word in found.words} == {"A", "B"}
    assert found.extra["language_code"] == "en"
    assert found.extra["language_confidence"] > 0.9
    assert found.duration_s == pytest.approx(56.1, abs=0.1)
    ends = [word.end_ms for word in found.words]
    assert ends[-1] <= 56_200
    assert all(word.start_ms <= word.end_ms for word in found.words)


def test_key_terms_are_heard_as_they_are_written(whisper, samples):
    terms = ["Kubernetes", "Postgres", "Grafana", "Prometheus", "Kafka", "Kestrel Labs", "Zephyr", "Priya"]
    path, said = samples / "audio" / "standup_terms.mp4", words_of(samples, "standup_terms")
    [*_, plain] = whisper(path)
    [*_, told] = whisper(path, {"keyterms_prompt": terms, "punctuate": False, "format_text": False})
    assert error_rate(said, told) <= 0.03 < error_rate(said, plain)
    text = " ".join(word.text for word in told.words)
    assert text == text.lower()
    assert "." not in text


def test_a_long_recording_is_heard_whole_whatever_piece_it_goes_on_at(whisper, samples, tmp_path):
    """A cut loses no word, and a process that goes on behind a piece hears what the first one would have."""
    import av

    with av.open(str(samples / "audio" / "podcast_lighthouse.mp3")) as container:
        resampler = av.AudioResampler("s16p", "mono", 16000)
        parts = [part.to_ndarray() for frame in container.decode(audio=0) for part in resampler.resample(frame)]
    once = np.concatenate(parts, axis=1)
    path = encode(tmp_path / "long.flac", [np.concatenate([once] * 4, axis=1)], codec="flac")
    said = whisper(path)
    pieces = [one for one in said if not isinstance(one, float)][:-1]
    shares = [one for one in said if isinstance(one, float)]
    assert len(pieces) == 2
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    assert error_rate(" ".join([words_of(samples, "podcast_lighthouse")] * 4), said[-1]) <= 0.04
    for done in range(1, len(pieces) + 1):
        [*_, again] = whisper(path, done=pieces[:done])
        assert (again.words, again.duration_s, again.extra) == (said[-1].words, said[-1].duration_s, said[-1].extra)


def test_channels_are_transcribed_separately(whisper, samples):
    [*_, found] = whisper(samples / "audio" / "support_call.flac", {"multichannel": True})
    assert {word.channel for word in found.words} == {"1", "2"}
    assert found.channels == 2
    starts = [word.start_ms for word in found.words]
    assert starts == sorted(starts)


@pytest.mark.parametrize("name", ["silence", "noise"])
def test_where_nobody_speaks_there_are_no_words_and_no_language(whisper, samples, tmp_path, name):
    path = samples / "audio" / "silence.wav" if name == "silence" else encode(tmp_path / "noise.wav", [noise(20)[None]], codec="pcm_s16le")
    [*_, found] = whisper(path)
    assert found.words == ()
    assert found.extra == {"language_code": None}
    with pytest.raises(RecognitionError, match=NO_SPEECH):
        whisper(path, {"language_detection": True})


def test_a_language_that_is_not_certain_enough_is_an_error_and_the_given_one_is_taken(whisper, samples):
    path, part = samples / "audio" / "podcast_lighthouse.mp3", {"audio_end_at": 8_000}
    with pytest.raises(RecognitionError, match=r"detected language 'en', confidence 0\.\d+, is below the requested confidence threshold"):
        whisper(path, part | {"language_confidence_threshold": 0.99999})
    [*_, found] = whisper(path, part | {"language_code": "en_us"})
    assert (found.language_code, "language_confidence" in found.extra) == ("en_us", False)
    expected = {"expected_languages": ["de", "fr"], "fallback_language": "de"}
    [*_, other] = whisper(path, part | {"language_detection": True, "language_detection_options": expected})
    assert other.extra["language_code"] == "de"
