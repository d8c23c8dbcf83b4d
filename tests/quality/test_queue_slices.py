import corpora
import pandas as pd
import pytest

import scribekit as sk
from scribekit.base.schema import REVIEW_QUEUE
from scribekit.quality.confidence import Distributions, Selection
from scribekit.quality.queue_slices import QueueSlices

SAID = {
    "a.mp3": [("A", "well the old bridge was built in iron."), ("B", "yes."), ("A", "thank you thank you thank you thank you.")],
    "b.mp3": [("A", "the river runs below it."), ("B", "nobody knows who drew the plans.")],
    "c.mp3": "no speakers are told here. it is a lecture.",
}


def certainty(word):
    return 0.4 + 0.05 * len(word)


@pytest.fixture
def corpus(tmp_path):
    return corpora.store(tmp_path / "corpus", SAID, {"kind": ["talk", "call", "talk"]}, confidence=certainty)


@pytest.fixture
def distributions(corpus):
    kinds = pd.DataFrame({"kind": ["talk", "call", "talk"]}, index=list(SAID))
    return Distributions(sk.to_frame(corpus, "words"), kinds, lambda confidence: 1 - confidence)


def slices_of(corpus, part):
    whole, always = (sk.flag_for_review(corpus, below=below, by=part) for below in (1.0, 0.0))
    return QueueSlices(whole, always, whole_recordings=part == "transcript")


@pytest.mark.parametrize("part", ["utterance", "sentence", "transcript"])
@pytest.mark.parametrize("below", [0.0, 0.5, 0.61, 0.65, 1.0])
def test_a_slice_of_the_whole_queue_is_the_queue_for_its_threshold(corpus, distributions, part, below):
    slices = slices_of(corpus, part)
    found = slices.slice(distributions, Selection(), below=below)
    expected = sk.flag_for_review(corpus, below=below, by=part)
    rows = slices.rows.iloc[found.index]
    assert (
        rows[["recording_id", "start_ms", "text"]].to_numpy().tolist() == expected[["recording_id", "start_ms", "text"]].to_numpy().tolist()
    )
    assert found.minutes.tolist() == pytest.approx(expected["cumulative_minutes"].tolist())
    assert found.share.tolist() == pytest.approx(expected["share_of_errors"].tolist())
    assert [slices.reasons(at, below=below) for at in found.index] == expected["reasons"].tolist()


def test_a_selection_leaves_the_parts_that_hold_one_of_its_words(corpus, distributions):
    queue = slices_of(corpus, "utterance")

    def texts(selection):
        return set(queue.rows["text"].iloc[queue.slice(distributions, selection, below=1.0).index])

    assert texts(Selection(picked={"speaker": frozenset("B")})) == {"yes.", "nobody knows who drew the plans."}
    assert texts(Selection(picked={"speaker": frozenset("A"), "kind": frozenset(["call"])})) == {"the river runs below it."}
    assert texts(Selection(low=70)) == {
        "well the old bridge was built in iron.",
        "nobody knows who drew the plans.",
        "no speakers are told here.",
        "it is a lecture.",
    }


def test_whole_transcripts_are_narrowed_by_any_of_their_words(corpus, distributions):
    queue = slices_of(corpus, "transcript")
    found = queue.slice(distributions, Selection(picked={"speaker": frozenset("B")}), below=1.0)
    assert set(queue.rows["recording_id"].iloc[found.index]) == {"a.mp3", "b.mp3"}


def test_the_effort_is_the_first_row_by_which_a_share_is_found(corpus, distributions):
    queue = slices_of(corpus, "sentence")
    whole = queue.slice(distributions, Selection(), below=1.0)
    for share, rows, minutes in filter(None, whole.effort([0.25, 0.5, 1.0])):
        assert whole.share[rows - 1] >= share - 1e-9
        assert rows == 1 or whole.share[rows - 2] < share
        assert minutes == whole.minutes[rows - 1]
    assert queue.slice(distributions, Selection(picked={"speaker": frozenset("B")}), below=1.0).effort([0.9]) == [None]


def test_a_queue_without_rows_has_no_slice(distributions):
    found = QueueSlices(REVIEW_QUEUE.frame(), REVIEW_QUEUE.frame(), whole_recordings=False).slice(
        distributions, Selection(high=50), below=0.9
    )
    assert (len(found.index), found.effort([0.5])) == (0, [None])
