"""Dates written as one number: Excel's serial days, and seconds or milliseconds since 1970."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

# From 1990 to 2100. Days since 30 December 1899: so Excel's numbers count from 1 March 1900 on.
_EXCEL_START = np.datetime64("1899-12-30", "us")
_UNIX_START = np.datetime64("1970-01-01", "us")
_DAY = 86_400_000_000


@dataclass(frozen=True)
class _Form:
    name: str
    pattern: str
    least: float
    most: float
    unit: float  # microseconds
    start: np.datetime64


_FORMS = (
    _Form("days counted as Excel does", r"\d{5}(?:[.,]\d+)?", 32874, 73051, _DAY, _EXCEL_START),
    _Form("seconds since 1970", r"\d{9,10}(?:\.\d+)?", 631152000, 4102444800, 1e6, _UNIX_START),
    _Form("milliseconds since 1970", r"\d{12,13}", 631152000000, 4102444800000, 1e3, _UNIX_START),
)
COUNTED = tuple(form.name for form in _FORMS)


@dataclass(frozen=True)
class Counted:
    """A column of numbers read as moments.

    Parameters
    ----------
    moments : Series of datetime64[us]
        Local for Excel's days, UTC for the others; missing where blank.
    has_clock : Series of bool
        Whether a time of day is given.
    is_utc : bool
        Whether the moments are UTC by what the form means.
    form : str
        What the numbers are, in words.
    evidence : str
        Why.
    """

    moments: pd.Series
    has_clock: pd.Series
    is_utc: bool
    form: str
    evidence: str


def read_counted(cells: pd.Series) -> Counted | None:
    """Read a column as numbers of days, seconds or milliseconds, if all of it is plausible.

    Parameters
    ----------
    cells : Series of str
        Cells without spaces around; missing where blank.

    Returns
    -------
    Counted or None
        None where any cell is no such number, or is one before 1990 or from 2100 on.
    """
    known = cells.dropna()
    if not len(known):
        return None
    for form in _FORMS:
        if not known.str.fullmatch(form.pattern).all():
            continue
        numbers = pd.to_numeric(known.str.replace(",", ".", regex=False)).astype("float64")
        if not numbers.between(form.least, form.most, inclusive="left").all():
            continue
        since = np.round(numbers.to_numpy() * form.unit / 1e3).astype("int64") * 1_000
        excel = form.unit == _DAY
        if excel:  # a second is about 0.00001 of a day, which is all that Excel writes
            since = np.round(since / 1e6).astype("int64") * 1_000_000
        found = pd.Series(form.start + since.astype("timedelta64[us]"), index=known.index)
        clocked = numbers.mod(1).ne(0) if excel else pd.Series(True, index=known.index)
        return Counted(
            moments=found.astype("datetime64[us]").reindex(cells.index),
            has_clock=clocked.reindex(cells.index, fill_value=False).astype(bool),
            is_utc=not excel,
            form=form.name,
            evidence=f"all {len(known)} different values are such numbers, from "
            f"{found.min():%Y-%m-%d} to {found.max():%Y-%m-%d}",
        )
    return None
