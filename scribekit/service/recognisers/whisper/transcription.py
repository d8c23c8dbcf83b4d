"""Transcribes one recording inside a worker process, a stretch of about two minutes at a time, so that memory does not grow with it."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scribekit.base import contract
from scribekit.base.text import join_words
from scribekit.base.voice_encoder import VoiceEncoder
from scribekit.service.recognisers.audio.media import RATE_HZ, Recording, Span
from scribekit.service.recognisers.base import Piece, Recognition, RecognitionError, SpokenWord, speaker_label
from scribekit.service.recognisers.pocketsphinx.cepstra import HOP, cepstra
from scribekit.service.recognisers.pocketsphinx.diarization import assign_speakers
from scribekit.service.recognisers.speakers.voices import Speakers, Voices, voices_in
from scribekit.service.recognisers.whisper.request import Request
from scribekit.service.recognisers.whisper.stretches import MS, cut_at
from scribekit.service.recognisers.whisper.words import spoken_words, written
from scribekit.service.recognisers.workers import Report, Transcriber

NO_SPEECH = "language_detection cannot be performed on files with no spoken audio"
_BEAM = 5
_BATCH = 16
_DETECTED_IN = 4
"""The most windows of 30 s in which to detect the language."""
_HOP_MS = HOP * 1000 / RATE_HZ


@dataclass(frozen=True)
class Heard:
    """What was recognised in one channel of a stretch.

    Attributes:
        words: Its words.
        voices: The voices in its speech; None unless speakers are asked for and the encoder of voices is there.
        cepstra: Without that encoder: start in milliseconds and cepstra of each span of speech.
        translation: It in English; empty unless that is asked for.
    """

    words: tuple[SpokenWord, ...] = ()
    voices: Voices | None = None
    cepstra: tuple[tuple[float, NDArray[np.float32]], ...] = ()
    translation: str = ""


@dataclass(frozen=True)
class Stretch:
    """What was recognised in one stretch.

    Attributes:
        channels: What was recognised in each channel.
        language: The language that was detected in the recording so far; None before anybody speaks.
        confidence: How sure the model is of it.
        facts: Length in seconds and channels of the recording, with the last stretch; None before.
    """

    channels: tuple[Heard, ...]
    language: str | None
    confidence: float | None
    facts: tuple[float, int] | None


def transcriber(
    folder: str,
    device: str,
    compute_type: str,
    threads: int,
    language: str | None,
    model: str,
    engine: Mapping[str, str],
    voices: str | None = None,
) -> Transcriber:
    """Load a model, and return what a worker process runs.

    Args:
        folder: The model's folder.
        device: ``cpu`` or ``cuda``.
        compute_type: CTranslate2's name of the arithmetic, for example ``int8``.
        threads: Threads of the decoder.
        language: The language of requests that neither name one nor ask to detect it; None to detect it.
        model: The transcript's ``speech_model_used``.
        engine: The transcript's ``engine``.
        voices: The file with the weights of the encoder of voices; None where it is not there.
    """
    from faster_whisper import BatchedInferencePipeline, WhisperModel
    from tqdm import tqdm

    tqdm.set_lock(threading.RLock())  # its own is one between processes, which a process that is killed would leave behind
    loaded = WhisperModel(folder, device=device, compute_type=compute_type, cpu_threads=threads, local_files_only=True)
    encoder = None if voices is None else VoiceEncoder(Path(voices))
    decoder = _Decoder(loaded, BatchedInferencePipeline(loaded) if device == "cuda" else None, encoder)

    def run(path: Path, options: Mapping[str, Any], done: Sequence[Piece]) -> Iterator[Report | Recognition]:
        request = Request.of(options, language)
        stretches: list[Stretch] = [piece.content for piece in done]
        if not stretches or stretches[-1].facts is None:
            for said in _stretches(path, request, decoder, done):
                if isinstance(said, Piece):
                    stretches.append(said.content)
                yield said
        yield _recognition(stretches, request, model, engine, asked=bool(options.get("language_detection")))

    return run


class _Decoder:
    """A loaded model."""

    def __init__(self, model: Any, batched: Any, encoder: VoiceEncoder | None) -> None:
        self._model = model
        self._batched = batched
        self.encoder = encoder

    def words(self, samples: NDArray[np.float32], request: Request, language: str) -> Any:
        """Decode one channel of a stretch; the segments are decoded as they are taken."""
        options = {"language": language, "beam_size": _BEAM, "vad_filter": True, "word_timestamps": True, "hotwords": request.hints}
        options["temperature"] = [request.temperature + step / 5 for step in range(6) if request.temperature + step / 5 <= 1]
        if self._batched is not None:
            return self._batched.transcribe(samples, batch_size=_BATCH, **options)[0]
        return self._model.transcribe(samples, condition_on_previous_text=False, **options)[0]

    def translation(self, samples: NDArray[np.float32], language: str) -> str:
        """Return one channel of a stretch in English."""
        segments, _ = self._model.transcribe(
            samples, language=language, task="translate", beam_size=_BEAM, vad_filter=True, condition_on_previous_text=False
        )
        return " ".join(segment.text.strip() for segment in segments)

    def language(self, samples: NDArray[np.float32], request: Request) -> tuple[str, float]:
        """Detect the language of one channel of a stretch in which somebody speaks."""
        if not self._model.model.is_multilingual:
            return "en", 1.0
        code, confidence, likely = self._model.detect_language(samples, vad_filter=True, language_detection_segments=_DETECTED_IN)
        if request.expected and code not in request.expected:
            confidences = dict(likely)
            code = request.fallback or max(request.expected, key=lambda expected: confidences.get(expected, 0.0))
            confidence = confidences.get(code, 0.0)
        return code, float(confidence)


def speech_in(samples: NDArray[np.float32]) -> list[tuple[int, int]]:
    """Return the spans of speech of one channel, by the voice activity detector (Silero) that comes with faster-whisper."""
    from faster_whisper.vad import VadOptions, get_speech_timestamps

    options = VadOptions(min_silence_duration_ms=300, speech_pad_ms=100)
    return [(span["start"], span["end"]) for span in get_speech_timestamps(samples, options)]


def _stretches(path: Path, request: Request, decoder: _Decoder, done: Sequence[Piece]) -> Iterator[Report]:
    start_ms = done[-1].end_ms if done else request.span.start_ms
    before: Stretch | None = done[-1].content if done else None
    language, confidence = (before.language, before.confidence) if before else (None, None)
    recording = Recording(path, split_channels=request.split_channels, span=Span(start_ms, request.span.end_ms))
    origin = recording.first_sample
    held: NDArray[np.float32] | None = None
    for samples, is_last in _decoded(recording, is_resumed=bool(done)):
        pending = samples if held is None else np.concatenate([held, samples], axis=1)
        speech = [speech_in(channel) for channel in pending]
        cut = pending.shape[1] if is_last else cut_at(speech, pending)
        spoken = [[(start, min(end, cut)) for start, end in channel if start < cut] for channel in speech]
        if language is None and any(spoken):
            language, confidence = _language(pending[:, :cut], spoken, request, decoder)
        heard = tuple(
            _heard(channel[:cut], spans, origin, request, decoder, language) if spans and language else Heard()
            for channel, spans in zip(pending, spoken, strict=True)
        )
        held, origin = pending[:, cut:].copy(), origin + cut
        facts = (recording.duration_s, recording.channels) if is_last else None
        yield Piece(origin // MS, Stretch(heard, language, confidence, facts))
        yield 1.0 if is_last else min(0.99, origin / RATE_HZ / max(recording.expected_s or 0, origin / RATE_HZ + 1))


def _decoded(recording: Recording, *, is_resumed: bool) -> Iterator[tuple[NDArray[np.float32], bool]]:
    """Yield the stretches of a recording; where work goes on at the very end, that is one without samples."""
    is_any = False
    try:
        for stretch in recording.stretches():
            is_any = True
            yield stretch
    except RecognitionError as error:
        if is_any or not is_resumed or str(error) != contract.ERROR_TOO_SHORT:
            raise
        yield np.zeros((1, 0), np.float32), True


def _language(
    samples: NDArray[np.float32], spoken: Sequence[Sequence[tuple[int, int]]], request: Request, decoder: _Decoder
) -> tuple[str, float | None]:
    if request.language is not None:
        return request.language, None
    most = max(range(len(samples)), key=lambda channel: sum(end - start for start, end in spoken[channel]))
    code, confidence = decoder.language(samples[most], request)
    least = request.least_confidence
    if least is not None and confidence < least:
        raise RecognitionError(
            f"detected language '{code}', confidence {confidence:.2f}, is below the requested confidence threshold value of '{least}'"
        )
    return code, confidence


def _heard(
    samples: NDArray[np.float32], spans: Sequence[tuple[int, int]], origin: int, request: Request, decoder: _Decoder, language: str
) -> Heard:
    start_ms, end_ms = origin * 1000 / RATE_HZ, (origin + len(samples)) * 1000 / RATE_HZ
    words = spoken_words(decoder.words(samples, request, language), start_ms, end_ms)
    encoder = decoder.encoder if request.label_speakers else None
    voices = None if encoder is None else voices_in(encoder, samples, spans, start_ms)
    is_bare = request.label_speakers and encoder is None
    bare = [(start_ms + start / MS, cepstra(samples[start:end])) for start, end in spans] if is_bare else []
    translation = decoder.translation(samples, language) if request.translates and language != "en" else ""
    said = tuple(written(words, capitals=request.capitals, punctuation=request.punctuation))
    return Heard(said, voices, tuple(bare), translation)


def _recognition(stretches: Sequence[Stretch], request: Request, model: str, engine: Mapping[str, str], *, asked: bool) -> Recognition:
    last = stretches[-1]
    assert last.facts is not None
    if last.language is None and asked:
        raise RecognitionError(NO_SPEECH)
    extra: dict[str, Any] = {} if request.language_given else {"language_code": last.language}
    if last.confidence is not None:
        extra["language_confidence"] = round(last.confidence, 4)
    if request.translates and last.language not in (None, "en"):
        parts = [heard.translation for stretch in stretches for heard in stretch.channels if heard.translation]
        extra["translated_texts"] = {"en": join_words(parts)}
        extra["speech_understanding"] = {
            "request": {"translation": {"target_languages": ["en"]}},
            "response": {"translation": {"status": "success"}},
        }
    duration_s, channels = last.facts
    words = [word for number in range(max(len(stretch.channels) for stretch in stretches)) for word in _channel(stretches, number, request)]
    return Recognition(
        words=tuple(sorted(words, key=lambda word: word.start_ms)),
        duration_s=duration_s,
        channels=channels,
        model=model,
        engine=engine,
        language_code=request.language_given or "en",
        extra=extra,
    )


def _channel(stretches: Sequence[Stretch], number: int, request: Request) -> Iterator[SpokenWord]:
    """Yield the words of one channel with their speakers."""
    parts = [stretch.channels[number] for stretch in stretches if number < len(stretch.channels)]
    words = [word for part in parts for word in part.words]
    prefix = str(number + 1) if request.split_channels else ""
    labels = _speakers(words, parts, request) if request.label_speakers else [""] * len(words)
    for word, label in zip(words, labels, strict=True):
        yield replace(word, speaker=f"{prefix}{label}" or None, channel=prefix or None)


def _speakers(words: Sequence[SpokenWord], parts: Sequence[Heard], request: Request) -> list[str]:
    """Return the label of each word's speaker."""
    voices = [part.voices for part in parts if part.voices is not None]
    bare = [frames for part in parts for frames in part.cepstra]
    if voices:
        speakers = Speakers(voices, request.speakers.minimum, request.speakers.maximum)
        numbers = [speakers.of(word.start_ms, word.end_ms) for word in words]
    else:
        numbers = _by_cepstra(words, bare, request) if bare else [0] * len(words)
    names = {number: speaker_label(rank) for rank, number in enumerate(dict.fromkeys(numbers))}
    return [names[number] for number in numbers]


def _by_cepstra(words: Sequence[SpokenWord], spans: Sequence[tuple[float, NDArray[np.float32]]], request: Request) -> list[int]:
    """Return the speaker of each word: the one of most of its frames, or of the nearest one."""
    times = np.concatenate([start + np.arange(len(found)) * _HOP_MS for start, found in spans])
    speakers = np.concatenate(assign_speakers([found for _, found in spans], request.speakers))
    numbers = []
    for word in words:
        first, end = np.searchsorted(times, (word.start_ms, max(word.end_ms, word.start_ms + 1)))
        own = speakers[first:end] if end > first else speakers[max(0, min(first, len(speakers) - 1)) :][:1]
        numbers.append(int(np.bincount(own).argmax()) if len(own) else 0)
    return numbers
