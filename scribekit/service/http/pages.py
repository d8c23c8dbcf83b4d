"""The query and the pages of the transcript list. Pure.

``prev_url`` leads to older transcripts and ``next_url`` to newer ones, as in the contract.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from urllib.parse import urlencode

from scribekit.base import contract
from scribekit.service.http import rendering
from scribekit.service.http.validation import whole_number
from scribekit.service.state.settings import Settings
from scribekit.service.state.store import Job, ListQuery

STATUSES = ("queued", "processing", "completed", "error")


def parse_query(params: Mapping[str, str]) -> ListQuery:
    """Return the query of a list request.

    Raises:
        ValueError: A parameter is invalid; the message is the answer's error.

    Example:
        >>> parse_query({"limit": "50", "status": "completed"}).limit
        50
    """
    limit = whole_number(params.get("limit", "10"))
    if limit is None or not 1 <= limit <= contract.LIST_LIMIT:
        raise ValueError(f"limit must be an Integer between 1 and {contract.LIST_LIMIT}")
    status = params.get("status")
    if status is not None and status not in STATUSES:
        raise ValueError(f"status must be one of {', '.join(STATUSES)}")
    return ListQuery(
        limit=limit,
        status=status,
        created_on=_day(params.get("created_on")),
        before_id=params.get("before_id"),
        after_id=params.get("after_id"),
        throttled_only=params.get("throttled_only", "").lower() == "true",
    )


def list_page(query: ListQuery, jobs: Sequence[Job], settings: Settings, *, has_older: bool) -> dict[str, Any]:
    """Return the answer to a list request. An empty page has no links to others."""
    url = f"{settings.base_url}/v2/transcript"
    older = bool(jobs) and (has_older or not settings.null_prev_url_at_end)
    return {
        "page_details": {
            "limit": query.limit,
            "result_count": len(jobs),
            "current_url": _url(url, query, before_id=query.before_id, after_id=query.after_id),
            "prev_url": _url(url, query, before_id=jobs[-1].id) if older else None,
            "next_url": _url(url, query, after_id=jobs[0].id) if jobs else None,
        },
        "transcripts": [rendering.list_item(job, settings.base_url) for job in jobs],
    }


def _url(url: str, query: ListQuery, *, before_id: str | None = None, after_id: str | None = None) -> str:
    params = {
        "limit": query.limit,
        "status": query.status,
        "created_on": query.created_on,
        "throttled_only": "true" if query.throttled_only else None,
        "before_id": before_id,
        "after_id": after_id,
    }
    return f"{url}?{urlencode({name: value for name, value in params.items() if value is not None})}"


def _day(text: str | None) -> str | None:
    if text is None:
        return None
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError as error:
        raise ValueError("created_on must be a date of the form YYYY-MM-DD") from error
