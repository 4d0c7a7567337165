"""How often the interval of what a quarter has sown holds what its open deals then really win.

Simulated companies, each rewound by a year or more: the forecast sees nothing of what came later,
and is held against what the deals that were open then have won by the end of its last quarter.
Which deal was touched first in which quarter, by which team and through a campaign of which
objective is counted here from the company's own tables. Beside it stand what those deals win after
that quarter, and what leads win that had no deal yet: neither is in the estimate, and both belong
to "what was sown". In the last world the rate of winning falls on the day of the export, which no
export can show. Run from the repository's root::

    python benchmarks/sown_coverage.py 200 3000
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd

from alignment import build_journeys
from alignment.dataset import Dataset
from alignment.errors import NotMeasurable
from alignment.horizons import coming_quarters, sown
from alignment.lead_to_close import open_pipeline
from alignment.lead_to_close.pipeline_rewind import as_known
from alignment.results import LEVEL
from alignment.simulation import Company, World, simulate_company
from alignment.simulation.weeks import AS_OF
from alignment.tables import conform
from pipeline_recovery import with_stages

RESULTS = Path(__file__).parent / "results"
BACK = (365, 395, 425, 450)  # days rewound: the moment within the quarter differs by seed
BRAND = ("Organic Search", "Webinar", "Trade Show")  # the sources of leads called brand here
FALL = 0.3  # share of wins lost where the rate of winning falls

STEADY = World(
    name="steady",
    accounts=2_000,
    observed_weeks=160,
    demand_sd=0.0,
    season_amplitude=0.0,
    year_end_dip=0.0,
    dark_regions=0,
)
WORLDS = {
    "steady": STEADY,
    "many wins late": replace(STEADY, name="late", days_to_won=150.0, days_to_lost=190.0),
    "few wins": replace(STEADY, name="few", accounts=800),
    "accounts alike": replace(
        STEADY,
        name="alike",
        accounts=600,
        inquiry_in_market=-0.9,
        inquiry_out_of_market=-3.45,
        win_base=(-3.2, 0.45, 1.2, 0.45),
    ),
    "winning falls by 30 %": replace(STEADY, name="falls"),
}


def data_of(company: Company) -> Dataset:
    """Give the dataset, with a campaign of known objective behind each lead."""
    data = with_stages(company)
    brand = company.leads["source"].isin(BRAND).to_numpy()
    campaigns = {
        "platform": ["ads", "ads"],
        "campaign_id": ["B", "A"],
        "channel": ["ads", "ads"],
        "objective": ["brand", "activation"],
    }
    leads = data.leads.assign(campaign_id=np.where(brand, "B", "A"))
    return data.replace(
        campaigns=conform("campaigns", campaigns),
        leads=leads.astype(data.leads.dtypes.to_dict()),
    )


def truth(company: Company, data: Dataset, as_of: pd.Timestamp, until: str) -> pd.DataFrame:
    """List each deal of a touched lead, from the company's own tables.

    Returns
    -------
    DataFrame
        ``quarter``, ``team``, ``objective`` (of the lead), ``state`` (``won`` by `as_of`, ``open``
        or ``not yet`` created then, or lost) and ``later``, ``beyond``: won by the end of `until`,
        or after it.
    """
    firsts = data.touches[data.touches["occurred_at"] <= as_of].sort_values("occurred_at")
    first = firsts.drop_duplicates("lead_id").set_index("lead_id")
    deals = company.opportunities
    lead = "L" + deals["lead"].astype(str)
    at = first["occurred_at"].reindex(lead).dt.tz_convert(data.timezone).dt.tz_localize(None)
    created = deals["created_at"].dt.tz_localize("UTC")
    closed = deals["closed_at"].dt.tz_localize("UTC")
    end = pd.Period(until.replace("-", "")).end_time.tz_localize(data.timezone)
    won = deals["won"] & ~deals["zombie"]
    return pd.DataFrame(
        {
            "quarter": at.dt.to_period("Q").astype("str").to_numpy(),
            "team": first["team"].reindex(lead).astype("object").to_numpy(),
            "objective": np.where(deals["source"].isin(BRAND), "brand", "activation"),
            "amount": deals["amount_usd"],
            "state": np.select(
                [created > as_of, closed > as_of, closed.isna(), won],
                ["not yet", "open", "open", "won"],
                "lost",
            ),
            # What is still open at the end of the simulation is won later, if it ever is.
            "later": won & closed.notna() & (closed > as_of) & (closed <= end),
            "beyond": won & (closed.isna() | (closed > end)),
        }
    )[at.notna().to_numpy()]


def fallen(company: Company, as_of: pd.Timestamp) -> Company:
    """Turn some of what is won after a moment into what is lost."""
    deals = company.opportunities
    after = deals["closed_at"].isna() | (deals["closed_at"] > as_of.tz_localize(None))
    lost = np.random.default_rng([company.seed, 9]).random(len(deals)) < FALL
    won = deals["won"] & ~(after & lost)
    status = deals["status"].where(~(deals["status"].eq("won") & ~won), "lost")
    return replace(company, opportunities=deals.assign(won=won, status=status))


def one(name: str, seed: int) -> Iterator[dict[str, object]]:
    """Forecast one company; give a row a group and quarter."""
    company = simulate_company(seed, WORLDS[name])
    back = pd.Timedelta(days=BACK[seed % len(BACK)], seconds=1)
    as_of = pd.Timestamp(AS_OF, tz="UTC") - back
    data = data_of(company)
    then = as_known(data, as_of)
    if name.startswith("winning falls"):
        company = fallen(company, as_of)  # after the exports: nothing in them shows it
    journeys = build_journeys(then, include_buyer=False)
    told = open_pipeline(then, by=coming_quarters(then, 4), draws=100, replicates=100, seed=seed)
    for by in ("team", "objective"):
        column = "first_team" if by == "team" else by
        found = sown(then, journeys, told.deals, by=column, seed=seed)
        rows = found.frame[found.frame["quarter"] <= str(found.quarter)]
        exact = truth(company, data, as_of, found.until)
        for row in rows[(rows["group"] != "all") | (by == "team")].itertuples():
            mine = exact[exact["quarter"] == row.quarter]
            mine = mine if row.group == "all" else mine[mine[by] == row.group]
            still = mine[mine["state"] == "open"]
            if len(still) != row.open_deals:
                raise AssertionError(f"{name} {seed} {row.quarter} {row.group}: other deals")
            if not row.open_deals:
                continue
            later = float((still["amount"] * still["later"]).sum())
            sown_in_all = later + row.won
            yield {
                "world": name,
                "seed": seed,
                "group": row.group,
                "age": (pd.Period(found.quarter) - pd.Period(row.quarter)).n,
                "open_deals": row.open_deals,
                "truth_deals": int(still["later"].sum()),
                "expected_deals": row.expected_deals,
                "truth": later,
                "expected": row.expected,
                "low": row.low,
                "high": row.high,
                "share_held": row.later_low <= later / sown_in_all <= row.later_high
                if sown_in_all > 0
                else np.nan,
                "after_until": float((still["amount"] * still["beyond"]).sum()),
                "without_deal": float(
                    mine.loc[(mine["state"] == "not yet"), "amount"]
                    @ (mine["later"] | mine["beyond"])[mine["state"] == "not yet"]
                ),
            }


def table_of(rows: pd.DataFrame) -> pd.DataFrame:
    """Bias and coverage by world, group and quarter; companies are the unit."""
    rows = rows.assign(
        held=(rows["low"] <= rows["truth"]) & (rows["truth"] <= rows["high"]),
        below=rows["truth"] < rows["low"],
        above=rows["truth"] > rows["high"],
        share_held=rows["share_held"].astype("float64"),
        quarter=rows["age"].map({0: "last full", 1: "the one before"}).fillna("older"),
    )
    keys = ["world", "group", "quarter"]
    by_company = rows.groupby([*keys, "seed"], sort=False)["held"].mean()
    grouped = rows.groupby(keys, sort=False)
    out = grouped.agg(
        companies=("seed", "nunique"),
        open_deals=("open_deals", "mean"),
        truth_deals=("truth_deals", "mean"),
        expected_deals=("expected_deals", "mean"),
        truth=("truth", "mean"),
        expected=("expected", "mean"),
        coverage=("held", "mean"),
        below=("below", "mean"),
        above=("above", "mean"),
        share_coverage=("share_held", "mean"),
        after_until=("after_until", "mean"),
        without_deal=("without_deal", "mean"),
    )
    out.insert(6, "bias", out["expected"] / out["truth"] - 1)
    out.insert(8, "coverage_se", by_company.groupby(keys).sem())
    return out.reset_index()


def simulate(worlds: list[str], seeds: range) -> pd.DataFrame:
    """Forecast every company of some worlds."""
    rows = []
    for name in worlds:
        for seed in seeds:
            try:
                rows.extend(one(name, seed))
            except NotMeasurable:
                continue
    return pd.DataFrame(rows)


def main(companies: int = 200, first_seed: int = 3000) -> None:
    """Write the table."""
    rows = simulate(list(WORLDS), range(first_seed, first_seed + companies))
    table = table_of(rows).assign(level=LEVEL, first_seed=first_seed, date=date.today().isoformat())
    table.round(4).to_csv(RESULTS / "sown_coverage.csv", index=False, lineterminator="\n")
    sys.stdout.write(table.round(3).to_string(index=False) + "\n")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
