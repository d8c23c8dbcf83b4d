"""The whole main job with the recogniser that really listens."""

import json
import re

import jiwer
import pandas as pd
import pytest

import scribekit as sk
from scribekit.api.embedded import local_service

pytestmark = pytest.mark.recogniser

QUICK = sk.Limits(poll_s=0.2)


@pytest.fixture(scope="module")
def jobs_and_words(samples, tmp_path_factory):
    """The recording full of names three times: without key terms, with their plain names, and with their pronunciations."""
    terms = json.loads((samples / "keyterms_standup.json").read_text())
    spoken = [f"{term}={phones.replace(' ', '-')}" for term, variants in terms.items() for phones in variants]
    source = str(samples / "audio" / "standup_terms.mp4")
    rows = [
        {"recording_id": "plain", "path": source, "keyterms_prompt": None},
        {"recording_id": "names", "path": source, "keyterms_prompt": list(terms)},
        {"recording_id": "phones", "path": source, "keyterms_prompt": spoken},
    ]
    with local_service():
        batch = sk.submit_batch(rows, corpus=tmp_path_factory.mktemp("corpus"), limits=QUICK, progress=False)
        jobs = sk.collect(batch, progress=False)
    return jobs.set_index("recording_id"), sk.to_frame(batch).set_index("recording_id")


def word_error_rate(heard, reference):
    said = " ".join(re.sub(r"^\w+: ", "", line) for line in reference.splitlines())
    return jiwer.wer(*(" ".join(re.sub(r"[^\w' ]+", " ", text.lower().replace("-", " ")).split()) for text in (said, heard)))


@pytest.mark.parametrize(("terms", "at_most"), [("plain", 0.40), ("names", 0.20), ("phones", 0.14)])
def test_key_terms_work_through_the_service(jobs_and_words, samples, terms, at_most):
    _, transcripts = jobs_and_words
    reference = (samples / "references" / "standup_terms.txt").read_text("utf-8")
    assert word_error_rate(transcripts["text"][terms], reference) <= at_most


def test_key_terms_come_back_as_they_are_written(jobs_and_words):
    _, transcripts = jobs_and_words
    assert "Kubernetes" in transcripts["text"]["phones"]
    assert "Kestrel Labs" in transcripts["text"]["phones"]


def test_every_transcript_says_what_made_it(jobs_and_words):
    jobs, transcripts = jobs_and_words
    assert transcripts["engine"].str.contains("demonstration").all()
    assert set(jobs["model"]) == {"embedded-pocketsphinx"}
    assert jobs["cost_usd"].eq(0.0).all()


def test_speakers_of_a_call_are_its_channels(samples, tmp_path):
    with local_service():
        rows = [{"path": str(samples / "audio" / "support_call.flac"), "multichannel": True}]
        batch = sk.submit_batch(rows, corpus=tmp_path / "c", limits=QUICK, progress=False)
        sk.collect(batch, progress=False)
    words = sk.to_frame(batch, "words")
    assert set(words["speaker"]) == set(words["channel"]) == {"1", "2"}
    assert pd.api.types.is_integer_dtype(words["start_ms"])
    assert words["start_ms"].is_monotonic_increasing
