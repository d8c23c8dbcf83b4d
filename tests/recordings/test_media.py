import contextlib
from pathlib import Path

import av
import numpy as np
import pytest
from corpora import write_tone
from places import SAMPLES

from scribekit.recordings.media import decoded_frames, open_media

MP3 = SAMPLES / "audio" / "podcast_lighthouse.mp3"


def times(path, from_s=None):
    with open_media(path) as container:
        return [time_s for time_s, _ in decoded_frames(container, container.streams.best("audio"), from_s)]


def test_time_0_is_the_first_sample_that_the_encoder_was_given():
    with open_media(MP3) as container:
        assert container.streams.best("audio").start_time > 0
    assert times(MP3)[0] == 0.0


@pytest.mark.parametrize("from_s", [0.0, 0.5, 20.0])
def test_decoding_begins_a_little_before_the_time_wanted(from_s):
    first = times(MP3, from_s)[0]
    assert max(0.0, from_s - 2.0) <= first <= from_s


def test_a_file_is_read_from_its_start_again_after_a_seek(tmp_path):
    write_tone(tmp_path / "a.wav", seconds=5)
    with open_media(tmp_path / "a.wav") as container:
        stream = container.streams.best("audio")
        assert next(decoded_frames(container, stream, 4.0))[0] > 2.0
        assert next(decoded_frames(container, stream, 0.0))[0] == 0.0


def test_damage_in_the_middle_is_skipped(tmp_path):
    content = bytearray(MP3.read_bytes())
    content[200_000:220_000] = bytes(20_000)
    (tmp_path / "damaged.mp3").write_bytes(content)
    whole, rest = times(MP3), times(tmp_path / "damaged.mp3")
    assert len(rest) < len(whole)
    assert rest[-1] > 0.9 * whole[-1]


SOUND = str(SAMPLES / "audio" / "silence.wav")
FOLLOWING = {
    "concat": f"ffconcat version 1.0\nfile '{SOUND}'\n",
    "concat of itself": "ffconcat version 1.0\nfile list.mp3\nfile list.mp3\n",
    "concat of a device": "ffconcat version 1.0\nfile /dev/zero\n",
    "concat with options": f"ffconcat version 1.0\nfile 'subfile,,start,0,end,0,,:{SOUND}'\noption safe 0\n",
    "hls": f"#EXTM3U\n#EXT-X-TARGETDURATION:12\n#EXTINF:12,\n{SOUND}\n#EXT-X-ENDLIST\n",
    "hls of an address": "#EXTM3U\n#EXT-X-TARGETDURATION:12\n#EXTINF:12,\nhttp://127.0.0.1:9/a.wav\n#EXT-X-ENDLIST\n",
    "hls of data": "#EXTM3U\n#EXT-X-TARGETDURATION:12\n#EXTINF:12,\ndata:audio/wav;base64,UklGRg==\n#EXT-X-ENDLIST\n",
    "dash": '<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static" mediaPresentationDuration="PT1S">'
    f"<Period><AdaptationSet><Representation id='1'><BaseURL>{SOUND}</BaseURL></Representation></AdaptationSet></Period></MPD>",
    "sdp": "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=audio 5004 RTP/AVP 0\n",
    "pls": f"[playlist]\nFile1={SOUND}\nNumberOfEntries=1\n",
    "avisynth": f'WavSource("{SOUND}")\n',
    "ffmetadata": ";FFMETADATA1\ntitle=x\n",
}


@pytest.mark.parametrize("name", ["list.mp3", "list.wav", "list.m3u8", "list.ffconcat", "list.sdp", "list.mpd"])
@pytest.mark.parametrize("kind", FOLLOWING)
def test_a_playlist_or_script_in_disguise_opens_nothing_else(tmp_path, kind, name):
    (tmp_path / name).write_text(FOLLOWING[kind])
    with pytest.raises(av.FFmpegError):
        open_media(tmp_path / name)


NAMES = [
    "concat:a|b.wav",
    "http:x.wav",
    "-i.wav",
    "pipe:0.wav",
    "data:audio,x.wav",
    "subfile,,:x.wav",
    "a%03d.wav",
    "a\nb.wav",
    "a?b=c.wav",
]


@pytest.mark.parametrize("name", NAMES)
def test_a_name_is_only_a_name(tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    write_tone(tmp_path / name, seconds=1)
    for path in (Path(name), tmp_path / name):
        with open_media(path) as container:
            assert container.format.name == "wav"


def test_a_recording_whose_sound_is_in_another_file_has_none(tmp_path):
    """The data reference of a QuickTime file may name another file."""
    write_mp4(tmp_path / "whole.mov")
    content = (tmp_path / "whole.mov").read_bytes()
    own = b"\0\0\0\x0curl \0\0\0\x01"
    assert own in content
    other = str(tmp_path / "whole.mov").encode() + b"\0"
    reference = (len(other) + 12).to_bytes(4, "big") + b"url \0\0\0\0" + other
    (tmp_path / "linked.mov").write_bytes(grown(content, own, reference))
    assert times(tmp_path / "whole.mov")
    with contextlib.suppress(av.FFmpegError), open_media(tmp_path / "linked.mov") as container:
        opened = {str(path.readlink()) for path in Path("/proc/self/fd").iterdir() if path.is_symlink()}
        assert str(tmp_path / "whole.mov") not in opened
        assert container.format.name.startswith("mov")


def test_the_files_are_closed_with_what_reads_them():
    before = len(list(Path("/proc/self/fd").iterdir()))
    for _ in range(3):
        times(MP3)
        with contextlib.suppress(av.FFmpegError):
            open_media(Path(__file__))
    assert len(list(Path("/proc/self/fd").iterdir())) == before


def write_mp4(path):
    with av.open(str(path), "w", format="mov") as container:
        stream = container.add_stream("pcm_s16le", rate=8000, layout="mono")
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 8000), dtype="<i2"), format="s16", layout="mono")
        frame.sample_rate = 8000
        container.mux([*stream.encode(frame), *stream.encode(None)])


BOXES = (b"moov", b"trak", b"mdia", b"minf", b"dinf", b"dref")


def grown(content, old, new):
    """A QuickTime file in which one box is replaced, and those around it have their new length."""
    for name in BOXES:
        at = content.index(name) - 4
        size = int.from_bytes(content[at : at + 4], "big") + len(new) - len(old)
        content = content[:at] + size.to_bytes(4, "big") + content[at + 4 :]
    return content.replace(old, new)
