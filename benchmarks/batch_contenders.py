"""What is measured, each in a fresh process: ``python batch_contenders.py NAME`` reads its plan as JSON and prints what it measured."""

from __future__ import annotations

import asyncio
import json
import resource
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import assemblyai as aai
from batch_library import Library

POLL_S = 3.0
"""Between two looks at time scale 1: the SDK's default, and scribekit's."""

Plan = dict[str, Any]
Measured = dict[str, Any]


def scribekit(plan: Plan) -> Measured:
    import scribekit as sk
    from scribekit.batch.transcribe import collect, submit_batch

    library = Library(plan["count"], plan["seed"])
    with clock() as measured:
        batch = submit_batch(library.rows, config(), corpus=plan["corpus"], limits=limits(sk, plan), progress=False)
        jobs = collect(batch, progress=False)
    return measured | {"delivered": int((jobs["status"] == "completed").sum())}


def uploads(plan: Plan) -> Measured:
    import scribekit as sk
    from scribekit.batch.transcribe import collect, submit_batch

    manifest = sk.scan(plan["folder"], progress=False)
    with clock() as measured:
        batch = submit_batch(manifest, config(), corpus=plan["corpus"], limits=limits(sk, plan), progress=False)
        jobs = collect(batch, progress=False)
    return measured | {"delivered": int((jobs["status"] == "completed").sum())}


def foreseen(plan: Plan) -> Measured:
    """A batch that was planned first: what the plan said, and what then happened."""
    import pandas as pd

    import scribekit as sk

    manifest, pace = pd.read_parquet(plan["manifest"]), limits(sk, plan)
    times = sk.JobTimes(**plan["times"])
    said = sk.plan(manifest, limits=pace, upload_mbps=plan["upload_mbps"], times=times)
    told = {"planned_s": said.wall_s(), "bottleneck": said.bottleneck, "stages": said.stages().set_index("stage")["alone_s"].to_dict()}
    with clock() as measured:
        batch = sk.submit_batch(manifest, corpus=plan["corpus"], limits=pace, progress=False)
        jobs = sk.collect(batch, progress=False)
    return measured | told | {"delivered": int((jobs["status"] == "completed").sum())}


def million(plan: Plan) -> Measured:
    """A plan of so many recordings, with its figures, its table by recording and its page."""
    import numpy as np
    import pandas as pd

    import scribekit as sk

    lengths = np.clip(1200 * np.random.default_rng(plan["seed"]).lognormal(0.0, 0.8, plan["count"]), 30, 4 * 3600)
    frame = pd.DataFrame({"recording_id": np.arange(plan["count"]).astype(str), "duration_s": lengths, "size_bytes": lengths * 8000})
    held_mb = peak_mb()
    with clock() as measured:
        said = sk.plan(frame, config(), upload_mbps=plan["upload_mbps"])
        told = repr(said)
    figures = dict(measured)
    with clock() as measured:
        said.recordings()
    return figures | {"told": told, "recordings_s": measured["wall_s"], "manifest_mb": held_mb}


def planning(plan: Plan) -> Measured:
    """A whole ``submit_batch``, of which only the first job finds room at the service."""
    import scribekit as sk
    from scribekit.batch.transcribe import submit_batch

    rows = Library(plan["count"], plan["seed"]).rows
    one_job = sk.Limits(concurrent_jobs=1, queue_ahead=0)
    with clock() as measured:
        submit_batch(rows, config(), corpus=plan["corpus"], limits=one_job, progress=False)
    return measured


def reopening(plan: Plan) -> Measured:
    from scribekit.corpus.handles import open_corpus

    with clock() as measured:
        told = repr(open_corpus(plan["corpus"]))
    return measured | {"told": told.partition(" · ")[2]}


def sdk_threads(plan: Plan) -> Measured:
    aai.settings.polling_interval = POLL_S / plan["speed"]
    urls = Library(plan["count"], plan["seed"]).urls
    with clock() as measured:
        group, _ = aai.Transcriber().transcribe_group(urls, config(), return_failures=True)
    return measured | {"delivered": completed(group)}


def sdk_async(plan: Plan) -> Measured:
    aai.settings.polling_interval = POLL_S / plan["speed"]
    urls = Library(plan["count"], plan["seed"]).urls

    async def transcribe() -> int:
        async with aai.AsyncClient() as client:
            transcriber = aai.AsyncTranscriber(client=client)
            concurrency = {"max_concurrency": plan["concurrency"]}
            done, _ = await transcriber.transcribe_group(urls, config(), return_failures=True, **concurrency)
            return completed(done)

    with clock() as measured:
        delivered = asyncio.run(transcribe())
    return measured | {"delivered": delivered}


CONTENDERS: dict[str, Callable[[Plan], Measured]] = {
    "scribekit": scribekit,
    "uploads": uploads,
    "foreseen": foreseen,
    "million": million,
    "planning": planning,
    "reopening": reopening,
    "sdk_threads": sdk_threads,
    "sdk_async": sdk_async,
}


def config() -> aai.TranscriptionConfig:
    return aai.TranscriptionConfig(speech_models=["assemblyai-stt-3-7", "universal-2"], speaker_labels=True)


def limits(sk: Any, plan: Plan) -> Any:
    """The account's own limits, in the service's time."""
    speed = plan["speed"]
    return sk.Limits(
        concurrent_jobs=plan["slots"],
        requests_per_window=plan.get("requests_per_window", sk.Limits.requests_per_window),
        window_s=sk.Limits.window_s / speed,
        poll_s=POLL_S / speed,
    )


def completed(transcripts: Any) -> int:
    return sum(transcript.status == aai.TranscriptStatus.completed for transcript in transcripts)


@contextmanager
def clock() -> Iterator[Measured]:
    """Wall and processor time of the block."""
    measured: Measured = {"base_mb": peak_mb()}
    started, used = time.monotonic(), processor_s()
    yield measured
    measured |= {"wall_s": time.monotonic() - started, "cpu_s": processor_s() - used}


def processor_s() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def peak_mb() -> float:
    """The most memory that this process has held.

    Linux counts that of the process from which it was started into ``ru_maxrss``, and its own apart.
    """
    status = Path("/proc/self/status")
    if status.exists():
        own = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM:"))
        return int(own.split()[1]) / 1024
    largest = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return largest / (1 << 20 if sys.platform == "darwin" else 1 << 10)


if __name__ == "__main__":
    measured = CONTENDERS[sys.argv[1]](json.load(sys.stdin))
    print(json.dumps(measured | {"peak_mb": peak_mb()}))
