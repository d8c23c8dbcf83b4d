"""A corpus as tables: ``sk.to_frame``, ``sk.scan_frame`` and ``sk.build_tables``. Nothing is sent to the service."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal

import pandas as pd

from scribekit.base import schema
from scribekit.base.errors import OptionError, nearest
from scribekit.base.names import names_of
from scribekit.corpus.handles import Batch, Corpus, takes_corpus
from scribekit.corpus.view import CorpusView
from scribekit.recordings.manifest import names_beside
from scribekit.tables.arrow import Where, WhereRecordings, check_columns, condition_of, recordings_where, values_of
from scribekit.tables.selection import FROM_LEDGER, RowSelection
from scribekit.tables.store import refresh

if TYPE_CHECKING:
    import pyarrow.dataset

Level = Literal[
    "jobs",
    "events",
    "transcripts",
    "utterances",
    "words",
    "sentences",
    "paragraphs",
    "chapters",
    "entities",
    "sentiments",
    "topics",
    "highlights",
    "content_safety",
    "languages",
    "translations",
    "summaries",
    "action_items",
    "understanding",
    "edits",
    "unredacted_text",
    "unredacted_utterances",
    "unredacted_words",
]


@takes_corpus
def to_frame(
    batch_or_corpus: Batch | Corpus,
    level: Level = "transcripts",
    *,
    columns: str | Sequence[str] | None = None,
    where: Where | WhereRecordings | None = None,
    with_manifest: bool = False,
    provenance: bool = False,
    reviewed: bool = True,
) -> pd.DataFrame:
    """Return the completed transcripts as one table.

    For more than a few recordings, the derived tables of the corpus are brought up to date and read (see :func:`build_tables`);
    ``columns`` and ``where`` then save reading the rest.

    Args:
        batch_or_corpus: What ``submit_batch`` or ``open_corpus`` gave.
        level: ``"transcripts"`` (one row per recording), ``"utterances"`` (one per turn), ``"words"``, ``"jobs"`` (the status of every
            recording) or ``"events"`` (what happened, oldest first); ``"sentences"`` and ``"paragraphs"``, which are cut from the words;
            and the results of the service's features: ``"chapters"``, ``"entities"``, ``"sentiments"``, ``"topics"``,
            ``"highlights"``, ``"content_safety"``, ``"languages"``, ``"translations"`` (the whole text and each utterance, by language),
            ``"summaries"``, ``"action_items"`` and ``"understanding"`` (every value that a task of speech understanding returned: its
            status, the names of speakers, formatted texts). The table of a feature that was off is empty. ``"edits"`` has what people
            changed, oldest first. ``"unredacted_text"``, ``"unredacted_utterances"`` and ``"unredacted_words"`` have the texts without
            masks that ``redact_pii_return_unredacted`` asks for, as received. They come only when they are named here or in ``export``:
            no other table, no file in ``tables/``, no search and no measure has them.
        columns: Only these columns, in this order.
        where: Only rows that meet a condition: column → value, or several values, of which a row must have one (None is a missing value);
            a column of the manifest chooses recordings, as does a function of the manifest frame that returns a boolean column. Or a
            condition on the table's own columns as a pyarrow expression, such as ``pc.field("confidence") < 0.5``.
        with_manifest: Add the manifest's columns (the user's own included) to every row, by ``recording_id``. A manifest column with the
            name of one of the table's columns gets the suffix ``_manifest``, and another one if that name is taken too.
        provenance: Add the origin of each row's transcript: those columns of ``schema.PROVENANCE`` that the table does not have
            (model, language, engine, ``options_hash``, ``transcript_id``, ``collected_at``).
        reviewed: Apply the edits of people (``edited`` says which rows changed); false gives every transcript as received. The results of
            the service's features (chapters, entities, sentiments, topics, highlights, content safety, languages, translations, answers
            of speech understanding) belong to the transcript as received. They are not corrected, except the speaker of a sentiment and
            of a translated utterance: a translation says what the service heard, also where people have corrected the words since.

    Returns:
        The columns of ``schema.LEVELS[level]``, or the requested ones, in manifest order, then by time. An empty table has the same
        names, order and dtypes.

    Raises:
        OptionError: There is no such level or column, or a value does not fit its column.
        LedgerError: The corpus cannot be read.

    Warns:
        NotTranscribedWarning: The table is empty because no recording has been transcribed.
    """
    with batch_or_corpus.reading() as view:
        frame = frame_of(view, level, columns=columns, where=where, with_manifest=with_manifest, provenance=provenance, reviewed=reviewed)
        if level not in FROM_LEDGER:
            view.warn_if_nothing_is_transcribed()
    return frame


def frame_of(
    view: CorpusView,
    level: Level = "transcripts",
    *,
    columns: str | Sequence[str] | None = None,
    where: Where | WhereRecordings | None = None,
    with_manifest: bool = False,
    provenance: bool = False,
    reviewed: bool = True,
) -> pd.DataFrame:
    """Return the table of :func:`to_frame` from a batch or corpus that is open already."""
    table = _table(level)
    own, recording_ids = _split_condition(where, table, view)
    condition = condition_of(own, table)
    manifest = _renamed_manifest(view.manifest, table, provenance=provenance) if with_manifest else None
    known = _known_columns(table, manifest, provenance=provenance)
    requested = known if columns is None else names_of(columns, "columns")
    if columns is not None:
        _check_requested(requested, known, table, view)
    needed = [name for name in table.names if name in requested or (name == "recording_id" and (provenance or with_manifest))]
    selection = RowSelection(view, recording_ids, reviewed=reviewed)
    frame, origins = selection.rows(level, needed, condition, provenance=provenance)
    for other in (origins, manifest):
        if other is not None:
            added = [name for name in other if name in requested and name not in frame]
            frame = frame.merge(other[["recording_id", *added]], on="recording_id", how="left")
    return frame if list(frame) == requested else frame[requested]


@takes_corpus
def scan_frame(
    batch_or_corpus: Batch | Corpus, level: Level = "words", *, reviewed: bool = True, progress: bool = True
) -> pyarrow.dataset.Dataset:
    """Return the table of :func:`to_frame` as a dataset that DuckDB, Polars, Dask and pyarrow read in place, piece by piece.

    The derived tables are brought up to date first (see :func:`build_tables`). The dataset shows the corpus as it is now; call this
    again, rather than keeping the dataset for hours, to see what was collected or corrected since.

    Args:
        batch_or_corpus: What ``submit_batch`` or ``open_corpus`` gave. The dataset of a batch may consist of files and a filter on
            ``recording_id``: query the dataset, not its ``files``. A batch is read into memory and has no ``files`` if a later batch
            transcribed some of its recordings again. Levels that are not made from transcripts (jobs, events, edits) have no files
            either, nor have those of unredacted texts.
        level: As for :func:`to_frame`.
        reviewed: Apply the edits of people; false gives every transcript as received.
        progress: Show the progress of building tables when it takes more than two seconds.

    Returns:
        A ``pyarrow.dataset.Dataset`` with the columns of ``schema.LEVELS[level]``: ``recording_id``, ``speaker``, ``channel``
        and ``time_source`` as dictionaries of texts, other texts as large strings, times in milliseconds as 64-bit integers, missing
        values as nulls. A dictionary can be compared with a value as it is. The text functions of pyarrow and Polars need it as text:
        ``pc.starts_with(pc.field("speaker").cast("large_string"), "A")``, ``pl.col("speaker").cast(pl.String).str.…``.

    Raises:
        OptionError: There is no such level.
        LedgerError: The corpus cannot be read, or the tables cannot be written.
    """
    _table(level)
    with batch_or_corpus.reading() as view:
        if level not in FROM_LEDGER:
            view.warn_if_nothing_is_transcribed()
        return RowSelection(view, reviewed=reviewed, progress=progress).dataset(level)


@takes_corpus
def build_tables(batch_or_corpus: Batch | Corpus, *, rebuild: bool = False, reviewed: bool = True, progress: bool = True) -> int:
    """Bring the derived tables of a corpus up to date. :func:`scan_frame` and :func:`to_frame` do so too; call this to do it in advance.

    The tables are Parquet files in the folder ``tables/`` of the corpus: one for each level and some hundred thousand words. They only
    hold what is in the ledger, can be deleted at any time, and are built again when a later version of scribekit changes them. Only
    new transcripts are read, and those that people have corrected since.

    Args:
        batch_or_corpus: What ``submit_batch`` or ``open_corpus`` gave; for a batch, only its own recordings are added.
        rebuild: Start from nothing. For a batch, the tables of other recordings are kept, except in files that hold some of both.
        reviewed: Bring the tables with the edits of people up to date as well.
        progress: Show progress when it takes more than two seconds.

    Returns:
        How many transcripts were added.

    Raises:
        LedgerError: The corpus cannot be read, or the tables cannot be written.
    """
    with batch_or_corpus.reading() as view:
        if rebuild:
            refresh.forget(view.path, None if view.is_whole else set(view.ledger.transcript_ids(view.batch_ids)))
        return RowSelection(view, reviewed=reviewed, progress=progress).tables_added()


_ORDINARY_NAMES = {
    "utterances": "turn turns segment segments speaker speakers line lines dialogue dialog caption captions cue cues speech",
    "transcripts": "text texts full file files document documents",
    "words": "token tokens timings timestamps",
    "jobs": "recording recordings status statuses state states error errors failure failures cost costs manifest batch",
    "events": "log logs history timeline",
    "edits": "correction corrections change changes review reviews journal",
    "highlights": "keyword keywords keyphrases key_phrases phrases",
    "entities": "names people",
    "summaries": "summarization summarisation",
    "action_items": "actions tasks todos",
    "topics": "categories iab iab_categories",
    "sentiments": "sentiment_analysis emotions",
    "chapters": "auto_chapters",
    "unredacted_text": "unredacted",
}
"""Level → what people call it."""
_MEANT = {word: level for level, words in _ORDINARY_NAMES.items() for word in words.split()}


def _table(level: str) -> schema.Table:
    if level not in schema.LEVELS:
        plain = str(level).strip().lower().replace(" ", "_")
        meant = plain if plain in schema.LEVELS else _MEANT.get(plain)
        raise OptionError(f"There is no level {level!r}.{f' Did you mean {meant!r}?' if meant else nearest(plain, schema.LEVELS)}")
    return schema.LEVELS[level]


def _split_condition(where: Where | WhereRecordings | None, table: schema.Table, view: CorpusView) -> tuple[Where | None, list[str] | None]:
    """Return the part of ``where`` that is about the table's own columns, and the recordings that the rest chooses; None for all."""
    if callable(where):
        return None, sorted(recordings_where(view.manifest, where))
    if not isinstance(where, Mapping):
        return where, None
    wanted = {name: values_of(values) for name, values in where.items()}
    own = {name: values for name, values in wanted.items() if name in table.names and name != "recording_id"}
    others = {name: values for name, values in wanted.items() if name not in table.names}
    recordings = _texts(wanted["recording_id"], table) if "recording_id" in wanted else None
    if others:
        manifest = view.manifest
        check_columns(list(others), [*table.names, *manifest.columns])
        chosen = recordings_where(manifest, others)
        recordings = chosen if recordings is None else recordings & chosen
    return own, None if recordings is None else sorted(recordings)


def _texts(wanted: list[Any], table: schema.Table) -> set[str]:
    condition_of({"recording_id": wanted}, table)  # refuses values that are not texts
    return {str(value) for value in wanted}


def _renamed_manifest(manifest: pd.DataFrame, table: schema.Table, *, provenance: bool) -> pd.DataFrame:
    """Return the manifest, its columns renamed where the table has columns of the same name."""
    taken = {*table.names, *(schema.PROVENANCE.names if provenance else ())} - {"recording_id"}
    return manifest.rename(columns=names_beside(manifest.columns, taken))


def _check_requested(columns: Sequence[str], known: list[str], table: schema.Table, view: CorpusView) -> None:
    """Refuse an unknown column; if another argument would add it, name the argument."""
    for name in columns:
        if name not in known:
            manifest = _renamed_manifest(view.manifest, table, provenance=False)
            optional: dict[str, list[str]] = {"provenance": schema.PROVENANCE.names, "with_manifest": manifest.columns.tolist()}
            for argument, names in optional.items():
                if name in names:
                    raise OptionError(f"There is no column {name!r} here. It comes with {argument}=True.")
    check_columns(columns, known)


def _known_columns(table: schema.Table, manifest: pd.DataFrame | None, *, provenance: bool) -> list[str]:
    """Return the columns that can be requested, in order."""
    added = [*(schema.PROVENANCE.names if provenance else ()), *(() if manifest is None else manifest.columns)]
    return list(dict.fromkeys([*table.names, *added]))
