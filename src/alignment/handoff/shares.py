"""Shares with intervals: of those followed to the end, and of those still under way.

Sources: Wilson 1927 (JASA 22:209); Newcombe 1998 (Stat Med 17:873), method 10, for a difference;
Kaplan & Meier 1958 (JASA 53:457) with Greenwood's variance on the log(−log) scale. Every lead's
last moment of follow-up is known (the export), so one that was closed without the event simply
stays among those without it until then: the censoring-complete estimate of a cumulative incidence,
Fine & Gray 1999 (JASA 94:496), section 3.1.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import chi2, norm

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

FEWEST_AT_RISK = 10


def wilson(count: Any, total: Any, level: float) -> tuple[Floats, Floats, Floats]:
    """Give shares with Wilson's interval; all missing where nobody was counted."""
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
    share, low, high = wilson([count_a, count_b], [total_a, total_b], level)
    (a, b), (la, lb), (ha, hb) = share, low, high
    down = np.sqrt((a - la) ** 2 + (hb - b) ** 2)
    up = np.sqrt((ha - a) ** 2 + (b - lb) ** 2)
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


def holm(p: Floats) -> Floats:
    """Adjust p-values for their number (Holm 1979, Scand J Stat 6:65); missing ones stay."""
    p = np.asarray(p, dtype=np.float64)
    adjusted = np.full(len(p), np.nan)
    known = np.flatnonzero(~np.isnan(p))
    order = known[np.argsort(p[known], kind="stable")]
    stepped = p[order] * np.arange(len(order), 0, -1)
    adjusted[order] = np.minimum(np.maximum.accumulate(stepped), 1.0)
    return adjusted


@dataclass(frozen=True)
class Reached:
    """The share that has reached something, by time since the start.

    Parameters
    ----------
    time : array (T,)
        Distinct times of the event, ascending.
    without : array (T,)
        Probability of not having reached it just after each time.
    variance : array (T,)
        Greenwood's sum, the variance of ``log(without)``.
    exits : array (n,)
        Sorted last times of all, reached or still followed.
    """

    time: Floats
    without: Floats
    variance: Floats
    exits: Floats

    def at_risk(self, times: Any) -> Integers:
        """Count those still followed and without the event just before each time."""
        return np.asarray(len(self.exits) - np.searchsorted(self.exits, times, side="left"))

    def by(self, times: Any, level: float) -> tuple[Floats, Floats, Floats]:
        """Give the share by each time with its interval.

        Missing where fewer than :data:`FEWEST_AT_RISK` could be followed so far, unless all that
        were followed had reached it before. Where none or all had, the interval is the exact one
        of as many independent ones.
        """
        times = np.asarray(times, dtype=np.float64)
        place = np.searchsorted(self.time, times, side="right")
        without = np.concatenate([[1.0], self.without])[place]
        variance = np.concatenate([[0.0], self.variance])[place]
        at_risk = self.at_risk(times)
        z = norm.ppf((1 + level) / 2)
        tail = (1 - level) / 2
        size = np.maximum(np.where(without > 0, at_risk, len(self.exits)), 1)
        with np.errstate(divide="ignore", invalid="ignore"):
            logs = np.log(without)
            spread = z * np.sqrt(variance) / np.abs(logs)
            low, high = 1 - without ** np.exp(-spread), 1 - without ** np.exp(spread)
        low = np.where(without == 1, 0.0, np.where(without == 0, tail ** (1 / size), low))
        high = np.where(without == 1, 1 - tail ** (1 / size), np.where(without == 0, 1.0, high))
        known = (at_risk >= FEWEST_AT_RISK) | ((without == 0) & (len(self.exits) > 0))
        return (
            np.where(known, 1 - without, np.nan),
            np.where(known, low, np.nan),
            np.where(known, high, np.nan),
        )

    def quantile(self, share: float, level: float) -> tuple[float, float, float]:
        """Give the time by which a share has reached it, with its interval (Brookmeyer–Crowley).

        Missing where it is not reached.
        """
        _, low, high = self.by(self.time, level)
        reached = 1 - self.without

        def first(values: Floats) -> float:
            hit = np.flatnonzero(values >= share - 1e-12)
            return float(self.time[hit[0]]) if len(hit) else float("nan")

        return first(reached), first(high), first(low)


def reached(time: Any, event: Any) -> Reached:
    """Estimate the share that reaches an event by each time.

    Parameters
    ----------
    time : array (n,)
        Time of the event, or of the end of follow-up, from the start on; never negative.
    event : array (n,) of bool
        Whether it was reached.
    """
    time, event = np.asarray(time, dtype=np.float64), np.asarray(event, dtype=bool)
    if len(time) and time.min() < 0:
        raise ValueError("a time since the start cannot be negative")
    exits = np.sort(time)
    at, count = np.unique(time[event], return_counts=True)
    risk = len(exits) - np.searchsorted(exits, at, side="left")
    without = np.asarray(np.cumprod(1 - count / risk), dtype=np.float64)
    with np.errstate(divide="ignore"):
        variance = np.cumsum(np.where(risk > count, count / (risk * (risk - count)), np.inf))
    return Reached(at, without, variance, exits)
