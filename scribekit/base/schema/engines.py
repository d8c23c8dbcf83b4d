"""The table of the models of the engines that run on this machine."""

from __future__ import annotations

from scribekit.base.schema.table import Column, Table

MODELS = Table(
    "models",
    (
        Column("model", "str", "The name, for sk.get_model and for model= of sk.local_service."),
        Column("engine", "str", "The recogniser that it is for; voices for telling speakers apart."),
        Column("is_here", "bool", "It was fetched, and is whole."),
        Column("megabytes", "int64", "What it takes on the disk."),
        Column("memory_mb", "Int64", "What a process takes in memory; missing where it was not measured."),
        Column("real_time", "float64", "How many times faster than real time it is on one core; missing where it was not measured."),
        Column(
            "word_error_rate_low",
            "float64",
            "The least share of wrong words on human speech in English; missing where it was not measured.",
        ),
        Column("word_error_rate_high", "float64", "The most; missing where it was not measured."),
        Column("licence", "str", "The licence of its weights."),
        Column("path", "str", "Its folder; missing where it is not here."),
        Column("problem", "str", "Why it is not whole; missing where it is, or is not here."),
    ),
)
