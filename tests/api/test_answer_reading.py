import json

import msgspec
import pytest

from scribekit.api import answer_reading
from scribekit.api.answer_reading import WrongAnswerError
from scribekit.api.answers import Accepted, Uploaded

URL = "https://host.example/a.mp3"


def body(**values):
    return json.dumps(values).encode()


def test_an_upload_has_an_address():
    assert answer_reading.uploaded(body(upload_url=URL)) == Uploaded(URL)
    with pytest.raises(WrongAnswerError, match="named no address"):
        answer_reading.uploaded(body(upload_url="a.mp3"))


def test_a_created_job_has_an_id_and_the_audio_that_was_asked_for():
    assert answer_reading.accepted(URL, body(id="t1", audio_url=URL)) == Accepted("t1", "queued")
    assert answer_reading.accepted(URL, body(id="t1")) == Accepted("t1", "queued")
    with pytest.raises(WrongAnswerError, match="named no transcript"):
        answer_reading.accepted(URL, body(id=""))
    with pytest.raises(WrongAnswerError, match="was about other audio"):
        answer_reading.accepted(URL, body(id="t1", audio_url=URL + "x"))


def test_a_transcript_has_the_id_and_the_audio_that_were_asked_for():
    whole = body(id="t1", status="completed", audio_url=URL)
    assert answer_reading.fetched("t1", URL, whole).body == whole
    assert answer_reading.fetched("t1", None, whole).report.status == "completed"
    with pytest.raises(WrongAnswerError, match="held another transcript"):
        answer_reading.fetched("t2", URL, whole)
    with pytest.raises(WrongAnswerError, match="held a transcript of other audio"):
        answer_reading.fetched("t1", URL + "x", whole)


def test_a_page_without_some_items_is_not_whole():
    items = [{"id": "t1", "status": "queued"}, {"id": "../t2", "status": "queued"}]
    details = {"limit": 200, "result_count": 2}
    page = answer_reading.listed(body(transcripts=items, page_details=details))
    assert [item.id for item in page.transcripts] == ["t1"]
    assert not page.is_whole
    assert answer_reading.listed(body(transcripts=items[:1], page_details=details)).is_whole
    with pytest.raises(msgspec.MsgspecError):
        answer_reading.listed(b"[")
