"""The results of the search widget, and the recordings that it searches. Both are immutable."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import pandas as pd

from scribekit.base.schema import CONCORDANCE
from scribekit.corpus.handles import Corpus
from scribekit.fulltext.concordance.strips import Strip, strips
from scribekit.fulltext.facets import RECORDING, SPEAKER, Count, Facets, Picked, facet_names, recording_labels

STRETCHES = 240
"""The number of parts of a recording for which the strip shows lines."""


@dataclass(frozen=True)
class Library:
    """The recordings of a corpus.

    Attributes:
        corpus: The corpus or batch.
        manifest: One row per recording.
        names: The names of the facets.
        labels: The value of each recording in each facet.
        n_transcripts: The number of recordings with a transcript of their own.
    """

    corpus: Corpus
    manifest: pd.DataFrame
    names: Sequence[str]
    labels: pd.DataFrame
    n_transcripts: int

    @classmethod
    def read(cls, corpus: Corpus, by: Sequence[str] | None) -> Library:
        """Read the manifest of a corpus.

        Raises:
            OptionError: The manifest has no such column.
            LedgerError: The corpus cannot be read.
        """
        with corpus.reading() as view:
            manifest = view.manifest
            n_transcripts = len(view.distinct)
        names = facet_names(manifest, by)
        return cls(corpus, manifest, names, recording_labels(manifest, names), n_transcripts)

    @cached_property
    def titles(self) -> Mapping[str, str]:
        """Recording → title, where the manifest has one that differs from the id."""
        if "title" not in self.manifest:
            return {}
        titled = self.manifest[self.manifest["title"].notna()]
        pairs = zip(titled[RECORDING].map(str), titled["title"].map(str), strict=True)
        return {name: title for name, title in pairs if title.strip() and title != name}

    @cached_property
    def sources(self) -> Mapping[str, str]:
        """Recording → file or URL."""
        return dict(zip(self.manifest[RECORDING].map(str), self.manifest["source"].map(str), strict=True))

    @cached_property
    def lengths_ms(self) -> Mapping[str, float]:
        """Recording → length: from the manifest, or as the service measured it (for URLs)."""
        lengths = self.manifest.set_index(RECORDING)["duration_s"] if "duration_s" in self.manifest else pd.Series(dtype="float64")
        if not len(lengths) or lengths.isna().any():
            measured = self.corpus.jobs().set_index(RECORDING)["audio_duration_s"]
            lengths = lengths.astype("float64").combine_first(measured[~measured.index.duplicated(keep="last")])
        return {str(name): 1000 * float(value) for name, value in lengths.dropna().items()}

    def recordings(self, picked: Picked) -> list[str] | None:
        """Return the recordings that the chosen values leave; None for all."""
        own = {name: values for name, values in picked.items() if values and name != SPEAKER}
        if not own:
            return None
        every = pd.DataFrame({RECORDING: self.labels.index})
        return every.loc[Facets(every, list(own), self.labels).chosen(own), RECORDING].tolist()


@dataclass(frozen=True)
class Results:
    """The lines that a query has found.

    Attributes:
        asked: The query and the order.
        lines: All lines; at first only those of the first page.
        shown: The lines that the chosen values leave.
        facets: The facets of all lines; None while there is only the first page.
    """

    asked: tuple[str, str]
    lines: pd.DataFrame
    shown: pd.DataFrame
    facets: Facets | None = None
    _strips: list[Strip] = field(default_factory=list)

    @classmethod
    def none(cls) -> Results:
        """Return the results of no query."""
        empty = CONCORDANCE.frame([])
        return cls(("", ""), empty, empty)

    @classmethod
    def of(cls, asked: tuple[str, str], lines: pd.DataFrame, library: Library) -> Results:
        """Return results with all lines of a query."""
        return cls(asked, lines, lines, Facets(lines, library.names, library.labels))

    @property
    def is_complete(self) -> bool:
        """Whether these are all lines, not only the first page."""
        return self.facets is not None

    def narrowed(self, picked: Picked) -> Results:
        """Return the same lines with other chosen values."""
        assert self.facets is not None
        shown = self.lines[self.facets.chosen(picked)] if any(picked.values()) else self.lines
        return replace(self, shown=shown, _strips=[])

    def counts(self, picked: Picked) -> dict[str, list[Count]]:
        """Return the values of each facet with their numbers of lines; none before all lines are found."""
        return {} if self.facets is None else self.facets.counts(picked)

    def strips(self, library: Library) -> list[Strip]:
        """Return the positions of the shown lines in each recording."""
        if not self._strips:
            self._strips.extend(strips(self.shown, library.lengths_ms, STRETCHES))
        return self._strips
