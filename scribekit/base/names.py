"""Reading a list of names, as every verb takes it, and names that look the same. Pure."""

from __future__ import annotations

import unicodedata
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


# Characters without a width that are not of the class of invisible ones (Cf): a grapheme joiner, fillers, variation selectors.
_INVISIBLE = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0" + "".join(map(chr, range(0xFE00, 0xFE10))))


def look(name: str) -> str:
    r"""Return what can be seen of a name: names that look the same give the same text.

    Encodings of an accent are equal, characters without a width do not count, and every run of spaces is one space.

    Example:
        >>> look("Zoe\u0308") == look("Zo\u00eb\u200b"), look(" Ada\u00a0 Byron"), look("\u200b")
        (True, 'Ada Byron', '')
    """
    visible = (character for character in unicodedata.normalize("NFC", name) if not _is_invisible(character))
    return unicodedata.normalize("NFC", " ".join("".join(visible).split()))


def trimmed(name: str) -> str:
    r"""Return a name without spaces and characters without a width around it; empty if nothing else is in it.

    Example:
        >>> trimmed(" \u200bAda\ufeff "), trimmed("\u2060")
        ('Ada', '')
    """
    kept = [place for place, character in enumerate(name) if not (character.isspace() or unicodedata.category(character) == "Cf")]
    return name[kept[0] : kept[-1] + 1] if kept and look(name) else ""


def looks_like(name: str, names: Iterable[str]) -> str | None:
    r"""Return the name that is meant: the same one, or else the first that looks the same; None if there is none.

    Example:
        >>> looks_like("Zoe\u0308", ["Bo", "Zo\u00eb"]) == "Zo\u00eb", looks_like("Zo", ["Bo"])
        (True, None)
    """
    known = list(names)
    if name in known:
        return name
    seen = look(name)
    return next((other for other in known if look(other) == seen), None)


def _is_invisible(character: str) -> bool:
    return character in _INVISIBLE or unicodedata.category(character) == "Cf"
