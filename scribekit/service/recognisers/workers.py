"""A worker process, which transcribes one recording at a time."""

from __future__ import annotations

import importlib
import logging
import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from pathlib import Path
from typing import Any

from scribekit.base import contract
from scribekit.service.recognisers.base import Piece, Recognition, RecognitionError

_log = logging.getLogger(__name__)

Report = float | Piece
"""What a transcriber says while it works: the share that is done, or a piece of the result."""
Transcriber = Callable[[Path, Mapping[str, Any], Sequence[Piece]], Iterator[Report | Recognition]]
"""Transcribes a file with the options of a request, after the pieces that are done; the last thing that it yields is the recognition."""


@dataclass(frozen=True)
class Program:
    """What a worker process runs.

    Attributes:
        maker: ``module:function``. The function is called once in each process, with the settings, and returns a :data:`Transcriber`.
        settings: Its keyword arguments.
    """

    maker: str
    settings: Mapping[str, Any] = field(default_factory=dict)

    def transcriber(self) -> Transcriber:
        """Make the transcriber, in this process."""
        module, _, function = self.maker.partition(":")
        made: Transcriber = getattr(importlib.import_module(module), function)(**self.settings)
        return made


class WorkerEndedError(Exception):
    """The worker's process ended (killed, out of memory, or stopped) before it answered."""


class Worker:
    """One worker process, started with its first recording.

    Decoders hold Python's global lock while they work, so only processes can decode in parallel. A process that dies costs only what it
    had not yet sent.

    Args:
        program: What the process runs.

    Attributes:
        pid: The process, or None before the first recording.
    """

    def __init__(self, program: Program) -> None:
        self._program = program
        self._lock = threading.Lock()
        self._stopped = False
        self._process: SpawnProcess | None = None
        self._connection: Connection[Any, Any] | None = None

    @property
    def pid(self) -> int | None:
        """The id of the process, or None while it has not been started."""
        return self._process.pid if self._process else None

    def transcribe(self, path: Path, options: Mapping[str, Any], done: Sequence[Piece], report: Callable[[Report], None]) -> Recognition:
        """Transcribe a recording; blocks the calling thread.

        Args:
            path: The file.
            options: The request body.
            done: The pieces that another process had finished.
            report: Called in this thread with each piece, and with the share that is done.

        Raises:
            RecognitionError: The recording cannot be transcribed.
            WorkerEndedError: The process ended before it answered; this worker cannot be used again.
        """
        try:
            connection = self._started()
            connection.send((path, dict(options), tuple(done)))
            while not isinstance(answer := connection.recv(), (Recognition, RecognitionError)):
                report(answer)
        except (EOFError, OSError) as ended:
            raise WorkerEndedError(f"Worker process {self.pid} ended before it answered.") from ended
        if isinstance(answer, RecognitionError):
            raise answer
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
                self._process = context.Process(target=_serve, args=(far_end, self._program), name="scribekit-recogniser", daemon=True)
                self._process.start()
                far_end.close()
            return self._connection


def _serve(connection: Connection[Any, Any], program: Program) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    transcriber: Transcriber | None = None
    while True:
        try:
            path, options, done = connection.recv()
        except EOFError:
            return
        try:
            transcriber = transcriber or program.transcriber()
            for said in transcriber(path, options, done):
                connection.send(said)
        except RecognitionError as refused:
            connection.send(RecognitionError(str(refused)))
        except Exception:  # noqa: BLE001 -- an unexpected failure with one recording must not end the worker
            _log.exception("The recogniser failed.")
            connection.send(RecognitionError(contract.ERROR_SERVER))


def _end_with_parent() -> None:
    """End this process with its parent, so that a service that was killed leaves no worker behind."""
    parent = multiprocessing.parent_process()
    assert parent is not None
    parent.join()
    os._exit(1)
