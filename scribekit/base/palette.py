"""The colours of speakers: one palette for plots, widgets and HTML, on light and on dark ground. Pure.

The hues are those of M. Okabe and K. Ito, "Color Universal Design" (2008), moved until each stands out from its ground by 3:1 (WCAG 1.4.11)
and any two can be told apart as well as in the original, also with each of the common colour-vision deficiencies (G. Machado et al.,
2009). Neighbours differ in lightness too, for prints. Nothing is told by colour alone: a speaker's name or letter always stands beside it.
"""

from __future__ import annotations

from collections.abc import Iterable

LIGHT = ("#0F55B5", "#B98000", "#005A44", "#1F8FD6", "#931F00", "#DD5898", "#5B1A78")
"""On white."""
DARK = ("#3B86D8", "#F5A623", "#12A57F", "#A6DEFF", "#E0602C", "#F7EF7A", "#C58BC9")
"""The same speakers on dark ground."""
LATER = "#767676"
"""For whoever comes after the palette, on white."""
LATER_DARK = "#9A9A9A"


def speaker_colours(speakers: Iterable[str], *, dark: bool = False) -> dict[str, str]:
    """The colour of each speaker, the same wherever they appear as far as the palette goes.

    The service's labels A to G have their places in it. Any other name has the place that follows from it (FNV-1a of its UTF-8 bytes),
    or the next that is free, given out in the order of the names.

    Args:
        speakers: Their labels, in any order, repeated or not.
        dark: For dark ground.

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
        ring = ((_wanted(name) + step) % len(colours) for step in range(len(colours)))
        free = next((place for place in ring if place not in places.values()), None)
        if free is not None:
            places[name] = free
    return {name: colours[places[name]] if name in places else later for name in names}


_LETTERS = "ABCDEFG"


def _is_letter(name: str) -> bool:
    return len(name) == 1 and name in _LETTERS


def _wanted(name: str) -> int:
    if _is_letter(name):
        return _LETTERS.index(name)
    value = 0x811C9DC5
    for byte in name.encode("utf-8", "surrogatepass"):
        value = ((value ^ byte) * 0x01000193) & 0xFFFFFFFF
    return value % len(LIGHT)


def ink_on(colour: str) -> str:
    """Black or white, whichever can be read better on a colour; one of them always reaches 4.5:1.

    Example:
        >>> ink_on("#F7EF7A"), ink_on("#0F55B5")
        ('#000000', '#FFFFFF')
    """
    return "#000000" if contrast(colour, "#000000") > contrast(colour, "#FFFFFF") else "#FFFFFF"


def contrast(one: str, other: str) -> float:
    """Contrast ratio of two colours, 1 to 21 (WCAG 2.2, "contrast ratio" and "relative luminance").

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
