import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator

import httpx
import pytest
from places import ROOT

KEY = "a-key"
MAIN = "import sys; from scribekit.service.__main__ import main; sys.exit(main())"

Start = Callable[..., "Running"]


class Running:
    """A service in its own process, and a client that has its key. ``prelude`` is Python that runs before it starts.

    Nothing here has a time limit of its own: pytest's ends a test that hangs.
    """

    key = KEY

    def __init__(self, *options: str, prelude: str = "") -> None:
        module = ["-c", f"{prelude}; {MAIN}"] if prelude else ["-m", "scribekit.service"]
        command = [sys.executable, *module, "--recogniser", "scripted", "--exit-with-parent", "--control", *options]
        environment = {**os.environ, "SCRIBEKIT_SERVICE_KEY": KEY}
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT, env=environment)
        assert self.process.stdout is not None
        self.announcement = json.loads(self.process.stdout.readline())
        self.base_url: str = self.announcement["base_url"]
        self.http = httpx.Client(base_url=self.base_url, headers={"authorization": KEY}, trust_env=False, timeout=None)

    def create(self, audio_url: str = "http://files.example/a.mp3?duration=60", **options: object) -> dict:
        answer = self.http.post("/v2/transcript", json={"audio_url": audio_url, **options})
        assert answer.status_code == 200, answer.text
        return answer.json()

    def upload(self, content: bytes) -> str:
        return self.http.post("/v2/upload", content=content).json()["upload_url"]

    def get(self, transcript_id: str) -> dict:
        return self.http.get(f"/v2/transcript/{transcript_id}").json()

    def finished(self, transcript_id: str) -> dict:
        while (payload := self.get(transcript_id))["status"] in ("queued", "processing"):
            time.sleep(0.01)
        return payload

    def transcribe(self, audio_url: str = "http://files.example/a.mp3?duration=60", **options: object) -> dict:
        return self.finished(self.create(audio_url, **options)["id"])

    def counters(self) -> dict:
        return self.http.get("/_control/counters").json()

    def set_faults(self, **faults: object) -> None:
        assert self.http.post("/_control/faults", json=faults).status_code == 200

    def end_input(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.close()

    def exit_code(self) -> int:
        """Wait until the service has ended by itself."""
        return self.process.wait()

    def stop(self) -> None:
        self.http.close()
        if self.process.poll() is None:
            self.end_input()
        self.process.wait()
        assert self.process.stdout is not None
        self.process.stdout.close()


@pytest.fixture(scope="session")
def service() -> Iterator[Running]:
    """A fast service without faults, shared by many tests."""
    running = Running("--speed", "1000", "--slots", "50")
    yield running
    running.stop()


@pytest.fixture
def start() -> Iterator[Start]:
    """Starts services for one test."""
    yield from started()


@pytest.fixture(scope="module")
def start_shared() -> Iterator[Start]:
    """Starts services that the tests of a module share."""
    yield from started()


def started() -> Iterator[Start]:
    running: list[Running] = []

    def start_one(*options: str, prelude: str = "") -> Running:
        running.append(Running(*options, prelude=prelude))
        return running[-1]

    yield start_one
    for service in running:
        service.stop()
