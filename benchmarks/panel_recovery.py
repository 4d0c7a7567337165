"""How often a panel of regions recovers the half-lives and effects of worlds whose truth is known.

The simulator's own market (spend that follows revenue, season, demand, regions dark for brand by
lot) with outcomes drawn by region and week. Each world breaks one thing. Run from the
repository's root::

    python benchmarks/panel_recovery.py 50 7
"""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd

from alignment.horizons.panel import WANDERING
from alignment.horizons.panel_fit import fit_panel, saturated
from alignment.simulation.demand import Market
from alignment.simulation.world import REGIONS, World

RESULTS = Path(__file__).parent / "results"
LEVEL = 0.90
_BASE = World()
_NULL = replace(_BASE, inquiry_brand=0.0, inquiry_activation=0.0)


@dataclass(frozen=True)
class Case:
    """A world, how many outcomes a region and week has, and what is broken."""

    world: World
    outcomes: float = 19.0
    drift: float = 0.0  # standard deviation, a week, of what wanders by region
    scatter: float = 0.0  # variance of a gamma factor a week and region


CASES = {
    "base": Case(_BASE),
    "small (6 a week)": Case(_BASE, outcomes=6.0),
    "no dark regions": Case(replace(_BASE, dark_regions=0)),
    "weeks scatter": Case(_BASE, scatter=0.05),
    "regions wander a little": Case(_BASE, drift=0.02),
    "regions wander": Case(_BASE, drift=0.08),
    "no effect": Case(_NULL),
    "no effect, small": Case(_NULL, outcomes=6.0),
    "no effect, regions wander": Case(_NULL, drift=0.08),
}

Arrays = tuple[np.ndarray, np.ndarray, np.ndarray]


def company(seed: int, case: Case) -> Arrays:
    """Draw outcomes, brand and activation spend by week and region; revenue moves the budgets."""
    world = case.world
    market, random = Market(seed, world), np.random.default_rng([seed, 1])
    weeks, regions = world.burn_in_weeks + world.observed_weeks, len(REGIONS)
    size = np.exp(0.4 * random.standard_normal(regions))
    usual = case.outcomes * size / size.mean()
    wander, outcome = np.zeros(regions), np.zeros((weeks, regions))
    for week in range(weeks):
        market.advance(week)
        wander = 0.9 * wander + case.drift * random.standard_normal(regions)
        stocks = market.stock[week] @ [world.inquiry_brand, world.inquiry_activation]
        mean = usual * np.exp(stocks + market.demand[week] + market.season[week] + wander - 0.5)
        if case.scatter:
            mean = mean * random.gamma(1 / case.scatter, case.scatter, regions)
        outcome[week] = random.poisson(mean)
        if week >= 10:  # what came ten weeks ago now closes
            closed = random.poisson(0.03 * outcome[week - 10])
            market.revenue[week] = closed * random.lognormal(9.5, 1.0, regions)
    seen = slice(world.burn_in_weeks, None)
    return outcome[seen], market.spend[seen, :, 0], market.spend[seen, :, 1]


def run(name: str, runs: int, seed: int) -> dict[str, object]:
    """Fit one world many times."""
    case = CASES[name]
    world = case.world
    lives = [np.log(0.5) / np.log(r) for r in (world.brand_retention, world.activation_retention)]
    effects = [world.inquiry_brand, world.inquiry_activation]
    rows, spent = [], 0.0
    for number in range(runs):
        outcome, brand, activation = company(seed * 1000 + number, case)
        started = time.process_time()
        found = fit_panel(outcome, (saturated(brand), saturated(activation)), LEVEL)
        spent += time.process_time() - started
        row: dict[str, float] = {"flagged": found.persistence > WANDERING}
        for k, kind in enumerate(("brand", "activation")):
            row[f"{kind}_half_life"] = found.half_life[k]
            row[f"{kind}_life_held"] = found.low[k] <= lives[k] <= found.high[k]
            row[f"{kind}_bounded"] = bool(found.low[k] > 0 and np.isfinite(found.high[k]))
            row[f"{kind}_effect"] = found.effect[k]
            row[f"{kind}_effect_held"] = found.effect_low[k] <= effects[k] <= found.effect_high[k]
            row[f"{kind}_told"] = bool(found.told[k])
            row[f"{kind}_claimed"] = bool(found.told[k] and not row["flagged"])
        rows.append(row)
    table = pd.DataFrame(rows).astype(float)
    lives_of = [f"{kind}_half_life" for kind in ("brand", "activation")]
    means = table.mean()
    means[lives_of] = table[lives_of].median()
    sd = {f"{kind}_effect_sd": table[f"{kind}_effect"].std() for kind in ("brand", "activation")}
    told = {**means.to_dict(), **sd, "cpu_seconds": spent / runs}
    rounded = {key: round(float(value), 3) for key, value in told.items()}
    return {"world": name, "runs": runs, "seed": seed, **rounded}


def main(runs: int = 50, seed: int = 7) -> None:
    """Write the table, at the level of 90 %."""
    rows = []
    for name in CASES:
        rows.append(run(name, runs, seed))
        sys.stdout.write(f"{rows[-1]}\n")
        sys.stdout.flush()
    table = pd.DataFrame(rows).assign(level=LEVEL, date=date.today().isoformat())
    table.to_csv(RESULTS / "panel_recovery.csv", index=False, lineterminator="\n")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
