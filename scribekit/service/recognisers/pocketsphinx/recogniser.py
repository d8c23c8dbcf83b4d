"""The embedded recogniser, behind the protocol of all recognisers."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from importlib.util import find_spec
from typing import Any

from scribekit.base import contract
from scribekit.base.errors import MissingExtraError
from scribekit.service.recognisers.base import Audio, Recognition, RecognitionError
from scribekit.service.recognisers.pocketsphinx.abilities import ABILITIES
from scribekit.service.recognisers.pocketsphinx.workers import Worker, WorkerEndedError


class Pocketsphinx:
    """Transcribes US English in worker processes, one recording at a time in each.

    A process takes 150 MB and is about five times as fast as real time on one core. It starts with the first recording that needs it. When
    it dies, its recording fails and a new process replaces it. Cancelling :meth:`recognise` ends the process of that recording.

    Args:
        processes: The most processes to run at the same time.

    Raises:
        MissingExtraError: pocketsphinx is not installed.
    """

    name = "pocketsphinx"
    needs_bytes = True
    abilities = ABILITIES

    def __init__(self, processes: int) -> None:
        if find_spec("pocketsphinx") is None:
            raise MissingExtraError("local", "The embedded recogniser")
        self._slots = asyncio.Semaphore(processes)
        self._threads = ThreadPoolExecutor(processes, thread_name_prefix="scribekit-recogniser")
        self._idle: list[Worker] = []
        self._busy: set[Worker] = set()

    async def recognise(self, audio: Audio, options: Mapping[str, Any]) -> Recognition:
        """Recognise the words of a recording; waits for a free process.

        Args:
            audio: A recording with a path.
            options: The request body; see :class:`~scribekit.service.recognisers.pocketsphinx.request.Request` for what is used.

        Raises:
            RecognitionError: It is not media, has no audio, is damaged or too short, or the process died; the message is the service's
                literal.
        """
        if audio.path is None:
            raise RecognitionError(f"{contract.ERROR_DOWNLOAD}. The embedded recogniser needs the file of {audio.url}")
        async with self._slots:
            worker = self._idle.pop() if self._idle else Worker()
            self._busy.add(worker)
            try:
                answer = await asyncio.get_running_loop().run_in_executor(self._threads, worker.transcribe, audio.path, options)
            except RecognitionError:
                self._idle.append(worker)
                raise
            except WorkerEndedError as ended:
                worker.stop()
                raise RecognitionError(contract.ERROR_SERVER) from ended
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
        for worker in [*self._idle, *self._busy]:
            worker.stop()
        self._idle.clear()
        self._threads.shutdown(wait=False, cancel_futures=True)
