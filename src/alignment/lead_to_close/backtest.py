"""Would the forecast have held? The pipeline forecast on rewound data, against what happened."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd
from scipy.special import expit, logit
from scipy.stats import norm

from alignment.arguments import of_type, within
from alignment.dataset import Dataset
from alignment.errors import NotMeasurable
from alignment.incidence import Floats, Integers
from alignment.lead_to_close.pipeline import ASSUMPTIONS, OpenPipeline, open_pipeline
from alignment.lead_to_close.pipeline_rewind import NOT_REWOUND, as_known
from alignment.money import reported
from alignment.results import About, Result
from alignment.shares import wilson
from alignment.text import Text

MINIMUM_PERIODS = 4
MOST_PERIODS = 8
HISTORY_DAYS = 182  # closings must have been recorded that long before the first forecast
EDGES = (0.0, 0.05, 0.10, 0.20, 0.40, 0.60, 1.0)
PARTS = ("open", "new", "total")

METHOD = Text(
    en=(
        "The exports are rewound to the last moment before each quarter, the quarter is forecast "
        "from what was known then, and the forecast is set beside what happened (rolling origin; "
        "Tashman 2000). Quarters do not overlap. Wilson intervals by band of probability; "
        "logistic calibration slope with errors clustered by account."
    ),
    es=(
        "Las exportaciones se retroceden al último momento antes de cada trimestre, se pronostica "
        "con lo que se sabía entonces y se compara con lo que ocurrió (origen móvil; Tashman "
        "2000). Los trimestres no se solapan. Intervalos de Wilson por tramo de probabilidad; "
        "pendiente de calibración logística con errores agrupados por cuenta."
    ),
)


@dataclass(frozen=True)
class Calibration:
    """How well probabilities agree with what happened.

    Parameters
    ----------
    deals, won : int
        Forecasts of one deal in one period, and how many came true.
    expected, expected_low, expected_high : float
        Sum of the probabilities, and the range within which chance and the errors of the
        estimates, taken as shared by all periods, would leave what happened.
    brier : float
        Mean squared error of the probabilities; lower is better.
    brier_flat : float
        The same when every deal is given the share that happened.
    slope, slope_low, slope_high : float
        Of log-odds that happened on log-odds told: 1 is calibrated, below 1 too extreme. NaN
        where all or none were won.
    """

    deals: int
    won: int
    expected: float
    expected_low: float
    expected_high: float
    brier: float
    brier_flat: float
    slope: float
    slope_low: float
    slope_high: float


@dataclass(frozen=True)
class Backtest(Result):
    """Forecasts of past quarters, made with what was known then, and what happened.

    Parameters
    ----------
    periods : DataFrame
        The main table. ``period`` (str), ``as_of`` (UTC), ``part`` (category open, new, total),
        ``deals``, ``deals_low``, ``deals_high``, ``deals_won`` (float64), ``value``,
        ``value_low``, ``value_high``, ``value_won`` (float64, in `currency`), ``dashboard_deals``
        and ``dashboard_value`` (float64, open deals times the win rate of closed ones; missing
        for the other parts).
    bands : DataFrame
        ``band`` (str), ``forecast`` (float64, mean probability), ``deals``, ``won`` (int64),
        ``share``, ``low``, ``high`` (float64, Wilson interval).
    deals : DataFrame
        ``period``, ``opportunity_id``, ``account_id``, ``probability`` (float64), ``won`` (bool).
    calibration : Calibration
    level : float
        Level of the predictive intervals.
    currency : str or None
    about : About
    """

    periods: pd.DataFrame
    bands: pd.DataFrame
    deals: pd.DataFrame
    calibration: Calibration
    level: float
    currency: str | None
    about: About

    def to_frame(self) -> pd.DataFrame:
        """Return the forecasts beside what happened."""
        return self.periods


def backtest(
    data: Dataset,
    *,
    quarters: Sequence[str] | None = None,
    level: float = 0.80,
    replicates: int = 200,
    draws: int = 4000,
    seed: int = 20260101,
) -> Backtest:
    """Forecast past quarters from rewound data and compare with what happened.

    Parameters
    ----------
    data : Dataset
        As for :func:`alignment.lead_to_close.pipeline.open_pipeline`.
    quarters : sequence of str, optional
        Such as ``2026-Q1``; each must have ended by ``as_of``. By default the last 8 full ones
        before which closings were recorded for half a year.
    level : float
        Level of the predictive intervals, and of the other intervals here.
    replicates, draws, seed
        As for :func:`alignment.lead_to_close.pipeline.open_pipeline`.

    Returns
    -------
    Backtest

    Raises
    ------
    NotMeasurable
        If fewer than four quarters can be forecast.
    """
    of_type("data", data, Dataset, "alignment.load(folder)")
    within("level", level, 0, 1)
    data.require("opportunities", "created_at")
    told: list[tuple[pd.Period, OpenPipeline]] = []
    for period in _quarters(data, quarters):
        then = as_known(data, _before(period, data.timezone))
        try:
            made = open_pipeline(
                then, by=[str(period)], level=level, replicates=replicates, draws=draws, seed=seed
            )
        except NotMeasurable:
            continue  # too little was known by then
        told.append((period, made))
    if len(told) < MINIMUM_PERIODS:
        raise NotMeasurable(
            Text(
                en="Not measurable: fewer than four past quarters hold enough to test the "
                "forecast.",
                es="No medible: menos de cuatro trimestres pasados bastan para probar el "
                "pronóstico.",
            )
        )
    ends = data.opportunities.assign(value=reported(data, data.opportunities))
    ends = ends[ends["status"] == "won"].set_index("opportunity_id")
    deals = pd.concat([_deals(data, ends, *one) for one in told], ignore_index=True)
    periods = pd.concat([_period(data, ends, *one) for one in told], ignore_index=True)
    error = _estimation_error(deals, periods, level)
    return Backtest(
        periods=periods,
        bands=bands(deals["probability"].to_numpy(), deals["won"].to_numpy(), level=level),
        deals=deals,
        calibration=calibrate(deals, level=level, estimation_error=error),
        level=level,
        currency=data.currency,
        about=About(METHOD, level, (*ASSUMPTIONS, NOT_REWOUND)),
    )


def _quarters(data: Dataset, asked: Sequence[str] | None) -> list[pd.Period]:
    if asked is not None:
        found = [pd.Period(name, "Q") for name in asked]
        late = [str(one) for one in found if _before(one + 1, data.timezone) > data.as_of]
        if late:
            raise ValueError(f"{', '.join(late)} had not ended by the export")
        return found
    this = data.as_of.tz_convert(data.timezone).tz_localize(None).to_period("Q")
    last = this if _before(this + 1, data.timezone) <= data.as_of else this - 1
    found = [last - back for back in reversed(range(MOST_PERIODS))]
    first = data.observed_from + pd.Timedelta(days=HISTORY_DAYS)
    return [one for one in found if _before(one, data.timezone) >= first]


def _before(period: pd.Period, zone: str) -> pd.Timestamp:
    """Return the last moment before a period, in a zone."""
    start = period.start_time.tz_localize(zone, ambiguous=True, nonexistent="shift_forward")
    return (start.tz_convert("UTC") - pd.Timedelta(microseconds=1)).as_unit("us")


def _won_in(data: Dataset, ends: pd.DataFrame, period: pd.Period) -> pd.DataFrame:
    after, until = _before(period, data.timezone), _before(period + 1, data.timezone)
    return ends[(ends["closed_at"] > after) & (ends["closed_at"] <= until)]


def _deals(
    data: Dataset, ends: pd.DataFrame, period: pd.Period, told: OpenPipeline
) -> pd.DataFrame:
    won = _won_in(data, ends, period).index
    accounts = data.opportunities.set_index("opportunity_id")["account_id"]
    rows = told.deals[["period", "opportunity_id", "probability"]]
    ids = rows["opportunity_id"]
    account = accounts.reindex(ids).set_axis(rows.index)
    return rows.assign(account_id=account.fillna("(deal) " + ids), won=ids.isin(won))


def _period(
    data: Dataset, ends: pd.DataFrame, period: pd.Period, told: OpenPipeline
) -> pd.DataFrame:
    won = _won_in(data, ends, period)
    internal = data.leads.loc[data.leads["is_internal"], "lead_id"]
    won = won[~won["lead_id"].isin(internal) & won["created_at"].notna()]
    was_open = won.index.isin(told.deals["opportunity_id"])
    happened = {"open": won[was_open], "new": won[~was_open], "total": won}
    rows = told.periods[told.periods["part"] != "won"].reset_index(drop=True)
    dashboard = told.dashboard.iloc[0]
    is_open = rows["part"] == "open"
    numbers = rows.drop(columns=["period", "part"])
    table = pd.DataFrame(
        {
            "period": rows["period"],
            "as_of": told.as_of,
            "part": pd.Categorical(rows["part"].astype("str"), categories=list(PARTS)),
            **{name: numbers[name] for name in numbers},
        }
    )
    some = [happened[str(part)] for part in rows["part"]]
    table.insert(6, "deals_won", [float(len(one)) for one in some])
    table["value_won"] = [float(one["value"].sum()) for one in some]
    table["dashboard_deals"] = np.where(is_open, dashboard["deals"], np.nan)
    table["dashboard_value"] = np.where(is_open, dashboard["value"], np.nan)
    return table


def bands(
    probability: Floats,
    won: np.ndarray,
    *,
    level: float = 0.80,
    edges: Sequence[float] = EDGES,
) -> pd.DataFrame:
    """Compare forecast and outcome by band of probability; bands without deals are left out.

    Over periods that do not overlap each deal is a fresh trial given what was known before, so
    that the Wilson interval holds although a deal may come more than once.
    """
    place = np.clip(np.searchsorted(edges, probability, side="right") - 1, 0, len(edges) - 2)
    size = len(edges) - 1
    deals = np.bincount(place, minlength=size)
    hits = np.bincount(place, np.asarray(won, dtype=float), size).astype(np.int64)
    share, low, high = wilson(hits, deals, level)
    table = pd.DataFrame(
        {
            "band": [f"{a:.0%}–{b:.0%}" for a, b in pairwise(edges)],
            "forecast": np.bincount(place, probability, size) / np.maximum(deals, 1),
            "deals": deals.astype(np.int64),
            "won": hits,
            "share": share,
            "low": low,
            "high": high,
        }
    )
    return table[table["deals"] > 0].reset_index(drop=True)


def _estimation_error(deals: pd.DataFrame, periods: pd.DataFrame, level: float) -> float:
    """Give the standard error of the sum over all periods, the tossing of single deals aside.

    What each predictive interval has beyond the Bernoulli variance; it comes from one history, so
    the errors of the periods are added, not their squares.
    """
    z = float(norm.ppf(0.5 + level / 2))
    rows = periods[periods["part"] == "open"].set_index("period")
    whole = ((rows["deals_high"] - rows["deals_low"]) / (2 * z)) ** 2
    tossed = (deals["probability"] * (1 - deals["probability"])).groupby(deals["period"]).sum()
    return float(np.sqrt((whole - tossed.reindex(whole.index)).clip(lower=0)).sum())


def calibrate(
    deals: pd.DataFrame, *, level: float = 0.80, estimation_error: float = 0.0
) -> Calibration:
    """Score probabilities against what happened.

    Parameters
    ----------
    deals : DataFrame
        ``probability``, ``won`` and ``account_id``.
    level : float
        Level of the intervals.
    estimation_error : float
        Standard error of the sum of the probabilities.
    """
    told = deals["probability"].to_numpy(np.float64)
    won = deals["won"].to_numpy(np.float64)
    slope, error = _slope(told, won, pd.factorize(deals["account_id"])[0])
    z = float(norm.ppf(0.5 + level / 2))
    half = z * float(np.sqrt((told * (1 - told)).sum() + estimation_error**2))
    return Calibration(
        deals=len(deals),
        won=int(won.sum()),
        expected=float(told.sum()),
        expected_low=max(float(told.sum()) - half, 0.0),
        expected_high=float(told.sum()) + half,
        brier=float(np.mean((told - won) ** 2)),
        brier_flat=float(won.var()),
        slope=slope,
        slope_low=slope - z * error,
        slope_high=slope + z * error,
    )


def _slope(told: Floats, won: Floats, cluster: Integers) -> tuple[float, float]:
    """Regress the outcome on the log-odds told (Cox 1958); sandwich errors by cluster."""
    if not 0 < won.sum() < len(won):
        return float("nan"), float("nan")
    design = np.column_stack([np.ones(len(told)), logit(np.clip(told, 1e-6, 1 - 1e-6))])
    beta = np.array([0.0, 1.0])
    for _ in range(50):
        mean = expit(design @ beta)
        bread = np.linalg.inv((design * (mean * (1 - mean))[:, None]).T @ design)
        step = bread @ (design.T @ (won - mean))
        beta = beta + step
        if np.abs(step).max() < 1e-10:
            break
    residual = design * (won - expit(design @ beta))[:, None]
    clusters = int(cluster.max()) + 1
    scores = np.zeros((clusters, 2))
    np.add.at(scores, cluster, residual)
    covariance = bread @ (scores.T @ scores) @ bread * clusters / max(clusters - 1, 1)
    return float(beta[1]), float(np.sqrt(covariance[1, 1]))
