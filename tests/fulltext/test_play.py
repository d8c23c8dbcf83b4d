import io
import wave

import pandas as pd
import pytest
from corpora import write_tone

import scribekit as sk
from scribekit.base.errors import OptionError, ScribekitError
from scribekit.recordings.clips import RATE_HZ, wav_clip


@pytest.fixture
def tone(tmp_path):
    path = tmp_path / "here.wav"
    write_tone(path, seconds=20)
    return path


def seconds_of(player):
    with wave.open(io.BytesIO(player.data)) as file:
        return file.getnframes() / RATE_HZ


def test_the_sound_around_a_row_is_played(tone):
    row = pd.Series({"source": str(tone), "start_ms": 17000, "end_ms": 17500})
    player = sk.play(row, before=0.0, after=0.0)
    assert player.data == wav_clip(tone, 17.0, 17.5)
    assert "audio/wav" in player._repr_html_()
    assert seconds_of(sk.play(row)) == pytest.approx(2.5, abs=0.001)


def test_nothing_before_the_start_is_played(tone):
    assert sk.play({"source": str(tone), "start_ms": 200, "end_ms": 700}).data == wav_clip(tone, 0.0, 1.7)


def test_a_recording_may_be_called_as_a_home_folder_is(tone, monkeypatch):
    monkeypatch.chdir(tone.parent)
    tone.rename(tone.parent / "~root.wav")
    assert sk.play({"source": "~root.wav", "start_ms": 1000, "end_ms": 1500}).data == wav_clip(tone.parent / "~root.wav", 0.0, 2.5)


def test_the_source_is_looked_up_in_the_corpus(stored, tone):
    batch = stored({"a": "climate change"}, {"source": [str(tone)]})
    word = sk.to_frame(batch, "words").iloc[1]
    assert sk.play(word, corpus=batch).data == sk.play(sk.search(batch, "change").iloc[0]).data


@pytest.mark.parametrize("source", ["/gone/a.wav", None, float("nan")])
def test_a_source_whose_file_is_gone_is_looked_up_too(stored, tone, source):
    batch = stored({"a": "climate change"}, {"source": [str(tone)]})
    row = {"recording_id": "a", "source": source, "start_ms": 1000, "end_ms": 1500}
    assert sk.play(row, corpus=batch).data == wav_clip(tone, 0.0, 2.5)
    assert sk.play(row | {"source": str(tone)}, corpus=batch).data == wav_clip(tone, 0.0, 2.5)


def test_a_file_that_is_gone_is_told():
    with pytest.raises(ScribekitError, match=r"is not there.*sk\.relocate"):
        sk.play({"source": "/gone/a.wav", "start_ms": 0, "end_ms": 500})


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        ({"start_ms": 0, "end_ms": 1}, "Give the corpus"),
        ({"source": "a.wav"}, "no start_ms and no end_ms"),
        ({"source": "a.wav", "start_ms": pd.NA, "end_ms": 1}, "no start_ms"),
        (pd.DataFrame({"source": ["a.wav"], "start_ms": [0], "end_ms": [1]}), "a table of 1 rows"),
        ({"source": "https://host.example/a.mp3", "start_ms": 0, "end_ms": 1}, "reads files only"),
    ],
)
def test_a_row_that_cannot_be_played_is_told(row, sentence):
    with pytest.raises(OptionError, match=sentence):
        sk.play(row)


def test_times_that_leave_nothing_to_play_are_told():
    with pytest.raises(OptionError, match="before=-1 and after=-1 leave nothing"):
        sk.play({"source": "a.wav", "start_ms": 500, "end_ms": 900}, before=-1, after=-1)


def test_a_row_without_its_recording_is_told(stored):
    with pytest.raises(OptionError, match="no recording_id"):
        sk.play({"start_ms": 0, "end_ms": 1}, corpus=stored({"a.mp3": "x"}))


def test_a_recording_that_is_not_in_the_corpus_is_told(stored):
    with pytest.raises(OptionError, match=r"Did you mean 'a\.mp3'"):
        sk.play({"recording_id": "b.mp3", "start_ms": 0, "end_ms": 1}, corpus=stored({"a.mp3": "x"}))
