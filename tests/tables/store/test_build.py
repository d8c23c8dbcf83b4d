import json
import subprocess
import sys
import time

import pytest
from corpora import store
from tabled import SPOKEN, assert_equal_either_way, catalogued, files, talks

import scribekit as sk
from scribekit.corpus.ledger import Ledger
from scribekit.tables.store import build, refresh

pytestmark = pytest.mark.usefixtures("small_parts")


BUILD = """
import sys, scribekit as sk
from scribekit.tables.store import build
build.PART_AUDIO_S = 120.0
build.HELP_FROM = {help_from}
print(sk.build_tables(sk.open_corpus(sys.argv[1]), progress=False))
"""


def builder(folder, help_from=10**6):
    return subprocess.Popen([sys.executable, "-c", BUILD.format(help_from=help_from), str(folder)], stdout=subprocess.PIPE)


def assert_each_is_held_once(folder, names):
    assert sorted(one.recording_id for part in catalogued(folder) for one in part.transcripts) == sorted(names)


@pytest.mark.long
def test_processes_that_build_at_once_make_one_set_of_tables(folder):
    names = [f"r{number}" for number in range(40)]
    corpus = store(folder, talks(*names))
    processes = [builder(folder) for _ in range(3)]
    assert [process.wait(120) for process in processes] == [0, 0, 0]
    assert_each_is_held_once(folder, names)
    assert_equal_either_way(corpus, SPOKEN)


@pytest.mark.long
def test_a_process_that_is_killed_leaves_nothing_wrong(folder):
    names = [f"r{number}" for number in range(60)]
    corpus = store(folder, talks(*names))
    process = builder(folder)
    while process.poll() is None and len(files(folder)) < 3:
        time.sleep(0.001)
    process.kill()
    process.wait()
    assert_equal_either_way(corpus, SPOKEN)
    assert_each_is_held_once(folder, names)


@pytest.mark.long
def test_a_second_process_helps_from_the_other_end(folder):
    names = [f"r{number:03}" for number in range(60)]
    corpus = store(folder, talks(*names))
    with Ledger(folder) as ledger:
        chunks = build.split_into_chunks(refresh.wanted(ledger, [1]))
    task = json.dumps({"corpus": str(folder), "chunks": chunks[::-1][:7]})
    subprocess.run([sys.executable, "-m", "scribekit.tables.store"], input=task.encode(), check=True)
    assert_each_is_held_once(folder, names[-14:])
    assert builder(folder, help_from=4).wait(120) == 0
    assert_each_is_held_once(folder, names)
    assert_equal_either_way(corpus, SPOKEN)


class EndedProcess(subprocess.Popen):
    """A process that has ended before anything else happens."""

    def __init__(self, *arguments, **options):
        super().__init__(*arguments, **options)
        self.wait()


@pytest.mark.parametrize(
    ("python", "reason"), [("/bin/false", "ended with code 1."), ("/no/such/python", "could not be started: No such file or directory.")]
)
def test_a_helper_that_fails_costs_only_time_and_is_reported(folder, monkeypatch, caplog, python, reason):
    monkeypatch.setattr(build, "HELP_FROM", 2)
    monkeypatch.setattr(build.os, "sched_getaffinity", lambda _: {0, 1})
    monkeypatch.setattr(build.subprocess, "Popen", EndedProcess)
    monkeypatch.setattr(sys, "executable", python)
    corpus = store(folder, talks(*"abcdefgh"))
    assert sk.build_tables(corpus, progress=False) == 8
    assert_equal_either_way(corpus, SPOKEN)
    assert f"The second process that builds tables {reason}" in caplog.text


def test_a_helper_says_why_it_failed(tmp_path):
    task = json.dumps({"corpus": str(tmp_path), "chunks": []})
    command = [sys.executable, "-m", "scribekit.tables.store"]
    ended = subprocess.run(command, input=task.encode(), stdout=subprocess.PIPE, check=False)
    assert ended.returncode == 1
    assert b"There is no corpus in" in ended.stdout


def test_a_helper_quotes_no_transcript(folder):
    store(folder, talks("a"))
    task = json.dumps({"corpus": str(folder), "chunks": [[[["a", "a-1", "what was said"], "no number"]]]})
    command = [sys.executable, "-m", "scribekit.tables.store"]
    ended = subprocess.run(command, input=task.encode(), stdout=subprocess.PIPE, check=False)
    assert ended.returncode == 1
    assert b"Error at " in ended.stdout
    assert b"said" not in ended.stdout
