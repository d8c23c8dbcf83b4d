"""What is paid for can be read: the service's newer answers in tables, files and search, and texts without masks only by name."""

import json

import answers
import assemblyai as aai
import httpx
import pyarrow.parquet as pq
import pytest
from corpora import store

import scribekit as sk
from scribekit.base import schema
from scribekit.tables import selection
from scribekit.transcripts.frames.understanding import as_written

LIMITS = sk.Limits(poll_s=0.05, settle_s=0.3, backoff_s=0.05)
MADE_ELSEWHERE = ("id", "status", "words", "utterances", "text", "audio_duration", "speech_model_used", "language_code")
ASKED = ("request",)


def leaves(value):
    """Every value in a value, and every key that is data rather than a name."""
    if isinstance(value, dict):
        for key, item in value.items():
            if key not in ASKED:
                yield from leaves(item)
    elif isinstance(value, list):
        for item in value:
            yield from leaves(item)
    elif value is not None:
        yield value


def cells(corpus, levels):
    """Every cell of the tables, as text."""
    frames = [sk.to_frame(corpus, level).astype("object") for level in levels]
    values = [value for frame in frames for row in frame.itertuples(index=False) for value in row if not schema.is_missing(value)]
    return {as_written(value) if isinstance(value, (str, bool, int, float)) else str(value) for value in values}


@pytest.fixture
def corpus(tmp_path):
    return store(tmp_path / "corpus", {"one": answers.body("t-one"), "two": "nothing more"})


@pytest.fixture
def service():
    with sk.local_service("scripted", speed=2000) as started:
        yield started


def test_no_value_of_a_newer_answer_is_lost(corpus):
    found = cells(corpus, schema.LEVELS)
    lines = {line for cell in found for line in cell.splitlines()}
    wanted = {as_written(value) for name, part in answers.payload("t-one").items() if name not in MADE_ELSEWHERE for value in leaves(part)}
    texts = {text for turn in answers.payload("t-one")["utterances"] for text in turn["translated_texts"].values()}
    assert (wanted | texts) - found - lines == set()
    assert {"de", "fr", "zh-Hant", "A", "5/3"} <= found


def test_every_answer_comes_over_http_into_tables_files_and_search(service, tmp_path):
    given = {name: value for name, value in answers.payload().items() if name not in ("id", "status", "audio_duration")}
    script = b"scripted:" + json.dumps({"duration_s": 60, "answers": given}).encode()
    headers = {"Authorization": service.connection.api_key}
    upload = httpx.post(f"{service.base_url}/v2/upload", content=script, headers=headers).json()["upload_url"]
    config = aai.TranscriptionConfig(speaker_labels=True, speech_models=["universal-2"])
    batch = sk.submit_batch([{"recording_id": "one", "url": upload}], config, corpus=tmp_path / "corpus", limits=LIMITS, progress=False)
    sk.collect(batch, progress=False)
    assert batch.jobs()["status"].tolist() == ["completed"], batch.jobs()["error"].tolist()
    transcript = sk.to_frame(batch).iloc[0]
    assert (transcript["domain"], transcript["domain_used"]) == ("medical-v1", "medical-v2")
    assert transcript["warnings"] == "Skipped a domain\nFell back"
    assert sk.to_frame(batch, "summaries")["text"].tolist() == ["They met.", "A plan is due.", "All of it."]
    assert sk.to_frame(batch, "action_items")["start_ms"].tolist() == [4000]
    line = sk.search(batch, "plan", language="de").iloc[0]
    assert sk.cite(line, corpus=batch) == "“Schick den Plan.” (Speaker B, one, 00:00:04)"
    sk.export(batch, tmp_path / "out", ["srt"], language="de")
    assert "Schick den Plan." in (tmp_path / "out" / "one.de.srt").read_text("utf-8")


def test_texts_without_masks_are_nowhere_unless_they_are_named(corpus, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(selection, "FEW", 0)
    sk.review(corpus, "one").correct("Burn", words=[6])
    sk.build_tables(corpus, progress=False)
    sk.build_index(corpus, progress=False)
    sk.search(corpus, "plan", language="de")
    sk.export(corpus, tmp_path / "out", ["txt", "srt", "vtt", "speakers", "json", "markdown"])
    shown = [repr(corpus), corpus._repr_html_(), *cells(corpus, set(schema.LEVELS) - schema.UNREDACTED), *capsys.readouterr()]
    shown += [frame.to_string() for frame in (sk.flag_for_review(corpus), sk.turn_statistics(corpus), sk.ngrams(corpus, 1))]
    for path in [path for folder in (corpus.path, tmp_path / "out") for path in folder.rglob("*") if path.is_file()]:
        assert "unredacted" not in path.as_posix()
        if path.suffix == ".parquet":
            shown.append(str(pq.read_table(path).to_pylist()))
        elif path.name != "ledger.sqlite" and not path.name.startswith("ledger.sqlite-"):
            shown.append(path.read_bytes().decode("utf-8", "replace"))
    assert not [text for text in shown if answers.SECRET.casefold() in text.casefold()]
    assert sk.search(corpus, answers.SECRET).empty
    for level in schema.UNREDACTED:
        assert answers.SECRET in sk.to_frame(corpus, level).to_string()
        assert answers.SECRET in str(sk.scan_frame(corpus, level).to_table().to_pylist())
    assert not [path for path in corpus.path.rglob("*") if "unredacted" in path.as_posix()]


def test_a_translation_stays_as_received_when_its_words_are_corrected(corpus, monkeypatch):
    before = sk.to_frame(corpus, "translations")
    sk.review(corpus, "one").correct("Burn", words=[6]).rename("B", "Bo")
    for few in (0, 20):  # from tables, and from the transcripts
        monkeypatch.setattr(selection, "FEW", few)
        after = sk.to_frame(corpus, "translations")
        assert after.drop(columns="speaker").equals(before.drop(columns="speaker"))
        assert set(after["speaker"].dropna()) == {"A", "Bo"}
        assert sk.to_frame(corpus, "translations", reviewed=False).equals(before)
    assert sk.to_frame(corpus, "unredacted_words")["text"].tolist() == [word["text"] for word in answers.payload()["unredacted_words"]]
