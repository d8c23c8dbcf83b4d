import ast
import re

import pytest
from corpora import store
from places import ROOT

import scribekit as sk
from scribekit.tables import selection
from scribekit.tables.store import build

README = ROOT / "README.md"
TALKS = {
    "one.mp3": [("A", "so we begin"), ("B", "yes"), ("A", "good")],
    "two.mp3": "nobody says who spoke",
    "three.mp3": [("B", "a third talk of the second speaker")],
}


def section(title):
    return re.search(rf"^## {title}$(.*?)^## ", README.read_text("utf-8"), re.DOTALL | re.MULTILINE)[1]


def blocks(title):
    return re.findall(r"```python\n(.*?)```", section(title), re.DOTALL)


def run(block, names):
    """Run a block as a notebook cell: its last expression is its value."""
    *statements, last = ast.parse(block).body
    exec(compile(ast.Module(statements, []), "README", "exec"), names)
    assert isinstance(last, (ast.Expr, ast.Assign))
    if isinstance(last, ast.Expr):
        return eval(compile(ast.Expression(last.value), "README", "eval"), names)
    return exec(compile(ast.Module([last], []), "README", "exec"), names)


@pytest.fixture
def names(tmp_path, monkeypatch):
    monkeypatch.setattr(selection, "FEW", 0)
    monkeypatch.setattr(build, "PART_AUDIO_S", 60.0)
    store(tmp_path / "corpus", TALKS, {"year": [2024, 2024, 2023]})
    return {"sk": sk, "corpus": sk.open_corpus(tmp_path / "corpus")}


def test_the_first_block_reads_what_it_asks_for(names):
    first = blocks("Big corpora")[0]
    statement = first.splitlines()[0]
    assert run(statement, names)["text"].tolist() == ["so", "we", "begin", "yes", "good"]
    run(first, names)
    assert names["words"].count_rows() == 16


def sums(frame):
    """Words and minutes by speaker, of whichever library's frame."""
    table = frame.reset_index() if hasattr(frame, "reset_index") else frame.to_pandas()
    speakers = table["speaker"].astype("object").where(table["speaker"].notna(), None)
    return {speaker: (words, round(minutes, 9)) for speaker, words, minutes in zip(speakers, table["words"], table["minutes"], strict=True)}


@pytest.mark.parametrize(("number", "library"), [(1, "duckdb"), (2, "polars"), (3, "dask")])
def test_every_engine_gives_the_sums_of_pandas(names, number, library):
    first, *engines = blocks("Big corpora")
    assert f"import {library}" in engines[number - 1]
    run(first, names)
    words = sk.to_frame(names["corpus"], "words")
    words["minutes"] = (words["end_ms"] - words["start_ms"]) / 60000
    expected = words.groupby("speaker", dropna=False).agg(words=("text", "size"), minutes=("minutes", "sum"))
    assert sums(run(engines[number - 1], names)) == sums(expected)
    assert sums(expected) == {"A": (4, round(4 * 0.4 / 60, 9)), "B": (8, round(8 * 0.4 / 60, 9)), None: (4, round(4 * 0.4 / 60, 9))}
