"""Kaplan–Meier and Aalen–Johansen in numpy, exact under ties and delayed entry.

A spell is at risk at t when ``entry <= t <= exit``: one that enters or leaves on day t counts on
day t. R, statsmodels, scikit-survival and lifelines estimate with ``entry < t``, so with whole days
their entries are to be moved half a day earlier before comparing.

Sources: Kaplan & Meier 1958 (JASA 53:457); Aalen & Johansen 1978 (Scand J Stat 5:141); Greenwood
1926; the delta variance as in Dinse & Larson 1986 (Biometrika 73:379), equation 6; delayed entry
as in Tsai, Jewell & Wang 1987 (Biometrika 74:883); intervals of quantiles by inverting the
pointwise ones, Brookmeyer & Crowley 1982 (Biometrics 38:29).
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from alignment.results import LEVEL

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Transform = Literal["complementary log-log", "log-log"]

SETTLED = 0.01  # share still open below which nothing that comes later matters

# A day table is dense; beyond this many cells (in all groups) times are sorted instead.
_DENSE_CELLS = 4_000_000


@dataclass(frozen=True)
class RiskTable:
    """What happened at each time.

    Parameters
    ----------
    time : array (T,)
        Times, ascending: every day from 0 on for whole days, else the distinct exits.
    at_risk : array (T,)
        Spells with ``entry <= time <= exit``.
    events : array (K, T)
        Ends of each kind at that time.
    follow_up : float
        Last time up to which a probability can be told: before the first break in the chain of
        risk sets. Infinite when all but 1 % (:data:`SETTLED`) have ended by then, so that no
        probability can move by more; NaN when nobody was at risk at time 0.
    entries : array (n,), optional
        Entries, ascending, where some are late and not every day is in `time`: they tell who was
        at risk between two exits.
    """

    time: NDArray[Any]
    at_risk: Integers
    events: Integers
    follow_up: float
    entries: NDArray[Any] | None = None


@dataclass(frozen=True)
class Incidence:
    """Cumulative incidence of each kind of end.

    Parameters
    ----------
    table : RiskTable
        Counts behind it.
    survival : array (T,)
        Probability that no end has come by each time: the Kaplan–Meier estimate of all ends.
    incidence : array (K, T)
        Probability that an end of each kind has come by each time; adds up with `survival` to 1.
    variance : array (K, T)
        Delta variance of `incidence`. With one kind of end it is Greenwood's.
    lag_covariance : array (K, T)
        c(t) such that Cov(F(t), F(H)) = Var F(t) − (F(H) − F(t)) c(t) for H ≥ t.
    design_effect : array (1 + K, T), optional
        By how much clusters have widened the variance of `survival` and of each incidence
        (:mod:`~alignment.incidence.clustered`); none where spells count as independent.
    cluster_size : float
        Spells of the cluster of a spell, in the mean: what behind a zero they count for.
    """

    table: RiskTable
    survival: Floats
    incidence: Floats
    variance: Floats
    lag_covariance: Floats
    design_effect: Floats | None = field(default=None, kw_only=True)
    cluster_size: float = field(default=1.0, kw_only=True)

    @property
    def open_variance(self) -> Floats:
        """Variance of `survival`: Greenwood's, widened by what clusters share."""
        variance: Floats = kaplan_meier(self.table)[1]
        return variance if self.design_effect is None else variance * self.design_effect[0]

    def covariance_with(self, end: int, upto: int) -> Floats:
        """Cov(F(t), F(H)) for every t up to H, the time at place ``upto - 1``."""
        curve, variance = self.incidence[end, :upto], self.variance[end, :upto]
        covariance: Floats = variance - (curve[-1] - curve) * self.lag_covariance[end, :upto]
        return covariance


def risk_tables(
    entry: NDArray[Any],
    exit: NDArray[Any],
    end: NDArray[Any],
    *,
    ends: int = 2,
    group: NDArray[Any] | None = None,
    groups: int = 1,
) -> list[RiskTable]:
    """Count who is at risk and who ends, at each time, in each group.

    Parameters
    ----------
    entry, exit : arrays (n,)
        Time at which a spell comes under observation and leaves it, ``0 <= entry <= exit``.
        Integers are whole days (one ``bincount``); floats are sorted.
    end : array (n,) of int
        1..`ends` for the kind of end, 0 where the spell was still open.
    ends : int
        Kinds of end.
    group : array (n,) of int, optional
        Codes 0..`groups` − 1.
    groups : int
        Number of groups.

    Returns
    -------
    list of RiskTable
        One a group, in the order of the codes.
    """
    entry, exit, end = np.asarray(entry), np.asarray(exit), np.asarray(end)
    if len(exit) and (entry.min() < 0 or (exit < entry).any()):
        raise ValueError("a spell needs 0 <= entry <= exit")
    codes = np.zeros(len(exit), dtype=np.int64) if group is None else np.asarray(group, np.int64)
    whole = exit.dtype.kind in "iu" and entry.dtype.kind in "iu"
    width = int(exit.max()) + 1 if whole and len(exit) else 1
    if whole and width * groups * (ends + 2) <= max(_DENSE_CELLS, 4 * len(exit)):
        return _by_day(entry, exit, end, codes, ends, groups, width)
    order = np.argsort(codes, kind="stable")
    parts = np.split(order, np.cumsum(np.bincount(codes, minlength=groups))[:-1])
    return [_by_sorting(entry[part], exit[part], end[part], ends) for part in parts]


def _by_day(
    entry: NDArray[Any],
    exit: NDArray[Any],
    end: NDArray[Any],
    codes: Integers,
    ends: int,
    groups: int,
    width: int,
) -> list[RiskTable]:
    index = codes * width
    entered = np.zeros((groups, width), dtype=np.int64)
    if entry.any():
        entered += np.bincount(index + entry, minlength=groups * width).reshape(groups, width)
    else:
        entered[:, 0] = np.bincount(codes, minlength=groups)
    # One count of (group, kind of end, day) gives the exits and the ends of each kind.
    index *= ends + 1
    index += np.multiply(end, width, dtype=np.int64)
    index += exit
    left = np.bincount(index, minlength=groups * (ends + 1) * width)
    left = left.reshape(groups, ends + 1, width)
    exits = left.sum(axis=1)
    at_risk = entered.cumsum(axis=1) - (exits.cumsum(axis=1) - exits)
    tables = []
    for code in range(groups):
        seen = np.flatnonzero(exits[code])
        days = int(seen[-1]) + 1 if len(seen) else 0
        tables.append(
            _table(
                np.arange(days),
                at_risk[code, :days],
                left[code, 1:, :days],
                at_risk[code] == 0,
            )
        )
    return tables


def _by_sorting(entry: NDArray[Any], exit: NDArray[Any], end: NDArray[Any], ends: int) -> RiskTable:
    order = np.argsort(exit, kind="stable")
    leaving, kind = exit[order], end[order]
    if not len(leaving):
        return _table(leaving, np.zeros(0, np.int64), np.zeros((ends, 0), np.int64), leaving == 0)
    starts = np.flatnonzero(np.r_[True, leaving[1:] != leaving[:-1]])
    time = leaving[starts]
    events = np.stack(
        [np.add.reduceat((kind == k + 1).astype(np.int64), starts) for k in range(ends)]
    )
    entries = np.sort(entry)
    at_risk = np.searchsorted(entries, time, side="right") - starts
    # Nobody is left after an exit although others enter later: the chain is broken there.
    after = at_risk - np.diff(np.r_[starts, len(leaving)])
    gap = np.r_[entry.min() > 0, after[:-1] == 0]
    table = _table(time, at_risk, events, gap)
    return replace(table, entries=entries) if entries[-1] > 0 else table


def _table(
    time: NDArray[Any], at_risk: Integers, events: Integers, gap: NDArray[np.bool_]
) -> RiskTable:
    """Find how far the chain of risk sets reaches without a break.

    It breaks where nobody is at risk, and where all at risk end although others come after. When
    the risk set only ever shrinks by ends, down to nothing, or when hardly anything was open at
    the break, the curve stays where it is.
    """
    if not len(time):
        return RiskTable(time, at_risk, events, np.nan)
    ended = events.sum(axis=0)
    emptied = (ended == at_risk) & (at_risk > 0)
    broken = gap[: len(time)] | (emptied & (np.arange(len(time)) < len(time) - 1))
    survival = np.concatenate(([1.0], np.cumprod(1.0 - ended / np.maximum(at_risk, 1))))
    if broken.any():
        first = int(np.argmax(broken))
        follow_up, left = (float(time[first - 1]) if first else np.nan), survival[first]
    else:
        all_end = emptied[-1] and bool((at_risk[1:] >= at_risk[:-1] - ended[:-1]).all())
        left = 0.0 if all_end else survival[-2 if emptied[-1] else -1]
        follow_up = float(time[-1])
    return RiskTable(time, at_risk, events, np.inf if left <= SETTLED else follow_up)


def aalen_johansen(table: RiskTable) -> Incidence:
    """Estimate the cumulative incidence of each kind of end, with its variance.

    ``F_k(t) = Σ S(t_i−) d_ki / n_i`` with S the Kaplan–Meier estimate of all ends. The variance
    is the delta one, written as running sums of terms that are never negative: at time i the
    gradient of F_k(t) is S_i − a_i for an end of kind k and −a_i for another, up to the factor
    1/(1 − d_i/n_i), where a_i = F_k(t) − F_k(t_i). Nothing cancels, the cost is O(T), and with
    one kind of end what remains is S² Σ d/(n(n − d)), Greenwood's formula.

    Parameters
    ----------
    table : RiskTable
        Counts from :func:`risk_tables`.

    Returns
    -------
    Incidence
    """
    return Incidence(table, *_cumulated(table.at_risk, table.events))


def _cumulated(at_risk: Integers, events: Integers) -> tuple[Floats, Floats, Floats, Floats]:
    """Give survival (T,), and incidence, variance and lag covariance (K, T)."""
    n = np.maximum(at_risk, 1).astype(np.float64)
    ended = events.sum(axis=0).astype(np.float64)
    survival = np.cumprod(1.0 - ended / n)
    before = np.concatenate(([1.0], survival[:-1])) if len(survival) else survival
    steps = before * events / n
    # Where all at risk end, S is 0 from then on and every gradient at that time is 0.
    remaining = np.where(n > ended, n * (n - ended), np.inf)
    own, rest = events / remaining, ended - events
    if len(events) == 2:  # the other end is the other row
        other, step_other = own[::-1], steps[::-1]
    else:
        other = rest / remaining
        step_other = steps.sum(axis=0) - steps if len(steps) > 1 else np.zeros_like(steps)
    carried = survival * np.cumsum(own, axis=1)
    linear_own, square_own = _running(own, step_other)
    linear_other, square_other = _running(other, steps)
    between = np.cumsum(events * rest * (before * before / (n * n * n)), axis=1)
    variance = survival * (carried + 2 * linear_own) + square_own + square_other + between
    lag = carried + linear_own - linear_other
    return survival, np.cumsum(steps, axis=1), variance, lag


def _running(weight: Floats, step: Floats) -> tuple[Floats, Floats]:
    """Σ_j w_j a_j(t) and Σ_j w_j a_j(t)² with a_j(t) = Σ_{j < i <= t} step_i, for every t."""
    pulled = step * (np.cumsum(weight, axis=1) - weight)
    linear = np.cumsum(pulled, axis=1)
    square = np.cumsum(step * (2 * (linear - pulled) + pulled), axis=1)
    return linear, square


def kaplan_meier(table: RiskTable) -> tuple[Floats, Floats]:
    """Estimate the probability that no end of any kind has come, with Greenwood's variance.

    Returns
    -------
    tuple of arrays (T,)
        Survival and its variance; the variance is 0 once survival is 0.
    """
    n = np.maximum(table.at_risk, 1).astype(np.float64)
    ended = table.events.sum(axis=0).astype(np.float64)
    survival = np.cumprod(1.0 - ended / n)
    remaining = np.where(n > ended, n * (n - ended), np.inf)
    return survival, survival**2 * np.cumsum(ended / remaining)


def interval(
    probability: Floats,
    variance: Floats,
    *,
    level: float = LEVEL,
    transform: Transform = "complementary log-log",
) -> tuple[Floats, Floats]:
    """Give the pointwise interval of a cumulative incidence (or of a survival probability).

    Parameters
    ----------
    probability, variance : arrays
        Estimates and their variances.
    level : float
        Confidence level.
    transform : {"complementary log-log", "log-log"}
        Scale on which the estimate is taken as normal: log(−log(1 − F)), the default, or
        log(−log F). The first gives the usual exp(−exp(…)) interval of Kaplan–Meier when there is
        one kind of end and F = 1 − S; the second is what scikit-survival gives, and what a
        survival probability itself needs.

    Returns
    -------
    tuple of arrays
        Low and high; missing where the estimate is 0 or 1, which carries no interval.
    """
    z = float(ndtri(0.5 + level / 2))
    inside = (probability > 0) & (probability < 1 - 1e-15)
    base = np.where(inside, probability, 0.5)
    if transform == "complementary log-log":
        base = 1 - base
    log_base = np.log(base)
    # d log(−log p)/dp = 1/(p log p); both factors enter through their size.
    half = z * np.sqrt(variance) / (base * -log_base)
    apart = np.exp(half)
    bounds = [np.exp(log_base * apart), np.exp(log_base / apart)]
    if transform == "complementary log-log":
        bounds = [1 - bound for bound in reversed(bounds)]
    low, high = (np.where(inside, bound, np.nan) for bound in bounds)
    return low, high


def value_at(table: RiskTable, values: Floats, days: NDArray[Any], *, start: float = 0.0) -> Floats:
    """Read a step function at some times; missing beyond the follow-up.

    Parameters
    ----------
    table : RiskTable
        Its times.
    values : array (T,)
        Values from each time on.
    days : array (D,)
        Times asked for.
    start : float
        Value before the first time.
    """
    days = np.asarray(days)
    steps = np.concatenate(([start], np.asarray(values, dtype=np.float64)))
    read = steps[np.searchsorted(table.time, days, side="right")]
    known = days <= table.follow_up  # False throughout when follow_up is NaN
    return np.where(known, read, np.nan)


def first_time(table: RiskTable, reached: NDArray[np.bool_]) -> float:
    """Return the first time at which a condition holds within the follow-up; NaN if never."""
    reached = reached & (table.time <= table.follow_up)
    return float(table.time[np.argmax(reached)]) if reached.any() else np.nan


def quantile(
    table: RiskTable, probability: Floats, low: Floats, high: Floats, share: float
) -> tuple[float, float, float]:
    """Give the first time at which a cumulative incidence reaches a share, with its interval.

    The interval inverts the pointwise one (Brookmeyer & Crowley 1982): from the first time at
    which the upper limit reaches the share to the first at which the lower limit does.

    Returns
    -------
    tuple of float
        Time, low and high; NaN where not reached within the follow-up.
    """
    # An estimate may miss a share by one rounding: 0.5 built from tenths.
    reach = share - 1e-12
    return (
        first_time(table, probability >= reach),
        first_time(table, high >= reach),
        first_time(table, low >= reach),
    )


def quantile_within(
    found: Incidence, end: int, horizon: float, share: float, level: float
) -> tuple[float, float, float]:
    """Give the quantile of the time to an end among those for whom it comes by a horizon.

    The first time at which F(t) reaches ``share · F(horizon)``. Its interval holds every time at
    which F(t) − share · F(horizon) is within z standard errors of 0, the covariance included.

    Returns
    -------
    tuple of float
        Time, low and high; NaN where the horizon lies beyond the follow-up or nobody ended.
    """
    table = found.table
    upto = int(np.searchsorted(table.time, horizon, side="right"))
    if not upto or not horizon <= table.follow_up or found.incidence[end, upto - 1] == 0:
        return np.nan, np.nan, np.nan
    curve, variance = found.incidence[end, :upto], found.variance[end, :upto]
    total, total_variance = curve[-1], variance[-1]
    covariance = found.covariance_with(end, upto)
    gap = curve - share * total
    spread = variance + share**2 * total_variance - 2 * share * covariance
    z = float(ndtri(0.5 + level / 2))
    inside = np.abs(gap) <= z * np.sqrt(np.maximum(spread, 0))
    times = table.time[:upto]
    at = int(np.argmax(gap >= -1e-12))
    inside[at] = True
    picked = np.flatnonzero(inside)
    # The step function keeps a value until the next time, where the interval then ends.
    last = min(picked[-1] + 1, upto - 1)
    return float(times[at]), float(times[picked[0]]), float(times[last])
