"""The user's handles: a corpus (a folder) and a batch (a selection of the jobs in it). They keep no state of their own."""

from __future__ import annotations

import contextlib
import functools
import inspect
import io
import os
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar

import pandas as pd
import pyarrow as pa

from scribekit.api.limits import Limits
from scribekit.api.webhook import Webhook
from scribekit.base import schema
from scribekit.base.errors import DamageWarning, OptionError, ScribekitError, warn_user
from scribekit.corpus import status
from scribekit.corpus.ledger import Ledger
from scribekit.corpus.status import Snapshot
from scribekit.corpus.view import CorpusView

P = ParamSpec("P")
R = TypeVar("R")


class Corpus:
    """A folder with everything that was asked, paid for and received; open it with :func:`open_corpus`.

    Every verb that takes a batch also takes a corpus, and then works on all its batches. A recording of several batches is taken from
    the latest.

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

        Warns:
            DamageWarning: Something in it is damaged, so the verb returns less than was asked for.
        """
        with Ledger(self.path) as ledger:
            yield CorpusView(self.path, ledger, self.number)
            if ledger.damage:
                warn_user(DamageWarning(ledger.damage.sentence(self._shown_path), ledger.damage.recordings))

    @property
    def batch_ids(self) -> list[int]:
        """The numbers of the batches of this handle."""
        with self.reading() as view:
            return view.batch_ids

    def batch(self, number: int) -> Batch:
        """Return one batch of the corpus by its number (see :attr:`batch_ids`).

        Raises:
            ScribekitError: There is no such batch.
        """
        numbers = Corpus(self.path).batch_ids
        if number not in numbers:
            raise ScribekitError(f"There is no batch {number} in {str(self.path)!r}; it has {numbers or 'none yet'}.")
        return Batch(self.path, number)

    def jobs(self) -> pd.DataFrame:
        """Return the status of every recording, without asking the service: columns of ``schema.JOBS``, in manifest order."""
        with self.reading() as view:
            return view.jobs()

    def counts(self) -> Counter[str]:
        """Count the recordings by status."""
        return Counter(self.jobs()["status"].tolist())

    def events(self) -> pd.DataFrame:
        """Return what happened, oldest first: columns of ``schema.EVENTS``."""
        with self.reading() as view:
            return view.events()

    def snapshot(self) -> Snapshot:
        """Return the figures behind the ``repr``: counts, audio, dollars, pace, and what slows the batch down."""
        with self.reading() as view:
            return view.snapshot(time.time())

    @property
    def title(self) -> str:
        """Its name in a ``repr`` or a widget."""
        return f"Corpus {self._shown_path}"

    @property
    def _shown_path(self) -> Path:
        return self.path.relative_to(Path.cwd()) if self.path.is_relative_to(Path.cwd()) else self.path

    def _shown(self) -> Snapshot:
        with self.reading() as view:
            return replace(view.snapshot(time.time()), fallbacks=view.fallbacks())

    def __repr__(self) -> str:
        return status.sentence(self.title, self._shown(), time.time())

    def _repr_html_(self) -> str:
        return status.table(self.title, self._shown(), time.time())


class Batch(Corpus):
    """The recordings of one ``submit_batch``.

    Attributes:
        path: The corpus folder.
        number: The batch's number in the corpus.
        limits: The limits that it was submitted with.
        webhook: The webhook that it was submitted with.
    """

    def __init__(self, path: Path, number: int, limits: Limits | None = None, webhook: Webhook | None = None) -> None:
        super().__init__(path)
        self.number: int = number
        self.limits = limits
        self.webhook = webhook

    @property
    def batch_ids(self) -> list[int]:
        """Only the number of this batch."""
        return [self.number]

    @property
    def title(self) -> str:
        """Its name in a ``repr`` or a widget."""
        return f"Batch {self.number} in {self._shown_path}"


def open_corpus(path: str | Path) -> Corpus:
    """Open the corpus in a folder, after a restart or on another machine.

    A folder that cannot be written (an archive, a share mounted read-only) is opened read-only: tables, exports to other folders, playback,
    and search while the index is up to date. Verbs that would change the corpus raise an error.

    Args:
        path: The folder that was given to ``submit_batch`` as ``corpus``.

    Returns:
        The corpus: its ``repr`` shows the status of its recordings; give it to ``collect``, ``to_frame`` and ``export``.

    Raises:
        LedgerError: There is no corpus in the folder, or it cannot be read.
    """
    folder = Path(path).expanduser()
    Ledger(folder).close()
    return Corpus(folder)


def corpus_of(value: Any) -> Corpus:
    """Return the batch or corpus that a verb was given; a path is that of a corpus folder.

    Raises:
        OptionError: It is something else.
        LedgerError: There is no corpus in the folder, or it cannot be read.
    """
    return value if isinstance(value, Corpus) else open_corpus(folder_of(value))


def folder_of(value: Any) -> Path:
    """Return the folder of a batch or corpus, or of a path, whatever is in it.

    Raises:
        OptionError: It is something else.
    """
    if isinstance(value, Corpus):
        return value.path
    if isinstance(value, str | os.PathLike):
        return Path(os.fspath(value)).expanduser().absolute()
    found = "None" if value is None else f"a {type(value).__name__}"
    raise OptionError(
        f"Expected a batch, a corpus, or the path of a corpus folder; got {found}. Give what submit_batch or open_corpus returned."
    )


def takes_corpus(verb: Callable[Concatenate[Corpus, P], R]) -> Callable[Concatenate[Corpus | str | os.PathLike[str], P], R]:
    """Let a verb also take the path of a corpus folder as its first argument; see :func:`corpus_of`."""
    name = next(iter(inspect.signature(verb).parameters))

    @functools.wraps(verb)
    def taking(*args: Any, **named: Any) -> R:
        if args:
            return verb(corpus_of(args[0]), *args[1:], **named)
        if name in named:
            named[name] = corpus_of(named[name])
        return verb(*args, **named)  # without it, Python says what is missing

    return taking


def manifest_to_bytes(manifest: pd.DataFrame) -> bytes:
    """Encode a manifest as Parquet; a column that Parquet cannot hold (of mixed types, say) becomes text."""
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
