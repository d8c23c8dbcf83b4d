"""The tables of a batch: what is to be sent, what it costs, and what became of it."""

from __future__ import annotations

from scribekit.base.schema.table import RECORDING_ID, Column, Table

_SOURCE = Column("source", "str", "Local path or http(s) URL of the audio.", source="manifest")

MANIFEST = Table(
    "manifest",
    (
        RECORDING_ID,
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
        RECORDING_ID,
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
        RECORDING_ID,
        Column("status", "str", "deleted, there (still at the service), or why it could not be deleted."),
        Column("deleted_at", "datetime64[us, UTC]", "When it was deleted at the service.", "", "ledger"),
    ),
)

WRITTEN = Table(
    "written",
    (
        RECORDING_ID,
        Column("format", "str", "Name of the format."),
        Column("path", "str", "The file that was written."),
        Column("bytes", "int64", "Its size.", "bytes"),
        Column("sha256", "str", "SHA-256 of its bytes, hexadecimal."),
    ),
)
