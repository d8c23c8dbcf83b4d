import corpora

import scribekit as sk
from scribekit.quality.calibration import fit
from scribekit.quality.confidence import Selection
from scribekit.widgets.confidence.data import calibration_summary, rank_queue, read_words, words_of_part


def first_row(corpus, text="", part="utterance"):
    """The first row of the queue whose words begin so."""
    rows = rank_queue(corpus, part, read_words(corpus), 1).slices.rows
    return rows[rows["text"].str.startswith(text)].iloc[0]


def expected_errors(words):
    return sum(words.distributions.histogram(Selection())["errors"])


def test_parts_of_one_speaker_hold_only_their_words_and_know_what_is_around(corpus):
    part = words_of_part(sk.review(corpus, "a.mp3"), first_row(corpus, "so they say"), whole=False)
    assert [word["text"] for word in part["words"]] == ["so", "they", "say"]
    assert part["before"].endswith("built in iron")
    assert part["after"].startswith("well yes")


def test_a_long_transcript_is_shown_from_its_least_certain_words_on(tmp_path, confidence):
    text = " ".join(["sure"] * 400 + ["brige"] * 5 + ["sure"] * 400)
    long = corpora.store(tmp_path / "long", {"x.mp3": text}, confidence=confidence)
    row, review = first_row(long, part="transcript"), sk.review(long, "x.mp3")
    part = words_of_part(review, row, whole=True)
    assert (len(part["words"]), part["total"], part["page_size"]) == (240, 805, 240)
    assert [word["text"] for word in part["words"]].count("brige") == 5
    assert words_of_part(review, row, whole=True, first=700)["words"][-1]["word_index"] == 804


def test_expected_errors_follow_a_calibration(corpus):
    words = read_words(corpus, calibration=fit([0.2] * 500 + [0.95] * 500, [True] * 1000))
    assert expected_errors(words) < 0.2
    assert words.is_used


def test_references_tell_what_the_confidences_are_worth(corpus):
    found = calibration_summary(read_words(corpus, references={"a.mp3": "the old bridge was built in iron so they say well yes"}))
    assert (found["n_words"], found["rests_on"], found["is_used"]) == (12, "references", True)
    assert [row["accuracy"] for row in found["bins"]] == [0.0, 1.0]


def test_a_calibration_from_a_few_judged_words_is_not_used(corpus):
    assert calibration_summary(read_words(corpus)) is None
    sk.review(corpus, "b.mp3").accept(words=[7, 8, 9, 10, 11])
    found = calibration_summary(read_words(corpus))
    assert (found["n_words"], found["rests_on"], found["is_used"]) == (5, "reviewed words", False)
