"""How near the game of the teams comes to what is true of invented companies.

Run it from the repository: ``PYTHONPATH=src:benchmarks python benchmarks/attribution_recovery.py``
(set OPENBLAS_NUM_THREADS=1: each process uses one core). It writes
``benchmarks/results/attribution_recovery.csv`` (a company a row),
``attribution_recovery.coverage.csv`` and ``attribution_recovery.md``. The truth of a company is
computed from its own leads' chances with touches taken out, not from the model: see
``alignment.simulation.truth``. Companies of the coverage run are written as they finish, so that
a run that is stopped leaves what it has done; ``--report`` writes the summary of what is there.
"""

from __future__ import annotations

import argparse
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime
from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd

from alignment.attribution import MODELS, attribute
from alignment.attribution.synergy import landmark_design, teams_game
from alignment.attribution.synergy.checks import (
    G_FORMULA,
    RAW,
    RAW_JOURNEYS,
    WEIGHTED,
    cross_checks,
    propensities,
)
from alignment.attribution.synergy.gates import cell_gates, positivity_gates
from alignment.attribution.synergy.resampling import play
from alignment.attribution.synergy.tipping import tipping_point
from alignment.attribution.synergy.widened import WIDENED
from alignment.journeys import build_journeys
from alignment.simulation import simulate_company
from alignment.simulation.company import Company
from alignment.simulation.outcomes import run_journeys
from alignment.simulation.world import CHANNELS, MARKETING_CHANNELS, SALES_CHANNELS
from companies import dataset

RESULTS = Path(__file__).parent / "results"
WORLDS = (
    "base",
    "antagonism",
    "no_synergy",
    "no_marketing_effect",
    "probit",
    "hidden_warmth",
    "random_routing",
    "all_sales_touched",
    "small",
)
COVERED = ("base", "antagonism", "no_synergy", "probit")
OUTCOMES = {"opportunity": "sql", "won": "won"}
LEVEL = 0.90
MEASURED = ("rho", "interaction", "joint", "own_share", "full_share")


def true_game(company: Company, outcome: str, *, policy: bool = False):
    """Return the indices of a company's true game."""
    closed = 1 - company.world.zombie_share
    values = []
    for channels in ((), MARKETING_CHANNELS, SALES_CHANNELS, CHANNELS):
        journey = run_journeys(company.world, company.draws, channels, policy)
        chance = journey.sql_probability if outcome == "opportunity" else journey.won_probability
        values.append(float(chance.mean()) * (1.0 if outcome == "opportunity" else closed))
    return teams_game(*values)


def company_row(
    world: str, seed: int, outcome: str, replicates: int, *, full: bool
) -> dict[str, object]:
    """Return what is true of a company, what is estimated, and with which interval."""
    company = simulate_company(seed, world)
    units = landmark_design(dataset(company), outcome=outcome)
    cells = cell_gates(units)
    row: dict[str, object] = {
        "world": world,
        "seed": seed,
        "outcome": outcome,
        "units": len(units.outcome),
        "outcomes": int(units.outcome.sum()),
        "replicates": replicates,
        "fewest_units": cells.loc[cells["gate"] == "units", "found"].min(),
        "fewest_outcomes": cells.loc[cells["gate"] == "outcomes", "found"].min(),
        "gate_open": bool(cells["open"].all()),
    }
    truth = true_game(company, outcome)
    row |= {f"true_{name}": float(getattr(truth, name)) for name in MEASURED}
    if cells.loc[cells["gate"] == "units", "found"].min() == 0:
        return row  # a structural zero: there is nothing to fit
    games = play(units, replicates=replicates, seed=seed)
    found = teams_game(*games.teams.T)
    for name in MEASURED:
        draws = getattr(found, name)
        low, high = np.nanquantile(draws[1:], [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
        row |= {name: float(draws[0]), f"{name}_low": float(low), f"{name}_high": float(high)}
    row["failed"] = games.failed
    if full:
        row |= _beside(company, units, games, outcome, float(found.rho[0]))
    return row


def _beside(company, units, games, outcome: str, rho: float) -> dict[str, object]:
    """Return the other routes, the policy game and the tipping point."""
    chances = propensities(units)
    checks = cross_checks(units, chances, rho).set_index("method")
    names = {
        RAW: "raw",
        RAW_JOURNEYS: "raw_journeys",
        G_FORMULA: "g_formula",
        WEIGHTED: "weighted",
    }
    row: dict[str, object] = {}
    for method, name in names.items():
        row[f"{name}_rho"] = float(checks.loc[method, "rho"])
        row[f"{name}_joint"] = float(checks.loc[method, "joint"])
    none, marketing, _, both = games.teams[0]
    policy = teams_game(none, marketing, games.sales_policy[0], both)
    point = tipping_point(units, games.cells, LEVEL)
    positive = positivity_gates(units, chances)
    return row | {
        "agrees": bool(checks["agrees"].dropna().all()),
        "positivity_open": bool(positive["open"].all()),
        "policy_rho": float(policy.rho),
        "true_policy_rho": float(true_game(company, outcome, policy=True).rho),
        "tipping_gamma": point.gamma,
        "tipping_scenario": point.scenario,
        "benchmark": point.benchmark,
        "benchmark_gamma": point.benchmark_gamma,
        "rho_at_benchmark_low": point.rho_low,
        "rho_at_benchmark_high": point.rho_high,
    }


def _recovery(job: tuple[str, int, str, int]) -> dict[str, object]:
    return company_row(*job, full=True)


def _coverage(job: tuple[str, int, str, int]) -> dict[str, object]:
    return company_row(*job, full=False)


def run_recovery(seeds: int, replicates: int, workers: int) -> None:
    """Write one row a company of the recovery worlds."""
    jobs = list(product(WORLDS, range(100, 100 + seeds), OUTCOMES, [replicates]))
    with ProcessPoolExecutor(workers) as pool:
        rows = list(pool.map(_recovery, jobs))
    table = pd.DataFrame(rows)
    table.to_csv(RESULTS / "attribution_recovery.csv", index=False, float_format="%.6g")


def run_coverage(seeds: int, first: int, replicates: int, workers: int) -> None:
    """Add one row a company to the coverage table, all worlds in turn, as they finish."""
    path = RESULTS / "attribution_recovery.coverage.csv"
    done = set()
    if path.exists():
        old = pd.read_csv(path)
        done = set(zip(old["world"], old["seed"], strict=True))
    jobs = [
        (world, seed, "opportunity", replicates)
        for seed, world in product(range(first, first + seeds), COVERED)
        if (world, seed) not in done
    ]
    with ProcessPoolExecutor(workers) as pool:
        for row in pool.map(_coverage, jobs):
            table = pd.DataFrame([row])
            table.to_csv(path, mode="a", header=not path.exists(), index=False, float_format="%.6g")


def run_classical(seeds: int) -> None:
    """Put marketing's share of the wins under every classical model beside the true claims."""
    rows = []
    for world, seed in product(("base", "antagonism", "no_marketing_effect"), range(seeds)):
        company = simulate_company(100 + seed, world)
        truth = true_game(company, "won")
        journeys = build_journeys(dataset(company), include_buyer=False)
        credit = attribute(journeys, by="team", models=MODELS, weight="wins", replicates=0)
        frame = credit.to_frame().astype({"model": str, "key": str})
        for model, group in frame.groupby("model", sort=False):
            given = group.set_index("key")["credit"]
            share = given["marketing"] / (given["marketing"] + given["sales"])
            low, high = float(truth.credit_low), float(truth.credit_high)
            rows.append(
                {
                    "world": world,
                    "seed": 100 + seed,
                    "model": model,
                    "share": share,
                    "true_low": low,
                    "true_high": high,
                    "true_shapley": float(truth.shapley_marketing / truth.joint),
                    "outside": max(low - share, share - high, 0.0),
                }
            )
    table = pd.DataFrame(rows)
    table.to_csv(RESULTS / "attribution_recovery.classical.csv", index=False, float_format="%.6g")


def coverage_table(table: pd.DataFrame) -> pd.DataFrame:
    """Count how often the intervals held the truth, by world and number."""
    rows = []
    for world, group in table.groupby("world", sort=False):
        for name in MEASURED:
            low, high, true = group[f"{name}_low"], group[f"{name}_high"], group[f"true_{name}"]
            known = low.notna()
            low, high, true = low[known], high[known], true[known]
            plain = (low <= true) & (true <= high)
            point = group.loc[known, name]
            low, high = point - WIDENED * (point - low), point + WIDENED * (high - point)
            held = (low <= true) & (true <= high)
            rows.append(
                {
                    "world": world,
                    "number": name,
                    "companies": len(true),
                    "truth": true.mean(),
                    "bias": (group.loc[known, name] - true).mean(),
                    "spread": (group.loc[known, name] - true).std(),
                    "percentiles": plain.mean(),
                    "coverage": held.mean(),
                    "margin": 1.96 * np.sqrt(held.mean() * (1 - held.mean()) / max(len(true), 1)),
                    "width": (high - low).mean(),
                }
            )
    return pd.DataFrame(rows)


def recovery_table(table: pd.DataFrame) -> pd.DataFrame:
    """Summarise the errors by world and outcome."""
    rows = []
    for (world, outcome), group in table.groupby(["world", "outcome"], sort=False):
        error = group["rho"] - group["true_rho"]
        rows.append(
            {
                "world": world,
                "outcome": outcome,
                "companies": len(group),
                "gate open": int((group["gate_open"] & (group["positivity_open"] == True)).sum()),  # noqa: E712
                "true rho": group["true_rho"].mean(),
                "rho": group["rho"].mean(),
                "mean error": error.mean(),
                "largest error": error.abs().max(),
                "J error": (group["joint"] / group["true_joint"] - 1).mean(),
                "largest J error": (group["joint"] / group["true_joint"] - 1).abs().max(),
                "raw J error": (group["raw_joint"] / group["true_joint"] - 1).mean(),
                "raw J error, all journeys": (
                    group["raw_journeys_joint"] / group["true_joint"] - 1
                ).mean(),
                "raw rho": group["raw_rho"].mean(),
                "raw rho, all journeys": group["raw_journeys_rho"].mean(),
                "g-formula rho": group["g_formula_rho"].mean(),
                "IPW rho": group["weighted_rho"].mean(),
                "agree": int((group["agrees"] == True).sum()),  # noqa: E712
                "policy rho": group["policy_rho"].mean(),
                "true policy rho": group["true_policy_rho"].mean(),
            }
        )
    return pd.DataFrame(rows)


def markdown(table: pd.DataFrame, digits: int = 3) -> str:
    """Write a frame as a Markdown table."""
    head = "| " + " | ".join(table.columns) + " |\n|" + "---|" * len(table.columns)
    lines = []
    for row in table.itertuples(index=False):
        cells = [f"{c:.{digits}f}" if isinstance(c, float) else str(c) for c in row]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join([head, *lines])


def report() -> None:
    """Write the summary of the tables that are there."""
    day = datetime.now(UTC).date()
    recovery = pd.read_csv(RESULTS / "attribution_recovery.csv")
    parts = [
        "# Recovery of the two-team game",
        f"Measured on {day} with `benchmarks/attribution_recovery.py`: companies of "
        f"{recovery['seed'].nunique()} seeds from {recovery['seed'].min()} on, "
        f"{recovery['replicates'].max()} bootstrap replicates, level {LEVEL}. The truth of each "
        "company is that of its own leads. Values are estimated without the gates, so that it can "
        "be seen what they keep back; `gate open` counts the companies where they would open. "
        "`raw` is the table of the four cells as it stands; `all journeys` takes touches out of "
        "all journeys by it. `agree`: g-formula, weights and the table over all journeys within "
        "0.15 of rho. The generator of all worlds but probit and no_synergy shares the logistic "
        "form of the estimator.",
        markdown(recovery_table(recovery)),
        "## An unrecorded warmth",
        markdown(_tipping_table(recovery)),
    ]
    path = RESULTS / "attribution_recovery.coverage.csv"
    if path.exists():
        coverage = pd.read_csv(path)
        parts += [
            "## Coverage of the intervals",
            f"Intervals at level {LEVEL}: `percentiles` covered so often alone, `coverage` as they "
            f"are printed, {WIDENED} times as wide about the estimate (a factor chosen before on "
            "102 companies of other seeds, from 1000 on); "
            f"{coverage['replicates'].max()} replicates, "
            f"opportunities, seeds from {coverage['seed'].min()} on; `margin` is the sampling "
            "error of the coverage itself (95 %), `spread` the deviation of the error.",
            markdown(coverage_table(coverage), 4),
        ]
    path = RESULTS / "attribution_recovery.classical.csv"
    if path.exists():
        classical = pd.read_csv(path)
        means = classical.groupby(["world", "model"], sort=False).mean().drop(columns="seed")
        parts += [
            "## The classical models and the truth",
            "Marketing's share of the won deals that a team touched, under each classical model, "
            "beside the bounds of its true claim on the wins that exist through the teams (means "
            f"of {classical['seed'].nunique()} companies). `outside`: how far the share lies from "
            "these bounds. The models share out all wins, also those that would have come "
            "anyway; none says what a team added.",
            markdown(means.reset_index()),
        ]
    text = "\n\n".join(parts) + "\n"
    (RESULTS / "attribution_recovery.md").write_text(text, encoding="utf-8")


def _tipping_table(table: pd.DataFrame) -> pd.DataFrame:
    chosen = table[table["outcome"] == "opportunity"].dropna(subset=["benchmark_gamma"])
    return (
        chosen.groupby("world", sort=False)
        .agg(
            rho=("rho", "mean"),
            truth=("true_rho", "mean"),
            smallest_gamma=("tipping_gamma", "min"),
            tipped=("tipping_gamma", "count"),
            companies=("seed", "count"),
            benchmark_gamma=("benchmark_gamma", "mean"),
            rho_at_benchmark_low=("rho_at_benchmark_low", "mean"),
            rho_at_benchmark_high=("rho_at_benchmark_high", "mean"),
        )
        .reset_index()
    )


def main() -> None:
    """Run what is asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=8)
    parser.add_argument("--replicates", type=int, default=400)
    parser.add_argument("--coverage", type=int, default=0, help="companies a world")
    parser.add_argument("--first", type=int, default=5_000)
    parser.add_argument("--coverage-replicates", type=int, default=400)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--classical", action="store_true", help="only the classical models")
    parser.add_argument("--report", action="store_true", help="only write the summary")
    asked = parser.parse_args()
    RESULTS.mkdir(exist_ok=True)
    if not asked.report:
        if asked.classical:
            run_classical(asked.seeds)
        elif asked.coverage:
            run_coverage(asked.coverage, asked.first, asked.coverage_replicates, asked.workers)
        else:
            run_recovery(asked.seeds, asked.replicates, asked.workers)
    report()


if __name__ == "__main__":
    main()
