"""Columns of a manifest that are called as people call an option, and are not called as the option is. Pure.

A misspelt option is refused (:func:`~scribekit.base.options.table.wrong_name`). The names here are ordinary words, so that a column may be
the user's own: it is kept, and its user is told which option it would be under another name.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

_LISTS = {
    "language": "language lang langue langage idioma sprache lingua lingue taal locale",
    "of languages": "code codes id iso iso639 639 1 2 3 tag bcp bcp47 47 name main spoken source original input of the in",
    "of recordings": "audio video media file recording speech interview talk call session",
    "speakers": "speakers speaker participants sprecher locuteurs hablantes voices",
    "of numbers": "n num number nr no nb count total expected exact of anzahl nombre how many",
    "fewest": "min minimum fewest",
    "most": "max maximum most",
    "model": "model models",
    "of models": "asr stt speech transcription transcribe recognition acoustic ai assemblyai name id",
}
_KNOWN = {name: frozenset(words.split()) for name, words in _LISTS.items()}

_TRANSLATION = "speech_understanding.request.translation.target_languages"
_WORDS = {
    "language_codes": "languages languages_spoken spoken_languages",
    "language_detection": "detect_language detect_lang auto_language language_auto auto_detect_language autodetect",
    "speaker_labels": "diarize diarise diarization diarisation speaker_diarization speaker_diarisation separate_speakers detect_speakers",
    "keyterms_prompt": "keyterms key_terms keywords vocabulary vocab custom_vocabulary hotwords hot_words boost_words glossary",
    "multichannel": "separate_channels split_channels channel_separation stereo_split",
    "punctuate": "punctuation auto_punctuation",
    "format_text": "text_formatting",
    "disfluencies": "fillers filler_words verbatim",
    "filter_profanity": "profanity profanity_filter censor",
    "redact_pii": "redact redaction pii anonymize anonymise anonymization",
    "audio_start_from": "audio_start start_ms start_from clip_start clip_start_ms trim_start",
    "audio_end_at": "end_ms end_at clip_end clip_end_ms trim_end",
    "sentiment_analysis": "sentiment",
    "entity_detection": "entities detect_entities",
    "auto_highlights": "highlights",
    "speech_understanding.request.summarization": "summarize summarise",
    "custom_spelling": "spelling spellings",
    _TRANSLATION: "translate translate_to translate_into target_lang translation_language",
}
ORDINARY_NAMES = {word: option for option, words in _WORDS.items() for word in words.split()}
"""Name in small letters, with underscores → the option that it is meant for."""


def meant_option(column: str, cells: Iterable[Any] = ()) -> str | None:
    """Return the option that a column may be meant for, with the path of a part of one; None for a column that is called as none.

    Args:
        column: A name that is neither an option's nor nearly that of one.
        cells: What is in it, without empty cells. Columns of speakers count only where a cell begins with a number: else they are names.

    Example:
        >>> meant_option("Language"), meant_option("n_speakers", [2]), meant_option("speakers", ["Ada; Bo"]), meant_option("interviewer")
        ('language_code', 'speakers_expected', None, None)
    """
    plain = "_".join(_words_of(column))
    words = frozenset(plain.split("_"))
    if _is_called(words, "language", "of languages", "of recordings"):
        return "language_code"
    if _is_called(words, "model", "of models"):
        return "speech_models"
    if any(re.match(r"\s*\d", str(cell)) for cell in cells):
        for limit, part in (("fewest", "min_speakers_expected"), ("most", "max_speakers_expected")):
            if words & _KNOWN[limit] and _is_called(words, "speakers", limit, "of numbers"):
                return f"speaker_options.{part}"
        if words != {"speaker"} and _is_called(words, "speakers", "of numbers"):
            return "speakers_expected"
    return ORDINARY_NAMES.get(plain)


def _is_called(words: frozenset[str], core: str, *others: str) -> bool:
    """Return whether a name has a word of one list, and else only words of it and of the others."""
    return bool(words & _KNOWN[core]) and words <= _KNOWN[core].union(*(_KNOWN[name] for name in others))


def _words_of(column: str) -> list[str]:
    """Return the words of a name in small letters, also of one written as numSpeakers or nSpeakers."""
    apart = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", column.strip())
    return [word for word in re.split(r"[\W_]+", apart.lower()) if word]
