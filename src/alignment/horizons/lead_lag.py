"""Whether budget follows sales or sales the budget, which tells how to read an effect of spend."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from alignment.arguments import of_type, within
from alignment.dataset import Dataset
from alignment.errors import NotMeasurable
from alignment.horizons.lead_lag_fit import (
    YEAR,
    band,
    budget_rule,
    cross_correlation,
    season,
    toda_yamamoto,
)
from alignment.horizons.region_weeks import spend_by_day
from alignment.money import reported
from alignment.results import LEVEL, About, Result
from alignment.rewind import rewound
from alignment.shares import holm
from alignment.tables import OBJECTIVES
from alignment.text import Text

Floats = NDArray[np.float64]

ALL = "all"
MINIMUM_WEEKS = 78
WINDOW = 13  # weeks of sales that a budget may look back on
FOLLOWS, LEADS, BOTH, NEITHER = "follows", "leads", "both", "neither"

METHOD = Text(
    en="Toda–Yamamoto test of whether the past of one weekly series helps to predict the other, "
    "both ways, season and trend held equal, p-values adjusted for their number (Holm). The rule: "
    "log spend on its own past and the log of mean sales of the 13 weeks before. Both are judged "
    "by series drawn anew (bootstrap).",
    es="Prueba de Toda–Yamamoto: si el pasado de una serie semanal ayuda a predecir la otra, en "
    "ambos sentidos, a igual temporada y tendencia, con valores p ajustados por su número (Holm). "
    "La regla: logaritmo de la inversión según su pasado y el de la media de ventas de las 13 "
    "semanas previas. Ambas se juzgan con series sorteadas de nuevo (bootstrap).",
)
ASSUMPTIONS = (
    Text(
        en="To come first proves no effect: both may follow something that is not in the "
        "data, such as a plan or the market.",
        es="Ir primero no prueba un efecto: ambas pueden seguir a algo que no está en los datos, "
        "como un plan o el mercado.",
    ),
    Text(
        en="A budget set a year ahead on last year's sales moves too seldom to be seen here.",
        es="Un presupuesto fijado un año antes según las ventas del anterior cambia muy pocas "
        "veces para verse aquí.",
    ),
)


@dataclass(frozen=True)
class LeadLag(Result):
    """Which goes first, spend or sales.

    Parameters
    ----------
    frame : DataFrame
        ``series`` (str: all, brand, activation), ``follows_p``, ``leads_p`` (float64: adjusted
        p-values that the past of sales helps to predict spend, and the reverse), ``follows_lags``,
        ``leads_lags`` (int64), ``elasticity``, ``low``, ``high`` (float64: by how many per cent
        spend moves in the week after the sales of a quarter were 1 % higher), ``rule_p``
        (adjusted), ``verdict`` (str: follows, leads, both, neither).
    correlation : DataFrame
        ``series``, ``lag`` (int64, weeks: above 0 spend comes first), ``correlation``, ``band``.
    weeks : int
    sales : str
        What stands for sales.
    about : About
    """

    frame: pd.DataFrame
    correlation: pd.DataFrame
    weeks: int
    sales: str
    about: About

    def to_frame(self) -> pd.DataFrame:
        """Return the tests."""
        return self.frame


def lead_lag(data: Dataset, *, level: float = LEVEL) -> LeadLag:
    """Test whether budgets follow sales, by objective where campaigns carry one.

    Parameters
    ----------
    data : Dataset
        Needs ``spend`` and won ``opportunities`` with closing dates and amounts.
    level : float
        Level of the interval, and of the tests.

    Returns
    -------
    LeadLag

    Raises
    ------
    NotMeasurable
        If one of these is missing or they overlap for fewer than 78 weeks.
    CurrencyError
        If amounts are in another currency without a rate.
    """
    of_type("data", data, Dataset, "alignment.load(folder)")
    within("level", level, 0, 1)
    seen = rewound(data)
    seen.require("spend", "cost")
    seen.require("opportunities", "closed_at")
    weeks, spend, sales = _series(seen)
    moving = {name: series for name, series in spend.items() if moves(series)}
    if len(weeks) < MINIMUM_WEEKS or not (sales > 0).sum() >= WINDOW or not moves(sales):
        raise NotMeasurable(
            Text(
                en="Not measurable: spend and won deals overlap for {n} weeks, {k} of them with "
                "something won; to tell which goes first takes at least 78, and 13 with wins.",
                es="No medible: la inversión y lo ganado coinciden {n} semanas, {k} de ellas con "
                "algo ganado; para saber cuál va primero hacen falta al menos 78, y 13 con algo "
                "ganado.",
            ).format(n=Text.same(str(len(weeks))), k=Text.same(str(int((sales > 0).sum()))))
        )
    if ALL not in moving:
        raise NotMeasurable(
            Text(
                en="Not measurable: weekly spend is the same all along or falls in too few weeks, "
                "so there is nothing that could go first.",
                es="No medible: la inversión semanal es siempre la misma o cae en muy pocas "
                "semanas; no hay nada que pueda ir primero.",
            )
        )
    found = lead_lag_of(moving, sales, level=level)
    still = len(spend) - len(moving)
    left_out = {"series of spend that hardly move": still} if still else {}
    return replace(found, about=replace(found.about, left_out=left_out))


def moves(series: Floats) -> bool:
    """Say whether a weekly series moves beyond trend and season, in a quarter's weeks or more."""
    if not (series > 0).sum() >= WINDOW:
        return False
    logs, base = _logs(series), season(len(series))
    left = logs - base @ np.linalg.lstsq(base, logs, rcond=None)[0]
    return bool(left.std() > 1e-6)


def lead_lag_of(
    spend: Mapping[str, Floats],
    sales: Floats,
    *,
    level: float = LEVEL,
    period: float = YEAR,
    window: int = WINDOW,
    pairs: int = 2,
    most: int = 8,
) -> LeadLag:
    """Test series that are at hand, one value a period.

    Parameters
    ----------
    spend : mapping of str to array
        Series of spend, by name.
    sales : array
        Sales of the same periods.
    level : float
        Level of the interval, and of the tests.
    period : float
        Periods a year.
    window : int
        Periods of sales that a budget may look back on.
    pairs : int
        Pairs of yearly waves held equal; 0 for yearly data.
    most : int
        Largest number of lags considered.

    Returns
    -------
    LeadLag
    """
    base = season(len(sales), pairs, period)
    told = _logs(sales)
    rows, parts = [], []
    for name, series in spend.items():
        logs = _logs(series)
        follows = toda_yamamoto(logs, told, base, most=most)
        leads = toda_yamamoto(told, logs, base, most=most)
        rule = budget_rule(logs, sales, base, level, window=window)
        rows.append((name, follows[0], leads[0], follows[1], leads[1], *rule))
        farthest = min(26, len(sales) // 4)
        found, count = cross_correlation(logs, told, base, farthest=farthest)
        parts.append(
            pd.DataFrame(
                {
                    "series": name,
                    "lag": np.arange(-farthest, farthest + 1),
                    "correlation": found,
                    "band": band(count, level),
                }
            )
        )
    return LeadLag(
        frame=_frame(rows, 1 - level),
        correlation=pd.concat(parts, ignore_index=True).astype({"series": "str"}),
        weeks=len(sales),
        sales="value won",
        about=About(METHOD, level, ASSUMPTIONS),
    )


def _logs(series: Floats) -> Floats:
    """Take logs of a series that may hold zeros: a twentieth of the mean is added."""
    return np.asarray(np.log(series + 0.05 * float(series.mean())))


def _frame(rows: Sequence[tuple[object, ...]], alpha: float) -> pd.DataFrame:
    names = ["series", "follows_p", "leads_p", "follows_lags", "leads_lags"]
    table = pd.DataFrame(rows, columns=[*names, "elasticity", "low", "high", "rule_p"])
    # Two tests ask whether spend follows: the rule and the lags. Both are adjusted together.
    follows = holm(np.r_[table["follows_p"], table["rule_p"]])
    table["follows_p"], table["rule_p"] = follows[: len(table)], follows[len(table) :]
    table["leads_p"] = holm(table["leads_p"])
    behind = (table["follows_p"] < alpha) | ((table["rule_p"] < alpha) & (table["elasticity"] > 0))
    ahead = table["leads_p"] < alpha
    verdict = np.select([behind & ahead, behind, ahead], [BOTH, FOLLOWS, LEADS], NEITHER)
    return table.assign(verdict=verdict).astype({"series": "str", "verdict": "str"})


def _series(data: Dataset) -> tuple[pd.DatetimeIndex, dict[str, Floats], Floats]:
    """Give weekly spend, in all and by objective, and the value won, in whole weeks."""
    days = spend_by_day(data)
    if not len(days):
        return pd.DatetimeIndex([]), {}, np.zeros(0)
    won = data.opportunities[(data.opportunities["status"] == "won").to_numpy()]
    won = won[won["closed_at"].notna() & (won["closed_at"] <= data.as_of)]
    closed = won["closed_at"].dt.tz_convert(data.timezone).dt.tz_localize(None).dt.normalize()
    shown = data.observed_from.tz_convert(data.timezone).tz_localize(None).normalize()
    today = data.as_of.tz_convert(data.timezone).tz_localize(None).normalize()
    first = max(days["day"].min(), shown)
    start = first + pd.Timedelta(days=(7 - first.weekday()) % 7)
    end = min(today, days["day"].max()) - pd.Timedelta(days=6)
    weeks = pd.date_range(start, end, freq="7D")
    objective = _objective_of(data).iloc[days["row"].to_numpy()].to_numpy()
    spend = {ALL: _weekly(days["day"], days["amount"], weeks)}
    for name in OBJECTIVES:
        mine = objective == name
        if mine.any():
            spend[name] = _weekly(days["day"][mine], days["amount"][mine], weeks)
    value = reported(data, won).fillna(0.0) if data.currency is not None else won["amount"]
    return weeks, spend, _weekly(closed, value, weeks)


def _objective_of(data: Dataset) -> pd.Series:
    campaigns = data.campaigns[["platform", "campaign_id", "objective"]]
    keys = ["platform", "campaign_id"]
    return data.spend[keys].merge(campaigns, on=keys, how="left")["objective"].astype("object")


def _weekly(day: pd.Series, amount: pd.Series, weeks: pd.DatetimeIndex) -> Floats:
    if not len(weeks):
        return np.zeros(0)
    place = ((day - weeks[0]).dt.days // 7).to_numpy()
    inside = (place >= 0) & (place < len(weeks))
    value = np.nan_to_num(amount.to_numpy(dtype=np.float64))[inside]
    return np.bincount(place[inside], value, minlength=len(weeks)).astype(np.float64)
