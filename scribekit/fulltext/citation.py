"""Rows of a corpus as citations and as text for spreadsheets, and the check of a row that a person gives to a verb."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal

import numpy as np
import pandas as pd

from scribekit.base import schema, timecode
from scribekit.base.display import escape_markdown
from scribekit.base.errors import OptionError, nearest
from scribekit.base.text import separator
from scribekit.corpus.handles import Batch, Corpus, corpus_of
from scribekit.corrections.transcript import CorrectedTranscript
from scribekit.fulltext.concordance import join_words, reading_order
from scribekit.fulltext.translated import translated_words
from scribekit.transcripts import frames

Style = Literal["text", "markdown", "reference"]
STYLES = ("text", "markdown", "reference")

_WORDS_PER_SIDE = 12
_SPEAKER_LABEL = re.compile(r"[A-Z]|\d+")  # as the service gives it; anything else is a name
_FORMULA = re.compile(r"[=+\-@]")


def cite(row: pd.Series[Any] | Mapping[str, Any], style: Style = "text", *, corpus: Batch | Corpus | None = None) -> str:
    """Quote a row as a citation: what was said, by whom, in which recording, and when.

    Args:
        row: One row of :func:`scribekit.search` or of ``to_frame(…)`` at a level with times. A ``title`` from the manifest is used where
            the row has one.
        style: ``"text"``: quotation and source in one line; ``"markdown"``: a block quotation with the match in bold, in which
            no sign of the text means anything, ``$`` neither; ``"reference"``: the
            source only.
        corpus: Where to look up a line of ``search``. Without it, the words on either side may be another speaker's. With it, only words
            of the same turn are quoted, at most twelve on each side, as people have corrected them. A match that was corrected since
            the search is quoted from the transcript as received, if that has it. A line of a translation is quoted from that.

    Returns:
        The citation; times are hours, minutes and seconds from the start of the recording.

    Raises:
        OptionError: There is no such style; the row does not have what a citation needs; or its recording or match is not in the corpus.

    Example:
        >>> turn = {"recording_id": "int_07", "speaker": "A", "start_ms": 754_000, "text": "Then the bridge closed."}
        >>> cite(turn)
        '“Then the bridge closed.” (Speaker A, int_07, 00:12:34)'
        >>> cite(turn, "reference")
        'Speaker A, int_07, 00:12:34'
    """
    cells = cells_of(row, ("recording_id", "start_ms"), "cite")
    if corpus is None or "match" not in cells:
        return citation(cells, style, (True, True))
    name = str(cells["recording_id"])
    transcript = CorrectedTranscript(corpus_of(corpus), name)
    received = [(name, transcript.received)]
    if schema.is_missing(language := cells.get(schema.TRANSLATED_LINES.names[-1])):
        found = _match_in_turn(transcript.words, cells) or _match_in_turn(frames.words_frame(received), cells)
    else:
        found = _match_in_turn(translated_words(received, str(language)).to_pandas(), cells)
    if found is None:
        raise OptionError(
            f"The match of this row is not in {name!r} at {timecode.clock(int(cells['start_ms']))} any more: the recording was corrected "
            "or transcribed again. Search again, and give a row of that."
        )
    parts, is_cut = found
    return citation(cells | parts, style, is_cut)


def cells_of(row: Any, needed: Sequence[str], verb: str) -> dict[str, Any]:
    """Return the cells of the one row that a person gives to a verb.

    Args:
        row: A row of a table: a Series, a mapping, or a named tuple of ``itertuples``.
        needed: The columns that must have a value.
        verb: The name of the verb.

    Raises:
        OptionError: It is not a single row, or has no value in a column that is needed.

    Example:
        >>> cells_of(pd.Series({"recording_id": "a"}), ["recording_id"], "play")
        {'recording_id': 'a'}
    """
    advice = f"Give one row of a table with times: {verb}(lines.iloc[0])."
    if isinstance(row, pd.DataFrame):
        raise OptionError(f"Expected one row, found a table of {len(row)} rows. {advice}")
    given = row._asdict() if isinstance(row, tuple) and hasattr(row, "_asdict") else row
    if not isinstance(given, (Mapping, pd.Series)):
        raise OptionError(f"Expected one row, found {type(row).__name__}. {advice}")
    cells = dict(given)
    missing = [name for name in needed if schema.is_missing(cells.get(name))]
    if missing:
        raise OptionError(f"The row has no {' and no '.join(missing)}. {advice}")
    return cells


def citation(row: Mapping[Any, Any], style: Style, is_cut: tuple[bool, bool]) -> str:
    """Format a row as a citation; see :func:`scribekit.cite`.

    Args:
        row: It has ``recording_id`` and ``start_ms`` (see :func:`cells_of`), and ``match`` (with ``left`` and ``right``) or ``text``.
        style: One of :data:`STYLES`.
        is_cut: Whether words were omitted before and after, which an ellipsis shows.

    Raises:
        OptionError: There is no such style, or the row has no words to quote.

    Example:
        >>> words = {"left": "Then the", "match": "bridge", "right": "closed."}
        >>> citation({"recording_id": "int_07", "speaker": "A", "start_ms": 754_000, **words}, "text", (True, False))
        '“… Then the bridge closed.” (Speaker A, int_07, 00:12:34)'
    """
    if style not in STYLES:
        raise OptionError(f"There is no style {style!r}.{nearest(str(style), STYLES)}")
    source = _source(row)
    if style == "reference":
        return source
    before, match, after = _quotation(row, is_cut)
    before += separator(before, match) if before and match else ""
    after = (separator(match, after) if after and match else "") + after
    if style == "text":
        return f"“{before}{match}{after}” ({source})"
    return f"> {escape_markdown(before)}**{escape_markdown(match)}**{escape_markdown(after)}\n>\n> — {escape_markdown(source)}"


def as_tsv(lines: pd.DataFrame) -> str:
    r"""Format rows as text to paste into a spreadsheet: a header, cells separated by tabs, rows by line feeds.

    White space within a cell becomes one space. A cell with quotation marks is quoted. A text that a spreadsheet would compute gets an
    apostrophe before it.

    Example:
        >>> as_tsv(pd.DataFrame({"match": ["=1+1", "two\nlines"], "start_ms": [-5, 7]})).splitlines()
        ['match\tstart_ms', "'=1+1\t-5", 'two lines\t7']
    """
    columns = [_tsv_cells(lines[name]) for name in lines.columns]
    rows = zip(*columns, strict=True)
    return "".join("\t".join(row) + "\n" for row in [tuple(_tsv_cell(str(name)) for name in lines.columns), *rows])


def _tsv_cells(column: pd.Series[Any]) -> list[str]:
    return ["" if missing else _tsv_cell(value) for value, missing in zip(column.tolist(), column.isna().tolist(), strict=True)]


def _tsv_cell(value: Any) -> str:
    text = " ".join(str(value).split())
    if isinstance(value, str) and _FORMULA.match(text):
        text = f"'{text}"
    return '"' + text.replace('"', '""') + '"' if '"' in text else text


def _source(row: Mapping[Any, Any]) -> str:
    label, title, name = (_cell_text(row, column) for column in ("speaker", "title", "recording_id"))
    speaker = f"Speaker {label}" if _SPEAKER_LABEL.fullmatch(label) else label
    recording = f"“{title}” [{name}]" if title and title != name else name
    return ", ".join(part for part in (speaker, recording, timecode.clock(int(row["start_ms"]))) if part)


def _quotation(row: Mapping[Any, Any], is_cut: tuple[bool, bool]) -> tuple[str, str, str]:
    """Return the words before the match, the match, and the words after it."""
    if "match" in row:
        before, after = ("… " if is_cut[0] else ""), (" …" if is_cut[1] else "")
        left, right = _cell_text(row, "left"), _cell_text(row, "right")
        return (before + left).strip(), _cell_text(row, "match"), (right + after).strip()
    if "text" in row:
        return "", _cell_text(row, "text"), ""
    raise OptionError("The row has no words to quote: no 'match', no 'text'. Give a row of search or utterances, or style='reference'.")


def _cell_text(row: Mapping[Any, Any], column: str) -> str:
    value = row.get(column)
    return "" if schema.is_missing(value) else " ".join(str(value).split())


def _match_in_turn(words: pd.DataFrame, cells: Mapping[str, Any]) -> tuple[dict[str, str], tuple[bool, bool]] | None:
    """Return the match with the words of its turn on each side, and whether words were omitted before and after.

    None means that the match is not there.
    """
    order = reading_order(words["utterance_index"].fillna(-1).to_numpy(np.int64), np.zeros(len(words), dtype=np.int64))
    words = words.iloc[order].reset_index(drop=True)
    texts = words["text"].tolist()
    match = _find_match(words, texts, cells)
    if match is None:
        return None
    turn = _turn_at(words, match.start)
    start, end = max(turn.start, match.start - _WORDS_PER_SIDE), min(max(turn.stop, match.stop), match.stop + _WORDS_PER_SIDE)
    parts = {"left": texts[start : match.start], "match": texts[match.start : match.stop], "right": texts[match.stop : end]}
    return {name: join_words(part) for name, part in parts.items()}, (start > turn.start, end < turn.stop)


def _find_match(words: pd.DataFrame, texts: Sequence[str], cells: Mapping[str, Any]) -> range | None:
    """Return the words that are the row's match and begin at its time; of several matches, the one nearest to its ``word_index``."""
    starts = np.flatnonzero(words["start_ms"] == int(cells["start_ms"])).tolist()
    found = [range(start, end) for start in starts for end in _match_ends(texts, start, str(cells["match"]))]
    return min(found, key=lambda match: abs(words["word_index"].iloc[match.start] - int(cells.get("word_index", 0))), default=None)


def _match_ends(texts: Sequence[str], start: int, wanted: str) -> Iterator[int]:
    """Yield each end with which the words from ``start`` on, joined, are the wanted text."""
    for end in range(start + 1, len(texts) + 1):
        text = join_words(texts[start:end])
        if text == wanted:
            yield end
        if len(text) >= len(wanted):
            return


def _turn_at(words: pd.DataFrame, position: int) -> range:
    """Return the run of words around a position that the same speaker says."""
    speakers = words["speaker"].fillna("")
    turns = speakers.ne(speakers.shift()).cumsum()
    own = turns.index[turns == turns.iloc[position]]
    return range(int(own[0]), int(own[-1]) + 1)
