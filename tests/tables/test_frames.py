import datetime as dt
import math
from decimal import Decimal

import assemblyai as aai
import numpy as np
import pandas as pd
import pytest

import scribekit as sk
from scribekit.base import schema
from scribekit.base.errors import NotTranscribedWarning, OptionError

LIMITS = sk.Limits(poll_s=0.05, settle_s=0.3, backoff_s=0.05)
LABELS = aai.TranscriptionConfig(speaker_labels=True)
LEVELS = list(schema.LEVELS)
NEVER_ASKED_FOR = {"chapters", "entities", "sentiments", "topics", "highlights", "content_safety", "edits"}
NEVER_ASKED_FOR |= {"translations", "summaries", "action_items", "understanding", *schema.UNREDACTED}
SPOKEN = ["transcripts", "utterances", "words"]


@pytest.fixture(scope="module")
def service():
    with sk.local_service("scripted", speed=2000, slots=50) as started:
        yield started


@pytest.fixture
def transcribed(service, tmp_path):
    """Runs a manifest through the service, into one corpus."""

    def run(rows, config=None):
        batch = sk.submit_batch(rows, config, corpus=tmp_path / "corpus", limits=LIMITS, progress=False)
        sk.collect(batch, progress=False)
        return batch

    return run


def url(name, seconds=30):
    return f"https://host.example/{name}.mp3?duration={seconds}"


def rows(*names):
    return [{"recording_id": name, "url": url(name)} for name in names]


def dtypes(frame):
    return frame.dtypes.astype(str).to_dict()


# -- frames -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("level", LEVELS)
def test_every_level_equals_its_table(transcribed, level):
    frame = sk.to_frame(transcribed(rows("a", "b"), LABELS), level)
    assert frame.empty == (level in NEVER_ASKED_FOR)
    assert dtypes(frame) == schema.LEVELS[level].dtypes
    assert list(frame.columns) == schema.LEVELS[level].names


@pytest.mark.parametrize("level", SPOKEN)
def test_a_batch_without_a_transcript_has_the_same_columns(transcribed, level):
    batch = transcribed(pd.DataFrame({"url": ["ftp://host.example/a.mp3"], "interviewer": ["Ada"]}))
    frame = sk.to_frame(batch, level)
    assert frame.empty
    assert dtypes(frame) == schema.LEVELS[level].dtypes
    joined = sk.to_frame(batch, level, with_manifest=True)
    assert joined.empty
    assert {name: dtype for name, dtype in dtypes(joined).items() if name in frame} == schema.LEVELS[level].dtypes
    assert "interviewer" in joined


def test_an_empty_manifest_is_a_batch_too(transcribed):
    batch = transcribed([])
    assert sk.to_frame(batch, with_manifest=True).empty
    assert dtypes(batch.jobs()) == schema.JOBS.dtypes


def test_recordings_come_in_manifest_order(transcribed):
    names = ["z", "a", "m"]
    batch = transcribed(rows(*names))
    assert sk.to_frame(batch)["recording_id"].tolist() == names
    words = sk.to_frame(batch, "words")
    assert words["recording_id"].drop_duplicates().tolist() == names
    assert (words.groupby("recording_id")["start_ms"].diff().dropna() >= 0).all()


@pytest.mark.parametrize(
    ("level", "meant"),
    [
        *(("turns", "utterances"), ("Turn", "utterances"), ("segments", "utterances"), ("tokens", "words"), ("WORDS", "words")),
        *(("text", "transcripts"), ("status", "jobs"), ("corrections", "edits"), ("key phrases", "highlights")),
        ("summarization", "summaries"),
    ],
)
def test_a_level_by_its_ordinary_name_is_refused_with_the_right_one(transcribed, level, meant):
    for verb in (sk.to_frame, sk.scan_frame):
        with pytest.raises(OptionError, match=f"There is no level '{level}'. Did you mean '{meant}'?"):
            verb(transcribed([]), level)


def test_a_table_without_transcripts_says_why_it_is_empty(service, transcribed, tmp_path, recwarn):
    refused = transcribed(pd.DataFrame({"url": ["ftp://host.example/a.mp3"]}))
    for verb in (sk.to_frame, sk.people, lambda corpus: sk.export(corpus, tmp_path / "out")):
        with pytest.warns(NotTranscribedWarning, match=r"No recording was transcribed \(refused 1\). sk.to_frame\(corpus, 'jobs'\)"):
            assert verb(refused).empty
    with pytest.warns(NotTranscribedWarning, match="No recording was transcribed"):
        assert sk.scan_frame(refused).count_rows() == 0
    recwarn.clear()
    assert len(sk.to_frame(refused, "jobs")) == 1
    assert not [one for one in recwarn if one.category is NotTranscribedWarning]


def test_a_table_before_collect_says_what_to_do_first(service, tmp_path):
    batch = sk.submit_batch([{"url": url("long", 36_000)}], corpus=tmp_path / "c", limits=LIMITS, progress=False)
    with pytest.warns(NotTranscribedWarning, match=r"There are no transcripts yet \((queued|processing) 1\). Run sk.collect first."):
        assert sk.to_frame(batch).empty


def test_an_unknown_level_is_refused_with_the_nearest_name(transcribed):
    with pytest.raises(OptionError, match="'words'"):
        sk.to_frame(transcribed(rows("a")), "word")


def test_duplicates_have_the_same_transcript_under_their_own_names(transcribed):
    batch = transcribed([{"recording_id": name, "url": url("same")} for name in ("first", "second")])
    frame = sk.to_frame(batch)
    assert frame["recording_id"].tolist() == ["first", "second"]
    assert frame["text"].nunique() == 1
    assert batch.jobs()["cost_usd"].gt(0).tolist() == [True, False]


PROVENANCE = [name for name in schema.PROVENANCE.names if name != "recording_id"]


@pytest.mark.parametrize("level", LEVELS)
def test_provenance_adds_the_columns_that_a_level_lacks(transcribed, level):
    batch = transcribed([*rows("a", "b"), {"recording_id": "c", "url": "ftp://host.example/c.mp3"}], LABELS)
    frame = sk.to_frame(batch, level, provenance=True)
    own, added = schema.LEVELS[level].dtypes, schema.PROVENANCE.dtypes
    assert dtypes(frame) == own | {name: dtype for name, dtype in added.items() if name not in own}
    assert len(frame) == len(sk.to_frame(batch, level))
    finished = frame[frame["recording_id"].isin(["a", "b"])]
    assert not finished[[name for name in PROVENANCE if name not in own]].isna().any(axis=None)


def test_the_options_hash_tells_options_apart_and_nothing_else(transcribed, tmp_path):
    transcribed(rows("a", "b"), LABELS)
    transcribed(rows("c"))
    corpus = sk.open_corpus(tmp_path / "corpus")
    words = sk.to_frame(corpus, "words", provenance=True)
    hashes = words.groupby("recording_id")["options_hash"].unique()
    assert [len(found) for found in hashes] == [1, 1, 1]
    assert hashes["a"][0] == hashes["b"][0] != hashes["c"][0]
    jobs = corpus.jobs().set_index("recording_id")
    first = words.drop_duplicates("recording_id").set_index("recording_id")
    assert first["transcript_id"].tolist() == jobs["transcript_id"].loc[first.index].tolist()
    assert first["collected_at"].tolist() == jobs["completed_at"].loc[first.index].tolist()
    assert first["engine"].str.startswith("scripted").all()


# -- columns and conditions -------------------------------------------------------------------------------------------


def test_columns_come_in_the_order_asked_for_wherever_they_stand(transcribed):
    batch = transcribed(with_user_columns(interviewer=["Ada", "Bo"], text=["mine", "mine"]))
    asked = ["interviewer", "text", "text_manifest", "options_hash", "start_ms"]
    frame = sk.to_frame(batch, "words", columns=asked, with_manifest=True, provenance=True)
    assert list(frame) == asked
    whole = sk.to_frame(batch, "words", with_manifest=True, provenance=True)
    pd.testing.assert_frame_equal(frame, whole[asked])


def test_a_condition_may_name_recordings_columns_and_what_the_manifest_says(transcribed):
    batch = transcribed(with_user_columns(interviewer=["Ada", "Bo"]), LABELS)
    words = sk.to_frame(batch, "words")
    bo = sk.to_frame(batch, "words", where={"interviewer": "Bo", "speaker": "A"})
    expected = words[(words["recording_id"] == "b") & (words["speaker"] == "A")].reset_index(drop=True)
    pd.testing.assert_frame_equal(bo, expected)
    assert sk.to_frame(batch, "jobs", where={"recording_id": "b"}, columns=["status"])["status"].tolist() == ["completed"]
    assert sk.to_frame(batch, "words", where={"recording_id": "nobody"}).empty


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"columns": ["txt"]}, "Did you mean 'text'"),
        ({"columns": ["interviewer"]}, "no column 'interviewer'"),
        ({"columns": ["interviewer"]}, "It comes with with_manifest=True"),
        ({"columns": ["text", "model"]}, "no column 'model' here. It comes with provenance=True"),
        ({"columns": ["recording"], "with_manifest": True}, "Did you mean 'recording_id'"),
        ({"where": {"zzz": 1}}, "interviewer, problem, recording_id, sample_rate_hz, sha256"),
        ({"columns": 7}, "takes a name or a list of names"),
        ({"where": {"speakr": "A"}}, "Did you mean 'speaker'"),
        ({"where": {"intervewer": "A"}}, "Did you mean 'interviewer'"),
        ({"where": {"recording_id": 7}}, "'recording_id' holds values"),
        ({"where": "speaker = 'A'"}, "a dict of column → value"),
    ],
)
def test_what_is_not_there_is_refused_with_the_nearest_name(transcribed, options, message):
    batch = transcribed(with_user_columns(interviewer=["Ada", "Bo"]))
    with pytest.raises(OptionError, match=message):
        sk.to_frame(batch, "words", **options)


# -- with the manifest ------------------------------------------------------------------------------------------------

USER_COLUMNS = pd.DataFrame(
    {
        "day": pd.to_datetime(["2024-02-29", None]),
        "moment": pd.to_datetime(["2024-02-29T12:00Z", "2024-03-01T00:00Z"]),
        "kind": pd.Categorical(["call", "meeting"], categories=["meeting", "call", "other"], ordered=True),
        "consent": [True, False],
        "consent_maybe": pd.array([True, None], dtype="boolean"),
        "age": pd.array([30, None], dtype="Int64"),
        "price": [1.5, np.nan],
        "place": ["Zürich", None],
        "length": pd.to_timedelta(["1h", "2h"]),
    }
)


def with_user_columns(**columns):
    return pd.DataFrame({"recording_id": ["a", "b"], "url": [url("a"), url("b")], **columns})


def test_the_users_columns_keep_their_types_and_values(transcribed):
    batch = transcribed(with_user_columns(**USER_COLUMNS))
    frame = sk.to_frame(batch, with_manifest=True)
    pd.testing.assert_frame_equal(frame[list(USER_COLUMNS)], USER_COLUMNS)


def test_columns_of_python_objects_keep_what_parquet_can_hold(transcribed):
    given = {
        "born": [dt.date(1990, 1, 2), None],
        "fee": [Decimal("1.10"), Decimal("2.20")],
        "tags": [["x", "y"], ["z"]],
        "flag": pd.Series([True, None], dtype="object"),
    }
    frame = sk.to_frame(transcribed(with_user_columns(**given)), with_manifest=True)
    assert frame["born"].tolist() == given["born"]
    assert frame["fee"].tolist() == given["fee"]
    assert [list(tags) for tags in frame["tags"]] == given["tags"]
    assert frame["flag"].tolist() == [True, None]


MIXED = {
    "numbers and texts": ([1, "two"], ["1", "two"]),
    "lists and a blank": ([["x"], math.nan], [["x"], None]),
    "lists and texts": ([["x"], "y"], ["['x']", "y"]),
    "a text and NaN": (pd.Series(["x", math.nan], dtype="object"), ["x", None]),
    "a number and NA": (pd.Series([1, pd.NA], dtype="object"), [1, None]),
    "empty dicts": ([{}, {}], ["{}", "{}"]),
    "huge numbers": ([10**30, 1], [str(10**30), "1"]),
    "complex numbers": ([1j, 2j], ["1j", "2j"]),
}


@pytest.mark.parametrize(("given", "expected"), MIXED.values(), ids=MIXED.keys())
def test_a_column_that_parquet_cannot_hold_comes_back_as_text_and_blanks_stay_blank(transcribed, given, expected):
    frame = sk.to_frame(transcribed(with_user_columns(mixed=given)), with_manifest=True)
    values = [list(value) if isinstance(value, np.ndarray) else None if pd.isna(value) else value for value in frame["mixed"]]
    assert values == expected


def test_key_terms_for_some_rows_only(transcribed):
    batch = transcribed(with_user_columns(keyterms_prompt=[["Zürich"], math.nan]))
    assert batch.jobs()["status"].tolist() == ["completed", "completed"]


def test_manifest_columns_come_to_every_word(transcribed):
    batch = transcribed(with_user_columns(interviewer=["Ada", "Bo"]))
    words = sk.to_frame(batch, "words", with_manifest=True)
    assert dict(words.groupby("recording_id")["interviewer"].unique().map(list)) == {"a": ["Ada"], "b": ["Bo"]}
    assert len(words) == len(sk.to_frame(batch, "words"))


def test_a_manifest_column_with_the_name_of_ours_gets_a_suffix(transcribed):
    frame = sk.to_frame(transcribed(with_user_columns(text=["mine", "mine"])), with_manifest=True)
    assert frame["text_manifest"].tolist() == ["mine", "mine"]
    assert (frame["text"] != "mine").all()
    both = sk.to_frame(transcribed(with_user_columns(text=["mine", "mine"], text_manifest=["x", "y"])), "words", with_manifest=True)
    assert both.columns.is_unique
    assert both.groupby("recording_id")["text_manifest"].first().tolist() == ["x", "y"]
    assert set(both["text_manifest_manifest"]) == {"mine"}


def test_a_column_that_was_added_later_is_there(transcribed):
    transcribed(with_user_columns())
    frame = sk.to_frame(transcribed(with_user_columns(interviewer=["Ada", "Bo"])), with_manifest=True)
    assert frame["interviewer"].tolist() == ["Ada", "Bo"]


# -- several batches --------------------------------------------------------------------------------------------------


def test_of_several_batches_the_latest_counts(transcribed, tmp_path):
    first = transcribed(rows("a", "b"))
    second = transcribed(rows("b", "c"), LABELS)
    corpus = sk.open_corpus(tmp_path / "corpus")
    frame = sk.to_frame(corpus)
    assert frame["recording_id"].tolist() == ["a", "b", "c"]
    latest = sk.to_frame(second).set_index("recording_id")["transcript_id"]
    assert frame["transcript_id"].tolist() == [first.jobs()["transcript_id"][0], latest["b"], latest["c"]]
    assert set(sk.to_frame(corpus, "utterances")["recording_id"]) == {"b", "c"}


def test_columns_of_several_batches_are_put_side_by_side(transcribed, tmp_path):
    transcribed([{"recording_id": "a", "url": url("a"), "speaker": "Ada"}])
    transcribed([{"recording_id": "b", "url": url("b"), "place": "Zürich"}])
    frame = sk.to_frame(sk.open_corpus(tmp_path / "corpus"), with_manifest=True).set_index("recording_id")
    assert frame["speaker"]["a"] == "Ada"
    assert frame["place"]["b"] == "Zürich"
    assert pd.isna(frame["place"]["a"])
