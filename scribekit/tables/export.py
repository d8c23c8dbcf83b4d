"""Write completed transcripts as files, one per recording and format (``sk.export``).

File names are valid on every system, and no file is ever half written.
"""

from __future__ import annotations

import errno
import hashlib
import itertools
import os
import secrets
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import pandas as pd

from scribekit.base.errors import ExportError, OptionError, explained, reason
from scribekit.base.file_names import component, plan_names
from scribekit.base.progress import QUIET_UNDER_S, Progress
from scribekit.base.schema import WRITTEN
from scribekit.corpus import payloads
from scribekit.corpus.handles import Batch, Corpus, takes_corpus
from scribekit.transcripts.formats import FORMATS, Document, Format, resolve

DEFAULT_FORMATS = ("txt", "srt", "vtt", "speakers", "json")
TRANSLATED_FORMATS = ("txt", "srt", "vtt", "speakers")
_LONGEST_LANGUAGE_BYTES = 40
SUFFIXES = tuple(found.suffix for found in FORMATS.values())

_ADVICE = {
    errno.ENOSPC: "The disk is full. Free some space or choose another folder, and export again.",
    errno.EDQUOT: "Your disk quota is used up. Free some space or choose another folder, and export again.",
    errno.EFBIG: "The file is larger than this system lets you write. Choose another folder, and export again.",
    errno.EACCES: "There is no permission to write there. Choose a folder of your own.",
    errno.EPERM: "There is no permission to write there. Choose a folder of your own.",
    errno.EROFS: "That disk is read-only. Choose another folder.",
    errno.EEXIST: "A file is where a folder is needed. Move it away or choose another folder.",
    errno.ENOTDIR: "A file is where a folder is needed. Move it away or choose another folder.",
    errno.EISDIR: "A folder is where the file should go. Move it away or choose another folder.",
    errno.ENAMETOOLONG: "The path is too long for this system. Choose a folder nearer to the root of the disk.",
}


@takes_corpus
def export(
    batch_or_corpus: Batch | Corpus,
    folder: str | Path,
    formats: Sequence[str] | None = None,
    *,
    options: Mapping[str, Mapping[str, bool]] | None = None,
    language: str | None = None,
    unredacted: bool = False,
    reviewed: bool = True,
    progress: bool = True,
) -> pd.DataFrame:
    """Write the completed transcripts as files, one per recording and format.

    A recording's files mirror its ``recording_id`` (``2019/interview.mp3`` → ``2019/interview.mp3.srt``), so no two
    recordings ever share a name. Each file is written whole or not at all. Nothing is sent anywhere: export again as
    often as you like.

    Args:
        batch_or_corpus: What ``submit_batch`` or ``open_corpus`` gave.
        folder: Where to write; it is made when it does not exist.
        formats: Any of ``txt``, ``srt``, ``vtt``, ``speakers``, ``json`` (these five unless you name others) and ``markdown``, which has
            the summary and the action items before the text. ``json`` has everything that the service returned, except texts without
            masks.
        options: Options of formats, by name. ``{"srt": {"speakers": True}}`` begins each caption of an SRT file with its speaker
            (``Speaker A: …``, or the name that the speaker was given); ``{"vtt": {"speakers": False}}`` leaves the speakers of WebVTT out.
        language: Write the translations in this language instead of what was said: ``interview.mp3.de.srt``. Formats are then ``txt``,
            ``srt``, ``vtt`` and ``speakers``. A translation is of the transcript as received. Captions need translated utterances
            (``match_original_utterance``), whose words share the time of their utterance; where only the whole text was translated,
            there is only ``txt``. A recording without a translation in this language has no file.
        unredacted: Write the texts without masks (``redact_pii_return_unredacted``), as received, to files of their own:
            ``interview.mp3.unredacted.txt``. A recording that has none has no file.
        reviewed: Apply the edits of people; false writes every transcript as received.
        progress: Show progress when it takes more than two seconds.

    Returns:
        The files that were written: ``recording_id, format, path, bytes, sha256`` (``schema.WRITTEN``).

    Raises:
        OptionError: A format or an option of it is not known, or a format cannot be written in another language; or no transcript has such
            a translation, or texts without masks.
        ExportError: The folder cannot be written.
    """
    edition = _edition(language, unredacted=unredacted)
    usual = DEFAULT_FORMATS if language is None else TRANSLATED_FORMATS
    chosen = resolve(usual if formats is None else formats, options)
    for form in chosen if language is not None else ():
        if not form.is_of_words:
            raise OptionError(f"{form.name!r} holds every language that there is, so it is not written in one. Leave out language= for it.")
    with batch_or_corpus.reading() as view:
        view.warn_if_nothing_is_transcribed()
        sources = {recording_id: source for recording_id, (source, _) in view.ledger.sources().items()}
        with Progress(len(view.completed), "recordings", "Exporting", enabled=progress, quiet_under_s=QUIET_UNDER_S) as bar:
            documents = _documents(payloads.payloads(view.ledger, view.completed, reviewed=reviewed), sources, bar)
            if edition is None:
                return write_documents(Path(folder), documents, chosen, plan_names(sources, SUFFIXES))
            suffixes = [edition.mark + suffix for suffix in SUFFIXES]
            names = {name: planned + edition.mark for name, planned in plan_names(sources, [*SUFFIXES, *suffixes]).items()}
            found = filter(None, map(edition.of, documents))
            if (first := next(found, None)) is None and view.completed:
                raise OptionError(edition.missing)
            return write_documents(Path(folder), itertools.chain([first] if first else [], found), chosen, names)


@dataclass(frozen=True)
class _Edition:
    """What is written instead of the transcripts as they are shown.

    Attributes:
        mark: What is added to the recordings' names.
        of: Returns the document to write; None for a transcript that does not have it.
        missing: What to say when no transcript has it.
    """

    mark: str
    of: Callable[[Document], Document | None]
    missing: str


def _edition(language: str | None, *, unredacted: bool) -> _Edition | None:
    if language is not None and unredacted:
        raise OptionError("language= and unredacted= exclude each other: the service does not translate texts without masks.")
    if unredacted:
        missing = "No transcript has texts without masks. The service returns them only for redact_pii_return_unredacted=True."
        return _Edition(".unredacted", Document.unredacted, missing)
    if language is None:
        return None
    missing = (
        f"No transcript has a translation into {language!r}. sk.to_frame(corpus, 'translations')['language'].unique() lists the languages "
        "that there are."
    )
    return _Edition(f".{component(language, _LONGEST_LANGUAGE_BYTES)}", lambda one: one.translated(language), missing)


def _documents(transcripts: Iterable[tuple[str, bytes]], sources: Mapping[str, str], bar: Progress) -> Iterator[Document]:
    """Yield the documents to write, one at a time. Each counts as done when the next one is requested."""
    for done, (name, payload) in enumerate(transcripts, start=1):
        yield Document.from_payload(name, payload, source=sources[name])
        bar.update(done)


def write_documents(folder: Path, documents: Iterable[Document], formats: Sequence[Format], names: Mapping[str, str]) -> pd.DataFrame:
    """Write each document in each format, one document at a time.

    A file gets its name only when it is complete and on the disk; an existing file of that name is replaced.

    Args:
        folder: Where to write; it is made when it does not exist.
        documents: The documents.
        formats: The formats.
        names: ``recording_id`` → name, from ``plan_names``.

    Returns:
        The files that were written, with the columns of ``schema.WRITTEN``.

    Raises:
        ExportError: A file cannot be written. Files that were written before it are kept.
    """
    rows: list[dict[str, Any]] = []
    with _explained(folder):
        folder.mkdir(parents=True, exist_ok=True)
    for document in documents:
        for form in formats:
            if form.needs_times and not document.has_times:
                continue
            path = folder / f"{names[document.recording_id]}{form.suffix}"
            content = form.render(document).encode()
            with whole_file(path) as file:
                file.write(content)
            digest = hashlib.sha256(content).hexdigest()
            rows.append(
                {
                    "recording_id": document.recording_id,
                    "format": form.name,
                    "path": str(path),
                    "bytes": len(content),
                    "sha256": digest,
                }
            )
    return WRITTEN.frame(rows)


@contextmanager
def whole_file(path: Path) -> Iterator[BinaryIO]:
    """Open a file that gets its name only when all is written and on the disk; until then an existing file of that name stays.

    Args:
        path: Its path; folders that do not exist are made.

    Raises:
        ExportError: The file cannot be written.
    """
    with _explained(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = path.with_name(f".{secrets.token_hex(8)}.part")
        try:
            with temporary.open("xb") as file:
                yield file
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(path)
        finally:
            temporary.unlink(missing_ok=True)


def _explained(path: Path) -> AbstractContextManager[None]:
    def message(cause: OSError) -> str:
        advice = _ADVICE.get(cause.errno or 0, "Choose another folder, and export again.")
        return f"Cannot write {str(path)!r}: {reason(cause)}. {advice}"

    return explained(OSError, ExportError, message)
