"""What the two teams wrote down by hand: goals, working hours and experiments."""

from pathlib import Path

import numpy as np
import pandas as pd

from alignment.simulation.campaigns import QUARTER_WEEKS
from alignment.simulation.company import Company
from alignment.simulation.crm import REPS_PER_REGION, USD_TO_MXN
from alignment.simulation.streams import stream
from alignment.simulation.weeks import as_date, local_day
from alignment.simulation.world import REGIONS
from alignment.simulation.writing import write_text

_MARKETING_PEOPLE = 6
_FULL_WEEK = 40.0


FILES = ("goals.csv", "capacity.csv", "experiments.csv")


def write_agreements(company: Company, folder: Path) -> None:
    """Write `goals.csv`, `capacity.csv` and `experiments.csv`.

    Parameters
    ----------
    company : Company
        The company.
    folder : pathlib.Path
        Where the files go.
    """
    random = stream(company.seed, "agreements")
    for name, table in (
        ("goals", goal_table(company, random)),
        ("capacity", _capacity(company, random)),
        ("experiments", experiment_table(company)),
    ):
        write_text(folder / f"{name}.csv", table.to_csv(index=False, lineterminator="\n"))


def goal_table(company: Company, random: np.random.Generator) -> pd.DataFrame:
    """Return quarterly goals: what was reached, a little more, and round.

    Parameters
    ----------
    company : Company
        The company.
    random : numpy.random.Generator
        The stream of the agreements.

    Returns
    -------
    pandas.DataFrame
        Also for the quarter that begins after the export, of which nothing is known.
    """
    leads, deals = company.leads, company.opportunities
    won = deals[deals["status"] == "won"]
    reached = {
        ("marketing", "leads"): _quarterly(leads["created_at"]),
        ("marketing", "mql"): _quarterly(leads["mql_at"]),
        ("sales", "sql"): _quarterly(leads["sql_at"]),
        ("sales", "won"): _quarterly(won["closed_at"]),
        ("both", "bookings_mxn"): _quarterly(won["closed_at"], won["amount_usd"] * USD_TO_MXN),
    }
    periods = sorted(reached["marketing", "leads"].index)
    year, quarter = int(periods[-1][:4]), int(periods[-1][-1])
    periods.append(f"{year + quarter // 4}-Q{quarter % 4 + 1}")
    rows = []
    for (team, metric), values in reached.items():
        for period in periods:
            usual = float(values.get(period, values.mean()))
            ambition = usual * (1.05 + 0.1 * random.standard_normal())
            step = 100_000 if metric == "bookings_mxn" else 10 if metric != "won" else 1
            rows.append((period, team, metric, max(round(ambition / step), 1) * step))
    table = pd.DataFrame(rows, columns=["period", "team", "metric", "target"])
    return table.sort_values(["period", "team", "metric"], ignore_index=True)


def _quarterly(
    at: "pd.Series[pd.Timestamp]", amount: "pd.Series[float] | None" = None
) -> "pd.Series[float]":
    """Count, or add the amounts, by calendar quarter in local time."""
    at = at.dropna()
    day = pd.Series(local_day(at.to_numpy()), index=at.index)
    label = day.dt.year.astype(str) + "-Q" + day.dt.quarter.astype(str)
    values = pd.Series(1.0, index=at.index) if amount is None else amount.loc[at.index]
    return values.groupby(label).sum()


def _capacity(company: Company, random: np.random.Generator) -> pd.DataFrame:
    """Return both teams' working hours: fewer in the last and first week of a year."""
    first = company.observed_from.astype("datetime64[D]")
    weeks = first + 7 * np.arange(company.world.observed_weeks)
    season = company.market.season[company.world.burn_in_weeks :]
    rows: list[tuple[str, str, int]] = []
    for team, people in (
        ("marketing", _MARKETING_PEOPLE),
        ("sales", len(REGIONS) * REPS_PER_REGION),
    ):
        present = np.clip(0.93 - 0.05 * random.random(len(weeks)), 0, 1)
        present = np.where(season < -0.3, 0.4, present)
        hours = np.rint(people * _FULL_WEEK * present).astype(np.int64)
        rows.extend((team, str(week), int(hour)) for week, hour in zip(weeks, hours, strict=True))
    return pd.DataFrame(rows, columns=["team", "week", "hours"])


def experiment_table(company: Company) -> pd.DataFrame:
    """Return the regions whose brand spend was switched off, quarter by quarter.

    Parameters
    ----------
    company : Company
        The company.

    Returns
    -------
    pandas.DataFrame
        One row a region and quarter of 13 weeks; empty if no region was ever dark.
    """
    columns = ["unit_kind", "unit_id", "experiment", "arm", "starts_on", "ends_on"]
    if not company.world.dark_regions:
        return pd.DataFrame(columns=columns)
    begin = company.world.burn_in_weeks
    first = company.observed_from.astype("datetime64[D]")
    rows = []
    for week in range(0, company.world.observed_weeks, QUARTER_WEEKS):
        start = first + np.timedelta64(7, "D") * week
        end = start + np.timedelta64(7 * QUARTER_WEEKS - 1, "D")
        # The 13 weeks drift against the calendar: their middle names the quarter.
        middle = as_date(start + np.timedelta64(45, "D"))
        name = f"brand_dark_{middle.year}Q{(middle.month + 2) // 3}"
        for region, place in enumerate(REGIONS):
            arm = "dark" if company.market.dark[begin + week, region] else "lit"
            rows.append(("region", place, name, arm, str(start), str(end)))
    return pd.DataFrame(rows, columns=columns)
