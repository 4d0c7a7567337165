"""The matrix of channel pairs: which of them reach more, or less, than the two apart.

Forty-five cells are read at once, so that each is shrunk towards none and only those are marked
that survive a false-discovery rate of 10 % (Benjamini and Hochberg 1995).
"""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pandas as pd
from scipy import stats

from alignment.attribution.paths import Floats
from alignment.attribution.synergy.indices import shapley_taylor
from alignment.attribution.synergy.landmark import Landmark
from alignment.attribution.synergy.widened import WIDENED, widened_interval

FALSE_DISCOVERY_RATE = 0.10


def _interval(draws: Floats, level: float) -> tuple[Floats, Floats]:
    bounds = [widened_interval(column, level) for column in draws.T]
    low, high = np.array(bounds, dtype=float).reshape(-1, 2).T
    return low, high


def _teams_of(units: Landmark) -> list[str]:
    count = len(units.channels)
    return ["marketing"] * units.marketing + ["sales"] * (count - units.marketing)


def channel_table(units: Landmark, values: Floats, level: float) -> pd.DataFrame:
    """Give each channel's own part and Shapley value.

    Parameters
    ----------
    units : Landmark
        The design.
    values : array (1 + replicates, 2**channels)
        The data first.
    level : float
        Level of the intervals.

    Returns
    -------
    DataFrame
        ``channel``, ``team``, ``alone`` and ``shapley`` with ``low`` and ``high`` of the latter.
        Credit of channels; that of the teams is no sum of it.
    """
    found = shapley_taylor(values)
    low, high = _interval(found.shapley, level)
    return pd.DataFrame(
        {
            "channel": units.channels,
            "team": _teams_of(units),
            "alone": found.single[0],
            "shapley": found.shapley[0],
            "low": low,
            "high": high,
        }
    )


def pair_table(units: Landmark, values: Floats, level: float) -> pd.DataFrame:
    """Give the Shapley-Taylor index of each pair of channels.

    Returns
    -------
    DataFrame
        ``channel``, ``other``, ``team``, ``other_team``, ``estimate``, ``low``, ``high``,
        ``shrunk`` (empirical Bayes), ``p``, ``q`` (Benjamini-Hochberg) and ``survives``.
    """
    found = shapley_taylor(values)
    pairs = list(combinations(range(len(units.channels)), 2))
    teams = _teams_of(units)
    first, second = np.array(pairs, dtype=np.int64).reshape(-1, 2).T
    estimate = found.pair[0][first, second]
    draws = found.pair[:, first, second]
    low, high = _interval(draws, level)
    error = WIDENED * draws[1:].std(axis=0, ddof=1) if len(draws) > 2 else np.nan * estimate
    p = 2 * stats.norm.sf(np.abs(estimate) / np.where(error > 0, error, np.nan))
    q = adjusted(p)
    return pd.DataFrame(
        {
            "channel": [units.channels[i] for i in first],
            "other": [units.channels[j] for j in second],
            "team": [teams[i] for i in first],
            "other_team": [teams[j] for j in second],
            "estimate": estimate,
            "low": low,
            "high": high,
            "shrunk": shrunk(estimate, error),
            "p": p,
            "q": q,
            "survives": q <= FALSE_DISCOVERY_RATE,
        }
    )


def adjusted(p: Floats) -> Floats:
    """Give Benjamini-Hochberg adjusted p-values; a missing one stays missing and counts not."""
    found = np.full(len(p), np.nan)
    known = np.flatnonzero(np.isfinite(p))
    if len(known):
        found[known] = stats.false_discovery_control(p[known])
    return found


def shrunk(estimate: Floats, error: Floats) -> Floats:
    """Shrink estimates towards zero as far as their spread is no wider than their errors."""
    between = max(float(np.mean(estimate**2 - error**2)), 0.0) if len(estimate) else 0.0
    return np.asarray(estimate * between / (between + error**2))
