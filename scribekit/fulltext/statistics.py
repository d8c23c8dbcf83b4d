"""Corpus statistics of words: collocates, keyness, dispersion and n-grams (sk.collocates and so on)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from numbers import Integral
from typing import Any, Literal

import numpy as np
import pandas as pd

from scribekit.base import schema
from scribekit.base.errors import OptionError, nearest
from scribekit.corpus.handles import Batch, Corpus, takes_corpus
from scribekit.fulltext.concordance import Span, count_ngrams, measures, parse, searchable_text, spans
from scribekit.fulltext.facets import label
from scribekit.fulltext.indexed_corpus import IndexedCorpus, Where, with_whole_index
from scribekit.tables.arrow import values_of

Association = Literal["logdice", "mi", "t", "ll"]
Keyness = Literal["ll", "logratio"]

_ASSOCIATION_COLUMNS = {"logdice": "log_dice", "mi": "mi", "t": "t_score", "ll": "ll"}
_KEYNESS_COLUMNS = {"ll": "ll", "logratio": "log_ratio"}
_SPEAKER = "speaker"


@takes_corpus
@with_whole_index
def collocates(
    batch_or_corpus: Batch | Corpus,
    word: str,
    span: int = 5,
    measure: Association = "logdice",
    *,
    at_least: int = 3,
    where: Where | None = None,
    reviewed: bool = True,
) -> pd.DataFrame:
    """Find the words that occur near a word more often than by chance.

    It counts the terms at most ``span`` positions left or right of the word, in the same recording. In scripts that are written without
    spaces a word of the service is one term. A term within reach of two uses of the
    word counts once, and the word's own position does not count, so the counts are those of a real two-by-two table. With O uses near
    the word out of R near terms, and f uses among N terms in all, the expected count is E = R f / N.

    Args:
        batch_or_corpus: What ``submit_batch`` or ``open_corpus`` gave.
        word: A word, a prefix (``clim*``) or a phrase (in quotes), as for :func:`scribekit.search`.
        span: How many terms to count on each side.
        measure: What the rows are sorted by, largest first: ``"logdice"`` (Rychlý 2008; comparable between corpora), ``"mi"`` (Church and
            Hanks 1990; favours rare words), ``"t"`` (Church et al. 1991; favours frequent ones) or ``"ll"`` (Dunning 1993). All four
            are columns; :mod:`scribekit.fulltext.concordance.measures` has the formulas.
        at_least: Exclude terms with fewer uses near the word.
        where: Only some recordings, as for :func:`scribekit.search`.
        reviewed: Count the transcripts as people have corrected them; false counts them as received.

    Returns:
        The columns of ``schema.COLLOCATES``, one row per term.

    Raises:
        OptionError: The word cannot be read, or the measure, span or a manifest column is unknown.
        LedgerError: The corpus cannot be read, or its index cannot be written.
    """
    column = _measure_column(measure, _ASSOCIATION_COLUMNS)
    if not isinstance(span, Integral) or span < 1:
        raise OptionError(f"span={span!r} reaches no word. Give how many to look at on each side, a whole number: span=5.")
    query = parse(word)
    near: Counter[str] = Counter()
    total: Counter[str] = Counter()
    uses = 0
    with IndexedCorpus(batch_or_corpus, where, reviewed=reviewed) as indexed:
        for _, text, counted in indexed.counted():
            total.update(counted.words)
            places = [(int(counted.word_of_term[start]), int(counted.word_of_term[end - 1]) + 1) for start, end in spans(query, text)]
            uses += len(places)
            near.update(counted.words[position] for position in _positions_near(places, span, len(counted.words)))
    kept = [term for term, count in near.items() if count >= at_least]
    frame = schema.COLLOCATES.frame(_association(kept, near, total, uses))
    return frame.sort_values([column, "word"], ascending=[False, True], ignore_index=True)


@takes_corpus
@with_whole_index
def keyness(
    batch_or_corpus: Batch | Corpus,
    by: str = _SPEAKER,
    measure: Keyness = "ll",
    *,
    at_least: int = 3,
    where: Where | None = None,
    reviewed: bool = True,
) -> pd.DataFrame:
    """Find the words that each group uses more, or less, than all others.

    Args:
        batch_or_corpus: What ``submit_batch`` or ``open_corpus`` gave.
        by: A column of the manifest, whose values are the groups, or ``"speaker"``: then the groups are the labels, so give people their
            names first where a label means another person in each recording. Recordings or words without a value belong to no group and
            are excluded, and so is a group without words.
        measure: What the rows of a group are sorted by: ``"ll"`` (how certain the difference is; Rayson and Garside 2000, here negative for
            what the group uses less) or ``"logratio"`` (how large it is; Hardie 2014).
        at_least: Exclude words with fewer uses in all groups together.
        where: Only some recordings, as for :func:`scribekit.search`.
        reviewed: Count the transcripts as people have corrected them; false counts them as received.

    Returns:
        The columns of ``schema.KEYNESS``, one row per group and word. A ``ll`` beyond ±15.13 happens by chance once in 10,000 words.

    Raises:
        OptionError: The measure or column is unknown, or there are fewer than two groups.
        LedgerError: The corpus cannot be read, or its index cannot be written.
    """
    column = _measure_column(measure, _KEYNESS_COLUMNS)
    counts: dict[str, Counter[str]] = {}
    with IndexedCorpus(batch_or_corpus, where, reviewed=reviewed) as indexed:
        for group, terms in _by_speaker(indexed) if by == _SPEAKER else _by_column(indexed, by):
            if terms:
                counts.setdefault(group, Counter()).update(terms)
    if len(counts) < 2:
        raise OptionError(f"Keyness compares groups, and {by!r} has {len(counts)} with words in it. Give another column as by=.")
    total: Counter[str] = Counter()
    for group_counts in counts.values():
        total.update(group_counts)
    words = [word for word, count in total.items() if count >= at_least]
    frames = [_keyness_rows(group, words, group_counts, total) for group, group_counts in sorted(counts.items())]
    frame = pd.concat(frames, ignore_index=True)
    return frame.sort_values(["group", column, "word"], ascending=[True, False, True], ignore_index=True)


@takes_corpus
@with_whole_index
def dispersion(
    batch_or_corpus: Batch | Corpus, words: str | Sequence[str], *, where: Where | None = None, reviewed: bool = True
) -> pd.DataFrame:
    """Measure how evenly words are spread over the recordings.

    Args:
        batch_or_corpus: What ``submit_batch`` or ``open_corpus`` gave.
        words: One or several words, prefixes or phrases, as for :func:`scribekit.search`.
        where: Only some recordings, as for :func:`scribekit.search`.
        reviewed: Count the transcripts as people have corrected them; false counts them as received.

    Returns:
        The columns of ``schema.DISPERSION``, one row per word, in the order given: uses, recordings with a use, and Gries' DP (2008), its
        norm (Lijffijt and Gries 2012) and Juilland's D (1970) over the recordings that have words.

    Raises:
        OptionError: A word cannot be read, or a manifest column is unknown.
        LedgerError: The corpus cannot be read, or its index cannot be written.
    """
    asked = values_of(words)
    queries = [parse(word) for word in asked]
    sizes: list[int] = []
    counts: list[list[int]] = []
    with IndexedCorpus(batch_or_corpus, where, reviewed=reviewed) as indexed:
        for _, text, counted in indexed.counted():
            if size := len(counted.words):
                sizes.append(size)
                counts.append([len(spans(query, text)) for query in queries])
    table = np.array(counts, dtype=np.int64).reshape(len(sizes), len(queries))
    return schema.DISPERSION.frame([_dispersion_row(word, table[:, number], sizes) for number, word in enumerate(asked)])


@takes_corpus
@with_whole_index
def ngrams(
    batch_or_corpus: Batch | Corpus, n: int = 2, *, at_least: int = 2, where: Where | None = None, reviewed: bool = True
) -> pd.DataFrame:
    """Count the runs of n words, most frequent first; ``n=1`` gives the word list.

    Words are those that the service gave, also in scripts that are written without spaces.

    Args:
        batch_or_corpus: What ``submit_batch`` or ``open_corpus`` gave.
        n: How many words in a row.
        at_least: Exclude runs with fewer uses.
        where: Only some recordings, as for :func:`scribekit.search`.
        reviewed: Count the transcripts as people have corrected them; false counts them as received.

    Returns:
        The columns of ``schema.NGRAMS``. ``frequency`` is the number of lines that :func:`scribekit.search` gives for the run as a phrase,
        unless a hyphenated word is part of it, or a word of a script without spaces, which a search also finds inside other words.

    Raises:
        OptionError: ``n`` is not at least 1, or a manifest column is unknown.
        LedgerError: The corpus cannot be read, or its index cannot be written.
    """
    if not isinstance(n, Integral) or n < 1:
        raise OptionError(f"n={n!r} words make no run. Give a whole number: 1 for the word list, 2 for pairs and so on.")
    with IndexedCorpus(batch_or_corpus, where, reviewed=reviewed) as indexed:
        counts = count_ngrams([searchable_text(counted.words) for _, _, counted in indexed.counted()], n, at_least)
    frame = schema.NGRAMS.frame(
        {
            "ngram": counts.ngrams,
            "frequency": counts.frequency,
            "per_million": _per_million(counts.frequency, counts.total),
            "recordings": counts.recordings,
        }
    )
    return frame.sort_values(["frequency", "ngram"], ascending=[False, True], ignore_index=True)


def _measure_column(measure: str, columns: Mapping[str, str]) -> str:
    if measure not in columns:
        raise OptionError(f"There is no measure {measure!r} here.{nearest(str(measure), columns)}")
    return columns[measure]


def _positions_near(places: Iterable[Span], span: int, length: int) -> set[int]:
    """Return the positions at most ``span`` from a use, without those of the uses themselves."""
    near: set[int] = set()
    own: set[int] = set()
    for start, end in places:
        near.update(range(max(0, start - span), min(length, end + span)))
        own.update(range(start, end))
    return near - own


def _association(kept: Sequence[str], near: Counter[str], total: Counter[str], uses: int) -> dict[str, Any]:
    all_terms, near_terms = total.total(), near.total()
    together = np.array([near[term] for term in kept], dtype=np.int64)
    frequency = np.array([total[term] for term in kept], dtype=np.int64)
    expected = frequency * near_terms / max(all_terms, 1)
    return {
        "word": list(kept),
        "together": together,
        "frequency": frequency,
        "expected": expected,
        "log_dice": measures.log_dice(together, uses, frequency),
        "mi": measures.mutual_information(together, expected),
        "t_score": measures.t_score(together, expected),
        "ll": measures.log_likelihood(together, near_terms - together, frequency - together, all_terms - near_terms - frequency + together),
    }


def _by_column(indexed: IndexedCorpus, by: str) -> Iterator[tuple[str, Sequence[str]]]:
    if not isinstance(by, str) or by not in indexed.manifest:
        raise OptionError(f"The manifest has no column {by!r}.{nearest(str(by), [_SPEAKER, *map(str, indexed.manifest.columns)])}")
    ids = indexed.manifest["recording_id"].tolist()
    groups = dict(zip(ids, ids if by == "recording_id" else map(label, indexed.manifest[by]), strict=True))
    for recording_id, _, counted in indexed.counted():
        group = groups.get(recording_id)
        if group is not None:
            yield group, counted.words


def _by_speaker(indexed: IndexedCorpus) -> Iterator[tuple[str, Sequence[str]]]:
    for recording_id, _, counted in indexed.counted():
        document = indexed.index.document(indexed.recordings[recording_id])
        words = np.array(counted.words, dtype=object)
        speakers = document.speakers[document.word_of_term][counted.first_terms]
        for speaker, name in enumerate(document.labels):
            yield name, words[speakers == speaker].tolist()


def _keyness_rows(group: str, words: Sequence[str], counts: Counter[str], total: Counter[str]) -> pd.DataFrame:
    frequency = np.array([counts[word] for word in words], dtype=np.int64)
    rest_frequency = np.array([total[word] for word in words], dtype=np.int64) - frequency
    size, rest_size = counts.total(), total.total() - counts.total()
    direction = np.sign(frequency * rest_size - rest_frequency * size)
    columns: dict[str, Any] = {
        "group": [group] * len(words),
        "word": list(words),
        "frequency": frequency,
        "rest_frequency": rest_frequency,
        "per_million": _per_million(frequency, size),
        "rest_per_million": _per_million(rest_frequency, rest_size),
        "ll": direction * measures.two_corpus_log_likelihood(frequency, size, rest_frequency, rest_size),
        "log_ratio": measures.log_ratio(frequency, size, rest_frequency, rest_size),
    }
    return schema.KEYNESS.frame(columns)


def _dispersion_row(word: str, counts: Any, sizes: Sequence[int]) -> dict[str, Any]:
    dp, dp_norm = measures.deviation_of_proportions(counts, sizes)
    return {
        "word": word,
        "frequency": int(counts.sum()),
        "recordings": int((counts > 0).sum()),
        "recordings_share": float((counts > 0).mean()) if len(counts) else None,
        "dp": dp,
        "dp_norm": dp_norm,
        "juilland_d": measures.juilland_d(counts, sizes),
    }


def _per_million(counts: Any, total: int) -> Any:
    return np.asarray(counts, dtype=np.float64) * 1e6 / max(total, 1)
