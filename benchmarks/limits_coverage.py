"""How often “volume or hands” says what is so, and how often it claims what is not.

Companies whose limit is known. In each, leads arrive by region and week, more in some weeks than in
others, and sales touches a share of them in time:

* ``hands``: a region can follow up a fixed number a week, and no more: the share has a knee;
* ``hands, mild``: the share falls by five points with each doubling, the bound of the claim;
* ``volume``: each lead has the same chance, however many arrive;
* ``neither, weeks``: weeks differ for reasons of their own, such as holidays, in all regions;
* ``neither, months``: so do months in a region, such as somebody on leave, and arrivals too;
* ``neither, all months``: so do the months of the whole company, and arrivals too;
* ``neither, alike``: the leads of an account are alike, in follow-up as in all else.

The truth is what the page says: the mean, over pairs of weeks of one region and quarter, of the
difference between their chances of being touched in time for each doubling of arrivals, with the
pairs' weights; here pair by pair, without a regression. Saying that hands are the limit is false
where the truth is zero; saying volume is, where the truth is a fall of five points or more. Beside
it stands another question, ``doubled``: the change were every week's arrivals doubled, which no
week shows beyond the busiest. Run from the repository's root::

    PYTHONPATH=src python benchmarks/limits_coverage.py

It writes ``benchmarks/results/limits_coverage.csv``.
"""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.special import expit, logit

from alignment.dataset import Dataset
from alignment.handoff import volume_or_capacity
from alignment.handoff.limits import NOTABLE, WEEKS_A_QUARTER
from alignment.tables import conform

RESULTS = Path(__file__).parent / "results"
MONDAY = pd.Timestamp("2025-01-06", tz="UTC")
REGIONS, USUAL, SHARE, LEVEL = 4, 7.0, 0.6, 0.90
WORLDS = (
    "hands",
    "hands, mild",
    "volume",
    "neither, weeks",
    "neither, months",
    "neither, alike",
    "neither, all months",
)


def _slow(random: np.random.Generator, weeks: int, keep: float, columns: int) -> np.ndarray:
    """Draw standard normal series, of which each week keeps a part of the last."""
    noise = random.standard_normal((weeks, columns))
    for week in range(1, weeks):
        noise[week] = keep * noise[week - 1] + np.sqrt(1 - keep**2) * noise[week]
    return noise


def arrivals(random: np.random.Generator, weeks: int, keep: float, columns: int) -> np.ndarray:
    """Draw how many leads are handed over: weeks by regions, uneven, with a season."""
    season = 0.2 * np.sin(2 * np.pi * np.arange(weeks) / 52)[:, None]
    mean = USUAL * np.exp(0.4 * _slow(random, weeks, keep, columns) + season)
    return random.poisson(np.broadcast_to(mean, (weeks, REGIONS)))


def by_arrivals(world: str, came: np.ndarray) -> np.ndarray:
    """Give the chance of being touched in time that so many arrivals leave."""
    if world == "hands":
        return np.minimum(0.9, 0.9 * 0.75 * USUAL / np.maximum(came, 1))
    if world == "hands, mild":
        return SHARE - NOTABLE * np.log2(np.maximum(came, 1) / USUAL)
    return np.full(came.shape, SHARE)


def for_each_doubling(came: np.ndarray, chance: np.ndarray) -> float:
    """Give the mean over pairs of weeks of the change in the chance for each doubling."""
    total = weight = 0.0
    for region in range(came.shape[1]):
        for first in range(0, len(came), WEEKS_A_QUARTER):
            weeks = slice(first, first + WEEKS_A_QUARTER)
            leads, share = came[weeks, region], chance[weeks, region]
            leads, share = leads[leads > 0].astype(float), share[leads > 0]
            for one in range(len(leads)):
                for other in range(one):
                    apart = np.log2(leads[one] / leads[other])
                    if apart:
                        counts = leads[one] * leads[other] / leads.sum() * apart**2
                        total += counts * (share[one] - share[other]) / apart
                        weight += counts
    return total / weight


def company(world: str, random: np.random.Generator, weeks: int) -> tuple[Dataset, float, float]:
    """Give a company's exports, the true change for each doubling, and that were all doubled."""
    slow = 0.8 if world in ("neither, months", "neither, all months") else 0.0
    shared = 1 if world == "neither, all months" else REGIONS
    came = arrivals(random, weeks, slow, shared)
    now = by_arrivals(world, came)
    truth = for_each_doubling(came, now)
    doubled = float((came * (by_arrivals(world, 2 * came) - now)).sum() / came.sum())
    if world == "neither, weeks":
        now = expit(logit(now) + 0.6 * random.standard_normal((weeks, 1)))
    elif slow:
        now = expit(logit(now) + 0.6 * _slow(random, weeks, slow, shared))
    week, region = (np.repeat(axis.ravel(), came.ravel()) for axis in np.indices(came.shape))
    chance = now[week, region]
    account = random.integers(0, max(len(week) // 3, 1), len(week))
    if world == "neither, alike":
        chance = expit(logit(chance) + 1.5 * random.standard_normal(len(week))[account])
    touched = random.random(len(week)) < chance
    handed = MONDAY + pd.to_timedelta(7 * week + random.uniform(0, 5, len(week)), unit="D")
    handed = handed.round("s")
    ids = np.array([f"L{i}" for i in range(len(week))], dtype=object)
    touches = {"lead_id": ids[touched], "occurred_at": (handed + pd.Timedelta(hours=5))[touched]}
    data = Dataset(
        as_of=MONDAY + pd.Timedelta(days=7 * weeks + 20),
        observed_from=MONDAY,
        timezone="UTC",
        leads=conform(
            "leads",
            {
                "lead_id": ids,
                "created_at": handed,
                "region": np.array(list("NSEW"))[region],
                "account_id": [f"A{i}" for i in account],
            },
        ),
        lead_stages=conform("lead_stages", {"lead_id": ids, "entered_at": handed, "stage": "mql"}),
        touches=conform(
            "touches",
            {
                **touches,
                "touch_id": [f"T{i}" for i in range(int(touched.sum()))],
                "team": "sales",
                "channel": "call",
                "kind": "call",
            },
        ),
    )
    return data, truth, doubled


def run(world: str, weeks: int, runs: int, seed: int) -> dict[str, object]:
    """Count what is said in many companies of one kind."""
    rows = []
    for number in range(runs):
        random = np.random.default_rng([seed, WORLDS.index(world), weeks, number])
        data, truth, doubled = company(world, random, weeks)
        said = volume_or_capacity(data, level=LEVEL)
        first = said.effect.iloc[0]
        held = first["low"] <= truth <= first["high"]
        half = (first["high"] - first["low"]) / 2
        rows.append((said.limited_by, truth, doubled, first["change"], half, held, len(data.leads)))
    names = ["said", "truth", "doubled", "change", "half", "held", "leads"]
    told = pd.DataFrame(rows, columns=names)
    share = {name: (told["said"] == name).mean() for name in ("capacity", "volume", "unclear")}
    truth = told["truth"].mean()
    wrong = share["capacity"] * (truth > -1e-9) + share["volume"] * (truth <= -NOTABLE + 1e-9)
    return {
        "world": world,
        "weeks": weeks,
        "leads": round(told["leads"].mean()),
        "truth": round(truth, 4),
        "mean": round(told["change"].mean(), 4),
        "half_width": round(told["half"].mean(), 4),
        "doubled": round(told["doubled"].mean(), 4),
        **{name: round(value, 4) for name, value in share.items()},
        "false_claims": round(wrong, 4),
        "covered": round(told["held"].mean(), 4),
        "runs": runs,
    }


def main(runs: int = 150, seed: int = 23) -> None:
    """Measure each world, at the level of 90 %; what is done so far is on disk."""
    rows, said = [], {"level": LEVEL, "seed": seed, "date": date.today().isoformat()}
    cases = [(weeks, world) for weeks in (60, 30) for world in WORLDS]
    cases += [(120, world) for world in WORLDS[:3]]
    for weeks, world in cases:
        rows.append(run(world, weeks, runs, seed))
        table = pd.DataFrame(rows).assign(**said)
        table.to_csv(RESULTS / "limits_coverage.csv", index=False, lineterminator="\n")
    sys.stdout.write(table.to_string(index=False) + "\n")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
