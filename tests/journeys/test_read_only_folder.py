"""A corpus in a folder that cannot be written, opened by processes that permissions bind (root too, without a capability)."""

import ctypes
import json
import os
import shutil
import subprocess
import sys
import textwrap

import pytest
from corpora import store

import scribekit as sk
from scribekit.corpus.ledger import FILE_NAME, Ledger

CAPBSET_DROP, DAC_OVERRIDE = 24, 1  # of prctl(2)
TALK = [("A", "Good morning Kovic."), ("B", "Fine")]


@pytest.fixture
def shelf(tmp_path):
    """A folder in which others may be closed, and are opened in the end."""
    yield tmp_path
    for path in (tmp_path, *tmp_path.rglob("*")):
        path.chmod(0o755)


@pytest.fixture
def corpus(shelf, samples):
    """A corpus with an index, that is ready to be put away."""
    shutil.copy(samples / "audio" / "support_call.flac", shelf)
    made = store(shelf / "corpus", {"one": TALK, "two": "Nothing else"}, {"source": [str(shelf / "support_call.flac"), "x"]})
    sk.build_index(made, progress=False)
    sk.review(made, "two").correct("Something", words=0)
    sk.search(made, "something")
    return made


def put_away(folder):
    for path in [*folder.rglob("*"), folder]:
        path.chmod(0o555 if path.is_dir() else 0o444)


def bound_by_permissions():
    """In a child before it becomes another program: root gives up the right to write what it may not."""
    if os.geteuid() == 0:
        assert ctypes.CDLL(None).prctl(CAPBSET_DROP, DAC_OVERRIDE, 0, 0, 0) == 0


def somebody(shelf, script):
    """What a script of somebody without the right to write calls ``found``."""
    home = shelf / "home"
    home.mkdir(exist_ok=True)
    whole = PREAMBLE + textwrap.dedent(script) + END
    command = [sys.executable, "-c", whole, str(shelf / "corpus")]
    environment = os.environ | {"HOME": str(home), "SCRIBEKIT_CACHE": str(home)}
    run = subprocess.run(command, check=False, env=environment, capture_output=True, text=True, cwd=home, preexec_fn=bound_by_permissions)
    assert run.returncode == 0, run.stderr
    return json.loads(run.stdout.splitlines()[-1])


# Without the interpreter's own end: Arrow's threads may abort it ("terminate called without an active exception").
END = "\nprint(json.dumps(found), flush=True)\nimport os\nos._exit(0)"

PREAMBLE = """
import json, sys
from pathlib import Path
import scribekit as sk

def refused(act):
    try:
        act()
    except sk.ScribekitError as error:
        return str(error)
    return "was done"

folder = sys.argv[1]
corpus = sk.Corpus(Path(folder))
"""


@pytest.mark.long
def test_it_is_opened_and_read_and_searched_and_exported_and_heard(shelf, corpus):
    put_away(corpus.path)
    found = somebody(
        shelf,
        """
        corpus = sk.open_corpus(folder)
        words = sk.to_frame(corpus, "words")
        found = {
            "shown": repr(corpus),
            "words": words["text"].tolist(),
            "lines": sk.search(corpus, "something")["match"].tolist(),
            "written": len(sk.export(corpus, "out", formats=["txt", "srt"], progress=False)),
            "heard": len(sk.play(words.iloc[0], corpus=corpus).data),
            "edits": len(sk.to_frame(corpus, "edits")),
            "widget": sk.widgets.DiarizationReview(corpus, "one").recording["recording_id"],
        }
        """,
    )
    assert found["words"] == ["Good", "morning", "Kovic.", "Fine", "Something", "else"]
    assert (found["lines"], found["written"], found["edits"], found["widget"]) == (["Something"], 4, 1, "one")
    assert found["heard"] > 1000
    assert "2 recordings" in found["shown"]
    assert sorted(path.name for path in corpus.path.iterdir()) == ["ledger.sqlite", "search.sqlite"]


@pytest.mark.long
def test_every_verb_that_would_change_it_says_that_it_cannot_and_why(shelf, corpus):
    put_away(corpus.path)
    found = somebody(
        shelf,
        """
        review = sk.review(corpus, "one")
        with sk.local_service("scripted"):
            submitted = refused(lambda: sk.submit_batch(["https://host.example/a.mp3"], corpus=folder, progress=False))
        found = {
            "submit_batch": submitted,
            "retry": refused(lambda: sk.retry(corpus)),
            "rename": refused(lambda: review.rename("A", "Ada")),
            "done": refused(review.done),
            "name_people": refused(lambda: sk.name_people(corpus, {"one": {"A": "Ada"}}, progress=False)),
            "undo_edits": refused(lambda: sk.undo_edits(corpus)),
            "relocate": refused(lambda: sk.relocate(corpus, "..", progress=False)),
            "build_index": refused(lambda: sk.build_index(corpus, rebuild=True, progress=False)),
            "build_tables": refused(lambda: sk.build_tables(corpus, progress=False)),
        }
        """,
    )
    about = {verb: said for verb, said in found.items() if not verb.startswith("build")}
    assert {verb: said for verb, said in about.items() if "can be read but not changed: its folder is not yours to write" not in said} == {}
    assert "search index" in found["build_index"]
    assert "its folder is not yours to write" in found["build_index"]
    assert "Permission denied" in found["build_tables"]


def test_without_an_index_it_is_said_what_is_missing(shelf, corpus):
    (corpus.path / "search.sqlite").unlink()
    put_away(corpus.path)
    found = somebody(shelf, 'found = refused(lambda: sk.search(corpus, "fine"))')
    assert "There is no search index" in found
    assert "Copy the folder" in found


def test_a_stale_index_is_not_searched(shelf, corpus):
    sk.review(corpus, "one").correct("evening", words=1)
    put_away(corpus.path)
    found = somebody(shelf, 'found = refused(lambda: sk.search(corpus, "evening"))')
    assert "search index" in found
    assert "is not up to date, and cannot be updated" in found


def test_it_is_read_while_its_owner_is_at_work_on_it(shelf, corpus):
    with Ledger(corpus.path) as owner:
        owner.note(3.0, "at work")
        put_away(corpus.path)
        assert (corpus.path / f"{FILE_NAME}-wal").stat().st_size > 0
        assert somebody(shelf, 'found = sk.open_corpus(folder).events()["event"].tolist()')[-1] == "at work"


def test_a_malformed_ledger_may_have_been_changed_while_it_was_read(shelf, corpus):
    ledger = corpus.path / FILE_NAME
    header = 100
    ledger.write_bytes(ledger.read_bytes()[:header] + b"x" * (ledger.stat().st_size - header))
    put_away(corpus.path)
    found = somebody(shelf, "found = refused(lambda: corpus.jobs())")
    assert "was changed by somebody else while it was read" in found


def test_what_a_crash_left_beside_the_file_is_not_passed_over(shelf, corpus):
    with Ledger(corpus.path) as owner:
        owner.note(3.0, "last words")
        shutil.copytree(corpus.path, shelf / "copy", ignore=shutil.ignore_patterns("*-shm"))
    shutil.rmtree(corpus.path)
    (shelf / "copy").rename(corpus.path)
    put_away(corpus.path)
    found = somebody(shelf, "found = refused(lambda: sk.open_corpus(folder))")
    assert "what was written last is not in the file itself yet" in found
    for path in (corpus.path, *corpus.path.iterdir()):
        path.chmod(0o755)
    assert corpus.events()["event"].tolist()[-1] == "last words"
