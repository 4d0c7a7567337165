"""The base world has the magnitudes that it is meant to have."""

import dataclasses

import numpy as np
import pandas as pd
import pytest

from alignment.simulation import WORLDS, Company, simulate_company
from alignment.simulation.leads import expit
from alignment.simulation.outcomes import run_journeys
from alignment.simulation.weeks import AS_OF, next_opening

SMALL = dataclasses.replace(WORLDS["base"], accounts=1_500)

MAGNITUDES = [
    # share, expected in the domain's notes, tolerance
    ("sql of leads", lambda t: t["sql"].mean(), 0.127, 0.02),
    ("mql of leads", lambda t: t["mql"].mean(), 0.42, 0.02),
    ("followed up of mql", lambda t: t.loc[t["mql"], "follow_up"].mean(), 0.73, 0.02),
    ("sql of mql", lambda t: t.loc[t["mql"], "sql"].mean(), 0.238, 0.03),
    ("won of sql", lambda t: t.loc[t["sql"] & ~t["zombie"], "won"].mean(), 0.231, 0.035),
    ("median delay", lambda t: t["delay_hours"].median(), 9.8, 2.0),
    ("nurture", lambda t: t["nurture"].mean(), 0.51, 0.04),
    ("retargeting", lambda t: t["retargeting"].mean(), 0.22, 0.03),
    ("event", lambda t: t["event"].mean(), 0.13, 0.03),
]


@pytest.mark.parametrize(
    ("value", "expected", "tolerance"), [m[1:] for m in MAGNITUDES], ids=[m[0] for m in MAGNITUDES]
)
def test_magnitude(base: Company, value, expected: float, tolerance: float):
    assert value(base.leads) == pytest.approx(expected, abs=tolerance)


def test_one_account_in_twenty_is_in_the_market(base: Company):
    assert base.target_accounts.in_market.mean() == pytest.approx(0.053, abs=0.004)
    # … and they ask far more often than the others.
    assert base.leads["in_market"].mean() > 0.3


def test_stocks_are_the_spend_with_its_carry_over(base: Company):
    world, market = base.world, base.market
    spend = market.spend[:, 3, 0]
    stock = spend[0] / (spend[0] + world.half_saturation)
    for amount in spend[1:]:
        reached = amount / (amount + world.half_saturation)
        stock = world.brand_retention * stock + (1 - world.brand_retention) * reached
    assert stock == pytest.approx(market.stock[-1, 3, 0])


def test_two_regions_are_dark_each_quarter(base: Company):
    dark = base.spend[base.spend["dark"]]
    assert (dark["spend_mxn"] == 0).all()
    assert (dark.groupby("week")["region"].nunique() == 2).all()


def test_touches_that_count_come_before_the_outcome(base: Company):
    leads = base.leads
    window = leads["created_at"] + pd.Timedelta(days=14)
    for moment in ("nurture_at", "retargeting_at", "event_at", "follow_up_at", "meeting_at"):
        assert not (leads[moment] > window).any()
    assert not (leads["sql_at"] < window).any()
    assert not (leads["follow_up_at"] < leads["mql_at"]).any()
    assert not (leads["meeting_at"] < leads["follow_up_at"]).any()
    assert leads["created_at"].max() < pd.Timestamp(AS_OF)


def test_nobody_calls_at_night(base: Company):
    leads = base.leads[base.leads["follow_up_at"].notna()]
    local = leads["follow_up_at"] - pd.Timedelta(hours=6)
    assert local.dt.hour.between(7, 21).all()
    usual = leads["score"] <= base.world.on_call_score
    assert local[usual].dt.hour.between(9, 18).all()
    assert (local[usual].dt.day_of_week < 5).all()


def test_next_opening():
    hours = np.array([9.0, 18.9, 19.0, 24 + 8.9, 4 * 24 + 19.0, 6 * 24 + 12.0])
    moved = next_opening(hours)
    assert moved[:2].tolist() == [9.0, 18.9]
    assert 24 + 9 <= moved[2] < moved[3] < 24 + 10.5
    assert 7 * 24 + 9 <= moved[4] < moved[5] < 7 * 24 + 10.5
    on_call = next_opening(hours, on_call=True)
    assert on_call[[0, 1, 2, 3, 5]].tolist() == hours[[0, 1, 2, 3, 5]].tolist()
    assert on_call[4] == hours[4]
    assert 24 + 7 <= next_opening(np.array([23.0]), on_call=True)[0] < 24 + 8.5


def test_same_seed_same_company_and_other_seed_another():
    one, same, other = (simulate_company(seed, SMALL) for seed in (1, 1, 2))
    pd.testing.assert_frame_equal(one.leads, same.leads)
    pd.testing.assert_frame_equal(one.opportunities, same.opportunities)
    assert len(one.leads) != len(other.leads) or not one.leads.equals(other.leads)


def test_all_channels_on_is_what_happened(base: Company):
    for redraw in (False, True):
        again = run_journeys(base.world, base.draws, redraw_sales=redraw)
        assert np.array_equal(again.sql_probability, base.journey.sql_probability)
        assert np.array_equal(again.sales, base.journey.sales)


def test_probit_world_is_of_another_family(base: Company):
    from scipy.special import logit, ndtri

    probit = dataclasses.replace(base.world, link="probit")
    logistic = base.journey.sql_probability
    normal = run_journeys(probit, base.draws).sql_probability
    # Same linear predictor: affine after the normal link, bent after the logistic one.
    line = np.polyfit(logit(logistic), ndtri(normal), 1)
    assert np.allclose(np.polyval(line, logit(logistic)), ndtri(normal), atol=1e-8)
    bent = np.polyfit(logit(logistic), logit(normal), 1)
    assert np.abs(np.polyval(bent, logit(logistic)) - logit(normal)).max() > 0.1
    assert expit(np.array([0.0]))[0] == 0.5


@pytest.mark.parametrize("name", sorted(WORLDS))
def test_every_world_runs(name: str):
    world = WORLDS[name]
    company = simulate_company(3, dataclasses.replace(world, accounts=min(world.accounts, 700)))
    assert len(company.leads) > 500


def test_unknown_world_says_which_there_are():
    with pytest.raises(ValueError, match="unknown world 'venus'; known: base, probit"):
        simulate_company(1, "venus")
