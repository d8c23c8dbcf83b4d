"""Reads the bodies of successful answers, and refuses those that do not answer what was asked. Pure.

Raises:
    WrongAnswerError: The answer names another transcript or audio, or no address.
    msgspec.MsgspecError: It is not in the service's form.
"""

from __future__ import annotations

import msgspec

from scribekit.api.answers import Accepted, Fetched, Uploaded
from scribekit.api.identity import is_address, is_id, is_same_audio
from scribekit.base import contract


class WrongAnswerError(Exception):
    """A readable answer is not one to what was asked; its text is a clause such as "names another transcript"."""


class _Created(msgspec.Struct):
    id: str
    status: str = "queued"
    audio_url: str | None = None


class _UploadAnswer(msgspec.Struct):
    upload_url: str


def uploaded(body: bytes) -> Uploaded:
    """Read the answer to an upload."""
    url = msgspec.json.decode(body, type=_UploadAnswer).upload_url
    if not is_address(url):
        raise WrongAnswerError("named no address for the uploaded file")
    return Uploaded(url)


def accepted(audio_url: str, body: bytes) -> Accepted:
    """Read the answer to the creation of a job for this audio."""
    created = msgspec.json.decode(body, type=_Created)
    if not is_id(created.id):
        raise WrongAnswerError("named no transcript")
    if not is_same_audio(audio_url, created.audio_url):
        raise WrongAnswerError("was about other audio")
    return Accepted(created.id, created.status)


def fetched(transcript_id: str, audio_url: str | None, body: bytes) -> Fetched:
    """Read a transcript with this id, and of this audio where that is given."""
    head = contract.read_head(body)
    if head.id != transcript_id:
        raise WrongAnswerError("held another transcript")
    if audio_url is not None and not is_same_audio(audio_url, head.audio_url):
        raise WrongAnswerError("held a transcript of other audio")
    return Fetched(head, body)


def listed(body: bytes) -> contract.ListPage:
    """Read one page of the list. Items without an id that can be asked for are left out."""
    page = contract.read_page(body)
    if not all(is_id(item.id) for item in page.transcripts):
        page = msgspec.structs.replace(page, transcripts=[item for item in page.transcripts if is_id(item.id)], is_whole=False)
    return page
