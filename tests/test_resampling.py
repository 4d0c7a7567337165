"""Intervals from bootstrap replicates: known answers, and what is missing."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from alignment.resampling import effective_size, expanded_percentile


def test_equal_values_count_each_and_one_large_counts_alone():
    assert effective_size(np.full(7, 3.0)) == pytest.approx(7)
    assert effective_size(np.array([1e9, 1.0, 1.0])) == pytest.approx(1, abs=1e-6)
    assert effective_size(np.zeros(3)) == 0


def test_the_expanded_interval_of_normal_replicates_is_that_of_student():
    """Hesterberg (2015): with the bootstrap's n − 1 in place of n, it is the t interval."""
    n, spread = 12, 2.0
    quantiles = stats.norm.ppf((np.arange(200_000) + 0.5) / 200_000)
    draws = (spread * np.sqrt((n - 1) / n) / np.sqrt(n) * quantiles)[:, np.newaxis]
    low, high = expanded_percentile(draws, 0.90, n)
    half = stats.t.ppf(0.95, n - 1) * spread / np.sqrt(n)
    assert (low[0], high[0]) == (pytest.approx(-half, rel=1e-3), pytest.approx(half, rel=1e-3))
    plain = expanded_percentile(draws, 0.90)
    assert plain[1][0] < high[0]


def test_a_replicate_without_a_number_is_none():
    draws = np.array([[np.nan, 1.0], [2.0, 3.0], [4.0, 5.0]])
    low, high = expanded_percentile(draws, 0.5)
    assert (low[0], high[1]) == (2.5, 4.5)
    assert np.isnan(expanded_percentile(draws[:1], 0.5)[0]).all()
