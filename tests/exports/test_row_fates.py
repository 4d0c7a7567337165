"""Rows set aside are kept as numbers and told in words; each row of a file has one fate."""

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from alignment.exports.aside import Aside
from alignment.exports.checks import _ordered
from alignment.exports.fates import count_fates
from alignment.ledger import SET_ASIDE_COLUMNS
from alignment.text import Text

BLANK, LATE = Text(en="cost is blank", es="coste en blanco"), Text(en="late", es="tarde")
PLACES = st.lists(st.tuples(st.sampled_from("xyz"), st.integers(1, 6)), max_size=12)


def rows_of(places, names=("source_file", "source_row")):
    frame = pd.DataFrame(places, columns=list(names))
    return frame.astype({names[0]: "str", names[1]: "int64"})


def test_a_row_with_two_reasons_stands_once_with_both_and_the_first_cell():
    aside = Aside()
    aside.add("b.csv", np.array([7, 2]), LATE, "day", pd.Series(["2999", "2888"]))
    aside.add(pd.Series(["b.csv", "a.csv"]), np.array([7, 3]), BLANK, "cost", None)
    aside.add("b.csv", np.array([7]), LATE, None, None)
    table = aside.table()
    assert list(table.columns) == list(SET_ASIDE_COLUMNS)
    assert table[["file", "row", "reason", "column"]].to_numpy().tolist() == [
        ["a.csv", 3, "cost is blank", "cost"],
        ["b.csv", 2, "late", "day"],
        ["b.csv", 7, "late; cost is blank", "day"],
    ]
    assert table["reason_es"].tolist()[2] == "tarde; coste en blanco"
    assert table["value"].fillna("-").tolist() == ["-", "2888", "2999"]


def test_a_row_set_aside_takes_some_twenty_bytes():
    aside, count = Aside(), 100_000
    aside.add("a.csv", np.arange(count), BLANK, None, None)
    assert aside.table().memory_usage(deep=True).sum() < 24 * count


def test_nothing_set_aside_has_the_columns_too():
    assert list(Aside().table().columns) == list(SET_ASIDE_COLUMNS)


@given(st.lists(PLACES, max_size=3), PLACES, PLACES)
def test_each_row_is_counted_once_whatever_was_said_of_it(stand, merged, aside):
    found = count_fates(
        [rows_of(p) for p in stand], rows_of(merged), rows_of(aside, ("file", "row"))
    )
    gone, again = set(aside), set(merged) - set(aside)
    kept = {place for places in stand for place in places} - gone - again
    for file in "xyz":
        expected = [sum(f == file for f, _ in of) for of in (kept, again, gone)]
        assert (found.loc[file].tolist() if file in found.index else [0, 0, 0]) == expected


COLUMNS = ("at", "text", "number", "kind", "known", "source_file", "source_row")
ROW = st.fixed_dictionaries(
    {
        "at": st.sampled_from(["2026-01-05", "2026-01-06", None]),
        "text": st.sampled_from(["b", "a", "ñ", "Z", None]),
        "number": st.sampled_from([2.0, -1.0, None]),
        "kind": st.sampled_from(["new", "renewal", None]),
        "known": st.sampled_from([True, False, None]),
        "source_file": st.sampled_from(["f", "e"]),
        "source_row": st.integers(1, 4),
    }
)


@given(st.lists(ROW, max_size=9), st.booleans())
def test_a_table_is_in_the_order_that_sorting_by_all_columns_gives(rows, dated):
    kinds = pd.CategoricalDtype(["renewal", "new"])
    frame = pd.DataFrame(rows, columns=list(COLUMNS)).astype(
        {"at": "datetime64[us, UTC]", "text": "str", "number": "float64", "kind": kinds}
        | {"known": "boolean", "source_file": "str", "source_row": "int64"}
    )
    names = list(frame.columns)
    # A missing category is the first of its column, as its code is; any other is the last.
    keys = frame.assign(kind=frame["kind"].cat.codes)
    expected = frame.take(keys.sort_values(names, kind="stable").index).reset_index(drop=True)
    pd.testing.assert_frame_equal(_ordered(frame.copy(), "at" if dated else None), expected)
