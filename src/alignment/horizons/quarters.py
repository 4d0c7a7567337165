"""Plain counts by calendar quarter: what closed and when it was first touched, and the reverse."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from alignment.dataset import Dataset

NO_TOUCH = "(no touch recorded)"
AGES = ("0-13 weeks", "14-26 weeks", "27-52 weeks", "over 52 weeks", NO_TOUCH)
AGE_LIMITS = (13 * 7, 26 * 7, 52 * 7)  # days; the last day of the band
WHEN = ("same quarter", "+1", "+2", "+3", "later", "lost", "still open")


def last_full_quarter(data: Dataset) -> pd.Period | None:
    """Return the last calendar quarter that lies wholly in the window observed, if there is one.

    A quarter counts as full when the day of ``as_of``, in the dataset's zone, is its last day or
    later.
    """
    as_of = data.as_of.tz_convert(data.timezone).tz_localize(None)
    shown = data.observed_from.tz_convert(data.timezone).tz_localize(None)
    quarter = (as_of.normalize() + pd.Timedelta(days=1)).to_period("Q") - 1
    return quarter if quarter.start_time >= shown.normalize() else None


def won_in_quarter(journeys: pd.DataFrame, quarter: pd.Period | None) -> pd.DataFrame:
    """Split what was won in a quarter by the age of the journey and its group.

    Parameters
    ----------
    journeys : DataFrame
        ``outcome``, ``ended_quarter`` (period), ``age`` (days from first touch to the end,
        missing without a touch), ``group``, ``value``.
    quarter : Period or None
        The quarter; with None the result is empty.

    Returns
    -------
    DataFrame
        ``quarter`` (str), ``age`` (category), ``group`` (str), ``wins`` (int64), ``value``
        (float64): every age of every group, and one row for wins without a touch. Adds up to
        what the quarter won.
    """
    won = journeys[(journeys["outcome"] == "won") & (journeys["ended_quarter"] == quarter)]
    if quarter is None:
        won = won.iloc[:0]
    band = np.searchsorted(AGE_LIMITS, won["age"].to_numpy(), side="left")
    band = np.where(won["age"].isna(), len(AGES) - 1, band)
    sums = (
        pd.DataFrame(
            {
                "age": pd.Categorical.from_codes(band, categories=list(AGES)),
                "group": won["group"].where(won["age"].notna(), NO_TOUCH).astype("str"),
                "value": won["value"],
            }
        )
        .groupby(["age", "group"], observed=True)["value"]
        .agg(["size", "sum"])
    )
    groups = sorted(set(journeys.loc[journeys["group"].notna(), "group"].astype("str")))
    grid = [(age, group) for age in AGES[:-1] for group in groups] + [(NO_TOUCH, NO_TOUCH)]
    full = sums.reindex(pd.MultiIndex.from_tuples(grid, names=["age", "group"]), fill_value=0)
    table = full.reset_index().rename(columns={"size": "wins", "sum": "value"})
    table.insert(0, "quarter", str(quarter) if quarter is not None else "")
    table = table if quarter is not None else table.iloc[:0]
    return table.astype(
        {
            "quarter": "str",
            "age": pd.CategoricalDtype(list(AGES)),
            "group": "str",
            "wins": "int64",
            "value": "float64",
        }
    )


def when_won(journeys: pd.DataFrame, data: Dataset, settled_weeks: float = np.nan) -> pd.DataFrame:
    """Count the journeys of each quarter of first touch by the quarter in which they were won.

    Parameters
    ----------
    journeys : DataFrame
        ``first_day``, ``first_quarter``, ``ended_quarter`` (period), ``outcome``, ``value``;
        those with a touch.
    data : Dataset
        Gives the window observed.
    settled_weeks : float
        Age by which nearly all is won.

    Returns
    -------
    DataFrame
        ``quarter`` (str, of first touch), ``when`` (category: same quarter, +1, +2, +3, later,
        lost, still open), ``leads`` (int64), ``value`` (float64), ``truncated`` (bool: closings
        were not yet recorded when the quarter began, so early wins may be missing), ``young``
        (int64: leads younger than `settled_weeks` at the export; 0 without such an age).
    """
    shown = data.observed_from.tz_convert(data.timezone).tz_localize(None).normalize()
    quarters = pd.PeriodIndex(journeys["first_quarter"], freq="Q")
    ended = pd.PeriodIndex(journeys["ended_quarter"], freq="Q")
    first = quarters.year * 4 + quarters.quarter
    lag = np.clip(np.nan_to_num(ended.year * 4 + ended.quarter - first), 0, 4).astype(int)
    outcome = journeys["outcome"].astype("str").to_numpy()
    when = np.select([outcome == "won", outcome == "lost"], [lag, 5], 6)
    sums = (
        pd.DataFrame(
            {
                "quarter": quarters,
                "when": when,
                "value": journeys["value"].to_numpy(),
                "young": _younger(journeys["first_day"], data, settled_weeks),
            }
        )
        .groupby(["quarter", "when"])
        .agg(size=("value", "size"), sum=("value", "sum"), young=("young", "sum"))
    )
    every = pd.period_range(quarters.min(), quarters.max(), freq="Q")
    grid = pd.MultiIndex.from_product([every, range(len(WHEN))], names=["quarter", "when"])
    table = sums.reindex(grid, fill_value=0).reset_index()
    return pd.DataFrame(
        {
            "quarter": table["quarter"].astype("str"),
            "when": pd.Categorical.from_codes(table["when"], categories=list(WHEN)),
            "leads": table["size"].astype("int64"),
            "value": table["sum"].astype("float64"),
            "truncated": pd.PeriodIndex(table["quarter"]).start_time < shown,
            "young": table["young"].astype("int64"),
        }
    )


def _younger(first_day: pd.Series, data: Dataset, weeks: float) -> NDArray[Any]:
    """Say which leads were younger at the export; days are those of the dataset's zone."""
    exported = data.as_of.tz_convert(data.timezone).tz_localize(None).normalize()
    return np.asarray((exported - first_day).dt.days < weeks * 7, dtype=bool)
