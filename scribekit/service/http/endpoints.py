"""The endpoints: what each address of the contract does."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Mapping

import msgspec
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from scribekit.base import contract
from scribekit.base.errors import OptionError
from scribekit.service.faults.spec import Faults
from scribekit.service.http import captions, pages, rendering, word_search
from scribekit.service.http.validation import InvalidRequestError, check_request, whole_number
from scribekit.service.recognisers import abilities
from scribekit.service.state.redacted_copies import silent_wav
from scribekit.service.state.service import Service
from scribekit.service.state.store import Job
from scribekit.service.state.uploads import NoRoomError, TooLargeError

Endpoint = Callable[[Service, Request, str], Awaitable[Response]]

EMPTY_UPLOAD = "Upload failed, the request body is empty."
TOO_LARGE_UPLOAD = "Upload failed, the file is larger than 2.2 GB."
NO_ROOM = "Upload failed, the service has no room for the file now."
ROOM_RETRY_S = 5
NO_REDACTED_AUDIO = "Redacted audio is not available for this transcript."


def json_response(payload: object, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """Return a JSON answer; bytes are taken as JSON already."""
    body = payload if isinstance(payload, bytes) else msgspec.json.encode(payload)
    return Response(body, status, headers, media_type="application/json")


def error_response(error: str, status: int = 400, headers: Mapping[str, str] | None = None) -> Response:
    """Return an error in the contract's form."""
    return json_response({"error": error}, status, headers)


def too_many_response(wait_s: int, status: int = 429) -> Response:
    """Return the answer to a request beyond the limit."""
    return error_response(contract.ERROR_TOO_MANY, status, {"retry-after": str(wait_s)})


async def upload(service: Service, request: Request, _: str) -> Response:
    """POST /v2/upload: write the raw body to disk as it comes."""
    try:
        chunks = service.bandwidth.paced(request.stream())
        upload_id, received = await service.uploads.receive(chunks, largest_bytes=contract.LARGEST_UPLOAD_BYTES)
    except TooLargeError:
        return error_response(TOO_LARGE_UPLOAD)
    except NoRoomError:
        return error_response(NO_ROOM, 503, {"retry-after": str(ROOM_RETRY_S)})
    if received.size_bytes == 0:
        service.uploads.discard(upload_id)
        return error_response(EMPTY_UPLOAD)
    service.counters.uploads_by_content[received.sha256] += 1
    return json_response({"upload_url": service.sources.upload_url(upload_id)})


async def create_transcript(service: Service, request: Request, _: str) -> Response:
    """POST /v2/transcript: create a job, and answer while it is queued."""
    try:
        body = msgspec.json.decode(await request.body())
        options = check_request(body, require_models=service.settings.require_models)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return error_response(contract.ERROR_SCHEMA)
    except InvalidRequestError as error:
        return error_response(str(error))
    refusal = abilities.refusal(service.recogniser.abilities, options, service.recogniser.name)
    if refusal is not None:
        return error_response(refusal)
    injected = service.fault_draws.refusal((await request.body()).decode("utf-8", "replace"))
    if injected is not None:
        service.counters.faults["refuse_matching"] += 1
        return error_response(injected, service.fault_draws.faults.refuse_status)
    return json_response(rendering.transcript(service.create(options)))


async def list_transcripts(service: Service, request: Request, _: str) -> Response:
    """GET /v2/transcript: one page, newest first."""
    service.other_clients.catch_up(time.monotonic())
    try:
        query = pages.parse_query(request.query_params)
        jobs, has_older = service.store.page(query)
    except ValueError as error:
        return error_response(str(error))
    except KeyError:
        return error_response(contract.ERROR_NOT_FOUND)
    return json_response(pages.list_page(query, jobs, service.settings, has_older=has_older))


async def get_transcript(service: Service, _: Request, transcript_id: str) -> Response:
    """GET /v2/transcript/{id}: the transcript in any status; failed ones are answered with 200 too."""
    job = service.store.get(transcript_id)
    return error_response(contract.ERROR_NOT_FOUND) if job is None else json_response(rendering.transcript(job))


async def delete_transcript(service: Service, _: Request, transcript_id: str) -> Response:
    """DELETE /v2/transcript/{id}: wipe a finished transcript and its upload.

    The contract does not say what happens to an unfinished one; it is refused with 400 here.
    """
    job = service.store.get(transcript_id)
    if job is None:
        return error_response(contract.ERROR_NOT_FOUND)
    if job.status not in ("completed", "error"):
        return error_response(f"The transcript is {job.status} and cannot be deleted before it is completed.")
    service.uploads.discard(service.sources.upload_id(job.audio_url) or "")
    job.wipe()
    return json_response(rendering.transcript(job))


async def redacted_audio(service: Service, _: Request, transcript_id: str) -> Response:
    """GET /v2/transcript/{id}/redacted-audio: the signed address of a copy, 202 at first, 400 where there is none."""
    job = service.store.get(transcript_id)
    if job is None:
        return error_response(contract.ERROR_NOT_FOUND)
    if job.status in ("queued", "processing"):
        return json_response({"status": job.status}, 202)
    if job.is_deleted or job.recognition is None or not job.options.get("redact_pii_audio"):
        return error_response(NO_REDACTED_AUDIO)
    if service.fault_draws.is_redacted_audio_late():
        return json_response({"status": "processing"}, 202)
    url = service.settings.base_url + service.redacted_copies.address(job.id, time.time())
    return json_response({"status": "redacted_audio_ready", "redacted_audio_url": url})


async def redacted_copy(service: Service, request: Request, name: str) -> Response:
    """GET /redacted-audio/{name}: the copy itself, for whoever has its signed address."""
    job = service.store.get(name.removesuffix(".wav"))
    if job is None or job.recognition is None or not service.redacted_copies.is_signed(name, request.url.query):
        return error_response("Access denied", 403)
    return StreamingResponse(silent_wav(job.recognition.duration_s), media_type="audio/wav")


async def describe_service(service: Service, _: Request, __: str) -> Response:
    """GET /_scribekit: which service this is."""
    return json_response(
        {
            "service": "scribekit",
            "recogniser": service.recogniser.name,
            "quality": service.settings.quality,
            "slots": service.settings.slots,
        }
    )


async def read_counters(service: Service, _: Request, __: str) -> Response:
    """GET /_control/counters: the service's counters."""
    return json_response(service.counters.as_payload())


async def replace_faults(service: Service, request: Request, _: str) -> Response:
    """POST /_control/faults: inject these faults from now on."""
    try:
        service.replace_faults(Faults.from_json(await request.body()))
    except OptionError as error:
        return error_response(str(error))
    return json_response({})


def subtitles(job: Job, request: Request) -> Response:
    """GET /v2/transcript/{id}/srt and /vtt."""
    limit = whole_number(request.query_params.get("chars_per_caption", str(captions.CHARS_PER_CAPTION)))
    if not limit:
        return error_response("chars_per_caption must be an Integer of at least 1")
    write = captions.srt if request.url.path.endswith("/srt") else captions.vtt
    return Response(write(rendering.words_of(job), limit, rendering.language_of(job)), media_type="text/plain")


def sentences(job: Job, _: Request) -> Response:
    """GET /v2/transcript/{id}/sentences."""
    return json_response(rendering.grouped(job, "sentences"))


def paragraphs(job: Job, _: Request) -> Response:
    """GET /v2/transcript/{id}/paragraphs."""
    return json_response(rendering.grouped(job, "paragraphs"))


def search_words(job: Job, request: Request) -> Response:
    """GET /v2/transcript/{id}/word-search?words=a,b c."""
    try:
        queries = word_search.parse_queries(request.query_params.get("words", ""))
    except ValueError as error:
        return error_response(str(error))
    matches = word_search.find(rendering.words_of(job), queries)
    total = sum(match["count"] for match in matches)
    return json_response({"id": job.id, "total_count": total, "matches": matches})


def of_completed(export: Callable[[Job, Request], Response]) -> Endpoint:
    """Return an endpoint that exports completed transcripts and refuses all others."""

    async def endpoint(service: Service, request: Request, transcript_id: str) -> Response:
        job = service.store.get(transcript_id)
        if job is None:
            return error_response(contract.ERROR_NOT_FOUND)
        status = "deleted" if job.is_deleted else job.status
        if status != "completed":
            return error_response(f"The transcript is {status}; only a completed transcript can be exported.")
        return export(job, request)

    return endpoint


CONTRACT: Mapping[str, Endpoint] = {
    "POST /v2/upload": upload,
    "POST /v2/transcript": create_transcript,
    "GET /v2/transcript": list_transcripts,
    "GET /v2/transcript/{id}": get_transcript,
    "DELETE /v2/transcript/{id}": delete_transcript,
    "GET /v2/transcript/{id}/srt": of_completed(subtitles),
    "GET /v2/transcript/{id}/vtt": of_completed(subtitles),
    "GET /v2/transcript/{id}/sentences": of_completed(sentences),
    "GET /v2/transcript/{id}/paragraphs": of_completed(paragraphs),
    "GET /v2/transcript/{id}/word-search": of_completed(search_words),
    "GET /v2/transcript/{id}/redacted-audio": redacted_audio,
}
"""The vendor's addresses. The name of a route is also the kind that its requests are counted and hit by faults under."""

SIGNED: Mapping[str, Endpoint] = {"GET /redacted-audio/{name}": redacted_copy}
"""Addresses that need no key because they hold a signature. They are not counted, and are hit by no fault."""

OWN: Mapping[str, Endpoint] = {"GET /_scribekit": describe_service}
"""Addresses that the vendor does not have. They need the key, are not counted, and are hit by no fault."""

CONTROL: Mapping[str, Endpoint] = {"GET /_control/counters": read_counters, "POST /_control/faults": replace_faults}
"""Addresses like :data:`OWN` that exist only when the settings allow them."""
