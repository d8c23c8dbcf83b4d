"""Make a manifest, a table with one row per recording, from a folder (sk.scan) or a table or list (sk.read_manifest)."""

from __future__ import annotations

import math
import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from scribekit.api.options import option_types
from scribekit.base import schema
from scribekit.base.cells import cell_text
from scribekit.base.errors import ManifestError, ManifestWarning, warn_user
from scribekit.base.progress import QUIET_UNDER_S, Progress
from scribekit.base.signed_addresses import without_signature
from scribekit.recordings import find, manifest, probe
from scribekit.recordings.lengths import read_lengths
from scribekit.recordings.locate import expand_home
from scribekit.recordings.spelling import Folder, plain
from scribekit.recordings.table_files import read_table_file, table_of, with_dtypes

_FACTS = ("duration_s", "size_bytes", "channels", "sample_rate_hz", "codec", "sha256", "tracks", "starts_at_s", "warning")
_WHOLE, _TEXTS = ("size_bytes", "channels", "sample_rate_hz", "tracks"), ("codec", "sha256", "warning")


def scan(
    folder_or_glob: str | os.PathLike[str] | Iterable[str | os.PathLike[str]], *, recursive: bool = True, progress: bool = True
) -> pd.DataFrame:
    """Return the recordings in a folder as a manifest.

    Args:
        folder_or_glob: A folder, a pattern such as ``"calls/**/*.mp3"``, one file, or a list of those. Audio and video files that FFmpeg
            reads are taken by their extension, in any case; hidden files and folders are skipped. Links to folders are not followed: give a
            list with their paths. Brackets in the name of a folder are part of its name.
        recursive: Include subfolders (in a pattern: ``**`` includes them).
        progress: Show progress when it takes more than two seconds.

    Returns:
        The columns of :data:`scribekit.schema.MANIFEST`, in natural order of the paths.
        ``recording_id`` is the path within the folder; with several folders, it starts with the name of the folder.
        A file that cannot be sent says why in ``problem``; ``warning`` says what is odd about one that can.
        ``attrs["passed_over"]`` says how many files were passed over, and why: ``{"other endings": 3, "cloud placeholders": 1}``.

    Raises:
        ManifestError: There is no such folder, or it has no file that could be a recording.

    Warns:
        ManifestWarning: Something was passed over: files with other endings, recordings that are only in a cloud, folders that are links
            or cannot be read.

    Example:
        >>> scan("sample_manifests/audio/*.flac")["recording_id"].tolist()  # doctest: +SKIP
        ['meeting_launch.flac', 'support_call.flac']
    """
    given = [folder_or_glob] if isinstance(folder_or_glob, (str, os.PathLike)) else folder_or_glob
    roots = [os.fspath(root) for root in given]
    for root in roots:
        if manifest.is_url(root):
            raise ManifestError(f"scan() reads folders, and {root!r} is an address. Use sk.read_manifest([{root!r}]).")
    found = [find.find(Path(expand_home(root)), recursive=recursive) for root in roots]
    table = _table_of(found)
    where = ", ".join(map(repr, roots[:3])) + (" …" if len(roots) > 3 else "")
    passed = find.sentence(found)
    if table.empty:
        raise ManifestError(
            f"No audio or video files were found in {where or 'an empty list'}.{f' Passed over: {passed}' if passed else ''} "
            "For subfolders use recursive=True, or '**' in a pattern; to name files yourself, use sk.read_manifest([…])."
        )
    frame = _manifest(table, Path(), progress=progress)
    frame.attrs["passed_over"] = find.passed_over(found)
    if passed:
        warn_user(f"Passed over in {where}: {passed}", ManifestWarning)
    return frame


def _table_of(found: Sequence[find.Found]) -> pd.DataFrame:
    """Return the files that were found, each once, with their ids: their paths within the folder, after its name when there are several."""
    bases: dict[str, Path] = {}
    by_base: dict[Path, list[Path]] = {}
    taken: set[str] = set()
    for one in found:
        base = bases.setdefault(os.path.abspath(one.base), one.base)  # noqa: PTH100 -- without the '..' in it
        for path in one.files:
            whole = os.path.abspath(base / path)  # noqa: PTH100
            if whole not in taken:
                taken.add(whole)
                by_base.setdefault(base, []).append(path)
    names = [f"{label}/" for label in find.labels(list(by_base))] if len(by_base) > 1 else [""]
    files = [
        (str(base / path), name + str(path))
        for (base, paths), name in zip(by_base.items(), names, strict=False)
        for path in sorted(paths, key=lambda path: manifest.natural_key(str(path)))
    ]
    ids = manifest.recording_ids([_valid_unicode(name) for _, name in files])
    return pd.DataFrame({"source": pd.Series([source for source, _ in files], dtype="object"), "recording_id": ids})


def read_manifest(source: Any, *, dtype: Any = None, progress: bool = True) -> pd.DataFrame:
    """Return a table or list of recordings as a manifest.

    Args:
        source: A file (CSV, TSV, Parquet, JSON, JSON Lines, XLSX, or plain text with one recording per line), a DataFrame, a list of dicts,
            or a list of paths and http(s) URLs. A table names its recordings in one column called ``source``, ``path``, ``file``, ``url``
            or ``audio_url``. Relative paths start at the folder of the file, else at the working directory. A column ``recording_id`` is
            kept. For URLs, which are never downloaded, ``channels`` and the like are kept where the table has them, and the length in
            ``duration_s``, ``duration`` or ``length``: in seconds (or the unit in its name, ``duration_ms``), as ``45:10`` or
            ``1:02:03``, as an Excel time or a ``pd.Timedelta``. Files may be in any Unicode encoding, or in Windows-1252.
        dtype: The dtypes of columns of your own, as for ``pd.read_csv``: a dict, or one for all of them. Without it, columns of a text file
            become numbers only where every value comes back as the text that it was (``007``, ``1.10``, ``1e5``, ``NA`` stay texts).
            Ids and sources are always texts.
        progress: Show progress when it takes more than two seconds.

    Returns:
        The columns of :data:`scribekit.schema.MANIFEST`, then the user's own columns as they were. A row that cannot be sent says why in
        ``problem``; the others are not affected by it. Paths are found without the quotes and spaces that copying adds, and with
        backslashes; a file whose name differs in case or in the form of letters is not taken, but named in ``problem``.

    Raises:
        ManifestError: The table cannot be read, does not name its recordings, or its ``recording_id`` is empty or not unique. A row of a
            text file has more cells than the header (the message names the line). A column cannot have its ``dtype``.

    Warns:
        ManifestWarning: The file is not in Unicode, and was read as Windows-1252. Or a column of your own has a name that is measured here
            (``tracks``, ``starts_at_s``, ``warning``, ``problem``), and is called ``warning_given`` and so on.

    Example:
        >>> table = read_manifest(["https://example.org/talk.mp3", "missing.wav"])
        >>> table["recording_id"].tolist(), [problem[:8] for problem in table["problem"].dropna()]
        (['example.org/talk.mp3', 'missing.wav'], ['missing:'])
    """
    if not isinstance(source, (str, os.PathLike)):
        return _manifest(table_of(source), Path(), dtype=dtype, progress=progress)
    name = os.fspath(source)
    path = Path(expand_home(name))
    if manifest.is_url(name) or find.is_media(path.name):
        raise ManifestError(
            f"{name!r} is not the path of a table of recordings. A recording goes into a list: sk.read_manifest([{name!r}])."
        )
    as_text = (None if dtype is not None else ()) if not isinstance(dtype, Mapping) else dtype.keys()
    return _manifest(read_table_file(path, as_text), path.parent, dtype=dtype, progress=progress)


def _manifest(table: pd.DataFrame, base: Path, *, dtype: Any = None, progress: bool) -> pd.DataFrame:
    if not table.columns.is_unique:
        repeated = ", ".join(map(str, table.columns[table.columns.duplicated()]))
        raise ManifestError(f"Columns must have different names; found more than once: {repeated}. Rename or drop one of each.")
    manifest.check_unicode(table.columns)
    column = manifest.source_column(table.columns)
    table = _with_own_names(table.reset_index(drop=True))
    own = [name for name in table.columns if name != column and name not in schema.MANIFEST.names]
    table = with_dtypes(table, dtype, own)
    folder = Folder(base)
    given = [_source(cell, folder) for cell in table[column].tolist()]
    _check_cells(table, column, given)
    sources = [text if text is None or manifest.is_url(text) else str(base / text) for text in given]
    facts_given, unread = _facts_given(table)
    facts: dict[str, list[Any]] = {name: facts_given.get(name, [None] * len(table)) for name in _FACTS}
    problems = _probe_into(facts, sources, progress=progress)
    problems = [_refined(*row, folder) for row in zip(problems, given, map(unread.get, range(len(table))), strict=True)]
    ids = _ids(table, given)
    contents = [url or sha256 for url, sha256 in zip(_urls(sources), facts["sha256"], strict=True)]
    problems = _with_duplicates(problems, ids, contents, table[own])
    columns: dict[str, list[Any]] = {
        "recording_id": ids,
        "source": [_valid_unicode(source) for source in sources],
        **facts,
        "problem": problems,
    }
    return schema.MANIFEST.frame(columns).join(table[own])


def _check_cells(table: pd.DataFrame, column: str, sources: Sequence[str | None]) -> None:
    """Refuse cells that are no valid Unicode, except paths: a file may have such a name, and its row has a problem."""
    addresses = [source for source in sources if source and manifest.is_url(source)]
    manifest.check_unicode(addresses, f" in the column {column!r}")
    for name in table.columns:
        if name != column and table[name].dtype == object:
            manifest.check_unicode(table[name].tolist(), f" in the column {name!r}")


def _with_own_names(table: pd.DataFrame) -> pd.DataFrame:
    names = manifest.renamed_columns(table.columns)
    for name, new in names.items():
        warn_user(f"The column {name!r} of the table is called {new!r} in the manifest, whose {name!r} is measured.", ManifestWarning)
    return table.rename(columns=names)


def _text(cell: Any) -> str | None:
    """Return a cell as text; None when it is empty."""
    text = os.fsdecode(cell) if isinstance(cell, os.PathLike) else cell_text(cell)
    return text if text and text.strip() else None


def _source(cell: Any, folder: Folder) -> str | None:
    """Return a cell as a URL, or as a path in the spelling that is on the disk; None when it is empty."""
    text = _text(cell)
    if text is None:
        return None
    address = plain(text)
    return address if manifest.is_url(address) else folder.spelled(text)


def _valid_unicode(text: str | None) -> str | None:
    """Return a name with whatever is not valid Unicode replaced; the row of such a name has a problem."""
    return None if text is None else text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def _facts_given(table: pd.DataFrame) -> tuple[dict[str, list[Any]], dict[int, str]]:
    """Return the facts that the user's table has, which count only for recordings that are not probed, and by row the lengths not read."""
    lengths, unread = read_lengths(table)
    numbers = {name: manifest.numbers(table, name) for name in (*_WHOLE, "starts_at_s") if name in table.columns}
    found: dict[str, list[Any]] = {name: list(map(_whole, cells)) for name, cells in numbers.items() if name in _WHOLE}
    found |= {name: [cell if 0 <= cell < math.inf else None for cell in cells] for name, cells in numbers.items() if name not in _WHOLE}
    texts = {name: [_text(cell) for cell in table[name]] for name in _TEXTS if name in table.columns}
    return {"duration_s": lengths, **found, **texts}, unread


def _whole(cell: float) -> int | None:
    return int(cell) if 0 <= cell < 1 << 53 and cell.is_integer() else None


def _refined(found: str | None, source: str | None, unread_length: str | None, folder: Folder) -> str | None:
    """Return the problem of a row with what else is known: what a missing file may be, and the length of an address that cannot be read."""
    if source is None:
        return found
    if found is None and unread_length is not None and manifest.is_url(source):
        return manifest.problem("bad_length", unread_length)
    return found + folder.hint(source) if found is not None and manifest.split_problem(found)[0] == "missing" else found


def _probe_into(facts: dict[str, list[Any]], sources: Sequence[str | None], *, progress: bool) -> list[str | None]:
    """Probe the files, write their facts into the columns ``facts``, and return the problem of each row."""
    local = {row: source for row, source in enumerate(sources) if source is not None and not manifest.is_url(source)}
    files = {row: path for row, path in local.items() if _valid_unicode(path) == path}
    with Progress(len(set(files.values())), "recordings", "Probing", enabled=progress, quiet_under_s=QUIET_UNDER_S) as bar:
        probed = dict(zip(files, probe.probe_all(list(files.values()), on_done=bar.update), strict=True))
    problems: list[str | None] = []
    for row, source in enumerate(sources):
        if source is None:
            problems.append(manifest.problem("no_source"))
        elif row not in local:
            problems.append(manifest.url_problem(source, facts["duration_s"][row]))
        else:
            found = probed.get(row) or manifest.Facts(failure="unreadable", detail="its name is not valid Unicode, rename it")
            for name in _FACTS:
                facts[name][row] = getattr(found, name)
            problems.append(manifest.file_problem(found))
    return problems


def _ids(table: pd.DataFrame, sources: Sequence[str | None]) -> list[str]:
    if "recording_id" not in table.columns:
        return manifest.recording_ids([None if text is None else _valid_unicode(text) for text in sources])
    return manifest.check_ids([_text(cell) for cell in table["recording_id"]])


def _urls(sources: Sequence[str | None]) -> list[str | None]:
    return [without_signature(source).partition("#")[0] if source and manifest.is_url(source) else None for source in sources]


def _with_duplicates(
    problems: Sequence[str | None], ids: Sequence[str], contents: Sequence[str | None], own: pd.DataFrame
) -> list[str | None]:
    """Return the problems, with a problem for each row that repeats an earlier one: the same audio with the same options."""
    rows = [row for row, problem in enumerate(problems) if problem is None and contents[row] is not None]
    marked = list(problems)
    if len({contents[row] for row in rows}) == len(rows):
        return marked
    options = own[[name for name in own.columns if name in option_types()]].astype("object")
    keys = [(contents[row], *(_text(cell) for cell in options.iloc[row])) for row in rows]
    for row, first in zip(rows, manifest.first_equal(keys), strict=True):
        if first is not None:
            marked[row] = manifest.problem("duplicate", ids[rows[first]])
    return marked
