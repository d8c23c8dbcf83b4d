"""What was really said, in the shapes people keep it in: running text, ``A: words`` lines, lists of turns and JSON files of them."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from scribekit.base.errors import OptionError

_LABELLED = re.compile(r"^(?P<speaker>[^\s:][^:]{0,39}):\s+(?P<text>\S.*)$")


@dataclass(frozen=True)
class Turn:
    """One turn of a reference.

    Attributes:
        text: What was said.
        speaker: Who said it; None when the reference does not tell.
        start_ms: Start in milliseconds; None without times.
        end_ms: End in milliseconds; None without times.
    """

    text: str
    speaker: str | None = None
    start_ms: int | None = None
    end_ms: int | None = None


Reference = tuple[Turn, ...]


def as_reference(value: str | Sequence[Mapping[str, Any]]) -> Reference:
    """A reference from a text or from a list of turns.

    A text tells speakers when *every* line that is not blank starts with a label and a colon (``A: Good morning.``). A turn is a mapping
    with ``text`` and, where known, ``speaker`` and either ``start_ms`` and ``end_ms`` or ``start`` and ``end`` in seconds.

    Raises:
        OptionError: The value is neither, or a turn has no text.

    Example:
        >>> as_reference("A: Good morning.")
        (Turn(text='Good morning.', speaker='A', start_ms=None, end_ms=None),)
        >>> as_reference([{"speaker": "B", "text": "Hello.", "start": 0.5, "end": 1.25}])
        (Turn(text='Hello.', speaker='B', start_ms=500, end_ms=1250),)
    """
    if isinstance(value, str):
        return _from_text(value)
    turns = [turn for turn in value if isinstance(turn, Mapping)] if isinstance(value, Sequence) else []
    if isinstance(value, Sequence) and len(turns) == len(value):
        return tuple(_from_mapping(turn) for turn in turns)
    raise OptionError(f"A reference is a text or a list of turns like {{'speaker': 'A', 'text': '…'}}, not {type(value).__name__}.")


def from_file(content: str, name: str) -> Reference:
    """A reference from the content of a file: turns when it is named ``.json`` (a list, or an object with ``turns``), else text.

    Raises:
        OptionError: The file is named ``.json`` and does not hold turns.
    """
    if not name.lower().endswith(".json"):
        return as_reference(content)
    try:
        loaded = json.loads(content)
    except json.JSONDecodeError as error:
        raise OptionError(f"The reference {name!r} is not JSON: {error}.") from error
    turns = loaded.get("turns") if isinstance(loaded, dict) else loaded
    if not isinstance(turns, list):
        raise OptionError(f"The reference {name!r} holds neither a list of turns nor an object with 'turns'.")
    return as_reference(turns)


def _from_text(text: str) -> Reference:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    found = [_LABELLED.match(line) for line in lines]
    labelled = [match for match in found if match]
    if labelled and len(labelled) == len(lines):
        return tuple(Turn(match["text"], match["speaker"]) for match in labelled)
    return tuple(Turn(line) for line in lines)


def _from_mapping(turn: Mapping[str, Any]) -> Turn:
    if not isinstance(turn.get("text"), str):
        raise OptionError(f"A turn of a reference needs a 'text'; this one has {sorted(map(str, turn))}.")
    speaker = turn.get("speaker")
    return Turn(turn["text"], None if speaker is None else str(speaker), _milliseconds(turn, "start"), _milliseconds(turn, "end"))


def _milliseconds(turn: Mapping[str, Any], edge: str) -> int | None:
    if turn.get(f"{edge}_ms") is not None:
        return int(turn[f"{edge}_ms"])
    return None if turn.get(edge) is None else round(float(turn[edge]) * 1000)
