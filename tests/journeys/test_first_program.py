"""The program that most people start from: two models in order, speakers, punctuation, four addresses (one is bad), three formats."""

import functools
import http.server
import json
import threading
import warnings
from pathlib import Path

import assemblyai as aai
import pytest

import scribekit as sk
from scribekit.base.errors import DeprecatedModelWarning, OptionError

BAD = "https://host.example/missing.mp3"
GONE = f"Download error, unable to download {BAD}. Please make sure the file exists and is accessible from the internet."
NAMES = ("earnings_numbers.ogg", "missing.mp3", "standup_terms.mp4", "silence.wav")
URLS = [f"https://host.example/{name}.mp3" for name in ("one", "two", "missing", "three")]


@pytest.fixture
def service(bench):
    return bench("--speed", "2000", "--faults", json.dumps({"fail_matching": {"missing.mp3": GONE}}))


def program(folder, urls=URLS, **model):
    config = aai.TranscriptionConfig(**model, speaker_labels=True, punctuate=True, format_text=True)
    batch = sk.submit_batch(urls, config, corpus=folder / "corpus", limits=sk.Limits(poll_s=0.05), progress=False)
    jobs = sk.collect(batch, progress=False)
    return batch, jobs, sk.export(batch, folder / "out", ["txt", "srt", "speakers"], progress=False)


def requests(service):
    return service.counters()["requests"].get("POST /v2/transcript", 0)


@pytest.mark.parametrize(("models", "warned"), [(["assemblyai-stt-3-7", "universal-2"], 0), (["universal-3-5-pro", "universal-2"], 1)])
def test_models_that_the_service_takes(service, tmp_path, models, warned):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        batch, jobs, written = program(tmp_path, speech_models=models)
    assert [warning.category for warning in caught] == [DeprecatedModelWarning] * warned
    assert jobs["status"].tolist() == ["completed", "completed", "error", "completed"]
    assert jobs["model"].dropna().unique().tolist() == models[:1]
    error = jobs["error"][2]
    assert error.startswith("The service could not download the recording. Check that the URL leads straight to the file")
    assert error.endswith(GONE)
    assert "3 completed, 1 error" in repr(batch)
    assert written["format"].tolist() == ["txt", "srt", "speakers"] * 3
    text = (tmp_path / "out" / "host.example" / "one.mp3.txt").read_text("utf-8")
    assert ". " in text
    assert text[0].isupper()
    captions = (tmp_path / "out" / "host.example" / "one.mp3.srt").read_text("utf-8")
    assert captions.startswith("1\n00:00:0")
    speakers = (tmp_path / "out" / "host.example" / "one.mp3.speakers.txt").read_text("utf-8")
    assert {"A", "B"} <= {line.split(":")[-2].split()[-1] for line in speakers.splitlines() if ":" in line}
    assert requests(service) == 4


@pytest.fixture
def addresses(samples):
    """Addresses of recordings on this machine; one is of none."""
    folder = functools.partial(http.server.SimpleHTTPRequestHandler, directory=samples / "audio")
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), folder) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield [f"http://127.0.0.1:{server.server_port}/{name}" for name in NAMES]
        server.shutdown()


@pytest.mark.recogniser
def test_the_service_that_listens_fetches_the_recordings_that_are_there(bench, tmp_path, addresses):
    bench(recogniser="pocketsphinx")
    batch, jobs, written = program(tmp_path, addresses, speech_models=["assemblyai-stt-3-7", "universal-2"])
    assert jobs["status"].tolist() == ["completed", "error", "completed", "completed"]
    assert jobs["error"][1].startswith("The service could not download the recording. Check that the URL leads straight to the file")
    assert f"unable to download {addresses[1]}" in jobs["error"][1]
    assert "fell back" not in repr(batch)  # this recogniser answers whatever is asked for
    assert written["format"].tolist() == ["txt", "srt", "speakers"] * 3
    texts = [path for path in written["path"] if path.endswith(("ogg.txt", "mp4.txt"))]
    assert [len(Path(path).read_text("utf-8").split()) > 20 for path in texts] == [True] * 2


OLD = [
    ({"speech_models": ["universal-3-pro", "universal-2"]}, "universal-3-pro", "assemblyai-stt-3-7"),
    ({"speech_models": ["slam-1"]}, "slam-1", "assemblyai-stt-3-7"),
    ({"speech_model": aai.SpeechModel.best}, "best", "assemblyai-stt-3-7"),
    ({"speech_model": aai.SpeechModel.slam_1}, "slam-1", "assemblyai-stt-3-7"),
    ({"speech_model": aai.SpeechModel.universal}, "universal", "assemblyai-stt-3-7"),
    ({"speech_model": aai.SpeechModel.nano}, "nano", "universal-2"),
]


@pytest.mark.parametrize(("model", "refused", "replacement"), OLD)
def test_models_of_older_tutorials_are_refused_before_anything_is_sent(service, tmp_path, model, refused, replacement):
    with pytest.raises(OptionError) as error:
        program(tmp_path, **model)
    assert f"'{refused}' is not taken for recordings any more" in str(error.value)
    assert f"Use '{replacement}' instead" in str(error.value)
    assert "options={'speech_models': " in str(error.value)
    assert requests(service) == 0
    assert not (tmp_path / "corpus").exists()


def test_an_account_that_still_takes_an_old_model_can_send_it(service, tmp_path):
    old = ["universal-3-pro", "universal-2"]
    with pytest.raises(sk.errors.ServiceStoppedError, match='"universal-3-pro" speech model'):  # this service is like most accounts
        sk.submit_batch(
            [*URLS, "https://host.example/five.mp3"], corpus=tmp_path / "corpus", options={"speech_models": old}, progress=False
        )
    assert requests(service) == 5
