"""The two-team game: identities, known answers, and the parts of its estimator by themselves."""

from __future__ import annotations

from itertools import combinations, permutations
from math import factorial
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from alignment.attribution.synergy import shapley_taylor, teams_game
from alignment.attribution.synergy.experiment import experiment_size
from alignment.attribution.synergy.indices import dividends
from alignment.attribution.synergy.logistic import fit_logistic, penalties, refit_logistic
from alignment.attribution.synergy.pairs import adjusted, shrunk
from alignment.attribution.synergy.tipping import corrected
from alignment.attribution.synergy.widened import PLAIN, WIDENED, widened_interval

RATES = st.floats(0.0, 1.0, allow_nan=False)
GAMES = st.integers(2, 6).flatmap(lambda n: arrays(float, 1 << n, elements=RATES))


@given(RATES, RATES, RATES, RATES)
def test_the_teams_indices_add_up(none, marketing, sales, both):
    game = teams_game(none, marketing, sales, both)
    joint = both - none
    assert game.marketing_alone + game.sales_alone + game.interaction == pytest.approx(
        joint, abs=1e-12
    )
    assert game.shapley_marketing + game.shapley_sales == pytest.approx(joint, abs=1e-12)
    # the joint part never decides who is ahead
    assert game.shapley_marketing - game.shapley_sales == pytest.approx(marketing - sales)


@given(RATES, RATES, RATES, RATES, st.floats(-1, 1))
def test_a_constant_added_to_all_changes_nothing(none, marketing, sales, both, constant):
    values = np.array([none, marketing, sales, both])
    for (name, a), (_, b) in zip(
        teams_game(*values).items(), teams_game(*(values + constant)).items(), strict=True
    ):
        if name in ("rho", "credit_low", "credit_high"):
            scale = max(both - none, marketing + sales - 2 * none)
            if min(scale, both - none) < 1e-3:
                continue
        np.testing.assert_allclose(a, b, atol=1e-10)


@given(RATES, RATES, RATES, RATES)
def test_swapping_the_teams_mirrors_the_game(none, marketing, sales, both):
    a, b = teams_game(none, marketing, sales, both), teams_game(none, sales, marketing, both)
    assert a.interaction == pytest.approx(b.interaction, abs=1e-12)
    assert a.marketing_alone == b.sales_alone
    if both - none > 1e-3:
        assert a.credit_low == pytest.approx(1 - b.credit_high, abs=1e-9)


@given(RATES, st.lists(st.floats(0, 1), min_size=3, max_size=3))
def test_rho_lies_within_one_where_no_effect_is_negative(none, effects):
    m, s, both = effects
    rho = teams_game(none, none + m, none + s, none + both).rho
    assert np.isnan(rho) or -1 - 1e-9 <= rho <= 1 + 1e-9


def test_the_core_and_the_overlapping_claims_are_the_known_ones():
    more = teams_game(0.0, 0.1, 0.3, 1.0)
    assert (more.rho, more.credit_low, more.credit_high) == pytest.approx((0.6, 0.1, 0.7))
    less = teams_game(0.0, 0.6, 0.9, 1.0)  # claims of 60 % and 90 %: 50 % too much
    assert less.rho == pytest.approx(-0.5 / 1.5)
    assert (less.credit_low, less.credit_high) == pytest.approx((0.1, 0.6))
    nothing = teams_game(0.1, 0.1, 0.1, 0.1)
    assert np.isnan([nothing.rho, nothing.credit_low, nothing.credit_high]).all()


@given(GAMES)
def test_the_pairs_add_up_and_their_rows_give_shapley(values):
    found = shapley_taylor(values)
    n = len(found.single)
    total = found.single.sum() + sum(found.pair[i, j] for i, j in combinations(range(n), 2))
    assert total == pytest.approx(values[-1] - values[0], abs=1e-10)
    np.testing.assert_allclose(
        found.shapley, found.single + found.pair.sum(axis=1) / 2, rtol=0, atol=1e-10
    )
    np.testing.assert_allclose(found.shapley, _shapley_by_orders(values), rtol=0, atol=1e-10)
    np.testing.assert_allclose(found.pair, _taylor_by_sums(values), rtol=0, atol=1e-10)


def _shapley_by_orders(values):
    """Give the mean of each player's marginal worth over all orders of arrival."""
    n = len(values).bit_length() - 1
    found = np.zeros(n)
    for order in permutations(range(n)):
        there = 0
        for player in order:
            found[player] += values[there | (1 << player)] - values[there]
            there |= 1 << player
    return found / factorial(n)


def _taylor_by_sums(values):
    """Give the index of each pair from its definition (Dhamdhere et al. 2020, eq. 3)."""
    n = len(values).bit_length() - 1
    found = np.zeros((n, n))
    for i, j in combinations(range(n), 2):
        for rest in range(1 << n):
            if rest & (1 << i | 1 << j):
                continue
            size = rest.bit_count()
            weight = 2 / n / (factorial(n - 1) / factorial(size) / factorial(n - 1 - size))
            change = (
                values[rest | 1 << i | 1 << j]
                - values[rest | 1 << i]
                - values[rest | 1 << j]
                + values[rest]
            )
            found[i, j] += weight * change
        found[j, i] = found[i, j]
    return found


@given(GAMES, st.randoms())
def test_relabelling_players_relabels_the_indices(values, random):
    n = len(values).bit_length() - 1
    order = list(range(n))
    random.shuffle(order)
    moved = np.empty_like(values)
    for place in range(len(values)):
        there = sum(1 << order[player] for player in range(n) if place >> player & 1)
        moved[there] = values[place]
    a, b = shapley_taylor(values), shapley_taylor(moved)
    np.testing.assert_allclose(b.shapley[order], a.shapley, atol=1e-10)
    np.testing.assert_allclose(b.pair[np.ix_(order, order)], a.pair, atol=1e-10)


@given(arrays(float, 16, elements=RATES), arrays(float, 4, elements=RATES))
def test_a_channel_split_in_two_leaves_the_teams_alone(values, spread):
    # players 0, 1 are marketing's, 2, 3 sales'; 1 is split into 1 and 4, which need each other's
    # absence for nothing: either, or both, are worth what 1 was (but for a part on the way)
    split = np.empty(32)
    for place in range(32):
        low, high = place >> 1 & 1, place >> 4 & 1
        rest = place & 0b1101
        share = (low + high) / 2 if low + high < 2 else 1.0
        split[place] = (1 - share) * values[rest] + share * values[rest | 2]
    before = teams_game(values[0], values[0b0011], values[0b1100], values[0b1111])
    after = teams_game(split[0], split[0b10011], split[0b01100], split[0b11111])
    for (_, a), (_, b) in zip(before.items(), after.items(), strict=True):
        np.testing.assert_allclose(a, b, atol=1e-10)


def test_dividends_add_up_to_the_worth_of_every_coalition():
    values = np.random.default_rng(0).normal(size=64)
    parts = dividends(values)
    for place in range(64):
        assert sum(parts[u] for u in range(64) if u & place == u) == pytest.approx(values[place])


def test_a_game_of_the_wrong_size_is_refused():
    with pytest.raises(ValueError, match="no game"):
        shapley_taylor(np.zeros(6))
    with pytest.raises(ValueError, match="no game"):
        shapley_taylor(np.zeros(2048))


def _leads(seed=0, rows=800, base=-1.0):
    rng = np.random.default_rng(seed)
    design = np.column_stack([np.ones(rows), rng.normal(size=(rows, 3)), rng.random(rows) < 0.2])
    eta = design @ np.array([base, 0.5, -0.3, 0.0, 0.8])
    outcome = (rng.random(rows) < 1 / (1 + np.exp(-eta))).astype(float)
    return design, outcome, rng.integers(0, 4, rows).astype(float)


def test_the_logistic_fit_is_that_of_statsmodels():
    design, outcome, weights = _leads()
    ours = fit_logistic(design, outcome, weights, np.zeros(5))
    theirs = sm.GLM(outcome, design, family=sm.families.Binomial(), freq_weights=weights).fit()
    assert ours.converged
    np.testing.assert_allclose(ours.coefficients, theirs.params, atol=1e-7)


def test_the_ridge_fit_has_no_slope_left():
    design, outcome, weights = _leads()
    penalty = penalties(design, weights, 5.0)
    assert penalty[0] == pytest.approx(0.0, abs=1e-12)  # the intercept is free
    fit = fit_logistic(design, outcome, weights, penalty)
    chance = 1 / (1 + np.exp(-design @ fit.coefficients))
    slope = design.T @ (weights * (outcome - chance)) - penalty * fit.coefficients
    np.testing.assert_allclose(slope, 0, atol=1e-6)
    free = fit_logistic(design, outcome, weights, np.zeros(5)).coefficients
    assert np.abs(fit.coefficients[1:]).sum() < np.abs(free[1:]).sum()


def test_rare_wins_that_throw_plain_newton_are_found_by_halving():
    # from far off, where every chance is near one, the first full step overshoots
    rng = np.random.default_rng(3)
    rare = rng.random(4_000) < 0.01
    design = np.column_stack([np.ones(4_000), 20 * rare])
    outcome = (rng.random(4_000) < np.where(rare, 0.6, 0.004)).astype(float)
    fit = fit_logistic(design, outcome, np.ones(4_000), np.zeros(2), start=np.array([6.0, -0.1]))
    assert fit.halvings > 0
    assert fit.converged
    assert "converged after" in str(fit)
    rates = [outcome[~rare].mean(), outcome[rare].mean()]
    expected = np.log(np.array(rates) / (1 - np.array(rates)))
    np.testing.assert_allclose(fit.coefficients @ [[1, 1], [0, 20]], expected, atol=1e-6)


def test_refits_are_the_single_fits():
    design, outcome, weights = _leads(rows=600)
    penalty = penalties(design, weights, 1.0)
    start = fit_logistic(design, outcome, weights, penalty).coefficients
    drawn = np.random.default_rng(1).poisson(1.0, (8, 600)) * weights
    refits = refit_logistic(design, outcome, drawn, penalty, start)
    assert refits.converged.all()
    for row in range(8):
        alone = fit_logistic(design, outcome, drawn[row], penalty).coefficients
        np.testing.assert_allclose(refits.coefficients[row], alone, atol=2e-6)


@pytest.mark.parametrize(
    ("values", "units"),
    [
        ((0.026, 0.039, 0.071, 0.104), 18_300),
        ((0.026, 0.039, 0.071, 0.155), 1_650),
        ((0.02, 0.03, 0.05, 0.065), 200_000),
    ],
)
def test_the_trial_has_the_size_that_simulation_gave(values, units):
    found = experiment_size(np.array(values), 1_000.0).set_index("question")
    assert found.loc["interaction", "units"] == pytest.approx(units, rel=0.06)
    assert found.loc["sales", "units"] < found.loc["interaction", "units"]


def test_the_trial_of_that_size_has_the_power():
    values = np.array([0.05, 0.10, 0.15, 0.30])
    units = experiment_size(values, 1.0).set_index("question").loc["interaction", "units"]
    rng = np.random.default_rng(0)
    size = round(units / 4)
    p = rng.binomial(size, values, (20_000, 4)) / size
    z = (p[:, 3] - p[:, 1] - p[:, 2] + p[:, 0]) / np.sqrt((p * (1 - p)).sum(axis=1) / size)
    assert (np.abs(z) > 1.96).mean() == pytest.approx(0.80, abs=0.015)


def test_a_hidden_warmth_is_taken_out_exactly():
    # cells touched by nobody, marketing, sales, both; the hidden warmth triples the outcome
    gamma, shares = 3.0, np.array([0.2, 0.3, 0.5, 0.8])
    size = np.array([0.4, 0.3, 0.1, 0.2])
    cold = np.array([0.01, 0.02, 0.05, 0.09])  # rate of the cold under each coalition
    place = np.arange(4)
    level = 1 + (gamma - 1) * shares
    true = np.array(
        [size @ (cold[place & coalition] * level) for coalition in range(4)]
    )  # what each would reach, warmth and all
    observed = cold * level  # mean of each cell as recorded
    cells = size[:, None] * observed[place[:, None] & place[None, :]]
    np.testing.assert_allclose(corrected(cells, shares, gamma), true, atol=1e-12)
    assert not np.allclose(cells.sum(axis=0), true)
    np.testing.assert_allclose(corrected(cells, np.full(4, 0.5), gamma), cells.sum(axis=0))


def test_false_discoveries_are_counted_as_published():
    # Benjamini and Hochberg 1995, section 4.1: four of fifteen at 5 %
    small = [0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344]
    p = np.array([*small, 0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0])
    assert (adjusted(p) <= 0.05).sum() == 4
    assert np.isnan(adjusted(np.array([np.nan, 0.01]))[0])


def test_shrinking_leaves_what_is_sure_and_takes_what_is_not():
    np.testing.assert_allclose(shrunk(np.array([1.0, -1.0]), np.full(2, 1e-6)), [1, -1])
    np.testing.assert_allclose(shrunk(np.array([0.1, -0.1]), np.full(2, 5.0)), [0, 0])


def test_an_interval_is_stretched_about_its_estimate():
    draws = np.concatenate([[2.0], np.linspace(0.0, 10.0, 101), [np.nan]])
    assert widened_interval(draws, 0.9, PLAIN) == pytest.approx((0.5, 9.5))
    assert widened_interval(draws, 0.9, 2.0) == pytest.approx((-1.0, 17.0))
    assert np.isnan(widened_interval(draws[:1], 0.9)).all()


def test_the_measured_coverage_bears_the_level_out():
    path = (
        Path(__file__).resolve().parents[2] / "benchmarks/results/attribution_recovery.coverage.csv"
    )
    table = pd.read_csv(path)
    assert table.groupby("world")["seed"].nunique().max() >= 100
    for name in ("rho", "interaction", "joint"):
        point, true = table[name], table[f"true_{name}"]
        low = point - WIDENED * (point - table[f"{name}_low"])
        high = point + WIDENED * (table[f"{name}_high"] - point)
        held = ((low <= true) & (true <= high)).groupby(table["world"]).mean()
        assert (held >= 0.88).all(), (name, held)
