"""The tables of a batch: manifest, estimate, jobs, events, deletions and written files."""

from __future__ import annotations

from scribekit.base.schema.table import RECORDING_ID, Column, Table

MANIFEST = Table(
    "manifest",
    (
        RECORDING_ID,
        Column("source", "str", "Local path or http(s) URL of the audio.", source="manifest"),
        Column(
            "duration_s",
            "float64",
            "Length of the audio as far as it can be read, from the start of the picture; NaN when unknown (remote URLs are "
            "not downloaded).",
            "s",
            "probe",
        ),
        Column("size_bytes", "Int64", "Size of the file.", "bytes", "probe"),
        Column("channels", "Int64", "Number of audio channels.", "", "probe"),
        Column("sample_rate_hz", "Int64", "Sample rate.", "Hz", "probe"),
        Column("codec", "str", "Audio codec as FFmpeg names it.", "", "probe"),
        Column("sha256", "str", "SHA-256 of the file's bytes, hexadecimal; missing for URLs.", "", "probe"),
        Column("tracks", "Int64", "Number of tracks of sound in the file. A service transcribes one.", "", "probe"),
        Column("starts_at_s", "float64", "When the sound starts, after the start of the picture.", "s", "probe"),
        Column(
            "warning",
            "str",
            "What is odd about a recording that can be sent, as 'kind: sentence'; missing where nothing was seen.",
            "",
            "probe",
        ),
        Column("problem", "str", "Why the recording cannot be sent, as 'kind: sentence'; missing when it can.", "", "probe"),
    ),
)

ESTIMATE = Table(
    "estimate",
    (
        Column("model", "str", "Speech model."),
        Column("files", "Int64", "Recordings that can be sent (rows with a problem cost nothing)."),
        Column("hours", "float64", "Audio hours of the recordings whose length is known.", "h"),
        Column("base_usd", "float64", "Speech-to-text; for multichannel, per channel. NaN for a model without a known rate.", "USD"),
        Column(
            "addons_usd",
            "float64",
            "Requested features; charged once for the duration, not per channel. NaN when one has no known rate.",
            "USD",
        ),
        Column("total_usd", "float64", "base_usd + addons_usd.", "USD"),
        Column("unknown_duration", "Int64", "Recordings of unknown length, which are not in the figures."),
        Column(
            "note",
            "str",
            "Limits of the estimate: 'no rate' and why, features that the model does not offer, presumed prices, date of the rate card.",
        ),
    ),
)

JOBS = Table(
    "jobs",
    (
        RECORDING_ID,
        Column("source", "str", "Local path, or http(s) URL of the audio with its secrets masked.", source="manifest"),
        Column("status", "str", "planned, uploading, submitting, queued, processing, completed, error, or refused (never sent)."),
        Column("transcript_id", "str", "The service's id.", source="service"),
        Column("attempts", "Int64", "Number of times that a job was created at the service for this recording."),
        Column("error_kind", "str", "Short name of the error, to filter on; missing without an error."),
        Column("error", "str", "The error and what to do next, in one or two sentences."),
        Column("audio_duration_s", "float64", "Length of the audio as the service measured it.", "s", "service"),
        Column("warning", "str", "That the service's length differs by more than 2 % from the manifest's; missing where it does not."),
        Column("confidence", "float64", "Mean confidence of the words, 0 to 1.", "", "service"),
        Column("model", "str", "Speech model that answered (speech_model_used); not always the first of speech_models.", "", "service"),
        Column("language", "str", "Language code of the transcript.", "", "service"),
        Column("reserved_usd", "float64", "Estimated cost while the job is running; 0 before and after.", "USD", "ledger"),
        Column(
            "cost_usd",
            "float64",
            "Cost by the rate card; 0 for failed and shared jobs; NaN for unfinished jobs and without a known rate.",
            "USD",
        ),
        Column("submitted_at", "datetime64[us, UTC]", "When the job was created at the service.", "", "ledger"),
        Column("completed_at", "datetime64[us, UTC]", "When the transcript was stored in the corpus.", "", "ledger"),
    ),
)

EVENTS = Table(
    "events",
    (
        Column("at", "datetime64[us, UTC]", "When the event happened.", "", "ledger"),
        Column("recording_id", "str", "The recording of the job; missing for events of the whole batch."),
        Column("event", "str", "The event: uploaded, accepted, answer lost, found in the list, rate limited, completed and so on."),
        Column("state", "str", "State of the job after the event."),
        Column("job_key", "str", "Key of the job in the ledger."),
        Column("transcript_id", "str", "The service's id."),
        Column("detail", "str", "The error of a job that failed or of a stop; else figures, and what the service said, as JSON."),
    ),
)

DELETIONS = Table(
    "deletions",
    (
        Column("transcript_id", "str", "The service's id.", "", "service"),
        RECORDING_ID,
        Column(
            "status", "str", "deleted, there (still at the service), damaged here (kept there), or why the transcript could not be deleted."
        ),
        Column("deleted_at", "datetime64[us, UTC]", "When the transcript was deleted at the service.", "", "ledger"),
        Column("error", "str", "Why the transcript could not be deleted, and what to do next; missing when it was, or was not tried."),
    ),
)

SHEETS = Table(
    "sheets",
    (
        Column("sheet", "str", "Name of the sheet."),
        Column("level", "str", "Level of the table that it has; missing for a frame of your own."),
        Column("rows", "int64", "Rows of it, without the line of names."),
        Column("cut_cells", "int64", "Cells that were longer than Excel's 32,767 characters, and were cut."),
        Column("cleaned_cells", "int64", "Cells with control characters that Excel's files cannot have, which were left out."),
    ),
)

WRITTEN = Table(
    "written",
    (
        RECORDING_ID,
        Column("format", "str", "Name of the format."),
        Column("path", "str", "Path of the file that was written."),
        Column("bytes", "int64", "Size of the file.", "bytes"),
        Column("sha256", "str", "SHA-256 of the file's bytes, hexadecimal."),
    ),
)

REDACTED_AUDIO = Table(
    "redacted_audio",
    (
        RECORDING_ID,
        Column("status", "str", "written, there (the file was written before), not ready, gone, or failed."),
        Column("path", "str", "Path of the file; missing when there is none."),
        Column("bytes", "Int64", "Size of the file.", "bytes"),
        Column("error", "str", "Why there is no file, and what to do next; missing when there is one."),
    ),
)
