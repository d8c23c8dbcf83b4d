from datetime import datetime

import pytest

from scribekit.base import contract


@pytest.fixture(scope="module")
def library(start_shared):
    running = start_shared("--speed", "1000", "--slots", "1")
    ids = [running.create(f"http://files.example/{n}.mp3?duration=60")["id"] for n in range(7)]
    for transcript_id in ids:
        running.finished(transcript_id)
    return running, ids


def page_of(running, url="/v2/transcript", **params):
    return running.http.get(url, params=params or None).json()


def ids_of(page):
    return [item["id"] for item in page["transcripts"]]


def test_the_newest_come_first_and_prev_url_leads_to_the_older_ones(library):
    running, ids = library
    seen, url, pages = [], "/v2/transcript?limit=3", 0
    while url:
        page = page_of(running, url)
        assert page["page_details"]["result_count"] == len(page["transcripts"]) <= 3
        seen += ids_of(page)
        url, pages = page["page_details"]["prev_url"], pages + 1
    assert seen == ids[::-1]
    assert pages == 4  # the last one is empty


def test_next_url_leads_to_the_newer_ones_and_skips_none(library):
    running, ids = library
    page = page_of(running, limit=2, before_id=ids[2])
    assert ids_of(page) == [ids[1], ids[0]]
    newer = page_of(running, page["page_details"]["next_url"])
    assert ids_of(newer) == [ids[3], ids[2]]


def test_the_oldest_page_may_have_no_prev_url(start):
    running = start("--speed", "1000", "--null-prev-url-at-end")
    for n in range(4):
        running.create(f"http://files.example/{n}.mp3?duration=60")
    first = page_of(running, limit=2)
    last = page_of(running, first["page_details"]["prev_url"])
    assert len(last["transcripts"]) == 2
    assert last["page_details"]["prev_url"] is None


def test_the_default_page_holds_ten_and_the_largest_two_hundred(library):
    running, _ = library
    assert page_of(running)["page_details"]["limit"] == 10
    assert page_of(running, limit=200)["page_details"]["result_count"] == 7
    for limit in ("0", "201", "ten"):
        assert running.http.get("/v2/transcript", params={"limit": limit}).status_code == 400


def test_filters_survive_in_the_page_urls(library):
    running, _ = library
    today = page_of(running, limit=1)["transcripts"][0]["created"][:10]
    page = page_of(running, limit=1, status="completed", created_on=today)
    assert page["page_details"]["result_count"] == 1
    for name in ("status=completed", f"created_on={today}", "limit=1"):
        assert name in page["page_details"]["prev_url"]
    assert page_of(running, status="error")["transcripts"] == []
    assert page_of(running, created_on="1999-12-31")["transcripts"] == []


def test_wrong_filters_and_ids_are_400(library):
    running, _ = library
    for wrong in ({"status": "done"}, {"created_on": "yesterday"}, {"before_id": "nope"}, {"after_id": "nope"}):
        assert running.http.get("/v2/transcript", params=wrong).status_code == 400


def test_an_item_has_times_without_an_offset_and_errors_are_never_completed(service):
    failed = service.transcribe("http://files.example/x.mp3?duration=60&fail=Transcoding+failed.")
    page = page_of(service, limit=200)
    item = next(item for item in page["transcripts"] if item["id"] == failed["id"])
    assert set(item) == {"id", "resource_url", "status", "created", "completed", "audio_url", "error"}
    assert (item["status"], item["completed"], item["error"]) == ("error", None, "Transcoding failed.")
    assert datetime.fromisoformat(item["created"]).tzinfo is None
    assert len(item["created"].split(".")[1]) == 6


def test_deleted_ones_stay_listed_without_their_address(library):
    running, ids = library
    running.http.delete(f"/v2/transcript/{ids[0]}")
    item = page_of(running, limit=1, before_id=ids[1])["transcripts"][0]
    assert (item["id"], item["status"], item["audio_url"]) == (ids[0], "completed", contract.DELETED_URL)


def test_the_page_is_what_the_client_of_this_package_reads(library):
    running, ids = library
    page = contract.read_page(running.http.get("/v2/transcript").content)
    assert [item.id for item in page.transcripts] == ids[::-1]
