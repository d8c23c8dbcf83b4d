"""Stored payloads become columns: one frame per level, for one recording or for a whole corpus.

Payloads are read one by one and only their columns are kept, as Arrow arrays, so memory holds the answer and one payload.
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
    utterances_frame,
    words_frame,
)

__all__ = [
    "PROJECTIONS",
    "REMOTE_ENGINE",
    "Payloads",
    "engine_of",
    "paragraphs_frame",
    "project",
    "provenance_of",
    "sentences_frame",
    "transcripts_frame",
    "utterances_frame",
    "words_frame",
]
