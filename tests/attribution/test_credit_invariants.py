"""What must hold for any journeys, whatever the model."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alignment.attribution import MODELS, NO_TOUCH, attribute

CHANNELS = ["ads", "call", "email", "meeting"]
some_rows = st.lists(
    st.tuples(
        st.lists(st.sampled_from(CHANNELS), max_size=5),
        st.sampled_from(["won", "won", "lost", "open"]),
        st.floats(0.01, 1e6),
        st.sampled_from(["A", "B", "C", None]),
    ),
    min_size=1,
    max_size=12,
).filter(lambda rows: any(r[1] == "won" for r in rows) and any(r[0] for r in rows))


def journeys_of(made, rows):
    return made([(p, o, v if o == "won" else 0, a) for p, o, v, a in rows])


def table(journeys, **options):
    options = {"models": MODELS, "replicates": 0, **options}
    frame = attribute(journeys, **options).frame
    return frame.pivot_table(index="key", columns="model", values="credit", observed=True)


def same(one, other):
    pd.testing.assert_frame_equal(one, other, check_categorical=False, rtol=1e-9, atol=1e-6)


@settings(max_examples=40, deadline=None)
@given(
    rows=some_rows,
    by=st.sampled_from(["channel", "team"]),
    weight=st.sampled_from(["value", "wins"]),
)
def test_credits_add_up_to_what_was_won(made, rows, by, weight):
    found = attribute(journeys_of(made, rows), models=MODELS, by=by, weight=weight, replicates=0)
    won = [row for row in rows if row[1] == "won"]
    total = sum(row[2] for row in won) if weight == "value" else len(won)
    assert found.value == pytest.approx(total, rel=1e-12)
    for _, frame in found.frame.groupby("model", observed=True):
        assert frame["credit"].sum() == pytest.approx(found.value, rel=1e-9)
        assert frame["share"].sum() == pytest.approx(1, rel=1e-9)
    untouched = found.frame[found.frame["key"] == NO_TOUCH]["credit"]
    expected = sum(row[2] if weight == "value" else 1 for row in won if not row[0])
    assert untouched.to_numpy() == pytest.approx(expected)


@settings(max_examples=25, deadline=None)
@given(rows=some_rows, order=st.permutations(range(12)))
def test_the_order_of_the_journeys_changes_nothing(made, rows, order):
    shuffled = [rows[i] for i in order if i < len(rows)]
    same(table(journeys_of(made, rows)), table(journeys_of(made, shuffled)))


@settings(max_examples=25, deadline=None)
@given(rows=some_rows, names=st.permutations(["p", "q", "r", "s"]))
def test_renaming_the_channels_renames_the_credit_and_its_interval(made, rows, names):
    new = dict(zip(CHANNELS, names, strict=True))
    renamed = [([new[c] for c in row[0]], *row[1:]) for row in rows]
    one, other = (
        attribute(journeys_of(made, r), models=MODELS, replicates=20, seed=3).frame
        for r in (rows, renamed)
    )
    keys = one["key"].astype(str).replace(new)
    columns = ["credit", "share", "low", "high"]
    one = one.assign(key=keys).set_index(["model", "key"])[columns].sort_index()
    other = other.assign(key=other["key"].astype(str)).set_index(["model", "key"])[columns]
    other = other.sort_index()
    pd.testing.assert_frame_equal(one, other, rtol=1e-9, atol=1e-6)


@settings(max_examples=25, deadline=None)
@given(rows=some_rows)
def test_everything_twice_is_twice_the_credit(made, rows):
    same(2 * table(journeys_of(made, rows)), table(journeys_of(made, rows + rows)))


@settings(max_examples=25, deadline=None)
@given(rows=some_rows, path=st.lists(st.sampled_from(CHANNELS), max_size=4))
def test_a_journey_that_did_not_win_changes_no_rule(made, rows, path):
    used = {channel for row in rows for channel in row[0]}
    path = [channel for channel in path if channel in used]
    models = ("first", "last", "linear", "position", "time_decay", "shapley")
    more = [*rows, (path, "lost", 0, "B")]
    same(
        table(journeys_of(made, rows), models=models), table(journeys_of(made, more), models=models)
    )


@settings(max_examples=15, deadline=None)
@given(rows=some_rows, factor=st.sampled_from([0.01, 3.0, 1e6]))
def test_another_unit_of_money_scales_the_credit(made, rows, factor):
    scaled = [(p, o, v * factor, a) for p, o, v, a in rows]
    one, other = journeys_of(made, rows), journeys_of(made, scaled)
    pd.testing.assert_frame_equal(
        factor * table(one), table(other), check_categorical=False, rtol=1e-9
    )


def test_the_order_of_touches_matters_to_first_and_last_only_through_position(made, credits):
    forward = made([(["ads", "email", "call"], "won", 6)])
    backward = made([(["call", "email", "ads"], "won", 6)])
    assert credits(forward, "first") == credits(backward, "last")
    assert credits(forward, "linear") == credits(backward, "linear")


def test_moving_the_clock_changes_nothing(made):
    journeys = made([(["ads", "call"], "won", 6, "A"), (["ads"], "lost", 0, "B")])
    moved = replace(
        journeys,
        touches=journeys.touches.assign(
            occurred_at=(journeys.touches["occurred_at"] + pd.Timedelta(days=99)).dt.tz_convert(
                "Asia/Tokyo"
            )
        ),
    )
    same(table(journeys), table(moved))
    assert np.isfinite(table(journeys).to_numpy()).all()
