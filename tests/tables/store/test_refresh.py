import contextlib
import itertools
import json
import os
import random
import shutil
import subprocess
import sys
import time

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

import scribekit as sk
from scribekit.base import schema
from scribekit.base.errors import LedgerError, OptionError
from scribekit.corpus.ledger import Ledger
from scribekit.tables import selection
from scribekit.tables.store import FOLDER, Catalogue, build, maintain, parquet, refresh
from scribekit.tables.store.refresh import DERIVED

SPOKEN = ["transcripts", "utterances", "words", "sentences", "paragraphs"]


@pytest.fixture(autouse=True)
def small_parts(monkeypatch):
    """Tables pay from the first recording on, and a part holds two (they are of 60 seconds)."""
    monkeypatch.setattr(selection, "FEW", 0)
    monkeypatch.setattr(build, "PART_AUDIO_S", 120.0)
    monkeypatch.setattr(build, "_HELP_FROM", 10**6)


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "corpus"


def talk(seed):
    chance = random.Random(seed)
    turns = chance.randint(0, 5)
    return [
        (chance.choice("AB"), " ".join(chance.choices(["so", "we", "begin.", "Ça", "va?"], k=chance.randint(1, 9)))) for _ in range(turns)
    ]


def talks(*names):
    return {name: talk(name) for name in names}


def from_payloads(scope, level, **options):
    """What to_frame gives when it may not use tables."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(selection, "FEW", 10**9)
        return sk.to_frame(scope, level, **options)


def assert_equal_either_way(scope, levels=DERIVED, **options):
    for level in levels:
        found = sk.to_frame(scope, level, **options)
        pd.testing.assert_frame_equal(found, from_payloads(scope, level, **options))
        own = [name for name in found if name in schema.LEVELS[level].names]
        assert found.dtypes.astype(str).to_dict().items() >= {name: schema.LEVELS[level].dtypes[name] for name in own}.items()


def files(folder, level="words"):
    return {path.name: path.stat().st_mtime_ns for path in (folder / FOLDER / level).glob("*.parquet")}


def catalogued(folder):
    with Catalogue(folder / FOLDER, build.FINGERPRINT) as catalogue:
        return list(catalogue.parts().values())


# -- the same rows either way -----------------------------------------------------------------------------------------

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
def test_what_cannot_be_worked_out_is_refused_and_forgets_no_table(rich, monkeypatch, condition):
    sk.build_tables(rich, progress=False)
    before = files(rich.path)
    for frame_of in (sk.to_frame, from_payloads):
        with pytest.raises(OptionError, match="cannot be worked out on every row of the table 'words'"):
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


# -- what is built, and what is left alone ----------------------------------------------------------------------------


def test_what_is_appended_rewrites_nothing(folder):
    store(folder, talks("a", "b", "c"))
    corpus = sk.open_corpus(folder)
    assert sk.build_tables(corpus, progress=False) == 3
    before = files(folder)
    assert sk.build_tables(corpus, progress=False) == 0
    store(folder, talks("d", "e"), number=2)
    assert sk.build_tables(corpus, progress=False) == 2
    assert files(folder).items() > before.items()


def test_a_batch_builds_its_own_recordings_and_no_more(folder):
    store(folder, talks("a", "b"))
    second = store(folder, talks("c"), number=2)
    assert sk.build_tables(second, progress=False) == 1
    assert sk.scan_frame(second).files


def test_a_recording_that_was_transcribed_anew_leaves_its_part_and_its_older_batch_still_answers(folder):
    first = store(folder, talks("a", "b", "c"))
    corpus = sk.open_corpus(folder)
    sk.build_tables(corpus, progress=False)
    untouched = next(part for part in catalogued(folder) if [one.recording_id for one in part.holdings] == ["c"])
    store(folder, {"a": [("Z", "something else")]}, number=2)
    assert sk.build_tables(corpus, progress=False) == 1
    assert sorted(one.recording_id for part in catalogued(folder) for one in part.holdings) == ["a", "b", "c"]
    assert untouched in catalogued(folder)
    assert set(sk.to_frame(corpus, "words", where={"recording_id": "a"})["speaker"]) == {"Z"}
    for scope in (corpus, first):
        assert_equal_either_way(scope)
    assert sk.scan_frame(first).count_rows() == len(from_payloads(first, "words"))


def test_two_recordings_of_one_transcript_have_rows_each(folder):
    corpus = store(folder, talks("a", "b"))
    with Ledger(folder) as ledger, ledger.transaction() as db:
        db.execute("UPDATE recordings SET job_key = 'a-1'")
    assert_equal_either_way(corpus)
    assert sk.to_frame(corpus)["recording_id"].tolist() == ["a", "b"]


def test_few_recordings_are_read_without_tables(folder, monkeypatch):
    monkeypatch.setattr(selection, "FEW", 20)
    sk.to_frame(store(folder, talks("a", "b")), "words")
    assert not (folder / FOLDER).exists()


def test_small_parts_become_one_without_reading_a_payload(folder, monkeypatch):
    monkeypatch.setattr(maintain, "PART_AUDIO_S", 1200.0)
    names = [f"r{number}" for number in random.Random(1).sample(range(20), 20)]
    batch = store(folder, talks(*names))
    with Ledger(folder) as ledger:
        whole = refresh.wanted(ledger, [1])
        for one in random.Random(2).sample(whole, 20):
            refresh.bring_up_to_date(folder, ledger, [one], whole, progress=False)
            assert len(catalogued(folder)) <= maintain.MANY
    monkeypatch.setattr(build, "build", None)
    assert_equal_either_way(batch)


def test_small_batches_share_parts_and_a_large_one_between_them_keeps_the_order(folder, monkeypatch):
    monkeypatch.setattr(maintain, "PART_AUDIO_S", 60.0 * 24)
    monkeypatch.setattr(build, "PART_AUDIO_S", 60.0 * 24)
    numbers = itertools.count(1)

    def stored(count):
        batch = store(folder, talks(*(f"r{next(numbers)}" for _ in range(count))), number=next(numbers))
        sk.build_tables(batch, progress=False)
        return batch

    for _ in range(2 * maintain.MANY):
        stored(1)
    large = stored(8)
    late = [stored(1) for _ in range(3)]
    corpus = sk.open_corpus(folder)
    for scope in (corpus, large, late[0]):
        assert_equal_either_way(scope, SPOKEN)
    assert [len(part.holdings) for part in catalogued(folder)] == [maintain.MANY, maintain.MANY, 8, 1, 1, 1]
    with Ledger(folder) as ledger:
        whole = refresh.wanted(ledger, corpus.batch_ids)
        assert refresh.bring_up_to_date(folder, ledger, whole, whole)._is_in_order()


def test_tables_of_other_columns_or_rules_are_built_anew(folder, monkeypatch):
    corpus = store(folder, talks("a", "b"))
    assert sk.build_tables(corpus, progress=False) == 2
    monkeypatch.setattr(refresh, "FINGERPRINT", "another")
    assert sk.build_tables(corpus, progress=False) == 2
    assert sk.build_tables(corpus, progress=False) == 0
    assert_equal_either_way(corpus, SPOKEN)


def test_rebuilding_a_batch_leaves_the_tables_of_others(folder):
    first = store(folder, talks("a", "b", "c"))
    assert sk.build_tables(first, progress=False) == 3
    second = store(folder, talks("d", "e"), number=2)
    assert sk.build_tables(second, progress=False) == 2
    corpus = sk.open_corpus(folder)
    before = {part.holdings[0].recording_id: part.files for part in catalogued(folder)}
    assert sk.build_tables(second, rebuild=True, progress=False) == 2
    after = {part.holdings[0].recording_id: part.files for part in catalogued(folder)}
    assert [name for name in after if after[name] == before[name]] == ["a", "c"]
    assert sk.build_tables(first, progress=False) == 0
    assert_equal_either_way(corpus, SPOKEN)


def test_rebuilding_starts_from_nothing(folder):
    corpus = store(folder, talks("a", "b"))
    assert [sk.build_tables(corpus, rebuild=rebuild, progress=False) for rebuild in (False, True, False)] == [2, 2, 0]


def test_what_was_replaced_stays_readable_for_a_while_and_then_goes(folder, monkeypatch):
    corpus = store(folder, talks("a", "b", "c"))
    held = sk.scan_frame(corpus)
    count = held.count_rows()
    sk.build_tables(corpus, rebuild=True, progress=False)
    assert held.count_rows() == count
    monkeypatch.setattr(parquet, "GRACE_S", -1.0)
    sk.build_tables(corpus, rebuild=True, progress=False)
    counted = {file.name.partition("/")[2] for part in catalogued(folder) for file in part.files[""].values() if file.level == "words"}
    assert set(files(folder)) == counted


# -- edits ------------------------------------------------------------------------------------------------------------


def test_edits_show_in_the_tables_and_leave_what_was_received(folder):
    store(folder, {name: [("A", "one two three."), ("B", "four")] for name in "abcde"})
    corpus = sk.open_corpus(folder)
    sk.build_tables(corpus, progress=False)
    before = files(folder)
    review = sk.review(corpus, "c", who="ada").rename("A", "Ada").correct("2", words=1)
    for reviewed in (True, False):
        assert_equal_either_way(corpus, reviewed=reviewed)
    assert sk.to_frame(corpus, "words", where={"recording_id": "c"})["text"].tolist() == ["one", "2", "three.", "four"]
    assert sk.to_frame(corpus, "words", where={"edited": True})["recording_id"].unique().tolist() == ["c"]
    assert not sk.to_frame(corpus, "words", reviewed=False)["edited"].any()
    assert len(files(folder)) == len(before) + 1
    sk.review(corpus, "d").correct("IV", utterance=1)
    review.undo()
    assert_equal_either_way(corpus)
    assert sk.to_frame(corpus, "words", where={"speaker": "Ada"}).shape[0] == 3
    assert files(folder).items() >= before.items()


def test_only_recordings_with_new_edits_are_read_again(folder, monkeypatch):
    corpus = store(folder, talks("a", "b", "c", "d"))
    for name in ("a", "b"):
        if len(sk.review(corpus, name).words):
            sk.review(corpus, name).rename(sk.review(corpus, name).speakers[0], "Zoe")
    sk.to_frame(corpus, "words")
    sk.review(corpus, "b").note("hm")
    read = []
    payloads = Ledger.payloads
    monkeypatch.setattr(Ledger, "payloads", lambda self, keys: (read.extend(keys), payloads(self, keys))[1])
    sk.to_frame(corpus, "words")
    assert {name for name, _ in read} == {"b"}


# -- harm -------------------------------------------------------------------------------------------------------------


def truncate(path):
    path.write_bytes(path.read_bytes()[:-9])


def scramble(path):
    path.write_bytes(b"x" * path.stat().st_size)


@pytest.mark.parametrize("harm", [truncate, scramble, os.remove], ids=["truncated", "scrambled", "gone"])
def test_a_harmed_part_is_built_anew(folder, harm):
    corpus = store(folder, talks(*"abcdefgh"))
    sk.build_tables(corpus, progress=False)
    before = files(folder)
    harm(folder / FOLDER / "words" / next(iter(before)))
    assert_equal_either_way(corpus, SPOKEN)
    assert len(files(folder).items() & before.items()) == len(before) - 1


@pytest.mark.parametrize(
    "harmed",
    [lambda whole: b"no database at all, not at all", lambda whole: b"", lambda whole: whole[:4096] + b"x" * (len(whole) - 4096)],
    ids=["scrambled", "empty", "scrambled behind its head"],
)
def test_a_harmed_catalogue_is_built_anew(folder, harmed):
    corpus = store(folder, talks(*"abcde"))
    sk.build_tables(corpus, progress=False)
    catalogue, *others = sorted((folder / FOLDER).glob("catalogue.sqlite*"))
    for path in others:
        path.unlink()
    catalogue.write_bytes(harmed(catalogue.read_bytes()))
    assert sk.build_tables(corpus, progress=False) == 5
    assert_equal_either_way(corpus, SPOKEN)


def test_the_folder_can_be_thrown_away(folder):
    corpus = store(folder, talks("a", "b"))
    sk.build_tables(corpus, progress=False)
    shutil.rmtree(folder / FOLDER)
    assert_equal_either_way(corpus, SPOKEN)


@pytest.mark.parametrize("step", ["write", "replace", "set_reviewed"])
def test_a_crash_between_any_two_steps_leaves_nothing_wrong(folder, monkeypatch, step):
    store(folder, talks(*"abcdefg"))
    corpus = sk.open_corpus(folder)
    sk.build_tables(corpus, progress=False)
    store(folder, {"b": "anew", **talks("x", "y", "z")}, number=2)
    sk.review(corpus, "b").correct("new", words=0)
    home = parquet.Folder if step == "write" else Catalogue
    original, calls = getattr(home, step), []

    def crash(self, *given, **named):
        calls.append(step)
        if len(calls) == crash_at:
            raise KeyboardInterrupt
        return original(self, *given, **named)

    monkeypatch.setattr(home, step, crash)
    for crash_at in range(1, 9):
        calls.clear()
        with contextlib.suppress(KeyboardInterrupt):
            sk.build_tables(corpus, progress=False)
        with monkeypatch.context() as patch:
            patch.setattr(home, step, original)
            assert_equal_either_way(corpus, SPOKEN)
            sk.build_tables(corpus, rebuild=crash_at % 2 == 0, progress=False)


def test_frames_do_without_tables_that_cannot_be_written(folder):
    corpus = store(folder, talks("a", "b"))
    (folder / FOLDER).write_text("in the way")
    assert len(sk.to_frame(corpus)) == 2
    for verb in (sk.scan_frame, sk.build_tables):
        with pytest.raises(LedgerError, match="cannot be written"):
            verb(corpus)


# -- several processes ------------------------------------------------------------------------------------------------

BUILD = """
import sys, scribekit as sk
from scribekit.tables.store import build
build.PART_AUDIO_S = 120.0
build._HELP_FROM = {help_from}
print(sk.build_tables(sk.open_corpus(sys.argv[1]), progress=False))
"""


def builder(folder, help_from=10**6):
    return subprocess.Popen([sys.executable, "-c", BUILD.format(help_from=help_from), str(folder)], stdout=subprocess.PIPE)


def assert_each_is_held_once(folder, names):
    assert sorted(one.recording_id for part in catalogued(folder) for one in part.holdings) == sorted(names)


def test_processes_that_build_at_once_make_one_set_of_tables(folder):
    names = [f"r{number}" for number in range(40)]
    corpus = store(folder, talks(*names))
    processes = [builder(folder) for _ in range(3)]
    assert [process.wait() for process in processes] == [0, 0, 0]
    assert_each_is_held_once(folder, names)
    assert_equal_either_way(corpus, SPOKEN)


def test_a_process_that_is_killed_leaves_nothing_wrong(folder):
    names = [f"r{number}" for number in range(60)]
    corpus = store(folder, talks(*names))
    process = builder(folder)
    while process.poll() is None and len(files(folder)) < 3:
        time.sleep(0.001)
    process.kill()
    process.wait()
    assert_equal_either_way(corpus, SPOKEN)
    assert_each_is_held_once(folder, names)


def test_a_second_process_helps_from_the_other_end(folder):
    names = [f"r{number:03}" for number in range(60)]
    corpus = store(folder, talks(*names))
    with Ledger(folder) as ledger:
        chunks = build.cut(refresh.wanted(ledger, [1]))
    task = json.dumps({"corpus": str(folder), "chunks": chunks[::-1][:7]})
    subprocess.run([sys.executable, "-m", "scribekit.tables.store"], input=task.encode(), check=True)
    assert_each_is_held_once(folder, names[-14:])
    assert builder(folder, help_from=4).wait() == 0
    assert_each_is_held_once(folder, names)
    assert_equal_either_way(corpus, SPOKEN)


@pytest.mark.parametrize("python", ["/bin/false", "/no/such/python"])
def test_a_helper_that_fails_costs_nothing_but_time(folder, monkeypatch, python):
    monkeypatch.setattr(build, "_HELP_FROM", 2)
    monkeypatch.setattr(sys, "executable", python)
    corpus = store(folder, talks(*"abcdefgh"))
    assert sk.build_tables(corpus, progress=False) == 8
    assert_equal_either_way(corpus, SPOKEN)


# -- scanning ---------------------------------------------------------------------------------------------------------


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


def test_a_level_without_rows_has_a_file_to_read_too(folder, monkeypatch):
    corpus = store(folder, talks("a", "b"))
    for _ in range(2):
        dataset = sk.scan_frame(corpus, "chapters", progress=False)
        (path,) = dataset.files
        assert pd.read_parquet(path).dtypes.index.tolist() == schema.CHAPTERS.names
        assert dataset.count_rows() == 0
    assert list(files(folder, "chapters")) == ["empty.parquet"]
    monkeypatch.setattr(parquet, "GRACE_S", -1.0)
    sk.build_tables(corpus, rebuild=True, progress=False)
    assert files(folder, "chapters") == {}
    (folder / FOLDER / "chapters").rmdir()
    (folder / FOLDER / "chapters").write_text("in the way")
    assert sk.scan_frame(corpus, "chapters", progress=False).count_rows() == 0


def test_a_dataset_of_a_batch_has_its_recordings_alone(folder):
    store(folder, talks("a", "b", "c"))
    with Ledger(folder) as ledger, ledger.transaction() as db:
        db.execute("INSERT INTO batches SELECT 2, 'f2', host, created_at, budget_usd, manifest FROM batches")
        db.execute(
            "INSERT INTO recordings SELECT 2, position, recording_id, source, job_key, NULL, NULL FROM recordings WHERE position < 1"
        )
    corpus = sk.open_corpus(folder)
    sk.build_tables(corpus, progress=False)
    alone = sk.scan_frame(corpus.batch(2), "transcripts").to_table()
    assert alone["recording_id"].to_pylist() == ["a"]
    assert_equal_either_way(corpus.batch(2), SPOKEN)
