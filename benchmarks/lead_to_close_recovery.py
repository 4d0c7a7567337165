"""Does lead to close recover known truth? One section a subject, one table for all.

    PYTHONPATH=src python benchmarks/lead_to_close_recovery.py [SECTION ...]

writes ``benchmarks/results/lead_to_close_recovery.csv`` and ``.md``. A section that is run
replaces its own rows and leaves the others as they are. To add one, write a function that returns
rows made by :func:`row` and name it in :data:`SECTIONS`.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pandas as pd

from alignment.incidence import aalen_johansen, bounded_intervals, risk_tables, value_at
from alignment.lead_to_close.recent import recent_rate
from alignment.lead_to_close.reopened import cut, occupations
from alignment.lead_to_close.restricted_mean import restricted_mean

RESULTS = Path(__file__).parent / "results"
SEED = 20250101
LEVEL = 0.95
COLUMNS = ["section", "what", "truth", "estimate", "naive", "bar", "met", "replications", "seed"]


def row(
    section: str,
    what: str,
    truth: float,
    estimate: float,
    naive: float,
    bar: str,
    met: bool,
    replications: int,
    seed: int = SEED,
) -> dict[str, object]:
    """Make a row of the table; `naive` is what a dashboard or a usual mistake gives."""
    values = (section, what, truth, estimate, naive, bar, bool(met), replications, seed)
    return dict(zip(COLUMNS, values, strict=True))


# --- the simulated company -------------------------------------------------------------------


def company(seed: int) -> tuple[object, object, dict[str, float]]:
    """Simulate the base company; give its spells of deals, the clocks and the truth."""
    sys.path.insert(0, str(Path(__file__).parent))
    from alignment.lead_to_close import find_spells, lead_to_close
    from alignment.simulation import simulate_company
    from companies import dataset

    made = simulate_company(seed)
    data = dataset(made)
    deals = made.opportunities[~made.opportunities["migrated"]]
    recent = deals["created_at"] > np.datetime64(
        data.as_of.tz_localize(None), "s"
    ) - np.timedelta64(120, "D")
    chance = made.journey.win_probability[deals["lead"]] * (1 - made.world.zombie_share)
    days = deals["days_open"][deals["won"]]
    truth = {
        "recent": float(chance[recent.to_numpy()].mean()),
        "median": float(np.median(days[days <= 365])),
    }
    estimated = lead_to_close(data, start="opportunity")
    return find_spells(data, start="opportunity"), estimated, truth


def simulated_company(companies: int = 12) -> list[dict[str, object]]:
    """Win rate of the last 120 days, and median days to win with 8 % zombies."""
    drawn = []
    for number in range(companies):
        spells, estimated, truth = company(SEED + number)
        recent = recent_rate(spells)
        whole = estimated.at.set_index(["end", "day"]).loc[("won", 365), "estimate"]
        median = estimated.when_won["median_days"].iloc[0]
        usual = estimated.naive["median_days_won"].iloc[0]
        shares = (truth["recent"], whole, recent.estimate, recent.closed_only)
        holds = recent.low <= truth["recent"] <= recent.high
        drawn.append((*shares, truth["median"], median, usual, holds))
    table = np.array(drawn, dtype=float)
    rate, whole, recent, closed, median, told, usual, covered = table.mean(axis=0)
    within = np.abs(table[:, 1] - table[:, 0]) <= 0.03
    near = np.abs(table[:, 5] - table[:, 4]) <= 4
    name = "simulated company"
    return [
        row(name, "win rate of deals of the last 120 days, from all deals", rate, whole, closed,
            "mean within .03", abs(whole - rate) <= 0.03, companies),
        row(name, "the same, from what was at risk in these days", rate, recent, closed,
            "mean within .03", abs(recent - rate) <= 0.03, companies),
        row(name, "closed-only rate of the last 120 days", rate, closed, closed,
            "off by .10 or more", abs(closed - rate) >= 0.10, companies),
        row(name, "companies with the win rate within .03", 1.0, float(within.mean()), np.nan,
            "at least .9", within.mean() >= 0.9, companies),
        row(name, "companies whose interval of the recent days covers", LEVEL,
            float(covered), np.nan, "at least .83 (12 companies)", covered >= 0.83, companies),
        row(name, "median days to win within a year, 8 % zombies", median, told, usual,
            "mean within 4 days", abs(told - median) <= 4, companies),
        row(name, "companies with the median within 4 days", 1.0, float(near.mean()), np.nan,
            "at least .8", near.mean() >= 0.8, companies),
    ]  # fmt: skip


# --- drawn worlds ----------------------------------------------------------------------------


def race(random: np.random.Generator, size: int, won: float, lost: float, recorded: int) -> tuple:
    """Draw leads of a year whose ends race; what ended before `recorded` never came into it."""
    start = random.uniform(0, 365, size)
    a, b = random.exponential(won, size), random.exponential(lost, size)
    closed = start + np.minimum(a, b)
    end = np.where(closed >= 365, 0, np.where(a < b, 1, 2))
    begin = np.floor(start).astype(np.int64)
    exit = np.floor(np.minimum(closed, 365)).astype(np.int64) - begin
    entry = np.maximum(recorded - begin, 0)
    return entry, exit, end, exit >= entry


def won_by(day: int, won: float, lost: float) -> float:
    """Probability of won by a calendar day, for a lead of a random hour."""
    rate = 1 / won + 1 / lost
    left = (np.exp(-rate * day) - np.exp(-rate * (day + 1))) / rate
    return float((1 - left) / (rate * won))


def covered(
    groups: int, leads: int, won: float, lost: float, recorded: int, day: int, seed: int
) -> tuple[float, float, float]:
    """Coverage of the interval by a day, the mean estimate, and that of the restricted mean."""
    random = np.random.default_rng(seed)
    entry, exit, end, seen = race(random, groups * leads, won, lost, recorded)
    code = np.repeat(np.arange(groups), leads)
    tables = risk_tables(entry[seen], exit[seen], end[seen], group=code[seen], groups=groups)
    truth, z = won_by(day, won, lost), 1.959963984540054
    area = sum(won_by(t, won, lost) for t in range(day))
    rows = []
    for table in tables:
        found = aalen_johansen(table)
        low, high = (
            value_at(table, limit, np.array([day]), start=np.nan)[0]
            for limit, *_ in bounded_intervals(found, level=LEVEL)
        )
        mean = restricted_mean(found, day)
        off = abs(mean.lost_days[0] - area) <= z * np.sqrt(mean.lost_variance[0])
        estimate = value_at(table, found.incidence[0], np.array([day]))[0]
        rows.append((low <= truth <= high, estimate, off, np.isnan(low)))
    kept = np.array([r[:3] for r in rows if not r[3]], dtype=float)
    return tuple(kept.mean(axis=0))


WORLDS = (
    ("half are won", 300, 60.0, 60.0, 0),
    ("few are won", 300, 900.0, 60.0, 0),
    ("hardly any is won", 100, 6000.0, 60.0, 0),
    ("small group", 60, 120.0, 80.0, 0),
    ("left truncation", 400, 100.0, 80.0, 120),
)


def coverage(replications: int = 1000) -> list[dict[str, object]]:
    """Intervals by day 90, and of the days won within 90."""
    rows = []
    for number, (world, leads, won, lost, recorded) in enumerate(WORLDS):
        seed = SEED + number
        share, mean, area = covered(replications, leads, won, lost, recorded, 90, seed)
        what = f"{world}: interval of won by day 90"
        bar, least = "at least .92", LEVEL - 0.03
        rows.append(
            row("coverage", what, LEVEL, share, np.nan, bar, share >= least, replications, seed)
        )
        rows.append(
            row("coverage", f"{world}: won by day 90", won_by(90, won, lost), mean, np.nan,
                "mean within .01", abs(mean - won_by(90, won, lost)) <= 0.01, replications, seed)
        )  # fmt: skip
        if won < 1000:  # a plain interval needs some wins
            what = f"{world}: interval of days after won within 90"
            rows.append(
                row("coverage", what, LEVEL, area, np.nan, bar, area >= least, replications, seed)
            )
    return rows


def truncation(replications: int = 500) -> list[dict[str, object]]:
    """Record closings from day 180 on only: delayed entry on and off."""
    random = np.random.default_rng(SEED)
    entry, exit, end, seen = race(random, replications * 400, 150.0, 90.0, 180)
    code = np.repeat(np.arange(replications), 400)[seen]
    day, told = np.array([30]), []
    for late in (entry[seen], np.zeros(int(seen.sum()), dtype=np.int64)):
        tables = risk_tables(late, exit[seen], end[seen], group=code, groups=replications)
        estimates = [value_at(t, aalen_johansen(t).incidence[0], day)[0] for t in tables]
        told.append(float(np.mean(estimates)))
    truth = won_by(30, 150.0, 90.0)
    name = "left truncation"
    return [
        row(name, "won by day 30, delayed entry on", truth, told[0], told[1],
            "mean within .005", abs(told[0] - truth) <= 0.005, replications),
        row(name, "won by day 30, delayed entry off", truth, told[1], told[1],
            "off by .01 or more", abs(told[1] - truth) >= 0.01, replications),
    ]  # fmt: skip


def revived(random: np.random.Generator, size: int, window: int) -> dict[str, np.ndarray]:
    """Draw leads of which most are lost first and half of those come back after months."""
    start = random.uniform(0, window, size)
    won, lost = random.exponential(300, size), random.exponential(60, size)
    closed = np.minimum(won, lost)
    back = (random.random(size) < 0.5) & (lost <= won)
    again = np.where(back, closed + random.exponential(60, size), np.inf)
    later = np.where(back, again + random.exponential(50, size), np.inf)
    second = random.random(size) < 0.7
    whole = [np.floor(np.minimum(start + t, 1e9)) - np.floor(start) for t in (closed, again, later)]
    return {
        "followed": (window - np.floor(start)).astype(np.int64),
        "first": whole[0], "again": whole[1], "later": whole[2],
        "won_first": won < lost, "won_later": back & second,
    }  # fmt: skip


def revivals(replications: int = 600, leads: int = 300, window: int = 365) -> list[dict]:
    """Losses that may be revived: taken as final in hindsight, and as a state."""
    day = 200
    truth_of = revived(np.random.default_rng(SEED + 1), 2_000_000, window)
    takes = np.where(truth_of["won_first"], truth_of["first"],
                     np.where(truth_of["won_later"], truth_of["later"], np.inf))  # fmt: skip
    truth = float((takes <= day).mean())
    made = revived(np.random.default_rng(SEED), replications * leads, window)
    until = made["followed"]
    seen = {name: made[name] <= until for name in ("first", "again", "later")}
    lost = seen["first"] & ~made["won_first"]
    back = lost & seen["again"]
    end = np.select(
        [seen["first"] & made["won_first"], back & seen["later"] & made["won_later"],
         lost & ~back, back & seen["later"]],
        [1, 1, 2, 2], 0,
    )  # fmt: skip
    exit = np.select([seen["first"] & ~back, back & seen["later"]],
                     [made["first"], made["later"]], until).astype(np.int64)  # fmt: skip
    frame = pd.DataFrame(
        {
            "entry": np.zeros(len(exit), dtype=np.int64),
            "exit": exit,
            "followed": until,
            "end": pd.Categorical.from_codes((end - 1) % 3, categories=["won", "lost", "open"]),
        }
    )
    which = np.flatnonzero(back)
    changes = pd.DataFrame(
        {
            "spell": np.repeat(which, 2),
            "day": np.column_stack([made["first"][which], made["again"][which]])
            .ravel()
            .astype(np.int64),
            "lost": np.tile([True, False], len(which)),
        }
    )
    code = np.repeat(np.arange(replications), leads)
    stays = cut(frame, changes, ("won", "lost"), "lost")
    rows = []
    for found in occupations(stays, code, replications, 2, 1):
        (low, *_), (high, *_) = bounded_intervals(found, level=LEVEL)
        told = [
            value_at(found.table, v, np.array([day]))[0] for v in (found.incidence[0], low, high)
        ]
        rows.append(told)
    estimate, low, high = np.array(rows).T
    known = ~np.isnan(estimate)
    share = float(((low <= truth) & (truth <= high))[known].mean())
    plain = risk_tables(frame["entry"].to_numpy(), exit, end, group=code, groups=replications)
    wrong = np.nanmean(
        [value_at(t, aalen_johansen(t).incidence[0], np.array([day]))[0] for t in plain]
    )
    name = "revived losses"
    return [
        row(name, "won by day 200", truth, float(np.mean(estimate[known])), float(wrong),
            "mean within .01", abs(np.mean(estimate[known]) - truth) <= 0.01, replications),
        row(name, "a loss taken as final in hindsight", truth, float(wrong), float(wrong),
            "off by .02 or more", abs(wrong - truth) >= 0.02, replications),
        row(name, "interval of won by day 200", LEVEL, share, np.nan, "at least .92",
            share >= LEVEL - 0.03, replications),
    ]  # fmt: skip


SECTIONS: dict[str, Callable[[], list[dict[str, object]]]] = {
    "simulated company": simulated_company,
    "coverage": coverage,
    "left truncation": truncation,
    "revived losses": revivals,
}


def page(table: pd.DataFrame) -> str:
    """Write the table as Markdown."""
    lines = [
        f"| {r.section} | {r.what} | {r.truth:.3f} | {r.estimate:.3f} | "
        + ("" if np.isnan(r.naive) else f"{r.naive:.3f}")
        + f" | {r.bar} | {'yes' if r.met else 'NO'} | {r.replications} | {r.date} |"
        for r in table.itertuples()
    ]
    head = "| section | what | truth | estimate | naive | bar | met | replications | measured |"
    return "\n".join(
        [
            "# Recovery of lead to close",
            "",
            "Estimates against simulated truth, made by `benchmarks/lead_to_close_recovery.py`; "
            f"numpy {version('numpy')}, pandas {version('pandas')}. Naive is what a dashboard or a "
            "usual mistake gives. Seeds stand in the CSV.",
            "",
            head,
            "|---" * 9 + "|",
            *lines,
            "",
        ]
    )


def main() -> None:
    """Run the sections asked for, all by default, and write the table."""
    asked = sys.argv[1:] or list(SECTIONS)
    path = RESULTS / "lead_to_close_recovery.csv"
    kept = pd.read_csv(path) if path.exists() else pd.DataFrame(columns=[*COLUMNS, "date"])
    for name in asked:
        made = pd.DataFrame(SECTIONS[name](), columns=COLUMNS)
        made["date"] = datetime.now(UTC).date().isoformat()
        print(made[["what", "truth", "estimate", "naive", "met"]].to_string(), flush=True)
        old = kept[kept["section"] != name]
        kept = pd.concat([old, made], ignore_index=True) if len(old) else made
    RESULTS.mkdir(exist_ok=True)
    kept.round(5).to_csv(path, index=False, lineterminator="\n")
    path.with_suffix(".md").write_text(page(kept), encoding="utf-8")


if __name__ == "__main__":
    main()
