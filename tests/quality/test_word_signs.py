import pandas as pd

from scribekit.base.schema import LANGUAGES, WORDS
from scribekit.quality.word_signs import in_reading_order, unknown


def test_a_large_corpus_is_its_own_vocabulary():
    text = pd.Series(["The", "mouse", "has", "a", "house", "mouth."] * 2000 + ["qxzwk", "houth", "2001"])
    assert text[unknown(text)].tolist() == ["qxzwk"]  # "houth" is spelt like "house" and "mouth"
    assert not unknown(text.iloc[-5:]).any()


def test_words_with_apostrophes_are_known_however_they_are_typed():
    texts = pd.Series(["don't", "O\u2019Brien,", "dont", "can't"])
    assert unknown(texts, vocabulary=["don\u2019t", "O'Brien"]).tolist() == [False, False, False, True]


def test_words_with_vowel_signs_can_be_unknown():
    assert unknown(pd.Series(["किताब", "की।", "३rd"]), vocabulary=["किताब"]).tolist() == [False, True, False]


def test_the_sentences_of_the_review_are_those_of_the_tables_in_the_language():
    said = ["am", "3.", "Oktober", "kam", "er.", "Dann"]
    spoken = {"recording_id": ["a"] * len(said), "word_index": range(len(said)), "text": said}
    times = {"start_ms": range(0, 100 * len(said), 100), "end_ms": range(50, 100 * len(said), 100)}
    words = WORDS.frame({name: list(values) for name, values in (spoken | times).items()})
    languages = LANGUAGES.frame({"recording_id": ["a"], "language_index": [0], "language": ["de"], "scope": ["recording"]})
    assert in_reading_order(words, languages)["sentence"].tolist() == [0, 0, 0, 0, 0, 1]
    missing = LANGUAGES.frame({"recording_id": ["a"], "language_index": [0], "language": [None], "scope": ["recording"]})
    assert in_reading_order(words, missing)["sentence"].tolist() == [0, 0, 0, 0, 0, 1]
    assert in_reading_order(words, languages.assign(language="en"))["sentence"].tolist() == [0, 0, 1, 1, 1, 2]
