"""Whisper by faster-whisper, behind the protocol of all recognisers."""

from __future__ import annotations

import json
import os
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from scribekit.base import model_files
from scribekit.base.errors import MissingExtraError, ModelError, OptionError
from scribekit.base.options import base_language
from scribekit.service.recognisers.pool import Pool
from scribekit.service.recognisers.whisper.abilities import ENGLISH, of_languages
from scribekit.service.recognisers.workers import Program

_ENGLISH_VOCABULARY = 51_864
"""The tokens of a model that knows English only; the others have more."""
_MOST_LANGUAGE_LETTERS = 3


def whisper(model: str, *, slots: int, device: str = "auto", compute_type: str | None = None, language: str | None = None) -> Pool:
    """Return a recogniser that transcribes with a Whisper model.

    On a processor each process decodes one recording, with an equal share of the cores. On a GPU one process decodes parts of a recording
    together.

    Args:
        model: A name of ``sk.models()`` that was fetched, or the path of a folder with a model in the form of CTranslate2.
        slots: The most recordings to transcribe at the same time.
        device: ``cpu``, ``cuda``, or ``auto`` for a GPU where there is one.
        compute_type: The arithmetic, by CTranslate2's name; by default ``int8`` on a processor and ``float16`` on a GPU.
        language: The language of requests that neither name one nor ask to detect it; by default it is detected.

    Raises:
        MissingExtraError: faster-whisper is not installed.
        ModelError: The model is not there, or is damaged.
        OptionError: There is no GPU, or the model does not know the language.
    """
    if find_spec("faster_whisper") is None:
        raise MissingExtraError("whisper", "The recogniser whisper")
    loaded = model_files.locate(model)
    languages = _languages(loaded.folder)
    if language is not None and base_language(language) not in languages:
        known = "English only" if languages == {ENGLISH} else ", ".join(sorted(languages))
        raise OptionError(f"The model {loaded.name!r} does not know the language {language!r}. It knows {known}.")
    voices = model_files.find("voice-encoder")
    on_gpu = _is_gpu(device)
    cores = os.cpu_count() or 1
    processes = 1 if on_gpu else min(slots, cores)
    settings = {
        "folder": str(loaded.folder),
        "device": "cuda" if on_gpu else "cpu",
        "compute_type": compute_type or ("float16" if on_gpu else "int8"),
        "threads": max(1, cores // processes),
        "language": None if language is None else base_language(language),
        "model": f"embedded-whisper-{loaded.name}",
        "engine": engine(loaded, has_voices=voices is not None),
        "voices": None if voices is None else str(voices / "pretrained.pt"),
    }
    program = Program("scribekit.service.recognisers.whisper.transcription:transcriber", settings)
    return Pool("whisper", program, of_languages(languages), processes)


def engine(loaded: model_files.Located, *, has_voices: bool) -> dict[str, str]:
    """Return the transcript's ``engine``: what made it."""
    rates = model_files.known_models()[loaded.name].word_error_rate if loaded.is_known else None
    quality = f"{rates[0]:.0%} to {rates[1]:.0%} word errors" if rates else "accuracy not measured"
    return {
        "name": f"whisper {loaded.name}",
        "version": f"faster-whisper {version('faster-whisper')}",
        "quality": quality.replace("%", " %"),
        "model_sha256": loaded.sha256,
        "note": "Times of words are about 0.1 to 0.2 s off; speakers of one channel are told apart by "
        + ("their voices." if has_voices else "rough features: sk.get_model('voice-encoder') brings better ones."),
    }


def _languages(folder: Path) -> frozenset[str]:
    """Return the languages that a model knows, by its vocabulary and its tokenizer."""
    try:
        text = (folder / "vocabulary.json").read_text("utf-8") if (folder / "vocabulary.json").is_file() else None
        size = len(json.loads(text)) if text else len((folder / "vocabulary.txt").read_text("utf-8").removesuffix("\n").split("\n"))
        tokens: Any = json.loads((folder / "tokenizer.json").read_text("utf-8"))["added_tokens"]
        names = [str(token["content"]).strip("<|>") for token in tokens]
    except (OSError, ValueError, KeyError, TypeError) as cause:
        raise ModelError(f"The tokenizer of the model in {str(folder)!r} cannot be read. Fetch the model again.") from cause
    found = {name for name in names if name.isalpha() and name.islower() and len(name) <= _MOST_LANGUAGE_LETTERS}
    return frozenset(found) if size > _ENGLISH_VOCABULARY and found else frozenset({ENGLISH})


def _is_gpu(device: str) -> bool:
    if device not in ("auto", "cpu", "cuda"):
        raise OptionError(f"device= is 'auto', 'cpu' or 'cuda'; found {device!r}.")
    if device == "cpu":
        return False
    import ctranslate2

    count: int = ctranslate2.get_cuda_device_count()
    if device == "cuda" and not count:
        raise OptionError("device='cuda' needs an NVIDIA GPU with its driver, and none was found. Use device='cpu'.")
    return count > 0
