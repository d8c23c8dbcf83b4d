"""The ledger: the durable record of what was asked, paid for and received. The one owner of SQLite for it.

It lives in the corpus folder as ``ledger.sqlite``. Every fact is committed, and synchronised to the disk, before what
follows from it is done.
"""

from scribekit.corpus.ledger.database import BUSY_S, FILE_NAME, VERSION
from scribekit.corpus.ledger.edits import EditedMeanwhile, Journal
from scribekit.corpus.ledger.options import OptionGroups
from scribekit.corpus.ledger.pages import Pages
from scribekit.corpus.ledger.reads import Views
from scribekit.corpus.ledger.snapshot import Figures
from scribekit.corpus.ledger.writes import Fact, Receipt, Work

__all__ = ["BUSY_S", "FILE_NAME", "VERSION", "EditedMeanwhile", "Fact", "Ledger", "Receipt"]


class Ledger(Work, Views, Figures, Pages, OptionGroups, Journal):
    """The open ledger of one corpus.

    What is written is in ``Work``, what is read in ``Views``, ``Figures`` and ``Pages``, what concerns options in
    ``OptionGroups``, what people changed in ``Journal``.

    A ledger is used by one thread at a time; any number of processes may have the same one open.

    Args:
        folder: The corpus folder.
        create: Make the folder and an empty ledger when there is none.

    Raises:
        LedgerError: The folder holds no ledger (and ``create`` is false), or one that cannot be opened.
    """
