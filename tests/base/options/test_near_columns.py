import pytest

from scribekit.base.options import OPTIONS, meant_option, wrong_name
from scribekit.base.options.near_columns import ORDINARY_NAMES


@pytest.mark.parametrize(
    "name",
    [
        *("language", "Language", "lang", "LANG", "lang_code", "language id", "Language (ISO)", "iso_language", "languageName"),
        *("spoken language", "audio_language", "language-of-recording", "interview_language", "Sprache", "langue", "idioma", "locale"),
    ],
)
def test_a_column_of_languages_is_meant_for_the_language(name):
    assert meant_option(name, ["de"]) == "language_code"


@pytest.mark.parametrize(
    "name",
    [
        *("speakers", "Speakers", "n_speakers", "nSpeakers", "num_speakers", "numSpeakers", "speaker_count", "speakers (n)", "# speakers"),
        *(
            "number_of_speakers",
            "Number of speakers",
            "no. of speakers",
            "expected_speakers",
            "Anzahl Sprecher",
            "participants",
            "n_voices",
        ),
    ],
)
def test_a_column_of_numbers_of_speakers_is_meant_for_their_number(name):
    assert meant_option(name, ["", "2"]) == meant_option(name, [2.0]) == "speakers_expected"


@pytest.mark.parametrize(
    ("name", "option"),
    [
        ("model", "speech_models"),
        ("asr_model", "speech_models"),
        ("Model name", "speech_models"),
        ("max_speakers", "speaker_options.max_speakers_expected"),
        ("speakers_min", "speaker_options.min_speakers_expected"),
        ("languages", "language_codes"),
        ("diarization", "speaker_labels"),
        ("Key terms", "keyterms_prompt"),
        ("start_ms", "audio_start_from"),
        ("translate_to", "speech_understanding.request.translation.target_languages"),
    ],
)
def test_other_columns_lead_to_their_option(name, option):
    assert meant_option(name, [3]) == option


@pytest.mark.parametrize(
    ("name", "cells"),
    [
        ("interviewer", ["Ines"]),
        ("speaker", ["2"]),
        ("speakers", ["Ada; Bo"]),
        ("native_language", ["de"]),
        ("language_teacher", ["Ada"]),
        ("microphone_model", ["H4n"]),
        ("title", ["Language"]),
        ("speaker_age", ["34"]),
        ("format", ["mp3"]),
        ("n", ["2"]),
        ("", ["2"]),
        ("日付", ["2"]),
    ],
)
def test_the_users_own_columns_are_meant_for_nothing(name, cells):
    assert meant_option(name, cells) is None


def test_every_ordinary_name_leads_to_an_option_and_is_not_refused_as_misspelt():
    assert {option.partition(".")[0] for option in ORDINARY_NAMES.values()} <= OPTIONS.keys()
    assert {name: wrong_name(name) for name in ORDINARY_NAMES if wrong_name(name) or name in OPTIONS} == {}
