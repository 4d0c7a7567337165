"""How often each diagnostic passes: model right, no driver does anything, effects that end.

Run from the repository's root (about nine minutes of one core)::

    python benchmarks/long_short_diagnostics.py 40 200
"""

from __future__ import annotations

import sys
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd

from alignment.horizons.diagnostics import diagnose
from alignment.horizons.long_short import long_and_short_of
from alignment.horizons.weekly import WeeklyPanel
from alignment.results import About
from alignment.text import Text
from long_short_worlds import CHANNELS, DECLARED, WORLDS, simulate

RESULTS = Path(__file__).parent / "results"


BASE, NONE, ENDS = "base", "no effect", "effect ends midway"


def panel(seed: int, name: str) -> WeeklyPanel:
    """Turn a world into a panel; without effect, another company's outcome takes its place.

    The outcome of another seed has the same season, baseline and noise, and its own drivers'
    effects, which are no effects of these drivers.
    """
    world = simulate(replace(WORLDS["base"], ends=name == ENDS), seed)
    outcome = simulate(WORLDS["base"], seed + 1000).outcome if name == NONE else world.outcome
    frame = world.activity.copy()
    frame.insert(0, "week", pd.date_range("2022-01-03", periods=len(frame), freq="7D"))
    frame.insert(1, "outcome", outcome)
    frame = frame.assign(free=0.0, turn_of_year=0.0, closing_effort=0.0)
    drivers = pd.DataFrame(
        {
            "driver": CHANNELS,
            "team": ["marketing"] * 5 + ["sales"],
            "channel": CHANNELS,
            "objective": None,
            "unit": ["EUR"] * 5 + ["touches"],
            "slow": np.isin(CHANNELS, DECLARED),
            "total": world.activity.sum().to_numpy(),
            "active_weeks": len(frame),
        }
    )
    return WeeklyPanel(frame, drivers, "opportunities", "EUR", About(Text.same("simulated")))


def main(seeds: int = 20, first: int = 200) -> None:
    """Write the share of companies in which each check passes."""
    rows = []
    for seed in range(first, first + seeds):
        for name in (BASE, NONE, ENDS):
            found = diagnose(long_and_short_of(panel(seed, name), seed=seed), seed=seed)
            frame = found.frame.assign(world=name, seed=seed)
            veto = pd.DataFrame(
                {
                    "check": "no veto",
                    "subject": "all",
                    "passed": [not found.vetoed],
                    "world": frame["world"].iloc[0],
                    "seed": seed,
                }
            )
            rows.append(pd.concat([frame, veto.astype({"passed": "boolean"})]))
    table = (
        pd.concat(rows)
        .groupby(["world", "check", "subject"], sort=False)
        .agg(passes=("passed", "mean"), value=("value", "median"), companies=("seed", "nunique"))
        .reset_index()
        .assign(first_seed=first, date=date.today().isoformat())
    )
    table.round(3).to_csv(RESULTS / "long_short_diagnostics.csv", index=False, lineterminator="\n")
    sys.stdout.write(table.round(2).to_string(index=False) + "\n")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
