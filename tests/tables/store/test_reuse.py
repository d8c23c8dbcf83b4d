import pytest
from corpora import store

import scribekit as sk
from scribekit.corpus.ledger import Ledger
from scribekit.tables.store import FOLDER, reuse
from scribekit.tables.store.reuse import Text, held_words

pytestmark = pytest.mark.usefixtures("small_parts")

NAMES = ["a", "b", "c", "d"]


@pytest.fixture
def corpus(folder):
    """Four recordings in two parts, of which the second recording was corrected."""
    corpus = store(folder, {name: [("A", f"we are {name}")] for name in NAMES})
    sk.review(corpus, "b").correct("were", words=1)
    sk.build_tables(corpus, progress=False)
    return corpus


def text(name, edit=None):
    return Text(f"{name}-1", f"t-{name}-1", edit)


def words(corpus, texts):
    """Text → its words, in the order in which they come."""
    found = {}
    for held in held_words(corpus.path, texts, ["recording_id", "text"]):
        rows = held.rows.to_pandas()
        for one, name in zip(held.texts, held.recording_ids, strict=True):
            found[one] = " ".join(rows.loc[rows["recording_id"] == name, "text"])
    return found


def test_words_come_as_received_and_as_corrected_in_the_order_of_the_first_texts(corpus):
    found = words(corpus, [text("d"), text("b", 1), text("b"), text("a")])
    assert found == {text("d"): "we are d", text("b", 1): "we were b", text("a"): "we are a", text("b"): "we are b"}
    assert next(iter(found)) == text("d")


def test_texts_that_the_tables_do_not_have_are_left_out(corpus):
    sk.review(corpus, "b").correct("was", words=1)
    with Ledger(corpus.path) as ledger:
        assert ledger.edits.stamps() == {"b-1": 2}
    assert words(corpus, [text("b", 2), text("x"), text("c")]) == {text("c"): "we are c"}


def test_a_part_is_not_read_for_too_few_of_its_recordings(corpus, monkeypatch):
    monkeypatch.setattr(reuse, "ONE_IN", 1)
    assert words(corpus, [text("a"), text("c"), text("d")]) == {text("c"): "we are c", text("d"): "we are d"}


def test_a_damaged_file_and_a_missing_folder_have_no_words(corpus, tmp_path):
    for path in (corpus.path / FOLDER / "words").glob("*.parquet"):
        path.write_bytes(b"no table")
    assert words(corpus, list(map(text, NAMES))) == {}
    assert list(held_words(tmp_path, [text("a")], ["text"])) == []
