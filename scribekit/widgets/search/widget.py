"""The transcript search: key words in context over a whole corpus, with facets, sorting, playback, citations and corrections."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import traitlets

from scribekit.base.errors import OptionError, ScribekitError, SearchCancelledError, nearest
from scribekit.corpus.handles import Batch, Corpus, corpus_of
from scribekit.corrections.bulk import apply_edits, propose_correction, undo_edits
from scribekit.fulltext import play, search, statistics
from scribekit.fulltext.citation import Style, as_tsv, cite
from scribekit.fulltext.concordance import SORTS, taken_as_words
from scribekit.fulltext.facets import RECORDING, SPEAKER, Picked, Values, choices
from scribekit.recordings.clips import load_decoder
from scribekit.widgets.base import STATIC, Answer, Widget, background, is_interactive
from scribekit.widgets.search import messages
from scribekit.widgets.search.results import STRETCHES, Library, Results

FIRST_LINES = 100
MOST_LINES = 100_000
_MOST_COLLOCATES = 60
_MOST_PLACES = 200
_STATIC_WAIT_S = 0.5


class TranscriptSearch(Widget):
    """Searches all transcripts of a corpus and shows key words in context, to filter by facets, sort by neighbours, hear and quote.

    Query, chosen values and order are traits: read or set them in a cell (``search.query = "bridge*"``), or give them as arguments, so
    that running the cell again restores the view. :attr:`code` is the call that does so; :attr:`lines` are the shown lines as a table.

    Args:
        batch_or_corpus: What ``submit_batch`` or ``open_corpus`` returned.
        query: The query, in the language of :func:`scribekit.search`.
        facets: The chosen values: ``{"speaker": "A", "kind": ["interview", "call"]}``.
        sort: The order, as for :func:`scribekit.search`.
        by: The columns of the manifest (and ``"speaker"``, ``"recording_id"``) that are facets; by default all that divide the corpus in a
            useful way.
        context: The number of words to show on each side.

    Raises:
        OptionError: There is no such order or column.
        LedgerError: The corpus cannot be read.

    Attributes:
        found: The progress of the search, and how much it has found.
    """

    _esm = STATIC / "search.js"
    _css = STATIC / "search.css"

    query = traitlets.Unicode().tag(sync=True)
    sort = traitlets.Unicode("time").tag(sync=True)
    facets = traitlets.Dict().tag(sync=True)
    found = traitlets.Dict().tag(sync=True)
    counts: traitlets.List[Any] = traitlets.List().tag(sync=True)
    speakers: traitlets.List[Any] = traitlets.List().tag(sync=True)

    def __init__(
        self,
        batch_or_corpus: Batch | Corpus,
        query: str = "",
        *,
        facets: Mapping[str, Values] | None = None,
        sort: str = "time",
        by: Sequence[str] | None = None,
        context: int = 8,
    ) -> None:
        super().__init__()
        self._corpus = corpus_of(batch_or_corpus)
        self._context = context
        self._by = by
        self._library = Library.read(self._corpus, by)
        self._newest_search = object()
        self._settled = threading.Event()
        self._stamp = 0
        self._results = Results.none()
        self._proposed = pd.DataFrame()
        with self.hold_sync():
            self.query, self.sort, self.facets = query, sort, dict(facets or {})
        self.observe(lambda _change: self._search_soon(), ["query", "sort", "facets"])
        self._search_soon()
        self.in_background(load_decoder)

    @property
    def lines(self) -> pd.DataFrame:
        """The shown lines in their order, with the columns of :func:`scribekit.search`."""
        self._settled.wait()
        return self._results.shown.reset_index(drop=True)

    @property
    def code(self) -> str:
        """The call that restores this view."""
        return messages.call_of(self._corpus.path, self.query, self.facets, self.sort)

    @traitlets.validate("sort")
    def _check_sort(self, proposal: Any) -> str:
        return _known_order(proposal["value"])

    @traitlets.validate("facets")
    def _check_facets(self, proposal: Any) -> dict[str, list[str | None]]:
        return choices(proposal["value"], self._library.names)

    # -- searching, on the widget's own thread

    def _search_soon(self, *, reread: bool = False) -> None:
        self._newest_search = this = object()
        self._settled.clear()
        self.in_background(lambda: self._search(this, reread=reread))

    def _search(self, this: object, *, reread: bool) -> None:
        if this is not self._newest_search:
            return
        try:
            self._find(this, reread=reread)
        except SearchCancelledError:  # a newer search follows
            return
        except ScribekitError as problem:
            self._publish(Results.none(), state="failed", problem=str(problem))
        except Exception as problem:
            self._publish(Results.none(), state="failed", problem=f"This could not be searched ({type(problem).__name__}).")
            raise
        finally:
            if this is self._newest_search:
                self._settled.set()

    def _find(self, this: object, *, reread: bool) -> None:
        query, sort, picked = self.query, self.sort, dict(self.facets)
        if not query.strip():
            self._publish(Results.none(), state="idle")
            return
        if reread:
            self._library = Library.read(self._corpus, self._by)
        results = self._results
        if reread or results.asked != (query, sort) or not results.is_complete:
            self.found = {**self.found, "state": "searching"}
            started = time.perf_counter()
            first = self._first_page(this, query, sort, picked)
            self._publish(Results((query, sort), first, first), state="first", ms=round(1000 * (time.perf_counter() - started)))
            is_all = len(first) < FIRST_LINES and not any(picked.values())
            results = Results.of((query, sort), first if is_all else self._all_lines(this, query, sort), self._library)
        self._publish(results.narrowed(picked), state="done", ms=self.found["ms"])

    def _all_lines(self, this: object, query: str, sort: str) -> pd.DataFrame:
        return self._lines_for(this, query, sort=sort, limit=MOST_LINES + 1)

    def _first_page(self, this: object, query: str, sort: str, picked: Picked) -> pd.DataFrame:
        speaker = picked.get(SPEAKER) or None
        ids = self._library.recordings(picked)
        where = None if ids is None else (lambda manifest: manifest[RECORDING].isin(ids))
        return self._lines_for(this, query, sort=sort, limit=FIRST_LINES, speaker=speaker, where=where)

    def _lines_for(self, this: object, query: str, **options: Any) -> pd.DataFrame:
        lines = search.search(self._corpus, query, context=self._context, cancelled=lambda: this is not self._newest_search, **options)
        if this is not self._newest_search:
            raise SearchCancelledError
        return lines

    def _publish(self, results: Results, *, state: str, ms: int = 0, problem: str = "") -> None:
        self._results = results
        self._stamp += 1
        with self.hold_sync():
            if state != "first":
                self.counts = messages.facets_of(results.counts(self.facets), self._library)
                self.speakers = messages.speakers_of(results.lines)
            self.found = {
                "state": state,
                "stamp": self._stamp,
                "ms": ms,
                "problem": problem,
                "hint": (results.asked[0] and taken_as_words(results.asked[0])) or "",
                "is_cut": len(results.lines) > MOST_LINES,
                "shown": len(results.shown),
                "lines": len(results.lines),
                "recordings": int(results.shown[RECORDING].nunique()),
                "of_recordings": self._library.n_transcripts,
            }

    # -- intents of the page

    def on_search(self, query: str) -> None:
        """Search for a query; the same query again rereads the corpus."""
        if query == self.query:
            self._search_soon(reread=True)
        else:
            self.query = query

    def on_sort(self, order: str) -> None:
        """Change the order."""
        self.sort = order

    def on_pick(self, facet: str, value: str | None, on: bool) -> None:
        """Choose a value of a facet, or remove it from the chosen ones."""
        others = [other for other in self.facets.get(facet, []) if other != value]
        self.facets = {**self.facets, facet: [*others, value] if on else others}

    def on_unpick(self) -> None:
        """Remove all chosen values."""
        self.facets = {}

    def on_values(self, facet: str, like: str = "") -> list[Any]:
        """Return the values of a facet that contain a text."""
        return messages.values_like(self._results.counts(self.facets).get(facet, []), facet, like, self._library)

    def on_lines(self, first: int, count: int) -> dict[str, Any]:
        """Return shown lines."""
        shown = self._results.shown
        return {"rows": messages.rows_of(shown.iloc[first : first + count], self._library), "total": len(shown)}

    def on_line(self, index: int) -> dict[str, Any] | None:
        """Return one shown line; None where there is none. Unlike a question for lines, this one does not replace the table's."""
        rows = messages.rows_of(self._results.shown.iloc[index : index + 1], self._library)
        return rows[0] if rows else None

    def on_strips(self, first: int, count: int) -> dict[str, Any]:
        """Return the positions of the lines in recordings, those with most lines first."""
        every = self._results.strips(self._library)
        return {"strips": messages.strips_of(every[first : first + count], self._library), "total": len(every), "stretches": STRETCHES}

    @background
    def on_collocates(self, span: int, measure: str) -> dict[str, Any]:
        """Return the words near the query, in the recordings that the chosen values leave."""
        ids = self._library.recordings(self.facets)
        where = None if ids is None else (lambda manifest: manifest[RECORDING].isin(ids))
        near = statistics.collocates(self._corpus, self.query, span, measure, at_least=2, where=where)  # type: ignore[arg-type]
        return {"rows": messages.collocates_of(near.head(_MOST_COLLOCATES), self.query, span), "total": len(near)}

    def on_play(self, recording: str, from_ms: int, to_ms: int) -> Answer:
        """Return the sound of a part of a recording."""
        part = {"recording_id": recording, "source": self._library.sources.get(recording), "start_ms": max(0, from_ms), "end_ms": to_ms}
        sound = play.play(part, corpus=self._corpus, before=0, after=0)
        return Answer({"start_ms": part["start_ms"]}, [sound.data])

    def on_cite(self, recording: str, word: int, style: Style) -> str:
        """Return a line as a citation."""
        return cite(self._line(recording, word), style, corpus=self._corpus)

    @background
    def on_table(self) -> Answer:
        """Return all shown lines for a spreadsheet."""
        shown = self._results.shown
        return Answer({"lines": len(shown)}, [as_tsv(messages.table_of(shown)).encode()])

    def on_code(self) -> str:
        """The call that restores this view."""
        return self.code

    # -- corrections

    @background
    def on_propose(self, old: str, new: str) -> dict[str, Any]:
        """Find the places where a correction can be made; nothing is changed."""
        self._proposed = proposed = propose_correction(self._corpus, old, new, progress=False)
        return {"places": messages.places_of(proposed.head(_MOST_PLACES)), "total": len(proposed)}

    @background
    def on_correct(self, chosen: list[int]) -> int:
        """Make the proposed correction at the chosen places."""
        made = apply_edits(self._corpus, self._proposed.iloc[chosen])
        self._proposed = self._proposed.iloc[:0]
        self._search_soon(reread=True)
        return made

    @background
    def on_undo(self) -> int:
        """Undo the last correction in the corpus."""
        undone = undo_edits(self._corpus)
        self._search_soon(reread=True)
        return undone

    # -- the static picture

    def static_text(self) -> str:
        """Return the first lines as text."""
        self._wait_for_picture()
        return messages.as_text(self.query, self.found, self._results.shown)

    def static_html(self) -> str:
        """Return the first lines as a table."""
        self._wait_for_picture()
        return messages.as_html(self.query, self.found, self._results.shown, self.facets)

    def _wait_for_picture(self) -> None:
        """Wait for the lines. A converted notebook has only the picture; a person has the widget, and should not wait for the picture."""
        self._settled.wait(_STATIC_WAIT_S if is_interactive() else None)

    def _line(self, recording: str, word: int) -> pd.Series[Any]:
        shown = self._results.shown
        rows = shown[(shown["word_index"] == word) & (shown[RECORDING] == recording)]
        if rows.empty:
            raise ScribekitError("This line is no longer among those found. Search again.")
        return rows.iloc[0]


def _known_order(order: str) -> str:
    if order not in SORTS:
        raise OptionError(f"Lines cannot be sorted by {order!r}.{nearest(str(order), SORTS)}")
    return order
