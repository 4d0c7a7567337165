"""Draws of what the open pipeline, and deals not yet created, will win by each day.

Each draw takes one bootstrap sample of accounts (what the probabilities might have been), then
tosses each open deal on its own with those probabilities: the sum is Poisson-binomial, widened by
what is not known about its probabilities. New deals come as a Poisson stream whose level is
uncertain: gamma, with the variance by which past four-week counts exceed a Poisson's.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from alignment.incidence import Floats, Integers
from alignment.lead_to_close.pipeline_hazards import CURVE_DEALS, incidence, rates

ARRIVAL_DAYS = 365  # the pace of new deals is that of the last year
BLOCK_DAYS = 28
MINIMUM_AMOUNTS = 10


@dataclass(frozen=True)
class Draws:
    """Cumulated sums by each day told: arrays (draws, days)."""

    deals: Floats
    value: Floats

    def between(self, before: int | None, last: int) -> tuple[Floats, Floats]:
        """Return what comes after one of the days told (None: from the start) up to another."""
        if before is None:
            return self.deals[:, last], self.value[:, last]
        return (
            self.deals[:, last] - self.deals[:, before],
            self.value[:, last] - self.value[:, before],
        )


@dataclass(frozen=True)
class Amounts:
    """What a deal is worth when won.

    Parameters
    ----------
    won : array (n,)
        Amounts of the deals won, in the reporting currency.
    account : array (n,) of int64
        Their accounts.
    took : array (n,) of int64
        Days from creation to the win.
    revision : array (m,)
        Amount at the win, over an amount recorded earlier on the same deal.
    """

    won: Floats
    account: Integers
    took: Integers
    revision: Floats

    def within(self, days: int) -> Amounts:
        """Keep those won within some days of their creation, if there are 10 or more."""
        soon = self.took <= days
        if soon.sum() < MINIMUM_AMOUNTS:
            return self
        return Amounts(self.won[soon], self.account[soon], self.took[soon], self.revision)

    def typical(self, weights: Floats) -> Floats:
        """Chance of each won deal to lend its amount, in one bootstrap sample."""
        chance = weights[self.account]
        return chance / chance.sum() if chance.sum() > 0 else np.full(len(chance), 1 / len(chance))


def draw_open(
    won: Floats, amount: Floats, amounts: Amounts, weights: Floats, each: int, seed: int
) -> Draws:
    """Draw what the open deals win.

    Parameters
    ----------
    won : array (deals, days, 1 + B)
        Probability of won by each day, in the data and in each bootstrap sample.
    amount : array (deals,)
        Amounts; a missing one is drawn from the deals won.
    amounts : Amounts
        The deals won.
    weights : array (accounts, 1 + B)
        Bootstrap weights.
    each : int
        Draws a bootstrap sample.
    seed : int
        Same seed, same draws.
    """
    size, told, samples = won.shape
    random = np.random.default_rng([seed, 2])
    deals = np.zeros((samples - 1, each, told))
    value = np.zeros_like(deals)
    blank = np.isnan(amount)
    for sample in range(1, samples):
        toss = random.random((each, size))
        day = (toss[:, :, None] >= won[None, :, :, sample]).sum(axis=2)
        worth = np.where(blank, 0.0, amount) * _revisions(amounts, random, (each, size))
        if blank.any() and len(amounts.won):
            chance = amounts.typical(weights[:, sample])
            worth[:, blank] = random.choice(amounts.won, (each, int(blank.sum())), p=chance)
        place = np.arange(each)[:, None] * (told + 1) + day
        shape = (each, told + 1)
        counts = np.bincount(place.ravel(), minlength=each * (told + 1)).reshape(shape)
        sums = np.bincount(place.ravel(), worth.ravel(), each * (told + 1)).reshape(shape)
        deals[sample - 1] = counts[:, :told].cumsum(axis=1)
        value[sample - 1] = sums[:, :told].cumsum(axis=1)
    return Draws(deals.reshape(-1, told), value.reshape(-1, told))


def _revisions(amounts: Amounts, random: np.random.Generator, shape: tuple[int, int]) -> Floats:
    if not len(amounts.revision):
        return np.ones(shape)
    return np.asarray(random.choice(amounts.revision, shape), dtype=np.float64)


@dataclass(frozen=True)
class Arrivals:
    """How new deals come and are won.

    Parameters
    ----------
    mean : array (days, 1 + B)
        Expected number created after ``as_of`` and won by each of the days told.
    excess : float
        Squared coefficient of variation of the level, beyond a Poisson's.
    created : int
        Deals of the year behind it.
    """

    mean: Floats
    excess: float
    created: int


def find_arrivals(
    deals: pd.DataFrame, start: Integers, shown: int, today: int, weights: Floats, days: Integers
) -> Arrivals:
    """Estimate how many deals will be created and won by each day.

    Parameters
    ----------
    deals : DataFrame
        ``deals`` of :class:`alignment.lead_to_close.pipeline_visits.StageVisits`.
    start : array (n,) of int64
        Day on which each was created.
    shown, today : int
        First day on which closings were recorded, and the day of the export.
    weights : array (n, 1 + B)
        Weight of each deal in each bootstrap sample.
    days : array of int
        Days after the export that are told.
    """
    length = max(min(ARRIVAL_DAYS, today - shown), 1)
    recent = (start > today - length) & (start <= today)
    pace = weights[recent].sum(axis=0) / length
    end = (deals["end"].cat.codes.to_numpy(np.int64) + 1) % 3
    entry, exit = deals["entry"].to_numpy(np.int64), deals["exit"].to_numpy(np.int64)
    counted = rates(entry, exit, end, weights, days=int(days[-1]))
    curves, _ = incidence(counted.shrunk(counted.smooth(), CURVE_DEALS))
    # One created on day c is won by day d with probability F(d − c).
    by_age = np.concatenate([np.zeros_like(curves[0][:1]), np.cumsum(curves[0], axis=0)])
    return Arrivals(pace * by_age[days], _excess(start[recent], today, length), int(recent.sum()))


def _excess(start: Integers, today: int, length: int) -> float:
    """Variance of four-week counts beyond a Poisson's, over their squared mean."""
    blocks = length // BLOCK_DAYS
    if blocks < 3:
        return 0.0
    block = (today - start) // BLOCK_DAYS
    counts = np.bincount(block[block < blocks], minlength=blocks)
    mean = counts.mean()
    return float(max(counts.var(ddof=1) - mean, 0.0) / mean**2) if mean > 0 else 0.0


def draw_new(arrivals: Arrivals, amounts: Amounts, weights: Floats, each: int, seed: int) -> Draws:
    """Draw what deals not yet created win by each day."""
    told, samples = arrivals.mean.shape
    random = np.random.default_rng([seed, 3])
    deals = np.zeros((samples - 1, each, told))
    value = np.zeros_like(deals)
    steps = np.diff(arrivals.mean, axis=0, prepend=0.0)
    for sample in range(1, samples):
        level = np.ones(each)
        if arrivals.excess > 0:
            level = random.gamma(1 / arrivals.excess, arrivals.excess, each)
        counts = random.poisson(level[:, None] * steps[None, :, sample])
        deals[sample - 1] = counts.cumsum(axis=1)
        if len(amounts.won) and counts.sum():
            drawn = random.choice(
                amounts.won, int(counts.sum()), p=amounts.typical(weights[:, sample])
            )
            total = np.bincount(
                np.repeat(np.arange(counts.size), counts.ravel()), drawn, counts.size
            )
            value[sample - 1] = total.reshape(counts.shape).cumsum(axis=1)
    return Draws(deals.reshape(-1, told), value.reshape(-1, told))
