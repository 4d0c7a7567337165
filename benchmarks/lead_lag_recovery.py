"""How often the lead-lag tests cry wolf, and how often they find a budget that follows sales.

Weekly spend and sales of known law, 130 weeks. In the worlds of the first part neither follows the
other; in those of the second, spend follows the sales of the quarter before by a known elasticity.
Run from the repository's root::

    python benchmarks/lead_lag_recovery.py 300 3
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd

from alignment.horizons.lead_lag import FOLLOWS, LEADS, NEITHER, lead_lag_of

RESULTS = Path(__file__).parent / "results"
LEVEL, WEEKS, BURN = 0.90, 130, 60
Floats = np.ndarray


@dataclass(frozen=True)
class Case:
    """Persistence of spend and of the market; what follows what."""

    spend: float = 0.85
    market: float = 0.0
    follows: float = 0.0  # elasticity of spend, a week, to mean sales of 13 weeks before
    leads: float = 0.0  # elasticity of sales to spend of the week before


CASES = {
    "neither; sales scatter": Case(),
    "neither; market persists": Case(market=0.5),
    "neither; both persist": Case(spend=0.95, market=0.9),
    "neither; both wander": Case(spend=1.0, market=1.0),
    "budget follows sales": Case(follows=0.08),
    "budget follows sales, market persists": Case(market=0.9, follows=0.08),
    "sales follow spend": Case(leads=1.0),
}


def company(seed: int, case: Case) -> tuple[Floats, Floats]:
    """Draw spend and sales."""
    random = np.random.default_rng(seed)
    count = BURN + WEEKS
    spend, sales, market = np.zeros(count), np.ones(count), 0.0
    for week in range(1, count):
        market = case.market * market + 0.15 * random.standard_normal()
        recent = np.log(np.mean(sales[max(week - 13, 0) : week]))
        push = case.follows * recent + 0.1 * random.standard_normal()
        spend[week] = case.spend * spend[week - 1] + push
        scatter = 0.8 * random.standard_normal()
        sales[week] = np.exp(market + case.leads * spend[week - 1] + scatter)
    return np.exp(spend[BURN:]), sales[BURN:]


def run(name: str, runs: int, seed: int) -> dict[str, object]:
    """Test one world many times."""
    case, rows = CASES[name], []
    for number in range(runs):
        spend, sales = company(seed * 10_000 + number, case)
        found = lead_lag_of({"all": spend}, sales, level=LEVEL).frame.iloc[0]
        rows.append(
            {
                "says_follows": found["verdict"] in (FOLLOWS, "both"),
                "says_leads": found["verdict"] in (LEADS, "both"),
                "says_neither": found["verdict"] == NEITHER,
                "rule_held": found["low"] <= case.follows <= found["high"],
                "mean_elasticity": found["elasticity"],
            }
        )
    means = pd.DataFrame(rows).astype(float).mean().round(3).to_dict()
    return {"world": name, "elasticity": case.follows, "runs": runs, "seed": seed, **means}


def main(runs: int = 300, seed: int = 3) -> None:
    """Write the table, at the level of 90 %."""
    rows = []
    for name in CASES:
        rows.append(run(name, runs, seed))
        sys.stdout.write(f"{rows[-1]}\n")
        sys.stdout.flush()
    table = pd.DataFrame(rows).assign(level=LEVEL, date=date.today().isoformat())
    table.to_csv(RESULTS / "lead_lag_recovery.csv", index=False, lineterminator="\n")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
