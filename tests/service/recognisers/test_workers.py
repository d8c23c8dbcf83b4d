import subprocess
import sys

import psutil
import pytest
from places import ROOT

from scribekit.base import contract
from scribekit.service.recognisers.base import RecognitionError
from scribekit.service.recognisers.pocketsphinx.workers import Worker, WorkerEndedError

pytestmark = pytest.mark.recogniser

ORPHAN = """
import os, sys
from pathlib import Path
from scribekit.service.recognisers.pocketsphinx.workers import Worker

if __name__ == "__main__":
    worker = Worker()
    worker.transcribe(Path(sys.argv[1]), {})
    print(worker.pid, flush=True)
    os.kill(os.getpid(), 9)
"""


@pytest.fixture
def worker():
    found = Worker()
    yield found
    found.stop()


def test_a_process_starts_with_the_first_recording_and_stays(worker, samples):
    assert worker.pid is None
    worker.transcribe(samples / "audio" / "silence.wav", {})
    first = worker.pid
    worker.transcribe(samples / "audio" / "silence.wav", {})
    assert worker.pid == first


def test_an_unforeseen_failure_is_a_server_error_and_the_worker_goes_on(worker, samples):
    silence = samples / "audio" / "silence.wav"
    with pytest.raises(RecognitionError, match=contract.ERROR_SERVER):
        worker.transcribe(silence, {"audio_end_at": "soon"})
    assert worker.transcribe(silence, {}).duration_s == 12.0


def test_a_stopped_worker_says_so(worker, samples):
    worker.stop()
    with pytest.raises(WorkerEndedError):
        worker.transcribe(samples / "audio" / "silence.wav", {})
    assert worker.pid is None


def test_a_worker_does_not_outlive_a_killed_service(samples, tmp_path):
    script = tmp_path / "service.py"
    script.write_text(ORPHAN)
    silence = samples / "audio" / "silence.wav"
    command = [sys.executable, str(script), str(silence)]
    found = subprocess.run(command, check=False, env={"PYTHONPATH": str(ROOT)}, stdout=subprocess.PIPE, text=True)
    pid = int(found.stdout)
    try:
        psutil.Process(pid).wait()
    except psutil.NoSuchProcess:
        return
    assert not psutil.pid_exists(pid)
