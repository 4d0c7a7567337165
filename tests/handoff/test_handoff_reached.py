"""Curves of what has been reached equal those of statsmodels, and those of lead to close."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.duration.survfunc import SurvfuncRight
from statsmodels.stats.proportion import proportion_confint

from alignment.handoff.reached import reached
from alignment.incidence import (
    aalen_johansen,
    at_the_edges,
    bounded_intervals,
    risk_tables,
    standing_at,
    value_at,
)


@pytest.fixture(scope="module")
def ties():
    random = np.random.default_rng(4)
    time = random.integers(0, 40, 300).astype(float)
    return time, random.random(300) < 0.6


def test_the_curve_equals_statsmodels(ties):
    time, event = ties
    curve = reached(time, event)
    oracle = SurvfuncRight(time, event)
    came = curve.table.events[0] > 0
    np.testing.assert_array_equal(curve.table.time[came], oracle.surv_times)
    np.testing.assert_allclose(curve.without[came], oracle.surv_prob, atol=1e-12)
    np.testing.assert_allclose(np.sqrt(curve.variance[came]), oracle.surv_prob_se, atol=1e-12)


def test_the_median_and_its_interval_equal_statsmodels(ties):
    time, event = ties
    found = reached(time, event).quantile(0.5, 0.95)
    oracle = SurvfuncRight(time, event)
    assert found[0] == oracle.quantile(0.5)
    # statsmodels inverts the same bounds (method "cloglog" is log(−log) of the survival).
    assert found[1:] == tuple(oracle.quantile_ci(0.5, method="cloglog"))


@given(st.lists(st.tuples(st.integers(0, 30), st.booleans()), min_size=12, max_size=80))
def test_the_curve_rises_inside_its_interval(rows):
    time, event = (np.array(column) for column in zip(*rows, strict=True))
    curve = reached(time, event)
    share, low, high = curve.by(np.arange(31), 0.95)
    known = ~np.isnan(share)
    assert (np.diff(share[known]) >= -1e-12).all()
    assert (low[known] <= share[known] + 1e-12).all()
    assert (share[known] <= high[known] + 1e-12).all()
    if event.all():
        plain = np.array([(time <= t).mean() for t in range(31)])
        np.testing.assert_allclose(share[known], plain[known], atol=1e-12)


def test_none_and_all_have_the_exact_interval():
    _, low, high = reached(np.full(20, 9.0), np.zeros(20)).by([5], 0.95)
    assert (low[0], high[0]) == pytest.approx(proportion_confint(0, 20, method="beta"))
    _, low, high = reached(np.full(20, 3.0), np.ones(20)).by([5], 0.95)
    assert (low[0], high[0]) == pytest.approx(proportion_confint(20, 20, method="beta"))


@pytest.mark.parametrize("exact", [True, False])
def test_behind_a_zero_every_analysis_has_one_limit(exact):
    # Of sixty that began, thirty were followed for 3 days and thirty for 9; none came by day 5.
    time = np.repeat([3, 9], 30)
    exit = time.astype(float) if exact else time
    found = aalen_johansen(risk_tables(np.zeros_like(exit), exit, np.zeros(60, int), ends=1)[0])
    _, _, high = reached(time, np.zeros(60)).by([3, 5], 0.9)
    assert high == pytest.approx([1 - 0.05 ** (1 / 60), 1 - 0.05 ** (1 / 30)])
    ours = at_the_edges(
        value_at(found.table, found.incidence[0], np.array([3, 5])),
        np.nan,
        np.nan,
        standing_at(found.table, found.survival, [3, 5]),
        0.9,
    )
    assert ours[1] == pytest.approx(high)
    if not exact:
        _, limits = bounded_intervals(found, level=0.9)
        assert limits[0][[3, 5]] == pytest.approx(high)


def test_beyond_the_follow_up_nothing_is_told():
    share, low, high = reached(np.arange(20.0), np.arange(20) % 2 == 0).by([9, 15], 0.95)
    assert np.isfinite([share[0], low[0], high[0]]).all()
    assert np.isnan([share[1], low[1], high[1]]).all()


def test_a_negative_time_is_refused():
    with pytest.raises(ValueError, match="negative"):
        reached([-1.0], [True])
