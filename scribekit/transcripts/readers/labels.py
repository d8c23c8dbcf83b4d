"""Who speaks in a text: which beginnings of lines are speakers, and which are speech with a colon in it. Pure.

A file is judged as a whole. Some labels are speakers whenever they are seen (``A:``, ``Speaker 1 (00:12):``, ``Interviewer:``). Others are
names only if they come again, or if every paragraph has one. "Remember: always wear a helmet" is speech.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence, Set
from dataclasses import dataclass

from scribekit.transcripts.readers.stamps import BARE, BRACKETED, ROUND, Span, span_of

_MARKUP = re.compile(r"^(?:>{1,2}|[-–—•*](?=\s))\s*")
_VOICE = re.compile(r"^<v(?:\.[^\s>]*)?\s+(?P<name>[^>]+)>(?P<text>.*?)(?:</v>)?$")
_LABEL = re.compile(r"^(?P<name>[^\s:：][^:：]{0,59}?)\s*[:：](?P<text>.*)$")
_WITH_STAMP = re.compile(r"^(?P<name>[^\W\d_][^:：\[(#]{0,59}?),?\s{1,12}(?P<stamp>(?:\d{1,2}:)?\d{1,2}:\d{2})$")
_FIRM = re.compile(
    r"(?:(?:speaker|sprecher(?:in)?|locuteur|locutrice|hablante|falante|spreker|parlante|channel|kanal|canal|person|guest|participant|voice|"
    r"spk|moderator|interviewer|interviewee|host|caller|agent|respondent|patient|doctor|witness|operator|narrator|"
    r"unknown(?: speaker)?|男|女|话者|話者|发言人|發言人|说话人)[ _-]?(?:[a-z]{1,2}|\d{1,3})?|[a-z]|[a-z]{1,3}\d{1,3}|speaker_\d+)",
    re.IGNORECASE,
)
_SPEECH = frozenset(
    [
        "remember",
        "note",
        "warning",
        "caution",
        "attention",
        "important",
        "example",
        "first",
        "second",
        "third",
        "fourth",
        "finally",
        "lastly",
        "also",
        "so",
        "well",
        "okay",
        "ok",
        "yes",
        "no",
        "listen",
        "look",
        "see",
        "think",
        "imagine",
        "tip",
        "hint",
        "reminder",
        "ps",
        "update",
        "result",
        "results",
        "conclusion",
        "summary",
        "however",
        "therefore",
        "meaning",
        "namely",
        "and",
        "but",
        "or",
        "because",
        "then",
        "now",
        "today",
        "here",
        "there",
        "this",
        "that",
        "these",
        "those",
        "what",
        "why",
        "how",
        "who",
        "when",
        "where",
        "which",
        "it",
        "is",
        "one",
        "two",
        "three",
        "date",
        "title",
        "topic",
        "subject",
        "location",
        "place",
        "participants",
        "present",
        "duration",
        "length",
        "file",
        "recording",
        "language",
        "transcript",
        "transcription",
        "time",
        "project",
        "website",
        "email",
        "phone",
        "http",
        "https",
        "ftp",
        "mailto",
        "wichtig",
        "achtung",
        "merke",
        "also",
        "hinweis",
        "beispiel",
        "thema",
        "datum",
        "remarque",
        "attention",
        "exemple",
        "important",
        "nota",
        "ejemplo",
    ]
)
_PARTICLES = frozenset(
    [
        "van",
        "von",
        "de",
        "der",
        "den",
        "del",
        "della",
        "di",
        "da",
        "dos",
        "das",
        "du",
        "la",
        "le",
        "el",
        "bin",
        "ibn",
        "al",
        "ter",
        "ten",
        "zu",
        "of",
        "the",
        "and",
        "y",
        "e",
    ]
)
_LONGEST_WORDS = 5


@dataclass(frozen=True)
class Line:
    """A line of a text, taken apart.

    Attributes:
        whole: What is said if nobody is named as the speaker.
        name: What may be the speaker; None without a candidate.
        text: What is said by that speaker.
        span: Start and end, where the line has them.
        is_firm: Whether the candidate is a speaker whatever else is in the file.
        is_close: Whether the text follows the colon without a space.
        is_first: Whether it is the first of its paragraph.
    """

    whole: str
    name: str | None
    text: str
    span: Span
    is_firm: bool
    is_close: bool
    is_first: bool


def take_apart(line: str, *, is_first: bool) -> Line:
    """Return a line with its candidate for a speaker and its time.

    Example:
        >>> line = take_apart("[00:00:12] Speaker A: Good morning.", is_first=True)
        >>> line.name, line.text, line.span, line.is_firm
        ('Speaker A', 'Good morning.', (12000, None), True)
    """
    rest, span = _without_stamp(_MARKUP.sub("", line.strip()))
    rest = _MARKUP.sub("", rest)
    voice = _VOICE.match(rest)
    if voice:
        return Line(voice["text"].strip(), voice["name"].strip(), voice["text"].strip(), span, True, False, is_first)
    header = _WITH_STAMP.match(rest)
    if header and _is_short(header["name"]):
        stamp = BARE.match(header["stamp"])
        return Line(rest, header["name"].strip(), "", span_of(stamp) if stamp else span, True, False, is_first)
    label = _label(rest)
    if label is None:
        return Line(_unstamped(rest), None, "", span, False, False, is_first)
    name, stamp_span, text = label
    after, late_span = _without_stamp(text.strip())
    found_span = next((one for one in (span, stamp_span, late_span) if one[0] is not None), (None, None))
    is_firm = bool(_FIRM.fullmatch(name)) or stamp_span[0] is not None
    is_close = bool(text) and not text[0].isspace() and "：" not in rest[: len(rest) - len(text)]
    is_address = text.startswith("//") or (is_close and text[0].isdigit() and name[-1].isdigit())
    if is_address or not _is_short(name):
        return Line(_unstamped(rest), None, "", span, False, False, is_first)
    return Line(_unstamped(rest), name, _unstamped(after), found_span, is_firm, is_close, is_first)


def _label(rest: str) -> tuple[str, Span, str] | None:
    """Return the label before the first colon that is not inside a stamp, the time in it, and the text after it."""
    for stamp in (ROUND, BRACKETED):  # "Speaker A (00:12):", "Speaker A [00:12] text"
        found = stamp.search(rest[:100])
        if found and found.start() and ":" not in rest[: found.start()] and "：" not in rest[: found.start()]:
            name, after = _bare(rest[: found.start()]), rest[found.end() :].lstrip()
            if after[:1] in (":", "：", "") or rest.startswith("**"):
                return name, span_of(found), " " + after.lstrip(":：* ")
    match = _LABEL.match(rest)
    return None if match is None else (_bare(match["name"]), (None, None), _after_bold(match["name"], match["text"]))


def _bare(name: str) -> str:
    """Return a name without the brackets and the emphasis around it."""
    name = name.strip().strip("*_").strip()
    return name[1:-1].strip() if len(name) > 2 and name[0] + name[-1] in ("[]", "()", "<>", "【】") else name


def _after_bold(name: str, text: str) -> str:
    return text.lstrip("*_") if name.lstrip().startswith(("*", "_")) else text


def _is_short(name: str) -> bool:
    return 0 < len(name) <= 60 and len(name.split()) <= _LONGEST_WORDS and any(map(str.isalnum, name)) and name.count(",") <= 1


def _without_stamp(text: str) -> tuple[str, Span]:
    """Return a text without the time at its beginning, and that time. A bare one counts only if a label or nothing follows."""
    for stamp in (BRACKETED, ROUND):
        found = stamp.match(text)
        if found:
            return text[found.end() :].lstrip(" \t:-–"), span_of(found)
    found = BARE.match(text)
    rest = text[found.end() :].strip() if found else ""
    if found and (not rest or text[found.end()] == "\t" or _FIRM.fullmatch(_bare(rest.partition(":")[0]) if ":" in rest else "")):
        return rest, span_of(found)
    return text, (None, None)


def _unstamped(text: str) -> str:
    return " ".join(BRACKETED.sub(" ", text).split())


def speakers_among(lines: Sequence[Line]) -> tuple[frozenset[str], tuple[str, ...]]:
    """Return the candidates that are speakers, and those of which it is not clear.

    Args:
        lines: The lines of one file, without empty ones.
    """
    named = [line for line in lines if line.name is not None]
    firm = {line.name for line in named if line.is_firm and line.name}
    times = Counter(line.name for line in named)
    spaced = {line.name for line in named if not line.is_close}
    likely = {name for name in times if name and name not in firm and _is_name(name) and name in spaced}
    again = {name for name in likely if times[name] > 1} | {name for name in times if name in firm}
    is_full = len(named) == len(lines) > 1 and all(line.name in likely | firm for line in named)
    has_paragraphs = any(not line.is_first for line in lines)
    opening = [line for line in lines if line.is_first]
    in_each = has_paragraphs and len(opening) > 1 and all(line.name in likely | firm for line in opening)
    headed = {line.name for line in named if line.name in likely and not line.text and line.is_first} if len(named) > 1 else set()
    found = firm | (again if len(again) > 1 or firm or _alternates(lines, again) else set()) | headed
    if is_full:
        found |= likely
    if in_each:
        found |= {line.name for line in opening if line.name}
    if found and not is_full:
        found |= {line.name for line in opening if line.name in likely and has_paragraphs and not line.is_close}
    stamped = {line.name for line in named if line.name and line.span[0] is not None and not _is_speech(line.name)}
    unclear = tuple(sorted(({name for name in likely if name[:1].isupper()} | stamped) - found))
    return frozenset(name for name in found if name), unclear


def _alternates(lines: Sequence[Line], names: Set[str | None]) -> bool:
    """Whether one name that comes again heads most of the file."""
    return bool(names) and 2 * sum(line.name in names for line in lines) > len(lines)


def _is_speech(name: str) -> bool:
    """Whether a text is surely not what a person is called."""
    return bool(re.search(r"[?!;…]", name)) or any(word.strip(".,'’").casefold() in _SPEECH for word in name.replace(".", ". ").split())


def _is_name(name: str) -> bool:
    """Whether a text may be what a person is called."""
    if _is_speech(name):
        return False
    words = name.replace(".", ". ").split()
    if name.isdecimal():
        return len(name) < 3
    letters = [word for word in words if word.strip("()'’\"").casefold() not in _PARTICLES]
    cased = [word for word in letters if word[:1].lower() != word[:1].upper()]
    return len(words) == 1 or all(word[:1].isupper() for word in cased)
