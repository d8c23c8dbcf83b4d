"""What of a corpus is worth a listen, before and after people have worked on it."""

import pytest
from corpora import store

import scribekit as sk

TALK = [("A", "one two three"), ("B", "four five six seven"), ("C", "eight nine ten")]


@pytest.fixture
def corpus(tmp_path):
    return store(tmp_path / "corpus", {"a": TALK, "b": TALK}, confidence=lambda word: 0.3)


def queued(corpus, **options):
    """The words in the queue of recording a."""
    queue = sk.flag_for_review(corpus, by="utterance", **options)
    return sorted(" ".join(queue.loc[queue["recording_id"] == "a", "text"]).split())


@pytest.mark.parametrize(
    "act",
    [
        lambda review: review.merge(["B", "C"], into="A"),
        lambda review: review.move_boundary(1, 2),
        lambda review: review.split("B", from_word=4, into="D"),
        lambda review: review.reassign("A", utterance=1),
        lambda review: review.rename("B", "Bea"),
    ],
)
def test_words_that_another_said_have_still_to_be_checked(corpus, act):
    before = sk.flag_for_review(corpus, by="utterance")["expected_errors"].sum()
    everything = queued(corpus)
    act(sk.review(corpus, "a"))
    assert queued(corpus) == everything
    assert sk.flag_for_review(corpus, by="utterance")["expected_errors"].sum() == pytest.approx(before)


def test_words_whose_text_was_judged_or_typed_are_done_with(corpus):
    review = sk.review(corpus, "a")
    review.accept(utterance=0)
    review.correct("vier fünf six", utterance=1)
    assert queued(corpus) == ["eight", "nine", "ten"]
    review.reassign("A", utterance=1)
    assert queued(corpus) == ["eight", "nine", "ten"]


def test_a_recording_that_is_done_is_out_of_the_queue_until_it_changes(corpus):
    sk.review(corpus, "a").done()
    assert queued(corpus) == []
    assert len(queued(corpus, reviewed=False)) == 10
    sk.review(corpus, "a").rename("A", "Ann")
    assert len(queued(corpus)) == 10
