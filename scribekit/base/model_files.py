"""The models of the engines that run on this machine, by name: the table ``model_files.toml``, and the folders in which they are.

A model is there when each of its files has the sha256 that the table says. That is checked once; afterwards size and time of the files tell
that nothing changed.
"""

from __future__ import annotations

import functools
import json
import os
import tomllib
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path
from typing import Any

from scribekit.base.errors import ModelError, nearest
from scribekit.base.files import cache_folder, open_regular, sha256_of, stamp

DEFAULT = "base"
"""The Whisper model that errors and lessons name."""
NEEDED = ("model.bin", "config.json", "tokenizer.json")
"""What a folder of a Whisper model holds, beside ``vocabulary.txt`` or ``.json``. Without one of them the library asks the hub."""
_CHECKED = ".checked.json"


@dataclass(frozen=True)
class ModelFile:
    """A file of a model.

    Attributes:
        size: In bytes.
        sha256: Of its content.
        wheels: The packages that carry it, in parts to be joined: ``name==version:path in the package``.
    """

    size: int
    sha256: str
    wheels: tuple[str, ...] = ()


@dataclass(frozen=True)
class Model:
    """A model of the table.

    Attributes:
        name: What users call it.
        engine: The recogniser that it is for, or ``voices``.
        licence: The licence of its weights.
        megabytes: What it takes on the disk.
        repository: Where it is on the model hub; None when it is not there.
        files: Name → file, where the table knows them.
        word_error_rate: The range of the word error rate that was measured on human speech in English; None where it was not.
        real_time: How many times faster than real time it is on one core; None where it was not measured.
        memory_mb: What a process takes; None where it was not measured.
    """

    name: str
    engine: str
    licence: str
    megabytes: int
    repository: str | None = None
    files: Mapping[str, ModelFile] = field(default_factory=dict)
    word_error_rate: tuple[float, float] | None = None
    real_time: float | None = None
    memory_mb: int | None = None

    @property
    def folder(self) -> Path:
        """Where it is kept once it was fetched."""
        return cache_folder() / "models" / self.engine / self.name


@functools.cache
def known_models() -> Mapping[str, Model]:
    """Return name → model for every model of the table, the most accurate first.

    Example:
        >>> known_models()["base"].files["config.json"].size
        2309
    """
    rows = tomllib.loads(resources.files("scribekit.base").joinpath("model_files.toml").read_text("utf-8"))["models"]
    return {name: _model(name, dict(row)) for name, row in rows.items()}


def _model(name: str, row: dict[str, Any]) -> Model:
    files = {file: ModelFile(one["bytes"], one["sha256"], tuple(one["wheels"])) for file, one in row.pop("files", {}).items()}
    low_and_high = row.pop("word_error_rate", None)
    return Model(name, files=files, word_error_rate=low_and_high and tuple(low_and_high), **row)


def model_named(name: str) -> Model:
    """Return a model of the table.

    Raises:
        ModelError: The table does not have it.
    """
    if name not in known_models():
        raise ModelError(f"The model {name!r} is not known.{nearest(name, known_models())} sk.models() lists those that are.")
    return known_models()[name]


def find(name: str) -> Path | None:
    """Return the folder of a model that was fetched and is whole; None when it is not there.

    Raises:
        ModelError: The table does not have it, or a file is not what the table says.

    Example:
        >>> find("large-v3") is None
        True
    """
    model = model_named(name)
    if not model.folder.is_dir():
        return None
    check(model, model.folder)
    return model.folder


def check(model: Model, folder: Path) -> dict[str, str]:
    """Check that a folder holds the files of a model, and return name → sha256.

    Raises:
        ModelError: A file is missing, or it is not what the table says.
    """
    names = list(model.files) or whisper_files(folder)
    found = checksums(folder, names)
    for name, file in model.files.items():
        if found[name] != file.sha256:
            raise ModelError(
                f"The file {name!r} of the model {model.name!r} in {str(folder)!r} is not what it should be: its sha256 begins with "
                f"{found[name][:12]}, expected {file.sha256[:12]}. Run sk.get_model({model.name!r}) to fetch it again."
            )
    return found


@dataclass(frozen=True)
class Located:
    """A Whisper model as it lies in a folder.

    Attributes:
        name: Its name in the table, or that of its folder.
        folder: Where it is.
        sha256: Of its weights.
        is_known: Whether it is the table's.
    """

    name: str
    folder: Path
    sha256: str
    is_known: bool


def locate(model: str | os.PathLike[str]) -> Located:
    """Find a Whisper model by its name in the table, or by the path of its folder, and check that it is whole.

    Raises:
        ModelError: It is not there, or is damaged.
    """
    name, folder = str(model), Path(model).expanduser()
    if name not in known_models() and folder.is_dir():
        return Located(folder.resolve().name, folder, checksums(folder, whisper_files(folder))["model.bin"], is_known=False)
    known = model_named(name)
    if known.engine != "whisper":
        raise ModelError(f"The model {name!r} is not one that transcribes. {how_to_get(known_models()[DEFAULT])}")
    found = find(name)
    if found is None:
        raise ModelError(how_to_get(known))
    return Located(name, found, check(known, found)["model.bin"], is_known=True)


def best_here() -> str | None:
    """Return the name of the most accurate Whisper model that was fetched and is whole; None without any."""
    for model in known_models().values():
        if model.engine == "whisper" and model.folder.is_dir():
            with suppress(ModelError):
                check(model, model.folder)
                return model.name
    return None


def how_to_get(model: Model) -> str:
    """Return the sentence for a model that is not there: the ways to get it."""
    return (
        f"The model {model.name!r} is not on this machine ({model.megabytes:,} MB). Run sk.get_model({model.name!r}) to fetch it. Where "
        f"there is no network, fetch it on another machine and copy its folder to {str(model.folder)!r}, or give the path of a folder."
    )


def whisper_files(folder: Path) -> list[str]:
    """Return the names of the files of a Whisper model in a folder.

    Raises:
        ModelError: One is missing.
    """
    vocabulary = next((name for name in ("vocabulary.json", "vocabulary.txt") if (folder / name).is_file()), "vocabulary.json")
    names = [*NEEDED, vocabulary]
    missing = [name for name in names if not (folder / name).is_file()]
    if missing:
        raise ModelError(
            f"{str(folder)!r} is not a folder of a Whisper model: it does not have {', '.join(missing)}. Give the folder of a model in the "
            "form of CTranslate2, or one of the names that sk.models() lists."
        )
    return names


def checksums(folder: Path, names: list[str]) -> dict[str, str]:
    """Return the sha256 of files, which are read only where they have changed since the last time.

    Raises:
        ModelError: A file cannot be read.
    """
    known: dict[str, list[str]] = {}
    with suppress(OSError, ValueError):
        known = json.loads((folder / _CHECKED).read_text("utf-8"))
    found = {}
    for name in names:
        try:
            with open_regular(folder / name) as file:
                now = stamp(os.fstat(file.fileno()))
                entry = known.get(name)
                found[name] = [now, entry[1] if entry and entry[0] == now else sha256_of(file)]
        except OSError as cause:
            raise ModelError(f"The file {name!r} of a model in {str(folder)!r} cannot be read: {cause.strerror}.") from cause
    if found != known:
        with suppress(OSError):  # a folder that may only be read is read each time
            (folder / _CHECKED).write_text(json.dumps(found), "utf-8")
    return {name: sha256 for name, (_, sha256) in found.items()}
