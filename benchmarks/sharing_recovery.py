"""Whether the analyses of sharing find the truth that was put into invented worlds.

The information sharing index against what simulated companies really recorded, through their
exports with all quirks; the value of shared knowledge, collisions and feedback in worlds with and
without an effect. Run from the repository's root::

    python benchmarks/sharing_recovery.py
"""

from __future__ import annotations

import dataclasses
import sys
import tempfile
from datetime import date
from pathlib import Path

import pandas as pd

import sharing_worlds as worlds
from alignment import load
from alignment.sharing import chain, collisions, feedback, shared_knowledge
from alignment.simulation import Company, simulate_company, write_exports
from alignment.simulation.crm import build_records
from alignment.simulation.world import find_world

RESULTS = Path(__file__).parent / "results"
CAPACITY, ACCOUNTS = 0.20, 1_200
EFFECT, DRAWN_TOGETHER = -0.15, 0.3


def true_chain(company: Company, quirks: list[dict[str, object]]) -> list[float]:
    """Give the shares that pass each link, from the records before they were exported.

    Touches of marketing are the campaign members and the newsletters; a quirk takes the campaign
    from some inquiries. Deals have their lead; lost deals lose their reason, or say “Otro”.
    """
    records = build_records(company)
    count = {str(one["quirk"]): int(str(one["count"])) for one in quirks}
    automation = records.user["Id"].iloc[-1]
    letters = int((records.task["OwnerId"] == automation).sum())
    members = len(records.member)
    leads = company.leads
    rejected = leads["rejected"] & leads["decided_at"].notna()
    lost = int((company.opportunities["status"] == "lost").sum())
    told = int((rejected & leads["reason_recorded"]).sum())
    told += lost - count["loss_reason_blank"] - count["loss_reason_other"]
    return [
        (members - count["campaign_missing"]) / (members + letters),
        1.0,
        1.0,
        told / (int(rejected.sum()) + lost),
    ]


def run_chain(seed: int) -> dict[str, object]:
    """Compare the chain of a company's exports with what was recorded."""
    world = dataclasses.replace(find_world("base"), accounts=ACCOUNTS)
    company = simulate_company(seed, world)
    with tempfile.TemporaryDirectory() as folder:
        quirks = write_exports(company, Path(folder))
        found = chain(load(folder), replicates=200)
    truth = true_chain(company, quirks)
    whole = float(pd.Series(truth).prod())
    apart = (found.frame["share"] - truth).abs().max()
    return {
        "world": "company",
        "seed": seed,
        "truth": whole,
        "estimate": found.whole,
        "low": found.low,
        "high": found.high,
        "alarm": abs(found.whole - whole) > 0.01,
        "worst_link": float(apart),
    }


def run_knowledge(world: str, seed: int) -> dict[str, object]:
    """Try the value of shared knowledge; an alarm is an interval above 0."""
    found = shared_knowledge(worlds.knowledge(seed, world), capacity=CAPACITY, replicates=200)
    return {
        "world": world,
        "seed": seed,
        "estimate": found.gain,
        "low": found.low,
        "high": found.high,
        "alarm": found.low > 0,
    }


def run_collisions(drawn_together: float, seed: int) -> dict[str, object]:
    """Try the permutation test; an alarm is more collisions than chance at 5 %."""
    found = collisions(worlds.meetings(seed, drawn_together), permutations=200, replicates=20)
    return {
        "world": "drawn together" if drawn_together else "apart",
        "seed": seed,
        "estimate": found.collided / found.expected,
        "low": found.low / found.expected,
        "high": found.high / found.expected,
        "alarm": found.p_more <= 0.05,
    }


def run_feedback(effect: float, seed: int) -> dict[str, object]:
    """Try the difference in differences; an alarm is an interval without 0."""
    found = feedback(worlds.reasons(seed, effect), replicates=200)
    return {
        "world": "effect" if effect else "no effect",
        "seed": seed,
        "truth": effect,
        "estimate": found.effect,
        "low": found.low,
        "high": found.high,
        "alarm": found.low > 0 or found.high < 0,
    }


def main(runs: int = 200, companies: int = 8, seed: int = 500) -> None:
    """Write one row a world and analysis: how often it alarmed, and how far off it was."""
    seeds = range(seed, seed + runs)
    tried = {
        ("value of sharing", world): [run_knowledge(world, one) for one in seeds]
        for world in ("nobody", "marketing", "sales", "both")
    }
    for together in (0.0, DRAWN_TOGETHER):
        rows = [run_collisions(together, one) for one in seeds]
        tried["collisions", str(rows[0]["world"])] = rows
    for effect in (0.0, EFFECT):
        rows = [run_feedback(effect, one) for one in seeds]
        tried["feedback", str(rows[0]["world"])] = rows
    tried["chain", "company"] = [run_chain(one) for one in range(seed, seed + companies)]
    every = pd.concat(
        [pd.DataFrame(rows).assign(analysis=name) for (name, _), rows in tried.items()]
    )
    every["off"] = (every["estimate"] - every["truth"]).abs()
    every["held"] = (
        every["truth"].between(every["low"], every["high"]).where(every["truth"].notna())
    )
    table = (
        every.groupby(["analysis", "world"], sort=False)
        .agg(
            runs=("seed", "size"),
            first_seed=("seed", "min"),
            alarms=("alarm", "mean"),
            estimate=("estimate", "mean"),
            truth=("truth", "mean"),
            largest_error=("off", "max"),
            held=("held", "mean"),
        )
        .reset_index()
        .assign(date=date.today().isoformat())
    )
    table.to_csv(
        RESULTS / "sharing_recovery.csv", index=False, lineterminator="\n", float_format="%.4f"
    )
    sys.stdout.write(table.to_string(index=False) + "\n")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
