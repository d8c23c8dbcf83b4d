"""Facts into the ledger, many in one synchronised write: what several jobs have to record at the same moment is committed together."""

from __future__ import annotations

import asyncio

from scribekit.corpus.ledger import Fact, Ledger


class GroupCommit:
    """Records facts and lets each job go on only when its own is on the disk.

    Args:
        ledger: The open ledger.
        owner: Who claims the jobs that the facts are about.
    """

    def __init__(self, ledger: Ledger, owner: str) -> None:
        self._ledger = ledger
        self._owner = owner
        self._waiting: list[tuple[Fact, asyncio.Future[bool]]] = []

    async def record(self, fact: Fact) -> bool:
        """Record one fact; false when the job is no longer ours.

        Raises:
            LedgerError: It could not be written.
        """
        loop = asyncio.get_running_loop()
        if not self._waiting:
            loop.call_soon(self._write)
        recorded: asyncio.Future[bool] = loop.create_future()
        self._waiting.append((fact, recorded))
        return await recorded

    def _write(self) -> None:
        # A cancelled job's fact is written all the same: what happened, happened.
        waiting, self._waiting = self._waiting, []
        try:
            results = self._ledger.record(self._owner, [fact for fact, _ in waiting])
        except Exception as cause:  # noqa: BLE001 -- handed on to every job that waits
            for _, recorded in waiting:
                if not recorded.done():
                    recorded.set_exception(cause)
            return
        for (_, recorded), result in zip(waiting, results, strict=True):
            if not recorded.done():
                recorded.set_result(result)
