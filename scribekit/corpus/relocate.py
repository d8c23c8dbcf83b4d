"""The verb that tells a corpus where its recordings lie now."""

from __future__ import annotations

import os
import time
from pathlib import Path

from scribekit.corpus.handles import Batch, Corpus
from scribekit.corpus.ledger import Ledger
from scribekit.recordings.scan import scan


def relocate(batch_or_corpus: Batch | Corpus, folder: str | os.PathLike[str], *, progress: bool = True) -> int:
    """Tell a corpus where its recordings lie now, after they were moved or renamed: they are known by their content (SHA-256).

    A corpus remembers the whole path of every file. Those that the manifest named relative to the working folder are found without
    this when they were moved together with the corpus, as long as they lie below its folder or one of the three above, have the
    content they had, and are no more than 1 GiB together; those that it named by their whole path are not. That is for listening:
    jobs that were not sent yet are sent from the paths that are kept, so call this before collecting what was moved. Jobs that
    ended because their file was missing need :func:`retry` besides. Nothing is sent or copied.

    Args:
        batch_or_corpus: What ``submit_batch`` or ``open_corpus`` gave; it always holds for the whole corpus.
        folder: Where to look: what :func:`scan` takes. Files that are not of the corpus are passed over.
        progress: Show how far it has come.

    Returns:
        How many recordings of the corpus are there.

    Raises:
        ManifestError: There is no such folder, or nothing in it that could be a recording.
        LedgerError: The corpus cannot be written.
    """
    found = scan(folder, progress=progress)
    read = found[found["sha256"].notna()]
    paths = [str(Path(source).absolute()) for source in read["source"]]
    with Ledger(batch_or_corpus.path) as ledger:
        return ledger.relocate(dict(zip(read["sha256"], paths, strict=True)), time.time())
