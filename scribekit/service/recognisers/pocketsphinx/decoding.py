"""The acoustic decoder: the words in the samples of one channel.

A decoder is costly to make (0.4 s, 110 MB) and must not be shared between threads. Each worker process keeps the two that it used last.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from scribekit.service.recognisers.audio.media import RATE_HZ
from scribekit.service.recognisers.base import SpokenWord
from scribekit.service.recognisers.pocketsphinx.keyterms import Alias, KeyTerm, aliases
from scribekit.service.recognisers.pocketsphinx.levels import Samples
from scribekit.service.recognisers.pocketsphinx.voice_activity import Segment, to_pcm

FRAMES_PER_S = 100
SHORTEST_UTTERANCE = RATE_HZ // 50
CONFIDENCE_SCALE = 10.0
"""``ascale`` of the decoder. It changes only the confidences, which are calibrated at 10 (the default is 20)."""
KEY_TERM_WEIGHT = 200.0
_VARIANT = re.compile(r"\(\d+\)$")
_NOT_A_WORD = re.compile(r"<.*>|\[.*\]|\+\+.*\+\+")
_SEARCH = "key_terms"


class SpeechDecoder:
    """A decoder for US English, with the caller's key terms in its dictionary and language model."""

    def __init__(self, terms: Iterable[KeyTerm] = ()) -> None:
        from pocketsphinx import Decoder

        self._decoder = Decoder(loglevel="FATAL", ascale=CONFIDENCE_SCALE)
        self._spellings = {alias.token: alias.spelling for alias in self._with_terms(terms)}

    def words(self, samples: Samples, segment: Segment, origin: int = 0) -> list[SpokenWord]:
        """Decode the words of one segment.

        Args:
            samples: One channel at 16 kHz, at the recogniser's level.
            segment: The samples to decode.
            origin: The position of the first sample in the whole recording.
        """
        if segment.end - segment.start < SHORTEST_UTTERANCE:
            return []
        # Otherwise the noise estimate of one utterance changes the words of the next, and answers depend on what a worker did before.
        self._decoder.reinit_feat()
        self._decoder.start_utt()
        try:
            self._decoder.process_raw(to_pcm(samples[segment.start : segment.end]), full_utt=True)
        finally:
            self._decoder.end_utt()
        start_ms = (origin + segment.start) * 1000 / RATE_HZ
        return [word for part in self._decoder.seg() or () for word in self._words_of(part, start_ms)]

    def _words_of(self, part: Any, segment_ms: float) -> list[SpokenWord]:
        token = _VARIANT.sub("", part.word)
        if _NOT_A_WORD.fullmatch(token):
            return []
        start = segment_ms + part.start_frame * 1000 / FRAMES_PER_S
        end = segment_ms + (part.end_frame + 1) * 1000 / FRAMES_PER_S
        # `prob` is a linear posterior already; rounding errors take it to 1.002 at most.
        return _split(self._spellings.get(token, token), start, end, min(1.0, max(0.0, float(part.prob))))

    def _with_terms(self, terms: Iterable[KeyTerm]) -> tuple[Alias, ...]:
        from pocketsphinx import NGramModel

        added = aliases(terms, self._decoder.lookup_word)
        if not added:
            return ()
        config = self._decoder.config
        # Not NGramModel.readfile: it drops the language weight, which makes the words wrong and decoding slow.
        model = NGramModel(config, self._decoder.get_logmath(), config["lm"])
        for alias in added:
            self._decoder.add_word(alias.token, alias.phones, update=False)
            model.add_word(alias.token, KEY_TERM_WEIGHT)
        self._decoder.add_lm(_SEARCH, model)
        self._decoder.activate_search(_SEARCH)
        return added


def _split(spelling: str, start: float, end: float, confidence: float) -> list[SpokenWord]:
    """Split a term of several words into words; each gets a share of the time by its letters."""
    parts = spelling.split()
    letters = sum(map(len, parts))
    words = []
    for part in parts:
        part_end = min(end, start + (end - start) * len(part) / letters)
        words.append(SpokenWord(part, round(start), round(part_end), confidence))
        letters -= len(part)
        start = part_end
    return words


@lru_cache(maxsize=2)
def decoder_for(terms: tuple[KeyTerm, ...]) -> SpeechDecoder:
    """Return this process's decoder for these key terms."""
    return SpeechDecoder(terms)
