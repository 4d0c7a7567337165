"""Sentences about the clock: how likely and how fast leads become deals."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pandas as pd
from scipy.stats import norm

from alignment import vocabulary
from alignment.errors import NotMeasurable
from alignment.exhibits import Finding
from alignment.lead_to_close import LeadToClose, TimeInStage
from alignment.results import LEVEL
from alignment.text import Text
from alignment.wording import both, days, decimal, integer, interval, percent

MISSING = "(missing)"
TOO_FEW = Text(
    en="Not measurable: too few have been won or watched long enough for a share with an interval.",
    es="No medible: muy pocos se han ganado u observado el tiempo suficiente para dar una "
    "proporción con su intervalo.",
)


def _latest(result: LeadToClose, wanted: int) -> pd.Series:
    """Return the row for won by the wanted day, or by the last day that the data reach."""
    won = result.at.query("end == 'won' and estimate.notna()")
    if not len(won):
        raise NotMeasurable(
            Text(
                en="Not measurable: the follow-up is too short for any of the days asked for.",
                es="No medible: el seguimiento es demasiado corto para los días pedidos.",
            )
        )
    reached = won[won["day"] <= wanted]
    return (reached if len(reached) else won).iloc[-1 if len(reached) else 0]


def won_by_day(result: LeadToClose, *, day: int = 90) -> Finding:
    """Say how many of every 100 starts are won by a day, the open and the lost ones counted."""
    row = _latest(result, day)
    if row["too_few"] or not (pd.notna(row["low"]) and pd.notna(row["high"])):
        raise NotMeasurable(TOO_FEW)
    what = vocabulary.STARTS[result.spells.start]
    title = Text(
        en="Of every 100 {what}, {estimate} are won within {days} ({interval})",
        es="De cada 100 {what}, {estimate} se ganan en {days} ({interval})",
    ).format(
        what=what,
        estimate=both(decimal, 100 * row["estimate"]),
        days=both(days, row["day"]),
        interval=both(interval, 100 * row["low"], 100 * row["high"], form=decimal),
    )
    naive = result.naive.iloc[0]
    detail = Text(
        en="Counted over {leads}; so far, at whatever age, {won} are won, {lost} lost and {open} "
        "still open. Plan the quarter with this share, not with the win rate of closed deals.",
        es="Contado sobre {leads}; hasta hoy, a cualquier edad, {won} están ganados, {lost} "
        "perdidos y {open} aún abiertos. Planeen el trimestre con esta proporción, no con la tasa "
        "de los negocios cerrados.",
    ).format(
        leads=both(integer, row["leads"]),
        **{name: both(integer, naive[name]) for name in ("won", "lost", "open")},
    )
    start = result.spells.start
    return Finding(f"won-by-day-{start}", "claim", title, detail, headline=start == "lead")


def dashboard_average(result: LeadToClose) -> Finding:
    """Set the naive average over won deals beside what it leaves out."""
    naive = result.naive.iloc[0]
    if not naive["won"]:
        raise NotMeasurable(
            Text(
                en="Not measurable: none of those followed has been won, so there is no average "
                "to correct.",
                es="No medible: no se ha ganado ninguno de los que se siguen, así que no hay "
                "promedio que corregir.",
            )
        )
    title = Text(
        en="The usual average, {mean} to a win, counts {won} wins and leaves out {rest}",
        es="El promedio habitual, {mean} hasta ganar, cuenta {won} y deja fuera {rest}",
    ).format(
        mean=both(days, naive["mean_days_won"]),
        won=both(integer, naive["won"]),
        rest=both(integer, naive["open"] + naive["lost"]),
    )
    when = result.when_won.iloc[0]
    if not when[["median_days", "low", "high"]].notna().all():
        return Finding(f"dashboard-average-{result.spells.start}", "claim", title)
    detail = Text(
        en="Among those won within {horizon}, half are won by day {median} ({interval}). The "
        "average changes with the age of the leads even when nothing else does: use the curve.",
        es="De lo que se gana en {horizon}, la mitad se gana antes del día {median} "
        "({interval}). El promedio cambia con la edad de los leads aunque nada más cambie: "
        "usen la curva.",
    ).format(
        horizon=both(days, when["horizon"]),
        median=both(integer, when["median_days"]),
        interval=both(interval, when["low"], when["high"], form=integer),
    )
    return Finding(f"dashboard-average-{result.spells.start}", "claim", title, detail)


def _pairs(result: LeadToClose, names: list[str], day: int) -> pd.DataFrame:
    """Compare each pair of groups, with bounds widened for their number (Bonferroni)."""
    compared = pd.DataFrame([result.compare(a, b, day) for a, b in combinations(names, 2)])
    # A group without a win has no interval yet, so its pairs cannot be judged.
    compared = compared[compared["low"].notna() & compared["high"].notna()].reset_index(drop=True)
    if not len(compared):
        raise NotMeasurable(TOO_FEW)
    level = result.about.level or LEVEL
    wider = norm.ppf(1 - (1 - level) / 2 / len(compared)) / norm.ppf((1 + level) / 2)
    for bound in ("low", "high"):
        widened = compared["estimate"] + wider * (compared[bound] - compared["estimate"])
        compared[bound] = widened.clip(-1, 1)
    flip = compared["estimate"] < 0
    swapped = compared.rename(columns={"group_a": "group_b", "group_b": "group_a"})
    swapped = swapped.assign(
        estimate=-compared["estimate"], low=-compared["high"], high=-compared["low"]
    )[compared.columns]
    return compared.where(~flip, swapped).infer_objects()


def channels_differ(result: LeadToClose, *, day: int = 180) -> Finding:
    """Say whether any two groups differ in the share won, all comparisons allowed for."""
    at = result.at.query("end == 'won' and estimate.notna() and not too_few")
    at = at[at["group"] != MISSING]
    reached = at[at["day"] <= day].groupby("day").size()
    day = int(reached[reached >= 2].index.max()) if (reached >= 2).any() else day
    names = list(at.loc[at["day"] == day, "group"])
    if len(names) < 2:
        raise NotMeasurable(
            Text(
                en="Not measurable: fewer than two channels have enough leads to be compared.",
                es="No medible: menos de dos canales tienen leads suficientes para compararlos.",
            )
        )
    pairs = _pairs(result, names, day).sort_values("estimate", ascending=False)
    clear = pairs[pairs["low"] > 0]
    row = clear.iloc[0] if len(clear) else pairs.iloc[0]
    shares = at[at["day"] == day].set_index("group")["estimate"]
    values = {
        "a": vocabulary.word(vocabulary.KEYS, row["group_a"]),
        "b": vocabulary.word(vocabulary.KEYS, row["group_b"]),
        "pa": both(percent, shares[row["group_a"]]),
        "pb": both(percent, shares[row["group_b"]]),
        "days": both(days, day),
        "interval": both(interval, 100 * row["low"], 100 * row["high"], form=decimal),
        "pairs": both(integer, len(pairs)),
    }
    if len(clear):
        title = Text(
            en="{a} leads are won more often than {b} leads: {pa} against {pb} within {days}",
            es="Los leads de {a} se ganan más que los de {b}: {pa} frente a {pb} en {days}",
        ).format(**values)
        detail = Text(
            en="Difference {interval} points, bounds widened for {pairs} comparisons. The channel "
            "is where the lead came from; it does not say what made the difference.",
            es="Diferencia {interval} puntos, con límites ampliados por {pairs} comparaciones. "
            "El canal dice de dónde vino el lead, no a qué se debe la diferencia.",
        ).format(**values)
        return Finding("channels-differ", "claim", title, detail)
    title = Text(
        en="No clear difference between channels: the largest, {a} against {b}, could be chance",
        es="Sin diferencia clara entre canales: la mayor, {a} frente a {b}, puede ser azar",
    ).format(**values)
    detail = Text(
        en="{pa} against {pb} within {days}: difference {interval} points, bounds widened for "
        "{pairs} comparisons. Do not move budget on this ranking.",
        es="{pa} frente a {pb} en {days}: diferencia {interval} puntos, con límites ampliados "
        "por {pairs} comparaciones. No muevan presupuesto por esta clasificación.",
    ).format(**values)
    return Finding("channels-differ", "inconclusive", title, detail)


def slowest_stage(result: TimeInStage) -> Finding:
    """Name the stage in which opportunities wait longest, if it stands apart."""
    enough = result.frame.query("not too_few")
    if len(enough) < 2 or not enough["median_days"].notna().any():
        raise NotMeasurable(
            Text(
                en="Not measurable: fewer than two stages have enough visits to be compared.",
                es="No medible: menos de dos etapas tienen visitas suficientes para compararlas.",
            )
        )
    # A median that is not reached is longer than any that is.
    ordered = enough.sort_values("median_days", ascending=False, na_position="first")
    row = ordered.iloc[0]
    if pd.isna(row["median_days"]):
        return _not_left(row)
    others_high = ordered["median_high"].iloc[1:].fillna(np.inf).max()
    values = {
        "stage": Text.same(row["stage"]),
        "median": both(days, row["median_days"]),
        "interval": both(interval, row["median_low"], row["median_high"], form=integer),
    }
    if not row["median_low"] > others_high:
        title = Text(
            en="No stage clearly stands out as the slowest; “{stage}” has the longest median, "
            "{median} ({interval})",
            es="Ninguna etapa destaca con claridad como la más lenta; «{stage}» tiene la mediana "
            "más larga, {median} ({interval})",
        ).format(**values)
        return Finding("slowest-stage", "inconclusive", title)
    title = Text(
        en="Deals wait longest in “{stage}”: half leave it within {median} ({interval})",
        es="Donde más esperan los negocios es en «{stage}»: la mitad sale en {median} ({interval})",
    ).format(**values)
    detail = Text(
        en="Deals that are still there are counted. Agree who moves a deal out of this stage.",
        es="Se cuentan los que aún siguen ahí. Acuerden quién saca los negocios de esta etapa.",
    )
    return Finding("slowest-stage", "claim", title, detail)


def _not_left(row: pd.Series) -> Finding:
    """Name a stage that half of the deals have still not left."""
    title = Text(
        en="Half of the deals that entered “{stage}” have still not left it: no median can be told",
        es="La mitad de los negocios que entraron en «{stage}» aún no ha salido: no hay mediana",
    ).format(stage=Text.same(row["stage"]))
    detail = Text(
        en="{there} of {visits} visits are still there. Agree who moves a deal out of this stage.",
        es="{there} de {visits} entradas siguen ahí. Acuerden quién saca los negocios de esta "
        "etapa.",
    ).format(there=both(integer, row["still_there"]), visits=both(integer, row["visits"]))
    return Finding("slowest-stage", "claim", title, detail)
