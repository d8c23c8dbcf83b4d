import io
import wave

import corpora
import pytest
from page import idle

import scribekit as sk
from scribekit.base.errors import OptionError, ScribekitError
from scribekit.quality.calibration import fit
from scribekit.widgets.confidence.widget import ConfidenceExplorer


def opened(explorer, text):
    """The part whose words begin so."""
    key = next(row["key"] for row in explorer.on_queue(0, 50)["rows"] if row["text"].startswith(text))
    return explorer.on_part(key)


def judge(explorer, part, action, words=None, text=""):
    chosen = [word["word_index"] for word in part["words"]] if words is None else words
    answer = explorer.on_judge(part["key"], action, chosen, part["last_edit"], text)
    idle(explorer)
    return answer


def test_the_summary_and_figures_are_those_of_the_words(explore, corpus):
    explorer = explore()
    words = sk.to_frame(corpus, "words")
    assert (explorer.summary["stage"], explorer.summary["n_words"], explorer.summary["n_recordings"]) == ("ready", len(words), 2)
    assert explorer.summary["dimensions"] == ["recording", "speaker", "kind"]
    assert sum(explorer.on_change_view(explorer.view)["histogram"]["words"][:90]) == (words["confidence"] < 0.9).sum()


def test_what_is_picked_narrows_groups_and_queue_and_is_remembered_in_the_view(explore):
    explorer = explore()
    view = {**explorer.view, "by": "speaker", "picked": {"recording": ["b.mp3"]}}
    figures = explorer.on_change_view(view)
    assert explorer.view == view
    assert [row["group"] for row in explorer.on_groups(0, 10)["rows"]] == ["A", "C"]
    assert {row["recording_id"] for row in explorer.on_queue(0, 50)["rows"]} == {"b.mp3"}
    assert figures["queue"]["total"]["rows"] == explorer.on_queue(0, 1)["total"] == 2


def test_a_change_of_the_view_brings_the_rows_of_the_new_view(explore):
    explorer = explore()
    view = {**explorer.view, "by": "speaker", "picked": {"recording": ["b.mp3"]}}
    figures = explorer.on_change_view(view, groups={"first": 0, "count": 9, "sort": None}, queue={"first": 0, "count": 9})
    assert figures["group_rows"] == explorer.on_groups(0, 9)
    assert figures["queue_rows"] == explorer.on_queue(0, 9)


def test_nothing_is_wrong_while_the_words_are_still_being_read(corpus):
    waiting = []

    class Slow(ConfidenceExplorer):
        def in_background(self, work):
            waiting.append(work)

    explorer = Slow(corpus)
    assert explorer.on_groups(0, 5) == explorer.on_queue(0, 5) == {"total": 0, "rows": []}
    with pytest.raises(ScribekitError, match="still being read"):
        explorer.on_change_view(explorer.view)
    explorer.close()


def test_groups_are_sorted_as_asked_and_given_by_the_page(explore):
    explorer = explore(by="kind")
    found = explorer.on_groups(1, 1, {"column": "mean", "descending": False})
    by_mean = explorer.on_groups(0, 2, {"column": "mean", "descending": False})["rows"]
    assert (found["total"], found["rows"]) == (2, by_mean[1:])
    assert by_mean[0]["mean"] < by_mean[1]["mean"]


def test_accepting_correcting_and_rejecting_are_in_the_corpus_at_once(explore, corpus):
    explorer = explore()
    part = opened(explorer, "the old brige")
    judge(explorer, part, "correct", [2], "bridge")
    judge(explorer, opened(explorer, "a brige"), "reject", [0])
    judge(explorer, opened(explorer, "nobody"), "accept")
    words = sk.to_frame(corpus, "words")
    assert (
        " ".join(words["text"])
        == "the old bridge was built in iron so they say well yes brige of wood stood there before nobody <b>knows</b> who drew it"
    )
    assert sk.to_frame(corpus, "edits")["action"].tolist() == ["correct", "reject", "accept"]
    assert sorted(row["mark"] for row in explorer.on_queue(0, 50)["rows"] if row["mark"]) == ["accepted", "corrected", "rejected"]
    assert explorer.summary["n_unrated"] == 1
    assert explorer.summary["queue"]["is_stale"]


def test_expected_errors_fall_with_every_word_that_is_judged(explore):
    explorer = explore()
    before = sum(explorer.on_change_view(explorer.view)["histogram"]["errors"])
    judge(explorer, opened(explorer, "nobody"), "accept")
    after = sum(explorer.on_change_view(explorer.view)["histogram"]["errors"])
    assert before - after == pytest.approx(0.5 + 4 * 0.05)


def test_ranking_again_leaves_out_what_was_judged(explore):
    explorer = explore()
    before = explorer.on_queue(0, 50)["total"]
    judge(explorer, opened(explorer, "nobody"), "accept")
    explorer.on_rank()
    idle(explorer)
    rows = explorer.on_queue(0, 50)
    assert rows["total"] == before - 1
    assert [row["mark"] for row in rows["rows"]] == [None] * rows["total"]
    assert not explorer.summary["queue"]["is_stale"]


def test_words_that_were_edited_elsewhere_are_not_judged_by_their_old_places(explore, corpus):
    explorer = explore()
    part = opened(explorer, "a brige")
    sk.review(corpus, "b.mp3").reject(words=[0])
    with pytest.raises(ScribekitError, match="edited elsewhere"):
        explorer.on_judge(part["key"], "reject", [1], part["last_edit"])
    assert sk.to_frame(corpus, "words", where={"recording_id": "b.mp3"})["text"].tolist()[0] == "brige"


def test_a_part_of_a_queue_that_was_ranked_again_is_refused_in_a_sentence(explore):
    explorer = explore()
    key = explorer.on_queue(0, 1)["rows"][0]["key"]
    explorer.on_rank()
    idle(explorer)
    with pytest.raises(ScribekitError, match="ranked again"):
        explorer.on_part(key)


def test_a_correction_everywhere_is_looked_at_chosen_made_and_undone_as_one(explore, corpus):
    explorer = explore()
    assert explorer.on_propose("brige", "bridge") == {"total": 2, "recordings": 2}
    shown = explorer.on_proposals(0, 10)["rows"]
    assert [(row["at"], row["text"], row["to"]) for row in shown] == [(0, "brige", "bridge"), (1, "brige", "bridge")]
    assert explorer.on_apply([0, 1]) == {"made": 2}
    assert "brige" not in sk.to_frame(corpus, "words")["text"].tolist()
    assert explorer.on_undo() == {"undone": 2}
    assert sk.to_frame(corpus, "words")["text"].tolist().count("brige") == 2
    with pytest.raises(ScribekitError, match="Find the places again"):
        explorer.on_apply([0])


def test_an_undo_takes_the_mark_from_its_row(explore):
    explorer = explore()
    first, second = opened(explorer, "the old brige"), opened(explorer, "nobody")
    judge(explorer, first, "accept")
    judge(explorer, second, "accept")
    explorer.on_undo()
    assert explorer.on_part(first["key"])["mark"] == "accepted"
    assert explorer.on_part(second["key"])["mark"] is None


def test_a_clip_is_the_sound_around_the_words(explore):
    answer = explore().on_clip("a.mp3", 1000, 3000)
    assert answer.value == {"from_ms": 700}
    with wave.open(io.BytesIO(answer.buffers[0])) as clip:
        assert clip.getnframes() / clip.getframerate() == pytest.approx(2.6, abs=0.01)


def test_a_calibration_that_was_given_is_shown(explore):
    found = explore(calibration=fit([0.2] * 500 + [0.95] * 500, [True] * 1000)).summary["calibration"]
    assert (found["n_words"], found["rests_on"], found["is_used"]) == (1000, "given calibration", True)


def test_references_that_fit_no_recording_are_told_to_the_reader_and_not_swallowed(explore):
    explorer = explore(references={"nowhere.mp3": "x"})
    assert explorer.summary["stage"] == "reading"
    assert "being read" in str(explorer)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"below": 1.5}, "from 0 to 1"),
        ({"part": "utterances"}, "Did you mean 'utterance'"),
        ({"by": "kinds"}, "Did you mean 'kind'"),
        ({"references": {"a.mp3": "x"}, "calibration": fit([0.5], [True])}, "not both"),
    ],
)
def test_what_is_not_understood_is_refused_before_anything_is_read(corpus, options, message):
    with pytest.raises(OptionError, match=message):
        ConfidenceExplorer(corpus, **options)


def test_a_corpus_without_transcripts_is_told_in_a_sentence(tmp_path):
    corpora.store(tmp_path / "empty", {"x.mp3": ""})
    explorer = ConfidenceExplorer(sk.open_corpus(tmp_path / "empty"))
    idle(explorer)
    assert "no words with a confidence yet" in explorer.static_html()
    assert explorer.on_queue(0, 5) == {"total": 0, "rows": []}
    assert explorer.on_groups(0, 5) == {"total": 0, "rows": []}
    explorer.close()
