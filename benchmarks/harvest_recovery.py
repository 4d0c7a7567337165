"""How often the harvest's interval holds the truth, and how often it finds one that is not there.

Deals of known law: warmer ones are worked more often and won more often, the deals of an account
share their warmth, and brand stock differs by region and week as regions go dark by lot. The truth
of the difference is that of the very deals and weeks drawn. Run from the repository's root::

    python benchmarks/harvest_recovery.py 200 5
"""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd

from alignment.horizons.harvest_fit import HIGH, LOW, fit_harvest
from alignment.horizons.panel_fit import stock

RESULTS = Path(__file__).parent / "results"
LEVEL = 0.90
WEEKS, REGIONS = 130, 8


@dataclass(frozen=True)
class Case:
    """Log-odds of winning in a week; `harvest` for work at high stock beyond work at low."""

    deals: int = 2500
    work: float = 0.7
    brand: float = 0.0
    harvest: float = 0.0
    warmth: float = 0.5


CASES = {
    "nothing interacts, no brand effect": Case(),
    "the same, 770 deals": Case(deals=770),
    "brand alone helps": Case(brand=0.4),
    "harvest": Case(brand=0.2, harvest=0.8),
    "harvest, 770 deals": Case(deals=770, brand=0.2, harvest=0.8),
    "harvest, warmth strong": Case(brand=0.2, harvest=0.8, warmth=1.0),
}


def company(seed: int, case: Case) -> tuple[pd.DataFrame, float]:
    """Draw deals week by week; give the rows and the true difference of what work is worth."""
    random = np.random.default_rng(seed)
    dark = np.zeros((WEEKS, REGIONS), dtype=bool)
    for start in range(0, WEEKS, 13):
        dark[start : start + 13, random.permutation(REGIONS)[:2]] = True
    reached = np.where(dark, 0.0, random.uniform(0.4, 0.6, (WEEKS, REGIONS)))
    levels = stock(reached, 22.0)
    account = np.repeat(np.arange(case.deals), random.integers(1, 4, case.deals))[: case.deals]
    warmth = random.standard_normal(case.deals)[account]
    region = random.integers(0, REGIONS, case.deals)[account]
    start = random.integers(0, WEEKS, case.deals)
    open_deals = np.zeros(case.deals, dtype=bool)
    parts = []
    low, high = np.quantile(levels, [LOW, HIGH])
    for week in range(WEEKS):
        open_deals |= start == week
        of = np.flatnonzero(open_deals)
        worked = random.random(len(of)) < 1 / (1 + np.exp(0.5 - 0.8 * warmth[of]))
        now = levels[week, region[of]]
        z = (now - low) / (high - low)
        base = -4.6 + case.warmth * warmth[of]
        odds = base + case.work * worked + case.brand * z + case.harvest * worked * z
        won = random.random(len(of)) < 1 / (1 + np.exp(-odds))
        lost = ~won & (random.random(len(of)) < 0.04)
        parts.append(
            pd.DataFrame(
                {
                    "account": account[of],
                    "region": region[of],
                    "quarter": week // 13,
                    "age": week - start[of],
                    "worked": worked,
                    "stock": now,
                    "won": won,
                    "base": base,
                }
            )
        )
        open_deals[of[won | lost]] = False
    rows = pd.concat(parts, ignore_index=True)
    ends = (np.quantile(rows["stock"], [LOW, HIGH]) - low) / (high - low)

    def chance(work: int, z: float) -> float:
        odds = rows["base"] + case.work * work + case.brand * z + case.harvest * work * z
        return float((1 / (1 + np.exp(-odds))).mean())

    worth = [chance(1, z) - chance(0, z) for z in ends]
    return rows, worth[1] - worth[0]


def run(name: str, runs: int, seed: int) -> dict[str, object]:
    """Fit one world many times."""
    case, rows, spent = CASES[name], [], 0.0
    for number in range(runs):
        deals, truth = company(seed * 10_000 + number, case)
        started = time.process_time()
        found = fit_harvest(deals, LEVEL)
        spent += time.process_time() - started
        value, low, high = found.difference
        rows.append(
            {
                "wins": deals["won"].sum(),
                "truth_per_1000": 1000 * truth,
                "mean_per_1000": 1000 * value,
                "held": low <= truth <= high,
                "found_higher": low > 0,
                "found_lower": high < 0,
                "odds_held": found.odds_ratio[1] <= np.exp(case.harvest) <= found.odds_ratio[2],
                "odds_found": found.odds_ratio[1] > 1 or found.odds_ratio[2] < 1,
            }
        )
    means = pd.DataFrame(rows).astype(float).mean().round(3).to_dict()
    each = {"cpu_seconds": round(spent / runs, 3), "level": LEVEL}
    return {"world": name, "runs": runs, "seed": seed, **means, **each}


def main(runs: int = 200, seed: int = 5) -> None:
    """Write the table, at the level of 90 %."""
    rows = []
    for name in CASES:
        rows.append(run(name, runs, seed))
        sys.stdout.write(f"{rows[-1]}\n")
        sys.stdout.flush()
    table = pd.DataFrame(rows).assign(date=date.today().isoformat())
    table.to_csv(RESULTS / "harvest_recovery.csv", index=False, lineterminator="\n")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
