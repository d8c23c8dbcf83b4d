"""What a model is told of the words to expect. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_MOST_TERMS = 1000


def hints(options: Mapping[str, Any]) -> str | None:
    """Return the prompt of a request and its key terms, without their pronunciations; None when it has none.

    Example:
        >>> hints({"prompt": "A call.", "keyterms_prompt": ["Kafka=K-AA-F-K-AH", "Ada"]})
        'A call. Kafka, Ada'
    """
    terms = [term for name in ("keyterms_prompt", "word_boost") for term in options.get(name) or ()]
    spellings = dict.fromkeys(" ".join(str(term).partition("=")[0].split()) for term in terms)
    listed = ", ".join(list(filter(None, spellings))[:_MOST_TERMS])
    return " ".join(filter(None, [" ".join(str(options.get("prompt") or "").split()), listed])) or None
