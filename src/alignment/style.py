"""How figures look: colours, sizes, and text from the data made safe to draw.

Nothing here changes matplotlib's global settings: draw inside ``with theme():``.
"""

from __future__ import annotations

import re
import textwrap
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from typing import Any

import matplotlib as mpl
from cycler import cycler
from matplotlib import font_manager
from matplotlib.axes import Axes
from matplotlib.figure import Figure

# petroff6 (Petroff 2021, arXiv:2107.02270) keeps six series apart in all kinds of colour vision.
PALETTE = ("#5790fc", "#f89c20", "#e42536", "#964a8b", "#7a21dd")
GREY = "#9c9ca1"
INK = "#1d1d1f"
MUTED = "#5c5c66"
RULE = "#d9d9de"
# petroff6's violet, and its orange darkened to 3:1 on white; apart in grey print as well.
TEAM_COLOURS: Mapping[str, str] = {"marketing": "#7a21dd", "sales": "#d06d06"}

# What the buyer started belongs to no team: a dark neutral, apart from the grey of the rest.
BUYER = "#4f5b66"

WIDTH, HEIGHT = 6.2, 3.7  # inches: letters stay legible from a phone to A4
SUBSTITUTE = "\u25a1"  # white square: visible where the font has no glyph
_LONGEST = 28


def _settings() -> Any:
    return {
        "font.family": "DejaVu Sans",  # comes with matplotlib: same pixels on every machine
        "font.size": 11,
        "text.color": INK,
        "axes.labelcolor": MUTED,
        "axes.edgecolor": MUTED,
        "axes.linewidth": 0.8,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.spines.left": False,
        "axes.axisbelow": True,
        "axes.grid": True,
        "axes.grid.axis": "y",
        "axes.titlesize": 11,
        "axes.titlelocation": "left",
        "axes.titleweight": "bold",
        "axes.prop_cycle": cycler(color=[*PALETTE, GREY]),
        "grid.color": RULE,
        "grid.linewidth": 0.8,
        "xtick.color": MUTED,
        "ytick.color": MUTED,
        "xtick.labelcolor": INK,
        "ytick.labelcolor": INK,
        "ytick.major.size": 0,
        "lines.linewidth": 2.2,
        "lines.solid_capstyle": "round",
        "legend.frameon": False,
        "figure.figsize": (WIDTH, HEIGHT),
        "figure.dpi": 96,
        "figure.constrained_layout.use": True,
        "figure.facecolor": "white",
        "savefig.facecolor": "white",
        "svg.hashsalt": "alignment",
    }


@contextmanager
def theme() -> Iterator[None]:
    """Draw with the report's look; the settings of before come back afterwards."""
    with mpl.rc_context(_settings()):
        yield


@cache
def _glyphs() -> frozenset[int]:
    """Return the code points that both weights of the font can draw."""
    weights = (
        font_manager.FontProperties(family="DejaVu Sans", weight=w) for w in ("normal", "bold")
    )
    maps = [font_manager.get_font(font_manager.findfont(w)).get_charmap() for w in weights]
    return frozenset(maps[0]).intersection(maps[1])


def label(text: object, *, longest: int = _LONGEST) -> str:
    """Make text from the data safe to draw: on a tick, in a legend, anywhere in a figure.

    Parameters
    ----------
    text : object
        A name from the data.
    longest : int
        Characters kept; a longer name ends in an ellipsis.

    Returns
    -------
    str
        One line without control characters; ``$`` is escaped, so that it is never mathematics; a
        leading ``_``, which would hide a legend entry, is kept visible; a sign that the font
        lacks becomes a white square instead of a warning.
    """
    shown = "".join(
        " " if unicodedata.category(sign) in ("Cc", "Zl", "Zp", "Zs") else sign
        for sign in unicodedata.normalize("NFC", str(text))
        if unicodedata.category(sign) not in ("Cf", "Cs", "Mn", "Me")
    )
    shown = " ".join(shown.split())
    if len(shown) > longest:
        shown = shown[: longest - 1].rstrip() + "…"
    if shown.startswith("_"):
        shown = "\u02cd" + shown[1:]  # modifier low macron: looks like the underscore it replaces
    return plain(shown)


def plain(text: str) -> str:
    """Make our own prose safe to draw: “US$” is not mathematics, and no glyph is missing."""
    known = "".join(sign if sign == "\n" or ord(sign) in _glyphs() else SUBSTITUTE for sign in text)
    return re.sub(r"(?<!\\)\$", r"\\$", known)


def channel_colours(names: Sequence[str]) -> dict[str, str]:
    """Give each channel a colour; the same sequence always gives the same colours.

    Parameters
    ----------
    names : sequence of str
        All channels of the data, the most important first. The teams keep their own colours;
        channels beyond the palette, and whatever is not a channel (in brackets), are grey.
    """
    free = iter([colour for colour in PALETTE if colour not in TEAM_COLOURS.values()])
    chosen: dict[str, str] = {}
    for name in names:
        if name in TEAM_COLOURS:
            chosen[name] = TEAM_COLOURS[name]
        elif name not in chosen:
            chosen[name] = GREY if name.startswith("(") else next(free, GREY)
    return chosen


def finish(axes: Axes | Figure, *, subtitle: str | None = None, source: str | None = None) -> None:
    """Write what is drawn above the figure and where it comes from below it.

    Parameters
    ----------
    axes : Axes or Figure
        Any Axes of the figure.
    subtitle : str, optional
        What is drawn: unit, period, what the band is. Wrapped to the figure's width.
    source : str, optional
        Where the numbers come from and of what date.
    """
    figure = axes if isinstance(axes, Figure) else axes.get_figure(root=True)
    assert figure is not None
    signs = int(figure.get_figwidth() * 12.5)
    if subtitle:
        wrapped = textwrap.fill(plain(subtitle), signs)
        figure.suptitle(wrapped, x=0.0, ha="left", fontsize=10, color=MUTED)
    if source:
        wrapped = textwrap.fill(plain(source), int(signs * 1.1))
        figure.supxlabel(wrapped, x=0.0, ha="left", fontsize=9, color=MUTED)
