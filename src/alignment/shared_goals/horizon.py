"""The months of a plan, as days after the export.

The first begins the day after the export and the last ends on the day of the goal: of a month cut
by either, only the days within are planned.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
import pandas as pd

from alignment.dataset import Dataset
from alignment.errors import ArgumentError
from alignment.shared_goals.cohorts import Floats, Integers

MONTH_DAYS = 365.25 / 12
BEYOND = 6  # months after the date that are asked the same pace, so that the plan does not starve
LONGEST = 60
JOINED_DAYS = 10  # a rest of the month shorter than this is joined to the next month


@dataclass(frozen=True)
class Horizon:
    """Months from the day after the export on; some beyond the date of the goal.

    Parameters
    ----------
    names : tuple of str
        The months of the plan, such as ``2026-10``.
    first, last : array of int
        First and last day of each month, the months beyond included, in days after the export. The
        last month of the plan ends on the last day of the goal; where that cuts it, its rest is the
        first of the months beyond.
    days : int
        Last day of the goal, in days after the export.
    """

    names: tuple[str, ...]
    first: Integers
    last: Integers
    days: int

    @property
    def months(self) -> int:
        """How many months are planned."""
        return len(self.names)

    @property
    def lengths(self) -> Floats:
        """Length of each month, in average months."""
        return np.asarray((self.last - self.first + 1) / MONTH_DAYS)

    def within(self, cumulated: Floats) -> Floats:
        """Split a curve cumulated by day (…, days) into the months of the plan (…, months)."""
        ends = np.minimum(self.last[: self.months], self.days)
        upto = cumulated[..., np.clip(ends - 1, 0, cumulated.shape[-1] - 1)]
        return np.diff(upto, axis=-1, prepend=0.0)

    def response(self, made: Floats) -> Floats:
        """Give what one lead an average month in each month brings in each month.

        Parameters
        ----------
        made : array (S, D)
            Probability of having come so far by each day since the lead.

        Returns
        -------
        array (S, T, M)
            For a pace of one lead an average month in month m, the number in month t, the months
            beyond included; leads come evenly over the days of their month.
        """
        by_end = self._cumulated(made, self.last)
        return np.diff(by_end, axis=1, prepend=0.0)

    def by_the_day(self, made: Floats, day: int | None = None) -> Floats:
        """Give what one lead an average month in each month of the plan brings by a day (S, M).

        Without a day it is that of the goal.
        """
        until = np.array([self.days if day is None else day], dtype=np.int64)
        return self._cumulated(made, until)[:, 0, : self.months]

    def _cumulated(self, made: Floats, until: Integers) -> Floats:
        """Cumulate by some days what comes of leads spread over each month (S, T, M)."""
        total = np.concatenate([np.zeros((len(made), 1)), np.cumsum(made, axis=1)], axis=1)
        width = total.shape[1] - 1

        def upto(age: Integers) -> Floats:
            # F(0) + … + F(age), flat beyond the curve, and nothing before it.
            beyond = np.maximum(age + 1 - width, 0) * made[:, -1][:, None, None]
            return np.asarray(total[:, np.clip(age + 1, 0, width)] + beyond)

        first_born, last_born = until[:, None] - self.first, until[:, None] - self.last - 1
        return np.asarray((upto(first_born) - upto(last_born)) / MONTH_DAYS)


def today_of(data: Dataset) -> pd.Timestamp:
    """Return the calendar day of the export, in the dataset's zone, naive."""
    return data.as_of.tz_convert(data.timezone).tz_localize(None).normalize()


def day_of(name: str, value: object) -> pd.Timestamp:
    """Read a calendar day, written YYYY-MM-DD.

    Other ways are refused: ``03/04/2027`` is one day in Mexico and another in the United States,
    and of ``2027`` or ``2027-Q4`` the first day would be taken, where the last is meant.

    Raises
    ------
    ArgumentError
        If it is none.
    """
    try:
        if not re.match(r"\d{4}-\d{2}-\d{2}(?!\d)", str(value)):
            raise ValueError
        found = pd.Timestamp(str(value))
    except ValueError:
        found = pd.NaT
    if found is pd.NaT or found.tzinfo is not None:
        raise ArgumentError(
            f"{name} must be a day such as 2027-12-31", value=str(value), cure="Write YYYY-MM-DD."
        )
    return found.normalize()


def end_of(data: Dataset, by: object) -> pd.Timestamp:
    """Read the last day of a goal.

    Raises
    ------
    ArgumentError
        If it is no day after the export.
    """
    today, end = today_of(data), day_of("by", by)
    if end <= today:
        raise ArgumentError(
            f"the goal must end after the export of {today:%Y-%m-%d}",
            value=f"{end:%Y-%m-%d}",
            cure="Name a later day, or export again.",
        )
    return end


def horizon(data: Dataset, by: object) -> Horizon:
    """List the months from the day after the export to a day.

    Raises
    ------
    ArgumentError
        If the day is not after the export, or more than five years ahead.
    """
    today, end = today_of(data), end_of(data, by)
    start = today + pd.Timedelta(days=1)
    months = pd.period_range(start.to_period("M"), end.to_period("M"), freq="M")
    if len(months) > LONGEST:
        raise ArgumentError(
            "the goal ends more than five years after the export",
            value=f"{end:%Y-%m-%d}",
            cure="Plan for a nearer day.",
        )
    rest = (months[0].end_time.normalize() - start).days + 1
    if rest < JOINED_DAYS and len(months) > 1:
        months = months[1:]
    every = pd.period_range(months[0], periods=len(months) + BEYOND, freq="M")
    ends = [m.end_time.normalize() for m in every]
    if end < ends[len(months) - 1]:
        ends.insert(len(months) - 1, end)
    last = np.array([(day - today).days for day in ends], dtype=np.int64)
    first = np.concatenate([[1], last[:-1] + 1]).astype(np.int64)
    return Horizon(tuple(months.astype("str")), first, last, int((end - today).days))
