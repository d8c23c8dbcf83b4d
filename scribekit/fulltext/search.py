"""Key words in context over a whole corpus (sk.search), and its index (sk.build_index)."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Collection, Iterator
from numbers import Integral
from operator import itemgetter
from typing import Any

import pandas as pd

from scribekit.base import schema
from scribekit.base.errors import OptionError, QueryWarning, SearchCancelledError, nearest, warn_user
from scribekit.corpus.handles import Batch, Corpus, takes_corpus
from scribekit.fulltext.concordance import SORTS, Line, Query, lines_at, parse, sort_key, spans, taken_as_words
from scribekit.fulltext.indexed_corpus import IndexedCorpus, Where, with_whole_index
from scribekit.recordings.manifest import names_beside
from scribekit.tables.arrow import values_of

_FoundLine = tuple[str, Line]
"""The recording id and the line."""

_LINES_BETWEEN_CHECKS = 256


@takes_corpus
@with_whole_index
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
    language: str | None = None,
    progress: bool = False,
    cancelled: Callable[[], bool] | None = None,
) -> pd.DataFrame:
    """Find key words in context, over all recordings.

    The query: ``climate`` finds a word, ``clim*`` words that begin so, ``"climate change"`` a phrase, ``"climate chang*"`` a phrase whose
    last word begins so; ``climate NEAR/5 change`` both with at most five words between, in either order (``NEAR`` without a number: ten).
    ``AND`` (or just a space), ``OR``, ``NOT`` and brackets join them and judge whole recordings: ``climate NOT weather`` gives
    the lines of ``climate`` from recordings without ``weather``. Case, accents and punctuation make no difference. A word with a
    hyphen, point or comma inside counts as its parts: ``1,000`` is ``"1 000"`` and not ``1000``, ``U.S.`` is ``"u s"`` and not ``us``.
    In scripts without spaces any run of characters is found. Words are read turn by turn, as ``to_frame(…, "utterances")`` gives them:
    a phrase on one channel is found whatever is said on another at the same time.

    The index ``search.sqlite`` in the corpus folder is brought up to date first; see :func:`build_index`.

    Args:
        batch_or_corpus: What ``submit_batch`` or ``open_corpus`` gave.
        query: What to look for. The operators are written in capitals (``near/5`` may be in small letters).
        speaker: Only lines whose match begins with words of this speaker, or of one of these. Labels are told apart by case.
        where: Only recordings whose manifest row answers: column → value, or several values, of which it must have one (None is a
            missing value); or a function of the manifest frame that returns a boolean column.
        sort: ``"time"`` (manifest order, then time), ``"match"``, ``"speaker"``, or by the words beside the match from the first,
            second or third on: ``"left1"`` to ``"left3"``, ``"right1"`` to ``"right3"``.
        context: How many words to show on each side.
        limit: At most this many lines; the first ones in the chosen order. In the order of time the rest is not read.
        reviewed: Search the transcripts as people have corrected them; false searches them as received.
        language: Search the translations in this language, such as ``"de"``, instead of what was said. They are translations of the
            transcripts as received; only the names of speakers are as corrected. Each language has an index of its own in the corpus
            folder (``search.de.sqlite``), which the first search builds.
        progress: Show progress when the index must be built.
        cancelled: Asked every few hundred lines whether to give up the search; for calls from another thread or a user interface, which
            show warnings themselves: none is issued.

    Returns:
        One row per match, with the columns of ``schema.CONCORDANCE`` (``left, match, right, speaker, start_ms`` and so on), then the
        manifest's own, with the suffix ``_manifest`` where they have the name of one of these. ``word_index`` and the times are those of
        ``to_frame(…, "words")``. Give a row to :func:`play` to hear it. With ``language``, the columns are those of
        ``schema.TRANSLATED_LINES``: a line has the times of its utterance (of the recording, if the service translated only its whole
        text), ``utterance_index`` is that of the transcript as received, and ``word_index`` counts the words of the translation. Texts
        without masks (``redact_pii_return_unredacted``) are never searched.

    Raises:
        OptionError: The query cannot be read, there is no such order or manifest column, no transcript has a translation in
            ``language``, or another argument has no meaning.
        LedgerError: The corpus cannot be read, or its index cannot be written.
        SearchCancelledError: ``cancelled`` returned true.

    Warns:
        QueryWarning: A word such as ``near`` or ``not`` in small letters is looked for as a word.
        NotTranscribedWarning: No recording has been transcribed.

    Example:
        >>> sk.search(corpus, '"climate change" NOT weather', sort="right1", limit=20)  # doctest: +SKIP
    """
    if sort not in SORTS:
        raise OptionError(f"Lines cannot be sorted by {sort!r}.{nearest(str(sort), SORTS)}")
    if not all(isinstance(count, Integral) and count >= 0 for count in (context, 0 if limit is None else limit)):
        raise OptionError("context= and limit= count words and lines: give whole numbers from 0 on.")
    parsed = parse(query)
    if cancelled is None and (words := taken_as_words(query)):
        warn_user(words, QueryWarning)
    speakers = None if speaker is None else _speakers(speaker)
    table = schema.CONCORDANCE if language is None else schema.TRANSLATED_LINES
    with IndexedCorpus(batch_or_corpus, where, reviewed=reviewed, language=language, progress=progress) as indexed:
        chosen = (found for found in _lines(indexed, parsed) if speakers is None or found[1].speaker in speakers)
        lines = _unless_cancelled(chosen, cancelled)
        key = sort_key(sort)
        if key is not None:
            keyed = [(key(found[1]), found) for found in lines]
            lines = (found for _, found in sorted(keyed, key=itemgetter(0)))
        first = _unless_cancelled(itertools.islice(lines, limit), cancelled)
        rows = [{"recording_id": name, **line.row(context), "translation_language": language} for name, line in first]
        if language is not None and not rows and not indexed.index.has_words():
            indexed.index.discard()
            raise OptionError(
                f"No transcript has a translation into {language!r}. sk.to_frame(corpus, 'translations')['language'].unique() lists the "
                "languages that there are."
            )
    if cancelled is None and not indexed.recordings:
        with batch_or_corpus.reading() as view:
            view.warn_if_nothing_is_transcribed()
    shown = indexed.manifest[indexed.manifest["recording_id"].isin({row["recording_id"] for row in rows})]
    shown = shown.rename(columns=names_beside(shown.columns, table.names))
    return table.frame(rows).merge(shown, on="recording_id", how="left")


@takes_corpus
@with_whole_index
def build_index(batch_or_corpus: Batch | Corpus, *, rebuild: bool = False, progress: bool = True) -> int:
    """Bring the search index of a corpus up to date. :func:`search` does so too; call this to do the work beforehand.

    The index is the file ``search.sqlite`` in the corpus folder. It holds only what is in the ledger, can be deleted at any
    time, and is built again when a later version of scribekit needs another form. Only transcripts that it does not hold yet are read,
    and those that people have edited since. Of an edited transcript it also holds the words as received. The index of a large corpus is
    built in half the time when :func:`build_tables` has been called before: words are then read from the tables.

    Args:
        batch_or_corpus: What ``submit_batch`` or ``open_corpus`` gave; the index always covers the whole corpus.
        rebuild: Delete the index first, and build it again from nothing.
        progress: Show progress.

    Returns:
        How many transcripts were added; one that people edited counts twice.

    Raises:
        LedgerError: The corpus cannot be read, or the index cannot be written.
    """
    with IndexedCorpus(batch_or_corpus, rebuild=rebuild, progress=progress) as indexed:
        return indexed.added


def _speakers(asked: Any) -> set[str | None]:
    """Return the speakers asked for; None is for words without a speaker."""
    values = [None if schema.is_missing(name) else name for name in values_of(asked)]
    for name in values:
        if name is not None and not isinstance(name, str):
            raise OptionError(f"speaker= takes the name of a speaker, or several: speaker=['A', 'B']. {type(name).__name__} is not a name.")
    return set(values)


def _lines(indexed: IndexedCorpus, query: Query) -> Iterator[_FoundLine]:
    for recording_id, number in indexed.matching(query):
        matches = spans(query, indexed.index.text(number))
        if matches:
            for line in lines_at(indexed.index.document(number), matches):
                yield recording_id, line


def _unless_cancelled(lines: Iterator[_FoundLine], cancelled: Callable[[], bool] | None) -> Iterator[_FoundLine]:
    for number, line in enumerate(lines):
        if cancelled is not None and number % _LINES_BETWEEN_CHECKS == 0 and cancelled():
            raise SearchCancelledError("The search was cancelled.")
        yield line
