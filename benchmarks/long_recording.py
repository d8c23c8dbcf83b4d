"""A made-up recording of hours with several speakers, as sound and as the transcript that a service would give of it."""

from __future__ import annotations

import json
import random
from fractions import Fraction
from pathlib import Path

import av
import numpy as np

RATE_HZ = 16_000
CLICKS_S = (5.0, 1234.0, 3600.0, 7140.0)
WORDS = ("the", "of", "and", "we", "think", "budget", "meeting", "number", "quarter", "yes", "no", "question", "people", "lighthouse")
ENCODINGS = {"cbr": {"b": "64000"}, "vbr": {"flags": "+qscale", "global_quality": str(4 * 118)}}


def transcript(transcript_id: str, *, hours: float = 2.0, speakers: str = "ABCDEF", seed: int = 1) -> dict:
    """A payload: turns of about fourteen words, with pauses, some of them overlapping."""
    chance = random.Random(seed)
    words, utterances, clock, speaker = [], [], 400, speakers[0]
    while clock < hours * 3_600_000 - 20_000:
        speaker = chance.choice([other for other in speakers if other != speaker])
        turn = []
        for _ in range(1 + int(chance.expovariate(1 / 13))):
            length = chance.randint(120, 420)
            end, confidence = clock + length, round(1 - chance.betavariate(1, 8), 3)
            turn.append({"text": chance.choice(WORDS), "start": clock, "end": end, "confidence": confidence, "speaker": speaker})
            clock = end + chance.randint(0, 120)
        text = " ".join(word["text"] for word in turn)
        utterances.append({"text": text, "start": turn[0]["start"], "end": turn[-1]["end"], "speaker": speaker, "words": turn})
        words += turn
        clock = max(clock + chance.randint(-300, 1200), turn[-1]["start"] + 50)
    text = " ".join(word["text"] for word in words)
    head = {"id": transcript_id, "status": "completed", "audio_duration": hours * 3600, "text": text}
    return head | {"words": words, "utterances": utterances}


def sound(payload: dict) -> np.ndarray:
    """Hums of a pitch for each speaker, louder and softer with the words; silence, and then a click, at CLICKS_S."""
    samples = np.zeros(round(payload["audio_duration"] * RATE_HZ), dtype=np.int16)
    noise = np.random.default_rng(1).normal(0, 1500, RATE_HZ)
    pitches = {name: 110 * 1.25**number for number, name in enumerate(sorted({turn["speaker"] for turn in payload["utterances"]}))}
    for word in payload["words"]:
        first, last = (word[edge] * RATE_HZ // 1000 for edge in ("start", "end"))
        hum = 6000 * np.sin(2 * np.pi * pitches[word["speaker"]] * np.arange(last - first) / RATE_HZ)
        samples[first:last] += ((hum + noise[: last - first]) * np.hanning(last - first)).astype(np.int16)
    for click in CLICKS_S:
        place = round(click * RATE_HZ)
        if place + RATE_HZ < len(samples):
            samples[place - RATE_HZ : place + RATE_HZ] = 0
            samples[place : place + 40] = 32_000
    return samples


def write_mp3(path: Path, samples: np.ndarray, encoding: str) -> Path:
    """Encode as MP3 at a constant or a variable bit rate."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libmp3lame", rate=RATE_HZ, layout="mono", options=ENCODINGS[encoding])
        for start in range(0, len(samples), RATE_HZ * 10):
            frame = av.AudioFrame.from_ndarray(samples[None, start : start + RATE_HZ * 10], format="s16p", layout="mono")
            frame.sample_rate, frame.pts, frame.time_base = RATE_HZ, start, Fraction(1, RATE_HZ)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def body_of(payload: dict) -> bytes:
    """The payload as it is stored."""
    return json.dumps(payload).encode()
