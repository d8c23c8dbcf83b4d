import json
import os
import signal
import socket
import subprocess
import sys
from contextlib import contextmanager
from subprocess import PIPE

import httpx
import pytest
from places import ROOT

from scribekit.service.keys import VARIABLE

CONTROL = "/_control/counters"
COMMAND = [sys.executable, "-m", "scribekit.service", "--recogniser", "scripted"]


def run(*options, code=""):
    command = [sys.executable, "-c", code] if code else [*COMMAND, *options]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)


def test_it_says_in_one_line_where_it_listens(start):
    running = start("--port", "0")
    assert running.announcement == {"base_url": running.base_url, "recogniser": "scripted", "pid": running.process.pid}
    assert running.base_url.startswith("http://127.0.0.1:")


def test_sigterm_ends_it_at_once_and_removes_the_uploads(start, tmp_path):
    running = start("--upload-dir", str(tmp_path), "--slots", "1")
    running.create("http://x.example/a?duration=36000")
    running.upload(b"scripted:{}")
    assert len(list(tmp_path.glob("*/*"))) == 1
    running.process.send_signal(signal.SIGTERM)
    assert running.exit_code() == 0
    assert list(tmp_path.iterdir()) == []


def test_it_ends_with_its_parent_and_leaves_interrupts_to_it(start, tmp_path):
    running = start("--upload-dir", str(tmp_path))
    running.process.send_signal(signal.SIGINT)
    assert running.http.get("/_scribekit").status_code == 200
    running.end_input()
    assert running.exit_code() == 0
    assert list(tmp_path.iterdir()) == []


@contextmanager
def by_hand(*options, key_input=b"", **environment):
    """A service as people start it: what it says, and the statuses of two addresses for a key."""
    command = [*COMMAND, "--exit-with-parent", *options]
    with subprocess.Popen(command, cwd=ROOT, env=os.environ | environment, stdin=PIPE, stdout=PIPE, stderr=PIPE) as process:
        os.write(process.stdin.fileno(), key_input)
        said = json.loads(process.stdout.readline())
        with httpx.Client(base_url=said["base_url"], trust_env=False, timeout=None) as http:
            yield said, lambda key: [http.get(path, headers={"authorization": key}).status_code for path in ("/v2/transcript", CONTROL)]
        out, err = process.communicate()
    assert (out, err) == (b"", b"")


def test_without_a_key_it_makes_one_says_it_once_and_has_no_controls_unless_asked():
    with by_hand() as (said, statuses):
        assert set(said) == {"base_url", "recogniser", "pid", "api_key"}
        assert len(said["api_key"]) >= 32
        assert statuses(said["api_key"]) == [200, 404]
        assert statuses("k") == [401, 401]


def key_file(folder, content=b"the-key\nanother line\n", mode=0o600):
    path = folder / "key"
    path.write_bytes(content)
    path.chmod(mode)
    return str(path)


@pytest.mark.parametrize("way", ["environment", "file", "standard input"])
def test_the_key_comes_by_the_environment_a_file_or_standard_input_and_is_not_said_again(tmp_path, way):
    given = {
        "environment": ((), {VARIABLE: "the-key"}),
        "file": (("--key-file", key_file(tmp_path)), {VARIABLE: "another-key"}),
        "standard input": (("--key-file", "-"), {"key_input": b"the-key\n"}),
    }
    options, more = given[way]
    with by_hand(*options, **more) as (said, statuses):
        assert set(said) == {"base_url", "recogniser", "pid"}
        assert statuses("the-key") == [200, 404]
        assert statuses("another-key") == [401, 401]


def test_a_key_that_is_none_or_that_others_can_read_is_refused_in_a_sentence(tmp_path):
    for options in (
        ["--key-file", "-"],  # standard input is empty
        ["--key-file", str(tmp_path / "missing")],
        ["--key-file", key_file(tmp_path, mode=0o640)],
        ["--key-file", key_file(tmp_path, content=b"\n")],
        ["--key-file", key_file(tmp_path, content="ключ".encode())],
    ):
        ended = run(*options)
        assert (ended.returncode, ended.stdout) == (2, "")
        assert len(ended.stderr.splitlines()) == 1, ended.stderr


def test_a_port_in_use_is_reported_in_a_sentence():
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


def test_a_speech_server_needs_an_address_and_a_model():
    ended = run("--recogniser", "openai", "--url", "http://127.0.0.1:9/v1")
    assert (ended.returncode, ended.stdout) == (2, "")
    assert "needs --url" in ended.stderr
    ended = run("--recogniser", "openai", "--url", "http://ada:hunter2@lab/v1", "--model", "m")
    assert ended.returncode == 2
    assert "holds a name or password" in ended.stderr
    assert "hunter2" not in ended.stderr


def test_the_key_of_a_speech_server_comes_by_the_environment_or_a_file_that_is_private(tmp_path):
    server = ("--recogniser", "openai", "--url", "http://127.0.0.1:9/v1", "--model", "m")
    ended = run(*server, "--openai-key-file", key_file(tmp_path, mode=0o640))
    assert (ended.returncode, "Other users can read" in ended.stderr) == (2, True)
    with by_hand(*server, "--openai-key-file", "-", "--key-file", "-", key_input=b"the-key\nsk-of-the-server\n") as (said, statuses):
        assert said["recogniser"] == "openai"
        assert statuses("the-key") == [200, 404]
