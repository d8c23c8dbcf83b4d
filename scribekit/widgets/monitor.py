"""The batch monitor: the state of every recording, how fast the batch runs, and what limits it."""

from __future__ import annotations

import asyncio
import concurrent.futures
import dataclasses
import html
import math
import time
from collections.abc import Mapping, Sequence
from typing import Any

import traitlets

from scribekit.api.limits import Limits
from scribekit.base.errors import OptionError, ScribekitError, nearest
from scribekit.batch import background
from scribekit.batch.engine.loop import begin
from scribekit.batch.transcribe import retry
from scribekit.corpus import status
from scribekit.corpus.handles import Batch, Corpus, corpus_of
from scribekit.corpus.job import ERROR
from scribekit.corpus.ledger.pages import SORTS, job_page
from scribekit.corpus.view import CorpusView, job_row
from scribekit.widgets.base import STATIC, Widget

SHORTEST_PAUSE_S = 1.0
LONGEST_PAUSE_S = 10.0
"""The pause between two polls of the ledger: from one second while something changes, to ten while nothing does."""
SHARE_OF_TIME = 0.05
"""Polls take at most this share of the time: a large corpus is polled less often."""
FRESH_S = 2.0
"""Figures that are younger than this are shown without another poll."""
MOST_ROWS = 500
"""The most rows that are sent at once; a screen shows a few dozen."""
STATIC_ROWS = 20

_PAGE_COLUMNS = ("recording_id", "status", "attempts", "error_kind", "error", "cost_usd", "reserved_usd")


class BatchMonitor(Widget):
    """Shows the state of every recording of a batch or corpus, and lets a person start, pause, stop and retry.

    It polls the corpus only, never the service. So it can be opened on a batch that this kernel or another process is running, on an
    unfinished one, and on one that is done. Closing it stops nothing.

    Args:
        batch_or_corpus: What ``submit_batch`` or ``open_corpus`` returned.
        limits: The limits of :meth:`start`; by default those of ``submit_batch``.

    Example:
        >>> batch = sk.submit_batch(manifest, config, corpus="corpora/calls")  # doctest: +SKIP
        >>> monitor = sk.widgets.BatchMonitor(batch)  # doctest: +SKIP
        >>> monitor.start()  # doctest: +SKIP
        True
        >>> monitor  # doctest: +SKIP
    """

    _esm = STATIC / "monitor.js"

    title = traitlets.Unicode().tag(sync=True)
    figures = traitlets.Dict().tag(sync=True)

    def __init__(self, batch_or_corpus: Batch | Corpus, *, limits: Limits | None = None) -> None:
        self._views: set[str] = set()
        self._polling: concurrent.futures.Future[None] | None = None
        self._corpus = corpus_of(batch_or_corpus)  # closing must work when it is refused
        self._limits = limits
        self._last_snapshot: tuple[float, status.Snapshot] = (-math.inf, status.Snapshot())
        super().__init__(title=self._corpus.title, figures=self._poll())

    def start(self) -> bool:
        """Collect in the background, or resume; return whether there is anything to do.

        Raises:
            NoConnectionError: There is work left, but neither a key nor a local service.
            ScribekitError: The work belongs to another service than the one in use.
        """
        started = background.start(self._corpus, self._limits)
        self.refresh()
        return started

    def pause(self) -> bool:
        """Send nothing more for now, but fetch what is at the service; return whether this kernel was running the batch."""
        paused = background.pause(self._corpus.path)
        self.refresh()
        return paused

    def resume(self) -> bool:
        """Continue after :meth:`pause` or :meth:`stop`: the same as :meth:`start`."""
        return self.start()

    def stop(self) -> bool:
        """Stop the run, as an interrupt does; jobs at the service continue there. Return whether this kernel was running the batch."""
        stopped = background.stop(self._corpus.path)
        self.refresh()
        return stopped

    def retry(self, recordings: Sequence[str] | None = None) -> int:
        """Make failed recordings ready to be sent again, those named or all; return how many. A current run sends them."""
        count = retry(self._corpus, recordings=recordings)
        self.refresh()
        return count

    def refresh(self) -> None:
        """Poll the corpus now."""
        self.figures = self._poll()

    @property
    def is_polling(self) -> bool:
        """Whether the corpus is polled, as it is while a view is open."""
        return self._polling is not None and not self._polling.done()

    def close(self) -> None:
        """Close the widget. A current run continues."""
        self._views.clear()
        if self._polling is not None:
            self._polling.cancel()
        super().close()

    # -- intents of the page

    def on_show(self, view: str) -> None:
        """Poll the corpus while a view is open."""
        self._views.add(view)
        if not self.is_polling:
            self._polling = begin(self._poll_while_shown())

    def on_hide(self, view: str) -> None:
        """Stop polling once the last view is closed."""
        self._views.discard(view)
        if not self._views and self._polling is not None:
            self._polling.cancel()

    def on_rows(
        self,
        first: int = 0,
        count: int = 50,
        states: Sequence[str] = (),
        text: str = "",
        sort: str | None = None,
        descending: bool = False,
    ) -> dict[str, Any]:
        """Return rows of the table of jobs."""
        if sort is not None and sort not in SORTS:
            raise OptionError(f"The jobs cannot be sorted by {sort!r}.{nearest(sort, SORTS)}")
        with self._corpus.reading() as view:
            total, rows = job_page(
                view.ledger,
                view.batch_ids,
                states=states,
                text=text,
                sort=sort,
                descending=descending,
                first=max(first, 0),
                count=min(max(count, 0), MOST_ROWS),
            )
        labels = {row["state"]: row["label"] for row in self.figures["states"]}
        return {"total": total, "rows": [_page_row(row, labels) for row in rows]}

    def on_start(self) -> bool:
        """Start, or resume."""
        return self.start()

    def on_pause(self) -> bool:
        """Pause."""
        return self.pause()

    def on_stop(self) -> bool:
        """Stop."""
        return self.stop()

    def on_retry(self, recordings: list[str] | None = None) -> int:
        """Retry these recordings, or all failed ones."""
        return self.retry(recordings)

    # -- figures

    def static_text(self) -> str:
        """Return one line with the counts, the money and the time left."""
        return status.sentence(self._corpus.title, self._snapshot(), time.time())

    def static_html(self) -> str:
        """Return the figures and the failed recordings as tables."""
        snapshot = self._snapshot()
        with self._corpus.reading() as view:
            total, failed = job_page(view.ledger, view.batch_ids, states=(ERROR, status.REFUSED), count=STATIC_ROWS)
        return (
            status.table(self._corpus.title, snapshot, time.time()) + _states_html(snapshot) + _failures_html(total, map(job_row, failed))
        )

    def _snapshot(self) -> status.Snapshot:
        """Return the last snapshot if it is fresh: a large corpus is not counted again for each part of one output."""
        at, snapshot = self._last_snapshot
        if time.monotonic() - at < FRESH_S:
            return snapshot
        with self._corpus.reading() as view:
            return self._take(view, time.time())[0]

    def _take(self, view: CorpusView, now: float) -> tuple[status.Snapshot, str]:
        """Return the figures of now, and what is going on."""
        snapshot = view.snapshot(now)
        activity = background.activity(self._corpus, view.ledger, snapshot.unfinished)
        return dataclasses.replace(snapshot, is_paused=activity == background.PAUSED), activity

    def _figures(self, view: CorpusView) -> dict[str, Any]:
        now = time.time()
        snapshot, activity = self._take(view, now)
        self._last_snapshot = time.monotonic(), snapshot
        return {
            "activity": activity,
            "problem": background.problem(self._corpus.path),
            "total": snapshot.total,
            "failed": snapshot.failed,
            "is_unpaid": snapshot.is_unpaid,
            "states": status.by_state(snapshot),
            "facts": [list(fact) for fact in status.facts(snapshot, now) if fact[0] != "recordings"],
            "throughput": [round(value, 2) for value in status.throughput(snapshot, now)],
        }

    async def _poll_while_shown(self) -> None:
        pause_s = SHORTEST_PAUSE_S
        if time.monotonic() - self._last_snapshot[0] < FRESH_S:  # the constructor has just polled
            await asyncio.sleep(pause_s)
        while self._views:
            began, before = time.monotonic(), self.figures
            try:
                figures = await asyncio.to_thread(self._poll)
            except ScribekitError as problem:  # perhaps another process is writing: the next poll may succeed
                self.show_error(str(problem))
                figures = before
            took_s = time.monotonic() - began
            if figures != before:
                self.figures = figures
            is_quiet = figures == before or figures["activity"] in (background.IDLE, background.FINISHED)
            pause_s = min(pause_s * 1.5, LONGEST_PAUSE_S) if is_quiet else SHORTEST_PAUSE_S
            await asyncio.sleep(max(pause_s, took_s / SHARE_OF_TIME))

    def _poll(self) -> dict[str, Any]:
        # The ledger is opened and closed within one thread: the polling can be cancelled during a query.
        with self._corpus.reading() as view:
            return self._figures(view)


def _page_row(row: Any, labels: Mapping[str, str]) -> dict[str, Any]:
    """Return a job as JSON values; times are Unix times."""
    job = job_row(row)
    return {
        **{name: job[name] for name in _PAGE_COLUMNS},
        "label": labels.get(job["status"], job["status"]),
        "audio_s": row["audio_duration_s"] if row["duration_s"] is None else row["duration_s"],
        "submitted_at": row["submitted_at"],
        "completed_at": row["completed_at"],
    }


def _states_html(snapshot: status.Snapshot) -> str:
    rows = "".join(
        f"<tr><th scope='row'>{html.escape(row['label'])}</th><td>{row['count']:,}</td>"
        f"<td>{'–' if row['audio_s'] is None else format(row['audio_s'] / 3600, ',.2f')}</td><td>{row['usd']:,.2f}</td></tr>"
        for row in status.by_state(snapshot)
    )
    unpaid = " (not paid)" if snapshot.is_unpaid else ""
    head = f"<tr><th>status</th><th>recordings</th><th>audio (h)</th><th>USD{unpaid}</th></tr>"
    return f"<table><thead>{head}</thead><tbody>{rows}</tbody></table>"


def _failures_html(total: int, failed: Any) -> str:
    if not total:
        return ""
    cells = (
        "".join(f"<td>{html.escape(str(job[name] or ''))}</td>" for name in ("recording_id", "status", "error_kind", "error"))
        for job in failed
    )
    rows = "".join(f"<tr>{row}</tr>" for row in cells)
    more = f", the first {STATIC_ROWS}" if total > STATIC_ROWS else ""
    head = "<tr><th>recording</th><th>status</th><th>problem</th><th>what to do</th></tr>"
    return f"<table><caption>{total:,} not transcribed{more}</caption><thead>{head}</thead><tbody>{rows}</tbody></table>"
