"""Sentences about what a quarter has sown, and about what each objective's campaigns brought."""

from __future__ import annotations

import pandas as pd

from alignment import vocabulary
from alignment.errors import NotMeasurable
from alignment.exhibits import Finding
from alignment.findings.horizons import LATE
from alignment.horizons import Sown, WonByAge
from alignment.text import Text
from alignment.wording import both, decimal, integer, interval, money, percent

OBJECTIVES = ("brand", "activation")


def _amount(value: float, currency: str | None) -> Text:
    if currency is None:
        return both(integer, value)
    return both(money, value, currency=currency, compact=True)


def sown_for_later(result: Sown) -> Finding:
    """Say how much the last full quarter's first touches have won, and what is still to come."""
    if result.quarter is None:
        raise NotMeasurable(
            Text(
                en="Not measurable: no full calendar quarter was observed yet.",
                es="No medible: todavía no se observó un trimestre calendario completo.",
            )
        )
    rows = result.frame
    row = rows[(rows["quarter"] == result.quarter) & (rows["group"] == "all")].squeeze()
    if not len(row) or not row["open_deals"]:
        raise NotMeasurable(
            Text(
                en="Not measurable: no lead first touched in {quarter}, the last full quarter, has "
                "an open deal.",
                es="No medible: ningún lead tocado por primera vez en {quarter}, el último "
                "trimestre completo, tiene un negocio abierto.",
            ).format(quarter=vocabulary.quarter(result.quarter))
        )
    values = {
        "quarter": vocabulary.quarter(result.quarter),
        "until": vocabulary.period(result.until),
        "won": _amount(row["won"], result.currency),
        "expected": _amount(row["expected"], result.currency),
        "low": _amount(row["low"], result.currency),
        "high": _amount(row["high"], result.currency),
        "share": both(percent, row["later_share"], digits=0),
        "interval": both(interval, row["later_low"], row["later_high"], form=percent, digits=0),
        "deals": both(integer, row["open_deals"]),
        "leads": both(integer, row["open_leads"]),
    }
    detail = Text(
        en="Won so far: {won}. Its {deals} open deals are expected to bring {expected} ({low} to "
        "{high}) by the end of {until}. {leads} of its leads are open without a deal: what they "
        "bring comes on top.",
        es="Ganado hasta hoy: {won}. De sus {deals} negocios abiertos se esperan {expected} (entre "
        "{low} y {high}) hasta el fin de {until}. {leads} de sus leads siguen abiertos sin "
        "negocio: lo que traigan se suma.",
    ).format(**values)
    if row["later_low"] > 0.5 or row["later_high"] < 0.5:
        title = Text(
            en="{share} of what was sown in {quarter}, the last full quarter, is still to come "
            "({interval})",
            es="El {share} de lo sembrado en {quarter}, el último trimestre completo, está por "
            "llegar ({interval})",
        ).format(**values)
        return Finding("sown-for-later", "claim", title, detail, headline=True)
    title = Text(
        en="Whether most of what was sown in {quarter}, the last full quarter, is won or still to "
        "come is open: {share} to come ({interval})",
        es="No está claro si la mayor parte de lo sembrado en {quarter}, el último trimestre "
        "completo, ya se ganó o está por llegar: {share} por llegar ({interval})",
    ).format(**values)
    return Finding("sown-for-later", "inconclusive", title, detail, headline=True)


def late_share_by_objective(result: WonByAge) -> Finding:
    """Say whether what brand campaigns brought is won later than what activation brought."""
    table = result.late_share.set_index("group")
    few = [
        name
        for name in OBJECTIVES
        if name not in table.index
        or table.loc[name, "too_few"]
        or not table.loc[name, ["share", "low", "high"]].notna().all()
    ]
    if few:
        raise NotMeasurable(
            Text(
                en="Not measurable: too few wins that {name} campaigns brought, fewer than 30 "
                "within a year of the first touch.",
                es="No medible: muy pocos negocios ganados que trajeran las campañas de {name}, "
                "menos de 30 en el año desde la primera interacción.",
            ).format(name=vocabulary.KEYS[few[0]])
        )
    brand, activation = table.loc["brand"], table.loc["activation"]
    values = {
        "b": both(percent, brand["share"], digits=0),
        "a": both(percent, activation["share"], digits=0),
        "bi": both(interval, brand["low"], brand["high"], form=percent, digits=0),
        "ai": both(interval, activation["low"], activation["high"], form=percent, digits=0),
    }
    low, high = _gap(result.late_difference)
    values["gap"] = both(interval, 100 * low, 100 * high, form=decimal, digits=0)
    detail = Text(
        en="Intervals: brand {bi}, activation {ai}, their difference {gap} points. The campaign "
        "that brought a lead describes where it began; it does not say what the campaign achieved.",
        es="Intervalos: marca {bi}, activación {ai}, su diferencia {gap} puntos. La campaña que "
        "trajo un lead dice dónde empezó; no dice qué logró la campaña.",
    ).format(**values)
    if low > 0 or high < 0:
        later = "brand" if low > 0 else "activation"
        title = Text(
            en="What {later} campaigns brought is won later: {b} after week 13 for brand, {a} for "
            "activation",
            es="Lo que trajeron las campañas de {later} se gana más tarde: {b} tras la semana 13 "
            "en marca, {a} en activación",
        ).format(later=vocabulary.KEYS[later], **values)
        return Finding("late-share-by-objective", "claim", title, detail)
    title = Text(
        en="No clear difference in timing between brand and activation: {b} is won after week 13 "
        "where a brand campaign brought the lead, {a} where activation did",
        es="Sin diferencia clara de plazo entre marca y activación: se gana tras la semana 13 el "
        "{b} donde el lead llegó por marca y el {a} donde llegó por activación",
    ).format(**values)
    return Finding("late-share-by-objective", "inconclusive", title, detail)


def _gap(differences: pd.DataFrame) -> tuple[float, float]:
    """Give the interval of brand's late share minus that of activation."""
    rows = differences.set_index(["group_a", "group_b"])[["low", "high"]]
    if OBJECTIVES in rows.index:
        low, high = rows.loc[OBJECTIVES]
        return float(low), float(high)
    low, high = rows.loc[OBJECTIVES[::-1]]
    return -float(high), -float(low)


def harvest_age_by_objective(result: WonByAge) -> Finding:
    """Say how old the last full quarter's wins were, by objective of the campaign behind them."""
    frame = result.this_quarter
    if not len(frame) or not frame["value"].sum() > 0:
        raise NotMeasurable(
            Text(
                en="Not measurable: the last full quarter won nothing with an amount, or none was "
                "observed yet.",
                es="No medible: el último trimestre completo no ganó nada con importe, o aún no se "
                "observó ninguno.",
            )
        )
    parts = {}
    for name in OBJECTIVES:
        mine = frame[frame["group"] == name]
        total = float(mine["value"].sum())
        old = float(mine.loc[mine["age"].isin(LATE), "value"].sum())
        parts[name] = (old / total if total else float("nan"), int(mine["wins"].sum()))
    values = {
        "quarter": vocabulary.quarter(frame["quarter"].iloc[0]),
        "b": both(percent, parts["brand"][0], digits=0),
        "a": both(percent, parts["activation"][0], digits=0),
        "bn": both(integer, parts["brand"][1]),
        "an": both(integer, parts["activation"][1]),
    }
    if not parts["brand"][1] or not parts["activation"][1]:
        raise NotMeasurable(
            Text(
                en="Not measurable: of the wins of {quarter}, the last full quarter, {bn} began "
                "with a brand campaign and {an} with an activation campaign.",
                es="No medible: de lo ganado en {quarter}, el último trimestre completo, {bn} "
                "empezaron con una campaña de marca y {an} con una de activación.",
            ).format(**values)
        )
    title = Text(
        en="First touched more than two quarters before: {b} of the value that brand campaigns "
        "brought and {a} of activation's, of what was won in {quarter}, the last full quarter",
        es="Se tocó por primera vez más de dos trimestres antes el {b} del valor que trajo marca y "
        "el {a} del de activación, de lo ganado en {quarter}, el último trimestre completo",
    ).format(**values)
    detail = Text(
        en="An exact count, so without an interval: {bn} wins for brand, {an} for activation. With "
        "so few deals one can move these shares.",
        es="Un conteo exacto, por eso sin intervalo: {bn} negocios de marca, {an} de activación. "
        "Con tan pocos, uno solo puede mover estas proporciones.",
    ).format(**values)
    return Finding("harvest-age-by-objective", "claim", title, detail)
