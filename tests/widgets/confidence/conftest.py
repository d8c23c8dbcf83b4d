import corpora
import pytest
from page import idle

import scribekit as sk

TALKS = {
    "a.mp3": [("A", "the old brige was built in iron"), ("B", "so they say"), ("A", "well yes")],
    "b.mp3": [("A", "a brige of wood stood there before"), ("C", "nobody <b>knows</b> who drew it")],
}
UNCERTAIN = {"brige": 0.2, "wood": 0.4, "drew": 0.5}


@pytest.fixture
def confidence():
    """Gives the confidence of a word."""
    return lambda word: UNCERTAIN.get(word, 0.95)


@pytest.fixture
def corpus(tmp_path, confidence):
    corpora.write_tone(tmp_path / "a.wav", seconds=8)
    columns = {"kind": ["talk", "<i>call</i>"]}
    return corpora.store(tmp_path / "corpus", TALKS, columns, sources={"a.mp3": str(tmp_path / "a.wav")}, confidence=confidence)


@pytest.fixture
def explore(corpus):
    """Makes explorers that have read the words and ranked the queue; they are closed at the end."""
    made = []

    def make(**options):
        made.append(sk.widgets.ConfidenceExplorer(corpus, **options))
        idle(made[-1])
        return made[-1]

    yield make
    for explorer in made:
        explorer.close()
