"""Ledgers of a few jobs, written as the engine would, and random ones."""

import random
from dataclasses import replace

from scribekit.corpus.job import ENDED, Job, PlannedRow
from scribekit.corpus.ledger import Fact, Ledger, Receipt

NOW = 1_000_000.0
UNTIL = NOW + 120
STATES = ["planned", "uploaded", "submitting", "queued", "processing", "completed", "error"]


def job(key, duration_s=60.0, **facts):
    return Job(key, f"https://host.example/{key}.mp3", "{}", duration_s, **facts)


def plan(ledger, *jobs, fingerprint="f", manifest=b"parquet"):
    rows = [PlannedRow(f"{one.key}.mp3", one.source, one.key) for one in jobs]
    return ledger.plan_batch(fingerprint, manifest, rows, jobs, host="host.example", at=NOW)


def receipt(payload):
    return Receipt(payload, audio_duration_s=60.0, confidence=0.9, model="universal-2", language="en_us", cost_usd=0.01)


def finish(ledger, batch, payload, key="a"):
    (claimed,) = ledger.claim([batch], "me", UNTIL, NOW, 1)
    done = replace(claimed, state="completed", transcript_id=f"t-{key}")
    return ledger.record("me", [Fact(done, NOW, "completed", "", receipt(payload))])


def fact(claimed, **changes):
    return Fact(replace(claimed, **changes), NOW, "something happened")


def random_job(draw, number):
    state = draw.choice(STATES)
    return Job(
        f"k{number}", f"{number}.mp3", "{}", draw.choice([None, 60.0 * number]), draw.choice([None, f"s{number}"]),
        draw.choice([None, 0.25 * number]), state, failures=draw.choice([0, 0, 2]),
        completed_at=NOW - draw.randrange(1200) if state in ENDED else None,
    )  # fmt: skip


def random_ledger(folder, seed):
    """Three batches that share some jobs, with rows that repeat others and rows that were refused."""
    draw = random.Random(seed)
    jobs = [random_job(draw, number) for number in range(60)]
    with Ledger(folder, create=True) as ledger:
        for batch in range(3):
            mine = draw.sample(jobs, 30)
            rows = [PlannedRow(job.source, job.source, job.key) for job in mine]
            rows += [PlannedRow(f"again {job.source}", job.source, job.key, "duplicate", "…") for job in draw.sample(mine, 4)]
            rows += [PlannedRow(f"refused {number}", "x", None, "not_audio", "…") for number in draw.sample(range(9), 3)]
            draw.shuffle(rows)
            ledger.plan_batch(f"batch {batch}", b"", rows, mine, host="host.example", at=NOW, budget_usd=draw.choice([None, 5.0]))
        with ledger.transaction() as db:
            for (key,) in db.execute("SELECT key FROM jobs").fetchall():
                marks = draw.choice([None, None, "budget"]), draw.choice([None, None, "me"]), draw.choice([None, None, 0.5])
                db.execute("UPDATE jobs SET held = ?, lease_owner = ?, reserved_usd = ? WHERE key = ?", (*marks, key))
            for (key,) in db.execute("SELECT key FROM jobs WHERE state = 'completed'").fetchall():
                facts = key, f"t-{key}", NOW, draw.choice([None, 33.0]), draw.choice([None, 0.125]), b""
                db.execute(
                    "INSERT INTO payloads (job_key, transcript_id, received_at, audio_duration_s, cost_usd, body) VALUES (?,?,?,?,?,?)",
                    facts,
                )
