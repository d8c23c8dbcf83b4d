"""Reading a list of names, as every verb takes it. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from scribekit.base.errors import OptionError


def names_of(value: Any, argument: str) -> list[str]:
    """Return the names that were given: one name, or several; none for None.

    Raises:
        OptionError: It is neither a name nor a list of names.

    Example:
        >>> names_of("universal-2", "models"), names_of(("a", "b"), "models"), names_of(None, "models")
        (['universal-2'], ['a', 'b'], [])
        >>> names_of(7, "recordings")
        Traceback (most recent call last):
        scribekit.base.errors.OptionError: recordings= takes a name or a list of names, and got 7.
    """
    if value is None:
        return []
    if isinstance(value, str):
        return [value]
    names = list(value) if isinstance(value, Iterable) and not isinstance(value, bytes) else [value]
    if not all(isinstance(name, str) for name in names):
        raise OptionError(f"{argument}= takes a name or a list of names, and got {value!r}.")
    return names
