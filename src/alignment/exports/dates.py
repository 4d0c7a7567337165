"""Dates and times as text: ISO, D/M/Y, M/D/Y, 12-hour clocks and month names, by whole column."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from alignment.exports.profiles import DateOrder

Order = Literal["dmy", "mdy", "none", "undecided", "contradictory"]

_CLOCK = (
    r"(?:[T,]?\s*(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?:[.,](?P<fraction>\d{1,9}))?)?"
    r"\s*(?P<half>[ap]\.?\s?m\.?)?)?\s*(?P<offset>z|utc|gmt|[+-]\d{2}:?\d{2})?"
)
_ISO = r"(?i)^(?P<year>\d{4})[-/.](?P<month>\d{1,2})[-/.](?P<day>\d{1,2})" + _CLOCK + "$"
_NUMERIC = (
    r"(?i)^(?P<first>\d{1,2})[-/.](?P<other>\d{1,2})[-/.](?P<year>\d{4}|\d{2})" + _CLOCK + "$"
)
_DAY_NAME = (
    r"(?i)^(?P<day>\d{1,2})(?:\s+de\s+|[\s\-/.]+)(?P<name>[^\W\d_]{3,12})\.?(?:,?\s+(?:de|del)\s+|[\s\-/.,]+)"
    r"(?P<year>\d{4}|\d{2})" + _CLOCK + "$"
)
_NAME_DAY = (
    r"(?i)^(?P<name>[^\W\d_]{3,12})\.?\s+(?P<day>\d{1,2}),?\s+(?P<year>\d{4})" + _CLOCK + "$"
)
_SIMPLE = r"\d{4}-\d{2}-\d{2}(?:[ T]\d{2}:\d{2}(?::\d{2})?)?"

_MONTHS: Mapping[str, int] = {
    name: number
    for number, names in enumerate(
        (
            "january jan enero ene",
            "february feb febrero",
            "march mar marzo",
            "april apr abril abr",
            "may mayo",
            "june jun junio",
            "july jul julio",
            "august aug agosto ago",
            "september sep sept septiembre setiembre set",
            "october oct octubre",
            "november nov noviembre",
            "december dec diciembre dic",
        ),
        start=1,
    )
    for name in names.split()
}
_DATE_PARTS = ("year", "month", "day", "first", "other", "name")
_CLOCK_PARTS = ("hour", "minute", "second", "fraction", "half", "offset")


@dataclass(frozen=True)
class Times:
    """A column read as instants or days.

    Parameters
    ----------
    instants : Series of datetime64[us, UTC]
        Missing where the cell is blank or cannot be read; a day without a clock is its midnight
        in the zone.
    days : Series of datetime64[us]
        The calendar day that the cell itself writes, as a naive midnight.
    has_clock : Series of bool
        Whether the cell gives a time of day.
    unreadable : Series of bool
        Cells that are not blank and not a date.
    order : str
        ``dmy``, ``mdy``, ``none`` (not needed), ``undecided`` or ``contradictory``.
    evidence : str
        Why.
    in_gap, in_overlap : int
        Local times that never were, or were twice, when clocks changed.
    zoneless : bool
        Whether some time of day was written without a zone.
    """

    instants: pd.Series
    days: pd.Series
    has_clock: pd.Series
    unreadable: pd.Series
    order: Order
    evidence: str
    in_gap: int = 0
    in_overlap: int = 0
    zoneless: bool = False


def _extract_simple(cells: pd.Series) -> pd.DataFrame | None:
    """Part cells by position where all are ``2026-09-28`` or ``2026-09-28 10:30:00``: fast."""
    known = cells[cells.notna()]
    if not known.str.fullmatch(_SIMPLE).all():
        return None
    slices = {"year": (0, 4), "month": (5, 7), "day": (8, 10)}
    slices |= {"hour": (11, 13), "minute": (14, 16), "second": (17, 19)}
    parts = {name: cells.str.slice(*place) for name, place in slices.items()}
    for name in ("hour", "minute", "second"):
        parts[name] = parts[name].where(parts[name] != "", None)
    blank = pd.Series(None, index=cells.index, dtype="str")
    return pd.DataFrame({name: parts.get(name, blank) for name in _DATE_PARTS + _CLOCK_PARTS})


def _extract(cells: pd.Series) -> pd.DataFrame:
    """Part each cell by the first pattern that fits it; text columns, one a part."""
    simple = _extract_simple(cells)
    if simple is not None:
        return simple
    parts = pd.DataFrame(
        {
            name: pd.Series(None, index=cells.index, dtype="str")
            for name in _DATE_PARTS + _CLOCK_PARTS
        }
    )
    left = pd.Series(True, index=cells.index)
    for pattern in (_ISO, _NUMERIC, _DAY_NAME, _NAME_DAY):
        if not left.any():
            break
        found = cells[left].str.extract(pattern)
        found = found[found["year"].notna()]
        parts.loc[found.index, found.columns] = found
        left[found.index] = False
    return parts


def _whole(text: pd.Series) -> npt.NDArray[np.float64]:
    return np.asarray(pd.to_numeric(text, errors="coerce"), dtype="float64")


def date_order(first: pd.Series, other: pd.Series) -> tuple[Order, str]:
    """Settle D/M/Y against M/D/Y on the two leading parts of all cells of a column."""
    one, two = _whole(first), _whole(other)
    one, two = one[~np.isnan(one)], two[~np.isnan(two)]
    if not len(one):
        return "none", "no date of the form 1/2/2026"
    day_first, month_first = int((one > 12).sum()), int((two > 12).sum())
    if day_first and month_first:
        return "contradictory", f"{day_first} values need D/M/Y and {month_first} need M/D/Y"
    if day_first:
        return "dmy", f"{day_first} different values have a first part above 12"
    if month_first:
        return "mdy", f"{month_first} different values have a second part above 12"
    return "undecided", "no part of any value is above 12"


def column_order(values: pd.Series) -> tuple[Order, str]:
    """Settle the date order of a column of cells."""
    cells = pd.Series(values.unique(), dtype="str")
    cells = cells[cells.str.contains(r"^\s*\d{1,2}[-/.]", regex=True)]
    parts = cells.str.strip().str.extract(_NUMERIC)
    return date_order(parts["first"], parts["other"])


def _calendar_days(parts: pd.DataFrame, order: str) -> npt.NDArray[Any]:
    """Build the calendar day of each cell; NaT where there is no such day."""
    year = _whole(parts["year"])
    short = parts["year"].str.len().eq(2).to_numpy(bool)
    year = np.where(short, year + np.where(year < 70, 2000, 1900), year)
    first, other = _whole(parts["first"]), _whole(parts["other"])
    named = parts["name"].str.casefold().str.normalize("NFKD").map(_MONTHS).to_numpy("float64")
    numeric = ~np.isnan(first)
    month = np.where(numeric, other if order == "dmy" else first, _whole(parts["month"]))
    day = np.where(numeric, first if order == "dmy" else other, _whole(parts["day"]))
    month = np.where(parts["name"].notna().to_numpy(bool), named, month)
    fine = (month >= 1) & (month <= 12) & (day >= 1) & (year >= 1)
    count = np.where(fine, (year - 1970) * 12 + month - 1, 0).astype("int64")
    start = count.astype("datetime64[M]")
    date = start.astype("datetime64[D]") + (np.where(fine, day, 1).astype("int64") - 1)
    fine &= date.astype("datetime64[M]") == start
    return np.where(fine, date, np.datetime64("NaT", "D"))


def _clock(parts: pd.DataFrame) -> tuple[npt.NDArray[Any], npt.NDArray[Any], npt.NDArray[Any]]:
    """Return microseconds since midnight, whether there is a clock, and whether it is possible."""
    hour, minute = _whole(parts["hour"]), _whole(parts["minute"])
    second = np.nan_to_num(_whole(parts["second"]))
    has = ~np.isnan(hour)
    half = parts["half"].str.casefold().str[0]
    twelve = half.notna().to_numpy(bool)
    hour = np.nan_to_num(hour)
    fine = ~has | ((hour < 24) & (np.nan_to_num(minute) < 60) & (second < 60))
    fine &= ~twelve | ((hour >= 1) & (hour <= 12))
    hour = np.where(twelve, hour % 12 + np.where(half.eq("p").to_numpy(bool), 12, 0), hour)
    micro = np.nan_to_num(_whole(parts["fraction"].str.ljust(6, "0").str[:6]))
    total = ((hour * 60 + np.nan_to_num(minute)) * 60 + second) * 1_000_000 + micro
    return np.where(fine, total, 0).astype("int64"), has, fine


def _offset_minutes(offset: pd.Series) -> npt.NDArray[Any]:
    sign = np.where(offset.str[0].eq("-").to_numpy(bool), -1.0, 1.0)
    bare = offset.str.replace(":", "")
    hours, minutes = _whole(bare.str[1:3]), _whole(bare.str[3:5])
    zero = offset.str.casefold().isin(["z", "utc", "gmt"]).to_numpy(bool)
    return np.where(zero, 0.0, sign * (hours * 60 + minutes))


def _localise(local: pd.Series, zone: str, clocked: pd.Series) -> tuple[pd.Series, int, int]:
    """Place local times in a zone and count those that fall where clocks changed.

    A time that was twice is the first; a time that never was is moved on to the moment at which
    the clock resumed.
    """
    strict = local.dt.tz_localize(zone, ambiguous="NaT", nonexistent="shift_forward")
    overlap = strict.isna() & local.notna() & clocked
    gap_free = local.dt.tz_localize(zone, ambiguous="NaT", nonexistent="NaT")
    gap = gap_free.isna() & local.notna() & clocked & ~overlap
    first = local.dt.tz_localize(
        zone, ambiguous=np.ones(len(local), dtype=bool), nonexistent="shift_forward"
    )
    return first.dt.tz_convert("UTC"), int(gap.sum()), int(overlap.sum())


def parse_times(
    values: pd.Series,
    *,
    zone: str,
    order: DateOrder | None = None,
    form: str | None = None,
    iso_zone: str | None = None,
) -> Times:
    """Read a column of dates or times.

    Parameters
    ----------
    values : Series of str
        The cells.
    zone : str
        IANA zone of times that carry none, and of days.
    order : str, optional
        ``dmy`` or ``mdy``, where it is known; else the column decides.
    form : str, optional
        A strptime pattern that each cell follows.
    iso_zone : str, optional
        Zone of ISO times that carry none, where the system writes those in a zone of its own.
    """
    cells = pd.Series(values.unique(), dtype="str")
    text = cells.str.strip().str.replace(r"[\s\u00a0\u202f]+", " ", regex=True)
    blank = text.isna() | text.eq("")
    if form is not None:
        text = _from_pattern(text.where(~blank, None), form)
    parts = _extract(text.where(~blank, None))
    found, evidence = (order, "stated") if order else date_order(parts["first"], parts["other"])
    day = _calendar_days(parts, found)
    since, has_clock, possible = _clock(parts)
    fine = ~np.isnat(day) & possible
    local = pd.Series(np.where(fine, day, np.datetime64("NaT", "D")).astype("datetime64[us]"))
    moment = local + pd.to_timedelta(pd.Series(since), unit="us").dt.as_unit("us")
    offset = _offset_minutes(parts["offset"])
    stated = ~np.isnan(offset)
    shift = pd.to_timedelta(pd.Series(np.nan_to_num(offset)), unit="min").dt.as_unit("us")
    instants = (moment - shift).dt.tz_localize("UTC")
    own = pd.Series(~stated & has_clock & parts["first"].isna().to_numpy(bool))
    fixed = own if iso_zone else own & False
    gaps = overlaps = 0
    for rows, where in ((fixed, iso_zone or zone), (pd.Series(~stated) & ~fixed, zone)):
        if rows.any():
            placed, gap, overlap = _localise(moment[rows], where, pd.Series(has_clock)[rows])
            instants[rows] = placed
            gaps, overlaps = gaps + gap, overlaps + overlap
    code = pd.Index(cells).get_indexer(pd.Index(values))

    def spread(column: pd.Series) -> pd.Series:
        return column.take(code).set_axis(values.index)

    return Times(
        instants=spread(instants.dt.as_unit("us")),
        days=spread(local),
        has_clock=spread(pd.Series(has_clock)),
        unreadable=spread(pd.Series(~blank.to_numpy(bool) & ~fine)),
        order=found,
        evidence=evidence,
        in_gap=gaps,
        in_overlap=overlaps,
        zoneless=bool((has_clock & ~stated & ~fixed.to_numpy(bool)).any()),
    )


def _from_pattern(text: pd.Series, form: str) -> pd.Series:
    """Rewrite cells that follow a strptime pattern as ISO; what does not follow it stays."""
    read = pd.to_datetime(text, format=form, errors="coerce")
    if read.dt.tz is not None:
        iso = read.dt.strftime("%Y-%m-%dT%H:%M:%S.%f%z")
    elif any(code in form for code in ("%H", "%I", "%X", "%c")):
        iso = read.dt.strftime("%Y-%m-%dT%H:%M:%S.%f")
    else:
        iso = read.dt.strftime("%Y-%m-%d")
    return iso.where(read.notna(), text.where(text.isna(), "does not follow the format"))
