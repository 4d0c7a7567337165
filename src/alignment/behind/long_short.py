"""The tables behind the figures of the weekly model: effects, timing, stock, returns and checks."""

from __future__ import annotations

from functools import partial

import numpy as np
import pandas as pd

from alignment import vocabulary, wording
from alignment.behind.parts import Format, build, decimals, percents
from alignment.exhibits import Table
from alignment.horizons import Diagnostics, LongShort
from alignment.horizons.answers import currency_told, measure_told
from alignment.horizons.effects import LEARNED
from alignment.text import Language, Text
from alignment.wording import both, percent

_NEVER, _ALREADY = Text(en="none", es="ninguna"), Text(en="enough already", es="ya bastan")
_LABELS = {
    "driver": Text(en="Activity", es="Actividad"),
    "horizon": Text(en="Within", es="Plazo"),
    "quantity": Text(en="What", es="Qué"),
    "prior_low": Text(en="Without data, from", es="Sin datos, desde"),
    "prior_high": Text(en="Without data, to", es="Sin datos, hasta"),
    "learned": Text(en="Closer by", es="Se acercó"),
    "verdict": Text(en="Reading", es="Lectura"),
    "weeks_wanted": Text(en="Weeks until they do", es="Semanas para que aporten"),
    "probability": Text(en="Probability", es="Probabilidad"),
    "prior": Text(en="Before the data", es="Antes de los datos"),
    "half_life": Text(en="Half-life, weeks", es="Vida media, semanas"),
    "marginal": Text(en="1 more spent", es="1 más invertido"),
    "marginal_low": Text(en="From", es="Desde"),
    "marginal_high": Text(en="To", es="Hasta"),
    "extrapolated": Text(en="Extrapolated", es="Extrapolado"),
    "check": Text(en="Check", es="Prueba"),
    "subject": Text(en="Of", es="De"),
    "value": Text(en="Value", es="Valor"),
    "reference": Text(en="Compared with", es="Se compara con"),
    "passed": Text(en="Passed", es="Pasa"),
    "week": Text(en="Week of", es="Semana del"),
    "outcome": Text(en="Outcome", es="Resultado"),
    "naive": Text(en="A year before", es="Un año antes"),
}
_YES = {"True": Text(en="yes", es="sí"), "False": Text(en="no", es="no")}
_PASSED = {**_YES, "<NA>": Text(en="not run", es="sin hacer")}


def _named(frame: pd.DataFrame, lang: Language) -> pd.DataFrame:
    """Write the drivers in the reader's language."""
    return frame.assign(driver=[vocabulary.driver(str(name))[lang] for name in frame["driver"]])


def _amounts(result: LongShort, lang: Language, *columns: str) -> dict[str, Format]:
    write = partial(wording.amount, language=lang, currency=currency_told(result))
    return dict.fromkeys(columns, write)


def _weeks(value: float, *, language: Language) -> str:
    if not np.isfinite(value):
        return (_ALREADY if np.isnan(value) else _NEVER)[language]
    return wording.integer(value, language)


def team_responses(result: LongShort, lang: Language) -> Table:
    """Tabulate short, long and later effects of an average week of each activity."""
    rows = result.effects[result.effects["measure"] == measure_told(result)]
    return build(
        _named(rows.assign(extrapolated=rows["extrapolated"].astype("str")), lang),
        Text(
            en="What an average week of each activity brings, by horizon",
            es="Lo que trae una semana media de cada actividad, por plazo",
        ),
        ["driver", "horizon", "estimate", "low", "high", "verdict", "extrapolated"],
        _amounts(result, lang, "estimate", "low", "high"),
        lang,
        words={
            "horizon": vocabulary.HORIZONS,
            "verdict": vocabulary.ADDED,
            "extrapolated": _YES,
        },
        labels=_LABELS,
    )


def short_long_shares(result: LongShort, lang: Language) -> Table:
    """Tabulate the part of each activity's year that comes after the quarter."""
    rows = result.timing[
        (result.timing["measure"] == measure_told(result))
        & (result.timing["quantity"] == "late share")
    ]
    return build(
        _named(rows, lang),
        Text(
            en="Part of the year's effect that comes after the first quarter",
            es="Parte del efecto del año que llega tras el primer trimestre",
        ),
        ["driver", "estimate", "low", "high", "prior_low", "prior_high", "learned", "verdict"],
        percents(lang, "estimate", "low", "high", "prior_low", "prior_high", "learned", digits=0),
        lang,
        words={"verdict": vocabulary.ADDED},
        labels=_LABELS,
    )


def stock_and_harvest(result: LongShort, lang: Language) -> Table:
    """Tabulate the probability of a slow stock of each brand activity, and its half-life."""
    return build(
        _named(result.slow, lang),
        Text(
            en="Whether brand builds a slow stock, and how long half of it lasts",
            es="Si se forma capital de marca, y cuánto dura la mitad",
        ),
        ["driver", "probability", "prior", "verdict", "half_life", "low", "high"],
        {
            **percents(lang, "probability", "prior", digits=0),
            **decimals(lang, "half_life", "low", "high", digits=0),
        },
        lang,
        words={"verdict": vocabulary.TELLINGS},
        labels=_LABELS,
    )


def brand_stopped(result: LongShort, lang: Language) -> Table:
    """Tabulate what stopping brand for a year would cost."""
    stop = result.stop
    assert stop is not None
    rows = stop.summary[stop.summary["measure"] == measure_told(result)]
    written = rows.apply(lambda row: _loss(row, result, lang), axis=1, result_type="expand")
    written.columns = pd.Index(["estimate", "low", "high"])
    return build(
        pd.concat([rows[["quantity"]], written], axis=1),
        Text(
            en="If all brand stopped for a year and then went on as before",
            es="Si toda la marca parara un año y luego siguiera como antes",
        ),
        ["quantity", "estimate", "low", "high"],
        {},
        lang,
        words={"quantity": vocabulary.LOSSES},
        labels=_LABELS,
    )


def _loss(row: pd.Series, result: LongShort, lang: Language) -> list[str]:
    """Write one row of the summary: money, a share or weeks."""
    numbers = [row["estimate"], row["low"], row["high"]]
    if str(row["quantity"]).startswith("share"):
        return [wording.percent(x, lang, digits=0) for x in numbers]
    if str(row["quantity"]).startswith("half"):
        return [wording.integer(x, lang) for x in numbers]
    return [wording.amount(x, lang, currency=currency_told(result)) for x in numbers]


def returns_by_horizon(result: LongShort, lang: Language) -> Table:
    """Tabulate the value won for each unit of spend by horizon, on average and for one more."""
    columns = ["estimate", "low", "high", "marginal", "marginal_low", "marginal_high"]
    rows = result.returns.assign(extrapolated=result.returns["extrapolated"].astype("str"))
    return build(
        _named(rows, lang),
        Text(
            en="Value won for each 1 spent, on average and for 1 more, by weeks since",
            es="Valor ganado por cada 1 invertido, en promedio y por 1 más, según las semanas",
        ),
        ["driver", "weeks", *columns, "extrapolated"],
        decimals(lang, *columns, digits=2),
        lang,
        words={"extrapolated": _YES},
        labels=_LABELS,
    )


def prior_and_posterior(result: LongShort, lang: Language) -> Table:
    """Tabulate each effect before and after the data, and the weeks that would tell it."""
    rows = result.effects[result.effects["measure"] == measure_told(result)]
    rows = rows.assign(weeks_wanted=rows["weeks_wanted"].where(rows["verdict"] != "told"))
    columns = ["prior_low", "prior_high", "low", "high"]
    return build(
        _named(rows[rows["horizon"].isin(["short", "long"])], lang),
        Text(
            en="Each effect without and with the data, which added to it if its likely values lie "
            "at least {least} closer to the estimate than without; that is no evidence of an "
            "effect",
            es="Cada efecto sin y con los datos, que le aportan si sus valores probables quedan al "
            "menos {least} más cerca de la estimación que sin ellos; eso no prueba un efecto",
        ).format(least=both(percent, LEARNED, digits=0)),
        ["driver", "horizon", *columns, "learned", "verdict", "weeks_wanted"],
        {
            **_amounts(result, lang, *columns),
            **percents(lang, "learned", digits=0),
            "weeks_wanted": partial(_weeks, language=lang),
        },
        lang,
        words={"horizon": vocabulary.HORIZONS, "verdict": vocabulary.ADDED},
        labels=_LABELS,
    )


def forecast_checked(result: Diagnostics, lang: Language) -> Table:
    """Tabulate every check of the model."""
    rows = result.frame.assign(
        subject=[_subject(str(name))[lang] for name in result.frame["subject"]],
        passed=result.frame["passed"].astype("boolean").astype("str"),
    )
    return build(
        rows,
        Text(
            en="Checks of the weekly model, with what each is compared with",
            es="Pruebas del modelo semanal, con lo que se compara cada una",
        ),
        ["check", "subject", "value", "reference", "passed"],
        decimals(lang, "value", "reference", digits=2),
        lang,
        words={"check": vocabulary.MODEL_CHECKS, "passed": _PASSED},
        labels=_LABELS,
    )


def _subject(name: str) -> Text:
    return vocabulary.CHECK_SUBJECTS.get(name) or vocabulary.driver(name)
