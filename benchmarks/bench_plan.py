"""What ``sk.plan`` says beside what the engine then takes, and how long a plan of a million recordings takes.

Run it as ``python benchmarks/bench_plan.py``. Three mixes of lengths, two numbers of slots, with and without an upload limit: each batch
is planned with the scripted service's own job times, then done, in a fresh process against a fresh service that throttles uploads.
"""

from __future__ import annotations

import argparse
import hashlib
import inspect
import json
import math
import os
import random
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
from batch_service import service
from bench_batch import run

from scribekit.service.recognisers.scripted.recogniser import Scripted

TOTAL_BYTES = 8_000_000
UPLOAD_MBPS = 2.0
SLOTS = (6, 18)
TOLERANCE = 0.15
_PACE = inspect.signature(Scripted).parameters


@dataclass(frozen=True)
class Mix:
    """A library of files of log-normal lengths.

    Attributes:
        count: Number of recordings.
        median_s: Their median length.
        speed: Time scale at which the batch is done: so low that the service takes the time, and not this machine's processor, which
            invents every word for it.
    """

    count: int
    median_s: float
    speed: float

    def lengths_s(self, seed: int) -> list[float]:
        """Equal for equal seeds."""
        draw = random.Random(seed).lognormvariate
        return [round(min(max(self.median_s * draw(0.0, 0.8), 30.0), 4 * 3600.0), 3) for _ in range(self.count)]


MIXES = {
    "voice messages, 2 min": Mix(60, 120.0, 1.0),
    "podcasts, 20 min": Mix(60, 1200.0, 3.0),
    "interviews, 90 min": Mix(30, 5400.0, 6.0),
}


def main() -> None:
    options = parser().parse_args()
    if not options.million_only:
        cases(options)
    million(options)


def cases(options: argparse.Namespace) -> None:
    print(f"{'mix':24}{'slots':>6}{'upload':>9}{'planned s':>11}{'taken s':>9}{'planned/taken':>15}{'load':>6}  bottleneck")
    ratios = []
    for name, mix in MIXES.items():
        if options.mix and not name.startswith(tuple(options.mix)):
            continue
        for slots in SLOTS:
            for mbps in (None, UPLOAD_MBPS):
                measured = best([case(mix, slots, mbps, options) for _ in range(options.repeat)])
                if "problem" in measured:
                    print(f"{name:24}{slots:>6}{mbps or '':>9}  {measured['problem']}", flush=True)
                    continue
                ratios.append(measured["planned_s"] / measured["wall_s"])
                cells = f"{measured['planned_s']:>11.1f}{measured['wall_s']:>9.1f}{ratios[-1]:>15.2f}"
                print(f"{name:24}{slots:>6}{mbps or 'free':>9}{cells}{os.getloadavg()[0]:>6.1f}  {measured['bottleneck']}", flush=True)
    good = sum(abs(ratio - 1) <= TOLERANCE for ratio in ratios)
    print(f"\nwithin {TOLERANCE:.0%}: {good} of {len(ratios)}\n")


def best(runs: list[dict[str, Any]]) -> dict[str, Any]:
    """The run that other work on the machine disturbed least: nothing makes a batch quicker than it is."""
    return min(runs, key=lambda run: run.get("wall_s", math.inf))


def case(mix: Mix, slots: int, upload_mbps: float | None, options: argparse.Namespace) -> dict[str, Any]:
    with service(slots, mix.speed, upload_mbps=upload_mbps) as at, tempfile.TemporaryDirectory() as folder:
        times = {"overhead_s": _PACE["overhead_s"].default / mix.speed, "per_hour_s": _PACE["seconds_per_hour"].default / mix.speed}
        plan = {"manifest": make_files(Path(folder), mix.lengths_s(options.seed)), "upload_mbps": upload_mbps, "times": times}
        return run("foreseen", plan, at, options.timeout)


def make_files(folder: Path, lengths_s: list[float]) -> str:
    """Scripts of so many seconds, padded to the size of audio, and the manifest of them."""
    rows = []
    for number, seconds in enumerate(lengths_s):
        script = b"scripted:" + json.dumps({"duration_s": seconds}).encode()
        body = script.ljust(int(TOTAL_BYTES * seconds / sum(lengths_s))) + b"\n" * number  # no two alike
        path = folder / f"{number:04d}.wav"
        path.write_bytes(body)
        row = {"recording_id": path.stem, "source": str(path), "duration_s": seconds, "size_bytes": len(body), "channels": 1}
        rows.append(row | {"sha256": hashlib.sha256(body).hexdigest(), "problem": None})
    manifest = folder / "manifest.parquet"
    pd.DataFrame(rows).astype({"problem": "str"}).to_parquet(manifest)
    return str(manifest)


def million(options: argparse.Namespace) -> None:
    with service(1, 1.0) as at:
        measured = run("million", {"count": options.count, "seed": options.seed, "upload_mbps": 500.0}, at, options.timeout)
    if "problem" in measured:
        print(f"{options.count:,} recordings: {measured['problem']}")
        return
    print(f"{options.count:,} recordings: planned in {measured['wall_s']:.1f} s, their table in {measured['recordings_s']:.1f} s more;")
    print(f"peak memory {measured['peak_mb']:,.0f} MB, of which {measured['manifest_mb']:,.0f} MB with the manifest alone")
    print(measured["told"])


def parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(description="Measure plans by what the engine then takes.")
    made.add_argument("--seed", type=int, default=1, help="of the lengths of the recordings")
    made.add_argument("--count", type=int, default=1_000_000, help="recordings of the large plan")
    made.add_argument("--mix", nargs="+", metavar="NAME", help="some mixes alone, by the beginning of their names")
    made.add_argument("--repeat", type=int, default=1, help="do each batch so often, and take the run that was disturbed least")
    made.add_argument("--million-only", action="store_true", help="the large plan alone")
    made.add_argument("--timeout", type=float, default=120.0, help="seconds for each batch")
    return made


if __name__ == "__main__":
    main()
