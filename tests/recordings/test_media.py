import av
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


def test_a_playlist_in_disguise_opens_nothing_else(tmp_path):
    other = SAMPLES / "audio" / "silence.wav"
    (tmp_path / "list.m3u8").write_text(
        f"#EXTM3U\n#EXT-X-TARGETDURATION:12\n#EXTINF:12,\nhttp://127.0.0.1:9/{other.name}\n#EXT-X-ENDLIST\n"
    )
    with pytest.raises(av.FFmpegError):
        open_media(tmp_path / "list.m3u8")
