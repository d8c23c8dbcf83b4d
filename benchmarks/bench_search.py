"""The search index of a synthetic corpus: words a second while building, and how long the first 100 lines take.

Run it as ``python benchmarks/bench_search.py``; ``--recordings 5000`` makes a corpus of 10 million words, drawn by Zipf's law from
a vocabulary of 50,000, turns are of 5 to 40 words. Nothing is written but a temporary folder.
"""

from __future__ import annotations

import argparse
import random
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import msgspec
import numpy as np
import pandas as pd

import scribekit as sk
from scribekit.corpus.handles import manifest_to_bytes
from scribekit.corpus.job import Job, PlannedRow
from scribekit.corpus.ledger import Fact, Ledger, Receipt
from scribekit.fulltext.index import FILE_NAME

HOST = "host.example"
VOCABULARY = 50_000
SHARE = 0.95
AT_A_TIME = 100


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--recordings", type=int, default=1000)
    parser.add_argument("--words", type=int, default=2000, help="words in each")
    parser.add_argument("--queries", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        measure(Path(folder) / "corpus", options)


def measure(folder: Path, options: argparse.Namespace) -> None:
    words = np.random.default_rng(options.seed).zipf(1.2, (options.recordings, options.words)) % VOCABULARY
    names = vocabulary(random.Random(options.seed))
    make_corpus(folder, words, names)
    corpus = sk.open_corpus(folder)
    total = words.size
    took = timed(lambda: sk.build_index(corpus, progress=False))
    size = (folder / FILE_NAME).stat().st_size
    print(f"{options.recordings:,} recordings, {total:,} words")
    print(f"index built in {took:.1f} s: {total / took / 1e6:.2f} million words/s, {size / total:.0f} bytes a word")
    print(f"nothing new to index: {timed(lambda: sk.build_index(corpus, progress=False)) * 1e3:.0f} ms")
    for kind, queries in questions(words, names, options).items():
        report(f"{kind}, first 100 lines", [timed(lambda query=query: sk.search(corpus, query, limit=100)) for query in queries])
    node = names[30]
    report(f"all lines of {node!r}, by left neighbour", [timed(lambda: sk.search(corpus, node, sort="left1"))])
    report("collocates", [timed(lambda: sk.collocates(corpus, node))])
    report("ngrams, n=2", [timed(lambda: sk.ngrams(corpus, 2))])


def questions(words: np.ndarray, names: Sequence[str], options: argparse.Namespace) -> dict[str, list[str]]:
    """Queries that have lines: each is taken from somewhere in the corpus."""
    chance = random.Random(options.seed)

    def run(length: int) -> list[str]:
        recording = chance.randrange(options.recordings)
        start = chance.randrange(options.words - length)
        return [names[number] for number in words[recording, start : start + length]]

    makers: dict[str, Callable[[], str]] = {
        "word": lambda: run(1)[0],
        "phrase of 2": lambda: f'"{" ".join(run(2))}"',
        "phrase of 3": lambda: f'"{" ".join(run(3))}"',
        "prefix": lambda: f"{run(1)[0][:4]}*",
        "NEAR/5": lambda: " NEAR/5 ".join(run(4)[::3]),
    }
    return {kind: [make() for _ in range(options.queries)] for kind, make in makers.items()}


def report(what: str, seconds: Sequence[float]) -> None:
    ordered = sorted(seconds)
    p95 = ordered[min(len(ordered) - 1, int(SHARE * len(ordered)))]
    print(f"{what}: median {ordered[len(ordered) // 2] * 1e3:.1f} ms, 95th percentile {p95 * 1e3:.1f} ms ({len(ordered)} times)")


def timed(action: Callable[[], object]) -> float:
    start = time.perf_counter()
    action()
    return time.perf_counter() - start


def vocabulary(chance: random.Random) -> list[str]:
    syllables = [first + second for first in "bdfgklmnprstvw" for second in ("a", "e", "i", "o", "u", "an", "er", "il")]
    return ["".join(chance.choices(syllables, k=chance.randint(1, 4))) for _ in range(VOCABULARY)]


def make_corpus(folder: Path, words: np.ndarray, names: Sequence[str]) -> None:
    keys = [f"r{number:05}" for number in range(len(words))]
    jobs = [Job(key, f"https://{HOST}/{key}.mp3", "{}", 600.0) for key in keys]
    rows = [PlannedRow(key, job.source, key) for key, job in zip(keys, jobs, strict=True)]
    manifest = pd.DataFrame(
        {"recording_id": keys, "source": [job.source for job in jobs], "year": [2000 + n % 20 for n in range(len(keys))]}
    )
    with Ledger(folder, create=True) as ledger:
        batch = ledger.plan_batch("bench", manifest_to_bytes(manifest), rows, jobs, host=HOST, at=1.0)
        for start in range(0, len(keys), AT_A_TIME):
            facts = []
            for job in ledger.claim([batch], "bench", 1e12, 1.0, AT_A_TIME):
                body = payload(job.key, [names[number] for number in words[int(job.key[1:])]], random.Random(job.key))
                done = replace(job, state="completed", transcript_id=f"t{job.key}")
                facts.append(Fact(done, 2.0, "completed", "", Receipt(body, 600.0, 0.9, "universal-2", "en", 0.01)))
            ledger.record("bench", facts)
            assert start + len(facts) <= len(keys)


def payload(transcript_id: str, said: Sequence[str], chance: random.Random) -> bytes:
    words, utterances, at = [], [], 0
    while at < len(said):
        length, speaker = chance.randint(5, 40), chance.choice("ABC")
        turn = [
            {"text": word, "start": 300 * number, "end": 300 * number + 250, "confidence": 0.9, "speaker": speaker}
            for number, word in enumerate(said[at : at + length], start=at)
        ]
        utterance = {"text": " ".join(said[at : at + length]), "start": turn[0]["start"], "end": turn[-1]["end"], "confidence": 0.9}
        utterances.append({**utterance, "speaker": speaker, "words": turn})
        words += turn
        at += length
    body = {"id": transcript_id, "status": "completed", "text": " ".join(said), "words": words, "utterances": utterances}
    return msgspec.json.encode(body)


if __name__ == "__main__":
    main()
