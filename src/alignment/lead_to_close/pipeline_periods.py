"""The periods of a forecast, what is already won in them, and the goals signed for them."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
import pandas as pd

from alignment.arguments import several
from alignment.dataset import Dataset
from alignment.errors import ArgumentError
from alignment.incidence import Integers
from alignment.lead_to_close.spells import day_number
from alignment.periods import period_of

By = Sequence[str]
_WON_GOALS = ("won", "wins", "won_deals", "deals_won")
_VALUE_GOALS = ("bookings", "revenue", "won_value", "value_won")


def forecast_periods(data: Dataset, by: By | None) -> pd.DataFrame:
    """List the periods of a forecast in the dataset's zone.

    Parameters
    ----------
    data : Dataset
        Its ``as_of`` is the moment of the forecast.
    by : sequence of str, optional
        ``2026``, ``2026-Q4``, ``2026-10`` or, for the days after ``as_of`` up to one day,
        ``2026-11-15``. By default this quarter and the next.

    Returns
    -------
    DataFrame
        ``period`` (str), ``first_day``, ``last_day`` (int64, days after ``as_of``'s day; the first
        may be negative), ``starts_on``, ``ends_on`` (naive days), in the order of their ends.

    Raises
    ------
    ArgumentError
        If a period cannot be read or ended before ``as_of``.
    """
    today = data.as_of.tz_convert(data.timezone).tz_localize(None).normalize()
    if by is None:
        this = today.to_period("Q")
        found = [this, this + 1]
    else:
        several("by", by)
        if not len(by):
            raise ArgumentError("by holds no period", cure='Give by=["2026-Q4"], or leave it out.')
        found = [period_of(one) or _day(one) for one in by]
    rows = []
    for one in found:
        ends = one.end_time.normalize()
        if ends < today:
            raise ArgumentError(f"the period {one} ended before the export of {today:%Y-%m-%d}")
        single = one.freqstr == "D"
        starts = today + pd.Timedelta(days=1) if single else one.start_time
        name = str(one) if single or "Q" not in str(one) else str(one).replace("Q", "-Q")
        rows.append((name, (starts - today).days, (ends - today).days, starts, ends))
    columns = ["period", "first_day", "last_day", "starts_on", "ends_on"]
    table = pd.DataFrame(rows, columns=columns)
    return table.sort_values(["last_day", "first_day"], ignore_index=True)


def _day(written: object) -> pd.Period:
    """Read a day written YYYY-MM-DD; another order could be another day."""
    try:
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}", str(written)):
            return pd.Period(str(written), freq="D")
    except ValueError:
        pass
    raise ArgumentError(
        "by must be periods or days",
        value=str(written),
        cure="Write a year, a quarter, a month or a day: 2026, 2026-Q4, 2026-10 or 2026-11-15.",
    )


def last_forecast_day(data: Dataset) -> pd.Timestamp:
    """Return the last day that a forecast reaches by default: of the next quarter (naive)."""
    today = data.as_of.tz_convert(data.timezone).tz_localize(None)
    return (today.to_period("Q") + 1).end_time.normalize()


def forecast_days(periods: pd.DataFrame) -> Integers:
    """Choose the days after ``as_of`` that are told: each week, and the ends of the periods."""
    last = int(periods["last_day"].max())
    before = periods["first_day"].to_numpy(np.int64) - 1
    ends = np.r_[before[before > 0], periods["last_day"].to_numpy(np.int64)]
    return np.unique(np.r_[0, np.arange(7, last, 7), ends]).astype(np.int64)


def already_won(data: Dataset, periods: pd.DataFrame, won: pd.DataFrame) -> pd.DataFrame:
    """Add up what each period has already won by ``as_of``.

    Parameters
    ----------
    won : DataFrame
        ``closed_at`` (UTC) and ``value`` of the deals won by ``as_of``.

    Returns
    -------
    DataFrame
        ``deals`` (int64) and ``value`` (float64), a row a period.
    """
    today = int(day_number(pd.Series([data.as_of]), data.timezone)[0])
    day = day_number(won["closed_at"], data.timezone) - today
    rows = []
    for one in periods.itertuples():
        within = (day >= one.first_day) & (day <= one.last_day)
        rows.append((int(within.sum()), float(won["value"][within].sum())))
    return pd.DataFrame(rows, columns=["deals", "value"])


def goals_of(data: Dataset, periods: pd.DataFrame) -> pd.DataFrame:
    """Look up the goals for won deals and won value in each period.

    A goal of both teams counts before one of sales. Goals of shorter periods (months) are added
    where together they fill the period; a goal of a longer one is not divided.

    Returns
    -------
    DataFrame
        ``deals`` and ``value`` (float64), missing where no goal was signed.
    """
    goals = data.goals
    currency = (data.currency or "").lower()
    value_names = [f"{name}_{currency}" for name in _VALUE_GOALS] + list(_VALUE_GOALS)
    return pd.DataFrame(
        {
            "deals": [_goal(goals, one, _WON_GOALS) for one in periods.itertuples()],
            "value": [_goal(goals, one, value_names) for one in periods.itertuples()],
        },
        dtype="float64",
    )


def _goal(goals: pd.DataFrame, period: object, names: Sequence[str]) -> float:
    for name in names:
        for team in ("both", "sales"):
            rows = goals[(goals["metric"].str.lower() == name) & (goals["team"] == team)]
            if len(rows):
                found = _filled(rows, period.starts_on, period.ends_on)  # type: ignore[attr-defined]
                if not np.isnan(found):
                    return found
    return float("nan")


def _filled(rows: pd.DataFrame, starts: pd.Timestamp, ends: pd.Timestamp) -> float:
    """Add the goals whose periods, without gap or overlap, fill the days asked for."""
    read = [
        (period_of(name), target)
        for name, target in zip(rows["period"], rows["target"], strict=True)
    ]
    spans = [(p, t) for p, t in read if p is not None]
    exact = [t for p, t in spans if _span(p) == (starts, ends)]
    if exact:
        return float(exact[0])
    inside = [(p, t) for p, t in spans if p.start_time >= starts and p.end_time.normalize() <= ends]
    for freq in ("Q-DEC", "M"):
        parts = [(p, t) for p, t in inside if p.freqstr == freq]
        days = sum((p.end_time.normalize() - p.start_time).days + 1 for p, _ in parts)
        if parts and days == (ends - starts).days + 1:
            return float(sum(t for _, t in parts))
    return float("nan")


def _span(period: pd.Period) -> tuple[pd.Timestamp, pd.Timestamp]:
    return period.start_time, period.end_time.normalize()
