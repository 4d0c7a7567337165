"""Figures about the relay between the teams: rules of order, and what arrives in busy weeks."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from alignment import style, vocabulary, wording
from alignment.exhibits import drawing
from alignment.figures.parts import counted, dots, height_for, named_share, sentence
from alignment.handoff import Limits, Ownership
from alignment.text import Language, Text
from alignment.wording import both, hours, integer, percent


def _rules_rows(result: Ownership) -> pd.DataFrame:
    return result.rules[~result.rules["too_few"]]


def _rules_alt(result: Ownership) -> Text:
    parts = [
        named_share(vocabulary.word(vocabulary.RELAY_RULES, row.rule), row.share, row.low, row.high)
        for row in _rules_rows(result).itertuples()
    ]
    return Text(
        en="Dots with intervals of how often a rule of the relay is broken. {parts}.",
        es="Puntos con intervalos de cuántas veces se rompe una regla del relevo. {parts}.",
    ).format(parts=sentence(parts or [Text(en="No rule", es="Ninguna regla")]))


def _rules_subtitle(result: Ownership) -> Text:
    return Text(
        en="Share of the leads that a rule binds and that break it, with {level} intervals and the "
        "number of leads",
        es="Parte de los leads a los que obliga una regla y que la rompen, con intervalos de "
        "{level} y el número de leads",
    ).format(level=both(percent, result.about.level, digits=0))


@drawing(alt=_rules_alt, subtitle=_rules_subtitle, size=height_for(4))
def relay_rules(axes: Axes, result: Ownership, lang: Language, **options: Any) -> None:
    """Draw how often each rule of order is broken."""
    rows = _rules_rows(result)
    dots(
        axes,
        lang,
        [
            counted(vocabulary.word(vocabulary.RELAY_RULES, row.rule), row.leads, lang)
            for row in rows.itertuples()
        ],
        rows,
        [style.PALETTE[2]] * len(rows),
    )
    # Room for a dot at zero.
    axes.set_xlim(left=-0.03 * rows["high"].max())


def _weeks_alt(result: Limits) -> Text:
    weeks = result.weeks
    return Text(
        en="Bars of the leads handed over each week, the part touched within {hours} in colour. "
        "{weeks} weeks, {mean} leads a week, {share} in time; from {low} to {high} leads.",
        es="Barras de los leads entregados cada semana, en color la parte contactada en {hours}. "
        "{weeks} semanas, {mean} leads por semana, {share} a tiempo; de {low} a {high} leads.",
    ).format(
        hours=both(hours, result.hours),
        weeks=both(integer, len(weeks)),
        mean=both(wording.decimal, weeks["arrivals"].mean()),
        share=both(percent, weeks["in_time"].sum() / max(weeks["arrivals"].sum(), 1)),
        low=both(integer, weeks["arrivals"].min()),
        high=both(integer, weeks["arrivals"].max()),
    )


def _weeks_subtitle(result: Limits) -> Text:
    return Text(
        en="Leads handed over each week; in colour, those touched by sales within {hours}",
        es="Leads entregados cada semana y, en color, los que ventas contactó en {hours}",
    ).format(hours=both(hours, result.hours))


@drawing(alt=_weeks_alt, subtitle=_weeks_subtitle, size=(style.WIDTH, 3.4))
def busy_weeks(axes: Axes, result: Limits, lang: Language, **options: Any) -> None:
    """Draw what arrived each week and what was touched in time."""
    weeks = result.weeks
    place = np.arange(len(weeks))
    axes.bar(place, weeks["arrivals"], width=1.0, color=style.RULE)
    axes.bar(place, weeks["in_time"], width=1.0, color=style.TEAM_COLOURS["sales"])
    step = max(1, len(weeks) // 4)
    shown = place[::step]
    axes.set_xticks(shown, [wording.month(weeks["week"].iloc[i], lang, short=True) for i in shown])
    axes.yaxis.set_major_formatter(lambda value, _: wording.integer(value, lang))
    axes.grid(visible=False, axis="x")
    axes.set_ylim(bottom=0)
