"""Figures about what moves the clock: the effect of the wait, odds by touch, group and season."""

from __future__ import annotations

from typing import Any

import pandas as pd
from matplotlib.axes import Axes

from alignment import style, vocabulary, wording
from alignment.exhibits import drawing
from alignment.figures.parts import dots, height_for, named_share, sentence, whiskers
from alignment.lead_to_close import Hazard, SpeedToLead
from alignment.text import Language, Text
from alignment.wording import both, decimal, percent


def _speed_rows(result: SpeedToLead) -> pd.DataFrame:
    return result.effect[result.effect["change"].notna()]


def _speed_alt(result: SpeedToLead) -> Text:
    parts = [
        named_share(
            vocabulary.word(vocabulary.SPEED_ESTIMATES, row.estimate),
            row.change,
            row.change_low,
            row.change_high,
        )
        for row in _speed_rows(result).itertuples()
    ]
    return Text(
        en="Dots with intervals of the change in the number of opportunities for a doubled wait. "
        "{parts}.",
        es="Puntos con intervalos del cambio en el número de oportunidades al duplicarse la "
        "espera. {parts}.",
    ).format(parts=sentence(parts))


def _speed_subtitle(result: SpeedToLead) -> Text:
    return Text(
        en="Change in the number of opportunities when the wait for sales doubles, with {level} "
        "intervals",
        es="Cambio en el número de oportunidades cuando la espera por ventas se duplica, con "
        "intervalos de {level}",
    ).format(level=both(percent, result.about.level, digits=0))


@drawing(alt=_speed_alt, subtitle=_speed_subtitle, size=height_for(3))
def speed_effect(axes: Axes, result: SpeedToLead, lang: Language, **options: Any) -> None:
    """Draw the three estimates of the effect of a doubled wait."""
    rows = _speed_rows(result)
    colours = {"naive": style.GREY, "adjusted": style.TEAM_COLOURS["sales"]}
    dots(
        axes,
        lang,
        [vocabulary.word(vocabulary.SPEED_ESTIMATES, name)[lang] for name in rows["estimate"]],
        rows,
        [colours.get(name, style.PALETTE[0]) for name in rows["estimate"]],
        ("change", "change_low", "change_high"),
    )
    axes.axvline(0, color=style.MUTED, linewidth=1)


def _odds_rows(result: Hazard, end: str) -> pd.DataFrame:
    kept = (result.frame["end"] == end) & ~result.frame["too_few"] & (result.frame["term"] != "age")
    return result.frame[kept]


def _odds_name(row: Any) -> Text:
    term = vocabulary.word(vocabulary.HAZARD_TERMS, row.term)
    level = vocabulary.word(vocabulary.HAZARD_LEVELS, row.level)
    name = Text(en="{term}: {level}", es="{term}: {level}").format(term=term, level=level)
    return Text(en=name.en[:1].upper() + name.en[1:], es=name.es[:1].upper() + name.es[1:]).format()


def _odds_alt(result: Hazard, *, end: str = "won") -> Text:
    parts = [
        named_share(
            Text(en="{name} ×", es="{name} ×").format(name=_odds_name(row)),
            row.odds_ratio,
            row.low,
            row.high,
            form=decimal,
            digits=2,
        )
        for row in _odds_rows(result, end).itertuples()
    ]
    return Text(
        en="Dots with intervals of the ratio of the weekly odds. {parts}.",
        es="Puntos con intervalos de la razón de momios semanales. {parts}.",
    ).format(parts=sentence(parts or [Text(en="No level", es="Ningún nivel")]))


def _odds_subtitle(result: Hazard, *, end: str = "won") -> Text:
    return Text(
        en="Ratio of the weekly odds of being {end} against the reference level, all else held "
        "equal, with {level} intervals",
        es="Razón de momios semanales de ser {end} frente al nivel de referencia, con "
        "lo demás igual, con intervalos de {level}",
    ).format(end=vocabulary.ENDS[end], level=both(percent, result.about.level, digits=0))


def _odds_size(result: Hazard, *, end: str = "won") -> tuple[float, float]:
    return height_for(len(_odds_rows(result, end)))


@drawing(alt=_odds_alt, subtitle=_odds_subtitle, size=_odds_size)
def odds_ratios(
    axes: Axes, result: Hazard, lang: Language, *, end: str = "won", **options: Any
) -> None:
    """Draw the odds ratios of an end on a logarithmic axis."""
    rows = _odds_rows(result, end)
    whiskers(
        axes,
        [_odds_name(row)[lang] for row in rows.itertuples()],
        rows["odds_ratio"],
        rows["low"],
        rows["high"],
        [style.PALETTE[0]] * len(rows),
    )
    axes.set_xscale("log", base=2)
    axes.axvline(1, color=style.MUTED, linewidth=1)
    axes.xaxis.set_major_formatter(
        lambda value, _: wording.decimal(value, lang, digits=2 if value < 0.5 else int(value < 1))
    )
