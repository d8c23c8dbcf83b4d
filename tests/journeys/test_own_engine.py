"""The engine of docs/engines.md, installed as a package of somebody else, transcribes a recording."""

import os
import re
import tomllib

import pytest
from places import ROOT

import scribekit as sk
from scribekit.base.errors import LocalServiceError, OptionError

PAGE = (ROOT / "docs" / "engines.md").read_text("utf-8")
QUICK = sk.Limits(poll_s=0.1)


def block(language, has):
    """The one block of code of the page in which a text occurs."""
    [found] = [code for code in re.findall(rf"^```{language}\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL) if has in code]
    return found


@pytest.fixture
def install(tmp_path, monkeypatch):
    """Installs a module with an entry point, for this process and for those that it starts."""

    def put(module, code, name, value):
        folder = tmp_path / "site"
        metadata = folder / f"{module}-1.0.dist-info"
        metadata.mkdir(parents=True)
        (folder / f"{module}.py").write_text(code, "utf-8")
        (metadata / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {module}\nVersion: 1.0\n")
        (metadata / "entry_points.txt").write_text(f"[scribekit.recognisers]\n{name} = {value}\n")
        monkeypatch.syspath_prepend(folder)
        monkeypatch.setenv("PYTHONPATH", os.pathsep.join(filter(None, [str(folder), os.environ.get("PYTHONPATH")])))

    return put


@pytest.fixture
def documented(install):
    """The engine of the page, installed as its package says."""
    [(name, value)] = tomllib.loads(block("toml", "entry-points"))["project"]["entry-points"]["scribekit.recognisers"].items()
    install("my_engine", block("python", "def transcribe"), name, value)
    return name


def test_the_documented_engine_transcribes_a_recording(documented, samples, tmp_path):
    progress = []
    with sk.local_service(documented, slots=1):
        rows = [{"path": str(samples / "audio" / "support_call.flac"), "audio_end_at": 5000, "speaker_labels": True}]
        batch = sk.submit_batch(rows, corpus=tmp_path / "c", limits=QUICK, progress=False)
        jobs = sk.collect(batch, progress=False, on_event=progress.append)
    assert jobs["status"].tolist() == ["completed"]
    assert jobs["model"].tolist() == ["embedded-my-engine"]
    assert jobs["cost_usd"].tolist() == [0.0]
    words = sk.to_frame(batch, "words")
    assert words["start_ms"].tolist() == [0, 1000, 2000, 3000, 4000]
    assert set(words["text"]) <= {"speech", "silence"}
    assert "speech" in set(words["text"])
    assert words["confidence"].isna().tolist() == [text == "silence" for text in words["text"]]
    [transcript] = sk.to_frame(batch).to_dict("records")
    assert transcript["engine"] == "my engine 1.0 (an example)"


def test_what_it_cannot_do_is_refused_or_told(documented, samples, tmp_path):
    audio = str(samples / "audio" / "support_call.flac")
    rows = [
        {"recording_id": "german", "path": audio, "language_code": "de"},
        {"recording_id": "masked", "path": audio, "redact_pii": True, "redact_pii_policies": ["person_name"]},
    ]
    with sk.local_service(documented, slots=1):
        batch = sk.submit_batch(rows, corpus=tmp_path / "c", limits=QUICK, progress=False)
        jobs = sk.collect(batch, progress=False).set_index("recording_id")
    assert "it knows only en" in jobs["error"]["german"]
    assert "it masks nothing" in jobs["error"]["masked"]


@pytest.mark.parametrize(
    ("code", "why"),
    [
        ("def make(slots):\n    raise ValueError('no weights')", r"cannot be made: ValueError: no weights\. See docs/engines\.md"),
        ("import a_library_that_is_missing", "cannot be made: ModuleNotFoundError"),
        ("def make(slots):\n    return object()", "made no recogniser: it has no name, needs_bytes, abilities, recognise, close"),
    ],
)
def test_an_engine_that_cannot_be_made_says_why(install, code, why):
    install("broken_engine", code, "broken", "broken_engine:make")
    with pytest.raises(LocalServiceError, match=why):
        sk.local_service("broken").start()


def test_a_name_that_nobody_offers_gets_the_nearest_one(documented):
    with pytest.raises(OptionError, match="'my-engine'"):
        sk.local_service("my-engin")
