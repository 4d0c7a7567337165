"""Working hours by hand, equal to a count minute by minute, holidays and clock changes included."""

from __future__ import annotations

import datetime

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alignment import load, tables
from alignment.dataset import Dataset
from alignment.errors import ArgumentError
from alignment.working_hours import OFFICE, WorkingHours, chosen, told, working_hours

ZONE = "America/Mexico_City"
START = pd.Timestamp("2022-10-24", tz="UTC")  # the week before Mexico's last clock change
MINUTES = st.integers(0, 21 * 24 * 60)


def dates(*days):
    return frozenset(datetime.date.fromisoformat(day) for day in days)


SIX_DAYS = WorkingHours(
    ZONE, dict.fromkeys(range(6), ((8, 14),)), dates("2022-11-02", "2022-11-05")
)
MADRID = WorkingHours(
    "Europe/Madrid",
    {**dict.fromkeys(range(4), ((9, 14), (16, 19))), 4: ((9, 15),)},
    dates("2026-05-01"),
)


def series(*moments):
    return pd.Series(pd.to_datetime(list(moments), utc=True)).dt.as_unit("us")


def moment(text, zone="Europe/Madrid"):
    return pd.Series(pd.to_datetime([text]).tz_localize(zone).tz_convert("UTC").as_unit("us"))


def by_the_minute(working, start, end):
    """Count working minutes one by one."""
    ticks = pd.date_range(start, end, freq="min", inclusive="left").tz_convert(working.timezone)
    clock = ticks.hour + ticks.minute / 60
    works = np.zeros(len(ticks), dtype=bool)
    for day, stretches in working.hours.items():
        for opens, closes in stretches:
            works |= (ticks.day_of_week == day) & (clock >= opens) & (clock < closes)
    free = np.array([tick.date() in working.holidays for tick in ticks], dtype=bool)
    return (works & ~free).sum() / 60


@given(MINUTES, MINUTES)
def test_the_hours_between_equal_a_count_by_the_minute(a, b):
    start, end = sorted(START + pd.Timedelta(minutes=m) for m in (a, b))
    for working in (WorkingHours(ZONE), SIX_DAYS):
        found = working.between(series(start), series(end))[0]
        assert found == pytest.approx(by_the_minute(working, start, end), abs=1e-9)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 14_000), st.integers(0, 9_000))
def test_a_lunch_is_no_working_time(begins, takes):
    start = pd.Timestamp("2026-04-24", tz="UTC") + pd.Timedelta(minutes=begins)
    end = start + pd.Timedelta(minutes=takes)
    found = MADRID.between(series(start), series(end))[0]
    assert found == pytest.approx(by_the_minute(MADRID, start, end), abs=1e-9)


@given(MINUTES)
def test_the_next_opening_is_open_and_no_moment_before_it_is(minute):
    begins = START + pd.Timedelta(minutes=minute)
    lunch = {**OFFICE, 2: ((9.0, 13.5), (15.0, 19.0))}
    for working in (
        WorkingHours("UTC", holidays=dates("2022-11-01")),
        WorkingHours("UTC", lunch, dates("2022-11-01", "2022-11-04")),
    ):
        wait = working.until_opening(series(begins))[0]
        opening = begins + pd.Timedelta(hours=wait).round("s")
        assert working.is_open(series(opening))[0]
        assert working.between(series(begins), series(opening))[0] == pytest.approx(0, abs=1e-6)
        assert (wait == 0) == working.is_open(series(begins))[0]


def test_known_spans():
    working = WorkingHours("UTC")
    friday_evening, monday = "2026-09-25 18:00", "2026-09-28 10:00"
    assert working.between(series(friday_evening), series(monday))[0] == pytest.approx(2.0)
    assert working.between(series(monday), series(friday_evening))[0] == pytest.approx(-2.0)
    assert working.a_week == 50
    assert np.isnan(working.between(series(None), series(monday))[0])


@pytest.mark.parametrize(
    ("start", "end", "hours"),
    [
        ("2026-04-27 10:00", "2026-04-27 12:30", 2.5),
        ("2026-04-27 13:00", "2026-04-27 17:00", 2.0),  # lunch
        ("2026-04-27 18:00", "2026-04-28 09:30", 1.5),  # a night
        ("2026-04-27 20:00", "2026-04-27 23:00", 0.0),
        ("2026-04-30 18:00", "2026-05-04 10:00", 2.0),  # a holiday and a weekend
        ("2026-05-01 10:00", "2026-05-01 12:00", 0.0),
        ("2026-05-08 14:00", "2026-05-11 09:00", 1.0),  # Friday closes at 15
        ("2026-03-27 14:00", "2026-03-30 10:00", 2.0),  # the clock goes forward in between
        ("2026-04-27 12:00", "2026-04-27 10:00", -2.0),
    ],
)
def test_by_hand(start, end, hours):
    assert MADRID.between(moment(start), moment(end))[0] == pytest.approx(hours)


def test_missing_moments_are_missing_and_columns_are_counted_at_once():
    start = pd.concat([moment("2026-04-27 10:00"), moment("2026-04-28 10:00")], ignore_index=True)
    end = pd.Series([pd.NaT, start[1] + pd.Timedelta(hours=1)], dtype=start.dtype)
    np.testing.assert_array_equal(MADRID.between(start, end), [np.nan, 1.0])


def holidays(*rows):
    days, regions = zip(*rows, strict=True)
    return tables.conform("holidays", {"date": pd.to_datetime(list(days)), "region": regions})


def folder(**more):
    return Dataset(as_of=START, observed_from=START, timezone="Europe/Madrid", **more)


def test_holidays_of_a_region_count_there_only():
    data = folder(holidays=holidays(("2026-05-01", None), ("2026-05-15", "Madrid")))
    of_all = working_hours(data)
    assert of_all.timezone == "Europe/Madrid"
    assert of_all.holidays == {datetime.date(2026, 5, 1)}
    assert len(working_hours(data, region="Madrid").holidays) == 2
    assert of_all.between(moment("2026-05-14 09:00"), moment("2026-05-16 00:00"))[0] == 20


def test_hours_holidays_and_zone_may_be_given():
    data = folder(holidays=holidays(("2026-05-01", None)))
    own = working_hours(data, hours={0: ((9, 10),)}, holidays=["2026-05-02"], timezone="UTC")
    assert own == WorkingHours("UTC", {0: ((9, 10),)}, dates("2026-05-02"))
    assert chosen(data, own) is own
    assert chosen(data, None) == working_hours(data)
    with pytest.raises(ArgumentError, match="working"):
        chosen(data, "9-19")


def test_what_is_counted_is_said():
    said = told(working_hours(folder(holidays=holidays(("2026-05-01", None)))))
    assert "Monday to Friday, 9 to 19" in said.en
    assert said.en.endswith("; holidays left out: 1.")
    assert "no holiday is known" in told(WorkingHours("UTC")).en
    assert "that were given" in told(MADRID).en


@pytest.mark.parametrize(
    "hours",
    [
        {0: ((9, 9),)},
        {0: ((9, 14), (13, 18))},
        {7: ((9, 18),)},
        {0: ((9, 25),)},
        {0: ()},
        {0: ((19, 9),)},
        {0: ((-1, 9),)},
        {},
    ],
)
def test_hours_that_cannot_be_are_refused(hours):
    with pytest.raises(ValueError, match="working hour"):
        WorkingHours("UTC", hours)


def test_a_table_of_holidays_in_the_folder_is_free(tmp_path):
    rows = ["holiday;region;name", "2026-05-01;;Día del Trabajo", "2026-05-15;Madrid;San Isidro"]
    (tmp_path / "festivos.csv").write_text("\n".join(rows), encoding="utf-8")
    leads = ["Id,IsDeleted,LastName,Status,LeadSource,CreatedDate,IsConverted"]
    leads += [f"00Q{n},false,X,Open,Web,2026-04-{n:02}T10:00:00.000Z,false" for n in range(10, 29)]
    (tmp_path / "leads.csv").write_text("\n".join(leads), encoding="utf-8")
    data = load(tmp_path)
    assert data.holidays["name"].tolist() == ["Día del Trabajo", "San Isidro"]
    assert data.holidays["region"].isna().tolist() == [True, False]
    working = working_hours(data, region="Madrid")
    assert working.holidays == {datetime.date(2026, 5, 1), datetime.date(2026, 5, 15)}
