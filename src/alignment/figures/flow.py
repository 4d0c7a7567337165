"""Journeys as ribbons: from the first touch over the teams to the outcome."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from alignment import style, vocabulary, wording
from alignment.attribution.flow import Flow
from alignment.exhibits import drawing
from alignment.figures.parts import sentence, two_lines
from alignment.text import Language, Text
from alignment.wording import both, integer

_COLUMNS = ("first", "touched_by", "outcome")
_HEADS = {
    "first": Text(en="First touch", es="Primera interacción"),
    "touched_by": Text(en="Touched in all by", es="Tocados en total por"),
    "outcome": Text(en="So far", es="Hasta hoy"),
}
_WORDS = {
    "first": {**vocabulary.TEAMS, "nobody": vocabulary.TOUCHED_BY["nobody"]},
    "touched_by": vocabulary.TOUCHED_BY,
    "outcome": vocabulary.ENDS,
}
_COLOURS = {
    "nobody": style.GREY,
    "marketing": style.TEAM_COLOURS["marketing"],
    "sales": style.TEAM_COLOURS["sales"],
    "only marketing": style.TEAM_COLOURS["marketing"],
    "only sales": style.TEAM_COLOURS["sales"],
    "both": style.INK,
}
_BAR, _GAP = 0.035, 0.035  # width of a block, and the space between blocks, of the whole


# From the top down, so that the way to a win crosses as few ribbons as can be.
_ORDER = {
    "first": ("sales", "marketing", "nobody"),
    "touched_by": ("both", "only sales", "only marketing", "nobody"),
    "outcome": ("won", "lost", "open"),
}


def _totals(result: Flow, column: str) -> pd.Series:
    counts = result.frame.groupby(column, observed=True)["journeys"].sum()
    return counts.reindex([name for name in _ORDER[column] if name in counts.index])


def _listed(parts: Sequence[Text], language: Language) -> str:
    return wording.listing([part[language] for part in parts], language)


def _alt(result: Flow) -> Text:
    parts = []
    for column in _COLUMNS:
        counts = [
            Text(en="{name} {count}", es="{name} {count}").format(
                name=vocabulary.word(_WORDS[column], name), count=both(integer, count)
            )
            for name, count in _totals(result, column).items()
        ]
        parts.append(
            Text(en="{head}: {counts}", es="{head}: {counts}").format(
                head=_HEADS[column], counts=both(_listed, counts)
            )
        )
    return Text(
        en="Ribbons of leads in three steps. {parts}.",
        es="Cintas de leads en tres pasos. {parts}.",
    ).format(parts=sentence(parts))


def _subtitle(result: Flow) -> Text:
    return Text(
        en="{n} leads; the thickness of a ribbon is their number. Ribbons keep the colour of the "
        "teams that touched them",
        es="{n} leads; el grosor de una cinta es su número. Las cintas llevan el color de las "
        "áreas que los tocaron",
    ).format(n=both(integer, result.frame["journeys"].sum()))


@drawing(alt=_alt, subtitle=_subtitle, size=(style.WIDTH, 4.2))
def journey_flow(axes: Axes, result: Flow, lang: Language, **options: Any) -> None:
    """Draw the journeys from the first touch to the outcome."""
    frame = result.frame
    unit = (1 - 3 * _GAP) / frame["journeys"].sum()
    tops = {column: _blocks(axes, result, column, unit, lang) for column in _COLUMNS}
    for left, right in ((0, 1), (1, 2)):
        start, end = dict(tops[_COLUMNS[left]]), dict(tops[_COLUMNS[right]])
        pairs = [_COLUMNS[left], _COLUMNS[right]]
        keys = list(dict.fromkeys([*pairs, "touched_by"]))
        counted = frame.groupby(keys, observed=True)["journeys"].sum().reset_index()
        ranks = [counted[name].map(list(_ORDER[name]).index).astype("int64") for name in keys]
        order = np.lexsort([np.asarray(rank) for rank in reversed(ranks)])
        for row in counted.iloc[order].itertuples():
            a, b = getattr(row, pairs[0]), getattr(row, pairs[1])
            height = row.journeys * unit
            _ribbon(axes, (left, start[a]), (right, end[b]), height, _COLOURS[row.touched_by])
            start[a] -= height
            end[b] -= height
    axes.set_xlim(-0.02, 2.02 + _BAR)
    axes.set_ylim(-0.12, 1.0)
    axes.set_axis_off()


def _blocks(axes: Axes, result: Flow, column: str, unit: float, lang: Language) -> dict[str, float]:
    """Draw one step's blocks from the top, and return where each begins."""
    place = _COLUMNS.index(column)
    top, tops = 1.0, {}
    for name, count in _totals(result, column).items():
        tops[str(name)] = top
        height = count * unit
        colour = _COLOURS.get(str(name), style.MUTED)
        axes.fill_between([place, place + _BAR], top - height, top, color=colour, linewidth=0)
        said = f"{two_lines(_WORDS[column][str(name)][lang])} {wording.integer(count, lang)}"
        last = place == len(_COLUMNS) - 1
        axes.text(
            place - 0.02 if last else place + _BAR + 0.02,
            top - height / 2,
            said,
            ha="right" if last else "left",
            va="center",
            fontsize=9,
            color=style.INK,
            bbox={"facecolor": "white", "alpha": 0.75, "linewidth": 0, "pad": 1},
            zorder=3,
        )
        top -= height + _GAP
    head = ("left", "center", "right")[place]
    axes.text(
        place + (_BAR if head == "right" else _BAR / 2 if head == "center" else 0),
        -0.09,
        _HEADS[column][lang],
        ha=head,
        fontsize=10,
        color=style.MUTED,
    )
    return tops


def _ribbon(
    axes: Axes, start: tuple[int, float], end: tuple[int, float], height: float, colour: str
) -> None:
    """Draw a ribbon between two steps, smooth at both ends."""
    way = np.linspace(0, 1, 40)
    smooth = way * way * (3 - 2 * way)
    x = start[0] + _BAR + way * (end[0] - start[0] - _BAR)
    top = start[1] + smooth * (end[1] - start[1])
    axes.fill_between(x, top - height, top, color=colour, alpha=0.35, linewidth=0)
