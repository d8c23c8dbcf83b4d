"""Recognisers turn audio into words, behind one small protocol (`base`).

`pocketsphinx` recognises US English offline, at demonstration quality. `whisper` recognises a hundred languages. `openai` has a server
recognise that speaks OpenAI's API. `scripted` invents words, or reads them from a script, and takes as long as the vendor would: for tests,
rehearsals and load. `audio` reads audio files for them. One of ours is a folder here and a line in the command line's table.

Other packages offer recognisers by the entry point `scribekit.recognisers`: a function that takes `slots`, how many recordings the service
works on at once, and returns a `Recogniser`. The names of this package are for them; `docs/engines.md` has an example. They are loaded
when they are first used, because a service needs few of them.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from scribekit.service.recognisers.abilities import Abilities, Ability, Treatment, basic_abilities
    from scribekit.service.recognisers.audio.media import Recording, Span
    from scribekit.service.recognisers.base import (
        Audio,
        Piece,
        Progress,
        Recogniser,
        Recognition,
        RecognitionError,
        SpokenWord,
        speaker_label,
        unreported,
    )
    from scribekit.service.recognisers.pool import Pool
    from scribekit.service.recognisers.workers import Program, Transcriber

__all__ = [
    "Abilities",
    "Ability",
    "Audio",
    "Piece",
    "Pool",
    "Program",
    "Progress",
    "Recogniser",
    "Recognition",
    "RecognitionError",
    "Recording",
    "Span",
    "SpokenWord",
    "Transcriber",
    "Treatment",
    "basic_abilities",
    "speaker_label",
    "unreported",
]

_HOMES = {
    "abilities": ("Abilities", "Ability", "Treatment", "basic_abilities"),
    "audio.media": ("Recording", "Span"),
    "base": (
        "Audio",
        "Piece",
        "Progress",
        "Recogniser",
        "Recognition",
        "RecognitionError",
        "SpokenWord",
        "speaker_label",
        "unreported",
    ),
    "pool": ("Pool",),
    "workers": ("Program", "Transcriber"),
}
"""Module → the public names that it has."""


def __getattr__(name: str) -> Any:
    home = next((module for module, names in _HOMES.items() if name in names), None)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{home}"), name)


def __dir__() -> list[str]:
    return sorted(__all__)
