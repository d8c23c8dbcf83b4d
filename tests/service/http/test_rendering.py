import json

from scribekit.base import contract
from scribekit.service.http import rendering
from scribekit.service.state.store import Store

REQUIRED = {
    "id", "speech_model", "language_model", "acoustic_model", "status", "audio_url", "webhook_auth", "auto_highlights", "redact_pii",
    "summarization", "language_confidence_threshold", "language_confidence",
}  # fmt: skip


NOT_YET = ("text", "words", "utterances", "confidence", "audio_duration", "chapters", "entities", "sentiment_analysis_results", "error")


def test_a_new_transcript_is_queued_and_holds_the_echoes_and_nulls(service):
    created = service.create(speaker_labels=True, speech_models=["assemblyai-stt-3-7", "universal-2"])
    assert created["status"] == "queued"
    assert created.keys() >= REQUIRED
    assert [created[name] for name in NOT_YET] == [None] * len(NOT_YET)
    assert created["speaker_labels"] is True
    assert created["speech_models"] == ["assemblyai-stt-3-7", "universal-2"]
    assert created["speech_model"] is None
    assert created["punctuate"] is True
    assert created["throttled"] is False


def test_a_completed_transcript_has_whole_seconds_and_milliseconds_and_says_what_made_it(service):
    done = service.transcribe("http://files.example/talk.mp3?duration=61.9", speech_models=["universal-2", "assemblyai-stt-3-7"])
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


def test_the_payload_is_what_the_client_of_this_package_reads(service):
    done = service.transcribe(speaker_labels=True)
    read = contract.read_transcript(service.http.get(f"/v2/transcript/{done['id']}").content)
    assert read.engine.name == "scripted"
    assert [word.text for word in read.words] == [word["text"] for word in done["words"]]


def test_sentences_and_paragraphs_hold_every_word_once(service, talk):
    for level in ("sentences", "paragraphs"):
        body = service.http.get(f"/v2/transcript/{talk['id']}/{level}").json()
        assert body["id"] == talk["id"]
        assert body["audio_duration"] == 240.0
        assert [word for group in body[level] for word in group["words"]] == talk["words"]
        assert all(group["text"] == " ".join(word["text"] for word in group["words"]) for group in body[level])


def test_a_sentence_has_one_speaker_and_ends_with_a_stop(service, talk):
    sentences = service.http.get(f"/v2/transcript/{talk['id']}/sentences").json()["sentences"]
    assert all({word["speaker"] for word in sentence["words"]} == {sentence["speaker"]} for sentence in sentences)
    assert all(sentence["text"].endswith((".", "?")) for sentence in sentences[:-1])


def test_the_answers_of_a_script_come_and_go_with_the_transcript(service):
    answers = b'{"translated_texts": {"de": "Hallo."}, "metadata": {"warnings": [{"message": "Fell back"}], "domain_used": "medical-v1"}}'
    url = service.upload(b'scripted:{"duration_s": 9, "answers": ' + answers + b"}")
    pii = {"redact_pii": True, "redact_pii_policies": ["person_name"], "redact_pii_return_unredacted": True}
    done = service.transcribe(url, domain="medical-v1", **pii)
    assert done["translated_texts"] == {"de": "Hallo."}
    assert done["metadata"]["domain_used"] == "medical-v1"
    assert [warning["message"].split()[0] for warning in done["metadata"]["warnings"]] == ["domain", "Fell"]
    assert done["unredacted_words"]
    deleted = service.http.delete(f"/v2/transcript/{done['id']}").json()
    assert not [name for name in deleted if name.startswith("unredacted_")]
    assert deleted["translated_texts"] is None
    assert deleted["metadata"]["domain_used"] is None


def test_what_share_is_done_is_said_of_a_job_at_work_only():
    job = Store().create({"audio_url": "http://files.example/a.mp3"}, "a")
    job.report(0.42424)
    assert "progress" not in json.loads(rendering.transcript(job))
    job.status = "processing"
    assert json.loads(rendering.transcript(job))["progress"] == rendering.list_item(job, "")["progress"] == 0.424
    job.fail("Server error")
    assert "progress" not in rendering.list_item(job, "")
