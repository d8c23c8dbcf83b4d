import json
import os
import subprocess
import sys
import textwrap
import time
import warnings
import wave
from pathlib import Path

import assemblyai as aai
import httpx
import pandas as pd
import pytest

import scribekit as sk
from scribekit.base import schema
from scribekit.base.errors import (
    CorpusFolderWarning,
    DeprecatedModelWarning,
    LedgerError,
    LostOptionWarning,
    ManifestError,
    ManifestWarning,
    NoConnectionError,
    OptionError,
    PaidAgainWarning,
    ServiceStoppedError,
)
from scribekit.batch.transcribe import among_the_recordings

QUICK = sk.Limits(poll_s=0.05, settle_s=0.3, backoff_s=0.05)
FAST = ("--speed", "2000", "--slots", "50")


def urls(count, seconds=60):
    return [f"https://host.example/{i:04d}.mp3?duration={seconds + i}" for i in range(count)]


def tone(path, seconds=1.0, value=0):
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(bytes([value, 0]) * int(8000 * seconds))
    return path


def run(manifest, corpus, config=None, limits=QUICK):
    return sk.collect(sk.submit_batch(manifest, config, corpus=corpus, limits=limits, progress=False), progress=False)


def test_a_list_of_urls_becomes_a_jobs_frame_in_its_order(bench, tmp_path):
    service = bench(*FAST)
    jobs = run(urls(20), tmp_path / "c")
    assert list(jobs.columns) == schema.JOBS.names
    assert jobs.dtypes.astype(str).to_dict() == schema.JOBS.dtypes
    assert jobs["source"].tolist() == urls(20)
    assert set(jobs["status"]) == {"completed"}
    assert jobs["attempts"].tolist() == [1] * 20
    assert jobs["transcript_id"].is_unique
    assert (jobs["completed_at"] >= jobs["submitted_at"]).all()
    assert service.counters()["jobs_created"] == 20


def test_the_same_call_again_sends_nothing(bench, tmp_path):
    service = bench(*FAST)
    first = run(urls(5), tmp_path / "c")
    before = service.counters()["requests"]
    pd.testing.assert_frame_equal(run(urls(5), tmp_path / "c"), first)
    assert service.counters()["requests"] == before


def test_more_recordings_are_added_and_only_they_are_sent(bench, tmp_path):
    service = bench(*FAST)
    run(urls(5), tmp_path / "c")
    run(urls(8), tmp_path / "c")
    assert service.counters()["jobs_created"] == 8
    assert len(sk.open_corpus(tmp_path / "c").jobs()) == 8


def test_other_options_are_another_job(bench, tmp_path):
    service = bench(*FAST)
    run(urls(2), tmp_path / "c")
    run(urls(2), tmp_path / "c", aai.TranscriptionConfig(speaker_labels=True))
    assert service.counters()["jobs_created"] == 4
    assert len(sk.to_frame(sk.open_corpus(tmp_path / "c"), "utterances")) > 0


def test_a_column_overrides_an_option_for_its_row(bench, tmp_path):
    bench(*FAST)
    manifest = [{"url": source, "speaker_labels": labels} for source, labels in zip(urls(2), ["yes", ""], strict=True)]
    batch = sk.submit_batch(manifest, corpus=tmp_path / "c", limits=QUICK, progress=False)
    jobs = sk.collect(batch, progress=False)
    turns = sk.to_frame(batch, "utterances")
    assert set(turns["recording_id"]) == {jobs["recording_id"][0]}


def test_local_files_are_uploaded_once_each(bench, tmp_path):
    service = bench(*FAST)
    (tmp_path / "a").mkdir()
    for i in range(6):
        tone(tmp_path / "a" / f"{i}.wav", seconds=1 + i)
    jobs = run(sk.scan(tmp_path / "a", progress=False), tmp_path / "c")
    counters = service.counters()
    assert set(jobs["status"]) == {"completed"}
    assert counters["requests"]["POST /v2/upload"] == 6
    assert sorted(counters["created_by_audio"].values()) == [1] * 6


def test_duplicates_share_one_job(bench, tmp_path):
    service = bench(*FAST)
    (tmp_path / "a").mkdir()
    tone(tmp_path / "a" / "one.wav")
    (tmp_path / "a" / "two.wav").write_bytes((tmp_path / "a" / "one.wav").read_bytes())
    jobs = run(sk.scan(tmp_path / "a", progress=False), tmp_path / "c")
    assert service.counters()["jobs_created"] == 1
    assert jobs["transcript_id"].nunique() == 1
    assert jobs["status"].tolist() == ["completed", "completed"]
    assert jobs["error_kind"].tolist()[1] == "duplicate"
    assert jobs["cost_usd"].tolist()[1] == 0.0


def test_a_bad_row_stops_none_of_the_good(bench, tmp_path):
    service = bench(*FAST)
    tone(tmp_path / "good.wav")
    tone(tmp_path / "short.wav", seconds=0.1)
    (tmp_path / "empty.wav").touch()
    (tmp_path / "text.mp3").write_text("not a sound")
    rows = ["good.wav", "short.wav", "empty.wav", "text.mp3", "missing.wav"]
    manifest = [{"path": str(tmp_path / name)} for name in rows] + [{"path": "ftp://host.example/a.mp3"}, {"path": None}]
    jobs = run(manifest, tmp_path / "c").set_index(pd.Index([*rows, "ftp", "blank"]))
    assert jobs["status"]["good.wav"] == "completed"
    bad = jobs.drop("good.wav")
    assert bad["status"].unique().tolist() == ["refused"]
    assert bad["error_kind"].tolist() == ["too_short", "empty", "no_audio", "missing", "bad_url", "no_source"]
    assert bad["error"].str.len().gt(20).all()
    counters = service.counters()
    assert counters["jobs_created"] == 1
    assert counters["requests"]["POST /v2/upload"] == 1


@pytest.mark.long
def test_every_kind_of_bad_row_is_named_and_costs_nothing(bench, tmp_path, samples):
    service = bench(*FAST)
    expected = pd.read_csv(samples / "bad_rows.csv")["expected_problem"]
    jobs = run(samples / "bad_rows.csv", tmp_path / "c")
    assert jobs["error_kind"].fillna("").tolist() == expected.fillna("").tolist()
    assert jobs.loc[expected.isna(), "status"].eq("completed").all()
    assert jobs.loc[expected.notna(), "error"].str.len().gt(20).all()
    assert jobs.loc[expected.notna(), "cost_usd"].eq(0.0).all()
    counters = service.counters()
    assert counters["jobs_created"] == counters["requests"]["POST /v2/upload"] == expected.isna().sum()


def test_a_bad_cell_refuses_only_its_row(bench, tmp_path):
    bench(*FAST)
    manifest = [
        {"url": source, "speaker_labels": "yes", "speakers_expected": count} for source, count in zip(urls(2), ["two", "2"], strict=True)
    ]
    jobs = run(manifest, tmp_path / "c")
    assert jobs["status"].tolist() == ["refused", "completed"]
    assert jobs["error_kind"].tolist()[0] == "bad_option"


def test_a_job_that_fails_is_a_row(bench, tmp_path):
    bench(*FAST)
    bad = "https://host.example/bad.mp3?duration=60&fail=" + "Audio+duration+is+too+short."
    jobs = run([*urls(3), bad], tmp_path / "c")
    assert jobs["status"].tolist() == ["completed"] * 3 + ["error"]
    assert jobs["error_kind"].tolist()[3] == "too_short"
    assert jobs["cost_usd"][3] == 0.0


def test_what_people_write_as_a_loop_takes_five_lines(bench, tmp_path):
    service = bench(*FAST)
    missing = f"{service.base_url}/nothing-here.mp3?fail=Download+error,+unable+to+download+it."
    config = aai.TranscriptionConfig(
        speech_models=["assemblyai-stt-3-7", "universal-2"], speaker_labels=True, punctuate=True, format_text=True
    )
    batch = sk.submit_batch([*urls(2), missing], config, corpus=tmp_path / "c", limits=QUICK, progress=False)
    jobs = sk.collect(batch, progress=False)
    written = sk.export(batch, tmp_path / "out", formats=["txt", "srt", "speakers"])
    assert jobs["status"].tolist() == ["completed", "completed", "error"]
    assert jobs["model"].tolist()[0] == "assemblyai-stt-3-7"
    assert jobs["error"][2].startswith("The service could not download the recording.")
    assert written.groupby("format").size().to_dict() == {"speakers": 2, "srt": 2, "txt": 2}
    assert all(Path(path).stat().st_size > 0 for path in written["path"])


def test_the_payload_is_kept_as_it_came(bench, tmp_path):
    service = bench(*FAST)
    jobs = run(urls(1), tmp_path / "c")
    served = service.get(f"/v2/transcript/{jobs['transcript_id'][0]}")
    written = sk.export(sk.open_corpus(tmp_path / "c"), tmp_path / "out", formats=["json"])
    assert json.loads(Path(written["path"][0]).read_text("utf-8")) == json.loads(served)


@pytest.mark.long
def test_faults_on_every_kind_of_request_lose_and_double_nothing(bench, tmp_path):
    faults = {"reset_before": 0.05, "reset_after": 0.08, "http_500": 0.05, "http_503": 0.05, "too_many": 0.03, "truncate": 0.05, "seed": 3}
    service = bench(*FAST, "--faults", json.dumps(faults))
    jobs = run(urls(60), tmp_path / "c")
    counters = service.counters()
    assert set(jobs["status"]) == {"completed"}
    assert counters["jobs_created"] == 60
    assert max(counters["created_by_audio"].values()) == 1


@pytest.mark.long
def test_a_job_that_fails_at_the_service_is_created_again(bench, tmp_path):
    service = bench(*FAST, "--faults", '{"job_server_error": 0.3, "seed": 5}')
    jobs = run(urls(20), tmp_path / "c")
    assert set(jobs["status"]) == {"completed"}
    counters = service.counters()
    assert counters["jobs_created"] > 20
    assert set(counters["completed_by_audio"].values()) == {1}


def test_no_key_and_no_service_teaches(tmp_path):
    with pytest.raises(NoConnectionError, match="Two ways on"):
        sk.submit_batch(urls(1), corpus=tmp_path / "c", progress=False)
    assert not (tmp_path / "c").exists()


def test_a_wrong_key_is_one_error_at_once(bench, tmp_path, monkeypatch):
    service = bench(*FAST)
    monkeypatch.setenv("ASSEMBLYAI_API_KEY", "wrong-key-0123")
    monkeypatch.setenv("ASSEMBLYAI_BASE_URL", service.base_url)
    monkeypatch.setattr("scribekit.api.embedded.current_connection", lambda: None)
    with pytest.raises(ServiceStoppedError, match="refuses the API key"):
        sk.submit_batch(urls(30), corpus=tmp_path / "c", progress=False)
    assert service.counters()["requests"] == {"GET /v2/transcript": 1}
    monkeypatch.setenv("ASSEMBLYAI_API_KEY", service.api_key)
    assert set(run(urls(30), tmp_path / "c")["status"]) == {"completed"}


@pytest.mark.long
def test_the_key_is_in_no_file_and_no_log(bench, tmp_path, monkeypatch, caplog, capsys):
    caplog.set_level("DEBUG")
    service = bench("--faults", '{"http_503": 0.3, "seed": 1}', *FAST)
    monkeypatch.setenv("ASSEMBLYAI_API_KEY", service.api_key)
    monkeypatch.setenv("ASSEMBLYAI_BASE_URL", service.base_url)
    monkeypatch.setattr("scribekit.api.embedded.current_connection", lambda: None)
    batch = sk.submit_batch(urls(5), corpus=tmp_path / "c", limits=QUICK)
    print(batch, batch._repr_html_(), sk.collect(batch).to_string())
    sk.export(batch, tmp_path / "out")
    spoken = sk.to_frame(batch, "transcripts")["text"][0][:30]
    out, err = capsys.readouterr()
    own_logs = "".join(record.getMessage() for record in caplog.records if record.name.startswith("scribekit"))
    assert service.api_key not in out + err + caplog.text
    assert spoken not in out + err + own_logs
    for path in tmp_path.rglob("*"):
        assert not path.is_file() or service.api_key.encode() not in path.read_bytes()


def test_an_unreachable_service_pauses_the_batch(bench, tmp_path, monkeypatch):
    monkeypatch.setenv("ASSEMBLYAI_API_KEY", "k")
    monkeypatch.setenv("ASSEMBLYAI_BASE_URL", "http://127.0.0.1:9")
    with pytest.raises(ServiceStoppedError, match="could not be reached"):
        sk.submit_batch(urls(3), corpus=tmp_path / "c", progress=False)
    assert sk.open_corpus(tmp_path / "c").counts() == {"planned": 3}


def test_a_timeout_returns_what_there_is(bench, tmp_path):
    bench("--speed", "1", "--slots", "50")
    batch = sk.submit_batch(urls(3, seconds=3600), corpus=tmp_path / "c", limits=QUICK, progress=False)
    jobs = sk.collect(batch, timeout=0.5, progress=False)
    assert set(jobs["status"]) <= {"queued", "processing"}


@pytest.mark.recogniser
def test_a_batch_is_not_collected_from_another_service(bench, tmp_path):
    first = bench("--speed", "1", "--slots", "50")
    batch = sk.submit_batch(urls(1, seconds=3600), corpus=tmp_path / "c", limits=QUICK, progress=False)
    first.stop()
    with pytest.raises(NoConnectionError):
        sk.collect(batch, progress=False)
    bench(recogniser="pocketsphinx")
    with pytest.raises(sk.ScribekitError, match="embedded:scripted"):
        sk.collect(batch, progress=False)


@pytest.mark.long
def test_what_the_local_service_forgot_is_sent_again(bench, tmp_path):
    first = bench("--speed", "1", "--slots", "50")
    batch = sk.submit_batch(urls(3, seconds=3600), corpus=tmp_path / "c", limits=QUICK, progress=False)
    first.stop()
    bench(*FAST)
    assert set(sk.collect(batch, progress=False)["status"]) == {"completed"}


def test_a_link_that_failed_may_be_corrected_under_the_same_id(bench, tmp_path):
    bench(*FAST)
    wrong = "https://host.example/wrong.mp3?duration=60&fail=Download+error,+unable"
    jobs = run([{"recording_id": "a", "url": wrong}], tmp_path / "c")
    assert jobs["error_kind"].tolist() == ["download"]
    run([{"recording_id": "a", "url": urls(1)[0]}], tmp_path / "c")
    assert sk.open_corpus(tmp_path / "c").jobs()["status"].tolist() == ["completed"]
    with pytest.raises(ManifestError, match="'a' already names"):
        run([{"recording_id": "a", "url": urls(2)[1]}], tmp_path / "c")


def test_an_id_names_one_recording_in_a_corpus(bench, tmp_path):
    bench(*FAST)
    run([{"recording_id": "a", "url": urls(2)[0]}], tmp_path / "c")
    with pytest.raises(ManifestError, match="'a' already names"):
        sk.submit_batch([{"recording_id": "a", "url": urls(2)[1]}], corpus=tmp_path / "c", progress=False)


def test_the_language_and_the_columns_that_are_options_are_told_once(bench, tmp_path, caplog):
    bench(*FAST)
    manifest = [{"url": urls(1)[0], "language_code": "en", "domain": "", "interviewer": "Ines"}]
    with caplog.at_level("INFO", logger="scribekit.batch.transcribe"):
        sk.submit_batch(manifest, corpus=tmp_path / "c", limits=QUICK, progress=False)
    assert [record.getMessage() for record in caplog.records if record.name == "scribekit.batch.transcribe"] == [
        "language: en; options by row: language_code, domain"
    ]


@pytest.mark.parametrize(
    ("columns", "right"),
    [
        ({"language": "de"}, ["Rename it to 'language_code'"]),
        ({"lang": "de", "n_speakers": 2}, ["Rename 'lang' to 'language_code'", "Rename 'n_speakers' to 'speakers_expected'"]),
        ({"speakers": "2", "model": "universal-2"}, ["Rename 'speakers' to 'speakers_expected'", "Rename 'model' to 'speech_models'"]),
        ({"max_speakers": 3}, ["rename the column to 'speaker_options', with cells such as {\"max_speakers_expected\": …}"]),
    ],
)
def test_a_column_that_may_be_meant_as_an_option_is_warned_of_with_the_right_name(bench, tmp_path, columns, right):
    bench(*FAST)
    rows = [{"url": urls(1)[0], "duration_s": 60.0, **columns}]
    for verb in (
        lambda: sk.estimate_cost(rows),
        lambda: sk.plan(rows),
        lambda: sk.submit_batch(rows, corpus=tmp_path / "c", limits=QUICK, progress=False),
    ):
        with pytest.warns(ManifestWarning, match="as your own") as told:
            verb()
        (message,) = [str(one.message) for one in told if one.category is ManifestWarning]
        assert [name for name in right if name not in message] == []
        assert [one.filename for one in told if one.category is ManifestWarning] == [__file__]


@pytest.mark.parametrize(
    ("sources", "folder", "is_told"),
    [
        (["recordings/a.wav", "recordings/b.wav"], "recordings", True),
        (["recordings/2019/a.wav", "recordings/2020/b.wav"], "recordings", True),
        (["recordings/a.wav"], "recordings/../recordings/", True),
        (["recordings/a.wav"], "recordings/corpus", False),
        (["library/audio/a.wav"], "library", False),
        (["a.wav"], ".", True),
        (["https://host.example/recordings/a.wav", ""], "recordings", False),
    ],
)
def test_a_corpus_among_the_recordings_is_told(sources, folder, is_told, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert (among_the_recordings(Path(folder), sources) is not None) == is_told


def test_a_new_corpus_in_the_folder_of_its_recordings_is_warned_of_once(bench, tmp_path):
    bench(*FAST)
    (tmp_path / "recordings").mkdir()
    tone(tmp_path / "recordings" / "a.wav")
    manifest = sk.scan(tmp_path / "recordings", progress=False)
    with pytest.warns(CorpusFolderWarning, match="among the recordings themselves.*corpus='corpora/recordings'"):
        sk.submit_batch(manifest, corpus=tmp_path / "recordings", limits=QUICK, progress=False)
    with warnings.catch_warnings():
        warnings.simplefilter("error", CorpusFolderWarning)
        sk.submit_batch(manifest, corpus=tmp_path / "recordings", limits=QUICK, progress=False)
        sk.submit_batch(manifest, corpus=tmp_path / "corpora" / "recordings", limits=QUICK, progress=False)


def test_a_table_of_jobs_is_submitted_again_without_a_warning(bench, tmp_path, recwarn):
    bench(*FAST)
    batch = sk.submit_batch([{"url": urls(1)[0]}], corpus=tmp_path / "c", limits=QUICK, progress=False)
    sk.submit_batch(batch.jobs().assign(language=None, model=None), corpus=tmp_path / "d", limits=QUICK, progress=False)
    assert [str(one.message) for one in recwarn if "as your own" in str(one.message)] == []


def test_a_wrong_configuration_is_refused_before_anything_is_recorded_or_sent(bench, tmp_path):
    service = bench(*FAST)
    for wrong in ({"redact_static_entities": {"PROJECT": ["Kestrel"]}}, {"redact_static_entity": {}}, {"webhook_url": "https://a.example"}):
        with pytest.raises(OptionError):
            sk.submit_batch(urls(1), corpus=tmp_path / "c", options=wrong, progress=False)
    assert service.counters()["requests"] == {}
    assert not (tmp_path / "c").exists()


def test_a_misspelt_column_costs_nothing(bench, tmp_path):
    service = bench(*FAST)
    with pytest.raises(OptionError, match="speaker_labels"):
        sk.submit_batch([{"url": urls(1)[0], "speaker_label": True}], corpus=tmp_path / "c", progress=False)
    assert service.counters()["requests"] == {}


def test_a_folder_without_a_corpus_says_so(tmp_path):
    with pytest.raises(LedgerError, match="no corpus"):
        sk.open_corpus(tmp_path)


@pytest.mark.long
def test_many_more_jobs_than_places(bench, tmp_path):
    service = bench("--speed", "2000", "--slots", "5")
    jobs = run(urls(60), tmp_path / "c", limits=sk.Limits(concurrent_jobs=5, poll_s=0.05))
    assert set(jobs["status"]) == {"completed"}
    assert service.counters()["peak_processing"] <= 5


@pytest.mark.long
def test_a_small_request_window_is_kept(bench, tmp_path):
    service = bench(*FAST, "--requests-per-window", "20", "--window-s", "1")
    limits = sk.Limits(poll_s=0.05, requests_per_window=20, window_s=1.0)
    jobs = run(urls(40), tmp_path / "c", limits=limits)
    assert set(jobs["status"]) == {"completed"}
    assert service.counters()["busiest_window"] <= 20
    assert not any("429" in answers for answers in service.counters()["answers"].values())


CRASHING = """
    import os, signal, sys
    import assemblyai, av, httpx, pandas  # loaded once, before the fork
    import scribekit as sk
    import scribekit.api.client
    from scribekit.corpus.ledger import Ledger

    corpus, kill_at, after, *sources = sys.argv[1:]
    record, calls = Ledger.record, 0

    def counted(self, owner, facts):
        global calls
        calls += 1
        if calls == int(kill_at) and after == "0":
            os.kill(os.getpid(), signal.SIGKILL)
        result = record(self, owner, facts)
        if calls == int(kill_at):
            os.kill(os.getpid(), signal.SIGKILL)
        return result

    def work():
        limits = sk.Limits(poll_s=0.05, settle_s=0.3)
        sk.collect(sk.submit_batch(sources, corpus=corpus, limits=limits, progress=False), progress=False)

    child = os.fork()
    if child == 0:
        Ledger.record = counted
        work()
        os._exit(0)
    assert os.WTERMSIG(os.waitpid(child, 0)[1]) == signal.SIGKILL
    work()
"""


@pytest.mark.long
@pytest.mark.parametrize("kill_at", [1, 2, 3, 5])
@pytest.mark.parametrize("after", ["0", "1"], ids=["before the write", "after the write"])
def test_killed_at_a_recorded_fact_and_called_again(bench, tmp_path, kill_at, after):
    service = bench("--speed", "300", "--slots", "4")
    sources = [*urls(4), str(tone(tmp_path / "a.wav")), str(tone(tmp_path / "b.wav", value=1))]
    environment = {**os.environ, "ASSEMBLYAI_API_KEY": service.api_key, "ASSEMBLYAI_BASE_URL": service.base_url}
    command = [sys.executable, "-c", textwrap.dedent(CRASHING), str(tmp_path / "c"), str(kill_at), after, *sources]
    ended = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr
    counters = service.counters()
    assert set(sk.open_corpus(tmp_path / "c").jobs()["status"]) == {"completed"}
    assert counters["jobs_created"] == counters["jobs_completed"] == 6


def test_what_is_left_of_a_deleted_transcript_is_no_transcript(bench, tmp_path):
    service = bench(*FAST)
    service.disguise = {"forgets_jobs": False}  # as the vendor does not
    batch = sk.submit_batch(urls(2), corpus=tmp_path / "c", limits=QUICK, progress=False)
    gone = batch.jobs()["transcript_id"][1]
    asked = {"url": f"{service.base_url}/v2/transcript/{gone}", "headers": {"Authorization": service.connection.api_key}}
    while httpx.get(**asked).json()["status"] != "completed":
        time.sleep(0.05)
    httpx.delete(**asked)
    jobs = sk.collect(batch, progress=False)
    assert jobs["status"].tolist() == ["completed", "error"]
    assert jobs["error_kind"][1] == "transcript_missing"
    assert "The service keeps transcripts for 30 days by default." in jobs["error"][1]
    assert jobs["error"][1].endswith("The service said: Deleted by user.")
    assert service.counters()["jobs_created"] == 2


# -- models -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["universal-3-pro", "universal-3-6-pro", "best", "nano"])
def test_a_refused_model_is_an_error_before_anything_is_sent_or_recorded(bench, tmp_path, name):
    service = bench(*FAST)
    config = aai.TranscriptionConfig(speech_models=[name, "universal-2"], speaker_labels=True)
    with pytest.raises(OptionError, match=r"Use '.*' instead") as caught:
        sk.submit_batch(urls(3000), config, corpus=tmp_path / "c", progress=False)
    assert f"options={{'speech_models': ['{name}', 'universal-2']}}" in str(caught.value)
    assert not (tmp_path / "c").exists()
    assert service.counters()["jobs_created"] == 0


def test_a_refused_model_of_a_row_refuses_the_row(bench, tmp_path):
    bench(*FAST)
    manifest = pd.DataFrame({"url": urls(3), "speech_models": ["universal-2", "universal-3-pro", None]})
    jobs = run(manifest, tmp_path / "c")
    assert jobs["status"].tolist() == ["completed", "refused", "completed"]
    assert jobs["error_kind"][1] == "bad_option"
    assert "'assemblyai-stt-3-7'" in jobs["error"][1]
    assert jobs["model"].tolist()[0::2] == ["universal-2", "assemblyai-stt-3-7"]


def test_a_deprecated_model_is_sent_and_warned_of_once(bench, tmp_path):
    bench(*FAST)
    config = aai.TranscriptionConfig(speech_models=["universal-3-5-pro", "universal-2"])
    with pytest.warns(DeprecatedModelWarning) as caught:
        jobs = run(urls(3), tmp_path / "c", config)
    assert [str(warning.message).count("'universal-3-5-pro' is deprecated") for warning in caught] == [1]
    assert caught[0].filename == __file__
    assert jobs["model"].tolist() == ["universal-3-5-pro"] * 3


def test_parts_that_the_sdk_removes_are_named_once_and_sent_when_given_by_name(bench, tmp_path):
    bench(*FAST)
    request = {"request": {"translation": {"target_languages": ["de"], "force_translation": True}}}
    config = aai.TranscriptionConfig(speech_models=["universal-2"], speech_understanding=request)
    with pytest.warns(LostOptionWarning) as caught:
        run(urls(2), tmp_path / "c", config)
    assert [str(warning.message).count("request.translation.force_translation'") for warning in caught] == [1]
    assert caught[0].filename == __file__
    with warnings.catch_warnings():
        warnings.simplefilter("error", LostOptionWarning)
        sk.submit_batch(urls(2), config, options={"speech_understanding": request}, corpus=tmp_path / "d", limits=QUICK, progress=False)


def test_a_model_that_nobody_knows_is_sent_without_a_word(bench, tmp_path, recwarn):
    bench(*FAST)
    jobs = run(urls(2), tmp_path / "c", aai.TranscriptionConfig(speech_models=["a-model-of-next-year"]))
    assert jobs["model"].tolist() == ["a-model-of-next-year"] * 2
    assert not [warning for warning in recwarn if issubclass(warning.category, DeprecatedModelWarning)]


def test_the_new_default_announces_what_the_old_default_has_transcribed(bench, tmp_path):
    service = bench(*FAST)
    old = aai.TranscriptionConfig(speech_models=["universal-3-5-pro", "universal-2"])
    with pytest.warns(DeprecatedModelWarning):
        run(urls(3), tmp_path / "c", old)
    with pytest.warns(PaidAgainWarning, match="3 recordings"):
        sk.submit_batch(urls(3), corpus=tmp_path / "c", limits=QUICK, progress=False)
    # Who names the models goes on with the jobs that are there.
    created = service.counters()["jobs_created"]
    with pytest.warns(DeprecatedModelWarning):
        run(urls(3), tmp_path / "c", old)
    assert service.counters()["jobs_created"] == created
