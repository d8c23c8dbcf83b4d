"""A worker process, which transcribes one recording at a time."""

from __future__ import annotations

import logging
import multiprocessing
import os
import signal
import threading
from collections.abc import Mapping
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from pathlib import Path
from typing import Any

from scribekit.base import contract
from scribekit.service.recognisers.base import Recognition, RecognitionError

_log = logging.getLogger(__name__)


class WorkerEndedError(Exception):
    """The worker's process ended (killed, out of memory, or stopped) before it answered."""


class Worker:
    """One worker process, started with its first recording.

    The decoder holds Python's global lock while it works, so only processes can decode in parallel. A process that dies fails only the
    recording that it had.

    Attributes:
        pid: The process, or None before the first recording.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._stopped = False
        self._process: SpawnProcess | None = None
        self._connection: Connection[Any, Any] | None = None

    @property
    def pid(self) -> int | None:
        """The id of the process, or None while it has not been started."""
        return self._process.pid if self._process else None

    def transcribe(self, path: Path, options: Mapping[str, Any]) -> Recognition:
        """Transcribe a recording; blocks the calling thread.

        Raises:
            RecognitionError: The recording cannot be transcribed.
            WorkerEndedError: The process ended before it answered; this worker cannot be used again.
        """
        try:
            connection = self._started()
            connection.send((path, dict(options)))
            answer = connection.recv()
        except (EOFError, OSError) as ended:
            raise WorkerEndedError(f"Worker process {self.pid} ended before it answered.") from ended
        if isinstance(answer, RecognitionError):
            raise answer
        assert isinstance(answer, Recognition)
        return answer

    def stop(self) -> None:
        """End the process at once. Safe from any thread, also while :meth:`transcribe` waits."""
        with self._lock:
            self._stopped = True
            if self._process is not None:
                self._process.kill()
                self._process.join()

    def _started(self) -> Connection[Any, Any]:
        with self._lock:
            if self._stopped:
                raise EOFError("The worker was stopped.")
            if self._connection is None:
                context = multiprocessing.get_context("spawn")
                self._connection, far_end = context.Pipe()
                self._process = context.Process(target=_serve, args=(far_end,), name="scribekit-recogniser", daemon=True)
                self._process.start()
                far_end.close()
            return self._connection


def _serve(connection: Connection[Any, Any]) -> None:
    from scribekit.service.recognisers.pocketsphinx.transcription import transcribe

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    while True:
        try:
            path, options = connection.recv()
        except EOFError:
            return
        try:
            answer: Recognition | RecognitionError = transcribe(path, options)
        except RecognitionError as refused:
            answer = RecognitionError(str(refused))
        except Exception:  # noqa: BLE001 -- an unexpected failure with one recording must not end the worker
            _log.exception("The recogniser failed.")
            answer = RecognitionError(contract.ERROR_SERVER)
        connection.send(answer)


def _end_with_parent() -> None:
    """End this process with its parent, so that a service that was killed leaves no worker behind."""
    parent = multiprocessing.parent_process()
    assert parent is not None
    parent.join()
    os._exit(1)
