"""The tables of quality: error rates, calibration, the review queue and turn statistics."""

from __future__ import annotations

from dataclasses import replace

from scribekit.base.schema.table import RECORDING_ID, Column, Table
from scribekit.base.schema.transcripts import WORDS

EVALUATION = Table(
    "evaluation",
    (
        Column("group", "str", "The recording_id, the value of the manifest column ('(none)' when it is missing), or 'all'."),
        Column(
            "speaker",
            "str",
            "Speaker of the reference; missing in rows that are not by speaker, and where the reference names nobody.",
            "",
            "reference",
        ),
        Column("n_recordings", "int64", "Recordings with a transcript and a reference."),
        Column("reference_words", "int64", "Words in the references: hits + substitutions + deletions."),
        Column("hits", "int64", "Reference words that were recognised."),
        Column("substitutions", "int64", "Reference words that were recognised as another word."),
        Column("deletions", "int64", "Reference words that were not recognised."),
        Column("insertions", "int64", "Recognised words that were not said."),
        Column(
            "wer", "float64", "Word error rate: summed errors / summed reference words; the number of insertions without reference words."
        ),
        Column("wer_low", "float64", "Lower end of the 95 % bootstrap interval of wer; NaN when there is too little text."),
        Column("wer_high", "float64", "Upper end of this interval."),
        Column("reference_characters", "int64", "Characters in the references, including spaces."),
        Column("character_errors", "int64", "Substituted, deleted and inserted characters."),
        Column("cer", "float64", "Character error rate, computed as wer."),
        Column("cer_low", "float64", "Lower end of the 95 % bootstrap interval of cer; NaN for a single recording."),
        Column("cer_high", "float64", "Upper end of this interval."),
        Column("cpwer_recordings", "int64", "Recordings that cpwer is computed from: those with all speakers known on both sides."),
        Column("cpwer", "float64", "wer of each speaker's own words, with the best pairing of speakers; NaN without known speakers."),
        Column("cpwer_low", "float64", "Lower end of the 95 % bootstrap interval of cpwer; NaN for a single recording."),
        Column("cpwer_high", "float64", "Upper end of this interval."),
        Column("der_recordings", "int64", "Recordings that der is computed from: those whose references also have times."),
        Column("der", "float64", "Diarisation error rate, without collar; NaN when the references have no times or speakers."),
        Column("der_low", "float64", "Lower end of the 95 % bootstrap interval of der; NaN for a single recording."),
        Column("der_high", "float64", "Upper end of this interval."),
        Column("normaliser", "str", "Name of the normaliser; see scribekit.base.text.normalise."),
    ),
)

RELIABILITY = Table(
    "reliability",
    (
        Column("confidence_low", "float64", "Lowest confidence in the bin, 0 to 1."),
        Column("confidence_high", "float64", "Highest confidence in the bin."),
        Column("n_words", "int64", "Words in the bin."),
        Column("confidence", "float64", "Mean confidence of these words."),
        Column("accuracy", "float64", "Share of these words that are right."),
        Column("accuracy_low", "float64", "Lower end of the 95 % interval of accuracy (Wilson)."),
        Column("accuracy_high", "float64", "Upper end of this interval."),
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
            "hit, substitution, insertion or deletion (columns before it are missing); missing when normalising leaves nothing of it.",
            "",
            "jiwer",
        ),
        Column("said", "str", "The normalised reference words; missing for an insertion.", "", "reference"),
        Column(
            "said_by",
            "str",
            "Speaker of the reference words; missing for an insertion, and where the reference names nobody.",
            "",
            "reference",
        ),
        Column(
            "correct",
            "boolean",
            "Whether the whole word is right; missing for a deletion, and when normalising leaves nothing of the word.",
            "",
            "reference",
        ),
        Column("left_out", "int64", "Number of reference words after this word that were not recognised.", "", "reference"),
    ),
)

SIGN_LIFTS = Table(
    "sign_lifts",
    (
        Column("sign", "str", "The sign of trouble, as named in the reasons of the review queue."),
        Column("n_words", "int64", "Words that show the sign."),
        Column("errors", "float64", "Errors of these words: wrong words, and words missing after them."),
        Column("lift", "float64", "Factor by which errors exceed what the confidence and the other signs of these words predict."),
        Column("lift_low", "float64", "Lower end of the 95 % interval of lift."),
        Column("lift_high", "float64", "Upper end of this interval."),
    ),
)

REVIEW_QUEUE = Table(
    "review_queue",
    (
        RECORDING_ID,
        Column("speaker", "str", "Speaker at the start of the part; missing without speaker labels."),
        Column("start_ms", "int64", "Start of the part.", "ms"),
        Column("end_ms", "int64", "End of the part.", "ms"),
        Column("first_word", "int64", "word_index of the first word of the part."),
        Column("n_words", "int64", "Number of words."),
        Column("text", "str", "Text of the part."),
        Column("confidence", "float64", "Mean confidence of the words, 0 to 1."),
        Column("reasons", "str", "Why the part is in the queue; several reasons are separated by '; '."),
        Column("expected_errors", "float64", "Expected number of wrong words."),
        Column("errors_per_minute", "float64", "expected_errors per minute of listening; the queue is sorted by it."),
        Column("minutes", "float64", "Time to listen to the part, plus one second to find it.", "min"),
        Column("cumulative_minutes", "float64", "Time to listen to all rows up to and including this one.", "min"),
        Column("share_of_errors", "float64", "Share of all expected errors, in the queue or not, that these rows contain."),
    ),
)

TURN_STATISTICS = Table(
    "turn_statistics",
    (
        RECORDING_ID,
        Column("speaker", "str", "Speaker label."),
        Column("n_turns", "int64", "Turns of the speaker; utterances of one speaker in a row are one turn."),
        Column("n_words", "int64", "Words of the speaker."),
        Column("talk_s", "float64", "Time that the speaker talks.", "s"),
        Column("talk_share", "float64", "talk_s as a share of the talk_s of all speakers."),
        Column("talk_listen_ratio", "float64", "talk_s / talk_s of all other speakers together; infinite without other speakers."),
        Column("words_per_minute", "float64", "Words per minute of talk_s.", "1/min"),
        Column("longest_turn_s", "float64", "Length of the longest turn.", "s"),
        Column("overlap_s", "float64", "Time that the speaker talks while another speaker does.", "s"),
        Column("interruptions", "int64", "Turns that the speaker starts while others talk, and that outlast them all."),
        Column(
            "response_s", "float64", "Median silence between the last word of the others and a turn of the speaker; NaN without any.", "s"
        ),
        Column("response_p25_s", "float64", "Lower quartile of these silences.", "s"),
        Column("response_p75_s", "float64", "Upper quartile of these silences.", "s"),
        Column("pauses", "int64", "Silences of at least half a second after which the same speaker continues."),
        Column("pause_s", "float64", "Total duration of these pauses.", "s"),
        Column("longest_pause_s", "float64", "The longest of these pauses; 0 without any.", "s"),
    ),
)
