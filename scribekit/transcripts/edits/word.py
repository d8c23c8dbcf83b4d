"""One word of a transcript under review. Pure."""

from __future__ import annotations

import copy
from typing import Any

import msgspec

Turn = int | None


class EditedWord(msgspec.Struct, gc=False):
    """One word as it stands.

    Attributes:
        text: As written.
        start: In ms.
        end: In ms.
        speaker: Who said it, by label or name.
        channel: The channel.
        turn: Which turn it is in; words of one turn share the number.
        confidence: The service's; None for a word that a person typed.
        origin: Its position in the payload; None for a word that a person typed.
        label: Whom the service named.
        is_edited: Whether a person changed its text or who said it; a mere renaming of a speaker does not count.
        is_retimed: Whether its times were made by alignment.
    """

    text: str
    start: int
    end: int
    speaker: str | None = None
    channel: str | None = None
    turn: Turn = None
    confidence: float | None = None
    origin: int | None = None
    label: str | None = None
    is_edited: bool = False
    is_retimed: bool = False

    def like(self, **changes: Any) -> EditedWord:
        """A copy with other values. Words are never changed in place: states share them."""
        word = copy.copy(self)
        for name, value in changes.items():
            setattr(word, name, value)
        return word

    def altered(self, **changes: Any) -> EditedWord:
        """A copy with other values, marked as edited."""
        return self.like(is_edited=True, **changes)
