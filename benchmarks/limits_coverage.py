"""How often “volume or hands” says what is so, and how often it claims what is not.

Companies whose limit is known. In each, leads arrive by region and week, more in some weeks than in
others, and sales touches a share of them in time:

* ``hands``: a region can follow up a fixed number a week, and no more;
* ``hands, mild``: the share falls by five points when arrivals double, the bound of the claim;
* ``volume``: each lead has the same chance, however many arrive;
* ``neither, weeks``: weeks differ for reasons of their own, such as holidays, in all regions;
* ``neither, months``: so do months in a region, such as somebody on leave, and arrivals too;
* ``neither, alike``: the leads of an account are alike, in follow-up as in all else.

The truth is the change of the share in time were every week's arrivals doubled. Saying that hands
are the limit is false where the truth is zero; saying volume is, where the truth is a fall of five
points or more. Run from the repository's root::

    PYTHONPATH=src python benchmarks/limits_coverage.py

It writes ``benchmarks/results/limits_coverage.csv``.
"""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.optimize import brentq
from scipy.special import expit, logit

from alignment.dataset import Dataset
from alignment.handoff import volume_or_capacity
from alignment.handoff.limits import NOTABLE
from alignment.tables import conform

RESULTS = Path(__file__).parent / "results"
MONDAY = pd.Timestamp("2025-01-06", tz="UTC")
REGIONS, USUAL, SHARE, LEVEL = 4, 7.0, 0.6, 0.90
WORLDS = ("hands", "hands, mild", "volume", "neither, weeks", "neither, months", "neither, alike")


def _slow(random: np.random.Generator, weeks: int, keep: float) -> np.ndarray:
    """Draw a standard normal series a region, of which each week keeps a part of the last."""
    noise = random.standard_normal((weeks, REGIONS))
    for week in range(1, weeks):
        noise[week] = keep * noise[week - 1] + np.sqrt(1 - keep**2) * noise[week]
    return noise


def _mild() -> float:
    """Find the slope, in log-odds a doubling, at which the share falls by five points."""
    return float(brentq(lambda slope: expit(logit(SHARE) + slope) - SHARE + NOTABLE, -2, 0))


def arrivals(random: np.random.Generator, weeks: int, keep: float) -> np.ndarray:
    """Draw how many leads are handed over: weeks by regions, uneven, with a season."""
    season = 0.2 * np.sin(2 * np.pi * np.arange(weeks) / 52)[:, None]
    return random.poisson(USUAL * np.exp(0.4 * _slow(random, weeks, keep) + season))


def chances(
    world: str, random: np.random.Generator, came: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Give the chance of being touched in time by week and region, now and were twice as many."""
    even = np.full(came.shape, logit(SHARE))
    if world == "hands":
        hands = 0.75 * USUAL
        return tuple(np.minimum(0.9, hands / np.maximum(n, 1) * 0.9) for n in (came, 2 * came))  # type: ignore[return-value]
    if world == "hands, mild":
        slope, load = _mild(), np.log2(np.maximum(came, 1) / USUAL)
        return expit(even + slope * load), expit(even + slope * (load + 1))
    if world == "neither, weeks":
        even = even + 0.6 * random.standard_normal((len(came), 1))
    if world == "neither, months":
        even = even + 0.6 * _slow(random, len(came), 0.8)
    return expit(even), expit(even)


def company(world: str, random: np.random.Generator, weeks: int) -> tuple[Dataset, float]:
    """Give a company's exports, and the true change were arrivals doubled."""
    came = arrivals(random, weeks, 0.8 if world == "neither, months" else 0.0)
    now, then = chances(world, random, came)
    truth = float((came * (then - now)).sum() / came.sum())
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
    return data, truth


def run(world: str, weeks: int, runs: int, seed: int) -> dict[str, object]:
    """Count what is said in many companies of one kind."""
    rows = []
    for number in range(runs):
        random = np.random.default_rng([seed, WORLDS.index(world), weeks, number])
        data, truth = company(world, random, weeks)
        said = volume_or_capacity(data, level=LEVEL)
        first = said.effect.iloc[0]
        held = first["low"] <= truth <= first["high"]
        rows.append((said.limited_by, truth, first["change"], held, len(data.leads)))
    told = pd.DataFrame(rows, columns=["said", "truth", "change", "held", "leads"])
    share = {name: (told["said"] == name).mean() for name in ("capacity", "volume", "unclear")}
    truth = told["truth"].mean()
    wrong = share["capacity"] * (truth > -1e-9) + share["volume"] * (truth <= -NOTABLE + 1e-3)
    return {
        "world": world,
        "weeks": weeks,
        "leads": round(told["leads"].mean()),
        "truth": round(truth, 4),
        "mean": round(told["change"].mean(), 4),
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
