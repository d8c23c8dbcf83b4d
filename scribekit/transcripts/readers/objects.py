"""JSON: transcripts as AssemblyAI and other services write them, and lists of turns. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from scribekit.base import contract
from scribekit.base.text import join_words
from scribekit.transcripts import frames
from scribekit.transcripts.readers.turns import Found, Turn, milliseconds, session_of

_TEXTS = ("text", "words", "transcript", "body", "utf8")
_SPEAKERS = ("speaker", "speaker_id", "speakerLabel", "speaker_label", "name")
_STARTS = ("start", "start_time", "startTime", "begin")
_ENDS = ("end", "end_time", "endTime")
_LISTS = ("turns", "utterances", "segments", "chunks", "transcription", "monologues")


def read_object(content: bytes, text: str, recording: str | None) -> Found:
    """Return the turns of a JSON file.

    Raises:
        ValueError: It is not JSON, or nothing in it is known.
    """
    try:
        loaded = json.loads(text)
    except (json.JSONDecodeError, RecursionError) as cause:
        raise ValueError(f"it is not JSON: {cause}") from cause
    try:
        return _of_value(loaded, content, recording)
    except (LookupError, TypeError, AttributeError, OverflowError) as cause:
        raise ValueError("it is JSON in which a value is not what it should be") from cause


def _of_value(loaded: Any, content: bytes, recording: str | None) -> Found:
    if isinstance(loaded, Mapping) and "id" in loaded and "status" in loaded:
        return _of_payload(content)
    results = loaded.get("results") if isinstance(loaded, Mapping) else None
    if isinstance(results, Mapping):
        found = _of_channels(results)
        if found is not None:
            return found
    turns = loaded if isinstance(loaded, list) else _list_in(loaded)
    if turns is not None:
        return Found(tuple(turn for turn in (_turn(one) for one in _of_recording(turns, recording)) if turn is not None))
    if isinstance(loaded, Mapping) and isinstance(loaded.get("text"), str):
        return Found((Turn(loaded["text"]),))
    raise ValueError("it holds neither a list of turns nor an object with 'turns', nor a transcript of a kind that is known")


def turn_of(given: Mapping[str, Any]) -> Turn:
    """Return the turn that a mapping describes: ``text``, and perhaps ``speaker`` and times.

    Times are ``start_ms`` and ``end_ms``, or ``start`` and ``end`` in seconds.

    Raises:
        ValueError: It has no text.
    """
    text = next((given[name] for name in _TEXTS if isinstance(given.get(name), str)), None)
    if text is None:
        raise ValueError(f"A turn of a reference needs a 'text'; this one has {sorted(map(str, given))}.")
    speaker = next((given[name] for name in _SPEAKERS if given.get(name) is not None), None)
    return Turn(text, None if speaker is None else str(speaker), _time(given, "start_ms", _STARTS, 0), _time(given, "end_ms", _ENDS, 1))


def _time(given: Mapping[str, Any], exact: str, names: Sequence[str], edge: int) -> int | None:
    if given.get(exact) is not None:
        return _whole(given[exact])
    for name in names:
        if given.get(name) is not None:
            return milliseconds(given[name])
    pair = given.get("timestamp")
    if isinstance(pair, (list, tuple)) and len(pair) == 2:
        return milliseconds(pair[edge])
    offsets = given.get("offsets")
    return _whole(offsets[("from", "to")[edge]]) if isinstance(offsets, Mapping) and "from" in offsets and "to" in offsets else None


def _whole(value: Any) -> int:
    try:
        return int(value)
    except (ValueError, TypeError, OverflowError):
        raise ValueError(f"A turn has the time {str(value)[:20]!r}, which is not a number of milliseconds.") from None


def _turn(given: Any) -> Turn | None:
    if not isinstance(given, Mapping):
        raise ValueError(f"a reference is a text or a list of turns, and {str(given)[:40]!r} is not a turn")
    elements = given.get("elements")
    if isinstance(elements, list):  # Rev: the punctuation has the spaces
        text = "".join(str(one.get("value", "")) for one in elements)
        times = [(one.get("ts"), one.get("end_ts")) for one in elements if one.get("ts") is not None]
        speaker = given.get("speaker")
        edges = (milliseconds(times[0][0]), milliseconds(times[-1][1])) if times else (None, None)
        return Turn(text, None if speaker is None else str(speaker), *edges)
    return turn_of(given)


def _list_in(loaded: Any) -> list[Any] | None:
    if not isinstance(loaded, Mapping):
        return None
    return next((loaded[name] for name in _LISTS if isinstance(loaded.get(name), list)), None)


def _of_payload(content: bytes) -> Found:
    """Return the turns of a transcript as AssemblyAI and this package write it: words and turns as the tables have them."""
    try:
        transcript, _ = frames.read_with_repaired_times(content)
    except contract.DECODE_ERRORS as cause:
        raise ValueError(f"it is a transcript that cannot be read ({cause})") from cause
    if transcript.utterances:
        return Found(tuple(Turn(turn.text, turn.speaker or turn.channel, turn.start, turn.end) for turn in transcript.utterances))
    if transcript.words:
        return Found(
            (Turn(join_words([word.text for word in transcript.words]), None, transcript.words[0].start, transcript.words[-1].end),)
        )
    if transcript.text is None:
        raise ValueError("it is a transcript without a text")
    return Found((Turn(transcript.text),))


def _of_channels(results: Mapping[str, Any]) -> Found | None:
    """Return the turns of Deepgram's results, and the text of Amazon's; None if these are neither."""
    utterances = results.get("utterances")
    if isinstance(utterances, list):
        return Found(tuple(turn for turn in map(_turn, utterances) if turn))
    channels = results.get("channels")
    if isinstance(channels, list):
        return Found(tuple(Turn(str(channel["alternatives"][0]["transcript"])) for channel in channels if channel.get("alternatives")))
    transcripts = results.get("transcripts")
    if isinstance(transcripts, list):
        return Found(tuple(Turn(str(one["transcript"])) for one in transcripts if isinstance(one, Mapping) and "transcript" in one))
    return None


def _of_recording(turns: Sequence[Any], recording: str | None) -> list[Any]:
    """Return the turns of a recording in a list that may have those of several (SegLST)."""
    sessions = [str(turn["session_id"]) for turn in turns if isinstance(turn, Mapping) and "session_id" in turn]
    wanted = session_of(sessions, recording)
    return [turn for turn in turns if wanted is None or (isinstance(turn, Mapping) and str(turn.get("session_id")) == wanted)]
