import asyncio
import os
import stat

import pytest

from scribekit.service.state import uploads as module
from scribekit.service.state.uploads import NoRoomError, TooLargeError, Uploads, to_delete


@pytest.fixture
def uploads(tmp_path):
    uploads = Uploads(tmp_path)
    yield uploads
    uploads.close()


async def chunks(*parts):
    for part in parts:
        yield part


def test_an_upload_is_kept_on_disk_with_its_digest(uploads):
    upload_id, upload = asyncio.run(uploads.receive(chunks(b"a", b"bc"), largest_bytes=3))
    assert upload.path.read_bytes() == b"abc"
    assert upload.sha256 == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert uploads.get(upload_id) == upload
    uploads.discard(upload_id)
    assert not upload.path.exists()


def test_a_body_that_is_too_large_leaves_nothing_behind(uploads):
    with pytest.raises(TooLargeError):
        asyncio.run(uploads.receive(chunks(b"ab", b"cd"), largest_bytes=3))
    assert list(uploads.folder.iterdir()) == []


@pytest.mark.skipif(os.name != "posix", reason="no modes of files")
def test_nobody_else_can_read_anything_whatever_the_umask(tmp_path):
    previous = os.umask(0)
    try:
        uploads = Uploads(tmp_path / "made" / "here")
        _, upload = asyncio.run(uploads.receive(chunks(b"a"), largest_bytes=9))
        download = asyncio.run(uploads.receive_download(chunks(b"a"), largest_bytes=9))
    finally:
        os.umask(previous)
    assert [stat.S_IMODE(path.stat().st_mode) for path in (uploads.folder.parent, uploads.folder)] == [0o700] * 2
    assert [stat.S_IMODE(body.path.stat().st_mode) for body in (upload, download)] == [0o600] * 2
    uploads.close()


@pytest.mark.parametrize(
    ("sizes", "needed", "missing", "chosen"),
    [
        ({}, (), 0, []),
        ({}, (), 1, None),
        ({"a": 5, "b": 5}, (), 1, ["a"]),
        ({"a": 5, "b": 5}, (), 6, ["a", "b"]),
        ({"a": 5, "b": 5}, ("a",), 1, ["b"]),
        ({"a": 5, "b": 5}, ("a",), 6, None),
        ({"a": 5, "b": 5}, ("a", "b"), 1, None),
        ({"a": 0, "b": 5}, ("elsewhere",), 5, ["a", "b"]),
    ],
)
def test_the_oldest_that_nobody_needs_are_deleted(sizes, needed, missing, chosen):
    assert to_delete(sizes, needed, missing) == chosen


def receive(uploads, size):
    return asyncio.run(uploads.receive(chunks(*[b"x"] * size), largest_bytes=size))[0]


def test_a_full_room_is_made_by_the_oldest_uploads_and_never_by_needed_ones(tmp_path):
    needed = set()
    uploads = Uploads(tmp_path, room_bytes=30, needed=lambda: needed)
    first, second, third = (receive(uploads, 10) for _ in range(3))
    for upload_id in (first, second, third):
        uploads.claim(upload_id)
    needed.add(first)
    fourth = receive(uploads, 10)
    uploads.claim(fourth)
    assert [uploads.get(upload_id) is not None for upload_id in (first, second, third, fourth)] == [True, False, True, True]
    assert sum(path.stat().st_size for path in uploads.folder.iterdir()) == 30
    needed.update((third, fourth))
    with pytest.raises(NoRoomError):
        receive(uploads, 10)
    needed.clear()
    assert uploads.get(receive(uploads, 30)) is not None
    assert len(list(uploads.folder.iterdir())) == 1


def test_an_upload_waits_some_seconds_for_its_job(tmp_path, monkeypatch):
    now = 1000.0
    monkeypatch.setattr(module.time, "monotonic", lambda: now)
    uploads = Uploads(tmp_path, room_bytes=10)
    first = receive(uploads, 10)
    with pytest.raises(NoRoomError):
        receive(uploads, 1)
    now += module.CLAIM_S
    receive(uploads, 1)
    assert uploads.get(first) is None
    uploads.close()


def test_what_is_larger_than_the_whole_room_leaves_nothing_behind(tmp_path):
    uploads = Uploads(tmp_path, room_bytes=10)
    with pytest.raises(NoRoomError):
        receive(uploads, 11)
    assert list(uploads.folder.iterdir()) == []
    receive(uploads, 10)
    uploads.close()


def test_a_download_takes_room_until_it_is_deleted(tmp_path):
    uploads = Uploads(tmp_path, room_bytes=10)
    download = asyncio.run(uploads.receive_download(chunks(b"x" * 10), largest_bytes=10))
    with pytest.raises(NoRoomError):
        receive(uploads, 1)
    uploads.delete(download)
    receive(uploads, 10)
    uploads.close()


@pytest.mark.skipif(os.name != "posix", reason="no limit on the size of files")
def test_a_full_disk_is_answered_with_503_and_leaves_nothing_behind(start, tmp_path):
    full = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))"
    service = start("--upload-dir", str(tmp_path), prelude=full)
    answer = service.http.post("/v2/upload", content=bytes(300_000))
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
    assert "no room" in answer.json()["error"]
    assert list(tmp_path.glob("*/*")) == []
    assert service.http.post("/v2/upload", content=bytes(200_000)).status_code == 200


def test_the_room_of_the_service_is_that_of_its_option(start):
    service = start("--disk-gb", "0.000001", "--slots", "1")  # 1,000 bytes
    url = service.upload(b'scripted:{"duration_s": 36000}'.ljust(900))
    job = service.create(url)["id"]
    assert service.http.post("/v2/upload", content=bytes(900)).status_code == 503
    assert service.get(job)["status"] in ("queued", "processing")


def test_uploads_of_finished_jobs_make_room(start):
    service = start("--disk-gb", "0.000001", "--speed", "1000")
    for number in range(5):
        assert service.transcribe(service.upload(f"scripted:{{}}{' ' * (900 - number)}".encode()))["status"] == "completed"
