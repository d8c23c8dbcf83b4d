import contextlib
import os
import re
import socket
import subprocess
import sys

import pytest
from patience import wait_until

from scribekit.corpus import presence
from scribekit.corpus.presence import FOLDER, ProcessLock, at_work, description, is_at_work, waits_for

AT_WORK = """
import sys
from pathlib import Path
from scribekit.corpus.presence import ProcessLock
lock = ProcessLock(Path(sys.argv[1]))
print(lock.owner, flush=True)
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
    with contextlib.closing(ProcessLock(tmp_path)) as lock:
        yield lock


def test_a_living_process_has_not_exited(tmp_path, me):
    with another_process(tmp_path) as (_, owner):
        assert not me.has_exited(owner)
        assert me.is_alive(owner)
        assert is_at_work(tmp_path, owner)
        assert (tmp_path / FOLDER / owner).exists()


def test_a_killed_process_has_exited_at_once_and_leaves_nothing_behind(tmp_path, me):
    with another_process(tmp_path) as (process, owner):
        process.kill()
        process.wait()
        assert not is_at_work(tmp_path, owner)
        assert me.has_exited(owner)
        assert not me.is_alive(owner)
        assert not (tmp_path / FOLDER / owner).exists()
        assert me.has_exited(owner)


def test_two_locks_of_one_process_know_of_each_other(tmp_path, me):
    other = ProcessLock(tmp_path)
    assert other.owner != me.owner
    assert not me.has_exited(other.owner)
    other.close()
    assert me.has_exited(other.owner)


def test_this_process_has_not_exited(me):
    assert not me.has_exited(me.owner)


def test_a_process_of_another_machine_never_counts_as_exited(me):
    assert not me.has_exited("another-machine-123-abcdef01")


def test_a_machine_whose_name_begins_like_ours_is_another_machine(me):
    assert not me.has_exited(f"{socket.gethostname()}-2-123-abcdef01")


def test_closing_the_lock_removes_its_file(tmp_path):
    ProcessLock(tmp_path).close()
    assert list((tmp_path / FOLDER).iterdir()) == []


def test_where_files_cannot_be_locked_no_process_counts_as_exited(tmp_path, monkeypatch, me):
    with another_process(tmp_path) as (process, owner):
        process.kill()
        process.wait()
        monkeypatch.setattr(presence, "fcntl", None)
        assert not me.has_exited(owner)


def test_the_name_says_where_and_who(me):
    assert me.owner.startswith(f"{socket.gethostname()}-{os.getpid()}-")


FORKED = """
import os, sys
from pathlib import Path
from scribekit.corpus.presence import ProcessLock
lock = ProcessLock(Path(sys.argv[1]))
if os.fork() == 0:
    lock.close()  # as the end of an interpreter may do
    os.read(int(sys.argv[2]), 1)
    os._exit(0)
print(lock.owner, flush=True)
sys.stdin.readline()
os._exit(0)
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs a fork")
def test_a_process_that_was_forked_off_does_not_hold_the_lock_of_its_parent(tmp_path, me):
    reading, writing = os.pipe()
    command = [sys.executable, "-c", FORKED, str(tmp_path), str(reading)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, pass_fds=[reading]) as parent:
        owner = parent.stdout.readline().strip()
        assert me.is_alive(owner)
        parent.stdin.close()
        parent.wait()
        os.close(reading)
        wait_until(lambda: me.has_exited(owner))  # a child that has not run yet still has its copy of the file
        assert os.write(writing, b"x") == 1  # the child is still there to read it
        os.close(writing)


def test_everyone_at_work_is_named_with_process_machine_and_time(tmp_path, me):
    assert at_work(tmp_path) == [me.owner]
    assert re.fullmatch(rf"process {os.getpid()} on '.+' \(at work since \d{{4}}-\d\d-\d\d \d\d:\d\d\)", description(me.owner))
    assert at_work(tmp_path / "nowhere") == []


def test_what_a_process_waits_for_is_seen_while_it_is_at_work(tmp_path):
    assert waits_for(tmp_path) == ""
    with contextlib.closing(ProcessLock(tmp_path)) as lock:
        assert waits_for(tmp_path) == ""
        lock.show("no network since 02:14")
        assert waits_for(tmp_path) == "no network since 02:14"
        lock.show("")
        assert waits_for(tmp_path) == ""


def test_what_a_dead_process_waited_for_is_not_seen(tmp_path):
    (tmp_path / FOLDER).mkdir()
    (tmp_path / FOLDER / f"{socket.gethostname()}-1-abcdef01").write_text("no network since 02:14")
    assert waits_for(tmp_path) == ""
