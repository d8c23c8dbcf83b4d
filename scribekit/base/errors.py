"""Every error that scribekit raises on purpose: one base class, few subclasses, the data as attributes, the next step in the message."""

from __future__ import annotations

import contextlib
import difflib
import inspect
import warnings
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from scribekit.base.addresses import masked
from scribekit.base.brief_traceback import PACKAGE, BriefTraceback


class ScribekitError(BriefTraceback, Exception):
    """Base of every error that scribekit raises on purpose. A notebook shows it in a few lines; ``%tb`` shows the whole traceback.

    Addresses in its message are masked (:mod:`scribekit.base.addresses`).

    Example:
        >>> raise ScribekitError("There is nothing at https://ada:secret@host.example/a.mp3?X-Amz-Signature=4f2a.")
        Traceback (most recent call last):
        scribekit.base.errors.ScribekitError: There is nothing at https://host.example/a.mp3?….
    """

    def __init__(self, *args: object) -> None:
        super().__init__(*(masked(arg) if isinstance(arg, str) else arg for arg in args))


class Interrupted(BriefTraceback, KeyboardInterrupt):
    """Somebody stopped a verb that was at work, with the stop button or Ctrl-C. The message says how far it was and how to go on."""


class ManifestError(ScribekitError):
    """A table, folder or file cannot be read as a manifest."""


class OptionError(ScribekitError):
    """An option, column, format or keyword is unknown, or has a value that the service would refuse."""


class ManifestWarning(UserWarning):
    """A table of recordings could be read only by a guess, or has something that its user should know before anything is sent."""


class ReferenceWarning(UserWarning):
    """A reference could be read only by a guess, has parts that were left out, or has no words to compare. The text names its file."""


class PaidAgainWarning(UserWarning):
    """Recordings that already have a transcript are sent, and paid for, again."""


class DeprecatedModelWarning(UserWarning):
    """A model that was asked for is deprecated: the service still takes it, and has named a newer one."""


class LostOptionWarning(UserWarning):
    """The SDK cannot hold parts of an option in the configuration; if they were given, it has removed them."""


class PlainHttpWarning(UserWarning):
    """Key and recordings go to another machine without encryption: the address begins with ``http://``."""


class QueryWarning(UserWarning):
    """A query has an operator that was written as a word, so the word is looked for."""


class NotTranscribedWarning(UserWarning):
    """A verb gives nothing, because no recording has been transcribed; the text says what to do first."""


class CorpusFolderWarning(UserWarning):
    """A new corpus is put into the folder of the recordings themselves."""


class FontWarning(UserWarning):
    """No font of the machine has some letters of a plot; the text names the fonts to install."""


class ExcelLimitsWarning(UserWarning):
    """A table does not fit into a workbook unchanged: cells were cut or cleaned, or rows continue in another sheet."""


class NoConnectionError(ScribekitError):
    """There is neither an API key nor a running local service."""

    def __str__(self) -> str:
        return super().__str__() or (
            "There is no service to talk to: no API key was found and no local service is running. Two ways on:\n"
            "  1. AssemblyAI: run `export ASSEMBLYAI_API_KEY=…` before starting Python (or set it in `os.environ`\n"
            "     or `aai.settings.api_key`).\n"
            "  2. Offline, at demonstration quality: run `sk.local_service().start()` "
            "(needs `pip install 'scribekit[local]'`)."
        )


class ServiceStoppedError(ScribekitError):
    """The service refuses the whole batch (for example a wrong key or a negative balance), so the batch stopped.

    Attributes:
        kind: The short name of the cause, as in the jobs frame's ``error_kind``.
        advice: What was found and what to do next.
    """

    def __init__(self, kind: str, advice: str) -> None:
        super().__init__(kind, advice)
        self.kind = kind
        self.advice = advice

    def __str__(self) -> str:
        return self.advice


class LedgerError(ScribekitError):
    """The corpus folder cannot be read or written (not a corpus, locked, disk full, made by a newer version)."""


class DamagedFileError(LedgerError):
    """A file of the corpus folder is damaged: it has other bytes than scribekit wrote."""


class DamageWarning(UserWarning):
    """Something in a corpus is damaged, so a verb returns less than was asked for; the text names the first of the recordings.

    Attributes:
        recordings: The ids of all recordings that are concerned.
    """

    def __init__(self, text: str, recordings: Iterable[str] = ()) -> None:
        super().__init__(text)
        self.recordings = tuple(recordings)


class LocalServiceError(ScribekitError):
    """The local service did not start, or has ended."""


class ModelError(ScribekitError):
    """A model of an engine is not there, is damaged, or cannot be fetched."""


class SearchCancelledError(ScribekitError):
    """A search was given up, because its ``cancelled`` returned true."""


class ExportError(ScribekitError):
    """A file cannot be written into the export folder (a file in the way, no permission, disk full)."""


class TimecodeError(ScribekitError, ValueError):
    """A time is negative, or a text is not a time code."""


class MissingExtraError(ScribekitError, ImportError):
    """An optional library is not installed.

    Attributes:
        extra: The name of the extra that installs it.
        purpose: What it is needed for.
    """

    def __init__(self, extra: str, purpose: str) -> None:
        super().__init__(extra, purpose)
        self.extra = extra
        self.purpose = purpose

    def __str__(self) -> str:
        return f"{self.purpose} needs an optional library. Install it with: pip install 'scribekit[{self.extra}]'"


@contextlib.contextmanager
def explained(
    caught: type[Exception] | tuple[type[Exception], ...], raised: type[ScribekitError], message: Callable[[Any], str]
) -> Iterator[None]:
    """Turn the errors of some types, of a library or the system, into one of ours whose message says what to do next.

    Args:
        caught: The types of the original errors.
        raised: The type of our error.
        message: Returns the message of our error, given the original one; see :func:`reason`.

    Example:
        >>> with explained(OSError, ExportError, lambda cause: f"Cannot read 'a.txt': {reason(cause)}. Choose another file."):
        ...     raise FileNotFoundError(2, "No such file or directory", "a.txt")
        Traceback (most recent call last):
        scribekit.base.errors.ExportError: Cannot read 'a.txt': No such file or directory. Choose another file.
    """
    try:
        yield
    except caught as cause:
        raise raised(message(cause)) from cause


def reason(cause: Exception) -> str:
    """Return what an error says, without its number and without the file that a system error also names.

    Example:
        >>> reason(PermissionError(13, "Permission denied", "a.txt")), reason(ValueError("no number")), reason(OSError())
        ('Permission denied', 'no number', 'OSError')
    """
    return getattr(cause, "strerror", None) or str(cause) or type(cause).__name__


def warn_user(message: str | Warning, category: type[Warning] | None = None) -> None:
    """Issue a warning, or a text as one of a category; it points to the line of the user's code, however deep in the package it arises."""
    frame, depth = inspect.currentframe(), 1
    while frame is not None and (frame.f_code.co_filename.startswith(PACKAGE) or "contextlib" in frame.f_code.co_filename):
        frame, depth = frame.f_back, depth + 1
    warnings.warn(message, category, stacklevel=max(depth, 2))


def nearest(name: str, known: Iterable[str]) -> str:
    """Return the end of a message about an unknown name: the nearest known name, or all of them.

    Example:
        >>> nearest("speaker", ["speakers", "vtt"])
        " Did you mean 'speakers'?"
        >>> nearest("docx", ["srt", "vtt"])
        ' Known are: srt, vtt.'
    """
    names = sorted(known)
    close = difflib.get_close_matches(str(name), names, n=1, cutoff=0.6)
    return f" Did you mean {close[0]!r}?" if close else f" Known are: {', '.join(names)}."


def kind_and_place(problem: BaseException) -> str:
    """Return the kind of an error and where it was raised, without its text, which may quote a transcript.

    Example:
        >>> kind_and_place(ValueError("what somebody said"))
        'ValueError'
    """
    trace = problem.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    place = f" at {Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}" if trace is not None else ""
    return f"{type(problem).__name__}{place}"
