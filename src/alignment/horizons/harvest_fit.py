"""Whether sales work is worth more where brand stock is high: a hazard of winning, week by week.

Each row is a deal in a week in which it was open. The odds of winning in that week follow its
age, region and calendar quarter, whether sales had worked it, the brand stock of its region, and
the product of the two (Allison 1982, Sociological Methodology 13:61, for hazards in discrete
time). Chances are standardised over all rows (Robins 1986); the covariance is by account (Liang &
Zeger 1986).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import ndtri

from alignment.regression import cluster_influence, covariance, fit

Floats = NDArray[np.float64]

AGE_BANDS = (4, 8, 13, 26, 52)  # weeks; the first of the next band
LOW, HIGH = 0.25, 0.75  # quantiles of the stock that stand for low and high
_RIDGE = 1e-3  # a quarter without a win must not run away


@dataclass(frozen=True)
class HarvestFit:
    """What the hazard tells.

    Parameters
    ----------
    chances : array (2, 2, 3)
        Chance of winning in a week by stock (low, high) and work (no, yes), with low and high
        limits.
    worth : array (2, 3)
        Chance with work minus chance without it, by stock, with limits.
    difference : array (3,)
        Worth at high stock minus worth at low, with limits.
    odds_ratio : array (3,)
        By how much the odds ratio of work is multiplied from low to high stock, with limits.
    levels : array (2,)
        The stocks that stand for low and high.
    """

    chances: Floats
    worth: Floats
    difference: Floats
    odds_ratio: Floats
    levels: Floats


def fit_harvest(rows: pd.DataFrame, level: float) -> HarvestFit:
    """Fit the hazard and standardise it.

    Parameters
    ----------
    rows : DataFrame
        ``won`` (bool), ``worked`` (bool), ``stock`` (float), ``age`` (weeks), ``region``,
        ``quarter`` (any labels), ``account`` (any label).
    level : float
        Level of the intervals.

    Returns
    -------
    HarvestFit
    """
    stock = rows["stock"].to_numpy(dtype=np.float64)
    levels = np.quantile(stock, [LOW, HIGH])
    spread = levels[1] - levels[0] if levels[1] > levels[0] else 1.0
    z = (stock - levels[0]) / spread  # 0 where it is low, 1 where it is high
    worked = rows["worked"].to_numpy(dtype=np.float64)
    base = _base(rows)
    design = np.column_stack([base, worked, z, worked * z])
    won = rows["won"].to_numpy(dtype=bool)
    fitted = fit(design, np.column_stack([~won, won]).astype(np.float64), ridge=_RIDGE)
    cluster = pd.factorize(rows["account"])[0].astype(np.int64)
    every = np.arange(len(rows), dtype=np.int64)
    influence = cluster_influence(fitted, design, every, won.astype(np.int64), cluster)
    variance = covariance(influence)
    beta = fitted.coefficients[0]
    wide = float(ndtri(0.5 + level / 2))
    means, slopes = _standardised(base, beta)
    told = np.array(
        [[_limits(means[b, w], slopes[b, w], variance, wide) for w in (0, 1)] for b in (0, 1)]
    )
    worth = np.array(
        [
            _limits(means[b, 1] - means[b, 0], slopes[b, 1] - slopes[b, 0], variance, wide)
            for b in (0, 1)
        ]
    )
    gap = means[1, 1] - means[1, 0] - means[0, 1] + means[0, 0]
    slope = slopes[1, 1] - slopes[1, 0] - slopes[0, 1] + slopes[0, 0]
    only = np.zeros(len(beta))
    only[-1] = 1.0
    return HarvestFit(
        chances=told,
        worth=worth,
        difference=np.array(_limits(gap, slope, variance, wide)),
        odds_ratio=np.exp(_limits(float(beta[-1]), only, variance, wide)),
        levels=levels,
    )


def _base(rows: pd.DataFrame) -> Floats:
    """Give the columns beside work and stock: one, age, region, quarter."""
    band = np.searchsorted(AGE_BANDS, rows["age"].to_numpy(), side="right")
    parts = [np.ones((len(rows), 1))]
    for labels in (pd.Series(band), rows["region"], rows["quarter"]):
        codes, names = pd.factorize(labels, sort=True)
        parts.append(np.eye(len(names))[codes][:, 1:])
    return np.concatenate(parts, axis=1)


def _standardised(base: Floats, beta: Floats) -> tuple[Floats, Floats]:
    """Give the mean chance over all rows with stock and work set, and its derivative."""
    means, slopes = np.empty((2, 2)), np.empty((2, 2, len(beta)))
    for stock in (0, 1):
        for work in (0, 1):
            design = np.column_stack(
                [base, np.full((len(base), 3), [work, stock, work * stock], dtype=np.float64)]
            )
            chance = 1 / (1 + np.exp(-design @ beta))
            means[stock, work] = chance.mean()
            slopes[stock, work] = (chance * (1 - chance)) @ design / len(base)
    return means, slopes


def _limits(
    value: float, slope: Floats, variance: Floats, wide: float
) -> tuple[float, float, float]:
    half = wide * max(float(slope @ variance @ slope), 0.0) ** 0.5
    return float(value), float(value - half), float(value + half)
