import contextlib
import sqlite3

import pytest

from scribekit.base.errors import LedgerError
from scribekit.corpus.sqlite import Rebuildable, connect, has_unfinished_write, is_writable, transaction


class Notes(Rebuildable):
    """A file of notes, of a version."""

    def __init__(self, path, version=1):
        self.version = version
        super().__init__(path, "file of notes")

    def _is_current(self, db):
        return db.execute("PRAGMA user_version").fetchone() == (self.version,)

    def _create(self, db):
        db.execute("DROP TABLE IF EXISTS notes")
        db.execute("CREATE TABLE notes (text TEXT)")
        db.execute(f"PRAGMA user_version = {self.version}")

    def add(self, text):
        with self._transaction() as db:
            db.execute("INSERT INTO notes VALUES (?)", (text,))

    def texts(self):
        return [row[0] for row in self._db.execute("SELECT text FROM notes")]


@pytest.fixture
def path(tmp_path):
    return tmp_path / "notes.sqlite"


def noted(path, text="kept"):
    with Notes(path) as notes:
        notes.add(text)


def test_a_current_file_keeps_what_it_holds(path):
    noted(path)
    with Notes(path) as notes:
        assert notes.texts() == ["kept"]


def test_a_file_of_another_version_is_rebuilt(path):
    noted(path)
    with Notes(path, version=2) as notes:
        assert notes.texts() == []


@pytest.mark.parametrize("content", [b"", b"no database at all " * 100], ids=["empty", "something else"])
def test_a_damaged_file_is_rebuilt(path, content):
    path.write_bytes(content)
    noted(path)
    with Notes(path) as notes:
        assert notes.texts() == ["kept"]


def test_a_file_that_cannot_be_used_is_explained(path):
    path.mkdir()
    with pytest.raises(LedgerError, match=r"The file of notes .* cannot be used .* run the same call again"):
        Notes(path)


def test_a_transaction_is_all_or_nothing(path):
    noted(path)
    with contextlib.closing(connect(path, 1.0)) as db:
        with contextlib.suppress(ZeroDivisionError), transaction(db):
            db.execute("DELETE FROM notes")
            raise ZeroDivisionError
        assert db.execute("SELECT COUNT(*) FROM notes").fetchone() == (1,)
        with transaction(db):
            db.execute("DELETE FROM notes")
            db.execute("ROLLBACK")
        assert db.execute("SELECT COUNT(*) FROM notes").fetchone() == (1,)


def test_an_unfinished_write_is_in_the_log_beside_the_file(path):
    db = sqlite3.connect(path)
    db.execute("PRAGMA journal_mode = WAL")
    assert not has_unfinished_write(path)
    db.execute("CREATE TABLE notes (text TEXT)")
    assert has_unfinished_write(path)
    db.close()
    assert not has_unfinished_write(path)


def test_a_missing_file_is_writable_where_its_folder_is(path, tmp_path):
    assert is_writable(path)
    assert not is_writable(tmp_path / "no such folder" / "notes.sqlite")
