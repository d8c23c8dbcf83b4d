import json

import pytest
from corpora import payload, store, texts

import scribekit as sk
from scribekit.base.errors import OptionError


def test_a_recording_that_is_not_there_is_refused(corpus):
    with pytest.raises(OptionError, match="Did you mean 'one'"):
        sk.review(corpus, "onee")


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
    assert one.current.judgements == {}
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


def test_words_that_differ_in_vowel_signs_are_different_words(tmp_path):
    corpus = store(tmp_path / "hindi", {"a": "राम की किताब का पता"}, confidence=lambda _: 0.4)
    assert sk.propose_correction(corpus, "की", "के")["text"].tolist() == ["की"]
    one = sk.review(corpus, "a").correct("के", words=1)
    assert one.current.judgements == {1: False}
    assert one.words["confidence"].isna().tolist() == [False, True, False, False, False]


def test_the_table_of_sentiments_follows_the_words_and_its_text_is_as_received(tmp_path):
    raw = json.loads(payload("t", [("A", "I love this"), ("B", "so do I")]))
    spoken = {"text": "I love this", "start": 0, "end": 1400, "sentiment": "POSITIVE", "confidence": 0.9, "speaker": "A"}
    corpus = store(tmp_path / "judged", {"a": json.dumps(raw | {"sentiment_analysis_results": [spoken]}).encode()})
    sk.review(corpus, "a").reassign("Ada", utterance=0).correct("adore", words=1)
    assert sk.to_frame(corpus, "sentiments")[["speaker", "text"]].to_numpy().tolist() == [["Ada", "I love this"]]
    assert sk.to_frame(corpus, "sentiments", reviewed=False)["speaker"].tolist() == ["A"]
