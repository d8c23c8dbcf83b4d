import hashlib

import pytest
from ledgers import plan

import scribekit as sk
from scribekit.base.errors import LedgerError, ManifestError
from scribekit.corpus.job import Job
from scribekit.corpus.ledger import Ledger


@pytest.fixture
def corpus(tmp_path, samples):
    """A corpus with a job for a file of the samples, and one for a URL."""
    content = hashlib.sha256((samples / "audio" / "support_call.flac").read_bytes()).hexdigest()
    with Ledger(tmp_path / "corpus", create=True) as ledger:
        file = Job("a", "/old/support_call.flac", "{}", 60.0, sha256=content)
        plan(ledger, file, Job("b", "https://host.example/b.mp3", "{}"))
    return sk.open_corpus(tmp_path / "corpus")


def test_files_are_recognised_by_their_content(corpus, samples):
    assert sk.relocate(corpus, samples / "audio", progress=False) == 1
    with Ledger(corpus.path) as ledger:
        assert ledger.files([1]) == {"a.mp3": str(samples / "audio" / "support_call.flac")}
    assert corpus.events()["event"].tolist() == ["relocated"]


def test_a_folder_or_corpus_that_does_not_exist_is_refused(corpus, tmp_path, samples):
    with pytest.raises(ManifestError):
        sk.relocate(corpus, tmp_path / "none", progress=False)
    with pytest.raises(LedgerError, match="no corpus"):
        sk.relocate(sk.Corpus(tmp_path), samples / "audio", progress=False)
