"""The tables of planning: expected time and cost of a batch and of each recording, and the comparison with what happened."""

from __future__ import annotations

from scribekit.base.schema.table import RECORDING_ID, Column, Table

PLAN = Table(
    "plan",
    (
        Column(
            "speech_models", "str", "Requested models, first choice first; the models of different rows are separated by a vertical bar."
        ),
        Column("concurrent_jobs", "Int64", "Jobs that the account can have in processing at once."),
        Column("in_flight", "Int64", "Jobs at the service at once, including those that wait for a slot."),
        Column("upload_mbps", "float64", "Upload bandwidth; NaN when it is unlimited or unknown.", "Mbit/s"),
        Column("budget_usd", "float64", "The budget; NaN without one.", "USD"),
        Column("recordings", "Int64", "Rows of the manifest."),
        Column("jobs", "Int64", "Recordings that will be sent."),
        Column("refused", "Int64", "Rows that cannot be sent (a problem, or an invalid option), without duplicates."),
        Column("duplicates", "Int64", "Rows that share the job of another row."),
        Column("in_corpus", "Int64", "Rows that are already in the corpus (``corpus=``) with these options; they are not sent again."),
        Column("held", "Int64", "Recordings that the budget holds back."),
        Column("unknown_duration", "Int64", "Jobs of unknown length; the plan uses an assumed length (see note)."),
        Column("audio_hours", "float64", "Audio of the jobs, including assumed lengths.", "h"),
        Column("upload_bytes", "Int64", "Bytes to upload.", "bytes"),
        Column("requests", "Int64", "HTTP requests: uploads, submissions, polls of the list and downloads of transcripts."),
        Column("wall_s_50", "float64", "Median time until the last transcript is stored: shorter in half of the cases.", "s", "simulation"),
        Column("wall_s_90", "float64", "Time until the last transcript is stored: shorter in nine of ten cases.", "s", "simulation"),
        Column("bottleneck", "str", "The stage that would take longest if it were the only one (see Plan.stages)."),
        Column(
            "usd",
            "float64",
            "Cost with the first model, for known lengths only (estimate_cost); NaN without a known rate.",
            "USD",
            "rate card",
        ),
        Column(
            "assumed_usd",
            "float64",
            "Cost of the recordings of unknown length, with the assumed length; NaN without a known rate.",
            "USD",
            "rate card",
        ),
        Column(
            "usd_without_budget",
            "float64",
            "Cost of all recordings that can be sent, with those that the budget holds back and those of assumed length; NaN without a "
            "known rate.",
            "USD",
            "rate card",
        ),
        Column("storage_bytes", "Int64", "Disk space of the corpus.", "bytes"),
        Column("note", "str", "Limits of the plan: no rate, assumed lengths, unknown bandwidth, date of the rate card."),
    ),
)

PLANNED = Table(
    "planned",
    (
        RECORDING_ID,
        Column("status", "str", "planned, held (by the budget), in corpus, refused or duplicate."),
        Column("duration_s", "float64", "Length of the audio, or the assumed length.", "s"),
        Column("assumed", "bool", "Whether the length is assumed."),
        Column("upload_bytes", "Int64", "Bytes to upload; 0 for a URL.", "bytes"),
        Column("processing_s", "float64", "Expected processing time at the service, without waiting.", "s"),
        Column("ready_s", "float64", "Expected time from the start of the batch until the transcript is stored.", "s", "simulation"),
        Column(
            "usd", "float64", "Cost with the first model; 0 for recordings that are not sent; NaN without a known rate.", "USD", "rate card"
        ),
    ),
)

STAGES = Table(
    "stages",
    (
        Column("stage", "str", "upload, slots, longest recording, request window, polling or this computer."),
        Column("alone_s", "float64", "Duration of the batch if only this stage took time.", "s"),
        Column("share", "float64", "alone_s as a share of the planned time (50 %)."),
        Column("meaning", "str", "What the stage is, and what would make it shorter."),
    ),
)

COMPARISON = Table(
    "comparison",
    (
        Column("measure", "str", "The figure that is compared."),
        Column("planned", "float64", "Planned figure; for times, the median."),
        Column("planned_90", "float64", "Planned figure that is kept in nine of ten cases; NaN for figures without a range."),
        Column("actual", "float64", "Actual figure.", "", "ledger"),
        Column("ratio", "float64", "actual / planned; NaN when planned is 0 or missing."),
        Column("unit", "str", "Unit of the figures."),
        Column("note", "str", "How to read the row."),
    ),
)
