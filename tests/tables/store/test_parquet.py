import pandas as pd
import pytest
from corpora import store
from tabled import catalogued, files, talks

import scribekit as sk
from scribekit.base import schema
from scribekit.tables.store import FOLDER, parquet

pytestmark = pytest.mark.usefixtures("small_parts")


def test_what_was_replaced_stays_readable_for_a_while_and_then_goes(folder, monkeypatch):
    corpus = store(folder, talks("a", "b", "c"))
    held = sk.scan_frame(corpus)
    count = held.count_rows()
    sk.build_tables(corpus, rebuild=True, progress=False)
    assert held.count_rows() == count
    monkeypatch.setattr(parquet, "GRACE_S", -1.0)
    sk.build_tables(corpus, rebuild=True, progress=False)
    counted = {file.name.partition("/")[2] for part in catalogued(folder) for file in part.files[""].values() if file.level == "words"}
    assert set(files(folder)) == counted


def test_a_level_without_rows_has_a_file_to_read_too(folder, monkeypatch):
    corpus = store(folder, talks("a", "b"))
    for _ in range(2):
        dataset = sk.scan_frame(corpus, "chapters", progress=False)
        (path,) = dataset.files
        assert pd.read_parquet(path).dtypes.index.tolist() == schema.CHAPTERS.names
        assert dataset.count_rows() == 0
    assert list(files(folder, "chapters")) == ["empty.parquet"]
    monkeypatch.setattr(parquet, "GRACE_S", -1.0)
    sk.build_tables(corpus, rebuild=True, progress=False)
    assert files(folder, "chapters") == {}
    (folder / FOLDER / "chapters").rmdir()
    (folder / FOLDER / "chapters").write_text("in the way")
    assert sk.scan_frame(corpus, "chapters", progress=False).count_rows() == 0
