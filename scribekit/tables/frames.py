"""The verbs that turn a corpus into tables and files: projections of the stored transcripts, which ask the service for nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal

import pandas as pd

from scribekit.base import schema
from scribekit.base.errors import OptionError, nearest
from scribekit.corpus.handles import Batch, Corpus
from scribekit.corpus.view import CorpusView
from scribekit.recordings.manifest import names_beside
from scribekit.tables.arrow import Where, WhereRecordings, check_columns, condition_of, recordings_where, values_of
from scribekit.tables.selection import RowSelection
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
    "edits",
]


def to_frame(
    batch_or_corpus: Batch | Corpus,
    level: Level = "transcripts",
    *,
    columns: Sequence[str] | None = None,
    where: Where | WhereRecordings | None = None,
    with_manifest: bool = False,
    provenance: bool = False,
    reviewed: bool = True,
) -> pd.DataFrame:
    """The completed transcripts as one table.

    Of more than a few recordings the derived tables of the corpus are read (see :func:`build_tables`), which are brought up to date
    first; ``columns`` and ``where`` then spare the reading of what is not asked for.

    Args:
        batch_or_corpus: What ``submit_batch`` or ``open_corpus`` gave.
        level: ``"transcripts"`` (one row per recording), ``"utterances"`` (one per turn), ``"words"``, ``"jobs"`` (where
            every recording stands) or ``"events"`` (what happened, oldest first); ``"sentences"`` and ``"paragraphs"``, which are cut
            from the words (``frames.segments`` says how); and what the service found when it was asked to: ``"chapters"``,
            ``"entities"``, ``"sentiments"``, ``"topics"``, ``"highlights"``, ``"content_safety"``, ``"languages"``. Without it, or
            where it was off, such a table is empty. ``"edits"`` is what people changed, oldest first.
        columns: Only these columns, in this order.
        where: Only rows that answer: column → value, or several values, of which a row must have one (None is a missing value);
            a column of the manifest chooses recordings, as does a function of the manifest frame that returns a boolean column. Or a
            condition on the table's own columns as a pyarrow expression, such as ``pc.field("confidence") < 0.5``.
        with_manifest: Add the manifest's columns (the user's own included) to every row, by ``recording_id``. A manifest
            column that has the name of one of the table's comes with the suffix ``_manifest``, once more where that name is taken too.
        provenance: Add to every row what its transcript came from: the columns of ``schema.PROVENANCE`` that the table has not got
            (model, language, engine, ``options_hash``, ``transcript_id``, ``collected_at``).
        reviewed: As people have corrected it (``edited`` says which rows); false gives every transcript as received. What the service
            found (chapters, entities, sentiments, topics, highlights, content safety, languages) was found in the transcript as
            received and is not corrected, but for whose a sentiment is.

    Returns:
        The columns of ``schema.LEVELS[level]``, or those asked for, in manifest order, then by time. Equal in names, order and dtypes
        also when empty.

    Raises:
        OptionError: There is no such level or column, or a value does not fit its column.
        LedgerError: The corpus cannot be read.
    """
    with batch_or_corpus.reading() as view:
        return frame_of(view, level, columns=columns, where=where, with_manifest=with_manifest, provenance=provenance, reviewed=reviewed)


def frame_of(
    view: CorpusView,
    level: Level = "transcripts",
    *,
    columns: Sequence[str] | None = None,
    where: Where | WhereRecordings | None = None,
    with_manifest: bool = False,
    provenance: bool = False,
    reviewed: bool = True,
) -> pd.DataFrame:
    """Return the table of :func:`to_frame` from a batch or corpus that is open already."""
    table = _table(level)
    own, recording_ids = _chosen(where, table, view)
    condition = condition_of(own, table)
    manifest = _beside(view.manifest, table, provenance=provenance) if with_manifest else None
    known = _known(table, manifest, provenance=provenance)
    if columns is not None:
        _check_asked(columns, known, table, view)
    asked = known if columns is None else list(columns)
    needed = [name for name in table.names if name in asked or (name == "recording_id" and (provenance or with_manifest))]
    selection = RowSelection(view, recording_ids, reviewed=reviewed)
    frame, origins = selection.rows(level, needed, condition, provenance=provenance)
    for beside in (origins, manifest):
        if beside is not None:
            added = [name for name in beside if name in asked and name not in frame]
            frame = frame.merge(beside[["recording_id", *added]], on="recording_id", how="left")
    return frame if list(frame) == asked else frame[asked]


def scan_frame(
    batch_or_corpus: Batch | Corpus, level: Level = "words", *, reviewed: bool = True, progress: bool = True
) -> pyarrow.dataset.Dataset:
    """The table of :func:`to_frame` without reading it: a dataset that DuckDB, Polars, Dask and pyarrow read in place, piece by piece.

    The derived tables are brought up to date first (see :func:`build_tables`). The dataset shows the corpus as it is now; call this
    again, rather than keeping the dataset for hours, to see what was collected or corrected since.

    Args:
        batch_or_corpus: What ``submit_batch`` or ``open_corpus`` gave. The dataset of a batch may be files and a filter on
            ``recording_id``: query it as it is, not its ``files``. A batch some of whose recordings a later one transcribed anew is
            read into memory and has no ``files``; nor have levels that are not made from transcripts (jobs, events, edits).
        level: As for :func:`to_frame`.
        reviewed: As people have corrected it; false gives every transcript as received.
        progress: Show how far the tables have come when that takes more than two seconds.

    Returns:
        A ``pyarrow.dataset.Dataset`` with the columns of ``schema.LEVELS[level]``: ``recording_id``, ``speaker``, ``channel``
        and ``time_source`` as dictionaries of texts, other texts as large strings, times in milliseconds as 64-bit integers, missing
        values as nulls. To compare a dictionary with a value needs nothing; the functions of texts of pyarrow and Polars want it as
        text: ``pc.starts_with(pc.field("speaker").cast("large_string"), "A")``, ``pl.col("speaker").cast(pl.String).str.…``.

    Raises:
        OptionError: There is no such level.
        LedgerError: The corpus cannot be read, or the tables not be written.
    """
    _table(level)
    with batch_or_corpus.reading() as view:
        return RowSelection(view, reviewed=reviewed, progress=progress).dataset(level)


def build_tables(batch_or_corpus: Batch | Corpus, *, rebuild: bool = False, reviewed: bool = True, progress: bool = True) -> int:
    """Bring the derived tables of a corpus up to date. :func:`scan_frame` and :func:`to_frame` do so too; call this to have it behind you.

    The tables are Parquet files in the folder ``tables/`` of the corpus: one for each level and some hundred thousand words. They hold
    nothing that is not in the ledger, can be deleted at any time, and are made anew when a later version of scribekit needs them
    otherwise. Only transcripts that they do not hold yet are read, and those that people have corrected since.

    Args:
        batch_or_corpus: What ``submit_batch`` or ``open_corpus`` gave; of a batch, its recordings alone.
        rebuild: Start from nothing; of a batch, leave the tables of others as they are, but for files that hold some of both.
        reviewed: Bring the tables with the edits of people up to date as well.
        progress: Show how far it has come when that takes more than two seconds.

    Returns:
        How many transcripts were added.

    Raises:
        LedgerError: The corpus cannot be read, or the tables not be written.
    """
    with batch_or_corpus.reading() as view:
        if rebuild:
            refresh.forget(view.path, None if view.is_whole else set(view.ledger.transcript_ids(view.batch_ids)))
        return RowSelection(view, reviewed=reviewed, progress=progress).tables_added()


def _table(level: str) -> schema.Table:
    if level not in schema.LEVELS:
        raise OptionError(f"There is no level {level!r}.{nearest(str(level), schema.LEVELS)}")
    return schema.LEVELS[level]


def _chosen(where: Where | WhereRecordings | None, table: schema.Table, view: CorpusView) -> tuple[Where | None, list[str] | None]:
    """What ``where`` asks of the rows, and the recordings that it names; None for all."""
    if callable(where):
        return None, sorted(recordings_where(view.manifest, where))
    if not isinstance(where, Mapping):
        return where, None
    asked = {name: values_of(wanted) for name, wanted in where.items()}
    own = {name: wanted for name, wanted in asked.items() if name in table.names and name != "recording_id"}
    others = {name: wanted for name, wanted in asked.items() if name not in table.names}
    named = _texts(asked["recording_id"], table) if "recording_id" in asked else None
    if others:
        manifest = view.manifest
        check_columns(list(others), [*table.names, *manifest.columns])
        answering = recordings_where(manifest, others)
        named = answering if named is None else named & answering
    return own, None if named is None else sorted(named)


def _texts(wanted: list[Any], table: schema.Table) -> set[str]:
    condition_of({"recording_id": wanted}, table)  # refuses what is no text
    return {str(value) for value in wanted}


def _beside(manifest: pd.DataFrame, table: schema.Table, *, provenance: bool) -> pd.DataFrame:
    """The manifest with names that are none of the table's."""
    taken = {*table.names, *(schema.PROVENANCE.names if provenance else ())} - {"recording_id"}
    return manifest.rename(columns=names_beside(manifest.columns, taken))


def _check_asked(columns: Sequence[str], known: list[str], table: schema.Table, view: CorpusView) -> None:
    """Refuse a column that is not known; of one that would be there with another argument, say so."""
    for name in () if isinstance(columns, str) else columns:
        if name not in known:
            manifest = _beside(view.manifest, table, provenance=False)
            beside: dict[str, list[str]] = {"provenance": schema.PROVENANCE.names, "with_manifest": manifest.columns.tolist()}
            for argument, names in beside.items():
                if name in names:
                    raise OptionError(f"There is no column {name!r} here. It comes with {argument}=True.")
    check_columns(columns, known)


def _known(table: schema.Table, manifest: pd.DataFrame | None, *, provenance: bool) -> list[str]:
    """The columns that there are to choose from, in order."""
    beside = [*(schema.PROVENANCE.names if provenance else ()), *(() if manifest is None else manifest.columns)]
    return list(dict.fromkeys([*table.names, *beside]))
