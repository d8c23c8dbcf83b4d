"""Tell a corpus where its recordings are now (``sk.relocate``)."""

from __future__ import annotations

import os
import time
from pathlib import Path

from scribekit.corpus.handles import Batch, Corpus, takes_corpus
from scribekit.corpus.ledger import Ledger
from scribekit.recordings.scan import scan


@takes_corpus
def relocate(batch_or_corpus: Batch | Corpus, folder: str | os.PathLike[str], *, progress: bool = True) -> int:
    """Tell a corpus where its recordings are now, after they were moved or renamed. They are recognised by their content (SHA-256).

    A corpus records the absolute path of every file. Playback finds moved files without this verb if the manifest named them relative to
    the working folder and they were moved together with the corpus: they must be below the corpus folder or one of the three folders above
    it, have the same content, and be no more than 1 GiB together. Files that the manifest named by an absolute path are not found so. Jobs
    that were not sent yet are sent from the recorded paths, so call this before collecting jobs whose files were moved. Jobs that ended
    because their file was missing also need :func:`retry`. Nothing is sent or copied.

    Args:
        batch_or_corpus: What ``submit_batch`` or ``open_corpus`` gave; the whole corpus is relocated in either case.
        folder: Where to look: what :func:`scan` takes. Files that are not in the corpus are ignored.
        progress: Show progress.

    Returns:
        How many recordings of the corpus were found.

    Raises:
        ManifestError: There is no such folder, or nothing in it that could be a recording.
        LedgerError: The corpus cannot be written.
    """
    found = scan(folder, progress=progress)
    read = found[found["sha256"].notna()]
    paths = [str(Path(source).absolute()) for source in read["source"]]
    with Ledger(batch_or_corpus.path) as ledger:
        return ledger.relocate(dict(zip(read["sha256"], paths, strict=True)), time.time())
