import pytest
from hypothesis import given
from hypothesis import strategies as st
from option_rules import EXAMPLES

from scribekit.base.options import OPTIONS, RULES, Outcome, first_violation, is_too_short_for_threshold, violations

BY_NAME = {rule.name: rule for rule in RULES}
WRONG = [(name, options) for name, (wrong, _) in EXAMPLES.items() for options in wrong]
RIGHT = [(name, options) for name, (_, right) in EXAMPLES.items() for options in right]


def broken(options):
    return [violation.rule.name for violation in violations(options)]


def test_every_rule_has_examples():
    assert set(EXAMPLES) == set(BY_NAME)
    assert len(BY_NAME) == len(RULES)
    assert all(wrong and right for wrong, right in EXAMPLES.values())


@pytest.mark.parametrize(("name", "options"), WRONG, ids=[name for name, _ in WRONG])
def test_a_wrong_combination_breaks_its_rule(name, options):
    assert name in broken(options)


@pytest.mark.parametrize(("name", "options"), RIGHT, ids=[name for name, _ in RIGHT])
def test_a_right_combination_breaks_none(name, options):
    assert broken(options) == []


def test_what_was_found_is_told():
    found = first_violation({"keyterms_prompt": ["one two three four five six seven"]})
    assert found.sentence == "'keyterms_prompt' takes terms of at most 6 words. Found: 'one two three four five six seven'."
    assert found.literal is None


def test_the_services_sentence_is_given_where_it_is_known():
    found = first_violation({"language_code": "fr", "sentiment_analysis": True, "auto_highlights": True})
    assert found.literal == "The following models are not available in this language: sentiment_analysis, auto_highlights"
    assert first_violation({"speech_understanding": {}}).literal == "speech_understanding.request is empty"
    boosted = first_violation({"word_boost": ["🇸🇬"]})
    assert boosted.literal == "'🇸🇬' was included in the word boost list but contains unsupported characters"


def test_no_sentence_tells_an_answer_that_no_source_states():
    words = ("refuse", "400", "answers", "fails", "error")
    assert [rule.name for rule in RULES if rule.outcome is Outcome.UNSTATED and any(word in rule.sentence for word in words)] == []


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_a_rule_is_about_options_and_breaks_nothing_without_the_first(rule):
    assert set(rule.options) <= OPTIONS.keys()
    assert broken({}) == []
    assert broken(dict.fromkeys(rule.options)) == []


@pytest.mark.parametrize(("seconds", "is_short"), [(29.9, True), (30.0, False), (None, False)])
def test_a_speech_threshold_needs_thirty_seconds(seconds, is_short):
    assert is_too_short_for_threshold({"speech_threshold": 0.5}, seconds) is is_short
    assert not is_too_short_for_threshold({}, seconds)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["request", "translation", "speakers", "from"]), inner, max_size=3)
    ),
    max_leaves=6,
)
OBJECTS = [name for name, option in OPTIONS.items() if option.kind == "Object"]


@given(st.dictionaries(st.sampled_from(OBJECTS), st.dictionaries(st.text(max_size=9), json_values, max_size=3)))
def test_objects_of_any_content_are_checked(options):
    list(violations(options))
