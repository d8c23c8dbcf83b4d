import asyncio
import gzip
import zlib

import pytest

from scribekit.base.answer_body import UnreadableBodyError, read_body

TEXT = b'{"id": "t1"}' * 1000
RAW = zlib.compressobj(9, zlib.DEFLATED, -15)
PACKED = {
    "plain": ("", TEXT),
    "identity": ("identity", TEXT),
    "gzip": ("gzip", gzip.compress(TEXT)),
    "an old name": ("X-GZIP", gzip.compress(TEXT)),
    "members": ("gzip", gzip.compress(TEXT[:500]) + gzip.compress(TEXT[500:])),
    "deflate": ("deflate", zlib.compress(TEXT)),
    "deflate without a header": ("deflate", RAW.compress(TEXT) + RAW.flush()),
}


def read(encoding, body, most=100_000, piece=7):
    async def pieces():
        for at in range(0, len(body), piece):
            yield body[at : at + piece]

    return asyncio.run(read_body(pieces(), encoding, most))


@pytest.mark.parametrize("piece", [1, 7, 10**6])
@pytest.mark.parametrize(("encoding", "body"), PACKED.values(), ids=PACKED.keys())
def test_a_body_is_unpacked_however_it_comes(encoding, body, piece):
    assert read(encoding, body, len(TEXT), piece) == TEXT
    with pytest.raises(UnreadableBodyError, match=r"was larger than 0\.011999 MB"):
        read(encoding, body, len(TEXT) - 1, piece)


def test_a_body_may_be_empty_whatever_its_packing():
    assert [read(encoding, b"") for encoding, _ in PACKED.values()] == [b""] * len(PACKED)


@pytest.mark.parametrize("encoding", ["gzip", "deflate"])
@pytest.mark.parametrize("spoilt", [b"no such thing", lambda body: body[:-20], lambda body: body[:30] + b"\xff\xff\xff" + body[33:]])
def test_what_cannot_be_unpacked_is_refused(encoding, spoilt):
    whole = {"gzip": gzip.compress, "deflate": zlib.compress}[encoding](bytes(range(256)) * 40)
    with pytest.raises(UnreadableBodyError, match=r"could not be unpacked|broke off"):
        read(encoding, spoilt(whole) if callable(spoilt) else spoilt)


@pytest.mark.parametrize("encoding", ["br", "zstd", "compress", "gzip, gzip", "x"])
def test_only_what_was_asked_for_is_unpacked(encoding):
    with pytest.raises(UnreadableBodyError, match="was packed in a way that was not asked for"):
        read(encoding, b"")


def test_members_without_end_are_too_many():
    with pytest.raises(UnreadableBodyError, match="was larger than"):
        read("gzip", gzip.compress(b"") * 1000, most=10_000, piece=1000)
