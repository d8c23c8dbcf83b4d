"""Where the review of a recording gets its sound from, and what it is measured against."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from scribekit.base.errors import ScribekitError
from scribekit.quality.comparison import Recording, evaluation_frame
from scribekit.quality.references import Reference
from scribekit.recordings.clips import Sound
from scribekit.recordings.locate import missing_file_message
from scribekit.recordings.manifest import is_url

MEASURES = ("der", "cpwer", "wer")
LONGEST_CLIP_S = 60.0


class Listener:
    """The one recording that is listened to, kept open; it belongs to one thread."""

    def __init__(self) -> None:
        self._open: tuple[str, Sound] | None = None

    def clip(self, source: Any, start_s: float, end_s: float) -> bytes:
        """A part of a recording as a WAV file.

        Raises:
            ScribekitError: There is no sound.
        """
        note = silence(source)
        if note is not None:
            raise ScribekitError(note)
        return self._sound_of(str(source)).clip(start_s, min(end_s, start_s + LONGEST_CLIP_S))

    def find_end(self, source: Any, duration_s: float) -> None:
        """Pass over a recording once, so that each place in it is found at once when it is asked for."""
        with contextlib.suppress(ScribekitError):  # whoever wants to hear it is told
            self._sound_of(str(source)).samples(max(0.0, duration_s - 1), duration_s)

    def _sound_of(self, source: str) -> Sound:
        if self._open is None or self._open[0] != source:
            held, self._open = self._open, None
            if held is not None:
                held[1].close()
            self._open = (source, Sound(Path(source)))
        return self._open[1]


def rates(reference: Reference, words: pd.DataFrame) -> Mapping[str, float | None]:
    """How far words are from what was said; None where a measure cannot be taken.

    Args:
        reference: What was said.
        words: Rows of ``schema.WORDS`` of the recording.
    """
    row = evaluation_frame([Recording("all", reference, words)], by_speaker=False, normaliser="basic", seed=0).iloc[0]
    return {name: None if pd.isna(row[name]) else float(row[name]) for name in MEASURES}


def silence(source: Any) -> str | None:
    """Why a recording cannot be heard here."""
    if not isinstance(source, str):
        return "The manifest does not say where the recording lies, so there is no sound."
    if is_url(source):
        return "The recording lies at an address, so there is no sound here. Everything else works."
    is_absent = missing_file_message(source)
    return None if is_absent is None else f"{is_absent} Until then there is no sound; everything else works."
