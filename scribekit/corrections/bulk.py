"""Corrections in many recordings at once: proposed as a table, checked by the user, and made as one group of edits."""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, NamedTuple

import pandas as pd

from scribekit.base import schema
from scribekit.base.cells import READ_AS_TEXT, cell_text, may_have_been, original, originals
from scribekit.base.errors import OptionError, ScribekitError, nearest
from scribekit.base.names import trimmed
from scribekit.base.progress import QUIET_UNDER_S, Progress
from scribekit.base.schema import is_missing
from scribekit.base.text import join_words
from scribekit.corpus import payloads
from scribekit.corpus.handles import Batch, Corpus, takes_corpus
from scribekit.corpus.ledger import EditedMeanwhile
from scribekit.corpus.view import CorpusView
from scribekit.corrections.review import editor
from scribekit.transcripts import edits
from scribekit.transcripts.edits.create import NewEdit, correct, reassign


@takes_corpus
def smooth_speakers(batch_or_corpus: Batch | Corpus, *, max_words: int = 1, max_gap_s: float = 1.0, progress: bool = True) -> pd.DataFrame:
    """Propose to merge stray turns into the turn around them: a word or two of B in the middle of what A says is mostly A's.

    A short turn after the end of a sentence or a question is an answer, and is not proposed ("Did you see him?" "No."). Nothing is
    changed. Drop the rows that you do not want, and give the rest to :func:`apply_edits`.

    Args:
        batch_or_corpus: What ``submit_batch`` or ``open_corpus`` gave.
        max_words: The most words of a stray turn.
        max_gap_s: The longest pause before or after a stray turn, in seconds: a word after a silence is an answer.
        progress: Show progress.

    Returns:
        One row per proposal: columns of ``schema.PROPOSALS``.

    Raises:
        LedgerError: The corpus cannot be read.
    """
    rows = []
    with batch_or_corpus.reading() as view:
        for name, result in each_replayed(view, [name for name, _ in view.distinct], progress=progress):
            found = edits.strays(result.state, max_words=max_words, max_gap_ms=round(1000 * max_gap_s))
            rows += [_proposal(name, result.state, "reassign", stray.positions, stray.to) for stray in found]
    return schema.PROPOSALS.frame(rows)


@takes_corpus
def propose_correction(batch_or_corpus: Batch | Corpus, old: str, new: str, *, progress: bool = True) -> pd.DataFrame:
    """Propose the same correction wherever a word or phrase occurs ("fix everywhere").

    Nothing is changed. Check the rows, drop those that are already right, and give the rest to :func:`apply_edits`.

    Args:
        batch_or_corpus: What ``submit_batch`` or ``open_corpus`` gave.
        old: The word or phrase, compared without case and punctuation. Other signs count: ``"C++"`` is not ``"C"``. In scripts that
            are written without spaces it is found however the service has cut the text into words, also inside a word.
        new: The replacement. Punctuation before and after the old words is kept, unless ``old`` includes it or ``new`` has its own.
        progress: Show progress.

    Returns:
        One row per occurrence: columns of ``schema.PROPOSALS``.

    Raises:
        OptionError: One of the two is empty.
        LedgerError: The corpus cannot be read.
    """
    if not old.strip() or not new.strip():
        raise OptionError("Give the words to look for and their replacement: propose_correction(corpus, 'Kovic', 'Kovač').")
    rows = []
    with batch_or_corpus.reading() as view:
        for name, result in each_replayed(view, [name for name, _ in view.distinct], progress=progress):
            found = edits.places(result.state.words, old)
            rows += [_proposal(name, result.state, "correct", place.positions, _replaced(new, old, place)) for place in found]
    return schema.PROPOSALS.frame(rows)


@takes_corpus
def apply_edits(batch_or_corpus: Batch | Corpus, proposals: pd.DataFrame, *, who: str | None = None) -> int:
    """Make proposed edits. They are one group: one undo undoes all of them.

    Args:
        batch_or_corpus: What ``submit_batch`` or ``open_corpus`` gave.
        proposals: Rows of :func:`smooth_speakers` or :func:`propose_correction`, also from a CSV or Excel file: ids, labels and words that
            the reader made numbers (or nothing) of are found again.
        who: The author of the edits; the user of this machine by default.

    Returns:
        How many edits were made.

    Raises:
        OptionError: There is no such recording, or the words are not there any more, because the recording was edited after the proposals
            were made. Or what to write is a number, which may have been another text before the table was read. Or two recordings are the
            same file or URL, so that edits hold for both, and the proposals for them differ. Then nothing is changed.
        ScribekitError: A recording was edited by somebody else meanwhile. Then nothing is changed.
    """
    missing = [name for name in schema.PROPOSALS.names if name not in proposals]
    if missing:
        raise OptionError(f"The proposals have no column {missing[0]!r}. Give rows of smooth_speakers or propose_correction.")
    groups: dict[str, list[dict[str, Any]]] = {}
    with batch_or_corpus.reading() as view:
        named = recordings_named(proposals["recording_id"].tolist(), [name for name, _ in view.completed])
    for name, cells in zip(named, proposals.to_dict("records"), strict=True):
        row = {str(column): cell for column, cell in cells.items()}
        numbers = {column: _whole_number(row[column], column, name) for column in ("word_index", "n_words", "start_ms")}
        groups.setdefault(name, []).append({**row, **numbers, "recording_id": name})

    def edits_of(recording_id: str, state: edits.State) -> Iterator[NewEdit]:
        # From the end, so that earlier positions hold.
        for row in sorted(groups[recording_id], key=lambda row: -int(row["word_index"])):
            yield _edit_of(row, state)

    return apply(batch_or_corpus, list(groups), edits_of, who=who)


@takes_corpus
def undo_edits(batch_or_corpus: Batch | Corpus, *, who: str | None = None) -> int:
    """Undo the last edit in the corpus, in every recording in which it was made; :func:`redo_edits` makes it again.

    Args:
        batch_or_corpus: What ``submit_batch`` or ``open_corpus`` gave.
        who: The person who undoes it; the user of this machine by default.

    Returns:
        How many edits were undone.

    Raises:
        OptionError: There is nothing to undo.
        ScribekitError: A recording was edited by somebody else meanwhile. Then nothing is changed.
    """
    return _undo_or_redo(batch_or_corpus, edits.UNDO, who or editor())


@takes_corpus
def redo_edits(batch_or_corpus: Batch | Corpus, *, who: str | None = None) -> int:
    """Redo what was last undone in the corpus, in every recording in which it had been made.

    A recording that was edited since the undo is left unchanged.

    Args:
        batch_or_corpus: What ``submit_batch`` or ``open_corpus`` gave.
        who: The person who redoes it; the user of this machine by default.

    Returns:
        How many edits were redone.

    Raises:
        OptionError: There is nothing to redo.
        ScribekitError: A recording was edited by somebody else meanwhile. Then nothing is changed.
    """
    return _undo_or_redo(batch_or_corpus, edits.REDO, who or editor())


def _undo_or_redo(corpus: Batch | Corpus, action: str, who: str) -> int:
    """Undo or redo the group that was last done, or undone, anywhere in the corpus. Return how many edits it has."""
    with corpus.reading() as view:
        ledger, stamps = view.ledger, view.ledger.edits.stamps()
        keys = {ledger.edits.content_of(key): key for _, key in view.completed if key in stamps}
        journals = {content: payloads.journal(ledger, key) for content, key in keys.items()}
        histories = [(journal, edits.read_history(journal)) for journal in journals.values()]
        possible = [(journal, history.undoable if action == edits.UNDO else history.redoable) for journal, history in histories]
        last_steps = {_last_step(journal, groups[-1]): groups[-1] for journal, groups in possible if groups}
        if not last_steps:
            raise OptionError(f"There is nothing to {action}.")
        group = last_steps[max(last_steps)]
        read = {content: journal[-1].edit_id for content, journal in journals.items()}
        with _edits_meanwhile_explained():
            payloads.undo_or_redo(ledger, action, group, who=who, at=time.time(), last=read)
        return sum(edit.edit_group == group for journal, groups in possible if group in groups for edit in journal)


def _last_step(journal: Sequence[edits.Edit], group: int) -> int:
    """Return the number of the last edit, undo or redo of a group."""
    return max(edit.edit_id for edit in journal if group in (edit.edit_group, edit.detail.get("edit_group")))


@contextlib.contextmanager
def _edits_meanwhile_explained() -> Iterator[None]:
    try:
        yield
    except EditedMeanwhile:
        raise ScribekitError("A recording was edited elsewhere meanwhile, so nothing was changed. Check it, then repeat this.") from None


def each_replayed(view: CorpusView, names: Iterable[str] | None = None, *, progress: bool = False) -> Iterator[tuple[str, edits.Replayed]]:
    """Yield the transcripts of a corpus with their edits applied, one at a time."""
    chosen = None if names is None else set(names)
    keys = [pair for pair in view.completed if chosen is None or pair[0] in chosen]
    stamps = view.ledger.edits.stamps()
    with Progress(len(keys), "recordings", "Reading", enabled=progress, quiet_under_s=QUIET_UNDER_S) as bar:
        for done, (name, key) in enumerate(keys, start=1):
            for _, body in view.ledger.payloads([(name, key)]):
                yield name, edits.replayed(body, payloads.journal(view.ledger, key) if key in stamps else [])
            bar.update(done)


def apply(
    corpus: Corpus, recording_ids: Sequence[str], edits_of: Callable[[str, edits.State], Iterable[NewEdit]], *, who: str | None
) -> int:
    """Make edits in several recordings as one group, all or none.

    Recordings of the same content share their journal. Their edits are made once, for the first of them, and must equal those that are
    requested for the others.

    Args:
        corpus: The corpus.
        recording_ids: The recordings.
        edits_of: Yields the edits of a recording; its state changes with each of them.
        who: The author of the edits; the user of this machine by default.

    Returns:
        How many edits were made.

    Raises:
        OptionError: There is no such recording, an edit cannot be applied, or different edits are requested for recordings of the same
            content.
        ScribekitError: A recording was edited by somebody else meanwhile. Then nothing is changed.
    """
    found: dict[str, _NewEdits] = {}
    at, name = time.time(), who or editor()
    with corpus.reading() as view:
        ledger, keys = view.ledger, dict(view.completed)
        for recording_id in recording_ids:
            if recording_id not in keys:
                raise OptionError(f"There is no transcript of {recording_id!r} in the corpus.{nearest(str(recording_id), keys)}")
        contents = {recording_id: ledger.edits.content_of(keys[recording_id]) for recording_id in recording_ids}
        read = {content: ledger.edits.last(content) for content in contents.values()}
        for recording_id, result in each_replayed(view, recording_ids):
            content, before = contents[recording_id], result.state.copy()
            new = _NewEdits(recording_id, result.transcript_id, [])
            for action, detail in edits_of(recording_id, result.state):
                _perform(recording_id, result.state, action, detail)
                new.edits.append((action, detail))
            _check_same(found.setdefault(content, new), new, before, result.state)
        rows = [
            {
                "at": at, "who": name, "content": content, "transcript_id": first.transcript_id, "action": action,
                "detail": json.dumps(detail, ensure_ascii=False),
            }
            for content, first in found.items()
            for action, detail in first.edits
        ]  # fmt: skip
        if rows:
            with _edits_meanwhile_explained():
                ledger.edits.append(rows, read)
    return len(rows)


class _NewEdits(NamedTuple):
    """The new edits of one recording, to be written for its content."""

    recording_id: str
    transcript_id: str
    edits: list[NewEdit]


def _check_same(first: _NewEdits, other: _NewEdits, before: edits.State, wanted: edits.State) -> None:
    """Refuse edits of a recording whose result differs from that of the edits of another recording of the same content."""
    if first is other:
        return
    with contextlib.suppress(edits.Conflict):
        for action, detail in first.edits:
            edits.perform(before, action, detail, is_same_transcript=first.transcript_id == other.transcript_id)
        if before.words == wanted.words:
            return
    raise OptionError(
        f"{first.recording_id!r} and {other.recording_id!r} are the same file or address, so that each edit holds for both, but the edits "
        "given for them differ. Give the edits of only one of them. Nothing was changed."
    )


def _perform(recording_id: str, state: edits.State, action: str, detail: dict[str, Any]) -> None:
    try:
        edits.perform(state, action, detail)
    except edits.Conflict as conflict:
        raise OptionError(f"Cannot {action} in {recording_id!r}: {conflict}. Nothing was changed.") from None


def recordings_named(cells: Sequence[Any], known: Sequence[str]) -> list[str]:
    """Return the recordings that the ids in a table name, also where a reader of CSV or Excel files made numbers of them.

    Raises:
        OptionError: There is no such recording, or more than one that an id may have been.
    """
    names = []
    for cell, name in zip(cells, originals(cells, known), strict=True):
        if name is None:
            advice = "" if isinstance(cell, str) else f" {READ_AS_TEXT}"
            raise OptionError(f"There is no transcript of {cell!r} in the corpus.{nearest(cell_text(cell) or '', known)}{advice}")
        names.append(name)
    return names


def text_given(cell: Any, column: str, recording_id: str) -> str:
    """Return the text that a user wrote in a cell.

    Raises:
        OptionError: The cell is empty, or a number, which may have been another text (``007``) before the table was read.
    """
    if not isinstance(cell, str) or not trimmed(cell):
        kind = "is empty" if is_missing(cell) or isinstance(cell, str) else f"is the number {cell}, which may have been written otherwise"
        raise OptionError(f"{column!r} {kind}, in a row of {recording_id!r}. {READ_AS_TEXT}")
    return cell


def _whole_number(cell: Any, column: str, recording_id: str) -> int:
    written = cell_text(cell) or ""
    if not written.strip().removesuffix(".0").isdecimal():
        raise OptionError(
            f"{column!r} is not a whole number in a row of {recording_id!r}: {cell!r}. Give rows of the proposals, unchanged."
        )
    return int(written.strip().removesuffix(".0"))


def _edit_of(row: dict[Any, Any], state: edits.State) -> NewEdit:
    positions = range(row["word_index"], row["word_index"] + row["n_words"])
    is_there = positions.stop <= len(state.words) and state.words[positions[0]].start == row["start_ms"]
    if not is_there or not may_have_been(row["text"], join_words([state.words[place].text for place in positions])):
        raise OptionError(
            f"The words at {row['word_index']} in {row['recording_id']!r} are not those of the proposal any more. Make the proposals again."
        )
    if row["action"] == "reassign":
        to = original(row["to"], state.speakers()) or text_given(row["to"], "to", row["recording_id"])
        if to in state.renamed and not state.has_speaker(to):
            raise OptionError(f"{to!r} has got another name in {row['recording_id']!r} since. Make the proposals again.")
        return reassign(state, positions, to)
    if row["action"] == "correct":
        return correct(state, positions, text_given(row["to"], "to", row["recording_id"]))
    raise OptionError(f"A proposal is to 'reassign' or to 'correct', not {row['action']!r}, in a row of {row['recording_id']!r}.")


def _replaced(new: str, old: str, place: edits.Place) -> str:
    """Return the text of the words at a place with the new words instead of the old ones."""
    text, *rest = place.kept
    for (first, last), kept in zip(place.found, rest, strict=True):
        text += _punctuated(new, old, first, last) + kept
    return text


def _punctuated(new: str, old: str, first: str, last: str) -> str:
    """Return the new words with the punctuation around the old ones, unless the new have their own; without what ``old`` includes."""
    text, replaced = new.strip(), edits.edges(old.strip())
    own = edits.edges(text)
    before = "" if own[0] else edits.edges(first)[0].removesuffix(replaced[0])
    after = "" if own[1] else edits.edges(last)[1].removeprefix(replaced[1])
    return before + text + after


def _proposal(recording_id: str, state: edits.State, action: str, positions: Sequence[int], to: str) -> dict[str, Any]:
    words = [state.words[position] for position in positions]
    return {
        "recording_id": recording_id,
        "action": action,
        "word_index": positions[0],
        "n_words": positions[-1] - positions[0] + 1,
        "start_ms": words[0].start,
        "end_ms": words[-1].end,
        "speaker": words[0].speaker,
        "text": join_words([word.text for word in words]),
        "to": to,
    }
