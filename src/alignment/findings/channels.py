"""Sentences about channels: what experiments measured of them, and when each is paid back."""

from __future__ import annotations

import pandas as pd

from alignment import vocabulary
from alignment.errors import NotMeasurable
from alignment.exhibits import Finding
from alignment.findings.brand import span
from alignment.findings.checks import rests_on_model, why
from alignment.findings.long_short import EMPTY, joined, named
from alignment.horizons import Channels, Diagnostics, Lifts, LongShort
from alignment.horizons.channels import ASSUMPTION, EXPERIMENT, NONE
from alignment.horizons.effects import MARKETING
from alignment.horizons.experiments import LEFT_OUT
from alignment.horizons.model import LAST_WEEK, YEAR_WEEKS
from alignment.text import Text
from alignment.wording import both, decimal, integer, interval


def experiments_measured(result: LongShort, checks: Diagnostics | None = None) -> Finding:
    """Say what the experiments of the data measured; the weekly model has no part in it.

    What the model made of them is said only where it may be believed.
    """
    lifts = result.lifts
    if lifts is None or not (len(lifts.pooled) or len(lifts.left_out)):
        raise NotMeasurable(
            Text(
                en="Not measurable: the exports hold no experiments.",
                es="No medible: las exportaciones no contienen experimentos.",
            )
        )
    if not len(lifts.pooled):
        raise NotMeasurable(_unused(lifts))
    pooled = lifts.pooled.assign(clear=(lifts.pooled["low"] > 0) | (lifts.pooled["high"] < 0))
    clear = pooled[pooled["clear"]]
    place = int((clear if len(clear) else pooled)["error"].idxmin())
    row = pooled.loc[place]
    values = {
        "names": named(lifts.drivers[place]),
        "lift": both(decimal, row["lift"], digits=2),
        "interval": both(interval, row["low"], row["high"], form=decimal, digits=2),
        "weeks": both(integer, row["weeks"]),
        "n": both(integer, row["experiments"]),
    }
    details = joined([_by(values, row), _left(lifts), _moved(row, checks)])
    if len(clear):
        title = Text(
            en="Experiments: an average week of {names} brings {lift} opportunities in {weeks} "
            "weeks ({interval})",
            es="Experimentos: una semana media de {names} trae {lift} oportunidades en {weeks} "
            "semanas ({interval})",
        ).format(**values)
        return Finding("experiments-measured", "claim", title, details)
    title = Text(
        en="Experiments cannot tell yet what {names} bring: {lift} opportunities an average "
        "week ({interval})",
        es="Los experimentos aún no dicen qué traen {names}: {lift} oportunidades por semana "
        "media ({interval})",
    ).format(**values)
    return Finding("experiments-measured", "inconclusive", title, details)


def _unused(lifts: Lifts) -> Text:
    """Say why none of the experiments can be used: the first reason, and how many have it."""
    reasons = lifts.left_out.drop_duplicates("experiment")
    first = reasons.groupby(["reason", "reason_es"], sort=False).size().idxmax()
    return Text(
        en="Not measurable: none of the {n} experiments can be used; most often, {why}.",
        es="No medible: ninguno de los {n} experimentos se puede usar; casi siempre, {why}.",
    ).format(n=both(integer, len(reasons)), why=Text(en=str(first[0]), es=str(first[1])))


def _by(values: dict[str, Text], row: pd.Series) -> Text:
    counted = (
        Text(en="Difference in differences", es="Diferencia en diferencias")
        if row["experiments"] == 1
        else Text(
            en="Difference in differences of {n} experiments together",
            es="Diferencia en diferencias de {n} experimentos juntos",
        ).format(n=values["n"])
    )
    return Text(
        en="{counted}. Where several channels changed at once, it is the effect of all of them.",
        es="{counted}. Donde cambiaron varios canales a la vez, es el efecto de todos.",
    ).format(counted=counted)


def _left(lifts: Lifts) -> Text:
    count = int(lifts.about.left_out.get(LEFT_OUT, 0))
    if not count:
        return EMPTY
    if count == 1:
        return Text(
            en="One could not be used; the table says why.",
            es="Uno no se pudo usar; la tabla dice por qué.",
        )
    return Text(
        en="{n} could not be used; the table says why.",
        es="{n} no se pudieron usar; la tabla dice por qué.",
    ).format(n=both(integer, count))


def _moved(row: pd.Series, checks: Diagnostics | None) -> Text:
    """Say what the lift did to the model's estimate of the same, where that may be believed."""
    if checks is None or checks.vetoed:
        return Text(
            en="The weekly model has no part in it.",
            es="El modelo semanal no interviene.",
        )
    if "with" not in row:
        return EMPTY
    return Text(
        en="The weekly model alone says {without} ({without_interval}); with them, {with_} "
        "({with_interval}).",
        es="El modelo semanal solo dice {without} ({without_interval}); con ellos, {with_} "
        "({with_interval}).",
    ).format(
        without=both(decimal, row["without"], digits=2),
        without_interval=both(
            interval, row["without_low"], row["without_high"], form=decimal, digits=2
        ),
        with_=both(decimal, row["with"], digits=2),
        with_interval=both(interval, row["with_low"], row["with_high"], form=decimal, digits=2),
    )


@rests_on_model
def payback_week(result: Channels) -> Finding:
    """Say in which week a channel pays back what it costs, or that it does not within a year."""
    frame = result.frame
    above = frame["above_copies"] | (frame["grade"] == EXPERIMENT)
    told = frame[~frame["grade"].isin([ASSUMPTION, NONE]) & above]
    paid = told[~told["extrapolated"]].sort_values("payback")
    count = int((frame["driver"] != MARKETING).sum())  # all of marketing is no further channel
    unpaid = told[(told["payback_low"] > YEAR_WEEKS) & (told["driver"] != MARKETING)]
    details = joined([_counted(result), _grades(result), why(result.checks)])
    if len(paid):
        row = paid.iloc[0]
        title = Text(
            en="{name} pays back a week's spend by week {week} ({span}), counted in {money}",
            es="{name} recupera la inversión de una semana en la semana {week} ({span}), contada "
            "en {money}",
        ).format(
            name=vocabulary.driver(str(row["driver"])),
            week=both(integer, row["payback"]),
            span=span(float(row["payback_low"]), float(row["payback_high"])),
            money=_money(result),
        )
        return Finding("payback-week", "claim", title, details)
    if len(unpaid) == 1:
        title = Text(
            en="{name} does not pay back a week's spend within a year, counted in {money}",
            es="{name} no recupera en un año la inversión de una semana, contada en {money}",
        ).format(
            name=vocabulary.driver(str(unpaid["driver"].iloc[0])),
            money=_money(result),
        )
        return Finding("payback-week", "claim", title, details)
    if len(unpaid):
        title = Text(
            en="Of {all} channels, {n} do not pay back a week's spend within a year, counted in "
            "{money}",
            es="De {all} canales, {n} no recuperan en un año la inversión de una semana, contada "
            "en {money}",
        ).format(n=both(integer, len(unpaid)), all=both(integer, count), money=_money(result))
        return Finding("payback-week", "claim", title, details)
    title = Text(
        en="In which week a channel pays back what it costs cannot be told yet",
        es="Aún no se puede saber en qué semana recupera un canal lo que cuesta",
    )
    return Finding("payback-week", "inconclusive", title, details)


def _money(result: Channels) -> Text:
    if result.margin == 1:
        return Text(en="revenue, not profit", es="ingresos, no beneficio")
    return Text(en="margin ({margin} of revenue)", es="margen ({margin} de los ingresos)").format(
        margin=both(decimal, result.margin, digits=2)
    )


def _counted(result: Channels) -> Text:
    late = result.frame["extrapolated"].any() and result.believed
    return (
        Text(
            en="Weeks after those on record are extrapolated, and after {n} nothing is said.",
            es="Las semanas posteriores a las que constan se extrapolan, y tras {n} no se dice "
            "nada.",
        ).format(n=both(integer, LAST_WEEK))
        if late
        else EMPTY
    )


def _grades(result: Channels) -> Text:
    """Count the lines by what they rest on; nothing where the model is not believed."""
    if not result.believed:
        return EMPTY
    counts = result.frame["grade"].value_counts()
    parts = [f"{grade} {counts[grade]}" for grade in sorted(counts.index)]
    return Text(
        en="Lines of the table by evidence: {parts}.",
        es="Líneas de la tabla según su evidencia: {parts}.",
    ).format(parts=", ".join(parts))
