"""The teaching notebooks, for those who installed only the package: ``sk.notebooks.copy("learning")``."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

from scribekit.base.errors import OptionError

FOLDERS = ("notebooks", "sample_manifests")
"""What is copied: the notebooks, and beside them the sample library that they read."""

_IGNORED = {".ipynb_checkpoints", "__pycache__", "make_samples.py"}
_MOST_LISTED = 3


def copy(folder: str | Path = "scribekit-notebooks", *, overwrite: bool = False) -> Path:
    """Copy the notebooks, and the sample library that they use, into a folder.

    Call it again after an update to get new notebooks. Files that are already the same are not touched.

    Args:
        folder: The folder; it is created if it does not exist.
        overwrite: Replace files that have changed, such as notebooks that were saved with outputs.

    Returns:
        The folder with the notebooks; open it in JupyterLab.

    Raises:
        OptionError: Files there have changed. Nothing was copied.

    Example:
        >>> import tempfile
        >>> there = copy(tempfile.mkdtemp())
        >>> (there / "01_batching.ipynb").exists()
        True
    """
    target = Path(folder).expanduser().absolute()
    pairs = [(source, target / source.relative_to(root)) for root, source in _sources()]
    missing = [(source, copied) for source, copied in pairs if not copied.exists()]
    changed = [(source, copied) for source, copied in pairs if copied.exists() and copied.read_bytes() != source.read_bytes()]
    if changed and not overwrite:
        names = ", ".join(str(copied.relative_to(target)) for _, copied in changed[:_MOST_LISTED])
        more = f" and {len(changed) - _MOST_LISTED} more" if len(changed) > _MOST_LISTED else ""
        raise OptionError(
            f"In {str(target)!r} these differ from what would be copied: {names}{more}. Nothing was copied. "
            "Give another folder, or overwrite=True to replace them."
        )
    for source, copied in [*missing, *changed]:
        copied.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, copied)
    return target / FOLDERS[0]


def _sources() -> Iterator[tuple[Path, Path]]:
    """Yield each file with its root folder: in an installed package, or beside the package in a checkout."""
    package = Path(__file__).parents[1]
    root = package / "teaching" if (package / "teaching").is_dir() else package.parent
    for name in FOLDERS:
        for source in sorted((root / name).rglob("*")):
            if source.is_file() and not _IGNORED.intersection(source.parts):
                yield root, source
