"""The derived tables of a synthetic corpus: how long they take to make and to read, in how much memory, beside what others take.

Run it as ``python benchmarks/bench_tables.py``; ``--recordings 5000`` makes a corpus of 10 million words (see ``bench_search.py``). With
``--index`` the search index is built too. Nothing is written but a temporary folder. Reading is measured in turns with its peer, so that a
busy machine slows both alike; the best of the rounds counts, and the ratio is that of the bests.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import polars as pl
from bench_search import VOCABULARY, make_corpus, timed, vocabulary

import scribekit as sk

SUMS = "SELECT speaker, count(*), sum(end_ms - start_ms) FROM {} GROUP BY speaker ORDER BY speaker"
BUILD = """
import json, resource, sys, time
import scribekit as sk
import scribekit.tables.store.build
corpus = sk.open_corpus(sys.argv[1])
start = time.perf_counter()
sk.build_tables(corpus, rebuild=True, progress=False)
took = time.perf_counter() - start
print(json.dumps({"s": took, "mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}))
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--recordings", type=int, default=1000)
    parser.add_argument("--words", type=int, default=2000, help="words in each")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--index", action="store_true", help="build the search index too")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        tenth = Path(folder) / "tenth"
        make(tenth, options.recordings // 10, options)
        print(f"a tenth of the corpus: {described(build(tenth), options.recordings // 10 * options.words)}")
        measure(Path(folder) / "whole", options)


def measure(folder: Path, options: argparse.Namespace) -> None:
    make(folder, options.recordings, options)
    total = options.recordings * options.words
    print(f"{options.recordings:,} recordings, {total:,} words; {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    built = build(folder)
    print(f"all tables: {described(built, total)}")
    print(f"all tables in one process: {described(build(folder, alone=True), total)}")
    corpus = sk.open_corpus(folder)
    if options.index:
        took = timed(lambda: sk.build_index(corpus, progress=False))
        print(f"search index: {took:.1f} s; with all tables {took + built['s']:.1f} s")
    print(f"nothing new to build: {timed(lambda: sk.build_tables(corpus, progress=False)) * 1e3:.0f} ms")
    size = sum(path.stat().st_size for path in (folder / "tables").rglob("*.parquet"))
    print(f"{size / total:.1f} bytes a word on the disk, all levels")
    read(corpus, total, options.rounds)


def read(corpus: sk.Corpus, total: int, rounds: int) -> None:
    files = sk.scan_frame(corpus, "words").files
    one = {"recording_id": "r00077"}

    def scanned() -> object:
        words = sk.scan_frame(corpus, "words")  # noqa: F841 -- DuckDB finds it by its name
        return duckdb.sql(SUMS.format("words")).fetchall()

    pairs: dict[str, tuple[Callable[[], object], Callable[[], object]]] = {
        "words → pandas, beside pandas.read_parquet": (lambda: sk.to_frame(corpus, "words"), lambda: pd.read_parquet(files)),
        "text alone, beside pandas.read_parquet": (
            lambda: sk.to_frame(corpus, "words", columns=["text"]),
            lambda: pd.read_parquet(files, columns=["text"]),
        ),
        "start_ms alone, beside pandas.read_parquet": (
            lambda: sk.to_frame(corpus, "words", columns=["start_ms"]),
            lambda: pd.read_parquet(files, columns=["start_ms"]),
        ),
        "scan_frame and DuckDB's group-by, beside DuckDB's own reader": (
            scanned,
            lambda: duckdb.sql(SUMS.format(f"read_parquet({files!r})")).fetchall(),
        ),
        "words of one recording, beside Polars' lazy reader": (
            lambda: sk.to_frame(corpus, "words", where=one),
            lambda: pl.scan_parquet(files).filter(pl.col("recording_id") == "r00077").collect(),
        ),
    }
    for what, (ours, peer) in pairs.items():
        best = best_of({"ours": ours, "peer": peer}, rounds)
        rate = f", {total / best['ours'] / 1e6:.1f} million words/s" if "recording" not in what else ""
        print(f"{what}: {best['ours'] * 1e3:.0f} ms{rate}; {best['ours'] / best['peer']:.2f} of its time")


def best_of(actions: Mapping[str, Callable[[], object]], rounds: int) -> dict[str, float]:
    """The shortest time of each, in turns."""
    times = [{name: timed(action) for name, action in actions.items()} for _ in range(rounds)]
    return {name: min(one[name] for one in times) for name in actions}


def build(folder: Path, *, alone: bool = False) -> dict[str, float]:
    """Seconds, and megabytes at the most, of making all tables in a process of its own; alone, without its helper."""
    script = BUILD if not alone else BUILD.replace("corpus = ", "scribekit.tables.store.build._cores = lambda: 1\ncorpus = ", 1)
    said = subprocess.run([sys.executable, "-c", script, str(folder)], capture_output=True, check=True, text=True).stdout
    measured: dict[str, float] = json.loads(said)
    return measured


def described(built: Mapping[str, float], words: int) -> str:
    return f"{built['s']:.1f} s, {words / built['s'] / 1e6:.2f} million words/s, at most {built['mb']:.0f} MB in one process"


def make(folder: Path, recordings: int, options: argparse.Namespace) -> None:
    words = np.random.default_rng(options.seed).zipf(1.2, (recordings, options.words)) % VOCABULARY
    make_corpus(folder, words, vocabulary(random.Random(options.seed)))


if __name__ == "__main__":
    main()
