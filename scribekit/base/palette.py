"""The colours of speakers: one palette for plots, widgets and HTML, on light and on dark backgrounds. Pure.

The hues are those of M. Okabe and K. Ito, "Color Universal Design" (2008), adjusted until each has a contrast of 3:1 to its background
(WCAG 1.4.11) and any two are as different as in the original, also with each of the common colour-vision deficiencies (G. Machado et
al., 2009). Neighbours also differ in lightness, for prints. Colour is never the only sign: a speaker's name or letter is always shown.
"""

from __future__ import annotations

from collections.abc import Iterable

__all__ = ["DARK", "LATER", "LATER_DARK", "LIGHT", "contrast", "ink_on", "speaker_colours"]

LIGHT = ("#0F55B5", "#B98000", "#005A44", "#1F8FD6", "#931F00", "#DD5898", "#5B1A78")
"""On a white background."""
DARK = ("#3B86D8", "#F5A623", "#12A57F", "#A6DEFF", "#E0602C", "#F7EF7A", "#C58BC9")
"""The same speakers on a dark background."""
LATER = "#767676"
"""For speakers beyond the palette, on a white background."""
LATER_DARK = "#9A9A9A"
"""The same on a dark background."""


def speaker_colours(speakers: Iterable[str], *, dark: bool = False) -> dict[str, str]:
    """Return the colour of each speaker, the same in every recording as long as the palette has enough colours.

    The service's labels A to G have fixed colours. Any other name has the colour of its hash (FNV-1a of its UTF-8 bytes), or the next
    free one; names choose in alphabetical order.

    Args:
        speakers: Their labels, in any order, repeated or not.
        dark: For a dark background.

    Returns:
        Label → colour as ``#RRGGBB``, in the order of the labels.

    Example:
        >>> speaker_colours(["B", "A", "B"])
        {'A': '#0F55B5', 'B': '#B98000'}
    """
    colours, later = (DARK, LATER_DARK) if dark else (LIGHT, LATER)
    names = sorted(set(speakers))
    places: dict[str, int] = {}
    for name in sorted(names, key=lambda name: (not _is_letter(name), name)):
        ring = ((_preferred(name) + step) % len(colours) for step in range(len(colours)))
        free = next((place for place in ring if place not in places.values()), None)
        if free is not None:
            places[name] = free
    return {name: colours[places[name]] if name in places else later for name in names}


_LETTERS = "ABCDEFG"


def _is_letter(name: str) -> bool:
    return len(name) == 1 and name in _LETTERS


def _preferred(name: str) -> int:
    if _is_letter(name):
        return _LETTERS.index(name)
    value = 0x811C9DC5
    for byte in name.encode("utf-8", "surrogatepass"):
        value = ((value ^ byte) * 0x01000193) & 0xFFFFFFFF
    return value % len(LIGHT)


def ink_on(colour: str) -> str:
    """Return black or white, whichever has more contrast on a colour; one of them always has 4.5:1.

    Example:
        >>> ink_on("#F7EF7A"), ink_on("#0F55B5")
        ('#000000', '#FFFFFF')
    """
    return "#000000" if contrast(colour, "#000000") > contrast(colour, "#FFFFFF") else "#FFFFFF"


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of two colours, 1 to 21 (WCAG 2.2, "contrast ratio" and "relative luminance").

    Example:
        >>> round(contrast("#FFFFFF", "#767676"), 2)
        4.54
    """
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    red, green, blue = (_linear(int(colour[at : at + 2], 16) / 255) for at in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(value: float) -> float:
    return float(value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4)
