"""Do the predictive intervals of the open pipeline cover? Simulated companies, rewound.

    PYTHONPATH=src python benchmarks/pipeline_recovery.py

writes benchmarks/results/pipeline_recovery.csv and .md. Each simulated company (some 500 open
deals, 240 won a year) is rewound by whole spans of 91 days; each forecast sees nothing of what came
later, and is held against what the company then won. The spans of a company do not overlap. The
`small` company is a quarter of that. A count has steps, so that its interval covers somewhat more
often than its level says.
"""

from __future__ import annotations

import argparse
import datetime
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pandas as pd

from alignment.dataset import Dataset
from alignment.lead_to_close.pipeline import open_pipeline
from alignment.lead_to_close.pipeline_rewind import as_known
from alignment.simulation import Company, World, simulate_company
from alignment.simulation.stages import STAGES, opportunity_history
from alignment.tables import conform
from companies import dataset

RESULTS = Path(__file__).parent / "results"
SPAN = 91
SMALL = World(name="small", accounts=2_400)
SETTINGS: tuple[tuple[str, World | str, bool], ...] = (
    ("with stage history", "base", True),
    ("small, with stage history", SMALL, True),
    ("small, without stage history", SMALL, False),
)


def with_stages(company: Company) -> Dataset:
    """Turn a company into a dataset with the stage history of its deals."""
    data = dataset(company)
    deals = company.opportunities
    ids = data.opportunities["opportunity_id"]
    rows = opportunity_history(
        company,
        pd.DataFrame(
            {"Id": ids, "OwnerId": "U1", "Amount": deals["amount_usd"], "CloseDate": "2026-12-31"}
        ),
    )
    history = conform(
        "opportunity_stages",
        {
            "opportunity_id": rows["OpportunityId"],
            "entered_at": rows["CreatedDate"],
            "stage": rows["StageName"],
            "amount": rows["Amount"],
        },
    )
    stages = conform(
        "stages",
        {
            "pipeline": ["Sales"] * len(STAGES),
            "stage": list(STAGES),
            "position": range(len(STAGES)),
            "is_won": [name == "Closed Won" for name in STAGES],
            "is_lost": [name == "Closed Lost" for name in STAGES],
        },
    )
    deals_with = data.opportunities.assign(pipeline="Sales").astype({"pipeline": "str"})
    return data.replace(opportunity_stages=history, stages=stages, opportunities=deals_with)


def forecasts(
    seed: int, world: World | str, *, staged: bool, spans: int, level: float
) -> pd.DataFrame:
    """Forecast each span of a company, and set what happened beside it.

    Returns
    -------
    DataFrame
        ``seed``, ``span``, ``part``, ``what``, ``estimate``, ``low``, ``high``, ``truth``,
        ``dashboard``.
    """
    company = simulate_company(seed, world)
    data = with_stages(company) if staged else dataset(company)
    rows = []
    for span in range(1, spans + 1):
        as_of = data.as_of - pd.Timedelta(days=SPAN * span, seconds=1)
        until = as_of + pd.Timedelta(days=SPAN)
        then = as_known(data, as_of)
        day = f"{until.tz_convert(data.timezone):%Y-%m-%d}"
        told = open_pipeline(then, by=[day], level=level, seed=seed)
        deals = data.opportunities
        won = deals[
            (deals["status"] == "won")
            & (deals["closed_at"] > as_of)
            & (deals["closed_at"] <= until)
        ]
        was_open = won["created_at"] <= as_of
        for part, some in (("open", won[was_open]), ("new", won[~was_open]), ("total", won)):
            row = told.part(day, part)
            for what, truth in (("deals", len(some)), ("value", some["amount"].sum())):
                rows.append(
                    {
                        "seed": seed,
                        "span": span,
                        "part": part,
                        "what": what,
                        "estimate": row[what],
                        "low": row[f"{what}_low"],
                        "high": row[f"{what}_high"],
                        "truth": float(truth),
                        "dashboard": told.dashboard[what].iloc[0] if part == "open" else np.nan,
                    }
                )
    return pd.DataFrame(rows)


def summarise(drawn: pd.DataFrame, level: float) -> pd.DataFrame:
    """Bias of the sums and coverage of their intervals, by part."""
    covered = (drawn["low"] <= drawn["truth"]) & (drawn["truth"] <= drawn["high"])
    below = drawn["truth"] < drawn["low"]
    table = drawn.assign(covered=covered, below=below, above=drawn["truth"] > drawn["high"])
    grouped = table.groupby(["part", "what"], sort=False)
    out = grouped.agg(
        forecasts=("truth", "size"),
        truth=("truth", "mean"),
        estimate=("estimate", "mean"),
        dashboard=("dashboard", "mean"),
        coverage=("covered", "mean"),
        below=("below", "mean"),
        above=("above", "mean"),
    )
    # Spans of one company share its history: the error of the coverage counts companies.
    by_company = table.groupby(["part", "what", "seed"])["covered"].mean()
    out["coverage_se"] = by_company.groupby(["part", "what"]).sem()
    out.insert(3, "bias", out["estimate"] / out["truth"] - 1)
    out["dashboard_bias"] = out.pop("dashboard") / out["truth"] - 1
    return out.reset_index().assign(level=level)


def run(companies: int, first_seed: int, *, spans: int, level: float) -> pd.DataFrame:
    """Forecast every company in every setting; one row a setting, part and quantity."""
    parts = []
    for name, world, staged in SETTINGS:
        drawn = pd.concat(
            [
                forecasts(seed, world, staged=staged, spans=spans, level=level)
                for seed in range(first_seed, first_seed + companies)
            ],
            ignore_index=True,
        )
        table = summarise(drawn, level)
        table.insert(0, "setting", name)
        parts.append(table.assign(companies=companies))
    return pd.concat(parts, ignore_index=True)


def write(
    table: pd.DataFrame, *, companies: int, first_seed: int, spans: int, level: float
) -> None:
    """Write the table, with its date and seeds, as CSV and as text."""
    today = datetime.datetime.now(tz=datetime.UTC).date().isoformat()
    versions = f"numpy {version('numpy')}, pandas {version('pandas')}"
    RESULTS.mkdir(exist_ok=True)
    stamped = table.round(4).assign(first_seed=first_seed, date=today, versions=versions)
    stamped.to_csv(RESULTS / "pipeline_recovery.csv", index=False)
    columns = list(table.columns[:-1])
    lines = [
        "# Recovery: open pipeline",
        "",
        f"Measured on {today} with `benchmarks/pipeline_recovery.py` ({versions}): {companies} "
        f"simulated companies (seeds from {first_seed} on), each rewound {spans} times by "
        f"{SPAN} days; nominal level {level:.2f}. `truth` and `estimate` are means a forecast "
        "(deals, or USD); `bias` is relative; `dashboard_bias` is that of open deals times the "
        "win rate of closed ones; `coverage_se` is the standard error of the coverage, companies "
        "being the unit; `below` and `above` are the shares in which the outcome fell outside.",
        "",
        "| " + " | ".join(columns) + " |",
        "|" + "---|" * len(columns),
    ]
    for row in table[columns].itertuples(index=False):
        cells = [f"{cell:.4g}" if isinstance(cell, float) else str(cell) for cell in row]
        lines.append("| " + " | ".join("" if cell == "nan" else cell for cell in cells) + " |")
    (RESULTS / "pipeline_recovery.md").write_text("\n".join(lines) + "\n", encoding="utf-8")


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the benchmark and write its table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--companies", type=int, default=60)
    parser.add_argument("--first-seed", type=int, default=1000)
    parser.add_argument("--spans", type=int, default=2)
    parser.add_argument("--level", type=float, default=0.80)
    asked = vars(parser.parse_args(arguments))
    table = run(asked["companies"], asked["first_seed"], spans=asked["spans"], level=asked["level"])
    write(table, **asked)
    print(table.round(3).to_string(index=False))


if __name__ == "__main__":
    main()
