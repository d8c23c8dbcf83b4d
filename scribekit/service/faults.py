"""Faults that the service makes on purpose, so that clients can be tried against them. The decisions are seeded and can be repeated."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

import msgspec

from scribekit.errors import OptionError, nearest

REQUEST_FAULTS = ("reset_before", "reset_after", "http_500", "http_503", "too_many", "truncate", "slow_body")
"""In the order in which they are drawn; a request suffers one at most."""

Probability = float | Mapping[str, float]


@dataclass(frozen=True)
class Faults:
    """How likely each fault is, from 0 to 1: one number for every kind of request, or a mapping from the kind to its number.

    The kinds are the names under which requests are counted, such as ``"POST /v2/transcript"`` and ``"GET /v2/transcript/{id}"``.

    Attributes:
        reset_before: The connection is dropped before anything was done.
        reset_after: The work is done and the connection dropped before the answer.
        http_500: 500 with the contract's sentence, nothing done.
        http_503: 503 without a JSON body, nothing done.
        too_many: 429 with ``Retry-After``, nothing done.
        truncate: The work is done and the connection dropped in the middle of the answer.
        slow_body: The answer takes ``slow_body_s`` seconds to arrive.
        job_server_error: The job ends with the server's own error, which a resubmission may cure.
        slow_body_s: See ``slow_body``.
        retry_after_s: What the 429 of ``too_many`` asks for.
        seed: Decides which requests and jobs are hit.
    """

    reset_before: Probability = 0.0
    reset_after: Probability = 0.0
    http_500: Probability = 0.0
    http_503: Probability = 0.0
    too_many: Probability = 0.0
    truncate: Probability = 0.0
    slow_body: Probability = 0.0
    job_server_error: float = 0.0
    slow_body_s: float = 2.0
    retry_after_s: int = 1
    seed: int = 0

    @classmethod
    def from_json(cls, text: str | bytes) -> Faults:
        """Reads faults. Raises :class:`OptionError` for anything that is not one.

        Example:
            >>> Faults.from_json('{"http_503": 0.02, "seed": 7}').http_503
            0.02
        """
        try:
            given = msgspec.json.decode(text or b"{}", type=dict[str, Any])
            for name in given.keys() - {known.name for known in fields(cls)}:
                raise OptionError(f"Unknown fault {name!r}.{nearest(name, [known.name for known in fields(cls)])}")
            faults = msgspec.convert(given, cls)
        except msgspec.MsgspecError as error:
            raise OptionError(f"The faults cannot be read: {error}. Expected JSON such as {{'http_503': 0.02}}.") from error
        for name in (*REQUEST_FAULTS, "job_server_error"):
            _check_probability(name, getattr(faults, name))
        return faults

    def probability(self, fault: str, kind: str) -> float:
        """How likely the fault is for a kind of request."""
        value: Probability = getattr(self, fault)
        return value.get(kind, 0.0) if isinstance(value, Mapping) else value


@dataclass
class FaultPlan:
    """Draws the faults. Every kind of request has its own sequence, so that one kind's traffic does not shift another's."""

    faults: Faults
    _sequences: dict[str, random.Random] = field(default_factory=dict)

    def for_request(self, kind: str) -> str | None:
        """The name of the fault that the next request of this kind suffers, if any."""
        sequence = self._sequence(kind)
        draw = sequence.random()
        for fault in REQUEST_FAULTS:
            draw -= self.faults.probability(fault, kind)
            if draw < 0:
                return fault
        return None

    def for_job(self) -> bool:
        """Whether the next job ends with the server's own error."""
        return self._sequence("job").random() < self.faults.job_server_error

    def _sequence(self, kind: str) -> random.Random:
        if kind not in self._sequences:
            self._sequences[kind] = random.Random(f"{self.faults.seed} {kind}")  # noqa: S311 -- repeatable, no secret
        return self._sequences[kind]


def _check_probability(name: str, value: Probability) -> None:
    for probability in value.values() if isinstance(value, Mapping) else [value]:
        if not 0 <= probability <= 1:
            raise OptionError(f"{name} must be a probability from 0 to 1; found {probability}.")
