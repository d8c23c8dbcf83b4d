"""The ledger: the durable record of what was asked, paid for, received and corrected. The only owner of ``ledger.sqlite``.

Every fact is committed, and synchronised to the disk, before anything is done that depends on it. ``database`` opens the file and upgrades
it (the ``.sql`` scripts make one version each), ``writes`` and ``reads`` hold the statements, ``stored`` reads transcripts and manifests
with their checksums (``digests``), and ``edits`` is the journal of edits. ``salvage`` reads what is left of a damaged file.

Doors: ``Ledger`` with the names in ``__all__``, ``pages`` (one page of the jobs table) and ``snapshot`` (the figures of a batch).
"""

from pathlib import Path

from scribekit.corpus.ledger.database import BUSY_S, FILE_NAME, VERSION
from scribekit.corpus.ledger.edits import EditedMeanwhile, EditJournal
from scribekit.corpus.ledger.options import OptionGroups
from scribekit.corpus.ledger.reads import Reads
from scribekit.corpus.ledger.writes import Fact, Receipt, Writes

__all__ = ["BUSY_S", "FILE_NAME", "VERSION", "EditJournal", "EditedMeanwhile", "Fact", "Ledger", "Receipt"]


class Ledger(Writes, Reads):
    """The open ledger of one corpus.

    ``Writes`` has what the engine and the verbs write, ``Reads`` what verbs and tables read.

    A ledger is used by one thread at a time; any number of processes may have the same one open.

    Args:
        folder: The corpus folder.
        create: Make the folder and an empty ledger when there is none.

    Attributes:
        edits: The journal of edits.
        options: Which options the service has accepted or refused.

    Raises:
        LedgerError: The folder has no ledger (and ``create`` is false), or one that cannot be opened.
    """

    def __init__(self, folder: Path, *, create: bool = False) -> None:
        super().__init__(folder, create=create)
        self.edits = EditJournal(self)
        self.options = OptionGroups(self)
