import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scribekit.base.errors import OptionError
from scribekit.quality.references import Turn, as_reference, from_file


def test_labels_are_speakers_only_when_every_line_has_one():
    assert as_reference("A: Yes.\n\nDr. Gray: No: never.") == (Turn("Yes.", "A"), Turn("No: never.", "Dr. Gray"))
    assert as_reference("A: Yes.\nAnd more.") == (Turn("A: Yes."), Turn("And more."))
    assert as_reference("  \n") == ()


@given(st.lists(st.text(st.characters(categories=["L"]), min_size=1, max_size=8), max_size=20))
def test_text_without_labels_keeps_every_word(words):
    said = as_reference("\n".join(words))
    assert " ".join(turn.text for turn in said).split() == " ".join(words).split()
    assert all(turn.speaker is None for turn in said)


def test_turns_have_milliseconds_or_seconds():
    turns = as_reference([{"text": "a", "start": 1.2345, "end": 2}, {"text": "b", "start_ms": 5, "end_ms": 7, "speaker": 1}])
    assert turns == (Turn("a", None, 1234, 2000), Turn("b", "1", 5, 7))


def test_files_are_told_by_their_names(samples):
    folder = samples / "references"
    texts, turns = (from_file((folder / name).read_text("utf-8"), name) for name in ("meeting_launch.txt", "meeting_launch.json"))
    assert [(turn.speaker, turn.text) for turn in texts] == [(turn.speaker, turn.text) for turn in turns]
    assert turns[0].start_ms == 400
    assert from_file(json.dumps([{"text": "a"}]), "A.JSON") == (Turn("a"),)


@pytest.mark.parametrize(
    ("content", "sentence"), [("{", "is not JSON"), ("{}", "neither a list of turns"), ("[1]", "a text or a list of turns")]
)
def test_broken_files_are_explained(content, sentence):
    with pytest.raises(OptionError, match=sentence):
        from_file(content, "said.json")
