"""A plan as a sentence, as HTML and as a plot. Pure."""

from __future__ import annotations

import html
import math
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd

from scribekit.base.axes import finish
from scribekit.base.display import as_written
from scribekit.base.palette import LIGHT

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_INK = "#333333"
_UNITS = ((86_400.0, "days"), (3600.0, "h"), (60.0, "min"), (1.0, "s"))
_WIDTH, _HEIGHT = 320, 96
_NOT_SENT = {"in_corpus": "in the corpus already", "refused": "refused", "duplicates": "duplicates", "held": "held"}
_LEFT = "text-align:left;vertical-align:top"
_NUMBERS = "font-variant-numeric:tabular-nums"


def duration(seconds: float) -> str:
    """Format seconds for people.

    Example:
        >>> duration(42.0), duration(5400.0), duration(400_000.0)
        ('42 s', '90 min', '4.6 days')
    """
    size, name = _unit(seconds)
    value = seconds / size
    return f"{value:.1f} {name}" if value < 10 and size > 1 else f"{value:,.0f} {name}"


def _unit(seconds: float) -> tuple[float, str]:
    return next(((size, name) for size, name in _UNITS if seconds >= 2 * size), _UNITS[-1])


def money(usd: float) -> str:
    """Format dollars for people; NaN means that there is no rate.

    Example:
        >>> money(1234.5), money(float("nan"))
        ('$1,234.50', 'no rate')
    """
    return f"${usd:,.2f}" if math.isfinite(usd) else "no rate"


def size(amount: float) -> str:
    """Format bytes for people.

    Example:
        >>> size(1_500_000.0)
        '1.5 MB'
    """
    for name in ("bytes", "kB", "MB", "GB"):
        if amount < 1000:
            return f"{amount:.0f} {name}" if name == "bytes" or amount >= 100 else f"{amount:.1f} {name}"
        amount /= 1000
    return f"{amount:,.1f} TB"


def facts(row: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return the name and the value of each figure that is shown, in order."""
    not_sent = [f"{row[name]:,} {reason}" for name, reason in _NOT_SENT.items() if row[name]]
    found = [("recordings", "; ".join([f"{row['jobs']:,} to send", *not_sent]))]
    found.append(("audio", f"{row['audio_hours']:,.1f} h"))
    found.append(("time", f"{duration(row['wall_s_50'])} (9 times in 10: {duration(row['wall_s_90'])})"))
    found.append(("bottleneck", str(row["bottleneck"])))
    found.append(("cost", _cost(row)))
    uploads = f"{size(row['upload_bytes'])} to upload, " if row["upload_bytes"] else ""
    found.append(("traffic", f"{uploads}{row['requests']:,} requests"))
    found.append(("disk space", f"about {size(row['storage_bytes'])}"))
    return found


def _cost(row: Mapping[str, Any]) -> str:
    text = money(row["usd"])
    if row["unknown_duration"]:
        text += f", and {money(row['assumed_usd'])} for {row['unknown_duration']:,} of assumed length"
    if row["budget_usd"] is not None:
        text += f", of a budget of {money(row['budget_usd'])}"
    if row["held"]:
        text += f"; all {row['jobs'] + row['held']:,} recordings: {money(row['usd_without_budget'])}"
    return text


def settings(row: Mapping[str, Any]) -> str:
    """Return the settings in a few words."""
    mbps = f", {row['upload_mbps']:g} Mbit/s up" if row["upload_mbps"] else ""
    return f"{row['speech_models']}, {row['concurrent_jobs']:,} at a time{mbps}"


def sentence(row: Mapping[str, Any]) -> str:
    """Return the plan as one line, for a terminal or a text output."""
    return " · ".join([f"Plan ({settings(row)})", *(f"{name} {value}" for name, value in facts(row)), row["note"]])


def page(row: Mapping[str, Any], stages: pd.DataFrame, progress: pd.DataFrame, assumptions: Iterable[str]) -> str:
    """Return the plan as HTML: figures, stages as bars, the picture and the assumptions. Readable without styles or scripts."""
    cells = "".join(f"<tr>{_head(name)}<td style='{_LEFT};{_NUMBERS}'>{html.escape(value)}</td></tr>" for name, value in facts(row))
    bars = "".join(_bar(stage) for stage in stages.to_dict("records") if stage["share"] >= 0.005)
    caption = f"Plan: {html.escape(settings(row))}"
    points = "".join(f"<li>{html.escape(point)}</li>" for point in assumptions)
    return as_written(
        "<div style='display:flex;flex-wrap:wrap;gap:0 2em;align-items:flex-start'>"
        f"<table><caption style='{_LEFT};white-space:nowrap'>{caption}</caption>{cells}</table>"
        f"<table><caption style='{_LEFT}'>If only this stage took time</caption>{bars}</table>"
        f"{_picture(row, progress)}</div>"
        f"<details><summary>Assumptions</summary><ul>{points}</ul></details>"
    )


def _head(name: str) -> str:
    return f"<th scope='row' style='{_LEFT}'>{html.escape(name)}</th>"


def _bar(stage: Mapping[Any, Any]) -> str:
    width = max(2, round(100 * min(stage["share"], 1.0)))
    bar = f"<div style='width:{width}px;height:0.7em;background:{LIGHT[0]}'></div>"
    title = html.escape(stage["meaning"], quote=True)
    return (
        f"<tr title='{title}'>{_head(stage['stage'])}<td style='width:110px;vertical-align:middle'>{bar}</td>"
        f"<td style='{_NUMBERS}'>{duration(stage['alone_s'])}</td></tr>"
    )


def _picture(row: Mapping[str, Any], progress: pd.DataFrame) -> str:
    end = float(progress["at_s_90"].iloc[-1])
    hours = float(progress["audio_hours"].iloc[-1])
    if not end or not hours:
        return ""
    up = [_HEIGHT * (1 - value / hours) for value in progress["audio_hours"]]
    line, early, late = ([_WIDTH * at / end for at in progress[f"at_s_{chance}"]] for chance in (50, 10, 90))
    band = _points(early, up) + " " + _points(reversed(late), reversed(up))
    label = f"Hours of audio done over time: {hours:,.1f} h in {duration(row['wall_s_50'])}"
    return (
        f"<figure style='margin:0.5em 0'><svg role='img' aria-label='{html.escape(label, quote=True)}' width='{_WIDTH}' height='{_HEIGHT}'"
        f" viewBox='0 0 {_WIDTH} {_HEIGHT}' style='overflow:visible;border-left:1px solid;border-bottom:1px solid'>"
        f"<polygon points='{band}' fill='{LIGHT[3]}' fill-opacity='0.35'/>"
        f"<polyline points='{_points(line, up)}' fill='none' stroke='{LIGHT[0]}' stroke-width='2'/></svg>"
        f"<figcaption style='font-size:smaller'>{hours:,.1f} h of audio done after {duration(row['wall_s_50'])} (line),"
        f" four times in five within the band</figcaption></figure>"
    )


def _points(across: Iterable[float], up: Iterable[float]) -> str:
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in zip(across, up, strict=True))


def draw(progress: pd.DataFrame, row: Mapping[str, Any], ax: Axes | None) -> Axes:
    """Plot hours of audio done over time on an Axes."""
    if ax is None:
        import matplotlib.pyplot as plt

        ax = plt.subplots(figsize=(7.0, 3.6), layout="constrained")[1]
    hours = progress["audio_hours"].to_numpy()
    unit, name = _unit(float(progress["at_s_90"].iloc[-1]))
    early, half, late = (progress[f"at_s_{chance}"].to_numpy() / unit for chance in (10, 50, 90))
    ax.fill_betweenx(hours, early, late, color=LIGHT[3], alpha=0.35, label="four times in five")
    ax.plot(half, hours, color=LIGHT[0], linewidth=2, label="as likely sooner as later")
    if duration(row["wall_s_50"]) != duration(row["wall_s_90"]):
        _mark(ax, row["wall_s_50"] / unit, f"50 %: {duration(row['wall_s_50'])}", side="right")
    _mark(ax, row["wall_s_90"] / unit, f"90 %: {duration(row['wall_s_90'])}", side="left")
    ax.set(xlabel=f"{name} since the start", ylabel="hours of audio done", ylim=(0, max(float(hours[-1]), 0.01) * 1.12))
    ax.set_xlim(left=0, right=max(float(late[-1]), 0.01) * 1.15)
    ax.set_title(f"{row['jobs']:,} recordings, {settings(row)}\nbottleneck: {row['bottleneck']}", fontsize="medium")
    ax.legend(loc="lower right", frameon=False)
    return finish(ax)


def _mark(ax: Axes, at: float, text: str, *, side: str) -> None:
    """Draw a line at a time, labelled on the side that faces away from the other line."""
    ax.axvline(at, color=_INK, linewidth=1, linestyle="--")
    place: dict[str, Any] = {"ha": side, "va": "top", "fontsize": "small"}
    apart = -4 if side == "right" else 4
    ax.annotate(text, (at, 1.0), xycoords=("data", "axes fraction"), xytext=(apart, -2), textcoords="offset points", **place)
