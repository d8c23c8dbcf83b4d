"""One recording under review: a handle that turns what a person does into edits in the journal."""

from __future__ import annotations

import contextlib
import getpass
import json
import operator
import time
from collections.abc import Callable, Iterable, Sequence
from typing import Any, SupportsIndex

from scribekit.base.errors import OptionError, ScribekitError, nearest
from scribekit.corpus import payloads
from scribekit.corpus.handles import Batch, Corpus
from scribekit.corpus.ledger import EditedMeanwhile, Ledger
from scribekit.corrections.transcript import CorrectedTranscript
from scribekit.transcripts import edits
from scribekit.transcripts.edits import new

Words = SupportsIndex | Iterable[SupportsIndex] | None


def review(batch_or_corpus: Batch | Corpus, recording_id: str, *, who: str | None = None) -> Review:
    """Open a recording to correct it.

    Args:
        batch_or_corpus: What ``submit_batch`` or ``open_corpus`` gave.
        recording_id: The recording.
        who: Whose edits they are; the user of this machine by default.

    Returns:
        The recording under review.

    Raises:
        OptionError: There is no such recording, or it has no transcript yet.
        LedgerError: The corpus cannot be read.
    """
    return Review(batch_or_corpus, recording_id, who=who or editor())


def editor() -> str:
    """The name of this machine's user; edits carry it."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container may know no user
        return "unknown"


class Review(CorrectedTranscript):
    """A recording under review, from :func:`review`.

    Each method is one edit: it is in the corpus's journal when the method returns, and ``to_frame``, ``search`` and ``export`` show it.
    The transcript as received is never changed. Words and utterances are named by the ``word_index`` of
    :attr:`words` and the ``utterance_index`` of :attr:`utterances` as they stand. When somebody else has edited the recording since it was
    read, nothing is done: :class:`~scribekit.ScribekitError` says so, and the recording is read again, to be looked at.

    Attributes:
        recording_id: The recording.
        who: Whose edits they are.

    Example:
        >>> talk = sk.review(corpus, "interview.mp3")            # doctest: +SKIP
        >>> talk.rename("A", "Ada").correct("their house", words=[12, 13]).done()    # doctest: +SKIP
    """

    def __init__(self, corpus: Corpus, recording_id: str, *, who: str) -> None:
        super().__init__(corpus, recording_id)
        self.who = who

    def rename(self, speaker: str, to: str) -> Review:
        """Give a speaker another name, in the whole recording. Two people are never merged by it: that is :meth:`merge`."""
        return self._do(lambda: new.rename(self.standing, self._known(speaker), self._name(to)))

    def merge(self, speakers: Sequence[str], into: str) -> Review:
        """Several speakers are one person.

        Args:
            speakers: Those who turn out to be ``into``.
            into: The speaker who stays.
        """
        names = [speakers] if isinstance(speakers, str) else list(speakers)
        return self._do(lambda: new.merge(self.standing, [self._known(name) for name in names], self._known(into)))

    def split(self, speaker: str, *, from_word: int, into: str) -> Review:
        """One speaker is two people: from a word on, what ``speaker`` says is said by ``into``, who is new."""
        return self._do(lambda: new.split(self.standing, self._known(speaker), self._positions(from_word)[0], self._name(into)))

    def reassign(self, to: str, *, words: Words = None, utterance: int | None = None) -> Review:
        """Somebody else said this: a run of words, or a turn. ``to`` may be a new speaker."""
        return self._do(lambda: new.reassign(self.standing, self._chosen(words, utterance), self._name(to)))

    def move_boundary(self, utterance: int, words: int) -> Review:
        """Move the boundary between a turn and the one before it.

        Args:
            utterance: The turn after the boundary.
            words: How many words the boundary moves: 2 gives the first two words of the turn to the one before; -2 gives it the last
                two words of that one.
        """
        return self._do(lambda: self._moved(utterance, words))

    def _moved(self, utterance: int, words: int) -> new.NewEdit:
        utterance, words, turns = _index(utterance, "utterance"), _index(words, "words"), self.turns
        if not 0 < utterance < len(turns) or words == 0:
            raise OptionError(
                f"Give an utterance from 1 to {len(turns) - 1} and the number of words, 1 or -1 or more; not {utterance}, {words}."
            )
        before, after = turns[utterance - 1], turns[utterance]
        taken, receiving = (after[:words], before[-1:]) if words > 0 else (before[words:], after[:1])
        if len(taken) < abs(words) or not receiving:
            raise OptionError(
                f"The turns have {len(before)} and {len(after)} words, so the boundary between them cannot move by {words} words."
            )
        return new.move(self.standing, taken, receiving[0])

    def correct(self, text: str, *, words: Words = None, utterance: int | None = None) -> Review:
        """Put other words in the place of these. Times are kept: words that stay keep theirs, new ones get theirs by alignment.

        An empty text is :meth:`reject`.
        """
        if not _text(text).strip():
            return self.reject(words=words, utterance=utterance)
        return self._do(lambda: new.correct(self.standing, self._chosen(words, utterance), text))

    def accept(self, *, words: Words = None, utterance: int | None = None) -> Review:
        """These words are right as they are; without words and utterance, all are: of this transcript, not of a later one."""
        everything = words is None and utterance is None
        return self._do(lambda: new.accept(self.standing, None if everything else self._chosen(words, utterance)))

    def reject(self, *, words: Words = None, utterance: int | None = None) -> Review:
        """Nobody said these words. They stay in the transcript as received (``reviewed=False``) and are shown nowhere else."""
        return self._do(lambda: new.reject(self.standing, self._chosen(words, utterance)))

    def note(self, text: str, *, words: Words = None, utterance: int | None = None) -> Review:
        """Remark on words, on a turn, or on the whole recording. Remarks are in the table of edits."""
        everything = words is None and utterance is None
        return self._do(lambda: new.note(self.standing, None if everything else self._chosen(words, utterance), _text(text)))

    def done(self) -> Review:
        """The recording is reviewed. Whatever is changed or taken back afterwards, and a new transcript, puts it in review again."""
        return self.mark(edits.DONE)

    def mark(self, state: str) -> Review:
        """Set where the review stands: ``new``, ``in review`` or ``done``."""
        if state not in edits.STATES:
            raise OptionError(f"There is no state {state!r}. It is one of {', '.join(edits.STATES)}.")
        self._check_unchanged()
        return self._append(edits.STATE, {"state": state})

    def undo(self) -> Review:
        """Take back the last edit of this recording; one that was made with others in several recordings is taken back in all of them.

        Raises:
            OptionError: There is nothing to undo.
        """
        return self._turn_back(edits.UNDO, self.history.undoable)

    def redo(self) -> Review:
        """Bring back what was last undone.

        Raises:
            OptionError: There is nothing to redo.
        """
        return self._turn_back(edits.REDO, self.history.redoable)

    def _turn_back(self, action: str, groups: Sequence[int]) -> Review:
        self._check_unchanged()
        if not groups:
            raise OptionError(f"There is nothing to {action} in {self.recording_id!r}.")
        return self._write(
            lambda ledger: payloads.undo_or_redo(ledger, action, groups[-1], who=self.who, at=time.time(), last=self._last_edit)
        )

    def _do(self, make: Callable[[], new.NewEdit]) -> Review:
        """Make the edit, try it, and write it down; what cannot be applied is not written."""
        self._check_unchanged()
        action, detail = make()
        try:
            edits.perform(self.standing.copy(), action, detail)
        except edits.Conflict as conflict:
            raise OptionError(f"Cannot {action} in {self.recording_id!r}: {conflict}.") from None
        return self._append(action, detail)

    def _check_unchanged(self) -> None:
        """Everything is done to what the person saw."""
        with Ledger(self._corpus.path) as ledger:
            if ledger.edits.last(self._content) != self._last_edit[self._content]:
                raise self._read_again(ledger)

    @property
    def _last_edit(self) -> dict[str, int | None]:
        return {self._content: self._journal[-1].edit_id if self._journal else None}

    def _read_again(self, ledger: Ledger) -> ScribekitError:
        self._load(ledger)
        return ScribekitError(
            f"{self.recording_id!r} was edited elsewhere meanwhile, so words may stand at other places. It has been read again: "
            "look at its words and utterances, then repeat the edit."
        )

    def _append(self, action: str, detail: dict[str, Any]) -> Review:
        row = {"at": time.time(), "who": self.who, "content": self._content, "transcript_id": self._replayed.transcript_id}
        row |= {"action": action, "detail": json.dumps(detail, ensure_ascii=False)}
        return self._write(lambda ledger: ledger.edits.append([row], self._last_edit))

    def _write(self, write: Callable[[Ledger], object]) -> Review:
        with Ledger(self._corpus.path) as ledger:
            try:
                write(ledger)
            except EditedMeanwhile:
                raise self._read_again(ledger) from None
            self._load(ledger)
        return self

    def _known(self, speaker: str) -> str:
        if speaker not in self.speakers:
            raise OptionError(f"Nobody is called {speaker!r} in {self.recording_id!r}.{nearest(str(speaker), self.speakers)}")
        return speaker

    def _name(self, name: str) -> str:
        if not isinstance(name, str) or not name.strip():
            raise OptionError("A speaker needs a name that is not blank.")
        return name.strip()

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

    def _positions(self, words: Words) -> list[int]:
        given = words if isinstance(words, Iterable) and getattr(words, "ndim", 1) != 0 else [words]
        positions = sorted({_index(position, "words=") for position in given})
        if not positions or positions[0] < 0 or positions[-1] >= len(self.standing.words):
            raise OptionError(
                f"words= takes positions from 0 to {len(self.standing.words) - 1} in {self.recording_id!r}; found {positions[:5]}."
            )
        return positions


def _index(value: Any, name: str) -> int:
    """A whole number of any library; a truth value is none."""
    with contextlib.suppress(TypeError):
        if not isinstance(value, bool):
            return int(value) if isinstance(value, float) and value.is_integer() else operator.index(value)
    raise OptionError(f"{name} takes whole numbers, not {value!r}.")


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise OptionError(f"A text is a string, not {value!r}.")
    return value
