"""How well short and long effects are found again, in worlds where they are known.

Beside the weekly model stand a typical media-mix fit, ARDL, VAR and local projections. Run from the
repository's root (about ten minutes of one core)::

    python benchmarks/long_short_recovery.py 50 0

`--small` runs ten seeds of two worlds without the peers and fails where a bar is missed.
"""

from __future__ import annotations

import sys
import time
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd

from alignment.horizons.model import fit_weekly
from long_short_peers import BRAND, MARKETING, PEERS, summed
from long_short_worlds import DECLARED, WORLDS, Simulated, simulate

RESULTS = Path(__file__).parent / "results"
HORIZONS = (4, 13, 52)
CLAIM = 0.95  # posterior probability of a slow stock from which one is claimed
OURS = "weekly model"


def weekly_model(world: Simulated, seed: int) -> tuple[dict, dict[str, float]]:
    """Fit the weekly model; also give the probability that any, or brand, has a slow stock."""
    fit = fit_weekly(world.outcome, world.activity, slow=DECLARED, seed=seed)
    found = {h: summed(fit.within(h)) for h in HORIZONS}
    found["later"] = summed(fit.within(52) - fit.within(13))
    on = fit.draws.slow > 0
    chances = {"marketing": on.any(axis=1).mean(), "brand": on[:, BRAND].mean()}
    return found, {quantity: float(chance) for quantity, chance in chances.items()}


def one(name: str, seed: int, peers: bool) -> list[dict]:
    """Give a row for each method, quantity and horizon of one simulated company."""
    world = simulate(WORLDS[name], seed)
    truth = {
        h: {"marketing": world.within[MARKETING, h].sum(), "brand": world.within[BRAND, h]}
        for h in HORIZONS
    }
    truth["later"] = {part: truth[52][part] - truth[13][part] for part in truth[52]}
    started = time.process_time()
    found, stock = weekly_model(world, seed)
    results = [(OURS, found, time.process_time() - started)]
    for peer, fit in PEERS.items() if peers else ():
        started = time.process_time()
        results.append((peer, fit(world, HORIZONS, seed), time.process_time() - started))
    rows = []
    for method, by_horizon, cpu in results:
        for h, quantities in by_horizon.items():
            for quantity, (centre, low, high) in quantities.items():
                rows.append(
                    {
                        "world": name,
                        "seed": seed,
                        "method": method,
                        "quantity": quantity,
                        "weeks": "14-52" if h == "later" else str(h),
                        "truth": truth[h][quantity],
                        "error": centre - truth[h][quantity],
                        "held": low <= truth[h][quantity] <= high,
                        "width": high - low,
                        "claimed": stock[quantity] >= CLAIM if method == OURS else np.nan,
                        "cpu": cpu,
                    }
                )
    return rows


def summary(rows: pd.DataFrame) -> pd.DataFrame:
    """Give bias, RMSE and coverage of each world, quantity, horizon and method."""
    keys = ["world", "quantity", "weeks", "method"]
    grouped = rows.groupby(keys, sort=False)
    return grouped.agg(
        truth=("truth", "mean"),
        bias=("error", "mean"),
        rmse=("error", lambda e: float(np.sqrt((e**2).mean()))),
        coverage=("held", "mean"),
        width=("width", "median"),
        long_claimed=("claimed", "mean"),
        cpu_seconds=("cpu", "mean"),
        seeds=("seed", "nunique"),
    ).reset_index()


def small(seeds: int = 10) -> None:
    """Run a small version for CI; its bars are wide enough for ten seeds."""
    rows = pd.DataFrame(
        [
            row
            for world in ("base", "no slow stock")
            for s in range(seeds)
            for row in one(world, s, False)
        ]
    )
    table = summary(rows)
    sys.stdout.write(table.round(2).to_string(index=False) + "\n")
    held = table["coverage"].mean()
    false_claims = table.loc[table["world"] == "no slow stock", "long_claimed"].max()
    if not (held >= 0.85 and table["coverage"].min() >= 0.6 and false_claims <= 0.2):
        sys.exit("the weekly model misses its bars")


def main(seeds: int = 50, first: int = 0) -> None:
    """Write the table."""
    rows = []
    for world in WORLDS:
        for seed in range(first, first + seeds):
            rows += one(world, seed, True)
        sys.stdout.write(f"{world} done\n")
        sys.stdout.flush()
        table = summary(pd.DataFrame(rows)).assign(first_seed=first, date=date.today().isoformat())
        table.round(3).to_csv(RESULTS / "long_short_recovery.csv", index=False, lineterminator="\n")
    sys.stdout.write(table.round(2).to_string(index=False) + "\n")


if __name__ == "__main__":
    if "--small" in sys.argv:
        small()
    else:
        main(*map(int, sys.argv[1:]))
