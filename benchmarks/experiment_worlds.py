"""Companies with regions, known effects of two channels, and an experiment on one of them.

What a region creates in a week is its share of the company's level, plus what its own saturated
spend brings, carried over; counts are Poisson, or scatter and wander more. Everything is written
into canonical tables, so that the whole way from a table of experiments to a lift is tried.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from alignment import tables
from alignment.dataset import Dataset
from alignment.horizons.carry_over import geometric

START = pd.Timestamp("2024-01-01")  # a Monday
WEEKS, BURN_IN, REGIONS = 130, 104, 8
HALF, STOCK = 1.0, 0.97
RETENTION = {"brand": 0.6, "search": 0.3}


@dataclass(frozen=True)
class World:
    """What a world is like.

    Parameters
    ----------
    level : float
        Opportunities a week that nothing brings.
    fast, slow : float
        What an average week of brand brings, at once and through a slow stock of retention 0.97.
    search : float
        What an average week of search brings.
    factor : float
        What brand spend is multiplied by in the regions that were drawn.
    regions, first, last : int
        How many are drawn; first week of the experiment and the week after its last.
    rotating : bool
        Whether others are drawn each quarter, from the first week on.
    wander, scatter : float
        Standard deviation of a region's yearly wandering, and variance of a gamma factor of each
        count.
    """

    level: float = 15.0
    fast: float = 4.0
    slow: float = 4.0
    search: float = 4.0
    factor: float = 0.0
    regions: int = 2
    first: int = 91
    last: int = 104
    rotating: bool = False
    wander: float = 0.0
    scatter: float = 0.0


BASE = World()
WORLDS = {
    "dark quarter": BASE,
    "dark quarter, no effect": replace(BASE, fast=0.0, slow=0.0),
    "dark quarter, half the regions": replace(BASE, regions=4),
    "spend doubled for 8 weeks": replace(BASE, factor=2.0, regions=4, last=99),
    "dark by turns each quarter": replace(BASE, rotating=True),
    "dark by turns, small (6 a week)": replace(
        BASE, rotating=True, level=3.5, fast=1.0, slow=1.0, search=1.0
    ),
    "counts scatter": replace(BASE, scatter=0.2),
    "regions wander": replace(BASE, wander=0.1),
}


@dataclass(frozen=True)
class Company:
    """A dataset, and what an average week of each channel brings, by weeks after it."""

    data: Dataset
    response: dict[str, np.ndarray]


def company(world: World, seed: int) -> Company:
    """Draw one company."""
    random = np.random.default_rng([seed, 11])
    weeks = BURN_IN + WEEKS
    share = np.exp(0.4 * random.standard_normal(REGIONS))
    share /= share.sum()
    on, plan = _plan(world, random)
    spend = {name: 1000 * share * _budget(random) for name in ("brand", "search")}
    spend["brand"] = spend["brand"] * np.where(on, world.factor, 1.0)
    size = random.uniform(0.7, 1.3, 3)
    response = {
        "brand": world.fast * size[0] * geometric(RETENTION["brand"], weeks)
        + world.slow * size[1] * geometric(STOCK, weeks),
        "search": world.search * size[2] * geometric(RETENTION["search"], weeks),
    }
    mean = np.full((weeks, REGIONS), world.level)
    mean *= 1 + 0.1 * np.sin(2 * np.pi * np.arange(weeks) / 52.18)[:, np.newaxis]
    for name, x in spend.items():
        usual = x[BURN_IN:].sum(axis=0) / (x[BURN_IN:] > 0).sum(axis=0)
        z = x / (x + HALF * usual)
        z /= z[BURN_IN:].mean(axis=0) @ share
        for region in range(REGIONS):
            mean[:, region] += np.convolve(z[:, region], response[name])[:weeks]
    walk = np.zeros((weeks, REGIONS))
    for week in range(1, weeks):
        shock = random.standard_normal(REGIONS)
        walk[week] = 0.96 * walk[week - 1] + np.sqrt(1 - 0.96**2) * world.wander * shock
    mean = (mean * share * np.exp(walk))[BURN_IN:]
    if world.scatter:
        mean = mean * random.gamma(1 / world.scatter, world.scatter, mean.shape)
    counts = random.poisson(mean)
    seen = {name: x[BURN_IN:] for name, x in spend.items()}
    return Company(_dataset(counts, seen, plan, random), response)


def _budget(random: np.random.Generator) -> np.ndarray:
    """Give spend by week and region around 1: what all share, and what each has of its own."""
    weeks = BURN_IN + WEEKS
    log = np.zeros((weeks, REGIONS + 1))
    for week in range(1, weeks):
        log[week] = 0.85 * log[week - 1] + 0.15 * random.standard_normal(REGIONS + 1)
    return np.exp(log[:, :-1] + log[:, -1:])


def _plan(world: World, random: np.random.Generator) -> tuple[np.ndarray, list[tuple]]:
    """Draw the weeks and regions of the experiment: (weeks, regions) of bool, and its rows."""
    on = np.zeros((BURN_IN + WEEKS, REGIONS), dtype=bool)
    spans = [(world.first, world.last)]
    if world.rotating:
        spans = [(week, week + 13) for week in range(0, WEEKS, 13)]
        for week in range(0, BURN_IN, 13):
            on[week : week + 13, random.permutation(REGIONS)[: world.regions]] = True
    rows = []
    for first, last in spans:
        drawn = random.permutation(REGIONS)[: world.regions]
        on[BURN_IN + first : BURN_IN + last, drawn] = True
        start = START + pd.Timedelta(weeks=first)
        end = START + pd.Timedelta(weeks=last) - pd.Timedelta(days=1)
        for region in range(REGIONS):
            arm = "changed" if region in drawn else "as usual"
            rows.append(("region", f"R{region}", f"brand {start:%Y-%m-%d}", arm, start, end))
    return on, rows


def _dataset(
    counts: np.ndarray,
    spend: dict[str, np.ndarray],
    plan: list[tuple],
    random: np.random.Generator,
) -> Dataset:
    week, region = np.nonzero(counts)
    times = counts[week, region]
    week, region = np.repeat(week, times), np.repeat(region, times)
    hours = week * 168 + 12 + 24 * random.integers(0, 7, len(week))
    created = pd.Series((START + pd.to_timedelta(hours, unit="h")).tz_localize("UTC"))
    names = [f"R{r}" for r in range(REGIONS)]
    accounts = {"account_id": [f"A{r}" for r in range(REGIONS)], "region": names}
    deals = {
        "opportunity_id": [f"O{i}" for i in range(len(week))],
        "account_id": [f"A{r}" for r in region],
        "created_at": created.dt.as_unit("us"),
        "status": "open",
    }
    ids = [(channel, r) for channel in spend for r in range(REGIONS)]
    campaigns = {
        "platform": "ads",
        "campaign_id": [f"{channel}{r}" for channel, r in ids],
        "channel": [channel for channel, _ in ids],
        "objective": ["brand" if channel == "brand" else "activation" for channel, _ in ids],
        "region": [names[r] for _, r in ids],
    }
    start = START + pd.to_timedelta(7 * np.arange(WEEKS), unit="D")
    bills = [
        pd.DataFrame(
            {
                "platform": "ads",
                "campaign_id": f"{channel}{r}",
                "channel": channel,
                "starts_on": start.as_unit("us"),
                "ends_on": (start + pd.Timedelta(days=6)).as_unit("us"),
                "currency": "EUR",
                "cost": spend[channel][:, r],
            }
        )
        for channel, r in ids
    ]
    columns = ["unit_kind", "unit_id", "experiment", "arm", "starts_on", "ends_on"]
    export = (START + pd.Timedelta(weeks=WEEKS, hours=6)).tz_localize("UTC")
    return Dataset(
        as_of=export,
        observed_from=START.tz_localize("UTC"),
        currency="EUR",
        accounts=tables.conform("accounts", accounts),
        opportunities=tables.conform("opportunities", deals),
        campaigns=tables.conform("campaigns", campaigns),
        spend=tables.conform("spend", pd.concat(bills, ignore_index=True)),
        experiments=tables.conform("experiments", pd.DataFrame(plan, columns=columns)),
    )
