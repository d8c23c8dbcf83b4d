"""Where the review of a recording gets its sound from, and what it is measured against."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from scribekit.evaluation import Recording, evaluation_frame
from scribekit.manifest import is_url
from scribekit.references import Reference
from scribekit.sources import absence

MEASURES = ("der", "cpwer", "wer")


def rates(reference: Reference, words: pd.DataFrame) -> Mapping[str, float | None]:
    """How far words are from what was said; None where a measure cannot be taken.

    Args:
        reference: What was said.
        words: Rows of ``schema.WORDS`` of the recording.
    """
    row = evaluation_frame([Recording("all", reference, words)], by_speaker=False, normaliser="basic", seed=0).iloc[0]
    return {name: None if pd.isna(row[name]) else float(row[name]) for name in MEASURES}


def silence(source: Any) -> str | None:
    """Why a recording cannot be heard here."""
    if not isinstance(source, str):
        return "The manifest does not say where the recording lies, so there is no sound."
    if is_url(source):
        return "The recording lies at an address, so there is no sound here. Everything else works."
    is_absent = absence(source)
    return None if is_absent is None else f"{is_absent} Until then there is no sound; everything else works."
