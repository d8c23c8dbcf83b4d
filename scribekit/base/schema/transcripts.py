"""The tables of transcripts: the levels of text, the features that the service found, and the provenance."""

from __future__ import annotations

from dataclasses import replace

from scribekit.base.schema.table import RECORDING_ID, Column, Table

_IAB = "payload.iab_categories_result"
_HIGHLIGHTS = "payload.auto_highlights_result.results"
_SAFETY = "payload.content_safety_labels"
_TURN = "payload.utterances[]"
_ANSWERS = "payload.speech_understanding.response"
_SUMMARY, _ACTIONS = f"{_ANSWERS}.summarization", f"{_ANSWERS}.action_items"


def _unredacted(table: Table) -> tuple[Column, ...]:
    """Return the columns of a table for the texts without masks, which people do not edit."""
    return tuple(
        replace(column, source=column.source.replace("payload.", "payload.unredacted_"))
        for column in table.columns
        if column.name != "edited"
    )


TRANSCRIPTS = Table(
    "transcripts",
    (
        RECORDING_ID,
        Column("transcript_id", "str", "The service's id.", "", "payload.id"),
        Column("text", "str", "The whole text; empty without speech.", "", "payload.text"),
        Column("confidence", "float64", "Mean confidence of the words, 0 to 1.", "", "payload.confidence"),
        Column("audio_duration_s", "float64", "Length of the audio as the service measured it.", "s", "payload.audio_duration"),
        Column("audio_channels", "Int64", "Number of channels; missing when the service does not report it.", "", "payload.audio_channels"),
        Column("language", "str", "Language code.", "", "payload.language_code"),
        Column("model", "str", "Speech model that was used.", "", "payload.speech_model_used"),
        Column("summary", "str", "Summary of the recording; missing when it was not requested.", "", "payload.summary"),
        Column("domain", "str", "Domain that was asked for, such as medical-v1; missing without one.", "", "payload.domain"),
        Column("domain_used", "str", "Domain whose terms were applied; missing without one.", "", "payload.metadata.domain_used"),
        Column("warnings", "str", "What the service warned of, one per line; missing without warnings.", "", "payload.metadata.warnings[]"),
        Column("n_words", "int64", "Number of words.", "", "payload.words"),
        Column("n_speakers", "int64", "Number of different speakers; 0 without speaker labels.", "", "payload.utterances or words"),
        Column("engine", "str", "What made the transcript; with its quality when it was the embedded service.", "", "payload.engine"),
        Column("edited", "bool", "Whether a person changed the transcript.", "", "journal"),
    ),
)

UTTERANCES = Table(
    "utterances",
    (
        RECORDING_ID,
        Column("utterance_index", "int64", "Position within the recording, from 0."),
        Column("speaker", "str", "Speaker label; missing without speaker labels.", "", "payload.utterances[].speaker"),
        Column("channel", "str", "Channel, from '1'; only for multichannel.", "", "payload.utterances[].channel"),
        Column("start_ms", "int64", "Start of the utterance.", "ms", "payload.utterances[].start"),
        Column("end_ms", "int64", "End of the utterance.", "ms", "payload.utterances[].end"),
        Column("text", "str", "What was said.", "", "payload.utterances[].text"),
        Column("confidence", "float64", "Confidence, 0 to 1.", "", "payload.utterances[].confidence"),
        Column("n_words", "int64", "Number of words.", "", "payload.utterances[].words"),
        Column("time_source", "str", "service, or repaired (an impossible time was corrected)."),
        Column("edited", "bool", "Whether a person changed its speaker, text, start or end.", "", "journal"),
    ),
)

WORDS = Table(
    "words",
    (
        RECORDING_ID,
        Column("word_index", "int64", "Position within the recording, from 0."),
        Column("utterance_index", "Int64", "Index of the utterance that contains the word; missing without utterances."),
        Column("speaker", "str", "Speaker label; missing without speaker labels.", "", "payload.words[].speaker"),
        Column("channel", "str", "Channel, from '1'; only for multichannel.", "", "payload.words[].channel"),
        Column("start_ms", "int64", "Start of the word.", "ms", "payload.words[].start"),
        Column("end_ms", "int64", "End of the word.", "ms", "payload.words[].end"),
        Column("text", "str", "The word, as written in the transcript.", "", "payload.words[].text"),
        Column("confidence", "float64", "Confidence, 0 to 1; missing where a person typed the word.", "", "payload.words[].confidence"),
        Column(
            "time_source",
            "str",
            "Source of start_ms and end_ms: service, repaired (the payload's are missing or impossible), or edited (by alignment).",
            "",
            "frames.times",
        ),
        Column("edited", "bool", "Whether a person changed its text or speaker.", "", "journal"),
    ),
)

SENTENCES = Table(
    "sentences",
    (
        RECORDING_ID,
        Column("sentence_index", "int64", "Position within the recording, from 0."),
        Column("speaker", "str", "Speaker label; missing without speaker labels.", "", "payload.words[].speaker"),
        Column("channel", "str", "Channel, from '1'; only for multichannel.", "", "payload.words[].channel"),
        Column("start_ms", "int64", "Start of the first word.", "ms", "words.start_ms"),
        Column("end_ms", "int64", "End of the last word.", "ms", "words.end_ms"),
        Column("text", "str", "The words as running text: with spaces, except within scripts that have none.", "", "payload.words[].text"),
        Column("confidence", "float64", "Mean confidence of the words that have one, 0 to 1.", "", "payload.words[].confidence"),
        Column("n_words", "int64", "Number of words.", "", "payload.words"),
        Column("edited", "bool", "Whether a person changed any of its words.", "", "journal"),
    ),
)

PARAGRAPHS = Table(
    "paragraphs",
    (
        RECORDING_ID,
        Column("paragraph_index", "int64", "Position within the recording, from 0."),
        Column("speaker", "str", "Speaker label; missing without speaker labels.", "", "payload.words[].speaker"),
        Column("channel", "str", "Channel, from '1'; only for multichannel.", "", "payload.words[].channel"),
        Column("start_ms", "int64", "Start of the first word.", "ms", "words.start_ms"),
        Column("end_ms", "int64", "End of the last word.", "ms", "words.end_ms"),
        Column("text", "str", "The words as running text: with spaces, except within scripts that have none.", "", "payload.words[].text"),
        Column("confidence", "float64", "Mean confidence of the words that have one, 0 to 1.", "", "payload.words[].confidence"),
        Column("n_words", "int64", "Number of words.", "", "payload.words"),
        Column("n_sentences", "int64", "Number of sentences.", "", "sentences"),
        Column("edited", "bool", "Whether a person changed any of its words.", "", "journal"),
    ),
)

CHAPTERS = Table(
    "chapters",
    (
        RECORDING_ID,
        Column("chapter_index", "int64", "Position within the recording, from 0."),
        Column("start_ms", "Int64", "Start; missing when the service reports none.", "ms", "payload.chapters[].start"),
        Column("end_ms", "Int64", "End; missing when the service reports none.", "ms", "payload.chapters[].end"),
        Column("gist", "str", "The chapter in a few words.", "", "payload.chapters[].gist"),
        Column("headline", "str", "The chapter in one sentence.", "", "payload.chapters[].headline"),
        Column("summary", "str", "The chapter in a paragraph.", "", "payload.chapters[].summary"),
    ),
)

ENTITIES = Table(
    "entities",
    (
        RECORDING_ID,
        Column("entity_index", "int64", "Position within the recording, from 0."),
        Column("start_ms", "Int64", "Start; missing when the service reports none.", "ms", "payload.entities[].start"),
        Column("end_ms", "Int64", "End; missing when the service reports none.", "ms", "payload.entities[].end"),
        Column(
            "entity_type",
            "str",
            "Type: person_name, location, date and so on; the service adds new types.",
            "",
            "payload.entities[].entity_type",
        ),
        Column("text", "str", "The entity, as written in the transcript as received.", "", "payload.entities[].text"),
    ),
)

SENTIMENTS = Table(
    "sentiments",
    (
        RECORDING_ID,
        Column("sentiment_index", "int64", "Position within the recording, from 0."),
        Column(
            "speaker",
            "str",
            "Current speaker of most of its words; missing without speaker labels.",
            "",
            "payload.sentiment_analysis_results[].speaker",
        ),
        Column("channel", "str", "Channel, from '1'; only for multichannel.", "", "payload.sentiment_analysis_results[].channel"),
        Column("start_ms", "Int64", "Start; missing when the service reports none.", "ms", "payload.sentiment_analysis_results[].start"),
        Column("end_ms", "Int64", "End; missing when the service reports none.", "ms", "payload.sentiment_analysis_results[].end"),
        Column("text", "str", "The classified sentence, as received.", "", "payload.sentiment_analysis_results[].text"),
        Column("sentiment", "str", "POSITIVE, NEUTRAL or NEGATIVE.", "", "payload.sentiment_analysis_results[].sentiment"),
        Column("confidence", "float64", "Confidence, 0 to 1.", "", "payload.sentiment_analysis_results[].confidence"),
    ),
)

TOPICS = Table(
    "topics",
    (
        RECORDING_ID,
        Column("topic_index", "Int64", "Position of the segment, from 0; missing for the whole recording.", "", _IAB),
        Column("scope", "str", "segment (a label of one segment) or recording (a label of the whole recording).", "", _IAB),
        Column(
            "start_ms",
            "Int64",
            "Start; missing when the service reports none.",
            "ms",
            "payload.iab_categories_result.results[].timestamp.start",
        ),
        Column(
            "end_ms", "Int64", "End; missing when the service reports none.", "ms", "payload.iab_categories_result.results[].timestamp.end"
        ),
        Column("text", "str", "Text of the segment; missing for the whole recording.", "", f"{_IAB}.results[].text"),
        Column("label", "str", "IAB category, from general to specific: 'A>B>C'.", "", f"{_IAB}.results[].labels[].label or summary"),
        Column("relevance", "float64", "Relevance of the category, 0 to 1.", "", f"{_IAB}.results[].labels[].relevance or summary"),
    ),
)

HIGHLIGHTS = Table(
    "highlights",
    (
        RECORDING_ID,
        Column(
            "highlight_index", "int64", "Position of the phrase, from 0; a phrase has a row for each time it was said.", "", _HIGHLIGHTS
        ),
        Column("text", "str", "The phrase, as received.", "", f"{_HIGHLIGHTS}[].text"),
        Column("rank", "float64", "Importance of the phrase in the recording, 0 to 1; may be missing.", "", f"{_HIGHLIGHTS}[].rank"),
        Column("count", "Int64", "Number of times the phrase was said, as the service reports.", "", f"{_HIGHLIGHTS}[].count"),
        Column("start_ms", "Int64", "Start; missing when the service reports none.", "ms", f"{_HIGHLIGHTS}[].timestamps[].start"),
        Column("end_ms", "Int64", "End; missing when the service reports none.", "ms", f"{_HIGHLIGHTS}[].timestamps[].end"),
    ),
)

CONTENT_SAFETY = Table(
    "content_safety",
    (
        RECORDING_ID,
        Column("segment_index", "Int64", "Position of the segment, from 0; missing for the whole recording.", "", _SAFETY),
        Column("scope", "str", "segment (a label of one segment) or recording (a label of the whole recording).", "", _SAFETY),
        Column(
            "start_ms",
            "Int64",
            "Start; missing when the service reports none.",
            "ms",
            "payload.content_safety_labels.results[].timestamp.start",
        ),
        Column(
            "end_ms", "Int64", "End; missing when the service reports none.", "ms", "payload.content_safety_labels.results[].timestamp.end"
        ),
        Column(
            "sentences_idx_start", "Int64", "Index of the first sentence of the segment, as the service counts.", "", f"{_SAFETY}.results[]"
        ),
        Column(
            "sentences_idx_end", "Int64", "Index of the last sentence of the segment, as the service counts.", "", f"{_SAFETY}.results[]"
        ),
        Column("text", "str", "Text of the segment; missing for the whole recording.", "", f"{_SAFETY}.results[].text"),
        Column(
            "label",
            "str",
            "Sensitive topic: alcohol, weapons and so on; the service adds new labels.",
            "",
            f"{_SAFETY}.results[].labels[].label or summary",
        ),
        Column("confidence", "float64", "Confidence, 0 to 1.", "", f"{_SAFETY}.results[].labels[].confidence or summary"),
        Column("severity", "float64", "Severity of the segment, 0 to 1.", "", f"{_SAFETY}.results[].labels[].severity"),
        Column("severity_low", "float64", "Probability of low severity, for the whole recording.", "", f"{_SAFETY}.severity_score_summary"),
        Column(
            "severity_medium",
            "float64",
            "Probability of medium severity, for the whole recording.",
            "",
            f"{_SAFETY}.severity_score_summary",
        ),
        Column(
            "severity_high",
            "float64",
            "Probability of high severity, for the whole recording.",
            "",
            f"{_SAFETY}.severity_score_summary",
        ),
    ),
)

LANGUAGES = Table(
    "languages",
    (
        RECORDING_ID,
        Column("language_index", "int64", "Position within the recording, from 0."),
        Column("language", "str", "Language code.", "", "payload.language_code or language_detection_results.code_switching_languages[]"),
        Column(
            "confidence",
            "float64",
            "Confidence of the detection, 0 to 1; missing when the language was given.",
            "",
            "payload.language_confidence",
        ),
        Column(
            "scope", "str", "recording (the language of the transcript) or code switching (one of several spoken languages).", "", "payload"
        ),
    ),
)

TRANSLATIONS = Table(
    "translations",
    (
        RECORDING_ID,
        Column("translation_index", "int64", "Position within the recording, from 0."),
        Column("scope", "str", "recording (the whole text) or utterance (one utterance).", "", "payload"),
        Column("language", "str", "Language of the translation.", "", "key of translated_texts"),
        Column("utterance_index", "Int64", "Index of the utterance in the transcript as received; missing for the whole text."),
        Column("speaker", "str", "Current speaker of most words of the utterance; missing for the whole text.", "", f"{_TURN}.speaker"),
        Column("channel", "str", "Channel, from '1'; only for multichannel.", "", f"{_TURN}.channel"),
        Column("start_ms", "Int64", "Start of the utterance; missing for the whole text.", "ms", f"{_TURN}.start"),
        Column("end_ms", "Int64", "End of the utterance; missing for the whole text.", "ms", f"{_TURN}.end"),
        Column("text", "str", "The translation, as received.", "", f"payload.translated_texts and {_TURN}.translated_texts"),
    ),
)

SUMMARIES = Table(
    "summaries",
    (
        RECORDING_ID,
        Column("summary_index", "Int64", "Position of the part, from 0; missing for the whole recording.", "", f"{_SUMMARY}.summary[]"),
        Column("scope", "str", "segment (the summary of one part) or recording (of the whole recording).", "", _SUMMARY),
        Column("start_ms", "Int64", "Start; missing when the service reports none.", "ms", f"{_SUMMARY}.summary[].start"),
        Column("end_ms", "Int64", "End; missing when the service reports none.", "ms", f"{_SUMMARY}.summary[].end"),
        Column("headline", "str", "The part in one sentence.", "", f"{_SUMMARY}.summary[].headline"),
        Column("bullet_index", "Int64", "Position of the bullet within the part, from 0; missing for a paragraph."),
        Column("text", "str", "The paragraph or the bullet.", "", f"{_SUMMARY}.summary[].text or bullets[]; block_summary"),
        Column("summary_type", "str", "paragraph or bullets.", "", f"{_SUMMARY}.summary_type"),
        Column("effort", "str", "low or medium.", "", f"{_SUMMARY}.effort"),
        Column("status", "str", "Status of the task, as the service reports it.", "", f"{_SUMMARY}.status"),
    ),
)

ACTION_ITEMS = Table(
    "action_items",
    (
        RECORDING_ID,
        Column("action_item_index", "int64", "Position within the recording, from 0."),
        Column("start_ms", "Int64", "When it was said; missing when the service reports no time.", "ms", f"{_ACTIONS}.items[].timestamp"),
        Column("action_item", "str", "What is to be done.", "", f"{_ACTIONS}.items[].action_item"),
        Column("quote", "str", "The words that it follows from, as received.", "", f"{_ACTIONS}.items[].quote"),
        Column("effort", "str", "low or medium.", "", f"{_ACTIONS}.effort"),
        Column("status", "str", "Status of the task, as the service reports it.", "", f"{_ACTIONS}.status"),
    ),
)

UNDERSTANDING = Table(
    "understanding",
    (
        RECORDING_ID,
        Column("value_index", "int64", "Position within the recording, from 0."),
        Column("task", "str", "Task of speech understanding: translation, speaker_identification and so on.", "", f"key of {_ANSWERS}"),
        Column("key", "str", "Part of the task's answer: status, mapping, formatted_text and so on.", "", f"key of {_ANSWERS}.<task>"),
        Column(
            "path",
            "str",
            "Where in that part: the label for the mapping of a speaker, [0].quote for an item; missing for a plain value.",
            "",
            f"keys beneath {_ANSWERS}.<task>",
        ),
        Column("value", "str", "The value: a text as it is, anything else as JSON writes it.", "", _ANSWERS),
    ),
)

UNREDACTED_TEXT = Table(
    "unredacted_text",
    (
        RECORDING_ID,
        Column("transcript_id", "str", "The service's id.", "", "payload.id"),
        Column("text", "str", "The whole text without masks.", "", "payload.unredacted_text"),
    ),
)

UNREDACTED_UTTERANCES = Table("unredacted_utterances", _unredacted(UTTERANCES))

UNREDACTED_WORDS = Table("unredacted_words", _unredacted(WORDS))

PROVENANCE = Table(
    "provenance",
    (
        RECORDING_ID,
        Column("transcript_id", "str", "The service's id.", "", "payload.id"),
        Column("model", "str", "Speech model that was used.", "", "payload.speech_model_used"),
        Column("language", "str", "Language code.", "", "payload.language_code"),
        Column("engine", "str", "What made the transcript; with its quality when it was the embedded service.", "", "payload.engine"),
        Column("options_hash", "str", "SHA-256 of the job's effective options as canonical JSON, hexadecimal.", "", "ledger"),
        Column("collected_at", "datetime64[us, UTC]", "When the transcript was stored in the corpus.", "", "ledger"),
    ),
)
