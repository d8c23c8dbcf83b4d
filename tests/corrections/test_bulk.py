import unicodedata

import pytest
from corpora import everyone_called, store, texts

import scribekit as sk
from scribekit.base.errors import OptionError


def test_what_was_undone_in_several_recordings_is_redone_as_one(corpus):
    sk.apply_edits(corpus, sk.propose_correction(corpus, "Kovic", "Kovač"))
    sk.name_people(corpus, everyone_called(corpus, "A", "Ada"))
    named = texts(corpus), sk.people(corpus)["speaker"].tolist()
    assert sk.undo_edits(corpus) == 2
    assert sk.undo_edits(corpus) == 2
    assert sk.redo_edits(corpus) == 2  # the last that was undone comes back first
    assert sk.people(corpus)["speaker"].tolist() == ["A", "B", "A"]
    assert sk.redo_edits(corpus) == 2
    assert (texts(corpus), sk.people(corpus)["speaker"].tolist()) == named
    with pytest.raises(OptionError, match="nothing to redo"):
        sk.redo_edits(corpus)


def test_a_recording_that_went_on_since_keeps_what_it_has(corpus):
    sk.name_people(corpus, everyone_called(corpus, "A", "Ada"))
    sk.undo_edits(corpus)
    sk.review(corpus, "two").note("look again").done()
    assert sk.redo_edits(corpus) == 1
    assert sk.people(corpus)["speaker"].tolist() == ["Ada", "B", "A"]
    assert sk.review_states(corpus)["state"].tolist() == ["in review", "done"]
    sk.review(corpus, "two").undo()
    assert sk.undo_edits(corpus) == 1  # in the other recording it was not brought back


def test_the_same_slip_is_corrected_everywhere_but_where_it_is_right(corpus):
    proposals = sk.propose_correction(corpus, "Kovic", "Kovač")
    assert proposals[["recording_id", "word_index", "text", "to"]].to_numpy().tolist() == [
        ["one", 2, "Kovic.", "Kovač."],
        ["two", 1, "kovic", "Kovač"],
    ]
    assert sk.apply_edits(corpus, proposals.iloc[:1]) == 1
    assert texts(corpus)[0][1] == "Good morning Kovač."
    with pytest.raises(OptionError, match="not those of the proposal"):
        sk.apply_edits(corpus, proposals)
    assert texts(corpus, "two") == [["A", "Only kovic speaks"]]


def test_a_correction_everywhere_keeps_the_punctuation_around_the_words(tmp_path):
    corpus = store(tmp_path / "quoted", {"a": "“Kovic,” (Kovic) ¿Kovic? C++, C Kovic's"})
    assert sk.propose_correction(corpus, "kovic", "Kovač")["to"].tolist() == ["“Kovač,”", "(Kovač)", "¿Kovač?"]
    assert sk.propose_correction(corpus, "Kovic", "Kovač!")["to"].tolist() == ["“Kovač!", "(Kovač!", "¿Kovač!"]
    assert sk.propose_correction(corpus, "C++", "Rust")[["text", "to"]].to_numpy().tolist() == [["C++,", "Rust,"]]
    assert sk.propose_correction(corpus, "C", "Rust")["text"].tolist() == ["C"]


@pytest.mark.parametrize(
    ("word", "old", "new", "expected"),
    [
        ("5%.", "5%", "five percent", "five percent."),
        ("goin',", "goin'", "going", "going,"),
        ("'cause", "'cause", "because", "because"),
        ("#1", "#1", "number one", "number one"),
        ("(sic)", "(sic)", "so", "so"),
        ("(sic)", "sic", "so", "(so)"),
        ("C#", "C#", "C sharp", "C sharp"),
        ("C#", "C", "sea", None),
    ],
)
def test_what_was_asked_to_be_replaced_is_replaced(tmp_path, word, old, new, expected):
    corpus = store(tmp_path / "corpus", {"a": f"it is {word}"})
    found = sk.propose_correction(corpus, old, new)["to"].tolist()
    assert found == ([] if expected is None else [expected])


def test_proposals_bring_no_old_name_back(tmp_path):
    corpus = store(tmp_path / "corpus", {"a": [("A", "one two three"), ("B", "um"), ("A", "four five six")]})
    proposals = sk.smooth_speakers(corpus)
    assert proposals["to"].tolist() == ["A"]
    sk.review(corpus, "a").rename("A", "Ada")
    with pytest.raises(OptionError, match="'A' has got another name in 'a' since"):
        sk.apply_edits(corpus, proposals)


def test_a_word_is_found_however_its_accents_are_encoded(tmp_path):
    corpus = store(tmp_path / "accents", {"a": unicodedata.normalize("NFD", "Herr Kovač spricht")})
    assert len(sk.propose_correction(corpus, unicodedata.normalize("NFC", "kovač"), "Kovacz")) == 1


def test_stray_turns_are_proposed_and_folded(corpus):
    proposals = sk.smooth_speakers(corpus)
    assert proposals[["recording_id", "text", "speaker", "to"]].to_numpy().tolist() == [["one", "Fine", "B", "A"]]
    assert sk.smooth_speakers(corpus, max_gap_s=0.05).empty
    sk.apply_edits(corpus, proposals)
    assert texts(corpus) == [["A", "Good morning Kovic. Fine so we begin"]]


def test_recordings_of_the_same_content_are_edited_once(twice):
    corpus = twice([("A", "in York now"), ("B", "yes")])
    assert sk.apply_edits(corpus, sk.propose_correction(corpus, "York", "York City")) == 1
    assert texts(corpus) == texts(corpus, "copy") == [["A", "in York City now"], ["B", "yes"]]
    sk.name_people(corpus, everyone_called(corpus, "A", "Ada"))
    assert sk.people(corpus)["speaker"].tolist() == ["Ada", "B", "Ada", "B"]
    assert len(sk.review(corpus, "copy").edits) == 2
    assert sk.review_states(corpus)["n_conflicts"].tolist() == [0, 0]
    assert (sk.undo_edits(corpus), sk.redo_edits(corpus)) == (1, 1)


def test_recordings_that_are_not_there_are_refused(corpus):
    with pytest.raises(OptionError, match="Did you mean 'one'"):
        sk.name_people(corpus, sk.people(corpus).assign(recording_id="onee", name="Ada"))
    with pytest.raises(OptionError, match="Did you mean 'two'"):
        sk.apply_edits(corpus, sk.propose_correction(corpus, "Kovic", "Kovač").assign(recording_id="twoo"))


def test_an_undo_across_the_corpus_undoes_what_was_last_redone(corpus):
    sk.review(corpus, "one").rename("A", "Ada")
    sk.review(corpus, "two").rename("A", "Bea")
    sk.review(corpus, "one").undo().redo()
    sk.undo_edits(corpus)
    assert sk.people(corpus)["speaker"].tolist() == ["A", "B", "Bea"]
