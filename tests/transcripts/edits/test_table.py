from corpora import payload
from journals import Journal, interleaved

from scribekit.transcripts import edits
from scribekit.transcripts.edits.table import rows


def table(journal):
    result = journal.result
    return list(rows(journal.entries, result.outcomes, result.history.undone))


def test_a_row_says_what_was_there_and_what_is_there_now():
    journal = Journal(payload("t", [("A", "東 京 と hot dog"), ("B", "so")]))
    journal.make("correct", [0, 1, 2, 3], "x").make("rename", "A", "Ada").make("merge", ["B"], "Ada").make("reject", [0])
    journal.write(edits.UNDO, {"edit_group": 2})
    assert [(row["old"], row["new"]) for row in table(journal)] == [
        ("東京と hot", "x"),
        ("A", "Ada"),
        ("B", "Ada"),
        ("x", None),
        (None, "group 2"),
    ]
    assert [row["status"] for row in table(journal)] == ["applied", "undone", "applied", "applied", "applied"]


def test_a_row_has_the_time_of_the_words_or_of_the_speakers():
    journal = Journal(interleaved(("A", None, [0, 1]), ("B", None, [2])))
    journal.make("accept", [1]).make("rename", "B", "Bo").make("note", None, "?").make("merge", ["A"], "Bo")
    assert [(row["start_ms"], row["end_ms"]) for row in table(journal)] == [(500, 900), (1000, 1400), (None, None), (0, 900)]
