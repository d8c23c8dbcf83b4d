"""Writes a transcript as the contract does: the options of the request, the facts of the job, the results, and null for the rest. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from typing import Any

import msgspec

from scribekit.base import contract
from scribekit.base.options import OPTIONS, Kind
from scribekit.base.text import join_words
from scribekit.service.http import sentences
from scribekit.service.payload import PayloadWord, mean_confidence, payload_words
from scribekit.service.recognisers.base import Recognition
from scribekit.service.state.store import Job

_RESULTS = """audio_duration auto_highlights_result chapters confidence entities error language_confidence language_detection_results
    sentiment_analysis_results speech_model_used summary text translated_texts utterances webhook_status_code words"""

_NOT_ECHOED = ("content_safety_confidence", "keyterms_prompt_options", "webhook_auth_header_value")

_TEMPLATE: dict[str, Any] = {
    "language_model": "assemblyai_default",
    "acoustic_model": "assemblyai_default",
    **{name: False if option.kind is Kind.BOOLEAN else None for name, option in OPTIONS.items() if name not in _NOT_ECHOED},
    "punctuate": True,
    "format_text": True,
    "dual_channel": None,
    "redact_pii_return_unredacted": None,
    "topics": [],
    "word_boost": [],
    **dict.fromkeys(_RESULTS.split()),
}
"""A transcript without results whose request gave no options."""

_UNAVAILABLE: dict[str, Any] = {"status": "unavailable", "results": [], "summary": {}}


def transcript(job: Job) -> bytes:
    """Return the transcript object of a job in any status, as JSON."""
    payload = _TEMPLATE | {name: value for name, value in job.options.items() if name not in _NOT_ECHOED}
    payload |= {
        "id": job.id,
        "status": job.status,
        "error": job.error,
        "throttled": job.throttled,
        "webhook_status_code": job.webhook_status_code,
        "webhook_auth": "webhook_auth_header_name" in job.options,
        "content_safety_labels": {},
        "iab_categories_result": {},
        "is_deleted": job.is_deleted,
    }
    if job.progress is not None and job.status == "processing":
        payload["progress"] = round(job.progress, 3)
    if job.recognition is not None:
        payload |= _results(job.recognition, job.options)
        warnings = [{"message": message} for message in (*job.warnings, *job.recognition.warnings)]
        if warnings:
            given = payload.get("metadata") or {}
            payload["metadata"] = {"domain_used": None, **given, "warnings": [*warnings, *given.get("warnings", ())]}
    if job.is_deleted:
        payload |= _deleted_results(job)
    return msgspec.json.encode(payload)


def words_of(job: Job) -> list[PayloadWord]:
    """Return the words of a job; none unless it is completed."""
    return payload_words(job.recognition.words) if job.recognition else []


def language_of(job: Job) -> str | None:
    """Return the language code that the transcript of a job says; None unless it is completed."""
    if job.recognition is None:
        return None
    return contract.as_text(job.recognition.extra.get("language_code", job.recognition.language_code))


def grouped(job: Job, level: str) -> bytes:
    """Return the answer of the endpoint ``sentences`` or ``paragraphs``, as JSON."""
    words, language = words_of(job), language_of(job)
    groups: Sequence[object] = sentences.sentences(words, language) if level == "sentences" else sentences.paragraphs(words, language)
    return msgspec.json.encode(
        {
            "id": job.id,
            "confidence": mean_confidence(words),
            "audio_duration": job.recognition.duration_s if job.recognition else 0.0,
            level: groups,
        }
    )


def list_item(job: Job, base_url: str) -> dict[str, Any]:
    """Return a transcript's item in the list. The share that is done is no field of the vendor's: only the embedded service has it."""
    at_work = {"progress": round(job.progress, 3)} if job.progress is not None and job.status == "processing" else {}
    return {
        "id": job.id,
        "resource_url": f"{base_url}/v2/transcript/{job.id}",
        "status": job.status,
        "created": job.created,
        "completed": job.completed,
        "audio_url": job.audio_url,
        "error": job.error,
        **at_work,
    }


def _results(recognition: Recognition, options: dict[str, Any]) -> dict[str, Any]:
    words = payload_words(recognition.words)
    turns = sentences.utterances(words) if options.get("speaker_labels") or options.get("multichannel") else None
    result = {
        "text": join_words([word.text for word in (words if turns is None else chain.from_iterable(turn.words for turn in turns))]),
        "words": words,
        "utterances": turns,
        "confidence": mean_confidence(words),
        "audio_duration": int(recognition.duration_s),
        "language_code": recognition.language_code,
        "speech_model_used": recognition.model,
        "content_safety_labels": _UNAVAILABLE,
        "iab_categories_result": _UNAVAILABLE,
        "engine": recognition.engine,
    }
    if options.get("multichannel"):
        result["audio_channels"] = recognition.channels
    if recognition.unredacted is not None:
        result |= _unredacted(payload_words(recognition.unredacted), has_turns=turns is not None)
    return result | dict(recognition.extra)


def _unredacted(words: list[PayloadWord], *, has_turns: bool) -> dict[str, Any]:
    turns = sentences.utterances(words) if has_turns else None
    return {
        "unredacted_text": " ".join(part.text for part in (words if turns is None else turns)),
        "unredacted_words": words,
        "unredacted_utterances": turns,
    }


def _deleted_results(job: Job) -> dict[str, Any]:
    return dict.fromkeys(_RESULTS.split()) | {
        "text": contract.DELETED_TEXT,
        "language_code": None,
        "error": job.error,
        "audio_duration": int(job.recognition.duration_s) if job.recognition else None,
    }
