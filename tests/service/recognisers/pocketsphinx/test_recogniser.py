import asyncio
import json
import os
import re

import jiwer
import pytest

from scribekit.base import contract
from scribekit.base.errors import MissingExtraError
from scribekit.service.recognisers.base import Audio, RecognitionError
from scribekit.service.recognisers.pocketsphinx.recogniser import pocketsphinx

pytestmark = pytest.mark.recogniser

SHORT = {"audio_end_at": 2000}


@pytest.fixture
def recogniser():
    found = pocketsphinx(1)
    yield found
    found.close()


def audio(samples, name):
    path = samples / "audio" / name
    return Audio(path, path.as_uri())


async def started(recogniser):
    """The process that works on the recording."""
    while not recogniser.worker_pids():  # noqa: ASYNC110 -- a process's start sets no event
        await asyncio.sleep(0.01)
    return recogniser.worker_pids()[0]


def test_a_recording_is_transcribed_in_a_process_and_the_loop_stays_free(samples, recogniser):
    async def transcribe():
        job = asyncio.create_task(recogniser.recognise(audio(samples, "earnings_numbers.ogg"), {}))
        pid = await started(recogniser)
        is_loop_free = not job.done()
        return await job, pid, is_loop_free

    answer, pid, is_loop_free = asyncio.run(transcribe())
    said = json.loads((samples / "references" / "earnings_numbers.json").read_text(encoding="utf-8"))["text"]
    heard = " ".join(word.text for word in answer.words)
    said, heard = (" ".join(re.sub(r"[^a-z' ]", " ", text.lower()).split()) for text in (said, heard))
    assert jiwer.wer(said, heard) < 0.12
    assert is_loop_free
    assert pid != os.getpid()


def test_a_refused_recording_costs_no_process(samples, recogniser):
    async def refuse_and_go_on():
        refusals = []
        for name in ("broken_text.mp3", "broken_truncated.m4a"):
            with pytest.raises(RecognitionError) as caught:
                await recogniser.recognise(audio(samples, name), {})
            refusals.append((str(caught.value), recogniser.worker_pids()))
        answer = await recogniser.recognise(audio(samples, "podcast_lighthouse.mp3"), SHORT)
        return refusals, answer

    ((text, first), (cut, second)), answer = asyncio.run(refuse_and_go_on())
    assert text.startswith(contract.ERROR_NO_AUDIO + "text/plain")
    assert cut.startswith(contract.ERROR_TRANSCODING)
    assert first == second == recogniser.worker_pids()
    assert answer.words


def test_without_the_library_the_extra_is_named(monkeypatch):
    monkeypatch.setattr("scribekit.service.recognisers.pocketsphinx.recogniser.find_spec", lambda name: None)
    with pytest.raises(MissingExtraError, match=r"scribekit\[local\]"):
        pocketsphinx(1)
