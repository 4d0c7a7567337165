"""How much less certain an incidence is when spells come in clusters, such as leads of one account.

Each spell moves an estimate by its influence, and the squares of these add up to the usual delta
variance (exactly where no spell enters late). Adding the influences up within clusters before
squaring gives the variance that is right whatever the spells of a cluster share: the infinitesimal
jackknife by cluster (Ying & Wei 1994, J Multivar Anal 50:17, for Kaplan–Meier; Jaeckel 1972; Lin &
Wei 1989, JASA 84:1074), times m / (m − 1) for m clusters.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from alignment.incidence.estimate import Floats, Incidence, Integers
from alignment.shares import mean_cluster


def clustered(
    found: Incidence,
    entry: NDArray[Any],
    exit: NDArray[Any],
    end: NDArray[Any],
    cluster: Integers,
) -> Incidence:
    """Widen the variances of an estimate by what the spells of a cluster share.

    Parameters
    ----------
    found : Incidence
        From :func:`~alignment.incidence.estimate.aalen_johansen`.
    entry, exit, end : arrays (n,)
        The spells behind it, as for :func:`~alignment.incidence.estimate.risk_tables`.
    cluster : array (n,) of int
        Codes from 0 on.

    Returns
    -------
    Incidence
        The same estimates. Variances are never below those of independent spells, and are exactly
        these where no cluster has two spells. Where all are of one cluster nothing tells how
        alike they are, and they count as one spell.
    """
    codes, count = np.unique(cluster, return_inverse=True)
    if len(codes) == len(cluster) or not len(found.table.time):
        return found
    if len(codes) == 1:
        return as_one(found, len(cluster))
    robust = clustered_variance(found, entry, exit, end, count.astype(np.int64))
    return widened(found, robust, mean_cluster(count.astype(np.int64)))


def widened(found: Incidence, robust: Floats, cluster_size: float) -> Incidence:
    """Give an estimate the variances of clusters, where they are larger.

    Parameters
    ----------
    found : Incidence
        With the variances of independent spells.
    robust : array (1 + K, T)
        Variance of the share still open, then of each incidence.
    cluster_size : float
        See :func:`~alignment.shares.mean_cluster`.
    """
    plain = np.vstack([found.open_variance, found.variance])
    known = plain > 1e-300
    effect = np.where(known, np.maximum(robust / np.where(known, plain, 1.0), 1.0), 1.0)
    return replace(
        found,
        variance=found.variance * effect[1:],
        lag_covariance=found.lag_covariance * effect[1:],
        design_effect=effect,
        cluster_size=cluster_size,
    )


def as_one(found: Incidence, spells: int) -> Incidence:
    """Give an estimate the variances of one spell, for spells that are all of one cluster."""
    plain = np.vstack([found.open_variance, found.variance])
    return widened(found, plain * spells, float(spells))


def clustered_variance(
    found: Incidence,
    entry: NDArray[Any],
    exit: NDArray[Any],
    end: NDArray[Any],
    cluster: Integers,
) -> Floats:
    """Sum the squared influences of clusters on the estimate at each time.

    The influence of a cluster on F(t) is U − F(t)·B less what those of it that are still at risk
    were expected to bring, R·(CU(t) − F(t)·CB(t)): U, B and R change only where one of its spells
    enters or leaves, so that six running sums over these moments give all times in O(n log n).

    Returns
    -------
    array (1 + K, T)
        Variance of the share still open, then of each incidence.
    """
    table, survival = found.table, found.survival
    ended = table.events.sum(axis=0)
    left = table.at_risk - ended
    weight = np.where(left > 0, 1.0 / np.where(left > 0, left, 1), 0.0)
    n = np.maximum(table.at_risk, 1)
    rate, before = table.events / n, np.append(1.0, survival[:-1])
    expected = np.cumsum(weight * rate.sum(axis=0))
    moves = _Moves(table.time, entry, exit, end, cluster)
    scale = moves.clusters / (moves.clusters - 1)
    base = moves.changes(np.broadcast_to(weight, rate.shape), expected)
    still = moves.at_risk()
    ties, bases, risks = (
        moves.summed(*pair) for pair in ((base, still), (base, base), (still, still))
    )
    rows = [survival**2 * (bases - 2 * expected * ties + expected**2 * risks)]
    for kind, curve in enumerate(found.incidence):
        pulls = np.broadcast_to(curve * weight, rate.shape).copy()
        pulls[kind] += before / n
        brought = np.cumsum((pulls * rate).sum(axis=0))
        own = moves.changes(pulls, brought)
        gap = brought - curve * expected
        rows.append(
            moves.summed(own, own)
            + curve**2 * bases
            + gap**2 * risks
            - 2 * curve * moves.summed(own, base)
            - 2 * gap * moves.summed(own, still)
            + 2 * curve * gap * ties
        )
    return np.maximum(np.array(rows), 0.0) * scale


class _Moves:
    """The entries and exits of the spells of each cluster, in order."""

    def __init__(
        self,
        time: NDArray[Any],
        entry: NDArray[Any],
        exit: NDArray[Any],
        end: NDArray[Any],
        cluster: Integers,
    ) -> None:
        self.times = len(time)
        self.clusters = int(cluster.max()) + 1
        self.come = np.searchsorted(time, entry, side="left")
        self.go = np.searchsorted(time, exit, side="left")
        self.end = np.asarray(end)
        place = np.concatenate([self.come, self.go])
        twice = np.concatenate([cluster, cluster])
        self.order = np.lexsort((place, twice))
        self.place = place[self.order]
        of = twice[self.order]
        first = np.flatnonzero(np.r_[True, of[1:] != of[:-1]])
        self.start = np.repeat(first, np.diff(np.append(first, len(of))))

    def at_risk(self) -> tuple[Floats, Floats]:
        """Give how many of the cluster are at risk, before and after each move."""
        one = np.ones(len(self.come))
        return self._running(np.concatenate([one, -one]))

    def changes(self, jump: Floats, expected: Floats) -> tuple[Floats, Floats]:
        """Give what a cluster has brought beyond the expected, before and after each move."""
        before = np.append(0.0, expected)[self.come]
        hit = self.end > 0
        brought = np.where(hit, jump[np.maximum(self.end, 1) - 1, self.go], 0.0)
        return self._running(np.concatenate([before, brought - expected[self.go]]))

    def _running(self, change: Floats) -> tuple[Floats, Floats]:
        change = change[self.order]
        total = np.append(0.0, np.cumsum(change))
        after = total[1:] - total[self.start]
        return after - change, after

    def summed(self, a: tuple[Floats, Floats], b: tuple[Floats, Floats]) -> Floats:
        """Add the product of two quantities up over all clusters, as it stands at each time."""
        step = a[1] * b[1] - a[0] * b[0]
        return np.cumsum(np.bincount(self.place, weights=step, minlength=self.times))
