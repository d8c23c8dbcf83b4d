import itertools

import pytest
from corpora import payload, store  # noqa: F401 -- the tests of this folder take payload from here


@pytest.fixture
def stored(tmp_path):
    """Makes corpora of what was said; without a folder, each in one of its own."""
    folders = (tmp_path / f"corpus{number}" for number in itertools.count())

    def make(recordings, columns=None, *, folder=None, number=1):
        return store(folder or next(folders), recordings, columns, number)

    return make
