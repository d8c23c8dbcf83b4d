"""Corpora of transcripts that were never sent anywhere, recorded as a batch would have."""

import json
import wave
from dataclasses import replace

import numpy as np
import pandas as pd

import scribekit as sk
from scribekit.corpus.handles import manifest_to_bytes
from scribekit.corpus.job import Job, PlannedRow
from scribekit.corpus.ledger import Fact, Ledger, Receipt

HOST = "host.example"


def payload(transcript_id, turns, confidence=lambda word: 0.9):
    """A transcript of [(speaker, text), …], each word 400 ms long and 100 ms after the last; its confidence may depend on it."""
    words, utterances, clock = [], [], 0
    for speaker, text in turns:
        turn = []
        for word in text.split():
            turn.append({"text": word, "start": clock, "end": clock + 400, "confidence": confidence(word), "speaker": speaker})
            clock += 500
        words += turn
        if speaker and turn:
            utterances.append({"text": text, "start": turn[0]["start"], "end": turn[-1]["end"], "speaker": speaker, "words": turn})
    body = {"id": transcript_id, "status": "completed", "text": "", "words": words, "utterances": utterances or None}
    return json.dumps(body).encode()


def store(folder, recordings, columns=None, number=1, sources=None, **options):
    """Record a finished batch: recording id → text, turns of (speaker, text), or a payload. Another number makes other transcripts.

    Sources are addresses, unless files are given for some of the recordings; options are those of a payload.
    """
    keys = {name: f"{name}-{number}" for name in recordings}
    jobs = [Job(key, (sources or {}).get(name, f"https://{HOST}/{name}.mp3"), "{}", 60.0) for name, key in keys.items()]
    rows = [PlannedRow(name, job.source, job.key) for name, job in zip(keys, jobs, strict=True)]
    manifest = pd.DataFrame({"recording_id": list(keys), "source": [job.source for job in jobs]}, dtype="str").assign(**(columns or {}))
    with Ledger(folder, create=True) as ledger:
        batch = ledger.plan_batch(f"f{number}", manifest_to_bytes(manifest), rows, jobs, host=HOST, at=1.0)
        claimed = {job.key: job for job in ledger.claim([batch], "me", 100.0, 1.0, len(jobs))}
        facts = []
        for name, said in recordings.items():
            turns = [(None, said)] if isinstance(said, str) else said
            done = replace(claimed[keys[name]], state="completed", transcript_id=f"t-{keys[name]}")
            body = said if isinstance(said, bytes) else payload(done.transcript_id, turns, **options)
            receipt = Receipt(body, 60.0, 0.9, "universal-2", "en", 0.01)
            facts.append(Fact(done, 2.0, "completed", "", receipt))
        assert all(ledger.record("me", facts))
    return sk.Corpus(folder).batch(batch)


def texts(corpus, recording_id="one", **options):
    """The speaker and text of each utterance of a recording."""
    frame = sk.to_frame(corpus, "utterances", **options)
    return frame.loc[frame["recording_id"] == recording_id, ["speaker", "text"]].to_numpy().tolist()


def write_tone(path, seconds=40, rate_hz=8000):
    """A mono WAV file of a tone that swells and fades every two seconds."""
    at = np.arange(seconds * rate_hz) / rate_hz
    samples = (6000 * np.sin(2 * np.pi * 220 * at) * (1 + np.sin(np.pi * at)) / 2).astype("<i2")
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate_hz)
        file.writeframes(samples.tobytes())


def everyone_called(corpus, old, new):
    """The table of people in which everyone with a name has another one, in every recording."""
    table = sk.people(corpus)
    return table.assign(name=table["name"].replace(old, new))
