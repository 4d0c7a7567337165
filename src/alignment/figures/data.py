"""Figures about the data: what the exports cover, and how far deals can be traced."""

from __future__ import annotations

from typing import Any

import matplotlib.dates as mdates
import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from alignment import style, vocabulary, wording
from alignment.coverage import Coverage
from alignment.exhibits import drawing
from alignment.figures.parts import percent_axis, sentence, whiskers
from alignment.text import Language, Text
from alignment.wording import both, integer, interval, percent


def _months_alt(result: Coverage) -> Text:
    parts = []
    for what, rows in result.months.groupby("what", sort=False):
        parts.append(
            Text(
                en="{what}: {rows} from {first} to {last}", es="{what}: {rows} de {first} a {last}"
            ).format(
                what=vocabulary.word(vocabulary.EVENTS, what),
                rows=both(integer, rows["rows"].sum()),
                first=both(wording.month, rows["month"].min()),
                last=both(wording.month, rows["month"].max()),
            )
        )
    lead = Text(
        en="Bars of the rows of each kind by month. {parts}.",
        es="Barras de filas de cada tipo por mes. {parts}.",
    )
    return lead.format(parts=sentence(parts or [Text(en="No dated rows", es="Sin filas fechadas")]))


def _months_subtitle(result: Coverage) -> Text:
    return Text(
        en="Rows of each kind by month; each has its own height. A gap is a gap in the exports",
        es="Filas de cada tipo por mes; cada una con su altura. Un hueco es un hueco del archivo",
    )


def _months_size(result: Coverage) -> tuple[float, float]:
    return style.WIDTH, 1.1 + 0.55 * max(result.months["what"].nunique(), 2)


@drawing(alt=_months_alt, subtitle=_months_subtitle, size=_months_size)
def months(axes: Axes, result: Coverage, lang: Language, **options: Any) -> None:
    """Draw the rows of each kind by month, one band a kind."""
    kinds = list(dict.fromkeys(result.months["what"]))
    for place, what in enumerate(reversed(kinds)):
        rows = result.months[result.months["what"] == what]
        colour = {**style.TEAM_COLOURS, "buyer": style.BUYER}.get(what, style.GREY)
        heights = 0.8 * rows["rows"] / rows["rows"].max()
        axes.bar(rows["month"], heights, bottom=place, width=np.timedelta64(26, "D"), color=colour)
    axes.set_yticks(
        np.arange(len(kinds)) + 0.3,
        [vocabulary.EVENTS[what][lang] for what in reversed(kinds)],
    )
    axes.grid(visible=False)
    axes.xaxis.set_major_locator(mdates.AutoDateLocator(minticks=2, maxticks=5))  # type: ignore[no-untyped-call]
    axes.xaxis.set_major_formatter(
        lambda value, _: wording.month(pd.Timestamp(float(value), unit="D"), lang, short=True)
    )


def _trace_alt(result: Coverage) -> Text:
    parts = [
        Text(
            en="{step}: {won}, {share} ({interval})", es="{step}: {won}, {share} ({interval})"
        ).format(
            step=vocabulary.STEPS[row.step],
            won=both(integer, row.won),
            share=both(percent, row.share, digits=0),
            interval=both(interval, row.low, row.high, form=percent, digits=0),
        )
        for row in result.trace.itertuples()
    ]
    return Text(
        en="Dots with intervals of the share of won deals that can be traced. {parts}.",
        es="Puntos con intervalos de la parte de negocios ganados que se puede rastrear. {parts}.",
    ).format(parts=sentence(parts))


def _trace_subtitle(result: Coverage) -> Text:
    return Text(
        en="Share of won deals that reach each step, with {level} intervals",
        es="Parte de los negocios ganados que llega a cada paso, con intervalos de {level}",
    ).format(level=both(percent, result.about.level, digits=0))


@drawing(alt=_trace_alt, subtitle=_trace_subtitle, size=(style.WIDTH, 3.2))
def trace(axes: Axes, result: Coverage, lang: Language, **options: Any) -> None:
    """Draw the share of won deals that reach each step of the trace."""
    rows = result.trace[result.trace["step"] != "won"]
    colours = [style.TEAM_COLOURS.get(step, style.GREY) for step in rows["step"][:-1]]
    whiskers(
        axes,
        [vocabulary.STEPS[step][lang] for step in rows["step"]],
        rows["share"],
        rows["low"],
        rows["high"],
        [*colours, style.INK],
    )
    axes.set_xlim(0, 1.02)
    percent_axis(axes, lang)
