import pytest

from scribekit.corpus.ledger import Ledger


@pytest.fixture
def ledger(tmp_path):
    with Ledger(tmp_path / "corpus", create=True) as opened:
        yield opened
