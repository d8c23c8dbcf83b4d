"""A recogniser that works in worker processes, one recording at a time in each."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from scribekit.base import contract
from scribekit.service.recognisers.abilities import Abilities
from scribekit.service.recognisers.base import Audio, Piece, Progress, Recognition, RecognitionError, unreported
from scribekit.service.recognisers.workers import Program, Report, Worker, WorkerEndedError


class Pool:
    """Transcribes in worker processes.

    A process starts with the first recording that needs it. When it dies, a new one replaces it and goes on behind the last piece that was
    finished; a recording whose processes die twice at the same place fails. Cancelling :meth:`recognise` ends the process of that
    recording.

    Args:
        name: The name of the recogniser.
        program: What the processes run.
        abilities: What it does with each option.
        processes: The most processes to run at the same time.
    """

    needs_bytes = True

    def __init__(self, name: str, program: Program, abilities: Abilities, processes: int) -> None:
        self.name = name
        self.abilities = abilities
        self._program = program
        self._slots = asyncio.Semaphore(processes)
        self._threads = ThreadPoolExecutor(processes, thread_name_prefix="scribekit-recogniser")
        self._idle: list[Worker] = []
        self._busy: set[Worker] = set()
        self._is_closed = False

    async def recognise(self, audio: Audio, options: Mapping[str, Any], progress: Progress = unreported) -> Recognition:
        """Transcribe a recording.

        Args:
            audio: A recording with a path.
            options: The request body.
            progress: Called with the share of the recording that is done.

        Raises:
            RecognitionError: It is not media, has no audio, is damaged or too short, or its process died; the message is the service's
                literal.
        """
        if audio.path is None:
            raise RecognitionError(f"{contract.ERROR_DOWNLOAD}. The embedded recogniser needs the file of {audio.url}")
        done: list[Piece] = []
        died_at: int | None = None
        async with self._slots:
            while True:
                worker = self._idle.pop() if self._idle else Worker(self._program)
                self._busy.add(worker)
                try:
                    answer = await asyncio.get_running_loop().run_in_executor(
                        self._threads, worker.transcribe, audio.path, options, tuple(done), _keeping(done, progress)
                    )
                except RecognitionError:
                    self._idle.append(worker)
                    raise
                except WorkerEndedError as ended:
                    worker.stop()
                    if self._is_closed or died_at == len(done):
                        raise RecognitionError(contract.ERROR_SERVER) from ended
                    died_at = len(done)
                    continue
                except BaseException:
                    worker.stop()
                    raise
                finally:
                    self._busy.discard(worker)
                self._idle.append(worker)
                return answer

    def worker_pids(self) -> list[int]:
        """Return the ids of the running processes, for monitoring."""
        return sorted(worker.pid for worker in [*self._idle, *self._busy] if worker.pid is not None)

    def close(self) -> None:
        """End the worker processes at once; their recordings fail with the service's "Server error"."""
        self._is_closed = True
        for worker in [*self._idle, *self._busy]:
            worker.stop()
        self._idle.clear()
        self._threads.shutdown(wait=False, cancel_futures=True)


def _keeping(done: list[Piece], progress: Progress) -> Any:
    def take(said: Report) -> None:
        if isinstance(said, Piece):
            done.append(said)
        else:
            progress(said)

    return take
