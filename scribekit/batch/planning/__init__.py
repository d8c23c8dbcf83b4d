"""The model beneath the cost planner: what a batch will take in time, dollars, requests and bytes, before a cent is spent. Pure."""

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
