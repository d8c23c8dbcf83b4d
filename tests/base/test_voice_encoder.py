import os
import pickle
import sys
import types
from collections import OrderedDict

import numpy as np
import pytest

from scribekit.base.errors import ModelError
from scribekit.base.voice_encoder import RATE_HZ, VoiceEncoder, mel_frames

HIDDEN, BANDS, LAYERS = 4, 40, 3
REBUILD = "_rebuild_tensor_v2"  # a name of PyTorch's


class _Storage:
    """A storage as PyTorch pickled it: outside of the stream, by its key."""

    def __init__(self, key, numbers):
        self.key, self.numbers = key, numbers


class _Tensor:
    def __init__(self, storage, shape):
        self.storage, self.shape = storage, shape

    def __reduce__(self):
        strides = tuple(int(np.prod(self.shape[place + 1 :])) for place in range(len(self.shape)))
        return getattr(sys.modules["torch._utils"], REBUILD), (self.storage, 0, self.shape, strides, False, OrderedDict())


@pytest.fixture
def written(tmp_path, monkeypatch):
    """Writes weights as PyTorch did before 2020, with names of PyTorch that are only names here."""
    utils, torch = types.ModuleType("torch._utils"), types.ModuleType("torch")

    def rebuild(*_):
        raise AssertionError("never called")

    rebuild.__module__, rebuild.__qualname__ = "torch._utils", REBUILD
    storage_kind = type("FloatStorage", (), {"__module__": "torch"})
    setattr(utils, REBUILD, rebuild)
    torch.FloatStorage = storage_kind
    monkeypatch.setitem(sys.modules, "torch", torch)
    monkeypatch.setitem(sys.modules, "torch._utils", utils)

    class Pickler(pickle.Pickler):
        def persistent_id(self, value):
            if isinstance(value, _Storage):
                return ("storage", storage_kind, value.key, "cpu", len(value.numbers), None)
            return None

    def write(weights, extra=None):
        path = tmp_path / "weights.pt"
        storages = {name: _Storage(str(number), array.ravel()) for number, (name, array) in enumerate(weights.items())}
        state = OrderedDict((name, _Tensor(storages[name], array.shape)) for name, array in weights.items())
        with path.open("wb") as file:
            for value in (0x1950A86A20F9469CFC6C, 1001, {"little_endian": True}):
                pickle.dump(value, file, protocol=2)
            Pickler(file, protocol=2).dump({"model_state": state, **(extra or {})})
            pickle.dump([storage.key for storage in storages.values()], file, protocol=2)
            for storage in storages.values():
                file.write(len(storage.numbers).to_bytes(8, "little") + storage.numbers.astype("<f4").tobytes())
        return path

    return write


@pytest.fixture
def weights():
    draw = np.random.default_rng(7)
    found = {}
    for layer in range(LAYERS):
        shapes = {"weight_ih": (4 * HIDDEN, HIDDEN if layer else BANDS), "weight_hh": (4 * HIDDEN, HIDDEN)}
        shapes |= {"bias_ih": (4 * HIDDEN,), "bias_hh": (4 * HIDDEN,)}
        found |= {f"lstm.{part}_l{layer}": draw.normal(0, 0.5, shape).astype(np.float32) for part, shape in shapes.items()}
    return found | {"linear.weight": draw.normal(size=(3, HIDDEN)).astype(np.float32), "linear.bias": np.ones(3, np.float32)}


def sigmoid(value):
    return 1 / (1 + np.exp(-value))


def plainly(weights, frames):
    """What the network says of one window, a step and a layer at a time."""
    series = list(frames.astype(np.float64))
    for layer in range(LAYERS):
        inputs, recurrent, bias, other = (weights[f"lstm.{part}_l{layer}"] for part in ("weight_ih", "weight_hh", "bias_ih", "bias_hh"))
        hidden = cell = np.zeros(HIDDEN)
        for at, given in enumerate(series):
            enter, forget, new, out = np.split(inputs @ given + recurrent @ hidden + bias + other, 4)
            cell = sigmoid(forget) * cell + sigmoid(enter) * np.tanh(new)
            hidden = sigmoid(out) * np.tanh(cell)
            series[at] = hidden
    vector = np.maximum(weights["linear.weight"] @ series[-1] + weights["linear.bias"], 0)
    return vector / np.linalg.norm(vector)


def test_windows_are_described_as_by_the_network_step_by_step(written, weights):
    samples = np.random.default_rng(1).normal(0, 0.1, int(2.5 * RATE_HZ)).astype(np.float32)
    middles, vectors = VoiceEncoder(written(weights)).embed(samples)
    frames = np.concatenate([mel_frames(samples), np.zeros((160, BANDS), np.float32)])
    assert middles.tolist() == pytest.approx([0.8, 1.2, 1.6, 1.855], abs=0.01)
    for number, vector in enumerate(vectors):
        assert vector == pytest.approx(plainly(weights, frames[40 * number : 40 * number + 160]), abs=1e-4)


@pytest.mark.parametrize("seconds", [0, 0.01, 0.5])
def test_speech_that_is_shorter_than_a_window_is_one(written, weights, seconds):
    middles, vectors = VoiceEncoder(written(weights)).embed(np.zeros(int(seconds * RATE_HZ), np.float32))
    assert (len(middles), vectors.shape) == (1, (1, 3))


def test_a_tone_is_loudest_in_the_band_of_its_pitch():
    tone = np.sin(2 * np.pi * 1000 * np.arange(RATE_HZ) / RATE_HZ).astype(np.float32)
    low = np.sin(2 * np.pi * 200 * np.arange(RATE_HZ) / RATE_HZ).astype(np.float32)
    assert mel_frames(tone).shape == (101, BANDS)
    assert mel_frames(low)[50].argmax() < mel_frames(tone)[50].argmax() < 20


class Evil:
    def __init__(self, folder):
        self.folder = folder

    def __reduce__(self):
        return os.mkdir, (str(self.folder),)


def test_nothing_in_the_file_is_run(written, weights, tmp_path):
    with pytest.raises(ModelError, match=r"does not hold the weights of the voice encoder. Run sk.get_model\('voice-encoder'\)"):
        VoiceEncoder(written(weights, {"optimizer_state": Evil(tmp_path / "evil")}))
    assert not (tmp_path / "evil").exists()


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"\x80\x02K\x01.", b"nothing of the kind"])
def test_another_file_is_refused(tmp_path, content):
    (tmp_path / "x.pt").write_bytes(content)
    with pytest.raises(ModelError, match=r"x\.pt"):
        VoiceEncoder(tmp_path / "x.pt")
    with pytest.raises(ModelError):
        VoiceEncoder(tmp_path / "not there.pt")
