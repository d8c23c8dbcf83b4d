"""The review queue of a corpus, before and after a review."""

import wave

import numpy as np
import pytest
from corpora import store

import scribekit as sk
from scribekit.base.errors import OptionError
from scribekit.quality.word_signs import SILENCE

TALK = [("A", "one two three"), ("B", "four five six seven"), ("C", "eight nine ten")]


@pytest.fixture
def unsure(tmp_path):
    return store(tmp_path / "corpus", {"a": TALK, "b": TALK}, confidence=lambda word: 0.3)


def queued(unsure, **options):
    """The words in the queue of recording a."""
    queue = sk.flag_for_review(unsure, by="utterance", **options)
    return sorted(" ".join(queue.loc[queue["recording_id"] == "a", "text"]).split())


@pytest.mark.parametrize(
    "act",
    [
        lambda review: review.merge(["B", "C"], into="A"),
        lambda review: review.move_boundary(1, 2),
        lambda review: review.split("B", from_word=4, into="D"),
        lambda review: review.reassign("A", utterance=1),
        lambda review: review.rename("B", "Bea"),
    ],
)
def test_words_that_another_said_have_still_to_be_checked(unsure, act):
    before = sk.flag_for_review(unsure, by="utterance")["expected_errors"].sum()
    everything = queued(unsure)
    act(sk.review(unsure, "a"))
    assert queued(unsure) == everything
    assert sk.flag_for_review(unsure, by="utterance")["expected_errors"].sum() == pytest.approx(before)


def test_words_whose_text_was_judged_or_typed_are_done_with(unsure):
    review = sk.review(unsure, "a")
    review.accept(utterance=0)
    review.correct("vier fünf six", utterance=1)
    assert queued(unsure) == ["eight", "nine", "ten"]
    review.reassign("A", utterance=1)
    assert queued(unsure) == ["eight", "nine", "ten"]


def test_a_recording_that_is_done_is_out_of_the_queue_until_it_changes(unsure):
    sk.review(unsure, "a").done()
    assert queued(unsure) == []
    assert len(queued(unsure, reviewed=False)) == 10
    sk.review(unsure, "a").rename("A", "Ann")
    assert len(queued(unsure)) == 10


def test_what_was_reviewed_leaves_the_queue(reviewed):
    before = sk.flag_for_review(reviewed, below=1.0, by="sentence", reviewed=False)
    after = sk.flag_for_review(reviewed, below=1.0, by="sentence")
    assert after["expected_errors"].sum() < before["expected_errors"].sum()
    words = sk.to_frame(reviewed, "words").query("recording_id == 'a'")
    expected = (1 - words["confidence"].iloc[7:]).sum()
    assert after.loc[after["recording_id"] == "a", "expected_errors"].sum() == pytest.approx(expected)


@pytest.mark.parametrize("by", ["transcript", "utterance", "sentence"])
def test_the_queue_of_a_corpus(corpus, by):
    queue = sk.flag_for_review(corpus, below=1.0, by=by)
    words = sk.to_frame(corpus, "words")
    assert queue["n_words"].sum() == len(words)
    assert queue["share_of_errors"].iloc[-1] == pytest.approx(1)
    first = queue.iloc[0]
    mine = words[
        (words["recording_id"] == first["recording_id"])
        & words["word_index"].between(first["first_word"], first["first_word"] + first["n_words"] - 1)
    ]
    assert " ".join(mine["text"]) == first["text"]


def test_a_calibration_weighs_the_queue(corpus):
    calibration = sk.calibrate(corpus, dict.fromkeys("abc", ""))
    queue = sk.flag_for_review(corpus, below=1.0, calibration=calibration)
    assert (queue["expected_errors"] / queue["n_words"] > 0.9).all()  # everything was wrong


@pytest.mark.parametrize(("options", "sentence"), [({"by": "utterances"}, "'utterance'"), ({"below": 90}, "from 0 to 1, not 90")])
def test_mistakes_about_the_queue_are_explained(corpus, options, sentence):
    with pytest.raises(OptionError, match=sentence):
        sk.flag_for_review(corpus, **options)


@pytest.mark.long
def test_speech_over_silence_is_heard_in_the_recording(tmp_path, transcribe):
    """Only the first part of each recording has sound; the recogniser puts words everywhere."""
    sound = np.sin(np.arange(16_000 * 15) * 0.2) * 8000
    for name in ("short", "long"):
        with wave.open(str(tmp_path / f"{name}.wav"), "wb") as file:
            file.setparams((1, 2, 16_000, 0, "NONE", ""))
            file.writeframes(np.concatenate([sound] * (1 if name == "short" else 4) + [np.zeros(16_000 * 15)]).astype("<i2").tobytes())
    rows = [{"recording_id": name, "path": str(tmp_path / f"{name}.wav")} for name in ("short", "long")]
    batch = transcribe(rows)
    assert not sk.flag_for_review(batch, by="sentence")["reasons"].str.contains(SILENCE).any()
    queue = sk.flag_for_review(batch, by="sentence", audio_minutes=10)
    silent = queue[queue["reasons"].str.contains(SILENCE)]
    from_ms = silent["recording_id"].map({"short": 15_000, "long": 60_000})
    assert set(silent["recording_id"]) == {"short", "long"}
    assert (silent["end_ms"] > from_ms).all()
    within = sk.flag_for_review(batch, by="sentence", audio_minutes=0.6)
    assert set(within.loc[within["reasons"].str.contains(SILENCE), "recording_id"]) == {"short"}
