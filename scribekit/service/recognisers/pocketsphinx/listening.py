"""One channel, stretch by stretch: level it, find the speech, decode it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scribekit.service.recognisers.audio.media import RATE_HZ
from scribekit.service.recognisers.base import SpokenWord
from scribekit.service.recognisers.pocketsphinx.cepstra import cepstra
from scribekit.service.recognisers.pocketsphinx.decoding import SpeechDecoder
from scribekit.service.recognisers.pocketsphinx.levels import Samples, is_steady, prepare
from scribekit.service.recognisers.pocketsphinx.voice_activity import Segment, speech_segments

LONGEST_HELD = 30 * RATE_HZ
_LOOK_BACK = RATE_HZ


@dataclass(frozen=True)
class Passage:
    """One segment of speech.

    Attributes:
        start_ms: Where it begins in the recording.
        words: Its words, in lower case.
        voice: Its cepstra, one row for each 10 ms; no rows when speakers are not asked for.
    """

    start_ms: float
    words: tuple[SpokenWord, ...]
    voice: NDArray[np.float32]


class Track:
    """One channel of a recording that is heard from front to back.

    Speech that a stretch cuts in two is held back and heard with the next one.

    Args:
        decoder: Finds the words.
        first_sample: Where the first stretch begins in the recording.
        with_voices: Whether passages carry their cepstra.
    """

    def __init__(self, decoder: SpeechDecoder, first_sample: int = 0, *, with_voices: bool = False) -> None:
        self._decoder = decoder
        self._origin = first_sample
        self._with_voices = with_voices
        self._held: Samples = np.zeros(0, np.float32)

    def hear(self, samples: Samples, *, last: bool) -> list[Passage]:
        """The passages that end in this stretch."""
        heard = np.concatenate([self._held, samples])
        # The gain would make speech of the faintest hiss; it holds no words, but decoding it takes as long as the hiss lasts.
        prepared, segments = (heard, []) if is_steady(heard) else _segmented(heard)
        cut = len(heard) if last else hold_from(segments, len(heard))
        passages = [self._passage(heard, prepared, segment) for segment in segments if segment.end <= cut]
        self._held = heard[cut:].copy()
        self._origin += cut
        return passages

    def _passage(self, heard: Samples, prepared: Samples, segment: Segment) -> Passage:
        # Voices are compared before the noise is taken away: denoising makes them alike.
        voice = cepstra(heard[segment.start : segment.end] if self._with_voices else heard[:0])
        words = self._decoder.words(prepared, segment, self._origin)
        return Passage((self._origin + segment.start) * 1000 / RATE_HZ, tuple(words), voice)


def _segmented(heard: Samples) -> tuple[Samples, list[Segment]]:
    prepared = prepare(heard)
    return prepared, speech_segments(prepared)


def hold_from(segments: list[Segment], size: int) -> int:
    """The sample from which a stretch is heard again with the next: no speech is cut unless it lasts for more than 30 s.

    Example:
        >>> hold_from([Segment(0, 32_000), Segment(40_000, 96_000)], 96_000)
        40000
        >>> hold_from([Segment(0, 32_000)], 96_000)
        80000
    """
    quiet_from = size - _LOOK_BACK
    if not segments or segments[-1].end <= quiet_from:
        return max(0, quiet_from)
    start = segments[-1].start
    return start if size - start <= LONGEST_HELD else size
