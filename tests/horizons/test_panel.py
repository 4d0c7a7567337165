"""Regions by weeks: closed forms, a second library, simulated truth, plain refusals."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st

from alignment import findings, tables
from alignment.errors import NotMeasurable
from alignment.horizons import panel
from alignment.horizons.panel_fit import fit_panel, saturated, stock
from alignment.horizons.region_weeks import dark_weeks, region_weeks

ROOT = Path(__file__).resolve().parents[2]
WEEKLY = ROOT.parent / "shared" / "data" / "weekly"


def test_a_stock_of_constant_spend_is_that_spend_and_halves_in_its_half_life():
    steady = stock(np.full((50, 2), 0.4), 7.0)
    np.testing.assert_allclose(steady, 0.4)
    stopped = np.vstack([np.full((1, 1), 1.0), np.zeros((40, 1))])
    left = stock(stopped, 5.0)[:, 0]
    np.testing.assert_allclose(left[5:] / left[:-5], 0.5)


def test_saturation_reaches_half_at_the_mean_of_what_was_spent():
    assert saturated(np.array([0.0, 10.0, 10.0])).tolist() == [0.0, 0.5, 0.5]
    assert saturated(np.zeros(3)).tolist() == [0.0] * 3


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(1, 8))
def test_dark_is_off_for_long_enough_while_another_is_on(seed, shortest):
    random = np.random.default_rng(seed)
    spend = random.random((40, 3)) * (random.random((40, 3)) < 0.5)
    dark = dark_weeks(spend, shortest)
    assert not (dark & (spend > 0)).any()
    assert (spend[dark.any(axis=1)] > 0).any(axis=1).all()
    assert dark.sum() <= dark_weeks(spend, 1).sum()


def world(seed, *, life=20.0, effect=2.0, weeks=160, regions=8, mean=60.0):
    """Brand dark by lot, common shocks by week, activation without memory."""
    random = np.random.default_rng(seed)
    brand = random.uniform(5, 15, (weeks, regions))
    for start in range(0, weeks, 13):
        brand[start : start + 13, random.permutation(regions)[:2]] = 0.0
    activation = random.uniform(0, 20, (weeks, regions))
    season = 0.5 * np.sin(np.arange(weeks) / 8) + 0.3 * random.standard_normal(weeks)
    eta = effect * stock(saturated(brand), life) + 0.6 * stock(saturated(activation), 0.25)
    size = np.exp(0.3 * random.standard_normal(regions))
    outcome = random.poisson(mean * size * np.exp(eta + season[:, None] - effect / 3))
    return outcome.astype(float), brand, activation


def test_it_recovers_what_is_known_whatever_the_weeks_share():
    outcome, brand, activation = world(1)
    found = fit_panel(outcome, (saturated(brand), saturated(activation)), 0.90)
    assert found.low[0] < 20 < found.high[0]
    assert found.high[0] < 40
    assert found.effect_low[0] < 2.0 < found.effect_high[0]
    assert found.effect_low[1] < 0.6 < found.effect_high[1]
    assert found.told.all()
    assert abs(found.persistence) < 0.1
    # What a week multiplies in all regions is conditioned out: only the split tells.
    doubled = outcome.copy()
    doubled[::2] *= 2
    again = fit_panel(doubled, (saturated(brand), saturated(activation)), 0.90)
    assert again.half_life[0] == pytest.approx(found.half_life[0], rel=0.5)


def test_at_given_half_lives_it_is_poisson_regression_with_effects_of_weeks_and_regions():
    """The conditional likelihood has the maximum of the full one (statsmodels' GLM)."""
    outcome, brand, activation = world(2, weeks=60, regions=4)
    reached = (saturated(brand), saturated(activation))
    found = fit_panel(outcome, reached, 0.90, half_lives=np.array([10.0]))
    weeks, regions = outcome.shape
    rows = pd.DataFrame(
        {
            "brand": stock(reached[0], 10.0).ravel(),
            "activation": stock(reached[1], 10.0).ravel(),
        }
    )
    left = (0.5 ** (1 / 10.0)) ** np.arange(1, weeks + 1)
    start = (left[:, None, None] * np.eye(regions)).reshape(-1, regions)
    design = np.column_stack(
        [
            rows,
            np.kron(np.eye(weeks), np.ones((regions, 1))),
            np.tile(np.eye(regions)[:, 1:], (weeks, 1)),
            start,
            start,
        ]
    )
    # The starts are held by a normal prior of 0.1: a penalty of 1 / 0.01 on each coefficient.
    penalty = np.zeros(design.shape[1])
    penalty[-2 * regions :] = 100.0
    model = sm.GLM(outcome.ravel(), design, family=sm.families.Poisson())
    beta = np.zeros(design.shape[1])
    beta[2 : 2 + weeks] = np.log(outcome.mean())
    for _ in range(40):
        information = -model.hessian(beta) + np.diag(penalty)
        beta = beta + np.linalg.solve(information, model.score(beta) - penalty * beta)
    np.testing.assert_allclose(found.effect, beta[:2], rtol=1e-4)


def test_without_an_effect_nothing_is_told():
    outcome, brand, activation = world(6, effect=0.0)
    found = fit_panel(outcome, (saturated(brand), saturated(activation)), 0.90)
    assert not found.told[0]
    assert found.effect_low[0] < 0
    assert found.effect_low[1] < 0.6 < found.effect_high[1]


def test_the_sample_is_counted_whole_and_its_truth_lies_in_the_intervals(sample):
    found = panel(sample)
    arrays = region_weeks(sample)
    leads = sample.leads[~sample.leads["is_internal"]]
    assert arrays.outcome.sum() <= leads["region"].notna().sum()
    assert arrays.outcome.sum() >= 0.99 * leads["region"].notna().sum()
    assert sum(arrays.spend[k].sum() for k in arrays.spend) == pytest.approx(
        sample.spend["cost"].sum(), rel=1e-9
    )
    rows = found.frame.set_index("objective")
    # The retention of the simulated company is .97: a half-life of 22.8 weeks.
    assert rows.loc["brand", "low"] < 22.8 < rows.loc["brand", "high"]
    assert not found.wanders
    assert found.fade["share"].iloc[0] == 1
    assert (found.fade["low"] <= found.fade["high"]).all()


def test_it_refuses_in_plain_words(sample):
    with pytest.raises(NotMeasurable, match="spend"):
        panel(sample.replace(spend=tables.empty("spend")))
    lit = sample.spend.assign(cost=sample.spend["cost"].clip(lower=1.0))
    with pytest.raises(NotMeasurable, match="never off for 4 weeks"):
        panel(sample.replace(spend=lit))
    two = sample.campaigns.assign(
        region=sample.campaigns["region"].where(sample.campaigns["region"].isin(["Norte", "Golfo"]))
    )
    with pytest.raises(NotMeasurable, match="fewer than 3 regions"):
        panel(sample.replace(campaigns=two))
    short = sample.replace(as_of=sample.as_of - pd.Timedelta(days=600))
    with pytest.raises(NotMeasurable, match="at least a year"):
        panel(short)
    with pytest.raises(NotMeasurable, match="region"):
        panel(sample.replace(campaigns=sample.campaigns.assign(region=None)))


def _told(panel_, **brand):
    frame = panel_.frame.copy()
    for name, value in brand.items():
        frame[name] = frame[name].astype(object)
        frame.loc[0, name] = value
    return type(panel_)(
        **{
            **{k: getattr(panel_, k) for k in ("profile", "fade", "weekly", "outcome")},
            "frame": frame,
            "persistence": 0.0,
            "currency": "EUR",
            "about": panel_.about,
        }
    )


@pytest.mark.parametrize(
    ("brand", "form", "words"),
    [
        ({"low": 15.0, "high": 40.0, "told": True}, "claim", "a cut does not show in the quarter"),
        ({"low": 15.0, "high": np.inf, "told": True}, "claim", "15 or more"),
        ({"low": 1.0, "high": 9.0, "told": True}, "claim", "a cut shows within the quarter"),
        ({"low": 4.0, "high": 90.0, "told": True}, "inconclusive", "cannot be told"),
        ({"told": False}, "inconclusive", "Whether brand brings more at all"),
    ],
)
def test_the_finding_claims_only_what_the_interval_holds(sample, brand, form, words):
    found = findings.brand_lasts(_told(panel(sample), **brand))
    assert found.form == form
    assert words in found.title.en
    assert found.title.es


def test_a_national_series_has_no_regions_to_compare(sample):
    path = WEEKLY / "meridian_national_media.csv"
    if not path.exists():
        pytest.skip("the public weekly series are not here")
    table = pd.read_csv(path)
    spend = table.filter(regex="(?i)spend").iloc[:, :1].to_numpy(float)
    assert len(spend) > 52
    # One column: no other region is ever on, so nothing is dark and nothing can be compared.
    assert not dark_weeks(spend).any()
