"""From stored transcripts to parts: each payload is read once, for the tables of all levels."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa

from scribekit.base import schema
from scribekit.corpus import payloads as stored
from scribekit.corpus.ledger import Ledger
from scribekit.tables.arrow import fingerprint
from scribekit.tables.store import Catalogue, Folder, StoredTranscript
from scribekit.transcripts import frames

VERSION = 4  # raise it when the rule by which a row is made changes: all tables are then built anew
DERIVED = {name: schema.LEVELS[name] for name in frames.PROJECTIONS}
FINGERPRINT = fingerprint(list(DERIVED.values()), VERSION)

PART_AUDIO_S = 24 * 3600.0  # some 200,000 words: what is in memory at once
PART_RECORDINGS = 2000
_UNKNOWN_S = 600.0
_HELP_FROM = 4  # a second process is worth its start from so many parts on


class Wanted(NamedTuple):
    """A recording whose tables are wanted."""

    holding: StoredTranscript
    audio_s: float


Chunk = list[Wanted]
"""The recordings of one part to be."""


def cut(wanted: Sequence[Wanted]) -> list[Chunk]:
    """Cut recordings into parts, each of a length that fits into memory with ease.

    Example:
        >>> day = [Wanted(StoredTranscript(str(hour), "k", "t"), 3600.0) for hour in range(25)]
        >>> [len(chunk) for chunk in cut(day)]
        [24, 1]
    """
    chunks: list[Chunk] = []
    audio_s = 0.0
    for one in wanted:
        if not chunks or audio_s + one.audio_s > PART_AUDIO_S or len(chunks[-1]) >= PART_RECORDINGS:
            chunks.append([])
            audio_s = 0.0
        chunks[-1].append(one)
        audio_s += one.audio_s
    return chunks


def length_s(audio_duration_s: float | None) -> float:
    """The length that a recording counts with."""
    return audio_duration_s or _UNKNOWN_S


def project(ledger: Ledger, holdings: Iterable[StoredTranscript], *, reviewed: bool) -> dict[str, pa.Table]:
    """The rows of some recordings, level by level."""
    payloads = stored.payloads(ledger, [(one.recording_id, one.job_key) for one in holdings], reviewed=reviewed)
    return frames.project(DERIVED, payloads)


def build(
    corpus: Path, folder: Folder, catalogue: Catalogue, ledger: Ledger, chunks: Sequence[Chunk], on_done: Callable[[], object]
) -> None:
    """Make the parts of chunks, of many with the help of a second process that begins at the other end.

    Args:
        corpus: The corpus folder.
        folder: The folder of its tables.
        catalogue: Its open catalogue.
        ledger: Its open ledger.
        chunks: What is to be made.
        on_done: Called after each part.
    """
    with _helper(corpus, chunks) if len(chunks) >= _HELP_FROM and _cores() > 1 else contextlib.nullcontext():
        for chunk in chunks:
            build_part(folder, catalogue, ledger, chunk)
            on_done()


def build_part(folder: Folder, catalogue: Catalogue, ledger: Ledger, chunk: Chunk) -> None:
    """Make the part of a chunk, of those of its recordings that no part holds by now."""
    held = catalogue.held_of([one.holding.recording_id for one in chunk])
    missing = [one for one in chunk if one.holding.recording_id not in held]
    if missing:
        holdings = [one.holding for one in missing]
        files = folder.write(project(ledger, holdings, reviewed=False))
        catalogue.replace([], holdings, files, audio_s=sum(one.audio_s for one in missing))


@contextlib.contextmanager
def _helper(corpus: Path, chunks: Sequence[Chunk]) -> Iterator[None]:
    """A second process that makes the same parts from the last to the first, so that the two meet.

    It is one more process at work on the same folder, and of no consequence if it fails: what it has not made is made here. It is
    started as a command because a fork of a notebook's kernel, or a spawn that runs the user's script again, is not to be had safely.
    """
    task = json.dumps({"corpus": str(corpus), "chunks": list(reversed(chunks))})
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    try:
        process = subprocess.Popen(
            [sys.executable, "-m", "scribekit.tables.store"],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=environment,
            start_new_session=True,  # an interrupt is for the process that the user sees, which then ends this one
        )
    except OSError:
        yield
        return
    assert process.stdin is not None
    try:
        with contextlib.suppress(OSError):
            process.stdin.write(task.encode())
            process.stdin.close()
        yield
    finally:
        process.kill()
        process.wait()


def help_out(task: bytes) -> None:
    """What the second process does."""
    given = json.loads(task)
    corpus = Path(given["corpus"])
    with Ledger(corpus) as ledger, Catalogue(Folder(corpus).path, FINGERPRINT) as catalogue:
        for chunk in given["chunks"]:
            recordings = [Wanted(StoredTranscript(*holding), audio_s) for holding, audio_s in chunk]
            build_part(Folder(corpus), catalogue, ledger, recordings)


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
