"""The confidence explorer: distributions, calibration, and a review queue whose parts can be heard and corrected."""

from __future__ import annotations

import threading
from dataclasses import asdict
from typing import Any

import pandas as pd
import traitlets

import scribekit as sk
from scribekit.base.errors import OptionError, ScribekitError, nearest
from scribekit.base.palette import LIGHT
from scribekit.corpus.handles import Batch, Corpus, corpus_of
from scribekit.quality.calibration import Calibration
from scribekit.quality.confidence import NOBODY, RECORDING, SPEAKER, Distributions
from scribekit.quality.queue import Slice
from scribekit.widgets.base import LONGEST_CLIP_S, STATIC, Answer, Widget, background, is_interactive
from scribekit.widgets.confidence import static
from scribekit.widgets.confidence.data import (
    CorpusWords,
    Queue,
    View,
    calibration_summary,
    last_edit_id,
    queue_summary,
    rank_queue,
    read_words,
    stamp_of,
    user_columns,
    validated_view,
    words_of_part,
)

STATIC_WAIT_S = 2.0
CLIP_MARGIN_S = 0.3
EFFORTS = (0.25, 0.5, 0.75)
"""Shares of the expected errors for which the page shows the effort to find them."""


class ConfidenceExplorer(Widget):
    """Shows how confident the recogniser was over a whole corpus, and lets a person review the uncertain parts.

    It has a histogram of all words, one distribution for each recording, speaker or value of a manifest column, a threshold with the
    number of words, minutes and expected errors below it, and the review queue. A range of confidence or a group that is chosen in one of
    them filters the others. Each part of the queue can be heard, accepted, corrected, rejected, or corrected everywhere; each edit is
    saved in the corpus at once. The words are counted in Python, and only counts go to the page.

    Args:
        corpus: What ``submit_batch`` or ``open_corpus`` returned.
        below: The threshold at first, 0 to 1.
        part: What one row of the queue is at first: ``"utterance"``, ``"sentence"`` or ``"transcript"``.
        by: The dimension of the distributions at first: ``"recording"``, ``"speaker"`` or one of your manifest columns.
        references: What was said, as for ``calibrate``; expected errors then follow a calibration. Without references they do so once 200
            words have been accepted or corrected.
        calibration: What ``calibrate`` returned, perhaps for other recordings, instead of references.

    Raises:
        OptionError: A value is not valid.
        LedgerError: The corpus cannot be read.

    Example:
        >>> sk.widgets.ConfidenceExplorer(sk.open_corpus("corpora/calls"), by="speaker")    # doctest: +SKIP
    """

    _esm = STATIC / "confidence.js"
    _css = STATIC / "confidence.css"

    summary = traitlets.Dict().tag(sync=True)
    view = traitlets.Dict().tag(sync=True)

    def __init__(
        self,
        corpus: Batch | Corpus,
        *,
        below: float = 0.9,
        part: str = "utterance",
        by: str = RECORDING,
        references: Any = None,
        calibration: Calibration | None = None,
    ) -> None:
        super().__init__()
        if references is not None and calibration is not None:
            raise OptionError("Give references or a calibration, not both: a calibration is made from references.")
        corpus = corpus_of(corpus)
        self._dimensions = [RECORDING, SPEAKER, *map(str, user_columns(corpus))]
        self.view = asdict(validated_view({"below": below, "part": part, "by": by}, self._dimensions))
        self.summary = {"stage": "reading", "title": corpus.path.name, "dimensions": self._dimensions}
        self._corpus, self._references, self._calibration = corpus, references, calibration
        self._words: CorpusWords | None = None
        self._queue: Queue | None = None
        self._has_read = threading.Event()
        self._groups: tuple[Any, pd.DataFrame] | None = None
        self._sliced: tuple[Any, Slice] | None = None
        self._proposed: pd.DataFrame | None = None
        self._marks: dict[tuple[Any, ...], tuple[str, int]] = {}
        self.in_background(self._read_first)
        self.in_background(self._rank)

    @property
    def _current_view(self) -> View:
        return View(**self.view)

    @property
    def _distributions(self) -> Distributions:
        if self._words is None:
            raise ScribekitError("The words are still being read.")
        return self._words.distributions

    def _read_first(self) -> None:
        try:
            self._read()
        finally:
            self._has_read.set()

    def _read(self) -> None:
        self._words = read_words(self._corpus, references=self._references, calibration=self._calibration)
        self._publish_summary()

    def _read_if_edited(self) -> None:
        if self._words is None or self._words.stamp != stamp_of(self._corpus):
            self._read()

    def _rank(self) -> None:
        """Rank the queue for the part in view; judged rows leave it."""
        self._read_if_edited()
        if self._words is None:
            return
        self.summary = {**self.summary, "queue": {"stage": "ranking"}}
        number = self._queue.number + 1 if self._queue else 1
        self._queue, self._marks = rank_queue(self._corpus, self._current_view.part, self._words, number), {}
        self._publish_summary()

    def _publish_summary(self) -> None:
        words, queue = self._words, self._queue
        if words is None:
            return
        found = words.distributions
        self.summary = {
            "stage": "ready",
            "title": self._corpus.path.name,
            "revision": self.summary.get("revision", 0) + 1,
            "dimensions": found.dimensions,
            "speakers": sorted(name for name in found.names(SPEAKER) if name != NOBODY)[: len(LIGHT)],
            "n_recordings": words.n_recordings,
            "n_words": found.n_words,
            "n_unrated": found.n_unrated,
            "calibration": calibration_summary(words),
            "queue": {"stage": "ranking"} if queue is None else queue_summary(queue, is_stale=words.stamp != queue.stamp),
        }

    def on_change_view(
        self, view: dict[str, Any], groups: dict[str, Any] | None = None, queue: dict[str, Any] | None = None
    ) -> dict[str, Any]:
        """Change the view; return its figures, and the rows of the two tables that the page asks for."""
        wanted = validated_view(view, self._dimensions)
        is_other_part = wanted.part != self._current_view.part
        self.view = asdict(wanted)
        if is_other_part:
            self.in_background(self._rank)
        rows = {"group_rows": self.on_groups(**groups)} if groups else {}
        rows |= {"queue_rows": self.on_queue(**queue)} if queue else {}
        return self._figures(wanted) | rows

    def _figures(self, view: View) -> dict[str, Any]:
        figures: dict[str, Any] = {"histogram": self._distributions.histogram(view.selection)}
        part = self._slice(view)
        if part is not None:
            total = (
                {"rows": len(part.index), "minutes": float(part.minutes[-1]), "share": float(part.share[-1])} if len(part.index) else None
            )
            figures["queue"] = {"total": total, "efforts": [effort for effort in part.effort(EFFORTS) if effort]}
        return figures

    def _slice(self, view: View) -> Slice | None:
        """Return the rows of the queue that a view leaves; None while it is ranked. The last one is kept for the next page of the table."""
        queue, found = self._queue, self._distributions
        if queue is None or queue.part != view.part:
            return None
        key = (queue.number, id(found), str(view))
        if self._sliced is None or self._sliced[0] != key:
            self._sliced = (key, queue.slices.slice(found, view.selection, below=view.below))
        return self._sliced[1]

    def on_groups(self, first: int, count: int, sort: dict[str, Any] | None = None) -> dict[str, Any]:
        """Return rows of the table of groups; none while the words are being read."""
        if self._words is None:
            return {"total": 0, "rows": []}
        view, found = self._current_view, self._distributions
        key = (id(found), str(view), str(sort))
        if self._groups is None or self._groups[0] != key:
            table = found.groups(view.by, view.selection, below=view.below)
            if sort:
                table = table.sort_values(sort["column"], ascending=not sort["descending"], kind="stable", ignore_index=True)
            self._groups = (key, table)
        table = self._groups[1]
        rows = table.iloc[first : first + count]
        ridges = found.ridges(view.by, view.selection, rows["group"].tolist())
        return {"total": len(table), "rows": [{**row, "ridge": ridge} for row, ridge in zip(rows.to_dict("records"), ridges, strict=True)]}

    def on_queue(self, first: int, count: int) -> dict[str, Any]:
        """Return rows of the review queue."""
        view, queue = self._current_view, self._queue
        part = self._slice(view) if self._words else None
        if queue is None or part is None:
            return {"total": 0, "rows": []}
        index = part.index[first : first + count]
        ranks = range(first, first + len(index))
        ranked = [{"rank": at + 1, "cumulative_minutes": float(part.minutes[at]), "share": float(part.share[at])} for at in ranks]
        rows = [row | more for row, more in zip(self._rows(queue, index.tolist(), view.below), ranked, strict=True)]
        return {"total": len(part.index), "rows": rows}

    def _rows(self, queue: Queue, positions: list[int], below: float) -> list[dict[str, Any]]:
        """Return rows of the queue for the page, with what was done to them."""
        marks = [self._marks.get((queue.number, position)) for position in positions]
        return [
            row | {"key": f"{queue.number}:{position}", "mark": mark[0] if mark else None}
            for row, position, mark in zip(queue.slices.shown(positions, below=below), positions, marks, strict=True)
        ]

    def _row_of(self, key: str) -> tuple[Queue, int, pd.Series[Any]]:
        """Return the queue, the position and the row that a key of the page names."""
        number, _, position = key.partition(":")
        queue = self._queue
        if queue is None or str(queue.number) != number:
            raise ScribekitError("The queue was ranked again meanwhile. Open the part from the current queue.")
        return queue, int(position), queue.slices.rows.iloc[int(position)]

    def on_part(self, key: str, first: int | None = None) -> dict[str, Any]:
        """Return the current words of a part of the queue, from one of them on; by default from the uncertain ones on."""
        queue, position, row = self._row_of(key)
        review = sk.review(self._corpus, row["recording_id"])
        part = words_of_part(review, row, whole=queue.part == "transcript", first=first)
        return self._rows(queue, [position], self._current_view.below)[0] | part

    @background
    def on_clip(self, recording_id: str, start_ms: int, end_ms: int) -> Answer:
        """Return the sound of a span of time as a WAV file; it begins ``CLIP_MARGIN_S`` earlier."""
        row = {"recording_id": recording_id, "start_ms": start_ms, "end_ms": min(end_ms, start_ms + round(LONGEST_CLIP_S * 1000))}
        clip = sk.play(row, corpus=self._corpus, before=CLIP_MARGIN_S, after=CLIP_MARGIN_S)
        return Answer({"from_ms": max(start_ms - round(CLIP_MARGIN_S * 1000), 0)}, [clip.data])

    def on_judge(self, key: str, action: str, words: list[int], last_edit: int, text: str = "") -> dict[str, Any]:
        """Accept, reject or correct words of a part."""
        queue, position, row = self._row_of(key)
        review = sk.review(self._corpus, row["recording_id"])
        if last_edit_id(review) != last_edit:
            raise ScribekitError(
                f"{row['recording_id']!r} was edited elsewhere meanwhile, so words may have other numbers. "
                "Look at it again, then repeat the edit."
            )
        done = {"accept": "accepted", "reject": "rejected", "correct": "corrected"}
        if action not in done:
            raise OptionError(f"Words cannot be {action!r}.{nearest(action, done)}")
        if action == "correct":
            review.correct(text, words=words)
        else:
            getattr(review, action)(words=words)
        self._marks[(queue.number, position)] = (done[action], int(review.edits["edit_group"].iloc[-1]))
        self.in_background(self._read_if_edited)
        return {"done": done[action]}

    @background
    def on_propose(self, old: str, new: str) -> dict[str, Any]:
        """Find all places of the old words; return how many there are."""
        self._proposed = sk.propose_correction(self._corpus, old, new, progress=False)
        return {"total": len(self._proposed), "recordings": self._proposed["recording_id"].nunique()}

    def on_proposals(self, first: int, count: int) -> dict[str, Any]:
        """Return rows of the proposed corrections."""
        proposed = pd.DataFrame() if self._proposed is None else self._proposed
        rows = proposed.iloc[first : first + count]
        shown = rows.astype("object").where(rows.notna(), None).to_dict("records")
        return {"total": len(proposed), "rows": [{**row, "at": first + number} for number, row in enumerate(shown)]}

    @background
    def on_apply(self, chosen: list[int]) -> dict[str, Any]:
        """Make the chosen ones of the proposed corrections."""
        if self._proposed is None:
            raise ScribekitError("There are no proposals any more. Find the places again.")
        made = sk.apply_edits(self._corpus, self._proposed.iloc[chosen])
        self._proposed = None
        self.in_background(self._read_if_edited)
        return {"made": made}

    @background
    def on_undo(self) -> dict[str, Any]:
        """Undo the last edit in the corpus."""
        count = sk.undo_edits(self._corpus)
        edits = sk.to_frame(self._corpus, "edits")
        undone = set(edits.loc[edits["status"] == "undone", "edit_group"])
        self._marks = {row: mark for row, mark in self._marks.items() if mark[1] not in undone}
        self.in_background(self._read_if_edited)
        return {"undone": count}

    def on_rank(self) -> None:
        """Rank the queue again, without the rows judged since."""
        self.in_background(self._rank)

    def static_text(self) -> str:
        """Return the number of words, the mean confidence and the share below the threshold."""
        return static.text(self._corpus.path.name, self._distributions_so_far(), self._current_view.below)

    def static_html(self) -> str:
        """Return the histogram, and a table of the groups with the lowest mean confidence."""
        return static.page(self._corpus.path.name, self._distributions_so_far(), self._current_view.by, self._current_view.below)

    def _distributions_so_far(self) -> Distributions | None:
        """Return the words; None if a person would have to wait long for them."""
        self._has_read.wait(STATIC_WAIT_S if is_interactive() else None)
        return self._words.distributions if self._words else None
