import re

import pytest

from scribekit.base.errors import OptionError
from scribekit.base.models import DEFAULT_SPEECH_MODELS, State, check_models, deprecation_message, find_model, known_models

STATES = {
    "assemblyai-stt-3-7": State.CURRENT,
    "universal-3-5-pro": State.DEPRECATED,
    "universal-2": State.CURRENT,
    "universal-3-pro": State.REFUSED,
    "universal-3-6-pro": State.STREAMING_ONLY,
    "universal-3.5-pro": State.REFUSED,
    "stt-3.7": State.REFUSED,
    "best": State.REFUSED,
    "slam-1": State.REFUSED,
    "nano": State.REFUSED,
    "universal": State.REFUSED,
}
REFUSED = [name for name, state in STATES.items() if state in (State.REFUSED, State.STREAMING_ONLY)]
DEPRECATED_BY_THE_SERVICE = (
    'The "universal-3-pro" speech model(s) have been deprecated. Use speech_models: ["universal-3-5-pro", "universal-2"] instead.'
)


def test_every_row_has_its_state():
    assert {name: model.state for name, model in known_models().items()} == STATES


@pytest.mark.parametrize("name", STATES)
def test_every_state_is_dated_and_they_are_in_order(name):
    days = list(known_models()[name].states.values())
    assert days
    assert all(re.fullmatch(r"2026-\d\d-\d\d", day) for day in days)
    assert days == sorted(days)


@pytest.mark.parametrize("name", STATES)
def test_what_is_not_current_names_a_model_that_can_be_asked_for(name):
    model = find_model(name)
    if model.state is State.CURRENT:
        assert model.replacement is None
    else:
        assert not find_model(model.replacement).is_refused


def test_earlier_states_are_kept():
    assert find_model("universal-3-pro").states == {State.CURRENT: "2026-03-01", State.REFUSED: "2026-07-31"}
    assert find_model("universal-3-5-pro").since == "2026-11-20"


@pytest.mark.parametrize("name", ["a-model-of-next-year", "Universal-2", ""])
def test_a_name_that_is_not_in_the_table_is_unknown(name):
    model = find_model(name)
    assert (model.state, model.since, model.replacement, model.is_refused) == (State.UNKNOWN, None, None, False)


def test_the_default_is_current():
    assert DEFAULT_SPEECH_MODELS == ("assemblyai-stt-3-7", "universal-2")
    assert {find_model(name).state for name in DEFAULT_SPEECH_MODELS} == {State.CURRENT}


@pytest.mark.parametrize("names", [["assemblyai-stt-3-7", "universal-2"], ["universal-3-5-pro"], ["a-model-of-next-year"]])
def test_current_deprecated_and_unknown_models_go_through(names):
    check_models(names)


@pytest.mark.parametrize("name", REFUSED)
def test_a_refused_model_is_an_error_with_the_replacement_and_the_way_past_it(name):
    with pytest.raises(OptionError) as caught:
        check_models(["universal-2", name])
    message = str(caught.value)
    model = find_model(name)
    assert f"'{name}'" in message
    assert f"Use '{model.replacement}' instead" in message
    assert f"options={{'speech_models': ['universal-2', '{name}']}}" in message
    assert (model.said or "") in message
    check_models(["universal-2", name], given_by_options=True)


def test_the_services_own_sentence_is_in_the_error():
    with pytest.raises(OptionError, match=re.escape(DEPRECATED_BY_THE_SERVICE)):
        check_models(["universal-3-pro", "universal-2"])


def test_a_model_for_streaming_is_called_so():
    with pytest.raises(OptionError, match="is for streaming only"):
        check_models(["universal-3-6-pro"])


@pytest.mark.parametrize("given", [[], "universal-2", [""], [" "], [3], None, {"universal-2": 1}])
@pytest.mark.parametrize("given_by_options", [False, True])
def test_what_is_not_a_list_of_names_is_refused(given, given_by_options):
    with pytest.raises(OptionError, match="expected a list of one or more names"):
        check_models(given, given_by_options=given_by_options)


def test_only_deprecated_models_are_warned_of_and_each_once():
    message = deprecation_message(["universal-3-5-pro", "universal-2", "a-model-of-next-year", "universal-3-5-pro"])
    assert message.count("is deprecated") == 1
    assert "'universal-3-5-pro' is deprecated" in message
    assert "'assemblyai-stt-3-7'" in message
    assert deprecation_message([*DEFAULT_SPEECH_MODELS, "a-model-of-next-year"]) is None
