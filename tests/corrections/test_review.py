import json
import unicodedata
from difflib import get_close_matches

import hypothesis.strategies as st
import numpy as np
import pytest
from corpora import payload, store
from hypothesis import given

import scribekit as sk
from scribekit.base import schema
from scribekit.base.errors import OptionError, ScribekitError
from scribekit.corpus.ledger import EditJournal
from scribekit.corrections import people

TALK = [("A", "Good morning Kovic."), ("B", "Fine"), ("A", "so we begin")]


@pytest.fixture
def corpus(tmp_path):
    return store(tmp_path / "corpus", {"one": TALK, "two": [("A", "Only kovic speaks")]})


def texts(corpus, recording_id="one", **options):
    frame = sk.to_frame(corpus, "utterances", **options)
    return frame.loc[frame["recording_id"] == recording_id, ["speaker", "text"]].to_numpy().tolist()


def test_every_edit_is_in_the_corpus_when_the_method_returns(corpus):
    sk.review(corpus, "one", who="ada").rename("A", "Ada").correct("Kovač.", words=2)
    assert texts(corpus)[0] == ["Ada", "Good morning Kovač."]
    assert texts(corpus, reviewed=False)[0] == ["A", "Good morning Kovic."]
    again = sk.review(sk.open_corpus(corpus.path), "one")
    assert (again.speakers, again.state) == (["Ada", "B"], "in review")
    assert again.edits["who"].tolist() == ["ada", "ada"]


def test_a_review_edits_by_utterance_and_by_words(corpus):
    one = sk.review(corpus, "one")
    one.move_boundary(1, -1).reassign("C", utterance=2).reject(words=[0]).note("who is this?", utterance=2).accept(utterance=0)
    assert one.utterances[["speaker", "text"]].to_numpy().tolist() == [["A", "morning"], ["B", "Kovic. Fine"], ["C", "so we begin"]]
    assert one.words["edited"].sum() == 4
    assert one.edits["action"].tolist() == ["move", "reassign", "reject", "note", "accept"]
    assert one.edits["new"].dropna().tolist() == ["next", "C", "who is this?"]


def test_positions_come_from_frames_and_arrays_too(corpus):
    one = sk.review(corpus, "one")
    frame = one.words
    one.correct("evening", words=frame["word_index"].iloc[1]).reject(words=frame.loc[frame["text"] == "Good", "word_index"])
    one.accept(words=np.array([0, 1])).accept(utterance=np.int64(1)).move_boundary(np.int64(1), np.int64(-1))
    one.split("A", from_word=np.int64(4), into="D")
    assert texts(corpus) == [["A", "evening"], ["B", "Kovic. Fine"], ["A", "so"], ["D", "we begin"]]


def test_undoing_everything_gives_the_start(corpus):
    one = sk.review(corpus, "one")
    start = one.payload
    one.split("A", from_word=4, into="D").merge(["B"], into="D").rename("D", "Dee").correct("x y z", utterance=0)
    for _ in range(4):
        one.undo()
    assert one.payload == start
    with pytest.raises(OptionError, match="nothing to undo"):
        one.undo()
    one.redo().redo()
    assert one.speakers == ["A", "D"]


@pytest.mark.parametrize(
    ("act", "message"),
    [
        (lambda one: one.rename("Aa", "Ada"), "Nobody is called 'Aa'"),
        (lambda one: one.rename("A", "B"), "merge the two"),
        (lambda one: one.rename("A", " "), "not blank"),
        (lambda one: one.correct("x", words=[99]), "positions from 0 to 6"),
        (lambda one: one.correct("x"), "Say which words"),
        (lambda one: one.accept(utterance=9), "no utterance 9"),
        (lambda one: one.move_boundary(0, 1), "from 1 to 2"),
        (lambda one: one.move_boundary(1, 5), "have 3 and 1 words"),
        (lambda one: one.mark("finished"), "new, in review, done"),
        (lambda one: one.redo(), "nothing to redo"),
        (lambda one: one.correct("x", words=[1.9]), "whole numbers, not 1.9"),
        (lambda one: one.correct("x", words=1.9), "whole numbers, not 1.9"),
        (lambda one: one.correct("x", words=[True, False]), "whole numbers, not True"),
        (lambda one: one.correct("x", utterance=0.5), "whole numbers, not 0.5"),
        (lambda one: one.move_boundary(1, 1.5), "whole numbers, not 1.5"),
        (lambda one: one.correct("x", words=np.array([], dtype=int)), "positions from 0 to 6"),
        (lambda one: one.correct(5, words=0), "A text is a string, not 5"),
        (lambda one: one.note(None), "A text is a string, not None"),
        (lambda one: one.rename(None, "Ada"), "Nobody is called None"),
    ],
)
def test_what_cannot_be_done_is_explained_and_not_recorded(corpus, act, message):
    one = sk.review(corpus, "one")
    with pytest.raises(OptionError, match=message):
        act(one)
    assert one.edits.empty
    assert texts(corpus) == texts(corpus, reviewed=False)


def test_a_recording_that_is_not_there_is_refused(corpus):
    with pytest.raises(OptionError, match="Did you mean 'one'"):
        sk.review(corpus, "onee")


def test_an_edit_made_elsewhere_meanwhile_is_not_overrun(corpus):
    mine, theirs = sk.review(corpus, "one"), sk.review(corpus, "one")
    theirs.reject(words=[0])
    with pytest.raises(ScribekitError, match="edited elsewhere"):
        mine.correct("evening", words=[1])
    assert mine.words["text"].tolist()[0] == "morning"
    mine.correct("evening", words=[0])
    assert texts(corpus)[0] == ["A", "evening Kovic."]


@pytest.mark.parametrize("act", [lambda one: one.undo(), lambda one: one.redo(), lambda one: one.done()])
def test_nothing_is_taken_back_or_called_done_that_the_person_has_not_seen(corpus, act):
    sk.review(corpus, "one").reject(words=[0]).reject(words=[0]).undo()
    mine, theirs = sk.review(corpus, "one"), sk.review(corpus, "one")
    theirs.note("and this?").undo()
    count = len(theirs.edits)
    with pytest.raises(ScribekitError, match="edited elsewhere"):
        act(mine)
    assert len(mine.edits) == count
    assert mine.state == "in review"


@pytest.mark.parametrize("act", [
    lambda corpus: sk.review(corpus, "one").correct("evening", words=[1]),
    lambda corpus: sk.review(corpus, "one").undo(),
    lambda corpus: sk.name_people(corpus, {"A": "Ada"}),
    sk.undo_edits,
])  # fmt: skip
def test_an_edit_made_elsewhere_in_the_last_moment_is_not_overrun(corpus, monkeypatch, act):
    sk.review(corpus, "one").note("first")
    append = EditJournal.append

    def overtaken(ledger, rows, last):
        monkeypatch.setattr(EditJournal, "append", append)
        sk.review(corpus, "one").reject(words=[0])
        return append(ledger, rows, last)

    monkeypatch.setattr(EditJournal, "append", overtaken)
    with pytest.raises(ScribekitError, match="edited elsewhere"):
        act(corpus)
    assert sk.review(corpus, "one").edits["action"].tolist() == ["note", "reject"]


def test_edits_outlive_a_new_transcription(corpus, tmp_path):
    sk.review(corpus, "one").rename("B", "Bo").correct("Kovač.", words=2).correct("starts", words=6).done()
    store(tmp_path / "corpus", {"one": [("X", "Good morning Kovic."), ("Y", "Fine"), ("X", "so we go")]}, number=2)
    whole = sk.open_corpus(tmp_path / "corpus")
    assert texts(whole) == [["X", "Good morning Kovač."], ["Bo", "Fine"], ["X", "so we go"]]
    one = sk.review(whole, "one")
    assert one.conflicts["new"].tolist() == ["starts"]
    assert one.conflicts["reason"].notna().all()
    assert sk.review_states(whole)[["state", "n_edits", "n_conflicts"]].to_numpy().tolist() == [["in review", 3, 1], ["new", 0, 0]]


def test_what_was_accepted_as_a_whole_settles_nothing_of_a_new_transcription(corpus, tmp_path):
    sk.review(corpus, "one").accept().done()
    store(tmp_path / "corpus", {"one": [("A", "Could morning Kovac"), ("B", "fine")]}, number=2)
    whole = sk.open_corpus(tmp_path / "corpus")
    one = sk.review(whole, "one")
    assert (one.state, one.conflicts["action"].tolist()) == ("in review", ["accept"])
    assert one.standing.judgements == {}
    assert one.accept().done().state == "done"


def test_the_level_of_edits_and_the_exports_show_them(corpus, tmp_path):
    sk.review(corpus, "one").correct("Kovač.", words=2)
    frame = sk.to_frame(corpus, "edits", with_manifest=True)
    assert frame.loc[0, ["recording_id", "action", "status", "old", "new"]].tolist() == ["one", "correct", "applied", "Kovic.", "Kovač."]
    sk.export(corpus, tmp_path / "out", ["txt"])
    sk.export(corpus, tmp_path / "raw", ["txt"], reviewed=False)
    assert "Kovač" in next((tmp_path / "out").rglob("one*.txt")).read_text("utf-8")
    assert "Kovič" not in next((tmp_path / "raw").rglob("one*.txt")).read_text("utf-8")


def test_a_review_shows_itself_without_markup_of_its_words(corpus):
    one = sk.review(corpus, "one").correct("<b>bold</b>", words=[0])
    assert "&lt;b&gt;" in one._repr_html_()
    assert "<b>" not in one._repr_html_()
    assert "in review" in repr(one)


def test_a_full_disk_changes_nothing(corpus, monkeypatch):
    one = sk.review(corpus, "one")
    monkeypatch.setattr(EditJournal, "append", lambda *_: (_ for _ in ()).throw(sk.ScribekitError("no room")))
    with pytest.raises(ScribekitError, match="no room"):
        one.reject(words=[0])
    assert len(one.words) == 7


# -- across the corpus ------------------------------------------------------------------------------------------------


def test_people_are_named_in_a_table_and_unnamed_by_one_undo(corpus):
    table = sk.people(corpus)
    assert list(table.columns) == schema.PEOPLE.names
    assert table[["recording_id", "speaker", "n_words", "n_turns"]].to_numpy().tolist() == [
        ["one", "A", 6, 2],
        ["one", "B", 1, 1],
        ["two", "A", 3, 1],
    ]
    named = sk.name_people(corpus, table.assign(name=["Ada Byron", "Bo", "Ada Byrom"]))
    assert named["speaker"].tolist() == ["Ada Byron", "Bo", "Ada Byrom"]
    assert named["alike"].tolist()[0] == "Ada Byrom"
    assert sk.undo_edits(corpus) == 3
    assert sk.people(corpus)["speaker"].tolist() == ["A", "B", "A"]


def test_people_take_as_many_turns_as_in_the_turn_statistics(corpus):
    sk.review(corpus, "one").merge(["B"], into="A")
    statistics = sk.turn_statistics(corpus)
    assert sk.people(corpus)["n_turns"].tolist() == statistics["n_turns"].tolist() == [1, 1]


@given(st.sets(st.text("abcdé 王🙂", min_size=1, max_size=9), max_size=12))
def test_the_most_similar_name_is_difflibs(names):
    expected = {name: get_close_matches(name, sorted(names - {name}), n=1, cutoff=0.8) for name in names}
    assert people._most_alike(sorted(names)) == {name: close[0] for name, close in expected.items() if close}


def test_what_was_undone_in_several_recordings_is_redone_as_one(corpus):
    sk.apply_edits(corpus, sk.propose_correction(corpus, "Kovic", "Kovač"))
    sk.name_people(corpus, {"A": "Ada"})
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
    sk.name_people(corpus, {"A": "Ada"})
    sk.undo_edits(corpus)
    sk.review(corpus, "two").note("look again").done()
    assert sk.redo_edits(corpus) == 1
    assert sk.people(corpus)["speaker"].tolist() == ["Ada", "B", "A"]
    assert sk.review_states(corpus)["state"].tolist() == ["in review", "done"]
    sk.review(corpus, "two").undo()
    assert sk.undo_edits(corpus) == 1  # in the other recording it was not brought back


def test_one_undo_in_a_recording_takes_back_its_whole_group(corpus):
    sk.name_people(corpus, {"A": "Ada"})
    sk.review(corpus, "two").undo()
    assert sk.people(corpus)["speaker"].tolist() == ["A", "B", "A"]


def test_people_can_swap_names(corpus):
    sk.name_people(corpus, {"A": "B", "B": "A"})
    assert texts(corpus) == [["B", "Good morning Kovic."], ["A", "Fine"], ["B", "so we begin"]]


def test_a_name_that_somebody_has_renames_nobody(corpus):
    with pytest.raises(OptionError, match="merge"):
        sk.name_people(corpus, {"A": "Ada", "B": "Ada"})
    assert sk.to_frame(corpus, "edits").empty


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


def test_words_that_differ_in_vowel_signs_are_different_words(tmp_path):
    corpus = store(tmp_path / "hindi", {"a": "राम की किताब का पता"}, confidence=lambda _: 0.4)
    assert sk.propose_correction(corpus, "की", "के")["text"].tolist() == ["की"]
    one = sk.review(corpus, "a").correct("के", words=1)
    assert one.standing.judgements == {1: False}
    assert one.words["confidence"].isna().tolist() == [False, True, False, False, False]


def test_a_word_is_found_however_its_accents_are_encoded(tmp_path):
    corpus = store(tmp_path / "accents", {"a": unicodedata.normalize("NFD", "Herr Kovač spricht")})
    assert len(sk.propose_correction(corpus, unicodedata.normalize("NFC", "kovač"), "Kovacz")) == 1


def test_stray_turns_are_proposed_and_folded(corpus):
    proposals = sk.smooth_speakers(corpus)
    assert proposals[["recording_id", "text", "speaker", "to"]].to_numpy().tolist() == [["one", "Fine", "B", "A"]]
    assert sk.smooth_speakers(corpus, max_gap_s=0.05).empty
    sk.apply_edits(corpus, proposals)
    assert texts(corpus) == [["A", "Good morning Kovic. Fine so we begin"]]


def twice(tmp_path, said, other=None):
    """A corpus of two recordings of the same address, with the same transcript or another one."""
    sources = dict.fromkeys(("one", "copy"), "https://host.example/same.mp3")
    return store(tmp_path / "twice", {"one": said, "copy": other or said}, sources=sources)


def test_recordings_of_the_same_content_are_edited_once(tmp_path):
    corpus = twice(tmp_path, [("A", "in York now"), ("B", "yes")])
    assert sk.apply_edits(corpus, sk.propose_correction(corpus, "York", "York City")) == 1
    assert texts(corpus) == texts(corpus, "copy") == [["A", "in York City now"], ["B", "yes"]]
    sk.name_people(corpus, {"A": "Ada"})
    assert sk.people(corpus)["speaker"].tolist() == ["Ada", "B", "Ada", "B"]
    assert len(sk.review(corpus, "copy").edits) == 2
    assert sk.review_states(corpus)["n_conflicts"].tolist() == [0, 0]
    assert (sk.undo_edits(corpus), sk.redo_edits(corpus)) == (1, 1)


def test_the_first_edits_may_hold_for_another_transcript_of_the_same_content(tmp_path):
    corpus = twice(tmp_path, [("A", "in York now")], [("X", "I'm in York now")])
    frame = sk.people(corpus).assign(name="Ada")
    sk.name_people(corpus, frame)
    assert sk.people(corpus)["speaker"].tolist() == ["Ada", "Ada"]


def test_recordings_of_the_same_content_are_not_given_different_edits(tmp_path):
    corpus = twice(tmp_path, [("A", "in York now"), ("B", "yes")])
    with pytest.raises(OptionError, match="the same file or address"):
        sk.name_people(corpus, sk.people(corpus).assign(name=["Ada", "B", "Bea", "B"]))
    assert sk.to_frame(corpus, "edits").empty


def test_recordings_that_are_not_there_are_refused(corpus):
    with pytest.raises(OptionError, match="Did you mean 'one'"):
        sk.name_people(corpus, sk.people(corpus).assign(recording_id="onee", name="Ada"))
    with pytest.raises(OptionError, match="Did you mean 'two'"):
        sk.apply_edits(corpus, sk.propose_correction(corpus, "Kovic", "Kovač").assign(recording_id="twoo"))


def test_an_undo_across_the_corpus_takes_back_what_was_last_redone(corpus):
    sk.review(corpus, "one").rename("A", "Ada")
    sk.review(corpus, "two").rename("A", "Bea")
    sk.review(corpus, "one").undo().redo()
    sk.undo_edits(corpus)
    assert sk.people(corpus)["speaker"].tolist() == ["A", "B", "Bea"]


def test_the_table_of_sentiments_follows_the_words_and_its_text_is_as_received(tmp_path):
    raw = json.loads(payload("t", [("A", "I love this"), ("B", "so do I")]))
    spoken = {"text": "I love this", "start": 0, "end": 1400, "sentiment": "POSITIVE", "confidence": 0.9, "speaker": "A"}
    corpus = store(tmp_path / "judged", {"a": json.dumps(raw | {"sentiment_analysis_results": [spoken]}).encode()})
    sk.review(corpus, "a").reassign("Ada", utterance=0).correct("adore", words=1)
    assert sk.to_frame(corpus, "sentiments")[["speaker", "text"]].to_numpy().tolist() == [["Ada", "I love this"]]
    assert sk.to_frame(corpus, "sentiments", reviewed=False)["speaker"].tolist() == ["A"]
