"""Sentences about the shared goal: what it takes, and where it breaks."""

from __future__ import annotations

import numpy as np
import pandas as pd

from alignment import vocabulary
from alignment.errors import NotMeasurable
from alignment.exhibits import Finding
from alignment.shared_goals import Conversions, Plan
from alignment.text import Text
from alignment.wording import amount, both, date, days, decimal, integer, interval, percent

_ALONE = Text(
    en="Each is moved alone, by a tenth, at today's pace; what each costs is not in the data.",
    es="Cada una se mueve sola, en una décima parte, al ritmo de hoy; lo que cuesta cada una no "
    "está en los datos.",
)
FEW = 0.5  # points of percent below which a change of the chance is none


def chance(share: float) -> Text:
    """Write a probability of the simulation, which is never quite certain."""
    if share >= 0.995:
        return Text(en="more than 99%", es="más de 99\u00a0%")
    if share <= 0.005:
        return Text(en="less than 1%", es="menos de 1\u00a0%")
    return both(percent, share, digits=0)


def _goal(plan: Plan) -> dict[str, Text]:
    return {
        "goal": both(amount, plan.goal, currency=plan.currency),
        "by": both(date, plan.by),
        "p": both(percent, plan.probability, digits=0),
    }


def goal_plan(plan: Plan) -> Finding:
    """Say what the goal takes, or that it is not feasible and what is."""
    if not plan.feasible:
        return _not_feasible(plan)
    leads, monthly = plan.leads_at(plan.needed), plan.needed * plan.pace
    if plan.needed <= 0:
        title = Text(
            en="{goal} by {by} is reached with {p} probability even without new leads: the open "
            "deals and the leads that are there suffice",
            es="{goal} al {by} se alcanza con {p} de probabilidad aun sin leads nuevos: bastan "
            "los negocios abiertos y los leads que ya están",
        ).format(**_goal(plan))
    elif plan.needed <= 1:
        title = Text(
            en="{goal} by {by} asks for less than today's pace: {n} leads a month reach it with "
            "{p} probability, and {pace} come",
            es="{goal} al {by} pide menos que el ritmo de hoy: {n} leads al mes lo alcanzan con "
            "{p} de probabilidad, y llegan {pace}",
        ).format(n=both(integer, monthly), pace=both(integer, plan.pace), **_goal(plan))
    else:
        title = Text(
            en="{goal} by {by} with {p} probability takes {leads} leads, {n} a month (today: "
            "{pace}){hours}",
            es="{goal} al {by} con {p} de probabilidad pide {leads} leads, {n} al mes (hoy: "
            "{pace}){hours}",
        ).format(
            leads=both(integer, leads),
            n=both(integer, monthly),
            pace=both(integer, plan.pace),
            hours=_weekly_hours(plan),
            **_goal(plan),
        )
    return Finding("goal-plan", "claim", title, _in_detail(plan), headline=True)


def _weekly_hours(plan: Plan) -> Text:
    if not np.isfinite(plan.weekly_hours):
        return Text.same("")
    return Text(en=" and {h} hours of sales a week", es=" y {h} horas de ventas por semana").format(
        h=both(integer, plan.weekly_hours)
    )


def goal_chances(plan: Plan) -> Finding:
    """Say how often today's pace and a plan on averages reach the goal."""
    low, high = plan.pace_interval
    title = Text(
        en="Today's pace, {pace} leads a month, reaches the goal {now} of the time{average}",
        es="El ritmo de hoy, {pace} leads al mes, alcanza el objetivo {now} de las veces{average}",
    )
    average = Text.same("")
    if 0 < plan.average < np.inf:
        average = Text(
            en="; a plan on averages, {n0} leads, {p0}",
            es="; un plan con promedios, {n0} leads, {p0}",
        ).format(n0=both(integer, plan.average * plan.pace), p0=chance(plan.average_probability))
    detail = Text(
        en="At today's pace the period brings {interval}.",
        es="Al ritmo de hoy el periodo trae {interval}.",
    ).format(interval=both(interval, low, high, form=amount, currency=plan.currency))
    title = title.format(
        pace=both(integer, plan.pace), now=chance(plan.pace_probability), average=average
    )
    return Finding("goal-chances", "claim", title, detail)


def _in_detail(plan: Plan) -> Text:
    """Tell the revenue of the plan, and what becomes of a plan on averages and of today's pace."""
    average = Text(
        en="A plan on averages ({n0} leads a month) would reach it {p0} of the time; today's "
        "pace, {now}.",
        es="Un plan con promedios ({n0} leads al mes) llegaría {p0} de las veces; el ritmo de "
        "hoy, {now}.",
    )
    if not 0 < plan.average < np.inf:
        average = Text(
            en="Today's pace reaches it {now} of the time.",
            es="El ritmo de hoy llega {now} de las veces.",
        )
        average = average.format(now=chance(plan.pace_probability))
    else:
        average = average.format(
            n0=both(integer, plan.average * plan.pace),
            p0=chance(plan.average_probability),
            now=chance(plan.pace_probability),
        )
    return Text(
        en="In the middle case the plan wins {revenue} ({interval}); the months add up to its "
        "mean, {expected}{won}. {average}",
        es="En el caso intermedio, el plan gana {revenue} ({interval}); los meses suman su media, "
        "{expected}{won}. {average}",
    ).format(
        revenue=both(amount, plan.revenue, currency=plan.currency),
        expected=both(amount, plan.expected, currency=plan.currency),
        won=_already(plan),
        interval=both(
            interval, plan.revenue_low, plan.revenue_high, form=amount, currency=plan.currency
        ),
        average=average,
    )


def _already(plan: Plan) -> Text:
    """Say that a plan that has begun counts what is won already, which no month to come holds."""
    if plan.already <= 0:
        return Text.same("")
    return Text(en=", with the {won} won so far", es=", con los {won} ya ganados").format(
        won=both(amount, plan.already, currency=plan.currency)
    )


def _not_feasible(plan: Plan) -> Finding:
    title = Text(
        en="{goal} by {by} with {p} probability is not feasible: {n} leads a month, the best "
        "volume, reach it {chance} of the time",
        es="{goal} al {by} con {p} de probabilidad no es viable: {n} leads al mes, el mejor "
        "volumen, lo alcanzan {chance} de las veces",
    ).format(
        n=both(integer, plan.volume * plan.pace),
        chance=chance(plan.volume_probability),
        **_goal(plan),
    )
    later = Text.same("")
    if plan.nearest_by is not None:
        later = Text(en=", or the same goal by {day}", es=", o el mismo objetivo al {day}").format(
            day=both(date, plan.nearest_by)
        )
    detail = Text(
        en="Nearest that is feasible with {p}: {near} by {by}{later}. {rest}",
        es="Lo más cercano viable con {p}: {near} al {by}{later}. {rest}",
    ).format(
        near=both(amount, plan.nearest_goal, currency=plan.currency),
        later=later,
        rest=_in_detail(plan),
        p=_goal(plan)["p"],
        by=_goal(plan)["by"],
    )
    return Finding("goal-plan", "claim", title, detail, headline=True)


def conversion_rates(result: Conversions) -> Finding:
    """Say what 100 leads become, how long a win takes, and what it is worth."""
    step = result.steps.set_index("stage")
    accepted, opened, won = (step.loc[name] for name in ("accepted", "opportunity", "won"))
    title = Text(
        en="Of 100 leads {a} are accepted ({ia}) and {o} become opportunities ({io}); of 100 "
        "opportunities {w} are won ({iw})",
        es="De 100 leads se aceptan {a} ({ia}) y {o} llegan a oportunidad ({io}); de 100 "
        "oportunidades se ganan {w} ({iw})",
    ).format(
        a=_of_100(accepted),
        ia=_interval_100(accepted),
        o=_of_100(opened),
        io=_interval_100(opened),
        w=_of_100(won),
        iw=_interval_100(won),
    )
    worth = result.value.iloc[0]
    detail = Text(
        en="Half of the wins come within {d} of the opportunity. A win is worth {v} on average "
        "({iv}), from {n} of them.",
        es="La mitad de los negocios que se ganan se gana en {d} desde la oportunidad. Un negocio "
        "ganado vale {v} en promedio ({iv}), según {n} ganados.",
    ).format(
        d=both(days, won["median_days"]),
        v=both(amount, worth["mean"], currency=result.currency),
        iv=both(interval, worth["low"], worth["high"], form=amount, currency=result.currency),
        n=both(integer, worth["wins"]),
    )
    return Finding("conversion-rates", "claim", title, detail)


def _of_100(row: pd.Series) -> Text:
    return both(decimal, 100 * row["share"])


def _interval_100(row: pd.Series) -> Text:
    return both(interval, 100 * row["low"], 100 * row["high"], form=decimal)


def capacity_frontier(plan: Plan) -> Finding:
    """Say beyond which volume more leads lower revenue."""
    if plan.effort is None or plan.no_effort is not None:
        assert plan.no_effort is not None
        raise NotMeasurable(plan.no_effort)
    effort = plan.effort
    used = Text(
        en="Today {used} of the {hours} monthly hours are used; a lead takes {l} h and an "
        "opportunity {o} h, {source}.",
        es="Hoy se usa el {used} de las {hours} horas mensuales; un lead lleva {l} h y una "
        "oportunidad {o} h, {source}.",
    ).format(
        used=both(percent, effort.used, digits=0),
        hours=both(integer, effort.hours),
        l=both(decimal, effort.per_lead),
        o=both(decimal, effort.per_opportunity),
        source=Text(en="as the teams state", es="según indican las áreas")
        if effort.source == "stated"
        else Text(
            en="if the busiest quarter used all its hours",
            es="si el trimestre más cargado usó todas sus horas",
        ),
    )
    top = plan.volumes["volume"].iloc[-1]
    if plan.frontier >= top - 1e-9:
        title = Text(
            en="Up to {n} leads a month, {k} times today's, the hours of sales do not run out",
            es="Hasta {n} leads al mes, {k} veces los de hoy, no faltan horas de ventas",
        ).format(n=both(integer, top * plan.pace), k=both(integer, top))
        return Finding("capacity-frontier", "claim", title, used)
    title = Text(
        en="Beyond {n} leads a month ({interval}) more leads lower revenue: the hours of sales "
        "run out",
        es="Más allá de {n} leads al mes ({interval}), más leads reducen los ingresos: se agotan "
        "las horas de ventas",
    ).format(
        n=both(integer, plan.frontier * plan.pace),
        interval=both(
            interval, plan.frontier_low * plan.pace, plan.frontier_high * plan.pace, form=integer
        ),
    )
    return Finding("capacity-frontier", "claim", title, used, headline=True)


def first_lever(plan: Plan) -> Finding:
    """Say which single improvement by a tenth moves the probability most."""
    rows = plan.levers
    first, second = rows.iloc[0], rows.iloc[1]
    said = {
        "lever": vocabulary.word(vocabulary.LEVERS, first["lever"]),
        "change": both(decimal, 100 * first["change"]),
        "interval": both(interval, 100 * first["low"], 100 * first["high"], form=decimal),
        "now": chance(plan.pace_probability),
    }
    if first["low"] <= FEW / 100:
        title = Text(
            en="No single improvement by a tenth moves the chance of the goal, {now} at today's "
            "pace: at most {change} points ({interval})",
            es="Ninguna mejora de una décima parte mueve la probabilidad del objetivo, {now} al "
            "ritmo de hoy: a lo sumo {change} puntos ({interval})",
        )
        return Finding("first-lever", "inconclusive", title.format(**said))
    rest = {
        "second": _lowered(vocabulary.word(vocabulary.LEVERS, second["lever"])),
        "points": both(decimal, 100 * second["change"]),
        "other": both(interval, 100 * second["low"], 100 * second["high"], form=decimal),
    }
    if first["low"] <= second["high"]:
        title = Text(
            en="Which lever moves the chance of the goal most is open: {lever}, {change} points "
            "({interval}), or {second}, {points} ({other})",
            es="No se sabe qué palanca mueve más la probabilidad del objetivo: {lever}, {change} "
            "puntos ({interval}), o {second}, {points} ({other})",
        ).format(**{**said, **rest, "lever": _lowered(said["lever"])})
        return Finding("first-lever", "inconclusive", title, _ALONE)
    title = Text(
        en="{lever}: that moves the chance of the goal most, by {change} points ({interval}) from "
        "{now}; next, {second}, {points}",
        es="{lever}: eso mueve más la probabilidad del objetivo, {change} puntos ({interval}) "
        "desde {now}; después, {second}, {points}",
    )
    return Finding("first-lever", "claim", title.format(**said, **rest), _ALONE)


def _lowered(words: Text) -> Text:
    return Text(en=words.en[:1].lower() + words.en[1:], es=words.es[:1].lower() + words.es[1:])
