"""scribekit: transcribe a whole library of recordings from a notebook, and work with the result as tables.

Example:
    >>> import scribekit as sk
    >>> sk.estimate_cost([{"duration": 3600.0}], models=["universal-2"])["total_usd"].tolist()
    [0.15]
"""

from scribekit.batch import collect, submit_batch
from scribekit.corpus import Batch, Corpus, open_corpus
from scribekit.errors import ScribekitError
from scribekit.limits import Limits
from scribekit.local import local_service
from scribekit.pricing import estimate_cost
from scribekit.recordings import read_manifest, scan
from scribekit.tables import export, to_frame

__all__ = [
    "Batch",
    "Corpus",
    "Limits",
    "ScribekitError",
    "collect",
    "estimate_cost",
    "export",
    "local_service",
    "open_corpus",
    "read_manifest",
    "scan",
    "submit_batch",
    "to_frame",
]
