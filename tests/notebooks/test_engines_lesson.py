"""The lesson on engines as it is documented: with Whisper and its model. `make test` runs it without them, too."""

import nbformat
import pytest
from documented_install import startup_script
from nbclient import NotebookClient
from places import ROOT

pytestmark = [pytest.mark.notebook, pytest.mark.recogniser]

INSTALL = ("scribekit[local,whisper,numbers]", "jupyterlab", "ipykernel")


def test_two_engines_are_compared(fetched, tmp_path, monkeypatch):
    fetched("base")
    startup = tmp_path / "ipython" / "profile_default" / "startup"
    startup.mkdir(parents=True)
    (startup / "00-documented-install.py").write_text(startup_script(INSTALL))
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    notebook = nbformat.read(ROOT / "notebooks" / "10_engines.ipynb", as_version=4)
    NotebookClient(notebook, timeout=None, resources={"metadata": {"path": str(ROOT / "notebooks")}}).execute()
    outputs = [output for cell in notebook.cells if cell.cell_type == "code" for output in cell.outputs]
    shown = "\n".join(str(output.get("data", output.get("text", ""))) for output in outputs)
    assert "['pocketsphinx', 'whisper']" in shown
    assert "whisper base faster-whisper" in shown
    assert [output["text"] for output in outputs if output.get("name") == "stderr"] == []
