"""Shares, differences and tests of them equal those of statsmodels and scipy."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import chi2_contingency, norm
from statsmodels.regression.linear_model import OLS
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint

from alignment.shares import (
    design_effects,
    difference,
    difference_of,
    equal_shares,
    holm,
    mean_cluster,
    wilson,
)


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


def clustered(seed, accounts=60, chance=0.5):
    """Leads of which half of what moves them is their account's."""
    random = np.random.default_rng(seed)
    account = np.repeat(np.arange(accounts), np.minimum(random.geometric(1 / 3, accounts), 20))
    moved = random.standard_normal(accounts)[account] + random.standard_normal(len(account))
    return moved < norm.ppf(chance) * np.sqrt(2), account


def test_the_design_effect_is_the_cluster_robust_variance_of_statsmodels():
    hit, account = clustered(1)
    n, accounts = len(hit), account.max() + 1
    robust = OLS(hit.astype(float), np.ones(n)).fit(
        cov_type="cluster", cov_kwds={"groups": account, "use_correction": False}
    )
    alone = hit.mean() * (1 - hit.mean()) / (n - 1)
    expected = robust.bse[0] ** 2 * accounts / (accounts - 1) / alone
    assert design_effects(hit, account)[0] == pytest.approx(expected, abs=1e-12)


def test_rows_alone_have_no_design_effect_and_leave_the_interval_as_it_was():
    hit, _ = clustered(2)
    effect = design_effects(hit, np.arange(len(hit)))
    assert effect.tolist() == [1.0]
    plain = wilson([hit.sum()], [len(hit)], 0.9)
    np.testing.assert_array_equal(plain, wilson([hit.sum()], [len(hit)], 0.9, effect))


def test_behind_a_zero_an_account_counts_once():
    account = np.repeat(np.arange(20), 5)
    nothing = np.zeros(100, dtype=bool)
    assert design_effects(nothing, account)[0] == mean_cluster(account) == 5
    assert wilson([0], [100], 0.9, 5.0)[2] == pytest.approx(wilson([0], [20], 0.9)[2])


@given(st.integers(0, 10_000), st.integers(2, 5))
@settings(max_examples=30, deadline=None)
def test_a_design_effect_is_never_below_one_and_knows_no_order(seed, groups):
    hit, account = clustered(seed, accounts=12)
    random = np.random.default_rng(seed)
    group, order = random.integers(0, groups, len(hit)), random.permutation(len(hit))
    effect = design_effects(hit, account, group, groups)
    assert (effect >= 1).all()
    again = design_effects(hit[order], account[order] + 7, group[order], groups)
    np.testing.assert_allclose(again, effect, rtol=1e-12)
    for code in range(groups):
        own = group == code
        if own.any():
            assert effect[code] == pytest.approx(design_effects(hit[own], account[own])[0])


def test_intervals_cover_where_accounts_are_alike_and_plain_ones_do_not():
    held = {"plain": 0, "by account": 0}
    for seed in range(400):
        hit, account = clustered(seed)
        for name, effect in (("plain", 1.0), ("by account", design_effects(hit, account))):
            _, low, high = wilson([hit.sum()], [len(hit)], 0.9, effect)
            held[name] += bool(low[0] <= 0.5 <= high[0])
    assert held["plain"] < 0.8 * 400
    assert held["by account"] > 0.83 * 400  # 0.87 in 2,000 runs


def test_the_test_of_equal_shares_counts_accounts():
    alarms = np.zeros(2)
    for seed in range(300):
        hit, account = clustered(seed)
        half = account % 2
        counts, totals = np.bincount(half, hit).astype(int), np.bincount(half)
        effect = design_effects(hit, account, half, 2)
        alarms += equal_shares(counts, totals) < 0.05, equal_shares(counts, totals, effect) < 0.05
    assert alarms[0] > 0.1 * 300
    assert alarms[1] < 0.1 * 300
