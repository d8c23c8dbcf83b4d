"""What a recogniser does with each option of a request. Pure.

An option that a recogniser cannot do is never dropped without a word: the request is refused, or the transcript says so in
``metadata.warnings``. ``docs/options.md`` is written from these tables too.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from scribekit.base.errors import OptionError, nearest
from scribekit.base.options import OPTIONS, Outcome, Role, base_language, violations


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


_DONE = Ability(Treatment.DONE)
_NOT_KNOWN = Ability(Treatment.MARKED, "it does not know this option")
_ANYWAY = {
    "audio_url": "",
    "speech_model": "the transcript names the recogniser in `speech_model_used`",
    "speech_models": "the transcript names the recogniser in `speech_model_used`",
    "remove_audio_tags": "no marks are made",
}
"""What every recogniser does, with notes."""

Abilities = Mapping[str, Ability]
"""Option → what a recogniser does with it. An option that is not in it is marked."""


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


def basic_abilities(done: str = "", *, languages: Collection[str] | None) -> dict[str, Ability]:
    """Return the abilities of a recogniser that turns sound into words, and does little else.

    It masks nothing, so requests to mask are refused, and so is a language that it does not know. The transcript is made without every
    other option, and says so.

    Args:
        done: Names of the options that it does, separated by spaces: for example ``"multichannel speaker_labels audio_start_from"``.
        languages: Codes of the languages that it knows, without regions; None when it takes any.

    Raises:
        OptionError: There is no such option.

    Example:
        >>> known = basic_abilities("multichannel", languages={"de"})
        >>> known["multichannel"].treatment, known["redact_pii"].treatment
        (<Treatment.DONE: 'done'>, <Treatment.REFUSED: 'refused'>)
        >>> refusal(known, {"language_code": "de_at"}, "mine"), refusal(known, {"language_code": "en_us"}, "mine")
        (None, 'language_code is not available with the recogniser mine: it knows only de')
    """
    own = set(done.split())
    for name in own - OPTIONS.keys():
        raise OptionError(f"There is no option {name!r} that a recogniser could do.{nearest(name, OPTIONS)}")
    own |= {name for name, option in OPTIONS.items() if option.role is Role.DELIVERY}
    return {name: _DONE if name in own else _basic(name, languages) for name in OPTIONS}


def _basic(name: str, languages: Collection[str] | None) -> Ability:
    if OPTIONS[name].role is Role.NO_EFFECT:
        return Ability(Treatment.DONE, "no effect at the service either")
    if name in _ANYWAY:
        return Ability(Treatment.DONE, _ANYWAY[name])
    if name.startswith("redact_") or name == "filter_profanity":
        return Ability(Treatment.REFUSED, "it masks nothing")
    if name == "language_codes":
        return Ability(Treatment.REFUSED, "a recording has one language")
    if name == "language_code":
        if languages is None:
            return _DONE
        return Ability(Treatment.REFUSED, f"it knows only {', '.join(sorted(languages))}", lambda code: base_language(code) in languages)
    return Ability(Treatment.MARKED, "it only turns sound into words")


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
        ability = known.get(name, _NOT_KNOWN)
        if ability.treatment is treatment and value and not ability.can(value):
            yield name, ability.note
