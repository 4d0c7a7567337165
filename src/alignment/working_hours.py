"""Working hours: how many lie between two instants, in one declared week and zone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Floats = NDArray[np.float64]

_HOUR = 3_600_000_000  # microseconds
_MONDAY = 4  # 1970-01-05, as days from 1970


@dataclass(frozen=True)
class WorkingHours:
    """The hours in which a team works, the same on each working day.

    Parameters
    ----------
    opens, closes : float
        Local clock, in hours; ``0 <= opens < closes <= 24``.
    days : int
        Working days a week, from Monday on.
    holidays : sequence of dates
        Days on which nobody works.
    """

    opens: float = 9.0
    closes: float = 19.0
    days: int = 5
    holidays: Sequence[Any] = ()

    def __post_init__(self) -> None:
        if not 0 <= self.opens < self.closes <= 24 or not 1 <= self.days <= 7:
            raise ValueError("working hours need 0 <= opens < closes <= 24 and 1 to 7 days")

    @property
    def a_week(self) -> float:
        """Working hours in a week without holidays."""
        return (self.closes - self.opens) * self.days

    def between(self, start: pd.Series, end: pd.Series, timezone: str) -> Floats:
        """Count the working hours from one instant to another.

        Parameters
        ----------
        start, end : Series of UTC instants
            Same length; a missing one gives NaN.
        timezone : str
            IANA zone of the working clock.

        Returns
        -------
        array of float
            Hours; negative where the end comes first.
        """
        return self._clock(end, timezone) - self._clock(start, timezone)

    def is_open(self, moments: pd.Series, timezone: str) -> NDArray[np.bool_]:
        """Say whether each instant lies in working hours."""
        day, clock = _local(moments, timezone)
        works = self._works(day) & (clock >= self.opens) & (clock < self.closes)
        return np.asarray(works, dtype=bool)

    def until_opening(self, moments: pd.Series, timezone: str) -> Floats:
        """Count the hours from each instant to the next working one; 0 while open."""
        day, clock = _local(moments, timezone)
        opening = np.where(clock < self.closes, day, day + 1)
        while not (ready := self._works(opening)).all():
            opening = np.where(ready, opening, opening + 1)
        return np.maximum(24 * (opening - day) + self.opens - clock, 0.0)

    def _works(self, day: NDArray[np.int64]) -> NDArray[np.bool_]:
        free = np.asarray(pd.to_datetime(list(self.holidays))).astype("datetime64[D]")
        return ((day - _MONDAY) % 7 < self.days) & ~np.isin(day, free.astype(np.int64))

    def _clock(self, moments: pd.Series, timezone: str) -> Floats:
        """Count the working hours from 1970 to each instant."""
        known = moments.notna().to_numpy()
        day, clock = _local(moments.where(known, pd.Timestamp(0, tz="UTC")), timezone)
        length = self.closes - self.opens
        weeks, weekday = np.divmod(day - _MONDAY, 7)
        worked = (weeks * self.days + np.minimum(weekday, self.days)) * length
        free = np.asarray(pd.to_datetime(list(self.holidays))).astype("datetime64[D]")
        numbers = np.unique(free.astype(np.int64))
        numbers = numbers[(numbers - _MONDAY) % 7 < self.days]
        # The epoch lies before any export, so every holiday counted lies after it.
        worked = worked - length * np.searchsorted(numbers, day)
        today = np.where(self._works(day), np.clip(clock - self.opens, 0, length), 0.0)
        return np.where(known, worked + today, np.nan)


def _local(moments: pd.Series, timezone: str) -> tuple[NDArray[np.int64], Floats]:
    """Give the local day of each instant, from 1970, and the hours since its midnight."""
    wall = moments.dt.tz_convert(timezone).dt.tz_localize(None).dt.as_unit("us").to_numpy()
    number = np.asarray(wall).view(np.int64)
    day = number // (24 * _HOUR)
    return day, (number - day * 24 * _HOUR) / _HOUR
