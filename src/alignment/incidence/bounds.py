"""Limits where nothing, or everything, has ended so: the upper bound behind a zero.

The usual interval of a cumulative incidence does not exist at 0. With nobody won among m leads
known to the day, the exact limit is 1 − (α/2)^(1/m) (Clopper & Pearson 1934, Biometrika 26:404).
Under censoring m is the number that the risk set stands for, n(t)/S(t−), never more than the leads
themselves: without censoring all of them, without other ends those still at risk, which is the
limit of Fay, Brittain & Proschan 2013 (Biostatistics 14:723) at zero. Behind a zero nothing tells
how alike the leads of an account are, and those of one account count as one.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from alignment.incidence.estimate import Floats, Incidence, RiskTable, Transform, interval


def standing_for(found: Incidence) -> Floats:
    """Count the starts that the risk set of each time of an estimate stands for.

    Parameters
    ----------
    found : Incidence
        The estimate.

    Returns
    -------
    array (T,)
        At risk over the share still open just before; as it last was once nobody is left.
    """
    return standing_at(found.table, found.survival, found.table.time)


def standing_at(table: RiskTable, survival: Floats, times: Any) -> Floats:
    """Count the starts that the risk set of any time stands for.

    Between two exits fewer are at risk than at the one before: whoever left there says nothing of
    what came later.

    Parameters
    ----------
    table : RiskTable
        Its counts.
    survival : array (T,)
        Share still open just after each of its times.
    times : array
        Times asked for.

    Returns
    -------
    array
        At risk at the next exit over the share still open before; as it last was once nobody is
        left.
    """
    n = table.at_risk.astype(np.float64)
    if not len(n):
        return np.full(np.shape(times), np.nan)
    before = np.append(1.0, survival[:-1])
    known = (n > 0) & (before > 0)
    ratio = np.where(known, n / np.where(known, before, 1.0), np.nan)
    filled = ratio[np.maximum.accumulate(np.where(known, np.arange(len(n)), 0))]
    place = np.searchsorted(table.time, times, side="left")
    return np.asarray(filled[np.minimum(place, len(n) - 1)], dtype=np.float64)


def bounded_intervals(
    found: Incidence, *, level: float, transform: Transform = "complementary log-log"
) -> tuple[Floats, Floats]:
    """Give the pointwise intervals of all incidences, also where an estimate is 0 or 1.

    Parameters
    ----------
    found : Incidence
        The estimate.
    level : float
        Confidence level.
    transform : str
        As in :func:`~alignment.incidence.estimate.interval`.

    Returns
    -------
    tuple of arrays (K, T)
        Low and high. At 0 the low limit is 0 and the high one exact; at 1 the other way round.
    """
    estimate = found.incidence
    low, high = interval(estimate, found.variance, level=level, transform=transform)
    edge = (estimate <= 0) | (estimate >= 1 - 1e-15)
    if edge.any():
        count = np.broadcast_to(standing_for(found) / found.cluster_size, estimate.shape)
        low, high = at_the_edges(estimate, low, high, count, level)
    return low, high


def at_the_edges(
    estimate: Any, low: Any, high: Any, count: Any, level: float
) -> tuple[Floats, Floats]:
    """Put the exact limits where an estimate is 0 or 1, and leave the others as they are.

    Parameters
    ----------
    estimate, low, high : arrays of one shape
        Estimates and their usual intervals.
    count : array
        How many starts the risk set of each stands for.
    level : float
        Confidence level.

    Returns
    -------
    tuple of arrays
        Low and high: at 0, 0 and 1 − (α/2)^(1/count); at 1, (α/2)^(1/count) and 1.
    """
    estimate = np.asarray(estimate, dtype=np.float64)
    zero, one = estimate <= 0, estimate >= 1 - 1e-15
    reach = ((1 - level) / 2) ** (1 / np.maximum(count, 1e-9))
    return (
        np.where(zero, 0.0, np.where(one, reach, low)),
        np.where(zero, 1 - reach, np.where(one, 1.0, high)),
    )
