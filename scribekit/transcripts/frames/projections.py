"""One projection per level: from pairs of recording id and payload to a frame. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from scribekit.base import contract, schema
from scribekit.transcripts.frames.columns import TableBuilder
from scribekit.transcripts.frames.features import FEATURES
from scribekit.transcripts.frames.json_words import TEXT
from scribekit.transcripts.frames.reader import PayloadReader
from scribekit.transcripts.frames.translations import TranslatedTurn, translations, turns_in
from scribekit.transcripts.frames.understanding import as_written
from scribekit.transcripts.frames.unredacted import unredacted_payload
from scribekit.transcripts.frames.words import Words, flags, is_edited

REMOTE_ENGINE = "AssemblyAI"
SERVICE, REPAIRED, EDITED = "service", "repaired", "edited"

Payloads = Iterable[tuple[str, bytes]]


def project(levels: Iterable[str], payloads: Payloads) -> dict[str, pa.Table]:
    """Return the tables of several levels; each payload is read once.

    Memory holds the tables and one payload. Reading a payload takes most of the time, so all levels cost little more than ``words``.

    Args:
        levels: Any of ``transcripts, utterances, words, sentences, paragraphs, chapters, entities, sentiments, topics, highlights,
            content_safety, languages, translations, summaries, action_items, understanding``.
        payloads: Pairs of ``recording_id`` and the JSON bytes, as received or with the edits of people.

    Returns:
        Level → its table in Arrow, with the columns of ``schema.LEVELS[level]`` in order: ``str`` as ``large_string``, ``int64`` and
        ``Int64`` as ``int64``, ``float64`` as ``double``, ``bool`` as ``bool``; a missing value is null. One chunk per payload.

    Raises:
        msgspec.MsgspecError: A payload is not a JSON transcript.

    Example:
        >>> body = b'{"id": "t1", "status": "completed", "words": [{"text": "Hi", "start": 10, "end": 90}]}'
        >>> tables = project(["words", "sentences"], [("a.mp3", body)])
        >>> tables["words"].num_rows, tables["sentences"]["text"].to_pylist()
        (1, ['Hi'])
    """
    return {level: builder.table() for level, builder in _built(levels, payloads).items()}


def _built(levels: Iterable[str], payloads: Payloads) -> dict[str, TableBuilder]:
    builders = {level: TableBuilder(schema.LEVELS[level]) for level in levels}
    for recording_id, body in payloads:
        _add(builders, recording_id, body)
    return builders


def _add(builders: Mapping[str, TableBuilder], recording_id: str, body: bytes) -> None:
    """Add the rows of one payload. Its objects are freed before the next is read, so they stay in the processor's cache."""
    reader = PayloadReader(body, frozenset(builders))
    for level, builder in builders.items():
        if level in _COLUMNS:
            values = _COLUMNS[level](reader)
            builder.add(recording_id, len(next(iter(values.values()))), values)
        else:
            builder.add_rows(recording_id, _ROWS[level](reader))


def _frame(level: str, payloads: Payloads) -> pd.DataFrame:
    return _built([level], payloads)[level].frame()


class _Origin(msgspec.Struct):
    engine: contract.Engine | None = None


_origin = msgspec.json.Decoder(_Origin)


def transcripts_frame(payloads: Payloads) -> pd.DataFrame:
    """Return one row per payload, with the columns of ``schema.TRANSCRIPTS``.

    A transcript that was deleted at the service keeps its row, with the text "Deleted by user." and no words.

    Args:
        payloads: Pairs of ``recording_id`` and the JSON bytes as received.

    Raises:
        msgspec.MsgspecError: A payload is not a JSON transcript.

    Example:
        >>> body = b'{"id": "t1", "status": "completed", "text": "", "words": []}'
        >>> transcripts_frame([("a.mp3", body)])[["recording_id", "n_words", "engine"]].to_numpy().tolist()
        [['a.mp3', 0, 'AssemblyAI']]
    """
    return _frame("transcripts", payloads)


def utterances_frame(payloads: Payloads) -> pd.DataFrame:
    """Return one row per turn, with the columns of ``schema.UTTERANCES``; none for a payload without speaker labels or channels.

    Impossible times (missing, beyond the recording, the end before the start) are repaired by the rule of
    ``frames.utterances.possible_times``; ``time_source`` says so.

    Args:
        payloads: Pairs of ``recording_id`` and the JSON bytes as received.

    Raises:
        msgspec.MsgspecError: A payload is not a JSON transcript.
    """
    return _frame("utterances", payloads)


def words_frame(payloads: Payloads) -> pd.DataFrame:
    """Return one row per word, with the columns of ``schema.WORDS``.

    ``utterance_index`` is the utterance of the word. Where utterances do not overlap and each word is inside one of its own speaker and
    channel, time decides. Elsewhere (crosstalk between channels, words without length) a word belongs to the first utterance that lists a
    word of the same start and text that was not taken yet. A word that no utterance lists belongs to the latest utterance that contains
    its start, of its own speaker and channel if there is one. Otherwise the utterance is missing.

    Impossible times (missing, before the start or after the end of the recording, against the order) are repaired by the rule of
    ``frames.times``. ``time_source`` says so, and which times are of text that a person typed.

    Args:
        payloads: Pairs of ``recording_id`` and the JSON bytes as received.

    Raises:
        msgspec.MsgspecError: A payload is not a JSON transcript.

    Example:
        >>> body = b'{"id": "t1", "status": "completed", "words": [{"text": "Hi", "start": 10, "end": 90}]}'
        >>> words_frame([("a.mp3", body)])[["text", "end_ms", "time_source"]].to_numpy().tolist()
        [['Hi', 90, 'service']]
    """
    return _frame("words", payloads)


def sentences_frame(payloads: Payloads) -> pd.DataFrame:
    """Return one row per sentence, with the columns of ``schema.SENTENCES``, cut from the words by the rule of ``frames.sentences``.

    Args:
        payloads: Pairs of ``recording_id`` and the JSON bytes as received.

    Raises:
        msgspec.MsgspecError: A payload is not a JSON transcript.
    """
    return _frame("sentences", payloads)


def paragraphs_frame(payloads: Payloads) -> pd.DataFrame:
    """Return one row per paragraph, with the columns of ``schema.PARAGRAPHS``, cut from the words by the rule of ``frames.sentences``.

    Args:
        payloads: Pairs of ``recording_id`` and the JSON bytes as received.

    Raises:
        msgspec.MsgspecError: A payload is not a JSON transcript.
    """
    return _frame("paragraphs", payloads)


def translated_turns(body: bytes, language: str) -> list[TranslatedTurn]:
    """Return the turns of a payload in one language; none if it was not translated into that language.

    Raises:
        msgspec.MsgspecError: The body is not a JSON transcript.

    Example:
        >>> body = b'{"id": "t1", "status": "completed", "audio_duration": 4, "translated_texts": {"de": "Hallo."}}'
        >>> [(turn.text, turn.end_ms) for turn in translated_turns(body, "de")]
        [('Hallo.', 4000)]
    """
    reader = PayloadReader(body, frozenset(["translations"]))
    return turns_in(_translation_rows(reader), language, round(1000 * (contract.read_head(body).audio_duration or 0)))


def unredacted_frame(level: str, payloads: Payloads) -> pd.DataFrame:
    """Return the texts without masks that the service returned for ``redact_pii_return_unredacted``, as received.

    Args:
        level: One of ``schema.UNREDACTED``.
        payloads: Pairs of ``recording_id`` and the JSON bytes.

    Returns:
        The columns of ``schema.LEVELS[level]``; no rows for a payload without such texts.

    Raises:
        msgspec.MsgspecError: A payload is not a JSON transcript.

    Example:
        >>> body = b'{"id": "t1", "status": "completed", "text": "Hi ###.", "unredacted_text": "Hi Ann."}'
        >>> unredacted_frame("unredacted_text", [("a.mp3", body)])["text"].tolist()
        ['Hi Ann.']
    """
    table = schema.LEVELS[level]
    plain = ((name, body) for name, received in payloads if (body := unredacted_payload(received)) is not None)
    return _frame(_PLAIN_LEVEL[level], plain)[table.names]


_PLAIN_LEVEL = {"unredacted_text": "transcripts", "unredacted_utterances": "utterances", "unredacted_words": "words"}

PROJECTIONS: Mapping[str, Callable[[Payloads], pd.DataFrame]] = {
    "transcripts": transcripts_frame,
    "utterances": utterances_frame,
    "words": words_frame,
    "sentences": sentences_frame,
    "paragraphs": paragraphs_frame,
    "translations": partial(_frame, "translations"),
    **{name: partial(_frame, name) for name in FEATURES},
}
"""Level → the function that makes its frame, without the levels that :func:`unredacted_frame` makes."""


def engine_of(transcript: contract.Transcript) -> str:
    """Return what made a transcript: "AssemblyAI", or "name version (quality)" as the embedded service reports it.

    Example:
        >>> engine_of(contract.Transcript(id="t", status="completed", engine=contract.Engine("pocketsphinx", "5.1", "demonstration")))
        'pocketsphinx 5.1 (demonstration)'
    """
    return _engine_name(transcript.engine)


def provenance_of(body: bytes) -> dict[str, str | None]:
    """Return the provenance of a payload: ``transcript_id, model, language, engine``, as in ``schema.PROVENANCE``.

    Raises:
        msgspec.MsgspecError: The body is not a JSON transcript.

    Example:
        >>> provenance_of(b'{"id": "t1", "status": "completed", "speech_model_used": "universal-2"}')["model"]
        'universal-2'
    """
    head = contract.read_head(body)
    try:
        engine = _origin.decode(body).engine
    except contract.DECODE_ERRORS:
        engine = contract.read_transcript(body).engine
    return {
        "transcript_id": head.id,
        "model": head.speech_model_used,
        "language": head.language_code,
        "engine": _engine_name(engine),
    }


def _engine_name(engine: contract.Engine | None) -> str:
    if engine is None:
        return REMOTE_ENGINE
    name = f"{engine.name} {engine.version}".strip()
    return f"{name} ({engine.quality})" if engine.quality else name


def _transcript_rows(reader: PayloadReader) -> list[dict[str, Any]]:
    payload, words = reader.payload, reader.words
    if payload.id is None or payload.status is None:
        raise msgspec.ValidationError("Expected a transcript with 'id' and 'status'")
    speakers = {turn.speaker for turn in reader.turns} or set(() if words.speakers is None else words.speakers.unique().to_pylist())
    row = {
        "transcript_id": contract.as_text(payload.id),
        "text": contract.as_text(payload.text) or "",
        "confidence": contract.as_confidence(payload.confidence),
        "audio_duration_s": contract.as_number(payload.audio_duration),
        "audio_channels": contract.as_whole_number(payload.audio_channels),
        "language": contract.as_text(payload.language_code),
        "model": contract.as_text(payload.speech_model_used),
        "summary": contract.as_text(payload.summary or None),
        "domain": contract.as_text(payload.domain),
        **_notes(payload.metadata),
        "n_words": len(words),
        "n_speakers": len(speakers - {None}),
        "engine": _engine_name(_engine(payload.engine)),
        "edited": is_edited(reader.review),
    }
    return [row]


def _notes(metadata: Any) -> dict[str, str | None]:
    """Return the columns of a transcript that its metadata says something about."""
    given = metadata if isinstance(metadata, dict) else {}
    warnings = given.get("warnings")
    lines = [_warning(one) for one in (warnings if isinstance(warnings, list) else [warnings]) if one]
    return {"domain_used": contract.as_text(given.get("domain_used")), "warnings": "\n".join(lines) or None}


def _warning(raw: Any) -> str:
    """Return the message of a warning; the whole warning if it says more than that."""
    is_plain = isinstance(raw, dict) and list(raw) == ["message"]
    return as_written(raw["message"] if is_plain else raw) or ""


def _engine(raw: Any) -> contract.Engine | None:
    return (
        contract.Engine(**{name: str(raw[name]) for name in contract.Engine.__struct_fields__ if name in raw})
        if isinstance(raw, dict)
        else None
    )


def _translation_rows(reader: PayloadReader) -> list[dict[str, Any]]:
    return list(translations(reader.payload.translated_texts, reader.received_turns))


def _feature_rows(name: str, reader: PayloadReader) -> list[dict[str, Any]]:
    return FEATURES[name].rows(reader.payload)


_ROWS: Mapping[str, Callable[[PayloadReader], list[dict[str, Any]]]] = {
    "transcripts": _transcript_rows,
    "translations": _translation_rows,
    **{name: partial(_feature_rows, name) for name in FEATURES},
}


def _utterance_columns(reader: PayloadReader) -> dict[str, Any]:
    turns, times = reader.turns, reader.turn_times
    return {
        "utterance_index": np.arange(len(turns)),
        "speaker": [turn.speaker for turn in turns],
        "channel": [turn.channel for turn in turns],
        "start_ms": [turn.start for turn in turns] if times is None else times[0],
        "end_ms": [turn.end for turn in turns] if times is None else times[1],
        "text": [turn.text for turn in turns],
        "confidence": [contract.as_confidence(turn.confidence) for turn in turns],
        "n_words": [len(turn.words or ()) for turn in turns],
        "time_source": SERVICE if times is None else _sources_of(times[2].astype(np.int8)),
        "edited": flags(reader.review.edited_utterances if reader.review else (), len(turns)),
    }


def _word_columns(reader: PayloadReader) -> dict[str, Any]:
    words = reader.words
    return {
        "word_index": np.arange(len(words)),
        "utterance_index": words.utterances,
        "speaker": words.speakers,
        "channel": words.channels,
        "start_ms": words.starts,
        "end_ms": words.ends,
        "text": words.texts,
        "confidence": words.confidences,
        "time_source": _time_sources(words),
        "edited": False if words.edited is None else words.edited,
    }


_COLUMNS: Mapping[str, Callable[[PayloadReader], dict[str, Any]]] = {
    "utterances": _utterance_columns,
    "words": _word_columns,
    "sentences": lambda reader: reader.segmenter.sentences(),
    "paragraphs": lambda reader: reader.segmenter.paragraphs(),
}


def _time_sources(words: Words) -> Any:
    if words.repaired is None and words.retimed is None:
        return SERVICE
    kinds = np.zeros(len(words), dtype=np.int8)
    if words.repaired is not None:
        kinds[words.repaired] = 1
    if words.retimed is not None:
        kinds[words.retimed] = 2
    return _sources_of(kinds)


def _sources_of(kinds: npt.NDArray[np.int8]) -> Any:
    return pa.array([SERVICE, REPAIRED, EDITED], TEXT).take(pa.array(kinds))
