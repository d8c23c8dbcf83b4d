"""Finding the transcript of a request whose answer was lost, in the service's own list, before anything is sent again."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from scribekit.api.answers import Accepted, NoAnswer, NotFound, Refused
from scribekit.api.client import Client, Fetched
from scribekit.base import contract
from scribekit.corpus.job import Job


async def find_lost_transcript(api: Client, job: Job, known: Callable[[list[str]], set[str]]) -> Accepted | NotFound | Refused | NoAnswer:
    """Look for the transcript that a lost answer may have been about.

    It is one with the job's ``audio_url``, newer than the newest that was listed before the request, that belongs to no
    job yet. An upload's URL is unique; for a public URL the options that the service echoes must be the job's own.

    Args:
        api: The open connection.
        job: The job in doubt.
        known: Tells which of some transcript ids belong to a job already.
    """
    before = None
    alike: list[contract.ListItem] = []
    while True:
        page = await api.page(before)
        if not isinstance(page, contract.ListPage):
            return page
        for item in page.transcripts:
            if item.id == job.bookmark:
                return await _ours(api, job, alike, known)
            if item.audio_url == job.audio_url:
                alike.append(item)
        if page.is_last:
            return await _ours(api, job, alike, known)
        before = page.transcripts[-1].id


async def _ours(
    api: Client, job: Job, alike: list[contract.ListItem], known: Callable[[list[str]], set[str]]
) -> Accepted | NotFound | Refused | NoAnswer:
    taken = known([item.id for item in alike])
    fitting: list[tuple[int, contract.ListItem]] = []
    for item in reversed(alike):  # the oldest first
        if item.id in taken:
            continue
        if job.is_local:
            return Accepted(item.id, item.status, found=True)
        fetched = await api.get(item.id)
        if not isinstance(fetched, Fetched):
            return fetched
        echoed, options = contract.read_json(fetched.body), json.loads(job.options)
        if _echoes(echoed, options):
            fitting.append((sum(echoed.get(name) == value for name, value in options.items()), item))
    if not fitting:
        return NotFound()
    _, best = max(fitting, key=lambda scored: scored[0])
    return Accepted(best.id, best.status, found=True)


def _echoes(echoed: Mapping[str, Any], options: Mapping[str, Any]) -> bool:
    """Whether a transcript was asked for with these options, going by those that the service echoes word for word.

    Those are the switches and the models. Others it may rewrite (language codes, say); taking such a one for a difference
    would send, and pay for, the job again. They only decide between several that fit.
    """
    return all(
        echoed[name] == value
        for name, value in options.items()
        if (isinstance(value, bool) and isinstance(echoed.get(name), bool)) or (name == "speech_models" and echoed.get(name))
    )
