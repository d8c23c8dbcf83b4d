"""Correct one recording (``sk.review``): each method writes one edit to the journal."""

from __future__ import annotations

import contextlib
import getpass
import json
import operator
import time
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, SupportsIndex

from scribekit.base.errors import OptionError, ScribekitError, nearest
from scribekit.base.names import looks_like, trimmed
from scribekit.corpus import payloads
from scribekit.corpus.handles import Batch, Corpus, takes_corpus
from scribekit.corpus.ledger import EditedMeanwhile, Ledger
from scribekit.corrections.transcript import CorrectedTranscript
from scribekit.transcripts import edits
from scribekit.transcripts.edits import create
from scribekit.transcripts.edits.create import NewEdit

Words = SupportsIndex | Iterable[SupportsIndex] | None


@takes_corpus
def review(batch_or_corpus: Batch | Corpus, recording_id: str, *, who: str | None = None) -> Review:
    """Open a recording to correct it.

    Args:
        batch_or_corpus: What ``submit_batch`` or ``open_corpus`` gave.
        recording_id: The recording.
        who: The author of the edits; the user of this machine by default.

    Returns:
        The recording under review.

    Raises:
        OptionError: There is no such recording, or it has no transcript yet.
        LedgerError: The corpus cannot be read.
    """
    return Review(batch_or_corpus, recording_id, who=who or editor())


def editor() -> str:
    """Return the name of this machine's user, which is written to edits."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container may know no user
        return "unknown"


def taken_by(state: edits.State, speaker: str, name: str) -> str | None:
    """Return who else has a name, or one that looks the same; None if nobody does."""
    return looks_like(name, [other for other in state.speakers() if other != speaker])


def renaming(state: edits.State, recording_id: str, speaker: str, to: str, *, is_merged: bool) -> NewEdit:
    """Return the edit that gives a speaker a name: a merge if somebody else has it, or one that looks the same, and both are one person.

    Raises:
        OptionError: Somebody else has the name, and ``is_merged`` is false.
    """
    other = taken_by(state, speaker, to)
    if other is None:
        return create.rename(state, speaker, to)
    if is_merged:
        return create.merge(state, [speaker], other)
    raise OptionError(
        f"Cannot rename in {recording_id!r}: {_described(state, other, to)}; merge the two if they are one person: merge=True. "
        "Nothing was renamed."
    )


def _described(state: edits.State, other: str, name: str) -> str:
    """Return who has a name already, with the label that tells them from somebody whose name looks the same."""
    label = state.label_of(other)
    who = repr(other) if label is None else f"{other!r}, the service's label {label!r}"
    return f"somebody else has that name already ({who})" + ("" if other == name else f", which looks the same as {name!a}")


class Review(CorrectedTranscript):
    """A recording under review, from :func:`review`.

    Each method is one edit: it is in the corpus's journal when the method returns, and ``to_frame``, ``search`` and ``export`` show it.
    The transcript as received is never changed. Words and utterances are given by the ``word_index`` of the current :attr:`words` and
    the ``utterance_index`` of the current :attr:`utterances`. If somebody else has edited the recording since it was read, nothing is
    changed: the recording is read again, so that it can be checked, and :class:`~scribekit.ScribekitError` is raised.

    Attributes:
        recording_id: The recording.
        who: The author of the edits.

    Example:
        >>> talk = sk.review(corpus, "interview.mp3")            # doctest: +SKIP
        >>> talk.rename("A", "Ada").correct("their house", words=[12, 13]).done()    # doctest: +SKIP
    """

    def __init__(self, corpus: Corpus, recording_id: str, *, who: str) -> None:
        super().__init__(corpus, recording_id)
        self.who = who

    def rename(self, speaker: str, to: str, *, merge: bool = False) -> Review:
        """Give a speaker another name, in the whole recording.

        Args:
            speaker: The speaker.
            to: The new name.
            merge: Merge the two if somebody else has the name, or one that looks the same; otherwise that is refused.
        """
        state = self._unchanged()
        return self._make(renaming(state, self.recording_id, self._known(speaker), self._name(to), is_merged=merge))

    def merge(self, speakers: Sequence[str], into: str) -> Review:
        """Merge several speakers, who are one person.

        Args:
            speakers: Those who turn out to be ``into``.
            into: The speaker who stays.
        """
        names = [speakers] if isinstance(speakers, str) else list(speakers)
        return self._make(create.merge(self._unchanged(), [self._known(name) for name in names], self._known(into)))

    def split(self, speaker: str, *, from_word: int, into: str) -> Review:
        """Split a speaker, who is two people: from a word on, ``into``, who is new, says what ``speaker`` said."""
        state, name = self._unchanged(), self._name(into)
        if other := looks_like(name, state.speakers()):
            raise OptionError(
                f"Cannot split in {self.recording_id!r}: {_described(state, other, name)}. To give the words to that speaker, use reassign."
            )
        return self._make(create.split(state, self._known(speaker), self._positions(from_word)[0], name))

    def reassign(self, to: str, *, words: Words = None, utterance: int | None = None) -> Review:
        """Give words or a turn to another speaker. ``to`` may be a new speaker; a name that looks like a speaker's is that speaker's."""
        state, name = self._unchanged(), self._name(to)
        return self._make(create.reassign(state, self._chosen(words, utterance), looks_like(name, state.speakers()) or name))

    def move_boundary(self, utterance: int, words: int) -> Review:
        """Move the boundary between a turn and the one before it.

        Args:
            utterance: The turn after the boundary.
            words: How many words the boundary moves: 2 gives the first two words of the turn to the one before; -2 gives it the last
                two words of that one.
        """
        state = self._unchanged()
        utterance, words, turns = _index(utterance, "utterance"), _index(words, "words"), self.turns
        if not 0 < utterance < len(turns) or words == 0:
            raise OptionError(
                f"Give an utterance from 1 to {len(turns) - 1} and the number of words, 1 or -1 or more; not {utterance}, {words}."
            )
        before, after = turns[utterance - 1], turns[utterance]
        moved, receiving = (after[:words], before[-1:]) if words > 0 else (before[words:], after[:1])
        if len(moved) < abs(words) or not receiving:
            raise OptionError(
                f"The turns have {len(before)} and {len(after)} words, so the boundary between them cannot move by {words} words."
            )
        return self._make(create.move(state, moved, receiving[0]))

    def correct(self, text: str, *, words: Words = None, utterance: int | None = None) -> Review:
        """Replace words by others. Words that stay keep their times; new ones get theirs by alignment with the old ones.

        An empty text is :meth:`reject`.
        """
        if not _text(text).strip():
            return self.reject(words=words, utterance=utterance)
        return self._make(create.correct(self._unchanged(), self._chosen(words, utterance), text))

    def accept(self, *, words: Words = None, utterance: int | None = None) -> Review:
        """Mark words as right; without words and utterance, all words of this transcript, but not of a later one."""
        return self._make(create.accept(self._unchanged(), self._chosen_or_all(words, utterance)))

    def reject(self, *, words: Words = None, utterance: int | None = None) -> Review:
        """Remove words that nobody said. They only stay in the transcript as received (``reviewed=False``)."""
        return self._make(create.reject(self._unchanged(), self._chosen(words, utterance)))

    def note(self, text: str, *, words: Words = None, utterance: int | None = None) -> Review:
        """Write a note about words, a turn, or the whole recording. Notes are in the table of edits."""
        return self._make(create.note(self._unchanged(), self._chosen_or_all(words, utterance), _text(text)))

    def done(self) -> Review:
        """Mark the recording as reviewed. It is in review again after any later edit or undo, and with a new transcript."""
        return self.mark(edits.DONE)

    def mark(self, state: str) -> Review:
        """Set the state of the review: ``new``, ``in review`` or ``done``."""
        if state not in edits.STATES:
            raise OptionError(f"There is no state {state!r}. It is one of {', '.join(edits.STATES)}.")
        self._unchanged()
        return self._make((edits.STATE, {"state": state}))

    def undo(self) -> Review:
        """Undo the last edit of this recording. An edit that was made in several recordings at once is undone in all of them.

        Raises:
            OptionError: There is nothing to undo.
        """
        return self._undo_or_redo(edits.UNDO)

    def redo(self) -> Review:
        """Redo what was last undone.

        Raises:
            OptionError: There is nothing to redo.
        """
        return self._undo_or_redo(edits.REDO)

    def _undo_or_redo(self, action: str) -> Review:
        self._unchanged()
        groups = self.history.undoable if action == edits.UNDO else self.history.redoable
        if not groups:
            raise OptionError(f"There is nothing to {action} in {self.recording_id!r}.")
        with self._writing() as ledger:
            payloads.undo_or_redo(ledger, action, groups[-1], who=self.who, at=time.time(), last=self._last_edit)
            self._load(ledger)
        return self

    def _make(self, edit: NewEdit) -> Review:
        """Append an edit to the journal, and keep it if it can be applied."""
        action, detail = edit
        row = {"at": time.time(), "who": self.who, "content": self._content, "transcript_id": self._replayed.transcript_id}
        row |= {"action": action, "detail": json.dumps(detail, ensure_ascii=False)}
        with self._writing() as ledger, ledger.edits.appending([row], self._last_edit) as (number,):
            self._load(ledger)  # applies the edit
            reason = next((outcome.reason for outcome in self._conflicts if outcome.edit.edit_id == number), None)
            if reason is not None:
                raise OptionError(f"Cannot {action} in {self.recording_id!r}: {reason}.")
        return self

    @contextlib.contextmanager
    def _writing(self) -> Iterator[Ledger]:
        """Open the ledger for one write. If it fails, the recording is read again."""
        with Ledger(self._corpus.path) as ledger:
            try:
                yield ledger
            except EditedMeanwhile:
                raise self._read_again(ledger) from None
            except BaseException:
                self._load(ledger)
                raise

    def _unchanged(self) -> edits.State:
        """Return the current state, after a check that nobody else has edited the recording since the user saw it."""
        with Ledger(self._corpus.path) as ledger:
            if ledger.edits.last(self._content) != self._last_edit[self._content]:
                raise self._read_again(ledger)
        return self.current

    @property
    def _last_edit(self) -> dict[str, int | None]:
        return {self._content: self._journal[-1].edit_id if self._journal else None}

    def _read_again(self, ledger: Ledger) -> ScribekitError:
        self._load(ledger)
        return ScribekitError(
            f"{self.recording_id!r} was edited elsewhere meanwhile, so the positions of words may have changed. It has been read again: "
            "check its words and utterances, then repeat the edit."
        )

    def _known(self, speaker: str) -> str:
        known = looks_like(speaker, self.speakers) if isinstance(speaker, str) else None
        if known is None:
            raise OptionError(f"Nobody is called {speaker!r} in {self.recording_id!r}.{nearest(str(speaker), self.speakers)}")
        return known

    def _name(self, name: str) -> str:
        if not isinstance(name, str) or not trimmed(name):
            raise OptionError("The name of a speaker cannot be empty.")
        return trimmed(name)

    def _chosen(self, words: Words, utterance: int | None) -> list[int]:
        if (words is None) == (utterance is None):
            raise OptionError(
                "Say which words are meant: words= (positions in review.words) or utterance= (a position in review.utterances)."
            )
        if utterance is None:
            return self._positions(words)
        utterance, turns = _index(utterance, "utterance"), self.turns
        if not 0 <= utterance < len(turns) or not turns[utterance]:
            raise OptionError(
                f"There is no utterance {utterance} with words in {self.recording_id!r}; it has {len(turns)}, counted from 0."
            )
        return turns[utterance]

    def _chosen_or_all(self, words: Words, utterance: int | None) -> list[int] | None:
        return None if words is None and utterance is None else self._chosen(words, utterance)

    def _positions(self, words: Words) -> list[int]:
        given = words if isinstance(words, Iterable) and getattr(words, "ndim", 1) != 0 else [words]
        positions = sorted({_index(position, "words=") for position in given})
        if not positions or positions[0] < 0 or positions[-1] >= len(self.current.words):
            raise OptionError(
                f"words= takes positions from 0 to {len(self.current.words) - 1} in {self.recording_id!r}; found {positions[:5]}."
            )
        return positions


def _index(value: Any, name: str) -> int:
    """Return a whole number of any library's type; a bool is refused."""
    with contextlib.suppress(TypeError):
        if not isinstance(value, bool):
            return int(value) if isinstance(value, float) and value.is_integer() else operator.index(value)
    raise OptionError(f"{name} takes whole numbers, not {value!r}.")


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise OptionError(f"A text is a string, not {value!r}.")
    return value
