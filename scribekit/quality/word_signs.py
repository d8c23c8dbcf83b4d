"""Signs that a word may be wrong: the reasons of the review queue. Pure.

Hard signs are those of hallucinated text. Soft signs add information to the confidence. How much (the *lift* of the sign) depends on the
recogniser and the library, and is learnt by ``sk.calibrate``. Without a calibration soft signs are only reasons and change no figure.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from scribekit.base.text import is_lettered, join_words, normalise
from scribekit.quality.hallucinations import hints_at_stock_phrase, is_other_script, is_stock_phrase, repeated
from scribekit.transcripts.edits.strays import TurnSpans, change_pauses, close_changes, ends_a_sentence, stray_turns
from scribekit.transcripts.frames.sentences import Segmenter
from scribekit.transcripts.frames.words import Words

REPEATED = "repeats itself"
WORD_RATE = "impossible word rate"
STOCK_PHRASE = "known phantom phrase"
LANGUAGE = "language mismatch"
SILENCE = "speech over silence"
STRAY = "stray turn"
TURN_CHANGE = "close turn change"
DRAWN_OUT = "drawn-out word"
MISSING = "words may be missing"
UNKNOWN = "unknown word"
UNSURE_LANGUAGE = "language in doubt"

HALLUCINATED = (REPEATED, WORD_RATE, STOCK_PHRASE, LANGUAGE, SILENCE)
SOFT = (STRAY, TURN_CHANGE, DRAWN_OUT, MISSING, UNKNOWN, UNSURE_LANGUAGE)
SIGNS = HALLUCINATED + SOFT

IMPOSSIBLE_WORDS_PER_S = 8.0  # fast speech has 4 to 5
RATE_FROM_WORDS = 4
LONGEST_WORD_MS = 3000
DRAWN_OUT_MS = 150  # per letter; 60 to 80 is usual
DRAWN_OUT_FROM_MS = 400
PAUSE_MS = 500
UNSURE_BELOW = 0.5
SILENT_DB = -60.0
BELOW_SPEECH_DB = 30.0
UNKNOWN_LETTERS = 4
UNKNOWN_FROM_WORDS = 5000  # in a smaller corpus too many words occur only once

Codes = npt.NDArray[np.intp]
Mask = npt.NDArray[np.bool_]


class Groups:
    """Rows grouped by a code, in any order. Codes count from 0 without gaps."""

    def __init__(self, codes: Codes) -> None:
        self.codes = codes
        self._order = np.argsort(codes, kind="stable")
        self._starts = np.flatnonzero(np.diff(codes[self._order], prepend=-1))
        self.sizes: Codes = np.bincount(codes)
        self.first: Codes = self._order[self._starts]

    def reduce(self, ufunc: np.ufunc, values: Any) -> Any:
        """Return one value for each group, in order of codes."""
        return ufunc.reduceat(np.asarray(values)[self._order], self._starts)

    def texts(self, words: pd.Series[Any]) -> list[str]:
        """Return the words of each group as running text."""
        ordered = words.to_numpy(dtype=object)[self._order].tolist()
        return [join_words(ordered[start : start + size]) for start, size in zip(self._starts.tolist(), self.sizes.tolist(), strict=True)]


def in_reading_order(words: pd.DataFrame, languages: pd.DataFrame | None = None) -> pd.DataFrame:
    """Sort words by recording and turn, and add a column ``sentence``: the number of the sentence of ``frames.sentences``.

    Args:
        words: Rows of ``schema.WORDS``.
        languages: Rows of ``schema.LANGUAGES``: where sentences end depends on the language.
    """
    recording = pd.factorize(words["recording_id"], sort=True)[0]
    as_received = _reordered(words, np.lexsort((_sort_keys(words["word_index"]), recording)))
    as_received["sentence"] = _sentences(as_received, _languages(languages)[0])
    recording = pd.factorize(as_received["recording_id"])[0]
    by_turn = (_sort_keys(as_received["word_index"]), _sort_keys(as_received["utterance_index"]), recording)
    return _reordered(as_received, np.lexsort(by_turn))


def _sort_keys(column: pd.Series[Any]) -> npt.NDArray[np.float64]:
    """Return the values as floats that sort missing values last."""
    return column.to_numpy(dtype=np.float64, na_value=np.inf)


def _reordered(words: pd.DataFrame, order: Codes) -> pd.DataFrame:
    is_in_order = bool((np.diff(order) == 1).all())
    return words.reset_index(drop=True) if is_in_order else words.take(order).reset_index(drop=True)


def _sentences(words: pd.DataFrame, language_of: Mapping[str, Any]) -> Codes:
    numbers = np.zeros(len(words), dtype=np.intp)
    texts, speakers, channels = (pa.array(words[name].to_numpy(dtype=object), from_pandas=True) for name in ("text", "speaker", "channel"))
    starts, ends = words["start_ms"].to_numpy(np.int64), words["end_ms"].to_numpy(np.int64)
    edges = [*np.flatnonzero(changes(words["recording_id"])).tolist(), len(words)]
    number = 0
    for first, end in pairwise(edges):
        here = slice(first, end)
        spoken = Words(texts[here], starts[here], ends[here], None, speakers[here], channels[here])
        language = language_of.get(words["recording_id"].iloc[first])
        numbers[here] = number + Segmenter(spoken, language if isinstance(language, str) else None).sentence_of()
        number = int(numbers[here].max(initial=number - 1)) + 1
    return numbers


def changes(column: pd.Series[Any]) -> Mask:
    """Return whether each value differs from the one before it. Missing values are equal; the first value always counts as different."""
    codes = pd.factorize(column)[0]
    return np.concatenate([[True], codes[1:] != codes[:-1]])


def word_signs(words: pd.DataFrame, *, languages: pd.DataFrame | None = None, vocabulary: Collection[str] | None = None) -> pd.DataFrame:
    """Return the signs that each word shows: a column of bools for each of :data:`SIGNS`.

    Args:
        words: The words as :func:`in_reading_order` returns them. A column ``level_db`` finds speech over silence: the loudness of the
            recording during the word in dB of full scale, NaN where it was not measured.
        languages: Rows of ``schema.LANGUAGES``.
        vocabulary: Known words; by default the corpus is its own vocabulary (see :func:`unknown`).

    Example:
        >>> from scribekit.schema import WORDS
        >>> spoken = {"recording_id": ["a"] * 2, "word_index": [0, 1], "start_ms": [0, 300], "end_ms": [200, 1500], "text": ["Oh", "yes."]}
        >>> signs = word_signs(in_reading_order(WORDS.frame(spoken)))
        >>> signs.columns[signs.any()].tolist()
        ['drawn-out word']
    """
    sentences = Groups(pd.factorize(words["sentence"])[0])
    texts = sentences.texts(words["text"])
    language_of, unsure = _languages(languages)
    spoken_in = [language_of.get(name) for name in words["recording_id"].iloc[sentences.first].tolist()]
    is_mismatch = [is_other_script(text, language) for text, language in zip(texts, spoken_in, strict=True)]
    lengths = (words["end_ms"] - words["start_ms"]).to_numpy()
    written, forms = pd.factorize(words["text"])
    plain = [normalise(form) for form in forms.tolist()]
    letters = forms.str.count(r"\w").to_numpy(dtype=np.float64)[written]
    may_be_stock = sentences.reduce(np.logical_or, np.array([hints_at_stock_phrase(form) for form in plain], dtype=bool)[written])
    is_stock = [may_be and is_stock_phrase(text) for text, may_be in zip(texts, may_be_stock.tolist(), strict=True)]
    found = {
        REPEATED: repeated(words["recording_id"], written, plain),
        WORD_RATE: _is_too_fast(words, sentences)[sentences.codes] | (lengths > LONGEST_WORD_MS),
        STOCK_PHRASE: np.array(is_stock, dtype=bool)[sentences.codes],
        LANGUAGE: np.array(is_mismatch, dtype=bool)[sentences.codes],
        SILENCE: _is_over_silence(words),
        DRAWN_OUT: (lengths >= DRAWN_OUT_FROM_MS) & (lengths >= DRAWN_OUT_MS * letters) & (letters > 0),
        UNKNOWN: _is_unknown(written, plain, vocabulary),
        UNSURE_LANGUAGE: words["recording_id"].isin(unsure).to_numpy(),
        **_turn_signs(words),
    }
    return pd.DataFrame({name: found[name] for name in SIGNS}, index=words.index)


def _is_too_fast(words: pd.DataFrame, sentences: Groups) -> Mask:
    """Return whether each sentence has more words per second than anyone can say."""
    spans = sentences.reduce(np.maximum, words["end_ms"]) - sentences.reduce(np.minimum, words["start_ms"])
    is_too_fast: Mask = (sentences.sizes >= RATE_FROM_WORDS) & (sentences.sizes / np.maximum(spans, 1) > IMPOSSIBLE_WORDS_PER_S / 1000)
    return is_too_fast


def _is_over_silence(words: pd.DataFrame) -> Mask:
    """Return whether the recording is nearly silent during each word: below -60 dB of full scale, or 30 dB below the recording's median."""
    if "level_db" not in words:
        return np.zeros(len(words), dtype=bool)
    usual = words.groupby("recording_id")["level_db"].transform("median")
    is_silent: Mask = ((words["level_db"] < SILENT_DB) | (words["level_db"] < usual - BELOW_SPEECH_DB)).to_numpy(dtype=bool)
    return is_silent


def _turn_signs(words: pd.DataFrame) -> dict[str, Mask]:
    """Return the signs that depend on the neighbouring turns and words."""
    turns = Groups(np.cumsum(changes(words["recording_id"]) | changes(words["speaker"])) - 1)
    spans = TurnSpans(
        starts=turns.reduce(np.minimum, words["start_ms"]),
        ends=turns.reduce(np.maximum, words["end_ms"]),
        speakers=pd.factorize(words["speaker"].iloc[turns.first])[0],
        n_words=turns.sizes,
        recordings=pd.factorize(words["recording_id"].iloc[turns.first])[0],
        end_sentences=_end_sentences(words["text"], turns),
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
        MISSING: _is_before_pause(words),
    }


def _end_sentences(texts: pd.Series[Any], turns: Groups) -> Mask:
    """Return whether each turn ends a sentence."""
    words, ends = texts.tolist(), turns.first + turns.sizes
    found = [ends_a_sentence(words[first:end]) for first, end in zip(turns.first.tolist(), ends.tolist(), strict=True)]
    return np.array(found, dtype=bool)


def _is_before_pause(words: pd.DataFrame) -> Mask:
    """Return whether half a second or more without recognised speech follows each word. Words may have been missed there."""
    recording = pd.factorize(words["recording_id"])[0].astype(np.int64)
    start, end = words["start_ms"].to_numpy(np.int64), words["end_ms"].to_numpy(np.int64)
    order = np.lexsort((start, recording))
    offsets = recording * (int(end.max(initial=0)) + 1)  # so that each recording ends before the next one starts
    silence = (start + offsets)[order][1:] - np.maximum.accumulate((end + offsets)[order])[:-1]
    is_before = np.zeros(len(words), dtype=bool)
    is_before[order[:-1]] = (silence >= PAUSE_MS) & (recording[order][1:] == recording[order][:-1])
    return is_before


def unknown(texts: pd.Series[Any], vocabulary: Collection[str] | None = None) -> Mask:
    """Return whether each word is out of the vocabulary.

    With a vocabulary, a word is unknown when it, or a part of a hyphenated word, is not in it. Without one, a corpus of at least 5,000
    words is its own vocabulary. A word is then unknown when it has at least four letters, occurs only once in all recordings, and has three
    letters in a row that no other word has (the edges of a word count as letters). Names and garbled words are like that. Words with
    digits are never unknown. Case and punctuation are ignored.

    Args:
        texts: Words as written.
        vocabulary: Known words, in upper or lower case.

    Example:
        >>> unknown(pd.Series(["The", "queue,", "qjzx"]), vocabulary=["the", "Queue"]).tolist()
        [False, False, True]
    """
    codes, forms = pd.factorize(texts)
    return _is_unknown(codes, [normalise(form) for form in forms.tolist()], vocabulary)


def _is_unknown(codes: Codes, plain: list[str], vocabulary: Collection[str] | None) -> Mask:
    if vocabulary is not None:
        known = {part for word in vocabulary for part in normalise(word).replace("'", "").split()}
        is_unknown = [any(is_lettered(part) and part not in known for part in form.replace("'", "").split()) for form in plain]
        return np.array(is_unknown, dtype=bool)[codes]
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
    """Return the language of each recording, and the recordings whose language the service was not sure of."""
    if languages is None:
        return {}, set()
    main = languages[languages["scope"] == "recording"]
    unsure = main.loc[main["confidence"] < UNSURE_BELOW, "recording_id"]
    return dict(zip(main["recording_id"], main["language"], strict=True)), set(unsure)
