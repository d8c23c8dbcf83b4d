import numpy as np
import pytest
from corpora import everyone_called, texts

import scribekit as sk
from scribekit.base.errors import LedgerError, OptionError, ScribekitError
from scribekit.corpus.ledger import EditJournal, Ledger


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
        (lambda one: one.rename("A", " "), "cannot be empty"),
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


def test_an_edit_made_elsewhere_meanwhile_is_not_overrun(corpus):
    mine, theirs = sk.review(corpus, "one"), sk.review(corpus, "one")
    theirs.reject(words=[0])
    with pytest.raises(ScribekitError, match="edited elsewhere"):
        mine.correct("evening", words=[1])
    assert mine.words["text"].tolist()[0] == "morning"
    mine.correct("evening", words=[0])
    assert texts(corpus)[0] == ["A", "evening Kovic."]


@pytest.mark.parametrize("act", [
    lambda one: one.rename("B", "Bea"),
    lambda one: one.merge(["B"], into="A"),
    lambda one: one.split("A", from_word=6, into="C"),
    lambda one: one.reassign("C", utterance=2),
    lambda one: one.move_boundary(2, 1),
    lambda one: one.correct("x", words=6),
    lambda one: one.accept(utterance=2),
    lambda one: one.reject(words=[6]),
    lambda one: one.note("?", words=6),
])  # fmt: skip
def test_positions_and_names_that_somebody_else_has_changed_are_not_looked_up(corpus, act):
    """Without the check, none of these would find its words or its speaker."""
    mine, theirs = sk.review(corpus, "one"), sk.review(corpus, "one")
    theirs.reject(words=[3]).reject(words=[5])
    count = len(theirs.edits)
    with pytest.raises(ScribekitError, match="edited elsewhere"):
        act(mine)
    assert len(mine.edits) == count
    assert mine.speakers == ["A"]


def test_an_edit_that_cannot_be_applied_leaves_no_trace(corpus):
    one = sk.review(corpus, "one").note("first")
    with pytest.raises(OptionError, match="Cannot rename in 'one': somebody else has that name already"):
        one.rename("A", "B")
    assert one.edits["action"].tolist() == ["note"]
    assert one.rename("A", "Ada").speakers == ["Ada", "B"]
    assert sk.review(corpus, "one").edits["action"].tolist() == ["note", "rename"]
    assert one.undo().speakers == ["A", "B"]


@pytest.mark.parametrize("act", [lambda one: one.undo(), lambda one: one.redo(), lambda one: one.done()])
def test_nothing_is_undone_or_called_done_that_the_person_has_not_seen(corpus, act):
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
    lambda corpus: sk.name_people(corpus, everyone_called(corpus, "A", "Ada")),
    sk.undo_edits,
])  # fmt: skip
def test_an_edit_made_elsewhere_in_the_last_moment_is_not_overrun(corpus, monkeypatch, act):
    sk.review(corpus, "one").note("first")
    appending = EditJournal.appending

    def after_somebody_else(journal, rows, last):
        monkeypatch.setattr(EditJournal, "appending", appending)
        sk.review(corpus, "one").reject(words=[0])
        return appending(journal, rows, last)

    monkeypatch.setattr(EditJournal, "appending", after_somebody_else)
    with pytest.raises(ScribekitError, match="edited elsewhere"):
        act(corpus)
    assert sk.review(corpus, "one").edits["action"].tolist() == ["note", "reject"]


def test_a_full_disk_changes_nothing(corpus):
    one = sk.review(corpus, "one")
    full = "CREATE TRIGGER full BEFORE INSERT ON edits BEGIN SELECT RAISE(ABORT, 'database or disk is full'); END"
    with Ledger(corpus.path) as ledger, ledger.transaction() as db:
        db.execute(full)
    with pytest.raises(LedgerError, match="Make room on the disk"):
        one.reject(words=[0])
    assert len(one.words) == 7
    assert one.edits.empty
    with Ledger(corpus.path) as ledger, ledger.transaction() as db:
        db.execute("DROP TRIGGER full")
    assert len(one.reject(words=[0]).words) == 6


def test_one_undo_in_a_recording_takes_back_its_whole_group(corpus):
    sk.name_people(corpus, everyone_called(corpus, "A", "Ada"))
    sk.review(corpus, "two").undo()
    assert sk.people(corpus)["speaker"].tolist() == ["A", "B", "A"]


def test_a_name_that_looks_like_anothers_is_refused_with_the_other_or_merged(corpus):
    nfc, nfd = "Zoë", "Zoe\u0308"
    one = sk.review(corpus, "one").rename("B", nfc)
    for renamed in (lambda: one.rename("A", nfd), lambda: one.split("A", from_word=4, into=nfd)):
        with pytest.raises(OptionError, match=r"'Zoë', the service's label 'B'.*which looks the same as") as error:
            renamed()
        assert "\\u0308" in str(error.value)
    assert one.speakers == ["A", nfc]
    one.reassign(nfd, words=[0])
    assert one.words["speaker"].tolist()[:2] == [nfc, "A"]
    one.undo()
    assert one.rename("A", nfd, merge=True).speakers == [nfc]
    assert one.rename(nfd, "Bo").speakers == ["Bo"]
    with pytest.raises(OptionError, match="cannot be empty"):
        one.rename("Bo", "\u200b")
