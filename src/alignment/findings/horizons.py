"""Sentences about the two clocks: what closes this quarter, and what it sowed for later."""

from __future__ import annotations

import pandas as pd

from alignment import vocabulary
from alignment.errors import NotMeasurable
from alignment.exhibits import Finding
from alignment.horizons import WonByAge
from alignment.text import Text
from alignment.wording import both, decimal, integer, interval, money, percent

LATE = ("27-52 weeks", "over 52 weeks")


def _share(result: WonByAge, group: str) -> dict[str, float]:
    rows = result.late_share[result.late_share["group"] == group]
    row = rows.iloc[0] if len(rows) else None
    if row is None or row["too_few"] or not row[["share", "low", "high"]].notna().all():
        raise NotMeasurable(
            Text(
                en="Not measurable: too few wins, or less than a year of history, to tell what "
                "comes after the first quarter.",
                es="No medible: muy pocos negocios ganados, o menos de un año de historia, para "
                "saber qué llega después del primer trimestre.",
            )
        )
    if not row["low"] < row["high"]:
        raise NotMeasurable(
            Text(
                en="Not measurable: all wins lie on one side of week 13, so no share can be told.",
                es="No medible: todo lo ganado cae a un lado de la semana 13; no hay proporción "
                "que dar.",
            )
        )
    return {name: float(row[name]) for name in ("share", "low", "high")}


def _gap(result: WonByAge) -> tuple[float, float]:
    """Give the interval of marketing's late share minus that of sales."""
    rows = result.late_difference.set_index(["group_a", "group_b"])[["low", "high"]]
    if ("marketing", "sales") in rows.index:
        low, high = rows.loc[("marketing", "sales")]
        return float(low), float(high)
    low, high = rows.loc[("sales", "marketing")]
    return -float(high), -float(low)


def late_share(result: WonByAge) -> Finding:
    """Say how much of a year's won value arrives after the quarter of the first touch."""
    found = _share(result, "all")
    values = {
        "share": both(percent, found["share"], digits=0),
        "interval": both(interval, found["low"], found["high"], form=percent, digits=0),
    }
    detail = Text(
        en="Leads still open are counted as such, not as lost. Do not judge an activity only by "
        "the quarter in which it ran.",
        es="Los leads aún abiertos se cuentan como tales, no como perdidos. No juzguen ninguna "
        "actividad solo por el trimestre en que se hizo.",
    )
    if found["low"] > 0.5 or found["high"] < 0.5:
        title = Text(
            en="{share} of what leads bring within a year arrives after the first 13 weeks "
            "({interval})",
            es="El {share} de lo que los leads traen en un año llega después de las primeras "
            "13 semanas ({interval})",
        ).format(**values)
        return Finding("late-share", "claim", title, detail, headline=True)
    title = Text(
        en="Whether most of a year's value comes before or after week 13 is open: {share} after it "
        "({interval})",
        es="No está claro si en un año llega más valor antes o después de la semana 13: "
        "{share} después ({interval})",
    ).format(**values)
    return Finding("late-share", "inconclusive", title, detail, headline=True)


def late_share_by_team(result: WonByAge) -> Finding:
    """Say whether what marketing touched first arrives later than what sales touched first."""
    marketing, sales = _share(result, "marketing"), _share(result, "sales")
    values = {
        "m": both(percent, marketing["share"], digits=0),
        "s": both(percent, sales["share"], digits=0),
        "mi": both(interval, marketing["low"], marketing["high"], form=percent, digits=0),
        "si": both(interval, sales["low"], sales["high"], form=percent, digits=0),
    }
    low, high = _gap(result)
    values["gap"] = both(interval, 100 * low, 100 * high, form=decimal, digits=0)
    apart = low > 0 or high < 0
    if apart:
        later = "marketing" if marketing["share"] > sales["share"] else "sales"
        title = Text(
            en="What {later} touched first arrives later: {m} after week 13 for marketing, "
            "{s} for sales",
            es="Lo que tocó primero {later} llega más tarde: {m} después de la semana 13 en "
            "marketing, {s} en ventas",
        ).format(later=vocabulary.TEAMS[later], **values)
    else:
        title = Text(
            en="No clear difference in timing between the teams: {m} arrives after week 13 where "
            "marketing was first, {s} where sales was",
            es="Sin diferencia clara de plazo entre áreas: llega después de la semana 13 el {m} "
            "donde marketing fue primero y el {s} donde lo fue ventas",
        ).format(**values)
    detail = Text(
        en="Intervals: marketing {mi}, sales {si}, their difference {gap} points. The team of "
        "first touch describes where a lead "
        "began; it does not say what either team's work achieves.",
        es="Intervalos: marketing {mi}, ventas {si}, su diferencia {gap} puntos. El área de la "
        "primera interacción dice dónde "
        "empezó el lead; no dice qué consigue el trabajo de cada área.",
    ).format(**values)
    return Finding("late-share-by-team", "claim" if apart else "inconclusive", title, detail)


def _no_harvest(frame: pd.DataFrame) -> Text:
    """Say why the last full quarter shows no value."""
    if not len(frame):
        return Text(
            en="Not measurable: no full calendar quarter was observed yet.",
            es="No medible: todavía no se observó un trimestre calendario completo.",
        )
    wins = int(frame["wins"].sum())
    quarter = vocabulary.quarter(frame["quarter"].iloc[0])
    if not wins:
        return Text(
            en="Not measurable: nothing was won in {quarter}, the last full quarter.",
            es="No medible: no se ganó nada en {quarter}, el último trimestre completo.",
        ).format(quarter=quarter)
    return Text(
        en="Not measurable: {n} were won in {quarter}, the last full quarter, none with an amount.",
        es="No medible: en {quarter}, el último trimestre completo, se ganaron {n}, ninguno con "
        "importe.",
    ).format(n=both(integer, wins), quarter=quarter)


def harvest_age(result: WonByAge) -> Finding:
    """Say how much of the last full quarter's won value was first touched over two quarters ago."""
    frame = result.this_quarter
    total = float(frame["value"].sum())
    if not total:
        raise NotMeasurable(_no_harvest(frame))
    old = float(frame.loc[frame["age"].isin(LATE), "value"].sum())
    wins = int(frame.loc[frame["age"].isin(LATE), "wins"].sum())
    title = Text(
        en="{share} of the value won in {quarter}, the last full quarter, was first touched more "
        "than two quarters before",
        es="El {share} del valor ganado en {quarter}, el último trimestre completo, se tocó por "
        "primera vez más de dos "
        "trimestres antes",
    ).format(
        share=both(percent, old / total, digits=0),
        quarter=vocabulary.quarter(frame["quarter"].iloc[0]),
    )
    currency = result.currency
    amount = (
        both(integer, old)
        if currency is None
        else both(money, old, currency=currency, compact=True)
    )
    detail = Text(
        en="An exact count, so without an interval: {wins} of {all} wins, {amount}. Few deals, "
        "large amounts: one deal can move this share.",
        es="Un conteo exacto, por eso sin intervalo: {wins} de {all} negocios, {amount}. Pocos "
        "negocios y montos grandes: uno solo puede mover esta proporción.",
    ).format(wins=both(integer, wins), all=both(integer, int(frame["wins"].sum())), amount=amount)
    return Finding("harvest-age", "claim", title, detail)


def still_filling(result: WonByAge) -> Finding:
    """Say which quarters of first touches are not decided yet, by the age at which leads are."""
    frame = result.by_quarter
    if not result.settled_weeks > 0:
        raise NotMeasurable(
            Text(
                en="Not measurable: too few wins, or less than a quarter of history, to tell by "
                "which age leads are decided.",
                es="No medible: muy pocos negocios ganados, o menos de un trimestre de historia, "
                "para saber a qué edad se deciden los leads.",
            )
        )
    young = frame[frame["young"] > 0]
    open_leads = int(young.loc[young["when"] == "still open", "young"].sum())
    values = {
        "weeks": both(integer, result.settled_weeks),
        "horizon": both(integer, result.horizon_weeks),
        "open": both(integer, open_leads),
        "all": both(integer, int(young["young"].sum())),
    }
    detail = Text(
        en="By week {weeks} after the first touch, 90% of what is won within {horizon} weeks has "
        "been won. A bar that is lower on the right is young, not weak: compare quarters only at "
        "the same age.",
        es="A la semana {weeks} de la primera interacción se ha ganado el 90 % de lo que se "
        "gana en {horizon} semanas. Una barra más baja a la derecha es joven, no débil: comparen "
        "trimestres solo a la misma edad.",
    ).format(**values)
    if not open_leads:
        title = Text(
            en="No quarter is still filling: no lead younger than {weeks} weeks is open",
            es="Ningún trimestre se sigue llenando: no hay leads abiertos de menos de {weeks} "
            "semanas",
        ).format(**values)
        return Finding("still-filling", "claim", title, detail)
    title = Text(
        en="The quarters from {first} on are still filling: {open} of their {all} leads younger "
        "than {weeks} weeks are open",
        es="Los trimestres desde {first} aún se llenan: siguen abiertos {open} de sus {all} leads "
        "de menos de {weeks} semanas",
    ).format(first=vocabulary.quarter(min(young["quarter"])), **values)
    return Finding("still-filling", "claim", title, detail)
