"""Confidence over a whole corpus: where it is low, what it is worth, and a queue in which each doubtful place can be heard and mended."""

from __future__ import annotations

import threading
from dataclasses import asdict
from typing import Any

import pandas as pd
import traitlets

import scribekit as sk
from scribekit.base.errors import OptionError, ScribekitError, nearest
from scribekit.base.palette import LIGHT
from scribekit.corpus.handles import Batch, Corpus
from scribekit.quality.calibration import Calibration
from scribekit.quality.confidence import NOBODY, RECORDING, SPEAKER, Distributions
from scribekit.quality.queue import Slice
from scribekit.widgets.base import STATIC, Answer, Widget, background, somebody_reads
from scribekit.widgets.confidence import static
from scribekit.widgets.confidence.data import PayloadReader, Queue, calibration_row, queue_row, ranked, read, stamp_of, user_columns
from scribekit.widgets.confidence.parts import latest, words_of_part
from scribekit.widgets.confidence.view import View, checked

PATIENCE_S = 2.0
LONGEST_CLIP_S = 60.0
LEAD_S = 0.3
EFFORTS = (0.25, 0.5, 0.75)


class ConfidenceExplorer(Widget):
    """How sure the recogniser was, over a whole corpus, and what to do about the rest.

    A histogram of all words, one distribution for each recording, speaker or value of a manifest column, a threshold that says how many
    words, minutes and expected errors lie below it, and the review queue. A range of confidence or a group that is picked in one of them
    narrows the others. Each part of the queue can be heard, accepted, corrected, rejected, or corrected everywhere; whatever is done
    there is in the corpus at once. The words are counted in Python, and only counts go to the page.

    Args:
        corpus: What ``submit_batch`` or ``open_corpus`` gave.
        below: The threshold at first, 0 to 1.
        part: What the queue is made of at first: ``"utterance"``, ``"sentence"`` or ``"transcript"``.
        by: What distributions are shown by at first: ``"recording"``, ``"speaker"`` or one of your manifest columns.
        references: What was really said, as for ``calibrate``; expected errors then follow what the confidences are worth. Without
            references they do so once 200 words were accepted or corrected.
        calibration: What ``calibrate`` learnt, from other recordings perhaps, instead of references.

    Raises:
        OptionError: A value is not understood.
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
            raise OptionError("Give references or a calibration, not both: a calibration is what was learnt from references.")
        self._dimensions = [RECORDING, SPEAKER, *map(str, user_columns(corpus))]
        self.view = asdict(checked({"below": below, "part": part, "by": by}, self._dimensions))
        self.summary = {"stage": "reading", "title": corpus.path.name, "dimensions": self._dimensions}
        self._corpus, self._references, self._calibration = corpus, references, calibration
        self._reading: PayloadReader | None = None
        self._queue: Queue | None = None
        self._has_read = threading.Event()
        self._groups: tuple[Any, pd.DataFrame] | None = None
        self._sliced: tuple[Any, Slice] | None = None
        self._proposed: pd.DataFrame | None = None
        self._marks: dict[tuple[Any, ...], tuple[str, int]] = {}
        self.in_background(self._read_first)
        self.in_background(self._rank)

    @property
    def _now(self) -> View:
        return View(**self.view)

    @property
    def _distributions(self) -> Distributions:
        if self._reading is None:
            raise ScribekitError("The words are still being read.")
        return self._reading.distributions

    def _read_first(self) -> None:
        try:
            self._read()
        finally:
            self._has_read.set()

    def _read(self) -> None:
        self._reading = read(self._corpus, references=self._references, calibration=self._calibration)
        self._tell()

    def _read_if_edited(self) -> None:
        if self._reading is None or self._reading.stamp != stamp_of(self._corpus):
            self._read()

    def _rank(self) -> None:
        """Rank the queue for the part that is asked for; judged rows leave it."""
        self._read_if_edited()
        if self._reading is None:
            return
        self.summary = {**self.summary, "queue": {"stage": "ranking"}}
        number = self._queue.number + 1 if self._queue else 1
        self._queue, self._marks = ranked(self._corpus, self._now.part, self._reading, number), {}
        self._tell()

    def _tell(self) -> None:
        reading, queue = self._reading, self._queue
        if reading is None:
            return
        found = reading.distributions
        self.summary = {
            "stage": "ready",
            "title": self._corpus.path.name,
            "revision": self.summary.get("revision", 0) + 1,
            "dimensions": found.dimensions,
            "speakers": sorted(name for name in found.names(SPEAKER) if name != NOBODY)[: len(LIGHT)],
            "n_recordings": reading.n_recordings,
            "n_words": found.n_words,
            "n_unrated": found.n_unrated,
            "calibration": calibration_row(reading),
            "queue": {"stage": "ranking"} if queue is None else queue_row(queue, is_stale=reading.stamp != queue.stamp),
        }

    def on_look(self, view: dict[str, Any], groups: dict[str, Any] | None = None, queue: dict[str, Any] | None = None) -> dict[str, Any]:
        """Look at something else; gives what fits into the picture, and the rows of both tables that are asked for."""
        now = checked(view, self._dimensions)
        is_other_part = now.part != self._now.part
        self.view = asdict(now)
        if is_other_part:
            self.in_background(self._rank)
        rows = {"group_rows": self.on_groups(**groups)} if groups else {}
        rows |= {"queue_rows": self.on_queue(**queue)} if queue else {}
        return self._figures(now) | rows

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
        """What the view leaves of the queue; None while it is ranked. It is asked for by each page of the table."""
        queue, found = self._queue, self._distributions
        if queue is None or queue.part != view.part:
            return None
        key = (queue.number, id(found), str(view))
        if self._sliced is None or self._sliced[0] != key:
            self._sliced = (key, queue.slices.slice(found, view.selection, below=view.below))
        return self._sliced[1]

    def on_groups(self, first: int, count: int, sort: dict[str, Any] | None = None) -> dict[str, Any]:
        """Rows of the table of groups; none while the words are read."""
        if self._reading is None:
            return {"total": 0, "rows": []}
        view, found = self._now, self._distributions
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
        """Rows of the review queue."""
        view, queue = self._now, self._queue
        part = self._slice(view) if self._reading else None
        if queue is None or part is None:
            return {"total": 0, "rows": []}
        index = part.index[first : first + count]
        ranks = range(first, first + len(index))
        beside = [{"rank": at + 1, "cumulative_minutes": float(part.minutes[at]), "share": float(part.share[at])} for at in ranks]
        rows = [row | more for row, more in zip(self._rows(queue, index.tolist(), view.below), beside, strict=True)]
        return {"total": len(part.index), "rows": rows}

    def _rows(self, queue: Queue, positions: list[int], below: float) -> list[dict[str, Any]]:
        """Rows of the queue for the page, with what was done to them."""
        marks = [self._marks.get((queue.number, position)) for position in positions]
        return [
            row | {"key": f"{queue.number}:{position}", "mark": mark[0] if mark else None}
            for row, position, mark in zip(queue.slices.shown(positions, below=below), positions, marks, strict=True)
        ]

    def _named(self, key: str) -> tuple[Queue, int, pd.Series[Any]]:
        number, _, position = key.partition(":")
        queue = self._queue
        if queue is None or str(queue.number) != number:
            raise ScribekitError("The queue was ranked again meanwhile. Open the part from the queue as it is now.")
        return queue, int(position), queue.slices.rows.iloc[int(position)]

    def on_part(self, key: str, first: int | None = None) -> dict[str, Any]:
        """The words of a part of the queue as they stand, from one of them on; at first where the doubtful ones are."""
        queue, position, row = self._named(key)
        review = sk.review(self._corpus, row["recording_id"])
        part = words_of_part(review, row, whole=queue.part == "transcript", first=first)
        return self._rows(queue, [position], self._now.below)[0] | part

    @background
    def on_clip(self, recording_id: str, start_ms: int, end_ms: int) -> Answer:
        """The sound of a stretch, as a WAV file; it begins ``LEAD_S`` earlier."""
        row = {"recording_id": recording_id, "start_ms": start_ms, "end_ms": min(end_ms, start_ms + round(LONGEST_CLIP_S * 1000))}
        clip = sk.play(row, corpus=self._corpus, before=LEAD_S, after=LEAD_S)
        return Answer({"from_ms": max(start_ms - round(LEAD_S * 1000), 0)}, [clip.data])

    def on_judge(self, key: str, action: str, words: list[int], last_edit: int, text: str = "") -> dict[str, Any]:
        """Accept, reject or correct words of a part."""
        queue, position, row = self._named(key)
        review = sk.review(self._corpus, row["recording_id"])
        if latest(review) != last_edit:
            raise ScribekitError(
                f"{row['recording_id']!r} was edited elsewhere meanwhile, so words may stand at other places. Look again, then repeat it."
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
        """Look for all places of the old words; gives how many there are."""
        self._proposed = sk.propose_correction(self._corpus, old, new, progress=False)
        return {"total": len(self._proposed), "recordings": self._proposed["recording_id"].nunique()}

    def on_proposals(self, first: int, count: int) -> dict[str, Any]:
        """Rows of what was proposed."""
        proposed = pd.DataFrame() if self._proposed is None else self._proposed
        rows = proposed.iloc[first : first + count]
        shown = rows.astype("object").where(rows.notna(), None).to_dict("records")
        return {"total": len(proposed), "rows": [{**row, "at": first + number} for number, row in enumerate(shown)]}

    @background
    def on_apply(self, chosen: list[int]) -> dict[str, Any]:
        """Make those of the proposed corrections that were chosen."""
        if self._proposed is None:
            raise ScribekitError("There are no proposals any more. Make them again.")
        made = sk.apply_edits(self._corpus, self._proposed.iloc[chosen])
        self._proposed = None
        self.in_background(self._read_if_edited)
        return {"made": made}

    @background
    def on_undo(self) -> dict[str, Any]:
        """Take back what was last done in the corpus."""
        taken = sk.undo_edits(self._corpus)
        edits = sk.to_frame(self._corpus, "edits")
        undone = set(edits.loc[edits["status"] == "undone", "edit_group"])
        self._marks = {row: mark for row, mark in self._marks.items() if mark[1] not in undone}
        self.in_background(self._read_if_edited)
        return {"undone": taken}

    def on_rank(self) -> None:
        """Rank the queue again, so that it knows what was done since."""
        self.in_background(self._rank)

    def static_text(self) -> str:
        """Words, mean confidence and the share below the threshold."""
        return static.text(self._corpus.path.name, self._read_by_now(), self._now.below)

    def static_html(self) -> str:
        """The histogram, and a table of the groups with the lowest mean confidence."""
        return static.page(self._corpus.path.name, self._read_by_now(), self._now.by, self._now.below)

    def _read_by_now(self) -> Distributions | None:
        """The words; where a person waits for the page to show them, soon or not yet."""
        self._has_read.wait(PATIENCE_S if somebody_reads() else None)
        return self._reading.distributions if self._reading else None
