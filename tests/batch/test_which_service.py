import subprocess
import sys
import wave
from concurrent.futures import ThreadPoolExecutor

import assemblyai as aai
import pytest

import scribekit as sk
from scribekit.api.connection import Connection
from scribekit.api.embedded import current_connection, service_connection
from scribekit.base.errors import NoConnectionError, ScribekitError
from scribekit.batch.which_service import check_host

pytestmark = pytest.mark.recogniser

QUICK = sk.Limits(poll_s=0.1, settle_s=0.3, backoff_s=0.05)

SUBMITTING = """
import sys
import scribekit as sk
recogniser, corpus, *sources = sys.argv[1:]
with sk.local_service(recogniser):
    sk.submit_batch(sources, corpus=corpus, limits=sk.Limits(poll_s=0.1), progress=False)
"""


def left_behind(recogniser, corpus, *sources):
    """A corpus that another process began with an embedded service, which has ended with it."""
    subprocess.run([sys.executable, "-c", SUBMITTING, recogniser, str(corpus), *map(str, sources)], check=True, capture_output=True)
    return sk.open_corpus(corpus)


@pytest.fixture
def recordings(tmp_path):
    """Two seconds of silence each, which a recogniser hears nothing in."""
    paths = [tmp_path / name for name in ("one.wav", "two.wav")]
    for number, path in enumerate(paths):
        with wave.open(str(path), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(16_000)
            file.writeframes(bytes([number, 0]) * 32_000)
    return paths


def test_what_a_process_left_to_the_recogniser_is_done_by_the_next_process(recordings, tmp_path):
    corpus = left_behind("pocketsphinx", tmp_path / "c", *recordings)
    assert set(corpus.jobs()["status"]) & {"queued", "processing", "planned", "uploaded"}
    jobs = sk.collect(corpus, limits=QUICK, progress=False)
    assert jobs["status"].tolist() == ["completed", "completed"]
    assert current_connection() is None


def test_other_verbs_do_not_use_the_service_of_one_collect(recordings, tmp_path, monkeypatch):
    monkeypatch.setattr(aai.settings, "api_key", "a-key")
    corpora = [left_behind("pocketsphinx", tmp_path / name, *recordings) for name in ("c", "d")]
    hosts = set()

    def look(event):
        hosts.add(service_connection().host)

    with ThreadPoolExecutor() as threads:
        done = list(threads.map(lambda corpus: sk.collect(corpus, limits=QUICK, on_event=look, progress=False), corpora))
    assert [set(jobs["status"]) for jobs in done] == [{"completed"}] * 2
    assert hosts == {"api.assemblyai.com"}


def test_a_service_that_runs_here_is_used(bench, recordings, tmp_path):
    corpus = left_behind("pocketsphinx", tmp_path / "c", *recordings)
    service = bench(recogniser="pocketsphinx")
    assert set(sk.collect(corpus, limits=QUICK, progress=False)["status"]) == {"completed"}
    assert service.counters()["jobs_created"] == 2


def test_a_rehearsal_that_was_left_behind_says_how_to_go_on(tmp_path):
    corpus = left_behind("scripted", tmp_path / "c", "https://host.example/a.mp3?duration=3600")
    with pytest.raises(NoConnectionError, match=r"ended with the process that started it\. .*sk\.local_service\('scripted'\)\.start\(\)"):
        sk.collect(corpus, progress=False)
    with sk.local_service("scripted", speed=2000):
        assert sk.collect(corpus, limits=QUICK, progress=False)["status"].tolist() == ["completed"]


def test_the_service_of_a_batch_is_named_whole(tmp_path):
    elsewhere = Connection("http://127.0.0.1:1", "key", "api.example.com")
    for host, said in (
        ("embedded:whisper/mine@d01c30148811", "embedded:whisper/mine@d01c30148811"),
        ("ada:secret@old.example.com", "old.example.com"),
    ):
        with pytest.raises(ScribekitError, match=f"^This batch was sent to {said}, but") as caught:
            check_host(elsewhere, [host])
        assert "secret" not in str(caught.value)
