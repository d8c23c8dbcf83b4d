"""The tables of what people changed."""

from __future__ import annotations

from scribekit.base.schema.table import RECORDING_ID, Column, Table

_AT = "datetime64[us, UTC]"

EDITS = Table(
    "edits",
    (
        RECORDING_ID,
        Column("edit_id", "int64", "Its number, in the order in which edits were made.", "", "journal"),
        Column("edit_group", "int64", "Edits with the same number were made, and are undone, as one.", "", "journal"),
        Column("at", _AT, "When it was made.", "", "journal"),
        Column("who", "str", "Who made it.", "", "journal"),
        Column("action", "str", "rename, merge, split, reassign, move, correct, accept, reject, note, state, undo or redo.", "", "journal"),
        Column("status", "str", "applied, undone, or conflict: the transcript is another one now, and it cannot be applied.", "", "edits"),
        Column("reason", "str", "Why it is a conflict.", "", "edits"),
        Column("start_ms", "Int64", "Start of what it is about; missing for the whole recording.", "ms", "journal"),
        Column("end_ms", "Int64", "End of what it is about; missing for the whole recording.", "ms", "journal"),
        Column("old", "str", "What stood there: a speaker, or words.", "", "journal"),
        Column("new", "str", "What stands there now: a speaker, words, a remark or a state.", "", "journal"),
        Column("transcript_id", "str", "The transcript that the person looked at.", "", "journal"),
    ),
)

PEOPLE = Table(
    "people",
    (
        RECORDING_ID,
        Column("speaker", "str", "The speaker as they are called now.", "", "words.speaker"),
        Column("name", "str", "The same; change it, and give the table to name_people.", "", "words.speaker"),
        Column("label", "str", "What the service called them (most of their words).", "", "payload.words[].speaker"),
        Column("n_words", "int64", "How many words they say.", "", "words"),
        Column("n_turns", "int64", "How many turns they have; utterances without anybody else's in between are one.", "", "utterances"),
        Column("speaking_s", "float64", "How long their words last, together.", "s", "words"),
        Column("alike", "str", "The most similar other name in the corpus, where one is so similar that it may be a slip.", "", "difflib"),
    ),
)

PROPOSALS = Table(
    "proposals",
    (
        RECORDING_ID,
        Column("action", "str", "What is proposed: reassign (to another speaker) or correct (to another text)."),
        Column("word_index", "int64", "The first word that it is about, as reviewed.", "", "words.word_index"),
        Column("n_words", "int64", "How many words it is about."),
        Column("start_ms", "int64", "Start of the first word.", "ms", "words.start_ms"),
        Column("end_ms", "int64", "End of the last word.", "ms", "words.end_ms"),
        Column("speaker", "str", "Who says them now.", "", "words.speaker"),
        Column("text", "str", "The words as they stand.", "", "words.text"),
        Column("to", "str", "The speaker, or the text, that is proposed."),
    ),
)

REVIEWS = Table(
    "reviews",
    (
        RECORDING_ID,
        Column(
            "state",
            "str",
            "new (nobody has edited it), in review (also: changed, or transcribed anew, after it was done), or done.",
            "",
            "journal",
        ),
        Column("n_edits", "int64", "How many edits hold.", "", "journal"),
        Column("n_conflicts", "int64", "How many of them cannot be applied to the transcript that is there now.", "", "edits"),
        Column("last_edit_at", _AT, "When it was last edited.", "", "journal"),
        Column("last_editor", "str", "By whom.", "", "journal"),
    ),
)
