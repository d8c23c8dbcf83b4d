"""The faults that the service can inject: their names, meanings and JSON form."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Annotated, Any

import msgspec

from scribekit.base import contract
from scribekit.base.errors import OptionError, nearest

REQUEST_KINDS: Mapping[str, str] = {
    "upload": "POST /v2/upload",
    "create": "POST /v2/transcript",
    "list": "GET /v2/transcript",
    "get": "GET /v2/transcript/{id}",
    "delete": "DELETE /v2/transcript/{id}",
    "srt": "GET /v2/transcript/{id}/srt",
    "vtt": "GET /v2/transcript/{id}/vtt",
    "sentences": "GET /v2/transcript/{id}/sentences",
    "paragraphs": "GET /v2/transcript/{id}/paragraphs",
    "word_search": "GET /v2/transcript/{id}/word-search",
    "redacted_audio": "GET /v2/transcript/{id}/redacted-audio",
}
"""Short names of the kinds of requests; the counters use the long ones."""

REQUEST_FAULTS = (
    "reset_before",
    "reset_after",
    "late",
    "http_500",
    "http_502",
    "http_503",
    "http_504",
    "html_500",
    "html_502",
    "html_503",
    "html_504",
    "too_many",
    "too_many_bare",
    "too_many_403",
    "truncate",
    "cut_json",
    "slow_body",
)
"""In the order in which they are drawn; a request has at most one."""

WEBHOOK_FAULTS = ("webhook_lost", "webhook_doubled", "webhook_forged", "webhook_delayed")
"""In the order in which they are drawn; a job's webhook has at most one."""

JOB_ERRORS: Mapping[str, str] = {
    "download": f"{contract.ERROR_DOWNLOAD}, unable to download {{url}}. "
    "Please make sure the file exists and is accessible from the internet.",
    "forbidden": f"{contract.ERROR_DOWNLOAD} to {{url}}, 403 Client Error: Forbidden for url: {{url}}",
    "no_access": f"{contract.ERROR_DOWNLOAD}, unable to access file at {{url}}",
    "no_audio": f"{contract.ERROR_NO_AUDIO}text/html (HTML document, ASCII text, with very long lines (56754)).",
    "transcoding": f"{contract.ERROR_TRANSCODING}. The file is cut off or damaged.",
    "too_short": contract.ERROR_TOO_SHORT,
    "speech_threshold": "Audio speech threshold 0.9461 is below the requested speech threshold value 1.0",
    "language_confidence": "detected language 'bg', confidence 0.2949, is below the requested confidence threshold value of '0.4'",
    "no_speech": "language_detection cannot be performed on files with no spoken audio",
    "server": contract.ERROR_SERVER,
}
"""The errors that jobs end with according to the contract; ``{url}`` is replaced by the audio's address."""

Share = Annotated[float, msgspec.Meta(ge=0, le=1)]
Probability = Share | Mapping[str, Share]
Chance = Share | str
Seconds = Annotated[float, msgspec.Meta(ge=0, le=300)]
PerSecond = Annotated[float, msgspec.Meta(ge=0, le=10_000)]


@dataclass(frozen=True)
class Faults:
    """How likely each fault is, from 0 to 1.

    A fault of requests takes one number for all kinds of requests, or a mapping from the kind to its number:
    ``{"reset_after": {"create": 0.05, "get": 0.01}}``. A fault that takes a *chance* hits that share of its candidates, or those whose
    ``audio_url`` matches a regular expression. A change applies to the requests and jobs that come after it.

    Attributes:
        reset_before: The connection is dropped and nothing is done.
        reset_after: The request is carried out, then the connection is dropped without an answer.
        late: The connection of a ``create`` is dropped, and the job is created ``late_s`` seconds later.
        http_500: 500 with a JSON error, and nothing is done; likewise ``http_502``, ``http_503`` and ``http_504``.
        html_500: 500 with a web page, and nothing is done; likewise ``html_502``, ``html_503`` and ``html_504``.
        too_many: 429 with ``Retry-After``, and nothing is done.
        too_many_bare: 429 without ``Retry-After``, and nothing is done.
        too_many_403: 403 with the sentence and the ``Retry-After`` of ``too_many``, and nothing is done.
        truncate: The request is carried out, and the connection is dropped in the middle of the answer.
        cut_json: The request is carried out, and half of the answer is sent with the ``Content-Length`` of that half.
        slow_body: The second half of the answer is sent ``slow_body_s`` seconds after the first.
        job_server_error: The job ends with the server's own error, which a resubmission may cure.
        fail_once: The chance that an audio's first job ends with the server's own error; its other jobs do not.
        hang: The chance that a job never ends. It keeps the status ``processing`` but frees its slot for other jobs.
        fail_matching: From regular expressions for the ``audio_url`` to the error of the matching jobs: a name of :data:`JOB_ERRORS`
            or a sentence of at least two words.
        refuse_matching: From regular expressions for the body of a request to create a transcript to the sentence that it is refused
            with, such as ``{"universal-3-pro": "The speech model has been deprecated."}``.
        refuse_status: The HTTP status of ``refuse_matching``.
        redacted_audio_late: The masked copy of a recording is answered to be not ready yet.
        webhook_lost: The webhook is never called.
        webhook_doubled: It is called twice.
        webhook_forged: Two forged calls come before the real one: the transcript's id with another status and a wrong secret, and an
            unknown id with the right secret.
        webhook_delayed: The call comes up to ``webhook_delay_s`` seconds late, so that calls of other jobs overtake it.
        other_transcripts_per_s: How many transcripts of other clients come into the list per second.
        late_s: See ``late``.
        slow_body_s: See ``slow_body``.
        retry_after_s: The ``Retry-After`` of ``too_many`` and ``too_many_403``.
        webhook_delay_s: See ``webhook_delayed``.
        seed: Decides which requests and jobs are hit. The same seed and the same order of requests of a kind give the same faults.
    """

    reset_before: Probability = 0.0
    reset_after: Probability = 0.0
    late: Share = 0.0
    http_500: Probability = 0.0
    http_502: Probability = 0.0
    http_503: Probability = 0.0
    http_504: Probability = 0.0
    html_500: Probability = 0.0
    html_502: Probability = 0.0
    html_503: Probability = 0.0
    html_504: Probability = 0.0
    too_many: Probability = 0.0
    too_many_bare: Probability = 0.0
    too_many_403: Probability = 0.0
    truncate: Probability = 0.0
    cut_json: Probability = 0.0
    slow_body: Probability = 0.0
    job_server_error: Share = 0.0
    fail_once: Chance = 0.0
    hang: Chance = 0.0
    fail_matching: Mapping[str, str] = field(default_factory=dict)
    refuse_matching: Mapping[str, str] = field(default_factory=dict)
    refuse_status: Annotated[int, msgspec.Meta(ge=400, le=499)] = 400
    redacted_audio_late: Share = 0.0
    webhook_lost: Share = 0.0
    webhook_doubled: Share = 0.0
    webhook_forged: Share = 0.0
    webhook_delayed: Share = 0.0
    other_transcripts_per_s: PerSecond = 0.0
    late_s: Seconds = 1.0
    slow_body_s: Seconds = 2.0
    retry_after_s: Annotated[int, msgspec.Meta(ge=0)] = 1
    webhook_delay_s: Seconds = 2.0
    seed: int = 0

    @classmethod
    def from_json(cls, text: str | bytes) -> Faults:
        """Read the faults from JSON.

        Raises:
            OptionError: A name is unknown, a value is out of range, or shares add up to more than 1.

        Example:
            >>> Faults.from_json('{"http_503": 0.02, "seed": 7}').http_503
            0.02
        """
        try:
            values = msgspec.json.decode(text or b"{}", type=dict[str, Any])
            _check_names("fault", values, [known.name for known in fields(cls)])
            faults = msgspec.convert(values, cls)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
            raise OptionError(f"The faults cannot be read: {error}. Expected JSON such as {{'http_503': 0.02}}.") from error
        faults._check()
        return faults

    def request_shares(self, kind: str) -> dict[str, float]:
        """Return how likely each fault of a kind of request is, without those that never happen."""
        shares = {fault: _share(getattr(self, fault), kind) for fault in REQUEST_FAULTS}
        if kind != REQUEST_KINDS["create"]:
            del shares["late"]
        return {fault: share for fault, share in shares.items() if share}

    def webhook_shares(self) -> dict[str, float]:
        """Return how likely each fault of a webhook is, without those that never happen."""
        return {fault: share for fault in WEBHOOK_FAULTS if (share := getattr(self, fault))}

    def _check(self) -> None:
        for fault in REQUEST_FAULTS:
            if isinstance(value := getattr(self, fault), Mapping):
                _check_names(f"kind of request in {fault}", value, [*REQUEST_KINDS, *REQUEST_KINDS.values()])
        for name, kind in REQUEST_KINDS.items():
            _check_sum(f"The faults of {name!r}", self.request_shares(kind))
        _check_sum("The faults of webhooks", self.webhook_shares())
        for pattern in (*self.fail_matching, *self.refuse_matching, self.fail_once, self.hang):
            if isinstance(pattern, str):
                _check_pattern(pattern)
        _check_names("job error", [end for end in self.fail_matching.values() if " " not in end], list(JOB_ERRORS))


def job_error(name: str, audio_url: str) -> str:
    """Return the error with this name in :data:`JOB_ERRORS` for an audio; any other text is an error itself.

    Example:
        >>> job_error("no_access", "http://127.0.0.1/a.mp3")
        'Download error, unable to access file at http://127.0.0.1/a.mp3'
    """
    return JOB_ERRORS.get(name, name).replace("{url}", audio_url)


def _share(value: Probability, kind: str) -> float:
    if not isinstance(value, Mapping):
        return value
    return next((share for name, share in value.items() if REQUEST_KINDS.get(name, name) == kind), 0.0)


def _check_names(what: str, names: Iterable[str], known: Sequence[str]) -> None:
    for name in names:
        if name not in known:
            raise OptionError(f"Unknown {what}: {name!r}.{nearest(name, known)}")


def _check_sum(what: str, shares: Mapping[str, float]) -> None:
    total = sum(shares.values())
    if total > 1 + 1e-9:
        raise OptionError(f"{what} add up to {total:g}, but only one is injected at a time: {', '.join(shares)} may add up to at most 1.")


def _check_pattern(pattern: str) -> None:
    try:
        re.compile(pattern)
    except (re.error, RecursionError, OverflowError) as error:
        raise OptionError(f"{pattern!r} is not a regular expression: {error}.") from error
