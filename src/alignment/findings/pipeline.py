"""Sentences about the open pipeline: what it will win, what is stale, whether forecasts held."""

from __future__ import annotations

from typing import Literal

import pandas as pd

from alignment.errors import NotMeasurable
from alignment.exhibits import Finding
from alignment.lead_to_close.backtest import Backtest, Calibration
from alignment.lead_to_close.pipeline import OpenPipeline
from alignment.shares import wilson
from alignment.text import Text
from alignment.vocabulary import quarter
from alignment.wording import both, decimal, integer, interval, money, percent

MINIMUM_WINS = 20


def period_word(name: str) -> Text:
    """Write a period: “Q4 2026”, “T4 2026”; any other as it is."""
    return quarter(name.replace("-", "")) if "-Q" in name else Text.same(name)


def _amount(value: float, currency: str | None) -> Text:
    if currency is None:
        return Text.same("")
    return both(money, value, currency=currency, compact=True)


def _between(low: float, high: float, result: OpenPipeline, *, of_value: bool) -> Text:
    if of_value:
        return both(interval, low, high, form=money, currency=result.currency, compact=True)
    return both(interval, low, high, form=integer)


def pipeline_forecast(result: OpenPipeline) -> Finding:
    """Say what a period will win, with its predictive interval, and whether that meets the goal."""
    period = result.main_period
    total, new = result.part(period), result.part(period, "new")
    covers = result.coverage.set_index("period").loc[period]
    of_value = result.currency is not None and pd.notna(total["value"])
    what = "value" if of_value else "deals"
    goal = covers["goal"] if of_value else covers["goal_deals"]
    low, high = float(total[f"{what}_low"]), float(total[f"{what}_high"])

    def written(value: float) -> Text:
        return _amount(value, result.currency) if of_value else both(integer, round(value))

    values = {
        "period": period_word(period),
        "expected": written(total[what]),
        "range": _between(low, high, result, of_value=of_value),
        "new": written(new[what]),
        "level": both(percent, result.about.level, digits=0),
        "goal": written(goal) if pd.notna(goal) else Text.same(""),
        "unit": Text.same("") if of_value else Text(en=" deals", es=" negocios"),
    }
    detail = Text(
        en="The interval is meant to hold {level} of the time. Of this, {new}{unit} would come "
        "from deals that do not exist yet.",
        es="El intervalo debería acertar {level} de las veces. De ello, {new}{unit} vendrían de "
        "negocios que aún no existen.",
    ).format(**values)
    if of_value and pd.notna(covers["coverage"]):
        detail = Text(en="{detail} {more}", es="{detail} {more}").format(
            detail=detail, more=_coverage(covers)
        )
    expected = Text(
        en="{period} is expected to win {expected}{unit} ({range})",
        es="Para {period} se espera ganar {expected}{unit} ({range})",
    ).format(**values)
    if pd.isna(goal):
        return Finding("pipeline-forecast", "claim", expected, detail, headline=True)
    form, verdict = _against(goal, low, high)
    title = Text(en="{expected}; {verdict}", es="{expected}; {verdict}").format(
        expected=expected, verdict=verdict.format(**values)
    )
    return Finding("pipeline-forecast", form, title, detail, headline=True)


def _coverage(covers: pd.Series) -> Text:
    return Text(
        en="Weighted by their chances, the open deals cover {weighted} of what is missing to the "
        "goal; their plain sum would say {raw}.",
        es="Ponderados por su probabilidad, los negocios abiertos cubren {weighted} de lo que "
        "falta para el objetivo; su simple suma diría {raw}.",
    ).format(
        weighted=both(percent, covers["coverage"], digits=0),
        raw=both(percent, covers["raw_coverage"], digits=0),
    )


def _against(goal: float, low: float, high: float) -> tuple[Literal["claim", "inconclusive"], Text]:
    if high < goal:
        return "claim", Text(
            en="the goal of {goal} lies above that range",
            es="el objetivo de {goal} queda por encima de ese intervalo",
        )
    if low > goal:
        return "claim", Text(
            en="the goal of {goal} lies below that range",
            es="el objetivo de {goal} queda por debajo de ese intervalo",
        )
    return "inconclusive", Text(
        en="whether the goal of {goal} is met cannot be told",
        es="no se puede decir si se alcanza el objetivo de {goal}",
    )


def stale_deals(result: OpenPipeline) -> Finding:
    """Say how many open deals are older in their stage than nine in ten won ones."""
    deals = result.deals.drop_duplicates("opportunity_id")
    known = deals.merge(result.limits.dropna(), on=["pipeline", "stage"])
    if not len(known):
        raise NotMeasurable(
            Text(
                en="Not measurable: too few won deals passed any stage to say how long they stay.",
                es="No medible: muy pocos negocios ganados pasaron por alguna etapa para saber "
                "cuánto se quedan.",
            )
        )
    values = {
        "stale": both(integer, len(result.stale)),
        "judged": both(integer, len(known)),
        "open": both(integer, len(deals)),
        "amount": _amount(float(result.stale["amount"].sum()), result.currency),
        "all": _amount(float(known["amount"].sum()), result.currency),
    }
    if len(known) < len(deals) / 2:
        title = Text(
            en="Only {judged} of {open} open deals stand in a stage whose usual length is known; "
            "{stale} of them are older than nine in ten won ones",
            es="Solo {judged} de {open} negocios abiertos están en una etapa de duración conocida; "
            "{stale} superan a nueve de cada diez ganados",
        ).format(**values)
        return Finding("stale-deals", "inconclusive", title)
    title = Text(
        en="{stale} of {judged} open deals have stood in their stage longer than nine in ten of "
        "those won",
        es="{stale} de {judged} negocios abiertos llevan en su etapa más que nueve de cada diez de "
        "los ganados",
    ).format(**values)
    if result.currency is None:
        return Finding("stale-deals", "claim", title)
    detail = Text(
        en="They carry {amount} of {all} in those {judged}. Agree, deal by deal, to move it or to "
        "close it.",
        es="Suman {amount} de {all} en esos {judged}. Acuerden, negocio por negocio, moverlo o "
        "cerrarlo.",
    ).format(**values)
    return Finding("stale-deals", "claim", title, detail)


def dashboard_forecast(result: Backtest) -> Finding:
    """Set what a dashboard would have promised beside what happened."""
    rows = result.periods[result.periods["part"] == "open"]
    gap = (rows["deals"] - rows["deals_won"]).abs()
    usual = (rows["dashboard_deals"] - rows["deals_won"]).abs()
    nearer, quarters = int((gap < usual).sum()), len(rows)
    values = {
        "dashboard": both(integer, round(rows["dashboard_deals"].sum())),
        "told": both(integer, round(rows["deals"].sum())),
        "won": both(integer, rows["deals_won"].sum()),
        "quarters": both(integer, quarters),
        "nearer": both(integer, nearer),
    }
    detail = Text(
        en="Sums over {quarters} past quarters of what was open when each began; the forecast, "
        "made with what was known then, was nearer in {nearer} of them.",
        es="Sumas de {quarters} trimestres pasados, con lo que estaba abierto al empezar cada uno; "
        "el pronóstico, hecho con lo que se sabía, estuvo más cerca en {nearer}.",
    ).format(**values)
    _, low, _ = wilson(nearer, quarters, result.level)
    if low > 0.5:
        title = Text(
            en="Open deals times win rate would have promised {dashboard} wins; {won} came, and "
            "the forecast said {told}",
            es="Los abiertos por la tasa de cierre habrían prometido {dashboard} ganados; "
            "llegaron {won}, y el pronóstico decía {told}",
        ).format(**values)
        return Finding("dashboard-forecast", "claim", title, detail)
    title = Text(
        en="The forecast was not clearly nearer than open deals times win rate: {told} against "
        "{dashboard}, where {won} were won",
        es="El pronóstico no estuvo claramente más cerca que abiertos por tasa de cierre: {told} "
        "frente a {dashboard}, cuando se ganaron {won}",
    ).format(**values)
    return Finding("dashboard-forecast", "inconclusive", title, detail)


def forecast_held(result: Backtest) -> Finding:
    """Say whether past forecasts told too much, too little, or neither."""
    found = result.calibration
    total = result.periods[result.periods["part"] == "total"]
    inside = (total["deals_won"] >= total["deals_low"]) & (
        total["deals_won"] <= total["deals_high"]
    )
    values = {
        "expected": both(integer, round(found.expected)),
        "won": both(integer, found.won),
        "range": both(interval, found.expected_low, found.expected_high, form=decimal, digits=0),
        "inside": both(integer, int(inside.sum())),
        "quarters": both(integer, len(total)),
        "level": both(percent, result.level, digits=0),
        "slope": both(decimal, found.slope, digits=2),
        "slopes": both(interval, found.slope_low, found.slope_high, form=decimal, digits=2),
    }
    detail = Text(
        en="In {inside} of {quarters} quarters the whole fell within the {level} interval. Slope "
        "of what happened on what was told: {slope} ({slopes}); 1 is ideal, and above 1 the "
        "likely deals were more likely, and the unlikely ones less, than told.",
        es="En {inside} de {quarters} trimestres el total cayó dentro del intervalo de {level}. "
        "Pendiente de lo ocurrido sobre lo dicho: {slope} ({slopes}); lo ideal es 1, y por encima "
        "de 1 los probables lo eran más, y los improbables menos, de lo dicho.",
    ).format(**values)
    if found.won < MINIMUM_WINS:
        title = Text(
            en="Too few wins to judge the forecast: {won} came where {expected} were expected",
            es="Muy pocos ganados para juzgar el pronóstico: llegaron {won} donde se esperaban "
            "{expected}",
        ).format(**values)
        return Finding("forecast-held", "inconclusive", title, detail)
    return Finding("forecast-held", "claim", _held(found, values), detail)


def _held(found: Calibration, values: dict[str, Text]) -> Text:
    if found.won < found.expected_low:
        return Text(
            en="Past forecasts promised too much: {expected} wins of open deals ({range}), where "
            "{won} came",
            es="Los pronósticos pasados prometieron de más: {expected} ganados de lo abierto "
            "({range}), y llegaron {won}",
        ).format(**values)
    if found.won > found.expected_high:
        return Text(
            en="Past forecasts promised too little: {expected} wins of open deals ({range}), where "
            "{won} came",
            es="Los pronósticos pasados prometieron de menos: {expected} ganados de lo abierto "
            "({range}), y llegaron {won}",
        ).format(**values)
    return Text(
        en="Past forecasts held within chance: {expected} wins of open deals expected ({range}), "
        "{won} came",
        es="Los pronósticos pasados se cumplieron dentro del azar: se esperaban {expected} ganados "
        "de lo abierto ({range}) y llegaron {won}",
    ).format(**values)
