r"""Text from data as each display shows it unchanged: HTML of a notebook, Markdown, and names in little room.

Notebooks typeset what is between two dollar signs, ``\(`` and ``\)`` or ``\begin`` and ``\end`` as mathematics, in HTML too. Names of
files, transcripts and sums of money have such signs and mean none. How plots show text is in ``axes``.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from scribekit.base.text import clean, width

NOT_MATHEMATICS = "tex2jax_ignore mathjax_ignore"
"""The classes by which MathJax 2 and 3 pass over an element; pandas uses the same."""

_ELLIPSIS = "…"
_JOINER = "\u200d"
_FEWEST_BETWEEN = 3


def as_written(page: str) -> str:
    """Return HTML that notebooks show as it is written, without mathematics. What comes from data must be escaped in it.

    Example:
        >>> as_written("<b>$5 to $6</b>")
        '<div class="tex2jax_ignore mathjax_ignore"><b>$5 to $6</b></div>'
    """
    return f'<div class="{NOT_MATHEMATICS}">{page}</div>'


def show_tables_as_written() -> None:
    """Let pandas show tables without mathematics. Its option is for all tables: a table does not know where it came from."""
    import pandas as pd

    pd.set_option("display.html.use_mathjax", False)


_MARKDOWN_SIGNS = re.compile(r"(?P<mathematics>\$|\\(?=[(\[]|(?:begin|ref|eqref)\b))|[\\`*_{}\[\]<>#|]")


def escape_markdown(text: str) -> str:
    r"""Return a text that Markdown shows unchanged.

    The backslash is not enough for a sign that begins mathematics: JupyterLab removes it first and then sees the sign. In an element of its
    own the sign is text everywhere.

    Example:
        >>> escape_markdown("2*3 [so]")
        '2\\*3 \\[so\\]'
        >>> escape_markdown("$5")
        '<span>\\$</span>5'
    """
    return _MARKDOWN_SIGNS.sub(lambda sign: rf"<span>\{sign[0]}</span>" if sign["mathematics"] else rf"\{sign[0]}", text)


_ESCAPED_SIGN = re.compile(r"<span>\\(?P<mathematics>[$\\])</span>|\\(?P<sign>[!-/:-@\[-`{-~])")


def unescape_markdown(text: str) -> str:
    r"""Return the text that Markdown shows for one that :func:`escape_markdown` wrote, or in which signs are escaped.

    Example:
        >>> unescape_markdown(escape_markdown("2*3 [so] for $5"))
        '2*3 [so] for $5'
    """
    return _ESCAPED_SIGN.sub(lambda found: found["mathematics"] or found["sign"], text)


def shortened(text: str, widest: int) -> str:
    """Return a text on one line, no wider than ``widest`` columns. What is too much is left out in the middle.

    Letters keep their marks. East Asian letters are two columns wide.

    Example:
        >>> shortened("Interview with the mayor, part 2.mp3", 20)
        'Interview …art 2.mp3'
        >>> shortened("short.mp3", 20)
        'short.mp3'
    """
    line = clean(text)
    if width(line) <= widest:
        return line
    letters = _letters(line)
    return _head(letters, widest // 2) + _ELLIPSIS + _tail(letters, (widest - 1) // 2)


def shortened_apart(texts: Sequence[str], widest: int) -> list[str]:
    """Shorten texts that are shown beside each other. Where two would look the same, the place is shown where they begin to differ.

    Example:
        >>> shortened_apart(["2024 council meeting, part 1, final.mp3", "2024 council meeting, part 2, final.mp3"], 20)
        ['2024 c…1, fin…al.mp3', '2024 c…2, fin…al.mp3']
    """
    found = {text: shortened(text, widest) for text in texts}
    for alike in _alike(found):
        between = _common_length(list(map(clean, alike)))
        for text in alike:
            found[text] = _around(clean(text), between, widest)
    for alike in _alike(found):
        for number, text in enumerate(alike, 1):
            found[text] += f" ({number})"
    return [found[text] for text in texts]


def _alike(found: dict[str, str]) -> list[list[str]]:
    """Return the groups of different texts that are shown alike."""
    groups: dict[str, list[str]] = {}
    for text, shown in found.items():
        groups.setdefault(shown, []).append(text)
    return [group for group in groups.values() if len(group) > 1]


def _common_length(texts: Sequence[str]) -> int:
    """Return with how many characters all texts begin."""
    shortest = min(map(len, texts))
    return next((place for place in range(shortest) if len({text[place] for text in texts}) > 1), shortest)


def _around(text: str, place: int, widest: int) -> str:
    """Return the start of a text, what is from a place on, and its end."""
    part = max((widest - 2) // 3, _FEWEST_BETWEEN)
    start, middle, end = _head(_letters(text[:place]), part), _letters(text[place:]), _tail(_letters(text), part)
    return f"{start}{_ELLIPSIS}{_head(middle, part)}{_ELLIPSIS}{end}" if width(text) > widest else text


def _letters(text: str) -> list[str]:
    """Return the letters of a text with their combining marks, and signs that are joined."""
    found: list[str] = []
    for character in text:
        is_part = unicodedata.category(character).startswith("M") or character == _JOINER or (found and found[-1].endswith(_JOINER))
        if is_part and found:
            found[-1] += character
        else:
            found.append(character)
    return found


def _head(letters: Sequence[str], widest: int) -> str:
    head = ""
    for letter in letters:
        if width(head + letter) > widest:
            break
        head += letter
    return head


def _tail(letters: Sequence[str], widest: int) -> str:
    tail = ""
    for letter in reversed(letters):
        if width(letter + tail) > widest:
            break
        tail = letter + tail
    return tail
