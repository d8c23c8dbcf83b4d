"""Options that the service refuses stop the batch at once; what rows have of their own stops nothing. Its sentences are always shown."""

import contextlib
import json
import logging
import os
import sqlite3
import subprocess
import sys
import textwrap
import wave

import pytest
from patience import wait_until
from relay import Relay

import scribekit as sk
from scribekit.base.contract import ERROR_SERVER
from scribekit.base.errors import ServiceStoppedError

QUICK = sk.Limits(poll_s=0.05, settle_s=0.3, backoff_s=0.05)
FAST = ("--speed", "2000", "--slots", "50")
CREATE, UPLOAD = "POST /v2/transcript", "POST /v2/upload"
DEPRECATED = 'The "universal-3-pro" speech model(s) have been deprecated. Use speech_models: ["universal-3-5-pro", "universal-2"] instead.'
MODEL_LIST = '"speech_models" must be a non-empty list containing one or more of: "universal-3-pro", "universal-2", "universal-3-5-pro"'


def urls(count, **columns):
    return [{"url": f"https://host.example/{i:04d}.mp3?duration={600 + i}", **columns} for i in range(count)]


def files(folder, count):
    """Files of different lengths, the longest first."""
    for number in range(count):
        with wave.open(str(folder / f"{number:03d}.wav"), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(8000)
            file.writeframes(bytes([number % 250, number // 250]) * (300 * (count - number) + 2000))
    return sk.scan(folder, progress=False)


def refusing(bench, pattern, sentence, status=400):
    return bench(*FAST, "--faults", json.dumps({"refuse_matching": {pattern: sentence}, "refuse_status": status}))


def submit(manifest, corpus, **arguments):
    return sk.submit_batch(manifest, corpus=corpus, limits=QUICK, progress=False, **arguments)


def requests(service, kind):
    return service.counters()["requests"].get(kind, 0)


@pytest.mark.long
@pytest.mark.parametrize(
    ("sentence", "status"), [(DEPRECATED, 400), (MODEL_LIST, 400), ("No such model here.", 400), ("Not allowed.", 403)]
)
def test_a_model_that_the_service_refuses_stops_thousands_of_rows_after_five(bench, tmp_path, caplog, sentence, status):
    service = refusing(bench, "universal-2", sentence, status)
    heard = []
    with caplog.at_level(logging.WARNING, "scribekit"), pytest.raises(ServiceStoppedError) as stop:
        submit(urls(3000), tmp_path / "c", on_event=heard.append)
    assert requests(service, CREATE) <= 5
    assert sentence in str(stop.value)
    assert "submit again" in str(stop.value)
    (alert,) = [event for event in heard if event["alert"]]
    assert alert["alert"] == "stopped"
    assert sentence in alert["error"]
    (record,) = caplog.records
    assert sentence in record.getMessage()
    corpus = sk.open_corpus(tmp_path / "c")
    jobs = corpus.jobs()
    assert jobs["status"].value_counts().to_dict() == {"planned": 2995, "error": 5}
    assert jobs.loc[jobs["status"] == "error", "error"].str.contains(sentence, regex=False).all()
    assert set(jobs.loc[jobs["status"] == "planned", "error_kind"]) == {"options"}
    assert "2,995 held back: the service refuses their options" in repr(corpus)
    events = sk.to_frame(corpus, "events")
    assert events.loc[events["event"] == "stopped", "detail"].str.contains(sentence, regex=False).tolist() == [True]
    failed = events[events["state"] == "error"]
    assert failed["detail"].str.contains(sentence, regex=False).all()
    assert failed["recording_id"].notna().all()


@pytest.mark.long
def test_files_are_tried_with_the_smallest_and_two_uploads_are_enough(bench, tmp_path):
    service = refusing(bench, "universal-2", MODEL_LIST)
    (tmp_path / "audio").mkdir()
    manifest = files(tmp_path / "audio", 300)
    with pytest.raises(ServiceStoppedError, match="non-empty list"):
        submit(manifest, tmp_path / "c")
    assert requests(service, UPLOAD) == requests(service, CREATE) == 2
    jobs = sk.open_corpus(tmp_path / "c").jobs()
    assert jobs.index[jobs["status"] == "error"].tolist() == [298, 299]


@pytest.mark.long
def test_rows_and_files_together(bench, tmp_path, caplog):
    service = refusing(bench, "universal-2", DEPRECATED)
    (tmp_path / "audio").mkdir()
    files(tmp_path / "audio", 200)
    rows = [row["url"] for row in urls(3000)] + sorted(map(str, (tmp_path / "audio").iterdir()))
    manifest = sk.read_manifest([{"path": row} for row in rows], progress=False)
    heard = []
    with caplog.at_level(logging.WARNING, "scribekit"), pytest.raises(ServiceStoppedError) as stop:
        submit(manifest, tmp_path / "c", on_event=heard.append)
    assert DEPRECATED in str(stop.value)
    assert requests(service, CREATE) <= 5
    assert requests(service, UPLOAD) <= 2
    assert [event["alert"] for event in heard if event["alert"]] == ["stopped"]
    assert len(caplog.records) == 1


SUBMITTING = """
    import sys
    import scribekit as sk

    corpus, name, count, *paths = sys.argv[1:]
    rows = [f"https://host.example/{name}/{number:04d}.mp3?duration={600 + number}" for number in range(int(count))]
    manifest = sk.read_manifest([{"path": row} for row in [*rows, *paths]], progress=False)
    try:
        limits = sk.Limits(poll_s=0.05, settle_s=0.3, backoff_s=0.05)
        sk.collect(sk.submit_batch(manifest, corpus=corpus, limits=limits, progress=False), progress=False)
    except sk.errors.ServiceStoppedError as stop:
        print(stop)
"""


def batches_in(corpus):
    with contextlib.closing(sqlite3.connect(corpus / "ledger.sqlite")) as db:
        return db.execute("SELECT COUNT(*) FROM batches").fetchone()[0]


def in_two_processes(service, corpus, count, paths=((), ())):
    """Two processes submit batches of their own to one corpus; what each says at its end. No job is created before both are planned."""

    def wait_for_both(method, path, _body):
        if (method, path) == ("POST", "/v2/transcript"):
            wait_until(lambda: batches_in(corpus) == 2)

    with Relay(service.base_url) as relay:
        relay.spoil = wait_for_both
        return run_both({"ASSEMBLYAI_API_KEY": service.connection.api_key, "ASSEMBLYAI_BASE_URL": relay.base_url}, corpus, count, paths)


def run_both(reached, corpus, count, paths):
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    started = [
        subprocess.Popen(
            [sys.executable, "-c", textwrap.dedent(SUBMITTING), str(corpus), name, str(count), *own], env={**os.environ, **reached}, **pipes
        )
        for name, own in zip("ab", paths, strict=True)
    ]
    ended = [process.communicate() for process in started]
    assert [process.returncode for process in started] == [0, 0], ended
    return [said for said, _ in ended]


@pytest.mark.long
def test_two_processes_on_one_corpus_send_no_more_than_one(bench, tmp_path):
    service = bench(
        *FAST, "--faults", json.dumps({"refuse_matching": {"universal-2": MODEL_LIST}, "slow_body": {"create": 1.0}, "slow_body_s": 0.3})
    )
    for folder in "ab":
        (tmp_path / folder).mkdir()
        files(tmp_path / folder, 20 if folder == "a" else 30)
    paths = [sorted(map(str, (tmp_path / folder).iterdir())) for folder in "ab"]
    said = in_two_processes(service, tmp_path / "c", 300, paths)
    assert all(MODEL_LIST in sentence for sentence in said), said
    assert requests(service, CREATE) <= 5
    assert requests(service, UPLOAD) <= 2
    jobs = sk.open_corpus(tmp_path / "c").jobs()
    assert set(jobs.loc[jobs["status"] != "error", "error_kind"]) == {"options"}


@pytest.mark.long
def test_two_processes_on_one_corpus_finish_what_the_service_takes(bench, tmp_path):
    service = bench(*FAST)
    assert in_two_processes(service, tmp_path / "c", 20) == ["", ""]
    jobs = sk.open_corpus(tmp_path / "c").jobs()
    assert jobs["status"].tolist() == ["completed"] * 40
    assert requests(service, CREATE) == 40


def test_rows_with_terms_of_their_own_still_show_that_the_model_is_refused(bench, tmp_path):
    service = refusing(bench, "universal-2", MODEL_LIST)
    manifest = [{**row, "keyterms_prompt": f"term {number}"} for number, row in enumerate(urls(300))]
    with pytest.raises(ServiceStoppedError, match="non-empty list"):
        submit(manifest, tmp_path / "c")
    assert requests(service, CREATE) <= 5
    assert sk.open_corpus(tmp_path / "c").counts() == {"planned": 295, "error": 5}


@pytest.mark.long
def test_rows_refused_for_options_of_their_own_stop_nothing(bench, tmp_path):
    service = refusing(bench, "Ship", "'Ship' was included in the word boost list but contains unsupported characters")
    own = [{**row, "keyterms_prompt": f"Ship {number}"} for number, row in enumerate(urls(20))]
    rows = [*({**row, "url": row["url"] + "1"} for row in own), *urls(60)]
    heard = []
    batch = submit(rows, tmp_path / "c", on_event=heard.append)
    jobs = sk.collect(batch, progress=False, on_event=heard.append)
    assert jobs["status"].tolist() == ["error"] * 20 + ["completed"] * 60
    assert jobs["error"][:20].str.contains("'Ship' was included").all()
    assert requests(service, CREATE) == 80
    assert sorted(event["recording_id"] for event in heard if event["alert"]) == sorted(jobs["recording_id"][:20])


def test_all_rows_of_a_small_batch_fail_as_rows(bench, tmp_path):
    service = refusing(bench, "universal-2", MODEL_LIST)
    heard = []
    jobs = sk.collect(submit(urls(3), tmp_path / "c", on_event=heard.append), progress=False)
    assert jobs["error_kind"].tolist() == ["refused_model"] * 3
    assert requests(service, CREATE) == 3
    assert [event["alert"] for event in heard if event["alert"]] == ["failed"] * 3


def test_corrected_options_go_on_in_the_same_corpus(bench, tmp_path):
    service = refusing(bench, "disfluencies", "disfluencies are not for you")
    with pytest.raises(ServiceStoppedError):
        submit(urls(30, disfluencies=True), tmp_path / "c")
    batch = submit(urls(30), tmp_path / "c")
    assert set(sk.collect(batch, progress=False)["status"]) == {"completed"}
    created = requests(service, CREATE)
    # What waits for other options is passed over.
    sk.collect(sk.open_corpus(tmp_path / "c"), limits=QUICK, progress=False)
    assert requests(service, CREATE) == created == 35


def test_the_same_call_again_asks_once_and_a_changed_mind_of_the_service_is_followed(bench, tmp_path):
    service = refusing(bench, "universal-2", DEPRECATED)
    for created in (5, 6):
        with pytest.raises(ServiceStoppedError, match="deprecated"):
            submit(urls(30), tmp_path / "c")
        assert requests(service, CREATE) == created
    service.set_faults()
    corpus = sk.open_corpus(tmp_path / "c")
    assert sk.retry(corpus, error_kind="refused_model") == 6
    jobs = sk.collect(corpus, limits=QUICK, progress=False)
    assert set(jobs["status"]) == {"completed"}
    assert jobs["error_kind"].isna().all()


def test_a_run_that_was_cut_short_counts_what_the_service_refused_before(bench, tmp_path):
    service = refusing(bench, "universal-2", DEPRECATED)
    one = sk.Limits(concurrent_jobs=3, queue_ahead=0, poll_s=0.05, settle_s=0.3, backoff_s=0.05)
    batch = sk.submit_batch(urls(30), corpus=tmp_path / "c", limits=one, progress=False)
    assert requests(service, CREATE) == 3
    with pytest.raises(ServiceStoppedError, match="deprecated"):
        sk.collect(batch, progress=False)
    assert requests(service, CREATE) == 5


@pytest.mark.long
def test_a_model_that_is_refused_after_it_was_accepted_stops_the_batch(bench, tmp_path):
    service = bench(*FAST)
    sk.collect(submit(urls(6), tmp_path / "c"), progress=False)
    service.set_faults(refuse_matching={"universal-2": DEPRECATED})
    later = [{**row, "url": row["url"] + "1"} for row in urls(3000)]
    with pytest.raises(ServiceStoppedError, match="deprecated"):
        submit(later, tmp_path / "c")
    assert requests(service, CREATE) <= 6 + QUICK.in_flight


def test_too_many_requests_by_403_is_waited_for(bench, tmp_path):
    service = refusing(bench, "universal-2", "Too Many Requests", 403)
    impatient = sk.Limits(poll_s=0.05, settle_s=0.3, backoff_s=0.01)
    batch = sk.submit_batch(
        urls(1), corpus=tmp_path / "first", limits=impatient, progress=False, on_event=lambda event: service.set_faults()
    )
    assert sk.collect(batch, progress=False)["status"].tolist() == ["completed"]
    assert "rate limited" in sk.to_frame(batch, "events")["event"].tolist()


REFUSALS = [
    "The following models are not available in this language: speaker_labels",
    "'\U0001f1f8\U0001f1ec' was included in the word boost list but contains unsupported characters",
    "Transcript lookup error, transcript id not found",
    "format_text must be a Boolean",
    "Invalid endpoint schema, please refer to documentation for examples.",
    DEPRECATED,
    MODEL_LIST,
    "speech_understanding.request is empty",
    "audio_url should start with http",
    "A sentence of next year, about something else.",
]
ENDS = [
    "Download error, unable to download https://host.example/a.mp3. Please make sure the file exists and is accessible from the internet.",
    "Download error to https://host.example/a.mp3, 403 Client Error: Forbidden for url: https://host.example/a.mp3",
    "Download error, unable to access file at https://host.example/a.mp3",
    "File does not appear to contain audio. File type is text/html (HTML document, ASCII text, with very long lines (56754)).",
    "Transcoding failed. File type application/json",
    "Audio duration is too short.",
    "Audio speech threshold 0.9461 is below the requested speech threshold value 1.0",
    "detected language 'bg', confidence 0.2949, is below the requested confidence threshold value of '0.4'",
    "language_detection cannot be performed on files with no spoken audio",
    "Server error, developers have been alerted",
    "A reason of next year, which nobody knows.",
]


def test_every_sentence_of_the_service_is_in_the_error_and_in_the_events(bench, tmp_path):
    faults = {
        "refuse_matching": {f"refused/{number}.mp3": sentence for number, sentence in enumerate(REFUSALS)},
        "fail_matching": {f"ended/{number}.mp3": sentence for number, sentence in enumerate(ENDS)},
    }
    bench(*FAST, "--faults", json.dumps(faults))
    rows = [f"https://host.example/refused/{number}.mp3?duration=60" for number in range(len(REFUSALS))]
    rows += [f"https://host.example/ended/{number}.mp3?duration=60" for number in range(len(ENDS))]
    batch = sk.submit_batch(rows, corpus=tmp_path / "c", limits=QUICK, progress=False)
    jobs = sk.collect(batch, progress=False)
    events = sk.to_frame(batch, "events")
    failed = events[events["state"] == "error"].set_index("recording_id")["detail"]
    for name, error, sentence in zip(jobs["recording_id"], jobs["error"], REFUSALS + ENDS, strict=True):
        assert error.endswith(f". The service said: {sentence}") or f") The service said: {sentence}" in error
        assert failed[name] == error


ANSWERS = [
    (400, "Your current account balance is negative. Please top up to continue using the API."),
    (401, "Authentication error, API token missing/invalid"),
    (403, "Cannot access uploaded file"),
    (404, "Not found"),
]


@pytest.mark.parametrize(("status", "sentence"), ANSWERS)
def test_the_sentence_of_an_answer_with_any_status_is_in_the_error(bench, tmp_path, status, sentence):
    refusing(bench, "host.example", sentence, status)
    try:
        error = sk.collect(submit(urls(1), tmp_path / "c"), progress=False)["error"][0]
    except ServiceStoppedError as stop:
        error = str(stop)
    assert f". The service said: {sentence}" in error
    events = sk.to_frame(sk.open_corpus(tmp_path / "c"), "events")
    assert events["detail"].str.contains(sentence, regex=False).any()


WAITS = [({"too_many": {"create": 1.0}, "retry_after_s": 0}, "Too Many Requests"), ({"http_500": {"create": 1.0}}, ERROR_SERVER)]


@pytest.mark.long
@pytest.mark.parametrize(("faults", "sentence"), WAITS)
def test_the_sentence_of_an_answer_that_is_waited_out_is_in_the_events(bench, tmp_path, faults, sentence):
    service = bench(*FAST, "--faults", json.dumps(faults))
    jobs = sk.collect(submit(urls(1), tmp_path / "c", on_event=lambda event: service.set_faults()), progress=False)
    assert jobs["status"].tolist() == ["completed"]
    details = sk.to_frame(sk.open_corpus(tmp_path / "c"), "events")["detail"]
    assert any(detail.startswith("{") and json.loads(detail).get("said") == sentence for detail in details), details.tolist()
