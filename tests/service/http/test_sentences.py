from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st
from msgspec import UNSET

from scribekit.base.sentences import SENTENCE_WORDS
from scribekit.base.text import join_words
from scribekit.service.http import captions, sentences
from scribekit.service.payload import PayloadWord

TEXTS = st.sampled_from(["yes", "no.", "bridge", "Really?", 'said."', "A", "extraordinarily"])
ANY_TEXTS = TEXTS | st.sampled_from(["東京", "は", "です。", "ไทย", "（笑）"])


@st.composite
def speech(draw, channels=False, texts=TEXTS):
    """Words of up to three speakers; those of one channel follow each other, channels may overlap."""
    clocks: dict[object, int] = {}
    words = []
    for _ in range(draw(st.integers(0, 40))):
        channel = draw(st.sampled_from(["1", "2"])) if channels else UNSET
        start = clocks.get(channel, 0) + draw(st.integers(0, 2500))
        clocks[channel] = end = start + draw(st.integers(1, 900))
        speaker = channel if channels else draw(st.sampled_from("ABC"))
        words.append(PayloadWord(draw(texts), start, end, draw(st.floats(0, 1)), speaker, channel))
    return sorted(words, key=lambda word: word.start)


def words_in(groups):
    return sorted((word for group in groups for word in group.words), key=lambda word: (word.start, word.end, word.channel))


@given(st.one_of(speech(), speech(channels=True)))
def test_every_level_holds_every_word_once_in_order_of_starts(words):
    expected = sorted(words, key=lambda word: (word.start, word.end, word.channel))
    for level in (sentences.utterances, sentences.sentences, sentences.paragraphs):
        groups = level(words)
        assert words_in(groups) == expected
        assert [group.start for group in groups] == sorted(group.start for group in groups)


@given(st.one_of(speech(), speech(channels=True)))
def test_utterances_and_sentences_have_one_speaker_and_one_channel(words):
    for group in sentences.utterances(words) + sentences.sentences(words):
        assert {(word.speaker, word.channel) for word in group.words} == {(group.speaker, group.channel)}


@given(speech())
def test_neighbouring_utterances_of_one_channel_have_different_speakers(words):
    assert all(a.speaker != b.speaker for a, b in pairwise(sentences.utterances(words)))


@given(speech(texts=ANY_TEXTS), st.integers(1, 100))
def test_cues_hold_all_words_within_the_limit(words, limit):
    cues = list(captions.cues(words, limit))
    texts = [word.text for word in words]
    assert join_words([text for _, _, text in cues]) == join_words(texts)
    assert all(len(text) <= limit or text in texts for _, _, text in cues)


@given(st.one_of(speech(texts=ANY_TEXTS), speech(channels=True, texts=ANY_TEXTS)))
def test_the_text_of_every_group_is_that_of_its_words(words):
    for level in (sentences.utterances, sentences.sentences, sentences.paragraphs):
        for group in level(words):
            assert group.text == join_words([word.text for word in group.words])


def test_people_who_talk_at_once_on_two_channels_keep_their_utterances_whole():
    left = [PayloadWord(text, i * 400, i * 400 + 350, 0.9, "1", "1") for i, text in enumerate(["I", "was", "about", "to", "say"])]
    right = [PayloadWord(text, 500 + i * 400, 850 + i * 400, 0.9, "2", "2") for i, text in enumerate(["sorry", "go", "on"])]
    words = sorted(left + right, key=lambda word: word.start)
    assert [turn.text for turn in sentences.utterances(words)] == ["I was about to say", "sorry go on"]


def test_a_reply_on_the_other_channel_ends_an_utterance():
    words = [
        PayloadWord("Ready?", 0, 500, 0.9, "1", "1"),
        PayloadWord("Yes.", 700, 1000, 0.9, "2", "2"),
        PayloadWord("Good.", 1200, 1600, 0.9, "1", "1"),
    ]
    assert [turn.text for turn in sentences.utterances(words)] == ["Ready?", "Yes.", "Good."]


def test_a_paragraph_ends_at_a_long_pause_and_after_five_sentences():
    words = [PayloadWord("So.", start, start + 300, 0.9) for start in (0, 400, 800, 1200, 1600, 2000, 9000)]
    assert [len(paragraph.words) for paragraph in sentences.paragraphs(words)] == [5, 1, 1]


def test_without_punctuation_sentences_still_end():
    words = [PayloadWord("so", i * 100, i * 100 + 90, 0.9) for i in range(100)]
    assert max(len(sentence.words) for sentence in sentences.sentences(words)) == SENTENCE_WORDS
