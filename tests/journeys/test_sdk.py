"""The official SDK, unchanged, against the embedded service."""

import asyncio
import urllib.request
import wave

import assemblyai as aai
import pytest

from scribekit.api.embedded import local_service

SOUND_S = 20


@pytest.fixture(scope="module")
def service():
    with local_service("scripted", speed=1000, slots=50) as running:
        yield running


@pytest.fixture(autouse=True)
def sdk(service, monkeypatch):
    for name, value in {"base_url": service.base_url, "api_key": service.api_key, "polling_interval": 0.02, "http_timeout": 150.0}.items():
        monkeypatch.setattr(aai.settings, name, value)
    # The SDK keeps one default client, made with the settings of its first use.
    monkeypatch.setattr(aai.Client, "_default", None)


@pytest.fixture
def recording(tmp_path):
    path = tmp_path / "talk.wav"
    with wave.open(str(path), "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(bytes(4 * 8000 * SOUND_S))
    return path


def url(name, **query):
    return f"http://files.example/{name}.mp3?" + "&".join(f"{key}={value}" for key, value in {"duration": 90, **query}.items())


def test_transcribe_a_file(recording):
    transcript = aai.Transcriber().transcribe(str(recording))
    assert transcript.status == aai.TranscriptStatus.completed
    assert transcript.audio_duration == SOUND_S
    assert transcript.text == " ".join(word.text for word in transcript.words)
    assert transcript.utterances is None


def test_transcribe_a_group_of_files_and_urls(recording):
    group = aai.Transcriber().transcribe_group([str(recording), url("a"), url("b")])
    assert [transcript.status for transcript in group] == [aai.TranscriptStatus.completed] * 3


def test_a_failed_job_is_reported_with_its_error():
    transcript = aai.Transcriber().transcribe(url("bad", fail="Transcoding+failed."))
    assert (transcript.status, transcript.error) == (aai.TranscriptStatus.error, "Transcoding failed.")


def test_a_wrong_key_raises(monkeypatch):
    monkeypatch.setattr(aai.settings, "api_key", "another")
    with pytest.raises(aai.TranscriptError, match="Authentication error, API token missing/invalid"):
        aai.Transcriber().submit(url("a"))


def test_speaker_labels():
    config = aai.TranscriptionConfig(speaker_labels=True, speech_models=["assemblyai-stt-3-7", "universal-2"])
    transcript = aai.Transcriber(config=config).transcribe(url("three", duration=600, speakers=3))
    assert {turn.speaker for turn in transcript.utterances} == {"A", "B", "C"}
    assert transcript.speech_model_used == "assemblyai-stt-3-7"


def test_multichannel(recording):
    transcript = aai.Transcriber().transcribe(str(recording), aai.TranscriptionConfig(multichannel=True))
    assert {turn.channel for turn in transcript.utterances} == {"1", "2"}
    assert transcript.json_response["audio_channels"] == 2


def test_many_options_at_once_come_back_readable():
    config = aai.TranscriptionConfig(
        format_text=False,
        language_detection=True,
        keyterms_prompt=["Lisbon"],
        custom_spelling={"Lisboa": ["Lisbon"]},
        content_safety=True,
        iab_categories=True,
        sentiment_analysis=True,
        entity_detection=True,
        auto_highlights=True,
        audio_end_at=60_000,
        webhook_url="http://127.0.0.1:9/",
    )
    transcript = aai.Transcriber().transcribe(url("all"), config)
    assert transcript.status == aai.TranscriptStatus.completed
    assert transcript.text == transcript.text.lower()
    marked = {warning["message"].split()[0] for warning in transcript.json_response["metadata"]["warnings"]}
    assert marked >= {"sentiment_analysis", "entity_detection", "keyterms_prompt"}


def test_subtitles_sentences_paragraphs_and_search():
    transcript = aai.Transcriber().transcribe(url("talk", duration=300))
    assert "00:00:00,380 --> " in transcript.export_subtitles_srt()
    assert transcript.export_subtitles_vtt(chars_per_caption=32).startswith("WEBVTT")
    assert " ".join(sentence.text for sentence in transcript.get_sentences()) == transcript.text
    assert " ".join(paragraph.text for paragraph in transcript.get_paragraphs()) == transcript.text
    wanted = transcript.words[4].text.strip(".,?").lower()
    match = transcript.word_search([wanted])[0]
    assert match.count == len(match.indexes) >= 1
    assert 4 in match.indexes


def test_list_page_by_page():
    submitted = [aai.Transcriber().submit(url(f"page{n}")).id for n in range(5)]
    seen, params = [], aai.ListTranscriptParameters(limit=2)
    while not set(submitted) <= set(seen):
        page = aai.Transcriber().list_transcripts(params)
        assert page.transcripts, "paging ended before all were seen"
        seen += [item.id for item in page.transcripts]
        params.before_id = page.page_details.before_id_of_prev_url
    assert [i for i in seen if i in submitted] == submitted[::-1]


def test_delete_by_id():
    transcript = aai.Transcriber().transcribe(url("secret"))
    deleted = aai.Transcript.delete_by_id(transcript.id)
    assert (deleted.text, deleted.audio_url) == ("Deleted by user.", "http://deleted_by_user")


def test_the_masked_copy_has_an_address_that_needs_no_key():
    config = aai.TranscriptionConfig().set_redact_pii(policies=[aai.PIIRedactionPolicy.person_name], redact_audio=True)
    transcript = aai.Transcriber().transcribe(url("plain"), config)
    with urllib.request.urlopen(transcript.get_redacted_audio_url()) as answer:
        assert answer.read(4) == b"RIFF"


def test_the_asyncio_side(recording):
    async def use():
        async with aai.AsyncTranscriber() as transcriber:
            one = await transcriber.transcribe(str(recording))
            group = await transcriber.transcribe_group([url("x"), str(recording), url("y", fail="no")], max_concurrency=3)
            page = await transcriber.list_transcripts(aai.ListTranscriptParameters(limit=1))
            deleted = await transcriber.delete_by_id(one.id)
        return one, group, page, deleted

    one, group, page, deleted = asyncio.run(use())
    assert one.status == aai.TranscriptStatus.completed
    assert [transcript.status.value for transcript in group] == ["completed", "completed", "error"]
    assert page.page_details.result_count == 1
    assert deleted.text == "Deleted by user."
