"""Signs, word by word, that a transcript may be wrong: the reasons of the review queue. Pure.

Hard signs are those of invented text. Soft ones tell something beside the confidence; how much (the sign's *lift*) differs from one
recogniser and library to the next and is learnt by ``sk.calibrate``. Without a calibration they are reasons, not weights.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from scribekit.base.text import is_lettered, join_words, normalise
from scribekit.quality.hallucinations import is_cue, is_foreign, is_stock_phrase, repeated
from scribekit.transcripts.edits.strays import TurnSpans, change_pauses, close_changes, stray_turns
from scribekit.transcripts.frames.sentences import Segmenter
from scribekit.transcripts.frames.words import Words

REPEATED = "repeats itself"
WORD_RATE = "impossible word rate"
PHANTOM = "known phantom phrase"
LANGUAGE = "language mismatch"
SILENCE = "speech over silence"
STRAY = "stray turn"
TURN_CHANGE = "close turn change"
DRAWN_OUT = "drawn-out word"
MISSING = "words may be missing"
UNKNOWN = "unknown word"
DOUBTFUL = "language in doubt"

INVENTED = (REPEATED, WORD_RATE, PHANTOM, LANGUAGE, SILENCE)
SOFT = (STRAY, TURN_CHANGE, DRAWN_OUT, MISSING, UNKNOWN, DOUBTFUL)
SIGNS = INVENTED + SOFT

IMPOSSIBLE_WORDS_PER_S = 8.0  # quick speech has 4 to 5
RATE_FROM_WORDS = 4
LONGEST_WORD_MS = 3000
DRAWN_OUT_MS = 150  # for each letter; 60 to 80 is usual
DRAWN_OUT_FROM_MS = 400
PAUSE_MS = 500
UNSURE_LANGUAGE = 0.5
SILENT_DB = -60.0
BELOW_SPEECH_DB = 30.0
UNKNOWN_LETTERS = 4
UNKNOWN_FROM_WORDS = 5000  # in fewer words too many are said once

Codes = npt.NDArray[np.intp]
Mask = npt.NDArray[np.bool_]


class Groups:
    """Rows that belong together, wherever they stand; codes count from 0 without gaps."""

    def __init__(self, codes: Codes) -> None:
        self.codes = codes
        self._order = np.argsort(codes, kind="stable")
        self._starts = np.flatnonzero(np.diff(codes[self._order], prepend=-1))
        self.sizes: Codes = np.bincount(codes)
        self.first: Codes = self._order[self._starts]

    def reduce(self, ufunc: np.ufunc, values: Any) -> Any:
        """One value for each group, in order of codes."""
        return ufunc.reduceat(np.asarray(values)[self._order], self._starts)

    def texts(self, words: pd.Series[Any]) -> list[str]:
        """The words of each group as running text."""
        ordered = words.to_numpy(dtype=object)[self._order].tolist()
        return [join_words(ordered[start : start + size]) for start, size in zip(self._starts.tolist(), self.sizes.tolist(), strict=True)]


def in_reading_order(words: pd.DataFrame) -> pd.DataFrame:
    """Words turn by turn, recording by recording, with a column ``sentence``: a number for each sentence of ``frames.segments``.

    Args:
        words: Rows of ``schema.WORDS``.
    """
    recording = pd.factorize(words["recording_id"], sort=True)[0]
    as_received = _taken(words, np.lexsort((_numbers(words["word_index"]), recording)))
    as_received["sentence"] = _sentences(as_received)
    recording = pd.factorize(as_received["recording_id"])[0]
    by_turn = (_numbers(as_received["word_index"]), _numbers(as_received["utterance_index"]), recording)
    return _taken(as_received, np.lexsort(by_turn))


def _numbers(column: pd.Series[Any]) -> npt.NDArray[np.float64]:
    """To sort by; what is missing comes last."""
    return column.to_numpy(dtype=np.float64, na_value=np.inf)


def _taken(words: pd.DataFrame, order: Codes) -> pd.DataFrame:
    is_in_order = bool((np.diff(order) == 1).all())
    return words.reset_index(drop=True) if is_in_order else words.take(order).reset_index(drop=True)


def _sentences(words: pd.DataFrame) -> Codes:
    numbers = np.zeros(len(words), dtype=np.intp)
    texts, speakers, channels = (pa.array(words[name].to_numpy(dtype=object), from_pandas=True) for name in ("text", "speaker", "channel"))
    starts, ends = words["start_ms"].to_numpy(np.int64), words["end_ms"].to_numpy(np.int64)
    edges = [*np.flatnonzero(changes(words["recording_id"])).tolist(), len(words)]
    number = 0
    for first, end in pairwise(edges):
        here = slice(first, end)
        spoken = Words(texts[here], starts[here], ends[here], None, speakers[here], channels[here])
        numbers[here] = number + Segmenter(spoken).sentence_of()
        number = int(numbers[here].max(initial=number - 1)) + 1
    return numbers


def changes(column: pd.Series[Any]) -> Mask:
    """Whether each value is another than the one before; missing values are equal. The first always is."""
    codes = pd.factorize(column)[0]
    return np.concatenate([[True], codes[1:] != codes[:-1]])


def word_signs(words: pd.DataFrame, *, languages: pd.DataFrame | None = None, vocabulary: Collection[str] | None = None) -> pd.DataFrame:
    """Which signs each word shows: a column of truths for each of :data:`SIGNS`.

    Args:
        words: What :func:`in_reading_order` gave; with a column ``level_db`` (loudness of the recording under the word in dB of full
            scale, NaN where nobody listened) speech over silence is found too.
        languages: Rows of ``schema.LANGUAGES``.
        vocabulary: Words that are known; without it those of the corpus itself are (see :func:`unknown`).

    Example:
        >>> from scribekit.schema import WORDS
        >>> spoken = {"recording_id": ["a"] * 2, "word_index": [0, 1], "start_ms": [0, 300], "end_ms": [200, 1500], "text": ["Oh", "yes."]}
        >>> signs = word_signs(in_reading_order(WORDS.frame(spoken)))
        >>> signs.columns[signs.any()].tolist()
        ['drawn-out word']
    """
    sentences = Groups(pd.factorize(words["sentence"])[0])
    texts = sentences.texts(words["text"])
    codes, doubtful = _languages(languages)
    spoken_in = [codes.get(name) for name in words["recording_id"].iloc[sentences.first].tolist()]
    foreign = [is_foreign(text, code) for text, code in zip(texts, spoken_in, strict=True)]
    lengths = (words["end_ms"] - words["start_ms"]).to_numpy()
    written, forms = pd.factorize(words["text"])
    plain = [normalise(form) for form in forms.tolist()]
    letters = forms.str.count(r"\w").to_numpy(dtype=np.float64)[written]
    is_cued = sentences.reduce(np.logical_or, np.array([is_cue(form) for form in plain], dtype=bool)[written])
    phantoms = [cued and is_stock_phrase(text) for text, cued in zip(texts, is_cued.tolist(), strict=True)]
    found = {
        REPEATED: repeated(words),
        WORD_RATE: _too_quick(words, sentences)[sentences.codes] | (lengths > LONGEST_WORD_MS),
        PHANTOM: np.array(phantoms, dtype=bool)[sentences.codes],
        LANGUAGE: np.array(foreign, dtype=bool)[sentences.codes],
        SILENCE: _over_silence(words),
        DRAWN_OUT: (lengths >= DRAWN_OUT_FROM_MS) & (lengths >= DRAWN_OUT_MS * letters) & (letters > 0),
        UNKNOWN: _unknown(written, plain, vocabulary),
        DOUBTFUL: words["recording_id"].isin(doubtful).to_numpy(),
        **_turn_signs(words),
    }
    return pd.DataFrame({name: found[name] for name in SIGNS}, index=words.index)


def _too_quick(words: pd.DataFrame, sentences: Groups) -> Mask:
    spans = sentences.reduce(np.maximum, words["end_ms"]) - sentences.reduce(np.minimum, words["start_ms"])
    too_quick: Mask = (sentences.sizes >= RATE_FROM_WORDS) & (sentences.sizes / np.maximum(spans, 1) > IMPOSSIBLE_WORDS_PER_S / 1000)
    return too_quick


def _over_silence(words: pd.DataFrame) -> Mask:
    """Words where the recording is as good as silent: below -60 dB of full scale, or 30 dB below the median of its words."""
    if "level_db" not in words:
        return np.zeros(len(words), dtype=bool)
    usual = words.groupby("recording_id")["level_db"].transform("median")
    silent: Mask = ((words["level_db"] < SILENT_DB) | (words["level_db"] < usual - BELOW_SPEECH_DB)).to_numpy(dtype=bool)
    return silent


def _turn_signs(words: pd.DataFrame) -> dict[str, Mask]:
    turns = Groups(np.cumsum(changes(words["recording_id"]) | changes(words["speaker"])) - 1)
    spans = TurnSpans(
        starts=turns.reduce(np.minimum, words["start_ms"]),
        ends=turns.reduce(np.maximum, words["end_ms"]),
        speakers=pd.factorize(words["speaker"].iloc[turns.first])[0],
        n_words=turns.sizes,
        recordings=pd.factorize(words["recording_id"].iloc[turns.first])[0],
    )
    follows = np.isfinite(change_pauses(spans))
    is_followed = np.append(follows[1:], False)
    is_close = close_changes(spans)
    first, last = np.zeros(len(words), dtype=bool), np.zeros(len(words), dtype=bool)
    first[turns.first[is_close]] = True
    last[turns.first[is_close] - 1] = True
    one_word = (turns.sizes == 1) & (follows | is_followed)
    return {
        STRAY: stray_turns(spans)[turns.codes],
        TURN_CHANGE: first | last | one_word[turns.codes],
        MISSING: _before_pause(words),
    }


def _before_pause(words: pd.DataFrame) -> Mask:
    """Whether half a second or more follows in which nobody was recognised: where speech is missed, it is missed there."""
    recording = pd.factorize(words["recording_id"])[0].astype(np.int64)
    start, end = words["start_ms"].to_numpy(np.int64), words["end_ms"].to_numpy(np.int64)
    order = np.lexsort((start, recording))
    apart = recording * (int(end.max(initial=0)) + 1)  # so that no end of one recording is as late as any of the next
    silence = (start + apart)[order][1:] - np.maximum.accumulate((end + apart)[order])[:-1]
    before = np.zeros(len(words), dtype=bool)
    before[order[:-1]] = (silence >= PAUSE_MS) & (recording[order][1:] == recording[order][:-1])
    return before


def unknown(texts: pd.Series[Any], vocabulary: Collection[str] | None = None) -> Mask:
    """Whether each word is out of the vocabulary.

    With a vocabulary: it, or a part of a hyphenated word, is not in it. Without one a corpus of 5,000 words or more is its own: a word of
    four letters or more is unknown that is said once in all recordings and has three letters in a row that no other word there has (the
    edges of a word count as letters), as names and mangled words have. Words with digits are never unknown; case and punctuation do not
    count.

    Args:
        texts: Words as written.
        vocabulary: Words in any case.

    Example:
        >>> unknown(pd.Series(["The", "queue,", "qjzx"]), vocabulary=["the", "Queue"]).tolist()
        [False, False, True]
    """
    codes, forms = pd.factorize(texts)
    return _unknown(codes, [normalise(form) for form in forms.tolist()], vocabulary)


def _unknown(codes: Codes, plain: list[str], vocabulary: Collection[str] | None) -> Mask:
    if vocabulary is not None:
        known = {part for word in vocabulary for part in normalise(word).replace("'", "").split()}
        strange = [any(is_lettered(part) and part not in known for part in form.replace("'", "").split()) for form in plain]
        return np.array(strange, dtype=bool)[codes]
    if len(codes) < UNKNOWN_FROM_WORDS:
        return np.zeros(len(codes), dtype=bool)
    uses: Counter[str] = Counter()
    for form, count in zip(plain, np.bincount(codes, minlength=len(plain)).tolist(), strict=True):
        uses[form] += count
    trigrams = Counter(part for form in uses for part in _trigrams(form))
    rare = {
        form
        for form, count in uses.items()
        if count == 1 and is_lettered(form) and len(form) >= UNKNOWN_LETTERS and any(trigrams[part] == 1 for part in _trigrams(form))
    }
    return np.array([form in rare for form in plain], dtype=bool)[codes]


def _trigrams(form: str) -> set[str]:
    edged = f" {form} "
    return {edged[start : start + 3] for start in range(len(edged) - 2)}


def _languages(languages: pd.DataFrame | None) -> tuple[dict[str, Any], set[str]]:
    """The language of each recording, and the recordings where the service was not sure of it."""
    if languages is None:
        return {}, set()
    main = languages[languages["scope"] == "recording"]
    unsure = main.loc[main["confidence"] < UNSURE_LANGUAGE, "recording_id"]
    return dict(zip(main["recording_id"], main["language"], strict=True)), set(unsure)
