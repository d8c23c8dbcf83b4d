import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from places import ROOT

import scribekit as sk
from scribekit.base.errors import OptionError
from scribekit.base.models import DEFAULT_SPEECH_MODELS

NOTEBOOKS = sorted(path.name for path in (ROOT / "notebooks").glob("*.ipynb"))


def test_the_notebooks_find_their_samples_where_they_are_copied_to(tmp_path):
    there = sk.notebooks.copy(tmp_path / "new" / "folder")
    assert sorted(path.name for path in there.glob("*.ipynb")) == NOTEBOOKS
    assert (there / "../sample_manifests/library.csv").exists()
    assert (there / "../sample_manifests/audio/interview_bridges.m4a").stat().st_size > 1000
    assert not list(tmp_path.rglob(".ipynb_checkpoints"))


def test_all_that_is_taught_sends_to_the_models_that_are_sent_by_default():
    pages = {path.name: path.read_text() for path in [ROOT / "README.md", *(ROOT / "notebooks").glob("*.ipynb")]}
    chosen = {name: re.findall(r"speech_models=\[([^\]]*), [^\]]*\], speaker_labels", page) for name, page in pages.items()}
    assert len(list(filter(None, chosen.values()))) >= 7
    assert {models.strip('\\"') for found in chosen.values() for models in found} == {DEFAULT_SPEECH_MODELS[0]}


def test_a_notebook_that_was_changed_is_never_lost(tmp_path):
    there = sk.notebooks.copy(tmp_path)
    mine = there / "01_batching.ipynb"
    mine.write_text("mine")
    (there / "04_exporting.ipynb").unlink()
    with pytest.raises(OptionError, match=r"these differ .*: notebooks.01_batching\.ipynb\. Nothing was copied"):
        sk.notebooks.copy(tmp_path)
    assert mine.read_text() == "mine"
    assert not (there / "04_exporting.ipynb").exists()
    sk.notebooks.copy(tmp_path, overwrite=True)
    assert mine.read_bytes() == (ROOT / "notebooks" / mine.name).read_bytes()


def test_what_is_there_already_is_left_alone_and_what_is_new_is_added(tmp_path):
    there = sk.notebooks.copy(tmp_path)
    kept, gone = there / "01_batching.ipynb", there / "04_exporting.ipynb"
    before = kept.stat().st_mtime_ns
    gone.unlink()
    own = there / "my_own.ipynb"
    own.write_text("own")
    sk.notebooks.copy(tmp_path)
    assert gone.exists()
    assert kept.stat().st_mtime_ns == before
    assert own.read_text() == "own"


def test_the_wheel_brings_the_notebooks_and_the_widgets_along(tmp_path):
    build = pytest.importorskip("hatchling.builders.wheel", reason="hatchling is not installed: pip install hatchling")
    wheel = next(build.WheelBuilder(str(ROOT)).build(directory=str(tmp_path), versions=["standard"]))
    installed = tmp_path / "installed"
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(installed)
    assert (installed / "scribekit/widgets/static/search.js").stat().st_size > 1000
    script = f"import scribekit as sk; print(sk.__file__); print(sk.notebooks.copy({str(tmp_path / 'mine')!r}))"
    environment = os.environ | {"PYTHONPATH": str(installed), "PYTHONSAFEPATH": "1"}
    said = subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=True, cwd=tmp_path)
    package, there = map(Path, said.stdout.splitlines())
    assert package.is_relative_to(installed)
    assert sorted(path.name for path in there.glob("*.ipynb")) == NOTEBOOKS
    assert (there.parent / "sample_manifests/library.csv").read_bytes() == (ROOT / "sample_manifests/library.csv").read_bytes()
