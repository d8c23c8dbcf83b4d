"""The confidence explorer without a kernel: a line of text, and a histogram and a table as HTML. Pure."""

from __future__ import annotations

import html

import numpy as np
import pandas as pd

from scribekit.base.palette import LIGHT
from scribekit.quality.confidence import BINS, Distributions, Selection

MOST_GROUPS = 15
WIDTH, HEIGHT = 400, 80
BINS_PER_BAR = 2

_CELL = 'style="padding:1px 12px 1px 0;text-align:right"'
_NAME = 'style="padding:1px 12px 1px 0;text-align:left;font-weight:normal"'


def text(title: str, found: Distributions | None, below: float) -> str:
    """Return one line about a corpus.

    Args:
        title: The name of the corpus.
        found: Its words; None while they are being read.
        below: The threshold.
    """
    if found is None:
        return f"Confidence of {title}: the words are being read. Show this again in a moment."
    words = np.array(found.histogram(Selection())["words"])
    if not words.sum():
        return f"Confidence of {title}: there are no words with a confidence yet."
    low = words[: round(below * BINS)].sum()
    share = low / words.sum()
    return f"Confidence of {title}: {int(words.sum()):,} words, mean {found.mean:.2f}; {int(low):,} ({share:.1%}) below {below:.2f}"


def page(title: str, found: Distributions | None, by: str, below: float) -> str:
    """Return a histogram, and a table of the groups with the lowest mean confidence.

    Args:
        title: The name of the corpus.
        found: Its words; None while they are being read.
        by: The dimension of the groups.
        below: The threshold.
    """
    summary = f"<p>{html.escape(text(title, found, below))}</p>"
    if found is None or not sum(found.histogram(Selection())["words"]):
        return summary
    groups = found.groups(by, Selection(), below=below).sort_values("mean", kind="stable")
    rest = f"<p>… and {len(groups) - MOST_GROUPS:,} more with a higher mean.</p>" if len(groups) > MOST_GROUPS else ""
    return summary + _histogram(found, below) + _table(groups.head(MOST_GROUPS), by, below) + rest


def _histogram(found: Distributions, below: float) -> str:
    words = np.array(found.histogram(Selection())["words"]).reshape(-1, BINS_PER_BAR).sum(axis=1)
    width = WIDTH / len(words)
    bars = "".join(
        f'<rect x="{at * width:.1f}" y="{HEIGHT - tall:.1f}" width="{width - 1:.1f}" height="{tall:.1f}" fill="{LIGHT[0]}"/>'
        for at, tall in enumerate((HEIGHT * words / words.max()).tolist())
        if tall
    )
    line = f'<line x1="{below * WIDTH:.1f}" x2="{below * WIDTH:.1f}" y1="0" y2="{HEIGHT}" stroke="#767676" stroke-dasharray="4 3"/>'
    scale = "".join(
        f'<text x="{share * WIDTH:.0f}" y="{HEIGHT + 14}" font-size="11" text-anchor="middle" fill="#767676">{share:g}</text>'
        for share in (0, 0.25, 0.5, 0.75, 1)
    )
    label = f"Histogram of the words by confidence, with the threshold at {below:.2f}"
    box = f'viewBox="-10 0 {WIDTH + 20} {HEIGHT + 18}" width="{WIDTH + 20}" height="{HEIGHT + 18}"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="{label}" {box}>{bars}{line}{scale}</svg>'


def _table(groups: pd.DataFrame, by: str, below: float) -> str:
    titles = [by, "words", "mean", "median", f"below {below:.2f}", "expected errors"]
    head = "".join(f"<th {_NAME if at == 0 else _CELL}>{html.escape(title)}</th>" for at, title in enumerate(titles))
    rows = [
        f"<tr><th {_NAME}>{html.escape(str(row.group))}</th>"
        + "".join(
            f"<td {_CELL}>{cell}</td>"
            for cell in (f"{row.words:,}", f"{row.mean:.2f}", f"{row.median:.2f}", f"{row.share_below:.1%}", f"{row.errors:,.1f}")
        )
        + "</tr>"
        for row in groups.itertuples()
    ]
    return f"<table><thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table>"
