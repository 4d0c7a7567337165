"""Intervals from bootstrap replicates, for every analysis that draws accounts."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import stats

Floats = NDArray[np.float64]


def effective_size(values: NDArray[Any]) -> float:
    """Give how many units of equal value would make a sum as uncertain as these make it.

    Kish's effective size (Kish 1965, Survey Sampling), (sum of values)² / (sum of squares): a few
    large deals count for few. 0 where there is no value.
    """
    squares = float((np.asarray(values, dtype=float) ** 2).sum())
    return float(np.sum(values) ** 2 / squares) if squares else 0.0


def expanded_percentile(draws: Floats, level: float, size: float = np.inf) -> tuple[Floats, Floats]:
    """Give the expanded percentile interval of each column.

    Plain percentiles are too narrow in small samples, as a normal interval is beside Student's;
    Hesterberg (2015, American Statistician 69:371) widens them by as much. A replicate in which
    something is missing is no replicate.

    Parameters
    ----------
    draws : array (replicates, columns)
        Bootstrap replicates.
    level : float
        Confidence level.
    size : float
        Effective number of units drawn; infinite for plain percentiles.

    Returns
    -------
    low, high : arrays (columns,)
        Missing if nothing could be drawn.
    """
    usable = draws[np.isfinite(draws).all(axis=1)]
    if not len(usable):
        missing = np.full(draws.shape[1], np.nan)
        return missing, missing
    tail = (1 - level) / 2
    if np.isfinite(size):
        n = max(size, 2.0)
        tail = float(stats.norm.cdf(stats.t.ppf(tail, n - 1) * np.sqrt(n / (n - 1))))
    low, high = np.quantile(usable, [tail, 1 - tail], axis=0)
    return low, high
