"""The rules as stated on whole columns say what pandera says, row for row."""

import numpy as np
import pandas as pd
import pandera.pandas as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alignment import tables
from alignment.conforming import as_category
from alignment.table_rules import suspects, twice

IDS = st.sampled_from(["a", "b", "c", "d", None])
NUMBERS = st.sampled_from([-1.0, 0.0, 0.5, 7.0, None])
DAYS = st.sampled_from([None, "2026-01-05", "2026-01-12"])
COLUMNS = {
    "opportunities": {
        "opportunity_id": IDS,
        "created_at": DAYS,
        "status": st.sampled_from([None, "won", "open"]),
        "amount": NUMBERS,
        "currency": st.sampled_from([None, "MXN", "mx", "EURO"]),
        "expected_close_on": DAYS,
    },
    "exchange_rates": {"currency": st.sampled_from([None, "USD", "x"]), "rate": NUMBERS},
    "stages": {"pipeline": IDS, "stage": IDS, "position": st.integers(-2, 3)},
    "goals": {
        "period": IDS,
        "team": st.sampled_from(["sales", "both", "board", None]),
        "metric": IDS,
        "target": NUMBERS,
    },
    "capacity": {
        "team": st.sampled_from(["sales", "marketing", None]),
        "week": DAYS,
        "hours": NUMBERS,
    },
    "touches": {"touch_id": IDS, "occurred_at": DAYS, "channel": IDS, "kind": IDS},
}


def by_pandera(table, frame):
    try:
        tables.MODELS[table].validate(frame, lazy=True)
    except pa.errors.SchemaErrors as found:
        names = ["index", "column", "check", "failure_case"]
        cases = found.failure_cases[names].astype({"index": "Int64", "failure_case": "str"})
        return {tuple(map(str, case)) for case in cases.to_numpy()}
    return set()


@settings(max_examples=120, deadline=None)
@given(st.sampled_from(sorted(COLUMNS)), st.data())
def test_the_same_failures_as_when_pandera_is_shown_all_rows(table, data):
    row = st.fixed_dictionaries(COLUMNS[table])
    frame = pd.DataFrame(data.draw(st.lists(row, max_size=8)), columns=list(COLUMNS[table]))
    frame = tables.conform(table, frame)
    found = tables.failures(table, frame)
    names = ["index", "column", "check", "value"]
    assert {tuple(map(str, case)) for case in found[names].to_numpy()} == by_pandera(table, frame)


def test_a_type_or_a_column_that_is_not_the_tables_makes_all_rows_doubtful():
    frame = tables.conform("stages", {"pipeline": ["x"], "stage": ["y"], "position": [1]})
    schema = tables.MODELS["stages"].to_schema()
    assert not suspects(frame, schema).any()
    assert suspects(frame.astype({"position": "float64"}), schema).all()
    assert suspects(frame.drop(columns="team"), schema).all()


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (["a", "b", "c"], [False] * 3),
        (["b", "a", "b"], [True, False, True]),
        (["a", "a", "b"], [True, True, False]),
        (["a", None, None], [False, True, True]),
        ([], []),
    ],
)
def test_values_that_stand_twice(values, expected):
    assert twice(pd.Series(values, dtype="str")).tolist() == expected


def test_text_becomes_categories_and_what_is_none_is_told():
    values = pd.Series(["sales", None, "board", "marketing"], dtype="str")
    coded, alien = as_category(values, tables.TEAMS)
    assert coded.cat.codes.tolist() == [1, -1, -1, 0]
    assert alien.tolist() == [False, False, True, False]
    assert np.array_equal(as_category(values.astype("object"), tables.TEAMS)[1], alien)
