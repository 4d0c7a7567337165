"""Shares with intervals, their difference, the test that they are equal, and many tests at once.

Leads of one account are often alike, so that many of them tell less than as many accounts would:
counts are then divided by their design effect. Sources: Wilson 1927 (JASA 22:209); Newcombe 1998
(Stat Med 17:873), method 10, for a difference; Holm 1979 (Scand J Stat 6:65) for the adjustment;
Rao & Scott 1992 (Biometrics 48:577) for the design effect; Kish 1965, Survey Sampling.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import chi2, norm

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


def wilson(
    count: Any, total: Any, level: float, effect: Any = 1.0
) -> tuple[Floats, Floats, Floats]:
    """Give shares with Wilson's interval; all missing where nobody was counted.

    Parameters
    ----------
    count, total : array_like of int
        How many of how many, of one shape.
    level : float
        Confidence level.
    effect : array_like of float
        Design effect of each (:func:`design_effects`): the interval is that of `total` over it.

    Returns
    -------
    tuple of arrays
        Share, low and high.
    """
    n = np.where(np.asarray(total) > 0, total, np.nan).astype(np.float64)
    share = np.asarray(count, dtype=np.float64) / n
    n = n / effect
    z = norm.ppf((1 + level) / 2)
    middle = (share + z**2 / (2 * n)) / (1 + z**2 / n)
    half = z / (1 + z**2 / n) * np.sqrt(share * (1 - share) / n + z**2 / (4 * n**2))
    # Where none or all were counted the bound is exact, whatever rounding says.
    return share, np.where(share == 0, 0.0, middle - half), np.where(share == 1, 1.0, middle + half)


def account_codes(account: Any) -> Integers:
    """Give each row the number of its account; one without an account is one of its own.

    Parameters
    ----------
    account : array_like of str
        Missing where there is none.

    Returns
    -------
    array (n,)
        Codes from 0 on.
    """
    codes: Integers = pd.factorize(pd.Series(account).array)[0].astype(np.int64)
    alone = codes < 0
    codes[alone] = codes.max(initial=-1) + 1 + np.arange(alone.sum())
    return codes


def mean_cluster(cluster: Integers) -> float:
    """Give the mean size of the cluster in which a row stands: Σ size² / Σ size.

    It is the design effect if all rows of a cluster are the same (Kish 1965).
    """
    size = np.bincount(cluster).astype(np.float64)
    return float((size**2).sum() / size.sum()) if len(cluster) else 1.0


def design_effects(
    hit: Any, cluster: Integers, group: Integers | None = None, groups: int = 1
) -> Floats:
    """Give by how much clusters widen the variance of the share of each group.

    The variance of the share between clusters, a ratio estimate, over that of as many independent
    rows; never below 1, as less is taken for chance. Where none or all were hit, nothing tells how
    alike a cluster is, and its rows count as one.

    Parameters
    ----------
    hit : array (n,) of bool
        What is counted.
    cluster : array (n,) of int
        Codes from 0 on, such as those of :func:`account_codes`.
    group : array (n,) of int, optional
        Codes 0..`groups` − 1.
    groups : int
        Number of groups.

    Returns
    -------
    array (groups,)
        1 exactly where no cluster has two rows.
    """
    of = np.zeros(len(cluster), dtype=np.int64) if group is None else np.asarray(group, np.int64)
    width = int(cluster.max(initial=0)) + 1
    pairs, which = np.unique(of * width + cluster, return_inverse=True)
    size = np.bincount(which, minlength=len(pairs)).astype(np.float64)
    hits = np.bincount(which, weights=np.asarray(hit, dtype=np.float64), minlength=len(pairs))
    home = pairs // width

    def total(values: Any = None) -> Floats:
        return np.bincount(home, weights=values, minlength=groups).astype(np.float64)

    n, clusters = np.maximum(total(size), 1.0), total()
    share = total(hits) / n
    between = total((hits - share[home] * size) ** 2)
    within = n * share * (1 - share) * n / np.maximum(n - 1, 1.0)
    told = (share > 0) & (share < 1) & (clusters > 1)
    scaled = between * clusters / np.maximum(clusters - 1, 1.0)
    effect = np.where(told, scaled / np.where(told, within, 1.0), total(size**2) / n)
    return np.where(clusters == n, 1.0, np.maximum(effect, 1.0))


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


def equal_shares(counts: Any, totals: Any, effects: Any = 1.0) -> float:
    """Test whether all groups have one share (Pearson's chi-square); p, missing with one group.

    Counts are divided by their design effects first (Rao & Scott 1992).
    """
    counts, totals = np.asarray(counts) / effects, np.asarray(totals) / effects
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
