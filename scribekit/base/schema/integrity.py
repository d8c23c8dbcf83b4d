"""The table of what is whole and what is damaged in a corpus."""

from __future__ import annotations

from scribekit.base.schema.table import RECORDING_ID, Column, Table

INTEGRITY = Table(
    "integrity",
    (
        Column("what", "str", "ledger, transcript, edits, manifest, table, catalogue, search index or peaks."),
        RECORDING_ID,
        Column("file", "str", "The file, relative to the corpus folder."),
        Column(
            "state",
            "str",
            "whole, damaged, missing, repaired, or 'to be fetched': sk.collect fetches the transcript again, which costs nothing.",
        ),
        Column("problem", "str", "What is wrong; missing where nothing is."),
        Column("advice", "str", "What to do; missing where there is nothing to do."),
    ),
)
