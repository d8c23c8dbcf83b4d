"""Build parts from stored transcripts. Each payload is read once, for the tables of all levels."""

from __future__ import annotations

import contextlib
import json
import logging
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa

from scribekit.base import schema
from scribekit.base.errors import ScribekitError, kind_and_place
from scribekit.corpus import payloads
from scribekit.corpus.ledger import Ledger
from scribekit.tables.arrow import fingerprint
from scribekit.tables.store import Catalogue, Folder, StoredTranscript
from scribekit.transcripts import frames

VERSION = 5  # raise it when the rules by which rows are made change: all tables are then built again
DERIVED = {name: schema.LEVELS[name] for name in frames.PROJECTIONS}
FINGERPRINT = fingerprint(list(DERIVED.values()), VERSION)

PART_AUDIO_S = 24 * 3600.0  # about 200,000 words, which are in memory at once
PART_RECORDINGS = 2000
HELP_FROM = 4
"""From this many parts on, a second process saves more time than its start takes."""
_UNKNOWN_S = 600.0
_HELPER_FAILED = "The second process that builds tables %s. The tables are complete; building them took longer."
_log = logging.getLogger(__name__)


class Wanted(NamedTuple):
    """A recording whose tables are wanted."""

    transcript: StoredTranscript
    audio_s: float


Chunk = list[Wanted]
"""The recordings of one part that is to be built."""


def split_into_chunks(wanted: Sequence[Wanted]) -> list[Chunk]:
    """Split recordings into chunks of one part each, small enough for memory.

    Example:
        >>> day = [Wanted(StoredTranscript(str(hour), "k", "t"), 3600.0) for hour in range(25)]
        >>> [len(chunk) for chunk in split_into_chunks(day)]
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
    """Return the length of a recording, or a usual one if it is unknown."""
    return audio_duration_s or _UNKNOWN_S


def project(
    ledger: Ledger, transcripts: Sequence[StoredTranscript], *, reviewed: bool
) -> tuple[dict[str, pa.Table], set[StoredTranscript]]:
    """Return level → rows of some recordings, and the transcripts that were read: all but the damaged ones."""
    keys = {one.recording_id: one for one in transcripts}
    read: set[StoredTranscript] = set()

    def bodies() -> Iterator[tuple[str, bytes]]:
        wanted = [(name, one.job_key) for name, one in keys.items()]
        for recording_id, body in payloads.payloads(ledger, wanted, reviewed=reviewed):
            read.add(keys[recording_id])
            yield recording_id, body

    return frames.project(DERIVED, bodies()), read


def build(
    corpus: Path, folder: Folder, catalogue: Catalogue, ledger: Ledger, chunks: Sequence[Chunk], on_done: Callable[[], object]
) -> None:
    """Build the parts of chunks. If there are many, a second process builds them from the other end.

    Args:
        corpus: The corpus folder.
        folder: The folder of its tables.
        catalogue: Its open catalogue.
        ledger: Its open ledger.
        chunks: The recordings of each part.
        on_done: Called after each part.
    """
    with _second_process(corpus, chunks) if len(chunks) >= HELP_FROM and _cores() > 1 else contextlib.nullcontext():
        for chunk in chunks:
            build_part(folder, catalogue, ledger, chunk)
            on_done()


def build_part(folder: Folder, catalogue: Catalogue, ledger: Ledger, chunk: Chunk) -> None:
    """Build the part of a chunk, without the recordings that a part has already, and those whose transcripts are damaged."""
    present = catalogue.present([one.transcript.recording_id for one in chunk])
    missing = [one for one in chunk if one.transcript.recording_id not in present]
    if missing:
        tables, read = project(ledger, [one.transcript for one in missing], reviewed=False)
        held = [one for one in missing if one.transcript in read]
        if held:
            catalogue.replace([], [one.transcript for one in held], folder.write(tables), audio_s=sum(one.audio_s for one in held))


@contextlib.contextmanager
def _second_process(corpus: Path, chunks: Sequence[Chunk]) -> Iterator[None]:
    """Run a second process that builds the same parts from the last to the first, until the two meet.

    If it fails, this process builds the missing parts, which only takes longer; a warning in the log says so. It is started as a command,
    because a fork of a notebook's kernel is not safe, and a spawn would run the user's script again.
    """
    task = json.dumps({"corpus": str(corpus), "chunks": list(reversed(chunks))})
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    try:
        process = subprocess.Popen(
            [sys.executable, "-m", "scribekit.tables.store"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment,
            start_new_session=True,  # an interrupt reaches only the process that the user sees, which then ends this one
        )
    except OSError as problem:
        _log.warning(_HELPER_FAILED, f"could not be started: {problem.strerror}")
        yield
        return
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        with contextlib.suppress(OSError):
            process.stdin.write(task.encode())
            process.stdin.close()
        yield
    finally:
        ended = process.poll()
        process.kill()
        with process.stdout:
            reason = process.stdout.read().decode("utf-8", "replace").strip()
        process.wait()
        if ended:
            _log.warning(_HELPER_FAILED, f"ended with code {ended}" + (f": {reason}" if reason else ""))


def run_task(task: bytes) -> str | None:
    """Build the parts of a task, as the second process. Return why it failed, without any text of a transcript."""
    given = json.loads(task)
    corpus = Path(given["corpus"])
    try:
        with Ledger(corpus) as ledger, Catalogue(Folder(corpus).path, FINGERPRINT) as catalogue:
            for chunk in given["chunks"]:
                wanted = [Wanted(StoredTranscript(*transcript), audio_s) for transcript, audio_s in chunk]
                build_part(Folder(corpus), catalogue, ledger, wanted)
    except ScribekitError as problem:
        return str(problem)
    except Exception as problem:  # noqa: BLE001 -- the parent process reports it and does the work itself
        return kind_and_place(problem)
    return None


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
