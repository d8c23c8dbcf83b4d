"""The tables of a plan: what a batch is expected to take, recording by recording and as a whole, and what it then took."""

from __future__ import annotations

from scribekit.base.schema.table import RECORDING_ID, Column, Table

PLAN = Table(
    "plan",
    (
        Column("speech_models", "str", "Models asked for, the first choice first; as rows say where they differ."),
        Column("concurrent_jobs", "Int64", "Jobs that the account may have in processing."),
        Column("in_flight", "Int64", "Jobs at the service at once, those that queue for a slot included."),
        Column("upload_mbps", "float64", "Upload bandwidth; NaN when it is not limited, or not known.", "Mbit/s"),
        Column("budget_usd", "float64", "The most that may be spent; NaN without a budget.", "USD"),
        Column("recordings", "Int64", "Rows of the manifest."),
        Column("jobs", "Int64", "Recordings that are sent."),
        Column("refused", "Int64", "Rows that cannot be sent (a problem, or a bad option), duplicates not counted."),
        Column("duplicates", "Int64", "Rows that share the job of another row."),
        Column("in_corpus", "Int64", "Rows that the corpus (``corpus=``) has with these options already: they are not sent again."),
        Column("held", "Int64", "Recordings that the budget holds back."),
        Column("unknown_duration", "Int64", "Jobs of unknown length: reckoned with an assumed one (see note)."),
        Column("audio_hours", "float64", "Audio of the jobs, assumed lengths included.", "h"),
        Column("upload_bytes", "Int64", "Bytes to upload.", "bytes"),
        Column("requests", "Int64", "HTTP requests: uploads, submissions, looks at the list and fetches."),
        Column("wall_s_50", "float64", "Time to the last transcript at home: as likely shorter as longer.", "s", "simulation"),
        Column("wall_s_90", "float64", "The same, kept in nine of ten cases.", "s", "simulation"),
        Column("bottleneck", "str", "The stage that alone would need the longest (see Plan.stages)."),
        Column("usd", "float64", "Cost at the first model named, known lengths only (estimate_cost); NaN: no rate.", "USD", "rate card"),
        Column("assumed_usd", "float64", "Cost of the recordings of unknown length, at the assumed one; NaN: no rate.", "USD", "rate card"),
        Column("storage_bytes", "Int64", "Disk space of the corpus.", "bytes"),
        Column("note", "str", "What the reader must know: no rate, assumed lengths, unknown bandwidth, date of the rate card."),
    ),
)

PLANNED = Table(
    "planned",
    (
        RECORDING_ID,
        Column("status", "str", "planned, held (by the budget), in corpus, refused or duplicate."),
        Column("duration_s", "float64", "Length of the audio, or the assumed one.", "s"),
        Column("assumed", "bool", "The length is assumed."),
        Column("upload_bytes", "Int64", "Bytes to upload; 0 for a link.", "bytes"),
        Column("processing_s", "float64", "Expected time in processing at the service, waiting not included.", "s"),
        Column("ready_s", "float64", "Expected time from the start of the batch to the transcript at home.", "s", "simulation"),
        Column("usd", "float64", "Cost at the first model named; 0 for what is not sent, NaN: no rate.", "USD", "rate card"),
    ),
)

STAGES = Table(
    "stages",
    (
        Column("stage", "str", "upload, slots, longest recording, request window, polling or this computer."),
        Column("alone_s", "float64", "How long the batch would take if only this stage took time.", "s"),
        Column("share", "float64", "alone_s as a share of the planned time (50 %)."),
        Column("meaning", "str", "What it is, and what would shorten it."),
    ),
)

COMPARISON = Table(
    "comparison",
    (
        Column("measure", "str", "What is compared."),
        Column("planned", "float64", "What the plan says: at 50 % for times."),
        Column("planned_90", "float64", "What it says at 90 %; NaN where there is no band."),
        Column("actual", "float64", "What the ledger says happened.", "", "ledger"),
        Column("ratio", "float64", "actual / planned; NaN where nothing was planned."),
        Column("unit", "str", "Unit of the figures."),
        Column("note", "str", "How to read the row."),
    ),
)
