"""Trying the options of a batch on a few jobs before the rest is sent, and when the service's refusals stop the batch. Pure.

Whether the service takes certain options is an open question until it has accepted one job that has them. While it is
open, only a few jobs with these options are under way. Two kinds of questions are asked: one for each group of jobs
with equal options, and one for the whole run, until anything was accepted. The second finds what rows with options of
their own have in common, such as the model of the configuration. A model may be retired at any time, so refusals that
follow each other stop the batch also after the question was answered.

Of the processes at work on a corpus one tries at a time, and learns first what the others found (``engine.trial_turn``).
"""

from __future__ import annotations

import heapq
import json
import math
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from scribekit.api.answers import Refused
from scribekit.api.failures import SAID, UNKNOWN, Failure, Recovery
from scribekit.corpus.job import PLANNED, UPLOADED, Job

ENOUGH = 5
"""This many jobs with the same refusal stop the batch. No more than this are under way while the question is open."""

ENOUGH_UPLOADS = 2
"""This many uploaded files with the same refusal stop the batch too, where it has at least ENOUGH jobs with these options."""

TRUSTED_S = 24 * 3600.0
"""Options that the service accepted less than this long ago need no trial."""

UNSENT = (PLANNED, UPLOADED)

OPTION_KINDS = frozenset({"refused_model", "bad_option", "language_feature", "unknown"})
"""Kinds of failures that only the options of a request can cause, when its creation is answered with 400 or 403."""


@dataclass(frozen=True, slots=True)
class KnownRefusal:
    """A job that the service refused in another run, and the error that was recorded."""

    key: str
    options: str
    is_local: bool
    error: str
    kind: str

    @property
    def said(self) -> str:
        """The service's own sentence."""
        return self.error.partition(SAID)[2]


@dataclass(frozen=True, slots=True)
class Stop:
    """The batch stops.

    Attributes:
        options: The options that the service refuses, as JSON.
        is_whole: Whether they are all options of a job, or only some.
        failure: Why, and what to do next.
        jobs: The jobs that were refused in this run.
    """

    options: str
    is_whole: bool
    failure: Failure
    jobs: tuple[Job, ...]


@dataclass(slots=True)
class _Question:
    untried: int
    options: str | None = None
    """Of the group; None for the whole run."""
    is_open: bool = True
    is_accepted: bool = False
    """Whether the service has accepted a job in this run."""
    under_way: dict[str, bool] = field(default_factory=dict)
    """Keys of the jobs that are being sent → whether each is an upload."""
    refused: dict[tuple[str, str], dict[str, bool]] = field(default_factory=dict)
    """(options that are the cause, what the service said) → the jobs that were refused since the last acceptance, likewise."""

    def has_room(self, job: Job) -> bool:
        if not self.is_open:
            return True
        if job.is_local and any(self.under_way.values()):
            return False
        most = max(map(len, self.refused.values()), default=0)
        return len(self.under_way) < max(1, ENOUGH - most)

    def knows(self, key: str) -> bool:
        return any(key in alike for alike in self.refused.values())

    def note_accepted(self) -> None:
        self.is_open, self.is_accepted = False, True
        self.refused.clear()

    def may_stop(self) -> bool:
        """Whether the jobs that are left suffice for a stop."""
        return any(self._possible(alike) >= ENOUGH for alike in self.refused.values())

    def note(self, options: str, said: str, key: str, *, is_local: bool) -> tuple[str, Mapping[str, bool]] | None:
        """Note a refusal; return its cause and the jobs with the same one, or None when it is no evidence in this question."""
        cause = options if self.options is not None else named_options(options, said)
        if cause is None:
            return None
        alike = self.refused.setdefault((cause, said), {})
        alike[key] = is_local
        return cause, alike

    def is_enough(self, alike: Mapping[str, bool]) -> bool:
        are_uploads_enough = not self.is_accepted and sum(alike.values()) >= ENOUGH_UPLOADS and self._possible(alike) >= ENOUGH
        return len(alike) >= ENOUGH or are_uploads_enough

    def _possible(self, alike: Mapping[str, bool]) -> int:
        return len(alike) + self.untried + len(self.under_way.keys() - alike.keys())


class Trials:
    """Which jobs may be sent while the service has not accepted their options, and whether refusals stop the batch.

    Attributes:
        has_stopped: Whether the batch stops. No job may be sent then.

    Args:
        groups: Options → how many unsent jobs have them, and whether the service accepted them lately. Only groups of at least
            ENOUGH jobs matter.
        unsent: How many jobs are unsent in all, when none was accepted lately; otherwise None.
        known: The refusals of earlier runs.
        is_shared: Returns whether all unsent jobs have these options (some of a job's options, as JSON).

    Example:
        >>> trials = Trials({"{}": (2000, False)}, unsent=None)
        >>> jobs = [Job(str(number), f"https://a.example/{number}.mp3", "{}") for number in range(2000)]
        >>> sum(map(trials.admit, jobs))
        5
        >>> trials.accepted(jobs[0]), trials.admit(jobs[7])
        (True, True)
    """

    def __init__(
        self,
        groups: Mapping[str, tuple[int, bool]],
        *,
        unsent: int | None,
        known: Iterable[KnownRefusal] = (),
        is_shared: Callable[[str], bool] = lambda _options: True,
    ) -> None:
        self.has_stopped = False
        self._is_shared = is_shared
        self._groups = {options: _Question(count, options, is_open=not is_trusted) for options, (count, is_trusted) in groups.items()}
        self._run = _Question(unsent) if unsent is not None and unsent >= ENOUGH else None
        self._jobs: dict[str, Job] = {}
        for refusal in known:
            self._note_known(refusal)

    def _questions(self, options: str) -> Iterator[_Question]:
        group = self._groups.get(options)
        if group is not None:
            yield group
        if self._run is not None:
            yield self._run

    def _note_known(self, refusal: KnownRefusal) -> Stop | None:
        """Note a refusal of another run; return the stop when it is news and that is enough."""
        failure = Failure(refusal.kind, Recovery.GIVE_UP, refusal.error, refusal.said)
        fresh = [question for question in self._questions(refusal.options) if question.is_open and not question.knows(refusal.key)]
        return self._note(fresh, refusal.options, refusal.key, failure, is_local=refusal.is_local) if failure.said else None

    def _note(self, questions: Iterable[_Question], options: str, key: str, failure: Failure, *, is_local: bool) -> Stop | None:
        stop = None
        for question in questions:
            if _is_no_evidence(question, failure.kind):
                continue
            noted = question.note(options, failure.said, key, is_local=is_local)
            if stop or noted is None or not question.is_enough(noted[1]):
                continue
            cause, alike = noted
            if question.options is not None or self._is_shared(cause):
                jobs = tuple(self._jobs[key] for key in alike if key in self._jobs)
                stop = Stop(cause, question.options is not None, stopping(failure, len(alike)), jobs)
        return stop

    def is_open(self, job: Job) -> bool:
        """Return whether the service may still refuse a job's options, as far as is known."""
        return any(question.is_open for question in self._questions(job.options))

    @property
    def is_trying(self) -> bool:
        """Whether jobs with such options are under way."""
        run = [self._run] if self._run is not None else []
        return any(question.is_open and question.under_way for question in (*self._groups.values(), *run))

    def learn(self, accepted: Iterable[str], known: Iterable[KnownRefusal], *, is_any_accepted: bool) -> Stop | None:
        """Note what other processes have found meanwhile; return the stop when their refusals, with those of this run, are enough.

        Args:
            accepted: Options that the service accepted lately.
            known: The refusals of other runs, and of this one.
            is_any_accepted: Whether it accepted any job lately.
        """
        if is_any_accepted:
            self._run = None
        for options in accepted:
            if options in self._groups:
                self._groups[options].note_accepted()
        stops = [stop for stop in map(self._note_known, known) if stop is not None]
        self.has_stopped |= bool(stops)
        return stops[-1] if stops else None

    def admit(self, job: Job) -> bool:
        """Return whether a job may be sent now. It is then under way until :meth:`accepted` or :meth:`left`."""
        questions = list(self._questions(job.options))
        if self.has_stopped or not all(question.has_room(job) for question in questions):
            return False
        for question in questions:
            question.untried -= 1
            question.under_way[job.key] = job.is_local
        return True

    def give_way(self, job: Job) -> None:
        """Note that a job waits before it is sent again; it must be admitted again. Meanwhile others may try."""
        for question in self._questions(job.options):
            if question.under_way.pop(job.key, None) is not None:
                question.untried += 1

    def left(self, job: Job) -> bool:
        """Note that a job is not under way any more; return whether others may have room now."""
        freed = [question.under_way.pop(job.key, None) is not None for question in self._questions(job.options)]
        return any(freed)

    def accepted(self, job: Job) -> bool:
        """Note that the service has accepted a job; return whether that answers a question, or contradicts refusals."""
        is_news = self._run is not None
        self._run = None
        group = self._groups.get(job.options)
        if group is not None:
            is_news |= group.is_open or bool(group.refused)
            group.note_accepted()
            group.under_way.pop(job.key, None)
        return is_news

    def refused(self, job: Job, answer: Refused, failure: Failure) -> Stop | None:
        """Note that the service has refused to create a job; return the stop when that is enough."""
        if answer.status not in (400, 403) or failure.kind not in OPTION_KINDS or not failure.said:
            return None
        self._jobs[job.key] = job
        stop = self._note(self._questions(job.options), job.options, job.key, failure, is_local=job.is_local)
        self.has_stopped |= stop is not None
        return stop

    def may_stop(self, job: Job) -> bool:
        """Return whether the jobs that are left may still turn the refusal of this one into a stop of the batch."""
        return job.key in self._jobs and any(question.may_stop() for question in self._questions(job.options))

    def small_wanted(self, jobs: Sequence[Job]) -> list[str]:
        """Return the options of the groups that have many files among the claimed jobs, so that smaller ones are worth a search."""
        counts: dict[str, int] = {}
        for job in jobs:
            if self._is_on_trial(job) and job.options in self._groups:
                counts[job.options] = counts.get(job.options, 0) + 1
        return [options for options, count in counts.items() if count >= ENOUGH]

    def in_order(self, jobs: Sequence[Job]) -> list[Job]:
        """Return the jobs with the smallest files of each open question first: they are the trial."""
        files: dict[str, list[Job]] = {}
        for job in jobs:
            if self._is_on_trial(job):
                files.setdefault(job.options, []).append(job)
        small = [job for group in files.values() for job in heapq.nsmallest(ENOUGH_UPLOADS, group, key=_length)]
        small.sort(key=_length)
        first = {job.key for job in small}
        return [*small, *(job for job in jobs if job.key not in first)]

    def _is_on_trial(self, job: Job) -> bool:
        return job.is_local and job.state in UNSENT and self.is_open(job)


def _is_no_evidence(question: _Question, kind: str) -> bool:
    if question.options is None:
        return kind == "language_feature"  # it depends on the language, which the service's sentence does not name
    return kind == UNKNOWN.kind and question.is_accepted  # so the options are not the cause


def named_options(options: str, said: str) -> str | None:
    """Return those of a job's options that the service's sentence names, as JSON; None when it names none.

    Example:
        >>> named_options('{"prompt":"Ship","punctuate":1}', "punctuate must be a Boolean")
        '{"punctuate":1}'
    """
    named = {name: value for name, value in json.loads(options).items() if _is_named(name, value, said)}
    return json.dumps(named, ensure_ascii=False, separators=(",", ":"), sort_keys=True) if named else None


def _is_named(name: str, value: object, said: str) -> bool:
    texts = [name] + ([f'"{item}"' for item in value if isinstance(item, str)] if isinstance(value, list) else [])
    return any(re.search(rf"(?<!\w){re.escape(text)}(?!\w)", said) for text in texts)


def stop_of(known: Iterable[KnownRefusal]) -> Failure | None:
    """Return why other runs hold back jobs: by the last refusal, and those that say the same; None when there is none."""
    refusals = [refusal for refusal in known if refusal.said]
    if not refusals:
        return None
    last = refusals[-1]
    count = sum(refusal.said == last.said for refusal in refusals)
    return stopping(Failure(last.kind, Recovery.GIVE_UP, last.error, last.said), count)


def stopping(failure: Failure, count: int) -> Failure:
    """Return the failure that stops the batch, given a refusal and how many recordings were refused like that."""
    advice = (
        f"The batch stopped: the service refused {count} recordings with the same options. The others with these options wait, unsent. "
        f"Correct the options and submit again; if the service takes them by then, run sk.retry. {failure.advice}"
    )
    return replace(failure, recovery=Recovery.STOP_BATCH, advice=advice)


def _length(job: Job) -> float:
    return math.inf if job.duration_s is None else job.duration_s
