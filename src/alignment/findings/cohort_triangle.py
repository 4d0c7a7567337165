"""A sentence about cohorts: whether the recent ones are won faster, or are only younger."""

from __future__ import annotations

import pandas as pd

from alignment import vocabulary
from alignment.errors import NotMeasurable
from alignment.exhibits import Finding
from alignment.lead_to_close import CohortTriangle
from alignment.text import Text
from alignment.wording import both, days, decimal, integer, interval, percent


def recent_cohorts(result: CohortTriangle) -> Finding:
    """Say whether recent cohorts are won faster or are merely younger, at one age for both."""
    recent, earlier = (result.compared.iloc[place] for place in (0, 1))
    if pd.isna(result.common_day) or pd.isna(result.low):
        raise NotMeasurable(
            Text(
                en="Not measurable: there is no age that both recent and earlier cohorts have "
                "reached in number.",
                es="No medible: no hay una edad que hayan alcanzado suficientes de las cohortes "
                "recientes y de las anteriores.",
            )
        )
    values = {
        "since": vocabulary.cohort(recent["first"]),
        "a": both(percent, recent["estimate"]),
        "b": both(percent, earlier["estimate"]),
        "days": both(days, result.common_day),
        "gap": both(interval, 100 * result.low, 100 * result.high, form=decimal),
    }
    if result.low > 0 or result.high < 0:
        title = (
            Text(
                en="Cohorts since {since} have won more at the same age: {a} within {days} against "
                "{b} before ({gap} points)",
                es="Las cohortes desde {since} ganaron más a la misma edad: {a} en {days} frente a "
                "{b} antes ({gap} puntos)",
            )
            if result.low > 0
            else Text(
                en="Cohorts since {since} have won less at the same age: {a} within {days} against "
                "{b} before ({gap} points)",
                es="Las cohortes desde {since} ganaron menos a la misma edad: {a} en {days} frente "
                "a {b} antes ({gap} puntos)",
            )
        )
        form = "claim"
    else:
        title = Text(
            en="Cohorts since {since} are younger, not clearly faster: {a} won within {days}, {b} "
            "before ({gap} points)",
            es="Las cohortes desde {since} son más jóvenes, no claramente más rápidas: {a} en "
            "{days}, {b} antes ({gap} puntos)",
        )
        form = "inconclusive"
    return Finding(
        f"recent-cohorts-{result.clocks.unit}",
        "claim" if form == "claim" else "inconclusive",
        title.format(**values),
        _averages(recent, earlier),
    )


def _averages(recent: pd.Series, earlier: pd.Series) -> Text | None:
    """Set beside it the averages of won deals, which make the young look fast."""
    if not recent["events"] or not earlier["events"]:
        return None
    return Text(
        en="The usual average to a win, {a} days for them and {b} before, compares ages and not "
        "speed: the slow wins of the young are still to come. Compare cohorts down a column only.",
        es="El promedio habitual hasta ganar, {a} días en ellas y {b} antes, compara edades y no "
        "velocidad: a las jóvenes aún les faltan las ventas lentas. Comparen cohortes solo dentro "
        "de una columna.",
    ).format(a=both(integer, recent["mean_days"]), b=both(integer, earlier["mean_days"]))
