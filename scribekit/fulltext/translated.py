"""Translations as words with times, for the search index and for citations."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pyarrow as pa

from scribekit.base.text import split_words
from scribekit.transcripts import frames

_TYPES = {
    "recording_id": pa.large_string(),
    "word_index": pa.int64(),
    "utterance_index": pa.int64(),
    "speaker": pa.large_string(),
    "start_ms": pa.int64(),
    "end_ms": pa.int64(),
    "text": pa.large_string(),
}


def translated_words(bodies: Iterable[tuple[str, bytes]], language: str) -> pa.Table:
    """Return the words of translations, with the columns of ``schema.WORDS`` that search and citations need.

    Args:
        bodies: Pairs of ``recording_id`` and the payload.
        language: The language of the translations.

    Returns:
        A row per word. Its times are those of its utterance: nobody knows when a translated word was said. Where only the whole text was
        translated, they are those of the recording.
    """
    columns: dict[str, list[Any]] = {name: [] for name in _TYPES}
    for recording_id, body in bodies:
        number = 0
        for turn in frames.translated_turns(body, language):
            for text in split_words(turn.text):
                row = (recording_id, number, turn.utterance, turn.speaker, turn.start_ms, turn.end_ms, text)
                for name, value in zip(_TYPES, row, strict=True):
                    columns[name].append(value)
                number += 1
    return pa.table({name: pa.chunked_array([pa.array(values, _TYPES[name])]) for name, values in columns.items()})
