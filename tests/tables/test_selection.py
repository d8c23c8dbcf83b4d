import json

import corpora
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from corpora import store
from examples import examples
from hypothesis import given
from hypothesis import strategies as st
from tabled import SPOKEN, assert_equal_either_way, files, from_payloads, talk, talks

import scribekit as sk
from scribekit.base import schema
from scribekit.base.errors import LedgerError, OptionError
from scribekit.corpus.ledger import Ledger
from scribekit.tables import selection
from scribekit.tables.store import FOLDER

pytestmark = pytest.mark.usefixtures("small_parts")


NAMES = st.sampled_from([f"r{number}" for number in range(8)])


BATCHES = st.lists(st.lists(NAMES, unique=True, max_size=6), min_size=1, max_size=4)


@given(batches=BATCHES, peeks=st.lists(st.booleans(), min_size=4, max_size=4), seed=st.integers(0, 99))
@examples(25)
def test_tables_and_payloads_give_equal_frames_whatever_was_submitted_when(tmp_path_factory, batches, peeks, seed):
    folder = tmp_path_factory.mktemp("corpora") / "corpus"
    handles = []
    for number, names in enumerate(batches):
        said = {name: talk(f"{seed} {number} {name}") for name in names}
        handles.append(store(folder, said, number=number))
        if peeks[number]:
            sk.to_frame(handles[-1], "words")
    for scope in (sk.open_corpus(folder), *handles):
        assert_equal_either_way(scope, SPOKEN)
        words = from_payloads(scope, "words", reviewed=False)
        scanned = sk.scan_frame(scope).to_table().to_pandas()
        assert sorted(zip(scanned["recording_id"], scanned["word_index"], scanned["text"], strict=True)) == sorted(
            zip(words["recording_id"], words["word_index"], words["text"], strict=True)
        )


def rich_payload(transcript_id, turns):
    body = json.loads(corpora.payload(transcript_id, turns))
    body |= {
        "engine": {"name": "scripted", "version": "1"},
        "chapters": [{"start": 0, "end": 9, "gist": "g", "headline": "h", "summary": "s"}, {"gist": "no times"}],
        "entities": [{"entity_type": "person_name", "text": "Ada", "start": 1, "end": 2}],
        "auto_highlights_result": {"results": [{"text": "so", "rank": 0.5, "count": 2, "timestamps": [{"start": 0, "end": 1}]}]},
        "language_code": "en",
        "language_confidence": 0.75,
    }
    if body["words"]:
        body["words"][0] |= {"start": 9**9, "confidence": None}
    return json.dumps(body).encode()


@pytest.fixture
def rich(folder, monkeypatch):
    plain = corpora.payload
    monkeypatch.setattr(corpora, "payload", lambda *given: rich_payload_of(plain, *given))
    return store(folder, talks("a", "b", "c", "d", "e"), {"year": [2001, 2002, 2001, 2002, 2001]})


def rich_payload_of(plain, transcript_id, turns):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(corpora, "payload", plain)
        return rich_payload(transcript_id, turns)


@pytest.mark.long
@pytest.mark.parametrize("options", [{}, {"provenance": True}, {"with_manifest": True}, {"provenance": True, "with_manifest": True}])
def test_every_level_is_equal_with_all_that_can_stand_beside_it(rich, options):
    assert_equal_either_way(rich, **options)
    assert set(sk.to_frame(rich, "words")["time_source"]) == {"service", "repaired"}
    assert len(sk.to_frame(rich, "chapters")) == 10


@pytest.mark.parametrize("harm", [b"\xff", rb"\ud83d"])
def test_a_transcript_that_is_not_quite_json_costs_neither_itself_nor_the_others(folder, tmp_path, harm):
    odd = corpora.payload("t", [("A", "river HARM on")]).replace(b"HARM", harm).replace(b"0.9", b"1e400")
    batch = store(folder, {"a": [("A", "a river")], "b": odd, "c": [("B", "the river")]})
    assert_equal_either_way(batch, provenance=True)
    assert sk.to_frame(batch, "words")["text"].tolist() == ["a", "river", "river", "\ufffd", "on", "the", "river"]
    assert sk.search(batch, "river")["recording_id"].tolist() == ["a", "b", "c"]
    sk.review(batch, "b").rename("A", "Ada")
    assert sk.to_frame(batch, "words", where={"speaker": "Ada"})["text"].tolist() == ["river", "\ufffd", "on"]
    assert len(sk.export(batch, tmp_path / "out", progress=False)) == 15


WHERE = {
    "a value": {"speaker": "A"},
    "values": {"speaker": ["A", "C"]},
    "two columns": {"speaker": "A", "text": ["so", "we"]},
    "a number": {"start_ms": 500},
    "missing": {"confidence": None},
    "a recording": {"recording_id": "b"},
    "recordings, and a value": {"recording_id": ["e", "b", "nobody"], "speaker": "B"},
    "the manifest": {"year": 2001, "speaker": "B"},
    "the manifest and a recording": {"year": [2001], "recording_id": ["a", "b"]},
    "nothing": {},
    "nobody": {"recording_id": []},
    "an expression": (pc.field("end_ms") - pc.field("start_ms") > 1) & (pc.field("speaker") == "A"),
    "functions of texts": pc.starts_with(pc.field("recording_id"), "b") | pc.match_like(pc.field("speaker"), "A%"),
    "an expression on missing values": pc.field("confidence").is_null() | (pc.field("recording_id") == "d"),
}


@pytest.mark.parametrize("where", WHERE.values(), ids=WHERE)
def test_conditions_and_columns_are_pushed_down_with_equal_answers(rich, where):
    assert_equal_either_way(rich, ["words"], where=where)
    assert_equal_either_way(rich, ["words"], where=where, columns=["text", "recording_id"])
    assert_equal_either_way(rich, ["words"], where=where, columns=["text", "year", "model"], provenance=True, with_manifest=True)
    assert list(sk.to_frame(rich, "words", columns=["end_ms", "text"], where=where)) == ["end_ms", "text"]


def test_functions_of_texts_are_pushed_down_too(rich, monkeypatch):
    sk.build_tables(rich, progress=False)
    monkeypatch.setattr(Ledger, "payloads", None)
    found = sk.to_frame(rich, "words", where=pc.starts_with(pc.field("recording_id"), "b"))
    assert set(found["recording_id"]) == {"b"}
    dataset = sk.scan_frame(rich, progress=False)
    assert dataset.to_table(filter=pc.starts_with(pc.field("recording_id").cast("large_string"), "b")).num_rows == len(found)
    lazy = pl.scan_pyarrow_dataset(dataset).filter(pl.col("recording_id").cast(pl.String).str.starts_with("b"))
    assert len(lazy.collect()) == len(found)


@pytest.mark.parametrize("condition", [pc.field("word_index") / 0 > 1, pc.field("text").cast("int64") > 1], ids=["by zero", "no number"])
def test_what_cannot_be_evaluated_is_refused_and_forgets_no_table(rich, monkeypatch, condition):
    sk.build_tables(rich, progress=False)
    before = files(rich.path)
    for frame_of in (sk.to_frame, from_payloads):
        with pytest.raises(OptionError, match="cannot be evaluated on every row of the table 'words'"):
            frame_of(rich, "words", where=condition)
    monkeypatch.setattr(Ledger, "payloads", None)
    with pytest.raises(OptionError):
        sk.to_frame(rich, "words", where=condition)
    assert files(rich.path) == before


def test_conditions_say_the_same_as_pandas(rich):
    words = sk.to_frame(rich, "words", with_manifest=True)
    kept = words[(words["speaker"] == "A") & words["text"].isin(["so", "we"]) & (words["year"] == 2001)].reset_index(drop=True)
    where = {"speaker": "A", "text": ["so", "we"], "year": 2001}
    pd.testing.assert_frame_equal(sk.to_frame(rich, "words", where=where, with_manifest=True), kept)
    assert len(kept) > 3


def test_provenance_reads_each_payload_once(rich, monkeypatch):
    read = []
    payloads = Ledger.payloads
    monkeypatch.setattr(Ledger, "payloads", lambda self, keys: (read.extend(keys), payloads(self, keys))[1])
    from_payloads(rich, "words", provenance=True)
    assert len(read) == len(set(read)) == 5


def test_two_recordings_of_one_transcript_have_rows_each(folder):
    corpus = store(folder, talks("a", "b"))
    with Ledger(folder) as ledger, ledger.transaction() as db:
        db.execute("UPDATE recordings SET job_key = 'a-1', crc = NULL")
    assert_equal_either_way(corpus)
    assert sk.to_frame(corpus)["recording_id"].tolist() == ["a", "b"]


def test_few_recordings_are_read_without_tables(folder, monkeypatch):
    monkeypatch.setattr(selection, "FEW", 20)
    sk.to_frame(store(folder, talks("a", "b")), "words")
    assert not (folder / FOLDER).exists()


def test_frames_do_without_tables_that_cannot_be_written(folder):
    corpus = store(folder, talks("a", "b"))
    (folder / FOLDER).write_text("in the way")
    assert len(sk.to_frame(corpus)) == 2
    for verb in (sk.scan_frame, sk.build_tables):
        with pytest.raises(LedgerError, match="cannot be written"):
            verb(corpus)


@pytest.mark.parametrize("level", schema.LEVELS)
def test_a_dataset_has_the_columns_of_its_table_also_when_it_is_empty(folder, level):
    for scope in (store(folder, talks("a", "b")), store(folder, {}, number=2)):
        dataset = sk.scan_frame(scope, level, progress=False)
        assert dataset.schema.names == schema.LEVELS[level].names
        frame = sk.to_frame(scope, level)
        assert dataset.count_rows() == len(frame)
        for name in frame:
            kind = dataset.schema.field(name).type
            kind = kind.value_type if pa.types.is_dictionary(kind) else kind
            assert pa.types.is_large_string(kind) == (schema.LEVELS[level].dtypes[name] == "str")
        assert pa.types.is_dictionary(dataset.schema.field("recording_id").type)


def test_a_dataset_of_a_batch_has_its_recordings_alone(folder):
    store(folder, talks("a", "b", "c"))
    with Ledger(folder) as ledger, ledger.transaction() as db:
        db.execute("INSERT INTO batches SELECT 2, 'f2', host, created_at, budget_usd, manifest FROM batches")
        db.execute(
            "INSERT INTO recordings SELECT 2, position, recording_id, source, job_key, NULL, NULL, NULL FROM recordings WHERE position < 1"
        )
    corpus = sk.open_corpus(folder)
    sk.build_tables(corpus, progress=False)
    alone = sk.scan_frame(corpus.batch(2), "transcripts").to_table()
    assert alone["recording_id"].to_pylist() == ["a"]
    assert_equal_either_way(corpus.batch(2), SPOKEN)
