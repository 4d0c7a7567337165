"""The estimators against published numbers, closed forms, brute force and statsmodels."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.duration.survfunc import CumIncidenceRight, SurvfuncRight

from alignment.incidence import (
    aalen_johansen,
    interval,
    kaplan_meier,
    quantile,
    quantile_within,
    risk_tables,
    value_at,
)

# Remission times in weeks under 6-mercaptopurine (Freireich et al. 1963, Blood 21:699), and the
# Kaplan-Meier estimates that textbooks print for them.
REMISSION = [6, 6, 6, 7, 10, 13, 16, 22, 23, 6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35]
RELAPSED = [1] * 9 + [0] * 12
PUBLISHED = {
    6: (0.857, 0.0764),
    7: (0.807, 0.0869),
    10: (0.753, 0.0963),
    13: (0.690, 0.1068),
    16: (0.627, 0.1141),
    22: (0.538, 0.1282),
    23: (0.448, 0.1346),
}


def one(entry, exit, end, ends=2):
    return risk_tables(np.asarray(entry), np.asarray(exit), np.asarray(end), ends=ends)[0]


def competing(seed, n=400, days=40):
    random = np.random.default_rng(seed)
    return random.integers(0, days, n), random.integers(0, 3, n)


def test_remission_times_give_the_published_estimates():
    table = one(np.zeros(21, int), REMISSION, RELAPSED, ends=1)
    survival, variance = kaplan_meier(table)
    for week, (published, error) in PUBLISHED.items():
        assert survival[week] == pytest.approx(published, abs=5e-4)
        assert np.sqrt(variance[week]) == pytest.approx(error, abs=5e-5)
    low, high = interval(1 - survival, variance)
    assert quantile(table, 1 - survival, low, high, 0.5)[0] == 23
    assert (table.at_risk[6], table.at_risk[10], table.at_risk[23]) == (21, 15, 6)


def test_exponential_ends_follow_their_closed_form():
    random = np.random.default_rng(3)
    n, won_rate, lost_rate = 200_000, 1 / 60, 1 / 90
    won, lost = random.exponential(60, n), random.exponential(90, n)
    censored = random.uniform(0, 200, n)
    exit = np.minimum(np.minimum(won, lost), censored)
    end = np.where(exit == won, 1, np.where(exit == lost, 2, 0))
    found = aalen_johansen(one(np.zeros(n), exit, end))
    days = np.array([10.0, 30.0, 90.0, 150.0])
    rate = won_rate + lost_rate
    for k, own in enumerate((won_rate, lost_rate)):
        truth = own / rate * (1 - np.exp(-rate * days))
        error = np.sqrt(value_at(found.table, found.variance[k], days))
        assert np.abs(value_at(found.table, found.incidence[k], days) - truth).max() < 4 * max(
            error
        )
        assert max(error) < 0.003


@pytest.mark.parametrize("seed", range(5))
def test_points_and_errors_equal_those_of_statsmodels(seed):
    days, end = competing(seed)
    end[days == days.max()] = 0  # statsmodels divides by zero where all at risk end
    found = aalen_johansen(one(np.zeros(len(days), int), days, end))
    theirs = CumIncidenceRight(days, end)
    at = np.searchsorted(found.table.time, theirs.times)
    for k in range(2):
        np.testing.assert_allclose(found.incidence[k][at], theirs.cinc[k], rtol=0, atol=1e-12)
        error = np.sqrt(found.variance[k][at])
        np.testing.assert_allclose(error, theirs.cinc_se[k], rtol=0, atol=1e-10)


@pytest.mark.parametrize("seed", range(5))
def test_delayed_entry_equals_statsmodels_with_entries_half_a_day_earlier(seed):
    random = np.random.default_rng(seed)
    exit = random.integers(0, 60, 500)
    entry = np.where(random.random(500) < 0.5, 0, random.integers(0, 60, 500))
    entry = np.minimum(entry, exit)
    end = random.integers(0, 2, 500)
    table = one(entry, exit, end, ends=1)
    survival, variance = kaplan_meier(table)
    # Theirs is at risk after its entry: entry < t. On whole days half a day makes it entry <= t.
    theirs = SurvfuncRight(exit, end, entry=entry - 0.5)
    at = theirs.surv_times.astype(int)
    told = theirs.surv_prob > 0
    np.testing.assert_array_equal(table.at_risk[at], theirs.n_risk)
    np.testing.assert_allclose(survival[at][told], theirs.surv_prob[told], rtol=0, atol=1e-12)
    error = np.sqrt(variance[at][told])
    np.testing.assert_allclose(error, theirs.surv_prob_se[told], rtol=0, atol=1e-12)


@pytest.mark.parametrize("share", [0.1, 0.25, 0.5, 0.75])
def test_quantile_intervals_equal_those_of_statsmodels(share):
    random = np.random.default_rng(8)
    exit, end = random.integers(0, 50, 300), (random.random(300) < 0.7).astype(int)
    end[exit == exit.max()] = 0  # theirs takes the logarithm of 0 where all at risk end
    table = one(np.zeros(300, int), exit, end, ends=1)
    survival, variance = kaplan_meier(table)
    low, high = interval(1 - survival, variance, level=0.95)
    theirs = SurvfuncRight(exit, end)
    found = quantile(table, 1 - survival, low, high, share)
    assert found[0] == theirs.quantile(share)
    assert found[1:] == pytest.approx(theirs.quantile_ci(share))


def test_with_one_kind_of_end_it_is_kaplan_meier_interval_included():
    random = np.random.default_rng(5)
    exit = random.integers(0, 80, 600)
    entry = np.minimum(np.where(random.random(600) < 0.7, 0, random.integers(0, 80, 600)), exit)
    table = one(entry, exit, random.integers(0, 2, 600), ends=1)
    found = aalen_johansen(table)
    survival, variance = kaplan_meier(table)
    low, high = interval(found.incidence[0], found.variance[0])
    base_low, base_high = interval(survival, variance, transform="log-log")
    told = np.isfinite(low) & np.isfinite(base_low)
    assert told.sum() > 50
    np.testing.assert_allclose(found.variance[0], variance, rtol=1e-10, atol=1e-300)
    np.testing.assert_allclose(low[told], 1 - base_high[told], rtol=0, atol=1e-12)
    np.testing.assert_allclose(high[told], 1 - base_low[told], rtol=0, atol=1e-12)


def brute_covariance(table, k, early, late):
    """Delta method in full: numerical gradients of both F in every daily share of ends."""
    n, events = table.at_risk.astype(float), table.events.astype(float)
    used = np.flatnonzero(events.sum(axis=0) > 0)

    def read(shares):
        before = np.cumprod(np.r_[1.0, 1 - shares.sum(axis=0)])[:-1]
        curve = np.cumsum(before * shares[k])
        return np.array([curve[early], curve[late]])

    base = events / np.maximum(n, 1)
    total = np.zeros((2, 2))
    for i in used:
        gradient = np.zeros((2, len(events)))
        for j in range(len(events)):
            step = np.zeros_like(base)
            step[j, i] = 1e-5
            gradient[:, j] = (read(base + step) - read(base - step)) / 2e-5
        share = base[:, i]
        total += gradient @ ((np.diag(share) - np.outer(share, share)) / n[i]) @ gradient.T
    return total


def test_variance_and_covariance_equal_the_delta_method_in_full():
    days, end = competing(4, n=120, days=15)
    found = aalen_johansen(one(np.minimum(days, competing(9, 120, 4)[0]), days, end))
    for early, late in ((3, 11), (7, 13), (0, 12)):
        full = brute_covariance(found.table, 0, early, late)
        gap = found.incidence[0, late] - found.incidence[0, early]
        covariance = found.variance[0, early] - gap * found.lag_covariance[0, early]
        assert found.variance[0, early] == pytest.approx(full[0, 0], rel=1e-7)
        assert found.variance[0, late] == pytest.approx(full[1, 1], rel=1e-7)
        assert covariance == pytest.approx(full[0, 1], rel=1e-7)


def test_median_among_those_won_by_a_horizon():
    exit = np.array([1, 2, 3, 4, 50, 50, 50, 50])
    found = aalen_johansen(one(np.zeros(8, int), exit, [1, 1, 1, 1, 0, 0, 0, 0]))
    days, low, high = quantile_within(found, 0, 40, 0.5, 0.95)
    assert (days, low <= 2 <= high) == (2, True)
    assert np.isnan(quantile_within(found, 0, 51, 0.5, 0.95)).all()  # beyond the follow-up
    assert np.isnan(quantile_within(found, 1, 40, 0.5, 0.95)).all()  # nobody lost


def test_a_spell_is_at_risk_on_the_day_it_enters_and_on_the_day_it_leaves():
    table = one([0, 2, 3], [5, 2, 5], [0, 1, 0])
    assert table.at_risk.tolist() == [1, 1, 2, 2, 2, 2]
    assert aalen_johansen(table).incidence[0, 2] == pytest.approx(1 / 2)


def test_nothing_is_told_beyond_a_break_in_the_risk_set():
    # Nobody at risk on days 3 and 4; all at risk end on day 2.
    gap = one([0, 5], [2, 9], [0, 1])
    assert gap.follow_up == 2
    emptied = one([0, 1, 4], [4, 2, 9], [0, 0, 1])
    assert emptied.follow_up == 9  # the last one ended, but others were censored
    assert one([0, 0], [4, 2], [2, 1]).follow_up == np.inf  # all ended: the curve stays
    early = one([0, 1], [0, 9], [1, 0])
    assert np.isnan(early.follow_up)  # S would be 0 for ever because of one lead
    assert np.isnan(one([2], [9], [1]).follow_up)  # nobody seen from day 0 on
    random = np.random.default_rng(1)
    for still_open, follow_up in ((2, np.inf), (8, 60)):  # 1 % open can move nothing by more
        exit = np.r_[random.integers(0, 50, 400), [60] * still_open]
        end = np.r_[np.ones(400, int), [0] * still_open]
        assert one(np.zeros(len(exit), int), exit, end).follow_up == follow_up
    assert np.isnan(value_at(gap, np.zeros(10), np.array([2, 3]))).tolist() == [False, True]
    assert one([0.0, 5.0], [2.0, 9.0], [0, 1]).follow_up == 2


def test_impossible_spells_are_refused():
    for entry, exit in (([2], [1]), ([-1], [1])):
        with pytest.raises(ValueError, match="entry"):
            one(entry, exit, [0])


spells = st.lists(
    st.tuples(st.integers(0, 12), st.integers(0, 12), st.integers(0, 2)), min_size=1, max_size=40
).map(lambda rows: np.array([(min(a, b), max(a, b), end) for a, b, end in rows]))


@given(spells)
def test_won_lost_and_open_add_up_to_one(rows):
    found = aalen_johansen(one(*rows.T))
    total = found.incidence.sum(axis=0) + found.survival
    np.testing.assert_allclose(total, 1, rtol=0, atol=1e-12)
    assert (found.variance >= 0).all()
    assert (np.diff(found.incidence, axis=1) >= 0).all()


@given(spells, st.randoms(use_true_random=False))
def test_the_order_of_spells_does_not_matter(rows, random):
    shuffled = rows.copy()
    order = list(range(len(rows)))
    random.shuffle(order)
    a, b = aalen_johansen(one(*rows.T)), aalen_johansen(one(*shuffled[order].T))
    np.testing.assert_array_equal(a.incidence, b.incidence)
    np.testing.assert_array_equal(a.variance, b.variance)


@given(spells, st.integers(0, 12))
def test_splitting_spells_at_a_day_changes_nothing(rows, day):
    entry, exit, end = rows.T
    cut = (entry <= day) & (day < exit)
    split = np.concatenate(
        [
            np.stack([entry, np.where(cut, day, exit), np.where(cut, 0, end)]),
            np.stack([np.full(cut.sum(), day + 1), exit[cut], end[cut]]),
        ],
        axis=1,
    )
    a, b = one(entry, exit, end), one(*split)
    np.testing.assert_array_equal(a.at_risk, b.at_risk)
    np.testing.assert_array_equal(a.events, b.events)
    assert a.follow_up == b.follow_up or np.isnan([a.follow_up, b.follow_up]).all()


@given(spells)
def test_sorting_gives_what_counting_by_day_gives(rows):
    by_day, sorted_ = one(*rows.T), one(*rows.T[:2].astype(float), rows.T[2])
    at = sorted_.time.astype(int)
    np.testing.assert_array_equal(by_day.at_risk[at], sorted_.at_risk)
    np.testing.assert_array_equal(by_day.events[:, at], sorted_.events)
    a, b = aalen_johansen(by_day), aalen_johansen(sorted_)
    np.testing.assert_allclose(a.incidence[:, at], b.incidence, rtol=0, atol=1e-14)
    np.testing.assert_allclose(a.variance[:, at], b.variance, rtol=0, atol=1e-14)


@settings(max_examples=50)
@given(spells, st.integers(1, 4))
def test_groups_are_estimated_as_if_alone(rows, groups):
    entry, exit, end = rows.T
    codes = np.arange(len(rows)) % groups
    for whole in (True, False):
        kind = int if whole else float
        together = risk_tables(
            entry.astype(kind), exit.astype(kind), end, group=codes, groups=groups
        )
        for code, table in enumerate(together):
            if (codes == code).any():
                own = codes == code
                alone = one(entry[own].astype(kind), exit[own].astype(kind), end[own])
                np.testing.assert_array_equal(table.time, alone.time)
                np.testing.assert_array_equal(table.at_risk, alone.at_risk)
                np.testing.assert_array_equal(table.events, alone.events)
            else:
                assert len(table.time) == 0
