"""Schema: every column of every frame, defined once with its name, dtype, unit, meaning and source.

Each verb builds its frame with :meth:`Table.frame`, so a frame has exactly the columns, order and dtypes of its table, even when it is
empty. ``docs/tables.md`` is generated from these tables.
"""

from scribekit.base.schema.edits import EDITS, PEOPLE, PROPOSALS, REVIEWS
from scribekit.base.schema.engines import MODELS
from scribekit.base.schema.integrity import INTEGRITY
from scribekit.base.schema.jobs import DELETIONS, ESTIMATE, EVENTS, JOBS, MANIFEST, REDACTED_AUDIO, SHEETS, WRITTEN
from scribekit.base.schema.plans import COMPARISON, PLAN, PLANNED, STAGES
from scribekit.base.schema.quality import EVALUATION, RELIABILITY, REVIEW_QUEUE, SIGN_LIFTS, TURN_STATISTICS, WORD_ERRORS
from scribekit.base.schema.search import COLLOCATES, CONCORDANCE, DISPERSION, KEYNESS, NGRAMS, TRANSLATED_LINES
from scribekit.base.schema.table import Column, Table, is_missing
from scribekit.base.schema.transcripts import (
    ACTION_ITEMS,
    CHAPTERS,
    CONTENT_SAFETY,
    ENTITIES,
    HIGHLIGHTS,
    LANGUAGES,
    PARAGRAPHS,
    PROVENANCE,
    SENTENCES,
    SENTIMENTS,
    SUMMARIES,
    TOPICS,
    TRANSCRIPTS,
    TRANSLATIONS,
    UNDERSTANDING,
    UNREDACTED_TEXT,
    UNREDACTED_UTTERANCES,
    UNREDACTED_WORDS,
    UTTERANCES,
    WORDS,
)

__all__ = [
    "ACTION_ITEMS",
    "CHAPTERS",
    "COLLOCATES",
    "COMPARISON",
    "CONCORDANCE",
    "CONTENT_SAFETY",
    "DELETIONS",
    "DISPERSION",
    "EDITS",
    "ENTITIES",
    "ESTIMATE",
    "EVALUATION",
    "EVENTS",
    "HIGHLIGHTS",
    "INTEGRITY",
    "JOBS",
    "KEYNESS",
    "LANGUAGES",
    "LEVELS",
    "MANIFEST",
    "MODELS",
    "NGRAMS",
    "PARAGRAPHS",
    "PEOPLE",
    "PLAN",
    "PLANNED",
    "PROPOSALS",
    "PROVENANCE",
    "REDACTED_AUDIO",
    "RELIABILITY",
    "REVIEWS",
    "REVIEW_QUEUE",
    "SENTENCES",
    "SENTIMENTS",
    "SHEETS",
    "SIGN_LIFTS",
    "STAGES",
    "SUMMARIES",
    "TOPICS",
    "TRANSCRIPTS",
    "TRANSLATED_LINES",
    "TRANSLATIONS",
    "TURN_STATISTICS",
    "UNDERSTANDING",
    "UNREDACTED",
    "UNREDACTED_TEXT",
    "UNREDACTED_UTTERANCES",
    "UNREDACTED_WORDS",
    "UTTERANCES",
    "WORDS",
    "WORD_ERRORS",
    "WRITTEN",
    "Column",
    "Table",
    "is_missing",
]

LEVELS: dict[str, Table] = {
    table.name: table
    for table in (
        *(JOBS, EVENTS, TRANSCRIPTS, UTTERANCES, WORDS, SENTENCES, PARAGRAPHS),
        *(CHAPTERS, ENTITIES, SENTIMENTS, TOPICS, HIGHLIGHTS, CONTENT_SAFETY, LANGUAGES),
        *(TRANSLATIONS, SUMMARIES, ACTION_ITEMS, UNDERSTANDING, EDITS),
        *(UNREDACTED_TEXT, UNREDACTED_UTTERANCES, UNREDACTED_WORDS),
    )
}

UNREDACTED: frozenset[str] = frozenset(table.name for table in (UNREDACTED_TEXT, UNREDACTED_UTTERANCES, UNREDACTED_WORDS))
"""The levels without masks. They are read only when they are asked for by name, and are stored nowhere but in the ledger."""
