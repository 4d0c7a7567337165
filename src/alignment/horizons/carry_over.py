"""Carry-over and saturation: how an activity of one week acts in the weeks after it.

Saturation comes first and carry-over after it, so that the split of an effect by weeks is exact
(Jin et al. 2017). Every kernel sums to 1 over all weeks to come, so that a coefficient is the whole
effect of one average week of activity, whatever its carry-over.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import special

Floats = NDArray[np.float64]

HUMP_SHAPE = 3.0  # of the gamma law of humped effects: they start at nothing and peak later


def saturated(activity: NDArray[Any], half: float) -> Floats:
    """Bend activity by a hyperbola and scale it to mean 1.

    ``f(x) = x / (x + half · m)`` with m the mean of the positive weeks: at ``half`` times the usual
    week, half of what can be reached is reached. Large `half` is nearly a straight line.

    Parameters
    ----------
    activity : array (T,) or (T, D)
        Spend or counts by week, not negative, each column positive somewhere.
    half : float
        Half-saturation, in usual weeks.

    Returns
    -------
    array
        Of the same shape; each column has mean 1, whatever the units of `activity`.
    """
    x = np.asarray(activity, dtype=np.float64)
    bent = x / (x + half * usual_week(x))
    scaled: Floats = bent / bent.mean(axis=0)
    return scaled


def usual_week(activity: Floats) -> Floats:
    """Give the mean of the weeks with activity, by column."""
    mean: Floats = activity.sum(axis=0) / np.maximum((activity > 0).sum(axis=0), 1)
    return mean


def marginal_share(activity: Floats, half: NDArray[Any]) -> Floats:
    """Give the effect of one more unit as a share of that of the average unit.

    One more unit spent in proportion to what was spent changes the saturated series by
    ``mean(x f'(x)) / mean f(x)`` of what an average unit did: below 1 where activity saturates.

    Parameters
    ----------
    activity : array (T,)
        Activity of one driver by week.
    half : array (S,)
        Half-saturations.

    Returns
    -------
    array (S,)
    """
    knee = np.asarray(half, dtype=np.float64)[:, np.newaxis] * usual_week(activity)
    bent = activity / (activity + knee)
    slope = activity * knee / (activity + knee) ** 2
    share: Floats = slope.mean(axis=1) / bent.mean(axis=1)
    return share


def geometric(retention: float, weeks: int) -> Floats:
    """Give the weights of a geometric carry-over: ``(1 − a) aʲ`` in week j = 0, 1, …."""
    kernel: Floats = (1.0 - retention) * retention ** np.arange(weeks, dtype=np.float64)
    return kernel


def humped(mean: float, weeks: int) -> Floats:
    """Give the weights of an effect that peaks later: a gamma law of shape 3, by whole weeks.

    Parameters
    ----------
    mean : float
        Mean of the law, in weeks; it peaks at two thirds of it.
    weeks : int
        Weeks to give, from the week of the activity on.
    """
    edges = np.arange(weeks + 1, dtype=np.float64) * HUMP_SHAPE / mean
    kernel: Floats = np.diff(special.gammainc(HUMP_SHAPE, edges))
    return kernel


def carried(series: Floats, kernels: Floats) -> Floats:
    """Carry series over by kernels; before the first week they are taken at their mean of 1.

    ``Σ_{j ≤ t} k_j z_{t−j} + (1 − Σ_{j ≤ t} k_j)``: an export has no history before its first week,
    and the mean is the best guess of it.

    Parameters
    ----------
    series : array (T, D)
        Saturated activity, of mean 1.
    kernels : array (K, T)
        Weights by lag.

    Returns
    -------
    array (K, T, D)
    """
    weeks = len(series)
    lag = np.subtract.outer(np.arange(weeks), np.arange(weeks))
    toeplitz = np.where(lag >= 0, kernels[:, np.maximum(lag, 0)], 0.0)
    before = 1.0 - np.cumsum(kernels, axis=1)
    filled: Floats = toeplitz @ series + before[:, :, np.newaxis]
    return filled
