"""Weekly worlds with known short and long effects, for the benchmarks of the weekly model.

Five marketing channels and sales effort, 208 weeks of burn-in, then the weeks that are seen.
Effects are those of one average week of a driver, by weeks after it; they vary from seed to seed.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from alignment.horizons.carry_over import geometric, humped

Floats = NDArray[np.float64]

BURN_IN = 208
CHANNELS = ("search", "social", "events", "content", "brand", "sales")
DECLARED = ("content", "brand")
RETENTION = (0.2, 0.4, 0.6, 0.75, 0.9, 0.3)
FAST = (4.0, 3.0, 4.0, 3.0, 4.0, 5.0)  # a week of usual spend brings so much through the fast part
SLOW = (0.0, 0.0, 0.0, 5.0, 10.0, 0.0)
HUMPS = (3.0, 5.0, 8.0, 12.0, 16.0, 3.0)
STOCK = 0.97


@dataclass(frozen=True)
class World:
    """What a world is like.

    Parameters
    ----------
    weeks : int
        Weeks seen.
    slow : bool
        Whether content and brand feed a slow stock.
    step : float
        Standard deviation of the baseline's step of a week.
    humped : bool
        Whether effects come weeks later, by a gamma law.
    chase : float
        By how much of the baseline's relative deviation, eight weeks ago and since, spend moves.
    noise : float
        Standard deviation of a week's noise.
    ends : bool
        Whether activity stops mattering in the middle of the weeks seen: from then on the outcome
        stays what average activity would bring.
    """

    weeks: int = 182
    slow: bool = True
    step: float = 0.35
    humped: bool = False
    chase: float = 0.0
    noise: float = 5.0
    ends: bool = False


BASE = World()
WORLDS = {
    "base": BASE,
    "no slow stock": replace(BASE, slow=False),
    "flat baseline": replace(BASE, step=0.0),
    "wandering baseline": replace(BASE, step=1.0),
    "budget follows sales": replace(BASE, chase=2.0),
    "104 weeks": replace(BASE, weeks=104),
    "260 weeks": replace(BASE, weeks=260),
    "humped": replace(BASE, humped=True),
}


@dataclass(frozen=True)
class Simulated:
    """A simulated company.

    Parameters
    ----------
    outcome : array (T,)
    activity : DataFrame (T, D)
        Spend by channel.
    within : array (D, 157)
        True effect of one average week within h weeks, h = 0…156.
    baseline : array (T,)
        Level of the random walk.
    """

    outcome: Floats
    activity: pd.DataFrame
    within: Floats
    baseline: Floats


def simulate(world: World, seed: int) -> Simulated:
    """Draw one company."""
    random = np.random.default_rng([seed, 7])
    weeks, drivers = BURN_IN + world.weeks, len(CHANNELS)
    walk = np.cumsum(random.normal(0, world.step, weeks))
    walk -= walk[BURN_IN:].mean()
    spend = _spend(random, weeks, walk, world.chase)
    half = random.choice([1.0, 2.0, 4.0], drivers)
    seen = spend[BURN_IN:]
    usual = seen.sum(axis=0) / (seen > 0).sum(axis=0)
    bent = spend / (spend + half * usual)
    z = bent / bent[BURN_IN:].mean(axis=0)
    varied = random.uniform(0.5, 1.5, (2, drivers))
    fast, slow = np.array(FAST) * varied[0], np.array(SLOW) * varied[1] * world.slow
    lags = weeks
    kernels = [
        humped(HUMPS[d], lags) if world.humped else geometric(RETENTION[d], lags)
        for d in range(drivers)
    ]
    response = [fast[d] * kernels[d] + slow[d] * geometric(STOCK, lags) for d in range(drivers)]
    time = np.arange(weeks)
    if world.ends:
        z[time >= BURN_IN + world.weeks // 2] = 1.0
    effect = sum(np.convolve(z[:, d], response[d])[:weeks] for d in range(drivers))
    season = 4 * np.sin(2 * np.pi * time / 52.18) + 2 * np.cos(4 * np.pi * time / 52.18)
    y = 60 + 0.02 * (time - BURN_IN) + season + walk + effect + random.normal(0, world.noise, weeks)
    within = np.array([np.concatenate([[0.0], np.cumsum(r)[:156]]) for r in response])
    return Simulated(
        y[BURN_IN:],
        pd.DataFrame(spend[BURN_IN:], columns=list(CHANNELS)),
        within,
        walk[BURN_IN:],
    )


def _spend(random: np.random.Generator, weeks: int, walk: Floats, chase: float) -> Floats:
    """Give spend by week: budgets of a quarter, campaigns and weekly noise; brand pauses."""
    drivers = len(CHANNELS)
    quarter = np.arange(weeks) // 13
    budget = random.normal(0, 0.4, (quarter[-1] + 1, drivers))[quarter]
    wave = np.zeros((weeks, drivers))
    shock = random.normal(0, 0.25, (weeks, drivers))
    for t in range(1, weeks):
        wave[t] = 0.7 * wave[t - 1] + shock[t]
    level = np.exp(budget + wave)
    on = random.random((quarter[-1] + 1, drivers)) < np.array([1, 1, 1, 0.85, 0.75, 1])
    level *= np.where(on[quarter], 1.0, 0.1)
    if chase:  # budgets look at the mean of the last quarter's baseline
        past = np.convolve(walk, np.ones(13) / 13)[:weeks]
        level[:, :5] *= np.exp(chase * np.roll(past, 1) / 20)[:, np.newaxis]
    return np.asarray(level * 10)
