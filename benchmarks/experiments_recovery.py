"""How well an experiment of the table gives the lift that is true, and what it does to the model.

Run from the repository's root (some forty minutes of one core)::

    python benchmarks/experiments_recovery.py 120 0 40
"""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd

from alignment.horizons.experiments import measured_lifts
from alignment.horizons.model import fit_weekly
from alignment.horizons.weekly import weekly_panel
from experiment_worlds import WORLDS, company

RESULTS = Path(__file__).parent / "results"
HORIZONS = (13, 52)


def one(name: str, seed: int, fitted: bool) -> list[dict]:
    """Give a row for each quantity of one simulated company."""
    made = company(WORLDS[name], seed)
    panel = weekly_panel(made.data)
    lifts = measured_lifts(made.data, panel)
    if not len(lifts.pooled):  # the arms' spend differed too little
        return []
    told, entered = lifts.pooled.iloc[0], lifts.experiments[0]
    truth = sum(part @ made.response[d][: len(part)] for d, part in entered.held().items())
    rows = [_row(name, seed, "lift", truth, told["lift"], told["low"], told["high"])]
    # What an average week would bring while a change lasts, without all that came before.
    weeks = entered.weeks
    plain = (weeks - np.arange(weeks)) / weeks @ made.response["brand"][:weeks]
    rows.append(_row(name, seed, "plain lift", plain, told["lift"], told["low"], told["high"]))
    for which, experiments in (("without", ()), ("with", lifts.experiments)) if fitted else ():
        fit = fit_weekly(
            panel.frame["outcome"],
            panel.frame[panel.names],
            slow=panel.slow,
            experiments=experiments,
            seed=seed,
        )
        place = fit.drivers.index("brand")
        for horizon in HORIZONS:
            low, middle, high = np.quantile(fit.within(horizon)[:, place], [0.05, 0.5, 0.95])
            real = made.response["brand"][:horizon].sum()
            rows.append(_row(name, seed, f"{horizon} weeks, {which}", real, middle, low, high))
    return rows


def _row(
    name: str, seed: int, quantity: str, truth: float, estimate: float, low: float, high: float
) -> dict:
    return {
        "world": name,
        "seed": seed,
        "quantity": quantity,
        "truth": truth,
        "error": estimate - truth,
        "held": low <= truth <= high,
        "width": high - low,
    }


def main(seeds: int = 120, first: int = 0, fitted: int = 60) -> None:
    """Write the table; the model is fitted for the first `fitted` seeds only."""
    rows = []
    for world in WORLDS:
        for seed in range(first, first + seeds):
            rows += one(world, seed, seed < first + fitted)
        sys.stdout.write(f"{world} done\n")
        sys.stdout.flush()
    grouped = pd.DataFrame(rows).groupby(["world", "quantity"], sort=False)
    table = grouped.agg(
        truth=("truth", "mean"),
        bias=("error", "mean"),
        bias_error=("error", lambda e: float(e.std() / np.sqrt(len(e)))),
        rmse=("error", lambda e: float(np.sqrt((e**2).mean()))),
        coverage=("held", "mean"),
        width=("width", "median"),
        seeds=("seed", "nunique"),
    ).reset_index()
    table = table.assign(first_seed=first, date=date.today().isoformat())
    table.round(3).to_csv(RESULTS / "experiments_recovery.csv", index=False, lineterminator="\n")
    sys.stdout.write(table.round(2).to_string(index=False) + "\n")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
