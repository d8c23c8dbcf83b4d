"""The service's results beside the words: chapters, entities, topics, languages, answers of speech understanding and so on. Pure.

A feature that was off is an empty table, whether the payload says null, ``{}``, "unavailable" or nothing. Values are read one by one:
unknown labels are kept, and a missing or odd value is missing in its own cell only.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from scribekit.base import contract, schema
from scribekit.base.schema import Table
from scribekit.transcripts.frames import understanding
from scribekit.transcripts.frames.understanding import RECORDING, SEGMENT

Raw = dict[str, Any]
Row = dict[str, Any]

CODE_SWITCHING = "code switching"


class Feature:
    """One feature: its table, the keys of the payload that it reads, and the rows of their values."""

    def __init__(self, table: Table, keys: tuple[str, ...], rows: Callable[[Raw], Iterator[Row]]) -> None:
        self.table = table
        self.keys = keys
        self._rows = rows

    def rows(self, payload: Any) -> list[Row]:
        """Return the rows of one payload, from an object that has its keys as attributes."""
        return list(self._rows({key: getattr(payload, key) for key in self.keys}))


def _objects(value: Any) -> list[Raw]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _object(value: Any) -> Raw:
    return value if isinstance(value, dict) else {}


def _results(value: Any) -> list[Raw]:
    return _objects(_object(value).get("results"))


def _times(value: Any) -> Row:
    span = _object(value)
    return {f"{name}_ms": contract.as_possible_milliseconds(span.get(name)) for name in ("start", "end")}


def _texts(raw: Raw, *names: str) -> Row:
    return {name: contract.as_text(raw.get(name)) for name in names}


def _chapters(payload: Raw) -> Iterator[Row]:
    for raw in _objects(payload["chapters"]):
        yield _times(raw) | _texts(raw, "gist", "headline", "summary")


def _entities(payload: Raw) -> Iterator[Row]:
    for raw in _objects(payload["entities"]):
        yield _times(raw) | _texts(raw, "entity_type", "text")


def _sentiments(payload: Raw) -> Iterator[Row]:
    for raw in _objects(payload["sentiment_analysis_results"]):
        confidence = contract.as_confidence(raw.get("confidence"))
        yield _times(raw) | _texts(raw, "sentiment", "speaker", "channel", "text") | {"confidence": confidence}


def _topics(payload: Raw) -> Iterator[Row]:
    found = payload["iab_categories_result"]
    for index, raw in enumerate(_results(found)):
        segment = {"topic_index": index, "scope": SEGMENT} | _times(raw.get("timestamp")) | _texts(raw, "text")
        for label in _objects(raw.get("labels")) or [{}]:
            yield segment | _texts(label, "label") | {"relevance": contract.as_number(label.get("relevance"))}
    for name, relevance in _object(_object(found).get("summary")).items():
        yield {"topic_index": None, "scope": RECORDING, "label": name, "relevance": contract.as_number(relevance)}


def _highlights(payload: Raw) -> Iterator[Row]:
    for index, raw in enumerate(_results(payload["auto_highlights_result"])):
        highlight = {
            "highlight_index": index,
            "rank": contract.as_number(raw.get("rank")),
            "count": contract.as_whole_number(raw.get("count")),
        }
        for timestamp in _objects(raw.get("timestamps")) or [{}]:
            yield highlight | _texts(raw, "text") | _times(timestamp)


def _content_safety(payload: Raw) -> Iterator[Row]:
    found = _object(payload["content_safety_labels"])
    for index, raw in enumerate(_results(found)):
        segment = {"segment_index": index, "scope": SEGMENT} | _times(raw.get("timestamp")) | _texts(raw, "text")
        segment |= {name: contract.as_whole_number(raw.get(name)) for name in ("sentences_idx_start", "sentences_idx_end")}
        for label in _objects(raw.get("labels")) or [{}]:
            measures = {
                "confidence": contract.as_confidence(label.get("confidence")),
                "severity": contract.as_number(label.get("severity")),
            }
            yield segment | _texts(label, "label") | measures
    summary, severities = _object(found.get("summary")), _object(found.get("severity_score_summary"))
    for name in dict.fromkeys([*summary, *severities]):
        shares = _object(severities.get(name))
        severity = {f"severity_{level}": contract.as_number(shares.get(level)) for level in ("low", "medium", "high")}
        row = {"segment_index": None, "scope": RECORDING, "label": name, "confidence": contract.as_confidence(summary.get(name))}
        yield row | severity


def _languages(payload: Raw) -> Iterator[Row]:
    main = contract.as_text(payload["language_code"])
    if main is not None:
        yield {"language": main, "confidence": contract.as_confidence(payload["language_confidence"]), "scope": RECORDING}
    for raw in _objects(_object(payload["language_detection_results"]).get("code_switching_languages")):
        language = contract.as_text(raw.get("language") or raw.get("language_code"))
        yield {"language": language, "confidence": contract.as_confidence(raw.get("confidence")), "scope": CODE_SWITCHING}


_UNDERSTANDING = "speech_understanding"

FEATURES: dict[str, Feature] = {
    feature.table.name: feature
    for feature in (
        Feature(schema.CHAPTERS, ("chapters",), _chapters),
        Feature(schema.ENTITIES, ("entities",), _entities),
        Feature(schema.SENTIMENTS, ("sentiment_analysis_results",), _sentiments),
        Feature(schema.TOPICS, ("iab_categories_result",), _topics),
        Feature(schema.HIGHLIGHTS, ("auto_highlights_result",), _highlights),
        Feature(schema.CONTENT_SAFETY, ("content_safety_labels",), _content_safety),
        Feature(schema.LANGUAGES, ("language_code", "language_confidence", "language_detection_results"), _languages),
        Feature(schema.SUMMARIES, (_UNDERSTANDING,), lambda payload: understanding.summaries(payload[_UNDERSTANDING])),
        Feature(schema.ACTION_ITEMS, (_UNDERSTANDING,), lambda payload: understanding.action_items(payload[_UNDERSTANDING])),
        Feature(schema.UNDERSTANDING, (_UNDERSTANDING,), lambda payload: understanding.values(payload[_UNDERSTANDING])),
    )
}
