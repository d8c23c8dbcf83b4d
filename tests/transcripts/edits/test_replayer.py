"""Any sequence of edits, undo and redo equals the replay of the journal, and undoing all of it gives the start."""

import hypothesis.strategies as st
from corpora import payload
from examples import examples
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from journals import Journal, statuses

from scribekit.base import contract
from scribekit.transcripts import edits, frames
from scribekit.transcripts.edits import create

TEXTS = st.lists(st.sampled_from(["so", "then", "Hill.", "日本", "نعم", "<b>", "🙂"]), min_size=1, max_size=5).map(" ".join)


class Review(RuleBasedStateMachine):
    """Any sequence of edits, undo and redo equals the replay of the journal, and undoing all of it gives the start."""

    @initialize(turns=st.lists(st.tuples(st.sampled_from("ABC"), TEXTS), min_size=1, max_size=5))
    def begin(self, turns):
        self.journal = Journal(payload("t", turns))
        self.before, self.after = [], []  # what was shown before each edit that can be undone, after each that can be redone
        self.groups, self.undone = [], []
        self.replayer = edits.Replayer(self.journal.body, steps_kept=3)

    def edit(self, kind, *arguments, **named):
        previous = self.journal.shown
        made = getattr(create, kind)(self.journal.result.state, *arguments, **named)
        trial = self.journal.result.state
        try:
            edits.perform(trial, *made)
        except edits.Conflict:
            return
        self.journal.write(*made)
        self.before.append(previous)
        self.groups.append(len(self.journal.entries))
        self.after, self.undone = [], []
        assert words_of(edits.to_payload(self.journal.body, trial)) == words_of(self.journal.shown)

    def positions(self, data, least=1):
        count = len(self.journal.result.state.words)
        first = data.draw(st.integers(0, count - 1))
        return list(range(first, data.draw(st.integers(first + least - 1, min(count - 1, first + 3))) + 1))

    @property
    def has_words(self):
        return bool(self.journal.result.state.words)

    @precondition(lambda self: self.journal.result.state.speakers())
    @rule(data=st.data(), name=st.sampled_from(["Ada", "Bo", "A", "B"]))
    def rename(self, data, name):
        self.edit("rename", data.draw(st.sampled_from(self.journal.result.state.speakers())), name)

    @precondition(lambda self: len(self.journal.result.state.speakers()) > 1)
    @rule()
    def merge(self):
        first, second, *_ = self.journal.result.state.speakers()
        self.edit("merge", [second], first)

    @precondition(lambda self: self.has_words)
    @rule(data=st.data())
    def split(self, data):
        place = self.positions(data)[0]
        self.edit("split", self.journal.result.state.words[place].speaker, place, "new")

    @precondition(lambda self: self.has_words)
    @rule(data=st.data(), to=st.sampled_from("ABCD"))
    def reassign(self, data, to):
        self.edit("reassign", self.positions(data), to)

    @precondition(lambda self: self.has_words)
    @rule(data=st.data())
    def move(self, data):
        self.edit("move", self.positions(data), self.positions(data)[0])

    @precondition(lambda self: self.has_words)
    @rule(data=st.data(), text=TEXTS)
    def correct(self, data, text):
        self.edit("correct", self.positions(data), text)

    @precondition(lambda self: self.has_words)
    @rule(data=st.data())
    def reject(self, data):
        self.edit("reject", self.positions(data))

    @precondition(lambda self: self.has_words)
    @rule(data=st.data())
    def accept(self, data):
        self.edit("accept", self.positions(data))

    @precondition(lambda self: self.groups)
    @rule()
    def undo(self):
        group = self.groups.pop()
        self.after.append(self.journal.shown)
        self.undone.append(group)
        self.journal.write(edits.UNDO, {"edit_group": group})
        assert words_of(self.journal.shown) == words_of(self.before.pop())

    @precondition(lambda self: self.undone)
    @rule()
    def redo(self):
        group = self.undone.pop()
        self.groups.append(group)
        self.before.append(self.journal.shown)
        self.journal.write(edits.REDO, {"edit_group": group})
        assert words_of(self.journal.shown) == words_of(self.after.pop())

    @invariant()
    def nothing_is_in_conflict_and_the_tables_hold_together(self):
        assert set(statuses(self.journal)) <= {"applied"}
        body = self.journal.shown
        words, turns = frames.words_frame([("r", body)]), frames.utterances_frame([("r", body)])
        assert words["text"].tolist() == [word.text for word in self.journal.result.state.words]
        assert turns["n_words"].sum() == len(words)
        assert words["utterance_index"].notna().all()

    @invariant()
    def a_step_equals_the_replay_of_all(self):
        step, whole = self.replayer.replay(self.journal.entries), self.journal.result
        assert (step.state, step.history, list(step.outcomes)) == (whole.state, whole.history, list(whole.outcomes))

    @invariant()
    def undoing_everything_gives_the_start(self):
        everything = Journal(self.journal.body)
        everything.entries = list(self.journal.entries)
        for group in reversed(self.groups):
            everything.write(edits.UNDO, {"edit_group": group})
        assert everything.shown is self.journal.body


def words_of(body):
    transcript = contract.read_transcript(body)
    return (transcript.text or "", transcript.words, transcript.utterances)


TestReview = Review.TestCase
TestReview.settings = examples(60, stateful_step_count=15)
