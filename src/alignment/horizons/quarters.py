"""Plain counts by calendar quarter: what closed and when it was first touched, and the reverse."""

from __future__ import annotations

from collections.abc import Iterable
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


def won_in_quarter(
    deals: pd.DataFrame, quarter: pd.Period | None, names: Iterable[str]
) -> pd.DataFrame:
    """Split what was won in a quarter by the age of the journey and its group.

    Parameters
    ----------
    deals : DataFrame
        One row a won deal: ``won_quarter`` (period), ``age`` (days from first touch to the win,
        missing without a touch), ``group``, ``value``.
    quarter : Period or None
        The quarter; with None the result is empty.
    names : iterable of str
        The groups.

    Returns
    -------
    DataFrame
        ``quarter`` (str), ``age`` (category), ``group`` (str), ``wins`` (int64), ``value``
        (float64): every age of every group, and one row for wins without a touch. Adds up to
        what the quarter won.
    """
    won = deals[deals["won_quarter"] == quarter] if quarter is not None else deals.iloc[:0]
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
    grid = [(age, group) for age in AGES[:-1] for group in sorted(set(names))] + [
        (NO_TOUCH, NO_TOUCH)
    ]
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


def when_won(
    journeys: pd.DataFrame, deals: pd.DataFrame, data: Dataset, settled_weeks: float = np.nan
) -> pd.DataFrame:
    """Count the journeys of each quarter of first touch by the quarter of their first win.

    The value stands in the quarter in which each deal was won.

    Parameters
    ----------
    journeys : DataFrame
        ``first_day``, ``first_quarter``, ``ended_quarter`` (period), ``outcome``; those with a
        touch.
    deals : DataFrame
        Their won deals: ``first_quarter``, ``won_quarter`` (period), ``value``.
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
    lag = _quarters_later(journeys["first_quarter"], journeys["ended_quarter"])
    outcome = journeys["outcome"].astype("str").to_numpy()
    when = np.select([outcome == "won", outcome == "lost"], [lag, 5], 6)
    young = _younger(journeys["first_day"], data, settled_weeks)
    counts = (
        pd.DataFrame({"quarter": quarters, "when": when, "young": young})
        .groupby(["quarter", "when"])["young"]
        .agg(["size", "sum"])
    )
    later = _quarters_later(deals["first_quarter"], deals["won_quarter"])
    first = pd.PeriodIndex(deals["first_quarter"], freq="Q")
    values = (
        pd.DataFrame({"quarter": first, "when": later, "value": deals["value"].to_numpy()})
        .groupby(["quarter", "when"])["value"]
        .sum()
    )
    every = pd.period_range(quarters.min(), quarters.max(), freq="Q")
    grid = pd.MultiIndex.from_product([every, range(len(WHEN))], names=["quarter", "when"])
    table = counts.reindex(grid, fill_value=0).reset_index()
    return pd.DataFrame(
        {
            "quarter": table["quarter"].astype("str"),
            "when": pd.Categorical.from_codes(table["when"], categories=list(WHEN)),
            "leads": table["size"].astype("int64"),
            "value": values.reindex(grid, fill_value=0.0).to_numpy(dtype="float64"),
            "truncated": pd.PeriodIndex(table["quarter"]).start_time < shown,
            "young": table["sum"].astype("int64"),
        }
    )


def _quarters_later(first: pd.Series, then: pd.Series) -> NDArray[np.int64]:
    """Count the quarters from the one to the other, 4 for more; 0 where the second is missing."""
    start, end = (pd.PeriodIndex(quarter, freq="Q") for quarter in (first, then))
    gap = end.year * 4 + end.quarter - (start.year * 4 + start.quarter)
    return np.asarray(np.clip(np.nan_to_num(gap), 0, 4), dtype=np.int64)


def _younger(first_day: pd.Series, data: Dataset, weeks: float) -> NDArray[Any]:
    """Say which leads were younger at the export; days are those of the dataset's zone."""
    exported = data.as_of.tz_convert(data.timezone).tz_localize(None).normalize()
    return np.asarray((exported - first_day).dt.days < weeks * 7, dtype=bool)
