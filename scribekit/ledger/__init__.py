"""The ledger: the durable record of what was asked, paid for and received. The one owner of SQLite for it.

It lives in the corpus folder as ``ledger.sqlite``. Every fact is committed, and synchronised to the disk, before what
follows from it is done.
"""

from scribekit.ledger.figures import Figures
from scribekit.ledger.journal import Journal, Overtaken
from scribekit.ledger.pages import Pages
from scribekit.ledger.store import BUSY_S, FILE_NAME, VERSION
from scribekit.ledger.views import Views
from scribekit.ledger.work import Fact, Receipt, Work

__all__ = ["BUSY_S", "FILE_NAME", "VERSION", "Fact", "Ledger", "Overtaken", "Receipt"]


class Ledger(Work, Views, Figures, Pages, Journal):
    """The open ledger of one corpus.

    What is written is in ``Work``, what is read in ``Views``, ``Figures`` and ``Pages``, what people changed in ``Journal``.

    A ledger is used by one thread at a time; any number of processes may have the same one open.

    Args:
        folder: The corpus folder.
        create: Make the folder and an empty ledger when there is none.

    Raises:
        LedgerError: The folder holds no ledger (and ``create`` is false), or one that cannot be opened.
    """
