"""Saturation and carry-over against their closed forms."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from alignment.horizons.carry_over import (
    carried,
    geometric,
    humped,
    marginal_share,
    saturated,
    usual_week,
)


@pytest.mark.parametrize("retention", [0.0, 0.5, 0.97])
def test_a_geometric_effect_within_h_weeks_is_one_minus_the_power(retention):
    within = np.cumsum(geometric(retention, 60))
    np.testing.assert_allclose(within, 1 - retention ** np.arange(1, 61), rtol=1e-12)


def test_a_humped_effect_follows_the_gamma_law_and_peaks_later():
    kernel = humped(12.0, 400)
    law = stats.gamma(3, scale=4)
    np.testing.assert_allclose(np.cumsum(kernel), law.cdf(np.arange(1, 401)), rtol=1e-9)
    assert kernel.sum() == pytest.approx(1, abs=1e-12)
    # The mode of a gamma law of shape 3 and scale 4 is (3 − 1) · 4.
    assert abs(int(kernel.argmax()) - 8) <= 1


def test_constant_activity_stays_constant_under_every_carry_over():
    kernels = np.stack([geometric(0.9, 50), humped(20, 50)])
    np.testing.assert_allclose(carried(np.ones((50, 2)), kernels), 1.0)


def test_a_carried_series_is_the_convolution_with_its_mean_before():
    random = np.random.default_rng(1)
    z, kernel = random.gamma(2, 1, 40), geometric(0.7, 2000)
    z /= z.mean()
    longer = np.concatenate([np.ones(1960), z])
    expected = np.convolve(longer, kernel)[: len(longer)][-40:]
    found = carried(z[:, np.newaxis], kernel[np.newaxis, :40])[0, :, 0]
    np.testing.assert_allclose(found, expected, atol=1e-9)


def test_a_geometric_carry_over_obeys_its_recursion():
    z = np.random.default_rng(2).gamma(2, 1, (30, 1))
    z /= z.mean()
    found = carried(z, geometric(0.6, 30)[np.newaxis])[0, :, 0]
    last = 1.0
    for week in range(30):
        last = 0.4 * z[week, 0] + 0.6 * last
        assert found[week] == pytest.approx(last)


@settings(max_examples=30, deadline=None)
@given(st.floats(1e-6, 1e6), st.floats(0.3, 10), st.integers(0, 1000))
def test_saturation_does_not_see_units(unit, half, seed):
    x = np.random.default_rng(seed).gamma(1, 5, 60)
    bent = saturated(x, half)
    np.testing.assert_allclose(saturated(unit * x, half), bent, rtol=1e-9)
    assert bent.mean() == pytest.approx(1)


def test_half_of_what_can_be_reached_is_reached_at_half():
    x = np.array([2.0, 0.0, 4.0])
    assert usual_week(x) == 3.0
    # f(3) = 1/2 for half = 1; f(0) = 0.
    bent = saturated(np.append(x, 3.0), 1.0)
    assert bent[1] == 0
    np.testing.assert_allclose(bent[0] / bent[3], (2 / 5) / (1 / 2))


def test_one_more_unit_is_the_derivative():
    x = np.random.default_rng(3).gamma(2, 10, 80)
    for half in (0.5, 8.0):
        knee, step = half * usual_week(x), 1e-6

        def reached(scale, knee=knee):
            return (scale * x / (scale * x + knee)).mean()

        slope = (reached(1 + step) - reached(1 - step)) / (2 * step) / reached(1)
        assert marginal_share(x, np.array([half]))[0] == pytest.approx(slope, rel=1e-6)
