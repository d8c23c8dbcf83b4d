"""The figures that are counted from indexes equal those of a walk over every row."""

import sqlite3
from dataclasses import asdict, replace

import pytest
from ledgers import NOW, random_ledger

import scribekit as sk
from scribekit.corpus.job import ENDED
from scribekit.corpus.ledger import FILE_NAME, Ledger
from scribekit.corpus.ledger.snapshot import take_snapshot
from scribekit.corpus.status import Snapshot


def walked(folder, ids):
    """The same figures, row by row."""
    with sqlite3.connect(folder / FILE_NAME) as db:
        db.row_factory = sqlite3.Row
        rows = [row for row in db.execute("SELECT * FROM recordings") if row["batch_id"] in ids]
        every = {row["key"]: row for row in db.execute("SELECT * FROM jobs")}
        paid = {row["job_key"]: row for row in db.execute("SELECT * FROM payloads")}
        budgets = [row["budget_usd"] for row in db.execute("SELECT * FROM batches") if row["batch_id"] in ids]
    jobs = [every[key] for key in {row["job_key"] for row in rows} - {None}]
    is_open = [job for job in jobs if job["state"] not in ENDED]
    held = [job for job in is_open if job["held"] and not job["lease_owner"]]
    cost = {key: payload["cost_usd"] or 0.0 for key, payload in paid.items()}
    spent = sum(cost[job["key"]] for job in jobs if job["key"] in cost and job["batch_id"] in ids)

    def usd(state):
        if state in ENDED:
            return spent if state == "completed" else 0.0
        estimates = (job["estimate_usd"] if job["reserved_usd"] is None else job["reserved_usd"] for job in jobs if job["state"] == state)
        return sum(filter(None, estimates))

    def audio(job):
        return next(
            (length for length in (job["duration_s"], paid.get(job["key"], {"audio_duration_s": 0})["audio_duration_s"]) if length), 0
        )

    states = [job["state"] for job in jobs]
    latest = {row["recording_id"]: row["job_key"] for row in sorted(rows, key=lambda row: row["batch_id"])}
    sent = [key for key in latest.values() if key]
    statuses = [every[key]["state"] for key in sent]
    has_a_job_each = len(rows) == len(latest) and len(sent) == len(jobs)
    return Snapshot(
        states={state: states.count(state) for state in states},
        audio_s={state: sum(job["duration_s"] or 0 for job in jobs if job["state"] == state) for state in states},
        usd={state: usd(state) for state in states},
        unknown=sum(job["duration_s"] is None for job in is_open) - sum(job["duration_s"] is None for job in held),
        statuses=None if has_a_job_each else {state: statuses.count(state) for state in statuses},
        shared=len(sent) - len(set(sent)),
        refused=len(latest) - len(sent),
        recent=sorted((job["completed_at"], audio(job)) for job in jobs if (job["completed_at"] or 0) > NOW - 600),
        uploading=sum(job["state"] == "planned" and bool(job["sha256"] and job["lease_owner"]) for job in jobs),
        retrying=sum(job["failures"] > 0 for job in is_open),
        held=len(held),
        held_audio_s=sum(job["duration_s"] or 0 for job in held),
        reserved_usd=sum(job["reserved_usd"] or 0 for job in is_open),
        spent_usd=spent,
        unpriced=sum(job["batch_id"] in ids and paid[job["key"]]["cost_usd"] is None for job in jobs if job["key"] in paid),
        saved_usd=sum(
            cost.get(row["job_key"], 0)
            for row in rows
            if row["job_key"] and (row["error_kind"] or every[row["job_key"]]["batch_id"] != row["batch_id"])
        ),
        budget_usd=None if None in budgets else sum(budgets),
    )


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("ids", [(1,), (3,), (1, 2), (1, 2, 3)])
def test_the_figures_are_those_of_every_row(tmp_path, seed, ids):
    random_ledger(tmp_path, seed)
    expected = walked(tmp_path, ids)
    with Ledger(tmp_path) as ledger:
        found = take_snapshot(ledger, ids, NOW)
    assert asdict(replace(found, recent=sorted(found.recent))) == asdict(expected)  # all numbers are such that sums are exact


def test_a_ledger_without_a_batch_has_figures_too(tmp_path):
    Ledger(tmp_path, create=True).close()
    corpus = sk.open_corpus(tmp_path)
    assert corpus.snapshot() == Snapshot()
    assert str(tmp_path) in repr(corpus)
    assert str(tmp_path) in corpus._repr_html_()


def test_no_figure_reads_the_wide_rows_of_a_whole_corpus(tmp_path):
    random_ledger(tmp_path, 0)
    asked = []
    with Ledger(tmp_path) as ledger:
        read = ledger.read
        ledger.read = lambda sql, values=(): asked.append((sql, values)) or read(sql, values)
        take_snapshot(ledger, (1, 2, 3), NOW)
        plans = [step[3] for sql, values in asked for step in read(f"EXPLAIN QUERY PLAN {sql}", values)]
    wide = [step for step in plans if step.startswith(("SCAN jobs", "SCAN p", "SCAN r")) and "INDEX" not in step]
    assert wide == []
    assert any("jobs_figures" in step for step in plans)
