"""Figures about the shared goal: the ladder, the chance, the frontier, the levers, the targets."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FixedLocator, NullLocator

from alignment import style, vocabulary, wording
from alignment.exhibits import drawing
from alignment.figures.parts import (
    few_ticks,
    height_for,
    named_share,
    percent_axis,
    sentence,
    whiskers,
)
from alignment.shared_goals import Conversions, Plan, Targets
from alignment.text import Language, Text
from alignment.wording import both, decimal, integer, money, percent

BLUE, RED = style.PALETTE[0], style.PALETTE[2]
_RUNGS = {
    "leads": (Text(en="leads", es="leads"), style.TEAM_COLOURS["marketing"]),
    "accepted": (Text(en="accepted", es="aceptados"), BLUE),
    "opportunities": (Text(en="opportunities", es="oportunidades"), style.TEAM_COLOURS["sales"]),
    "wins": (Text(en="wins", es="ganados"), RED),
}
MONTHS_NAMED = 6


def _level(result: Plan | Conversions | Targets) -> Text:
    return both(percent, result.about.level, digits=0)


def _ladder_alt(plan: Plan) -> Text:
    parts = [
        Text(en="{name} {a} to {b} a month", es="{name}, de {a} a {b} al mes").format(
            name=name,
            a=both(integer, plan.months[column].min()),
            b=both(integer, plan.months[column].max()),
        )
        for column, (name, _) in _RUNGS.items()
    ]
    return Text(
        en="Lines with bands, by month of the plan, on a logarithmic scale. {parts}.",
        es="Líneas con bandas, por mes del plan, en escala logarítmica. {parts}.",
    ).format(parts=sentence(parts))


def _ladder_subtitle(plan: Plan) -> Text:
    return Text(
        en="What the plan asks of leads and what it brings, by month, with {level} intervals of "
        "what a month may bring{cut}",
        es="Lo que el plan pide de leads y lo que trae, por mes, con intervalos de {level} de lo "
        "que puede traer un mes{cut}",
    ).format(level=_level(plan), cut=_cut(plan))


def _cut(plan: Plan) -> Text:
    """Say that the last month is planned in part, which looks like a fall."""
    if plan.by >= pd.Period(plan.months["month"].iloc[-1], freq="M").end_time.normalize():
        return Text.same("")
    return Text(
        en="; the last month only up to {day}", es="; el último mes, solo hasta el {day}"
    ).format(day=both(wording.date, plan.by, short=True))


@drawing(alt=_ladder_alt, subtitle=_ladder_subtitle, size=(style.WIDTH, 4.3))
def plan_ladder(axes: Axes, result: Plan, lang: Language, **options: Any) -> None:
    """Draw leads, accepted leads, opportunities and wins by month of the plan."""
    plan = result
    rows = plan.months
    place = np.arange(len(rows))
    for column, (name, colour) in _RUNGS.items():
        values = np.maximum(rows[column].to_numpy(float), 0.5)
        if column != "leads":
            low, high = (np.maximum(rows[f"{column}_{end}"], 0.5) for end in ("low", "high"))
            axes.fill_between(place, low, high, color=colour, alpha=0.16, lw=0)
        axes.plot(place, values, color=colour, marker="o", markersize=3.5)
        axes.annotate(
            name[lang],
            (place[-1], values[-1]),
            xytext=(7, 0),
            textcoords="offset points",
            va="center",
            color=colour,
            fontweight="bold",
        )
    _logarithmic(axes, float(max(rows["leads"].max(), rows["accepted_high"].max())), lang)
    _months(axes, rows["month"], lang)
    axes.set_xlim(-0.3, max(len(rows) - 1, 1) * 1.3 + 0.3)


def _logarithmic(axes: Axes, top: float, lang: Language) -> None:
    axes.set_yscale("log")
    ticks = [t for t in (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000) if t <= top]
    axes.yaxis.set_major_locator(FixedLocator(ticks))
    axes.yaxis.set_minor_locator(NullLocator())
    axes.yaxis.set_major_formatter(lambda value, _: wording.integer(value, lang))
    axes.set_ylim(0.5, top * 1.25)


def _months(axes: Axes, names: pd.Series, lang: Language) -> None:
    step = max(1, -(-len(names) // MONTHS_NAMED))
    shown = [wording.month(pd.Timestamp(f"{n}-01"), lang, short=True) for n in names[::step]]
    axes.set_xticks(range(0, len(names), step), [style.plain(name) for name in shown])


def _monthly(plan: Plan) -> pd.DataFrame:
    return plan.volumes.assign(monthly=plan.volumes["volume"] * plan.pace)


def _marks(plan: Plan) -> list[tuple[Text, float, float]]:
    """Give the volumes that are named: today's, the plan on averages, and the one needed."""
    marks = [(Text(en="today", es="hoy"), 1.0, plan.pace_probability)]
    if np.isfinite(plan.average) and plan.average > 0:
        marks.append((Text(en="averages", es="promedios"), plan.average, plan.average_probability))
    if plan.feasible and plan.needed > 0:
        marks.append((Text(en="plan", es="plan"), plan.needed, plan.probability))
    return marks


def _chance_alt(plan: Plan) -> Text:
    parts = [
        Text(en="{name}: {n} leads a month, {p}", es="{name}: {n} leads al mes, {p}").format(
            name=name, n=both(integer, volume * plan.pace), p=both(percent, chance, digits=0)
        )
        for name, volume, chance in _marks(plan)
    ]
    return Text(
        en="Curve of the probability of the goal, rising with the leads a month{hours}. {parts}.",
        es="Curva de la probabilidad del objetivo, creciente con los leads al mes{hours}. {parts}.",
    ).format(parts=sentence(parts), hours=_falling(plan))


def _falling(plan: Plan) -> Text:
    if plan.effort is None:
        return Text.same("")
    return Text(
        en=", and a second one that falls once the hours of sales run out",
        es=", y otra que cae cuando se agotan las horas de ventas",
    )


def _chance_subtitle(plan: Plan) -> Text:
    known = Text(
        en="; solid with the hours that sales has, dashed without that limit",
        es="; continua con las horas que tiene ventas, con rayas sin ese límite",
    )
    return Text(
        en="Probability of {goal} by the date, by leads a month in the plan's shape{hours}",
        es="Probabilidad de {goal} a la fecha, según los leads al mes con la forma del plan{hours}",
    ).format(
        goal=both(money, plan.goal, currency=plan.currency, compact=True),
        hours=Text.same("") if plan.effort is None else known,
    )


@drawing(alt=_chance_alt, subtitle=_chance_subtitle, size=(style.WIDTH, 4.0))
def goal_chance(axes: Axes, result: Plan, lang: Language, **options: Any) -> None:
    """Draw the probability of the goal by volume, with and without the limit of hours."""
    plan = result
    rows = _monthly(plan)
    solid = "probability" if plan.effort is None else "with_hours"
    axes.plot(rows["monthly"], rows["probability"], "--", color=style.GREY, lw=1.6)
    axes.plot(rows["monthly"], rows[solid], color=BLUE)
    axes.axhline(plan.probability, color=style.MUTED, lw=1, ls=(0, (4, 3)))
    for number, (name, volume, chance) in enumerate(_marks(plan)):
        axes.plot([volume * plan.pace], [chance], "o", color=style.INK, markersize=6)
        axes.annotate(
            name[lang],
            (volume * plan.pace, chance),
            xytext=(-8, 6) if number != 1 else (9, -10),
            textcoords="offset points",
            ha="right" if number != 1 else "left",
            color=style.INK,
        )
    axes.set_ylim(0, 1.02)
    axes.set_xlim(0, rows["monthly"].iloc[-1])
    percent_axis(axes, lang, axis="y")
    axes.xaxis.set_major_formatter(lambda value, _: wording.integer(value, lang))
    axes.set_xlabel(Text(en="leads a month", es="leads al mes")[lang])


def _frontier_alt(plan: Plan) -> Text:
    return Text(
        en="Curve of the expected revenue by leads a month: it rises to {n} leads a month "
        "({interval}) and falls beyond.",
        es="Curva de los ingresos esperados según los leads al mes: sube hasta {n} leads al mes "
        "({interval}) y después baja.",
    ).format(
        n=both(integer, plan.frontier * plan.pace),
        interval=both(
            wording.interval,
            plan.frontier_low * plan.pace,
            plan.frontier_high * plan.pace,
            form=integer,
        ),
    )


def _frontier_subtitle(plan: Plan) -> Text:
    return Text(
        en="Expected revenue in the period by leads a month: solid with the hours that sales has, "
        "dashed without that limit; shaded, the {level} interval of the frontier",
        es="Ingresos esperados en el periodo según los leads al mes: continua con las horas que "
        "tiene ventas, con rayas sin ese límite; sombreado, el intervalo de {level} de la frontera",
    ).format(level=_level(plan))


@drawing(alt=_frontier_alt, subtitle=_frontier_subtitle, size=(style.WIDTH, 4.0))
def capacity_frontier(axes: Axes, result: Plan, lang: Language, **options: Any) -> None:
    """Draw expected revenue by volume, and where more leads begin to lower it."""
    plan = result
    rows = _monthly(plan)
    axes.axvspan(
        plan.frontier_low * plan.pace,
        plan.frontier_high * plan.pace,
        color=style.TEAM_COLOURS["sales"],
        alpha=0.22,
        lw=0,
    )
    axes.plot(rows["monthly"], rows["revenue"], "--", color=style.GREY, lw=1.6)
    axes.plot(rows["monthly"], rows["revenue_with_hours"], color=BLUE)
    axes.axhline(plan.goal, color=style.MUTED, lw=1, ls=(0, (4, 3)))
    axes.annotate(
        Text(en="goal", es="objetivo")[lang],
        (0.99, plan.goal),
        xycoords=("axes fraction", "data"),
        xytext=(0, 4),
        textcoords="offset points",
        ha="right",
        color=style.MUTED,
    )
    axes.set_xlim(0, rows["monthly"].iloc[-1])
    axes.set_ylim(0, max(rows["revenue_with_hours"].max(), plan.goal) * 1.5)
    few_ticks(axes, axis="y")
    _money_axis(axes, plan.currency, lang, axis="y")
    axes.xaxis.set_major_formatter(lambda value, _: wording.integer(value, lang))
    axes.set_xlabel(Text(en="leads a month", es="leads al mes")[lang])


def _money_axis(axes: Axes, currency: str, lang: Language, *, axis: str) -> None:
    chosen = axes.xaxis if axis == "x" else axes.yaxis
    chosen.set_major_formatter(
        lambda value, _: style.plain(money(value, lang, currency=currency, compact=True))
    )


def _levers_alt(plan: Plan) -> Text:
    parts = [
        named_share(
            vocabulary.word(vocabulary.LEVERS, row.lever),
            100 * row.change,
            100 * row.low,
            100 * row.high,
            form=decimal,
        )
        for row in plan.levers.itertuples()
    ]
    return Text(
        en="Dots with intervals of how many points each lever adds to the probability. {parts}.",
        es="Puntos con intervalos de cuántos puntos suma cada palanca a la probabilidad. {parts}.",
    ).format(parts=sentence(parts))


def _levers_subtitle(plan: Plan) -> Text:
    return Text(
        en="Points that one improvement by a tenth adds to the probability of the goal at today's "
        "pace ({now}), with {level} intervals of the simulation",
        es="Puntos que una mejora de una décima parte suma a la probabilidad del objetivo al ritmo "
        "de hoy ({now}), con intervalos de {level} de la simulación",
    ).format(now=both(percent, plan.pace_probability, digits=0), level=_level(plan))


def _levers_size(plan: Plan) -> tuple[float, float]:
    return height_for(len(plan.levers), each=0.5)


@drawing(alt=_levers_alt, subtitle=_levers_subtitle, size=_levers_size)
def goal_levers(axes: Axes, result: Plan, lang: Language, **options: Any) -> None:
    """Draw by how much each lever moves the probability of the goal."""
    plan = result
    rows = plan.levers
    names = [vocabulary.word(vocabulary.LEVERS, lever)[lang] for lever in rows["lever"]]
    change, low, high = (100 * rows[column] for column in ("change", "low", "high"))
    whiskers(axes, names, change, low, high, [BLUE] * len(rows))
    axes.axvline(0, color=style.MUTED, lw=1)
    few_ticks(axes)
    axes.xaxis.set_major_formatter(lambda value, _: wording.decimal(value, lang, digits=0))
    axes.set_xlabel(Text(en="points of probability", es="puntos de probabilidad")[lang])


def _implied_rows(result: Targets) -> pd.DataFrame:
    rows = result.frame[result.frame["metric"] != "revenue"]
    return (rows if len(rows) else result.frame).reset_index(drop=True)


def _implied_name(row: Any) -> Text:
    return Text(en="{team}: {n} {metric}", es="{team}: {n} {metric}").format(
        team=vocabulary.word(vocabulary.TEAMS, row.team),
        n=both(integer, row.target),
        metric=vocabulary.word(vocabulary.GOAL_METRICS, row.metric),
    )


def _implied_alt(result: Targets) -> Text:
    parts = [
        named_share(
            _implied_name(row),
            row.implied,
            row.low,
            row.high,
            form=money,
            currency=result.currency,
            compact=True,
        )
        for row in _implied_rows(result).itertuples()
    ]
    return Text(
        en="Dots with intervals of the revenue that each target implies. {parts}.",
        es="Puntos con intervalos de los ingresos que implica cada objetivo. {parts}.",
    ).format(parts=sentence(parts))


def _implied_subtitle(result: Targets) -> Text:
    return Text(
        en="Revenue that each signed target brings in the end, with {level} intervals; dashed, "
        "the revenue signed for the same periods",
        es="Ingresos que cada objetivo firmado trae al final, con intervalos de {level}; con "
        "rayas, los ingresos firmados para los mismos periodos",
    ).format(level=_level(result))


def _implied_size(result: Targets) -> tuple[float, float]:
    return height_for(len(_implied_rows(result)), each=0.45)


@drawing(alt=_implied_alt, subtitle=_implied_subtitle, size=_implied_size)
def implied_revenue(axes: Axes, result: Targets, lang: Language, **options: Any) -> None:
    """Draw the revenue that each team's targets imply, beside the one signed."""
    rows = _implied_rows(result)
    colours = [style.TEAM_COLOURS.get(team, style.INK) for team in rows["team"]]
    names = [_implied_name(row)[lang] for row in rows.itertuples()]
    whiskers(axes, names, rows["implied"], rows["low"], rows["high"], colours)
    both_sign = result.frame["team"].isin(["both", "sales"])
    for value in result.frame.loc[both_sign & (result.frame["metric"] == "revenue"), "target"]:
        axes.axvline(value, color=style.MUTED, lw=1.2, ls=(0, (4, 3)))
    axes.set_xlim(left=0)
    few_ticks(axes)
    _money_axis(axes, result.currency, lang, axis="x")


def _lags_alt(result: Conversions) -> Text:
    parts = []
    for (start, stage), rows in result.lags.groupby(["from_stage", "stage"], sort=False):
        third = rows.loc[rows["month"] == 2, "cumulated"].iloc[0]
        parts.append(
            Text(en="{step}: {share} in three months", es="{step}: {share} en tres meses").format(
                step=_step(str(start), str(stage)), share=both(percent, third, digits=0)
            )
        )
    return Text(
        en="Curves of how much of each step is made by month. {parts}.",
        es="Curvas de cuánto de cada paso se ha dado según el mes. {parts}.",
    ).format(parts=sentence(parts))


def _step(start: str, stage: str) -> Text:
    return Text(en="{a} → {b}", es="{a} → {b}").format(
        a=vocabulary.word(vocabulary.GOAL_STEPS, start),
        b=vocabulary.word(vocabulary.GOAL_STEPS, stage),
    )


def _lags_subtitle(result: Conversions) -> Text:
    return Text(
        en="Of those who make a step in the end, the share that has made it by month since its "
        "start",
        es="De quienes al final dan un paso, la parte que ya lo ha dado según los meses desde su "
        "inicio",
    )


@drawing(alt=_lags_alt, subtitle=_lags_subtitle, size=(style.WIDTH, 3.8))
def conversion_lags(axes: Axes, result: Conversions, lang: Language, **options: Any) -> None:
    """Draw how fast each step is made."""
    colours = (BLUE, style.TEAM_COLOURS["sales"], RED)
    steps = result.lags.groupby(["from_stage", "stage"], sort=False)
    for colour, ((start, stage), rows) in zip(colours, steps, strict=True):
        shown = rows.iloc[:-1]
        axes.plot(
            [0, *(shown["month"] + 1)],
            [0, *shown["cumulated"]],
            color=colour,
            marker="o",
            markersize=3.5,
            label=_step(str(start), str(stage))[lang],
        )
    axes.set_ylim(0, 1.02)
    axes.set_xlim(left=0)
    percent_axis(axes, lang, axis="y")
    axes.set_xlabel(Text(en="months since the start of the step", es="meses desde el inicio")[lang])
    axes.legend(loc="lower right")
