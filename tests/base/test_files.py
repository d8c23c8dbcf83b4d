import ast
import hashlib
import os
import socket
from pathlib import Path

import pytest
from places import ROOT

from scribekit.base.files import MEDIA_FORMATS, media_arguments, open_regular, sha256_of, size_of

FOLLOWING = {"concat", "hls", "dash", "sdp", "rtsp", "rtp", "sap", "image2", "image2pipe", "lavfi", "imf", "webm_dash_manifest", "vobsub"}


def unix_socket(path):
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(os.path.relpath(path))


@pytest.fixture(params=["pipe", "socket", "device", "link to a device", "folder"])
def no_file(request, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "a.wav"
    match request.param:
        case "pipe":
            os.mkfifo(path)
        case "socket":
            unix_socket(path)
        case "device":
            return Path("/dev/zero")
        case "link to a device":
            path.symlink_to("/dev/zero")
        case _:
            path.mkdir()
    return path


def descriptors():
    return len(list(Path("/proc/self/fd").iterdir()))


def test_only_regular_files_are_opened(no_file):
    before = descriptors()
    with pytest.raises(OSError, match=r"pipe|device|Is a directory|No such"):
        open_regular(no_file)
    with pytest.raises(OSError, match=r"pipe|device|Is a directory|No such"):
        media_arguments(no_file)
    assert descriptors() == before


def test_a_link_to_a_file_is_followed(tmp_path):
    (tmp_path / "a.wav").write_bytes(b"abc")
    (tmp_path / "b.wav").symlink_to("a.wav")
    with open_regular(tmp_path / "b.wav") as file:
        assert (file.read(), size_of(file)) == (b"abc", 3)


def test_a_file_that_grows_while_it_is_read_has_an_end(tmp_path):
    path = tmp_path / "a.wav"
    path.write_bytes(b"abc")
    with open_regular(path) as file:
        given = media_arguments(path)["file"]
        with path.open("ab") as writer:
            writer.write(b"def")
        assert given.read(100) == b"abc"
        assert given.seek(0, os.SEEK_END) == 3
        assert given.seek(-2, os.SEEK_CUR) == 1
        assert (given.tell(), given.read(1), given.tell()) == (1, b"b", 2)
    with open_regular(path) as file:
        assert sha256_of(file) == hashlib.sha256(b"abcdef").hexdigest()


def test_no_format_leads_to_other_files():
    formats = MEDIA_FORMATS.split(",")
    assert not FOLLOWING & set(formats)
    assert not [name for name in formats if name.endswith("_pipe")]
    assert len(set(formats)) == len(formats)


def test_ffmpeg_is_opened_with_these_arguments_everywhere():
    calls = [
        (path, node)
        for path in (ROOT / "scribekit").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "av.open"
    ]
    assert calls
    assert {ast.unparse(node) for _, node in calls} == {"av.open(**media_arguments(path))"}
