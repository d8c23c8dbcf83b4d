"""Sentences and paragraphs, made from the words without a further request, by one rule. Pure.

A *turn* is a run of words of one speaker. Channels are read one by one, and within one channel a gap of half a second in which another
channel begins a word ends a turn too. A *sentence* ends with a word that ends with ``. ? ! …`` (or their full-width forms, closing
quotes and brackets aside), after 40 words, or with its turn. A *paragraph* holds up to five sentences of one speaker with pauses under
1.5 seconds. Both are in order of their starts. The text is the words with a blank between them, the confidence the mean of the words'.

The service's own ``/sentences`` and ``/paragraphs`` cut by rules that it does not publish: expect the same sentences where there is
punctuation, and other paragraphs. The embedded service cuts by this rule.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from functools import cached_property
from itertools import chain, pairwise
from typing import Any

import pyarrow.compute as pc

from scribekit.frames.spoken import Spoken

BREATH_MS = 500
SENTENCE_WORDS = 40
SENTENCE_ENDS = ".?!…。？！"
CLOSING = "\"'”’)\\]»"
_CLOSES = rf"[{SENTENCE_ENDS}][{CLOSING}]*\z"
PARAGRAPH_SENTENCES = 5
PARAGRAPH_PAUSE_MS = 1500

Run = list[int]
"""Positions of words, in order."""


class Segmenter:
    """Cuts the words of one payload."""

    def __init__(self, spoken: Spoken) -> None:
        self._edited = spoken.edited
        self._starts: list[int] = spoken.starts.tolist()
        self._ends: list[int] = spoken.ends.tolist()
        self._texts: list[str] = spoken.texts.to_numpy(zero_copy_only=False).tolist()
        self._closes: list[bool] = pc.match_substring_regex(spoken.texts, _CLOSES).to_numpy(zero_copy_only=False).tolist()
        self._is_known = spoken.confidences is not None and not pc.is_null(spoken.confidences, nan_is_null=True).true_count
        self._confidences, self._speakers, self._channels = (
            [None] * len(spoken) if column is None else column.to_numpy(zero_copy_only=False).tolist()
            for column in (spoken.confidences, spoken.speakers, spoken.channels)
        )

    def sentences(self) -> list[Run]:
        """The words of each sentence."""
        return self._sentences

    @cached_property
    def _sentences(self) -> list[Run]:
        runs = chain.from_iterable(self._sentences_of(turn) for turn in self._turns())
        return sorted(runs, key=lambda run: self._starts[run[0]])

    def paragraphs(self) -> list[list[Run]]:
        """The sentences of each paragraph."""
        found: list[list[Run]] = []
        for sentence in self.sentences():
            if not found or self._begins_paragraph(found[-1], sentence):
                found.append([])
            found[-1].append(sentence)
        return found

    def row(self, run: Run) -> dict[str, Any]:
        """A run of words as a row of a table."""
        first = run[0]
        known = _of(self._confidences, run)
        if not self._is_known:
            known = [value for value in known if value is not None and value == value]
        return {
            "speaker": self._speakers[first],
            "channel": self._channels[first],
            "start_ms": self._starts[first],
            "end_ms": self._ends[run[-1]],
            "text": " ".join(_of(self._texts, run)),
            "confidence": round(sum(known) / len(known), 5) if known else None,
            "n_words": len(run),
            "edited": self._edited is not None and bool(self._edited[run].any()),
        }

    def _turns(self) -> list[Run]:
        if len(set(self._channels)) < 2:
            return self._turns_of(list(range(len(self._channels))), ())
        by_channel: dict[str | None, Run] = {}
        for word, channel in enumerate(self._channels):
            by_channel.setdefault(channel, []).append(word)
        runs: list[Run] = []
        for channel, words in by_channel.items():
            others = sorted(self._starts[word] for word, name in enumerate(self._channels) if name != channel)
            runs += self._turns_of(words, others)
        return sorted(runs, key=lambda run: self._starts[run[0]])

    def _turns_of(self, words: Run, others: Sequence[int]) -> list[Run]:
        speakers = self._speakers
        edges = [
            at
            for at, (last, word) in enumerate(pairwise(words), start=1)
            if speakers[last] != speakers[word] or (others and self._is_interrupted(last, word, others))
        ]
        return [words[first:end] for first, end in pairwise([0, *edges, len(words)])] if words else []

    def _is_interrupted(self, last: int, word: int, others: Sequence[int]) -> bool:
        end, start = self._ends[last], self._starts[word]
        return start - end >= BREATH_MS and bisect_left(others, end) < bisect_left(others, start)

    def _sentences_of(self, turn: Run) -> list[Run]:
        runs: list[Run] = []
        first, closes = 0, self._closes
        for end, word in enumerate(turn, start=1):
            if closes[word] or end - first >= SENTENCE_WORDS:
                runs.append(turn[first:end])
                first = end
        return [*runs, turn[first:]] if first < len(turn) else runs

    def _begins_paragraph(self, paragraph: list[Run], sentence: Run) -> bool:
        last, first = paragraph[-1][-1], sentence[0]
        pause = self._starts[first] - self._ends[last]
        speakers = self._speakers
        is_new_speaker = speakers[first] != speakers[paragraph[-1][0]]
        return is_new_speaker or pause >= PARAGRAPH_PAUSE_MS or len(paragraph) >= PARAGRAPH_SENTENCES


def _of(column: list[Any], run: Run) -> list[Any]:
    """The values of a run: a slice of the column, but for crosstalk."""
    first, end = run[0], run[-1] + 1
    return column[first:end] if end - first == len(run) else [column[word] for word in run]
