"""The share that has reached something, by time since the start, for those still under way too.

A thin face of :mod:`alignment.incidence` for one kind of end and no delayed entry. Every lead's
last moment of follow-up is known (the export), so one that was closed without the event simply
stays among those without it until then: the censoring-complete estimate of a cumulative incidence,
Fine & Gray 1999 (JASA 94:496), section 3.1.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from alignment.incidence import (
    Floats,
    Integers,
    RiskTable,
    aalen_johansen,
    at_the_edges,
    clustered,
    interval,
    risk_tables,
    standing_at,
)

FEWEST_AT_RISK = 10


@dataclass(frozen=True)
class Reached:
    """The share that has reached something, by time since the start.

    Parameters
    ----------
    table : RiskTable
        Counts at each distinct last time.
    without, variance : arrays (T,)
        Probability of not having reached it just after each time, and its variance: Greenwood's,
        widened by what clusters share (:mod:`alignment.incidence.clustered`).
    exits : array (n,)
        Sorted last times of all, reached or still followed.
    cluster_size : float
        Leads of the account of a lead, in the mean.
    """

    table: RiskTable
    without: Floats
    variance: Floats
    exits: Floats
    cluster_size: float = 1.0

    def at_risk(self, times: Any) -> Integers:
        """Count those still followed and without the event just before each time."""
        return np.asarray(len(self.exits) - np.searchsorted(self.exits, times, side="left"))

    def by(self, times: Any, level: float) -> tuple[Floats, Floats, Floats]:
        """Give the share by each time with its interval.

        Missing where fewer than :data:`FEWEST_AT_RISK` could be followed so far, unless all that
        were followed had reached it before. Where none or all had, the interval is the exact one
        of as many as the risk set stands for (:mod:`alignment.incidence.bounds`).
        """
        times = np.asarray(times, dtype=np.float64)
        place = np.searchsorted(self.table.time, times, side="right")
        share = 1 - np.append(1.0, self.without)[place]
        variance = np.append(0.0, self.variance)[place]
        at_risk = self.at_risk(times)
        low, high = interval(share, variance, level=level)
        standing = standing_at(self.table, self.without, times) / self.cluster_size
        low, high = at_the_edges(share, low, high, standing, level)
        known = (at_risk >= FEWEST_AT_RISK) | ((share == 1) & (len(self.exits) > 0))
        return (
            np.where(known, share, np.nan),
            np.where(known, low, np.nan),
            np.where(known, high, np.nan),
        )

    def quantile(self, share: float, level: float) -> tuple[float, float, float]:
        """Give the time by which a share has reached it, with its interval (Brookmeyer–Crowley).

        Missing where it is not reached.
        """
        time = self.table.time[self.table.events[0] > 0]
        reached, low, high = 1 - self.without[self.table.events[0] > 0], *self.by(time, level)[1:]

        def first(values: Floats) -> float:
            hit = np.flatnonzero(values >= share - 1e-12)
            return float(time[hit[0]]) if len(hit) else float("nan")

        return first(reached), first(high), first(low)


def reached(time: Any, event: Any, cluster: Integers | None = None) -> Reached:
    """Estimate the share that reaches an event by each time.

    Parameters
    ----------
    time : array (n,)
        Time of the event, or of the end of follow-up, from the start on; never negative.
    event : array (n,) of bool
        Whether it was reached.
    cluster : array (n,) of int, optional
        Codes of the accounts; by default all are independent.

    Raises
    ------
    ValueError
        If a time is negative.
    """
    time = np.asarray(time, dtype=np.float64)
    if len(time) and time.min() < 0:
        raise ValueError("a time since the start cannot be negative")
    entry, end = np.zeros_like(time), np.asarray(event, dtype=bool).astype(np.int64)
    found = aalen_johansen(risk_tables(entry, time, end, ends=1)[0])
    if cluster is not None:
        found = clustered(found, entry, time, end, cluster)
    return Reached(
        found.table, found.survival, found.open_variance, np.sort(time), found.cluster_size
    )
