"""The engine beside the SDK's own group calls, on one scripted service: wall time, requests, memory, duplicates.

Run it as ``python benchmarks/bench_batch.py`` (or ``make bench``). ``--suite large`` measures scribekit alone: 600 and 10,000 jobs, 2,000
uploads, and a plan of 100,000 rows. Every contender runs in a fresh process and meets a fresh service; nothing is written but temporary
folders. README.md beside this file says how to read the figures.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import wave
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from batch_library import Library, lower_bound_s
from batch_service import REQUESTS_PER_WINDOW, WINDOW_S, Service, service

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Contender:
    """One way to transcribe a list of addresses: the title of its row, its function in ``batch_contenders`` and what that is told."""

    title: str
    function: str
    concurrency: int = 0
    by_default: bool = True


CONTENDERS = {
    "scribekit": Contender("scribekit submit_batch + collect", "scribekit"),
    "sdk": Contender("SDK Transcriber.transcribe_group", "sdk_threads"),
    "sdk-async": Contender("SDK AsyncTranscriber(max_concurrency=200)", "sdk_async", concurrency=200),
    "sdk-async-8": Contender("SDK AsyncTranscriber, its default of 8", "sdk_async", concurrency=8, by_default=False),
}
WIDTHS = {"wall s": 9, "x bound": 9, "req/job": 9, "CPU ms/job": 12, "peak MB": 9, "delivered": 11, "lost": 6, "doubled": 9}
"""Of the columns."""


def main() -> None:
    options = parser().parse_args()
    suite, timeout_s = {"compare": (compare, 90.0), "large": (large, 600.0)}[options.suite]
    options.timeout = options.timeout or timeout_s
    suite(options)


def compare(options: argparse.Namespace) -> None:
    library = Library(options.jobs, options.seed)
    bound_s = lower_bound_s(library.durations_s, options.slots, options.speed)
    hours = sum(library.durations_s) / 3600
    print(f"{library.count:,} recordings, {hours:,.0f} h of audio; {options.slots} slots, time scale {options.speed:g}.")
    print(f"Lower bound: {bound_s:.1f} s. Polling every {3 / options.speed:g} s (3 s at scale 1) in all contenders;")
    print(f"{REQUESTS_PER_WINDOW:,} requests in any {WINDOW_S / options.speed:g} s ({WINDOW_S:g} s at scale 1).\n")
    print_heading()
    for name in chosen(options):
        contender = CONTENDERS[name]
        with service(options.slots, options.speed) as at:
            plan = {"count": library.count, "seed": options.seed, "concurrency": contender.concurrency}
            print_row(contender.title, at, run(contender.function, plan, at, options.timeout), library.count, bound_s)


def chosen(options: argparse.Namespace) -> list[str]:
    return options.only or [name for name, contender in CONTENDERS.items() if contender.by_default or options.all]


def large(options: argparse.Namespace) -> None:
    """Scribekit alone, at the sizes for which it is made."""
    print_heading()
    for name in options.part or PARTS:
        PARTS[name](options)


def urls_600(options: argparse.Namespace) -> None:
    urls("600 URL jobs", Library(600, options.seed), options, speed=10)


def urls_10000(options: argparse.Namespace) -> None:
    urls("10,000 URL jobs at time scale 100", Library(10_000, options.seed), options, speed=100)


def urls(title: str, library: Library, options: argparse.Namespace, speed: float) -> None:
    bound_s = lower_bound_s(library.durations_s, options.slots, speed)
    with service(options.slots, speed) as at:
        plan = {"count": library.count, "seed": library.seed}
        print_row(title, at, run("scribekit", plan, at, options.timeout), library.count, bound_s)


def narrow_window(options: argparse.Namespace) -> None:
    """The 10,000 jobs with a tenth of the account's usual requests: slower, and never one request too many."""
    library, speed, most = Library(10_000, options.seed), 100, REQUESTS_PER_WINDOW // 10
    bound_s = lower_bound_s(library.durations_s, options.slots, speed)
    with service(options.slots, speed, requests_per_window=most) as at:
        plan = {"count": library.count, "seed": library.seed, "requests_per_window": most}
        print_row("10,000 URL jobs at a tenth of the window", at, run("scribekit", plan, at, options.timeout), library.count, bound_s)
        print(f"    (most requests in any window: {at.counters().busiest_window:,} of {most:,})")


def uploads_2000(options: argparse.Namespace) -> None:
    count, seconds, speed = 2000, 0.5, 10
    bound_s = lower_bound_s([seconds] * count, options.slots, speed)
    with service(options.slots, speed) as at, tempfile.TemporaryDirectory() as folder:
        make_recordings(Path(folder), count, seconds, options.seed)
        print_row("2,000 small uploads", at, run("uploads", {"folder": folder}, at, options.timeout), count, bound_s)


def plan_100000(options: argparse.Namespace) -> None:
    with service(options.slots, 10) as at, tempfile.TemporaryDirectory() as corpus:
        plan = {"count": 100_000, "seed": options.seed, "corpus": corpus}
        for title, function in (("100,000 rows planned (submit_batch)", "planning"), ("… reopened, with its repr", "reopening")):
            print_cells(title, basics(run(function, plan, at, options.timeout)))


def make_recordings(folder: Path, count: int, seconds: float, seed: int) -> None:
    """Small recordings, no two alike."""
    noise = random.Random(seed)
    for number in range(count):
        with wave.open(str(folder / f"{number:05d}.wav"), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(8000)
            file.writeframes(noise.randbytes(int(16_000 * seconds)))


def run(function: str, plan: Mapping[str, Any], at: Service, timeout_s: float) -> dict[str, Any]:
    """What a contender measured in a process of its own, or under ``problem`` why it did not (its error then stands above)."""
    with tempfile.TemporaryDirectory() as scratch:
        told = json.dumps({"corpus": scratch, "slots": at.slots, "speed": at.speed, **plan})
        command = [sys.executable, str(HERE / "batch_contenders.py"), function]
        environment = os.environ | at.environment | {"SCRIBEKIT_CACHE": str(Path(scratch) / "cache")}
        try:
            done = subprocess.run(command, input=told, stdout=subprocess.PIPE, text=True, timeout=timeout_s, check=True, env=environment)
        except subprocess.TimeoutExpired:
            return {"problem": f"stopped after {timeout_s:g} s"}
        except subprocess.CalledProcessError as failure:
            return {"problem": f"failed (exit code {failure.returncode})"}
    return json.loads(done.stdout.splitlines()[-1])


def print_heading() -> None:
    print_cells("", {name: name for name in WIDTHS})


def print_row(title: str, at: Service, measured: Mapping[str, Any], jobs: int, bound_s: float) -> None:
    counters = at.counters()
    delivered = measured.get("delivered", 0)
    cells = basics(measured) | {
        "req/job": f"{counters.requests / jobs:.2f}",
        "delivered": f"{delivered:,}",
        "lost": f"{jobs - delivered:,}",
        "doubled": f"{counters.doubled:,}",
    }
    if "problem" in measured:
        cells["problem"] += f", {counters.completed:,} completed at the service by then"
    else:
        cells |= {"x bound": f"{measured['wall_s'] / bound_s:.2f}", "CPU ms/job": f"{measured['cpu_s'] / jobs * 1000:.1f}"}
    print_cells(title, cells)


def basics(measured: Mapping[str, Any]) -> dict[str, str]:
    """The cells of any measurement."""
    if "problem" in measured:
        return {"problem": measured["problem"]}
    return {"wall s": f"{measured['wall_s']:.1f}", "peak MB": f"{measured['peak_mb']:,.0f}"}


def print_cells(title: str, cells: Mapping[str, str]) -> None:
    columns = "".join(f"{cells.get(name, ''):>{width}}" for name, width in WIDTHS.items())
    print(f"{title:44}{columns}  {cells.get('problem', '')}".rstrip(), flush=True)


def parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(description="Measure the engine beside the SDK's own group calls.")
    add = made.add_argument
    add("--suite", choices=("compare", "large"), default="compare", help="beside the SDK, or scribekit alone at large sizes")
    add("--jobs", type=int, default=300, help="recordings (compare)")
    add("--slots", type=int, default=200, help="jobs that the service works on at once")
    add("--speed", type=float, default=10.0, help="time scale of the service (compare)")
    add("--seed", type=int, default=1, help="of the lengths of the recordings")
    add("--only", nargs="+", choices=tuple(CONTENDERS), metavar="NAME", help=f"some contenders alone: {', '.join(CONTENDERS)}")
    add("--all", action="store_true", help="the slowest contender too")
    add("--part", nargs="+", choices=tuple(PARTS), metavar="NAME", help=f"some parts of the large suite alone: {', '.join(PARTS)}")
    add("--timeout", type=float, help="seconds for each contender (90; in the large suite 600)")
    return made


PARTS = {"600": urls_600, "10000": urls_10000, "window": narrow_window, "uploads": uploads_2000, "plan": plan_100000}

if __name__ == "__main__":
    main()
