import psutil
import pytest

from scribekit.base import contract


def test_unknown_ids_are_400_with_the_literal(service):
    for path in ("nope", "nope/srt", "nope/vtt", "nope/sentences", "nope/paragraphs", "nope/word-search?words=a", "nope/redacted-audio"):
        answer = service.http.get(f"/v2/transcript/{path}")
        assert (answer.status_code, answer.json()["error"]) == (400, contract.ERROR_NOT_FOUND)
    assert service.http.delete("/v2/transcript/nope").status_code == 400


def test_refused_requests_say_why(service):
    def refusal(body):
        answer = service.http.post("/v2/transcript", json=body)
        assert answer.status_code == 400
        return answer.json()["error"]

    assert refusal({"audio_url": "http://x.example/a", "colour": 1}) == contract.ERROR_SCHEMA
    assert refusal(["audio_url"]) == contract.ERROR_SCHEMA
    assert refusal({}) == contract.ERROR_SCHEMA
    assert refusal({"audio_url": "http://x.example/a", "format_text": "yes"}) == "format_text must be a Boolean"
    assert service.http.post("/v2/transcript", content=b"{").json()["error"] == contract.ERROR_SCHEMA


def test_missing_models_are_refused_on_request_only(service, start):
    strict = start("--require-models")
    answer = strict.http.post("/v2/transcript", json={"audio_url": "http://x.example/a"})
    assert answer.status_code == 400
    assert strict.create(speech_models=["universal-2"])["status"] == "queued"
    assert service.create()["status"] == "queued"


def test_deleting_wipes_the_content_and_keeps_the_record(service):
    url = service.upload(b'scripted:{"duration_s": 90}')
    done = service.transcribe(url, speaker_labels=True, webhook_url="http://hook.example/")
    deleted = service.http.delete(f"/v2/transcript/{done['id']}").json()
    assert (deleted["status"], deleted["text"]) == ("completed", contract.DELETED_TEXT)
    assert deleted["audio_url"] == deleted["webhook_url"] == contract.DELETED_URL
    assert (deleted["words"], deleted["utterances"], deleted["confidence"]) == (None, None, None)
    assert deleted["audio_duration"] == 90
    assert service.get(done["id"]) == deleted
    assert service.http.get(f"/v2/transcript/{done['id']}/srt").status_code == 400
    assert service.transcribe(url)["error"].startswith(contract.ERROR_DOWNLOAD)


def test_an_unfinished_transcript_can_be_neither_deleted_nor_exported(start):
    slow = start("--slots", "1")
    waiting = slow.create("http://x.example/a?duration=36000")["id"]
    assert slow.http.delete(f"/v2/transcript/{waiting}").status_code == 400
    assert slow.http.get(f"/v2/transcript/{waiting}/srt").status_code == 400


def test_redacted_audio_is_not_available(service):
    done = service.transcribe()
    assert service.http.get(f"/v2/transcript/{done['id']}/redacted-audio").status_code == 400


def test_the_service_describes_itself(service):
    answer = service.http.get("/_scribekit")
    assert answer.json() == {"service": "scribekit", "recogniser": "scripted", "quality": "scripted", "slots": 50}


def test_an_empty_upload_is_refused(service):
    assert service.http.post("/v2/upload", content=b"").status_code == 400


@pytest.mark.long
def test_a_large_upload_is_never_held_in_memory(start, tmp_path):
    running = start("--upload-dir", str(tmp_path))
    memory = psutil.Process(running.process.pid).memory_info
    before = memory().rss
    block = bytes(1 << 20)
    answer = running.http.post("/v2/upload", content=(block for _ in range(200)))
    assert answer.status_code == 200
    assert sum(path.stat().st_size for path in tmp_path.glob("*/*")) == 200 << 20
    assert memory().rss - before < 40 << 20


def test_an_upload_cannot_be_downloaded(service):
    url = service.upload(b"scripted:{}")
    assert service.http.get(url).status_code == 404


def test_unreadable_faults_are_refused_with_the_nearest_name(service):
    answer = service.http.post("/_control/faults", content='{"htp_503": 0.1}')
    assert answer.status_code == 400
    assert "http_503" in answer.json()["error"]


def test_other_faults_apply_to_what_comes_after(start):
    running = start("--speed", "1000")
    running.set_faults(http_500=1)
    assert running.http.get("/v2/transcript").status_code == 500
    running.set_faults(fail_matching={"bad": "no_speech"})
    assert running.transcribe("http://files.example/bad")["status"] == "error"
    running.set_faults()
    assert running.transcribe("http://files.example/bad")["status"] == "completed"
