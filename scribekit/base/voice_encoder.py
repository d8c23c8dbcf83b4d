"""Tells voices apart: numbers that are near each other for stretches of one voice. Pure, but for reading the weights.

The network and its weights are those of Resemblyzer (Resemble AI, Apache-2.0, github.com/resemble-ai/Resemblyzer), after Wan et al.,
"Generalized end-to-end loss for speaker verification", 2018. It is written here in numpy, and its file is read as data: nothing in it is
run. A voice is biometric data: compare voices across recordings only where the people concerned have agreed to it.
"""

from __future__ import annotations

import functools
import pickle
from collections import OrderedDict
from collections.abc import Mapping
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from scribekit.base.errors import ModelError
from scribekit.base.files import open_regular

Floats = NDArray[np.float32]

RATE_HZ = 16_000
WINDOW_S, STEP_S = 1.6, 0.4
"""The length of a window, and how far each is from the next."""
_FFT, _HOP, _BANDS = 400, 160, 40
_FRAMES, _FRAME_STEP = 160, 40
_LAYERS = 3
_AT_A_TIME = 256
_LOUDNESS_DB = -30.0
_FLOOR = 1e-10


class VoiceEncoder:
    """The network with its weights.

    Args:
        path: The file with the weights (``sk.get_model("voice-encoder")`` fetches it).

    Raises:
        ModelError: It cannot be read, or holds something else than such weights.
    """

    def __init__(self, path: Path) -> None:
        try:
            with open_regular(path) as file:
                weights = read_weights(file)
            self._layers = [tuple(weights[f"lstm.{part}_l{layer}"] for part in _PARTS) for layer in range(_LAYERS)]
            self._linear = weights["linear.weight"].T.copy(), weights["linear.bias"]
        except (OSError, KeyError, ValueError, TypeError, IndexError, EOFError, pickle.UnpicklingError) as cause:
            raise ModelError(
                f"{str(path)!r} does not hold the weights of the voice encoder. Run sk.get_model('voice-encoder') to fetch them."
            ) from cause

    def embed(self, samples: Floats) -> tuple[Floats, Floats]:
        """Describe the voice in each window of 1.6 s, every 0.4 s; the last window may be shorter.

        Args:
            samples: One channel at 16 kHz, from -1 to 1.

        Returns:
            The middle of each window in seconds, of shape (windows,), and vectors of length 1, of shape (windows, 256).
        """
        frames = mel_frames(_levelled(samples))
        starts = np.arange(0, max(1, len(frames) - _FRAMES + _FRAME_STEP), _FRAME_STEP)
        padded = np.concatenate([frames, np.zeros((_FRAMES, _BANDS), np.float32)])
        found = [
            self._hidden(np.stack([padded[start : start + _FRAMES] for start in starts[first : first + _AT_A_TIME]]))
            for first in range(0, len(starts), _AT_A_TIME)
        ]
        vectors = np.maximum(np.concatenate(found) @ self._linear[0] + self._linear[1], 0)
        vectors /= np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), _FLOOR)
        ends = np.minimum(starts + _FRAMES, len(frames))
        return ((starts + ends) / 2 * _HOP / RATE_HZ).astype(np.float32), vectors

    def _hidden(self, windows: Floats) -> Floats:
        """Return the last state of the last layer for windows of shape (windows, frames, bands)."""
        series = windows.transpose(1, 0, 2)
        for inputs, recurrent, bias, other_bias in self._layers:
            series = _layer(series, inputs, recurrent, bias + other_bias)
        last: Floats = series[-1]
        return last


def _layer(series: Floats, inputs: Floats, recurrent: Floats, bias: Floats) -> Floats:
    """Run one layer of long short-term memory over a series of shape (frames, windows, features); its gates are in the order i, f, g, o."""
    size = recurrent.shape[1]
    hidden = np.zeros((series.shape[1], size), np.float32)
    cell = np.zeros_like(hidden)
    weights = recurrent.T.copy()
    driven = series @ inputs.T + bias
    states = np.empty((len(series), *hidden.shape), np.float32)
    for at, given in enumerate(driven):
        gates = given + hidden @ weights
        enter, forget, out = (_sigmoid(gates[:, first * size : (first + 1) * size]) for first in (0, 1, 3))
        cell = forget * cell + enter * np.tanh(gates[:, 2 * size : 3 * size])
        hidden = out * np.tanh(cell)
        states[at] = hidden
    return states


def _sigmoid(values: Floats) -> Floats:
    found: Floats = 0.5 * (np.tanh(0.5 * values) + 1)
    return found


def _levelled(samples: Floats) -> Floats:
    """Raise faint sound to -30 dB of full scale, the level that the network was trained with; loud sound stays."""
    level = 10 * np.log10(max(float(np.mean(np.square(samples, dtype=np.float64))), _FLOOR)) if len(samples) else 0.0
    return samples if level >= _LOUDNESS_DB else (samples * 10 ** ((_LOUDNESS_DB - level) / 20)).astype(np.float32)


def mel_frames(samples: Floats) -> Floats:
    """Return the power in 40 mel bands every 10 ms, of shape (frames, bands); no logarithm is taken."""
    padded = np.pad(samples, _FFT // 2)
    count = 1 + len(samples) // _HOP
    windows = np.lib.stride_tricks.sliding_window_view(padded, _FFT)[::_HOP][:count]
    power = np.abs(np.fft.rfft(windows * _hann(), axis=1)) ** 2
    return (power @ _mel_bands().T).astype(np.float32)


@functools.cache
def _hann() -> Floats:
    return (0.5 - 0.5 * np.cos(2 * np.pi * np.arange(_FFT) / _FFT)).astype(np.float32)


@functools.cache
def _mel_bands() -> Floats:
    """Return the weights of the bands, of shape (bands, frequencies): Slaney's scale and norm, as librosa has them by default."""
    edges = _hertz(np.linspace(0, _mels(RATE_HZ / 2), _BANDS + 2))
    frequencies = np.fft.rfftfreq(_FFT, 1 / RATE_HZ)
    slopes = edges[:, None] - frequencies[None, :]
    widths = np.diff(edges)[:, None]
    bands = np.maximum(0, np.minimum(-slopes[:-2] / widths[:-1], slopes[2:] / widths[1:]))
    return (bands * (2 / (edges[2:] - edges[:-2]))[:, None]).astype(np.float32)


_LINEAR_HZ, _LINEAR_STEP = 1000.0, 200 / 3
_LOG_STEP = np.log(6.4) / 27


def _mels(hertz: float) -> float:
    return float(_LINEAR_HZ / _LINEAR_STEP + np.log(hertz / _LINEAR_HZ) / _LOG_STEP) if hertz >= _LINEAR_HZ else hertz / _LINEAR_STEP


def _hertz(mels: NDArray[np.float64]) -> NDArray[np.float64]:
    border = _LINEAR_HZ / _LINEAR_STEP
    return np.where(mels < border, mels * _LINEAR_STEP, _LINEAR_HZ * np.exp(_LOG_STEP * (np.maximum(mels, border) - border)))


# -- the file of the weights, in the form that PyTorch wrote before 2020

_PARTS = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
_MAGIC, _PROTOCOL = 0x1950A86A20F9469CFC6C, 1001


class _Storage:
    """A run of numbers in the file, which follows after the description of the tensors."""

    def __init__(self, key: str) -> None:
        self.key = key


class _Tensor:
    """A tensor: where its numbers are in its storage, and its shape."""

    def __init__(self, storage: Any, offset: Any, shape: Any, strides: Any, *_: Any) -> None:
        self.storage, self.offset, self.shape, self.strides = storage, offset, shape, strides


class _TensorsOnly(pickle.Unpickler):
    """Reads descriptions of tensors, and refuses everything else: a pickle can name any code to run."""

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) == ("collections", "OrderedDict"):
            return OrderedDict
        if (module, name) == ("torch._utils", "_rebuild_tensor_v2"):
            return _Tensor
        if (module, name) == ("torch", "FloatStorage"):
            return float
        raise pickle.UnpicklingError(f"{module}.{name} is not a part of a tensor")

    def persistent_load(self, pid: Any) -> Any:
        _, kind, key, _, _, view = pid
        if kind is not float or view is not None:
            raise pickle.UnpicklingError("a storage of another kind")
        return _Storage(str(key))


def read_weights(file: BinaryIO) -> Mapping[str, Floats]:
    """Return name → tensor of the network in such a file. Nothing in the file is run.

    Raises:
        UnpicklingError: It holds something else than tensors.
        ValueError: It is not such a file.
    """
    if (_load(file), _load(file)) != (_MAGIC, _PROTOCOL):
        raise ValueError("not a file of PyTorch's older form")
    _load(file)  # sizes of types
    tensors = _load(file)["model_state"]
    storages: dict[str, Floats] = {}
    for key in _load(file):
        count = int.from_bytes(file.read(8), "little")
        content = file.read(4 * count)
        storages[str(key)] = np.frombuffer(content, "<f4")
    return {name: _tensor(found, storages[found.storage.key]) for name, found in tensors.items()}


def _load(file: BinaryIO) -> Any:
    return _TensorsOnly(file).load()


def _tensor(found: _Tensor, numbers: Floats) -> Floats:
    size = int(np.prod(found.shape)) if found.shape else 1
    shaped: Floats = numbers[found.offset : found.offset + size].reshape(found.shape)
    if tuple(found.strides) != tuple(stride // 4 for stride in shaped.strides):
        raise ValueError("a tensor whose numbers are in another order")
    return shaped
