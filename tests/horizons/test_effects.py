"""Horizons, half-lives, stopping and the funnel against closed forms."""

import numpy as np
import pytest
from scipy import stats

from alignment.errors import ArgumentError
from alignment.horizons.carry_over import geometric
from alignment.horizons.effects import (
    CANNOT_TELL,
    TOLD,
    Responses,
    effect_table,
    half_life,
    late_share,
    learned,
    limits,
    return_table,
    timing_table,
    weeks_wanted,
    with_totals,
)
from alignment.horizons.funnel import through
from alignment.horizons.stopping import loss_tables, lost_by_week, when_shown

WEEKS = 156


def geometric_response(size, retention):
    return (size * geometric(retention, WEEKS))[np.newaxis, np.newaxis]


def test_late_share_and_half_life_of_a_geometric_stock():
    response = geometric_response(5.0, 0.97)
    year = 1 - 0.97**52
    assert late_share(response)[0, 0] == pytest.approx(1 - (1 - 0.97**13) / year)
    # Half of the year's effect: 1 − 0.97^w ≥ year / 2.
    expected = np.ceil(np.log(1 - year / 2) / np.log(0.97))
    assert half_life(response)[0, 0] == expected
    assert half_life(geometric_response(5.0, 0.0))[0, 0] == 1
    assert np.isnan(late_share(geometric_response(0.0, 0.5))[0, 0])


def test_horizons_add_up():
    random = np.random.default_rng(0)
    draws = random.gamma(1, 1, (50, 2, WEEKS))
    responses = Responses(("a", "b"), draws, draws, "opportunities")
    short, long, year = (responses.within(a, b)[0] for a, b in ((1, 13), (14, 52), (1, 52)))
    np.testing.assert_allclose(short + long, year)
    total = with_totals(draws, ("a", "b"), {"both": ["a", "b"]})
    np.testing.assert_allclose(total[:, 2], draws.sum(axis=1))


def test_a_table_says_what_the_data_told():
    random = np.random.default_rng(1)
    prior = np.abs(random.normal(0, 1, (4000, 1, WEEKS)))
    sharp, same = 0.5 + 0.05 * (prior - 0.5), prior[::-1]
    draws = np.concatenate([sharp, same], axis=1)
    table = effect_table(
        Responses(("sharp", "same"), draws, np.repeat(prior, 2, axis=1), "opportunities"), 0.9, 100
    )
    verdicts = table.set_index(["driver", "horizon"])["verdict"]
    assert set(verdicts["sharp"]) == {TOLD}
    assert set(verdicts["same"]) == {CANNOT_TELL}
    assert table.loc[table["horizon"] == "tail", "extrapolated"].all()
    assert not table.loc[table["horizon"] != "tail", "extrapolated"].any()
    assert (table.loc[table["driver"] == "sharp", "weeks_wanted"] == 100).all()
    timing = timing_table(Responses(("same",), same, prior, "opportunities"), 0.9)
    assert set(timing["verdict"]) == {CANNOT_TELL}


def test_beyond_what_the_funnel_shows_is_extrapolated():
    draws = np.ones((10, 1, WEEKS))
    table = effect_table(Responses(("a",), draws, draws, "value", 30.0), 0.9, 100)
    assert table.set_index("horizon")["extrapolated"].to_dict() == {
        "short": False,
        "long": True,
        "year": True,
        "tail": True,
    }


def test_limits_are_quantiles():
    drawn = stats.norm.ppf((np.arange(10_000) + 0.5) / 10_000)[:, np.newaxis]
    np.testing.assert_allclose(limits(drawn, 0.9)[0], [0, -1.6449, 1.6449], atol=1e-3)
    assert np.isnan(limits(np.full((5, 1), np.nan), 0.9)).all()


def normal(middle, spread):
    drawn = stats.norm.ppf((np.arange(20_000) + 0.5) / 20_000)
    return (middle + spread * drawn)[:, np.newaxis]


@pytest.mark.parametrize(
    ("middle", "spread"),
    [(0.0, 0.5), (0.0, 1.0), (2.0, 1.0), (3.0, 0.4), (3.0, 1.5), (0.5, 1.5), (-2.0, 0.7)],
)
def test_how_much_was_learned_in_closed_form(middle, spread):
    # Prior N(0, 1): the posterior's spread over the distance of the prior's draws from its middle.
    found = learned(normal(middle, spread), normal(0.0, 1.0))[0]
    assert found == pytest.approx(1 - spread / np.hypot(1.0, middle), abs=1e-3)


def test_nothing_learned_is_zero_and_what_cannot_be_compared_is_missing():
    prior = np.random.default_rng(3).gamma(1, 1, (500, 1))
    assert learned(prior[::-1], prior)[0] == pytest.approx(0)
    assert learned(3 * prior, 3 * prior)[0] == pytest.approx(0)
    shift = np.vstack([prior + 1, np.full((7, 1), np.nan)])
    assert learned(shift, prior)[0] == pytest.approx(learned(prior + 1, prior)[0])
    assert np.isnan(learned(np.full((5, 1), np.nan), prior)).all()
    assert np.isnan(learned(prior, np.full((5, 1), np.nan))).all()
    assert np.isnan(learned(np.ones((5, 1)), np.ones((5, 1)))).all()
    assert weeks_wanted(float("nan"), 100) == np.inf


def test_an_effect_larger_than_expected_is_told_though_its_interval_is_wider():
    random = np.random.default_rng(4)
    prior = np.abs(random.normal(0, 1, (4000, 1, WEEKS)))
    draws = 4 + 1.3 * (prior[::-1] - prior.mean())
    table = effect_table(Responses(("large",), draws, prior, "opportunities"), 0.9, 100)
    row = table.set_index("horizon").loc["year"]
    assert row["high"] - row["low"] > row["prior_high"] - row["prior_low"]
    assert row["verdict"] == TOLD


def test_weeks_wanted_is_exact_for_normal_laws():
    # Prior precision 1, data precision i = 0.002 a week; the shift's mean square is i / (1 + i).
    def share(weeks):
        i = 0.002 * weeks
        return learned(normal(np.sqrt(i / (1 + i)), np.sqrt(1 / (1 + i))), normal(0.0, 1.0))[0]

    wanted = weeks_wanted(share(100), 100)
    assert wanted == pytest.approx((1 / 0.7**2 - 1) / 0.004, abs=2)
    assert share(wanted + 2) >= 0.30 > share(wanted - 2)
    assert weeks_wanted(0.4, 100) == 100
    assert weeks_wanted(-0.1, 100) == np.inf


def test_the_loss_of_a_stopped_year_is_the_sum_of_its_weeks():
    response = 3 * geometric(0.9, WEEKS)[np.newaxis]
    lost = lost_by_week(response)[0]
    for week in (0, 10, 51, 52, 100):
        expected = sum(response[0, week - j] for j in range(min(week, 51) + 1))
        assert lost[week] == pytest.approx(expected)
    # All that 52 weeks would have brought is lost in the end: 52 · 3, but for the tail.
    assert lost.sum() == pytest.approx(52 * 3, rel=1e-3)
    frame, summary = loss_tables(np.repeat(lost[np.newaxis], 5, axis=0), "value", 60.0, 0.9)
    numbers = summary.set_index("quantity")["estimate"]
    assert numbers["loss in all"] == pytest.approx(lost.sum())
    assert numbers["half of the year's last loss"] == np.ceil(
        np.log(0.5 + 0.9**52 / 2) / np.log(0.9)
    )
    assert frame["extrapolated"].sum() == WEEKS - 52


def test_a_loss_shows_when_its_quarter_leaves_the_noise():
    lost = np.full((3, WEEKS), 1.0)
    # 13 weeks of noise of variance 1: 1.645 · √13 = 5.93, reached by six whole weeks.
    shown = when_shown(lost, np.array([1.0, 25.0, 1.0]), np.array([0.0, 0.0, 0.1]))
    assert shown[0] == 6
    assert np.isinf(shown[1])  # 1.645 · 5 · √13 is more than 13
    # A walking baseline adds Σ k² = 819 times its step's variance: 1.645 · √94.9 is more than 13.
    assert np.isinf(shown[2])
    assert when_shown(2 * lost[:1], np.ones(1), np.full(1, 0.1))[0] == 9  # 2 · 9 ≥ 16.03


def test_the_funnel_is_a_convolution():
    random = np.random.default_rng(2)
    response, curve = random.gamma(1, 1, (4, 2, 60)), np.cumsum(random.gamma(1, 1, (4, 60)), axis=1)
    found = through(response, curve)
    steps = np.diff(curve, axis=1, prepend=0)
    for s in range(4):
        for d in range(2):
            expected = np.convolve(response[s, d], steps[s])[:60]
            np.testing.assert_allclose(found[s, d], expected, rtol=1e-8)


def test_returns_are_value_for_each_unit_of_spend():
    draws = np.ones((10, 1, WEEKS))
    table = return_table(
        Responses(("a",), draws, draws, "value"), {"a": 4.0}, {"a": np.full(10, 0.5)}, 0.9
    )
    rows = table.set_index("weeks")
    assert rows.loc[52, "estimate"] == pytest.approx(13)
    assert rows.loc[52, "marginal"] == pytest.approx(6.5)
    assert rows["extrapolated"].to_dict() == {4: False, 13: False, 26: False, 52: False, 104: True}


@pytest.mark.parametrize(
    ("first", "last", "said"),
    [
        (0, 13, "first must be a whole number from 1 to 156"),
        (-3, 13, "first must be a whole number from 1 to 156"),
        (53, 14, "last must be a whole number from 53 to 156"),
        (1, 500, "last must be a whole number from 1 to 156"),
        (200, 300, "first must be a whole number from 1 to 156"),
        (1.5, 13, "first must be a whole number from 1 to 156"),
        ("1", 13, "first must be a whole number from 1 to 156"),
    ],
)
def test_weeks_beyond_the_draws_are_refused(first, last, said):
    draws = np.ones((5, 1, WEEKS))
    responses = Responses(("a",), draws, draws, "opportunities")
    with pytest.raises(ArgumentError, match=said):
        responses.within(first, last)
    np.testing.assert_array_equal(responses.within(np.int64(14), 52)[0], np.full((5, 1), 39.0))
