"""Bias and coverage of the credit intervals, on a simple seeded world.

Run it from the repository: ``PYTHONPATH=src python benchmarks/attribution_coverage.py``. It
writes ``benchmarks/results/attribution_coverage.csv`` and ``.md``. The truth is the credit that
each rule gives in a very large company of the same kind: the intervals are about the sampling of
accounts, and about nothing else.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pandas as pd

from alignment.attribution import DEFAULT_MODELS, NO_TOUCH, attribute
from alignment.journeys import OUTCOMES, Journeys
from alignment.tables import INITIATORS, TEAMS

RESULTS = Path(__file__).parent / "results"
CHANNELS = np.array(["ads", "call", "email", "meeting", "webinar"])
TEAM = np.array([0, 1, 0, 1, 0])  # place in TEAMS
BASE = np.array([0.42, 0.16, 0.24, 0.06, 0.12])
LOGIT = np.array([0.0, 0.5, 0.1, 0.9, 0.4])
MEASURED = (*DEFAULT_MODELS, "shapley_rate")
WON_SHARE = 0.048  # of the accounts, in this world


def world(seed: int, accounts: int) -> Journeys:
    """Journeys of a company whose accounts differ in warmth, size and taste of channel.

    An account has one lead or more, which share all three; the warm ones see more touches, more
    of them from sales, and win more often. Amounts are lognormal.
    """
    rng = np.random.default_rng(seed)
    warm = rng.normal(size=accounts)
    size = np.exp(0.5 * rng.normal(size=accounts))
    taste = rng.dirichlet(4 * BASE + 0.3, size=accounts)
    account = np.repeat(np.arange(accounts), 1 + rng.poisson(0.5, accounts))
    leads = len(account)
    length = rng.poisson(1.6 * np.exp(0.3 * warm[account]))
    journey = np.repeat(np.arange(leads), length)
    place = np.arange(len(journey)) - (np.cumsum(length) - length)[journey]
    leaning = np.exp(0.3 * np.outer(warm, TEAM)) * taste
    leaning = np.cumsum(leaning / leaning.sum(axis=1, keepdims=True), axis=1)
    channel = (rng.random(len(journey))[:, None] > leaning[account[journey]]).sum(axis=1)
    channel = np.minimum(channel, len(CHANNELS) - 1)
    gain = np.bincount(journey, LOGIT[channel], minlength=leads)
    won = rng.random(leads) < 1 / (1 + np.exp(4.3 - 0.6 * warm[account] - gain))
    value = np.where(won, 10_000 * size[account] * np.exp(rng.normal(0, 0.8, leads)), 0.0)
    days = np.where(won[journey], (length[journey] - place) * 9.0 - 4.0, np.nan)
    return _journeys(account, won, value, length, journey, place, channel, days)


def _journeys(account, won, value, length, journey, place, channel, days) -> Journeys:
    leads, count = len(account), len(journey)
    never = pd.Series(pd.NaT, index=range(leads)).dt.tz_localize("UTC")
    frame = pd.DataFrame(
        {
            "journey_id": np.arange(leads),
            "account_id": account,
            "started_at": never,
            "outcome": pd.Categorical(np.where(won, "won", "open"), categories=list(OUTCOMES)),
            "ended_at": never,
            "value": value,
            "touches": length,
            "linked": True,
        }
    )
    touches = pd.DataFrame(
        {
            "journey": journey,
            "touch_id": np.arange(count),
            "team": pd.Categorical.from_codes(TEAM[channel], categories=list(TEAMS)),
            "channel": pd.Categorical.from_codes(channel, categories=list(CHANNELS)),
            "initiator": pd.Categorical.from_codes(np.zeros(count, int), list(INITIATORS)),
            "position": place,
            "days_before_end": days,
        }
    )
    return Journeys(touches, frame, "EUR", "lead", None, {}, {})


def shares(
    journeys: Journeys,
    by: str,
    weight: str,
    models: Sequence[str] = MEASURED,
    **options: int | float,
) -> pd.DataFrame:
    """Shares and intervals by model and key."""
    found = attribute(journeys, by=by, weight=weight, models=models, **options)
    return found.frame.astype({"model": str, "key": str}).set_index(["model", "key"])


def measure(
    won_accounts: int,
    *,
    by: str,
    weight: str,
    truth: pd.Series,
    seeds: int,
    replicates: int,
    level: float,
    first_seed: int = 1_000,
    models: Sequence[str] = MEASURED,
) -> pd.DataFrame:
    """Bias and coverage over many seeds, one row a model and key."""
    accounts = round(won_accounts / WON_SHARE)
    tables = [
        shares(
            world(first_seed + seed, accounts),
            by,
            weight,
            models,
            replicates=replicates,
            level=level,
            seed=seed,
        )
        for seed in range(seeds)
    ]
    share, low, high = (
        np.column_stack([table[column].reindex(truth.index) for table in tables])
        for column in ("share", "low", "high")
    )
    covered = (low <= truth.to_numpy()[:, None]) & (high >= truth.to_numpy()[:, None])
    return pd.DataFrame(
        {
            "won_accounts": won_accounts,
            "by": by,
            "weight": weight,
            "truth": truth,
            "bias": share.mean(axis=1) - truth,
            "standard_error": share.std(axis=1, ddof=1),
            "coverage": covered.mean(axis=1),
            "mean_width": (high - low).mean(axis=1),
        }
    ).reset_index()


def true_shares(
    by: str, weight: str, accounts: int, worlds: int = 1, models: Sequence[str] = MEASURED
) -> pd.Series:
    """Shares in companies so large that their own sampling error hardly counts."""
    found = [
        shares(world(w, accounts), by, weight, models, replicates=0)["share"] for w in range(worlds)
    ]
    return pd.concat(found, axis=1).mean(axis=1).rename("share")


def summary(table: pd.DataFrame) -> pd.DataFrame:
    """One row a model, size and weight: mean and worst coverage over the keys."""
    keys = table[table["key"] != NO_TOUCH]
    worst = keys.assign(distance=keys["bias"].abs())
    return (
        worst.groupby(["by", "weight", "won_accounts", "model"], sort=False)
        .agg(
            coverage=("coverage", "mean"),
            worst_coverage=("coverage", "min"),
            largest_bias=("distance", "max"),
            mean_width=("mean_width", "mean"),
        )
        .reset_index()
    )


def main() -> None:
    """Measure, and write the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=250)
    parser.add_argument("--replicates", type=int, default=400)
    parser.add_argument("--level", type=float, default=0.90)
    parser.add_argument("--won-accounts", type=int, nargs="+", default=[15, 30, 60, 200, 1000])
    parser.add_argument("--truth-accounts", type=int, default=600_000)
    parser.add_argument("--truth-worlds", type=int, default=8)
    parser.add_argument("--models", nargs="+", default=MEASURED)
    parser.add_argument("--by", nargs="+", default=["channel", "team"])
    parser.add_argument("--name", default="attribution_coverage", help="of the files written")
    options = parser.parse_args()
    parts = []
    for by in options.by:
        for weight in ("value", "wins"):
            truth = true_shares(
                by, weight, options.truth_accounts, options.truth_worlds, options.models
            )
            for won_accounts in options.won_accounts:
                parts.append(
                    measure(
                        won_accounts,
                        by=by,
                        weight=weight,
                        truth=truth,
                        seeds=options.seeds,
                        replicates=options.replicates,
                        level=options.level,
                        models=options.models,
                    )
                )
                print(summary(parts[-1]).to_string(index=False), flush=True)
    table = pd.concat(parts, ignore_index=True)
    RESULTS.mkdir(exist_ok=True)
    table.round(5).to_csv(RESULTS / f"{options.name}.csv", index=False, lineterminator="\n")
    said = summary(table).round(
        {"coverage": 3, "worst_coverage": 3, "largest_bias": 4, "mean_width": 3}
    )
    (RESULTS / f"{options.name}.md").write_text(_page(said, options), encoding="utf-8")


def _page(said: pd.DataFrame, options: argparse.Namespace) -> str:
    header = " | ".join(said.columns)
    lines = [" | ".join(str(cell) for cell in row) for row in said.itertuples(index=False)]
    return (
        "# Coverage of the credit intervals\n\n"
        f"Measured on {datetime.now(UTC):%Y-%m-%d} with `benchmarks/attribution_coverage.py`: "
        f"{options.seeds} seeds from 1000 on for each row, {options.replicates} bootstrap "
        f"replicates, nominal level {options.level:.2f}. The truth is the mean share in "
        f"{options.truth_worlds} companies of {options.truth_accounts:,} accounts (seeds from 0 "
        "on). `coverage` is the mean over the keys and "
        "`worst_coverage` the lowest; with this many seeds one key's coverage is known to about "
        f"± {2 * np.sqrt(0.9 * 0.1 / options.seeds):.3f}. `largest_bias` and `mean_width` are in "
        "shares (0.01 is one percentage point). `won_accounts` is the expected number. These are "
        "sampling errors of a rule, not errors about what a channel does.\n\n"
        f"| {header} |\n|{'---|' * len(said.columns)}\n"
        + "".join(f"| {line} |\n" for line in lines)
    )


if __name__ == "__main__":
    main()
