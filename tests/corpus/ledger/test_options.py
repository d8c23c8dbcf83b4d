from scribekit.corpus.job import Job, PlannedRow

NOW = 1_000_000.0


def plan(ledger, name, options):
    jobs = [Job(f"{name}{number}", f"https://host.example/{name}{number}.mp3", options, 60.0) for number in range(3)]
    rows = [PlannedRow(job.source, job.source, job.key) for job in jobs]
    ledger.plan_batch(name, b"", rows, jobs, host="h", at=NOW)


def test_jobs_of_other_batches_with_the_same_options_are_held_back_unless_they_are_claimed(ledger):
    for name, options in (("a", "{}"), ("b", "{}"), ("c", '{"punctuate":true}')):
        plan(ledger, name, options)
    ledger.claim([2], "other", NOW + 120, NOW, most=3)
    assert not any(ledger.options.are_held([number]) for number in (1, 2, 3))
    ledger.options.hold("me", "h", "{}", is_whole=True)
    assert [ledger.options.are_held([number]) for number in (1, 2, 3)] == [True, False, False]
    assert ledger.options.are_held([2, 1])
