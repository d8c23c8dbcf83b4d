"""Sentences and paragraphs, made from the words without a further request, by one rule. Pure.

A *turn* is a run of words of one speaker. Channels are read one by one, and within one channel a gap of half a second in which another
channel begins a word ends a turn too. A *sentence* ends with a word that ends with ``. ? ! …`` (or what other scripts write for them;
closing quotes and brackets aside), after 40 words, or with its turn. Closing quotes and brackets that stand alone belong to the
sentence before. A point does not end a sentence after some titles and abbreviations (``Dr.``, ``vs.``), after an initial (a capital,
but for ``I.``), or after several letters with a point each (``U.S.``, ``e.g.``): what ends so runs into the next sentence. A *paragraph*
holds up to five sentences of one speaker with pauses under 1.5 seconds. Sentences and paragraphs are in order of their starts. The text
is the words as running text (:func:`scribekit.base.text.join_words`), the confidence the mean of the words'.

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

from scribekit.base.text import (
    BREATH_MS,
    CLOSING,
    PARAGRAPH_PAUSE_MS,
    PARAGRAPH_SENTENCES,
    SENTENCE_ENDS,
    SENTENCE_WORDS,
    is_abbreviation,
    is_spaced,
    separators,
)
from scribekit.transcripts.frames.json_words import TEXT
from scribekit.transcripts.frames.words import Words

_CLOSES = rf"[{SENTENCE_ENDS}][{re.escape(CLOSING)}]*\z"
_CLOSING_ALONE = rf"\A[{re.escape(CLOSING)}]+\z"

Positions = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]


class Segmenter:
    """Cuts the words of one payload, all at once."""

    def __init__(self, spoken: Words) -> None:
        self._spoken = spoken
        self._speakers = _codes(spoken.speakers, len(spoken))

    def sentences(self) -> dict[str, Any]:
        """The columns of ``schema.SENTENCES`` but for the recording."""
        _, edges = self._sentences
        return {"sentence_index": np.arange(len(edges) - 1), **self._columns(edges)}

    def sentence_of(self) -> Positions:
        """The sentence of each word, counted from 0 in the order of the table."""
        words, edges = self._sentences
        numbers = np.empty(len(words), dtype=np.int64)
        numbers[words] = np.repeat(np.arange(len(edges) - 1), np.diff(edges))
        return numbers

    def paragraphs(self) -> dict[str, Any]:
        """The columns of ``schema.PARAGRAPHS`` but for the recording."""
        words, edges = self._sentences
        firsts, lasts = words[edges[:-1]], words[edges[1:] - 1]
        begins = _marked(len(firsts))
        begins[1:] = self._speakers[firsts[1:]] != self._speakers[firsts[:-1]]
        begins[1:] |= self._spoken.starts[firsts[1:]] - self._spoken.ends[lasts[:-1]] >= PARAGRAPH_PAUSE_MS
        sentences = _edges(_at_most(begins, PARAGRAPH_SENTENCES))
        columns = self._columns(edges[sentences])
        return {"paragraph_index": np.arange(len(sentences) - 1), **columns, "n_sentences": np.diff(sentences)}

    @cached_property
    def _sentences(self) -> tuple[Positions, Positions]:
        """The words sentence by sentence, and where in these each sentence begins, with the end of the last."""
        words, begins_turn = self._turns()
        begins = begins_turn.copy()
        begins[1:] |= self._ends(words, begins_turn)[:-1]
        edges = _edges(_at_most(begins, SENTENCE_WORDS))
        starts = self._spoken.starts[words]
        if (starts[1:] >= starts[:-1]).all():
            return words, edges
        turn_starts = starts[np.maximum.accumulate(np.where(begins_turn, np.arange(len(words)), 0))]
        order = np.lexsort((turn_starts[edges[:-1]], starts[edges[:-1]]))
        lengths = np.diff(edges)[order]
        edges_in_order = np.append(0, np.cumsum(lengths))
        return words[np.arange(len(words)) + np.repeat(edges[:-1][order] - edges_in_order[:-1], lengths)], edges_in_order

    def _ends(self, words: Positions, begins_turn: Flags) -> Flags:
        """Which of the words in a row end a sentence."""
        ends = _matches(self._spoken.texts, _CLOSES)
        candidates = np.flatnonzero(ends)
        texts = self._spoken.texts.take(pa.array(candidates)).to_pylist()
        ends[candidates] = [not is_abbreviation(text) for text in texts]
        ends, are_alone = ends[words], _matches(self._spoken.texts, _CLOSING_ALONE)[words]
        if not are_alone.any():
            return ends
        places = np.arange(len(words))
        spoken = np.maximum.accumulate(np.where(are_alone & ~begins_turn, -1, places))  # the word that the quotes and brackets close
        found: Flags = (ends & ~are_alone)[spoken] & ~np.append(are_alone & ~begins_turn, False)[1:]
        return found

    def _turns(self) -> tuple[Positions, Flags]:
        """The words channel by channel, and which of them begin a turn."""
        channels = _codes(self._spoken.channels, len(self._spoken))
        words = np.argsort(channels, kind="stable")
        begins = _marked(len(words))
        begins[1:] = (self._speakers[words[1:]] != self._speakers[words[:-1]]) | (channels[words[1:]] != channels[words[:-1]])
        bounds = _edges(_marked(len(words)) | np.append(False, np.diff(channels[words]) != 0)[: len(words)])
        if len(bounds) > 2:
            for first, end in pairwise(bounds.tolist()):
                others = np.sort(self._spoken.starts[np.delete(words, slice(first, end))])
                begins[first + 1 : end] |= self._interrupted(words[first:end], others)
        return words, begins

    def _interrupted(self, words: Positions, others: Positions) -> Flags:
        """Whether another channel begins a word in the gap before each word but the first."""
        ends, starts = self._spoken.ends[words[:-1]], self._spoken.starts[words[1:]]
        found: Flags = (starts - ends >= BREATH_MS) & (np.searchsorted(others, ends) < np.searchsorted(others, starts))
        return found

    def _columns(self, edges: Positions) -> dict[str, Any]:
        """What all runs of words have, of the runs between the edges."""
        spoken, (words, _) = self._spoken, self._sentences
        if not len(words):
            return {}
        firsts = pa.array(words[edges[:-1]])
        return {
            "speaker": None if spoken.speakers is None else spoken.speakers.take(firsts),
            "channel": None if spoken.channels is None else spoken.channels.take(firsts),
            "start_ms": spoken.starts[words[edges[:-1]]],
            "end_ms": spoken.ends[words[edges[1:] - 1]],
            "text": self._joined(edges),
            "confidence": self._confidences(edges),
            "n_words": np.diff(edges),
            "edited": False if spoken.edited is None else np.logical_or.reduceat(spoken.edited[words], edges[:-1]),
        }

    def _joined(self, edges: Positions) -> Any:
        """Return the words between the edges as running text, by the rule of :func:`scribekit.base.text.join_words`."""
        texts, before = self._texts, self._separators
        if before is None:
            return pc.binary_join(pa.ListArray.from_arrays(edges, texts), pa.scalar(" ", TEXT))
        begins = _marked(len(texts))
        begins[edges[:-1]] = True
        parts = pc.binary_join_element_wise(pc.if_else(pa.array(begins), "", before), texts, pa.scalar("", TEXT))
        return pc.binary_join(pa.ListArray.from_arrays(edges, parts), pa.scalar("", TEXT))

    @cached_property
    def _separators(self) -> Any:
        """What is written before each word, sentence by sentence; None when all words are joined with spaces."""
        texts = self._texts
        if pc.all(pc.string_is_ascii(texts)).as_py() or is_spaced("".join(words := texts.to_pylist())):
            return None
        return pa.array(separators(words), TEXT)

    @cached_property
    def _texts(self) -> Any:
        """The texts of the words, sentence by sentence."""
        words, _ = self._sentences
        is_as_given = bool((words[1:] > words[:-1]).all())
        return self._spoken.texts if is_as_given else self._spoken.texts.take(pa.array(words))

    @cached_property
    def _known(self) -> tuple[npt.NDArray[np.float64], Flags]:
        """The confidences of the words, sentence by sentence, with 0 for what is missing, and which of them are known."""
        values = self._spoken.confidences.to_numpy(zero_copy_only=False)[self._sentences[0]]
        is_known = ~np.isnan(values)
        return np.where(is_known, values, 0.0), is_known

    def _confidences(self, edges: Positions) -> Any:
        if self._spoken.confidences is None:
            return None
        values, is_known = self._known
        counts = np.add.reduceat(is_known, edges[:-1], dtype=np.int64)
        means = np.add.reduceat(values, edges[:-1]) / np.maximum(counts, 1)
        return pa.array([round(mean, 5) for mean in means.tolist()], pa.float64(), mask=counts == 0)


def _matches(texts: Any, pattern: str) -> Flags:
    flags: Flags = pc.match_substring_regex(texts, pattern).to_numpy(zero_copy_only=False)
    return flags


def _codes(names: Any, length: int) -> Positions:
    """A number for each word, equal for equal names and for missing ones; they ascend as names first appear."""
    if names is None:
        return np.zeros(length, dtype=np.int64)
    codes: Positions = names.dictionary_encode(null_encoding="encode").indices.to_numpy().astype(np.int64)
    return codes


def _marked(length: int) -> Flags:
    """Nothing but the first."""
    flags = np.zeros(length, dtype=np.bool_)
    flags[:1] = True
    return flags


def _edges(begins: Flags) -> Positions:
    return np.append(np.flatnonzero(begins), len(begins))


def _at_most(begins: Flags, most: int) -> Flags:
    """What begins when no run may be longer than so many."""
    places = np.arange(len(begins))
    flags: Flags = (places - np.maximum.accumulate(np.where(begins, places, 0))) % most == 0
    return flags
