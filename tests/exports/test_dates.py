"""Dates: many forms, an order settled by the whole column, clocks that change."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from alignment.exports.dates import column_order, parse_times

MEXICO = "America/Mexico_City"


def read(*cells, **options):
    return parse_times(pd.Series(list(cells), dtype="str"), **{"zone": "UTC", **options})


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (("2024-01-31",), "2024-01-31"),
        (("2024-01-22 16:14:25",), "2024-01-22 16:14:25"),
        (("2024-01-22T16:14:25.000+0000",), "2024-01-22 16:14:25"),
        (("2024-01-22T16:14:25Z",), "2024-01-22 16:14:25"),
        (("2024-01-22T10:14:25-06:00",), "2024-01-22 16:14:25"),
        (("2024-01-22T16:14:25.123456Z",), "2024-01-22 16:14:25.123456"),
        (("02/23/26 08:55 PM",), "2026-02-23 20:55"),
        (("02/23/26 12:05 AM",), "2026-02-23 00:05"),
        (("23/02/2026 12:05 p. m.",), "2026-02-23 12:05"),
        (("23-02-26",), "2026-02-23"),
        (("23.02.2026 07:30",), "2026-02-23 07:30"),
        (("7/8/2025", "7/31/2025"), "2025-07-08"),
        (("7/8/2025", "31/7/2025"), "2025-08-07"),
        (("Jun 09, 2018 09:30 pm",), "2018-06-09 21:30"),
        (("July 8, 2025",), "2025-07-08"),
        (("9 abr 2024",), "2024-04-09"),
        (("31 de enero de 2024",), "2024-01-31"),
        (("3-septiembre-2025",), "2025-09-03"),
        (("1-sep-26",), "2026-09-01"),
    ],
)
def test_dates_as_exports_write_them(cells, expected):
    times = read(*cells)
    assert times.instants[0] == pd.Timestamp(expected, tz="UTC")
    assert not times.unreadable.any()


@pytest.mark.parametrize(
    "cell",
    ["2024-02-30", "31/04/2024", "2024-13-01", "tomorrow", "12", "2024-01-01 25:00",
     "2024-01-01 13:00 pm", "99 abr 2024", "3 brumario 2024"],
)  # fmt: skip
def test_what_is_no_date_is_told(cell):
    times = read("2024-01-31", cell, "")
    assert times.unreadable.tolist() == [False, True, False]
    assert pd.isna(times.instants[1])


def test_the_order_is_settled_by_the_whole_column():
    def order(*cells):
        return column_order(pd.Series(list(cells), dtype="str"))[0]

    assert order("3/4/2024", "13/4/2024") == "dmy"
    assert order("3/4/2024", "4/13/2024") == "mdy"
    assert order("3/4/2024", "4/5/2024") == "undecided"
    assert order("13/4/2024", "4/13/2024") == "contradictory"
    assert order("2024-01-31", "") == "none"


def test_a_stated_order_and_a_stated_format_win():
    assert read("3/4/2024", order="dmy").instants[0] == pd.Timestamp("2024-04-03", tz="UTC")
    assert read("3/4/2024", order="mdy").instants[0] == pd.Timestamp("2024-03-04", tz="UTC")
    stated = read("03|04|2024 10h", "x", form="%d|%m|%Y %Hh")
    assert stated.instants[0] == pd.Timestamp("2024-04-03 10:00", tz="UTC")
    assert stated.unreadable.tolist() == [False, True]


def test_local_times_take_the_zone_and_days_begin_at_its_midnight():
    times = read("2024-01-31 10:00", "2024-01-31", zone=MEXICO)
    assert times.instants.tolist() == [
        pd.Timestamp("2024-01-31 16:00", tz="UTC"),
        pd.Timestamp("2024-01-31 06:00", tz="UTC"),
    ]
    assert times.has_clock.tolist() == [True, False]
    assert times.zoneless


def test_iso_times_of_a_system_with_its_own_zone_keep_it_but_days_do_not():
    times = read("2024-01-31 10:00:00", "2024-01-31", zone=MEXICO, iso_zone="UTC")
    assert times.instants[0] == pd.Timestamp("2024-01-31 10:00", tz="UTC")
    assert times.instants[1] == pd.Timestamp("2024-01-31 06:00", tz="UTC")
    assert not times.zoneless


def test_clock_changes_follow_the_stated_rule_and_are_counted():
    times = read("2022-04-03 02:30", "2022-10-30 01:30", "2022-10-30", zone=MEXICO)
    # 02:30 never was: the clock resumed at 03:00. 01:30 was twice: the first one, in summer time.
    assert times.instants[0] == pd.Timestamp("2022-04-03 08:00", tz="UTC")
    assert times.instants[1] == pd.Timestamp("2022-10-30 06:30", tz="UTC")
    assert (times.in_gap, times.in_overlap) == (1, 1)


FORMS = {
    "%Y-%m-%d %H:%M:%S": None,
    "%Y-%m-%dT%H:%M:%S": None,
    "%d/%m/%Y %H:%M:%S": "dmy",
    "%m/%d/%Y %I:%M:%S %p": "mdy",
    "%B %d, %Y %H:%M:%S": None,
}


@given(
    st.lists(
        st.datetimes(
            min_value=pd.Timestamp("1990-01-01").to_pydatetime(),
            max_value=pd.Timestamp("2060-01-01").to_pydatetime(),
        ).map(lambda d: d.replace(microsecond=0)),
        min_size=1,
    ),
    st.sampled_from(sorted(FORMS)),
)
def test_times_survive_being_written_in_any_form(moments, form):
    cells = [m.strftime(form) for m in moments]
    times = read(*cells, order=FORMS[form])
    assert times.instants.tolist() == [pd.Timestamp(m, tz="UTC") for m in moments]


@given(st.lists(st.text(max_size=20), min_size=1))
def test_any_text_is_a_date_a_blank_or_told(cells):
    times = read(*cells)
    blank = [not c.strip() for c in cells]
    known = times.instants.notna()
    assert not (known & times.unreadable).any()
    for is_blank, read_, told in zip(blank, known, times.unreadable, strict=True):
        assert read_ or told or is_blank


@pytest.mark.parametrize(
    ("cells", "expected", "form"),
    [
        (("45292", "45292.5"), ("2024-01-01", "2024-01-01 12:00"), "days counted as Excel does"),
        (("1704067200000", ""), ("2024-01-01",), "milliseconds since 1970"),
        (("1704067200", "1704110400"), ("2024-01-01", "2024-01-01 12:00"), "seconds since 1970"),
    ],
)
def test_a_whole_column_of_plausible_numbers_is_dates(cells, expected, form):
    times = read(*cells)
    assert times.instants.dropna().tolist() == [pd.Timestamp(e, tz="UTC") for e in expected]
    assert times.forms == (form,)
    assert not times.unreadable.any()


def test_excel_days_take_the_zone_and_seconds_are_utc():
    assert read("45292.5", zone=MEXICO).instants[0] == pd.Timestamp("2024-01-01 18:00", tz="UTC")
    assert read("1704110400", zone=MEXICO).instants[0] == pd.Timestamp("2024-01-01 12:00", tz="UTC")


@pytest.mark.parametrize("other", ["2024-01-31", "12", "99999"])
def test_numbers_beside_anything_else_are_no_dates(other):
    assert read("45292", other).unreadable[0]


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("1 de enero de 2024", "2024-01-01"),
        ("lunes, 1 de enero de 2024", "2024-01-01"),
        ("13/01/24 08:05 a.\u00a0m.", "2024-01-13 08:05"),
        ("2024-01-31 10:00:00+00", "2024-01-31 10:00"),
    ],
)
def test_more_dates_as_exports_write_them(cell, expected):
    assert read(cell).instants[0] == pd.Timestamp(expected, tz="UTC")


def test_a_column_that_mixes_forms_is_read_and_named():
    times = read("2024-01-31", "9 abr 2024")
    assert times.forms == ("year first", "day and name of the month")
    assert not times.unreadable.any()
