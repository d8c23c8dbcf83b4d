"""A night without network: a relay refuses connections in the middle of a run, then uploads are answered with 503; nobody does anything.

Run it as ``python benchmarks/night.py``. A quarter of the recordings are files, which are uploaded; the rest are addresses. The run must
complete by itself, nothing twice. ``--outage 600`` is the real length: ten minutes without network, five without uploads.
"""

from __future__ import annotations

import argparse
import concurrent.futures
import random
import resource
import sys
import tempfile
import time
import wave
from collections.abc import Callable
from pathlib import Path

import assemblyai as aai
from batch_service import KEY, service

import scribekit as sk

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests" / "support"))

from relay import Relay

UPLOAD = ("POST", "/v2/upload")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--jobs", type=int, default=1000, help="recordings")
    parser.add_argument("--outage", type=float, default=600.0, help="seconds without network; then half as many without uploads")
    parser.add_argument("--slots", type=int, default=50, help="jobs that the service works on at once")
    parser.add_argument("--speed", type=float, default=20.0, help="time scale of the service")
    options = parser.parse_args()
    with (
        service(options.slots, options.speed) as at,
        tempfile.TemporaryDirectory() as folder,
        Relay(at.base_url) as relay,
        concurrent.futures.ThreadPoolExecutor(1) as threads,
    ):
        aai.settings.base_url, aai.settings.api_key = relay.base_url, KEY
        limits = sk.Limits(concurrent_jobs=options.slots, poll_s=1.0)
        begin = time.monotonic()
        rows = library(options.jobs, Path(folder))
        batch = sk.submit_batch(rows, corpus=Path(folder, "corpus"), limits=limits, progress=False)
        run = threads.submit(sk.collect, batch, progress=False)
        until(run, lambda: batch.counts()["completed"] >= options.jobs // 4)
        print(f"{'':>12}  {'said meanwhile':<60}  {'failed':>6}  {'requests':>8}  {'back after s':>12}  {'CPU s':>6}")
        outage("no network", options.outage, relay, batch, relay.refuse, relay.accept)
        uploads_answer_503 = {"spoil": lambda method, path, _body: (503, b"{}") if (method, path) == UPLOAD else None}
        answered = {"spoil": lambda *_request: None}
        outage(
            "no uploads",
            options.outage / 2,
            relay,
            batch,
            lambda: vars(relay).update(uploads_answer_503),
            lambda: vars(relay).update(answered),
        )
        jobs = run.result()
        counters = at.counters()
    completed = (jobs["status"] == "completed").sum()
    print(f"\n{time.monotonic() - begin:.0f} s in all; {completed:,} of {options.jobs:,} completed, {counters.doubled:,} twice.")
    sys.exit(completed < options.jobs or counters.doubled > 0)


def outage(name: str, seconds: float, relay: Relay, batch: sk.Batch, begin: Callable[[], None], end: Callable[[], None]) -> None:
    """One outage: print what the batch said, how many requests came meanwhile, and when the next job moved on after it."""
    before, cpu = len(relay.asked), resource.getrusage(resource.RUSAGE_SELF)
    begin()
    time.sleep(seconds)
    said = batch.snapshot().outage
    failed, asked = batch.counts()["error"], relay.asked[before:]
    used = resource.getrusage(resource.RUSAGE_SELF)
    counts, ended = batch.counts(), time.monotonic()
    end()
    while batch.counts() == counts:
        time.sleep(0.1)
    back_s = time.monotonic() - ended
    cpu_s = used.ru_utime + used.ru_stime - cpu.ru_utime - cpu.ru_stime
    requests = asked.count(UPLOAD) if name == "no uploads" else len(asked)
    print(f"{name:>12}  {said:<60}  {failed:>6}  {requests:>8,}  {back_s:>12.1f}  {cpu_s:>6.1f}", flush=True)


def until(run: concurrent.futures.Future[object], condition: Callable[[], bool]) -> None:
    while not condition():
        if run.done():
            run.result()
            raise SystemExit("The run ended before the outage began: give it more jobs.")
        time.sleep(0.2)


def library(count: int, folder: Path) -> list[dict[str, object]]:
    """Addresses of log-normal length, and files of a second that are sent last, being the shortest."""
    lengths = random.Random(1)
    files = [{"url": str(tone(folder / f"{number:05d}.wav", number))} for number in range(count // 4)]
    return [
        *(
            {"url": f"https://host.example/{i:05d}.mp3?duration={s:.1f}", "duration_s": s}
            for i, s in enumerate(lengths.lognormvariate(7, 0.8) for _ in range(count - len(files)))
        ),
        *files,
    ]


def tone(path: Path, number: int) -> Path:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(f"number {number:05d}".ljust(16).encode() + bytes(16_000))
    return path


if __name__ == "__main__":
    main()
