"""The answers of speech understanding: summaries, action items, and every value of every task. Pure.

Values are read one by one, as in ``features``. ``values`` has each of them, also those of tasks and keys that nobody knows yet, so a value
that the tables of summaries and action items have no column for is never lost.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from scribekit.base import contract

Raw = dict[str, Any]
Row = dict[str, Any]

SEGMENT, RECORDING = "segment", "recording"
_REQUEST, _RESPONSE = "request", "response"


def summaries(understanding: Any) -> Iterator[Row]:
    """Yield the rows of ``schema.SUMMARIES``: one for each paragraph and for each bullet.

    Args:
        understanding: What the payload has under ``speech_understanding``.
    """
    answer = _answer(understanding, "summarization")
    common = {name: as_written(answer.get(name)) for name in ("summary_type", "effort", "status")}
    for index, part in enumerate(_items(answer.get("summary"))):
        raw = part if isinstance(part, dict) else {"text": part}
        start, end = (contract.as_possible_milliseconds(raw.get(name)) for name in ("start", "end"))
        own = common | {
            "summary_index": index,
            "scope": SEGMENT,
            "start_ms": start,
            "end_ms": end,
            "headline": as_written(raw.get("headline")),
        }
        bullets = _items(raw.get("bullets"))
        if raw.get("text") is not None or not bullets:
            yield own | {"text": as_written(raw.get("text"))}
        for position, bullet in enumerate(bullets):
            yield own | {"bullet_index": position, "text": as_written(bullet)}
    for block in _items(answer.get("block_summary")):
        yield common | {"scope": RECORDING, "text": as_written(block)}


def action_items(understanding: Any) -> Iterator[Row]:
    """Yield the rows of ``schema.ACTION_ITEMS``.

    Args:
        understanding: What the payload has under ``speech_understanding``.
    """
    answer = _answer(understanding, "action_items")
    common = {name: as_written(answer.get(name)) for name in ("effort", "status")}
    for item in _items(answer.get("items")):
        raw = item if isinstance(item, dict) else {"action_item": item}
        own = {name: as_written(raw.get(name)) for name in ("action_item", "quote")}
        yield common | own | {"start_ms": contract.as_possible_milliseconds(raw.get("timestamp"))}


def values(understanding: Any) -> Iterator[Row]:
    """Yield the rows of ``schema.UNDERSTANDING``: one for each value that is not null, of all tasks, except what was asked for.

    Args:
        understanding: What the payload has under ``speech_understanding``.

    Example:
        >>> answer = {"response": {"speaker_identification": {"status": "success", "mapping": {"A": "Ana"}}}}
        >>> [(row["task"], row["key"], row["path"], row["value"]) for row in values(answer)]
        [('speaker_identification', 'status', None, 'success'), ('speaker_identification', 'mapping', 'A', 'Ana')]
    """
    for name, part in understanding.items() if isinstance(understanding, dict) else ():
        if name == _REQUEST:
            continue
        for steps, value in _leaves(part, () if name == _RESPONSE else ("", name)):
            task, key = (*steps, "", "")[:2]
            yield {"task": task or None, "key": key or None, "path": _path(steps[2:]), "value": as_written(value)}


def as_written(value: Any) -> str | None:
    """Return a value as text: a text as it is, anything else as JSON; None for null.

    Example:
        >>> as_written("so"), as_written([1, True]), as_written(None)
        ('so', '[1,true]', None)
    """
    return value if value is None or isinstance(value, str) else msgspec.json.encode(value).decode()


def _answer(understanding: Any, task: str) -> Raw:
    response = understanding.get(_RESPONSE) if isinstance(understanding, dict) else None
    answer = response.get(task) if isinstance(response, dict) else None
    return answer if isinstance(answer, dict) else {}


def _items(value: Any) -> list[Any]:
    """Return a list of what is not null; a single value is a list of one."""
    return [item for item in (value if isinstance(value, list) else [value]) if item is not None]


def _leaves(value: Any, steps: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Yield every value in a value that is neither an object nor a list nor null, with the keys and positions that lead to it."""
    if isinstance(value, (dict, list)):
        inner = value.items() if isinstance(value, dict) else ((f"[{index}]", item) for index, item in enumerate(value))
        for step, item in inner:
            yield from _leaves(item, (*steps, step))
    elif value is not None:
        yield steps, value


def _path(steps: tuple[str, ...]) -> str | None:
    return ".".join(steps).replace(".[", "[") if steps else None
