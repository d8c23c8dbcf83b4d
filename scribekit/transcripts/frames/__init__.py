"""Stored payloads as columns: one frame per level, for one recording or a whole corpus. Pure.

Payloads are read one by one and only their columns are kept, as Arrow arrays, so memory holds the tables and one payload. ``reader``
decodes a payload once for all levels, ``words`` and ``utterances`` check its words and turns, ``sentences`` cuts the words, ``projections``
makes the tables, ``repaired`` a transcript with the times of the tables. ``features``, ``understanding`` and ``translations`` read what the
service found beside the words, ``unredacted`` the texts without masks. Other rooms may also import ``words`` and ``sentences``.
"""

from scribekit.transcripts.frames.projections import (
    PROJECTIONS,
    REMOTE_ENGINE,
    Payloads,
    engine_of,
    paragraphs_frame,
    project,
    provenance_of,
    sentences_frame,
    transcripts_frame,
    translated_turns,
    unredacted_frame,
    utterances_frame,
    words_frame,
)
from scribekit.transcripts.frames.repaired import read_with_repaired_times
from scribekit.transcripts.frames.translations import TranslatedTurn, language_key
from scribekit.transcripts.frames.unredacted import unredacted_payload, without_unredacted

__all__ = [
    "PROJECTIONS",
    "REMOTE_ENGINE",
    "Payloads",
    "TranslatedTurn",
    "engine_of",
    "language_key",
    "paragraphs_frame",
    "project",
    "provenance_of",
    "read_with_repaired_times",
    "sentences_frame",
    "transcripts_frame",
    "translated_turns",
    "unredacted_frame",
    "unredacted_payload",
    "utterances_frame",
    "without_unredacted",
    "words_frame",
]
