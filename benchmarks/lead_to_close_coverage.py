"""Do the intervals of lead to close cover? Bias and coverage on worlds with known truth.

    PYTHONPATH=src python benchmarks/lead_to_close_coverage.py

writes benchmarks/results/lead_to_close_coverage.csv. In each world leads arrive evenly over a
year; won and lost come at exponential times, whichever is first; the snapshot is taken on day 365
and cuts the open ones. With left truncation, what ended before day 120 never reached the export.
Days are whole calendar days: a lead of a random hour is won by day d with probability
∫ F(x) dx over d..d+1, which is the truth the estimates are held against.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pandas as pd

from alignment.incidence import (
    Transform,
    aalen_johansen,
    interval,
    quantile,
    quantile_within,
    risk_tables,
    value_at,
)

OUT = Path(__file__).parent / "results" / "lead_to_close_coverage.csv"
YEAR = 365
DAYS = (30, 90, 180)
QUANTILES = (0.10, 0.25)
TRANSFORMS: tuple[Transform, ...] = ("complementary log-log", "log-log")


@dataclass(frozen=True)
class World:
    """Leads of one company; mean days to each end as if alone, and when recording began."""

    name: str
    leads: int
    days_to_won: float
    days_to_lost: float
    recorded_from: int = 0

    def won_by(self, day: int) -> float:
        """Probability of won by a calendar day."""
        rate = 1 / self.days_to_won + 1 / self.days_to_lost
        open_share = (np.exp(-rate * day) - np.exp(-rate * (day + 1))) / rate
        return float((1 - open_share) / (rate * self.days_to_won))

    def day_of(self, share: float, within: float = 1.0) -> float:
        """First day by which a share (of those within a probability) is won; infinite if never."""
        days = np.arange(2000)
        reached = np.array([self.won_by(day) for day in days]) >= share * within
        return float(days[np.argmax(reached)]) if reached.any() else np.inf


WORLDS = (
    World("half are won", 300, 60, 60),
    World("one in five is won", 300, 200, 50),
    World("few are won", 300, 900, 60),
    World("small group", 60, 120, 80),
    World("losses are rare", 300, 200, 2000),
    World("left truncation", 400, 100, 80, recorded_from=120),
    World("left truncation, few are won", 400, 600, 80, recorded_from=120),
)


def simulate(world: World, replications: int, seed: int):
    """Give entry, exit, end and replication of all spells of all replications at once."""
    random = np.random.default_rng(seed)
    size = world.leads * replications
    code = np.repeat(np.arange(replications), world.leads)
    start = random.uniform(0, YEAR, size)
    won = random.exponential(world.days_to_won, size)
    lost = random.exponential(world.days_to_lost, size)
    closed = start + np.minimum(won, lost)
    end = np.where(closed >= YEAR, 0, np.where(won < lost, 1, 2))
    begin, stop = np.floor(start).astype(int), np.floor(np.minimum(closed, YEAR)).astype(int)
    exit = stop - begin
    entry = np.maximum(world.recorded_from - begin, 0)
    seen = exit >= entry
    return entry[seen], exit[seen], end[seen], code[seen]


def replicate(world: World, replications: int, seed: int, level: float) -> pd.DataFrame:
    """Estimate every quantity in every replication: quantity, scale, truth, estimate, low, high."""
    entry, exit, end, code = simulate(world, replications, seed)
    tables = risk_tables(entry, exit, end, group=code, groups=replications)
    rows = []
    horizon = DAYS[-1]
    truths = {f"won by {day}": world.won_by(day) for day in DAYS}
    truths |= {f"day of {share:.0%}": world.day_of(share) for share in QUANTILES}
    median = f"median day, won by {horizon}"
    truths[median] = world.day_of(0.5, world.won_by(horizon))
    for table in tables:
        found = aalen_johansen(table)
        curve, variance = found.incidence[0], found.variance[0]
        told = value_at(table, curve, np.array(DAYS))
        for transform in TRANSFORMS:
            low, high = interval(curve, variance, level=level, transform=transform)
            limits = [value_at(table, bound, np.array(DAYS), start=np.nan) for bound in (low, high)]
            for i, day in enumerate(DAYS):
                rows.append((f"won by {day}", transform, told[i], limits[0][i], limits[1][i]))
            for share in QUANTILES:
                days = quantile(table, curve, low, high, share)
                rows.append((f"day of {share:.0%}", transform, *days))
        rows.append((median, "plain", *quantile_within(found, 0, horizon, 0.5, level)))
    frame = pd.DataFrame(rows, columns=["quantity", "scale", "estimate", "low", "high"])
    return frame.assign(truth=frame["quantity"].map(truths))


def summarise(world: World, drawn: pd.DataFrame) -> pd.DataFrame:
    """Bias, error and coverage; a quantile that is not reached reaches to infinity."""
    day = drawn["quantity"].str.startswith("day of")
    high = drawn["high"].where(~day | drawn["high"].notna(), np.inf)
    told = drawn["low"].notna() & high.notna()
    covered = (drawn["low"] <= drawn["truth"] + 1e-12) & (drawn["truth"] <= high + 1e-12)
    error = drawn["estimate"] - drawn["truth"]
    parts = drawn.assign(
        told=told,
        covered=covered.where(told).astype("float64"),
        error=error.where(np.isfinite(error)),
        square=error.where(np.isfinite(error)) ** 2,
        width=(drawn["high"] - drawn["low"]),
    )
    grouped = parts.groupby(["quantity", "scale"], sort=False)
    table = grouped.agg(
        truth=("truth", "first"),
        bias=("error", "mean"),
        rmse=("square", lambda square: float(np.sqrt(square.mean()))),
        width=("width", "mean"),
        coverage=("covered", "mean"),
        told=("told", "mean"),
    ).reset_index()
    table.insert(0, "world", world.name)
    table.insert(1, "leads", world.leads)
    return table[np.isfinite(table["truth"])]


def coverage(replications: int, seed: int, *, level: float = 0.95, worlds=WORLDS) -> pd.DataFrame:
    """Run the worlds; one row a world, quantity and scale of the interval."""
    parts = [
        summarise(world, replicate(world, replications, seed + number, level))
        for number, world in enumerate(worlds)
    ]
    return pd.concat(parts, ignore_index=True)


def main(replications: int = 1000, seed: int = 20250101) -> None:
    """Write the table."""
    table = coverage(replications, seed).round(5)
    table = table.assign(
        level=0.95,
        replications=replications,
        seed=seed,
        date=datetime.datetime.now(tz=datetime.UTC).date().isoformat(),
        versions=f"numpy {version('numpy')}, pandas {version('pandas')}",
    )
    OUT.parent.mkdir(exist_ok=True)
    table.to_csv(OUT, index=False)
    print(table.drop(columns=["seed", "date", "versions", "level"]).to_string(index=False))


if __name__ == "__main__":
    main()
