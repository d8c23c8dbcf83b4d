"""The Parquet files of the derived tables: each is written whole under a random name, and read as an Arrow dataset."""

from __future__ import annotations

import contextlib
import hashlib
import os
import secrets
import time
from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds
import pyarrow.parquet as pq

from scribekit.base.errors import DamagedFileError, LedgerError, explained, reason
from scribekit.base.schema import Table
from scribekit.tables.arrow import REPEATING, arrow_schema, dataset_schema
from scribekit.tables.store.catalogue import File

FOLDER = "tables"
GRACE_S = 3600.0  # how long a dataset may be in use, or a part take to build, before its files may be deleted as unused
_ROWS_PER_GROUP = 1 << 17
_ENDING, _UNFINISHED = ".parquet", ".unfinished"


_whole: set[tuple[str, int, str]] = set()
"""The files that this process has found to be whole: path, time of change and digest."""


class Folder:
    """The folder of the derived tables of one corpus; it is made if it does not exist.

    Args:
        corpus: The corpus folder.

    Attributes:
        path: The folder.

    Raises:
        LedgerError: It cannot be made.
    """

    def __init__(self, corpus: Path) -> None:
        self.path = corpus / FOLDER
        with self._explained():
            self.path.mkdir(exist_ok=True)

    def write(self, tables: Mapping[str, pa.Table]) -> list[File]:
        """Write the tables of a part, level by level; a table without rows makes no file.

        Raises:
            LedgerError: The folder cannot be written.
        """
        with self._explained():
            return [self._write(level, rows) for level, rows in tables.items() if rows.num_rows]

    def _write(self, level: str, rows: pa.Table) -> File:
        name = f"{level}/{secrets.token_hex(8)}{_ENDING}"
        path = self.path / name
        path.parent.mkdir(exist_ok=True)
        unfinished = path.with_suffix(_UNFINISHED)
        whole_numbers = [field.name for field in rows.schema if pa.types.is_integer(field.type)]
        pq.write_table(
            rows,
            unfinished,
            compression="zstd",
            row_group_size=_ROWS_PER_GROUP,
            use_dictionary=[name for name in rows.column_names if name not in whole_numbers],
            column_encoding=dict.fromkeys(whole_numbers, "DELTA_BINARY_PACKED"),
        )
        file = File(level, name, unfinished.stat().st_size, _digest(unfinished))
        unfinished.replace(path)
        return file

    def empty(self, table: Table) -> File:
        """Write an empty file for a level without rows, for readers that need a file name. It is deleted some time later.

        Raises:
            LedgerError: The folder cannot be written.
        """
        with self._explained():
            written = self._write(table.name, arrow_schema(table).empty_table())
            name = f"{table.name}/empty{_ENDING}"
            (self.path / written.name).replace(self.path / name)
        return written._replace(name=name)

    def read(self, file: File) -> pa.Table:
        """Return the rows of one file.

        Raises:
            DamagedFileError: The file is damaged.
        """
        self._check([file])
        return pq.read_table(self.path / file.name, memory_map=False, partitioning=None)

    def dataset(self, files: Sequence[File], table: Table, *, with_dictionaries: bool = True) -> ds.Dataset:
        """Return files of one level as a dataset, in their order; columns that repeat a few texts are dictionaries, or plain.

        Raises:
            DamagedFileError: A file is damaged.
        """
        schema = dataset_schema(table) if with_dictionaries else arrow_schema(table)
        if not files:
            return ds.dataset(schema.empty_table())
        self._check(files)
        paths = [str(self.path / file.name) for file in files]
        return ds.dataset(paths, schema=schema, format=ds.ParquetFileFormat(dictionary_columns=REPEATING if with_dictionaries else ()))

    def missing(self, files: Collection[File]) -> set[str]:
        """Return the names of files that are missing or have another size, which is quick to find out."""
        return {file.name for file in files if (status := self._status(file)) is None or status.st_size != file.size}

    def damaged(self, files: Collection[File]) -> set[str]:
        """Read every byte of files, and return the names of those that are missing or damaged."""
        return {file.name for file in files if not self._is_whole(file, again=True)}

    def _check(self, files: Collection[File]) -> None:
        for file in files:
            if not self._is_whole(file):
                raise DamagedFileError(
                    f"The table {str(self.path / file.name)!r} is damaged. It can be deleted: it is made again from the ledger."
                )

    def _is_whole(self, file: File, *, again: bool = False) -> bool:
        """Return whether a file has the bytes that were written. Each is read once in this process, unless it must be read again."""
        status = self._status(file)
        if status is None or status.st_size != file.size:
            return False
        state = (str(self.path / file.name), status.st_mtime_ns, file.digest)
        if again or state not in _whole:
            _whole.discard(state)
            try:
                if _digest(self.path / file.name) == file.digest:
                    _whole.add(state)
            except OSError:
                return False
        return state in _whole

    def _status(self, file: File) -> os.stat_result | None:
        try:
            return (self.path / file.name).stat()
        except OSError:
            return None

    def clean(self, names: Collection[str]) -> None:
        """Delete files that are not among the names and have not been changed for a while."""
        oldest = time.time() - GRACE_S
        for path in (*self.path.glob(f"*/*{_ENDING}"), *self.path.glob(f"*/*{_UNFINISHED}")):
            with contextlib.suppress(OSError):
                if f"{path.parent.name}/{path.name}" not in names and path.stat().st_mtime < oldest:
                    path.unlink()

    def release(self, files: Collection[File]) -> None:
        """Start the time after which replaced files are deleted."""
        for file in files:
            with contextlib.suppress(OSError):
                os.utime(self.path / file.name)

    def _explained(self) -> AbstractContextManager[None]:
        return explained(
            OSError,
            LedgerError,
            lambda cause: (
                f"The tables in {str(self.path)!r} cannot be written ({reason(cause)}). Make room on the disk, or check the "
                "folder's permissions; then run the same call again. The transcripts themselves are safe in the ledger."
            ),
        )


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def rows_of(rows: pa.Table, recording_ids: Sequence[str]) -> pa.Table:
    """Return the rows of some recordings in the given order; the order of rows within a recording is kept."""
    ranks = pc.index_in(rows.column("recording_id"), value_set=pa.array(recording_ids, pa.large_string()))
    kept = rows.filter(ranks.is_valid())
    return sorted_by_rank(kept, ranks.drop_null().to_numpy())


def sorted_by_rank(rows: pa.Table, ranks: Any) -> pa.Table:
    """Sort rows by rank; the order of rows with the same rank is kept."""
    return rows if (ranks[1:] >= ranks[:-1]).all() else rows.take(pa.array(ranks.argsort(kind="stable")))
