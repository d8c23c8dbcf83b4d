import pickle

import pytest

from scribekit.base import errors
from scribekit.base.errors import (
    ExportError,
    MissingExtraError,
    NoConnectionError,
    ScribekitError,
    ServiceStoppedError,
    explained,
    nearest,
    reason,
)

LEAVES = [
    found for found in vars(errors).values() if isinstance(found, type) and issubclass(found, Exception) and not issubclass(found, Warning)
]
MADE = {
    "ServiceStoppedError": ("wrong_key", "The key was refused. Check it, and collect again."),
    "MissingExtraError": ("local", "The embedded service"),
    "NoConnectionError": (),
}


@pytest.mark.parametrize("kind", LEAVES, ids=lambda kind: kind.__name__)
def test_every_error_has_the_one_base_says_something_and_survives_a_process_boundary(kind):
    error = kind(*MADE.get(kind.__name__, ("What was found. What to do next.",)))
    assert isinstance(error, ScribekitError)
    assert str(error).strip()
    again = pickle.loads(pickle.dumps(error))
    assert (type(again), str(again), vars(again)) == (type(error), str(error), vars(error))


def test_without_a_connection_both_ways_on_are_named():
    sentence = str(NoConnectionError())
    assert "export ASSEMBLYAI_API_KEY=" in sentence
    assert "sk.local_service()" in sentence


def test_a_missing_extra_says_what_to_install_and_is_an_import_error():
    error = MissingExtraError("local", "The embedded service")
    assert "pip install 'scribekit[local]'" in str(error)
    assert isinstance(error, ImportError)


def test_a_stopped_service_keeps_the_short_name_beside_the_sentence():
    error = ServiceStoppedError("balance", "Top up your account.")
    assert (error.kind, str(error)) == ("balance", "Top up your account.")


@pytest.mark.parametrize(
    ("name", "known", "ending"),
    [
        ("str", ["srt", "vtt"], " Did you mean 'srt'?"),
        ("docx", ["vtt", "srt"], " Known are: srt, vtt."),
        ("speaker_label", {"speaker_labels": 1, "punctuate": 2}, " Did you mean 'speaker_labels'?"),
    ],
)
def test_the_nearest_name_or_all_of_them(name, known, ending):
    assert nearest(name, known) == ending


def test_an_error_of_the_system_becomes_one_with_the_next_step(tmp_path):
    missing = tmp_path / "a.txt"
    with (
        pytest.raises(ExportError, match=r"^No such file or directory\. Choose another\.$") as raised,
        explained(OSError, ExportError, lambda cause: f"{reason(cause)}. Choose another."),
    ):
        missing.read_bytes()
    assert isinstance(raised.value.__cause__, FileNotFoundError)


def test_an_error_of_another_type_is_left_as_it_is():
    with pytest.raises(ZeroDivisionError), explained(OSError, ExportError, str):
        raise ZeroDivisionError
