"""Finding the transcript of a request whose answer was lost, in the service's list, before anything is sent again."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable, Mapping
from typing import Any

from scribekit.api.answers import Accepted, NoAnswer, NotFound, Refused
from scribekit.api.client import Client, Fetched
from scribekit.base import contract
from scribekit.base.signed_addresses import without_signature
from scribekit.batch.engine.outages import Contact, Way
from scribekit.corpus.job import Job


async def find_lost_transcript(
    client: Client, contact: Contact, job: Job, known: Callable[[list[str]], set[str]]
) -> Accepted | NotFound | Refused | NoAnswer:
    """Search the list for the transcript that a lost answer may have named.

    It has the job's ``audio_url``, is newer than the newest that was listed before the request, and belongs to no job
    yet. An upload's URL is unique; for a public URL the options that the service echoes must be the job's own.

    Args:
        client: The open connection.
        contact: The way of its requests.
        job: The job whose answer was lost.
        known: Returns which of some transcript ids belong to a job already.
    """
    before = None
    address = without_signature(job.audio_url or "")  # the link may have been signed again since the request
    same_audio: list[contract.ListItem] = []
    while True:
        page = await contact.ask(Way.LIST, job.key, functools.partial(client.page, before))
        if not isinstance(page, contract.ListPage):
            return page
        for item in page.transcripts:
            if item.id == job.bookmark:
                return await _match(client, contact, job, same_audio, known)
            if item.audio_url == job.audio_url or (not job.is_local and without_signature(item.audio_url or "") == address):
                same_audio.append(item)
        if page.is_last:
            return await _match(client, contact, job, same_audio, known)
        before = page.transcripts[-1].id


async def _match(
    client: Client, contact: Contact, job: Job, same_audio: list[contract.ListItem], known: Callable[[list[str]], set[str]]
) -> Accepted | NotFound | Refused | NoAnswer:
    taken = known([item.id for item in same_audio])
    matches: list[tuple[int, contract.ListItem]] = []
    for item in reversed(same_audio):  # the oldest first
        if item.id in taken:
            continue
        if job.is_local:
            return Accepted(item.id, item.status, found=True)
        fetched = await contact.ask(Way.GET, job.key, functools.partial(client.get, item.id))
        if not isinstance(fetched, Fetched):
            return fetched
        echoed, options = contract.read_json(fetched.body), json.loads(job.options)
        if _echoes(echoed, options):
            matches.append((sum(echoed.get(name) == value for name, value in options.items()), item))
    if not matches:
        return NotFound()
    _, best = max(matches, key=lambda match: match[0])
    return Accepted(best.id, best.status, found=True)


def _echoes(echoed: Mapping[str, Any], options: Mapping[str, Any]) -> bool:
    """Return whether a transcript was made with these options, by those that the service echoes unchanged.

    Those are the booleans and the models. The service may rewrite others (language codes, for example): to count that as
    a difference would send, and pay for, the job again. They only decide between several matches.
    """
    return all(
        echoed[name] == value
        for name, value in options.items()
        if (isinstance(value, bool) and isinstance(echoed.get(name), bool)) or (name == "speech_models" and echoed.get(name))
    )
