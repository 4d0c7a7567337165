"""Working hours: how many lie between two instants, by weekly hours, a zone and holidays.

Hours are read off the wall clock of one zone, so that an hour of work is an hour on the day on
which the clock changes too, as long as it changes outside working hours.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from alignment.arguments import of_type
from alignment.dataset import Dataset
from alignment.text import Text

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Hours = tuple[tuple[float, float], ...]

_HOUR = 3_600_000_000  # microseconds
OFFICE: Mapping[int, Hours] = dict.fromkeys(range(5), ((9.0, 19.0),))


@dataclass(frozen=True)
class WorkingHours:
    """When a team works.

    Parameters
    ----------
    timezone : str
        IANA zone of the wall clock.
    hours : Mapping of int to tuple of (float, float)
        Weekday (0 is Monday) to stretches of work, in hours after midnight, in order and apart:
        ``{0: ((9, 14), (16, 19))}``. A day that is not named is free. Monday to Friday from 9 to
        19 by default.
    holidays : frozenset of datetime.date
        Free days.

    Raises
    ------
    ValueError
        If a stretch is empty, out of 0..24 or overlaps the one before, or nobody ever works.
    """

    timezone: str
    hours: Mapping[int, Hours] = field(default_factory=lambda: dict(OFFICE))
    holidays: frozenset[date] = frozenset()

    def __post_init__(self) -> None:
        for day, stretches in self.hours.items():
            edges = [edge for stretch in stretches for edge in stretch]
            rising = all(a < b for a, b in stretches) and edges == sorted(edges)
            if (
                day not in range(7)
                or not rising
                or (edges and not 0 <= edges[0] <= edges[-1] <= 24)
            ):
                raise ValueError(f"working hours of weekday {day} are not stretches within 0 to 24")
        if not any(self.hours.values()):
            raise ValueError("working hours hold no working hour")

    @property
    def a_week(self) -> float:
        """Working hours in a week without holidays."""
        return float(sum(b - a for stretches in self.hours.values() for a, b in stretches))

    def between(self, start: pd.Series, end: pd.Series) -> Floats:
        """Count the working hours from one instant to another.

        Parameters
        ----------
        start, end : Series of UTC instants
            Same length; a missing one gives NaN.

        Returns
        -------
        array of float
            Hours; negative where the end comes first.
        """
        known = (start.notna() & end.notna()).to_numpy()
        hours = np.full(len(start), np.nan)
        if known.any():
            local = [_local(moments[known], self.timezone) for moments in (start, end)]
            low = min(int(day.min()) for day, _ in local)
            high = max(int(day.max()) for day, _ in local)
            before = self._before_each_day(low, high)
            begun, ended = (before[day - low] + self._today(day, clock) for day, clock in local)
            hours[known] = ended - begun
        return hours

    def is_open(self, moments: pd.Series) -> NDArray[np.bool_]:
        """Say whether each instant, none of which is missing, lies in working hours."""
        day, clock = _local(moments, self.timezone)
        open_ = np.zeros(len(day), dtype=bool)
        for number, stretches in self.hours.items():
            for opens, closes in stretches:
                open_ |= (_weekday(day) == number) & (clock >= opens) & (clock < closes)
        return open_ & ~self._free(day)

    def until_opening(self, moments: pd.Series) -> Floats:
        """Count the hours of the wall clock from each instant to the next working one."""
        if not len(moments):
            return np.zeros(0)
        day, clock = _local(moments, self.timezone)
        # Among so many weeks at least one has its working day free of holidays.
        days = np.arange(int(day.min()), int(day.max()) + 7 * (len(self.holidays) + 1) + 1)
        days = days[~self._free(days)]
        starts = [
            24.0 * days[_weekday(days) == number] + opens
            for number, stretches in self.hours.items()
            for opens, _ in stretches
        ]
        openings = np.sort(np.concatenate(starts))
        now = 24.0 * day + clock
        wait = openings[np.searchsorted(openings, now, side="left")] - now
        return np.where(self.is_open(moments), 0.0, wait)

    def _before_each_day(self, first: int, last: int) -> Floats:
        """Hours worked from the first day up to the morning of each day."""
        days = np.arange(first, last + 1)
        length = np.array([sum(b - a for a, b in self.hours.get(day, ())) for day in range(7)])
        worked = np.where(self._free(days), 0.0, length[_weekday(days)])
        before: Floats = np.concatenate([[0.0], np.cumsum(worked)[:-1]])
        return before

    def _today(self, day: Integers, clock: Floats) -> Floats:
        """Hours worked on its day up to each moment of the wall clock."""
        total = np.zeros(len(day))
        for number, stretches in self.hours.items():
            here = _weekday(day) == number
            for opens, closes in stretches:
                total += np.where(here, np.clip(clock, opens, closes) - opens, 0.0)
        return np.where(self._free(day), 0.0, total)

    def _free(self, day: Integers) -> NDArray[np.bool_]:
        off = np.array(sorted(self.holidays), dtype="datetime64[D]").astype(np.int64)
        return np.isin(day, off)


def _weekday(day: Integers) -> Integers:
    return (day + 3) % 7  # 1 January 1970 was a Thursday


def _local(moments: pd.Series, timezone: str) -> tuple[Integers, Floats]:
    """Give the local day of each instant, from 1970, and the hours since its midnight."""
    wall = moments.dt.tz_convert(timezone).dt.tz_localize(None).dt.as_unit("us").to_numpy()
    number = np.asarray(wall).view(np.int64)
    day, within = np.divmod(number, 24 * _HOUR)
    return day, within / _HOUR


def working_hours(
    data: Dataset,
    *,
    hours: Mapping[int, Hours] | None = None,
    region: str | None = None,
    holidays: Iterable[Any] | None = None,
    timezone: str | None = None,
) -> WorkingHours:
    """Make the working hours of a dataset: its zone, its table of holidays, and a week.

    Parameters
    ----------
    data : Dataset
        Its time zone and its ``holidays``.
    hours : Mapping, optional
        As in :class:`WorkingHours`.
    region : str, optional
        Keep the holidays of this region and those of all (without one). By default only those of
        all, so that a day that is free somewhere is not taken as free everywhere.
    holidays : iterable of dates, optional
        Free days instead of the table's.
    timezone : str, optional
        IANA zone instead of the dataset's.
    """
    if holidays is None:
        table = data.holidays
        everywhere = table["region"].isna()
        kept = table[everywhere | (table["region"] == region if region is not None else False)]
        holidays = kept["date"].dropna()
    days = frozenset(pd.Timestamp(day).date() for day in holidays)
    return WorkingHours(timezone or data.timezone, dict(hours or OFFICE), days)


def chosen(data: Dataset, working: WorkingHours | None) -> WorkingHours:
    """Give the hours that a call was given, or those of the dataset.

    Raises
    ------
    ArgumentError
        If what was given are no working hours.
    """
    if working is None:
        return working_hours(data)
    of_type("working", working, WorkingHours, "alignment.working_hours.working_hours(data)")
    return working


def told(working: WorkingHours) -> Text:
    """Say which hours are counted, for the assumptions of a result."""
    week = (
        Text(
            en="Working hours are Monday to Friday, 9 to 19, unless others are given",
            es="Las horas hábiles son de lunes a viernes, de 9 a 19, si no se dan otras",
        )
        if dict(working.hours) == dict(OFFICE)
        else Text(
            en="Working hours are those that were given", es="Las horas hábiles son las indicadas"
        )
    )
    free = (
        Text(en="holidays left out: {n}", es="festivos descontados: {n}").format(
            n=len(working.holidays)
        )
        if working.holidays
        else Text(en="no holiday is known", es="no consta ningún festivo")
    )
    return Text(en="{week}; {free}.", es="{week}; {free}.").format(week=week, free=free)
