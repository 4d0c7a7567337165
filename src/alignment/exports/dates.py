"""Dates and times as text: ISO, D/M/Y, M/D/Y, 12-hour clocks and month names, by whole column."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from alignment.exports.counted import read_counted
from alignment.exports.distinct import Distinct, arrow, extract
from alignment.exports.profiles import DateOrder
from alignment.exports.zones import localise
from alignment.periods import MONTH_NAMES

Order = Literal["dmy", "mdy", "none", "undecided", "contradictory"]

# Patterns of RE2, in which \\d and \\s are ASCII; spaces of other kinds are brought to one before.
_CLOCK = (
    r"(?:[T,]?\s*(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?:[.,](?P<fraction>\d{1,9}))?)?"
    r"\s*(?P<half>[ap]\.?\s?m\.?)?)?\s*(?P<offset>z|utc|gmt|[+-]\d{2}(?::?\d{2})?)?"
)
_WEEKDAY = r"(?:\p{L}{2,9}\.?,\s+)?"
_ISO = r"(?i)^(?P<year>\d{4})[-/.](?P<month>\d{1,2})[-/.](?P<day>\d{1,2})" + _CLOCK + "$"
_NUMERIC = (
    r"(?i)^(?P<first>\d{1,2})[-/.](?P<other>\d{1,2})[-/.](?P<year>\d{4}|\d{2})" + _CLOCK + "$"
)
_DAY_NAME = (
    r"(?i)^" + _WEEKDAY + r"(?P<day>\d{1,2})(?:\s+de\s+|[\s\-/.]+)(?P<name>\p{L}{3,12})\.?"
    r"(?:,?\s+(?:de|del)\s+|[\s\-/.,]+)(?P<year>\d{4}|\d{2})" + _CLOCK + "$"
)
_NAME_DAY = (
    r"(?i)^"
    + _WEEKDAY
    + r"(?P<name>\p{L}{3,12})\.?\s+(?P<day>\d{1,2}),?\s+(?P<year>\d{4})"
    + _CLOCK
    + "$"
)
_CLOCK_PARTS = ("hour", "minute", "second", "fraction", "half", "offset")
_PATTERNS = (
    (_ISO, ("year", "month", "day"), "year first"),
    (_NUMERIC, ("first", "other", "year"), "numbers only"),
    (_DAY_NAME, ("day", "name", "year"), "day and name of the month"),
    (_NAME_DAY, ("name", "day", "year"), "name of the month and day"),
)

_DATE_PARTS = ("year", "month", "day", "first", "other", "name")


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
    forms : tuple of str
        The ways of writing found, in words.
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
    forms: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Moments:
    """A column, or its different cells, before a zone is given to it."""

    local: pd.Series  # datetime64[us], naive; missing where there is none
    has_clock: pd.Series
    offset: pd.Series  # minutes from UTC; missing where none is written
    numeric: pd.Series  # of the form 1/2/2026
    blank: pd.Series
    order: Order
    evidence: str
    forms: tuple[str, ...] = ()


def _plain_iso(values: pd.Series) -> _Moments | None:
    """Read a column that is ISO throughout by Arrow's own parser: fast, or not at all."""
    text = arrow(values)
    text = pc.if_else(pc.equal(text, ""), pa.scalar(None, text.type), text)
    width = pc.binary_length(text)
    bounds = pc.min_max(width).as_py()
    if bounds["min"] is None or bounds["min"] < 10:
        return None
    short = pc.less(width, 16)
    if bounds["min"] < 16 and not pc.all(pc.or_kleene(pc.invert(short), pc.equal(width, 10))):
        return None
    for zone in ("UTC", None) if bounds["min"] > 16 else (None,):
        try:
            read = pc.cast(text, pa.timestamp("us", zone))
        except pa.ArrowInvalid:
            continue
        blank = np.asarray(pc.is_null(text).to_numpy(zero_copy_only=False))
        since = pc.fill_null(read.cast(pa.int64()), 0).to_numpy(zero_copy_only=False)
        moments = np.asarray(since).view("datetime64[us]")
        if blank.any():
            moments = np.where(blank, np.datetime64("NaT", "us"), moments)
        clock = pc.fill_null(pc.greater(width, 10), False).to_numpy(zero_copy_only=False)
        none = np.zeros(len(blank), dtype=bool)
        return _Moments(
            local=pd.Series(moments),
            has_clock=pd.Series(clock),
            offset=pd.Series(np.full(len(blank), 0.0 if zone else np.nan)),
            numeric=pd.Series(none),
            blank=pd.Series(blank),
            order="none",
            evidence="year first throughout",
            forms=("year first",),
        )
    return None


def _extract(cells: pd.Series) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """Part each cell by the first pattern that fits it; text columns, one a part."""
    parts = pd.DataFrame(
        {
            name: pd.Series(None, index=cells.index, dtype="str")
            for name in _DATE_PARTS + _CLOCK_PARTS
        }
    )
    left = cells.notna()
    forms = []
    for pattern, own, form in _PATTERNS:
        if not left.any():
            break
        found = extract(cells[left], pattern, dict.fromkeys((*own, *_CLOCK_PARTS)))
        found = found[found["year"].notna()]
        if len(found):
            forms.append(form)
            parts.loc[found.index, found.columns] = found
            left[found.index] = False
    return parts, tuple(forms)


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
    parts = extract(cells.str.strip(), _NUMERIC, {"first": None, "other": None})
    return date_order(parts["first"], parts["other"])


def _calendar_days(parts: pd.DataFrame, order: str) -> npt.NDArray[Any]:
    """Build the calendar day of each cell; NaT where there is no such day."""
    year = _whole(parts["year"])
    short = parts["year"].str.len().eq(2).to_numpy(bool)
    year = np.where(short, year + np.where(year < 70, 2000, 1900), year)
    first, other = _whole(parts["first"]), _whole(parts["other"])
    named = parts["name"].str.casefold().str.normalize("NFKD").map(MONTH_NAMES).to_numpy("float64")
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
    hours, minutes = _whole(bare.str[1:3]), np.nan_to_num(_whole(bare.str[3:5]))
    zero = offset.str.casefold().isin(["z", "utc", "gmt"]).to_numpy(bool)
    return np.where(zero, 0.0, sign * (hours * 60 + minutes))


def _read(cells: pd.Series, order: DateOrder | None, form: str | None) -> _Moments:
    """Read different cells, each of any form."""
    text = cells.str.strip().str.replace(r"[\s\u00a0\u2009\u202f]+", " ", regex=True)
    blank = text.isna() | text.eq("")
    text = text.where(~blank, None)
    number = read_counted(text) if form is None else None
    if number is not None:
        none = pd.Series(False, index=cells.index)
        offset = pd.Series(0.0 if number.is_utc else np.nan, index=cells.index)
        return _Moments(
            number.moments,
            number.has_clock,
            offset,
            none,
            blank,
            "none",
            number.evidence,
            (number.form,),
        )
    if form is not None:
        text = _from_pattern(text, form)
    parts, forms = _extract(text)
    found, evidence = (order, "stated") if order else date_order(parts["first"], parts["other"])
    day = _calendar_days(parts, found)
    since, has_clock, possible = _clock(parts)
    offset = _offset_minutes(parts["offset"])
    possible &= has_clock | np.isnan(offset) | (offset == 0)
    fine = ~np.isnat(day) & possible
    local = pd.Series(np.where(fine, day, np.datetime64("NaT", "D")).astype("datetime64[us]"))
    moment = local + pd.to_timedelta(pd.Series(since), unit="us").dt.as_unit("us")
    return _Moments(
        local=moment,
        has_clock=pd.Series(has_clock),
        offset=pd.Series(offset),
        numeric=parts["first"].notna(),
        blank=blank,
        order=found,
        evidence=evidence,
        forms=forms,
    )


def parse_times(
    values: pd.Series,
    *,
    zone: str,
    order: DateOrder | None = None,
    form: str | None = None,
    iso_zone: str | None = None,
) -> Times:
    """Read a column of dates or times.

    A column that holds nothing but plausible numbers is read as Excel's serial days, or as seconds
    or milliseconds since 1970.

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
    quick = _plain_iso(values) if form is None else None
    if quick is not None:
        return _placed(quick, zone, iso_zone, lambda column: column.set_axis(values.index))
    different = Distinct.of(values)
    return _placed(_read(different.cells, order, form), zone, iso_zone, different.spread)


def _placed(
    found: _Moments,
    zone: str,
    iso_zone: str | None,
    spread: Callable[[pd.Series], pd.Series],
) -> Times:
    """Give moments their zone, and each row the moment of its cell."""
    stated = found.offset.notna()
    if stated.all() and found.offset.eq(0).all():
        instants = found.local.dt.tz_localize("UTC")
    else:
        shift = pd.to_timedelta(found.offset.fillna(0), unit="min").dt.as_unit("us")
        instants = (found.local - shift).dt.tz_localize("UTC")
    fixed = ~stated & found.has_clock & ~found.numeric & bool(iso_zone)
    gaps = overlaps = 0
    for rows, where in ((fixed, iso_zone or zone), (~stated & ~fixed, zone)):
        if rows.any() and where != "UTC":
            placed, gap, overlap = localise(found.local[rows], where, found.has_clock[rows])
            instants[rows] = placed
            gaps, overlaps = gaps + gap, overlaps + overlap
    return Times(
        instants=spread(instants.dt.as_unit("us")),
        days=spread(found.local.dt.floor("D")),
        has_clock=spread(found.has_clock),
        unreadable=spread(~found.blank & found.local.isna()),
        order=found.order,
        evidence=found.evidence,
        in_gap=gaps,
        in_overlap=overlaps,
        zoneless=bool((found.has_clock & ~stated & ~fixed).any()),
        forms=found.forms,
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
