"""The invented company's calendar: the weeks observed and the moment of export."""

import datetime

import numpy as np
import numpy.typing as npt

HOUR = np.timedelta64(3_600, "s")
# Midnight in Mexico City on the day of export, in UTC (no daylight saving since 2022).
AS_OF = np.datetime64("2026-09-28T06:00:00", "s")

Instants = npt.NDArray[np.datetime64]
Floats = npt.NDArray[np.float64]


def week_starts(weeks: int) -> Instants:
    """Return the Mondays, at local midnight in UTC, of the weeks before the export.

    Parameters
    ----------
    weeks : int
        How many weeks, the last of which ends at the export.

    Returns
    -------
    numpy.ndarray
        Instants in UTC, oldest first.
    """
    back = np.arange(weeks, 0, -1) * np.timedelta64(7, "D").astype("timedelta64[s]")
    return np.asarray(AS_OF - back, dtype="datetime64[s]")


def add_hours(instants: Instants, hours: Floats) -> Instants:
    """Add hours, to the second, to instants.

    Parameters
    ----------
    instants : numpy.ndarray
        Instants.
    hours : numpy.ndarray
        Hours, with fractions.

    Returns
    -------
    numpy.ndarray
        Instants in seconds.
    """
    seconds = np.rint(np.asarray(hours) * 3_600).astype(np.int64)
    moved = instants.astype("datetime64[s]") + seconds.astype("timedelta64[s]")
    return np.asarray(moved, dtype="datetime64[s]")


def next_opening(hours: Floats, on_call: bool = False) -> Floats:
    """Move moments at which nobody works to shortly after the next opening.

    Parameters
    ----------
    hours : numpy.ndarray
        Hours since a Monday at local midnight.
    on_call : bool, default False
        Whether people work every day from 7 to 22 instead of 9 to 19 on weekdays.

    Returns
    -------
    numpy.ndarray
        Working moments as they are; all else within an hour and a half of the next
        opening, the earlier first.
    """
    day = np.floor(hours / 24)
    weekday = day % 7
    clock = hours - 24 * day
    opens, closes, days = (7.0, 22.0, 7) if on_call else (9.0, 19.0, 5)
    at_work = (weekday < days) & (clock >= opens) & (clock < closes)
    # The closed spell around each moment: from its last closing to its next opening.
    until = np.where(clock >= closes, day + 1, day)
    until = until + np.where(until % 7 >= days, 7 - until % 7, 0)
    opening = 24 * until + opens
    free_days = np.where(until % 7 == 0, 7 - days, 0)
    length = 24 * (1 + free_days) - (closes - opens)
    waited = 1 - (opening - hours) / length
    return np.asarray(np.where(at_work, hours, opening + 1.5 * waited), dtype=np.float64)


def instants_at_work(instants: Instants) -> Instants:
    """Move instants at which nobody works to shortly after the next opening.

    Parameters
    ----------
    instants : numpy.ndarray
        Instants in UTC.

    Returns
    -------
    numpy.ndarray
        Instants in UTC; what is missing stays so.
    """
    there = ~np.isnat(instants)
    moved = instants.astype("datetime64[s]")
    monday = AS_OF - np.timedelta64(520 * 7 * 86_400, "s")
    hours = (moved[there] - monday).astype(np.int64) / 3_600
    moved[there] = add_hours(np.full(int(there.sum()), monday), next_opening(hours))
    return moved


def season(starts: Instants, amplitude: float, year_end_dip: float) -> Floats:
    """Return the season's effect on the log of inquiries in each week.

    Parameters
    ----------
    starts : numpy.ndarray
        The first day of each week.
    amplitude : float
        Height of the yearly wave.
    year_end_dip : float
        What the first and the last week of a year lose.

    Returns
    -------
    numpy.ndarray
        One log effect a week.
    """
    days = starts.astype("datetime64[D]")
    week = (days - days.astype("datetime64[Y]").astype("datetime64[D]")).astype(np.int64) // 7
    edge = (week == 0) | (week >= 51)
    wave = amplitude * np.sin(2 * np.pi * week / 52)
    return np.asarray(wave - year_end_dip * edge, dtype=np.float64)


def local_day(instants: Instants) -> Instants:
    """Return the day in Mexico City of instants in UTC.

    Parameters
    ----------
    instants : numpy.ndarray
        Instants after October 2022, when daylight saving ended.

    Returns
    -------
    numpy.ndarray
        Midnights without a zone, in seconds.
    """
    shifted = instants.astype("datetime64[s]") - 6 * HOUR
    return shifted.astype("datetime64[D]").astype("datetime64[s]")


def as_date(day: np.datetime64) -> datetime.date:
    """Return a day as a date of the standard library.

    Parameters
    ----------
    day : numpy.datetime64
        A day.

    Returns
    -------
    datetime.date
        The same.
    """
    return datetime.date.fromisoformat(str(day.astype("datetime64[D]")))
