import io
import wave

import pytest
from corpora import store, write_tone
from page import Page, idle, receive

import scribekit as sk
from scribekit.base.errors import OptionError

TALKS = {
    "one": [("A", "good morning to all of you"), ("B", "good morning"), ("A", "let us begin")],
    "two": [("A", "the bridge was closed"), ("Maria", "nobody knew of it")],
    "three": "nobody was told apart",
}


@pytest.fixture
def corpus(tmp_path):
    return store(tmp_path / "corpus", TALKS, {"title": ["First", None, None]})


@pytest.fixture
def opened(corpus):
    """Makes widgets whose first card is there; they are closed at the end."""
    made = []

    def make(of=corpus, **options):
        made.append(sk.widgets.WhoIsThis(of, **options))
        idle(made[-1])
        return made[-1]

    yield make
    for widget in made:
        widget.close()


def asked(widget):
    return widget.card["recording"], widget.card["speaker"]


def speakers(corpus, recording):
    table = sk.people(corpus, progress=False)
    return table.loc[table["recording_id"] == recording, "name"].tolist()


def answer(page, intent, **arguments):
    content, _ = page.ask(intent, **arguments)
    return content.get("value", content.get("error"))


def test_a_card_shows_a_speaker_without_a_name_and_the_lines_to_hear(opened):
    card = opened().card
    lines = card.pop("lines")
    assert card == {
        "stage": "asking", "place": 1, "left": 3, "named": 0, "recording": "one", "title": "First", "speaker": "A", "n_turns": 2,
        "speaking_s": card["speaking_s"], "no_sound": card["no_sound"],
    }  # fmt: skip
    assert "no sound here" in card["no_sound"]  # the recordings are addresses
    assert [line["text"] for line in lines] == ["good morning to all of you", "let us begin"]


def test_each_name_is_saved_at_once_and_the_next_speaker_is_shown(corpus, opened):
    widget = opened(who="Ines")
    page = Page(widget)
    assert widget.names == ["Maria"]
    assert answer(page, "name", recording="one", speaker="A", name=" Bo ") == {"name": "Bo"}
    assert speakers(corpus, "one") == ["Bo", "B"]
    assert speakers(corpus, "two") == ["A", "Maria"]
    assert asked(widget) == ("one", "B")
    assert widget.names == ["Bo", "Maria"]
    answer(page, "name", recording="one", speaker="B", name="Maria")
    answer(page, "name", recording="two", speaker="A", name="Zoë")
    assert widget.card == {"stage": "done", "named": 3}
    assert sk.to_frame(corpus, "edits")["who"].unique().tolist() == ["Ines"]
    assert opened().card == {"stage": "done", "named": 0}


def test_speakers_can_be_passed_over_in_both_directions(opened):
    widget = opened()
    page = Page(widget)
    seen = []
    for by in (1, 1, 1, -1, -1):
        page.ask("move", by=by)
        seen.append(asked(widget))
    assert seen == [("one", "B"), ("two", "A"), ("one", "A"), ("two", "A"), ("one", "B")]


def test_a_name_that_somebody_in_the_recording_has_is_asked_about_first(corpus, opened):
    page = Page(opened())
    page.ask("move", by=-1)
    assert asked(page.widget) == ("two", "A")
    assert answer(page, "name", recording="two", speaker="A", name="Ma\u200bria") == {"taken": "Maria"}
    assert speakers(corpus, "two") == ["A", "Maria"]
    assert answer(page, "name", recording="two", speaker="A", name="Ma\u200bria", merge=True) == {"name": "Maria"}
    assert speakers(corpus, "two") == ["Maria"]
    assert answer(page, "undo") == {"name": "Maria", "speaker": "A"}
    assert speakers(corpus, "two") == ["A", "Maria"]
    assert asked(page.widget) == ("two", "A")


def test_the_last_name_can_be_taken_back_unless_the_recording_was_edited_since(corpus, opened):
    page = Page(opened())
    assert "nothing to undo" in answer(page, "undo")
    answer(page, "name", recording="one", speaker="A", name="Bo")
    sk.review(corpus, "one").correct("Good", words=[0])
    assert "was edited since" in answer(page, "undo")
    assert speakers(corpus, "one") == ["Bo", "B"]
    sk.review(corpus, "one").undo()
    assert answer(page, "undo") == {"name": "Bo", "speaker": "A"}
    assert speakers(corpus, "one") == ["A", "B"]
    assert page.widget.card["named"] == 0


@pytest.mark.parametrize("name", ["", "  ", "\u200b"])
def test_an_empty_name_is_refused_and_changes_nothing(corpus, opened, name):
    page = Page(opened())
    assert answer(page, "name", recording="one", speaker="A", name=name) == "The name of a speaker cannot be empty."
    assert asked(page.widget) == ("one", "A")
    assert speakers(corpus, "one") == ["A", "B"]


def test_who_was_named_elsewhere_meanwhile_is_passed_over(corpus, opened):
    widget = opened()
    sk.name_people(corpus, {"one": {"B": "Bo"}}, progress=False)
    page = Page(widget)
    assert "has a name already" in answer(page, "name", recording="two", speaker="B", name="Bo")
    answer(page, "name", recording="one", speaker="A", name="Ada")
    assert asked(widget) == ("two", "A")


def test_the_line_is_heard(tmp_path, opened):
    write_tone(tmp_path / "talk.wav", seconds=20)
    corpus = store(tmp_path / "heard", {"talk": [("A", "good morning to all of you")]}, sources={"talk": str(tmp_path / "talk.wav")})
    widget = opened(corpus)
    page = Page(widget)
    assert widget.card["no_sound"] == ""
    (line,) = widget.card["lines"]
    with wave.open(io.BytesIO(sound_of(page, recording="talk", start_ms=line["start_ms"], end_ms=line["end_ms"]))) as sound:
        assert sound.getnframes() / sound.getframerate() == pytest.approx((line["end_ms"] - line["start_ms"]) / 1000, abs=0.02)
    with wave.open(io.BytesIO(sound_of(page, recording="talk", start_ms=0, end_ms=10**9))) as sound:
        assert sound.getnframes() / sound.getframerate() == pytest.approx(12, abs=0.02)


def sound_of(page, **arguments):
    receive(page.widget, {"intent": "play", "seq": "play", **arguments})
    idle(page.widget)  # the answer comes from the widget's own thread
    return page.answers["play"][1][0]


def test_the_picture_says_who_has_no_name(opened, tmp_path):
    widget = opened()
    assert repr(widget) == "Who is this? 3 speakers without a name in 2 recordings."
    assert "<td>two</td><td>A</td>" in widget.static_html()
    assert repr(opened(store(tmp_path / "none", {}))) == "Who is this? No speaker is without a name."


def test_the_refusal_of_bare_labels_names_the_widget(corpus):
    with pytest.raises(OptionError, match=r"sk.widgets.WhoIsThis\(corpus\)"):
        sk.name_people(corpus, {"A": "Maria"}, progress=False)
