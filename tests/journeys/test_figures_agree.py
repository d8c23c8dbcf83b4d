"""Figures that people see in different places agree, and none of them alarms without reason."""

import re

import assemblyai as aai
import pandas as pd
import pytest
from patience import wait_until

import scribekit as sk
from scribekit.widgets.confidence.data import read_words

QUICK = sk.Limits(poll_s=0.05, settle_s=0.3, backoff_s=0.05)


@pytest.fixture(scope="module")
def corpus(tmp_path_factory):
    """Sixteen recordings: two pairs are the same address, one fails, one is not there. Three were sent again, with another option."""
    home = tmp_path_factory.mktemp("figures")
    urls = [f"https://host.example/{number}.mp3?duration=600&speakers=2" for number in range(12)]
    failing = "https://host.example/bad.mp3?duration=600&fail=Audio+duration+is+too+short."
    sources = [*urls, urls[3], urls[5], failing, str(home / "missing.mp3")]
    manifest = pd.DataFrame({"recording_id": [f"r{number:02}" for number in range(16)], "source": sources, "duration_s": 600.0})
    with sk.local_service("scripted", speed=2000):
        batch = sk.submit_batch(
            manifest, aai.TranscriptionConfig(speaker_labels=True), corpus=home / "corpus", limits=QUICK, budget_usd=5.0, progress=False
        )
        sk.collect(batch, progress=False)
        again = aai.TranscriptionConfig(speaker_labels=True, filter_profanity=True)
        with pytest.warns(sk.errors.PaidAgainWarning):
            second = sk.submit_batch(manifest[:3], again, corpus=home / "corpus", limits=QUICK, progress=False)
        sk.collect(second, progress=False)
    return sk.open_corpus(home / "corpus")


@pytest.mark.parametrize("which", ["corpus", "first", "second"])
def test_a_repr_and_the_monitor_count_what_the_table_of_jobs_has(corpus, which):
    shown = {"corpus": corpus, "first": corpus.batch(1), "second": corpus.batch(2)}[which]
    jobs, monitor = shown.jobs(), sk.widgets.BatchMonitor(shown)
    counted = jobs["status"].value_counts().to_dict()
    for text in (repr(shown), repr(monitor)):
        assert f"{len(jobs)} recordings:" in text
        head = text.partition("recordings: ")[2].partition(" · ")[0]
        assert {name: int(number) for number, name in re.findall(r"(\d+) (\w+)", head)} == counted
    assert monitor.on_rows()["total"] == monitor.figures["total"] == shown.snapshot().total == len(jobs)
    assert {row["state"]: row["count"] for row in monitor.figures["states"]} == counted
    assert monitor.figures["failed"] == counted.get("error", 0) + counted.get("refused", 0)
    assert ("2 the same as another, sent once" in repr(shown)) is (which != "second")
    monitor.close()


def test_recordings_that_are_the_same_count_once_where_words_are_counted(corpus):
    words = sk.to_frame(corpus, "words")
    once = words[~words["recording_id"].isin(["r12", "r13"])]
    assert len(once) < len(words)  # the tables have each recording that was given

    word = once["text"].str.lower().str.strip(".,?!").value_counts().index[0]
    found = sk.search(corpus, word)
    assert not {"r12", "r13"} & set(found["recording_id"])
    assert len(found) == (once["text"].str.lower().str.strip(".,?!") == word).sum()
    assert set(sk.search(corpus, word, where={"recording_id": ["r12"]})["recording_id"]) == {"r12"}
    assert len(sk.search(corpus, word, where={"recording_id": ["r03", "r12"]})) == len(found[found["recording_id"] == "r03"])

    people = sk.people(corpus, progress=False)
    assert people["recording_id"].unique().tolist() == once["recording_id"].unique().tolist()
    counted = read_words(corpus)
    assert counted.n_recordings == once["recording_id"].nunique()
    assert counted.distributions.n_words == len(once)
    queue = sk.flag_for_review(corpus, below=0.99)
    assert not {"r12", "r13"} & set(queue["recording_id"])
    text = repr(sk.widgets.TranscriptSearch(corpus, word))
    assert f"of {once['recording_id'].nunique()} recordings" in text


def test_a_person_is_named_by_either_name_of_a_recording(corpus):
    before = sk.people(corpus, progress=False)
    label = before.loc[before["recording_id"] == "r05", "speaker"].iloc[0]
    sk.name_people(corpus, {"r13": {label: "Maria"}}, progress=False)
    for name in ("r05", "r13"):
        assert "Maria" in sk.to_frame(corpus, "utterances", where={"recording_id": [name]})["speaker"].tolist()
    sk.undo_edits(corpus)
    pd.testing.assert_frame_equal(sk.people(corpus, progress=False), before)


def test_the_dollars_of_a_rehearsal_are_said_to_be_none(corpus):
    monitor = sk.widgets.BatchMonitor(corpus)
    for text in (repr(corpus), corpus._repr_html_(), repr(monitor), monitor.static_html()):
        assert re.search(r"\$[\d.]+[^·<]*\(nothing is paid: a rehearsal on this machine", text)
    assert monitor.figures["is_unpaid"] is True
    monitor.close()


def test_edits_come_oldest_first_whatever_recording_they_are_of(corpus):
    for name in ("r09", "r02", "r07", "r09"):
        sk.review(corpus, name).accept(words=[0])
    edits = sk.to_frame(corpus, "edits")
    assert edits["edit_id"].is_monotonic_increasing
    assert edits["at"].is_monotonic_increasing
    assert edits["recording_id"].tolist()[-4:] == ["r09", "r02", "r07", "r09"]


def test_how_far_confidence_is_off_is_not_said_of_a_few_words(corpus):
    explorer = sk.widgets.ConfidenceExplorer(corpus)
    wait_until(lambda: explorer.summary["stage"] == "ready")
    assert explorer.summary["calibration"]["ece"] is None
    explorer.close()
    assert "too few words" in sk.plots.reliability(sk.calibrate(corpus)).get_title()
