"""Limits where nothing, or everything, has ended so: the upper bound behind a zero.

The usual interval of a cumulative incidence does not exist at 0. With nobody won among m leads
known to the day, the exact limit is 1 − (α/2)^(1/m) (Clopper & Pearson 1934, Biometrika 26:404).
Under censoring m is the number that the risk set stands for, n(t)/S(t−), never more than the leads
themselves: without censoring all of them, without other ends those still at risk, which is the
limit of Fay, Brittain & Proschan 2013 (Biostatistics 14:723) at zero.
"""

from __future__ import annotations

import numpy as np

from alignment.lead_to_close.incidence import Floats, Incidence, Transform, interval


def standing_for(found: Incidence) -> Floats:
    """Count the starts that the risk set of each time stands for.

    Parameters
    ----------
    found : Incidence
        The estimate.

    Returns
    -------
    array (T,)
        At risk over the share still open just before; as it last was once nobody is left.
    """
    n = found.table.at_risk.astype(np.float64)
    before = np.append(1.0, found.survival[:-1]) if len(n) else n
    known = (n > 0) & (before > 0)
    ratio = np.where(known, n / np.where(known, before, 1.0), np.nan)
    last = np.maximum.accumulate(np.where(known, np.arange(len(n)), 0))
    filled: Floats = ratio[last] if len(n) else ratio
    return filled


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
        As in :func:`~alignment.lead_to_close.incidence.interval`.

    Returns
    -------
    tuple of arrays (K, T)
        Low and high. At 0 the low limit is 0 and the high one exact; at 1 the other way round.
    """
    estimate = found.incidence
    low, high = interval(estimate, found.variance, level=level, transform=transform)
    zero, one = estimate <= 0, estimate >= 1 - 1e-15
    edge = zero | one
    if edge.any():
        count = np.maximum(standing_for(found), 1e-9)[np.nonzero(edge)[1]]
        reach = ((1 - level) / 2) ** (1 / count)
        low[edge] = np.where(zero[edge], 0.0, reach)
        high[edge] = np.where(zero[edge], 1 - reach, 1.0)
    return low, high
