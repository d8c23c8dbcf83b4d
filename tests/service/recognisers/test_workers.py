import subprocess
import sys

import psutil
import pytest
from places import ROOT

from scribekit.base import contract
from scribekit.service.recognisers.base import Piece, RecognitionError
from scribekit.service.recognisers.workers import Program, Worker, WorkerEndedError

ORPHAN = """
import os, sys
from pathlib import Path
from scribekit.service.recognisers.workers import Program, Worker

if __name__ == "__main__":
    worker = Worker(Program("transcribers:in_pieces", {"mark": sys.argv[2]}))
    worker.transcribe(Path(sys.argv[1]), {}, (), print)
    print("pid", worker.pid, flush=True)
    os.kill(os.getpid(), 9)
"""


@pytest.fixture
def recording(tmp_path):
    """Writes a file that says what happens while it is transcribed."""

    def write(text=""):
        (tmp_path / "recording").write_text(text)
        return tmp_path / "recording"

    return write


@pytest.fixture
def worker(tmp_path):
    found = Worker(Program("transcribers:in_pieces", {"mark": str(tmp_path / "starts")}))
    yield found
    found.stop()


def test_a_process_starts_with_the_first_recording_and_stays(worker, recording):
    assert worker.pid is None
    worker.transcribe(recording(), {}, (), lambda said: None)
    first = worker.pid
    worker.transcribe(recording(), {}, (), lambda said: None)
    assert worker.pid == first


def test_pieces_and_shares_are_reported_as_they_come(worker, recording):
    said = []
    answer = worker.transcribe(recording(), {}, (), said.append)
    assert [word.text for word in answer.words] == ["piece 0", "piece 1", "piece 2", "piece 3"]
    assert said == [one for number in range(4) for one in (number / 4, Piece(number * 1000, f"piece {number}"))]


def test_work_goes_on_behind_what_is_done(worker, recording):
    said = []
    answer = worker.transcribe(recording(), {}, (Piece(0, "piece 0"), Piece(1000, "other")), said.append)
    assert [word.text for word in answer.words] == ["piece 0", "other", "piece 2", "piece 3"]
    assert said[0] == 0.5


@pytest.mark.parametrize(("deed", "error"), [("raise", contract.ERROR_SERVER), ("refuse", "refused")])
def test_a_failure_costs_its_recording_and_the_worker_goes_on(worker, recording, deed, error):
    with pytest.raises(RecognitionError, match=error):
        worker.transcribe(recording(f"{deed} 1"), {}, (), lambda said: None)
    assert worker.transcribe(recording(), {}, (), lambda said: None).duration_s == 4.0


def test_a_stopped_worker_says_so(worker, recording):
    worker.stop()
    with pytest.raises(WorkerEndedError):
        worker.transcribe(recording(), {}, (), lambda said: None)
    assert worker.pid is None


def test_a_process_that_dies_says_so(worker, recording):
    with pytest.raises(WorkerEndedError, match="ended before it answered"):
        worker.transcribe(recording("die 2"), {}, (), lambda said: None)


def test_a_worker_does_not_outlive_a_killed_service(recording, tmp_path):
    script = tmp_path / "service.py"
    script.write_text(ORPHAN)
    command = [sys.executable, str(script), str(recording()), str(tmp_path / "starts")]
    paths = f"{ROOT}:{ROOT / 'tests' / 'support'}"
    found = subprocess.run(command, check=False, env={"PYTHONPATH": paths}, stdout=subprocess.PIPE, text=True)
    pid = int(found.stdout.split()[-1])
    try:
        psutil.Process(pid).wait()
    except psutil.NoSuchProcess:
        return
    assert not psutil.pid_exists(pid)
