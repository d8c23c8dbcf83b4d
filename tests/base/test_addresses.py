import pytest

from scribekit.base.addresses import hosts_only, masked, without_login

ADDRESSES = [
    ("https://a.example/x.mp3?X-Amz-Credential=AKIA&X-Amz-Signature=4f2a", "https://a.example/x.mp3?…"),  # Amazon S3
    ("https://a.example/x.mp3?AWSAccessKeyId=AKIA&Expires=1&Signature=4f", "https://a.example/x.mp3?…"),  # its second version
    ("https://a.example/x.mp3?X-Goog-Date=1&X-Goog-Signature=4f2a", "https://a.example/x.mp3?…"),  # Google Cloud Storage
    ("https://a.example/x.mp3?GoogleAccessId=a&Expires=1&Signature=4f", "https://a.example/x.mp3?…"),
    ("https://a.example/x.mp3?sv=2024&se=1&sp=r&sig=4f2a%3D", "https://a.example/x.mp3?…"),  # Azure
    ("https://a.example/x.mp3?Policy=e30&Signature=a&Key-Pair-Id=K1", "https://a.example/x.mp3?…"),  # CloudFront
    ("https://a.example/x.mp3?hdnts=exp=1~hmac=4f", "https://a.example/x.mp3?…"),  # Akamai
    ("https://a.example/x.mp3?X%2DAmz%2DSignature=4f", "https://a.example/x.mp3?…"),
    *((f"https://a.example/x.mp3?{name}=4f", "https://a.example/x.mp3?…") for name in ("token", "api_key", "apikey", "auth", "password")),
    *(
        (f"https://a.example/x.mp3?{name}=4f", "https://a.example/x.mp3?…")
        for name in ("SECRET", "rlkey", "jwt", "access_token", "pwd", "h")
    ),
    ("https://a.example/x.mp3?n=0123456789abcdef01234567", "https://a.example/x.mp3?…"),  # long
    ("https://a.example/x.mp3?n=b7c9x2m4", "https://a.example/x.mp3?…"),  # letters and digits
    ("https://a.example/x.mp3?4f2a9c0017bd", "https://a.example/x.mp3?…"),  # without a name
    ("https://a.example/x.mp3#access_token=4f2a", "https://a.example/x.mp3#…"),
    ("https://a.example/x.mp3;jsessionid=4f2a", "https://a.example/x.mp3;…"),
    ("https://a.example/x.mp3?sig=it's-4f2a", "https://a.example/x.mp3?…"),
    ("https:/a.example/x.mp3?sig=4f2a", "https:/a.example/x.mp3?…"),
    ("s3://bucket/x.mp3?versionId=4f2a&token=a", "s3://bucket/x.mp3?…"),
    ("https://ada:secret@a.example/x.mp3", "https://a.example/x.mp3"),
    ("https://ada@a.example/x.mp3", "https://a.example/x.mp3"),
    ("ftp://ada:se@cret@a.example/x.mp3", "ftp://a.example/x.mp3"),
    ("https://ada:se/cret@a.example/x.mp3", "https://…"),
    ("https://ada:se#cret@a.example/x.mp3", "https://…"),
]
PLAIN = [
    "https://a.example/x.mp3?track=2&lang=en",
    "https://a.example/@ada/x.mp3",
    "http://[::1]:8000/x.mp3?duration=1200.5&speakers=2",
    "/home/ada/what?.mp3",
    "C:/calls/a.mp3",
    "He said: yes (or so).",
]


@pytest.mark.parametrize(("address", "shown"), ADDRESSES)
def test_signatures_tokens_and_passwords_are_masked(address, shown):
    assert masked(address) == shown
    assert masked(f"Not found: '{address}', or ({address}).") == f"Not found: '{shown}', or ({shown})."


@pytest.mark.parametrize("text", PLAIN)
def test_what_is_plain_stays(text):
    assert masked(text) == text


@pytest.mark.parametrize(("address", "shown"), ADDRESSES)
def test_what_is_masked_is_masked_once(address, shown):
    assert masked(masked(address)) == shown


def test_a_signature_without_its_address_is_masked_too():
    assert masked("a.example/x.mp3?X-Amz-Date=1&X-Amz-Signature=4f2a failed") == "a.example/x.mp3?X-Amz-Date=…&X-Amz-Signature=… failed"


def test_a_login_before_a_host_is_left_out():
    assert [without_login(host) for host in ("a.example:80", "ada:x@y@a.example")] == ["a.example:80", "a.example"]


@pytest.mark.parametrize("end", ["/hooks/T02", "/hooks/T02?x=1", "?x=1", "#x", ""])
def test_only_the_host_of_a_secret_address_is_shown(end):
    shown = hosts_only(f"POST https://ada:x@chat.example:80{end} 200")
    assert shown == f"POST https://chat.example:80{'/…' if end else ''} 200"
