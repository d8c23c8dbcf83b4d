"""Every column of every frame, written once: name, dtype, unit, meaning and where it comes from.

The verbs build their frames through :meth:`Table.frame`, so a frame equals its table in names, order and dtypes, also when it is empty.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

import pandas as pd


@dataclass(frozen=True)
class Column:
    """One column of a frame.

    Attributes:
        name: The column's name.
        dtype: The pandas dtype (``str`` is pandas' own string type, in which a missing value is NaN).
        meaning: What a value says.
        unit: The unit, or an empty string.
        source: Where the value comes from.
    """

    name: str
    dtype: str
    meaning: str
    unit: str = ""
    source: str = ""


@dataclass(frozen=True)
class Table:
    """The columns of one frame, in order."""

    name: str
    columns: tuple[Column, ...]

    @property
    def names(self) -> list[str]:
        """The column names, in order."""
        return [column.name for column in self.columns]

    @property
    def dtypes(self) -> dict[str, str]:
        """Column name → pandas dtype."""
        return {column.name: column.dtype for column in self.columns}

    def frame(self, data: Mapping[str, Sequence[Any]] | Sequence[Mapping[str, Any]] | None = None) -> pd.DataFrame:
        """A frame with exactly these columns and dtypes, from columns or from rows; absent columns are missing values."""
        if data is None or len(data) == 0:
            return pd.DataFrame({c.name: pd.Series([], dtype=c.dtype) for c in self.columns})
        if isinstance(data, Mapping):
            values: Mapping[str, Any] = data
            length = len(next(iter(data.values())))
        else:
            values = {c.name: [row.get(c.name) for row in data] for c in self.columns}
            length = len(data)
        return pd.DataFrame({c.name: _series(values.get(c.name), c.dtype, length) for c in self.columns})

    def describe(self) -> pd.DataFrame:
        """The table's own documentation as a frame, one row per column."""
        return pd.DataFrame([vars(column) for column in self.columns])


def _series(values: Any, dtype: str, length: int) -> pd.Series[Any]:
    if values is None:
        values = [None] * length
    if dtype.startswith("datetime64"):
        values = pd.to_datetime(pd.Series(values), utc=True, format="ISO8601")
    series: pd.Series[Any] = pd.Series(values, dtype=cast("Any", dtype))
    return series


_RECORDING_ID = Column("recording_id", "str", "Readable, stable and unique name of the recording.", source="manifest")
_IAB = "payload.iab_categories_result"
_HIGHLIGHTS = "payload.auto_highlights_result.results"
_SAFETY = "payload.content_safety_labels"
_SOURCE = Column("source", "str", "Local path or http(s) URL of the audio.", source="manifest")

MANIFEST = Table(
    "manifest",
    (
        _RECORDING_ID,
        _SOURCE,
        Column("duration_s", "float64", "Length of the audio; NaN when unknown (remote URLs are not downloaded).", "s", "probe"),
        Column("size_bytes", "Int64", "Size of the file.", "bytes", "probe"),
        Column("channels", "Int64", "Number of audio channels.", "", "probe"),
        Column("sample_rate_hz", "Int64", "Sample rate.", "Hz", "probe"),
        Column("codec", "str", "Audio codec as FFmpeg names it.", "", "probe"),
        Column("sha256", "str", "SHA-256 of the file's bytes, hexadecimal; missing for URLs.", "", "probe"),
        Column("problem", "str", "Missing, or why the recording cannot be sent, as 'kind: sentence'.", "", "probe"),
    ),
)

ESTIMATE = Table(
    "estimate",
    (
        Column("model", "str", "Speech model."),
        Column("files", "Int64", "Recordings that can be sent (rows with a problem cost nothing)."),
        Column("hours", "float64", "Audio hours of the recordings whose length is known.", "h"),
        Column("base_usd", "float64", "Speech-to-text; for multichannel, per channel. NaN when the model has no known rate.", "USD"),
        Column("addons_usd", "float64", "Features asked for, on the duration once. NaN when one has no known rate.", "USD"),
        Column("total_usd", "float64", "base_usd + addons_usd.", "USD"),
        Column("unknown_duration", "Int64", "Recordings of unknown length, which the figures leave out."),
        Column("note", "str", "What the reader must know: 'no rate', features not offered by the model, date of the rate card."),
    ),
)

JOBS = Table(
    "jobs",
    (
        _RECORDING_ID,
        _SOURCE,
        Column("status", "str", "planned, uploading, submitting, queued, processing, completed, error, or refused (never sent)."),
        Column("transcript_id", "str", "The service's id.", source="service"),
        Column("attempts", "Int64", "How many times a job was created at the service for it."),
        Column("error_kind", "str", "Short name of what went wrong, to filter on; missing when nothing did."),
        Column("error", "str", "What was found and what to do next, in one sentence or two."),
        Column("audio_duration_s", "float64", "Length of the audio as the service measured it.", "s", "service"),
        Column("confidence", "float64", "Mean confidence of the words, 0 to 1.", "", "service"),
        Column("model", "str", "Speech model that answered (speech_model_used).", "", "service"),
        Column("language", "str", "Language code of the transcript.", "", "service"),
        Column("reserved_usd", "float64", "Estimated cost while the job is under way; 0 before and after.", "USD", "ledger"),
        Column(
            "cost_usd",
            "float64",
            "Cost by the rate card; 0 for what failed or is shared; NaN while unfinished or without a known rate.",
            "USD",
        ),
        Column("submitted_at", "datetime64[us, UTC]", "When the job was created at the service.", "", "ledger"),
        Column("completed_at", "datetime64[us, UTC]", "When the result was stored here.", "", "ledger"),
    ),
)

EVENTS = Table(
    "events",
    (
        Column("at", "datetime64[us, UTC]", "When it happened.", "", "ledger"),
        Column("recording_id", "str", "The recording whose job it happened to; missing for what happened to the whole batch."),
        Column("event", "str", "What happened: uploaded, accepted, answer lost, found in the list, rate limited, completed and so on."),
        Column("state", "str", "Where the job stood after it."),
        Column("job_key", "str", "The job."),
        Column("transcript_id", "str", "The service's id."),
        Column("detail", "str", "Numbers that belong to it, as JSON, or the kind of a stop."),
    ),
)

DELETIONS = Table(
    "deletions",
    (
        Column("transcript_id", "str", "The service's id.", "", "service"),
        _RECORDING_ID,
        Column("status", "str", "deleted, there (still at the service), or why it could not be deleted."),
        Column("deleted_at", "datetime64[us, UTC]", "When it was deleted at the service.", "", "ledger"),
    ),
)

TRANSCRIPTS = Table(
    "transcripts",
    (
        _RECORDING_ID,
        Column("transcript_id", "str", "The service's id.", "", "payload.id"),
        Column("text", "str", "The whole text; empty when nothing was said.", "", "payload.text"),
        Column("confidence", "float64", "Mean confidence of the words, 0 to 1.", "", "payload.confidence"),
        Column("audio_duration_s", "float64", "Length of the audio as the service measured it.", "s", "payload.audio_duration"),
        Column("language", "str", "Language code.", "", "payload.language_code"),
        Column("model", "str", "Speech model that answered.", "", "payload.speech_model_used"),
        Column("n_words", "int64", "Number of words.", "", "payload.words"),
        Column("n_speakers", "int64", "Number of different speakers; 0 without speaker labels.", "", "payload.utterances or words"),
        Column("engine", "str", "What made the transcript, with its quality when the embedded service did.", "", "payload.engine"),
    ),
)

UTTERANCES = Table(
    "utterances",
    (
        _RECORDING_ID,
        Column("utterance_index", "int64", "Position within the recording, from 0."),
        Column("speaker", "str", "Speaker label; missing without speaker labels.", "", "payload.utterances[].speaker"),
        Column("channel", "str", "Channel, from '1'; only for multichannel.", "", "payload.utterances[].channel"),
        Column("start_ms", "int64", "Start.", "ms", "payload.utterances[].start"),
        Column("end_ms", "int64", "End.", "ms", "payload.utterances[].end"),
        Column("text", "str", "What was said.", "", "payload.utterances[].text"),
        Column("confidence", "float64", "Confidence, 0 to 1.", "", "payload.utterances[].confidence"),
        Column("n_words", "int64", "Number of words.", "", "payload.utterances[].words"),
    ),
)

WORDS = Table(
    "words",
    (
        _RECORDING_ID,
        Column("word_index", "int64", "Position within the recording, from 0."),
        Column("utterance_index", "Int64", "The utterance that holds the word; missing without utterances."),
        Column("speaker", "str", "Speaker label; missing without speaker labels.", "", "payload.words[].speaker"),
        Column("channel", "str", "Channel, from '1'; only for multichannel.", "", "payload.words[].channel"),
        Column("start_ms", "int64", "Start.", "ms", "payload.words[].start"),
        Column("end_ms", "int64", "End.", "ms", "payload.words[].end"),
        Column("text", "str", "The word, as written in the transcript.", "", "payload.words[].text"),
        Column("confidence", "float64", "Confidence, 0 to 1.", "", "payload.words[].confidence"),
        Column(
            "time_source",
            "str",
            "Whose start_ms and end_ms are: service, or repaired (what the payload gave is missing or cannot be).",
            "",
            "frames.clock",
        ),
    ),
)

SENTENCES = Table(
    "sentences",
    (
        _RECORDING_ID,
        Column("sentence_index", "int64", "Position within the recording, from 0."),
        Column("speaker", "str", "Speaker label; missing without speaker labels.", "", "payload.words[].speaker"),
        Column("channel", "str", "Channel, from '1'; only for multichannel.", "", "payload.words[].channel"),
        Column("start_ms", "int64", "Start of the first word.", "ms", "words.start_ms"),
        Column("end_ms", "int64", "End of the last word.", "ms", "words.end_ms"),
        Column("text", "str", "The words with a blank between them.", "", "payload.words[].text"),
        Column("confidence", "float64", "Mean confidence of the words, 0 to 1.", "", "payload.words[].confidence"),
        Column("n_words", "int64", "Number of words.", "", "payload.words"),
    ),
)

PARAGRAPHS = Table(
    "paragraphs",
    (
        _RECORDING_ID,
        Column("paragraph_index", "int64", "Position within the recording, from 0."),
        Column("speaker", "str", "Speaker label; missing without speaker labels.", "", "payload.words[].speaker"),
        Column("channel", "str", "Channel, from '1'; only for multichannel.", "", "payload.words[].channel"),
        Column("start_ms", "int64", "Start of the first word.", "ms", "words.start_ms"),
        Column("end_ms", "int64", "End of the last word.", "ms", "words.end_ms"),
        Column("text", "str", "The words with a blank between them.", "", "payload.words[].text"),
        Column("confidence", "float64", "Mean confidence of the words, 0 to 1.", "", "payload.words[].confidence"),
        Column("n_words", "int64", "Number of words.", "", "payload.words"),
        Column("n_sentences", "int64", "Number of sentences.", "", "sentences"),
    ),
)

CHAPTERS = Table(
    "chapters",
    (
        _RECORDING_ID,
        Column("chapter_index", "int64", "Position within the recording, from 0."),
        Column("start_ms", "Int64", "Start; missing where the service gave none.", "ms", "payload.chapters[].start"),
        Column("end_ms", "Int64", "End; missing where the service gave none.", "ms", "payload.chapters[].end"),
        Column("gist", "str", "The chapter in a few words.", "", "payload.chapters[].gist"),
        Column("headline", "str", "The chapter in one sentence.", "", "payload.chapters[].headline"),
        Column("summary", "str", "The chapter in a paragraph.", "", "payload.chapters[].summary"),
    ),
)

ENTITIES = Table(
    "entities",
    (
        _RECORDING_ID,
        Column("entity_index", "int64", "Position within the recording, from 0."),
        Column("start_ms", "Int64", "Start; missing where the service gave none.", "ms", "payload.entities[].start"),
        Column("end_ms", "Int64", "End; missing where the service gave none.", "ms", "payload.entities[].end"),
        Column(
            "entity_type", "str", "What it is: person_name, location, date and so on; the list grows.", "", "payload.entities[].entity_type"
        ),
        Column("text", "str", "The entity, as written in the transcript.", "", "payload.entities[].text"),
    ),
)

SENTIMENTS = Table(
    "sentiments",
    (
        _RECORDING_ID,
        Column("sentiment_index", "int64", "Position within the recording, from 0."),
        Column("speaker", "str", "Speaker label; missing without speaker labels.", "", "payload.sentiment_analysis_results[].speaker"),
        Column("channel", "str", "Channel, from '1'; only for multichannel.", "", "payload.sentiment_analysis_results[].channel"),
        Column("start_ms", "Int64", "Start; missing where the service gave none.", "ms", "payload.sentiment_analysis_results[].start"),
        Column("end_ms", "Int64", "End; missing where the service gave none.", "ms", "payload.sentiment_analysis_results[].end"),
        Column("text", "str", "The sentence that was judged.", "", "payload.sentiment_analysis_results[].text"),
        Column("sentiment", "str", "POSITIVE, NEUTRAL or NEGATIVE.", "", "payload.sentiment_analysis_results[].sentiment"),
        Column("confidence", "float64", "Confidence, 0 to 1.", "", "payload.sentiment_analysis_results[].confidence"),
    ),
)

TOPICS = Table(
    "topics",
    (
        _RECORDING_ID,
        Column("topic_index", "Int64", "Position of the segment, from 0; missing for the recording as a whole.", "", _IAB),
        Column("scope", "str", "segment (a label of one segment) or recording (a label of the whole).", "", _IAB),
        Column(
            "start_ms",
            "Int64",
            "Start; missing where the service gave none.",
            "ms",
            "payload.iab_categories_result.results[].timestamp.start",
        ),
        Column(
            "end_ms", "Int64", "End; missing where the service gave none.", "ms", "payload.iab_categories_result.results[].timestamp.end"
        ),
        Column("text", "str", "What was said in the segment; missing for the recording as a whole.", "", f"{_IAB}.results[].text"),
        Column(
            "label", "str", "IAB category, from the general to the special: 'A>B>C'.", "", f"{_IAB}.results[].labels[].label or summary"
        ),
        Column("relevance", "float64", "How much it is about the category, 0 to 1.", "", f"{_IAB}.results[].labels[].relevance or summary"),
    ),
)

HIGHLIGHTS = Table(
    "highlights",
    (
        _RECORDING_ID,
        Column("highlight_index", "int64", "Position of the phrase, from 0; one row for each time that it was said.", "", _HIGHLIGHTS),
        Column("text", "str", "The phrase.", "", f"{_HIGHLIGHTS}[].text"),
        Column("rank", "float64", "How much it matters in the recording, 0 to 1; may be missing.", "", f"{_HIGHLIGHTS}[].rank"),
        Column("count", "Int64", "How often the service says that it was said.", "", f"{_HIGHLIGHTS}[].count"),
        Column("start_ms", "Int64", "Start; missing where the service gave none.", "ms", f"{_HIGHLIGHTS}[].timestamps[].start"),
        Column("end_ms", "Int64", "End; missing where the service gave none.", "ms", f"{_HIGHLIGHTS}[].timestamps[].end"),
    ),
)

CONTENT_SAFETY = Table(
    "content_safety",
    (
        _RECORDING_ID,
        Column("segment_index", "Int64", "Position of the segment, from 0; missing for the recording as a whole.", "", _SAFETY),
        Column("scope", "str", "segment (a label of one segment) or recording (a label of the whole).", "", _SAFETY),
        Column(
            "start_ms",
            "Int64",
            "Start; missing where the service gave none.",
            "ms",
            "payload.content_safety_labels.results[].timestamp.start",
        ),
        Column(
            "end_ms", "Int64", "End; missing where the service gave none.", "ms", "payload.content_safety_labels.results[].timestamp.end"
        ),
        Column("sentences_idx_start", "Int64", "First sentence of the segment, by the service's count.", "", f"{_SAFETY}.results[]"),
        Column("sentences_idx_end", "Int64", "Last sentence of the segment, by the service's count.", "", f"{_SAFETY}.results[]"),
        Column("text", "str", "What was said in the segment; missing for the recording as a whole.", "", f"{_SAFETY}.results[].text"),
        Column(
            "label",
            "str",
            "What it is about: alcohol, weapons and so on; the list grows.",
            "",
            f"{_SAFETY}.results[].labels[].label or summary",
        ),
        Column("confidence", "float64", "Confidence, 0 to 1.", "", f"{_SAFETY}.results[].labels[].confidence or summary"),
        Column("severity", "float64", "How severe the segment is, 0 to 1.", "", f"{_SAFETY}.results[].labels[].severity"),
        Column(
            "severity_low", "float64", "Probability of low severity, for the recording as a whole.", "", f"{_SAFETY}.severity_score_summary"
        ),
        Column(
            "severity_medium",
            "float64",
            "Probability of medium severity, for the recording as a whole.",
            "",
            f"{_SAFETY}.severity_score_summary",
        ),
        Column(
            "severity_high",
            "float64",
            "Probability of high severity, for the recording as a whole.",
            "",
            f"{_SAFETY}.severity_score_summary",
        ),
    ),
)

LANGUAGES = Table(
    "languages",
    (
        _RECORDING_ID,
        Column("language_index", "int64", "Position within the recording, from 0."),
        Column("language", "str", "Language code.", "", "payload.language_code or language_detection_results.code_switching_languages[]"),
        Column(
            "confidence",
            "float64",
            "How sure the detection is, 0 to 1; missing when the language was given.",
            "",
            "payload.language_confidence",
        ),
        Column("scope", "str", "recording (the transcript's language) or code switching (one of those that were spoken).", "", "payload"),
    ),
)

PROVENANCE = Table(
    "provenance",
    (
        _RECORDING_ID,
        Column("transcript_id", "str", "The service's id.", "", "payload.id"),
        Column("model", "str", "Speech model that answered.", "", "payload.speech_model_used"),
        Column("language", "str", "Language code.", "", "payload.language_code"),
        Column("engine", "str", "What made the transcript, with its quality when the embedded service did.", "", "payload.engine"),
        Column("options_hash", "str", "SHA-256 of the job's effective options as canonical JSON, hexadecimal.", "", "ledger"),
        Column("collected_at", "datetime64[us, UTC]", "When the result was stored here.", "", "ledger"),
    ),
)

WRITTEN = Table(
    "written",
    (
        _RECORDING_ID,
        Column("format", "str", "Name of the format."),
        Column("path", "str", "The file that was written."),
        Column("bytes", "int64", "Its size.", "bytes"),
        Column("sha256", "str", "SHA-256 of its bytes, hexadecimal."),
    ),
)

EVALUATION = Table(
    "evaluation",
    (
        Column("group", "str", "The recording_id, or the value of the manifest column, or 'all'."),
        Column("speaker", "str", "The reference's speaker; missing unless by speaker.", "", "reference"),
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
        Column("cpwer", "float64", "wer of each speaker's own words under the best naming of speakers; NaN where speakers are not known."),
        Column("der", "float64", "Diarisation error rate, without collar; NaN where the reference has no times or speakers."),
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

REVIEW_QUEUE = Table(
    "review_queue",
    (
        _RECORDING_ID,
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
        _RECORDING_ID,
        Column("speaker", "str", "Speaker label."),
        Column("n_turns", "int64", "Turns of the speaker; utterances of one speaker in a row are one turn."),
        Column("n_words", "int64", "Words of the speaker."),
        Column("talk_s", "float64", "Time the speaker speaks.", "s"),
        Column("talk_share", "float64", "talk_s as a share of everybody's."),
        Column("talk_listen_ratio", "float64", "talk_s / that of all others together; infinite when alone."),
        Column("words_per_minute", "float64", "Words per minute of talk_s.", "1/min"),
        Column("longest_turn_s", "float64", "Length of the longest turn.", "s"),
        Column("overlap_s", "float64", "Time the speaker speaks while somebody else does.", "s"),
        Column("interruptions", "int64", "Turns that the speaker takes while another speaks who stops first."),
        Column("response_s", "float64", "Median silence between another's turn and the speaker's; NaN when there is none.", "s"),
    ),
)

CONCORDANCE = Table(
    "concordance",
    (
        _RECORDING_ID,
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

LEVELS: dict[str, Table] = {
    table.name: table
    for table in (
        *(JOBS, EVENTS, TRANSCRIPTS, UTTERANCES, WORDS, SENTENCES, PARAGRAPHS),
        *(CHAPTERS, ENTITIES, SENTIMENTS, TOPICS, HIGHLIGHTS, CONTENT_SAFETY, LANGUAGES),
    )
}
