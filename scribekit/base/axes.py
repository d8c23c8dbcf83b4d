"""What every plot does last: its texts are shown as they are written, in fonts that have their letters."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scribekit.base.fonts import fonts_for

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def finish(ax: Axes) -> Axes:
    """Tidy a plot whose texts and rows are all there, and return it.

    Names and money have dollar signs that matplotlib would take for mathematics.

    Warns:
        FontWarning: No font of the machine has some of the letters.
    """
    from matplotlib.text import Text

    ax.spines[["top", "right"]].set_visible(False)
    ax.set_axisbelow(True)
    for axis in (ax.xaxis, ax.yaxis):
        axis.get_ticklabels()  # now those have their texts too that are only made when they are drawn
    texts: list[Any] = ax.findobj(Text)
    for text in texts:
        if "$" in text.get_text():
            text.set_parse_math(False)
    by_families: dict[tuple[str, ...], list[Any]] = {}
    for text in texts:
        if not text.get_text().isascii():
            by_families.setdefault(tuple(text.get_fontfamily()), []).append(text)
    for families, found in by_families.items():
        more = fonts_for(set().union(*(text.get_text() for text in found)), families)
        for text in found if more else ():
            text.set_fontfamily([*families, *more])
    return ax
