import sqlite3
from collections import Counter

import pytest
from examples import examples
from hypothesis import given
from hypothesis import strategies as st

from scribekit.corpus.ledger.file_pages import FilePages

VALUES = st.one_of(
    st.none(), st.integers(-(2**63), 2**63 - 1), st.floats(allow_nan=False), st.text(max_size=9000), st.binary(max_size=9000)
)


@examples(40)
@given(rows=st.lists(st.tuples(VALUES, VALUES), max_size=12), page=st.sampled_from([512, 4096, 65536]))
def test_rows_are_read_as_sqlite_reads_them(tmp_path_factory, rows, page):
    path = tmp_path_factory.mktemp("files") / "file.sqlite"
    with sqlite3.connect(path) as db:
        db.execute(f"PRAGMA page_size = {page}")
        db.execute("CREATE TABLE some (a BLOB, b BLOB)")
        db.executemany("INSERT INTO some VALUES (?, ?)", rows)
    db.close()
    found = [row.values for row in FilePages(path.read_bytes()).rows() if len(row.values) == 2]
    assert Counter(map(repr, found)) == Counter(map(repr, rows))


@pytest.fixture
def database(tmp_path):
    db = sqlite3.connect(tmp_path / "file.sqlite", isolation_level=None)
    db.execute("PRAGMA journal_mode = WAL")
    db.execute("CREATE TABLE some (a TEXT, b INT)")
    db.executemany("INSERT INTO some VALUES (?, ?)", [("x" * 50, number) for number in range(200)])
    db.execute("CREATE TABLE others (a TEXT PRIMARY KEY, b TEXT) WITHOUT ROWID")
    yield db, tmp_path / "file.sqlite"
    db.close()


def test_what_is_only_in_the_write_ahead_log_is_read_too(database):
    db, path = database
    db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    db.execute("UPDATE some SET a = 'new' WHERE b = 7")
    log = path.with_name(f"{path.name}-wal").read_bytes()
    values = [row.values for row in FilePages(path.read_bytes(), log).rows() if len(row.values) == 2]
    assert ("new", 7) in values
    assert len(values) == 200
    unfinished = log[: len(log) - 100]
    assert ("new", 7) not in [row.values for row in FilePages(path.read_bytes(), unfinished).rows()]


def test_deleted_rows_are_not_read_again(database):
    db, path = database
    db.execute("DELETE FROM some WHERE b >= 10")
    db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    assert sorted(row.values[1] for row in FilePages(path.read_bytes()).rows() if len(row.values) == 2) == list(range(10))


def test_the_pages_of_a_table_are_found_from_its_root(database):
    db, path = database
    db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    pages = FilePages(path.read_bytes())
    (root,) = db.execute("SELECT rootpage FROM sqlite_master WHERE name = 'some'").fetchone()
    assert {row.page for row in pages.rows() if len(row.values) == 2} == pages.below(root) - {root}
    assert pages.below(10**6) == set()


def test_a_file_of_nonsense_has_no_rows():
    assert list(FilePages(b"").rows()) == []
    assert list(FilePages(b"\x0d\xff" * 10_000).rows()) == []
