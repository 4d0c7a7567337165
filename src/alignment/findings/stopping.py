"""Sentences about money over time: what stopping brand costs, what each channel brings back."""

from __future__ import annotations

import numpy as np

from alignment import vocabulary
from alignment.errors import NotMeasurable
from alignment.exhibits import Finding
from alignment.findings.brand import span
from alignment.findings.checks import rests_on_model, some_pass, why
from alignment.findings.long_short import EMPTY, NO_BRAND, joined, stands, unit_of
from alignment.horizons import Diagnostics, LongShort
from alignment.horizons.answers import currency_told, effect_of, measure_told
from alignment.horizons.effects import BRAND
from alignment.horizons.stopping import Stop
from alignment.text import Text
from alignment.wording import amount, both, decimal, interval, percent

# A stop shows first in what the model counts by week.
SHOWN_IN = {
    "opportunities": Text(en="in new opportunities", es="en las oportunidades nuevas"),
    "won value": Text(en="in the value won", es="en el valor ganado"),
}


@rests_on_model
def stopping_brand(result: LongShort, checks: Diagnostics | None = None) -> Finding:
    """Say what stopping brand for a year would cost, and when that would show."""
    stop = result.stop
    if stop is None:
        raise NotMeasurable(NO_BRAND)
    values = _stop_values(result, stop)
    brand = result.panel.slow
    details = [_share_lost(values), _saved(result), why(checks, brand)]
    told = effect_of(result, BRAND, "year")["verdict"] == "told"
    if told and some_pass(checks, brand):
        title = (
            Text(
                en="A year without brand would cost {loss}{unit} ({interval}) and show {where} "
                "after {weeks} weeks ({span})",
                es="Un año sin marca costaría {loss}{unit} ({interval}) y se vería {where} a las "
                "{weeks} semanas ({span})",
            )
            if np.isfinite(stop.shows_in)
            else Text(
                en="A year without brand would cost {loss}{unit} ({interval}), and that would not "
                "stand out from noise within the year",
                es="Un año sin marca costaría {loss}{unit} ({interval}), y en ese año no se "
                "distinguiría del ruido",
            )
        ).format(**values)
        return Finding("stopping-brand", "claim", title, joined(details))
    title = (
        Text(
            en="What a year without brand would cost cannot be told: {interval}{unit}; it would "
            "show {where} in week {first} at the earliest",
            es="No se puede saber qué costaría un año sin marca: {interval}{unit}; se vería "
            "{where} desde la semana {first}",
        )
        if np.isfinite(stop.shows_low)
        else Text(
            en="What a year without brand would cost cannot be told: {interval}{unit}; it would "
            "not stand out from noise within the year",
            es="No se puede saber qué costaría un año sin marca: {interval}{unit}; en el año no se "
            "distinguiría del ruido",
        )
    ).format(**values)
    return Finding("stopping-brand", "inconclusive", title, joined(details))


def _stop_values(result: LongShort, stop: Stop) -> dict[str, Text]:
    currency = currency_told(result)
    rows = stop.summary[stop.summary["measure"] == measure_told(result)].set_index("quantity")
    loss, part = rows.loc["loss in the year"], rows.loc["share in the first quarter"]
    return {
        "loss": both(amount, loss["estimate"], currency=currency),
        "interval": both(interval, loss["low"], loss["high"], form=amount, currency=currency),
        "unit": EMPTY if currency else unit_of(measure_told(result)),
        "where": SHOWN_IN[result.panel.outcome],
        "weeks": both(decimal, stop.shows_in, digits=0),
        "span": span(stop.shows_low, stop.shows_high),
        "first": both(decimal, stop.shows_low, digits=0),
        "part": both(percent, part["estimate"], digits=0),
        "part_interval": both(interval, part["low"], part["high"], form=percent, digits=0),
    }


def _share_lost(values: dict[str, Text]) -> Text:
    return Text(
        en="By the model, {part} of all that such a stop would lose falls in its first quarter "
        "({part_interval}).",
        es="Según el modelo, {part} de lo que se perdería con esa pausa cae en su primer trimestre "
        "({part_interval}).",
    ).format(**values)


def _saved(result: LongShort) -> Text:
    stop, currency = result.stop, result.currency
    if stop is None or not np.isfinite(stop.saved) or currency is None:
        return EMPTY
    return Text(
        en="Spend saved in that year: {saved}. What is lost is value won, not margin.",
        es="Inversión ahorrada en ese año: {saved}. Lo perdido es valor ganado, no margen.",
    ).format(saved=both(amount, stop.saved, currency=currency))


@rests_on_model
def return_by_horizon(result: LongShort, checks: Diagnostics | None = None) -> Finding:
    """Say whether a channel brings back what it costs within a year, and how much in a quarter."""
    if not len(result.returns):
        raise NotMeasurable(
            Text(
                en="Not measurable: no channel has both spend and value won.",
                es="No medible: ningún canal tiene a la vez inversión y valor ganado.",
            )
        )
    year = result.returns[result.returns["weeks"] == 52].set_index("driver")
    kept = [name for name in year.index if stands(result, str(name), checks)]
    more = year.loc[kept].query("low > 1").sort_values("estimate")
    less = year.loc[kept].query("high < 1").sort_values("estimate", ascending=False)
    top = (more if len(more) else less if len(less) else year.sort_values("estimate")).iloc[-1]
    quarter = result.returns.query("weeks == 13").set_index("driver").loc[top.name]
    values = {
        "name": vocabulary.driver(str(top.name)),
        "value": both(decimal, top["estimate"], digits=2),
        "interval": both(interval, top["low"], top["high"], form=decimal, digits=2),
        "quarter": both(decimal, quarter["estimate"], digits=2),
        "quarter_interval": both(interval, quarter["low"], quarter["high"], form=decimal, digits=2),
    }
    detail = Text(
        en="Within the quarter: {quarter} ({quarter_interval}). It is value won, not margin.",
        es="En el trimestre: {quarter} ({quarter_interval}). Es valor ganado, no margen.",
    ).format(**values)
    if len(more) or len(less):
        title = _return_title(bool(len(more))).format(**values)
        return Finding("return-by-horizon", "claim", title, detail)
    title = Text(
        en="Whether a channel brings back its cost within a year cannot be told: {name}, the "
        "highest, {value} for each 1 spent ({interval})",
        es="No se puede saber si un canal devuelve su costo en un año: {name}, el mayor, {value} "
        "por cada 1 invertido ({interval})",
    ).format(**values)
    return Finding("return-by-horizon", "inconclusive", title, joined([detail, why(checks)]))


def _return_title(more: bool) -> Text:
    return (
        Text(
            en="{name} brings back more than it costs within a year: {value} for each one "
            "spent ({interval})",
            es="{name} devuelve en un año más de lo que cuesta: {value} por cada 1 invertido "
            "({interval})",
        )
        if more
        else Text(
            en="{name} brings back less than it costs within a year: {value} for each one "
            "spent ({interval})",
            es="{name} devuelve en un año menos de lo que cuesta: {value} por cada uno "
            "invertido ({interval})",
        )
    )
