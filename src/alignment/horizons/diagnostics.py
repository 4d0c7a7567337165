"""Diagnostics of the weekly model that can say no: placebos, refits, forecasts, checks of fit."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from alignment.arguments import of_type, whole
from alignment.horizons.baseline import parts
from alignment.horizons.carry_over import carried, geometric, saturated
from alignment.horizons.effects import BRAND, CLAIM
from alignment.horizons.long_short import LongShort
from alignment.horizons.model import YEAR_WEEKS, WeeklyFit
from alignment.horizons.refits import (
    forecasts,
    placebo_channels,
    placebo_dates,
    shifted_windows,
)
from alignment.results import LEVEL, About, Result
from alignment.text import Text

Floats = NDArray[np.float64]

PLACEBOS = 8
TIED = 0.95  # share of a stock's variance that the rest of the model explains too
AGREEING = 1.05  # split R-hat of a reported number
SHIFTED = 0.025  # probability below which (or above 1 − it) two windows disagree
USUAL = 0.05  # probability below which (or above 1 − it) a statistic is unusual

METHOD = Text(
    en="Refits of the weekly model: on activity shuffled by half-years (placebo channel), on "
    "activity of weeks to come (placebo date), on the first and the last half of the weeks (four "
    "fifths where these are short), and without the last quarter, whose forecast is set beside the "
    "value of a year before.",
    es="Reajustes del modelo semanal: con actividad barajada por semestres (canal placebo), con "
    "actividad de semanas futuras (fecha placebo), con la primera y la última mitad de las semanas "
    "(cuatro quintos si son pocas), y sin el último trimestre, cuyo pronóstico se compara con el "
    "valor de un año antes.",
)


@dataclass(frozen=True)
class Diagnostics(Result):
    """What speaks for and against a fit.

    Parameters
    ----------
    frame : DataFrame
        One row a check: ``check`` (see below), ``subject`` (driver, team or statistic), ``value``,
        ``reference`` (what it is compared with) and ``passed`` (bool; missing where it could not
        be run). Checks: ``history`` (share of a brand stock's variance that baseline, season and
        the other drivers explain too; at most 0.95), ``placebo channel`` (share of shuffled copies
        of a driver with a smaller effect of the year than the driver; at least 7 of 8), ``placebo
        claim`` (share of shuffled brand drivers for which a slow stock is claimed; at most 5 %),
        ``placebo date`` (the year's effect of marketing if activity 26 or 39 weeks later is put in
        its place; less than the real one), ``shifted window`` (probability that the year's effect
        is larger in the last half of the weeks than in the first; between 0.025 and 0.975),
        ``forecast`` (mean absolute error of up to four quarters, each forecast from the weeks
        before it; at most that of the value a year before), ``forecast interval`` (share of those
        weeks inside it),
        ``predictive`` (posterior predictive probability of a statistic of what the model leaves
        over; between 0.05 and 0.95) and ``chains`` (largest split R-hat of a
        driver's effect in the year; at most 1.05).
    placebos : DataFrame
        ``kind`` (``channel``, ``date``), ``driver``, ``number``, ``estimate``, ``low``, ``high``
        (effect in the year), ``slow_probability``, ``real`` (estimate of the real driver: in the
        same refit for a channel, in the fit itself for a date).
    windows : DataFrame
        ``driver``, ``window`` (``all``, ``first``, ``last``: halves of the weeks, or four fifths
        where a half is shorter than a year), ``estimate``, ``low``, ``high``,
        ``larger_than_first`` (probability; only for the last).
    forecast : DataFrame
        ``week``, ``outcome``, ``estimate``, ``low``, ``high``, ``naive`` (the value 52 weeks
        before). Empty where there are too few weeks.
    about : About
    """

    frame: pd.DataFrame
    placebos: pd.DataFrame
    windows: pd.DataFrame
    forecast: pd.DataFrame
    about: About = field(default_factory=lambda: About(METHOD, LEVEL))

    def to_frame(self) -> pd.DataFrame:
        """Return the checks."""
        return self.frame

    @property
    def vetoed(self) -> bool:
        """Say whether the model must not be believed.

        A placebo date or the forecast failed, or the weeks were too few to try either.
        """
        return self.untried or bool(self._vetoes.eq(False).any())

    @property
    def untried(self) -> bool:
        """Say whether neither of the checks that can forbid to believe the model could be run."""
        return not len(self._vetoes)

    @property
    def _vetoes(self) -> pd.Series:
        vetoes = self.frame["check"].isin(["placebo date", "forecast"])
        return self.frame.loc[vetoes, "passed"].astype("boolean").dropna()


def diagnose(result: LongShort, *, placebos: int = PLACEBOS, seed: int = 0) -> Diagnostics:
    """Run every check of a fitted result.

    Parameters
    ----------
    result : LongShort
        From :func:`alignment.horizons.long_short.long_and_short`.
    placebos : int
        Shuffled copies of each driver, at least one.
    seed : int

    Returns
    -------
    Diagnostics

    Raises
    ------
    ArgumentError
        If an argument is none of those that may be given.
    """
    of_type("result", result, LongShort, "long_and_short(data)")
    whole("placebos", placebos, 1)
    whole("seed", seed, 0)
    fit, panel = result.fit, result.panel
    level = result.about.level or LEVEL
    channel = placebo_channels(fit, panel, placebos, seed, level)
    date = placebo_dates(fit, panel, seed, level)
    windows = shifted_windows(fit, panel, seed, level)
    predicted = forecasts(fit, panel, seed, level)
    rows = [
        *_history(fit),
        *_channel_rows(channel, panel.slow),
        *_date_rows(date),
        *_window_rows(windows),
        *_forecast_rows(predicted, level),
        *_predictive(fit, seed),
        _chains(fit),
    ]
    frame = pd.DataFrame(rows, columns=["check", "subject", "value", "reference", "passed"])
    return Diagnostics(
        frame.astype({"check": "str", "subject": "str", "passed": "boolean"}),
        pd.concat([channel, date], ignore_index=True),
        windows,
        predicted,
        About(METHOD, level, result.about.assumptions),
    )


_Row = tuple[str, str, float, float, bool | None]


def _history(fit: WeeklyFit) -> list[_Row]:
    """Say how much of each brand stock the rest of the model could stand for."""
    weeks, rows = len(fit.outcome), list[_Row]()
    z = saturated(fit.activity, 2.0)
    fast = carried(z, geometric(0.5, weeks)[np.newaxis])[0]
    slow = carried(z, geometric(0.97, weeks)[np.newaxis])[0]
    for name in fit.slow:
        place = fit.drivers.index(name)
        others = np.column_stack([fit.base, np.delete(fast, place, axis=1)])
        target = slow[:, place]
        left = target - others @ np.linalg.lstsq(others, target, rcond=None)[0]
        share = 1.0 - float(left.var() / target.var())
        rows.append(("history", name, share, TIED, share <= TIED))
    return rows


def _channel_rows(placebos: pd.DataFrame, slow: Sequence[str]) -> list[_Row]:
    rows: list[_Row] = []
    for name, own in placebos.groupby("driver", sort=False):
        share = float((own["estimate"] < own["real"]).mean())
        rows.append(("placebo channel", str(name), share, 7 / 8, share >= 7 / 8))
    declared = placebos[placebos["driver"].isin(list(slow))]
    if len(declared):
        claimed = float((declared["slow_probability"] >= CLAIM).mean())
        rows.append(("placebo claim", BRAND, claimed, 0.05, claimed <= 0.05))
    return rows


def _date_rows(placebos: pd.DataFrame) -> list[_Row]:
    columns = ("number", "estimate", "real")
    return [
        ("placebo date", f"{number} weeks", float(value), float(real), bool(value < real))
        for number, value, real in zip(*(placebos[c] for c in columns), strict=True)
    ]


def _window_rows(windows: pd.DataFrame) -> list[_Row]:
    rows: list[_Row] = []
    for name, own in windows.groupby("driver", sort=False):
        more = float(own["larger_than_first"].max())
        if not np.isnan(more):
            agree = SHIFTED <= more <= 1 - SHIFTED
            rows.append(("shifted window", str(name), more, SHIFTED, agree))
    return rows


def _forecast_rows(predicted: pd.DataFrame, level: float) -> list[_Row]:
    if not len(predicted):
        return [("forecast", "last weeks", np.nan, np.nan, None)]
    error = float((predicted["outcome"] - predicted["estimate"]).abs().mean())
    naive = float((predicted["outcome"] - predicted["naive"]).abs().mean())
    held = float(predicted["outcome"].between(predicted["low"], predicted["high"]).mean())
    least = float(stats.binom.ppf(0.01, len(predicted), level)) / len(predicted)
    return [
        ("forecast", "last weeks", error, naive, error <= naive),
        ("forecast interval", "last weeks", held, level, held >= least),
    ]


def _predictive(fit: WeeklyFit, seed: int) -> list[_Row]:
    """Compare what is left over with noise drawn from the model, by posterior predictive p."""
    split = parts(fit, 400)
    left = fit.outcome - split.level - split.effect.sum(axis=2)
    random = np.random.default_rng([seed, 5])
    drawn = random.normal(size=left.shape) * left.std(axis=1, keepdims=True)
    rows: list[_Row] = []
    for name, statistic in _STATISTICS.items():
        share = float((statistic(drawn) >= statistic(left)).mean())
        rows.append(("predictive", name, share, USUAL, USUAL <= share <= 1 - USUAL))
    return rows


def _autocorrelation(x: Floats) -> Floats:
    return np.asarray((x[:, 1:] * x[:, :-1]).mean(axis=1) / x.var(axis=1))


def _largest(x: Floats) -> Floats:
    return np.asarray(np.abs(x).max(axis=1) / x.std(axis=1))


def _skewness(x: Floats) -> Floats:
    return np.asarray((x**3).mean(axis=1) / x.std(axis=1) ** 3)


_STATISTICS: Mapping[str, Callable[[Floats], Floats]] = {
    "autocorrelation of neighbouring weeks": _autocorrelation,
    "largest week": _largest,
    "skewness": _skewness,
}


def _chains(fit: WeeklyFit) -> _Row:
    year = fit.within(YEAR_WEEKS)
    worst = max(fit.agreement(year[:, d]) for d in range(year.shape[1]))
    return ("chains", "effect in the year", worst, AGREEING, worst <= AGREEING)
