"""Find the recordings below folders and patterns, and count what is passed over and why."""

from __future__ import annotations

import fnmatch
import os
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from scribekit.base.errors import ManifestError

_AUDIO = (
    "3ga 722 8svx 16sv aa3 aac ac3 adts aif aifc aiff alac amr ape at3 au awb bwf caf dff dsf dss dts dtshd eac3 ec3 f4a f4b flac g722 "
    "gsm iff ilbc ircam latm lbc lc3 loas m1a m2a m4a m4b m4p m4r mka mlp mp1 mp2 mp3 mpa mpc mpga nist oga ogg oma opus qcp ra rf64 sf "
    "shn snd sox sph spx tak thd truehd tta voc w64 wav wave weba wma wv xwma"
)
_VIDEO = (
    "3g2 3gp 3gpp 3gpp2 asf avi dif divx dv f4v flv gxf isma ismv m2p m2t m2ts m4v mj2 mk3d mkv mmv mov mp4 mpe mpeg mpg mts mxf nut ogm "
    "ogv ogx omg psp qt qta rm rmvb tod trp ts vob webm wmv wtv"
)
MEDIA_SUFFIXES = frozenset(f".{name}" for name in f"{_AUDIO} {_VIDEO}".split())
"""The endings of the audio and video files that FFmpeg reads, in lower case."""

OTHER, CLOUD, LINKED, CLOSED = "other endings", "cloud placeholders", "linked folders", "folders that cannot be read"
"""Why something was passed over."""

_MOST_SHOWN = 8

_PLACEHOLDERS = (".icloud", ".nextcloud", ".owncloud", ".cloud", ".cloudf")
_OF_SYSTEMS = frozenset({"desktop.ini", "thumbs.db"})
_WILDCARD = re.compile(r"[*?[]")


@dataclass
class Found:
    """What is below one folder or pattern.

    Attributes:
        base: The folder that the search started from.
        files: The recordings, relative to it.
        placeholders: How many recordings are only in a cloud.
        endings: How many files have which other ending.
        links: The folders that are links, which were not followed.
        closed: The folders that cannot be read.
    """

    base: Path
    files: list[Path] = field(default_factory=list)
    placeholders: int = 0
    endings: Counter[str] = field(default_factory=Counter)
    links: set[Path] = field(default_factory=set)
    closed: set[Path] = field(default_factory=set)

    def add(self, path: Path) -> None:
        """Take a file if it could be a recording; else count it. Hidden files are neither."""
        if content := placeholder_of(path.name):
            self.placeholders += is_media(content)
        elif path.name.startswith(".") or path.name.lower() in _OF_SYSTEMS:
            return
        elif is_media(path.name):
            self.files.append(path)
        else:
            self.endings[path.suffix.lower() or "without one"] += 1


def passed_over(found: Sequence[Found]) -> dict[str, int]:
    """Return how many files and folders were passed over, by reason: only reasons that there are.

    Example:
        >>> passed_over([Found(Path(), endings=Counter({".txt": 2, ".docx": 1}))])
        {'other endings': 3}
    """
    counts = {
        OTHER: sum(one.endings.total() for one in found),
        CLOUD: sum(one.placeholders for one in found),
        LINKED: sum(len(one.links) for one in found),
        CLOSED: sum(len(one.closed) for one in found),
    }
    return {reason: count for reason, count in counts.items() if count}


def find(where: Path, *, recursive: bool) -> Found:
    """Find the recordings in a folder, of a pattern, or the one file.

    Names with brackets are names where something is called so, else patterns.

    Args:
        where: A folder, a pattern or a file.
        recursive: Include subfolders (in a pattern: ``**`` includes them).

    Raises:
        ManifestError: The folder does not exist.
    """
    if where.is_dir():
        found = Found(where)
        for path in _walk(found, Path(), recursive=recursive):
            found.add(path)
        return found
    if where.is_file():
        found = Found(where.parent)
        found.add(Path(where.name))
        return found
    base, steps = _start(where)
    if not base.is_dir() or not any(map(_WILDCARD.search, steps)):
        raise ManifestError(
            f"There is no folder {str(where if base.is_dir() else base)!r}. Relative paths start at {str(Path.cwd())!r}; "
            "a pattern such as 'calls/**/*.mp3' works too."
        )
    if steps[-1] == "**":
        steps.append("*")
    steps = [step if recursive or step != "**" else "*" for step in steps]
    found = Found(base)
    for path in dict.fromkeys(_matches(found, Path(), steps)):
        found.add(path)
    return found


def labels(bases: Sequence[Path]) -> list[str]:
    """Return a name for each of several folders: its own, after those of as many folders above it as tell equal names apart.

    Example:
        >>> labels([Path("/disk1/calls"), Path("/disk2/calls"), Path("/talks")])
        ['disk1/calls', 'disk2/calls', 'talks']
    """
    parts = [[part for part in base.absolute().parts if part != base.absolute().anchor] for base in bases]
    lengths = [1] * len(bases)
    while True:
        names = ["/".join(own[-length:]) for own, length in zip(parts, lengths, strict=True)]
        equal = [row for row, name in enumerate(names) if names.count(name) > 1 and lengths[row] < len(parts[row])]
        if not equal:
            return names
        for row in equal:
            lengths[row] += 1


def sentence(found: Sequence[Found]) -> str:
    """Return what was passed over, and what to do about it; empty when nothing was.

    Example:
        >>> sentence([Found(Path(), endings=Counter({".txt": 2}), placeholders=1)])
        '2 files with other endings (.txt 2). 1 recording that is only in a cloud: download, then scan again.'
    """
    counts = passed_over(found)
    endings = sum((one.endings for one in found), Counter[str]())
    shown = [f"{ending} {count}" for ending, count in endings.most_common(_MOST_SHOWN)] + ["…"] * (len(endings) > _MOST_SHOWN)
    says = {
        OTHER: ("file", "files", f"with other endings ({', '.join(shown)})."),
        CLOUD: ("recording that is", "recordings that are", "only in a cloud: download, then scan again."),
        LINKED: ("folder that is a link:", "folders that are links:", "give sk.scan a list with the path of each."),
        CLOSED: ("folder", "folders", "that cannot be read: give yourself access."),
    }
    return " ".join(
        f"{count} {one if count == 1 else several} {what}" for count, (one, several, what) in ((n, says[why]) for why, n in counts.items())
    )


def is_media(name: str) -> bool:
    """Return whether a file is a recording by its ending."""
    return Path(name).suffix.lower() in MEDIA_SUFFIXES


def placeholder_of(name: str) -> str | None:
    """Return the name of the file that a placeholder of a cloud service stands for; None for another file.

    Example:
        >>> placeholder_of(".talk.m4a.icloud"), placeholder_of("talk.mp3.owncloud"), placeholder_of("talk.mp3")
        ('talk.m4a', 'talk.mp3', None)
    """
    path = Path(name)
    return path.stem.removeprefix(".") if path.suffix.lower() in _PLACEHOLDERS else None


def _start(where: Path) -> tuple[Path, list[str]]:
    """Return the folder that a pattern starts from, and the parts that are to be matched."""
    parts = list(where.parts)
    base = Path(parts.pop(0)) if where.is_absolute() else Path()
    while parts and (not _WILDCARD.search(parts[0]) or (base / parts[0]).is_dir()):
        base /= parts.pop(0)
    return base, parts


def _listed(found: Found, folder: Path) -> list[os.DirEntry[str]]:
    """Return the entries of a folder, in order; none where it cannot be read, which is counted."""
    try:
        with os.scandir(found.base / folder) as entries:
            return sorted(entries, key=lambda entry: entry.name)
    except OSError:
        found.closed.add(folder)
        return []


def _subfolders(found: Found, folder: Path, entries: Sequence[os.DirEntry[str]]) -> Iterator[str]:
    """Yield the names of the folders among the entries of a folder; hidden ones are left out, links are counted."""
    for entry in entries:
        if not entry.name.startswith(".") and _is_folder(entry):
            if entry.is_symlink() or _is_junction(entry):
                found.links.add(folder / entry.name)
            else:
                yield entry.name


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:  # a link to itself
        return False


def _is_junction(entry: os.DirEntry[str]) -> bool:
    try:
        return bool(getattr(entry.stat(follow_symlinks=False), "st_reparse_tag", 0) == 0xA0000003)
    except OSError:  # it is gone by now
        return False


def _walk(found: Found, folder: Path, *, recursive: bool) -> Iterator[Path]:
    """Yield all files in a folder and below. Its own come first."""
    folders = [folder]
    while folders:
        folder = folders.pop()
        entries = _listed(found, folder)
        yield from (folder / entry.name for entry in entries if not _is_folder(entry))
        if recursive:
            folders += [folder / name for name in _subfolders(found, folder, entries)]


def _matches(found: Found, folder: Path, steps: Sequence[str]) -> Iterator[Path]:
    """Yield the files in a folder that the parts of a pattern lead to."""
    step, rest = steps[0], steps[1:]
    entries = _listed(found, folder)
    if step == "**":
        yield from _matches(found, folder, rest)
        for name in _subfolders(found, folder, entries):
            yield from _matches(found, folder / name, steps)
        return
    for entry in entries:
        if _is_folder(entry):
            if rest and _fits(entry.name, step):
                yield from _matches(found, folder / entry.name, rest)
        elif not rest and _fits(placeholder_of(entry.name) or entry.name, step):
            yield folder / entry.name


def _fits(name: str, step: str) -> bool:
    """Return whether a name is what a part of a pattern says: its extension in any case, its letters in any normal form.

    Brackets may also be those of the name.
    """
    if name.startswith(".") and not step.startswith("."):
        return False
    plain = unicodedata.normalize("NFC", step)
    patterns = {form(plain) for form in (str, _lowered, _escaped, lambda text: _lowered(_escaped(text)))}
    names = {form(unicodedata.normalize("NFC", name)) for form in (str, _lowered)}
    return any(fnmatch.fnmatch(name, pattern) for name in names for pattern in patterns)


def _lowered(name: str) -> str:
    """Return a name or pattern with its extension in lower case."""
    stem, dot, suffix = name.rpartition(".")
    return stem + dot + suffix.lower() if suffix.isalnum() else name


def _escaped(pattern: str) -> str:
    return pattern.replace("[", "[[]")
