"""Real recordings of every kind, made with FFmpeg."""

from fractions import Fraction

import av
import numpy as np


def noise(seconds, rate=16000, seed=1):
    return np.random.default_rng(seed).integers(-3000, 3000, int(seconds * rate), dtype="int16")


def encode(path, tracks, *, codec="aac", rate=16000, starts_s=0.0, picture_s=0.0, **options):
    """Write a file with tracks of sound (arrays of 16-bit samples, a row for each channel), and perhaps a picture."""
    with av.open(str(path), "w", **options) as container:
        packets = []
        if picture_s:
            video = container.add_stream("mpeg4", rate=10)
            video.width, video.height, video.pix_fmt = 64, 48, "yuv420p"
            for number in range(int(picture_s * 10)):
                frame = av.VideoFrame.from_ndarray(np.full((48, 64, 3), number % 255, dtype="uint8"), format="rgb24")
                frame.pts = number
                packets += video.encode(frame)
            packets += video.encode(None)
        for samples in tracks:
            layout = "mono" if len(samples) == 1 else "stereo"
            stream = container.add_stream(codec, rate=rate, layout=layout)
            frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(samples), format="s16p", layout=layout)
            frame.sample_rate, frame.pts, frame.time_base = rate, int(starts_s * rate), Fraction(1, rate)
            for part in av.AudioResampler(stream.codec_context.format or "s16", layout, rate).resample(frame):
                packets += stream.encode(part)
            packets += stream.encode(None)
        container.mux(sorted(packets, key=lambda packet: float((packet.dts or 0) * packet.time_base)))
    return path


def cut(path, share=0.5):
    """Leave only the first part of a file's bytes."""
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * share)])
    return path
