"""Periods as people write them are read into one form, and what may be two things into none."""

import pytest

from alignment.periods import canonical, name_of, period_of

QUARTER = [
    "2027-Q1", "2027Q1", "2027 Q1", "2027/Q1", "2027_q1", "2027.Q1", " 2027 - Q1 ", "Q1 2027",
    "Q1-2027", "Q1/2027", "q1'27", "Q1 ’27", "1Q27", "1Q 2027", "T1 2027", "T1-2027", "2027T1",
    "2027-T1", "1T27", "1T 2027", "1.er trimestre de 2027", "1er trimestre 2027", "Trim. 1 2027",
    "Primer trimestre de 2027", "trimestre 1 del 2027", "First quarter of 2027", "1st quarter 2027",
    "Quarter 1 2027", "1º trimestre 2027", "2027 primer trimestre", "\u00a02027\u00a0Q1",
]  # fmt: skip
MONTH = [
    "2027-01", "2027/01", "2027-1", "2027/1", "2027 / 1", "2027_01", "202701", "2027M01", "2027-M1",
    "01/2027", "1-2027", "01.2027", "ene 2027", "Ene-2027", "ene. 2027", "enero de 2027",
    "Enero del 2027", "ENERO 2027", "January 2027", "Jan-27", "ene-27", "2027 enero", "2027-ene",
]  # fmt: skip
NONE = [
    "", "2027-Q5", "2027Q0", "Q1", "2027-13", "2027-00", "1989", "2201", "1989-Q4", "01/27",
    "27-01", "2027.1", "2027 1", "2027-01-15", "15/01/2027", "27-may", "2027-W01", "2027-S1",
    "H1 2027", "FY2027", "next quarter", "nan", "None", "2027-Q1 2028", "20271", "2027Q12",
    "xyz 2027", "½ 2027", "2027.0", "20270115",
]  # fmt: skip


@pytest.mark.parametrize("written", QUARTER)
def test_a_quarter_is_the_same_however_it_is_written(written):
    assert canonical(written) == "2027-Q1"


@pytest.mark.parametrize("written", MONTH)
def test_a_month_is_the_same_however_it_is_written(written):
    assert canonical(written) == "2027-01"


@pytest.mark.parametrize("written", ["2027", " 2027 ", 2027])
def test_a_year_is_a_year(written):
    assert canonical(written) == "2027"


@pytest.mark.parametrize("written", NONE)
def test_what_may_be_two_things_or_is_none_is_not_read(written):
    assert period_of(written) is None
    assert canonical(written) is None


@pytest.mark.parametrize(
    ("written", "canon"),
    [("4T26", "2026-Q4"), ("tercer trimestre 2026", "2026-Q3"), ("2do trimestre 26", "2026-Q2"),
     ("4th quarter 2026", "2026-Q4"), ("3er trim. 2026", "2026-Q3"), ("set 2026", "2026-09"),
     ("sept 2026", "2026-09"), ("dic-26", "2026-12"), ("2026-10", "2026-10"), ("abr 26", "2026-04"),
     ("10/2026", "2026-10"), ("Aug 2026", "2026-08")],
)  # fmt: skip
def test_other_quarters_and_months_are_their_own(written, canon):
    assert canonical(written) == canon


@pytest.mark.parametrize("name", ["2027", "2027-Q1", "2027-01"])
def test_the_canonical_name_is_that_of_the_period(name):
    assert name_of(period_of(name)) == name == canonical(canonical(name))


def test_quarters_and_years_are_those_of_the_calendar():
    assert f"{period_of('T4 2027').end_time:%Y-%m-%d}" == "2027-12-31"
    assert f"{period_of('T4 2027').start_time:%Y-%m-%d}" == "2027-10-01"
    assert f"{period_of('2027').start_time:%Y-%m-%d}" == "2027-01-01"
