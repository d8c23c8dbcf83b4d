"""Accuracy and speed of the embedded recogniser on the sample recordings.

Run it as ``python benchmarks/embedded_recogniser.py``; under a minute on two cores. Words are compared in lower case without punctuation,
channel by channel; ``speakers`` counts the words that got the right speaker under the best matching of labels.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import os
import re
import time
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from scribekit.service.recognisers.base import Audio, Recognition, SpokenWord
from scribekit.service.recognisers.pocketsphinx.recogniser import pocketsphinx

SAMPLES = Path(__file__).parent.parent / "sample_manifests"
PHONES = json.loads((SAMPLES / "keyterms_standup.json").read_text(encoding="utf-8"))
TERMS = list(PHONES)
ARPABET = [f"{term}={phones}" for term, spoken in PHONES.items() for phones in spoken]
LABELS = {"speaker_labels": True}
CLEAN: list[tuple[str, dict[str, Any]]] = [
    ("podcast_lighthouse.mp3", LABELS),
    ("interview_bridges.m4a", LABELS),
    ("meeting_launch.flac", LABELS),
    ("support_call.flac", {"multichannel": True}),
    ("earnings_numbers.ogg", LABELS),
    ("standup_terms.mp4", LABELS),
]
MORE: list[tuple[str, dict[str, Any]]] = [
    ("interview_noisy.mp3", LABELS),
    ("interview_noisy.mp3", LABELS | {"speakers_expected": 2}),
    ("standup_terms.mp4", LABELS | {"keyterms_prompt": TERMS}),
    ("standup_terms.mp4", LABELS | {"keyterms_prompt": ARPABET}),
    ("interview_bridges.m4a", LABELS | {"keyterms_prompt": TERMS}),
    ("silence.wav", LABELS),
]


async def main() -> None:
    recogniser = pocketsphinx(os.cpu_count() or 1)
    started = time.monotonic()
    try:
        jobs = [recogniser.recognise(Audio(SAMPLES / "audio" / name, ""), options) for name, options in CLEAN + MORE]
        answers = await asyncio.gather(*jobs)
    finally:
        recogniser.close()
    took = time.monotonic() - started
    wrong = total = 0
    for (name, options), answer in zip(CLEAN + MORE, answers, strict=True):
        errors, words = word_errors(name, answer)
        if (name, options) in CLEAN:
            wrong, total = wrong + errors, total + words
        extra = sorted(options.keys() - LABELS.keys())
        rate = f"{errors / words:6.1%}" if words else f"{len(answer.words)} words"
        print(f"{name:24} {rate} speakers {speakers_right(name, answer):>8}  {' '.join(extra)}")
    length = sum(answer.duration_s for answer in answers)
    print(f"clean files: {wrong / total:.1%} of {total} words; {length:.0f} s of audio in {took:.0f} s: {length / took:.1f} x")


def word_errors(name: str, answer: Recognition) -> tuple[int, int]:
    import jiwer

    wrong = total = 0
    for channel in range(answer.channels):
        said = plain(turn["text"] for turn in turns(name) if turn["channel"] == channel)
        heard = plain(word.text for word in answer.words if word.channel in (None, str(channel + 1)))
        if said:
            found = jiwer.process_words(" ".join(said), " ".join(heard))
            wrong += found.substitutions + found.deletions + found.insertions
            total += len(said)
    return wrong, total


def plain(texts: Any) -> list[str]:
    return re.sub(r"[^a-z' ]", " ", " ".join(texts).lower()).split()


def speakers_right(name: str, answer: Recognition) -> str:
    if not turns(name):
        return "-"
    pairs = Counter((word.speaker, speaker_at(name, word)) for word in answer.words)
    found, real = ({pair[side] for pair in pairs} for side in (0, 1))
    padded = [*real, *[None] * max(0, len(found) - len(real))]
    best = max(sum(pairs[pair] for pair in zip(found, chosen, strict=True)) for chosen in itertools.permutations(padded, len(found)))
    return f"{best}/{len(answer.words)}"


def speaker_at(name: str, word: SpokenWord) -> str:
    middle = (word.start_ms + word.end_ms) / 2000
    own = [turn for turn in turns(name) if word.channel in (None, str(turn["channel"] + 1))]
    nearest = min(own, key=lambda turn: max(turn["start"] - middle, middle - turn["end"]))
    return str(nearest["speaker"])


def turns(name: str) -> list[Mapping[str, Any]]:
    stem = Path(name).stem.replace("noisy", "bridges")
    path = SAMPLES / "references" / f"{stem}.json"
    return list(json.loads(path.read_text(encoding="utf-8"))["turns"]) if path.exists() else []


if __name__ == "__main__":
    asyncio.run(main())
