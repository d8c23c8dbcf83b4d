"""Sentences and paragraphs, made from the words without a further request, by one rule. Pure.

A *turn* is a run of words of one speaker. Channels are read one by one. Within one channel, a gap of half a second in which another
channel begins a word ends a turn too. A *sentence* ends with a word that ends with ``. ? ! …`` (or the punctuation of other scripts for
them; closing quotes and brackets may follow), after 40 words, or with its turn. Closing quotes and brackets that are words of their own
belong to the sentence before. A point does not end a sentence after a title, an abbreviation, an initial or an ordinal number of the
transcript's language, unless the next word begins a sentence (:mod:`scribekit.base.sentences`). A
*paragraph* has up to five sentences of one speaker with pauses under 1.5 seconds. Sentences and paragraphs are in order of their starts.
The text is the words as running text (:func:`scribekit.base.text.join_words`), the confidence the mean of the words'.

The service's own ``/sentences`` and ``/paragraphs`` cut by rules that it does not publish: expect the same sentences where there is
punctuation, and other paragraphs. The embedded service cuts by this rule.
"""

from __future__ import annotations

import re
from functools import cached_property
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from scribekit.base.sentences import (
    BREATH_MS,
    CLOSING,
    PARAGRAPH_PAUSE_MS,
    PARAGRAPH_SENTENCES,
    SENTENCE_WORDS,
    is_inside,
    marks_of,
)
from scribekit.base.text import is_spaced, separators
from scribekit.transcripts.frames.json_words import TEXT
from scribekit.transcripts.frames.words import Words

_CLOSING_ONLY = rf"\A[{re.escape(CLOSING)}]+\z"

Positions = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]


class Segmenter:
    """Cuts the words of one payload, all at once.

    Args:
        words: The words.
        language: The language code of the transcript; None when it is not known.
    """

    def __init__(self, words: Words, language: str | None = None) -> None:
        self._words = words
        self._language = language
        self._speakers = _codes(words.speakers, len(words))

    def sentences(self) -> dict[str, Any]:
        """Return the columns of ``schema.SENTENCES``, without the recording."""
        _, edges = self._sentences
        return {"sentence_index": np.arange(len(edges) - 1), **self._columns(edges)}

    def sentence_of(self) -> Positions:
        """Return the sentence of each word, counted from 0 in the order of the table."""
        order, edges = self._sentences
        numbers = np.empty(len(order), dtype=np.int64)
        numbers[order] = np.repeat(np.arange(len(edges) - 1), np.diff(edges))
        return numbers

    def paragraphs(self) -> dict[str, Any]:
        """Return the columns of ``schema.PARAGRAPHS``, without the recording."""
        order, edges = self._sentences
        firsts, lasts = order[edges[:-1]], order[edges[1:] - 1]
        begins = _first_only(len(firsts))
        begins[1:] = self._speakers[firsts[1:]] != self._speakers[firsts[:-1]]
        begins[1:] |= self._words.starts[firsts[1:]] - self._words.ends[lasts[:-1]] >= PARAGRAPH_PAUSE_MS
        sentences = _edges(_at_most(begins, PARAGRAPH_SENTENCES))
        columns = self._columns(edges[sentences])
        return {"paragraph_index": np.arange(len(sentences) - 1), **columns, "n_sentences": np.diff(sentences)}

    @cached_property
    def _sentences(self) -> tuple[Positions, Positions]:
        """The positions of the words, sentence by sentence, and the edges of the sentences in them."""
        order, begins_turn = self._turns()
        begins = begins_turn.copy()
        begins[1:] |= self._ends(order, begins_turn)[:-1]
        edges = _edges(_at_most(begins, SENTENCE_WORDS))
        starts = self._words.starts[order]
        if (starts[1:] >= starts[:-1]).all():
            return order, edges
        turn_starts = starts[np.maximum.accumulate(np.where(begins_turn, np.arange(len(order)), 0))]
        ranks = np.lexsort((turn_starts[edges[:-1]], starts[edges[:-1]]))
        lengths = np.diff(edges)[ranks]
        edges_in_order = np.append(0, np.cumsum(lengths))
        return order[np.arange(len(order)) + np.repeat(edges[:-1][ranks] - edges_in_order[:-1], lengths)], edges_in_order

    def _ends(self, order: Positions, begins_turn: Flags) -> Flags:
        """Return which of the words, in this order, end a sentence."""
        marked = rf"[{re.escape(marks_of(self._language))}][{re.escape(CLOSING)}]*\z"
        ends, is_closing = (_matches(self._words.texts, pattern)[order] for pattern in (marked, _CLOSING_ONLY))
        places = np.flatnonzero(ends)
        texts = self._words.texts.take(pa.array(order[places])).to_pylist()
        befores = self._texts_at(order, places - 1, ~begins_turn[places])
        followings = self._texts_at(order, places + 1, ~np.append(begins_turn, True)[places + 1])
        ends[places] = [
            not is_inside(text, following, before=before, language=self._language)
            for text, following, before in zip(texts, followings, befores, strict=True)
        ]
        if not is_closing.any():
            return ends
        closed = np.maximum.accumulate(np.where(is_closing & ~begins_turn, -1, np.arange(len(order))))  # by each quote or bracket
        found: Flags = (ends & ~is_closing)[closed] & ~np.append(is_closing & ~begins_turn, False)[1:]
        return found

    def _texts_at(self, order: Positions, places: Positions, is_there: Flags) -> list[str]:
        """Return the texts of the words at these places; empty where there is none."""
        indices = pa.array(order[np.where(is_there, places, 0)] if len(places) else places, mask=~is_there)
        return [text or "" for text in self._words.texts.take(indices).to_pylist()]

    def _turns(self) -> tuple[Positions, Flags]:
        """Return the positions of the words, channel by channel, and which of them begin a turn."""
        channels = _codes(self._words.channels, len(self._words))
        order = np.argsort(channels, kind="stable")
        begins = _first_only(len(order))
        begins[1:] = (self._speakers[order[1:]] != self._speakers[order[:-1]]) | (channels[order[1:]] != channels[order[:-1]])
        bounds = _edges(_first_only(len(order)) | np.append(False, np.diff(channels[order]) != 0)[: len(order)])
        if len(bounds) > 2:
            for first, end in pairwise(bounds.tolist()):
                others = np.sort(self._words.starts[np.delete(order, slice(first, end))])
                begins[first + 1 : end] |= self._interrupted(order[first:end], others)
        return order, begins

    def _interrupted(self, order: Positions, others: Positions) -> Flags:
        """Return whether another channel begins a word in the gap before each word except the first."""
        ends, starts = self._words.ends[order[:-1]], self._words.starts[order[1:]]
        found: Flags = (starts - ends >= BREATH_MS) & (np.searchsorted(others, ends) < np.searchsorted(others, starts))
        return found

    def _columns(self, edges: Positions) -> dict[str, Any]:
        """Return the columns that sentences and paragraphs share, for the runs of words between the edges."""
        words, (order, _) = self._words, self._sentences
        if not len(order):
            return {}
        firsts = pa.array(order[edges[:-1]])
        return {
            "speaker": None if words.speakers is None else words.speakers.take(firsts),
            "channel": None if words.channels is None else words.channels.take(firsts),
            "start_ms": words.starts[order[edges[:-1]]],
            "end_ms": words.ends[order[edges[1:] - 1]],
            "text": self._joined(edges),
            "confidence": self._confidences(edges),
            "n_words": np.diff(edges),
            "edited": False if words.edited is None else np.logical_or.reduceat(words.edited[order], edges[:-1]),
        }

    def _joined(self, edges: Positions) -> Any:
        """Return the runs of words between the edges as running text, by the rule of ``join_words``."""
        texts, before = self._texts, self._separators
        if before is None:
            return pc.binary_join(pa.ListArray.from_arrays(edges, texts), pa.scalar(" ", TEXT))
        is_first = np.zeros(len(texts), dtype=np.bool_)
        is_first[edges[:-1]] = True
        parts = pc.binary_join_element_wise(pc.if_else(pa.array(is_first), "", before), texts, pa.scalar("", TEXT))
        return pc.binary_join(pa.ListArray.from_arrays(edges, parts), pa.scalar("", TEXT))

    @cached_property
    def _separators(self) -> Any:
        """What is written before each word, sentence by sentence; None when all words are joined with spaces."""
        texts = self._texts
        if pc.all(pc.string_is_ascii(texts)).as_py() or is_spaced(_concatenated(texts)):
            return None
        return pa.array(separators(texts.to_pylist()), TEXT)

    @cached_property
    def _texts(self) -> Any:
        """The texts of the words, sentence by sentence."""
        order, _ = self._sentences
        is_as_given = bool((order[1:] > order[:-1]).all())
        return self._words.texts if is_as_given else self._words.texts.take(pa.array(order))

    @cached_property
    def _known(self) -> tuple[npt.NDArray[np.float64], Flags]:
        """The confidences of the words, sentence by sentence, with 0 for a missing one, and which of them are known."""
        values = self._words.confidences.to_numpy(zero_copy_only=False)[self._sentences[0]]
        is_known = ~np.isnan(values)
        return np.where(is_known, values, 0.0), is_known

    def _confidences(self, edges: Positions) -> Any:
        if self._words.confidences is None:
            return None
        values, is_known = self._known
        counts = np.add.reduceat(is_known, edges[:-1], dtype=np.int64)
        means = np.add.reduceat(values, edges[:-1]) / np.maximum(counts, 1)
        return pa.array([round(mean, 5) for mean in means.tolist()], pa.float64(), mask=counts == 0)


def _concatenated(texts: Any) -> str:
    return str(pc.binary_join(pa.LargeListArray.from_arrays([0, len(texts)], texts), pa.scalar("", TEXT))[0])


def _matches(texts: Any, pattern: str) -> Flags:
    flags: Flags = pc.match_substring_regex(texts, pattern).to_numpy(zero_copy_only=False)
    return flags


def _codes(names: Any, length: int) -> Positions:
    """Return a number for each word, equal for equal names and for missing ones; they ascend as names first appear."""
    if names is None:
        return np.zeros(length, dtype=np.int64)
    codes: Positions = names.dictionary_encode(null_encoding="encode").indices.to_numpy().astype(np.int64)
    return codes


def _first_only(length: int) -> Flags:
    flags = np.zeros(length, dtype=np.bool_)
    flags[:1] = True
    return flags


def _edges(begins: Flags) -> Positions:
    """Return the positions where runs begin, and the end of the last."""
    return np.append(np.flatnonzero(begins), len(begins))


def _at_most(begins: Flags, most: int) -> Flags:
    """Return where runs begin when none may be longer than ``most``."""
    places = np.arange(len(begins))
    flags: Flags = (places - np.maximum.accumulate(np.where(begins, places, 0))) % most == 0
    return flags
