"""Coverage of the intervals of the relay and of clocks where leads of one account are alike.

Two kinds of companies: the project's own simulated ones, in which an account's fit moves all its
leads, and an invented one in which the leads of an account are strongly alike (half of what moves
a lead is its account's) and some losses are revived. Each is estimated twice by the same calls: as
the library does it, by account, and with every lead an account of its own, which is what intervals
for independent leads give. Run from the repository's root::

    PYTHONPATH=src python benchmarks/handoff_coverage.py

It writes ``benchmarks/results/handoff_coverage.csv``: by world and quantity the truth, how often
each interval held it, and their widths; and ``handoff_coverage_tests.csv``: how often a test at 5 %
found a difference between regions where there was none.
"""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.stats import norm

from alignment.dataset import Dataset
from alignment.handoff import acceptance, cohort_funnel, follow_up, service_level
from alignment.incidence import interval, value_at
from alignment.lead_to_close import find_clocks, lead_to_close
from alignment.lead_to_close.comparisons import group_differences_tested
from alignment.lead_to_close.curves import at_days, estimate
from alignment.lead_to_close.restricted_mean import restricted_mean
from alignment.simulation import WORLDS, simulate_company
from alignment.tables import conform
from companies import dataset

RESULTS = Path(__file__).parent / "results"
AS_OF = pd.Timestamp("2026-01-01", tz="UTC")
SPAN, HORIZON = 720, 180  # days of recording; days by which shares are told
ALIKE = 0.5  # share of the variance of what moves a lead that is its account's
LEVEL = 0.90
SOME_HOURS = 24.0
CLOCK_TESTS = (("Gray", "won"), ("log-rank", "won"), ("log-rank", "lost"))


def journeys(random: np.random.Generator, accounts: int, alike: float = ALIKE) -> pd.DataFrame:
    """Draw leads: ``account``, ``region``, and days from the lead to each stage, infinite if never.

    Each step is taken with a probability of its own after an exponential time; both come from one
    uniform number a lead and step, which the leads of an account share in part.
    """
    size = np.minimum(random.geometric(1 / 3, accounts), 20)
    account = np.repeat(np.arange(accounts), size)
    latent = np.sqrt(alike) * random.standard_normal((accounts, 7))[account]
    latent = latent + np.sqrt(1 - alike) * random.standard_normal((len(account), 7))
    chance = iter(norm.cdf(latent).T)

    def step(share: float, days: float) -> np.ndarray:
        part = np.minimum(next(chance) / share, 1.0)
        return np.where(part < 1, -days * np.log1p(-np.minimum(part, 1 - 1e-12)), np.inf)

    mql = np.floor(step(0.5, 40.0) * 24) / 24
    touched = mql + np.floor(step(0.8, 1.0) * 24) / 24
    accepted = mql + np.floor(step(0.6, 5.0) * 24) / 24
    opportunity = np.ceil(accepted + step(0.7, 10.0))
    closed = opportunity + np.ceil(step(0.95, 60.0))
    won = next(chance) < 0.35
    again = closed + 30 + np.ceil(step(0.3, 40.0))  # a loss revived and won
    return pd.DataFrame(
        {
            "account": account,
            "region": np.array(["North", "South", "West"])[account % 3],
            "mql": mql,
            "touched": touched,
            "accepted": accepted,
            "opportunity": opportunity,
            "closed": closed,
            "won_at_once": won,
            "again": np.where(won, np.inf, again),
        }
    )


def company(random: np.random.Generator, accounts: int) -> Dataset:
    """Give the exports of a company whose leads of one account are alike."""
    leads = journeys(random, accounts)
    created = AS_OF - pd.to_timedelta(random.integers(1, SPAN, len(leads)), unit="D")
    ids = np.array([f"L{i}" for i in range(len(leads))], dtype=object)

    def at(days: pd.Series) -> pd.Series:
        told = pd.to_timedelta(days.where(np.isfinite(days)), unit="D").dt.round("s")
        moment = pd.Series(created, index=leads.index) + told
        return moment.where(moment <= AS_OF)

    def rows(moment: pd.Series, **columns: object) -> pd.DataFrame:
        there = moment.notna()
        return pd.DataFrame({"lead_id": ids[there], "at": moment[there].to_numpy(), **columns})

    stages = pd.concat(
        [rows(at(leads["mql"]), stage="mql"), rows(at(leads["accepted"]), stage="sal")]
    )
    closed, again = at(leads["closed"]), at(leads["again"])
    first = pd.DataFrame({"lead_id": ids, "created_at": at(leads["opportunity"])})
    first["closed_at"] = closed
    won = np.where(leads["won_at_once"], "won", "lost")
    first["status"] = np.where(closed.isna(), "open", won)
    revived = at(leads["closed"] + 30)
    second = pd.DataFrame({"lead_id": ids, "created_at": revived, "closed_at": again})
    second["status"] = np.where(again.isna(), "open", "won")
    second = second[np.isfinite(leads["again"]) & revived.notna() & ~leads["won_at_once"]]
    deals = pd.concat([first[first["created_at"].notna()], second], ignore_index=True)
    touches = rows(at(leads["touched"]), team="sales", channel="call", kind="call")
    touches = touches.rename(columns={"at": "occurred_at"})
    names = [f"A{i}" for i in leads["account"]]
    return Dataset(
        as_of=AS_OF,
        observed_from=AS_OF - pd.Timedelta(days=SPAN),
        timezone="UTC",
        leads=conform(
            "leads",
            {
                "lead_id": ids,
                "account_id": names,
                "created_at": created,
                "region": leads["region"],
            },
        ),
        lead_stages=conform("lead_stages", stages.rename(columns={"at": "entered_at"})),
        opportunities=conform(
            "opportunities", deals.assign(opportunity_id=[f"D{i}" for i in range(len(deals))])
        ),
        touches=conform("touches", touches.assign(touch_id=[f"T{i}" for i in range(len(touches))])),
    )


def alone(data: Dataset) -> Dataset:
    """Make every lead an account of its own."""
    return data.replace(leads=data.leads.assign(account_id=data.leads["lead_id"]))


def intervals(data: Dataset, *, clocks: bool) -> dict[str, tuple[float, float, float]]:
    """Estimate with the library: estimate, low and high of each quantity."""
    told: dict[str, tuple[float, float, float]] = {}

    def add(name: str, row: pd.Series, column: str = "share") -> None:
        told[name] = (float(row[column]), float(row["low"]), float(row["high"]))

    funnel = cohort_funnel(data, day=HORIZON, level=LEVEL).frame
    for row in funnel[(funnel["cohort"] == "all") & (funnel["stage"] != "lead")].iloc:
        add(f"funnel: {row['stage']} by day {HORIZON}", row)
    oldest = funnel[funnel["cohort"] != "all"].groupby("stage", sort=False).nth(1)
    add(f"funnel, one cohort: mql by day {HORIZON}", oldest[oldest["stage"] == "mql"].iloc[0])
    add("service level: touched in 24 hours", service_level(data, level=LEVEL).frame.iloc[0])
    waits = follow_up(data, level=LEVEL).at
    add("follow-up: touched by hour 24", waits[waits["hours"] == SOME_HOURS].iloc[0])
    if not clocks:
        at = lead_to_close(data, days=(90, HORIZON), level=LEVEL).at
        for row in at.iloc:
            add(f"clock: {row['end']} by day {row['day']}", row, "estimate")
        return told
    verdicts = acceptance(data, level=LEVEL).frame
    add("acceptance: accepted in 14 days", verdicts[verdicts["verdict"] == "accepted"].iloc[0])
    return told | clock(data)


def clock(data: Dataset) -> dict[str, tuple[float, float, float]]:
    """Estimate the clock from lead to won as ``estimate_clocks`` does, without the slow mixture."""
    clocks = find_clocks(data, start="lead", end="won")
    found = estimate(clocks)
    sizes = clocks.frame["group"].value_counts()
    told = {
        f"clock: {row['end']} by day {row['day']}": (row["estimate"], row["low"], row["high"])
        for row in at_days(found, clocks.ends, sizes, (90, HORIZON), LEVEL).iloc
    }
    one = found["all"]
    limits = interval(one.survival, one.open_variance, level=LEVEL, transform="log-log")
    told[f"clock: open by day {HORIZON}"] = tuple(
        float(value_at(one.table, values, np.array([HORIZON]))[0])
        for values in (one.survival, *limits)
    )
    mean = restricted_mean(one, HORIZON)
    half = float(norm.ppf((1 + LEVEL) / 2)) * np.sqrt(mean.open_variance)
    told[f"clock: days open in {HORIZON}"] = (
        mean.open_days,
        mean.open_days - half,
        mean.open_days + half,
    )
    return told


def truths(seed: int) -> dict[str, float]:
    """Tell what the invented company's law gives, from two million leads (error below 0.001)."""
    leads = journeys(np.random.default_rng(seed), 700_000)
    handed = leads[np.isfinite(leads["mql"])]
    in_time = (handed["touched"] - handed["mql"]) * 24 <= SOME_HOURS + 1e-9
    won = np.where(leads["won_at_once"], leads["closed"], leads["again"])
    gone = ~leads["won_at_once"]
    back = np.where(np.isfinite(leads["again"]), leads["closed"] + 30, np.inf)

    def lost(day: float) -> np.ndarray:
        return gone & (leads["closed"] <= day) & (back > day)

    told = {
        f"funnel: {stage} by day {HORIZON}": float((at <= HORIZON).mean())
        for stage, at in (
            ("mql", leads["mql"]),
            ("sal", leads["accepted"]),
            ("opportunity", leads["opportunity"]),
            ("won", won),
        )
    }
    told[f"funnel, one cohort: mql by day {HORIZON}"] = told[f"funnel: mql by day {HORIZON}"]
    told["service level: touched in 24 hours"] = float(in_time.mean())
    told["follow-up: touched by hour 24"] = float(in_time.mean())
    accepted = handed["accepted"] - handed["mql"] <= 14
    told["acceptance: accepted in 14 days"] = float(accepted.mean())
    for day in (90, HORIZON):
        told[f"clock: won by day {day}"] = float((won <= day).mean())
        told[f"clock: lost by day {day}"] = float(lost(day).mean())
    told[f"clock: open by day {HORIZON}"] = float(
        1 - told[f"clock: won by day {HORIZON}"] - told[f"clock: lost by day {HORIZON}"]
    )
    opens = sum(float((~(won <= day) & ~lost(day)).mean()) for day in range(HORIZON))
    told[f"clock: days open in {HORIZON}"] = opens
    return told


def covered(world: str, drawn: list[dict[str, tuple[float, ...]]], truth: dict[str, float]) -> list:
    """Summarise replications: each holds the intervals by account, then of independent leads."""
    rows = []
    for name, value in truth.items():
        pairs = np.array([[one[name] for one in pair] for pair in drawn])  # (runs, 2, 3)
        held = (pairs[:, :, 1] <= value) & (value <= pairs[:, :, 2])
        width = (pairs[:, :, 2] - pairs[:, :, 1]).mean(axis=0)
        rows.append((world, name, value, pairs[:, 0, 0].mean(), *held.mean(axis=0)[::-1]))
        rows[-1] += (width[0] / width[1], len(pairs))
    return rows


def strong(accounts: int, runs: int, seed: int) -> tuple[list, list]:
    """Cover the truth of the invented company; and count false alarms between regions."""
    drawn, alarms = [], []
    for number in range(runs):
        data = company(np.random.default_rng([seed, accounts, number]), accounts)
        both = (data, alone(data))
        drawn.append([intervals(one, clocks=True) for one in both])
        found = []
        for one in both:
            tests = service_level(one).tests.set_index("dimension")["p"]
            told = [tests.get("region", np.nan), acceptance(one, group="region").p]
            clocks = find_clocks(one, start="lead", end="won", group="region")
            tested = group_differences_tested(clocks)
            whole = tested[tested["group_a"].isna()].set_index(["test", "end"])["p_value"]
            found.append([*told, *(whole[key] for key in CLOCK_TESTS)])
        alarms.append(found[::-1])
    share = (np.array(alarms) < 0.05).mean(axis=0)
    world = f"alike, {accounts} accounts"
    names = ("service level", "acceptance", *map(", ".join, CLOCK_TESTS))
    tests = [(world, name, *share[:, i], runs) for i, name in enumerate(names)]
    truth = truths(seed)
    if accounts < 200:  # some of these cohorts are too small to be told
        del truth[f"funnel, one cohort: mql by day {HORIZON}"]
    return covered(world, drawn, truth), tests


def own(world: str, runs: int, seed: int) -> list:
    """Cover the mean of all runs in the project's own simulated companies."""
    drawn = []
    for number in range(runs):
        data = dataset(simulate_company(seed + number, WORLDS[world]))
        drawn.append([intervals(one, clocks=False) for one in (data, alone(data))])
    common = [name for name in drawn[0][0] if all(name in pair[0] for pair in drawn)]
    truth = {name: float(np.mean([pair[0][name][0] for pair in drawn])) for name in common}
    return covered(f"simulated, {world}", drawn, truth)


def write(rows: list, tests: list, seed: int) -> str:
    """Write both tables and give them as text."""
    said = {"level": LEVEL, "seed": seed, "date": date.today().isoformat()}
    columns = ["world", "quantity", "truth", "mean", "independent", "by_account", "wider", "runs"]
    table = pd.DataFrame(rows, columns=columns).round(4).assign(**said)
    table.to_csv(RESULTS / "handoff_coverage.csv", index=False, lineterminator="\n")
    columns = ["world", "test", "independent", "by_account", "runs"]
    alarms = pd.DataFrame(tests, columns=columns).round(4).assign(**said | {"level": 0.95})
    alarms.to_csv(RESULTS / "handoff_coverage_tests.csv", index=False, lineterminator="\n")
    return table.to_string(index=False) + "\n" + alarms.to_string(index=False) + "\n"


def main(runs: int = 150, seed: int = 41) -> None:
    """Measure each world, at the level of 90 %; what is done so far is on disk."""
    rows, tests = [], []
    for accounts in (60, 200):
        part, alarms = strong(accounts, runs, seed)
        rows += part
        tests += alarms
        write(rows, tests, seed)
    for world in ("small", "base"):
        rows += own(world, runs // 2, 7000 + seed)
        write(rows, tests, seed)
    sys.stdout.write(write(rows, tests, seed))


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
