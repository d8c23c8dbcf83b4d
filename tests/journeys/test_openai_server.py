"""A server that speaks OpenAI's API transcribes a batch, through the embedded service."""

import warnings

import psutil
import pytest
from openai_server import TEXT, OpenAIServer, reply

import scribekit as sk
from scribekit.base.errors import LocalServiceError, NoConnectionError, OptionError, PlainHttpWarning

KEY = "sk-very-secret"
QUICK = sk.Limits(poll_s=0.1)


@pytest.fixture
def speech():
    server = OpenAIServer()
    yield server
    server.close()


def transcribed(service, corpus, rows):
    with service:
        batch = sk.submit_batch(rows, corpus=corpus, limits=QUICK, progress=False)
        return batch, sk.collect(batch, progress=False)


def test_a_batch_is_transcribed_by_the_server(speech, samples, tmp_path):
    service = sk.local_service("openai", url=speech.url, model="org/small", key=KEY)
    with service:
        [process] = [child for child in psutil.Process().children() if "openai" in child.cmdline()]
        assert KEY not in str(process.cmdline()) + str(process.environ()) + repr(service)
        batch, jobs = transcribed(service, tmp_path / "c", [str(samples / "audio" / "support_call.flac")])
    found = jobs[["status", "model", "cost_usd", "language"]].to_numpy().tolist()
    assert found == [["completed", "embedded-openai-org/small", 0.0, "en"]]
    assert jobs["confidence"].isna().all()
    assert speech.requests[0]["headers"]["authorization"] == f"Bearer {KEY}"
    words = sk.to_frame(batch, "words")
    assert words["text"].tolist() == TEXT.split()
    assert words["confidence"].isna().all()
    [transcript] = sk.to_frame(batch).to_dict("records")
    assert transcript["text"] == TEXT
    assert transcript["engine"] == f"openai org/small at {speech.host} (accuracy not measured, times of words)"
    assert sk.to_frame(batch, "sentences")["text"].tolist() == ["Good morning, all.", "We start."]
    assert sk.flag_for_review(batch)["reasons"].astype(str).str.contains("no confidence").all()
    assert not any(KEY.encode() in path.read_bytes() for path in (tmp_path / "c").rglob("*") if path.is_file())


def test_the_failure_of_one_recording_is_its_own_and_says_what_the_server_said(speech, samples, tmp_path):
    speech.answers = [reply({"detail": "too long"}, 413), reply()]
    audio = samples / "audio"
    rows = [str(audio / "support_call.flac"), str(audio / "standup_terms.mp4")]
    service = sk.local_service(url=speech.url, model="small", slots=1)
    _, jobs = transcribed(service, tmp_path / "c", rows)
    assert sorted(jobs["status"]) == ["completed", "error"]
    [failed] = jobs[jobs["status"] == "error"].to_dict("records")
    assert failed["error_kind"] == "speech_server"
    assert f"The speech server {speech.host} does not take so large a recording (413)." in failed["error"]


def test_two_models_and_two_servers_are_two_services(speech, samples, tmp_path):
    other = OpenAIServer()
    rows = [str(samples / "audio" / "support_call.flac")]
    for server, model in ((speech, "small"), (speech, "large"), (speech, "small"), (other, "small")):
        transcribed(sk.local_service("openai", url=server.url, model=model, key=KEY), tmp_path / "c", rows)
    other.close()
    assert [dict(asked["fields"])["model"] for asked in speech.requests] == ["small", "large"]
    assert [dict(asked["fields"])["model"] for asked in other.requests] == ["small"]


def test_the_host_in_job_keys_has_server_and_model_and_no_secret(speech):
    with sk.local_service("openai", url=f"{speech.url}/", model="org/small@1", key=KEY) as service:
        assert service.connection.host == f"embedded:openai/org%2Fsmall%401/{speech.url}"


def test_what_is_left_to_a_server_is_not_sent_without_being_asked_for(speech, samples, tmp_path):
    with sk.local_service("openai", url=speech.url, model="small", slots=1):
        speech.answers = [lambda handler, state: state.let_go.wait()]
        batch = sk.submit_batch([str(samples / "audio" / "support_call.flac")], corpus=tmp_path / "c", limits=QUICK, progress=False)
    with pytest.raises(NoConnectionError, match=rf"sk\.local_service\('openai', url='{speech.url}', model='small'\)"):
        sk.collect(batch, progress=False)


def test_the_key_may_be_in_the_environment(speech, samples, tmp_path, monkeypatch):
    monkeypatch.setenv("SCRIBEKIT_OPENAI_KEY", KEY)
    transcribed(sk.local_service("openai", url=speech.url, model="small"), tmp_path / "c", [str(samples / "audio" / "support_call.flac")])
    assert speech.requests[0]["headers"]["authorization"] == f"Bearer {KEY}"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({}, "needs url="),
        ({"url": "http://127.0.0.1:9/v1"}, "needs url="),
        ({"url": "127.0.0.1:9", "model": "m"}, "does not begin with https://"),
        ({"url": f"http://ada:{KEY}@lab/v1", "model": "m"}, "belongs into key="),
        ({"url": "http://127.0.0.1:9/v1", "model": "m", "key": f"Bearer {KEY}"}, "without 'Bearer'"),
        ({"url": "http://127.0.0.1:9/v1", "model": "m", "key": ""}, "is empty"),
        ({"url": "http://127.0.0.1:9/v1", "model": "m", "device": "cuda"}, "is for the recogniser 'whisper', not for 'openai'"),
    ],
)
def test_what_cannot_be_is_refused_before_anything_starts(arguments, said):
    with pytest.raises(OptionError) as caught:
        sk.local_service("openai", **arguments)
    assert said in str(caught.value)
    assert KEY not in str(caught.value)


def test_arguments_of_the_server_are_for_no_other_recogniser():
    with pytest.raises(OptionError, match="url= and key= is for the recogniser 'openai', not for 'pocketsphinx'"):
        sk.local_service("pocketsphinx", url="http://127.0.0.1:9/v1", key=KEY)


def test_plain_http_to_another_machine_is_warned_of():
    with pytest.warns(PlainHttpWarning, match="go to lab:8000 unencrypted") as caught:
        sk.local_service("openai", url="http://lab:8000/v1", model="m")
    assert caught[0].filename == __file__
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        sk.local_service("openai", url="https://lab:8000/v1", model="m")
        sk.local_service("openai", url="http://localhost:8000/v1", model="m")


def test_a_key_in_the_environment_that_is_none_is_said_at_the_start(speech, monkeypatch):
    monkeypatch.setenv("SCRIBEKIT_OPENAI_KEY", "a key")
    with pytest.raises(LocalServiceError, match="SCRIBEKIT_OPENAI_KEY is not a key"):
        sk.local_service("openai", url=speech.url, model="m").start()
