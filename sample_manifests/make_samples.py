"""Makes the sample recordings anew from the turns in references/*.json, with free speech synthesisers and PyAV.

    apt-get install flite festival festvox-us-slt-hts festlex-cmu festlex-poslex
    python make_samples.py some/folder

writes the folders audio, bad and references: what is said stays the same, its times are those of the new voices. Two runs with the same
versions of these programs give the same bytes.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import av
import numpy as np
from numpy.typing import NDArray

Sound = NDArray[np.float32]

HERE = Path(__file__).resolve().parent
RATE = 16000
GATE = 10 ** (-45 / 20)  # a turn begins and ends where its sound passes -45 dB of its peak
TURN_RMS = 0.08

# Recording -> file extension, codec, sample rate, bit rate.
SCENES: dict[str, tuple[str, str, int, int | None]] = {
    "podcast_lighthouse": ("mp3", "libmp3lame", 44100, 64_000),
    "interview_bridges": ("m4a", "aac", 44100, 64_000),
    "meeting_launch": ("flac", "flac", RATE, None),
    "support_call": ("flac", "flac", RATE, None),
    "earnings_numbers": ("ogg", "libopus", 48000, 32_000),
    "standup_terms": ("mp4", "aac", 44100, 64_000),
}

# How a synthesiser must read a name so that it says it as people do; the references keep the real spelling.
SPOKEN = {
    "Kubernetes": "koober net eez",
    "Postgres": "post gress",
    "Grafana": "gruh fah nuh",
    "Prometheus": "pro mee thee us",
    "Kafka": "kahf kuh",
    "Zephyr": "zeffer",
    "Priya": "pree yuh",
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, help="where to write the folders audio, bad and references")
    folder: Path = parser.parse_args().folder
    make_recordings(folder / "audio", folder / "references")
    make_bad(folder / "bad")
    for path in sorted(folder.glob("*/*")):
        print(hashlib.sha256(path.read_bytes()).hexdigest(), path.relative_to(folder))


def make_recordings(folder: Path, references: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    references.mkdir(parents=True, exist_ok=True)
    for name, (suffix, codec, rate, bit_rate) in SCENES.items():
        reference, sound = scene(json.loads((HERE / "references" / f"{name}.json").read_text(encoding="utf-8")))
        (references / f"{name}.json").write_text(json.dumps(reference, indent=1) + "\n", encoding="utf-8")
        encode(folder / f"{name}.{suffix}", sound, codec, rate, bit_rate)
        if name == "interview_bridges":
            noise = pink_noise(sound.shape[1]) * rms(sound) / 10 ** (20 / 20)
            encode(folder / "interview_noisy.mp3", sound + noise, "libmp3lame", 44100, 96_000)
    hiss = np.random.default_rng(7).normal(0, 0.001, (1, 12 * RATE)).astype(np.float32)
    encode(folder / "silence.wav", hiss, "pcm_s16le", RATE)
    (folder / "broken_empty.wav").write_bytes(b"")
    (folder / "broken_text.mp3").write_text("This is not a recording, although its name says so.\n" * 40, encoding="utf-8")
    whole = (folder / "interview_bridges.m4a").read_bytes()
    (folder / "broken_truncated.m4a").write_bytes(whole[: len(whole) // 4])


def make_bad(folder: Path) -> None:
    """The small files that bad_rows.csv names beside the broken ones of the library."""
    folder.mkdir(parents=True, exist_ok=True)
    encode(folder / "blip.wav", np.zeros((1, RATE // 20), np.float32), "pcm_s16le", RATE)
    encode(folder / "eleven_hours.flac", np.zeros((1, 11 * 3600 * 1000), np.float32), "flac", 1000, source_rate=1000, frame_size=65535)
    with av.open(str(folder / "picture_only.mp4"), "w", options={"fflags": "+bitexact"}) as container:
        stream = container.add_stream("mpeg4", rate=5)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        for _ in range(5):
            container.mux(stream.encode(av.VideoFrame.from_ndarray(np.full((48, 64, 3), 90, np.uint8), format="rgb24")))
        container.mux(stream.encode(None))


def scene(reference: dict[str, Any]) -> tuple[dict[str, Any], Sound]:
    """A recording (channels x samples) of these turns, with the pauses and overlaps between them, and its own reference."""
    turns, said = [], []
    end = before = 0.0
    for turn in reference["turns"]:
        speaker = reference["speakers"][turn["speaker"]]
        said.append(speak(turn["text"], speaker["engine"], speaker["voice"], speaker["duration_stretch"]))
        start = end + turn["start"] - before
        end, before = start + said[-1].size / RATE, turn["end"]
        turns.append(turn | {"start": round(start, 2), "end": round(end, 2)})
    duration = end + reference["duration"] - before
    sound = np.zeros((reference["channels"], round(duration * RATE)), np.float32)
    for turn, part in zip(turns, said, strict=True):
        place = round(turn["start"] * RATE)
        sound[turn["channel"], place : place + part.size] += part
    return reference | {"duration": round(duration, 2), "turns": turns}, sound


def speak(text: str, engine: str, voice: str, duration_stretch: float) -> Sound:
    """One turn, without the silence around it, at an even loudness."""
    spoken = re.sub(r"\w+", lambda word: SPOKEN.get(word[0], word[0]), text)
    with tempfile.TemporaryDirectory() as folder:
        wav, words = Path(folder, "said.wav"), Path(folder, "words.txt")
        words.write_text(spoken, encoding="utf-8")
        if engine == "flite":
            command = ["flite", "-voice", voice, "--setf", f"duration_stretch={duration_stretch}", "-f", str(words), "-o", str(wav)]
        else:
            command = ["text2wave", "-eval", f"(voice_{voice})", "-o", str(wav), str(words)]
        subprocess.run(command, check=True, capture_output=True)
        said = decode(wav)
    loud = np.flatnonzero(np.abs(said) > GATE * np.abs(said).max())
    said = said[loud[0] : loud[-1] + 1]
    return said * np.float32(TURN_RMS / rms(said))


def rms(sound: Sound) -> float:
    return float(np.sqrt(np.mean(np.square(sound, dtype=np.float64))))


def pink_noise(samples: int) -> Sound:
    """Noise whose power falls with frequency, at an RMS of 1, always the same."""
    spectrum = np.fft.rfft(np.random.default_rng(20).normal(size=samples))
    spectrum[1:] /= np.sqrt(np.arange(1, spectrum.size))
    spectrum[0] = 0
    noise = np.fft.irfft(spectrum, samples).astype(np.float32)
    return noise / np.float32(rms(noise))


def decode(path: Path) -> Sound:
    resampler = av.AudioResampler("flt", "mono", RATE)
    with av.open(str(path)) as container:
        frames = [part for frame in container.decode(audio=0) for part in resampler.resample(frame)]
    return np.concatenate([frame.to_ndarray()[0] for frame in [*frames, *resampler.resample(None)]])


def encode(
    path: Path, sound: Sound, codec: str, rate: int, bit_rate: int | None = None, *, source_rate: int = RATE, frame_size: int = 0
) -> None:
    layout = "stereo" if len(sound) == 2 else "mono"
    with av.open(str(path), "w", options={"fflags": "+bitexact"}) as container:
        stream = container.add_stream(codec, rate=rate, layout=layout, options={"frame_size": str(frame_size)} if frame_size else None)
        if bit_rate:
            stream.bit_rate = bit_rate
        stream.codec_context.format = "s16" if codec in {"flac", "pcm_s16le", "libopus"} else stream.codec_context.codec.audio_formats[0]
        stream.codec_context.open()
        resampler = av.AudioResampler(stream.codec_context.format, layout, rate, stream.codec_context.frame_size or None)
        for start in range(0, sound.shape[1], 1 << 20):
            frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(sound[:, start : start + (1 << 20)]), format="fltp", layout=layout)
            frame.sample_rate = source_rate
            for part in resampler.resample(frame):
                container.mux(stream.encode(part))
        for part in resampler.resample(None):
            container.mux(stream.encode(part))
        container.mux(stream.encode(None))


if __name__ == "__main__":
    main()
