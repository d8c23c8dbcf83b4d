"""How well speakers are told apart: diarization error on made conversations of human speakers, by voices and by cepstra in the same run.

``python benchmarks/bench_speakers.py FOLDER`` makes conversations of two to four people from utterances: the folder holds a folder with
recordings for each person, such as ``audio_data/librispeech_test-other`` of the repository resemble-ai/Resemblyzer (fetch it for the bench;
LibriSpeech is CC BY 4.0). Sixteen turns of 2 to 8 s each, pauses between them. The error is the share of the turns with the wrong speaker,
or with none, without the 0.25 s around each turn's ends; the best matching of labels counts. ``wrong`` is the part with the wrong speaker.
A pause of up to a second between words of one speaker is that speaker's, as in the utterances of a transcript.
"""

from __future__ import annotations

import argparse
import itertools
import random
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import av
import numpy as np

from scribekit.base import model_files
from scribekit.base.voice_encoder import VoiceEncoder
from scribekit.service.recognisers.pocketsphinx.cepstra import HOP, cepstra
from scribekit.service.recognisers.pocketsphinx.diarization import SpeakerCount, assign_speakers
from scribekit.service.recognisers.speakers.voices import Speakers, voices_in
from scribekit.service.recognisers.whisper.transcription import speech_in

RATE = 16_000
TURNS, COLLAR_S, STEP_S = 16, 0.25, 0.01


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--conversations", type=int, default=18)
    options = parser.parse_args()
    weights = model_files.find("voice-encoder")
    if weights is None:
        parser.error("run sk.get_model('voice-encoder') first")
    encoder = VoiceEncoder(weights / "pretrained.pt")
    people = {folder.name: sorted(folder.glob("*.*")) for folder in sorted(options.folder.iterdir()) if folder.is_dir()}
    rows: dict[str, list[tuple[float, float, bool]]] = {}
    seconds: dict[str, float] = {}
    for seed in range(options.conversations):
        samples, turns = conversation(people, random.Random(seed))
        noisy = with_noise(samples, 15, seed)
        count = len({name for _, _, name in turns})
        for kind, sound, given in (("given", samples, True), ("estimated", samples, False), ("15 dB, estimated", noisy, False)):
            bounds = SpeakerCount(count, count) if given else SpeakerCount()
            for method, find in (("voices", by_voices), ("cepstra", by_cepstra)):
                began = time.process_time()
                found = filled(find(encoder, sound, bounds))
                seconds[method] = seconds.get(method, 0.0) + time.process_time() - began
                is_right = len(set(found) - {-1}) == count
                rows.setdefault(f"{method}, {kind}", []).append((*errors(turns, found, len(sound) / RATE), is_right))
    for name, results in rows.items():
        error, wrong, right = np.mean(results, axis=0)
        print(f"{name:26} DER {error:6.1%}   wrong {wrong:6.1%}   number right {right:.0%}")
    print({method: f"{total / 3 / options.conversations:.2f} cpu s a conversation" for method, total in seconds.items()})


def conversation(people: dict[str, list[Path]], draw: random.Random) -> tuple[Any, list[tuple[float, float, str]]]:
    names = draw.sample(sorted(people), draw.randint(2, 4))
    parts, turns, at, last = [], [], 0.0, ""
    for _ in range(TURNS):
        name = draw.choice([one for one in names if one != last])
        sound = decoded(draw.choice(people[name]))
        length = min(len(sound), int(draw.uniform(2, 8) * RATE))
        pause = int(draw.uniform(0.1, 0.6) * RATE)
        parts += [sound[:length], np.zeros(pause, np.float32)]
        turns.append((at, at + length / RATE, name))
        at, last = at + (length + pause) / RATE, name
    return np.concatenate(parts), turns


def decoded(path: Path) -> Any:
    with av.open(str(path)) as container:
        resampler = av.AudioResampler("fltp", "mono", RATE)
        return np.concatenate([part.to_ndarray()[0] for frame in container.decode(audio=0) for part in resampler.resample(frame)])


def with_noise(samples: Any, ratio_db: float, seed: int) -> Any:
    noise = np.random.default_rng(seed).standard_normal(len(samples))
    level = np.sqrt(np.mean(samples**2) / 10 ** (ratio_db / 10))
    return (samples + noise * level).astype(np.float32)


def by_voices(encoder: VoiceEncoder, samples: Any, bounds: SpeakerCount) -> list[int]:
    spans = speech_in(samples)
    speakers = Speakers([voices_in(encoder, samples, spans, 0.0)], bounds.minimum, bounds.maximum)
    found = [-1] * int(len(samples) / RATE / STEP_S)
    for start, end in spans:
        for at in range(int(start / RATE / STEP_S), min(len(found), int(end / RATE / STEP_S))):
            found[at] = speakers.of(at * STEP_S * 1000, (at + 1) * STEP_S * 1000) if at % 10 == 0 or found[at - 1] == -1 else found[at - 1]
    return found


def by_cepstra(_: VoiceEncoder, samples: Any, bounds: SpeakerCount) -> list[int]:
    spans = speech_in(samples)
    frames = assign_speakers([cepstra(samples[start:end]) for start, end in spans], bounds)
    found = [-1] * int(len(samples) / RATE / STEP_S)
    for (start, _), labels in zip(spans, frames, strict=True):
        for number, label in enumerate(labels.tolist()):
            at = int((start + number * HOP) / RATE / STEP_S)
            if at < len(found):
                found[at] = label
    return found


def filled(found: list[int]) -> list[int]:
    """Give pauses of up to a second between two words of one speaker to that speaker."""
    at = 0
    for label, run in itertools.groupby(list(found)):
        end = at + len(list(run))
        if label == -1 and end - at <= 1 / STEP_S and at > 0 and end < len(found) and found[at - 1] == found[end]:
            found[at:end] = [found[end]] * (end - at)
        at = end
    return found


def errors(turns: list[tuple[float, float, str]], found: list[int], length_s: float) -> tuple[float, float]:
    """Return the shares of the time that counts without the right speaker, and with the wrong one, by the best matching of labels."""
    names = sorted({name for _, _, name in turns})
    pairs = list(counted(turns, found, length_s))
    labels = sorted({label for _, label in pairs if label >= 0})
    table = {(name, label): 0 for name in names for label in labels}
    for name, label in pairs:
        if label >= 0:
            table[name, label] += 1
    longer, shorter = (names, labels) if len(names) >= len(labels) else (labels, names)
    best = max(
        sum(table[(one, other) if longer is names else (other, one)] for one, other in zip(order, shorter, strict=False))
        for order in itertools.permutations(longer, len(shorter))
    )
    silent = sum(label < 0 for _, label in pairs)
    return 1 - best / len(pairs), 1 - (best + silent) / len(pairs)


def counted(turns: list[tuple[float, float, str]], found: list[int], length_s: float) -> Iterator[tuple[str, int]]:
    for start, end, name in turns:
        for at in range(int((start + COLLAR_S) / STEP_S), int((min(end, length_s) - COLLAR_S) / STEP_S)):
            if at < len(found):
                yield name, found[at]


if __name__ == "__main__":
    main()
