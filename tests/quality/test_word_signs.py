import pandas as pd

from scribekit.quality.word_signs import unknown


def test_a_large_corpus_is_its_own_vocabulary():
    text = pd.Series(["The", "mouse", "has", "a", "house", "mouth."] * 2000 + ["qxzwk", "houth", "2001"])
    assert text[unknown(text)].tolist() == ["qxzwk"]  # "houth" is spelt like "house" and "mouth"
    assert not unknown(text.iloc[-5:]).any()


def test_words_with_apostrophes_are_known_however_they_are_typed():
    texts = pd.Series(["don't", "O\u2019Brien,", "dont", "can't"])
    assert unknown(texts, vocabulary=["don\u2019t", "O'Brien"]).tolist() == [False, False, False, True]


def test_words_with_vowel_signs_can_be_unknown():
    assert unknown(pd.Series(["किताब", "की।", "३rd"]), vocabulary=["किताब"]).tolist() == [False, True, False]
