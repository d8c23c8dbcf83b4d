"""The tables of quality: error rates, calibration, the review queue and turn statistics."""

from __future__ import annotations

from dataclasses import replace

from scribekit.base.schema.table import RECORDING_ID, Column, Table
from scribekit.base.schema.transcripts import WORDS

EVALUATION = Table(
    "evaluation",
    (
        Column("group", "str", "The recording_id, or the value of the manifest column ('(none)' without one), or 'all'."),
        Column("speaker", "str", "The reference's speaker; missing unless by speaker, and where it names none.", "", "reference"),
        Column("n_recordings", "int64", "Recordings that have a transcript and a reference."),
        Column("reference_words", "int64", "Words in the references: hits + substitutions + deletions."),
        Column("hits", "int64", "Words that were recognised."),
        Column("substitutions", "int64", "Words that were recognised as another."),
        Column("deletions", "int64", "Words that were left out."),
        Column("insertions", "int64", "Recognised words that were not said."),
        Column("wer", "float64", "Word error rate: summed errors / summed reference words; insertions when there are none."),
        Column("wer_low", "float64", "Lower end of its 95 % bootstrap interval; NaN when too short to tell."),
        Column("wer_high", "float64", "Upper end of it."),
        Column("reference_characters", "int64", "Characters in the references, spaces included."),
        Column("character_errors", "int64", "Substituted, deleted and inserted characters."),
        Column("cer", "float64", "Character error rate, as wer."),
        Column("cer_low", "float64", "Lower end of its 95 % bootstrap interval; NaN for one recording alone."),
        Column("cer_high", "float64", "Upper end of it."),
        Column("cpwer_recordings", "int64", "Recordings that cpwer rests on: those of which both sides tell all speakers."),
        Column("cpwer", "float64", "wer of each speaker's own words under the best naming of speakers; NaN where speakers are not known."),
        Column("cpwer_low", "float64", "Lower end of its 95 % bootstrap interval; NaN for one recording alone."),
        Column("cpwer_high", "float64", "Upper end of it."),
        Column("der_recordings", "int64", "Recordings that der rests on: those whose references tell times, too."),
        Column("der", "float64", "Diarisation error rate, without collar; NaN where the reference has no times or speakers."),
        Column("der_low", "float64", "Lower end of its 95 % bootstrap interval; NaN for one recording alone."),
        Column("der_high", "float64", "Upper end of it."),
        Column("normaliser", "str", "How texts were compared; see scribekit.base.text.normalise."),
    ),
)

RELIABILITY = Table(
    "reliability",
    (
        Column("confidence_low", "float64", "Lowest confidence in the bin, 0 to 1."),
        Column("confidence_high", "float64", "Highest confidence in it."),
        Column("n_words", "int64", "Words in it."),
        Column("confidence", "float64", "Their mean confidence."),
        Column("accuracy", "float64", "Share of them that are right."),
        Column("accuracy_low", "float64", "Lower end of its 95 % interval (Wilson)."),
        Column("accuracy_high", "float64", "Upper end of it."),
    ),
)

WORD_ERRORS = Table(
    "word_errors",
    (
        RECORDING_ID,
        *(replace(column, dtype=column.dtype.replace("int64", "Int64")) for column in WORDS.columns[1:]),
        Column(
            "outcome",
            "str",
            "hit, substitution, insertion, or deletion (left out: the columns before are missing); missing where nothing is compared.",
            "",
            "jiwer",
        ),
        Column("said", "str", "What was said there, as it is compared; missing for an insertion.", "", "reference"),
        Column("said_by", "str", "The reference's speaker; missing where it names none, and for an insertion.", "", "reference"),
        Column(
            "correct",
            "boolean",
            "Whether all of the word is right; missing for a deletion, and where normalising leaves nothing of the word.",
            "",
            "reference",
        ),
        Column("left_out", "int64", "Words that were said right after it and not recognised.", "", "reference"),
    ),
)

SIGN_LIFTS = Table(
    "sign_lifts",
    (
        Column("sign", "str", "The sign of trouble, as it stands among the reasons of the review queue."),
        Column("n_words", "int64", "Words that show it."),
        Column("errors", "float64", "Errors that they brought: wrong words, and words left out after them."),
        Column("lift", "float64", "How many times more than their confidence and their other signs would have them bring."),
        Column("lift_low", "float64", "Lower end of its 95 % interval."),
        Column("lift_high", "float64", "Upper end of it."),
    ),
)

REVIEW_QUEUE = Table(
    "review_queue",
    (
        RECORDING_ID,
        Column("speaker", "str", "Who speaks at its start; missing without speaker labels."),
        Column("start_ms", "int64", "Where to listen from.", "ms"),
        Column("end_ms", "int64", "Where it ends.", "ms"),
        Column("first_word", "int64", "word_index of its first word."),
        Column("n_words", "int64", "Number of words."),
        Column("text", "str", "The words."),
        Column("confidence", "float64", "Mean confidence of its words, 0 to 1."),
        Column("reasons", "str", "Why it is in the queue, separated by '; '."),
        Column("expected_errors", "float64", "Words that are probably wrong."),
        Column("errors_per_minute", "float64", "expected_errors per minute of listening; the queue is sorted by it."),
        Column("minutes", "float64", "Time to listen to it, with a second to find one's place.", "min"),
        Column("cumulative_minutes", "float64", "Time to listen down to and with this row.", "min"),
        Column("share_of_errors", "float64", "Share of all expected errors, in the queue or not, that are found by then."),
    ),
)

TURN_STATISTICS = Table(
    "turn_statistics",
    (
        RECORDING_ID,
        Column("speaker", "str", "Speaker label."),
        Column("n_turns", "int64", "Turns of the speaker; utterances of one speaker in a row are one turn."),
        Column("n_words", "int64", "Words of the speaker."),
        Column("talk_s", "float64", "Time the speaker speaks.", "s"),
        Column("talk_share", "float64", "talk_s as a share of everybody's."),
        Column("talk_listen_ratio", "float64", "talk_s / that of all others together; infinite when alone."),
        Column("words_per_minute", "float64", "Words per minute of talk_s.", "1/min"),
        Column("longest_turn_s", "float64", "Length of the longest turn.", "s"),
        Column("overlap_s", "float64", "Time the speaker speaks while somebody else does.", "s"),
        Column("interruptions", "int64", "Turns that the speaker takes while others speak, who all stop first."),
        Column("response_s", "float64", "Median silence between the others' last word and the speaker's turn; NaN without any.", "s"),
        Column("response_p25_s", "float64", "Lower quartile of these silences.", "s"),
        Column("response_p75_s", "float64", "Upper quartile of them.", "s"),
        Column("pauses", "int64", "Silences of half a second or more after which the one who spoke last, the speaker, goes on."),
        Column("pause_s", "float64", "All of them together.", "s"),
        Column("longest_pause_s", "float64", "The longest; 0 without any.", "s"),
    ),
)
