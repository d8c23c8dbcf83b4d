"""Translations of a transcript: the whole text, and its utterances one by one. Pure.

A translation belongs to the transcript as received. What people correct later changes neither its text nor its times, only the speaker
that it is shown with.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from scribekit.base import contract
from scribekit.transcripts.frames.understanding import RECORDING, as_written

Row = dict[str, Any]

UTTERANCE = "utterance"


def translations(texts: Any, turns: Iterable[Any]) -> Iterator[Row]:
    """Yield the rows of ``schema.TRANSLATIONS``: first the whole text in each language, then each utterance.

    Args:
        texts: What the payload has under ``translated_texts``.
        turns: The utterances as received, as objects of the payload.
    """
    for language, text in _texts(texts):
        yield {"scope": RECORDING, "language": language, "text": text}
    for index, turn in enumerate(turns):
        start, end = (contract.as_possible_milliseconds(turn.get(name)) for name in ("start", "end"))
        own = {"scope": UTTERANCE, "utterance_index": index, "start_ms": start, "end_ms": end}
        speaker, channel = contract.as_text(turn.get("speaker")), contract.as_text(turn.get("channel"))
        for language, text in _texts(turn.get(contract.TRANSLATED_TEXTS)):
            yield own | {"speaker": speaker, "channel": channel, "language": language, "text": text}


def _texts(value: Any) -> Iterator[tuple[str | None, str]]:
    """Yield languages and texts; a value that is not an object is a text in an unknown language."""
    for language, text in value.items() if isinstance(value, dict) else [(None, value)]:
        if text is not None and text != {} and text != []:
            yield language, as_written(text) or ""


def language_key(code: object) -> str:
    """Return what is the same for all ways to write the code of a language: lower case, with ``_`` as separator.

    Example:
        >>> language_key("pt-BR")
        'pt_br'
    """
    return str(code).casefold().replace("-", "_")


@dataclass(frozen=True, slots=True)
class TranslatedTurn:
    """What was said in one turn, in another language.

    Attributes:
        text: The translation.
        start_ms: Start of the turn.
        end_ms: End of the turn, not before its start.
        utterance: Index of the utterance as received; None where the service translated only the whole text.
        speaker: The speaker.
        channel: The channel.
    """

    text: str
    start_ms: int
    end_ms: int
    utterance: int | None = None
    speaker: str | None = None
    channel: str | None = None


def turns_in(rows: Sequence[Row], language: str, end_ms: int) -> list[TranslatedTurn]:
    """Return the turns of a transcript in one language: the translated utterances or, where there are none, the whole text as one turn.

    Args:
        rows: The rows of ``schema.TRANSLATIONS`` of one recording.
        language: The language.
        end_ms: The end of the recording.

    Example:
        >>> rows = list(translations({"de": "Ja. Nein."}, []))
        >>> turns_in(rows, "de", 2000)
        [TranslatedTurn(text='Ja. Nein.', start_ms=0, end_ms=2000, utterance=None, speaker=None, channel=None)]
    """
    own = [row for row in rows if language_key(row["language"]) == language_key(language)]
    utterances = [row for row in own if row["scope"] == UTTERANCE]
    if not utterances:
        return [TranslatedTurn(row["text"], 0, end_ms) for row in own]
    found, last_start = list[TranslatedTurn](), 0
    for row in utterances:
        start = last_start if row["start_ms"] is None else row["start_ms"]
        end = start if row["end_ms"] is None else max(start, row["end_ms"])
        found.append(TranslatedTurn(row["text"], start, end, row["utterance_index"], row["speaker"], row["channel"]))
        last_start = start
    return found
