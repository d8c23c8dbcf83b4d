from hypothesis import given
from hypothesis import strategies as st

from scribekit.service.recognisers.base import SpokenWord
from scribekit.service.recognisers.pocketsphinx.punctuation import as_sentence

WORDS = [SpokenWord(text, at * 100, at * 100 + 90, 0.5) for at, text in enumerate(["when", "i", "think", "i'll", "go"])]


def written(**rules):
    return " ".join(word.text for word in as_sentence(WORDS, **rules))


def test_capitals_and_full_stops_are_separate():
    assert written(capitals=True, full_stop=True) == "When I think I'll go."
    assert written(capitals=True, full_stop=False) == "When I think I'll go"
    assert written(capitals=False, full_stop=True) == "when i think i'll go."
    assert written(capitals=False, full_stop=False) == "when i think i'll go"


def test_no_words_make_no_sentence():
    assert as_sentence([], capitals=True, full_stop=True) == []


@given(st.booleans(), st.booleans())
def test_only_the_texts_change(capitals, full_stop):
    after = as_sentence(WORDS, capitals=capitals, full_stop=full_stop)
    assert [(word.start_ms, word.end_ms, word.confidence) for word in after] == [
        (word.start_ms, word.end_ms, word.confidence) for word in WORDS
    ]
