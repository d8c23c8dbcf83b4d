"""What a recogniser does with each option of a request. Pure.

An option that a recogniser cannot do is never dropped without a word: the request is refused, or the transcript says so in
``metadata.warnings``. ``docs/options.md`` is written from these tables too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from scribekit.base.options import Outcome, violations


class Treatment(StrEnum):
    """What becomes of an option."""

    DONE = "done"
    """It has the effect that was asked for."""
    MARKED = "marked"
    """The transcript is made without it, and says so in ``metadata.warnings``."""
    REFUSED = "refused"
    """The request is answered with 400."""


@dataclass(frozen=True)
class Ability:
    """What a recogniser does with one option.

    Attributes:
        treatment: What becomes of it.
        note: How, or why not: part of a sentence. Empty when there is nothing to say.
        can: Whether it does what this value asks for all the same.
    """

    treatment: Treatment
    note: str = ""
    can: Callable[[Any], bool] = lambda _: False


Abilities = Mapping[str, Ability]
"""Option → what a recogniser does with it, for every option."""


def abilities(
    done: Mapping[str, str], marked: Mapping[str, str], refused: Mapping[str, str], can: Mapping[str, Callable[[Any], bool]] | None = None
) -> dict[str, Ability]:
    """Return the abilities of a recogniser.

    Args:
        done: Note → names of the options that it does, separated by spaces.
        marked: As ``done``, those that the transcript is made without.
        refused: As ``done``, those that it refuses.
        can: Option that is marked or refused → whether it can do a value all the same.
    """
    groups = {Treatment.DONE: done, Treatment.MARKED: marked, Treatment.REFUSED: refused}
    return {
        name: Ability(treatment, note, (can or {}).get(name, lambda _: False))
        for treatment, notes in groups.items()
        for note, names in notes.items()
        for name in names.split()
    }


def refusal(known: Abilities, options: Mapping[str, Any], recogniser: str) -> str | None:
    """Return why a recogniser refuses a request; None when it takes it."""
    found = next(_asked(known, options, Treatment.REFUSED), None)
    return None if found is None else f"{found[0]} is not available with the recogniser {recogniser}: {found[1]}"


def warnings(known: Abilities, options: Mapping[str, Any], recogniser: str) -> list[str]:
    """Return what the transcript will lack of what was asked for, a sentence each."""
    without = [f"{name} has no effect with the recogniser {recogniser}: {note}" for name, note in _asked(known, options, Treatment.MARKED)]
    return without + [broken.sentence for broken in violations(options) if broken.rule.outcome is Outcome.IGNORED]


def _asked(known: Abilities, options: Mapping[str, Any], treatment: Treatment) -> Iterator[tuple[str, str]]:
    """Yield the options of a request that are treated so, with their notes; an option that is switched off is not asked for."""
    for name, value in options.items():
        ability = known[name]
        if ability.treatment is treatment and value and not ability.can(value):
            yield name, ability.note
