import pytest

from scribekit.recordings import manifest
from scribekit.recordings.pages import page_advice


@pytest.mark.parametrize(
    ("address", "advice"),
    [
        ("https://www.youtube.com/watch?v=abc", "a YouTube page. Download"),
        ("https://youtu.be/abc", "YouTube"),
        ("https://music.youtube.com/watch?v=abc", "YouTube"),
        ("https://vimeo.com/12345", "plays a video"),
        ("https://drive.google.com/file/d/1AbC/view?usp=sharing", "uc?export=download"),
        ("https://drive.google.com/file/d/1AbC/preview", "Google Drive"),
        ("https://drive.google.com/open?id=1AbC", "Google Drive"),
        ("https://www.dropbox.com/s/x1/talk.mp3", "'dl=1'"),
        ("https://www.dropbox.com/scl/fi/x1/talk.mp3?rlkey=k&dl=0", "'dl=1'"),
        ("https://github.com/me/talks/blob/main/talk.wav", "'raw' instead of 'blob'"),
        ("https://gitlab.example.org/me/talks/-/blob/main/talk.wav", "'raw'"),
        ("https://huggingface.co/datasets/me/talks/blob/main/talk.wav", "'resolve'"),
        ("https://archive.org/details/talk", "/download/"),
        ("https://soundcloud.com/me/talk", "plays the recording"),
        ("https://open.spotify.com/episode/1", "feed"),
        ("https://1drv.ms/u/s!abc", "OneDrive"),
        ("https://us02web.zoom.us/rec/share/abc", "plays the recording"),
        ("https://commons.wikimedia.org/wiki/File:Talk.ogg", "wiki"),
        ("https://example.org/talks/index.html", "web page"),
        ("https://example.org/feed.xml", "feed"),
        ("https://example.org/list.m3u", "playlist"),
    ],
)
def test_a_page_has_the_advice_that_fits(address, advice):
    assert advice in page_advice(address)
    kind, sentence = manifest.split_problem(manifest.url_problem(address))
    assert kind == "page"
    assert sentence.endswith(".")


@pytest.mark.parametrize(
    "address",
    [
        "https://example.org/talk.mp3",
        "https://example.org/listen?id=5",
        "https://drive.google.com/uc?export=download&id=1AbC",
        "https://drive.usercontent.google.com/download?id=1AbC&export=download",
        "https://www.dropbox.com/s/x1/talk.mp3?dl=1",
        "https://www.dropbox.com/scl/fi/x1/talk.mp3?rlkey=k&raw=1",
        "https://dl.dropboxusercontent.com/s/x1/talk.mp3",
        "https://github.com/me/talks/raw/main/talk.wav",
        "https://github.com/me/talks/blob/main/talk.wav?raw=true",
        "https://raw.githubusercontent.com/me/talks/main/talk.wav",
        "https://archive.org/download/talk/talk.mp3",
        "https://upload.wikimedia.org/wikipedia/commons/a/a1/Talk.ogg",
        "https://me.sharepoint.com/_layouts/15/download.aspx?share=abc",
        "https://player.vimeo.com/external/1.sd.mp4?s=abc",
        "https://notyoutube.com/a.mp3",
        "https://[broken",
        "",
    ],
)
def test_what_may_be_the_recording_is_no_page(address):
    assert page_advice(address) is None
