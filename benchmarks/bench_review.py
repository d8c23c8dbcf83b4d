"""How many of the recogniser's errors the review queue finds in a quarter of the listening time, beside other orders.

``python benchmarks/bench_review.py`` transcribes the sample recordings with the embedded recogniser, as they are and with two kinds of
noise (about five minutes), and compares orders of the same sentences on the errors that it really made: words that are wrong, and words
that it left out, which are found at the word before. What has to be learnt is learnt from the other texts, never from the text it is
tried on. Intervals are bootstrapped over recordings.
"""

from __future__ import annotations

import asyncio
import os
import tempfile
import wave
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from scribekit.base import schema
from scribekit.quality import calibration
from scribekit.quality.comparison import Recording, compare
from scribekit.quality.queue import SEEK_S, error_from_confidence, review_queue
from scribekit.quality.references import as_reference
from scribekit.quality.word_signs import SIGNS, Groups, in_reading_order, word_signs
from scribekit.recordings.clips import wav_clip
from scribekit.service.recognisers.base import Audio, Recognition
from scribekit.service.recognisers.pocketsphinx.recogniser import pocketsphinx

SAMPLES = Path(__file__).parent.parent / "sample_manifests"
TEXTS = {"podcast_lighthouse": "mp3", "interview_bridges": "m4a", "meeting_launch": "flac", "support_call": "flac"} | {
    "earnings_numbers": "ogg",
    "standup_terms": "mp4",
}
NOISES = {"as it is": None, "hiss, 20 dB below": (20.0, False), "bursts, 3 dB below": (3.0, True)}
RATE_HZ = 16_000
BUDGET = 0.25
RESAMPLES = 1000

Found = Callable[[pd.DataFrame, Any], float]


async def transcribed() -> dict[tuple[str, str], Recognition]:
    """What the embedded recogniser hears in every text under every noise."""
    recogniser = pocketsphinx(os.cpu_count() or 1)
    with tempfile.TemporaryDirectory() as folder:
        keys = [(text, noise) for text in TEXTS for noise in NOISES]
        paths = [noisy(text, noise, Path(folder) / f"{number}.wav") for number, (text, noise) in enumerate(keys)]
        try:
            heard = await asyncio.gather(*(recogniser.recognise(Audio(path, ""), {"speaker_labels": True}) for path in paths))
        finally:
            recogniser.close()
    return dict(zip(keys, heard, strict=True))


def noisy(text: str, noise: str, path: Path) -> Path:
    """One sample recording with one noise, as a file; the same bytes on every run."""
    clip = wav_clip(SAMPLES / "audio" / f"{text}.{TEXTS[text]}", 0, 3600)
    sound = np.frombuffer(clip[44:], dtype="<i2").astype(np.float64)
    if (settings := NOISES[noise]) is not None:
        below_db, in_bursts = settings
        random = np.random.default_rng(list(TEXTS).index(text))
        hiss = random.standard_normal(len(sound))
        if in_bursts:
            hiss *= np.repeat(random.random(len(sound) // (2 * RATE_HZ) + 1) < 0.3, 2 * RATE_HZ)[: len(sound)] + 0.03
        speech = np.sqrt(np.mean(sound[np.abs(sound) > 200] ** 2))
        sound = sound + hiss / np.sqrt(np.mean(hiss**2)) * speech / 10 ** (below_db / 20)
        sound *= min(1.0, 32_000 / np.abs(sound).max())
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, RATE_HZ, 0, "NONE", ""))
        file.writeframes(sound.astype("<i2").tobytes())
    return path


def words_with_errors(heard: Mapping[tuple[str, str], Recognition]) -> pd.DataFrame:
    """The words turn by turn with ``correct`` (0, 1), ``left_out`` after each, ``text_name``, and the signs that they show."""
    recordings = [
        Recording(
            text, as_reference((SAMPLES / "references" / f"{text}.txt").read_text(encoding="utf-8")), frame(f"{text}, {noise}", found)
        )
        for (text, noise), found in heard.items()
    ]
    parts = [
        item.words.assign(correct=item.is_correct(), left_out=item.left_out(), text_name=item.recording.group)
        for item in compare(recordings, "basic")
    ]
    words = in_reading_order(pd.concat(parts, ignore_index=True))
    return words.join(word_signs(words))


def frame(recording_id: str, heard: Recognition) -> pd.DataFrame:
    """A recognition as rows of the words table, a turn for each change of speaker."""
    speakers = pd.Series([word.speaker for word in heard.words])
    turns = (speakers != speakers.shift()).cumsum().tolist()
    return schema.WORDS.frame(
        [
            {
                "recording_id": recording_id,
                "word_index": index,
                "utterance_index": turn,
                "speaker": word.speaker,
                "start_ms": int(word.start_ms),
                "end_ms": int(word.end_ms),
                "text": word.text,
                "confidence": word.confidence,
                "edited": False,
            }
            for index, (word, turn) in enumerate(zip(heard.words, turns, strict=True))
        ]
    )


def sentences(words: pd.DataFrame) -> tuple[Groups, pd.DataFrame]:
    """The sentences with their minutes of listening, real errors and confidences."""
    groups = Groups(pd.factorize(words["sentence"])[0])
    spans = groups.reduce(np.maximum, words["end_ms"]) - groups.reduce(np.minimum, words["start_ms"])
    table = pd.DataFrame(
        {
            "recording_id": words["recording_id"].iloc[groups.first].to_numpy(),
            "minutes": (spans / 1000 + SEEK_S) / 60,
            "errors": groups.reduce(np.add, errors_of(words)),
            "mean": words.groupby(groups.codes)["confidence"].mean(),
            "least": groups.reduce(np.minimum, words["confidence"]),
        }
    )
    return groups, table


def errors_of(words: pd.DataFrame) -> Any:
    """Errors found when a word is listened to: its own, and words left out after it."""
    return (1 - words["correct"].fillna(1) + words["left_out"]).to_numpy()


def expected(words: pd.DataFrame, *, with_signs: bool) -> Any:
    """Expected errors of each word by a calibration on the other texts."""
    found = np.zeros(len(words))
    for text in words["text_name"].unique():
        mine = (words["text_name"] == text).to_numpy()
        others = words[~mine & words["correct"].notna().to_numpy()]
        signs = others[list(SIGNS)] if with_signs else None
        learnt = calibration.fit(others["confidence"], others["correct"], signs, left_out=others["left_out"])
        found[mine] = learnt.expected_errors(words.loc[mine, "confidence"], words.loc[mine, list(SIGNS)])
    return found


def share_found(table: pd.DataFrame, score: Any) -> float:
    """Share of all errors in a quarter of the listening time, highest score first."""
    order = np.argsort(-np.asarray(score), kind="stable")
    minutes, errors = (np.concatenate([[0.0], np.cumsum(table[name].to_numpy()[order])]) for name in ("minutes", "errors"))
    return float(np.interp(BUDGET * minutes[-1], minutes, errors) / errors[-1])


def interval(table: pd.DataFrame, value: Callable[[pd.DataFrame, Any], float]) -> tuple[float, float]:
    """The 95 % interval of a value of the table and its row numbers, recordings drawn with replacement."""
    rows_of = list(table.groupby("recording_id").indices.values())
    random = np.random.default_rng(0)
    draws = [np.concatenate([rows_of[number] for number in random.integers(len(rows_of), size=len(rows_of))]) for _ in range(RESAMPLES)]
    low, high = np.quantile([value(table.iloc[rows], rows) for rows in draws], [0.025, 0.975])
    return float(low), float(high)


def main() -> None:
    words = words_with_errors(asyncio.run(transcribed()))
    groups, table = sentences(words)
    minutes, errors = table["minutes"].sum(), table["errors"].sum()
    n_recordings = table["recording_id"].nunique()
    print(f"{n_recordings} recordings, {len(words):,} words, {len(table)} sentences; {errors:.0f} errors in {minutes:.1f} min")

    def per_minute(risk: Any) -> Any:
        return groups.reduce(np.add, risk) / table["minutes"].to_numpy()

    random = np.random.default_rng(0)
    chance = np.mean([share_found(table, random.random(len(table))) for _ in range(500)])
    by_mean = -table["mean"].to_numpy()
    orders = {
        "flag_for_review": per_minute(error_from_confidence(words["confidence"])),
        "flag_for_review, calibrated (signs too)": per_minute(expected(words, with_signs=True)),
        "flag_for_review, calibrated (confidence)": per_minute(expected(words, with_signs=False)),
        "least mean confidence first": by_mean,
        "least word confidence first": -table["least"].to_numpy(),
        "perfect knowledge": table["errors"].to_numpy() / table["minutes"].to_numpy(),
    }
    check_queue(words, table, orders["flag_for_review"])
    print(f"\n{'errors found in a quarter of the time':42} {'':16} lead over least mean confidence first")
    for name, score in orders.items():
        low, high = interval(table, lambda part, rows, score=score: share_found(part, score[rows]))
        lead = share_found(table, score) - share_found(table, by_mean)
        ends = interval(table, lambda part, rows, score=score: share_found(part, score[rows]) - share_found(part, by_mean[rows]))
        print(f"{name:42} {share_found(table, score):4.0%} ({low:.0%}–{high:.0%}) {lead:+6.1%} ({ends[0]:+.1%} to {ends[1]:+.1%})")
    print(f"{'random order':42} {chance:4.0%}")
    known = words[words["correct"].notna()]
    learnt = calibration.fit(known["confidence"], known["correct"], known[list(SIGNS)], left_out=known["left_out"])
    print(f"\nCalibration error of all words: {learnt.ece:.3f}. What signs say beside the confidence:")
    print(learnt.signs.round(2).to_string(index=False))


def check_queue(words: pd.DataFrame, table: pd.DataFrame, score: Any) -> None:
    """What is measured here is the order of the queue itself, invented text aside."""
    queue = review_queue(words[schema.WORDS.names], below=1.01, by="sentence")
    assert len(queue) == len(table)
    assert np.isclose(queue["errors_per_minute"].sum(), score.sum(), rtol=0.02)


if __name__ == "__main__":
    main()
