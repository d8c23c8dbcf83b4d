import inspect
import json
import os
import subprocess
import sys
import textwrap

import httpx
import pandas as pd
import pytest

import scribekit as sk
from scribekit.base import schema
from scribekit.base.errors import LedgerError, OptionError, ScribekitError
from scribekit.corpus.handles import Batch, Corpus

QUICK = sk.Limits(poll_s=0.05, settle_s=0.3, backoff_s=0.05)


def urls(count):
    return [f"https://host.example/{i:04d}.mp3?duration=30" for i in range(count)]


@pytest.fixture
def service(bench):
    return bench("--speed", "2000", "--slots", "50")


def submitted(corpus, manifest):
    return sk.submit_batch(manifest, corpus=corpus, limits=QUICK, progress=False)


def test_a_corpus_is_its_batches(service, tmp_path):
    first, second = submitted(tmp_path, urls(2)), submitted(tmp_path, urls(3))
    corpus = sk.open_corpus(tmp_path)
    assert (first.batch_ids, second.batch_ids, corpus.batch_ids) == ([1], [2], [1, 2])
    assert [len(handle.jobs()) for handle in (first, second, corpus)] == [2, 3, 3]


def test_a_batch_is_found_again_by_its_number(service, tmp_path):
    submitted(tmp_path, urls(2))
    corpus = sk.open_corpus(str(tmp_path))
    assert isinstance(corpus.batch(1), Batch)
    assert corpus.batch(1).jobs().equals(corpus.jobs())
    assert corpus.batch(1).batch(1).number == 1
    with pytest.raises(ScribekitError, match=r"no batch 7 .* it has \[1\]"):
        corpus.batch(7)


def test_a_corpus_can_be_moved(service, tmp_path):
    submitted(tmp_path / "here", urls(2))
    (tmp_path / "here").rename(tmp_path / "there")
    jobs = sk.collect(sk.open_corpus(tmp_path / "there"), progress=False)
    assert set(jobs["status"]) == {"completed"}
    with pytest.raises(LedgerError, match="no corpus"):
        sk.open_corpus(tmp_path / "here")


def test_looking_asks_the_service_for_nothing(service, tmp_path):
    batch = submitted(tmp_path, urls(2))
    sk.collect(batch, progress=False)
    service.stop()
    assert batch.counts() == {"completed": 2}
    assert batch.jobs().dtypes.astype(str).to_dict() == schema.JOBS.dtypes
    assert "Batch 1" in repr(batch)
    assert "Corpus" in repr(Corpus(tmp_path))


def address(service, **script):
    """Where the service reads a script instead of a recording."""
    headers = {"Authorization": service.connection.api_key}
    content = b"scripted:" + json.dumps({"duration_s": 30, **script}).encode()
    return httpx.post(f"{service.base_url}/v2/upload", content=content, headers=headers).json()["upload_url"]


def test_it_says_how_many_another_model_answered_than_the_first_asked_for(service, tmp_path):
    answered = ({"speech_model_used": "universal-2"}, {"speech_model_used": "universal-2"}, {})
    urls = [address(service, answers=answers) for answers in answered]
    first = submitted(tmp_path / "corpus", urls)
    second = submitted(tmp_path / "corpus", [{"url": urls[0], "speech_models": "universal-2"}])  # here it is the first
    for batch in (first, second):
        sk.collect(batch, progress=False)
    assert first.jobs()["model"].tolist() == ["universal-2", "universal-2", "assemblyai-stt-3-7"]
    corpus = sk.open_corpus(tmp_path / "corpus")
    for shown in (repr(first), repr(corpus)):
        assert "fell back 2 to universal-2" in shown
    assert "fell back</th>" in first._repr_html_()
    assert "2 to universal-2</td>" in first._repr_html_()
    assert "fell back" not in repr(second)


def test_names_are_escaped_in_html(service, tmp_path):
    batch = submitted(tmp_path / "<b>corpus", urls(1))
    assert "<b>" not in batch._repr_html_()
    assert "&lt;b&gt;corpus" in batch._repr_html_()


FULL_DISK = """
    import resource, signal, sys
    import scribekit as sk

    room_bytes, corpus, *sources = sys.argv[1:]
    limits = sk.Limits(poll_s=0.05, settle_s=0.3)
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)  # a write beyond the limit fails instead
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(room_bytes), resource.RLIM_INFINITY))
    try:
        sk.collect(sk.submit_batch(sources, corpus=corpus, limits=limits, progress=False), progress=False)
    except sk.ScribekitError as error:
        print(type(error).__name__, error)
    else:
        print("completed")
"""


def run_with_room(service, room_bytes, corpus, sources):
    environment = {**os.environ, "ASSEMBLYAI_API_KEY": service.api_key, "ASSEMBLYAI_BASE_URL": service.base_url}
    command = [sys.executable, "-c", textwrap.dedent(FULL_DISK), str(room_bytes), str(corpus), *sources]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout


@pytest.mark.long
@pytest.mark.skipif(sys.platform == "win32", reason="no limit on the size of files")
def test_a_full_disk_stops_the_batch_and_with_room_it_goes_on_without_paying_twice(service, tmp_path):
    sources = urls(20)
    said = run_with_room(service, 200_000, tmp_path / "c", sources)
    assert said.startswith("LedgerError"), said
    assert "Make room on the disk" in said
    assert service.counters()["jobs_created"] > 0
    assert run_with_room(service, 1 << 40, tmp_path / "c", sources) == "completed\n"
    counters = service.counters()
    assert counters["jobs_created"] == counters["jobs_completed"] == 20
    assert sk.open_corpus(tmp_path / "c").counts() == {"completed": 20}


# -- what counts as a corpus ------------------------------------------------------------------------------------------

TAKES_CORPUS = sorted(
    name
    for name in sk.__all__
    if inspect.isfunction(getattr(sk, name))
    and next(iter(inspect.signature(getattr(sk, name)).parameters), None) in ("batch_or_corpus", "corpus")
)
NEEDED = {
    "cite": (),
    "collocates": ("bridge",),
    "dispersion": ("bridge",),
    "evaluate": ({"one": "the bridge"},),
    "fetch_redacted_audio": ("out",),
    "keyness": ("recording_id",),
    "name_people": ({"A": "Ada"},),
    "propose_correction": ("bridge", "brigde"),
    "relocate": (".",),
    "review": ("one",),
    "search": ("bridge",),
    "word_errors": ({"one": "the bridge"},),
    "export": ("out",),
    "apply_edits": (pd.DataFrame(),),
}


@pytest.mark.parametrize("verb", TAKES_CORPUS)
def test_every_verb_says_what_it_takes_for_a_corpus(verb):
    for wrong in (pd.DataFrame(), None, ["corpus"], 7):
        with pytest.raises(OptionError, match="Expected a batch, a corpus, or the path of a corpus folder; got "):
            getattr(sk, verb)(wrong, *NEEDED.get(verb, ()))


@pytest.mark.parametrize("verb", TAKES_CORPUS)
def test_every_verb_takes_the_path_of_a_corpus(verb, tmp_path):
    with pytest.raises(LedgerError, match="There is no corpus in"):
        getattr(sk, verb)(tmp_path / "none", *NEEDED.get(verb, ()))


@pytest.mark.parametrize("widget", [name for name in dir(sk.widgets) if name != "CostPlanner"])
def test_every_widget_takes_the_path_of_a_corpus(widget, tmp_path):
    with pytest.raises(LedgerError, match="There is no corpus in"):
        getattr(sk.widgets, widget)(str(tmp_path / "none"))
    with pytest.raises(OptionError, match="got a DataFrame"):
        getattr(sk.widgets, widget)(pd.DataFrame())


def test_a_path_reads_what_the_handle_reads(stored):
    corpus = stored({"one": [("A", "the bridge closed")]}, {"duration_s": [60.0]})
    for path in (corpus.path, str(corpus.path)):
        pd.testing.assert_frame_equal(sk.to_frame(path, "words"), sk.to_frame(corpus, "words"))
        pd.testing.assert_frame_equal(sk.search(path, "bridge"), sk.search(corpus, "bridge"))
        pd.testing.assert_frame_equal(sk.to_frame(batch_or_corpus=path), sk.to_frame(corpus))
    assert sk.plan([{"duration": 60.0}], corpus=corpus.path).to_frame().equals(sk.plan([{"duration": 60.0}], corpus=corpus).to_frame())
    line = sk.search(corpus, "bridge").iloc[0]
    assert sk.cite(line, corpus=str(corpus.path)) == sk.cite(line, corpus=corpus)
