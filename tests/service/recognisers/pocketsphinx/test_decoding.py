from itertools import pairwise

import pytest

from scribekit.service.recognisers.audio.media import RATE_HZ, Recording, Span
from scribekit.service.recognisers.base import SpokenWord
from scribekit.service.recognisers.pocketsphinx.decoding import SpeechDecoder, decoder_for
from scribekit.service.recognisers.pocketsphinx.keyterms import KeyTerm
from scribekit.service.recognisers.pocketsphinx.levels import prepare
from scribekit.service.recognisers.pocketsphinx.voice_activity import Segment

pytestmark = pytest.mark.recogniser


def sound(samples, name, start_ms, end_ms):
    return prepare(next(Recording(samples / "audio" / name, span=Span(start_ms, end_ms)).stretches())[0][0])


@pytest.fixture
def opening(samples):
    return sound(samples, "podcast_lighthouse.mp3", 0, 4000)


def decoded(decoder, stretch, origin=0):
    return decoder.words(stretch, Segment(0, len(stretch)), origin)


def test_words_are_lower_case_in_order_and_have_confidences(opening):
    words = decoded(decoder_for(()), opening)
    assert len(words) > 5
    assert all(word.text == word.text.lower() and word.text.replace("'", "").isalpha() for word in words)
    assert all(0 <= word.confidence <= 1 for word in words)
    assert all(one.end_ms <= other.start_ms for one, other in pairwise(words))
    assert words[-1].end_ms <= 4000


def test_earlier_speech_does_not_change_the_words(samples, opening):
    fresh = decoded(SpeechDecoder(), opening)
    used = SpeechDecoder()
    decoded(used, sound(samples, "interview_noisy.mp3", 0, 3000))
    assert decoded(used, opening) == fresh


def test_too_little_sound_leaves_the_decoder_usable(opening):
    decoder = decoder_for(())
    assert decoder.words(opening, Segment(0, RATE_HZ // 60)) == []
    assert decoder.words(opening, Segment(5, 5)) == []
    assert decoded(decoder, opening)


def test_a_term_of_two_words_becomes_two_words_that_share_its_time(samples):
    stretch = sound(samples, "standup_terms.mp4", 17_100, 21_000)
    words = decoded(decoder_for((KeyTerm("Kestrel Labs"),)), stretch)
    texts = [word.text for word in words]
    at = texts.index("Kestrel")
    kestrel, labs = words[at : at + 2]
    assert labs.text == "Labs"
    assert kestrel.start_ms < kestrel.end_ms == labs.start_ms < labs.end_ms
    assert isinstance(kestrel, SpokenWord)
    assert kestrel.confidence == labs.confidence


def test_a_decoder_is_kept_for_the_same_terms():
    assert decoder_for(()) is decoder_for(())
    assert decoder_for((KeyTerm("Kafka"),)) is not decoder_for(())
