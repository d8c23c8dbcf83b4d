import pytest

from scribekit.base import contract
from scribekit.transcripts.captions.breaks import (
    AFTER_CLINGING,
    ANYWHERE,
    BEFORE_OPENER,
    CLAUSE_END,
    SENTENCE_END,
    Grammar,
    break_costs,
)
from scribekit.transcripts.captions.tokens import tokens_of


def costs_of(text, language="en", pauses=()):
    words = [contract.Word(token, i * 1000, i * 1000 + (100 if i in pauses else 1000)) for i, token in enumerate(text.split())]
    return break_costs(tokens_of(words, 42, language=language), Grammar.of(language))


def test_each_place_costs_what_its_neighbours_say():
    assert costs_of("Well, the old man left. He walked and sang") == [
        CLAUSE_END,
        AFTER_CLINGING,
        ANYWHERE,
        ANYWHERE,
        SENTENCE_END,
        ANYWHERE,
        BEFORE_OPENER,
        AFTER_CLINGING,
        SENTENCE_END,
    ]


def test_a_breath_counts_like_a_comma():
    assert costs_of("one two three", pauses=(0,)) == [CLAUSE_END, ANYWHERE, SENTENCE_END]


def test_a_title_does_not_end_a_sentence():
    assert costs_of("Dr. Brooks")[0] == AFTER_CLINGING


@pytest.mark.parametrize(("text", "language"), [("Haus und Hof", "de_at"), ("pain et vin", "fr-FR"), ("pan y vino", "ES")])
def test_small_words_are_known_by_language(text, language):
    assert costs_of(text, language) == [BEFORE_OPENER, AFTER_CLINGING, SENTENCE_END]


@pytest.mark.parametrize("language", [None, "", "fi", "en-x-unknown-is-still-english"])
def test_unknown_languages_have_no_small_words(language):
    known = Grammar.of(language).openers
    assert bool(known) == (language or "").startswith("en")


def test_no_tokens_have_no_costs():
    assert break_costs([], Grammar()) == []
