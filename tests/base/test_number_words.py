import sys

import pytest

from scribekit.base.errors import MissingExtraError
from scribekit.base.number_words import LANGUAGES, with_digits


@pytest.mark.parametrize(
    ("language", "said", "digits"),
    [
        ("en", "fifty dollars and twenty five cents", "50 dollars and 25 cents"),
        ("en", "one hundred and five", "105"),
        ("en", "three point two million dollars", "3200000 dollars"),
        ("en", "3.2 million", "3200000"),
        ("en", "born in nineteen ninety eight", "born in 1998"),
        ("en", "the twenty first of may", "the 21st of may"),
        ("en", "two thousand and one", "2001"),
        ("en", "number 20 12 people", "number 20 12 people"),
        ("en", "i am fine", "i am fine"),
        ("de", "einhundertfünfzig euro", "150 euro"),
        ("fr", "quatre vingt dix personnes", "90 personnes"),
        ("en", "", ""),
    ],
)
def test_numbers_in_words_are_digits(language, said, digits):
    assert " ".join(with_digits(said.split(), language)[0]) == digits


def test_each_word_knows_where_it_came_from_and_no_number_goes_on_in_the_next_turn():
    words = ["it", "was", "twenty", "five", "three", "million"]
    assert with_digits(words, "en") == (["it", "was", "25", "3000000"], [0, 1, 2, 4])
    assert with_digits(words, "en", [0, 0, 0, 1, 1, 2]) == (["it", "was", "20", "5", "3", "1000000"], [0, 1, 2, 3, 4, 5])


@pytest.mark.parametrize("language", LANGUAGES)
def test_digits_stay_as_they_are(language):
    words = ["50", "3.5", "-2", "1998", "x"]
    assert with_digits(words, language)[0] == words


def test_without_the_library_the_error_names_the_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "text_to_num", None)
    with pytest.raises(MissingExtraError, match=r"'numbers-en' needs .*scribekit\[numbers\]"):
        with_digits(["fifty"], "en")
