"""Draws of the revenue by the date, and for each the volume of leads that just reaches the goal.

Each draw takes one bootstrap sample of cohort months (what the conversions might have been), tosses
the open deals, lets the leads that are there win, and puts the wins of new leads in a random order:
at a volume v of at most :data:`MOST` times the pace, the first v/MOST of them come. So a draw has
one critical volume at which it reaches the goal, and the probability of the goal at any volume is
the share of draws whose critical volume it reaches. Random numbers are the same for every plan,
which makes plans comparable.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import gamma, poisson

from alignment.shared_goals.cohorts import Floats, Integers
from alignment.shared_goals.flow import Flow
from alignment.shared_goals.horizon import MONTH_DAYS
from alignment.shared_goals.passages import Passages

MOST = 4.0  # times today's pace: what lies beyond was never seen, nor anything near it


@dataclass(frozen=True)
class Randomness:
    """The random numbers of all plans on one data set.

    Parameters
    ----------
    sample : array (draws,)
        Bootstrap sample of each draw, 1..B.
    amount : array (B + 1, n)
        Places of the amounts in each bootstrap sample of won deals; over all samples each amount
        is drawn equally often (balanced bootstrap, Davison, Hinkley & Schechtman 1986).
    seed : int
    """

    sample: Integers
    amount: Integers
    seed: int

    def stream(self, number: int) -> np.random.Generator:
        """Return a stream of its own for one purpose."""
        return np.random.default_rng([self.seed, number])


def randomness(found: Passages, *, samples: int, draws: int, seed: int) -> Randomness:
    """Draw what all plans share."""
    random = np.random.default_rng([seed, 21])
    size = len(found.amounts)
    # Balanced: else the few largest deals, drawn too often or too seldom, shift every mean.
    drawn = random.permutation(np.tile(np.arange(size), samples)).reshape(samples, size)
    amount = np.concatenate([np.arange(size)[None, :], drawn])
    return Randomness(1 + np.arange(draws) % samples, amount, seed)


@dataclass(frozen=True)
class Outcomes:
    """What each draw brings by the date.

    Parameters
    ----------
    base : array (draws,)
        Revenue of open deals, of the leads that are there, and beside the leads' first wins.
    mark : array (draws, K)
        Volume, in times the pace, from which on each win of a new lead comes; ascending, infinite
        where there is none.
    gained : array (draws, K)
        Revenue of new leads cumulated in the order of `mark`.
    """

    base: Floats
    mark: Floats
    gained: Floats

    def critical(self, goal: float) -> Floats:
        """Give the smallest volume at which each draw reaches a goal; infinite if none does."""
        reached = self.base[:, None] + self.gained >= goal
        first = np.argmax(reached, axis=1)
        found = self.mark[np.arange(len(first)), first]
        found = np.where(reached.any(axis=1), found, np.inf)
        return np.where(self.base >= goal, 0.0, found)

    def revenue(self, volume: float) -> Floats:
        """Give each draw's revenue at a volume."""
        upto = (self.mark <= volume).sum(axis=1)
        padded = np.concatenate([np.zeros((len(upto), 1)), self.gained], axis=1)
        return np.asarray(self.base + padded[np.arange(len(upto)), upto])


def draw_outcomes(
    found: Passages, flow: Flow, leads: Floats, days: int, random: Randomness, value: float = 1.0
) -> Outcomes:
    """Draw the revenue by the date.

    Parameters
    ----------
    found : Passages
        For amounts, and for what is won beside the leads' first wins.
    flow : Flow
        What to expect.
    leads : array (draws, M)
        Leads an average month at volume 1, by month of the plan, times the level of that month
        (:func:`level_of_months`).
    days : int
        Days until the date.
    random : Randomness
        The random numbers.
    value : float
        Factor on what a win is worth.
    """
    base = _open(found, flow, random) + _old(found, flow, random) + _beside(found, days, random)
    mean = MOST * (leads * flow.by_date[random.sample]).sum(axis=1)
    count = poisson.ppf(random.stream(5).random(len(mean)), mean).astype(np.int64)
    # A row of random numbers for each draw, so that another count leaves the others as they are.
    width = int(max(count.max(initial=0), 1))
    mark, worth = _rows(random, 6, width, MOST), _amounts(found, random, 7, width)
    mark = np.where(np.arange(width) < count[:, None], mark, np.inf)
    order = np.argsort(mark, axis=1)
    mark = np.take_along_axis(mark, order, axis=1)
    worth = np.where(np.isfinite(mark), np.take_along_axis(worth, order, axis=1), 0.0)
    return Outcomes(value * base, mark, value * np.cumsum(worth, axis=1))


def level_of_months(flow: Flow, months: int, random: Randomness) -> Floats:
    """Draw by how much each month to come is better or worse than the usual (draws, months)."""
    level = np.ones((len(random.sample), months))
    for number, spread in enumerate(flow.spread):
        if spread > 0:
            quantile = random.stream(30 + number).random(level.shape)
            level *= gamma.ppf(quantile, 1 / spread, scale=spread)
    return level


def _rows(random: Randomness, stream: int, width: int, top: float = 1.0) -> Floats:
    # Column by column, so that a wider table begins with the narrower one.
    return top * random.stream(stream).random((width, len(random.sample))).T


def _amounts(found: Passages, random: Randomness, stream: int, width: int) -> Floats:
    place = (_rows(random, stream, width) * len(found.amounts)).astype(np.int64)
    drawn: Floats = found.amounts[random.amount[random.sample[:, None], place]]
    return drawn


def _open(found: Passages, flow: Flow, random: Randomness) -> Floats:
    if not len(flow.open_amount):
        return np.zeros(len(random.sample))
    chance = flow.open_by[:, :, -1][random.sample]
    won = _rows(random, 1, len(flow.open_amount)) < chance
    return np.asarray((won * _worth_of_open(found, flow, random)).sum(axis=1), dtype=np.float64)


def open_by_month(found: Passages, flow: Flow, random: Randomness) -> tuple[Floats, Floats]:
    """Draw how many open deals are won in each month of the plan, and for how much.

    The tosses are those of :func:`draw_outcomes`, so that the months add up to its open deals.

    Returns
    -------
    tuple of arrays (draws, T)
        Number and value.
    """
    size, months = flow.open_by.shape[1:]
    count = np.zeros((len(random.sample), months))
    value = np.zeros_like(count)
    if not size:
        return count, value
    toss, worth = _rows(random, 1, size), _worth_of_open(found, flow, random)
    for month in range(months):
        won = toss < flow.open_by[:, :, month][random.sample]
        count[:, month], value[:, month] = won.sum(axis=1), (won * worth).sum(axis=1)
    return np.diff(count, axis=1, prepend=0.0), np.diff(value, axis=1, prepend=0.0)


def _worth_of_open(found: Passages, flow: Flow, random: Randomness) -> Floats:
    """Give each open deal its own amount, one that is missing a drawn one (draws, deals)."""
    blank = np.isnan(flow.open_amount)
    worth = np.where(blank, 0.0, flow.open_amount)
    if not blank.any():
        return worth[None, :]
    return np.asarray(np.where(blank, _amounts(found, random, 2, len(blank)), worth))


def _old(found: Passages, flow: Flow, random: Randomness) -> Floats:
    mean = flow.old["won"].sum(axis=1)[random.sample]
    count = poisson.ppf(random.stream(3).random(len(mean)), mean).astype(np.int64)
    width = int(max(count.max(initial=0), 1))
    worth = _amounts(found, random, 4, width)
    return np.asarray((worth * (np.arange(width) < count[:, None])).sum(axis=1))


def _beside(found: Passages, days: int, random: Randomness) -> Floats:
    """Draw whole past months of what is won beside the leads' first wins."""
    if not found.others.any():
        return np.zeros(len(random.sample))
    months = days / MONTH_DAYS
    whole, part = int(months), months - int(months)
    value = past_months(found, whole + 1, random)
    return np.asarray(value[:, :whole].sum(axis=1) + part * value[:, whole], dtype=np.float64)


def past_months(found: Passages, months: int, random: Randomness) -> Floats:
    """Draw what past months won beside the leads' first wins (draws, months)."""
    # A month is drawn from a bootstrap sample of the months: twice resampled.
    size = len(found.others)
    outer = (_rows(random, 8, size) * size).astype(np.int64)
    inner = (_rows(random, 9, months) * size).astype(np.int64)
    return np.asarray(found.others[np.take_along_axis(outer, inner, axis=1)])


def share_reached(critical: Floats, volume: float | NDArray[np.float64]) -> Floats:
    """Give the share of draws whose critical volume is reached at each volume."""
    ordered = np.sort(critical)
    return np.asarray(np.searchsorted(ordered, volume, side="right") / len(ordered))
