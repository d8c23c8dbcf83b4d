import asyncio
import logging
import time

import pytest
from openai_server import cut, endless, reply, silent
from ports import reserve_port

from scribekit.base.errors import OptionError
from scribekit.service.recognisers.base import RecognitionError
from scribekit.service.recognisers.openai import server as module
from scribekit.service.recognisers.openai.server import ATTEMPTS, Server

KEY = "sk-very-secret"
PROMPT = "the merger with Acme"
FIELDS = {"model": "small", "prompt": PROMPT}


def ask(server, path, length_s=2.0):
    with path.open("rb") as sound:
        return asyncio.run(server.transcribe(sound, FIELDS, length_s))


def error(server, path, length_s=2.0):
    with pytest.raises(RecognitionError) as caught:
        ask(server, path, length_s)
    said = str(caught.value)
    assert KEY not in said
    assert PROMPT not in said
    assert said.startswith("The speech server 127.0.0.1:")
    assert said.count("\n") == 0
    return said


def openai_error(message):
    return {"error": {"message": message, "type": "invalid_request_error"}}


@pytest.mark.parametrize(
    ("status", "answer", "sentence"),
    [
        (401, openai_error(f"Incorrect API key provided: {KEY}"), "refuses the key (401). Give its key as key="),
        (403, {"detail": "no"}, "refuses the key (403)"),
        (404, {"detail": "Model 'small' is not installed"}, "no model 'small' (404: Model 'small' is not installed). Check model="),
        (404, b"<html>Not found</html>", "has no such address, or no model 'small' (404). Check model="),
        (413, b"", "does not take so large a recording (413). Raise its limit"),
        (
            400,
            openai_error("verbose_json is not supported by\nthis model"),
            "the request (400: verbose_json is not supported by this model).",
        ),
        (422, {"detail": [{"msg": "bad", "input": PROMPT}]}, "refuses the request (422)."),
        (400, {"error": f"I do not like {PROMPT!r}"}, "refuses the request (400)."),
        (400, b"[" * 100_000, "refuses the request (400)."),
        (400, {"error": "x" * 1000}, "x…)."),
    ],
)
def test_a_refusal_is_one_sentence_and_is_not_asked_for_again(speech, recording, status, answer, sentence):
    speech.answers = [reply(answer, status)]
    assert sentence in error(Server(speech.url, KEY), recording())
    assert len(speech.requests) == 1


def test_a_server_that_wants_a_key_is_told_so(speech, recording):
    speech.answers = [reply({}, 401)]
    assert "wants a key (401)" in error(Server(speech.url, None), recording())


def test_a_redirect_is_not_followed(speech, recording):
    speech.answers = [reply(b"", 307, location=f"{speech.url}/elsewhere")]
    assert "leads to another address (307), which is not followed" in error(Server(speech.url, KEY), recording())
    assert len(speech.requests) == 1


@pytest.mark.parametrize(("status", "what"), [(429, "has too much to do (429"), (500, "failed (500"), (503, "failed (503")])
def test_a_failure_that_may_pass_is_tried_again_with_the_whole_sound(speech, recording, status, what):
    failed = reply(openai_error("busy"), status)
    speech.answers = [failed, failed, reply({"text": "Yes."})]
    assert b"Yes." in ask(Server(speech.url, KEY, pause_s=0), recording())
    assert [asked["sounds"] for asked in speech.requests] == [speech.requests[0]["sounds"]] * 3
    speech.answers = [failed]
    assert error(Server(speech.url, KEY, pause_s=0), recording()).endswith(f"{what}: busy), in each of {ATTEMPTS} attempts.")
    assert len(speech.requests) == 3 + ATTEMPTS


def test_the_pause_is_the_servers_own(speech, recording, monkeypatch):
    pauses = []

    async def sleep(seconds):
        pauses.append(seconds)

    monkeypatch.setattr(module.asyncio, "sleep", sleep)
    speech.answers = [reply(b"", 429, retry_after="7"), reply(b"", 503, retry_after="90000"), reply(b"", 500), reply({"text": ""})]
    ask(Server(speech.url, KEY, pause_s=1), recording())
    assert pauses == [7.0, module.LONGEST_PAUSE_S, 4.0]


def test_a_server_that_is_not_there_is_said(recording):
    server = Server(f"http://127.0.0.1:{reserve_port()}/v1", KEY, pause_s=0)
    assert "cannot be reached (is it running?), in each of" in error(server, recording())


def test_a_connection_that_breaks_is_tried_again(speech, recording):
    speech.answers = [cut, reply({"text": "Yes."})]
    assert b"Yes." in ask(Server(speech.url, KEY, pause_s=0), recording())
    speech.answers = [cut]
    assert "broke the connection off, in each of" in error(Server(speech.url, KEY, pause_s=0), recording())


@pytest.mark.parametrize("behaviour", [silent, endless])
def test_an_answer_that_does_not_come_is_given_up_after_a_time_that_grows_with_the_sound(speech, recording, behaviour):
    speech.answers = [behaviour]
    began = time.monotonic()
    assert error(Server(speech.url, KEY, patience_s=0.4), recording(), length_s=0.2).endswith("did not answer within 1 s.")
    assert time.monotonic() - began >= 1.0
    assert len(speech.requests) == 1


def test_an_answer_that_is_too_large_is_not_read(speech, recording, monkeypatch):
    monkeypatch.setattr(module, "LARGEST_ANSWER_BYTES", 1000)
    speech.answers = [reply({"text": "x" * 2000})]
    assert "gave an answer that was larger than 0.001 MB." in error(Server(speech.url, KEY), recording())


def test_certificates_that_cannot_be_read_are_said(recording, monkeypatch, tmp_path):
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "missing.pem"))
    with pytest.raises(RecognitionError, match="SSL_CERT_FILE"):
        ask(Server("https://127.0.0.1:9/v1", KEY), recording())


def test_a_malformed_address_is_refused():
    with pytest.raises(OptionError, match="holds a name or password"):
        Server("http://ada:hunter2@lab:8000/v1", None)


def test_nothing_of_it_is_logged(speech, recording, caplog):
    caplog.set_level(logging.DEBUG)
    ask(Server(speech.url, KEY), recording())
    assert KEY not in caplog.text
    assert PROMPT not in caplog.text
