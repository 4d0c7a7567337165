"""The arithmetic of the plan against closed forms, brute force and a second implementation."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from alignment import incidence
from alignment.dataset import Dataset
from alignment.errors import ArgumentError
from alignment.shared_goals.capacity import Demand, Effort
from alignment.shared_goals.cohorts import (
    Cohorts,
    convolved,
    count_cohorts,
    curves,
    excess,
    month_weights,
    remaining,
)
from alignment.shared_goals.deconvolution import deconvolve
from alignment.shared_goals.draws import Outcomes, share_reached
from alignment.shared_goals.horizon import MONTH_DAYS, Horizon, horizon

AS_OF = pd.Timestamp("2026-06-15 12:00", tz="UTC")


def spells(seed: int, size: int = 300):
    random = np.random.default_rng(seed)
    stay, end = random.integers(0, 40, size), random.integers(0, 3, size)
    return random.integers(0, 5, size), stay, end


def test_the_curves_are_those_of_aalen_and_johansen():
    month, stay, end = spells(1)
    counted = count_cohorts(month, 5, stay, end, days=50)
    found = curves(counted, np.ones((1, 5)))
    (table,) = incidence.risk_tables(np.zeros_like(stay), stay, end)
    known = incidence.aalen_johansen(table)
    days = len(table.time)
    np.testing.assert_allclose(found.made[0, :days], known.incidence[0], atol=1e-12)
    np.testing.assert_allclose(found.still[0, :days], known.survival, atol=1e-12)
    assert counted.started.sum() == len(stay)


def test_a_month_drawn_twice_weighs_like_its_leads_written_twice():
    month, stay, end = spells(2)
    weights = np.array([[1.0, 2.0, 0.0, 1.0, 1.0]])
    found = curves(count_cohorts(month, 5, stay, end, days=50), weights)
    times = weights[0][month].astype(int)
    again = [np.repeat(values, times) for values in (month, stay, end)]
    known = curves(count_cohorts(again[0], 5, *again[1:], days=50), np.ones((1, 5)))
    np.testing.assert_allclose(found.made, known.made, atol=1e-12)


def test_resampled_months_are_as_many_as_the_months():
    weights = month_weights(24, 50, 7)
    assert (weights[0] == 1).all()
    assert (weights.sum(axis=1) == 24).all()
    assert (weights == month_weights(24, 50, 7)).all()


@pytest.mark.parametrize("apart", [0.0, 0.3])
def test_months_that_differ_beyond_chance_are_told_from_those_that_do_not(apart):
    random = np.random.default_rng(3)
    months, leads = 400, 500
    level = random.gamma(1 / apart**2, apart**2, months) if apart else np.ones(months)
    made = random.poisson(leads * 0.1 * level).astype(float)[:, None]
    zero = np.zeros_like(made)
    found = excess(Cohorts(made[:, 0], np.full((months, 1), float(leads)), made, zero))
    assert np.sqrt(found) == pytest.approx(apart, abs=0.04)


def test_the_convolution_of_two_lags_is_that_of_numpy():
    random = np.random.default_rng(4)
    first, second = random.random((2, 3, 30))
    found = convolved(first, second, 45)
    for row in range(3):
        known = np.convolve(first[row], second[row])[:45]
        np.testing.assert_allclose(found[row], known, atol=1e-12)


def test_what_is_still_to_come_is_the_sum_over_those_who_wait():
    random = np.random.default_rng(5)
    density = random.dirichlet(np.ones(20), 2) * 0.6
    made = np.cumsum(density, axis=1)
    waiting = random.integers(0, 9, 20).astype(float)
    found = remaining(waiting, made, 1 - made, 25)
    for sample in range(2):
        for day in range(1, 26):
            known = sum(
                waiting[age] * density[sample, age + day] / (1 - made[sample, age])
                for age in range(20)
                if age + day < 20
            )
            assert found[sample, day - 1] == pytest.approx(known, abs=1e-12)


def test_without_a_lag_each_month_asks_for_its_own_leads():
    needed = np.array([3.0, 0.0, 5.0])
    np.testing.assert_allclose(
        deconvolve(needed, 0.1 * np.eye(3), smooth=0.0), [30.0, 0.0, 50.0], atol=1e-9
    )


def test_a_lag_of_a_month_asks_for_the_leads_a_month_earlier():
    response = 0.2 * np.eye(5, k=-1)
    found = deconvolve(np.array([0.0, 4.0, 6.0, 2.0, 8.0]), response, smooth=0.0)
    np.testing.assert_allclose(found[:4], [20.0, 30.0, 10.0, 40.0], atol=1e-9)


def test_the_inflow_behind_exact_wins_is_found_again():
    random = np.random.default_rng(6)
    lag = np.array([0.4, 0.3, 0.2, 0.1])
    response = sum(0.05 * share * np.eye(12, k=-k) for k, share in enumerate(lag))
    inflow = random.uniform(0, 200, 12)
    found = deconvolve(response @ inflow, response, smooth=0.0)
    np.testing.assert_allclose(found, inflow, rtol=1e-6)


def test_a_steady_need_is_met_by_a_steady_inflow_whatever_the_smoothing():
    found = deconvolve(np.full(8, 10.0), 0.1 * np.eye(8), pace=100.0, smooth=5.0)
    np.testing.assert_allclose(found, 100.0, rtol=1e-9)


@given(
    st.lists(st.floats(-5, 50), min_size=3, max_size=8),
    st.floats(0.01, 100),
    st.floats(0, 10),
)
def test_the_inflow_is_never_negative_and_grows_with_the_need(needed, times, smooth):
    size = len(needed)
    response = 0.1 * (0.6 * np.eye(size) + 0.4 * np.eye(size, k=-1))
    found = deconvolve(np.array(needed), response, smooth=smooth)
    assert (found >= 0).all()
    scaled = deconvolve(times * np.array(needed), response, smooth=smooth)
    np.testing.assert_allclose(scaled, times * found, rtol=1e-5, atol=1e-5 * times)


def dataset() -> Dataset:
    return Dataset(as_of=AS_OF, observed_from=AS_OF - pd.Timedelta(days=900))


def test_what_a_month_of_leads_brings_is_counted_day_by_day():
    span = horizon(dataset(), "2026-09-10")
    made = np.minimum(np.arange(1, 61) / 100, 0.5)[None, :]
    found = span.response(made)[0]
    for of in range(2):
        for month in range(4):
            known = 0.0
            for born in range(span.first[of], span.last[of] + 1):
                by = [end - born for end in (span.last[month], span.first[month] - 1)]
                values = [0.0 if age < 0 else made[0, min(age, 59)] for age in by]
                known += (values[0] - values[1]) / MONTH_DAYS
            assert found[month, of] == pytest.approx(known, abs=1e-12)
    whole = span.by_the_day(made)[0]
    cut = [
        sum(made[0, min(span.days - born, 59)] for born in range(first, min(last, span.days) + 1))
        for first, last in zip(span.first[: span.months], span.last, strict=False)
    ]
    np.testing.assert_allclose(whole, np.array(cut) / MONTH_DAYS, atol=1e-12)


def test_a_horizon_begins_the_day_after_the_export_and_joins_a_short_rest():
    span = horizon(dataset(), "2026-08-31")
    assert span.names == ("2026-06", "2026-07", "2026-08")
    assert (span.first[0], span.last[0], span.days) == (1, 15, 77)
    late = dataset().replace(as_of=pd.Timestamp("2026-06-27 12:00", tz="UTC"))
    span = horizon(late, "2026-08-31")
    assert span.names == ("2026-07", "2026-08")
    assert (span.first[0], span.last[0]) == (1, 34)
    assert isinstance(span, Horizon)


def test_a_month_that_the_goal_cuts_is_planned_up_to_its_day():
    span, whole = (horizon(dataset(), by) for by in ("2026-08-10", "2026-08-31"))
    assert span.names == whole.names == ("2026-06", "2026-07", "2026-08")
    assert (span.first[2], span.last[2], span.days) == (47, 56, 56)
    assert span.lengths[2] == pytest.approx(10 / MONTH_DAYS)
    # The rest of the month comes first beyond the date, and the months after it as they are.
    assert (span.first[3], span.last[3]) == (57, 77)
    np.testing.assert_array_equal(span.last[3:], whole.last[2:])
    np.testing.assert_array_equal(span.first[4:], whole.first[3:])
    # The last day of a month cuts nothing; a plan of days within one month is of those days.
    assert len(whole.last) == len(span.last) - 1
    short = horizon(dataset(), "2026-06-20")
    assert (short.names, short.first[0], short.last[0], short.days) == (("2026-06",), 1, 5, 5)


@pytest.mark.parametrize("by", ["2026-06-15", "2020-01-01", "2033-01-01", "soon", "2027-13-01"])
def test_a_goal_that_cannot_be_planned_is_refused(by):
    with pytest.raises(ArgumentError):
        horizon(dataset(), by)


def demand(leads: float, opportunities: float, old: float, hours: float) -> Demand:
    one = np.ones((1, 1))
    return Demand(leads * one, opportunities * one, old * one, np.array([hours]), one)


def test_the_volume_counts_whole_until_the_hours_are_used_up():
    effort = Effort(1.0, 10.0, "stated", 300.0, 0.5)
    asked = demand(100.0, 10.0, 0.0, 300.0)  # 200 hours at volume 1: used up at 1.5
    volume = np.linspace(0, 4, 401)
    counts = asked.effective(effort, volume)[0]
    below = volume <= 1.5
    np.testing.assert_allclose(counts[below], volume[below])
    assert (np.diff(counts[volume >= 1.5]) < 0).all()
    assert volume[np.argmax(counts)] == pytest.approx(1.5)
    # Beyond, the hours are exactly used: v·q·100 + v·q²·100 = 300, and v·q² counts.
    part = np.sqrt(counts[-1] / 4)
    assert 4 * part * 100 + 4 * part**2 * 100 == pytest.approx(300)


def test_each_draw_reaches_a_goal_at_its_own_volume():
    mark = np.array([[0.5, 1.0, np.inf], [1.5, 2.0, 3.0]])
    outcomes = Outcomes(np.array([2.0, 10.0]), mark, np.array([[3.0, 7.0, 7.0], [1.0, 2.0, 3.0]]))
    np.testing.assert_allclose(outcomes.critical(5.0), [0.5, 0.0])
    np.testing.assert_allclose(outcomes.critical(9.0), [1.0, 0.0])
    np.testing.assert_allclose(outcomes.critical(12.0), [np.inf, 2.0])
    np.testing.assert_allclose(outcomes.revenue(1.0), [9.0, 10.0])
    np.testing.assert_allclose(share_reached(outcomes.critical(12.0), [1.0, 2.0]), [0.0, 0.5])
