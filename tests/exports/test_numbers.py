"""Numbers: both decimal conventions, settled by the whole column."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from alignment.exports.numbers import decimal_of, parse_numbers


def column(*cells):
    return pd.Series(list(cells), dtype="str")


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (("1,356.50", "2,000", "12"), (1356.5, 2000, 12)),
        (("1.356,50", "2.000", "12"), (1356.5, 2000, 12)),
        (("1 356,50", "2\u00a0000", "1\u202f000,5"), (1356.5, 2000, 1000.5)),
        (("1'356.50", "12.25"), (1356.5, 12.25)),
        (("$1,000.00", "MX$ 2,500.50", "USD 3.5"), (1000, 2500.5, 3.5)),
        (("1.234,56 €", "€ 10,5"), (1234.56, 10.5)),
        (("10.34%", "< 10%", "> 90%"), (10.34, np.nan, np.nan)),
        (("(1,234.50)", "-2.5", "−3.5", "$-1.25"), (-1234.5, -2.5, -3.5, -1.25)),
        (("50252.14", " --", "--", "", "-"), (50252.14, np.nan, np.nan, np.nan, np.nan)),
        (("1,356,884", "12"), (1356884, 12)),
        (("0.125", "0.250"), (0.125, 0.25)),
        ((".5", "1.25"), (0.5, 1.25)),
    ],
)
def test_numbers_as_exports_write_them(cells, expected):
    numbers = parse_numbers(column(*cells))
    np.testing.assert_allclose(numbers.figures, expected)
    assert not numbers.unreadable.any()
    assert numbers.undecided is None


@pytest.mark.parametrize("cells", [("1.234",), ("1,234", "12"), ("1.234", "5.678")])
def test_a_column_that_shows_no_decimal_mark_stays_undecided(cells):
    numbers = parse_numbers(column(*cells))
    assert numbers.undecided == cells[0]
    assert np.isnan(numbers.figures[0])


def test_counts_have_no_decimals_so_their_marks_part_thousands():
    assert parse_numbers(column("144,517", "12"), whole=True).figures[0] == 144517
    numbers = parse_numbers(column("144.517", "12"), whole=True)
    assert numbers.figures[0] == 144517
    assert numbers.decimal == ","


def test_a_stated_mark_settles_it():
    assert parse_numbers(column("1.234"), decimal=",").figures[0] == 1234
    assert parse_numbers(column("1.234"), decimal=".").figures[0] == 1.234
    assert decimal_of("1.234,56") == ","
    assert decimal_of("1,234.56") == "."
    assert decimal_of("1234") is None


def test_what_is_no_number_is_told_and_left_blank():
    numbers = parse_numbers(column("12", "twelve", "1.2.3,4,5", "1,2,3", "2024-01-31"))
    assert numbers.unreadable.tolist() == [False, True, True, True, True]
    assert numbers.figures.isna().tolist() == [False, True, True, True, True]


def test_mixed_conventions_are_read_as_written_and_the_ambiguous_one_is_not_guessed():
    numbers = parse_numbers(column("1,234.5", "1.234,5", "2.000"))
    assert numbers.figures.tolist()[:2] == [1234.5, 1234.5]
    assert numbers.undecided == "2.000"


def test_currencies_beside_the_number_are_kept():
    numbers = parse_numbers(column("1.5 €", "US$2.5", "3.5", "MXN 4.5"))
    assert numbers.currency.fillna("").tolist() == ["EUR", "USD", "", "MXN"]


def written(value, decimal, grouping):
    whole, cents = f"{abs(value):.2f}".split(".")
    groups = f"{int(whole):,}".replace(",", grouping)
    return ("-" if value < 0 else "") + groups + decimal + cents


@given(
    st.lists(st.integers(-(10**11), 10**11).map(lambda n: n / 100), min_size=1),
    st.sampled_from([(".", ","), (",", "."), (",", " "), (".", "'"), (".", "")]),
)
def test_numbers_survive_being_written_in_any_convention(values, marks):
    cells = column(*(written(v, *marks) for v in values))
    numbers = parse_numbers(cells)
    np.testing.assert_allclose(numbers.figures, values, rtol=1e-12)
    assert numbers.decimal == marks[0]


@given(st.lists(st.text(max_size=12), min_size=1))
def test_any_text_is_a_number_a_blank_or_told(cells):
    numbers = parse_numbers(column(*cells))
    assert (numbers.figures.notna() | numbers.unreadable).sum() + sum(
        1 for f, u in zip(numbers.figures, numbers.unreadable, strict=True) if np.isnan(f) and not u
    ) == len(cells)
    assert not (numbers.figures.notna() & numbers.unreadable).any()


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (("1,234.50-", "2.5 -"), (-1234.5, -2.5)),
        (("($1,234.50)", "$(2.50)", "(3.50) USD"), (-1234.5, -2.5, -3.5)),
        (("1\u2019356.50", "1\u2009000.25"), (1356.5, 1000.25)),
        (("S/.1,200.50", "1,200.50 MXN", "12.5 euros"), (1200.5, 1200.5, 12.5)),
    ],
)
def test_signs_and_currencies_on_either_side(cells, expected):
    numbers = parse_numbers(column(*cells))
    np.testing.assert_allclose(numbers.figures, expected)
    assert not numbers.unreadable.any()


def test_a_bound_is_no_value_and_is_told_apart_from_a_blank():
    numbers = parse_numbers(column("< 10%", "> 90%", "12.5%", " --"))
    assert numbers.bounds.tolist() == [True, True, False, False]
    assert numbers.figures.notna().tolist() == [False, False, True, False]
    assert not numbers.unreadable.any()


def test_a_number_inside_words_or_half_in_parentheses_is_no_number():
    assert parse_numbers(column("12 apples", "(12.5", "12.5)")).unreadable.all()
