"""The monitor of a batch: what stands where, how fast it goes, why it is slow, and every recording in a table of any length."""

from __future__ import annotations

import asyncio
import concurrent.futures
import html
import time
from collections.abc import Sequence
from typing import Any

import traitlets

from scribekit.api.limits import Limits
from scribekit.base.errors import OptionError, ScribekitError, nearest
from scribekit.batch import background
from scribekit.batch.engine.loop import begin
from scribekit.batch.transcribe import retry
from scribekit.corpus import status
from scribekit.corpus.handles import Batch, Corpus
from scribekit.corpus.job import ERROR
from scribekit.corpus.ledger.pages import SORTS, job_page
from scribekit.corpus.view import CorpusView, job_row
from scribekit.widgets.base import STATIC, Widget

SHORTEST_PAUSE_S = 1.0
LONGEST_PAUSE_S = 10.0
"""Pauses between two looks at the ledger: from one second while something changes, to ten while nothing does."""
SHARE_OF_TIME = 0.05
"""Looking may take this share of the time, so that a large corpus is looked at less often."""
FRESH_S = 2.0
"""Figures that were read less than so long ago are shown again without another look."""
MOST_ROWS = 500
"""The most rows that are given at once; a screen shows a few dozen."""
STATIC_ROWS = 20

_PAGE_COLUMNS = ("recording_id", "status", "attempts", "error_kind", "error", "cost_usd", "reserved_usd")


class BatchMonitor(Widget):
    """Shows where every recording of a batch or corpus stands, and lets a person pause, stop, go on and retry.

    It looks at the corpus only, never at the service, and as often as something changes: so it may be opened on a batch that this
    kernel, or another process, is at work on, on one that was left unfinished, and on one that is done. Closing it stops nothing.

    Args:
        batch_or_corpus: What ``submit_batch`` or ``open_corpus`` gave.
        limits: The pace of :meth:`start`; by default that of ``submit_batch``.

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
        self._corpus = batch_or_corpus
        self._limits = limits
        self._views: set[str] = set()
        self._watching: concurrent.futures.Future[None] | None = None
        self._seen: tuple[float, status.Snapshot] = (0.0, status.Snapshot())
        super().__init__(title=batch_or_corpus.title, figures=self._look())

    def start(self) -> bool:
        """Collect in the background (or take a pause back); gives whether there is anything to do.

        Raises:
            NoConnectionError: There is work left and neither a key nor a local service.
            ScribekitError: The work belongs to another service than the one that the verbs now talk to.
        """
        began = background.start(self._corpus, self._limits)
        self.refresh()
        return began

    def pause(self) -> bool:
        """Send nothing more for now; what is at the service is still fetched. Gives whether this kernel was at work."""
        paused = background.pause(self._corpus.path)
        self.refresh()
        return paused

    def resume(self) -> bool:
        """Go on after :meth:`pause` or :meth:`stop`: the same as :meth:`start`."""
        return self.start()

    def stop(self) -> bool:
        """Leave the work, as at an interrupt; what is at the service goes on there. Gives whether this kernel was at work."""
        stopped = background.stop(self._corpus.path)
        self.refresh()
        return stopped

    def retry(self, recordings: Sequence[str] | None = None) -> int:
        """Make failed recordings ready to be sent again, those named or all; gives how many. A run that is under way takes them up."""
        count = retry(self._corpus, recordings=recordings)
        self.refresh()
        return count

    def refresh(self) -> None:
        """Look at the corpus now."""
        self.figures = self._look()

    def close(self) -> None:
        """Close the widget. Work that is under way goes on."""
        self._views.clear()
        if self._watching is not None:
            self._watching.cancel()
        super().close()

    # What the page asks for

    def on_show(self, view: str) -> None:
        """A view has been opened: look at the corpus for as long as there is one."""
        self._views.add(view)
        if self._watching is None or self._watching.done():
            self._watching = begin(self._watch())

    def on_hide(self, view: str) -> None:
        """A view has been closed."""
        self._views.discard(view)
        if not self._views and self._watching is not None:
            self._watching.cancel()

    def on_rows(
        self,
        first: int = 0,
        count: int = 50,
        states: Sequence[str] = (),
        text: str = "",
        sort: str | None = None,
        descending: bool = False,
    ) -> dict[str, Any]:
        """The rows in sight."""
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
        return {"total": total, "rows": [_page_row(row) for row in rows]}

    def on_start(self) -> bool:
        """Start or resume."""
        return self.start()

    def on_pause(self) -> bool:
        """Pause."""
        return self.pause()

    def on_stop(self) -> bool:
        """Stop."""
        return self.stop()

    def on_retry(self, recordings: list[str] | None = None) -> int:
        """Retry those, or all that failed."""
        return self.retry(recordings)

    # What it shows

    def static_text(self) -> str:
        """One line with the counts, the money and the time left."""
        return status.sentence(self._corpus.title, self._snapshot(), time.time())

    def static_html(self) -> str:
        """The figures as a table, and what failed."""
        snapshot = self._snapshot()
        with self._corpus.reading() as view:
            total, failed = job_page(view.ledger, view.batch_ids, states=(ERROR, status.REFUSED), count=STATIC_ROWS)
        return (
            status.table(self._corpus.title, snapshot, time.time()) + _states_html(snapshot) + _failures_html(total, map(job_row, failed))
        )

    def _snapshot(self) -> status.Snapshot:
        """As it was a moment ago, or now: a large corpus is not counted anew for each part of one output."""
        seen_at, snapshot = self._seen
        return snapshot if time.time() - seen_at < FRESH_S else self._corpus.snapshot()

    def _figures(self, view: CorpusView) -> dict[str, Any]:
        now = time.time()
        snapshot = view.snapshot(now)
        self._seen = time.time(), snapshot
        return {
            "activity": background.activity(self._corpus, view.ledger, snapshot.unfinished),
            "problem": background.problem(self._corpus.path),
            "total": snapshot.total,
            "states": status.by_state(snapshot),
            "facts": [list(fact) for fact in status.facts(snapshot, now) if fact[0] != "recordings"],
            "throughput": [round(value, 2) for value in status.throughput(snapshot, now)],
        }

    async def _watch(self) -> None:
        pause_s = SHORTEST_PAUSE_S
        if time.time() - self._seen[0] < FRESH_S:  # as when it was made a moment ago
            await asyncio.sleep(pause_s)
        while self._views:
            began, before = time.monotonic(), self.figures
            try:
                figures = await asyncio.to_thread(self._look)
            except ScribekitError as problem:  # somebody writes for long, say: the next look may do better
                self.show_error(str(problem))
                figures = before
            took_s = time.monotonic() - began
            if figures != before:
                self.figures = figures
            is_quiet = figures == before or figures["activity"] in (background.IDLE, background.FINISHED)
            pause_s = min(pause_s * 1.5, LONGEST_PAUSE_S) if is_quiet else SHORTEST_PAUSE_S
            await asyncio.sleep(max(pause_s, took_s / SHARE_OF_TIME))

    def _look(self) -> dict[str, Any]:
        # Opened and closed within one thread: a watch may be cancelled while a query is under way.
        with self._corpus.reading() as view:
            return self._figures(view)


def _page_row(row: Any) -> dict[str, Any]:
    """A row as the page shows it: what JSON can hold, times as Unix time."""
    job = job_row(row)
    return {
        **{name: job[name] for name in _PAGE_COLUMNS},
        "audio_s": row["audio_duration_s"] if row["duration_s"] is None else row["duration_s"],
        "submitted_at": row["submitted_at"],
        "completed_at": row["completed_at"],
    }


def _states_html(snapshot: status.Snapshot) -> str:
    rows = "".join(
        f"<tr><th scope='row'>{html.escape(row['state'])}</th><td>{row['count']:,}</td>"
        f"<td>{'–' if row['audio_s'] is None else format(row['audio_s'] / 3600, ',.2f')}</td><td>{row['usd']:,.2f}</td></tr>"
        for row in status.by_state(snapshot)
    )
    return f"<table><thead><tr><th>status</th><th>recordings</th><th>audio (h)</th><th>USD</th></tr></thead><tbody>{rows}</tbody></table>"


def _failures_html(total: int, failed: Any) -> str:
    if not total:
        return ""
    cells = (
        "".join(f"<td>{html.escape(str(job[name] or ''))}</td>" for name in ("recording_id", "status", "error_kind", "error"))
        for job in failed
    )
    rows = "".join(f"<tr>{row}</tr>" for row in cells)
    more = f", the first {STATIC_ROWS}" if total > STATIC_ROWS else ""
    head = "<tr><th>recording</th><th>status</th><th>what</th><th>what to do</th></tr>"
    return f"<table><caption>{total:,} not transcribed{more}</caption><thead>{head}</thead><tbody>{rows}</tbody></table>"
