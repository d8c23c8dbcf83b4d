"""What a batch will take in time, dollars, requests and bytes, before a cent is spent.

:mod:`~scribekit.batch.planning.planner` has the verbs ``sk.plan`` and ``sk.compare_plan``; all other modules are pure. A
workload (the manifest as arrays) under a setting (limits, bandwidth, budget) is simulated several times with job times
that are published or learned from a corpus. A forecast reads times, bottleneck, requests and dollars from these runs; a
plan shows them, and is compared with what happened.
"""

from scribekit.batch.planning.forecast import Setting
from scribekit.batch.planning.job_times import BY_VENDOR, PUBLISHED, JobTimes, embedded, learn, too_few, vendor_of
from scribekit.batch.planning.plan import Plan
from scribekit.batch.planning.workload import workload, workload_of_jobs

__all__ = [
    "BY_VENDOR",
    "PUBLISHED",
    "JobTimes",
    "Plan",
    "Setting",
    "embedded",
    "learn",
    "too_few",
    "vendor_of",
    "workload",
    "workload_of_jobs",
]
