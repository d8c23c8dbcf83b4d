"""Tiers of annotations: Praat's TextGrid and ELAN's EAF. Pure."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from xml.etree import ElementTree as ET

from scribekit.transcripts.readers.turns import Found, Turn, in_order, milliseconds

_TOKEN = re.compile(r'"(?P<text>(?:[^"]|"")*)"|(?P<number>-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?)(?=\s|$)|(?P<flag><\w+>)')
_KIND = re.compile(
    r"[\s_./|-]*\b(?P<kind>words?|utterances?|orthograph\w*|orth?|text|transcript(?:ion)?|sentences?|phrases?|turns?|ipus?|tokens?)\b\s*$",
    re.IGNORECASE,
)
_WORDS = re.compile(r"words?|tokens?", re.IGNORECASE)
_NOT_SPEECH = re.compile(
    r"(?:^|[\W_])(?:phone(?:me)?s?|phon|segments?|syll(?:able)?s?|pos|lemmas?|morph\w*|gloss(?:es)?|translations?|notes?|comments?|remarks?|tones?|pitch|"
    r"gestures?|gaze|noise|events?|ipa|ft|mb|ge|ps)(?:$|[\W_@])",
    re.IGNORECASE,
)
_SILENCES = frozenset({"", "sp", "sil", "<sil>", "<p>", "<p:>", "<eps>", "#", "xxx sil", "(.)", "_"})

Annotation = tuple[str, int | None, int | None]


def read_textgrid(text: str) -> Found:
    """Return the turns of a TextGrid, written long or short: each tier of intervals is a speaker, or one of a speaker's tiers.

    Raises:
        ValueError: It is damaged, or it is not clear which tiers hold the words.
    """
    tiers = list(_interval_tiers(text))
    return _of_tiers([(name, name, annotations) for name, annotations in tiers])


def _interval_tiers(text: str) -> Iterator[tuple[str, list[Annotation]]]:
    tokens = list(_TOKEN.finditer(text))
    values = [
        token["text"].replace('""', '"') if token["text"] is not None else token["flag"] or float(token["number"]) for token in tokens
    ]
    values = _without_indices(text, tokens, values)
    at = next((place + 1 for place, value in enumerate(values) if value == "<exists>"), None)
    if at is None:
        raise ValueError("it has no tiers")
    try:
        at += 1
        while at < len(values):
            kind, name, count = values[at], str(values[at + 1]), float(values[at + 4])
            at += 5
            size = 3 if kind == "IntervalTier" else 2
            if not (count.is_integer() and 0 <= size * count <= len(values) - at):
                raise ValueError(f"the tier {name[:40]!r} should have {count:g} parts, and the file does not have them")
            count = int(count)
            rows = [values[at + size * row : at + size * (row + 1)] for row in range(count)]
            at += size * count
            if kind == "IntervalTier":
                yield name, [(str(label), milliseconds(start), milliseconds(end)) for start, end, label in rows]
    except (IndexError, ValueError, TypeError) as cause:
        raise ValueError(f"it is a TextGrid that is cut off or damaged ({cause})") from cause


def _without_indices(text: str, tokens: Sequence[re.Match[str]], values: Sequence[str | float]) -> list[str | float]:
    """Return the values without the numbers in brackets of the long form (``intervals [1]:``), which are not values."""
    return [value for token, value in zip(tokens, values, strict=True) if text[token.start() - 1 : token.start()] != "["]


def read_eaf(root: ET.Element) -> Found:
    """Return the turns of an ELAN file: the tiers without a parent, each of which is a speaker.

    Raises:
        ValueError: It is not clear which tiers hold the words.
    """
    header = root.find("HEADER/MEDIA_DESCRIPTOR")
    origin = _whole((header.get("TIME_ORIGIN") if header is not None else None) or "0")
    times = {slot.get("TIME_SLOT_ID"): slot.get("TIME_VALUE") for slot in root.iterfind("TIME_ORDER/TIME_SLOT")}
    tiers = []
    for tier in root.iterfind("TIER"):
        annotations = list(_alignable(tier, times, origin))
        if annotations and not tier.get("PARENT_REF"):
            name = tier.get("TIER_ID") or ""
            tiers.append((name, tier.get("PARTICIPANT") or name.rpartition("@")[2], annotations))
    return _of_tiers(tiers)


def _alignable(tier: ET.Element, times: Mapping[str | None, str | None], origin: int) -> Iterator[Annotation]:
    for annotation in tier.iterfind("ANNOTATION/ALIGNABLE_ANNOTATION"):
        edges = [times.get(annotation.get(f"TIME_SLOT_REF{number}")) for number in (1, 2)]
        start, end = (None if edge is None else _whole(edge) + origin for edge in edges)
        yield annotation.findtext("ANNOTATION_VALUE") or "", start, end


def _whole(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise ValueError(f"it has the time {text[:20]!r}, which is not a number of milliseconds") from None


def _of_tiers(tiers: Sequence[tuple[str, str, Sequence[Annotation]]]) -> Found:
    """Return the turns of tiers (name, speaker, annotations), of each speaker the tier that holds whole turns, if there is one.

    Raises:
        ValueError: A speaker has several tiers, and it is not clear which holds the words.
    """
    passed_over = [name for name, _, marks in tiers if _NOT_SPEECH.search(name) and _spoken(marks)]
    by_speaker: defaultdict[str, list[tuple[str, list[Annotation]]]] = defaultdict(list)
    for name, speaker, marks in tiers:
        spoken = _spoken(marks)
        if spoken and not _NOT_SPEECH.search(name):
            by_speaker[_KIND.sub("", speaker).strip()].append((name, spoken))
    turns = []
    for speaker, found in by_speaker.items():
        whole = [one for one in found if not _WORDS.fullmatch(_kind_of(one[0]))] or found
        if len(whole) > 1:
            names = " and ".join(repr(name) for name, _ in whole)
            raise ValueError(f"it is not clear which of the tiers {names} holds what was said. Leave one of them")
        turns += [Turn(text, speaker or None, start, end) for text, start, end in whole[0][1]]
    doubt = (f"the tiers {', '.join(passed_over)} are not taken for speech, and left out",) if passed_over else ()
    if len(by_speaker) == 1 and tiers[0][0].strip().lower() in ("", "default", "silences"):
        turns = [Turn(turn.text, None, turn.start_ms, turn.end_ms) for turn in turns]
    return Found(in_order(turns), doubt)


def _kind_of(name: str) -> str:
    found = _KIND.search(name)
    return found["kind"] if found else ""


def _spoken(annotations: Sequence[Annotation]) -> list[Annotation]:
    cleaned = [(" ".join(text.split()), start, end) for text, start, end in annotations]
    return [one for one in cleaned if one[0].lower() not in _SILENCES]
