import pytest
from corpora import payload
from journals import TALK, Journal


@pytest.fixture
def journal():
    """An empty journal of a talk of three people."""
    return Journal(payload("t", TALK))
