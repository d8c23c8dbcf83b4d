"""scribekit: transcribe a whole library of recordings from a notebook, and work with the result as tables.

Names are loaded when they are first used, so that ``import scribekit`` itself costs next to nothing.

Example:
    >>> import scribekit as sk
    >>> sk.estimate_cost([{"duration": 3600.0}], models=["universal-2"])["total_usd"].tolist()
    [0.15]
"""

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from scribekit.batch import collect, retry, submit_batch
    from scribekit.corpus import Batch, Corpus, open_corpus
    from scribekit.errors import ScribekitError
    from scribekit.limits import Limits
    from scribekit.local import local_service
    from scribekit.pricing import estimate_cost
    from scribekit.purging import purge
    from scribekit.recordings import read_manifest, scan
    from scribekit.tables import export, to_frame
    from scribekit.webhook import Webhook

__all__ = [
    "Batch",
    "Corpus",
    "Limits",
    "ScribekitError",
    "Webhook",
    "collect",
    "estimate_cost",
    "export",
    "local_service",
    "open_corpus",
    "purge",
    "read_manifest",
    "retry",
    "scan",
    "submit_batch",
    "to_frame",
]

_HOMES = {
    "Batch": "corpus",
    "Corpus": "corpus",
    "Limits": "limits",
    "ScribekitError": "errors",
    "Webhook": "webhook",
    "collect": "batch",
    "estimate_cost": "pricing",
    "export": "tables",
    "local_service": "local",
    "open_corpus": "corpus",
    "purge": "purging",
    "read_manifest": "recordings",
    "retry": "batch",
    "scan": "recordings",
    "submit_batch": "batch",
    "to_frame": "tables",
}


_ROOMS = ("alerts",)


def __getattr__(name: str) -> Any:
    if name in _ROOMS:
        return importlib.import_module(f"scribekit.{name}")
    if name not in _HOMES:
        raise AttributeError(f"module 'scribekit' has no attribute {name!r}")
    value = getattr(importlib.import_module(f"scribekit.{_HOMES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__
