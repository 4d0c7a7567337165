"""How often a plan that should reach its goal with 80 % does so, in worlds of known truth.

Each world is a small company of its own: conversions, lags and amounts are drawn, months are better
or worse by chance, deals have their own end. The library sees the exports of two and a half years,
plans a goal for the next twelve months, and then the months come: the leads that the plan asks for,
with their true conversions, beside the true ends of what was open. The plan on averages is judged
on the same months. Run from the repository's root::

    python benchmarks/goals_recovery.py 240 20261124
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd

from alignment import tables
from alignment.dataset import Dataset
from alignment.shared_goals import Plan, plan_goal, prepare
from alignment.shares import wilson

RESULTS = Path(__file__).parent / "results"
START = pd.Timestamp("2024-01-01", tz="UTC")
AS_OF = pd.Timestamp("2026-06-30 23:00", tz="UTC")
BY = pd.Timestamp("2027-06-30")
PROBABILITY, FUTURES, LEVEL = 0.80, 20, 0.90


@dataclass(frozen=True)
class World:
    """The truth of one company.

    Parameters
    ----------
    pace : float
        Leads a month.
    accept, open, win : float
        Shares of leads accepted, of accepted ones that become an opportunity, and of these won.
    months_apart : tuple of float
        Standard deviation of a month's level: lead to opportunity, opportunity to win.
    days : tuple of float
        Median days from lead to acceptance, on to the opportunity, and on to the win.
    amount, spread : float
        Median and log standard deviation of what a win is worth.
    """

    pace: float
    accept: float
    open: float
    win: float
    months_apart: tuple[float, float]
    days: tuple[float, float, float]
    amount: float
    spread: float


def draw_world(random: np.random.Generator) -> World:
    """Draw a company; its size, shares and unevenness differ from world to world."""
    return World(
        pace=random.uniform(150, 500),
        accept=random.uniform(0.25, 0.45),
        open=random.uniform(0.35, 0.6),
        win=random.uniform(0.18, 0.32),
        months_apart=(random.uniform(0.0, 0.25), random.uniform(0.0, 0.2)),
        days=(random.uniform(2, 8), random.uniform(8, 25), random.uniform(40, 80)),
        amount=100_000.0,
        spread=random.uniform(0.6, 1.0),
    )


def leads_of(world: World, created: pd.DatetimeIndex, random: np.random.Generator) -> pd.DataFrame:
    """Give each lead its true course: when it is accepted, opened, won or lost, and its worth."""
    n = len(created)
    month = (created.year - 2024) * 12 + created.month - 1
    size = int(month.max()) + 2 if n else 1
    level = np.ones((2, size + 40))
    for row, apart in enumerate(world.months_apart):
        if apart > 0:
            level[row] = random.gamma(1 / apart**2, apart**2, size + 40)
    accepted = random.random(n) < np.minimum(world.accept * level[0][month], 1)
    opened = accepted & (random.random(n) < world.open)
    lag = [
        d * random.lognormal(0.0, s, n) for d, s in zip(world.days, (0.8, 0.7, 0.75), strict=True)
    ]
    accepted_at = created + pd.to_timedelta(lag[0], unit="D")
    opened_at = accepted_at + pd.to_timedelta(lag[1], unit="D")
    of = np.minimum((opened_at.year - 2024) * 12 + opened_at.month - 1, size + 39)
    won = opened & (random.random(n) < np.minimum(world.win * level[1][of], 1))
    closed = lag[2] * np.where(won, 1.0, 1.5)
    frame = pd.DataFrame(
        {"created_at": created, "accepted": accepted, "opened": opened, "won": won}
    )
    frame["accepted_at"], frame["opened_at"] = accepted_at, opened_at
    frame["closed_at"] = opened_at + pd.to_timedelta(closed, unit="D")
    return frame.assign(amount=world.amount * random.lognormal(0.0, world.spread, n))


def arrivals(counts: dict[pd.Period, float], random: np.random.Generator) -> pd.DatetimeIndex:
    """Spread a number of leads evenly over the days of each month."""
    moments = []
    for month, count in counts.items():
        start, end = month.start_time, month.end_time
        moments.append(start + (end - start) * random.random(round(count)))
    return pd.DatetimeIndex(np.concatenate(moments)).tz_localize("UTC")


def exported(truth: pd.DataFrame) -> Dataset:
    """Show what the exports of the day show of the truth."""
    seen = truth[truth["created_at"] <= AS_OF].reset_index(drop=True)
    ids = "L" + seen.index.astype("str")
    taken = (seen["accepted"] & (seen["accepted_at"] <= AS_OF)).to_numpy()
    opened = (seen["opened"] & (seen["opened_at"] <= AS_OF)).to_numpy()
    deals = seen[opened]
    closed = (deals["closed_at"] <= AS_OF).to_numpy()
    status = np.where(closed, np.where(deals["won"], "won", "lost"), "open")
    return Dataset(
        as_of=AS_OF,
        observed_from=START,
        currency="MXN",
        leads=tables.conform("leads", {"lead_id": ids, "created_at": seen["created_at"]}),
        lead_stages=tables.conform(
            "lead_stages",
            {"lead_id": ids[taken], "entered_at": seen["accepted_at"][taken], "stage": "sal"},
        ),
        opportunities=tables.conform(
            "opportunities",
            {
                "opportunity_id": "D" + ids[opened],
                "lead_id": ids[opened],
                "created_at": deals["opened_at"],
                "closed_at": deals["closed_at"].where(closed),
                "status": status,
                "amount": deals["amount"],
                "currency": "MXN",
            },
        ),
    )


def won_in_year(truth: pd.DataFrame) -> float:
    """Add up what is won after the export and by the date."""
    end = (BY + pd.Timedelta(days=1)).tz_localize("UTC")
    inside = truth["won"] & (truth["closed_at"] > AS_OF) & (truth["closed_at"] < end)
    return float(truth.loc[inside, "amount"].sum())


def _hit(
    world: World, past: float, plan: Plan, volume: float, random: np.random.Generator
) -> float:
    """Let the planned leads come, several times, and count how often the goal is reached."""
    scale = volume / plan.volume
    counts = {
        pd.Period(m): scale * x
        for m, x in zip(plan.months["month"], plan.months["leads"], strict=True)
    }
    reached = 0
    for _ in range(FUTURES):
        new = leads_of(world, arrivals(counts, random), random)
        reached += past + won_in_year(new) >= plan.goal
    return reached / FUTURES


def run(number: int, seed: int) -> dict[str, float] | None:
    """Plan one world and see how it ends; None where its goal is not feasible."""
    random = np.random.default_rng([seed, number])
    world = draw_world(random)
    months = pd.period_range("2024-01", "2026-06", freq="M")
    counts = dict.fromkeys(months, world.pace)
    counts = {month: random.poisson(pace) for month, pace in counts.items()}
    truth = leads_of(world, arrivals(counts, random), random)
    worth = world.amount * np.exp(world.spread**2 / 2)
    usual = 12 * world.pace * world.accept * world.open * world.win * worth
    goal = usual * random.uniform(1.05, 1.4)
    plan = plan_goal(
        prepare(exported(truth), seed=number), goal=goal, by=BY, probability=PROBABILITY
    )
    if not plan.feasible or not np.isfinite(plan.average):
        return None
    past = won_in_year(truth)
    return {
        "needed": plan.needed,
        "average": plan.average,
        "said": plan.average_probability,
        "hit_plan": _hit(world, past, plan, plan.needed, random),
        "hit_average": _hit(world, past, plan, plan.average, random),
    }


def main(worlds: int, seed: int) -> None:
    """Run the worlds and write the table."""
    rows = [run(number, seed) for number in range(worlds)]
    done = pd.DataFrame([row for row in rows if row is not None])
    table = []
    for name, label in (("plan", "80 % plan"), ("average", "plan on averages")):
        share = done[f"hit_{name}"].mean()
        # Futures of one world share its past, so the worlds are what is counted.
        _, low, high = wilson(round(share * len(done)), len(done), LEVEL)
        volume = done["needed" if name == "plan" else "average"]
        table.append((label, len(done), float(share), float(low), float(high), volume.mean()))
    columns = ["plan", "worlds", "reached", "low", "high", "mean_volume"]
    frame = pd.DataFrame(table, columns=columns)
    RESULTS.mkdir(exist_ok=True)
    frame.round(4).to_csv(RESULTS / "goals_recovery.csv", index=False)
    (RESULTS / "goals_recovery.md").write_text(_page(frame, done, worlds, seed), encoding="utf-8")


def _page(frame: pd.DataFrame, done: pd.DataFrame, worlds: int, seed: int) -> str:
    lines = [
        "# Shared goals: how often a plan reaches its goal",
        "",
        f"`python benchmarks/goals_recovery.py {worlds} {seed}`, {date.today():%-d %B %Y}: "
        f"{len(done)} of {worlds} simulated companies with a feasible goal, {FUTURES} futures "
        f"each, seed {seed}; intervals are Wilson's at 90 % over the companies.",
        "",
        "| plan | companies | goal reached | interval | leads, in times today's pace |",
        "|---|---:|---:|---:|---:|",
    ]
    lines += [
        f"| {row.plan} | {row.worlds} | {row.reached:.1%} | {row.low:.1%} to {row.high:.1%} | "
        f"{row.mean_volume:.2f} |"
        for row in frame.itertuples()
    ]
    lines += [
        "",
        "The plan on averages was said to reach its goal in "
        f"{done['said'].mean():.1%} of cases, on average.",
        "",
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    main(*(int(argument) for argument in sys.argv[1:3]))
