"""Figures about the two clocks: what closes now, what closes later, and when it was sown."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from alignment import style, vocabulary, wording
from alignment.exhibits import drawing
from alignment.figures.parts import (
    few_ticks,
    numbers_at_risk,
    percent_axis,
    sentence,
    whiskers,
)
from alignment.horizons import WonByAge
from alignment.text import Language, Text
from alignment.wording import both, integer, interval, money, percent

NOT_OBSERVED = Text(en="not fully observed", es="no observado del todo")
# One hue from light (now) to dark (late), so that it reads in grey print too.
WHEN_COLOURS = dict(
    zip(vocabulary.WHEN_WON, ("#f6c98e", "#e9993f", "#c86a12", "#8d4306", "#4f2402"), strict=True)
)


# What the groups of a result are, and their colours.
ORIGINS = {
    "first_team": Text(en="team of first touch", es="área de la primera interacción"),
    "objective": Text(
        en="objective of the campaign that brought the lead",
        es="objetivo de la campaña que trajo el lead",
    ),
}
COLOURS = {**style.TEAM_COLOURS, "brand": style.PALETTE[0], "activation": style.PALETTE[3]}


def origin(result: WonByAge) -> Text:
    """Say what the groups are."""
    return ORIGINS.get(result.by, Text.same(result.by))


def amount(result: WonByAge, value: float) -> Text:
    """Write a value in the currency of the result, or as a bare number where there is none."""
    if result.currency is None:
        return both(integer, value)
    return both(money, value, currency=result.currency, compact=True)


def _money_axis(axes: Axes, axis: str, result: WonByAge, lang: Language) -> None:
    few_ticks(axes, axis=axis)
    chosen = axes.xaxis if axis == "x" else axes.yaxis
    chosen.set_major_formatter(lambda value, _: amount(result, value)[lang])


def _level(result: WonByAge) -> Text:
    return both(percent, result.about.level, digits=0)


def _value_rows(result: WonByAge, group: str) -> pd.DataFrame:
    rows = result.frame
    shown = (rows["group"] == group) & rows["value_per_100"].notna() & ~rows["too_few"]
    return rows[shown]


def _value_alt(result: WonByAge, *, group: str = "all") -> Text:
    parts = [
        Text(
            en="{value} by week {week} ({interval})", es="{value} a la semana {week} ({interval})"
        ).format(
            value=amount(result, row.value_per_100),
            week=both(integer, row.weeks),
            interval=_amounts(result, row.value_low, row.value_high),
        )
        for row in _value_rows(result, group).itertuples()
    ]
    return Text(
        en="Rising points with intervals: value won by 100 leads by weeks since first touch. "
        "{parts}.",
        es="Puntos crecientes con intervalos: valor ganado por 100 leads por semanas desde la "
        "primera interacción. {parts}.",
    ).format(parts=sentence(parts))


def _amounts(result: WonByAge, low: float, high: float) -> Text:
    return Text(en="{low} to {high}", es="entre {low} y {high}").format(
        low=amount(result, low), high=amount(result, high)
    )


def _value_subtitle(result: WonByAge, *, group: str = "all") -> Text:
    return Text(
        en="Value won by 100 leads, by weeks since first touch, with {level} intervals; "
        "the line marks the end of the first quarter",
        es="Valor ganado por cada 100 leads, por semanas desde la primera interacción, con "
        "intervalos "
        "de {level}; la línea marca el fin del primer trimestre",
    ).format(level=_level(result))


@drawing(alt=_value_alt, subtitle=_value_subtitle)
def won_value(
    axes: Axes, result: WonByAge, lang: Language, *, group: str = "all", **options: Any
) -> None:
    """Draw the value won by 100 leads by weeks since their first touch."""
    rows = _value_rows(result, group)
    weeks = [0, *rows["weeks"]]
    axes.fill_between(
        weeks,
        [0, *rows["value_low"]],
        [0, *rows["value_high"]],
        color=style.PALETTE[0],
        alpha=0.2,
        lw=0,
    )
    axes.plot(weeks, [0, *rows["value_per_100"]], "o-", color=style.PALETTE[0])
    axes.axvline(13, color=style.MUTED, linewidth=1, linestyle=(0, (4, 3)))
    numbers_at_risk(
        axes,
        lang,
        list(rows["weeks"]),
        [list(rows["at_risk"])],
        label=Text(en="weeks since first touch", es="semanas desde la primera interacción"),
        at_risk=Text(en="under observation", es="en observación"),
    )
    axes.set_ylim(bottom=0)
    axes.set_xlim(left=0)
    _money_axis(axes, "y", result, lang)


def _late_rows(result: WonByAge) -> pd.DataFrame:
    return result.late_share.query("not too_few and share.notna()")


def _late_alt(result: WonByAge) -> Text:
    parts = [
        Text(en="{name} {share} ({interval})", es="{name} {share} ({interval})").format(
            name=vocabulary.word(vocabulary.KEYS, row.group),
            share=both(percent, row.share, digits=0),
            interval=both(interval, row.low, row.high, form=percent, digits=0),
        )
        for row in _late_rows(result).itertuples()
    ]
    return Text(
        en="Dots with intervals of the late share, by {origin}. {parts}.",
        es="Puntos con intervalos de la parte tardía, por {origin}. {parts}.",
    ).format(parts=sentence(parts), origin=origin(result))


def _late_subtitle(result: WonByAge) -> Text:
    return Text(
        en="Of the value won within a year of the first touch, the part won after week 13, "
        "by {origin}, with {level} intervals",
        es="Del valor ganado en el año de la primera interacción, la parte ganada tras la semana "
        "13, por {origin}, con intervalos de {level}",
    ).format(level=_level(result), origin=origin(result))


@drawing(alt=_late_alt, subtitle=_late_subtitle, size=(style.WIDTH, 2.7))
def late_shares(axes: Axes, result: WonByAge, lang: Language, **options: Any) -> None:
    """Draw the late share of each team of first touch."""
    rows = _late_rows(result)
    names = [
        f"{vocabulary.word(vocabulary.KEYS, row.group)[lang]} · {wording.integer(row.leads, lang)}"
        for row in rows.itertuples()
    ]
    colours = [COLOURS.get(str(group), style.INK) for group in rows["group"]]
    whiskers(axes, names, rows["share"], rows["low"], rows["high"], colours)
    axes.set_xlim(0, 1)
    percent_axis(axes, lang)


def _age_alt(result: WonByAge) -> Text:
    sums = result.this_quarter.groupby("age", observed=False)["value"].sum()
    parts = [
        Text(en="{age} {value}", es="{age} {value}").format(
            age=vocabulary.AGES[str(age)], value=amount(result, value)
        )
        for age, value in sums.items()
    ]
    return Text(
        en="Bars of the value won in the last full quarter by weeks since first touch. {parts}.",
        es="Barras del valor ganado en el último trimestre completo por semanas desde la primera "
        "interacción. {parts}.",
    ).format(parts=sentence(parts))


def _age_subtitle(result: WonByAge) -> Text:
    quarter = vocabulary.quarter(result.this_quarter["quarter"].iloc[0])
    if result.by != "first_team":
        return Text(
            en="Value won in {quarter} by age since first touch and {origin}. Exact sums",
            es="Valor ganado en {quarter} por antigüedad de la primera interacción y {origin}. "
            "Sumas exactas",
        ).format(quarter=quarter, origin=origin(result))
    return Text(
        en="Value won in {quarter} by age since first touch; violet: marketing was first, "
        "orange: sales was. Exact sums",
        es="Valor ganado en {quarter} por antigüedad de la primera interacción; violeta: primero "
        "marketing, naranja: primero ventas. Sumas exactas",
    ).format(quarter=quarter)


@drawing(alt=_age_alt, subtitle=_age_subtitle, size=(style.WIDTH, 3.2))
def quarter_by_age(axes: Axes, result: WonByAge, lang: Language, **options: Any) -> None:
    """Draw what the last full quarter won by the age of its first touch."""
    wide = result.this_quarter.pivot_table(
        index="age", columns="group", values="value", aggfunc="sum", observed=False
    ).fillna(0.0)
    places = np.arange(len(wide))[::-1]
    start = np.zeros(len(wide))
    for group in wide.columns:
        axes.barh(
            places,
            wide[group],
            left=start,
            height=0.62,
            color=COLOURS.get(str(group), style.GREY),
            label=vocabulary.word(vocabulary.KEYS, group)[lang] if wide[group].any() else None,
        )
        start += wide[group].to_numpy()
    if result.by != "first_team":
        axes.legend(ncols=3, loc="upper center", bbox_to_anchor=(0.4, -0.12), fontsize=9)
    axes.set_yticks(places, [vocabulary.AGES[str(age)][lang] for age in wide.index])
    axes.grid(visible=False, axis="y")
    axes.grid(visible=True, axis="x")
    _money_axis(axes, "x", result, lang)


def _cohort_values(result: WonByAge) -> pd.DataFrame:
    rows = result.by_quarter[result.by_quarter["when"].isin(list(vocabulary.WHEN_WON))]
    wide = rows.pivot_table(
        index="quarter", columns="when", values="value", aggfunc="sum", observed=False
    )
    return wide.reindex(columns=list(vocabulary.WHEN_WON)).fillna(0.0)


def _cohorts_alt(result: WonByAge) -> Text:
    parts = [
        Text(en="{quarter} {value}", es="{quarter} {value}").format(
            quarter=vocabulary.quarter(quarter), value=amount(result, value)
        )
        for quarter, value in _cohort_values(result).sum(axis=1).items()
    ]
    parts += [
        Text(en="{quarter} {words}", es="{quarter} {words}").format(
            quarter=vocabulary.quarter(quarter), words=NOT_OBSERVED
        )
        for quarter in _truncated(result)
    ]
    return Text(
        en="Stacked bars of the value won so far by quarter of first touch. {parts}.",
        es="Barras apiladas del valor ganado hasta hoy por trimestre de la primera interacción. "
        "{parts}.",
    ).format(parts=sentence(parts))


def _cohorts_subtitle(result: WonByAge) -> Text:
    return Text(
        en="Value won so far by quarter of first touch, stacked by when it was won. "
        "Young quarters are still filling: do not read them as a fall",
        es="Valor ganado hasta hoy por trimestre de la primera interacción, apilado según cuándo "
        "se "
        "ganó. Los trimestres jóvenes aún se llenan: no los lean como una caída",
    )


def _quarter_tick(quarter: str, lang: Language, *, first: bool) -> str:
    """Write the quarter, and its year under the first drawn and the first of each year only."""
    year, _, number = quarter.partition("Q")
    below = f"\n{year}" if first or number == "1" else ""
    return f"{'Q' if lang == 'en' else 'T'}{number}{below}"


def _truncated(result: WonByAge) -> list[str]:
    """List the quarters whose early wins may be missing, since closings were not yet recorded."""
    rows = result.by_quarter
    return list(dict.fromkeys(rows.loc[rows["truncated"], "quarter"].astype("str")))


def _mark_truncated(axes: Axes, result: WonByAge, wide: pd.DataFrame, lang: Language) -> None:
    """Hatch the quarters that were not fully observed, over their bars."""
    hidden = [place for place, q in enumerate(wide.index) if str(q) in _truncated(result)]
    if not hidden:
        return
    tops = np.maximum(wide.sum(axis=1).to_numpy()[hidden], 0.04 * wide.sum(axis=1).max())
    axes.bar(
        hidden,
        tops,
        width=0.7,
        facecolor="none",
        edgecolor=style.MUTED,
        hatch="////",
        linewidth=0,
        label=NOT_OBSERVED[lang],
    )


@drawing(alt=_cohorts_alt, subtitle=_cohorts_subtitle, size=(style.WIDTH, 4.4))
def cohorts(axes: Axes, result: WonByAge, lang: Language, **options: Any) -> None:
    """Draw what each quarter of first touches has won, by when."""
    wide = _cohort_values(result)
    places = np.arange(len(wide))
    start = np.zeros(len(wide))
    for when in vocabulary.WHEN_WON:
        axes.bar(
            places,
            wide[when],
            bottom=start,
            width=0.7,
            color=WHEN_COLOURS[when],
            label=vocabulary.WHEN_WON[when][lang],
        )
        start += wide[when].to_numpy()
    _mark_truncated(axes, result, wide, lang)
    ticks = [_quarter_tick(str(q), lang, first=not n) for n, q in enumerate(wide.index)]
    axes.set_xticks(places, ticks)
    axes.legend(ncols=3, loc="upper center", bbox_to_anchor=(0.45, -0.16), fontsize=9)
    axes.set_ylim(bottom=0)
    _money_axis(axes, "y", result, lang)
