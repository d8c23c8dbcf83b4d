"""Checks the request to create a transcript. Pure.

Where the contract documents an error message, it is used literally; where it only documents a rule, the message is our own. A rule whose
answer is not documented is answered with an error here.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from scribekit.base import contract
from scribekit.base.models import find_model, known_models
from scribekit.base.options import OPTIONS, Outcome, kind_problem, value_problem, violations

NOT_AN_ADDRESS = "audio_url should start with http"
MOST_DIGITS = 9


class InvalidRequestError(Exception):
    """The request is answered with 400; the message is the answer's ``error``."""


def check_request(body: Any, *, require_models: bool = False) -> dict[str, Any]:
    """Return the options of a request, without those that are null.

    Raises:
        InvalidRequestError: An option is unknown, of the wrong type, out of range, or at odds with another.

    Example:
        >>> check_request({"audio_url": "http://127.0.0.1/a.mp3", "punctuate": None})
        {'audio_url': 'http://127.0.0.1/a.mp3'}
    """
    if not isinstance(body, dict) or body.keys() - OPTIONS.keys():
        raise InvalidRequestError(contract.ERROR_SCHEMA)
    options = {name: value for name, value in body.items() if value is not None}
    for name, value in options.items():
        problem = kind_problem(name, value) or value_problem(name, value)
        if problem is not None:
            raise InvalidRequestError(problem)
    if not options.get("audio_url"):
        raise InvalidRequestError(contract.ERROR_SCHEMA)
    if not is_address(options["audio_url"]):
        raise InvalidRequestError(NOT_AN_ADDRESS)
    if require_models and not (options.get("speech_models") or options.get("speech_model")):
        raise InvalidRequestError("speech_models must be a List of Strings")
    single = options.get("speech_model")
    for model in map(find_model, [*options.get("speech_models", ()), *([single] if single else [])]):
        if model.is_refused:
            raise InvalidRequestError(model.said or _models_taken())
    for broken in violations(options):
        if broken.rule.outcome is not Outcome.IGNORED:
            raise InvalidRequestError(broken.literal or broken.sentence)
    return options


def is_address(url: str) -> bool:
    """Whether a text is an http(s) address with a host. A path and a ``file:`` address are not, so that no file of this machine is opened.

    Example:
        >>> is_address("https://files.example/a.mp3"), is_address("file:///etc/passwd"), is_address("http:///etc/passwd")
        (True, False, False)
    """
    try:
        parts = urlsplit(url)
        return url.isprintable() and parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:  # a port that is no number, a bracket that is not closed
        return False


def whole_number(text: str) -> int | None:
    """Return the number in a query parameter; None for anything but a few digits.

    Example:
        >>> whole_number("200"), whole_number("-1"), whole_number("9" * 5000)
        (200, None, None)
    """
    return int(text) if text.isdecimal() and len(text) <= MOST_DIGITS else None


def _models_taken() -> str:
    """Return the service's sentence for a model that it does not take, with the names that it takes today."""
    names = ", ".join(f'"{name}"' for name, model in known_models().items() if not model.is_refused)
    return f'"speech_models" must be a non-empty list containing one or more of: {names}'
