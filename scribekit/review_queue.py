"""The review queue: which parts of the transcripts hold the most expected errors per minute of listening, and why."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from scribekit.quality import normalise
from scribekit.schema import REVIEW_QUEUE

PARTS = ("transcript", "utterance", "sentence")

PLACE_FINDING_S = 1.0  # what each part costs besides its own length
INVENTED_RISK = 0.5  # at least this probability of error for each word of a part that looks invented
IMPOSSIBLE_WORDS_PER_S = 8.0  # quick speech has 4 to 5
RATE_FROM_WORDS = 4
LONGEST_WORD_MS = 3000
STRAY_WORDS, STRAY_MS = 2, 1000
REPEATS = 4  # how many times in a row; a single word may do so in excitement, hence not 3
LONGEST_REPEAT_WORDS = 6
FOREIGN_SHARE = 0.5

LOW_CONFIDENCE = "low confidence"
REPEATED = "repeats itself"
WORD_RATE = "impossible word rate"
PHANTOM = "known phantom phrase"
LANGUAGE = "language mismatch"
STRAY = "stray turn"
INVENTED = (REPEATED, WORD_RATE, PHANTOM, LANGUAGE)

_SENTENCE_END = re.compile(r"[.?!…。！？؟।]['\"”’»)\]]*$")
_PHANTOMS = re.compile(
    r"\b(?:thank(?:s| you) (?:so much )?for (?:watching|listening)|(?:please )?subscribe to (?:my|our|the) channel|like and subscribe"
    r"|see you in the next (?:video|one)|subtitles by|amara org|transcript(?:ion)? by castingwords|untertitel (?:im auftrag|von)"
    r"|untertitelung des zdf|vielen dank fürs zuschauen|sous titres? (?:réalisés|par)|merci d'avoir regardé|subtítulos (?:realizados|por)"
    r"|gracias por ver|sottotitoli (?:creati|a cura)|legendas pela comunidade|редактор субтитров|продолжение следует)\b"
    r"|ご視聴ありがとうございました|请不吝点赞|字幕由"
)
PHANTOM_WORDS = 15  # a phrase in a longer part is part of what somebody says

_SCRIPTS = {
    "CYRILLIC": ("ru", "uk", "bg", "be", "mk", "sr", "kk", "mn"),
    "GREEK": ("el",),
    "ARABIC": ("ar", "fa", "ur", "ps"),
    "HEBREW": ("he", "yi"),
    "DEVANAGARI": ("hi", "mr", "ne"),
    "THAI": ("th",),
    "HANGUL": ("ko",),
    "CJK": ("zh", "yue"),
    "KANA": ("ja",),
    "LATIN": ("en", "de", "fr", "es", "it", "pt", "nl", "sv", "da", "no", "fi", "pl", "cs", "tr", "ro", "hu", "id", "vi"),
}
_SCRIPT_OF = {language: script for script, languages in _SCRIPTS.items() for language in languages}
_WRITTEN_TOGETHER = {"KANA": {"KANA", "CJK"}, "HANGUL": {"HANGUL", "CJK"}}

_Indices = npt.NDArray[np.intp]
_Mask = npt.NDArray[np.bool_]


def one_minus(confidence: Any) -> npt.NDArray[np.float64]:
    """The probability of error when confidence is believed as it is; the mean of the others where it is missing."""
    error = 1 - np.asarray(confidence, dtype=np.float64)
    missing = np.isnan(error)
    return np.where(missing, 0.5 if missing.all() else np.nanmean(error), error) if missing.any() else error


def review_queue(
    words: pd.DataFrame,
    *,
    below: float,
    by: str,
    risk: Callable[[Any], npt.NDArray[np.float64]] = one_minus,
    languages: Mapping[str, Any] | None = None,
) -> pd.DataFrame:
    """The parts worth a listen, most expected errors per minute first, with the columns of ``schema.REVIEW_QUEUE``.

    Args:
        words: Rows of ``schema.WORDS``.
        below: Mean confidence under which a part is in the queue, 0 to 1.
        by: One of ``PARTS``.
        risk: Gives the probability that words of these confidences are wrong.
        languages: ``recording_id`` → language code, to compare with the script of the words.

    Example:
        >>> from scribekit.schema import WORDS
        >>> spoken = {"recording_id": ["a"] * 4, "word_index": range(4), "start_ms": [0, 500, 1000, 1500], "end_ms": [400, 900, 1400, 2000]}
        >>> words = WORDS.frame(spoken | {"text": ["All", "right.", "Sam", "queue."], "confidence": [0.99, 0.97, 0.3, 0.4]})
        >>> review_queue(words, below=0.9, by="sentence")[["text", "share_of_errors", "reasons"]].round(3).to_numpy().tolist()
        [['Sam queue.', 0.97, 'low confidence']]
    """
    if words.empty:
        return REVIEW_QUEUE.frame()
    ordered = words.sort_values(["recording_id", "utterance_index", "word_index"], kind="stable", ignore_index=True)
    ordered["part"] = np.cumsum(_begins(ordered, by)) - 1
    ordered["risk"] = risk(ordered["confidence"].to_numpy(dtype=np.float64))
    parts = _parts(ordered)
    signs = _signs(ordered, parts, by, languages or {})
    signs = {LOW_CONFIDENCE: (parts["confidence"] < below).to_numpy()} | signs
    looks_invented = np.logical_or.reduce([signs[name] for name in INVENTED])
    floor = np.where(looks_invented, INVENTED_RISK * parts["n_words"], 0.0)
    parts["expected_errors"] = np.maximum(parts["expected_errors"], floor)
    parts["minutes"] = ((parts["end_ms"] - parts["start_ms"]).clip(lower=0) / 1000 + PLACE_FINDING_S) / 60
    parts["errors_per_minute"] = parts["expected_errors"] / parts["minutes"]
    parts["reasons"] = _reasons(signs)
    return _ranked(parts)


def _ranked(parts: pd.DataFrame) -> pd.DataFrame:
    all_errors = parts["expected_errors"].sum()
    queue = parts[parts["reasons"] != ""].sort_values("errors_per_minute", ascending=False, kind="stable")
    queue["cumulative_minutes"] = queue["minutes"].cumsum()
    queue["share_of_errors"] = queue["expected_errors"].cumsum() / all_errors if all_errors else 0.0
    return REVIEW_QUEUE.frame({name: queue[name].tolist() for name in REVIEW_QUEUE.names} if len(queue) else None)


def _begins(words: pd.DataFrame, by: str) -> _Mask:
    """Whether a part begins with each word."""
    begins = _changes(words["recording_id"])
    if by == "transcript":
        return begins
    utterance = words["utterance_index"]
    begins |= _changes(utterance)
    ends = words["text"].str.contains(_SENTENCE_END, na=False).to_numpy(dtype=bool)
    after_end = np.concatenate([[False], ends[:-1]])
    return begins | (after_end if by == "sentence" else after_end & utterance.isna().to_numpy())


def _changes(column: pd.Series[Any]) -> _Mask:
    codes = pd.factorize(column)[0]
    return np.concatenate([[True], codes[1:] != codes[:-1]])


def _parts(words: pd.DataFrame) -> pd.DataFrame:
    starts = np.flatnonzero(_changes(words["part"]))
    n_words = np.diff(np.append(starts, len(words)))
    parts = words[["recording_id", "speaker"]].iloc[starts].reset_index(drop=True)
    parts["start_ms"] = np.minimum.reduceat(words["start_ms"].to_numpy(), starts)
    parts["end_ms"] = np.maximum.reduceat(words["end_ms"].to_numpy(), starts)
    parts["first_word"] = np.minimum.reduceat(words["word_index"].to_numpy(), starts)
    parts["n_words"] = n_words
    parts["confidence"] = words.groupby("part")["confidence"].mean()
    parts["expected_errors"] = np.add.reduceat(words["risk"].to_numpy(), starts)
    texts = words["text"].tolist()
    parts["text"] = [" ".join(texts[start : start + n]) for start, n in zip(starts.tolist(), n_words.tolist(), strict=True)]
    return parts


def _signs(words: pd.DataFrame, parts: pd.DataFrame, by: str, languages: Mapping[str, Any]) -> dict[str, _Mask]:
    lengths = (words["end_ms"] - words["start_ms"]).to_numpy()
    too_long = _any_in_part(words, lengths > LONGEST_WORD_MS)
    seconds = ((parts["end_ms"] - parts["start_ms"]) / 1000).clip(lower=0.001)
    n_words = parts["n_words"]
    too_quick = (n_words >= RATE_FROM_WORDS) & (n_words / seconds > IMPOSSIBLE_WORDS_PER_S)
    texts = parts["text"].tolist()
    phantom = [n <= PHANTOM_WORDS and bool(_PHANTOMS.search(normalise(text))) for n, text in zip(n_words.tolist(), texts, strict=True)]
    spoken_in = [languages.get(name) for name in parts["recording_id"].tolist()]
    return {
        REPEATED: _any_in_part(words, repeated(words)),
        WORD_RATE: too_quick.to_numpy() | too_long,
        PHANTOM: np.array(phantom, dtype=bool),
        LANGUAGE: np.array([is_foreign(text, code) for text, code in zip(texts, spoken_in, strict=True)], dtype=bool),
        STRAY: np.zeros(len(parts), dtype=bool) if by == "transcript" else _is_stray(parts),
    }


def _any_in_part(words: pd.DataFrame, mask: _Mask) -> _Mask:
    found = np.zeros(int(words["part"].iloc[-1]) + 1, dtype=bool)
    found[words["part"].to_numpy()[mask]] = True
    return found


def repeated(words: pd.DataFrame) -> _Mask:
    """Whether each word is in a run of 1 to 6 words that is said at least four times in a row in its recording."""
    codes = pd.factorize(words["recording_id"] + "\n" + words["text"].str.casefold())[0]
    mask = np.zeros(len(codes), dtype=bool)
    for period in range(1, LONGEST_REPEAT_WORDS + 1):
        same = np.concatenate([np.zeros(period, dtype=bool), codes[period:] == codes[:-period]])[: len(codes)]
        edges = np.flatnonzero(np.diff(np.concatenate([[False], same, [False]]).astype(np.int8)))
        for start, end in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True):
            if end - start >= period * (REPEATS - 1):
                mask[start - period : end] = True
    return mask


def is_foreign(text: str, language: Any) -> bool:
    """Whether most letters are of a script that the language is not written in; False for languages that are not known here.

    Example:
        >>> is_foreign("Продолжение следует", "en_us"), is_foreign("Café in Köln", "en")
        (True, False)
    """
    expected = _SCRIPT_OF.get(str(language).lower().replace("_", "-").partition("-")[0])
    if expected is None or (expected == "LATIN" and text.isascii()):
        return False
    scripts = Counter(_script(letter) for letter in text if letter.isalpha())
    own = sum(scripts[script] for script in _WRITTEN_TOGETHER.get(expected, {expected}))
    return scripts.total() > 0 and 1 - own / scripts.total() > FOREIGN_SHARE


def _script(letter: str) -> str:
    name = unicodedata.name(letter, "UNKNOWN").split()[0].split("-")[0]
    return "KANA" if name in ("HIRAGANA", "KATAKANA") else name


def _is_stray(parts: pd.DataFrame) -> _Mask:
    """One or two quick words between two parts of one other speaker: often not a turn at all."""
    before, after = parts.shift(), parts.shift(-1)
    short = (parts["n_words"] <= STRAY_WORDS) & (parts["end_ms"] - parts["start_ms"] <= STRAY_MS)
    inside = (before["recording_id"] == parts["recording_id"]) & (after["recording_id"] == parts["recording_id"])
    other = (before["speaker"] == after["speaker"]) & (before["speaker"] != parts["speaker"]) & parts["speaker"].notna()
    stray: _Mask = (short & inside & other).to_numpy(dtype=bool)
    return stray


def _reasons(signs: Mapping[str, _Mask]) -> list[str]:
    names = list(signs)
    flags = np.column_stack(list(signs.values()))
    return ["; ".join(name for name, flag in zip(names, row, strict=True) if flag) for row in flags.tolist()]
