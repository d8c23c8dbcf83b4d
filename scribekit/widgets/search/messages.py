"""What the search widget sends to its page, and its static picture. Pure."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from scribekit.base import schema, timecode
from scribekit.base.errors import OptionError
from scribekit.fulltext.concordance import parse
from scribekit.fulltext.facets import RECORDING, SPEAKER, Count
from scribekit.widgets.search.results import Library

_FIRST_VALUES = 7
_MORE_VALUES = 200
_STATIC_LINES = 12
_TITLES = {SPEAKER: "Speaker", RECORDING: "Recording"}
_SCORES = {"logdice": "log_dice", "ll": "ll", "mi": "mi", "t": "t_score"}


def facets_of(counts: Mapping[str, Sequence[Count]], library: Library) -> list[dict[str, Any]]:
    """Return the facets for the page: the first values and all chosen ones, and the number of others."""
    return [_facet(name, found, library) for name, found in counts.items()]


def _facet(name: str, found: Sequence[Count], library: Library) -> dict[str, Any]:
    shown = [count for number, count in enumerate(found) if number < _FIRST_VALUES or count.is_picked]
    return {"name": name, "title": _TITLES.get(name, name), "values": _values(shown, name, library), "more": len(found) - len(shown)}


def values_like(found: Sequence[Count], name: str, like: str, library: Library) -> list[Any]:
    """Return the values of a facet that contain a text, in the value itself or in the title of the recording."""
    wanted = like.strip().casefold()
    titles = library.titles if name == RECORDING else {}
    kept = [count for count in found if wanted in f"{count.value or ''} {titles.get(count.value or '', '')}".casefold()]
    return _values(kept[:_MORE_VALUES], name, library)


def _values(counts: Sequence[Count], name: str, library: Library) -> list[Any]:
    titles = library.titles if name == RECORDING else {}
    return [{"value": c.value, "lines": c.lines, "picked": c.is_picked, "hint": titles.get(c.value or "", "")} for c in counts]


def speakers_of(lines: pd.DataFrame) -> list[str]:
    """Return the speakers of all lines, so that their colours do not depend on the chosen values."""
    return sorted(set(lines[SPEAKER].dropna().tolist()))


def rows_of(lines: pd.DataFrame, library: Library) -> list[dict[str, Any]]:
    """Return lines for the page."""
    same = {name: name for name in ("start_ms", "end_ms", "left", "match", "right")}
    columns = {"recording": RECORDING, "word": "word_index", **same}
    records = _records(lines, columns)
    speakers = [None if missing else name for name, missing in zip(lines[SPEAKER].tolist(), lines[SPEAKER].isna().tolist(), strict=True)]
    return [
        {**record, "speaker": speaker, "title": library.titles.get(record["recording"], "")}
        for record, speaker in zip(records, speakers, strict=True)
    ]


def strips_of(found: Sequence[Any], library: Library) -> list[dict[str, Any]]:
    """Return strips for the page."""
    return [
        {
            "recording": strip.recording_id,
            "title": library.titles.get(strip.recording_id, ""),
            "lines": strip.lines,
            "length_ms": strip.length_ms,
            "marks": strip.marks,
        }
        for strip in found
    ]


def collocates_of(near: pd.DataFrame, query: str, span: int) -> list[dict[str, Any]]:
    """Return collocates with their scores, and with the query that finds both words, if there is one."""
    return [
        {
            "word": row["word"],
            "together": row["together"],
            "frequency": row["frequency"],
            "scores": {name: round(float(row[column]), 2) for name, column in _SCORES.items()},
            "query": _both(query, span, row["word"]),
        }
        for row in _records(near)
    ]


def _both(query: str, span: int, word: str) -> str:
    both = f"{query} NEAR/{span} {word}"
    try:
        parse(both)
    except OptionError:
        return ""
    return both


def places_of(proposed: pd.DataFrame) -> list[dict[str, Any]]:
    """Return proposed corrections for the page."""
    columns = {"recording": RECORDING, "word": "word_index", "start_ms": "start_ms", "text": "text", "to": "to"}
    return _records(proposed, columns)


def table_of(lines: pd.DataFrame) -> pd.DataFrame:
    """Return lines for a spreadsheet: what was found, with a readable time, and the user's own columns."""
    own = [name for name in lines.columns if name not in schema.MANIFEST.names and name not in schema.CONCORDANCE.names]
    table = lines[[RECORDING, "left", "match", "right", SPEAKER]].assign(time=lines["start_ms"].map(timecode.clock))
    return table.join(lines[["start_ms", "end_ms", *own]])


def call_of(path: Path, query: str, picked: Mapping[str, Sequence[str | None]], sort: str) -> str:
    """Return the Python call that restores a view."""
    folder = path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path
    chosen = {name: list(values) for name, values in picked.items() if values}
    arguments = [f"sk.open_corpus({str(folder)!r})", repr(query)]
    arguments += [f"facets={chosen!r}"] if chosen else []
    arguments += [f"sort={sort!r}"] if sort != "time" else []
    return f"sk.widgets.TranscriptSearch({', '.join(arguments)})"


def summary(query: str, found: Mapping[str, Any]) -> str:
    """Return what was found as a sentence."""
    state = found.get("state")
    if state == "failed":
        return str(found["problem"])
    if state in (None, "idle", "searching"):
        return f"Searching for {query} …" if query.strip() else "There is no query yet."
    lines, recordings = found["shown"], found["recordings"]
    more = "more than " if found["is_cut"] else ""
    return f"{query}: {more}{lines:,} line{'s' * (lines != 1)} in {recordings:,} of {found['of_recordings']:,} recordings"


def as_text(query: str, found: Mapping[str, Any], shown: pd.DataFrame) -> str:
    """Return the first lines as text in columns, with the match in the middle."""
    rows = shown.head(_STATIC_LINES)
    lefts = [_tail(text, 40) for text in rows["left"]]
    contexts = [f"{left:>40} [{match}] {right[:40]}" for left, match, right in zip(lefts, rows["match"], rows["right"], strict=True)]
    sources = [f"{name} {timecode.clock(start)}" for name, start in zip(rows[RECORDING], rows["start_ms"].tolist(), strict=True)]
    lines = [f"{source}  {line}" for source, line in zip(_padded(sources), contexts, strict=True)]
    return "\n".join([f"TranscriptSearch: {summary(query, found)}", *lines])


def as_html(query: str, found: Mapping[str, Any], shown: pd.DataFrame, picked: Mapping[str, Sequence[str | None]]) -> str:
    """Return the first lines as an HTML table without scripts."""
    chosen = [f"{name}: {', '.join(value or 'none' for value in values)}" for name, values in picked.items() if values]
    head = f"<p><strong>Transcript search</strong> · {html.escape('; '.join([summary(query, found), *chosen]))}</p>"
    rows = shown.head(_STATIC_LINES)
    if rows.empty:
        return head
    body = "".join(_html_row(row) for row in _records(rows))
    titles = "".join(f"<th>{title}</th>" for title in ("Recording", "Time", "Speaker", "Before", "Match", "After"))
    rest = f"<p>… and {len(shown) - len(rows):,} more lines.</p>" if len(shown) > len(rows) else ""
    return f"{head}<table><thead><tr>{titles}</tr></thead><tbody>{body}</tbody></table>{rest}"


def _html_row(row: Mapping[str, Any]) -> str:
    speaker = row[SPEAKER] if isinstance(row[SPEAKER], str) else ""
    name, when, who, left, match, right = (
        html.escape(str(text))
        for text in (row[RECORDING], timecode.clock(row["start_ms"]), speaker, row["left"], row["match"], row["right"])
    )
    sides = f'<td style="text-align: right">{left}</td><td><strong>{match}</strong></td><td style="text-align: left">{right}</td>'
    return f"<tr><td>{name}</td><td>{when}</td><td>{who}</td>{sides}</tr>"


def _tail(text: str, size: int) -> str:
    return text[-size:] if len(text) > size else text


def _padded(texts: Sequence[str]) -> list[str]:
    width = max(map(len, texts), default=0)
    return [text.ljust(width) for text in texts]


def _records(frame: pd.DataFrame, columns: Mapping[str, str] | None = None) -> list[dict[str, Any]]:
    """Return rows as dictionaries; with ``columns`` (new name → column), only these columns."""
    chosen = frame if columns is None else frame[list(columns.values())].set_axis(list(columns), axis="columns")
    return [{str(name): value for name, value in row.items()} for row in chosen.to_dict("records")]
