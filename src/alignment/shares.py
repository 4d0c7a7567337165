"""Shares with intervals, their difference, the test that they are equal, and many tests at once.

Sources: Wilson 1927 (JASA 22:209); Newcombe 1998 (Stat Med 17:873), method 10, for a difference;
Holm 1979 (Scand J Stat 6:65) for the adjustment.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import chi2, norm

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


def wilson(count: Any, total: Any, level: float) -> tuple[Floats, Floats, Floats]:
    """Give shares with Wilson's interval; all missing where nobody was counted.

    Parameters
    ----------
    count, total : array_like of int
        How many of how many, of one shape.
    level : float
        Confidence level.

    Returns
    -------
    tuple of arrays
        Share, low and high.
    """
    n = np.where(np.asarray(total) > 0, total, np.nan).astype(np.float64)
    share = np.asarray(count, dtype=np.float64) / n
    z = norm.ppf((1 + level) / 2)
    middle = (share + z**2 / (2 * n)) / (1 + z**2 / n)
    half = z / (1 + z**2 / n) * np.sqrt(share * (1 - share) / n + z**2 / (4 * n**2))
    # Where none or all were counted the bound is exact, whatever rounding says.
    return share, np.where(share == 0, 0.0, middle - half), np.where(share == 1, 1.0, middle + half)


def difference(
    count_a: int, total_a: int, count_b: int, total_b: int, level: float
) -> tuple[float, float, float]:
    """Give the first share minus the second, with Newcombe's interval."""
    (a, b), low, high = wilson([count_a, count_b], [total_a, total_b], level)
    return difference_of((a, low[0], high[0]), (b, low[1], high[1]))


def difference_of(
    first: tuple[float, float, float], second: tuple[float, float, float]
) -> tuple[float, float, float]:
    """Give one independent share minus another, with the interval that theirs give (Newcombe).

    Parameters
    ----------
    first, second : tuple of float
        Share, low and high, at one level.

    Returns
    -------
    tuple of float
        Difference, low and high, at that level.
    """
    (a, low_a, high_a), (b, low_b, high_b) = first, second
    down = np.hypot(a - low_a, high_b - b)
    up = np.hypot(high_a - a, b - low_b)
    return float(a - b), float(a - b - down), float(a - b + up)


def equal_shares(counts: Integers, totals: Integers) -> float:
    """Test whether all groups have one share (Pearson's chi-square); p, missing with one group."""
    used = totals > 0
    counts, totals = counts[used], totals[used]
    common = counts.sum() / totals.sum() if len(totals) else 0.0
    if len(totals) < 2 or not 0 < common < 1:
        return float("nan")
    statistic = ((counts - totals * common) ** 2 / (totals * common * (1 - common))).sum()
    return float(chi2.sf(statistic, len(totals) - 1))


def holm(p_values: Any) -> Floats:
    """Adjust p-values for their number, so that the chance of any false alarm is kept.

    Parameters
    ----------
    p_values : array_like of float
        Missing ones stay missing and do not count.

    Returns
    -------
    array
        Adjusted p-values, in the order given.
    """
    p = np.asarray(p_values, dtype=np.float64)
    adjusted = np.full(len(p), np.nan)
    known = np.flatnonzero(~np.isnan(p))
    order = known[np.argsort(p[known], kind="stable")]
    stepped = p[order] * np.arange(len(order), 0, -1)
    adjusted[order] = np.minimum(np.maximum.accumulate(stepped), 1.0)
    return adjusted
