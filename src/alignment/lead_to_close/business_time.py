"""Business hours between two instants: weekly hours, a zone, holidays.

Hours are read off the wall clock of one zone, so that an hour of work is an hour on the day on
which the clock changes too, as long as it changes outside working hours.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from alignment.lead_to_close.incidence import Floats, Integers

Hours = tuple[tuple[float, float], ...]
_MICROSECONDS = 3_600_000_000
OFFICE: Mapping[int, Hours] = dict.fromkeys(range(5), ((9.0, 18.0),))


@dataclass(frozen=True)
class BusinessCalendar:
    """When a team works.

    Parameters
    ----------
    timezone : str
        IANA zone of the wall clock.
    hours : Mapping of int to tuple of (float, float)
        Weekday (0 is Monday) to stretches of work, in hours after midnight, in order and apart:
        ``{0: ((9, 14), (16, 19))}``. A day that is not named is free. Monday to Friday from 9 to
        18 by default.
    holidays : frozenset of datetime.date
        Free days.

    Raises
    ------
    ValueError
        If a stretch is empty, out of 0..24 or overlaps the one before, or nobody ever works.
    """

    timezone: str
    hours: Mapping[int, Hours] = field(default_factory=lambda: dict(OFFICE))
    holidays: frozenset[Any] = frozenset()

    def __post_init__(self) -> None:
        for day, stretches in self.hours.items():
            edges = [edge for stretch in stretches for edge in stretch]
            rising = all(a < b for a, b in stretches) and edges == sorted(edges)
            if (
                day not in range(7)
                or not rising
                or (edges and not 0 <= edges[0] <= edges[-1] <= 24)
            ):
                raise ValueError(f"hours of weekday {day} are not stretches within 0 to 24")
        if not any(self.hours.values()):
            raise ValueError("the calendar holds no working hour")

    def hours_between(self, start: pd.Series, end: pd.Series) -> Floats:
        """Count the business hours from `start` to `end`.

        Parameters
        ----------
        start, end : Series of datetime64[us, UTC]
            Instants, of one length; missing ones give NaN.

        Returns
        -------
        array
            Hours worked in between; negative where `end` comes first.
        """
        known = (start.notna() & end.notna()).to_numpy()
        hours = np.full(len(start), np.nan)
        if known.any():
            local = [_wall(moments[known], self.timezone) for moments in (start, end)]
            first = min(int(part.min()) for part in local) // (24 * _MICROSECONDS)
            last = max(int(part.max()) for part in local) // (24 * _MICROSECONDS)
            before = self._before_each_day(first, last)
            begun, ended = (self._worked(part, first, before) for part in local)
            hours[known] = ended - begun
        return hours

    def _before_each_day(self, first: int, last: int) -> Floats:
        """Hours worked from the first day up to the morning of each day."""
        days = np.arange(first, last + 1)
        length = np.array([sum(b - a for a, b in self.hours.get(day, ())) for day in range(7)])
        worked = np.where(self._free(days), 0.0, length[_weekday(days)])
        before: Floats = np.concatenate([[0.0], np.cumsum(worked)[:-1]])
        return before

    def _free(self, days: Integers) -> NDArray[np.bool_]:
        off = np.array(sorted(self.holidays), dtype="datetime64[D]").astype(np.int64)
        return np.isin(days, off)

    def _worked(self, wall: Integers, first: int, before: Floats) -> Floats:
        """Hours worked from the first day up to each moment of the wall clock."""
        day, within = np.divmod(wall, 24 * _MICROSECONDS)
        clock, weekday = within / _MICROSECONDS, _weekday(day)
        total: Floats = before[day - first]
        working = ~self._free(np.unique(day))[np.searchsorted(np.unique(day), day)]
        for number, stretches in self.hours.items():
            here = working & (weekday == number)
            for opens, closes in stretches:
                total = total + np.where(here, np.clip(clock, opens, closes) - opens, 0.0)
        return total


def _weekday(day: Integers) -> Integers:
    return (day + 3) % 7  # 1 January 1970 was a Thursday


def _wall(moments: pd.Series, timezone: str) -> Integers:
    """Give microseconds of the wall clock since 1970."""
    naive = moments.dt.tz_convert(timezone).dt.tz_localize(None)
    wall: Integers = naive.to_numpy().astype("datetime64[us]").astype(np.int64)
    return wall


def business_calendar(
    timezone: str,
    *,
    hours: Mapping[int, Hours] | None = None,
    holidays: pd.DataFrame | Iterable[Any] = (),
    region: str | None = None,
) -> BusinessCalendar:
    """Make a calendar from weekly hours and a table of holidays.

    Parameters
    ----------
    timezone : str
        IANA zone.
    hours : Mapping, optional
        As in :class:`BusinessCalendar`.
    holidays : DataFrame or iterable of dates
        A table with ``date`` and, where holidays differ, ``region``; or the dates.
    region : str, optional
        Keep the holidays of this region and those of all (without one). By default only those of
        all, so that a day that is free somewhere is not taken as free everywhere.
    """
    if isinstance(holidays, pd.DataFrame):
        own = holidays["region"] if "region" in holidays else pd.Series(None, index=holidays.index)
        kept = own.isna() | ((own == region) if region is not None else False)
        dates = pd.to_datetime(holidays.loc[kept, "date"]).dt.date
    else:
        dates = pd.Series([pd.Timestamp(day).date() for day in holidays], dtype="object")
    return BusinessCalendar(timezone, dict(hours or OFFICE), frozenset(dates))
