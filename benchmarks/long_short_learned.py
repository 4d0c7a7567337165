"""How often an effect counts as told: where nothing identifies it, where it is none, where clear.

Drivers of the base world beside outcomes of six kinds: drivers that hardly move, so that nothing
tells their effect; drivers that all move together, so that only their sum is told; the outcome
under much noise; the outcome of another company, on which these drivers have no effect (so that the
data rule large ones out, and say nothing of when a small one would come); the base world; and the
base world with effects three times as large, beyond what the prior expects. Beside the rule of the
library stands the one it replaced: an interval narrower than the prior's by a quarter. Run from the
repository's root (about four minutes of one core)::

    python benchmarks/long_short_learned.py 30 500
"""

from __future__ import annotations

import sys
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd

import long_short_worlds
from alignment.horizons.effects import HORIZONS, LEARNED, TOLD
from alignment.horizons.long_short import long_and_short_of
from alignment.horizons.weekly import WeeklyPanel
from long_short_diagnostics import panel
from long_short_worlds import CHANNELS, FAST, SLOW, WORLDS, simulate

RESULTS = Path(__file__).parent / "results"
NARROWER = 0.25
LARGE = 3.0
NOISE = 60.0
KINDS = (
    "drivers hardly move",
    "drivers move together",
    "much noise",
    "no effect",
    "base world",
    "effects three times as large",
)


def company(kind: str, seed: int) -> tuple[WeeklyPanel, np.ndarray | None]:
    """Give one panel, and the true effect of an average week within h weeks where it has one."""
    random = np.random.default_rng([seed, 99])
    if kind == "effects three times as large":
        usual = simulate(WORLDS["base"], seed).outcome.mean()
        with _larger():
            one, truth = panel(seed, True), simulate(WORLDS["base"], seed).within
        # The mean is the same, so that the prior expects what it expects of the base world.
        level = one.frame["outcome"] - one.frame["outcome"].mean() + usual
        return replace(one, frame=one.frame.assign(outcome=level)), truth
    one = panel(seed, kind != "no effect")
    frame, names = one.frame.copy(), one.names
    shaken = 1 + 0.01 * random.standard_normal((len(frame), len(names)))
    if kind == "drivers hardly move":
        frame[names] = 10 * shaken
    if kind == "drivers move together":
        frame[names] = frame[names].mean(axis=1).to_numpy()[:, np.newaxis] * shaken
    if kind == "much noise":
        frame["outcome"] += random.normal(0, NOISE, len(frame))
    truth = simulate(WORLDS["base"], seed).within if kind in ("base world", "much noise") else None
    return replace(one, frame=frame), truth


class _larger:
    """Let effects be larger for a while."""

    def __enter__(self) -> None:
        long_short_worlds.FAST = tuple(LARGE * one for one in FAST)
        long_short_worlds.SLOW = tuple(LARGE * one for one in SLOW)

    def __exit__(self, *_: object) -> None:
        long_short_worlds.FAST, long_short_worlds.SLOW = FAST, SLOW


def rows_of(kind: str, seed: int) -> pd.DataFrame:
    """Fit one company; give a row a driver and quantity."""
    one, truth = company(kind, seed)
    result = long_and_short_of(one, seed=seed)
    spans = {name: (first, last) for name, first, last in HORIZONS}
    effects = result.effects[result.effects["horizon"] != "tail"].assign(what="effects")
    timing = result.timing.assign(what=result.timing["quantity"])
    frame = pd.concat([effects, timing], ignore_index=True)
    frame["true"] = [
        np.nan
        if truth is None or row.what != "effects"
        else _true(truth, str(row.driver), *spans[row.horizon])
        for row in frame.itertuples()
    ]
    known = frame["true"].notna()
    inside = (frame["low"] <= frame["true"]) & (frame["true"] <= frame["high"])
    width = (frame["high"] - frame["low"]) / (frame["prior_high"] - frame["prior_low"])
    return frame[["what", "driver", "learned"]].assign(
        told=frame["verdict"] == TOLD,
        narrower=1 - width >= NARROWER,
        held=inside.astype(float).where(known & (frame["verdict"] == TOLD)),
        kind=kind,
        seed=seed,
    )


def _true(within: np.ndarray, driver: str, first: int, last: int) -> float:
    each = within[:, last] - within[:, first - 1]
    if driver in CHANNELS:
        return float(each[CHANNELS.index(driver)])
    return float(each[:5].sum() if driver == "all marketing" else each[3:5].sum())


def table_of(rows: pd.DataFrame) -> pd.DataFrame:
    """Give the shares told by kind of company and quantity."""
    table = rows.groupby(["what", "kind"], sort=False).agg(
        median=("learned", "median"),
        highest_5_percent=("learned", lambda one: one.quantile(0.95)),
        told=("told", "mean"),
        narrower_by_a_quarter=("narrower", "mean"),
        told_holds_truth=("held", "mean"),
        companies=("seed", "nunique"),
    )
    return table.reset_index().assign(threshold=LEARNED)


def main(seeds: int = 30, first: int = 500) -> None:
    """Write the table."""
    rows = [rows_of(kind, seed) for kind in KINDS for seed in range(first, first + seeds)]
    table = table_of(pd.concat(rows, ignore_index=True)).assign(
        first_seed=first, date=date.today().isoformat()
    )
    table.round(3).to_csv(RESULTS / "long_short_learned.csv", index=False, lineterminator="\n")
    sys.stdout.write(table.round(2).to_string(index=False) + "\n")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
