"""One process at a time tries options that the service has not accepted yet: the ledger says whose turn it is."""

from __future__ import annotations

import contextlib
import functools
import logging
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from scribekit.api.failures import Failure
from scribekit.base.errors import LedgerError
from scribekit.batch.engine.run import Run
from scribekit.batch.trials import ENOUGH, OPTION_KINDS, TRUSTED_S, UNSENT, KnownRefusal, Stop, Trials, stop_of
from scribekit.corpus.job import Job
from scribekit.corpus.ledger import Ledger
from scribekit.corpus.presence import ProcessLock

PAUSE_S = 1.0
"""Pause before the ledger is asked again while another process has the turn."""

_log = logging.getLogger("scribekit.batch.engine.trial_turn")


def trials_for(run: Run, ledger: Ledger, states: Counter[str]) -> Trials:
    """Return the trials of a run, with what the ledger knows of earlier ones."""
    unsent = sum(states[state] for state in UNSENT)
    if unsent == 0:
        return Trials({}, unsent=None)
    found = _found(ledger, run.connection.host)
    return Trials(
        found.groups,
        unsent=None if found.is_any_accepted else unsent,
        known=found.known,
        is_shared=functools.partial(ledger.options.is_shared, run.batch_ids),
    )


def stop_elsewhere(run: Run, ledger: Ledger) -> Failure | None:
    """Return why another process holds back jobs of a run; None when none does."""
    return stop_of(_found(ledger, run.connection.host).known) if ledger.options.are_held(run.batch_ids) else None


class _Found(NamedTuple):
    """What the ledger knows of the options at a service."""

    groups: Mapping[str, tuple[int, bool]]
    is_any_accepted: bool
    known: Iterator[KnownRefusal]


def _found(ledger: Ledger, host: str) -> _Found:
    options, since = ledger.options, time.time() - TRUSTED_S
    known = (KnownRefusal(*refused) for refused in options.refused_jobs(host, sorted(OPTION_KINDS)))
    return _Found(options.groups(host, ENOUGH, since), options.has_accepted(host, since), known)


class TrialTurn:
    """The turn of this process to try options.

    Args:
        trials: What is known of the options of the run.
        ledger: The open ledger.
        lock: The lock of this process.
        host: The service's name in the ledger.

    Attributes:
        stop: The stop, when what other processes found is enough for one.
    """

    def __init__(self, trials: Trials, ledger: Ledger, lock: ProcessLock, host: str) -> None:
        self._trials = trials
        self._ledger = ledger
        self._lock = lock
        self._host = host
        self.stop: Stop | None = None
        self._is_ours = False
        self._again_at: float | None = None
        """When to ask the ledger again (monotonic time); None when nobody waits."""

    @property
    def is_due(self) -> bool:
        """Whether jobs wait for the turn, and it is time to ask again."""
        return self._again_at is not None and time.monotonic() >= self._again_at

    def admit(self, job: Job) -> bool:
        """Return whether a job may be sent now: its options are not in question, or it is this process that tries them, with room for it.

        Raises:
            LedgerError: The ledger cannot be read or written.
        """
        return (self._is_ours or not self._trials.is_open(job) or self._take(job)) and self._trials.admit(job)

    def _take(self, job: Job) -> bool:
        if self._again_at is not None and not self.is_due:
            return False
        self._is_ours = self._ledger.options.take_turn(self._lock.owner, self._host, time.time())
        if not self._is_ours:
            self._wait()
            return False
        self._again_at = None
        self.stop = self._learn()
        if not self._trials.is_open(job):
            self.pass_on()
        return True

    def pass_on(self) -> None:
        """End the turn when nothing is tried any more."""
        if self._is_ours and not self._trials.is_trying:
            self._is_ours = False
            with contextlib.suppress(LedgerError):  # the end of the run ends the turn too
                self._ledger.options.end_turn(self._lock.owner)

    def _wait(self) -> None:
        if self._again_at is None:
            _log.info("another process tries options at the service")
        self._again_at = time.monotonic() + PAUSE_S
        for owner in self._ledger.owners():
            if self._lock.has_exited(owner):
                self._ledger.release(owner)

    def _learn(self) -> Stop | None:
        found = _found(self._ledger, self._host)
        accepted = [options for options, (_, is_trusted) in found.groups.items() if is_trusted]
        return self._trials.learn(accepted, found.known, is_any_accepted=found.is_any_accepted)
