import json
from dataclasses import replace

import pytest
from listing import PAGE_SIZE, Service, with_client

from scribekit.api.answers import Accepted, NoAnswer, NotFound, Refused
from scribekit.api.limits import Limits
from scribekit.batch.engine.outages import Contact
from scribekit.batch.engine.reconcile import find_lost_transcript
from scribekit.corpus.job import Job

URL = "https://host.example/a.mp3"
UPLOAD = "https://cdn.example/upload/1"
MODELS = '{"speech_models":["universal-2"]}'


@pytest.fixture
def service():
    return Service()


def found(service, job, known=()):
    async def search(client):
        return await find_lost_transcript(client, Contact(client, Limits()), job, lambda names: set(names) & set(known))

    return with_client(service, search)


IN_DOUBT = Job("k", URL, MODELS, 60.0, state="submitting", intent_at=0.0)
UPLOAD_IN_DOUBT = replace(IN_DOUBT, source="/a.mp3", sha256="ab", upload_url=UPLOAD)


def test_an_upload_is_found_by_its_address_only(service):
    service.add("t1", "processing", UPLOAD, speech_models=["something else"])
    service.add_others(3)
    assert found(service, UPLOAD_IN_DOUBT) == Accepted("t1", "processing", found=True)
    assert service.asked == ["page"]


def test_nothing_like_it_in_the_list(service):
    service.add_others(3)
    assert found(service, IN_DOUBT) == NotFound()
    assert found(service, UPLOAD_IN_DOUBT) == NotFound()


def test_an_empty_account_has_nothing(service):
    assert found(service, IN_DOUBT) == NotFound()


def test_jobs_of_one_address_are_told_apart_by_their_options(service):
    service.add("plain", audio_url=URL, speech_models=["universal-2"], speaker_labels=None)
    service.add("labels", audio_url=URL, speech_models=["universal-2"], speaker_labels=True)
    service.add("other", audio_url=URL, speech_models=["universal-3-pro"])
    labels = replace(IN_DOUBT, options='{"speaker_labels":true,"speech_models":["universal-2"]}')
    no_labels = replace(IN_DOUBT, options='{"speaker_labels":false,"speech_models":["universal-2"]}')
    assert found(service, labels, known=["plain"]) == Accepted("labels", "queued", found=True)
    assert found(service, no_labels, known=["labels"]) == Accepted("plain", "queued", found=True)
    assert found(service, replace(IN_DOUBT, options='{"speech_models":["universal-3-pro"]}')).transcript_id == "other"


def test_a_transcript_that_is_not_quite_json_is_read_like_any_other(service):
    service.add("t1", audio_url=URL, speech_models=["universal-2"])
    service.spoilt["t1"] = (200, b'{"id": "t1", "status": "queued", "speech_models": ["universal-2"], "text": "\xff\n"}')
    assert found(service, IN_DOUBT) == Accepted("t1", "queued", found=True)


def test_a_language_code_that_the_service_rewrote_does_not_matter(service):
    service.add("t1", audio_url=URL, speech_models=["universal-2"], language_code="en_us")
    assert found(service, replace(IN_DOUBT, options='{"language_code":"en","speech_models":["universal-2"]}')).transcript_id == "t1"


@pytest.mark.parametrize("language", ["en", "fr"])
def test_of_several_that_fit_the_nearest_is_ours(service, language):
    for name in ("en", "fr", "de"):
        service.add(name, audio_url=URL, speech_models=["universal-2"], language_code=name)
    job = replace(IN_DOUBT, options=json.dumps({"language_code": language, "speech_models": ["universal-2"]}))
    assert found(service, job).transcript_id == language


def test_a_list_that_the_service_rewrote_does_not_matter(service):
    service.add("t1", audio_url=URL, speech_models=["universal-2"], keyterms_prompt=["kestrel labs"])
    sent = '{"keyterms_prompt":["Kestrel Labs"],"speech_models":["universal-2"]}'
    assert found(service, replace(IN_DOUBT, options=sent)).transcript_id == "t1"


def test_a_transcript_that_belongs_to_a_job_is_not_taken(service):
    service.add("ours", audio_url=URL)
    assert found(service, IN_DOUBT, known=["ours"]) == NotFound()
    service.add("lost", audio_url=URL)
    assert found(service, IN_DOUBT, known=["ours"]) == Accepted("lost", "queued", found=True)


def test_the_list_is_read_back_to_the_bookmark_and_no_further(service):
    service.add("older", audio_url=URL)
    service.add("bookmark")
    service.add("lost", audio_url=URL)
    service.add_others(2 * PAGE_SIZE)
    service.add_others(PAGE_SIZE)
    marked = replace(IN_DOUBT, bookmark="bookmark")
    assert found(service, marked) == Accepted("lost", "queued", found=True)
    service.asked.clear()
    assert found(service, marked, known=["lost"]) == NotFound()
    assert service.asked == ["page"] * 4


def test_a_bookmark_that_was_deleted_means_the_whole_list(service):
    service.add("lost", audio_url=URL)
    service.add_others(PAGE_SIZE + 1)
    assert found(service, replace(IN_DOUBT, bookmark="deleted")) == Accepted("lost", "queued", found=True)


@pytest.mark.parametrize("name", ["page", "lost"])
def test_a_search_that_fails_says_so(service, name):
    service.add("lost", audio_url=URL)
    service.spoilt[name] = (503, b"{}")
    assert found(service, IN_DOUBT) == Refused(503)
    service.spoilt[name] = (200, b"{")
    assert found(service, IN_DOUBT) == NoAnswer(sent=True, unreadable=True)


def test_a_request_with_a_link_that_was_signed_again_since_is_found(service):
    service.add("t1", audio_url=f"{URL}?X-Amz-Date=1&X-Amz-Signature=old", speech_models=["universal-2"])
    renewed = replace(IN_DOUBT, upload_url=f"{URL}?X-Amz-Date=2&X-Amz-Signature=new")
    assert found(service, renewed) == Accepted("t1", "queued", found=True)
    assert found(service, replace(renewed, upload_url=f"{URL}?track=2&X-Amz-Signature=new")) == NotFound()
