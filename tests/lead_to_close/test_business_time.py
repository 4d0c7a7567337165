"""Business hours by hand, and against an hour-by-hour count."""

import datetime

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alignment import load
from alignment.lead_to_close import BusinessCalendar, business_calendar

MADRID = business_calendar(
    "Europe/Madrid",
    hours={**dict.fromkeys(range(4), ((9, 14), (16, 19))), 4: ((9, 15),)},
    holidays=["2026-05-01"],
)


def moment(text, zone="Europe/Madrid"):
    return pd.Series(pd.to_datetime([text]).tz_localize(zone).tz_convert("UTC").as_unit("us"))


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
    assert MADRID.hours_between(moment(start), moment(end))[0] == pytest.approx(hours)


def by_minutes(calendar, start, end):
    minutes = pd.date_range(start, end, freq="min", inclusive="left", tz=calendar.timezone)
    clock = minutes.hour + minutes.minute / 60
    works = np.zeros(len(minutes), dtype=bool)
    for day, stretches in calendar.hours.items():
        for opens, closes in stretches:
            works |= (minutes.day_of_week == day) & (clock >= opens) & (clock < closes)
    free = np.array([moment.date() in calendar.holidays for moment in minutes], dtype=bool)
    return (works & ~free).sum() / 60


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 14_000), st.integers(0, 9_000))
def test_it_is_the_count_of_working_minutes(begins, takes):
    start = pd.Timestamp("2026-04-24") + pd.Timedelta(minutes=begins)
    end = start + pd.Timedelta(minutes=takes)
    found = MADRID.hours_between(moment(start), moment(end))[0]
    assert found == pytest.approx(by_minutes(MADRID, start, end), abs=1e-9)


def test_missing_moments_are_missing_and_columns_are_counted_at_once():
    start = pd.concat([moment("2026-04-27 10:00"), moment("2026-04-28 10:00")], ignore_index=True)
    end = pd.Series([pd.NaT, start[1] + pd.Timedelta(hours=1)], dtype=start.dtype)
    np.testing.assert_array_equal(MADRID.hours_between(start, end), [np.nan, 1.0])


def test_holidays_of_a_region_count_there_only():
    table = pd.DataFrame(
        {"date": pd.to_datetime(["2026-05-01", "2026-05-15"]), "region": [None, "Madrid"]}
    )
    of_all = business_calendar("Europe/Madrid", holidays=table)
    assert of_all.holidays == {datetime.date(2026, 5, 1)}
    assert len(business_calendar("Europe/Madrid", holidays=table, region="Madrid").holidays) == 2
    assert of_all.hours_between(moment("2026-05-14 09:00"), moment("2026-05-16 00:00"))[0] == 18


@pytest.mark.parametrize(
    "hours", [{0: ((9, 9),)}, {0: ((9, 14), (13, 18))}, {7: ((9, 18),)}, {0: ((9, 25),)}, {0: ()}]
)
def test_hours_that_make_no_sense_are_refused(hours):
    with pytest.raises(ValueError, match=r"stretches|working hour"):
        BusinessCalendar("UTC", hours)


def test_a_table_of_holidays_in_the_folder_makes_the_calendar(tmp_path):
    rows = ["holiday;region;name", "2026-05-01;;Día del Trabajo", "2026-05-15;Madrid;San Isidro"]
    (tmp_path / "festivos.csv").write_text("\n".join(rows), encoding="utf-8")
    leads = ["Id,IsDeleted,LastName,Status,LeadSource,CreatedDate,IsConverted"]
    leads += [f"00Q{n},false,X,Open,Web,2026-04-{n:02}T10:00:00.000Z,false" for n in range(10, 29)]
    (tmp_path / "leads.csv").write_text("\n".join(leads), encoding="utf-8")
    data = load(tmp_path)
    assert data.holidays["name"].tolist() == ["Día del Trabajo", "San Isidro"]
    assert data.holidays["region"].isna().tolist() == [True, False]
    calendar = business_calendar("Europe/Madrid", holidays=data.holidays, region="Madrid")
    assert calendar.holidays == {datetime.date(2026, 5, 1), datetime.date(2026, 5, 15)}
