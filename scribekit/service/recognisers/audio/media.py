"""Decodes audio files to 16 kHz samples, in stretches of bounded length."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler
from av.audio.stream import AudioStream
from numpy.typing import NDArray

from scribekit.base import contract
from scribekit.base.files import media_arguments
from scribekit.base.sound import energy, first_audible, mixed, starts_at_s
from scribekit.service.recognisers.audio.media_type import is_media, no_audio_error, no_file_error
from scribekit.service.recognisers.base import RecognitionError

Packet: TypeAlias = "av.Packet[AudioStream]"

RATE_HZ = 16_000
STRETCH_S = 120


@dataclass(frozen=True)
class Span:
    """The part of a recording to transcribe, in milliseconds of the whole recording; ``end_ms`` None means to its end."""

    start_ms: int = 0
    end_ms: int | None = None

    def cut(self, first: int, block: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the samples of a block that are in the span; ``first`` is the number of the block's first sample."""
        start = max(0, self.first_sample - first)
        end = block.shape[1] if self.end_ms is None else max(0, self.end_ms * RATE_HZ // 1000 - first)
        return block[:, start:end]

    def is_over(self, sample: int) -> bool:
        """Whether the span ends at or before this sample."""
        return self.end_ms is not None and sample * 1000 >= self.end_ms * RATE_HZ

    @property
    def first_sample(self) -> int:
        """The number of the first sample in the span."""
        return self.start_ms * RATE_HZ // 1000


class Recording:
    """One recording, decoded once from beginning to end.

    Of several tracks it is the first that has sound. Times are those of the picture, where there is one that starts before the sound.

    At most two stretches (240 s, 15 MB per channel) are in memory at a time, however long the recording is.

    Args:
        path: The file.
        split_channels: Whether to keep channels separate; otherwise they are mixed to one, in which none cancels another.
        span: The part to decode.

    Attributes:
        channels: Channels of the track (not of the stretches).
        first_sample: The number of the first sample of the first stretch, counted from the start of the recording.
        expected_s: Length in seconds that the file promises, perhaps wrongly; None where it promises none.
        duration_s: Length of the whole recording in seconds, known when :meth:`stretches` has ended.

    Raises:
        RecognitionError: The file has no audio, cannot be decoded, or is too short; the message is the service's literal.
    """

    def __init__(self, path: Path, *, split_channels: bool = False, span: Span | None = None) -> None:
        self._path = path
        self._span = span or Span()
        self._container = _open(path)
        if not self._container.streams.audio:
            self._container.close()
            raise no_audio_error(path)
        self._stream = self._container.streams.audio[_track_with_sound(path, len(self._container.streams.audio))]
        self.channels = max(1, self._stream.codec_context.channels)
        self._split_channels = split_channels
        self._layout = _layout(self._stream, self.channels)
        self._sound_from = round(starts_at_s(self._container, self._stream) * RATE_HZ)
        self.first_sample = max(self._span.first_sample, self._sound_from)
        self.expected_s = self._container.duration / av.time_base if self._container.duration else None
        self.duration_s = 0.0
        self._is_decoded = self._damaged = False

    def stretches(self) -> Iterator[tuple[NDArray[np.float32], bool]]:
        """Yield arrays of shape (channels, samples) of 120 s, the last one shorter, each with whether it is the last."""
        previous: NDArray[np.float32] | None = None
        with self._container:
            for stretch in self._grouped():
                if previous is not None:
                    yield previous, False
                previous = stretch
        if not self._is_decoded and self._damaged:
            raise RecognitionError(f"{contract.ERROR_TRANSCODING}. The file is damaged: no sound in it could be decoded.")
        if previous is None or (previous.shape[1] < RATE_HZ * contract.SHORTEST_MS // 1000):
            raise RecognitionError(contract.ERROR_TOO_SHORT)
        yield previous, True

    def _grouped(self) -> Iterator[NDArray[np.float32]]:
        blocks: list[NDArray[np.float32]] = []
        size = 0
        for block in self._selected():
            blocks.append(block)
            size += block.shape[1]
            if size >= STRETCH_S * RATE_HZ:
                yield self._joined(blocks)
                blocks, size = [], 0
        if size:
            yield self._joined(blocks)

    def _joined(self, blocks: list[NDArray[np.float32]]) -> NDArray[np.float32]:
        samples = np.concatenate(blocks, axis=1)
        return samples if self._split_channels else mixed(samples, RATE_HZ)

    def _selected(self) -> Iterator[NDArray[np.float32]]:
        position = self._sound_from
        packets = self._packets()
        for block in self._resampled(packets):
            self._is_decoded = True
            part = self._span.cut(position, block)
            position += block.shape[1]
            if part.shape[1]:
                yield part
            if self._span.is_over(position):
                break
        rest = sum(float((packet.duration or 0) * (packet.time_base or 0)) for packet in packets)
        self.duration_s = position / RATE_HZ + rest

    def _resampled(self, packets: Iterator[Packet]) -> Iterator[NDArray[np.float32]]:
        resampler, shape = None, None
        for frame in self._frames(packets):
            frame_shape = (frame.format.name, frame.layout.name, frame.sample_rate)
            if frame_shape != shape:
                if resampler is not None:
                    yield from _arrays(resampler, None)
                resampler, shape = AudioResampler("fltp", self._layout, RATE_HZ), frame_shape
            frame.pts = None
            assert resampler is not None
            yield from _arrays(resampler, frame)
        if resampler is not None:
            yield from _arrays(resampler, None)

    def _frames(self, packets: Iterator[Packet]) -> Iterator[AudioFrame]:
        for packet in packets:
            try:
                yield from packet.decode()
            except av.error.FFmpegError:  # the packets after a damaged one are still decoded
                self._damaged = True

    def _packets(self) -> Iterator[Packet]:
        try:
            yield from self._container.demux(self._stream)
        except av.error.FFmpegError:
            self._damaged = True


def filtered(samples: NDArray[np.float32], chain: str) -> NDArray[np.float32]:
    """Apply a chain of FFmpeg filters to one channel of 16 kHz samples; the number of samples stays the same.

    Args:
        samples: float32, one dimension.
        chain: Filters as on FFmpeg's command line, for example ``"highpass=f=80,afftdn=nr=12"``.
    """
    graph = av.filter.Graph()
    source = graph.add_abuffer(format="fltp", sample_rate=RATE_HZ, layout="mono")
    nodes = [graph.add(*filter_.partition("=")[::2]) for filter_ in chain.split(",")]
    graph.link_nodes(source, *nodes, graph.add("abuffersink")).configure()
    frame = AudioFrame.from_ndarray(samples.reshape(1, -1), format="fltp", layout="mono")
    frame.sample_rate = RATE_HZ
    graph.push(frame)
    graph.push(None)
    return _with_size([output.to_ndarray()[0] for output in _output(graph)], len(samples))


def _output(graph: av.filter.Graph) -> Iterator[AudioFrame]:
    while True:
        try:
            frame = graph.pull()
        except (av.error.BlockingIOError, av.error.EOFError):
            return
        if isinstance(frame, AudioFrame):
            yield frame


def _with_size(parts: list[NDArray[np.float32]], size: int) -> NDArray[np.float32]:
    whole = np.concatenate(parts)[:size] if parts else np.zeros(0, np.float32)
    return np.pad(whole, (0, size - len(whole))).astype(np.float32, copy=False)


def _open(path: Path) -> av.container.InputContainer:
    try:
        container: av.container.InputContainer = av.open(**media_arguments(path))
    except (av.error.FFmpegError, ValueError) as refused:
        if is_media(path):
            reason = "The file is cut off or damaged: its contents cannot be found."
            raise RecognitionError(f"{contract.ERROR_TRANSCODING}. {reason}") from refused
        raise no_audio_error(path) from refused
    except OSError as missing:
        raise no_file_error() from missing
    return container


def _track_with_sound(path: Path, tracks: int) -> int:
    """Return the number of the first track of sound that is not much fainter than the loudest one."""
    if tracks == 1:
        return 0
    return first_audible([_loudest(path, track) for track in range(tracks)])


def _loudest(path: Path, track: int) -> float:
    """Return the mean energy of the loudest second of a track."""
    loudest, resampler = 0.0, AudioResampler("fltp", None, RATE_HZ, frame_size=RATE_HZ)
    with _open(path) as container, contextlib.suppress(av.error.FFmpegError):
        for packet in container.demux(container.streams.audio[track]):
            with contextlib.suppress(av.error.FFmpegError):
                for frame in packet.decode():
                    frame.pts = None
                    loudest = max([loudest, *(energy(part) for part in _arrays(resampler, frame))])
    if loudest == 0 and (rest := list(_arrays(resampler, None))):  # a track of less than a second
        loudest = max(map(energy, rest))
    return loudest


def _layout(stream: AudioStream, channels: int) -> str | av.AudioLayout:
    return {1: "mono", 2: "stereo"}.get(channels, stream.codec_context.layout)


def _arrays(resampler: AudioResampler, frame: AudioFrame | None) -> Iterator[NDArray[np.float32]]:
    for output in resampler.resample(frame):
        yield np.asarray(output.to_ndarray(), np.float32)
