"""Areas under the curves: closed forms without censoring, a simulated variance with it."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alignment.incidence import aalen_johansen, risk_tables
from alignment.lead_to_close.restricted_mean import restricted_mean


def estimated(exit, end, entry=None):
    exit = np.asarray(exit)
    entry = np.zeros(len(exit), exit.dtype) if entry is None else entry
    return aalen_johansen(risk_tables(entry, exit, np.asarray(end))[0])


spells = st.lists(st.tuples(st.integers(0, 40), st.integers(1, 2)), min_size=2, max_size=40)


@settings(max_examples=30, deadline=None)
@given(spells, st.integers(1, 40), st.booleans())
def test_without_censoring_it_is_a_mean_and_its_variance(rows, horizon, exact):
    exit, end = (np.array(column) for column in zip(*rows, strict=True))
    time = exit * 1.0 if exact else exit
    mean = restricted_mean(estimated(time, end), horizon)
    stayed = np.minimum(exit, horizon)
    assert mean.open_days == pytest.approx(stayed.mean(), abs=1e-9)
    assert mean.open_variance == pytest.approx(stayed.var() / len(exit), abs=1e-9)
    for kind in (1, 2):
        lost = np.where(end == kind, np.maximum(horizon - exit, 0), 0)
        assert mean.lost_days[kind - 1] == pytest.approx(lost.mean(), abs=1e-9)
        assert mean.lost_variance[kind - 1] == pytest.approx(lost.var() / len(exit), abs=1e-9)


@settings(max_examples=20, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 2)), min_size=3, max_size=30))
def test_time_open_and_time_after_each_end_make_the_horizon(rows):
    exit, end = (np.array(column) for column in zip(*rows, strict=True))
    horizon = int(exit.max())
    if horizon:
        mean = restricted_mean(estimated(exit, end), horizon)
        assert mean.open_days + mean.lost_days.sum() == pytest.approx(horizon, abs=1e-9)


def test_the_variance_is_that_of_repeated_samples_under_censoring_and_delayed_entry():
    random = np.random.default_rng(2)
    values, variances = [], []
    for _ in range(800):
        won, lost = random.exponential(60, 200), random.exponential(40, 200)
        stop = random.uniform(5, 120, 200)
        late = np.where(random.random(200) < 0.4, random.uniform(0, 30, 200), 0).astype(int)
        exit = np.minimum(np.minimum(won, lost), stop).astype(int)
        end = np.where(stop < np.minimum(won, lost), 0, np.where(won < lost, 1, 2))
        seen = exit >= late
        mean = restricted_mean(estimated(exit[seen], end[seen], late[seen]), 40)
        values.append([mean.open_days, *mean.lost_days])
        variances.append([mean.open_variance, *mean.lost_variance])
    np.testing.assert_allclose(np.var(values, axis=0), np.mean(variances, axis=0), rtol=0.15)


def test_beyond_the_follow_up_it_is_missing():
    found = estimated([3, 9, 12], [1, 0, 0])
    assert np.isnan(restricted_mean(found, 13).open_days)
    assert restricted_mean(found, 12).open_days == pytest.approx(3 + 9 * 2 / 3)
    with pytest.raises(ValueError, match="after day 0"):
        restricted_mean(found, 0)
