"""Shares, differences and tests of them equal those of statsmodels and scipy."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import chi2_contingency
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint

from alignment.shares import difference, difference_of, equal_shares, holm, wilson


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
    both = zip(*wilson([40, 22], [90, 80], 0.95), strict=True)
    assert difference_of(*(tuple(map(float, one)) for one in both)) == pytest.approx(found)


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
