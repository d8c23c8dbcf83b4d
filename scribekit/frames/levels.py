"""One projection per level: pairs of recording id and payload in, a frame out. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from itertools import chain
from typing import Any

import msgspec
import numpy as np
import pandas as pd
import pyarrow as pa

from scribekit import wire
from scribekit.frames.columns import Columns
from scribekit.frames.features import FEATURES, Feature
from scribekit.frames.reviewed import flags, is_edited, read_review
from scribekit.frames.segments import Segmenter
from scribekit.frames.spoken import Spoken, read_spoken
from scribekit.schema import PARAGRAPHS, SENTENCES, TRANSCRIPTS, UTTERANCES, WORDS

REMOTE_ENGINE = "AssemblyAI"
SERVICE, REPAIRED, EDITED = "service", "repaired", "edited"

Payloads = Iterable[tuple[str, bytes]]


class _Origin(msgspec.Struct):
    engine: wire.Engine | None = None


_origin = msgspec.json.Decoder(_Origin)


def transcripts_frame(payloads: Payloads) -> pd.DataFrame:
    """One row per payload, with the columns of ``schema.TRANSCRIPTS``.

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
    rows = [
        _transcript_row(recording_id, wire.read_transcript(body)) | {"edited": is_edited(read_review(body))}
        for recording_id, body in payloads
    ]
    return TRANSCRIPTS.frame(rows)


def utterances_frame(payloads: Payloads) -> pd.DataFrame:
    """One row per turn, with the columns of ``schema.UTTERANCES``; none for a payload without speaker labels or channels.

    Args:
        payloads: Pairs of ``recording_id`` and the JSON bytes as received.

    Raises:
        msgspec.MsgspecError: A payload is not a JSON transcript.
    """
    columns = Columns(UTTERANCES)
    for recording_id, body in payloads:
        turns = wire.read_transcript(body).utterances or []
        review = read_review(body) or wire.Review()
        edited = flags(review.edited_utterances, len(turns)).tolist()
        columns.add_rows(recording_id, [_utterance_row(turn) | {"edited": mark} for turn, mark in zip(turns, edited, strict=True)])
    return columns.frame()


def words_frame(payloads: Payloads) -> pd.DataFrame:
    """One row per word, with the columns of ``schema.WORDS``.

    ``utterance_index`` is the utterance that holds the word. Where utterances do not overlap and each word lies inside one of its own
    speaker and channel, time alone says which. Elsewhere (crosstalk between channels, words without length) a word belongs to
    the first utterance that lists a word of the same start and text and has not given it away yet; a word that no utterance lists
    belongs to the latest utterance that contains its start, of its own speaker and channel if there is one. Otherwise it is missing.

    Times that cannot be (missing, before the start or after the end of the recording, against the order) are put right by the rule of
    ``frames.clock``; ``time_source`` says so, and which times are of text that a person typed.

    Args:
        payloads: Pairs of ``recording_id`` and the JSON bytes as received.

    Raises:
        msgspec.MsgspecError: A payload is not a JSON transcript.

    Example:
        >>> body = b'{"id": "t1", "status": "completed", "words": [{"text": "Hi", "start": 10, "end": 90}]}'
        >>> words_frame([("a.mp3", body)])[["text", "end_ms", "time_source"]].to_numpy().tolist()
        [['Hi', 90, 'service']]
    """
    columns = Columns(WORDS)
    for recording_id, body in payloads:
        _add_words(columns, recording_id, body)
    return columns.frame()


def _add_words(columns: Columns, recording_id: str, body: bytes) -> None:
    """Its objects are gone before the next payload is read: they stay in the processor's cache."""
    spoken = read_spoken(body, with_utterances=True)
    columns.add(recording_id, len(spoken), _word_columns(spoken))


def sentences_frame(payloads: Payloads) -> pd.DataFrame:
    """One row per sentence, with the columns of ``schema.SENTENCES``, cut from the words by the rule of ``frames.segments``.

    Args:
        payloads: Pairs of ``recording_id`` and the JSON bytes as received.

    Raises:
        msgspec.MsgspecError: A payload is not a JSON transcript.
    """
    columns = Columns(SENTENCES)
    for recording_id, body in payloads:
        cut = Segmenter(read_spoken(body))
        columns.add_rows(recording_id, [cut.row(sentence) for sentence in cut.sentences()])
    return columns.frame()


def paragraphs_frame(payloads: Payloads) -> pd.DataFrame:
    """One row per paragraph, with the columns of ``schema.PARAGRAPHS``, cut from the words by the rule of ``frames.segments``.

    Args:
        payloads: Pairs of ``recording_id`` and the JSON bytes as received.

    Raises:
        msgspec.MsgspecError: A payload is not a JSON transcript.
    """
    columns = Columns(PARAGRAPHS)
    for recording_id, body in payloads:
        cut = Segmenter(read_spoken(body))
        found = cut.paragraphs()
        columns.add_rows(recording_id, [cut.row(list(chain(*sentences))) | {"n_sentences": len(sentences)} for sentences in found])
    return columns.frame()


def _feature_frame(feature: Feature, payloads: Payloads) -> pd.DataFrame:
    columns = Columns(feature.table)
    for recording_id, body in payloads:
        columns.add_rows(recording_id, feature.rows(body))
    return columns.frame()


PROJECTIONS: Mapping[str, Callable[[Payloads], pd.DataFrame]] = {
    "transcripts": transcripts_frame,
    "utterances": utterances_frame,
    "words": words_frame,
    "sentences": sentences_frame,
    "paragraphs": paragraphs_frame,
    **{name: partial(_feature_frame, feature) for name, feature in FEATURES.items()},
}
"""Level → the function that makes its frame."""


def engine_of(transcript: wire.Transcript) -> str:
    """What made a transcript: "AssemblyAI", or "name version (quality)" as the embedded service says of itself.

    Example:
        >>> engine_of(wire.Transcript(id="t", status="completed", engine=wire.Engine("pocketsphinx", "5.1", "demonstration")))
        'pocketsphinx 5.1 (demonstration)'
    """
    return _engine_name(transcript.engine)


def provenance_of(body: bytes) -> dict[str, str | None]:
    """What a payload says of its making: ``transcript_id, model, language, engine``, as in ``schema.PROVENANCE``.

    Raises:
        msgspec.MsgspecError: The body is not a JSON transcript.

    Example:
        >>> provenance_of(b'{"id": "t1", "status": "completed", "speech_model_used": "universal-2"}')["model"]
        'universal-2'
    """
    head = wire.read_head(body)
    try:
        engine = _origin.decode(body).engine
    except msgspec.ValidationError:
        engine = wire.read_transcript(body).engine
    return {
        "transcript_id": head.id,
        "model": head.speech_model_used,
        "language": head.language_code,
        "engine": _engine_name(engine),
    }


def _engine_name(engine: wire.Engine | None) -> str:
    if engine is None:
        return REMOTE_ENGINE
    name = f"{engine.name} {engine.version}".strip()
    return f"{name} ({engine.quality})" if engine.quality else name


def _transcript_row(recording_id: str, transcript: wire.Transcript) -> dict[str, Any]:
    words = transcript.words or []
    speakers = {u.speaker for u in transcript.utterances or ()} or {word.speaker for word in words}
    return {
        "recording_id": recording_id,
        "transcript_id": transcript.id,
        "text": transcript.text or "",
        "confidence": transcript.confidence,
        "audio_duration_s": transcript.audio_duration,
        "language": transcript.language_code,
        "model": transcript.speech_model_used,
        "n_words": len(words),
        "n_speakers": len(speakers - {None}),
        "engine": engine_of(transcript),
    }


def _utterance_row(turn: wire.Utterance) -> dict[str, Any]:
    return {
        "speaker": turn.speaker,
        "channel": turn.channel,
        "start_ms": turn.start,
        "end_ms": turn.end,
        "text": turn.text,
        "confidence": turn.confidence,
        "n_words": len(turn.words or ()),
    }


def _word_columns(spoken: Spoken) -> dict[str, Any]:
    return {
        "word_index": np.arange(len(spoken)),
        "utterance_index": spoken.utterances,
        "speaker": _speakers(spoken),
        "channel": None if spoken.channels.count(None) == len(spoken) else spoken.channels,
        "start_ms": spoken.starts,
        "end_ms": spoken.ends,
        "text": spoken.texts,
        "confidence": spoken.confidences,
        "time_source": _time_sources(spoken),
        "edited": False if spoken.edited is None else spoken.edited,
    }


def _speakers(spoken: Spoken) -> Any:
    if spoken.turn_speakers is None:
        return spoken.speakers
    return pa.array(spoken.turn_speakers, pa.large_string()).take(pa.array(spoken.utterances))


def _time_sources(spoken: Spoken) -> Any:
    if spoken.repaired is None and spoken.retimed is None:
        return SERVICE
    kinds = np.zeros(len(spoken), dtype=np.int8)
    if spoken.repaired is not None:
        kinds[spoken.repaired] = 1
    if spoken.retimed is not None:
        kinds[spoken.retimed] = 2
    return pa.array([SERVICE, REPAIRED, EDITED], pa.large_string()).take(pa.array(kinds))
