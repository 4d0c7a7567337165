"""Working hours equal a count minute by minute, holidays and clock changes included."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from alignment.working_hours import WorkingHours

ZONE = "America/Mexico_City"
START = pd.Timestamp("2022-10-24", tz="UTC")  # the week before Mexico's last clock change
MINUTES = st.integers(0, 21 * 24 * 60)


def series(*moments):
    return pd.Series(pd.to_datetime(list(moments), utc=True)).dt.as_unit("us")


def by_the_minute(working, start, end, zone):
    """Count working minutes one by one."""
    ticks = pd.date_range(start, end, freq="min", inclusive="left").tz_convert(zone)
    clock = ticks.hour + ticks.minute / 60
    free = {pd.Timestamp(day).date() for day in working.holidays}
    works = (ticks.day_of_week < working.days) & (clock >= working.opens) & (clock < working.closes)
    works &= ~np.isin(np.array(ticks.date), list(free))
    return works.sum() / 60


@given(MINUTES, MINUTES)
def test_the_hours_between_equal_a_count_by_the_minute(a, b):
    start, end = sorted(START + pd.Timedelta(minutes=m) for m in (a, b))
    for working in (WorkingHours(), WorkingHours(8, 14, 6, ("2022-11-02", "2022-11-05"))):
        found = working.between(series(start), series(end), ZONE)[0]
        assert found == pytest.approx(by_the_minute(working, start, end, ZONE), abs=1e-9)


@given(MINUTES)
def test_the_next_opening_is_open_and_no_moment_before_it_is(minute):
    working = WorkingHours(holidays=("2022-11-01",))
    moment = START + pd.Timedelta(minutes=minute)
    wait = working.until_opening(series(moment), "UTC")[0]
    opening = moment + pd.Timedelta(hours=wait).round("s")
    assert working.is_open(series(opening), "UTC")[0]
    assert working.between(series(moment), series(opening), "UTC")[0] == pytest.approx(0, abs=1e-6)
    assert (wait == 0) == working.is_open(series(moment), "UTC")[0]


def test_known_spans():
    working = WorkingHours(9, 19)
    friday_evening, monday = "2026-09-25 18:00", "2026-09-28 10:00"
    assert working.between(series(friday_evening), series(monday), "UTC")[0] == pytest.approx(2.0)
    assert working.between(series(monday), series(friday_evening), "UTC")[0] == pytest.approx(-2.0)
    assert working.a_week == 50
    assert np.isnan(working.between(series(None), series(monday), "UTC")[0])


@pytest.mark.parametrize("bad", [(19, 9, 5), (9, 9, 5), (-1, 9, 5), (9, 25, 5), (9, 19, 0)])
def test_hours_that_cannot_be_are_refused(bad):
    with pytest.raises(ValueError, match="working hours"):
        WorkingHours(*bad)
