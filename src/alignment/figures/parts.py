"""What several figures share: intervals as dots and lines, per cent axes, room for labels."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from alignment import style, wording
from alignment.text import Language, Text

_LINE = 14  # points a line of numbers at risk


def height_for(rows: int, *, each: float = 0.38, base: float = 1.3) -> tuple[float, float]:
    """Return the size of a figure with one line a row."""
    return style.WIDTH, base + each * max(rows, 2)


def two_lines(name: str) -> str:
    """Make a row's name safe to draw, on at most two short lines."""
    return "\n".join(textwrap.wrap(style.label(name, longest=52), 30)[:2])


def few_ticks(axes: Axes, *, axis: str = "x", most: int = 5) -> None:
    """Leave room for long tick labels, such as amounts of money."""
    chosen = axes.xaxis if axis == "x" else axes.yaxis
    chosen.set_major_locator(MaxNLocator(most, steps=[1, 2, 5, 10]))


def whiskers(
    axes: Axes,
    names: Sequence[str],
    points: Any,
    lows: Any,
    highs: Any,
    colours: Sequence[str],
) -> None:
    """Draw one dot and one interval a row, the first row on top."""
    places = np.arange(len(names))[::-1]
    for place, point, low, high, colour in zip(places, points, lows, highs, colours, strict=True):
        axes.plot([low, high], [place, place], color=colour, linewidth=2.2, solid_capstyle="round")
        axes.plot([point], [place], "o", color=colour, markersize=7, clip_on=False)
    axes.set_yticks(places, [two_lines(name) for name in names])
    axes.set_ylim(-0.7, len(names) - 0.3)
    axes.grid(visible=False, axis="y")
    axes.grid(visible=True, axis="x")


def named_share(
    name: Text,
    share: float,
    low: float,
    high: float,
    *,
    form: Callable[..., str] = wording.percent,
    **options: Any,
) -> Text:
    """Write a name with its share and the interval, if it has one, for an alternative text.

    Parameters
    ----------
    name : Text
        What the share is of.
    share, low, high : float
        In the unit that `form` takes.
    form : callable
        A writer of :mod:`alignment.wording`; `options` go to it.
    """
    said = Text(en="{name} {share}", es="{name} {share}").format(
        name=name, share=wording.both(form, share, **options)
    )
    if pd.isna(low) or pd.isna(high):
        return said
    return Text(en="{said} ({interval})", es="{said} ({interval})").format(
        said=said, interval=wording.both(wording.interval, low, high, form=form, **options)
    )


def counted(name: Text, count: float, lang: Language) -> str:
    """Write the name of a row and how many it counts."""
    return f"{name[lang]} · {wording.integer(count, lang)}"


def dots(
    axes: Axes,
    lang: Language,
    names: Sequence[str],
    rows: pd.DataFrame,
    colours: Sequence[str],
    columns: tuple[str, str, str] = ("share", "low", "high"),
) -> None:
    """Draw one share and its interval a row on an axis of per cent, the first row on top."""
    share, low, high = columns
    whiskers(axes, names, rows[share], rows[low], rows[high], colours)
    percent_axis(axes, lang)


def percent_axis(axes: Axes, lang: Language, *, axis: str = "x") -> None:
    """Write the numbers of an axis as per cent, with a decimal only where the ticks need it."""
    chosen = axes.xaxis if axis == "x" else axes.yaxis
    # Without steps of 2.5 a tick without a decimal is never a rounded one.
    chosen.set_major_locator(MaxNLocator(6, steps=[1, 2, 5, 10]))

    def written(value: float, _: float) -> str:
        ticks = np.asarray(chosen.get_majorticklocs())
        digits = int(not np.allclose(100 * ticks, np.round(100 * ticks), atol=1e-6))
        return wording.percent(value, lang, digits=digits)

    chosen.set_major_formatter(written)


def under_observation(spells: pd.DataFrame, times: Sequence[float]) -> list[int]:
    """Count the spells at risk at each of some times.

    Parameters
    ----------
    spells : DataFrame
        ``entry`` and ``exit``, in the unit of `times`.
    times : sequence of float
        Times since the start.

    Returns
    -------
    list of int
        Spells with ``entry <= time <= exit``.
    """
    entry, exit = spells["entry"].to_numpy(), spells["exit"].to_numpy()
    return [int(((entry <= time) & (exit >= time)).sum()) for time in times]


def numbers_at_risk(
    axes: Axes,
    lang: Language,
    times: Sequence[float],
    counts: Sequence[Sequence[int]],
    *,
    label: Text,
    at_risk: Text,
    names: Sequence[str] = (),
    colours: Sequence[str] = (),
) -> None:
    """Print how many are at risk beneath the ticks of a curve, one line a curve.

    Parameters
    ----------
    axes : Axes
        Where the curves are drawn; its horizontal axis gets these ticks and this label.
    lang : {"es", "en", "es_MX"}
        Language of the reader.
    times : sequence of float
        Where the ticks stand.
    counts : sequence of sequences of int
        For each curve, how many are at risk at each tick.
    label, at_risk : Text
        What the ticks count, and what the numbers beneath them are.
    names, colours : sequence of str
        For several curves, their names, which stand left of the numbers beside a patch in the
        colour of the curve and so serve as the legend too.
    """
    written = [[wording.integer(n, lang) for n in row] for row in counts]
    shown = [wording.integer(time, lang) for time in times]
    beneath = f"{label[lang]} · {at_risk[lang]}"
    if not names:
        axes.set_xticks(times, ["\n".join(tick) for tick in zip(shown, *written, strict=True)])
        axes.set_xlabel(beneath)
        return
    axes.set_xticks(times, shown)
    axes.set_xlabel(beneath, labelpad=_LINE * len(names) + 6)
    left = min(times)
    for line, (name, colour, row) in enumerate(zip(names, colours, written, strict=True)):
        down = -(_LINE * (line + 1) + 12)
        beside: dict[str, Any] = {
            "xycoords": ("data", "axes fraction"),
            "textcoords": "offset points",
            "va": "center",
            "fontsize": 9,
        }
        # The patch is the legend; words in a light colour would be hard to read.
        axes.annotate("\u25a0", (left, 0), xytext=(-24, down), ha="right", color=colour, **beside)
        named = style.label(name, longest=24)
        axes.annotate(named, (left, 0), xytext=(-35, down), ha="right", **beside)
        for time, number in zip(times, row, strict=True):
            axes.annotate(number, (time, 0), xytext=(0, down), ha="center", **beside)


def sentence(parts: Sequence[Text]) -> Text:
    """Join the parts of an alternative text with semicolons, a language at a time."""
    whole = parts[0]
    for part in parts[1:]:
        whole = Text(en="{a}; {b}", es="{a}; {b}").format(a=whole, b=part)
    return whole
