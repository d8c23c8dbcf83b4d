"""The notebooks that teach scribekit, for whoever installed the package alone: ``sk.notebooks.copy("learning")``."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

from scribekit.base.errors import OptionError

FOLDERS = ("notebooks", "sample_manifests")
"""What is copied: the notebooks, and the sample library that they read from beside them."""

_LEFT_OUT = {".ipynb_checkpoints", "__pycache__", "make_samples.py"}
_MOST_NAMED = 3


def copy(folder: str | Path = "scribekit-notebooks", *, overwrite: bool = False) -> Path:
    """Put the notebooks, and the sample library that they use, into a folder of yours.

    Repeat it after an update to get new notebooks. Files that are the same already are left alone.

    Args:
        folder: Where to put them; it is made when it is not there.
        overwrite: Replace files that were changed since, such as notebooks that were saved with their outputs.

    Returns:
        The folder with the notebooks; open it in JupyterLab.

    Raises:
        OptionError: Files there were changed. Nothing was copied then.

    Example:
        >>> import tempfile
        >>> there = copy(tempfile.mkdtemp())
        >>> (there / "01_batching.ipynb").exists()
        True
    """
    target = Path(folder).expanduser().absolute()
    pairs = [(source, target / source.relative_to(home)) for home, source in _sources()]
    missing = [(source, copied) for source, copied in pairs if not copied.exists()]
    changed = [(source, copied) for source, copied in pairs if copied.exists() and copied.read_bytes() != source.read_bytes()]
    if changed and not overwrite:
        names = ", ".join(str(copied.relative_to(target)) for _, copied in changed[:_MOST_NAMED])
        more = f" and {len(changed) - _MOST_NAMED} more" if len(changed) > _MOST_NAMED else ""
        raise OptionError(
            f"In {str(target)!r} these differ from what would be copied: {names}{more}. Nothing was copied. "
            "Give another folder, or overwrite=True to replace them."
        )
    for source, copied in [*missing, *changed]:
        copied.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, copied)
    return target / FOLDERS[0]


def _sources() -> Iterator[tuple[Path, Path]]:
    """Each file with the folder that it is in: inside an installed package, or beside it in a checkout."""
    package = Path(__file__).parents[1]
    home = package / "teaching" if (package / "teaching").is_dir() else package.parent
    for name in FOLDERS:
        for source in sorted((home / name).rglob("*")):
            if source.is_file() and not _LEFT_OUT.intersection(source.parts):
                yield home, source
