"""Money brought by marketing, through the funnel of deals and by modelling weekly wins directly.

Companies of the base world, with a fifth of its outcome as mean of the opportunities created a
week; a quarter of them is won, after 62 days in the middle (log-normal, sigma 0.75), the others are
lost after 95; a win is worth 10,000 on average. Run from the repository's root::

    python benchmarks/long_short_funnel.py 30 300
"""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
from scipy import stats

from alignment import tables
from alignment.dataset import Dataset
from alignment.horizons.effects import BRAND, MARKETING, limits
from alignment.horizons.funnel import through, value_curve
from alignment.horizons.long_short import long_and_short_of
from alignment.horizons.model import LAST_WEEK
from alignment.horizons.weekly import WeeklyPanel
from alignment.results import About
from alignment.text import Text
from long_short_worlds import CHANNELS, DECLARED, WORLDS, simulate

RESULTS = Path(__file__).parent / "results"
SHARE, WON, WORTH, SIGMA = 0.2, 0.25, 10_000.0, 0.75
MEDIAN_WON, MEDIAN_LOST = 62.0, 95.0
BEFORE = 104  # weeks of deals before the first week, at its rate
START = pd.Timestamp("2022-01-03", tz="UTC")


def deals(random: np.random.Generator, counts: np.ndarray) -> pd.DataFrame:
    """Draw the deals of each week; days count from the first week seen."""
    week = np.repeat(np.arange(len(counts)) - BEFORE, counts)
    created = week * 7 + random.uniform(0, 7, len(week))
    won = random.random(len(week)) < WON
    median = np.where(won, MEDIAN_WON, MEDIAN_LOST)
    lasted = median * np.exp(SIGMA * random.normal(size=len(week)))
    value = np.where(won, WORTH * random.lognormal(-0.32, 0.8, len(week)), 0.0)
    return pd.DataFrame(
        {"created": created, "closed": created + lasted, "won": won, "value": value}
    )


def company(frame: pd.DataFrame, weeks: int) -> Dataset:
    """Turn deals into what an export of the last day shows: closings from the first day on."""
    frame = frame[frame["closed"] >= 0].reset_index(drop=True)
    end = weeks * 7
    done = frame["closed"] < end
    moments = {
        name: (START + pd.to_timedelta(frame[name], unit="D")).astype("datetime64[us, UTC]")
        for name in ("created", "closed")
    }
    table = tables.conform(
        "opportunities",
        {
            "opportunity_id": [f"O{i}" for i in range(len(frame))],
            "account_id": [f"A{i}" for i in range(len(frame))],
            "created_at": moments["created"],
            "closed_at": moments["closed"].where(done),
            "precision": ["instant"] * len(frame),
            "status": np.where(~done, "open", np.where(frame["won"], "won", "lost")),
            "amount": frame["value"].where(frame["won"], WORTH),
            "currency": ["EUR"] * len(frame),
        },
    )
    return Dataset(
        as_of=(START + pd.Timedelta(days=end - 1, hours=23)).as_unit("us"),
        observed_from=START.as_unit("us"),
        currency="EUR",
        opportunities=table,
    )


def panel(activity: pd.DataFrame, outcome: np.ndarray, kind: str) -> WeeklyPanel:
    """Build the weekly panel."""
    frame = activity.copy()
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
            "total": activity.sum().to_numpy(),
            "active_weeks": len(frame),
        }
    )
    return WeeklyPanel(frame, drivers, kind, "EUR", About(Text.same("simulated")))


def true_value(within: np.ndarray) -> np.ndarray:
    """Give the true value brought by each week's end, of responses in opportunities."""
    response = SHARE * np.diff(within, axis=1)
    days = np.linspace(0, 7, 29)[:-1] + 0.125  # creation falls anywhere in its week
    ages = (np.arange(LAST_WEEK)[:, np.newaxis] + 1) * 7 - days
    curve = WON * WORTH * stats.lognorm(SIGMA, scale=MEDIAN_WON).cdf(ages).mean(axis=1)
    steps = through(response[np.newaxis], curve[np.newaxis])[0]
    return np.cumsum(steps, axis=1)


def one(seed: int) -> list[dict]:
    """Give a row for each method, quantity and horizon."""
    world = simulate(WORLDS["base"], seed)
    random, weeks = np.random.default_rng([seed, 11]), len(world.outcome)
    mean = np.concatenate([np.full(BEFORE, world.outcome.mean()), world.outcome]) * SHARE
    counts = random.poisson(np.maximum(mean, 0))
    frame = deals(random, counts)
    data = company(frame, weeks)
    won = frame[frame["won"] & frame["closed"].between(0, weeks * 7, inclusive="left")]
    revenue = np.bincount((won["closed"] // 7).astype(int), won["value"], minlength=weeks)
    curve = value_curve(data, LAST_WEEK, seed=seed)
    found = {
        "through the funnel": long_and_short_of(
            panel(world.activity, counts[BEFORE:].astype(float), "opportunities"),
            curve=curve,
            seed=seed,
        ),
        "weekly wins directly": long_and_short_of(
            panel(world.activity, revenue, "won value"), seed=seed
        ),
    }
    truth = {
        MARKETING: true_value(world.within[:5]).sum(axis=0),
        BRAND: true_value(world.within[3:5]).sum(axis=0),
    }
    rows = []
    for method, result in found.items():
        value = result.draws["value"]
        for name, exact in truth.items():
            draws = value.draws[:, value.names.index(name)]
            for horizon in (4, 13, 52):
                centre, low, high = limits(draws[:, :horizon].sum(axis=1)[:, np.newaxis], 0.9)[0]
                target = exact[horizon - 1]
                rows.append(
                    {
                        "method": method,
                        "quantity": name,
                        "weeks": horizon,
                        "truth": target,
                        "error": centre - target,
                        "held": low <= target <= high,
                        "seed": seed,
                    }
                )
    return rows


def main(seeds: int = 30, first: int = 300) -> None:
    """Write the table."""
    rows = pd.DataFrame([row for seed in range(first, first + seeds) for row in one(seed)])
    table = (
        rows.groupby(["quantity", "weeks", "method"], sort=False)
        .agg(
            truth=("truth", "mean"),
            bias=("error", "mean"),
            rmse=("error", lambda e: float(np.sqrt((e**2).mean()))),
            coverage=("held", "mean"),
            companies=("seed", "nunique"),
        )
        .reset_index()
        .assign(first_seed=first, date=date.today().isoformat())
    )
    table.round(3).to_csv(RESULTS / "long_short_funnel.csv", index=False, lineterminator="\n")
    sys.stdout.write(table.round(2).to_string(index=False) + "\n")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
