"""Corpora that the scripted recogniser made, with and without a review."""

import shutil
from functools import partial

import assemblyai as aai
import pytest

import scribekit as sk

LIMITS = sk.Limits(poll_s=0.05, settle_s=0.3, backoff_s=0.05)


def transcribed(folder, rows, config=None):
    with sk.local_service("scripted", speed=2000, slots=50):
        batch = sk.submit_batch(rows, config, corpus=folder, limits=LIMITS, progress=False)
        sk.collect(batch, progress=False)
    return batch


def turns_of(corpus):
    utterances = sk.to_frame(corpus, "utterances")
    return {name: group[["speaker", "text", "start_ms", "end_ms"]].to_dict("records") for name, group in utterances.groupby("recording_id")}


@pytest.fixture
def transcribe(tmp_path):
    """Transcribes a manifest into a corpus of the test's own."""
    return partial(transcribed, tmp_path / "corpus")


@pytest.fixture(scope="session")
def corpus(tmp_path_factory):
    """The conversations a, b and c, in two rooms; their references are files beside where the recordings would be."""
    folder = tmp_path_factory.mktemp("library")
    rows = [
        {"recording_id": name, "url": f"https://host.example/{name}.mp3?duration=30", "room": room, "reference": f"{folder}/{name}.txt"}
        for name, room in zip("abc", ["hall", "hall", "yard"], strict=True)
    ]
    batch = transcribed(folder / "corpus", rows, aai.TranscriptionConfig(speaker_labels=True))
    for name, turns in turns_of(batch).items():
        (folder / f"{name}.txt").write_text("\n".join(f"{turn['speaker']}: {turn['text']}" for turn in turns))
    return batch


@pytest.fixture
def recognised(corpus):
    """What was recognised in each recording, as a reference."""
    return turns_of(corpus)


@pytest.fixture
def said(recognised):
    """The recognised turns, each with one more word."""
    return {name: [{**turn, "text": turn["text"] + " zebra"} for turn in turns] for name, turns in recognised.items()}


@pytest.fixture
def reviewed(corpus, tmp_path):
    """A copy of the corpus in which a person accepted six words and corrected the seventh."""
    shutil.copytree(corpus.path, tmp_path / "reviewed")
    copy = sk.open_corpus(tmp_path / "reviewed")
    review = sk.review(copy, "a")
    review.accept(words=range(6))
    review.correct("zebra", words=6)
    return copy
