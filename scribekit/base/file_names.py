"""File names for recordings: valid on every system, and different even where a disk does not tell some letters apart. Pure."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import PurePosixPath

LONGEST_NAME_BYTES = 255

# Characters that Windows refuses, controls, surrogates, line separators, and marks that change the writing direction.
_UNSAFE = re.compile(r'[<>:"/\\|?*\x00-\x1f\x7f-\x9f\ud800-\udfff\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff]')
_RESERVED = re.compile(r"(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9¹²³]) *(\..*)?", re.IGNORECASE | re.DOTALL)


def plan_names(recording_ids: Iterable[str], suffixes: Sequence[str] = ("",)) -> dict[str, str]:
    """Choose a name for each recording, to which any of the suffixes can be added.

    The names mirror the recordings' own, as relative paths with ``/``. Characters that Windows, macOS or Linux would refuse are replaced,
    and names that are too long are cut and marked. If two recordings would have the same file, also on disks that ignore case, both get
    ``~`` and a short hash of their ``recording_id``. The names depend only on the set of recordings, not on their order: plan for a whole
    corpus, so that a recording keeps its name whatever part of the corpus is exported.

    Args:
        recording_ids: Names of recordings; repeats are one recording.
        suffixes: What may be added to a name.

    Returns:
        ``recording_id`` → name. No two of name + suffix are the same file, none is a folder of another, none is outside the folder.

    Example:
        >>> plan_names(["2019/interview.mp3", "what?.mp3"])
        {'2019/interview.mp3': '2019/interview.mp3', 'what?.mp3': 'what_.mp3'}
        >>> sorted(plan_names(["A.mp3", "a.mp3"]).values())
        ['A.mp3~bbfe314c', 'a.mp3~d5e42b11']
    """
    room = LONGEST_NAME_BYTES - max((len(suffix.encode()) for suffix in suffixes), default=0)
    rounds = dict.fromkeys(recording_ids, 0)
    while True:
        names = {recording_id: _name(recording_id, marks, room) for recording_id, marks in rounds.items()}
        clashing = _clashing(names, suffixes)
        if not clashing:
            return names
        for recording_id in clashing:
            rounds[recording_id] += 1


def _name(recording_id: str, marks: int, room: int) -> str:
    """Return the name of a recording; unless ``marks`` is 0, it is marked with a hash that differs from round to round."""
    parts = [part for part in recording_id.split("/") if part] or [""]
    mark = f"~{_digest(recording_id, marks)}" if marks else ""
    folders = [component(part, LONGEST_NAME_BYTES) for part in parts[:-1]]
    return "/".join([*folders, component(parts[-1], room - len(mark)) + mark])


def component(text: str, room: int) -> str:
    """Return a text as one part of a path that is valid on every system, in at most ``room`` bytes.

    Example:
        >>> component("what?.mp3", 255), component("nul", 255)
        ('what_.mp3', '_nul')
    """
    safe = _UNSAFE.sub("_", unicodedata.normalize("NFC", text)).strip(" ").rstrip(" .")
    if _RESERVED.fullmatch(safe):
        safe = f"_{safe}"
    if len(safe.encode()) <= room:
        return safe or "_"
    mark = f"~{_digest(text)}"
    return safe.encode()[: room - len(mark)].decode(errors="ignore").rstrip(" .") + mark


def _digest(text: str, salt: int = 1) -> str:
    salted = text if salt == 1 else f"{text}\0{salt}"
    return hashlib.sha256(salted.encode("utf-8", "surrogatepass")).hexdigest()[:8]


def _clashing(names: Mapping[str, str], suffixes: Sequence[str]) -> set[str]:
    """Return the recordings that have a file which is also a file of another recording, or a folder of any."""
    targets = {recording_id: [_folded(name + suffix) for suffix in suffixes] for recording_id, name in names.items()}
    files = Counter(target for each in targets.values() for target in each)
    folders = {_folded(str(parent)) for name in names.values() for parent in PurePosixPath(name).parents}
    return {recording_id for recording_id, each in targets.items() if any(files[target] > 1 or target in folders for target in each)}


def _folded(name: str) -> str:
    """Return a name as a disk may compare it: without case, invisible characters and differences in the encoding of accents."""
    visible = "".join(character for character in name if unicodedata.category(character) != "Cf")
    folded = unicodedata.normalize("NFD", visible).upper().casefold()
    return unicodedata.normalize("NFD", folded)
