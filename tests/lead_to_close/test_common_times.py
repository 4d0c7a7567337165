"""Groups on one axis of times: who was at risk when a lead of another group ended."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from alignment.incidence import risk_tables
from alignment.lead_to_close.common_times import on_common_times
from alignment.lead_to_close.group_tests import log_rank


@st.composite
def spells(draw, number):
    size = draw(st.integers(2, 25))
    lengths = st.lists(number, min_size=size, max_size=size)
    first, second = np.array(draw(lengths)), np.array(draw(lengths))
    late = np.array(draw(st.lists(st.booleans(), min_size=size, max_size=size)))
    entry = np.where(late, np.minimum(first, second), 0).astype(first.dtype)
    exit = np.maximum(first, second)
    end = np.array(draw(st.lists(st.integers(0, 2), min_size=size, max_size=size)))
    group = np.array(draw(st.lists(st.integers(0, 2), min_size=size, max_size=size)))
    return entry, exit, end, group


@pytest.mark.parametrize("kind", ["whole days", "exact", "long"])
@given(data=st.data())
def test_at_risk_are_those_who_came_and_did_not_leave(kind, data):
    number = {
        "whole days": st.integers(0, 12),
        "exact": st.floats(0, 12, allow_subnormal=False).map(lambda x: round(x, 2)),
        "long": st.integers(0, 12).map(lambda day: day * 10_000_000),  # too long for a day a cell
    }[kind]
    entry, exit, end, group = data.draw(spells(number))
    times, at_risk, events = on_common_times(
        risk_tables(entry, exit, end, ends=2, group=group, groups=3)
    )
    for code in range(3):
        own = group == code
        there = (entry[own] <= times[:, None]) & (exit[own] >= times[:, None])
        np.testing.assert_array_equal(at_risk[code], there.sum(axis=1))
        for ended in (1, 2):
            left = (exit[own] == times[:, None]) & (end[own] == ended)
            np.testing.assert_array_equal(events[code, ended - 1], left.sum(axis=1))


def test_exact_times_and_whole_days_give_one_test_with_late_entry():
    random = np.random.default_rng(3)
    exit = random.integers(1, 200, 400)
    entry = np.where(random.random(400) < 0.5, random.integers(0, exit + 1), 0)
    end, group = random.integers(0, 2, 400), random.integers(0, 3, 400)
    found = [
        log_rank(risk_tables(entry.astype(kind), exit.astype(kind), end, group=group, groups=3))
        for kind in (np.int64, np.float64)
    ]
    assert found[0].statistic == pytest.approx(found[1].statistic, rel=1e-12)
