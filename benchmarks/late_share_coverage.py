"""How often the interval of the late share, and of a difference of two, holds the truth.

Journeys of known law: they are won at an exponential rate and lost at another, watched until an
export, and worth a log-normal value; in half of the rows a customer goes on buying at a third
rate. The late share of the law is exact. Plain percentiles stand beside the expanded ones that
the library uses, and what comes out if all that a lead won is booked at its first win. Run from
the repository's root::

    python benchmarks/late_share_coverage.py
"""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd

from alignment.horizons.late import SHORT_WEEKS, YEAR_WEEKS, late_shares
from alignment.horizons.marked import LaterWins, MarkedSpells, replicate_won_by, won_by
from alignment.resampling import expanded_percentile

RESULTS = Path(__file__).parent / "results"
DAYS = np.array([SHORT_WEEKS * 7, YEAR_WEEKS * 7], dtype=np.int64)
WON_RATE, LOST_RATE = 0.002, 0.004  # a day
AGAIN_RATE = 0.002  # a day, after the first win
LEVEL, REPLICATES, SIGMA = 0.90, 200, 1.0


def company(random: np.random.Generator, leads: int, again: float) -> MarkedSpells:
    """Draw journeys of two alike groups, two an account, that buy again at a rate."""
    rate = WON_RATE + LOST_RATE
    ends = np.floor(random.exponential(1 / rate, leads)).astype(np.int64)
    seen = random.integers(180, 720, leads)
    won = random.random(leads) < WON_RATE / rate
    end = np.where(ends > seen, 0, np.where(won, 1, 2))
    value = np.where(end == 1, random.lognormal(0.0, SIGMA, leads), 0.0)
    exit = np.minimum(ends, seen)
    spell = np.repeat(np.arange(leads), np.where(end == 1, seen - exit, 0))
    first = np.flatnonzero(np.diff(spell, prepend=-1))
    day = (
        exit[spell]
        + 1
        + np.arange(len(spell))
        - np.repeat(first, np.diff(np.r_[first, len(spell)]))
    )
    bought = random.random(len(spell)) < again
    spell, day = spell[bought], day[bought]
    return MarkedSpells(
        entry=np.zeros(leads, dtype=np.int64),
        exit=exit,
        end=end,
        value=value,
        account=np.arange(leads) // 2,
        watched=seen,
        later=LaterWins(spell, day, random.lognormal(0.0, SIGMA, len(spell))),
    )


def booked_at_first(spells: MarkedSpells) -> MarkedSpells:
    """Book all that a lead won at its first win, as the library once did."""
    assert spells.later is not None
    more = np.bincount(spells.later.spell, spells.later.value, minlength=len(spells.exit))
    return MarkedSpells(spells.entry, spells.exit, spells.end, spells.value + more, spells.account)


def true_late_share(again: float) -> float:
    """Give the share of the year's wins after week 13; days are whole, so a day more has passed."""
    rate = WON_RATE + LOST_RATE
    day = np.arange(DAYS[1] + 1)
    won = WON_RATE / rate * (1 - np.exp(-rate * (day + 1)))
    later = again * np.cumsum(np.r_[0.0, won[:-1]])
    short, year = (won + later)[DAYS]
    return float(1 - short / year)


def run(leads: int, again: float, runs: int, seed: int) -> dict[str, float]:
    """Count how often each interval holds the truth."""
    truth, random = true_late_share(again), np.random.default_rng(seed)
    held = dict.fromkeys(("plain", "expanded", "difference"), 0)
    width, wins, told, booked = 0.0, 0, 0.0, 0.0
    for number in range(runs):
        spells = company(random, leads, again)
        first = np.arange(leads) % 4 < 2  # whole accounts
        groups = [spells, spells.where(first), spells.where(~first)]
        drawn = replicate_won_by(
            groups, DAYS, accounts=leads // 2, replicates=REPLICATES, seed=number
        )
        points = [won_by(group, DAYS) for group in groups]
        shares, gaps = late_shares(["all", "a", "b"], groups, points, drawn, DAYS, LEVEL)
        row, gap = shares.iloc[0], gaps.iloc[0]
        draws = 1 - drawn[1][0][:, :1] / drawn[1][0][:, 1:]
        low, high = expanded_percentile(draws, LEVEL)
        held["plain"] += bool(low[0] <= truth <= high[0])
        held["expanded"] += bool(row["low"] <= truth <= row["high"])
        held["difference"] += bool(gap["low"] <= 0 <= gap["high"])
        width += row["high"] - row["low"]
        told += row["share"]
        once = won_by(booked_at_first(spells), DAYS)[1]
        booked += 1 - once[0] / once[1]
        wins += int(((spells.end == 1) & (spells.exit <= DAYS[1])).sum())
    return {
        "leads": leads,
        "again_a_day": again,
        "wins": round(wins / runs, 1),
        **{name: round(count / runs, 4) for name, count in held.items()},
        "width": round(float(width / runs), 4),
        "truth": round(truth, 4),
        "mean": round(float(told / runs), 4),
        "booked_at_first_win": round(float(booked / runs), 4),
        "runs": runs,
        "seed": seed,
    }


def main(runs: int = 1000, seed: int = 11) -> None:
    """Write the table of coverages, at the level of 90 %."""
    sizes = (120, 200, 400, 800)
    rows = [run(leads, again, runs, seed) for again in (0.0, AGAIN_RATE) for leads in sizes]
    table = pd.DataFrame(rows).assign(level=LEVEL, date=date.today().isoformat())
    table.to_csv(RESULTS / "late_share_coverage.csv", index=False, lineterminator="\n")
    sys.stdout.write(table.to_string(index=False) + "\n")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
