"""Corrections in many recordings at once: proposed as a table, looked at, and made as one group of edits."""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, NamedTuple

import pandas as pd

from scribekit.base import schema
from scribekit.base.errors import OptionError, ScribekitError, nearest
from scribekit.base.progress import QUIET_UNDER_S, Progress
from scribekit.base.text import join_words
from scribekit.corpus import payloads
from scribekit.corpus.handles import Batch, Corpus
from scribekit.corpus.ledger import EditedMeanwhile, Ledger
from scribekit.corrections.review import editor
from scribekit.transcripts import edits
from scribekit.transcripts.edits import new as making


def smooth_speakers(batch_or_corpus: Batch | Corpus, *, max_words: int = 1, max_gap_s: float = 1.0, progress: bool = True) -> pd.DataFrame:
    """Propose to fold stray turns into the turn around them: a word or two of B in the middle of what A says is most often A's.

    Nothing is changed. Drop the rows that you do not want, and give the rest to :func:`apply_edits`.

    Args:
        batch_or_corpus: What ``submit_batch`` or ``open_corpus`` gave.
        max_words: The longest turn that is taken for stray.
        max_gap_s: The longest pause before or after it, in seconds: a word after a silence is an answer.
        progress: Show how far it has come.

    Returns:
        One row per proposal: columns of ``schema.PROPOSALS``.

    Raises:
        LedgerError: The corpus cannot be read.
    """
    rows = []
    for name, result in each_replayed(batch_or_corpus, progress=progress):
        found = edits.strays(result.state, max_words=max_words, max_gap_ms=round(1000 * max_gap_s))
        rows += [_proposal(name, result.state, "reassign", stray.positions, stray.to) for stray in found]
    return schema.PROPOSALS.frame(rows)


def propose_correction(batch_or_corpus: Batch | Corpus, old: str, new: str, *, progress: bool = True) -> pd.DataFrame:
    """Propose the same correction wherever a word or phrase stands ("fix everywhere").

    Nothing is changed. Look at the rows, drop those that are right as they are, and give the rest to :func:`apply_edits`.

    Args:
        batch_or_corpus: What ``submit_batch`` or ``open_corpus`` gave.
        old: The word or phrase, compared without case and punctuation. Other signs count: ``"C++"`` is not ``"C"``.
        new: What to put there. Punctuation before and after the old words stays, unless it was asked for too or the new have their own.
        progress: Show how far it has come.

    Returns:
        One row per place: columns of ``schema.PROPOSALS``.

    Raises:
        OptionError: One of the two is blank.
        LedgerError: The corpus cannot be read.
    """
    if not old.strip() or not new.strip():
        raise OptionError("Give the words to look for and those to put there: propose_correction(corpus, 'Kovic', 'Kovač').")
    rows = []
    for name, result in each_replayed(batch_or_corpus, progress=progress):
        for positions in edits.places(result.state, old):
            old_words = result.state.words[positions[0]].text, result.state.words[positions[-1]].text
            rows.append(_proposal(name, result.state, "correct", positions, _punctuated(new, old, *old_words)))
    return schema.PROPOSALS.frame(rows)


def apply_edits(batch_or_corpus: Batch | Corpus, proposals: pd.DataFrame, *, who: str | None = None) -> int:
    """Make proposed edits. They are one group: one undo takes all of them back.

    Args:
        batch_or_corpus: What ``submit_batch`` or ``open_corpus`` gave.
        proposals: Rows of :func:`smooth_speakers` or :func:`propose_correction`.
        who: Whose edits they are; the user of this machine by default.

    Returns:
        How many edits were made.

    Raises:
        OptionError: There is no such recording, or the words are not there any more: the recording was edited after the proposals were
            made. Or two recordings are the same file or address, so that edits hold for both, and the proposals for them differ. Then
            nothing is changed.
        ScribekitError: A recording was edited by somebody else meanwhile. Then nothing is changed.
    """
    lacking = [name for name in schema.PROPOSALS.names if name not in proposals]
    if lacking:
        raise OptionError(f"The proposals have no column {lacking[0]!r}. Give rows of smooth_speakers or propose_correction.")
    groups = {str(name): rows.sort_values("word_index", ascending=False) for name, rows in proposals.groupby("recording_id", sort=False)}

    def made(recording_id: str, state: edits.State) -> Iterator[making.NewEdit]:
        for row in groups[recording_id].to_dict("records"):  # from the end, so that earlier positions hold
            yield _made_of(row, state)

    return apply(batch_or_corpus, list(groups), made, who=who)


def undo_edits(batch_or_corpus: Batch | Corpus, *, who: str | None = None) -> int:
    """Take back what was last done in the corpus, in however many recordings it was done; :func:`redo_edits` brings it back.

    Args:
        batch_or_corpus: What ``submit_batch`` or ``open_corpus`` gave.
        who: Who takes it back; the user of this machine by default.

    Returns:
        How many edits were taken back.

    Raises:
        OptionError: There is nothing to undo.
        ScribekitError: A recording was edited by somebody else meanwhile. Then nothing is changed.
    """
    return _turn_back(batch_or_corpus, edits.UNDO, who or editor())


def redo_edits(batch_or_corpus: Batch | Corpus, *, who: str | None = None) -> int:
    """Bring back what was last undone in the corpus, in however many recordings it had been done.

    A recording in which something else was edited since keeps what it has.

    Args:
        batch_or_corpus: What ``submit_batch`` or ``open_corpus`` gave.
        who: Who brings it back; the user of this machine by default.

    Returns:
        How many edits were brought back.

    Raises:
        OptionError: There is nothing to redo.
        ScribekitError: A recording was edited by somebody else meanwhile. Then nothing is changed.
    """
    return _turn_back(batch_or_corpus, edits.REDO, who or editor())


def _turn_back(corpus: Batch | Corpus, action: str, who: str) -> int:
    """Undo or redo the group that was last done, or undone, anywhere in the corpus; gives how many edits it is about."""
    with Ledger(corpus.path) as ledger:
        stamps = ledger.edit_stamps()
        keys = {ledger.content_of(key): key for _, key in payloads.completed(corpus, ledger) if key in stamps}
        journals = {content: payloads.journal(ledger, key) for content, key in keys.items()}
        histories = [(journal, edits.read_history(journal)) for journal in journals.values()]
        known = [(journal, history.undoable if action == edits.UNDO else history.redoable) for journal, history in histories]
        last_steps = {_last_step(journal, groups[-1]): groups[-1] for journal, groups in known if groups}
        if not last_steps:
            raise OptionError(f"There is nothing to {action}.")
        group = last_steps[max(last_steps)]
        read = {content: journal[-1].edit_id for content, journal in journals.items()}
        with _not_overtaken():
            payloads.undo_or_redo(ledger, action, group, who=who, at=time.time(), last=read)
        return sum(edit.edit_group == group for journal, groups in known if group in groups for edit in journal)


def _last_step(journal: Sequence[edits.Edit], group: int) -> int:
    """The number of the last edit, undo or redo of a group."""
    return max(edit.edit_id for edit in journal if group in (edit.edit_group, edit.detail.get("edit_group")))


@contextlib.contextmanager
def _not_overtaken() -> Iterator[None]:
    try:
        yield
    except EditedMeanwhile:
        raise ScribekitError("A recording was edited elsewhere meanwhile, so nothing was changed. Look at it, then repeat this.") from None


def each_replayed(corpus: Corpus, names: Iterable[str] | None = None, *, progress: bool = False) -> Iterator[tuple[str, edits.Replayed]]:
    """The transcripts of a corpus as they stand, one at a time."""
    chosen = None if names is None else set(names)
    with Ledger(corpus.path) as ledger:
        keys = [pair for pair in payloads.completed(corpus, ledger) if chosen is None or pair[0] in chosen]
        stamps = ledger.edit_stamps()
        with Progress(len(keys), "recordings", "Reading", enabled=progress, quiet_under_s=QUIET_UNDER_S) as bar:
            for done, (name, key) in enumerate(keys, start=1):
                for _, body in ledger.payloads([(name, key)]):
                    yield name, edits.replayed(body, payloads.journal(ledger, key) if key in stamps else [])
                bar.update(done)


def apply(
    corpus: Corpus, recording_ids: Sequence[str], made: Callable[[str, edits.State], Iterable[making.NewEdit]], *, who: str | None
) -> int:
    """Make edits in several recordings as one group, all or none.

    Recordings of one content share their journal: their edits are made once, for the first of them, and must be what the others ask for.

    Args:
        corpus: The corpus.
        recording_ids: The recordings.
        made: Gives the edits of a recording, each for the state that the ones before have left.
        who: Whose edits they are; the user of this machine by default.

    Returns:
        How many edits were made.

    Raises:
        OptionError: There is no such recording, one of the edits cannot be applied, or recordings of one content ask for different ones.
    """
    found: dict[str, _Made] = {}
    at, name = time.time(), who or editor()
    with Ledger(corpus.path) as ledger:
        keys = dict(payloads.completed(corpus, ledger))
        for recording_id in recording_ids:
            if recording_id not in keys:
                raise OptionError(f"There is no transcript of {recording_id!r} in the corpus.{nearest(str(recording_id), keys)}")
        contents = {recording_id: ledger.content_of(keys[recording_id]) for recording_id in recording_ids}
        read = {content: ledger.last_edit(content) for content in contents.values()}
        for recording_id, result in each_replayed(corpus, recording_ids):
            content, before = contents[recording_id], result.state.copy()
            new = _Made(recording_id, result.transcript_id, [])
            for action, detail in made(recording_id, result.state):
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
            with _not_overtaken():
                ledger.append_edits(rows, read)
    return len(rows)


class _Made(NamedTuple):
    """The edits that were made of one recording, to be written down for its content."""

    recording_id: str
    transcript_id: str
    edits: list[making.NewEdit]


def _check_same(first: _Made, other: _Made, before: edits.State, asked: edits.State) -> None:
    """Refuse edits of a recording that are not what the edits of another one of the same content make of it."""
    if first is other:
        return
    with contextlib.suppress(edits.Conflict):
        for action, detail in first.edits:
            edits.perform(before, action, detail, is_same_transcript=first.transcript_id == other.transcript_id)
        if before.words == asked.words:
            return
    raise OptionError(
        f"{first.recording_id!r} and {other.recording_id!r} are the same file or address, so that each edit holds for both, and what is "
        "asked for the one differs from what is asked for the other. Give the edits of one of them. Nothing was changed."
    )


def _perform(recording_id: str, state: edits.State, action: str, detail: dict[str, Any]) -> None:
    try:
        edits.perform(state, action, detail)
    except edits.Conflict as conflict:
        raise OptionError(f"Cannot {action} in {recording_id!r}: {conflict}. Nothing was changed.") from None


def _made_of(row: dict[Any, Any], state: edits.State) -> making.NewEdit:
    positions = range(row["word_index"], row["word_index"] + row["n_words"])
    is_there = positions.stop <= len(state.words) and state.words[positions[0]].start == row["start_ms"]
    if not is_there or join_words([state.words[place].text for place in positions]) != row["text"]:
        raise OptionError(
            f"The words at {row['word_index']} in {row['recording_id']!r} are not those of the proposal any more. Make the proposals again."
        )
    if row["action"] == "reassign":
        if row["to"] in state.renamed and not state.has_speaker(row["to"]):
            raise OptionError(f"{row['to']!r} has got another name in {row['recording_id']!r} since. Make the proposals again.")
        return making.reassign(state, positions, row["to"])
    return making.correct(state, positions, row["to"])


def _punctuated(new: str, old: str, first: str, last: str) -> str:
    """New words with the punctuation around the old ones, but for what was asked to be replaced, and where they have none of their own."""
    text, asked = new.strip(), edits.edges(old.strip())
    own = edits.edges(text)
    before = "" if own[0] else edits.edges(first)[0].removesuffix(asked[0])
    after = "" if own[1] else edits.edges(last)[1].removeprefix(asked[1])
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
