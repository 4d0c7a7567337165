"""The limit behind a zero: closed forms, and coverage where few are won."""

import numpy as np
import pytest
from scipy.stats import beta

from alignment.incidence import (
    aalen_johansen,
    bounded_intervals,
    interval,
    risk_tables,
    standing_for,
    value_at,
)


def bounded(found, level):
    return (limits[0] for limits in bounded_intervals(found, level=level))


def estimated(exit, end):
    exit = np.asarray(exit)
    return aalen_johansen(risk_tables(np.zeros(len(exit), exit.dtype), exit, np.asarray(end))[0])


def test_nobody_of_n_without_censoring_is_clopper_pearson():
    found = estimated(np.arange(20), np.full(20, 2))
    low, high = bounded(found, 0.95)
    assert (low == 0).all()
    np.testing.assert_allclose(high, beta.ppf(0.975, 1, 20))
    np.testing.assert_allclose(standing_for(found), 20)


def test_everybody_is_the_other_way_round():
    found = estimated([4] * 9, [1] * 9)
    low, high = bounded(found, 0.9)
    assert (low[-1], high[-1]) == (pytest.approx(beta.ppf(0.05, 9, 1)), 1.0)


def test_under_censoring_only_those_still_there_count():
    found = estimated([2, 5, 5, 9], [0, 0, 0, 0])
    _, high = bounded(found, 0.95)
    np.testing.assert_allclose(high[[2, 5, 9]], 1 - 0.025 ** (1 / np.array([4, 3, 1])))


def test_elsewhere_it_is_the_usual_interval():
    found = estimated([1, 2, 2, 3, 7, 8], [1, 2, 1, 0, 1, 0])
    usual, ours = (
        interval(found.incidence[0], found.variance[0], level=0.9),
        bounded(found, 0.9),
    )
    there = ~np.isnan(usual[0])
    assert there.sum() > 5
    for one, other in zip(usual, ours, strict=True):
        np.testing.assert_array_equal(one[there], other[there])


@pytest.mark.parametrize(("rate", "leads"), [(0.004, 60), (0.002, 200)])
def test_it_covers_where_hardly_anybody_is_won(rate, leads):
    random = np.random.default_rng(7)
    truth, covered = rate / (rate + 0.01) * (1 - np.exp(-(rate + 0.01) * 61)), 0
    for _ in range(600):
        won, lost = random.exponential(1 / rate, leads), random.exponential(100, leads)
        stop = random.integers(20, 200, leads)
        day = np.minimum(won, lost).astype(int)
        end = np.where(day > stop, 0, np.where(won < lost, 1, 2))
        found = estimated(np.minimum(day, stop), end)
        low, high = (
            value_at(found.table, limit, np.array([60]), start=np.nan)[0]
            for limit in bounded(found, 0.95)
        )
        covered += low <= truth <= high
    assert covered / 600 >= 0.92
