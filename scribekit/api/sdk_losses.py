"""Which documented parts of an option the SDK cannot hold: it removes them from a configuration without a word. Pure.

What was removed leaves no trace in the configuration. So an option that has nothing left is refused, and for one that has
something left the user is told what the SDK would have removed.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from scribekit.base.options import NESTED


def lost_parts(config: Any) -> dict[str, tuple[str, ...]]:
    """Return, for each object in a configuration, the documented parts that the SDK's class for it does not have.

    Args:
        config: An ``assemblyai.TranscriptionConfig``, or None.

    Returns:
        The path of the object → the names of the parts.

    Example:
        >>> import assemblyai as aai
        >>> lost_parts(aai.TranscriptionConfig(speech_understanding={"request": {"summarization": {"summary_type": "bullets"}}}))
        {'speech_understanding.request': ('action_items',)}
    """
    found = {}
    for path, names in NESTED.items():
        value = getattr(config, "raw", None)
        for name in path.split("."):
            value = getattr(value, name, None)
        known: Collection[str] | None = getattr(type(value), "model_fields", None) or getattr(type(value), "__fields__", None)
        lost = tuple(name for name in names if known is not None and name not in known)
        if lost:
            found[path] = lost
    return found


def loss_message(config: Any, options: Mapping[str, Any] | None = None) -> str | None:
    """Return the sentences to warn with when the SDK may have removed parts of a configuration; None when it has not.

    Args:
        config: An ``assemblyai.TranscriptionConfig``, or None.
        options: Further options by name, which replace those of the configuration.
    """
    lost = {path: names for path, names in lost_parts(config).items() if path.partition(".")[0] not in (options or {})}
    if not lost:
        return None
    parts = ", ".join(f"'{path}.{name}'" for path, names in lost.items() for name in names)
    first = next(iter(lost)).partition(".")[0]
    return (
        f"The SDK removes parts of a configuration that it does not know, without a word: {parts}. If you gave one of them, it is "
        f"not sent. Give the whole option as options={{{first!r}: {{…}}}} instead, which is sent as given."
    )
