import numpy as np

from scribekit.service.recognisers.speakers.voices import Speakers, Voices

ANN, BEN = np.eye(4, dtype=np.float32)[:2]


def voices(start_ms, *speakers):
    """Ten seconds of speech in two spans with a silence of five seconds between them, and a window each 0.4 s."""
    middles = np.arange(0.8, 9.6, 0.4, dtype=np.float32)
    half = len(middles) // 2
    vectors = np.stack([speakers[0]] * half + [speakers[1]] * (len(middles) - half))
    return Voices(((start_ms, start_ms + 5_000.0), (start_ms + 10_000.0, start_ms + 15_000.0)), middles, vectors)


def test_words_have_the_speaker_of_their_time_whatever_is_silent_between():
    speakers = Speakers([voices(0.0, ANN, BEN), voices(60_000.0, BEN, ANN)], 1, 30)
    said = [(1_000, 1_400), (4_000, 4_300), (11_000, 11_200), (14_000, 14_100), (61_000, 61_500), (71_500, 71_800)]
    assert [speakers.of(*word) for word in said] == [0, 0, 1, 1, 1, 0]


def test_a_word_in_a_silence_and_one_without_length_have_a_speaker_too():
    speakers = Speakers([voices(0.0, ANN, BEN)], 1, 30)
    assert speakers.of(6_000, 6_200) in (0, 1)
    assert speakers.of(12_000, 12_000) == 1
    assert speakers.of(99_000, 99_500) == 1
