"""The verbs for going through a corpus by what was said: key words in context, and the sound of any row."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Collection, Iterator
from numbers import Integral
from operator import itemgetter
from typing import Any

import pandas as pd

from scribekit.base import schema
from scribekit.base.errors import OptionError, nearest
from scribekit.corpus.handles import Batch, Corpus
from scribekit.fulltext.concordance import SORTS, Line, Query, cut, parse, sort_key, spans
from scribekit.fulltext.indexed import IndexedCorpus, Where
from scribekit.recordings.manifest import names_beside
from scribekit.tables.arrow import values_of

_Found = tuple[str, Line]
"""The recording and the line."""

_LINES_BETWEEN_LOOKS = 256


def search(
    batch_or_corpus: Batch | Corpus,
    query: str,
    *,
    speaker: str | Collection[str] | None = None,
    where: Where | None = None,
    sort: str = "time",
    context: int = 8,
    limit: int | None = None,
    reviewed: bool = True,
    progress: bool = False,
) -> pd.DataFrame:
    """Key words in context, over all recordings.

    The query: ``climate`` finds a word, ``clim*`` words that begin so, ``"climate change"`` a phrase, ``"climate chang*"`` one whose
    last word begins so; ``climate NEAR/5 change`` both with at most five words between, in either order (``NEAR`` alone: ten).
    ``AND`` (or just a space), ``OR``, ``NOT`` and brackets join them and judge whole recordings: ``climate NOT weather`` gives
    the lines of ``climate`` from recordings without ``weather``. Case, accents and punctuation make no difference. A word with a
    hyphen, point or comma inside counts as its parts: ``1,000`` is ``"1 000"`` and not ``1000``, ``U.S.`` is ``"u s"`` and not ``us``.
    In scripts without spaces any run of characters is found. Words are read turn by turn, as ``to_frame(…, "utterances")`` gives them:
    a phrase of one channel is found whatever is said on another meanwhile.

    The index ``search.sqlite`` in the corpus folder is brought up to date first; see :func:`build_index`.

    Args:
        batch_or_corpus: What ``submit_batch`` or ``open_corpus`` gave.
        query: What to look for. The operators are written in capitals.
        speaker: Only lines whose match this speaker, or one of these, begins. Labels are told apart by case.
        where: Only recordings whose manifest row answers: column → value, or several values, of which it must have one (None is a
            missing value); or a function of the manifest frame that returns a boolean column.
        sort: ``"time"`` (manifest order, then time), ``"match"``, ``"speaker"``, or by the words beside the match from the first,
            second or third on: ``"left1"`` to ``"left3"``, ``"right1"`` to ``"right3"``.
        context: How many words to show on each side.
        limit: At most this many lines; the first ones in the chosen order. In the order of time they come without the rest being read.
        reviewed: Search what people made of the transcripts; false searches them as received.
        progress: Show how far the index has come when it must be built.

    Returns:
        One row per place, with the columns of ``schema.CONCORDANCE`` (``left, match, right, speaker, start_ms`` and so on), then the
        manifest's own, with the suffix ``_manifest`` where they have the name of one of these. ``word_index`` and the times are those of
        ``to_frame(…, "words")``. Give a row to :func:`play` to hear it.

    Raises:
        OptionError: The query cannot be read, there is no such order or manifest column, or another argument is of no use.
        LedgerError: The corpus cannot be read, or its index not be written.

    Example:
        >>> from scribekit.fulltext.concordance import parse
        >>> parse("climate NEAR/5 change").distance
        5
    """
    return search_while(
        lambda: True, batch_or_corpus, query, speaker=speaker, where=where, sort=sort, context=context, limit=limit, reviewed=reviewed,
        progress=progress,
    )  # fmt: skip


class SearchCancelledError(Exception):
    """What was looked for is no longer wanted."""


def search_while(
    is_wanted: Callable[[], bool],
    batch_or_corpus: Batch | Corpus,
    query: str,
    *,
    speaker: str | Collection[str] | None = None,
    where: Where | None = None,
    sort: str = "time",
    context: int = 8,
    limit: int | None = None,
    reviewed: bool = True,
    progress: bool = False,
) -> pd.DataFrame:
    """As :func:`search`, but ``is_wanted`` is asked every few hundred lines, and where it says no, ``SearchCancelledError`` is raised."""
    if sort not in SORTS:
        raise OptionError(f"Lines cannot be sorted by {sort!r}.{nearest(str(sort), SORTS)}")
    if not all(isinstance(count, Integral) and count >= 0 for count in (context, 0 if limit is None else limit)):
        raise OptionError("context= and limit= count words and lines: give whole numbers from 0 on.")
    parsed = parse(query)
    speakers = None if speaker is None else _speakers(speaker)
    with IndexedCorpus(batch_or_corpus, where, reviewed=reviewed, progress=progress) as indexed:
        every = (found for found in _lines(indexed, parsed) if speakers is None or found[1].speaker in speakers)
        lines = _while(is_wanted, every)
        key = sort_key(sort)
        if key is not None:
            keyed = [(key(found[1]), found) for found in lines]
            lines = (found for _, found in sorted(keyed, key=itemgetter(0)))
        first = _while(is_wanted, itertools.islice(lines, limit))
        rows = [{"recording_id": name, **line.row(context)} for name, line in first]
    shown = indexed.manifest[indexed.manifest["recording_id"].isin({row["recording_id"] for row in rows})]
    shown = shown.rename(columns=names_beside(shown.columns, schema.CONCORDANCE.names))
    return schema.CONCORDANCE.frame(rows).merge(shown, on="recording_id", how="left")


def _speakers(asked: Any) -> set[str | None]:
    """The speakers asked for; None for words of nobody that is known."""
    values = [None if schema.is_missing(name) else name for name in values_of(asked)]
    for name in values:
        if name is not None and not isinstance(name, str):
            raise OptionError(f"speaker= takes the name of a speaker, or several: speaker=['A', 'B']. {type(name).__name__} is none.")
    return set(values)


def _while(is_wanted: Callable[[], bool], lines: Iterator[_Found]) -> Iterator[_Found]:
    for number, line in enumerate(lines):
        if number % _LINES_BETWEEN_LOOKS == 0 and not is_wanted():
            raise SearchCancelledError
        yield line


def build_index(batch_or_corpus: Batch | Corpus, *, rebuild: bool = False, progress: bool = True) -> int:
    """Bring the search index of a corpus up to date. :func:`search` does so too; call this to have the work behind you.

    The index is the file ``search.sqlite`` in the corpus folder. It holds nothing that is not in the ledger, can be deleted at any
    time, and is made anew when a later version of scribekit needs it otherwise. Only transcripts that it does not hold yet are read, and
    those that people have edited since. Of an edited transcript it holds the words as received as well. Of a large corpus it is made
    in half the time when :func:`build_tables` has been called before: words are then read from the tables.

    Args:
        batch_or_corpus: What ``submit_batch`` or ``open_corpus`` gave; the index always covers the whole corpus.
        rebuild: Start from nothing.
        progress: Show how far it has come.

    Returns:
        How many transcripts were added; one that people edited counts twice.

    Raises:
        LedgerError: The corpus cannot be read, or the index not be written.
    """
    with IndexedCorpus(batch_or_corpus, rebuild=rebuild, progress=progress) as indexed:
        return indexed.added


def _lines(indexed: IndexedCorpus, query: Query) -> Iterator[_Found]:
    for recording_id, number in indexed.matching(query):
        places = spans(query, indexed.index.text(number))
        if places:
            for line in cut(indexed.index.document(number), places):
                yield recording_id, line
