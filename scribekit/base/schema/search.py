"""The tables of search and corpus linguistics."""

from __future__ import annotations

from scribekit.base.schema.table import RECORDING_ID, Column, Table

CONCORDANCE = Table(
    "concordance",
    (
        RECORDING_ID,
        Column("left", "str", "The words before the match."),
        Column("match", "str", "The matched words, as written."),
        Column("right", "str", "The words after the match."),
        Column("speaker", "str", "Speaker of the first word of the match; missing without speaker labels."),
        Column("start_ms", "int64", "Start of the first word of the match.", "ms", "payload.words[].start"),
        Column("end_ms", "int64", "End of the match.", "ms", "payload.words[].end"),
        Column("utterance_index", "Int64", "Index of the utterance that contains the first word; missing without utterances."),
        Column("word_index", "int64", "Position of the first word within the recording, from 0."),
    ),
)

TRANSLATED_LINES = Table(
    "translated_lines",
    (
        *CONCORDANCE.columns,
        Column("translation_language", "str", "Language of the translation that the line is from.", "", "translations.language"),
    ),
)

COLLOCATES = Table(
    "collocates",
    (
        Column("word", "str", "The collocate, as indexed (without case and accents)."),
        Column("together", "int64", "Uses within reach of the requested word (O)."),
        Column("frequency", "int64", "All uses of the collocate."),
        Column("expected", "float64", "Uses within reach that are expected by chance (E)."),
        Column("log_dice", "float64", "14 + log2(2 O / (f_word + f_collocate)); Rychlý 2008."),
        Column("mi", "float64", "log2(O / E); Church and Hanks 1990."),
        Column("t_score", "float64", "(O - E) / sqrt(O); Church et al. 1991."),
        Column("ll", "float64", "Log-likelihood of the two-by-two table; Dunning 1993."),
    ),
)

KEYNESS = Table(
    "keyness",
    (
        Column("group", "str", "Value of the column, or the speaker."),
        Column("word", "str", "The word, as indexed (without case and accents)."),
        Column("frequency", "int64", "Uses in the group."),
        Column("rest_frequency", "int64", "Uses in all other groups together."),
        Column("per_million", "float64", "Uses per million words of the group."),
        Column("rest_per_million", "float64", "Uses per million words of all other groups."),
        Column("ll", "float64", "Log-likelihood, negative where the group uses the word less; Rayson and Garside 2000."),
        Column("log_ratio", "float64", "log2 of the ratio of relative frequencies, 0 taken as one half; Hardie 2014."),
    ),
)

DISPERSION = Table(
    "dispersion",
    (
        Column("word", "str", "The requested word, prefix or phrase."),
        Column("frequency", "int64", "Number of uses."),
        Column("recordings", "int64", "Recordings that contain it."),
        Column("recordings_share", "float64", "Share of the recordings that have words, 0 to 1."),
        Column(
            "dp", "float64", "Deviation of proportions: 0 when evenly spread, near 1 when all uses are in one small recording; Gries 2008."
        ),
        Column("dp_norm", "float64", "dp divided by its largest possible value; Lijffijt and Gries 2012."),
        Column(
            "juilland_d",
            "float64",
            "Juilland's D of relative frequencies: 1 when evenly spread, 0 when all uses are in one recording; Juilland et al. 1970.",
        ),
    ),
)

NGRAMS = Table(
    "ngrams",
    (
        Column("ngram", "str", "The consecutive words, as indexed (without case and accents)."),
        Column("frequency", "int64", "Number of uses."),
        Column("per_million", "float64", "Uses per million words."),
        Column("recordings", "int64", "Recordings that contain it."),
    ),
)
