"""What to do next with a job: the one place that decides on retries, back-off, reconciliation and giving up. Pure.

A job moves through ``planned`` → (``uploaded``) → ``submitting`` → ``queued`` / ``processing`` → ``completed`` or
``error``. The driver performs the action of each :class:`Step`, hands the :data:`Answer` to :func:`next_step`, and does
nothing of its own accord. Two rules hold throughout:

- ``submitting`` is recorded before the request that creates the job at the service. While the fate of such a request is
  unknown, the only thing that may follow is a look into the service's list; a second request follows only when the job
  was not found there.
- An answer that says *no* (a status below 500) proves that nothing was created; silence, a cut connection or a status
  from 500 proves nothing.
"""

from scribekit.jobs.steps import BACKOFF_MOST, backoff_s, next_step
from scribekit.jobs.terms import (
    AT_SERVICE,
    COMPLETED,
    ENDED,
    ERROR,
    PLANNED,
    PROCESSING,
    QUEUED,
    SUBMITTING,
    UPLOADED,
    Accepted,
    Action,
    Answer,
    Circumstances,
    Claimed,
    Job,
    Lost,
    NotFound,
    Noticed,
    Overdue,
    Refused,
    Step,
    Unusable,
    Uploaded,
)

__all__ = [
    "AT_SERVICE",
    "BACKOFF_MOST",
    "COMPLETED",
    "ENDED",
    "ERROR",
    "PLANNED",
    "PROCESSING",
    "QUEUED",
    "SUBMITTING",
    "UPLOADED",
    "Accepted",
    "Action",
    "Answer",
    "Circumstances",
    "Claimed",
    "Job",
    "Lost",
    "NotFound",
    "Noticed",
    "Overdue",
    "Refused",
    "Step",
    "Unusable",
    "Uploaded",
    "backoff_s",
    "next_step",
]
