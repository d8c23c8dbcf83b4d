import io
import unicodedata

import pandas as pd
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


@pytest.mark.parametrize("said", ["今日 は 天気 です", "今 日 は 天 気 で す", "今日は天気です", "今日 は天 気です"])
def test_a_phrase_is_corrected_however_the_service_has_cut_the_text(tmp_path, said):
    corpus = store(tmp_path / "corpus", {"one": [("A", said)]})
    proposals = sk.propose_correction(corpus, "天気", "天候")
    assert sk.apply_edits(corpus, proposals) == 1
    assert texts(corpus) == [["A", "今日は天候です"]]
    assert sk.propose_correction(corpus, "天気", "天候").empty
    sk.undo_edits(corpus)
    assert "".join(sk.review(corpus, "one").words["text"]) == "今日は天気です"


def test_latin_words_and_vowels_stay_whole_in_a_correction(tmp_path):
    corpus = store(tmp_path / "corpus", {"one": [("A", "私 は iPone を")], "two": [("A", "สวัสดี ครับ")]})
    one, two = sk.review(corpus, "one").correct("私はiPhone を", utterance=0), sk.review(corpus, "two").correct("สวัสดีค่ะ", utterance=0)
    assert one.words["text"].tolist() == ["私", "は", "iPhone", "を"]
    assert one.words["start_ms"].tolist() == [0, 500, 1000, 1500]
    assert two.words["text"].tolist() == ["สวัสดี", "ค่ะ"]


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


def test_stray_turns_are_proposed_and_folded(tmp_path):
    corpus = store(tmp_path / "corpus", {"one": [("A", "Good morning old"), ("B", "Kovic"), ("A", "so we begin")]})
    proposals = sk.smooth_speakers(corpus)
    assert proposals[["recording_id", "text", "speaker", "to"]].to_numpy().tolist() == [["one", "Kovic", "B", "A"]]
    assert sk.smooth_speakers(corpus, max_gap_s=0.05).empty
    sk.apply_edits(corpus, proposals)
    assert texts(corpus) == [["A", "Good morning old Kovic so we begin"]]


def test_short_answers_are_not_given_to_the_asker(corpus, tmp_path):
    assert sk.smooth_speakers(corpus).empty  # "Good morning Kovic." "Fine"
    asked = store(tmp_path / "asked", {"one": [("A", "Did you see him?"), ("B", "No."), ("A", "Are you sure of that?")]})
    assert sk.smooth_speakers(asked, max_words=2).empty


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


def through_csv(frame, **options):
    return pd.read_csv(io.StringIO(frame.to_csv(index=False)), **options)


NUMBERED = {"0101": [("1", "null"), ("2", "1.10 NA"), ("1", "Kovic nan")], "0102": [("1", "Kovic TRUE")]}


@pytest.mark.parametrize("old", ["null", "NA", "nan", "TRUE", "1.10"])
def test_words_that_csv_readers_take_for_something_else_are_found_again(tmp_path, old):
    corpus = store(tmp_path / "numbered", NUMBERED)
    proposals = through_csv(sk.propose_correction(corpus, old, "Word"))
    assert sk.apply_edits(corpus, proposals) == 1
    assert "Word" in sk.to_frame(corpus, "words")["text"].tolist()


def test_speakers_with_numbers_for_names_are_found_again(tmp_path):
    corpus = store(tmp_path / "numbered", {"0101": [("1", "So it is"), ("2", "hm"), ("1", "and so on")]})
    proposals = through_csv(sk.smooth_speakers(corpus))
    assert proposals["to"].tolist() == [1]
    assert sk.apply_edits(corpus, proposals) == 1
    assert texts(corpus, "0101") == [["1", "So it is hm and so on"]]


def test_a_table_that_was_read_as_text_is_applied(tmp_path):
    corpus = store(tmp_path / "numbered", NUMBERED)
    assert sk.apply_edits(corpus, through_csv(sk.propose_correction(corpus, "Kovic", "007"), dtype=str, keep_default_na=False)) == 2
    assert sk.to_frame(corpus, "words")["text"].tolist().count("007") == 2


@pytest.mark.parametrize("new", ["007", "1.10", "NA"])
def test_a_correction_that_may_have_been_another_text_is_refused(tmp_path, new):
    corpus = store(tmp_path / "numbered", NUMBERED)
    proposals = through_csv(sk.propose_correction(corpus, "Kovic", new))
    with pytest.raises(OptionError, match=r"'to' .*dtype=str"):
        sk.apply_edits(corpus, proposals)
    assert sk.to_frame(corpus, "edits").empty


def test_rows_that_are_not_proposals_any_more_are_refused_in_our_words(corpus):
    proposals = sk.propose_correction(corpus, "Kovic", "Kovač")
    for changed, sentence in [
        ({"recording_id": None}, "no transcript of None"),
        ({"recording_id": 7}, "no transcript of 7"),
        ({"word_index": "x"}, "'word_index' is not a whole number"),
        ({"n_words": None}, "'n_words' is not a whole number"),
        ({"start_ms": 1.5}, "'start_ms' is not a whole number"),
        ({"action": "Correct"}, "'reassign' or to 'correct', not 'Correct'"),
        ({"to": " "}, "'to' is empty"),
    ]:
        with pytest.raises(OptionError, match=sentence):
            sk.apply_edits(corpus, proposals.assign(**changed))
