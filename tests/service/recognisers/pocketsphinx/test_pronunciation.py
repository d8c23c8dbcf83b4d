from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scribekit.service.recognisers.pocketsphinx.pronunciation import PHONES, letters_to_phones, pronunciations, rules

WORDS = {
    "labs": "L AE B Z",
    "assembly": "AH S EH M B L IY",
    "nasa": "N AE S AH",
    "s.": "EH S",
    "q.": "K Y UW",
    "l.": "EH L",
    "a.": "EY",
    "i.": "AY",
    "four": "F AO R",
}


def spoken(term):
    return pronunciations(term, WORDS.get)


def test_the_dictionary_goes_first_and_leaves_no_guess():
    assert spoken("Labs") == ("L AE B Z",)
    assert spoken("NASA") == ("N AE S AH",)


def test_acronyms_are_spelled():
    assert spoken("SQL") == ("EH S K Y UW EH L",)
    assert spoken("AssemblyAI") == ("AH S EH M B L IY EY AY",)


def test_digits_are_spoken():
    assert spoken("L4") == ("EH L F AO R",)
    assert spoken("Labs-4") == ("L AE B Z F AO R",)


def test_unknown_words_are_guessed_in_two_ways():
    careful, plain = spoken("Kubernetes")
    assert careful.startswith("K UW B ER N")
    assert plain.split()[-3:] == ["EH", "T", "Z"]
    assert spoken("Kubernetes Labs") == (f"{careful} L AE B Z", f"{plain} L AE B Z")


def test_what_cannot_be_spoken_has_no_pronunciation():
    assert spoken("???") == ()
    assert spoken("日本") == ()


@given(st.text(max_size=30))
def test_only_phones_of_the_acoustic_model_come_out(term):
    assert all(PHONES.issuperset(phones.split()) for phones in spoken(term))


def test_every_shipped_rule_is_made_of_phones():
    assert all(PHONES.issuperset(phones.split()) for phones in rules().values())
    assert {chr(letter) for letter in range(ord("A"), ord("Z") + 1)} <= rules().keys()


def test_rules_say_most_words_of_the_dictionary_as_it_does():
    pocketsphinx = pytest.importorskip("pocketsphinx")
    lines = Path(pocketsphinx.get_model_path("en-us"), "cmudict-en-us.dict").read_text().splitlines()[::100]
    entries = [line.split(" ", 1) for line in lines if line.split(" ", 1)[0].isalpha()]
    right = sum(letters_to_phones(word, rules()) == phones for word, phones in entries)
    assert right / len(entries) > 0.5
