"""The whole main job with Whisper: on loopback, with a model that is checked, and taken up again by another process."""

import subprocess
import sys

import psutil
import pytest
from patience import wait_until

import scribekit as sk
from scribekit.base.errors import LocalServiceError, ModelError, OptionError

pytestmark = [pytest.mark.recogniser, pytest.mark.long]

QUICK = sk.Limits(poll_s=0.2)


@pytest.fixture
def base(fetched):
    return fetched("base")


def test_the_best_engine_that_is_here_is_taken_and_says_what_it_is(base, samples, tmp_path):
    with sk.local_service() as service:
        assert (service.recogniser, service.model) == ("whisper", "base")
        rows = [
            {"path": str(samples / "audio" / "earnings_numbers.ogg"), "recording_id": "numbers"},
            {"path": str(samples / "audio" / "silence.wav"), "recording_id": "silence"},
            {"path": str(samples / "audio" / "podcast_lighthouse.mp3"), "recording_id": "german", "language_code": "xx"},
        ]
        batch = sk.submit_batch(rows, corpus=tmp_path / "c", limits=QUICK, progress=False)
        jobs = sk.collect(batch, progress=False).set_index("recording_id")
    assert jobs["status"].to_dict() == {"numbers": "completed", "silence": "completed", "german": "error"}
    assert "the model knows other languages only" in jobs["error"]["german"]
    assert jobs["cost_usd"][jobs["status"] == "completed"].eq(0).all()
    assert set(jobs["model"].dropna()) == {"embedded-whisper-base"}
    transcripts = sk.to_frame(batch).set_index("recording_id")
    assert transcripts["engine"]["numbers"].startswith("whisper base faster-whisper")
    assert transcripts["language"]["numbers"] == "en"
    assert transcripts["text"]["silence"] == ""
    assert "$" in transcripts["text"]["numbers"] or "million" in transcripts["text"]["numbers"]


def test_jobs_of_a_service_that_ended_are_done_by_one_with_the_same_model(base, samples, tmp_path):
    beginning = (
        "import sys, scribekit as sk\n"
        "with sk.local_service('whisper', model='base', language='en'):\n"
        "    sk.submit_batch([sys.argv[1]], corpus=sys.argv[2], limits=sk.Limits(poll_s=0.1), progress=False)\n"
    )
    path = str(samples / "audio" / "earnings_numbers.ogg")
    subprocess.run([sys.executable, "-c", beginning, path, str(tmp_path / "c")], check=True, capture_output=True)
    corpus = sk.open_corpus(tmp_path / "c")
    jobs = sk.collect(corpus, limits=QUICK, progress=False)
    assert jobs["status"].tolist() == ["completed"]
    assert sk.to_frame(corpus, "words")["text"].size > 60


def test_a_model_in_a_folder_is_another_one_in_the_corpus(base, tmp_path):
    folder = tmp_path / "my-model"
    folder.mkdir()
    for file in base.iterdir():
        (folder / file.name).symlink_to(file)
    service = sk.local_service("whisper", model=folder, slots=1)
    assert repr(service) == "<LocalService whisper my-model, not running>"
    with service:
        assert service.connection.host.startswith("embedded:whisper/my-model@d01c30148")
        assert service.connection.model == "embedded-whisper-my-model"


def test_half_a_model_no_model_and_a_wrong_argument_are_one_sentence_each(base, tmp_path):
    (tmp_path / "half").mkdir()
    (tmp_path / "half" / "model.bin").write_bytes(b"weights")
    with pytest.raises(ModelError, match=r"does not have config.json, tokenizer.json, vocabulary.json"):
        sk.local_service("whisper", model=tmp_path / "half")
    with pytest.raises(ModelError, match=r"'large-v3' is not on this machine \(3,090 MB\). Run sk.get_model\('large-v3'\)"):
        sk.local_service("whisper", model="large-v3")
    with pytest.raises(ModelError, match="Did you mean 'base'"):
        sk.local_service("whisper", model="bass")
    with pytest.raises(OptionError, match="model= is for the recogniser 'whisper' or 'openai', not for 'scripted'"):
        sk.local_service("scripted", model="base")
    with pytest.raises(LocalServiceError, match="does not know the language 'xx'"):
        sk.local_service("whisper", model="base", language="xx").start()
    with pytest.raises(LocalServiceError, match="device= is 'auto', 'cpu' or 'cuda'; found 'tpu'"):
        sk.local_service("whisper", model="base", device="tpu").start()


def test_a_worker_that_is_killed_costs_no_recording(base, samples, tmp_path):
    with sk.local_service("whisper", slots=1) as service:
        batch = sk.submit_batch([str(samples / "audio" / "interview_bridges.m4a")], corpus=tmp_path / "c", limits=QUICK, progress=False)
        workers = []

        def is_at_work():
            workers[:] = [child for child in psutil.Process().children(recursive=True) if "spawn_main" in " ".join(child.cmdline())]
            return bool(workers)

        wait_until(is_at_work)
        workers[0].kill()
        jobs = sk.collect(batch, progress=False)
        assert service.is_running
    assert jobs["status"].tolist() == ["completed"]
