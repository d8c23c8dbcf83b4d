from scribekit.service.recognisers.pocketsphinx.keyterms import MOST_TERMS, Alias, KeyTerm, aliases, key_terms

WORDS = {"kestrel": "K EH S T R AH L", "labs": "L AE B Z"}


def test_terms_come_from_both_options_once():
    body = {"keyterms_prompt": ["Kestrel  Labs", "Kafka"], "word_boost": ["Kafka", "Zephyr"]}
    assert [term.spelling for term in key_terms(body)] == ["Kestrel Labs", "Kafka", "Zephyr"]


def test_absent_null_and_empty_terms_are_none():
    assert key_terms({}) == key_terms({"keyterms_prompt": None, "word_boost": [" "]}) == ()


def test_a_term_may_carry_its_phones_with_or_without_stress():
    assert key_terms({"keyterms_prompt": ["Priya=p r IY1 AH0"]}) == (KeyTerm("Priya", "P R IY AH"),)


def test_an_equals_sign_without_phones_behind_it_is_part_of_the_term():
    assert key_terms({"keyterms_prompt": ["E=mc2"]}) == (KeyTerm("E=mc2"),)


def test_the_number_of_terms_is_bounded():
    assert len(key_terms({"keyterms_prompt": [f"term {number}" for number in range(3000)]})) == MOST_TERMS


def test_a_term_of_two_words_is_one_token():
    assert aliases([KeyTerm("Kestrel Labs")], WORDS.get) == (Alias("kestrel_labs__k0", "Kestrel Labs", "K EH S T R AH L L AE B Z"),)


def test_two_pronunciations_are_two_tokens_with_one_spelling():
    terms = key_terms({"keyterms_prompt": ["Grafana=G R AH F AA N AH", "Grafana=G R AE F AH N AH"]})
    found = aliases(terms, WORDS.get)
    assert [alias.token for alias in found] == ["grafana__k0", "grafana__k1"]
    assert {alias.spelling for alias in found} == {"Grafana"}


def test_terms_that_cannot_be_spoken_are_excluded():
    assert aliases([KeyTerm("???"), KeyTerm("labs")], WORDS.get) == (Alias("labs__k0", "labs", "L AE B Z"),)
