import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scribekit.base.signed_addresses import expires_at, signature_names, without_signature

PLAIN = "https://bucket.example/talks/a%20b.mp3"
SIGNED = {
    "s3": "X-Amz-Algorithm=A&X-Amz-Date=20260101T000000Z&X-Amz-Expires=3600&X-Amz-Security-Token=t&X-Amz-Signature=ff",
    "s3 with a name": "response-content-disposition=attachment&X-Amz-Date=20260101T000000Z&X-Amz-Expires=3600&X-Amz-Signature=ff",
    "s3, older": "AWSAccessKeyId=K&Expires=1767229200&Signature=ab%3D",
    "lower case": "x-amz-date=20260101T000000Z&x-amz-expires=3600&x-amz-signature=ff",
    "google": "X-Goog-Algorithm=G&X-Goog-Date=20260101T000000Z&X-Goog-Expires=3600&X-Goog-SignedHeaders=host&X-Goog-Signature=ff",
    "google, older": "GoogleAccessId=me&Expires=1767229200&Signature=ab",
    "azure": "sv=2024-11-04&st=2025-12-31T00%3A00%3A00Z&se=2026-01-01T01%3A00%3A00Z&sr=b&sp=r&sig=ab%3D",
    "cloudfront": "Expires=1767229200&Signature=ab&Key-Pair-Id=K",
    "cloudfront policy": "Policy=abc&Signature=ab&Key-Pair-Id=K",
    "alibaba": "OSSAccessKeyId=K&Expires=1767229200&Signature=ab",
    "tencent": "q-sign-algorithm=sha1&q-ak=K&q-sign-time=1%3B2&q-key-time=1%3B2&q-header-list=host&q-url-param-list=&q-signature=ff",
    "token": "token=abc",
    "bunny": "token=abc&expires=1767229200",
    "nginx": "md5=abc&expires=1767229200",
    "akamai": "hdnts=exp%3D1767229200~acl%3D%2F*~hmac%3Dff",
    "discord": "ex=6955c8d0&is=6955c000&hm=ff",
}


@pytest.mark.parametrize("query", SIGNED.values(), ids=SIGNED)
def test_an_address_is_known_without_its_signature(query):
    assert without_signature(f"{PLAIN}?{query}") == PLAIN
    assert without_signature(f"{PLAIN}?versionId=7&{query}#t=5") == f"{PLAIN}?versionId=7#t=5"


@pytest.mark.parametrize("name", ["s3", "s3, older", "lower case", "google", "google, older", "azure", "cloudfront", "bunny", "nginx"])
def test_when_a_link_expires_is_in_it(name):
    assert expires_at(f"{PLAIN}?{SIGNED[name]}") == dt.datetime(2026, 1, 1, 1, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    "address",
    [
        PLAIN,
        "https://a.example/get?id=5&se=en&sp=2&sv=1",
        "https://a.example/get?token=which-recording",
        "https://a.example/download.php?token=which-recording",
        "https://a.example/?key=1",
        "https://a.example/talk.mp3?duration=60",
        "https://a.example/x.mp3?",
        "https://a.example/x.mp3?&&",
        "https://a.example/x.mp3#Signature=1",
        "calls/a?Signature.mp3",
    ],
)
def test_what_may_name_the_recording_is_kept_to_the_letter(address):
    assert without_signature(address) == address
    assert expires_at(address) is None


@pytest.mark.parametrize("start", ["https://a.example/audio/123", "https://a.example/get?id=5", "https://a.example/x.mp3"])
def test_a_token_is_a_signature_where_something_else_names_the_recording(start):
    mark = "&" if "?" in start else "?"
    assert without_signature(f"{start}{mark}token=abc") == start


@pytest.mark.parametrize(
    "query",
    [
        "Signature=a&Expires=soon",
        "Signature=a&Expires=99999999999999999999",
        "sig=a&se=never",
        "X-Amz-Signature=a&X-Amz-Date=x&X-Amz-Expires=y",
    ],
)
def test_a_time_that_cannot_be_read_is_no_expiry(query):
    assert expires_at(f"{PLAIN}?{query}") is None


@given(st.text(), st.text())
def test_any_text_has_an_address_and_it_is_stable(path, query):
    address = f"https://a.example/{path}?{query}"
    assert without_signature(without_signature(address)) == without_signature(address)
    assert (without_signature(address) == address) == (not signature_names(address))
    expires_at(address)
