"""What is wrong in goals.csv and capacity.csv, each with its file, row, column and cure."""

from __future__ import annotations

import pandas as pd

from alignment.arguments import of_type
from alignment.dataset import Dataset
from alignment.errors import AlignmentError, ExportError
from alignment.exports.reasons import SIGNED_TWICE, UNLIKE_HOURS
from alignment.periods import period_of
from alignment.shared_goals.targets import METRICS, currency_of, meant_metric, metric_of

SYSTEM = "own tables"
TABLES = ("goals", "capacity")
_KEEP_ONE = "Keep one of the two."
_TWICE = (SIGNED_TWICE.en, UNLIKE_HOURS.en)
_CURES = {
    "period": "Write a year, a quarter or a month: 2027, 2027-Q1 or 2027-01.",
    "team": "Write marketing, sales or both (capacity: marketing or sales).",
    "metric": f"Write one of {', '.join(words[0] for words in METRICS.values())}.",
    "target": "Write a number, such as 6500000.",
    "week": "Write the Monday of the week, such as 2027-01-04.",
    "hours": "Write hours of 0 or more, such as 320.",
}


def own_problems(data: Dataset) -> list[AlignmentError]:
    """List what is wrong in the tables that a manager writes.

    Parameters
    ----------
    data : Dataset
        As loaded, with its ledger.

    Returns
    -------
    list of AlignmentError
        One a cell, in the order of files and rows; empty if all is well.
    """
    of_type("data", data, Dataset, "alignment.load(folder)")
    found = [
        *_set_aside(data),
        *_goals(data.goals),
        *_targets(data.goals, data.currency),
        *_weeks(data.capacity),
    ]
    return sorted(found, key=lambda one: (one.file or "", one.row or 0))


def _set_aside(data: Dataset) -> list[AlignmentError]:
    """Turn rows that the reader could not use into problems with a cure."""
    files = data.ledger.files
    own = files.loc[
        (files["system"] == SYSTEM).to_numpy(bool) & files["table"].isin(TABLES).to_numpy(bool),
        "file",
    ]
    rows = data.ledger.set_aside
    rows = rows[rows["file"].isin(own).to_numpy(bool)]
    return [
        ExportError(
            str(row.reason),
            file=str(row.file),
            row=int(row.row),
            column=None if pd.isna(row.column) else str(row.column),
            value=None if pd.isna(row.value) else str(row.value),
            cure=_KEEP_ONE if str(row.reason) in _TWICE else _CURES.get(str(row.column)),
        )
        for row in rows.itertuples()
    ]


def _goals(goals: pd.DataFrame) -> list[AlignmentError]:
    found: list[AlignmentError] = []
    for row in goals.itertuples():
        place = {"file": str(row.source_file), "row": int(row.source_row)}
        if period_of(row.period) is None:
            found.append(
                ExportError(
                    "is no period",
                    **place,  # type: ignore[arg-type]
                    column="period",
                    value=str(row.period),
                    cure=_CURES["period"],
                )
            )
        if metric_of(row.metric) is None:
            meant = meant_metric(row.metric)
            found.append(
                ExportError(
                    "is no metric that can be compared",
                    **place,  # type: ignore[arg-type]
                    column="metric",
                    value=str(row.metric),
                    cure=f"Did you mean “{meant}”?" if meant else _CURES["metric"],
                )
            )
    return found


def _targets(goals: pd.DataFrame, currency: str | None) -> list[AlignmentError]:
    """Refuse targets of nothing or less, of other money than the plan's, and those signed twice."""
    found: list[AlignmentError] = []
    seen: dict[tuple[object, ...], int] = {}
    for row in goals.itertuples():
        place = {"file": str(row.source_file), "row": int(row.source_row)}
        money = currency_of(row.metric)
        key = (str(period_of(row.period)), row.team, metric_of(row.metric))
        wrong: tuple[str, str, str] | None = None
        if not row.target > 0:
            wrong = ("is no target", "target", "Write a number above 0.")
        elif money is not None and currency is not None and money != currency:
            cure = f"Write the target in {currency}, or state --currency {money}."
            wrong = (f"is in {money}, and the plan in {currency}", "metric", cure)
        elif None not in key and key in seen:
            wrong = (f"is signed in row {seen[key]} already", "metric", _KEEP_ONE)
        seen.setdefault(key, int(row.source_row))
        if wrong is not None:
            told, column, cure = wrong
            value = str(getattr(row, column))
            found.append(ExportError(told, **place, column=column, value=value, cure=cure))  # type: ignore[arg-type]
    return found


def _weeks(capacity: pd.DataFrame) -> list[AlignmentError]:
    late = capacity[capacity["week"].dt.day_of_week != 0]
    return [
        ExportError(
            "is not a Monday",
            file=str(row.source_file),
            row=int(row.source_row),
            column="week",
            value=f"{row.week:%Y-%m-%d}",
            cure=_CURES["week"],
        )
        for row in late.itertuples()
    ]
