"""Many seeds of trouble: every kind of fault at once, and at the end the service's counters are compared with the corpus.

Run it as ``python benchmarks/chaos.py`` (or ``make chaos``). For each seed a library is transcribed through a scripted service that drops
connections before and after the work, answers 429, 5xx, half, dripping and exploding bodies and other transcripts, creates jobs late,
fails jobs, and loses, doubles, forges and delays webhooks, with transcripts of other clients in the list. Meanwhile a relay refuses all
connections, or answers new jobs with 503, for a second or two at a time. Everything must complete, and nothing may complete twice.
"""

from __future__ import annotations

import argparse
import contextlib
import random
import socket
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import assemblyai as aai
from batch_service import KEY, Service, service

import scribekit as sk

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests" / "support"))

from relay import Relay

CREATE = ("POST", "/v2/transcript")
SHARE = 0.03
FAULTS = {
    "reset_before": SHARE,
    "reset_after": SHARE,
    "late": SHARE,
    "late_s": 0.2,
    "too_many": SHARE / 2,
    "too_many_bare": SHARE / 2,
    "too_many_403": SHARE / 2,
    "retry_after_s": 0,
    "http_500": SHARE / 4,
    "http_503": SHARE / 4,
    "html_502": SHARE / 4,
    "html_504": SHARE / 4,
    "truncate": SHARE / 2,
    "cut_json": SHARE / 2,
    "drip": SHARE / 8,
    "bomb": SHARE / 8,
    "other_id": {"get": SHARE / 4},
    "job_server_error": SHARE,
    "webhook_lost": SHARE,
    "webhook_doubled": SHARE,
    "webhook_forged": SHARE,
    "webhook_delayed": SHARE,
    "other_transcripts_per_s": 50.0,
}
LIMITS = sk.Limits(concurrent_jobs=100, poll_s=0.1, settle_s=1.0, backoff_s=0.1, request_timeout_s=3.0)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=20, help="how many")
    parser.add_argument("--jobs", type=int, default=500, help="recordings in each library")
    options = parser.parse_args()
    print(f"{'seed':>4}  {'wall s':>7}  {'completed':>9}  {'doubled':>7}  {'requests':>8}  {'faults':>6}  outages")
    bad = sum(not trouble(seed, options.jobs) for seed in range(options.seeds))
    print(f"\n{options.seeds - bad} of {options.seeds} seeds lost and doubled nothing.")
    sys.exit(bad > 0)


def trouble(seed: int, count: int) -> bool:
    """One seed; whether all of it completed, once."""
    begin = time.monotonic()
    with service(100, 500, faults={**FAULTS, "seed": seed}) as at, tempfile.TemporaryDirectory() as folder:
        jobs, outages = transcribed(at, library(count, seed), Path(folder), seed)
        counters = at.counters()
    completed = (jobs["status"] == "completed").sum()
    doubled = sum(number - 1 for number in counters.counts["completed_by_audio"].values())
    played = Counter(counters.counts["faults"]).total()
    print(
        f"{seed:>4}  {time.monotonic() - begin:7.1f}  {completed:>9,}  {doubled:>7,}  {counters.requests:>8,}  {played:>6,}  {outages}",
        flush=True,
    )
    if completed < count:
        print(jobs["error_kind"].value_counts().to_string())
    return completed == count and doubled == 0


def library(count: int, seed: int) -> list[dict]:
    lengths = random.Random(seed)
    durations = [lengths.lognormvariate(7, 0.8) for _ in range(count)]
    return [{"url": f"https://host.example/{i:05d}.mp3?duration={s:.1f}", "duration_s": s} for i, s in enumerate(durations)]


def transcribed(at: Service, rows: list[dict], folder: Path, seed: int):  # noqa: ANN201 -- a DataFrame and a number
    """The jobs frame, with webhooks as well as polls, and how many outages the run has noticed."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    webhook = sk.Webhook(f"http://127.0.0.1:{port}/scribekit", port=port)
    has_contact = threading.Event()
    with Relay(at.base_url) as relay:
        aai.settings.base_url, aai.settings.api_key = relay.base_url, KEY
        batch = sk.submit_batch(rows, corpus=folder / "corpus", limits=LIMITS, webhook=webhook, progress=False)
        with outages(relay, random.Random(seed), has_contact):
            jobs = sk.collect(batch, timeout=300, on_event=lambda _event: has_contact.set(), progress=False)
    return jobs, (sk.to_frame(batch, "events")["event"] == "away").sum()


@contextlib.contextmanager
def outages(relay: Relay, chance: random.Random, has_contact: threading.Event) -> Iterator[None]:
    """Outages one after another, once the first contact has been made, until the block ends."""
    ended = threading.Event()

    def play() -> None:
        has_contact.wait()
        while not ended.wait(chance.uniform(0.5, 2)):
            if chance.random() < 0.5:
                relay.refuse()
                ended.wait(chance.uniform(0.5, 2))
                relay.accept()
            else:
                relay.spoil = lambda method, path, _body: (503, b"{}") if (method, path) == CREATE else None
                ended.wait(chance.uniform(0.5, 2))
                relay.spoil = lambda *_request: None

    player = threading.Thread(target=play)
    player.start()
    try:
        yield
    finally:
        ended.set()
        has_contact.set()
        player.join()


if __name__ == "__main__":
    main()
