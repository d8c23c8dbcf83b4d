"""One patient clock for a whole run: whether the network or the service is away, since when, and when to look again.

:class:`Outlook` decides and is pure. :class:`Contact` acts: every request of a run goes through it, waits in it during an outage, and
tells it what came.

A failure is a recording's own when others go through on the same way meanwhile. Otherwise it is the network's or the service's: it does
not count as one of the recording's tries, and after a few such failures in a row all requests concerned wait. Then only single requests
look, after ever longer pauses.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeVar

from scribekit.api.answers import NoAnswer, Refused
from scribekit.api.client import Client
from scribekit.api.limits import Limits
from scribekit.base.errors import ServiceStoppedError
from scribekit.batch.retry_policy import failure_of, look_pause_s

T = TypeVar("T")

MANY = 3
"""This many failures in a row, of whatever recordings, are an outage. A failure of this many recordings is the service's."""

ALONE_SHARE = 1 / 24
"""Fewer recordings, which cannot be compared with others, are given up after this share of the patience (15 minutes by default)."""

NO_NETWORK = "no network"


class Way(StrEnum):
    """What a request is about. The service may fail on one kind of request and answer the others."""

    UPLOAD = "uploads"
    CREATE = "new jobs"
    LIST = "the list"
    GET = "transcripts"
    DELETE = "deletions"


_SENDING = (Way.UPLOAD, Way.CREATE)


@dataclass(frozen=True, slots=True)
class Now:
    """A moment: seconds of a clock that never jumps (it stops while the machine sleeps), and Unix time, which is only shown."""

    awake: float
    unix: float


@dataclass(slots=True)
class _Channel:
    """What has come of requests: of all, for the network; or of one way."""

    name: str
    failures: int = 0
    """In a row, whoever asked."""
    first: Now = field(default_factory=lambda: Now(0.0, 0.0))
    last: Refused | NoAnswer | None = None
    who: set[str] = field(default_factory=set)
    """Who has failed since the last answer."""
    suspects: set[str] = field(default_factory=set)
    """Who has failed while others went through."""
    failed_at: dict[str, float] = field(default_factory=dict)
    counted_at: dict[str, float] = field(default_factory=dict)
    passes: list[tuple[str, float]] = field(default_factory=list)
    """The newest answers to two different askers."""
    looks: int = 0
    next_look: float = 0.0

    @property
    def is_away(self) -> bool:
        return self.failures >= MANY

    def since(self, now: Now) -> str:
        """Return what is wrong, and since when."""
        symptom = NO_NETWORK if self.name == NO_NETWORK else _symptom(self.last)
        return f"{symptom} since {_clock_time(self.first.unix, now.unix)}"

    def passed(self, who: str, now: Now) -> None:
        self.passes = [(who, now.awake), *(known for known in self.passes if known[0] != who)][:2]
        self.failures = self.looks = 0
        self.who.clear()
        self.suspects.discard(who)
        self.failed_at.pop(who, None)
        self.counted_at.pop(who, None)

    def failed(self, who: str, answer: Refused | NoAnswer, now: Now) -> bool:
        """Note a failure; return whether others show that it is the asker's own.

        They do when they went through between its last failure and this one, and when since then only such askers have failed.
        """
        if not self.failures:
            self.first = now
        self.failures += 1
        self.last = answer
        self.who.add(who)
        before, self.failed_at[who] = self.failed_at.get(who), now.awake
        if before is not None and self._has_passed_another(who, before):
            self.suspects.add(who)
            return True
        return who in self.suspects and self.who <= self.suspects

    def is_alone(self, who: str, now: Now, alone_s: float) -> bool:
        """Return whether so few fail that it counts as their own: others went through earlier, or for long there was no other.

        Only looks count, because all that wait have their turn before an asker looks again.
        """
        if not self.looks or len(self.who) >= MANY:
            return False
        if self._has_passed_another(who, 0.0):
            return True
        if now.awake - self.counted_at.get(who, self.first.awake) < alone_s:
            return False
        self.counted_at[who] = now.awake
        return True

    def _has_passed_another(self, who: str, since: float) -> bool:
        return any(other != who and at >= since for other, at in self.passes)


class Outlook:
    """The state of the network and of the service, from what came of each request. Pure: time and chance come in as arguments.

    Args:
        limits: The user's limits.

    Example:
        >>> outlook = Outlook(Limits())
        >>> for job in "abc":
        ...     outlook.note(Way.UPLOAD, job, Refused(503), Now(1.0, 1.0))
        >>> outlook.away(Way.UPLOAD), outlook.away(Way.CREATE), outlook.is_own("a")
        (<Way.UPLOAD: 'uploads'>, None, False)
    """

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._network = _Channel(NO_NETWORK)
        self._channels: dict[str, _Channel] = {way: _Channel(way) for way in Way} | {NO_NETWORK: self._network}
        self._excused: set[str] = set()

    def note(self, way: Way, key: str, answer: object, now: Now, jitter: float = 1.0) -> None:
        """Note what came of a request.

        Args:
            way: What it was about.
            key: Whose it was.
            answer: What came.
            now: When it ended.
            jitter: A random number from 0 to 1.
        """
        failing, is_own = self._channels_of(way, key, answer, now)
        if is_own:
            self._excused.discard(key)
        else:
            self._excused.add(key)
        for channel in failing:
            if channel.failures == MANY:
                channel.next_look = now.awake + look_pause_s(0, self._limits, jitter)
            if channel.is_away and isinstance(answer, Refused) and answer.retry_after_s is not None:
                channel.next_look = max(channel.next_look, now.awake + answer.retry_after_s)

    def _channels_of(self, way: Way, key: str, answer: object, now: Now) -> tuple[list[_Channel], bool]:
        """Note an answer in the channels that it tells of; return those that have failed, and whether it is the asker's own failure."""
        channel, asker = self._channels[way], f"{way} {key}"
        if not (isinstance(answer, NoAnswer) and not answer.unreadable):
            self._network.passed(asker, now)
            if not (isinstance(answer, Refused | NoAnswer) and is_from_outside(answer)):
                if not (isinstance(answer, Refused) and answer.is_rate_limit):
                    channel.passed(key, now)
                return [], True
            return [channel], self._is_its_own(channel, key, answer, now)
        is_own = self._network.failed(asker, answer, now)
        if not answer.sent:
            return [self._network], is_own
        # Where others are answered, it may be this way that is cut off, for all recordings or for one.
        return [self._network, channel], self._is_its_own(channel, key, answer, now) and is_own

    def _is_its_own(self, channel: _Channel, key: str, answer: Refused | NoAnswer, now: Now) -> bool:
        return channel.failed(key, answer, now) or channel.is_alone(key, now, self._limits.patience_s * ALONE_SHARE / self._limits.tries)

    def is_own(self, key: str) -> bool:
        """Return whether the last failure of a recording was its own; False when it was the network's or the service's."""
        return key not in self._excused

    def away(self, way: Way) -> str | None:
        """Return what is away so that a request must wait: the network, or its way at the service; None when neither is."""
        return next((channel.name for channel in (self._network, self._channels[way]) if channel.is_away), None)

    @property
    def was_answered(self) -> bool:
        """Whether any request has had an answer."""
        return bool(self._network.passes)

    @property
    def is_blind(self) -> bool:
        """Whether nothing can be heard of the jobs at the service."""
        return self._network.is_away or (self._channels[Way.LIST].is_away and self._channels[Way.GET].is_away)

    def look_in_s(self, name: str, now: Now) -> float:
        """Return the seconds until the next look, or until the patience for this outage is over."""
        channel = self._channels[name]
        return min(channel.next_look, channel.first.awake + self._limits.patience_s) - now.awake

    def take_look(self, name: str, now: Now, jitter: float = 1.0) -> None:
        """Note that a look begins."""
        channel = self._channels[name]
        channel.looks += 1
        channel.next_look = now.awake + look_pause_s(channel.looks, self._limits, jitter)

    def end_of_patience(self, name: str, now: Now) -> ServiceStoppedError | None:
        """Return the error that ends the run when an outage has lasted too long; else None."""
        channel = self._channels[name]
        if not channel.is_away or channel.last is None or now.awake - channel.first.awake < self._limits.patience_s:
            return None
        return ServiceStoppedError(
            failure_of(channel.last).kind,
            f"The service was away for longer than limits.patience_s allows: {channel.since(now)}. Everything is as it was, and jobs at "
            "the service go on there. When it answers again, run the same call again: nothing is sent twice.",
        )

    def sentence(self, now: Now) -> str:
        """Return what the run waits for, such as "no network since 02:14"; empty when nothing is away."""
        if self._network.is_away:
            return self._network.since(now)
        away = [channel for channel in self._channels.values() if channel.is_away]
        if not away:
            return ""
        first = min(away, key=lambda channel: channel.first.awake)
        return f"{first.since(now)} ({', '.join(channel.name for channel in away)})"


def is_from_outside(answer: Refused | NoAnswer) -> bool:
    """Return whether an answer may come from a network or service that is away: silence, a redirect, a proxy's or the server's error.

    Example:
        >>> [is_from_outside(Refused(status)) for status in (302, 400, 407, 429, 503)]
        [True, False, True, False, True]
    """
    return isinstance(answer, NoAnswer) or answer.status >= 500 or answer.status < 400 or answer.status in (407, 408)


def _symptom(answer: Refused | NoAnswer | None) -> str:
    if isinstance(answer, Refused):
        return f"the service answers {answer.status}"
    return "the service's answers cannot be read" if answer and answer.unreadable else "the service does not answer"


def _clock_time(unix: float, now: float) -> str:
    """Return a time of day, with the date when it is not within the last day."""
    return time.strftime("%H:%M" if now - unix < 24 * 3600 else "%Y-%m-%d %H:%M", time.localtime(unix))


class Contact:
    """The way of all requests of a run to the service. While something is away they wait here, and only a few look.

    Args:
        client: The open connection.
        limits: The user's limits.
        may_send: While it is not set, nothing is uploaded and no job is created.
        on_outlook: Called with :meth:`Outlook.sentence` when something goes away or comes back, and at each look.
    """

    def __init__(
        self,
        client: Client,
        limits: Limits,
        *,
        may_send: asyncio.Event | None = None,
        on_outlook: Callable[[str], None] = lambda _sentence: None,
    ) -> None:
        self._client = client
        self._may_send = may_send
        self._on_outlook = on_outlook
        self._outlook = Outlook(limits)
        self._lines: dict[str, asyncio.Lock] = {name: asyncio.Lock() for name in (NO_NETWORK, *Way)}
        self._changed = asyncio.Event()
        self._sentence = ""
        self._blind_since: float | None = None
        self._blind_s = 0.0

    @property
    def blind_s(self) -> float:
        """Seconds of this run in which nothing could be heard of the jobs at the service."""
        return self._blind_s + (0.0 if self._blind_since is None else _now().awake - self._blind_since)

    @property
    def was_answered(self) -> bool:
        """Whether the service, or something on the way to it, has ever answered."""
        return self._outlook.was_answered

    def is_own(self, key: str) -> bool:
        """See :meth:`Outlook.is_own`."""
        return self._outlook.is_own(key)

    async def ask(self, way: Way, key: str, request: Callable[[], Awaitable[T]]) -> T:
        """Send a request when nothing that it needs is away, or when it is the one to look.

        Args:
            way: What it is about.
            key: Whose it is.
            request: Sends it.

        Raises:
            ServiceStoppedError: An outage has lasted longer than ``limits.patience_s``.
        """
        await self._admitted(way)
        return await self._sent(way, key, request)

    async def ask_if_open(self, way: Way, key: str, request: Callable[[], Awaitable[T]]) -> T | None:
        """Send a request likewise, but return None when only its own way is away and it is not yet time to look."""
        if self._outlook.away(way) == way:
            if self._outlook.look_in_s(way, _now()) > 0:
                return None
            self._look(way)
            return await self._sent(way, key, request)
        return await self.ask(way, key, request)

    async def _sent(self, way: Way, key: str, request: Callable[[], Awaitable[T]]) -> T:
        answer = await request()
        self._outlook.note(way, key, answer, _now(), _jitter())
        self._tell()
        return answer

    async def _admitted(self, way: Way) -> None:
        """Wait until a request may be sent. Those that wait stand in line, so that each look is another's request."""
        while True:
            if way in _SENDING and self._may_send:
                await self._may_send.wait()
            away = self._outlook.away(way)
            if away is None:
                return
            async with self._lines[away]:
                if self._outlook.away(way) != away:
                    continue
                if (over := self._outlook.end_of_patience(away, _now())) is not None:
                    raise over
                if await self._is_changed_before_look(away) or (way in _SENDING and self._may_send and not self._may_send.is_set()):
                    continue
                if self._outlook.end_of_patience(away, _now()) is None:
                    self._look(away)
                    if away != NO_NETWORK:
                        return
                    await self._sent(Way.LIST, NO_NETWORK, self._client.page)  # costs nothing, and any answer shows that there is a network

    async def _is_changed_before_look(self, away: str) -> bool:
        """Sleep until the next look; return whether something came back, or went away, before it."""
        wait_s = self._outlook.look_in_s(away, _now())
        if wait_s <= 0:
            return False
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._changed.wait(), wait_s)
            return True
        return False

    def _look(self, away: str) -> None:
        self._outlook.take_look(away, _now(), _jitter())
        self._on_outlook(self._sentence)

    def _tell(self) -> None:
        now = _now()
        if self._outlook.is_blind != (self._blind_since is not None):
            self._blind_s, self._blind_since = self.blind_s, None if self._blind_since is not None else now.awake
        sentence = self._outlook.sentence(now)
        if sentence != self._sentence:
            self._sentence = sentence
            changed, self._changed = self._changed, asyncio.Event()
            changed.set()
            self._on_outlook(sentence)


def _now() -> Now:
    return Now(time.monotonic(), time.time())


def _jitter() -> float:
    return random.random()  # noqa: S311 -- spreads the looks; no secret
