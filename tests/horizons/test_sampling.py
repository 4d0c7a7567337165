"""The sampler against numerical integration over all of its parameters."""

import numpy as np
import pytest
from scipy import integrate, stats

from alignment.horizons.carry_over import carried, geometric
from alignment.horizons.design import design
from alignment.horizons.model import base_columns
from alignment.horizons.sampling import (
    Lift,
    Prior,
    Sampler,
    log_mass,
    positive_normal,
)

WEEKS, RATIOS = 40, (0.0, 0.1)
FAST, SLOW = (0.0, 0.7), (0.9, 0.95)
PRIOR = Prior(np.array([1.0, 3.0]), 3.0, 0.4)


@pytest.fixture(scope="module")
def tiny():
    """One driver, two fast carry-overs, two retentions, two variance ratios."""
    random = np.random.default_rng(4)
    z = np.repeat(random.gamma(1, 1, 8), 5)
    z = (z / z.mean())[:, np.newaxis]
    fast = carried(z, np.stack([geometric(a, WEEKS) for a in FAST]))[:, :, 0]
    slow = carried(z, np.stack([geometric(a, WEEKS) for a in SLOW]))[:, :, 0]
    y = 20 + 1.5 * fast[1] + 2.5 * slow[0] + random.normal(0, 1, WEEKS)
    return y, fast, slow, base_columns(WEEKS, season=0)


def exact(tiny, lift=None):
    """Integrate by brute force, without whitening or Gram matrices."""
    y, fast, slow, base = tiny
    grid = np.linspace(0.005, 9.995, 500)
    cell = grid[1] - grid[0]
    stocks = np.concatenate([[0.0], grid])
    walk = np.minimum.outer(np.arange(WEEKS), np.arange(WEEKS))
    logs = []
    for ratio in RATIOS:
        inverse = np.linalg.inv(np.eye(WEEKS) + ratio * walk)
        inner = base.T @ inverse @ base
        metric = inverse - inverse @ base @ np.linalg.inv(inner) @ base.T @ inverse
        constant = 0.5 * np.linalg.slogdet(inverse)[1] - 0.5 * np.linalg.slogdet(inner)[1]
        for r in range(len(SLOW)):
            for k in range(len(FAST)):
                f, s = fast[k], slow[r]
                yy, yf, ys = y @ metric @ y, y @ metric @ f, y @ metric @ s
                ff, ss, fs = f @ metric @ f, s @ metric @ s, f @ metric @ s
                b, g = grid[:, np.newaxis], stocks[np.newaxis]
                rest = yy - 2 * b * yf - 2 * g * ys + b**2 * ff + g**2 * ss + 2 * b * g * fs
                log = constant - 0.5 * (WEEKS - base.shape[1]) * np.log(rest)
                if lift is not None:
                    told = b * lift.fast[0, k] + g * lift.slow[0, r]
                    log = log - 0.5 * ((lift.lift - told) / lift.error) ** 2
                mixed = sum(stats.halfnorm.pdf(grid, scale=t) for t in PRIOR.fast)
                weight = np.log(mixed * cell)[:, np.newaxis]
                slab = PRIOR.slow_probability * stats.halfnorm.pdf(grid, scale=PRIOR.slow) * cell
                logs.append(log + weight + np.log(np.append(1 - PRIOR.slow_probability, slab)))
    mass = np.exp(np.array(logs) - np.max(logs))
    mass = (mass / mass.sum()).reshape(len(RATIOS), len(SLOW), len(FAST), len(grid), -1)
    return {
        "fast": (mass * grid[:, np.newaxis]).sum(),
        "slow": (mass * stocks).sum(),
        "stock": mass[..., 1:].sum(),
        "kernel": mass[:, :, 1].sum(),
        "ratio": mass[1].sum(),
        "retention": mass[:, 1].sum(),
    }


def sampled(tiny, lifts=()):
    y, fast, slow, base = tiny
    built = design(
        y,
        np.vstack([fast, slow]).T,
        base,
        RATIOS,
        drivers=1,
        slow=(0,),
        grids=(1, len(FAST), len(SLOW)),
    )
    draws = Sampler(built, PRIOR, lifts, 400, 1).run(60, 100)
    return {
        "fast": draws.fast.mean(),
        "slow": draws.slow.mean(),
        "stock": (draws.slow > 0).mean(),
        "kernel": draws.kernel.mean(),
        "ratio": draws.ratio.mean(),
        "retention": draws.retention.mean(),
    }


def test_the_sampler_agrees_with_numerical_integration(tiny):
    found, expected = sampled(tiny), exact(tiny)
    for name, value in expected.items():
        assert found[name] == pytest.approx(value, abs=0.03), name


def test_an_experiment_enters_the_likelihood(tiny):
    lift = Lift(0.8, 0.2, np.array([[1.0, 0.657]]), np.array([[0.271, 0.143]]))
    found, expected = sampled(tiny, [lift]), exact(tiny, lift)
    for name, value in expected.items():
        assert found[name] == pytest.approx(value, abs=0.03), name
    assert expected["fast"] < 0.8 * exact(tiny)["fast"]  # it says much, or the test says little


def exact_of_two(lift, prior, stocks):
    """Integrate over two drivers whose sum an experiment measured, without any other data."""
    grid = np.linspace(0.05, 7.95, 80)
    first, second = grid[:, np.newaxis, np.newaxis], grid[np.newaxis, :, np.newaxis]
    density = sum(
        np.multiply.outer(stats.halfnorm.pdf(grid, scale=t), stats.halfnorm.pdf(grid, scale=t))
        for t in prior.fast
    )[:, :, np.newaxis]
    cell = grid[1] - grid[0]
    slab = prior.slow_probability * stats.halfnorm.pdf(stocks[1:], scale=prior.slow)
    slab = np.append(1 - prior.slow_probability, slab * (stocks[2] - stocks[1]))
    total, sums = 0.0, np.zeros(3)
    for r in range(len(SLOW)):
        for k in range(len(FAST)):
            for j in range(len(FAST)):
                told = first * lift.fast[0, k] + second * lift.fast[1, j] + stocks * lift.slow[0, r]
                mass = np.exp(-0.5 * ((lift.lift - told) / lift.error) ** 2) * density * slab
                mass *= cell**2
                total += mass.sum()
                sums += [(mass * x).sum() for x in (first, second, stocks)]
    return sums / total


def test_an_experiment_on_two_drivers_at_once_is_shared_between_them():
    # Columns that are all 0 tell nothing: what is left is the experiment and the priors.
    weeks, prior = 30, Prior(np.array([0.5, 1.5]), 1.5, 0.4)
    random = np.random.default_rng(0)
    columns = 1e-6 * random.random((weeks, 6))
    built = design(
        random.normal(0, 1, weeks),
        columns,
        np.ones((weeks, 1)),
        (0.0,),
        drivers=2,
        slow=(0,),
        grids=(1, len(FAST), len(SLOW)),
    )
    lift = Lift(3.0, 0.4, np.array([[1.0, 0.7], [0.6, 0.3]]), np.array([[0.5, 0.3], [0.0, 0.0]]))
    draws = Sampler(built, prior, [lift], 400, 2).run(60, 150)
    found = [draws.fast[:, 0].mean(), draws.fast[:, 1].mean(), draws.slow[:, 0].mean()]
    stocks = np.append(0.0, np.linspace(0.05, 7.95, 80))
    np.testing.assert_allclose(found, exact_of_two(lift, prior, stocks), atol=0.04)


@pytest.mark.parametrize(("mean", "deviation"), [(2.0, 1.0), (-1.0, 0.5), (-30.0, 1.0)])
def test_truncated_normals_have_their_moments(mean, deviation):
    drawn = positive_normal(
        np.random.default_rng(0), np.full(40_000, mean), np.full(40_000, deviation)
    )
    law = stats.truncnorm(-mean / deviation, np.inf, loc=mean, scale=deviation)
    assert (drawn >= 0).all()
    assert drawn.mean() == pytest.approx(law.mean(), rel=0.03)
    assert drawn.std() == pytest.approx(law.std(), rel=0.03)


@pytest.mark.parametrize(("linear", "likelihood"), [(3.0, 2.0), (-4.0, 1.0), (0.0, 0.1)])
def test_the_mass_of_a_positive_coefficient_is_its_integral(linear, likelihood):
    scale = 1.7

    def integrand(b):
        return 2 * stats.norm.pdf(b, scale=scale) * np.exp(linear * b - likelihood * b**2 / 2)

    expected, _ = integrate.quad(integrand, 0, 40)
    # 2/√(2π) of the half-normal law and √(2π) of the integral cancel.
    found = np.exp(log_mass(np.array(linear), np.array(likelihood + scale**-2), scale))
    assert float(found) == pytest.approx(expected, rel=1e-8)
