"""The tables of search and corpus linguistics."""

from __future__ import annotations

from scribekit.base.schema.table import RECORDING_ID, Column, Table

CONCORDANCE = Table(
    "concordance",
    (
        RECORDING_ID,
        Column("left", "str", "The words before the match."),
        Column("match", "str", "The words found, as written."),
        Column("right", "str", "The words after the match."),
        Column("speaker", "str", "Who says the first word of the match; missing without speaker labels."),
        Column("start_ms", "int64", "Start of the first word of the match.", "ms", "payload.words[].start"),
        Column("end_ms", "int64", "End of the match.", "ms", "payload.words[].end"),
        Column("utterance_index", "Int64", "The utterance that holds the first word; missing without utterances."),
        Column("word_index", "int64", "Position of the first word within the recording, from 0."),
    ),
)

COLLOCATES = Table(
    "collocates",
    (
        Column("word", "str", "The collocate, as the index writes it (no case, no accents)."),
        Column("together", "int64", "Its uses within reach of the word asked for (O)."),
        Column("frequency", "int64", "All its uses."),
        Column("expected", "float64", "Uses within reach that chance would give (E)."),
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
        Column("word", "str", "The word, as the index writes it (no case, no accents)."),
        Column("frequency", "int64", "Uses in the group."),
        Column("rest_frequency", "int64", "Uses in all other groups together."),
        Column("per_million", "float64", "Uses in a million words of the group."),
        Column("rest_per_million", "float64", "Uses in a million words of the others."),
        Column("ll", "float64", "Log-likelihood, negative where the group uses the word less; Rayson and Garside 2000."),
        Column("log_ratio", "float64", "log2 of the ratio of relative frequencies, 0 taken as one half; Hardie 2014."),
    ),
)

DISPERSION = Table(
    "dispersion",
    (
        Column("word", "str", "The word, prefix or phrase, as asked for."),
        Column("frequency", "int64", "Its uses."),
        Column("recordings", "int64", "Recordings with a use."),
        Column("recordings_share", "float64", "Share of the recordings with words, 0 to 1."),
        Column("dp", "float64", "Deviation of proportions: 0 even, near 1 all in one small recording; Gries 2008."),
        Column("dp_norm", "float64", "DP over its largest possible value; Lijffijt and Gries 2012."),
        Column("juilland_d", "float64", "Juilland's D over relative frequencies: 1 even, 0 all in one recording; Juilland et al. 1970."),
    ),
)

NGRAMS = Table(
    "ngrams",
    (
        Column("ngram", "str", "The words in a row, as the index writes them (no case, no accents)."),
        Column("frequency", "int64", "How often."),
        Column("per_million", "float64", "How often in a million words."),
        Column("recordings", "int64", "Recordings with a use."),
    ),
)
