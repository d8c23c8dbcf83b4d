import json
import signal
import socket
import subprocess
import sys

import httpx
import pytest
from patience import PATIENCE_S
from places import ROOT

CONTROL = "/_control/books"
COMMAND = [sys.executable, "-m", "scribekit.service", "--recogniser", "scripted"]


def run(*options, code=""):
    command = [sys.executable, "-c", code] if code else [*COMMAND, *options]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)


def test_it_says_in_one_line_where_it_listens(start):
    running = start("--port", "0")
    assert running.announcement == {"base_url": running.base_url, "recogniser": "scripted", "pid": running.process.pid}
    assert running.base_url.startswith("http://127.0.0.1:")


def test_sigterm_ends_it_at_once_and_removes_the_spool(start, tmp_path):
    running = start("--spool", str(tmp_path), "--slots", "1")
    running.create("http://x.example/a?duration=36000")
    running.upload(b"scripted:{}")
    assert len(list(tmp_path.glob("*/*"))) == 1
    running.process.send_signal(signal.SIGTERM)
    assert running.process.wait(PATIENCE_S) == 0
    assert list(tmp_path.iterdir()) == []


def test_it_ends_with_its_parent_and_leaves_interrupts_to_it(start, tmp_path):
    running = start("--spool", str(tmp_path))
    running.process.send_signal(signal.SIGINT)
    assert running.http.get("/_scribekit").status_code == 200
    running.end_input()
    assert running.process.wait(PATIENCE_S) == 0
    assert list(tmp_path.iterdir()) == []


def test_it_writes_nothing_but_its_address_and_has_no_controls_unless_asked():
    with subprocess.Popen(
        [*COMMAND, "--exit-with-parent"], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        base_url = json.loads(process.stdout.readline())["base_url"]
        answers = [httpx.get(base_url + path, headers={"authorization": "k"}, trust_env=False) for path in ("/v2/transcript", CONTROL)]
        out, err = process.communicate()
    assert (out, err) == ("", "")
    assert [answer.status_code for answer in answers] == [200, 404]


def test_a_port_that_is_taken_is_told_in_a_sentence():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        ended = run("--port", str(taken.getsockname()[1]))
    assert ended.returncode == 2
    assert "--port 0" in ended.stderr
    assert "Traceback" not in ended.stderr


@pytest.mark.parametrize("options", [["--faults", '{"http_530": 1}'], ["--slots", "0"], ["--speed", "-1"]])
def test_wrong_options_end_with_2(options):
    assert run(*options).returncode == 2


@pytest.mark.parametrize(("library", "recogniser"), [("starlette", "scripted"), ("uvicorn", "scripted"), ("pocketsphinx", "pocketsphinx")])
def test_a_missing_extra_ends_with_3_and_says_how_to_install_it(library, recogniser):
    code = (
        f"import sys; sys.modules[{library!r}] = None; from scribekit.service.__main__ import main; "
        f"sys.exit(main(['--recogniser', {recogniser!r}]))"
    )
    ended = run(code=code)
    assert ended.returncode == 3, ended.stderr
    assert "pip install 'scribekit[local]'" in ended.stderr
