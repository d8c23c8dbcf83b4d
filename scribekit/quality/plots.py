"""Plots of quality and conversation (``sk.plots``): each function draws one plot on an Axes and returns the Axes.

A speaker has the same colour in all plots of the same speakers, and in the widgets (``scribekit.base.palette``). Colour is never the only
sign of a difference. At most forty rows are drawn, because more cannot be read; the title then gives the total.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from scribekit.base.axes import finish
from scribekit.base.display import shortened, shortened_apart
from scribekit.base.errors import OptionError, nearest
from scribekit.base.palette import LIGHT, ink_on, speaker_colours
from scribekit.quality.calibration import Calibration
from scribekit.quality.confidence import group_name

if TYPE_CHECKING:
    from matplotlib.axes import Axes

INK = "#333333"
BAR_HEIGHT = 0.7
_LABEL_FROM_SHARE = 0.05
_MOST_ROWS = 40
_NAME_WIDTH = 28
_SPEAKER_WIDTH = 14
_TITLE_WIDTH = 50
"""Columns of letters that a name takes at most: longer ones are shortened in the middle, so that there is room for the plot."""
_BAR_WIDTH = 70
"""Columns of letters that a whole bar of a new figure has room for."""


def confidence_by(frame: pd.DataFrame, column: str, ax: Axes | None = None) -> Axes:
    """Draw the distribution of confidence in each group: a box between the quartiles with the median, whiskers from 5 to 95 %.

    Args:
        frame: Any frame with ``confidence`` (0 to 1), for example ``to_frame(corpus, "words", with_manifest=True)``.
        column: The column to group by: ``recording_id``, ``speaker`` or a column of the manifest.
        ax: Where to draw; a new figure by default. Of more than forty groups, the first in the frame are drawn.

    Raises:
        OptionError: The frame has no such column, or no confidence.
    """
    for name in (column, "confidence"):
        _require(frame, name)
    known = frame[frame["confidence"].notna()]
    by_value = known.groupby(column, sort=False, dropna=False)["confidence"]
    groups = [(group_name(name), group.to_numpy(dtype=float)) for name, group in itertools.islice(by_value, _MOST_ROWS)]
    ax = _axes(ax, height=0.6 + 0.4 * len(groups))
    names = shortened_apart([name for name, _ in groups], _NAME_WIDTH)
    labels = [f"{name}  (n = {len(values):,})" for name, (_, values) in zip(names, groups, strict=True)]
    if groups:
        ax.boxplot(
            [values for _, values in groups],
            orientation="horizontal",
            tick_labels=labels,
            whis=(5, 95),
            showfliers=False,
            widths=0.6,
            patch_artist=True,
            boxprops={"facecolor": LIGHT[3], "edgecolor": INK},
            medianprops={"color": INK, "linewidth": 2},
        )
    ax.invert_yaxis()
    ax.set(xlim=(0, 1), xlabel="confidence", title=f"Confidence by {shortened(column, _NAME_WIDTH)}{_rest(by_value.ngroups, 'groups')}")
    return finish(ax)


def reliability(calibration: Calibration, ax: Axes | None = None) -> Axes:
    """Draw the share of right words against the confidence, with 95 % intervals. On the dashed line both are equal.

    Args:
        calibration: What ``calibrate`` returned.
        ax: Where to draw; a new figure by default.
    """
    table = calibration.table
    ax = _axes(ax, width=4.6, height=4.4)
    ax.plot([0, 1], [0, 1], linestyle="--", color=INK, linewidth=1, label="confidence = accuracy")
    # Rounding can put an end of an interval slightly on the wrong side.
    below = (table["accuracy"] - table["accuracy_low"]).clip(lower=0)
    above = (table["accuracy_high"] - table["accuracy"]).clip(lower=0)
    ax.errorbar(table["confidence"], table["accuracy"], yerr=[below, above], fmt="o", color=LIGHT[0], capsize=2, label="words, by bin")
    ax.set(xlim=(0, 1), ylim=(0, 1.02), aspect="equal", xlabel="confidence", ylabel="share of words that are right")
    ece = f"ECE {calibration.ece:.3f}" if calibration.is_enough else "too few words for an ECE"
    ax.set_title(f"Reliability  ({ece}, n = {calibration.n_words:,})")
    ax.legend(loc="lower right", frameon=False)
    return finish(ax)


def speaker_timeline(utterances: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """Draw who speaks when, one row per speaker.

    Args:
        utterances: Rows of ``to_frame(corpus, "utterances")`` of one recording.
        ax: Where to draw; a new figure by default.

    Raises:
        OptionError: The rows are of several recordings.
    """
    recordings = utterances["recording_id"].unique().tolist()
    if len(recordings) > 1:
        raise OptionError(f"A timeline shows one recording; choose one of {', '.join(map(str, recordings[:3]))} … by its recording_id.")
    spoken = utterances[utterances["speaker"].notna()]
    colours = speaker_colours(spoken["speaker"])
    ax = _axes(ax, height=0.9 + 0.35 * len(colours))
    for row, (speaker, colour) in enumerate(colours.items()):
        mine = spoken[spoken["speaker"] == speaker]
        spans = list(zip(mine["start_ms"] / 60_000, (mine["end_ms"] - mine["start_ms"]) / 60_000, strict=True))
        ax.broken_barh(spans, (row - BAR_HEIGHT / 2, BAR_HEIGHT), facecolors=colour)
    ax.set_yticks(range(len(colours)), shortened_apart(list(colours), _NAME_WIDTH))
    ax.invert_yaxis()
    ax.set(xlabel="minutes", title=shortened(str(recordings[0]), _TITLE_WIDTH) if recordings else "nobody spoke")
    return finish(ax)


def talk_shares(statistics: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """Draw each speaker's share of the talking time, one bar per recording.

    Args:
        statistics: What ``turn_statistics`` returned.
        ax: Where to draw; a new figure by default. Of more than forty recordings, the first in the table are drawn.
    """
    colours = speaker_colours(statistics["speaker"])
    all_recordings = statistics["recording_id"].unique().tolist()
    recordings = all_recordings[:_MOST_ROWS]
    ax = _axes(ax, height=1 + 0.4 * len(recordings))
    left = np.zeros(len(recordings))
    for speaker, colour in colours.items():
        shares = (
            statistics[statistics["speaker"] == speaker].set_index("recording_id")["talk_share"].reindex(recordings).fillna(0).to_numpy()
        )
        bars = ax.barh(range(len(recordings)), shares, left=left, color=colour, edgecolor="white", height=BAR_HEIGHT)
        labels = [f"{_fitting(speaker, share)} {share:.0%}" if share >= _LABEL_FROM_SHARE else "" for share in shares]
        ax.bar_label(bars, labels=labels, label_type="center", fontsize="small", color=ink_on(colour))
        left += shares
    ax.set_yticks(range(len(recordings)), shortened_apart(list(map(str, recordings)), _NAME_WIDTH))
    ax.invert_yaxis()
    ax.set(xlim=(0, 1), xlabel="share of talking time", title=f"Talk shares{_rest(len(all_recordings), 'recordings')}")
    ax.xaxis.set_major_formatter("{x:.0%}")
    return finish(ax)


def words_per_minute(statistics: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """Draw how fast each speaker talks in each recording.

    Args:
        statistics: What ``turn_statistics`` returned.
        ax: Where to draw; a new figure by default. Of more than forty rows, the first in the table are drawn: sort or filter it first.
    """
    return _bars(statistics, "words_per_minute", "words per minute of talking", "Pace", ax)


def turn_taking(statistics: pd.DataFrame, column: str = "talk_listen_ratio", ax: Axes | None = None) -> Axes:
    """Draw one of the turn statistics by recording and speaker.

    Args:
        statistics: What ``turn_statistics`` returned.
        column: The statistic: ``"talk_listen_ratio"``, ``"interruptions"``, ``"overlap_s"``, ``"response_s"``, ``"pause_s"`` …
        ax: Where to draw; a new figure by default. Of more than forty rows, the first in the table are drawn: sort or filter it first.

    Raises:
        OptionError: There is no such column, or it holds no numbers.
    """
    _require(statistics, column)
    if not pd.api.types.is_numeric_dtype(statistics[column]):
        numbers = statistics.select_dtypes("number").columns
        raise OptionError(f"The column {column!r} holds no numbers to draw; those that do are {', '.join(map(str, numbers))}.")
    unit = " (s)" if column.endswith("_s") else ""
    name = column.removesuffix("_s").replace("_", " ")
    return _bars(statistics, column, f"{name}{unit}", name.capitalize(), ax)


def review_curve(queue: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """Draw the expected share of errors found against the minutes of listening, from the top of the queue.

    Args:
        queue: What ``flag_for_review`` returned.
        ax: Where to draw; a new figure by default.
    """
    ax = _axes(ax, width=5.2, height=3.6)
    minutes = np.concatenate([[0.0], queue["cumulative_minutes"].to_numpy()])
    found = np.concatenate([[0.0], queue["share_of_errors"].to_numpy()])
    ax.plot(minutes, found, color=LIGHT[0], linewidth=2)
    ax.fill_between(minutes, found, color=LIGHT[0], alpha=0.15)
    ax.set(xlim=(0, max(minutes[-1], 0.01)), ylim=(0, 1), xlabel="minutes of listening", ylabel="expected share of errors found")
    ax.yaxis.set_major_formatter("{x:.0%}")
    ax.set_title(f"{minutes[-1]:.1f} minutes find {found[-1]:.0%} of the expected errors")
    return finish(ax)


def dispersion(lines: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """Draw the place of each search result in its recording: a row per recording, a stroke per result, most results first.

    Args:
        lines: Rows of :func:`scribekit.search`. The length of a recording is the manifest's ``duration_s``, or the end of its last result.
        ax: Where to draw; a new figure by default. Of more than forty recordings, those with most lines are drawn.
    """
    counts = lines["recording_id"].value_counts()
    names = counts.index[:_MOST_ROWS].tolist()
    short = shortened_apart(list(map(str, names)), _NAME_WIDTH)
    ax = _axes(ax, height=0.9 + 0.28 * len(names))
    for row, name in enumerate(names):
        own = lines[lines["recording_id"] == name]
        end = own["end_ms"].max() / 1000
        length = max(end, own["duration_s"].iloc[0]) if "duration_s" in own and own["duration_s"].notna().all() else end
        ax.barh(row, length / 60, height=BAR_HEIGHT, color="#EEEEEE", edgecolor="#767676", linewidth=0.5)
        ax.vlines(own["start_ms"] / 60_000, row - BAR_HEIGHT / 2, row + BAR_HEIGHT / 2, color=LIGHT[0], linewidth=1.5)
    ax.set_yticks(range(len(names)), [f"{shown} ({counts[name]})" for name, shown in zip(names, short, strict=True)])
    ax.invert_yaxis()
    title = f"{len(lines)} lines in {len(counts)} recordings{_rest(len(counts), 'recordings')}"
    ax.set(xlabel="minutes", title=title if len(lines) else "no lines")
    return finish(ax)


def _bars(statistics: pd.DataFrame, column: str, label: str, title: str, ax: Axes | None) -> Axes:
    known = statistics[np.isfinite(statistics[column].to_numpy(dtype=float))]
    shown = known.head(_MOST_ROWS)
    colours = speaker_colours(statistics["speaker"])
    ax = _axes(ax, height=1 + 0.28 * len(shown))
    bars = ax.barh(range(len(shown)), shown[column], color=[colours[speaker] for speaker in shown["speaker"]], height=BAR_HEIGHT)
    ax.bar_label(bars, fmt="{:,.3g}", padding=3, fontsize="small")
    recordings = shortened_apart(shown["recording_id"].astype(str).tolist(), _NAME_WIDTH)
    speakers = shortened_apart(shown["speaker"].astype(str).tolist(), _SPEAKER_WIDTH)
    ax.set_yticks(range(len(shown)), [f"{recording}  {speaker}" for recording, speaker in zip(recordings, speakers, strict=True)])
    ax.invert_yaxis()
    ax.margins(x=0.12)
    ax.set(xlabel=label, title=f"{title}{_rest(len(known), 'rows')}")
    return finish(ax)


def _fitting(speaker: str, share: float) -> str:
    """Return the name of a speaker, as much of it as a bar of this share has room for."""
    return shortened(speaker, max(round(share * _BAR_WIDTH) - len(" 100%"), 1))


def _rest(number: int, what: str) -> str:
    """Return the end of a title when only the first rows of many are drawn."""
    return f" (the first {_MOST_ROWS} of {number:,} {what})" if number > _MOST_ROWS else ""


def _axes(ax: Axes | None, *, width: float = 7.0, height: float) -> Axes:
    if ax is not None:
        return ax
    import matplotlib.pyplot as plt

    axes: Axes = plt.subplots(figsize=(width, min(height + 0.6, 14)), layout="constrained")[1]
    return axes


def _require(frame: pd.DataFrame, column: str) -> None:
    if column not in frame:
        known: list[Any] = list(frame.columns)
        raise OptionError(f"The frame has no column {column!r}.{nearest(column, map(str, known))}")
