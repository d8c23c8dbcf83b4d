import pytest

from scribekit.api.identity import is_address, is_id, is_same_audio

LONG = "https://a/" + "x" * 5000
ASKED = "https://cdn.example/talks/my%20talk.mp3?track=a%2Fb&sig=4f2a"


@pytest.mark.parametrize("value", ["9ea68fd3-f953-42c1-9742-976c447fb463", "t1", "r_2.b~c"])
def test_an_id_can_be_part_of_an_address(value):
    assert is_id(value)


@pytest.mark.parametrize("value", ["", None, 7, ".", "../upload", "a/b", "a?b", "a b", "a\n", "é", "x" * 201])
def test_other_things_are_no_ids(value):
    assert not is_id(value)


@pytest.mark.parametrize(
    "value",
    [
        "",
        None,
        7,
        "here",
        "/upload/1",
        "file:///etc/passwd",
        "https://",
        "https://[",
        "https://a b/",
        "https://a/\n",
        "https://a/" + "x" * 5000,
    ],
)
def test_other_things_are_no_addresses(value):
    assert not is_address(value)


@pytest.mark.parametrize(
    "echoed",
    [
        None,
        "http://deleted_by_user",
        ASKED,
        "https://cdn.example/talks/my talk.mp3?track=a/b&sig=5b",
        "https://CDN.example:443/talks/my%20talk.mp3",
        "http://cdn.example/talks/my%20talk.mp3#t=1",
    ],
)
def test_the_same_audio_may_be_written_in_another_way(echoed):
    assert is_same_audio(ASKED, echoed)


@pytest.mark.parametrize(
    "echoed",
    [
        "",
        "x",
        "https://cdn.example/",
        "https://cdn.example/talks/your%20talk.mp3",
        "https://b.example/talks/my%20talk.mp3",
        "https://cdn.example/talks/my%20talk.mp3?track=a%2Fc&sig=4f2a",
        "https://[",
    ],
)
def test_other_audio_is_told_apart(echoed):
    assert not is_same_audio(ASKED, echoed)
