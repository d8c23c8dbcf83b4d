import contextlib
import os
import socket
import subprocess
import sys

import pytest

from scribekit.corpus import presence as leases
from scribekit.corpus.presence import FOLDER, ProcessLock

AT_WORK = """
import sys
from pathlib import Path
from scribekit.corpus.presence import ProcessLock
presence = ProcessLock(Path(sys.argv[1]))
print(presence.owner, flush=True)
sys.stdin.read()
"""


@contextlib.contextmanager
def another_process(corpus):
    command = [sys.executable, "-c", AT_WORK, str(corpus)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        yield process, process.stdout.readline().strip()
        process.stdin.close()


@pytest.fixture
def me(tmp_path):
    with contextlib.closing(ProcessLock(tmp_path)) as presence:
        yield presence


def test_a_living_process_is_not_gone(tmp_path, me):
    with another_process(tmp_path) as (_, owner):
        assert not me.has_exited(owner)
        assert (tmp_path / FOLDER / owner).exists()


def test_a_killed_process_is_gone_at_once_and_leaves_nothing_behind(tmp_path, me):
    with another_process(tmp_path) as (process, owner):
        process.kill()
        process.wait()
        assert me.has_exited(owner)
        assert not (tmp_path / FOLDER / owner).exists()
        assert me.has_exited(owner)


def test_two_presences_of_one_process_know_of_each_other(tmp_path, me):
    other = ProcessLock(tmp_path)
    assert other.owner != me.owner
    assert not me.has_exited(other.owner)
    other.close()
    assert me.has_exited(other.owner)


def test_one_is_not_gone_oneself(me):
    assert not me.has_exited(me.owner)


def test_someone_on_another_machine_never_counts_as_gone(me):
    assert not me.has_exited("another-machine-123-abcdef01")


def test_a_machine_whose_name_begins_like_ours_is_another_machine(me):
    assert not me.has_exited(f"{socket.gethostname()}-2-123-abcdef01")


def test_leaving_removes_the_file(tmp_path):
    presence = ProcessLock(tmp_path)
    presence.close()
    assert list((tmp_path / FOLDER).iterdir()) == []


def test_where_files_cannot_be_locked_nobody_counts_as_gone(tmp_path, monkeypatch, me):
    with another_process(tmp_path) as (process, owner):
        process.kill()
        process.wait()
        monkeypatch.setattr(leases, "fcntl", None)
        assert not me.has_exited(owner)


def test_the_name_says_where_and_who(me):
    assert me.owner.startswith(f"{socket.gethostname()}-{os.getpid()}-")
