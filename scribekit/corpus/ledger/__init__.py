"""The ledger: the durable record of what was asked, paid for and received. The one owner of SQLite for it.

It lives in the corpus folder as ``ledger.sqlite``. Every fact is committed, and synchronised to the disk, before what
follows from it is done.
"""

from pathlib import Path

from scribekit.corpus.ledger.database import BUSY_S, FILE_NAME, VERSION
from scribekit.corpus.ledger.edits import EditedMeanwhile, EditJournal
from scribekit.corpus.ledger.reads import Reads
from scribekit.corpus.ledger.writes import Fact, Receipt, Writes

__all__ = ["BUSY_S", "FILE_NAME", "VERSION", "EditJournal", "EditedMeanwhile", "Fact", "Ledger", "Receipt"]


class Ledger(Writes, Reads):
    """The open ledger of one corpus.

    ``Writes`` has what the engine and the verbs write, ``Reads`` what verbs and tables read. Pages of jobs (``pages``) and figures
    (``snapshot``) are read by functions of their own.

    A ledger is used by one thread at a time; any number of processes may have the same one open.

    Args:
        folder: The corpus folder.
        create: Make the folder and an empty ledger when there is none.

    Attributes:
        edits: The journal of what people changed.

    Raises:
        LedgerError: The folder holds no ledger (and ``create`` is false), or one that cannot be opened.
    """

    def __init__(self, folder: Path, *, create: bool = False) -> None:
        super().__init__(folder, create=create)
        self.edits = EditJournal(self)
