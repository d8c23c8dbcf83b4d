import psutil

from scribekit.base import contract

REQUIRED = {
    "id", "speech_model", "language_model", "acoustic_model", "status", "audio_url", "webhook_auth", "auto_highlights", "redact_pii",
    "summarization", "language_confidence_threshold", "language_confidence",
}  # fmt: skip
NOT_YET = ("text", "words", "utterances", "confidence", "audio_duration", "chapters", "entities", "sentiment_analysis_results", "error")


def test_a_new_transcript_is_queued_and_holds_the_echoes_and_nulls(service):
    created = service.create(speaker_labels=True, speech_models=["universal-3-pro", "universal-2"])
    assert created["status"] == "queued"
    assert created.keys() >= REQUIRED
    assert [created[name] for name in NOT_YET] == [None] * len(NOT_YET)
    assert created["speaker_labels"] is True
    assert created["speech_models"] == ["universal-3-pro", "universal-2"]
    assert created["speech_model"] is None
    assert created["punctuate"] is True
    assert created["throttled"] is False


def test_a_completed_transcript_has_whole_seconds_and_milliseconds_and_says_what_made_it(service):
    done = service.transcribe("http://files.example/talk.mp3?duration=61.9", speech_models=["universal-2", "universal-3-pro"])
    assert done["status"] == "completed"
    assert done["audio_duration"] == 61
    assert done["speech_model_used"] == "universal-2"
    assert done["engine"]["quality"] == "scripted"
    assert done["text"] == " ".join(word["text"] for word in done["words"])
    assert all(type(word[name]) is int for word in done["words"] for name in ("start", "end"))
    assert done["confidence"] > 0.5


def test_utterances_are_null_unless_speakers_or_channels_are_asked_for(service):
    plain = service.transcribe()
    assert plain["utterances"] is None
    assert {word["speaker"] for word in plain["words"]} == {None}
    assert "channel" not in plain["words"][0]
    assert "audio_channels" not in plain


def test_speaker_labels_are_letters(service):
    done = service.transcribe("http://files.example/b.mp3?duration=300&speakers=3", speaker_labels=True)
    assert {turn["speaker"] for turn in done["utterances"]} == {"A", "B", "C"}
    assert [w for turn in done["utterances"] for w in turn["words"]] == done["words"]


def test_multichannel_counts_channels_from_one_in_strings(service):
    done = service.transcribe("http://files.example/c.mp3?duration=300", multichannel=True)
    assert {turn["channel"] for turn in done["utterances"]} == {"1", "2"}
    assert all(turn["speaker"] == turn["channel"] for turn in done["utterances"])
    assert done["audio_channels"] == 2


def test_speakers_within_channels_carry_both(service):
    url = "http://files.example/d.mp3?duration=600&speakers=4&channels=2"
    done = service.transcribe(url, multichannel=True, speaker_labels=True)
    assert {turn["speaker"] for turn in done["utterances"]} == {"1A", "2A", "1B", "2B"}


def test_language_echoes(service):
    assert service.transcribe(language_code="en")["language_code"] == "en_us"
    assert service.transcribe(language_code="de")["language_code"] == "de"
    detected = service.transcribe(language_detection=True)
    assert detected["language_code"] == "en"
    assert 0 < detected["language_confidence"] <= 1


def test_without_a_key_or_with_an_empty_one_the_answer_is_401(service):
    for headers in ({}, {"authorization": ""}):
        answer = service.http.__class__(base_url=service.base_url, trust_env=False).get("/v2/transcript", headers=headers)
        assert (answer.status_code, answer.json()["error"]) == (401, contract.ERROR_TOKEN)


def test_a_given_key_is_the_only_one(start):
    strict = start("--api-key", "the-right-one")
    assert strict.http.post("/v2/upload", content=b"x" * 3_000_000).status_code == 401
    assert strict.http.get("/v2/transcript", headers={"authorization": "the-right-one"}).status_code == 200


def test_unknown_ids_are_400_with_the_literal(service):
    for path in ("nope", "nope/srt", "nope/vtt", "nope/sentences", "nope/paragraphs", "nope/word-search?words=a", "nope/redacted-audio"):
        answer = service.http.get(f"/v2/transcript/{path}")
        assert (answer.status_code, answer.json()["error"]) == (400, contract.ERROR_NOT_FOUND)
    assert service.http.delete("/v2/transcript/nope").status_code == 400


def test_an_unknown_address_is_404(service):
    answer = service.http.get("/v2/elsewhere")
    assert (answer.status_code, answer.json()) == (404, {"error": "Not found"})


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
    waiting = slow.create("http://x.example/a?duration=3600")["id"]
    assert slow.http.delete(f"/v2/transcript/{waiting}").status_code == 400
    assert slow.http.get(f"/v2/transcript/{waiting}/srt").status_code == 400


def test_redacted_audio_is_not_available(service):
    done = service.transcribe()
    assert service.http.get(f"/v2/transcript/{done['id']}/redacted-audio").status_code == 400


def test_the_service_introduces_itself_without_a_key(service):
    answer = service.http.__class__(trust_env=False).get(f"{service.base_url}/_scribekit")
    assert answer.json() == {"service": "scribekit", "recogniser": "scripted", "quality": "scripted", "slots": 50}


def test_an_empty_upload_is_refused(service):
    assert service.http.post("/v2/upload", content=b"").status_code == 400


def test_a_large_upload_is_never_held_in_memory(start, tmp_path):
    running = start("--upload-dir", str(tmp_path))
    memory = psutil.Process(running.process.pid).memory_info
    before = memory().rss
    block = bytes(1 << 20)
    answer = running.http.post("/v2/upload", content=(block for _ in range(200)))
    assert answer.status_code == 200
    assert sum(path.stat().st_size for path in tmp_path.glob("*/*")) == 200 << 20
    assert memory().rss - before < 40 << 20


def test_an_upload_is_no_web_page(service):
    url = service.upload(b"scripted:{}")
    assert service.http.get(url).status_code == 404


def test_the_payload_is_what_the_client_of_this_package_reads(service):
    done = service.transcribe(speaker_labels=True)
    read = contract.read_transcript(service.http.get(f"/v2/transcript/{done['id']}").content)
    assert read.engine.name == "scripted"
    assert [word.text for word in read.words] == [word["text"] for word in done["words"]]
