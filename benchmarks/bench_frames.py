"""How quickly stored payloads become the words table, beside the SDK's own models (TranscriptResponse to DataFrame), on one core.

Both read the same one-hour transcripts (9,000 words each, seeded), in turns, so that a busy machine slows them alike. The best round of
each counts. Run: python benchmarks/bench_frames.py
"""

from __future__ import annotations

import argparse
import json
import random
import time
from collections.abc import Callable
from typing import Any

import assemblyai as aai
import pandas as pd

from scribekit.transcripts import frames

WORDS_PER_HOUR = 9000
VOCABULARY = ["the", "and", "of", "to", "a", "in", "that", "is", "was", "it", "recording", "with", "as", "at", "question", "have", "yes,"]


def payload(seed: int, *, with_speakers: bool) -> bytes:
    dice = random.Random(seed)
    clock, speaker, words, turns = 0, "A", [], [[]]
    for _ in range(WORDS_PER_HOUR):
        length = dice.randint(80, 500)
        word = {"text": dice.choice(VOCABULARY), "start": clock, "end": clock + length, "confidence": round(dice.random(), 5)}
        word["speaker"] = speaker if with_speakers else None
        words.append(word)
        turns[-1].append(word)
        clock += length + dice.randint(0, 200)
        if with_speakers and dice.random() < 0.05:
            speaker = dice.choice("ABC")
            turns.append([])
    text = " ".join(word["text"] for word in words)
    known: dict[str, Any] = {"id": f"t{seed}", "status": "completed", "audio_url": "https://host.example/a.mp3", "text": text}
    known |= {"language_model": "assemblyai_default", "acoustic_model": "assemblyai_default", "webhook_auth": False}
    known |= {"auto_highlights": False, "redact_pii": False, "summarization": False, "confidence": 0.5}
    utterances = [_turn(turn) for turn in turns if turn] if with_speakers else None
    known |= {"audio_duration": clock // 1000, "words": words, "utterances": utterances}
    return json.dumps(known, separators=(",", ":")).encode()


def _turn(words: list[dict[str, Any]]) -> dict[str, Any]:
    text = " ".join(word["text"] for word in words)
    times = {"start": words[0]["start"], "end": words[-1]["end"]}
    return {"text": text, **times, "confidence": 0.5, "speaker": words[0]["speaker"], "words": words}


def by_scribekit(bodies: list[bytes]) -> pd.DataFrame:
    return frames.words_frame((str(number), body) for number, body in enumerate(bodies))


def by_sdk(bodies: list[bytes]) -> pd.DataFrame:
    rows = []
    for number, body in enumerate(bodies):
        response = aai.types.TranscriptResponse.parse_obj(json.loads(body))
        rows += [{"recording_id": str(number), **word.dict()} for word in response.words]
    return pd.DataFrame(rows)


def seconds(read: Callable[[list[bytes]], pd.DataFrame], bodies: list[bytes]) -> float:
    """Processor time for one word."""
    begun = time.process_time()
    found = read(bodies)
    spent = time.process_time() - begun
    assert len(found) == len(bodies) * WORDS_PER_HOUR
    return spent / len(found)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--hours", type=int, default=10, help="one-hour transcripts")
    parser.add_argument("--rounds", type=int, default=7, help="the best of so many")
    given = parser.parse_args()
    print("| transcripts | MB each | scribekit, words/s | SDK models, words/s | times |\n|---|---|---|---|---|")
    for with_speakers in (False, True):
        bodies = [payload(seed, with_speakers=with_speakers) for seed in range(given.hours)]
        rounds = [(seconds(by_scribekit, bodies), seconds(by_sdk, bodies)) for _ in range(given.rounds)]
        own, sdk = (1 / min(times) for times in zip(*rounds, strict=True))
        label = "with speakers" if with_speakers else "without speakers"
        print(f"| {label} | {len(bodies[0]) / 1e6:.1f} | {own:,.0f} | {sdk:,.0f} | {own / sdk:.0f} |")


if __name__ == "__main__":
    main()
