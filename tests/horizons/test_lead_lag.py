"""Who goes first: a second library, published series, simulated truth, plain refusals."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from scipy import signal, stats

from alignment import findings, tables
from alignment.errors import NotMeasurable
from alignment.horizons import lead_lag, lead_lag_of
from alignment.horizons.lead_lag import moves
from alignment.horizons.lead_lag_fit import (
    band,
    budget_rule,
    cross_correlation,
    lag_order,
    lagged,
    redrawn,
    season,
    toda_yamamoto,
    wald,
)

ROOT = Path(__file__).resolve().parents[2]
WEEKLY = ROOT.parent / "shared" / "data" / "weekly"


def public(name):
    path = WEEKLY / name
    if not path.exists():
        pytest.skip("the public weekly series are not here")
    return pd.read_csv(path)


@pytest.fixture(scope="module")
def told(sample):
    return lead_lag(sample)


def series(seed, count=150, persistence=0.7):
    random = np.random.default_rng(seed)
    return signal.lfilter([1.0], [1.0, -persistence], random.standard_normal(count))


def test_lags_are_the_values_before():
    table = lagged(np.array([1.0, 2, 3, 4]), 2)
    np.testing.assert_array_equal(table, [[np.nan] * 2, [1, np.nan], [2, 1], [3, 2]])


def test_the_statistic_and_the_errors_are_those_of_statsmodels():
    y, x = series(1), series(2)
    base = season(len(y))
    fixed = np.column_stack([base, lagged(x, 3)])
    place = base.shape[1] + np.arange(2)
    f, beta, error = wald(y[None], fixed, 3, place)
    other = sm.OLS(y[3:], np.column_stack([fixed, lagged(y, 3)])[3:]).fit()
    tested = np.zeros((2, len(other.params)))
    tested[[0, 1], place] = 1
    assert f[0] == pytest.approx(float(other.f_test(tested).fvalue))
    np.testing.assert_allclose(beta[0], other.params[place])
    np.testing.assert_allclose(error[0], other.bse[place])


def test_the_order_is_that_of_statsmodels():
    """Schwarz's criterion of a vector autoregression with a constant."""
    random = np.random.default_rng(4)
    both = np.zeros((300, 2))
    for at in range(3, 300):
        both[at] = 0.3 * both[at - 1] + 0.5 * both[at - 3] + random.standard_normal(2)
    found = lag_order(both[:, 0], both[:, 1], np.ones((300, 1)), 6)
    assert found == sm.tsa.VAR(both).select_order(6, trend="c").bic == 3


def test_drawn_series_begin_and_persist_as_the_series_did():
    y = series(3, 400, 0.8)
    drawn = redrawn(y, np.ones((400, 1)), 1, 200, 0)
    np.testing.assert_array_equal(drawn[:, 0], y[0])
    persistence = [np.corrcoef(row[1:], row[:-1])[0, 1] for row in drawn]
    assert np.mean(persistence) == pytest.approx(np.corrcoef(y[1:], y[:-1])[0, 1], abs=0.05)


def test_in_long_series_the_drawn_p_value_is_that_of_the_tables():
    """With 2,000 weeks of stationary series the F distribution holds."""
    random = np.random.default_rng(7)
    x = random.standard_normal(2000)
    y = np.r_[0.0, 0.035 * x[:-1]] + random.standard_normal(2000)
    base = np.ones((2000, 1))
    p_value, lags = toda_yamamoto(y, x, base, most=2, replicates=1500)
    fixed = np.column_stack([base, lagged(x, lags + 1)])
    f = wald(y[None], fixed, lags + 1, 1 + np.arange(lags))[0][0]
    assert p_value == pytest.approx(stats.f.sf(f, lags, 1990), abs=0.03)


def test_a_leader_is_found_at_its_lag():
    first = series(5, 300, 0.0)
    second = np.r_[np.zeros(6), first[:-6]] + 0.5 * series(6, 300, 0.0)
    found, count = cross_correlation(first, second, season(300), farthest=10)
    assert np.argmax(np.abs(found)) - 10 == 6
    mirrored, _ = cross_correlation(second, first, season(300), farthest=10)
    np.testing.assert_allclose(mirrored, found[::-1])
    assert band(count, 0.90) == pytest.approx(1.645 / np.sqrt(296), rel=1e-3)


def test_a_rule_is_recovered():
    held = []
    for seed in range(12):
        random = np.random.default_rng(seed)
        sales = random.lognormal(0, 0.8, 160)
        spend = np.zeros(160)
        for at in range(14, 160):
            recent = np.log(sales[at - 13 : at].mean() + 0.05 * sales.mean())
            spend[at] = 0.6 * spend[at - 1] + 0.3 * recent + 0.1 * random.standard_normal()
        low, high = budget_rule(spend, sales, season(160), 0.90, replicates=200)[1:3]
        held.append(low <= 0.3 <= high)
    assert sum(held) >= 8  # fewer once in a hundred times


def test_independent_series_are_rarely_called_leader_and_follower():
    said = []
    for seed in range(25):
        spend, sales = np.exp(0.2 * series(seed)), np.exp(series(seed + 500, persistence=0.3))
        said.append(lead_lag_of({"all": spend}, sales).frame["verdict"].iloc[0] != "neither")
    assert sum(said) <= 9  # two tests at 10 %: more once in a hundred times


def test_lydia_pinkham_the_published_regressions_and_who_went_first():
    """Palda 1964: sales on advertising; sales on advertising and the sales of the year before."""
    table = public("lydia_pinkham_annual.csv")
    advertising, sales = table["advertising"].to_numpy(float), table["sales"].to_numpy(float)
    plain = sm.OLS(sales, sm.add_constant(advertising)).fit()
    np.testing.assert_allclose(plain.params, [488.83, 1.4346], rtol=1e-3)
    assert plain.rsquared == pytest.approx(0.711, abs=1e-3)
    design = np.column_stack([np.ones(len(sales) - 1), advertising[1:], sales[:-1]])
    koyck = sm.OLS(sales[1:], design).fit()
    assert koyck.params[1] == pytest.approx(0.329, abs=1e-3)
    assert koyck.params[2] == pytest.approx(0.759, abs=1e-3)
    assert koyck.bse[2] == pytest.approx(0.091, abs=1e-3)
    # Its budgets were set by sales, as the company's own records say: the tests find it.
    found = lead_lag_of({"advertising": advertising}, sales, period=1, window=1, pairs=0, most=4)
    row = found.frame.iloc[0]
    assert row["verdict"] in ("follows", "both")
    assert 0 < row["low"] < row["elasticity"]
    assert "Budget follows sales" in findings.budget_follows(found).title.en


@pytest.mark.parametrize(
    ("name", "spend", "sales"),
    [
        ("pymc_marketing_mmm_example.csv", ["x1", "x2"], "y"),
        ("robyn_dt_simulated_weekly.csv", ["tv_S", "search_S", "facebook_S"], "revenue"),
        ("meridian_national_media.csv", ["Channel0_spend", "Channel3_spend"], "conversions"),
        ("meridian_national_all_channels.csv", ["Channel0_spend", "Channel4_spend"], "conversions"),
    ],
)
def test_the_simulated_series_of_media_mix_packages_run(name, spend, sales):
    table = public(name)
    found = lead_lag_of(
        {each: table[each].to_numpy(float) for each in spend}, table[sales].to_numpy(float)
    )
    assert found.frame["series"].tolist() == spend
    probabilities = found.frame[["follows_p", "leads_p", "rule_p"]]
    assert probabilities.stack().between(0, 1).all()
    assert (found.frame["low"] <= found.frame["high"]).all()
    assert found.correlation["correlation"].abs().max() <= 1


def test_the_sample_s_budget_follows_its_sales_as_it_was_made_to(told):
    # The simulated company gives more to regions whose revenue of the last quarter was high.
    row = told.frame.set_index("series").loc["all"]
    assert row["verdict"] == "follows"
    assert 0 < row["low"] < row["high"]
    found = findings.budget_follows(told)
    assert found.form == "claim"
    assert found.detail.en.startswith("It rests on the value won in the 13 weeks before, taken")
    assert found.detail.es.startswith("Se apoya en lo ganado en las 13 semanas previas")
    assert "upper bound" in found.detail.en
    assert told.weeks == 130


def test_without_a_sign_it_claims_nothing(told):
    frame = told.frame.assign(verdict="neither", low=-0.1)
    found = findings.budget_follows(replace(told, frame=frame))
    assert found.form == "inconclusive"
    assert "No sign" in found.title.en
    by_lags = told.frame.assign(verdict="follows", low=-0.1)
    found = findings.budget_follows(replace(told, frame=by_lags))
    assert "help to predict" in found.title.en
    assert found.detail.en.startswith("It rests on the weeks before, tested together")
    against = told.frame.assign(verdict="follows", elasticity=-0.2, low=-0.3, high=-0.1)
    found = findings.budget_follows(replace(told, frame=against))
    assert found.form == "inconclusive"
    assert "has less of it (−2.8% to −0.9% for 10% more won)" in found.title.en


def test_it_refuses_in_plain_words(sample):
    with pytest.raises(NotMeasurable, match="spend"):
        lead_lag(sample.replace(spend=tables.empty("spend")))
    with pytest.raises(NotMeasurable, match="the same all along"):
        lead_lag(sample.replace(spend=sample.spend.assign(cost=0.0)))
    none = sample.opportunities.iloc[:0]
    with pytest.raises(NotMeasurable):
        lead_lag(sample.replace(opportunities=none))
    short = sample.replace(as_of=sample.as_of - pd.Timedelta(days=500))
    with pytest.raises(NotMeasurable, match="at least 78"):
        lead_lag(short)


def test_series_that_do_not_move_are_told_from_those_that_do():
    random = np.random.default_rng(3)
    assert moves(random.gamma(2, 50, 120))
    assert not moves(np.zeros(120))
    assert not moves(np.full(120, 100.0))
    assert not moves(np.r_[np.zeros(119), 5.0])


def test_an_objective_without_cost_is_left_out(sample, told):
    campaigns = sample.campaigns[["platform", "campaign_id", "objective"]]
    aim = sample.spend[["platform", "campaign_id"]].merge(campaigns, how="left")["objective"]
    free = sample.spend["cost"].where((aim != "brand").to_numpy(bool), 0.0)
    found = lead_lag(sample.replace(spend=sample.spend.assign(cost=free)))
    assert found.frame["series"].tolist() == ["all", "activation"]
    assert sum(found.about.left_out.values()) == len(told.frame) - 2 == 1
