"""Processes one channel stretch by stretch: evens its level, finds the speech and decodes it."""

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
        start_ms: Its start in the recording.
        words: Its words, in lower case.
        cepstra: Its cepstra, one row per 10 ms; no rows unless speakers are asked for.
    """

    start_ms: float
    words: tuple[SpokenWord, ...]
    cepstra: NDArray[np.float32]


class Track:
    """One channel of a recording, processed from beginning to end.

    Speech that is cut by the end of a stretch is held back and processed with the next stretch.

    Args:
        decoder: Finds the words.
        first_sample: The position of the first stretch in the recording.
        with_cepstra: Whether to compute the cepstra of the passages.
    """

    def __init__(self, decoder: SpeechDecoder, first_sample: int = 0, *, with_cepstra: bool = False) -> None:
        self._decoder = decoder
        self._origin = first_sample
        self._with_cepstra = with_cepstra
        self._held: Samples = np.zeros(0, np.float32)

    def process(self, samples: Samples, *, last: bool) -> list[Passage]:
        """Return the passages that end in this stretch."""
        pending = np.concatenate([self._held, samples])
        # The gain would turn the faintest hiss into speech. It has no words, but decoding it takes as long as the hiss lasts.
        prepared, segments = (pending, []) if is_steady(pending) else _segmented(pending)
        cut = len(pending) if last else hold_from(segments, len(pending))
        passages = [self._passage(pending, prepared, segment) for segment in segments if segment.end <= cut]
        self._held = pending[cut:].copy()
        self._origin += cut
        return passages

    def _passage(self, original: Samples, prepared: Samples, segment: Segment) -> Passage:
        # The cepstra are those of the original: denoising makes voices alike.
        frames = cepstra(original[segment.start : segment.end] if self._with_cepstra else original[:0])
        words = self._decoder.words(prepared, segment, self._origin)
        return Passage((self._origin + segment.start) * 1000 / RATE_HZ, tuple(words), frames)


def _segmented(samples: Samples) -> tuple[Samples, list[Segment]]:
    prepared = prepare(samples)
    return prepared, speech_segments(prepared)


def hold_from(segments: list[Segment], size: int) -> int:
    """Return the sample from which a stretch is held back. Speech is cut only when it lasts longer than 30 s.

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
