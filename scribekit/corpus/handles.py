"""The handles that a person holds: a corpus (a folder) and a batch (a selection of the jobs in it). They hold no truth but the folder's."""

from __future__ import annotations

import contextlib
import io
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa

from scribekit.api.limits import Limits
from scribekit.api.webhook import Webhook
from scribekit.base import schema
from scribekit.base.errors import ScribekitError
from scribekit.corpus import status
from scribekit.corpus.ledger import Ledger
from scribekit.corpus.status import Snapshot
from scribekit.corpus.view import CorpusView


class Corpus:
    """A folder with everything that was asked, paid for and received; open it with :func:`open_corpus`.

    Every verb that takes a batch also takes a corpus, and then works on all its batches; a recording that is in several
    of them counts as in the latest.

    Attributes:
        path: The folder.
    """

    number: int | None = None

    def __init__(self, path: Path) -> None:
        self.path = path.expanduser().absolute()  # the handle outlives a change of the working folder

    @contextlib.contextmanager
    def reading(self) -> Iterator[CorpusView]:
        """Open the ledger once for everything that a verb reads.

        Raises:
            LedgerError: The corpus cannot be read.
        """
        with Ledger(self.path) as ledger:
            yield CorpusView(self.path, ledger, self.number)

    @property
    def batch_ids(self) -> list[int]:
        """The numbers of the batches that this handle stands for."""
        with self.reading() as view:
            return view.batch_ids

    def batch(self, number: int) -> Batch:
        """One batch of the corpus by its number (see :attr:`batch_ids`).

        Raises:
            ScribekitError: There is no such batch.
        """
        numbers = Corpus(self.path).batch_ids
        if number not in numbers:
            raise ScribekitError(f"There is no batch {number} in {str(self.path)!r}; it has {numbers or 'none yet'}.")
        return Batch(self.path, number)

    def jobs(self) -> pd.DataFrame:
        """Where every recording stands, without asking the service: columns of ``schema.JOBS``, in manifest order."""
        with self.reading() as view:
            return view.jobs()

    def counts(self) -> Counter[str]:
        """How many recordings stand where, by status."""
        return Counter(self.jobs()["status"].tolist())

    def events(self) -> pd.DataFrame:
        """What happened, oldest first: columns of ``schema.EVENTS``."""
        with self.reading() as view:
            return view.events()

    def snapshot(self) -> Snapshot:
        """The figures behind the ``repr``: counts, audio, dollars, pace, and what holds things up."""
        with self.reading() as view:
            return view.snapshot(time.time())

    @property
    def title(self) -> str:
        """What it is called in a ``repr`` or a widget."""
        return f"Corpus {self._shown_path}"

    @property
    def _shown_path(self) -> Path:
        return self.path.relative_to(Path.cwd()) if self.path.is_relative_to(Path.cwd()) else self.path

    def __repr__(self) -> str:
        return status.sentence(self.title, self.snapshot(), time.time())

    def _repr_html_(self) -> str:
        return status.table(self.title, self.snapshot(), time.time())


class Batch(Corpus):
    """The recordings of one ``submit_batch``.

    Attributes:
        path: The corpus folder.
        number: The batch's number in the corpus.
        limits: The pace that it was submitted with.
        webhook: The webhook that it was submitted with.
    """

    def __init__(self, path: Path, number: int, limits: Limits | None = None, webhook: Webhook | None = None) -> None:
        super().__init__(path)
        self.number: int = number
        self.limits = limits
        self.webhook = webhook

    @property
    def batch_ids(self) -> list[int]:
        """This batch's number alone."""
        return [self.number]

    @property
    def title(self) -> str:
        """What it is called in a ``repr`` or a widget."""
        return f"Batch {self.number} in {self._shown_path}"


def open_corpus(path: str | Path) -> Corpus:
    """Open the corpus in a folder, after a restart or on another machine.

    Where the folder cannot be written (an archive, a share that is mounted for reading) it is open for reading alone: tables, exports to
    elsewhere, sound, and search when the index is up to date. What would change it says that it cannot.

    Args:
        path: The folder that was given to ``submit_batch`` as ``corpus``.

    Returns:
        The corpus: its ``repr`` says what stands where; give it to ``collect``, ``to_frame`` and ``export``.

    Raises:
        LedgerError: There is no corpus in the folder, or it cannot be read.
    """
    folder = Path(path).expanduser()
    Ledger(folder).close()
    return Corpus(folder)


def manifest_to_bytes(manifest: pd.DataFrame) -> bytes:
    """A manifest as Parquet; a column that Parquet cannot hold (of mixed types, say) goes as text."""
    kept = manifest.copy(deep=False)
    kept.attrs = {}
    try:
        return _parquet(kept)
    except _NOT_STORABLE:
        return _parquet(kept.apply(_storable))


_NOT_STORABLE = (pa.ArrowException, TypeError, ValueError, OverflowError)


def _parquet(frame: pd.DataFrame) -> bytes:
    buffer = io.BytesIO()
    frame.to_parquet(buffer, index=False, compression=None)
    return buffer.getvalue()


def _storable(column: pd.Series[Any]) -> pd.Series[Any]:
    try:
        _parquet(column.to_frame())
    except _NOT_STORABLE:
        return column.astype("object").map(_as_text)
    return column


def _as_text(value: Any) -> str | None:
    return None if schema.is_missing(value) else str(value)
