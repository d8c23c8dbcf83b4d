"""The shapes, literals and limits of the service's REST contract that several rooms share.

Reading is lenient: unknown keys are ignored, optional keys may be absent, and no enum is closed. When the quick typed decoder refuses a
payload, it is decoded as plain JSON and repaired value by value, so that one odd value never costs a transcript. A payload that is not
quite JSON is repaired too: see :func:`valid_json`. Every payload that :func:`read_head` can read, all other readers can read.
"""

from __future__ import annotations

import json
import math
import re
from typing import Annotated, Any

import msgspec

DELETED_TEXT = "Deleted by user."
DELETED_URL = "http://deleted_by_user"

ERROR_TOKEN = "Authentication error, API token missing/invalid"  # noqa: S105 -- the service's sentence, not a secret
ERROR_NOT_FOUND = "Transcript lookup error, transcript id not found"
ERROR_SCHEMA = "Invalid endpoint schema, please refer to documentation for examples."
ERROR_TOO_MANY = "Too Many Requests"
ERROR_FORBIDDEN_UPLOAD = "Cannot access uploaded file"
ERROR_SERVER = "Server error, developers have been alerted"
ERROR_TOO_SHORT = "Audio duration is too short."
ERROR_NO_AUDIO = "File does not appear to contain audio. File type is "
ERROR_DOWNLOAD = "Download error"
ERROR_TRANSCODING = "Transcoding failed"

SHORTEST_MS = 160
LONGEST_S = 10 * 3600.0
LARGEST_UPLOAD_BYTES = 2_200_000_000
LIST_LIMIT = 200
REVIEW_KEY = "scribekit"
RECEIVED_TURNS_KEY = "scribekit_translated_utterances"
"""The utterances as received, in a corrected transcript whose utterances are translated: a corrected utterance has no translation."""
TRANSLATED_TEXTS = "translated_texts"
UNREDACTED = "unredacted_"
"""How the keys begin under which a payload has texts without masks."""
MOST_CONTAINERS, MOST_VALUES = 1_500_000, 8_000_000
"""A payload that must be read value by value may have this many lists and objects, and this many values: six times those of ten hours."""
LATEST_MS = 10**11  # about three years: a later time is an error, and does not fit into every file format

Milliseconds = Annotated[int, msgspec.Meta(ge=0, le=LATEST_MS)]


class Word(msgspec.Struct, gc=False):
    """One word of a payload; times in milliseconds."""

    text: str
    start: Milliseconds
    end: Milliseconds
    confidence: float | None = None
    speaker: str | None = None
    channel: str | None = None


class RepairedWord(Word, gc=False):
    """A word with an unreadable or impossible time in the payload; the times here are the nearest possible ones."""

    is_start_given: bool = True
    is_end_given: bool = True


class Utterance(msgspec.Struct, gc=False):
    """One turn of a payload; times in milliseconds."""

    text: str
    start: Milliseconds
    end: Milliseconds
    confidence: float | None = None
    speaker: str | None = None
    channel: str | None = None
    words: list[Word] | None = None


class RepairedUtterance(Utterance, gc=False):
    """A turn with an unreadable or impossible time in the payload; the times here are the nearest possible ones."""

    is_start_given: bool = True
    is_end_given: bool = True


class Engine(msgspec.Struct):
    """The recogniser of the embedded service; AssemblyAI does not send this key."""

    name: str = ""
    version: str = ""
    quality: str = ""
    note: str = ""


class Review(msgspec.Struct):
    """What people changed in a corrected transcript, under the key ``scribekit``.

    Attributes:
        edited_words: Positions in ``words`` of those whose text or speaker a person changed.
        retimed_words: Positions in ``words`` of those whose times come from alignment.
        edited_utterances: Positions in ``utterances`` of those that differ from the service's.
    """

    edited_words: list[int] = []
    retimed_words: list[int] = []
    edited_utterances: list[int] = []


_ExactInt = Annotated[int, msgspec.Meta(gt=-(2**53), lt=2**53)]
"""An integer that a float holds exactly, as :func:`as_whole_number` keeps it."""


class Head(msgspec.Struct):
    """The facts of a transcript that the ledger keeps with the payload; reading them creates no word objects."""

    id: str
    status: str
    error: str | None = None
    audio_url: str | None = None
    audio_duration: float | None = None
    audio_channels: _ExactInt | None = None
    confidence: float | None = None
    speech_model_used: str | None = None
    language_code: str | None = None


class Transcript(Head, kw_only=True):
    """A transcript with its words and turns."""

    text: str | None = None
    words: list[Word] | None = None
    utterances: list[Utterance] | None = None
    engine: Engine | None = None


class ListItem(msgspec.Struct):
    """One line of the service's list of transcripts. ``progress`` is of the embedded service: the share that is done of a job at work."""

    id: str
    status: str
    audio_url: str | None = None
    created: str | None = None
    completed: str | None = None
    error: str | None = None
    progress: float | None = None


class PageDetails(msgspec.Struct):
    """The position of a list page. ``prev_url`` leads to the *older* page."""

    limit: int
    result_count: int
    prev_url: str | None = None
    next_url: str | None = None


class ListPage(msgspec.Struct):
    """One page of the service's list, newest first."""

    transcripts: list[ListItem]
    page_details: PageDetails
    is_whole: bool = True
    """Whether all that the service sent could be read."""

    @property
    def is_last(self) -> bool:
        """Whether no older page follows, by any of the signs that the service may give."""
        return not self.transcripts or self.page_details.prev_url is None or len(self.transcripts) < self.page_details.limit


_head = msgspec.json.Decoder(Head)
_transcript = msgspec.json.Decoder(Transcript)
_page = msgspec.json.Decoder(ListPage)

DECODE_ERRORS = (msgspec.MsgspecError, UnicodeDecodeError, OverflowError, RecursionError)
"""What a typed decoder raises for a body that must be read leniently."""

_LOST = "\ufffd"
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")
_MAX_DIGITS = len(str(2**63)) - 1  # this many digits fit into 64 bits


def read_head(body: bytes) -> Head:
    """Read the head of a payload. Raises :class:`msgspec.MsgspecError` when the body is not a whole JSON transcript."""
    try:
        return _head.decode(body)
    except DECODE_ERRORS:
        head = msgspec.convert(_repaired_head(read_json(body)), Head)
        if _LOST in head.id + head.status:
            raise msgspec.ValidationError("Expected a transcript whose 'id' and 'status' are whole") from None
        return head


def read_page(body: bytes) -> ListPage:
    """Read one list page. Items that cannot be read are left out. Raises :class:`msgspec.MsgspecError` when the body is not a page."""
    try:
        return _page.decode(body)
    except DECODE_ERRORS:
        return _repaired_page(read_json(body))


def _repaired_page(raw: Any) -> ListPage:
    if not isinstance(raw, dict) or not isinstance(raw.get("transcripts"), list):
        raise msgspec.ValidationError("Expected a list of transcripts")
    items = [item for item in raw["transcripts"] if isinstance(item, dict) and isinstance(item.get("id"), str)]
    listed = [
        _repaired_item({name: as_text(item.get(name)) for name in ListItem.__struct_fields__ if name != "progress"}) for item in items
    ]
    details = raw.get("page_details")
    older = as_text(details.get("prev_url")) if isinstance(details, dict) else None
    # Whether it is the last page is not known; a page that is not whole never counts as the end of the list.
    return ListPage(listed, PageDetails(0, len(listed), older), is_whole=False)


def _repaired_item(values: dict[str, str | None]) -> ListItem:
    id_, status, audio_url, created, completed, error = values.values()
    return ListItem(id_ or "", status or "", audio_url, created, completed, error)


def read_transcript(body: bytes) -> Transcript:
    """Read a whole transcript. Raises :class:`msgspec.MsgspecError` when the body is not a whole JSON transcript."""
    try:
        return _transcript.decode(body)
    except DECODE_ERRORS:
        return repaired(read_json(body))


def read_json(body: bytes) -> Any:
    """Read the values of a payload unchanged.

    Raises:
        msgspec.MsgspecError: The body cannot be repaired into JSON, or its values would fill the memory.
    """
    if body.count(b"{") + body.count(b"[") > MOST_CONTAINERS or body.count(b",") > MOST_VALUES:
        raise msgspec.DecodeError("Expected fewer values")
    try:
        return msgspec.json.decode(body)
    except DECODE_ERRORS:
        return msgspec.json.decode(valid_json(body))


def valid_json(body: bytes) -> bytes:
    r"""Repair a payload that is not quite JSON.

    Bytes that are not UTF-8 and halves of surrogate pairs become U+FFFD, the replacement character. ``NaN``, ``Infinity`` and numbers
    that are too large for a float become null.

    Raises:
        msgspec.MsgspecError: It is not JSON, it breaks off, or its brackets are nested too deeply.

    Example:
        >>> valid_json(rb'{"text": "\ud83d", "confidence": NaN}').decode()
        '{"text": "\ufffd", "confidence": null}'
    """
    try:
        text = body.decode("utf-8", "replace")
        values = json.loads(text, strict=False, parse_float=as_number, parse_int=_whole, parse_constant=lambda _: None)
        return _LONE_SURROGATE.sub(_LOST, json.dumps(values, ensure_ascii=False)).encode()
    except (ValueError, RecursionError):  # no cause: its message may quote the transcript
        raise msgspec.DecodeError("Expected a whole JSON object") from None


def _whole(digits: str) -> int | float | None:
    return int(digits) if len(digits) <= _MAX_DIGITS else as_number(digits)


def repaired(raw: Any) -> Transcript:
    """Build a whole transcript from the values of a payload. Raises :class:`msgspec.MsgspecError` when they are not one."""
    if not isinstance(raw, dict):
        raise msgspec.ValidationError(f"Expected a JSON object, found {type(raw).__name__}")
    head = _repaired_head(raw)
    engine = raw.get("engine")
    return Transcript(
        **head,
        text=as_text(raw.get("text")),
        words=_items(raw.get("words"), _word),
        utterances=_items(raw.get("utterances"), _utterance),
        engine=Engine(**{k: str(v) for k, v in engine.items() if k in Engine.__struct_fields__}) if isinstance(engine, dict) else None,
    )


def _repaired_head(raw: Any) -> dict[str, Any]:
    if not isinstance(raw, dict) or "id" not in raw or "status" not in raw:
        raise msgspec.ValidationError("Expected a transcript with 'id' and 'status'")
    return {
        "id": str(raw["id"]),
        "status": str(raw["status"]),
        "error": as_text(raw.get("error")),
        "audio_url": as_text(raw.get("audio_url")),
        "audio_duration": as_number(raw.get("audio_duration")),
        "audio_channels": as_whole_number(raw.get("audio_channels")),
        "confidence": as_confidence(raw.get("confidence")),
        "speech_model_used": as_text(raw.get("speech_model_used")),
        "language_code": as_text(raw.get("language_code")),
    }


def _items(values: Any, read: Any) -> list[Any] | None:
    return [read(value) for value in values if isinstance(value, dict)] if isinstance(values, list) else None


def _word(raw: dict[str, Any]) -> Word:
    given_start, given_end = as_milliseconds(raw.get("start")), as_milliseconds(raw.get("end"))
    start = 0 if given_start is None else given_start
    word = RepairedWord(
        text=as_text(raw.get("text")) or "",
        start=_clamped(start),
        end=_clamped(start if given_end is None else given_end),
        confidence=as_confidence(raw.get("confidence")),
        speaker=as_text(raw.get("speaker")),
        channel=as_text(raw.get("channel")),
    )
    word.is_start_given, word.is_end_given = word.start == given_start, word.end == given_end
    is_as_given = word.is_start_given and word.is_end_given
    return Word(word.text, word.start, word.end, word.confidence, word.speaker, word.channel) if is_as_given else word


def _utterance(raw: dict[str, Any]) -> Utterance:
    word, words = _word(raw), _items(raw.get("words"), _word)
    fields = (word.text, word.start, word.end, word.confidence, word.speaker, word.channel, words)
    if isinstance(word, RepairedWord):
        return RepairedUtterance(*fields, is_start_given=word.is_start_given, is_end_given=word.is_end_given)
    return Utterance(*fields)


def as_text(value: Any) -> str | None:
    """Return any JSON value as text; None for null.

    Example:
        >>> as_text(7), as_text(None)
        ('7', None)
    """
    return None if value is None else str(value)


def as_number(value: Any) -> float | None:
    """Return a finite number, also from text; None for anything else.

    Example:
        >>> as_number("0.5"), as_number(True), as_number("high")
        (0.5, None, None)
    """
    if isinstance(value, bool) or value is None:
        return None
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None


def as_confidence(value: Any) -> float | None:
    """Return a number from 0 to 1, also from text; None for anything else.

    Example:
        >>> as_confidence("0.5"), as_confidence(7), as_confidence(-1)
        (0.5, None, None)
    """
    number = as_number(value)
    return number if number is not None and 0 <= number <= 1 else None


def as_whole_number(value: Any) -> int | None:
    """Return a number rounded to a whole one; None for anything else, and for numbers that a float cannot hold exactly.

    Example:
        >>> as_whole_number("2"), as_whole_number(1e300)
        (2, None)
    """
    number = as_number(value)
    return None if number is None or abs(number) >= 2**53 else round(number)


def as_milliseconds(value: Any) -> int | None:
    """Return a number rounded to whole milliseconds, possible or not; None for anything else.

    Example:
        >>> as_milliseconds(33.4), as_milliseconds("-5"), as_milliseconds({})
        (33, -5, None)
    """
    number = as_number(value)
    return None if number is None else round(number)


def as_possible_milliseconds(value: Any) -> int | None:
    """Return a number rounded to whole milliseconds; None for anything else, and for a time that no recording has.

    Example:
        >>> as_possible_milliseconds("33.4"), as_possible_milliseconds(-5)
        (33, None)
    """
    given = as_milliseconds(value)
    return given if given is not None and 0 <= given <= LATEST_MS else None


def _clamped(milliseconds: int) -> int:
    return min(max(milliseconds, 0), LATEST_MS)
