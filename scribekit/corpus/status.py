"""The state of a batch or corpus as figures and sentences: progress, pace, time left, cost, and what slows it down. Pure."""

from __future__ import annotations

import html
import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from scribekit.base.display import as_written
from scribekit.corpus.job import AT_SERVICE, COMPLETED, ENDED, ERROR, PLANNED, PROCESSING, QUEUED, STATES, SUBMITTING, UPLOADED

WINDOW_S = 600.0
"""Throughput is measured over the last ten minutes."""

HELD_BY_PAUSE = "to send (paused)"
"""What is shown of jobs whose sending was about to begin when the run was paused: no request for them is under way."""
REFUSED = "refused"
"""The status of a recording that was never sent."""

_ORDER = (COMPLETED, PROCESSING, QUEUED, SUBMITTING, UPLOADED, PLANNED, ERROR)
_Z80 = 1.2816
"""80 % of a normal distribution is within this many standard errors of its mean."""


def nothing_transcribed(states: Mapping[str, int]) -> str:
    """Return what to tell of a batch or corpus without transcripts: why there are none, and what to do.

    Args:
        states: Recordings by status.

    Example:
        >>> nothing_transcribed({"processing": 10, "planned": 2})
        'There are no transcripts yet (planned 2, processing 10). Run sk.collect first.'
        >>> nothing_transcribed({"error": 1, "refused": 2})
        "No recording was transcribed (error 1, refused 2). sk.to_frame(corpus, 'jobs') says why."
    """
    if not any(states.values()):
        return "There are no recordings. Run sk.submit_batch and sk.collect first."
    counts = ", ".join(f"{name} {states[name]:,}" for name in (*STATES, REFUSED) if states.get(name))
    if any(states.get(name) for name in STATES if name not in ENDED):
        return f"There are no transcripts yet ({counts}). Run sk.collect first."
    return f"No recording was transcribed ({counts}). sk.to_frame(corpus, 'jobs') says why."


@dataclass(frozen=True)
class Snapshot:
    """The figures of a batch or corpus, from the ledger.

    Attributes:
        states: Jobs by state. A job of several recordings, because they are the same file or address, is one.
        statuses: Recordings by status, as in the table of jobs; None where each job is that of one recording.
        shared: Recordings that have the job of another, because they are the same file or address.
        audio_s: Seconds of audio by state (jobs of known length).
        usd: Dollars by state: the cost of completed jobs, the known estimates of unfinished ones, nothing for failed ones.
        unknown: Unfinished jobs of unknown length that are not held back.
        refused: Recordings that were never sent.
        recent: Time (Unix) and audio seconds of each completion of the last :data:`WINDOW_S` seconds, oldest first.
        uploading: Jobs that a process is uploading now.
        retrying: Jobs whose last step failed and is tried again.
        rate_limited_at: When the service last answered 429.
        held: Jobs that the budget does not allow.
        stopped: Jobs that wait because the service refused others with their options.
        held_audio_s: The known seconds of the audio of both.
        reserved_usd: Estimated cost of the jobs under way.
        spent_usd: Known cost of completed jobs.
        unpriced: Completed jobs whose cost is not known, because a model or an add-on has no known rate.
        saved_usd: Cost of transcripts that were reused instead of paid for again.
        budget_usd: The most that may be spent, if the user set a budget.
        fallbacks: Completed jobs that another model answered than the first asked for, by the model that did.
        unpaid_usd: What of the known cost is that of jobs of an embedded service, which nobody pays.
        is_unpaid: Whether all jobs are such jobs.
        is_paused: Whether nothing is sent for now, so that jobs wait whose sending was about to begin.
        outage: What the process at work on the corpus waits for, such as "no network since 02:14"; empty when for nothing.
    """

    states: Mapping[str, int] = field(default_factory=dict)
    audio_s: Mapping[str, float] = field(default_factory=dict)
    usd: Mapping[str, float] = field(default_factory=dict)
    unknown: int = 0
    statuses: Mapping[str, int] | None = None
    shared: int = 0
    refused: int = 0
    recent: Sequence[tuple[float, float]] = ()
    uploading: int = 0
    retrying: int = 0
    rate_limited_at: float | None = None
    held: int = 0
    stopped: int = 0
    held_audio_s: float = 0.0
    reserved_usd: float = 0.0
    spent_usd: float = 0.0
    unpriced: int = 0
    saved_usd: float = 0.0
    budget_usd: float | None = None
    fallbacks: Mapping[str, int] = field(default_factory=dict)
    unpaid_usd: float = 0.0
    is_unpaid: bool = False
    is_paused: bool = False
    outage: str = ""

    @property
    def unfinished(self) -> int:
        """Jobs that have not ended."""
        return sum(count for state, count in self.states.items() if state not in ENDED)

    @property
    def recordings(self) -> Mapping[str, int]:
        """Recordings by status, those that share a job included; without those that were never sent."""
        return self.states if self.statuses is None else self.statuses

    @property
    def total(self) -> int:
        """All recordings, the refused included: the rows of the table of jobs."""
        return sum(self.recordings.values()) + self.refused

    @property
    def failed(self) -> int:
        """Recordings that were not transcribed and will not be by themselves."""
        return self.recordings.get(ERROR, 0) + self.refused


@dataclass(frozen=True)
class Pace:
    """Throughput and time left.

    Attributes:
        audio_per_s: Seconds of audio transcribed in a second.
        left_s: The 80 % interval of the time left: its least and greatest value, in seconds.
    """

    audio_per_s: float
    left_s: tuple[float, float]


def pace(snapshot: Snapshot, now: float) -> Pace | None:
    """Estimate throughput over the last ten minutes and the time left.

    None until two jobs are completed, and when no unfinished one may be sent.

    The interval comes from the spread of the completed lengths: it is the standard error of a sum of ``n`` terms.
    """
    recent = [(at, audio) for at, audio in snapshot.recent if audio > 0]
    if len(recent) < 2 or snapshot.unfinished <= snapshot.held + snapshot.stopped:
        return None
    lengths = [audio for _, audio in recent]
    elapsed = max(now - recent[0][0], 1e-3)
    mean = sum(lengths) / len(lengths)
    per_s = sum(lengths[1:]) / elapsed  # the first completion only starts the clock
    left_audio = sum(s for state, s in snapshot.audio_s.items() if state not in ENDED)
    left_audio = max(left_audio - snapshot.held_audio_s, 0.0) + snapshot.unknown * mean
    spread = math.sqrt(sum((x - mean) ** 2 for x in lengths) / (len(lengths) - 1)) / mean / math.sqrt(len(lengths))
    margin = min(_Z80 * max(spread, 1 / math.sqrt(len(lengths))), 0.9)
    left = left_audio / per_s if per_s > 0 else math.inf
    return Pace(per_s, (left * (1 - margin), left * (1 + margin)))


def reasons(snapshot: Snapshot, now: float) -> list[str]:
    """List what the unfinished jobs wait for, the most important first."""
    if not snapshot.unfinished:
        return []
    queued, processing = snapshot.states.get(QUEUED, 0), snapshot.states.get(PROCESSING, 0)
    found = []
    if snapshot.held:
        found.append(f"{snapshot.held:,} held back by the budget")
    if snapshot.stopped:
        found.append(f"{snapshot.stopped:,} held back: the service refuses their options")
    if snapshot.rate_limited_at is not None and 0 <= now - snapshot.rate_limited_at < 60:
        found.append("rate limited by the service")
    if snapshot.retrying:
        found.append(f"{snapshot.retrying:,} being tried again")
    if snapshot.uploading:
        found.append(f"{snapshot.uploading:,} uploading")
    if queued > processing:
        found.append(f"{queued:,} queued at the service")
    return found


def summary(states: Counter[str]) -> tuple[int, dict[str, int]]:
    """Return how many jobs have ended, and the counts to show beside a progress bar.

    Example:
        >>> from collections import Counter
        >>> summary(Counter({"completed": 3, "error": 1, "queued": 2, "planned": 5}))
        (4, {'completed': 3, 'at the service': 2, 'to send': 5, 'failed': 1})
    """
    at_service = sum(states[state] for state in AT_SERVICE)
    ended = sum(states[state] for state in ENDED)
    waiting = sum(states.values()) - at_service - ended
    counts = {"completed": states[COMPLETED], "at the service": at_service, "to send": waiting, "failed": states[ERROR]}
    return ended, {name: count for name, count in counts.items() if count}


def sentence(title: str, snapshot: Snapshot, now: float) -> str:
    """Return one line for a terminal or a text output."""
    parts = [f"{title} · {snapshot.total:,} recordings" + (": " if snapshot.total else "") + ", ".join(_counts(snapshot))]
    parts += [f"{name} {value}" for name, value in facts(snapshot, now) if name != "recordings"]
    return " · ".join(parts)


def facts(snapshot: Snapshot, now: float) -> list[tuple[str, str]]:
    """Return name and value of each figure worth showing, in order."""
    found = [("recordings", f"{snapshot.total:,}")]
    if snapshot.shared:
        found.append(("of them", f"{snapshot.shared:,} the same as another, sent once"))
    done, total = snapshot.audio_s.get(COMPLETED, 0.0), sum(snapshot.audio_s.values())
    if total:
        found.append(("audio", f"{_hours(done)} of {_hours(total)}" if done < total else _hours(total)))
    found.append(("spent", _money(snapshot)))
    if snapshot.fallbacks:
        found.append(("fell back", ", ".join(f"{count:,} to {model}" for model, count in snapshot.fallbacks.items())))
    current = pace(snapshot, now)
    if current:
        found.append(("speed", f"{current.audio_per_s:,.0f} × real time"))
        found.append(("left", f"{_duration(current.left_s[0])} to {_duration(current.left_s[1])}"))
    if snapshot.outage and snapshot.unfinished:
        found.append(("outage", snapshot.outage))
    waiting = reasons(snapshot, now)
    if waiting:
        found.append(("waiting for", ", ".join(waiting)))
    return found


def table(title: str, snapshot: Snapshot, now: float) -> str:
    """Return the same as HTML: a small table, readable without styles or scripts."""
    rows = [("status", ", ".join(_counts(snapshot)) or "nothing planned"), *facts(snapshot, now)]
    cells = "".join(
        f"<tr><th scope='row' style='text-align:left'>{html.escape(name)}</th>"
        f"<td style='text-align:left;font-variant-numeric:tabular-nums'>{html.escape(value)}</td></tr>"
        for name, value in rows
    )
    return as_written(f"<table><caption style='text-align:left;white-space:nowrap'>{html.escape(title)}</caption>{cells}</table>")


def by_state(snapshot: Snapshot) -> list[dict[str, Any]]:
    """Return recordings, audio seconds and dollars of each state that occurs, completed ones first and failed ones last.

    Audio and dollars count once where recordings share a job. A label is what people are shown of the state.

    Example:
        >>> by_state(Snapshot(states={"completed": 2}, audio_s={"completed": 60.0}, usd={"completed": 0.5}))
        [{'state': 'completed', 'label': 'completed', 'count': 2, 'audio_s': 60.0, 'usd': 0.5}]
    """
    rows = [
        {
            "state": state,
            "label": _label(state, snapshot),
            "count": snapshot.recordings[state],
            "audio_s": snapshot.audio_s.get(state, 0.0),
            "usd": snapshot.usd.get(state, 0.0),
        }
        for state in _ORDER
        if snapshot.recordings.get(state)
    ]
    refused = {"state": REFUSED, "label": REFUSED, "count": snapshot.refused, "audio_s": None, "usd": 0.0}
    return [*rows, refused] if snapshot.refused else rows


def throughput(snapshot: Snapshot, now: float, steps: int = 30) -> list[float]:
    """Return the seconds of audio completed per second in each of ``steps`` equal parts of the last :data:`WINDOW_S` seconds, oldest first.

    Example:
        >>> throughput(Snapshot(recent=[(595.0, 300.0)]), 600.0, steps=2)
        [0.0, 1.0]
    """
    width = WINDOW_S / steps
    sums = [0.0] * steps
    for at, audio in snapshot.recent:
        step = int((at - now + WINDOW_S) / width)
        if 0 <= step < steps:
            sums[step] += audio
    return [total / width for total in sums]


def _counts(snapshot: Snapshot) -> list[str]:
    counted = [f"{snapshot.recordings[state]:,} {_label(state, snapshot)}" for state in _ORDER if snapshot.recordings.get(state)]
    return [*counted, *([f"{snapshot.refused:,} refused"] if snapshot.refused else [])]


def _label(state: str, snapshot: Snapshot) -> str:
    return HELD_BY_PAUSE if state == SUBMITTING and snapshot.is_paused else state


def _money(snapshot: Snapshot) -> str:
    text = f"${snapshot.spent_usd if snapshot.is_unpaid else snapshot.spent_usd - snapshot.unpaid_usd:,.2f}"
    if snapshot.unpriced:
        text += f" and {snapshot.unpriced:,} of unknown cost"
    if snapshot.budget_usd is not None:
        text += f" of a budget of ${snapshot.budget_usd:,.2f}"
    if snapshot.reserved_usd:
        text += f", ${snapshot.reserved_usd:,.2f} reserved"
    if snapshot.saved_usd:
        text += f", ${snapshot.saved_usd:,.2f} saved"
    if snapshot.is_unpaid and (snapshot.spent_usd or snapshot.reserved_usd):
        text += " (nothing is paid: a rehearsal on this machine, at AssemblyAI's rates)"
    elif snapshot.unpaid_usd:
        text += f"; ${snapshot.unpaid_usd:,.2f} more in rehearsals on this machine, which nobody pays"
    return text


def _hours(seconds: float) -> str:
    return f"{seconds / 3600:,.1f} h" if seconds >= 3600 else f"{seconds / 60:,.1f} min"


def _duration(seconds: float) -> str:
    if not math.isfinite(seconds):
        return "?"
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"
