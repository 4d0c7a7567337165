"""Coverage by account: recent win rate, share ever won, time in stage and ownership.

Leads of one account are alike: half of the variance of what moves them is their account's. Each
draw is estimated as if leads were independent (an account each) and by account. The law is that of
``group_tests_by_account.py``, so that truths are closed forms. Run from the repository's root::

    PYTHONPATH=src python benchmarks/coverage_by_account.py

It writes ``benchmarks/results/coverage_by_account.csv``: by accounts and quantity the truth, the
mean of the estimates, how often each interval at 90 % held the truth, and how much wider that by
account is.
"""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.optimize import brentq
from scipy.stats import norm

from alignment.dataset import Dataset
from alignment.handoff import ownership
from alignment.lead_to_close import find_spells, recent_rate, time_in_stage
from alignment.lead_to_close.curves import accounts, end_codes
from alignment.lead_to_close.ever import ever
from alignment.tables import conform
from group_tests_by_account import CLOSED, WINS, law

RESULTS = Path(__file__).parent / "results"
AS_OF = pd.Timestamp("2026-01-01", tz="UTC")
SPAN = 720  # days of recording
ALIKE = 0.5
LEVEL = 0.90
OTHERS, SAME = 0.2, 0.3  # moves by the other team; handed over and accepted by one user
Told = dict[str, tuple[float, float, float]]


def company(random: np.random.Generator, count: int) -> Dataset:
    """Draw a company in which each lead is a deal with one stage, moved by users of two teams."""
    takes, won, _, account = law(random, (count,), ALIKE)
    begun = random.integers(0, SPAN, len(takes))
    ended = takes <= begun
    start = AS_OF - pd.to_timedelta(begun, unit="D")
    close = pd.Series(start + pd.to_timedelta(np.where(ended, takes, 0), unit="D")).where(ended)
    deals = pd.DataFrame(
        {
            "opportunity_id": [f"D{i}" for i in range(len(takes))],
            "lead_id": [f"L{i}" for i in range(len(takes))],
            "account_id": [f"A{i}" for i in account],
            "owner_id": "s1",
            "created_at": start,
            "closed_at": close,
            "status": np.where(ended, np.where(won, "won", "lost"), "open"),
        }
    )
    latent = np.sqrt(ALIKE) * random.standard_normal((count, 2))[account]
    latent = latent + np.sqrt(1 - ALIKE) * random.standard_normal((len(account), 2))
    wrong, same = latent[:, 0] < norm.ppf(OTHERS), latent[:, 1] < norm.ppf(SAME)
    mover = np.where(wrong, "s1", "m1")
    handed = deals[["lead_id"]].assign(stage="mql", entered_at=start, changed_by=mover)
    taker = np.where(same, mover, np.where(wrong, "m1", "s1"))
    accepted = deals[["lead_id"]].assign(stage="sal", entered_at=start, changed_by=taker)
    visits = deals[["opportunity_id"]].assign(stage="proposal", entered_at=start)
    leads = deals[["lead_id", "account_id"]].assign(created_at=start)
    return Dataset(
        as_of=AS_OF,
        observed_from=AS_OF - pd.Timedelta(days=SPAN),
        timezone="UTC",
        leads=conform("leads", leads),
        lead_stages=conform("lead_stages", pd.concat([handed, accepted], ignore_index=True)),
        opportunities=conform("opportunities", deals),
        opportunity_stages=conform("opportunity_stages", visits),
    )


def alone(data: Dataset) -> Dataset:
    """Make every lead, and every deal, an account of its own."""
    return data.replace(
        leads=data.leads.assign(account_id=data.leads["lead_id"]),
        opportunities=data.opportunities.assign(account_id=data.opportunities["opportunity_id"]),
    )


def intervals(data: Dataset) -> Told:
    """Estimate with the library: estimate, low and high of each quantity."""
    spells = find_spells(data, start="opportunity")
    rate = recent_rate(spells, within=120, horizon=240, level=LEVEL)
    frame = spells.frame
    fitted = ever(
        frame["entry"].to_numpy(),
        frame["exit"].to_numpy(),
        end_codes(spells),
        level=LEVEL,
        account=accounts(spells),
    )
    stage = time_in_stage(data, day=30, level=LEVEL).frame.iloc[0]
    owned = ownership(data, level=LEVEL)
    moved = owned.frame.set_index("stage").loc["mql"]
    rules = owned.rules.set_index("rule").loc["handed over and accepted by one user"]
    return {
        "recent win rate by day 240": (rate.estimate, rate.low, rate.high),
        "ever won": (fitted.share[0], fitted.low[0], fitted.high[0]),
        "ever lost": (fitted.share[1], fitted.low[1], fitted.high[1]),
        "stage: moved on by day 30": tuple(
            stage[["moved_on_share", "moved_on_low", "moved_on_high"]]
        ),
        "stage: lost by day 30": tuple(stage[["lost_share", "lost_low", "lost_high"]]),
        "stage: median days": tuple(stage[["median_days", "median_low", "median_high"]]),
        "ownership: MQL by the other team": tuple(moved[["share", "low", "high"]]),
        "ownership: one user hands over and accepts": tuple(rules[["share", "low", "high"]]),
    }


def truths() -> dict[str, float]:
    """Tell what the law gives; days are whole, so that by day t means before t + 1."""

    def won(day: float) -> float:
        return CLOSED * WINS * float(-np.expm1(-(day + 1) / 60))

    def lost(day: float) -> float:
        return CLOSED * (1 - WINS) * float(-np.expm1(-(day + 1) / 40))

    half = brentq(lambda day: won(day) + lost(day) - 0.5, 0, 1000)
    values = (won(240), CLOSED * WINS, CLOSED * (1 - WINS), won(30), lost(30))
    return dict(zip(intervals_named(), (*values, float(np.ceil(half)), OTHERS, SAME), strict=True))


def intervals_named() -> tuple[str, ...]:
    """Name the quantities in the order of :func:`intervals`."""
    return (
        "recent win rate by day 240",
        "ever won",
        "ever lost",
        "stage: moved on by day 30",
        "stage: lost by day 30",
        "stage: median days",
        "ownership: MQL by the other team",
        "ownership: one user hands over and accepts",
    )


def main(runs: int = 400, seed: int = 59) -> None:
    """Measure companies of 60 and of 200 accounts."""
    rows = []
    for count in (60, 200):
        drawn = []
        for number in range(runs):
            data = company(np.random.default_rng([seed, count, number]), count)
            drawn.append([list(intervals(one).values()) for one in (alone(data), data)])
        told = np.array(drawn, dtype=np.float64)  # (runs, 2, quantities, 3)
        for at, (name, truth) in enumerate(truths().items()):
            low, high = np.nan_to_num(told[:, :, at, 1]), np.nan_to_num(told[:, :, at, 2], nan=1e9)
            held = ((low <= truth) & (truth <= high)).mean(axis=0)
            width = np.nanmean(told[:, :, at, 2] - told[:, :, at, 1], axis=0)
            mean = np.nanmean(told[:, 1, at, 0])
            rows.append((count, name, truth, mean, *held, width[1] / width[0], runs))
    columns = ["accounts", "quantity", "truth", "mean", "independent", "by_account", "wider"]
    table = pd.DataFrame(rows, columns=[*columns, "runs"]).round(4)
    table = table.assign(level=LEVEL, seed=seed, date=date.today().isoformat())
    table.to_csv(RESULTS / "coverage_by_account.csv", index=False, lineterminator="\n")
    sys.stdout.write(table.to_string(index=False) + "\n")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
