"""Conversion by cohort month and day since, and its curves under resampled months.

A step goes from one milestone to the next. Who has not made it by the export is censored there;
who ended otherwise (a lost deal) leaves the risk set as a competing end. Curves are those of
Kaplan–Meier and Aalen–Johansen (:mod:`alignment.incidence`), weighted by cohort month, so that one
matrix product gives them for every bootstrap sample of months.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
DAY = pd.Timedelta(days=1)


@dataclass(frozen=True)
class Cohorts:
    """Who started a step in each month, and what came of it by day.

    Parameters
    ----------
    started : array (M,)
        Starts in each cohort month.
    at_risk : array (M, D)
        Of them still in the step, and followed, on each day since its start.
    events, others : array (M, D)
        Who made the step on that day, and who ended otherwise.
    """

    started: Floats
    at_risk: Floats
    events: Floats
    others: Floats


@dataclass(frozen=True)
class Curves:
    """Curves of one step, a row a sample; the first row is the data as they are.

    Parameters
    ----------
    made : array (B + 1, D)
        Probability of having made the step by the end of each day since its start.
    still : array (B + 1, D)
        Probability that neither the step nor another end has come by then.
    """

    made: Floats
    still: Floats

    @property
    def density(self) -> Floats:
        """Probability of making the step on each day (B + 1, D)."""
        return np.diff(self.made, axis=1, prepend=0.0)

    @property
    def share(self) -> Floats:
        """Share that makes the step within the follow-up (B + 1,)."""
        return self.made[:, -1]


def count_cohorts(
    month: Integers, months: int, stay: Integers, end: Integers, *, days: int
) -> Cohorts:
    """Count starts, risk sets and ends by cohort month and day.

    Parameters
    ----------
    month : array (n,)
        Cohort month, 0..`months` − 1.
    months : int
        Number of months.
    stay : array (n,)
        Whole days from the start to its end, or to the export.
    end : array (n,)
        1 where the step was made, 2 where it ended otherwise, 0 where it is still open.
    days : int
        Days told, from 0 on.

    Returns
    -------
    Cohorts
    """
    day = np.clip(stay, 0, days - 1)
    kind = np.where(stay >= days, 0, end)
    cell = (month * 3 + kind) * days + day
    left = np.bincount(cell, minlength=months * 3 * days).astype(np.float64)
    left = left.reshape(months, 3, days)
    at_risk: Floats = left.sum(axis=1)[:, ::-1].cumsum(axis=1)[:, ::-1]
    return Cohorts(at_risk[:, 0].copy(), at_risk, left[:, 1], left[:, 2])


def curves(counted: Cohorts, weights: Floats) -> Curves:
    """Estimate a step's curves in each sample of cohort months.

    Parameters
    ----------
    counted : Cohorts
        The counts.
    weights : array (B + 1, M)
        How often each month stands in each sample; the first row all ones.

    Returns
    -------
    Curves
        A sample without anybody at risk has hazard zero there.
    """
    at_risk = weights @ counted.at_risk
    known = np.maximum(at_risk, 1e-9)
    made = np.where(at_risk > 0, (weights @ counted.events) / known, 0.0)
    other = np.where(at_risk > 0, (weights @ counted.others) / known, 0.0)
    still = np.cumprod(np.clip(1.0 - made - other, 0.0, 1.0), axis=1)
    before = np.concatenate([np.ones((len(still), 1)), still[:, :-1]], axis=1)
    return Curves(np.minimum(np.cumsum(before * made, axis=1), 1.0), np.asarray(still))


def month_weights(months: int, samples: int, seed: int) -> Floats:
    """Draw months with replacement; the first row is the data as they are."""
    random = np.random.default_rng([seed, 11])
    drawn = random.multinomial(months, np.full(months, 1 / months), size=samples)
    return np.concatenate([np.ones((1, months)), drawn]).astype(np.float64)


def excess(counted: Cohorts) -> float:
    """Estimate by how much months differ beyond chance: the squared CV of their level.

    With E the events of a month and X those expected of it under the pooled hazards (the
    compensator, so that censoring is allowed for), E given the month's level u is about
    Poisson(uX); hence Var u is about Σ[(E − X)² − X] / ΣX², never below 0.
    """
    at_risk = counted.at_risk.sum(axis=0)
    hazard = np.where(at_risk > 0, counted.events.sum(axis=0) / np.maximum(at_risk, 1), 0.0)
    seen, expected = counted.events.sum(axis=1), counted.at_risk @ hazard
    # The pooled hazard is estimated from the same months, which takes one of their freedoms.
    freedom = max(len(seen) - 1, 1) / max(len(seen), 1)
    squares = float((expected**2).sum())
    if squares <= 0:
        return 0.0
    beyond = float(((seen - expected) ** 2).sum()) / freedom - float(expected.sum())
    return max(beyond, 0.0) / squares


def convolved(first: Floats, second: Floats, days: int) -> Floats:
    """Convolve two daily densities row by row, up to a number of days."""
    size = 1 << int(np.ceil(np.log2(first.shape[1] + second.shape[1])))
    product = np.fft.rfft(first, size) * np.fft.rfft(second, size)
    found = np.fft.irfft(product, size)[:, :days]
    padded = np.zeros((len(found), days))
    padded[:, : found.shape[1]] = np.maximum(found, 0.0)
    return padded


def remaining(counts: Floats, curve: Floats, base: Floats, days: int) -> Floats:
    """Expect how many of those waiting will still make a step on each day to come.

    Parameters
    ----------
    counts : array (D,)
        Those waiting by their age in days.
    curve : array (B + 1, D)
        Probability of having made the step by each day.
    base : array (B + 1, D)
        Probability of still waiting at each age.
    days : int
        Days to come that are told.

    Returns
    -------
    array (B + 1, days)
        Expected number by day: Σ over ages a of counts(a) · f(a + y) / base(a), y from 1 on.
    """
    # Where hardly anybody ever waited so long, nothing is known of what comes after.
    rate = np.where(base > 1e-6, counts[None, :] / np.maximum(base, 1e-6), 0.0)
    density = np.diff(curve, axis=1, prepend=0.0)
    size = 1 << int(np.ceil(np.log2(2 * density.shape[1])))
    product = np.fft.rfft(density, size) * np.conj(np.fft.rfft(rate, size))
    found = np.maximum(np.fft.irfft(product, size)[:, 1 : density.shape[1]], 0.0)
    padded = np.zeros((len(found), days))
    upto = min(days, found.shape[1])
    padded[:, :upto] = found[:, :upto]
    return padded
