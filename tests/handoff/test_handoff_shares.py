"""Shares, differences and curves equal those of statsmodels and scipy."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import chi2_contingency
from statsmodels.duration.survfunc import SurvfuncRight
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint

from alignment.handoff.shares import difference, equal_shares, holm, reached, wilson


@pytest.mark.parametrize(("count", "total"), [(0, 7), (3, 7), (7, 7), (512, 2_000)])
def test_wilson_equals_statsmodels(count, total):
    share, low, high = wilson(count, total, 0.9)
    assert share == count / total
    assert (low, high) == pytest.approx(
        proportion_confint(count, total, alpha=0.1, method="wilson"), abs=1e-12
    )


def test_nobody_counted_has_no_share():
    assert np.isnan(wilson(0, 0, 0.95)).all()


def test_the_difference_equals_statsmodels():
    found = difference(40, 90, 22, 80, 0.95)
    oracle = confint_proportions_2indep(40, 90, 22, 80, method="newcomb", compare="diff")
    assert found[0] == pytest.approx(40 / 90 - 22 / 80)
    assert found[1:] == pytest.approx(oracle, abs=1e-12)


def test_the_test_of_equal_shares_equals_scipy():
    counts, totals = np.array([30, 44, 12]), np.array([100, 130, 60])
    oracle = chi2_contingency([counts, totals - counts], correction=False).pvalue
    assert equal_shares(counts, totals) == pytest.approx(oracle, abs=1e-12)
    assert np.isnan(equal_shares(np.array([3]), np.array([9])))


def test_holm_equals_statsmodels():
    p = np.array([0.04, 0.01, np.nan, 0.2, 0.011])
    known = ~np.isnan(p)
    np.testing.assert_allclose(holm(p)[known], multipletests(p[known], method="holm")[1])
    assert np.isnan(holm(p)[2])


@pytest.fixture(scope="module")
def ties():
    random = np.random.default_rng(4)
    time = random.integers(0, 40, 300).astype(float)
    return time, random.random(300) < 0.6


def test_the_curve_equals_statsmodels(ties):
    time, event = ties
    curve = reached(time, event)
    oracle = SurvfuncRight(time, event)
    np.testing.assert_array_equal(curve.time, oracle.surv_times)
    np.testing.assert_allclose(curve.without, oracle.surv_prob, atol=1e-12)
    np.testing.assert_allclose(
        curve.without * np.sqrt(curve.variance), oracle.surv_prob_se, atol=1e-12
    )


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


def test_beyond_the_follow_up_nothing_is_told():
    share, low, high = reached(np.arange(20.0), np.arange(20) % 2 == 0).by([9, 15], 0.95)
    assert np.isfinite([share[0], low[0], high[0]]).all()
    assert np.isnan([share[1], low[1], high[1]]).all()


def test_a_negative_time_is_refused():
    with pytest.raises(ValueError, match="negative"):
        reached([-1.0], [True])
