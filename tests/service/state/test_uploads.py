import asyncio

import pytest

from scribekit.service.state.uploads import TooLargeError, Uploads


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
