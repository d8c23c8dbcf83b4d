"""The tables of review: edits, proposed edits, people and review states."""

from __future__ import annotations

from scribekit.base.schema.table import RECORDING_ID, Column, Table

_AT = "datetime64[us, UTC]"

EDITS = Table(
    "edits",
    (
        RECORDING_ID,
        Column("edit_id", "int64", "Number of the edit, in the order in which edits were made.", "", "journal"),
        Column("edit_group", "int64", "Edits with the same number were made together and are undone together.", "", "journal"),
        Column("at", _AT, "When the edit was made.", "", "journal"),
        Column("who", "str", "Who made the edit.", "", "journal"),
        Column("action", "str", "rename, merge, split, reassign, move, correct, accept, reject, note, state, undo or redo.", "", "journal"),
        Column("status", "str", "applied, undone, or conflict: the edit cannot be applied to the current transcript.", "", "edits"),
        Column("reason", "str", "Why the edit is a conflict; missing otherwise.", "", "edits"),
        Column("start_ms", "Int64", "Start of the edited words; missing for the whole recording.", "ms", "journal"),
        Column("end_ms", "Int64", "End of the edited words; missing for the whole recording.", "ms", "journal"),
        Column("old", "str", "The value before the edit: a speaker, or words.", "", "journal"),
        Column("new", "str", "The value after the edit: a speaker, words, a note or a state.", "", "journal"),
        Column("transcript_id", "str", "The transcript that was edited.", "", "journal"),
    ),
)

PEOPLE = Table(
    "people",
    (
        RECORDING_ID,
        Column("speaker", "str", "Current name of the speaker.", "", "words.speaker"),
        Column("name", "str", "The same name: change it and pass the table to name_people to rename the speaker.", "", "words.speaker"),
        Column("label", "str", "The label that the service gave to most of their words.", "", "payload.words[].speaker"),
        Column("n_words", "int64", "Number of words that they say.", "", "words"),
        Column("n_turns", "int64", "Number of their turns; utterances without another speaker in between are one turn.", "", "utterances"),
        Column("speaking_s", "float64", "Total duration of their words.", "s", "words"),
        Column(
            "alike",
            "str",
            "The most similar other name in the corpus, when it is so similar that one of the two may be a typing error.",
            "",
            "difflib",
        ),
    ),
)

PROPOSALS = Table(
    "proposals",
    (
        RECORDING_ID,
        Column("action", "str", "The proposed edit: reassign (to another speaker) or correct (to another text)."),
        Column("word_index", "int64", "Index of the first word to edit, in the transcript as reviewed.", "", "words.word_index"),
        Column("n_words", "int64", "Number of words to edit."),
        Column("start_ms", "int64", "Start of the first word.", "ms", "words.start_ms"),
        Column("end_ms", "int64", "End of the last word.", "ms", "words.end_ms"),
        Column("speaker", "str", "Current speaker of the words.", "", "words.speaker"),
        Column("text", "str", "Current text of the words.", "", "words.text"),
        Column("to", "str", "The proposed speaker or text."),
    ),
)

REVIEWS = Table(
    "reviews",
    (
        RECORDING_ID,
        Column(
            "state",
            "str",
            "new (no edits), in review (also when it was edited or transcribed again after it was done), or done.",
            "",
            "journal",
        ),
        Column("n_edits", "int64", "Number of edits that are not undone.", "", "journal"),
        Column("n_conflicts", "int64", "Number of these edits that cannot be applied to the current transcript.", "", "edits"),
        Column("last_edit_at", _AT, "When the recording was last edited.", "", "journal"),
        Column("last_editor", "str", "Who edited it last.", "", "journal"),
    ),
)
