"""Rewinding the data, scoring past forecasts, and the sentences and figures about them."""

import importlib.util
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from statsmodels.stats.proportion import proportion_confint

from alignment import behind, figures, findings, tables
from alignment.dataset import Dataset
from alignment.errors import NotMeasurable
from alignment.lead_to_close.backtest import Calibration, backtest, bands, calibrate
from alignment.lead_to_close.pipeline import open_pipeline
from alignment.lead_to_close.pipeline_rewind import as_known
from alignment.shares import wilson

ROOT = Path(__file__).resolve().parents[2]
BENCHMARKS = ROOT / "benchmarks"
DAY_0 = pd.Timestamp("2024-01-01", tz="UTC")


def on(*days):
    return [pd.NaT if day is None else DAY_0 + pd.Timedelta(days=day) for day in days]


def memoryless(size=1500, seed=8, *, won=0.004, lost=0.006, days=1095):
    """Deals that arrive evenly and are won and lost at constant daily rates."""
    random = np.random.default_rng(seed)
    start = np.sort(random.uniform(0, days, size))
    took = random.exponential(1 / (won + lost), size)
    status = np.where(random.random(size) < won / (won + lost), "won", "lost")
    seen = start + took < days
    return Dataset(
        as_of=DAY_0 + pd.Timedelta(days=days),
        observed_from=DAY_0,
        currency="EUR",
        opportunities=tables.conform(
            "opportunities",
            {
                "opportunity_id": [f"D{i:04d}" for i in range(size)],
                "account_id": [f"A{i % 600}" for i in range(size)],
                "created_at": DAY_0 + pd.to_timedelta(start, unit="D").round("s"),
                "closed_at": pd.Series(DAY_0 + pd.to_timedelta(start + took, unit="D").round("s"))
                .where(seen),
                "status": np.where(seen, status, "open"),
                "amount": random.lognormal(8, 0.7, size).round(),
                "currency": "EUR",
            },
        ),
    )  # fmt: skip


@pytest.fixture(scope="module")
def world():
    return memoryless()


@pytest.fixture(scope="module")
def tested(world):
    return backtest(world, draws=1000, replicates=50)


@pytest.fixture(scope="module")
def forecast(world):
    return open_pipeline(world, draws=1000, replicates=50)


def test_rewound_shows_what_was_known_then():
    data = Dataset(
        as_of=on(100)[0],
        observed_from=DAY_0,
        leads=tables.conform("leads", {"lead_id": ["L1", "L2"], "created_at": on(1, 60)}),
        opportunities=tables.conform(
            "opportunities",
            {
                "opportunity_id": ["A", "B", "C", "D", "E", "F"],
                "created_at": on(5, 10, 60, 20, 20, 20),
                "closed_at": on(30, 80, 70, None, None, 80),
                "status": ["won", "lost", "won", "open", "open", "won"],
                "stage": ["Won", "Lost", "Won", "Offer", "Offer", "Won"],
                "amount": [10.0, 20.0, 30.0, 40.0, 50.0, 60.0],
                "lost_reason": [None, "price", None, None, None, None],
            },
        ),
        opportunity_stages=tables.conform(
            "opportunity_stages",
            {
                "opportunity_id": ["A", "B", "B", "B", "D"],
                "entered_at": on(5, 10, 40, 80, 55),
                "stage": ["First", "First", "Offer", "Lost", "Offer"],
                "amount": [10.0, 15.0, 18.0, 20.0, 40.0],
            },
        ),
    )
    then = as_known(data, on(50)[0])
    deals = then.opportunities.set_index("opportunity_id")
    assert list(deals.index) == ["A", "B", "D", "E", "F"]  # C did not exist
    assert deals["status"].tolist() == ["won", "open", "open", "open", "open"]  # B was lost later
    assert deals.loc["B", ["stage", "amount"]].tolist() == ["Offer", 18.0]
    assert pd.isna(deals.loc["B", "closed_at"])
    assert pd.isna(deals.loc["B", "lost_reason"])
    assert deals.loc["D", "amount"] == 40.0  # its history began later: as it is today
    assert pd.isna(deals.loc["D", "stage"])
    assert deals.loc["E", "stage"] == "Offer"  # no history at all: as it is today
    assert pd.isna(deals.loc["F", "stage"])  # its stage of today says that it was won
    assert len(then.opportunity_stages) == 3
    assert then.leads["lead_id"].tolist() == ["L1"]
    assert then.as_of == on(50)[0]
    assert then.opportunities.dtypes.equals(data.opportunities.dtypes)
    assert as_known(data, data.as_of).opportunities["status"].tolist() == [
        "won", "lost", "won", "open", "open", "won",
    ]  # fmt: skip
    with pytest.raises(ValueError, match="between"):
        as_known(data, on(101)[0])


def test_the_forecast_uses_nothing_of_the_future(world):
    """Whatever happens after a day, the forecast made on the rewound data is the same."""
    then = on(700)[0]
    deals = world.opportunities
    later = deals["closed_at"] > then
    other = deals.assign(
        status=deals["status"].where(~later, "lost"), closed_at=deals["closed_at"].where(~later)
    ).astype(deals.dtypes.to_dict())
    other.loc[later, "status"], other.loc[later, "closed_at"] = "lost", world.as_of
    a, b = (
        open_pipeline(as_known(world.replace(opportunities=one), then), draws=100, replicates=20)
        for one in (deals, other)
    )
    pd.testing.assert_frame_equal(a.periods, b.periods)


def test_constant_rates_are_found(world):
    """Won by day h of a deal of any age: w/(w + l) · (1 − exp(−(w + l) h))."""
    told = open_pipeline(world, by=["2027-02-28"], draws=100, replicates=10)
    days = (pd.Timestamp("2027-02-28") - pd.Timestamp("2026-12-31")).days
    truth = 0.4 * (1 - np.exp(-0.01 * days))
    young = told.deals[told.deals["age"] < 150]
    assert young["probability"].mean() == pytest.approx(truth, rel=0.12)
    assert told.dashboard["closed_only_win_rate"].iloc[0] == pytest.approx(0.4, abs=0.04)


def test_the_backtest_counts_what_happened(world, tested):
    # The export is of the last morning of 2026, so that its last quarter had not ended.
    quarters = [str(one) for one in pd.period_range("2024-10-01", periods=8, freq="Q")]
    assert list(tested.periods["period"].unique()) == [q.replace("Q", "-Q") for q in quarters]
    deals = world.opportunities
    starts = pd.Timestamp("2026-01-01", tz="UTC")
    ends = pd.Timestamp("2026-04-01", tz="UTC")
    won = deals[
        (deals["status"] == "won") & (deals["closed_at"] >= starts) & (deals["closed_at"] < ends)
    ]
    row = tested.periods.query("period == '2026-Q1'").set_index("part")
    assert row.loc["total", "deals_won"] == len(won)
    assert row.loc["total", "value_won"] == won["amount"].sum()
    assert row.loc["open", "deals_won"] == (won["created_at"] < starts).sum()
    told = tested.deals.groupby("period", sort=False)["probability"].sum()
    assert row.loc["open", "deals"] == pytest.approx(told["2026-Q1"])


def test_a_memoryless_world_is_calibrated(tested):
    found = tested.calibration
    assert found.expected_low <= found.won <= found.expected_high
    assert found.brier < found.brier_flat + 0.01
    open_ = tested.periods.query("part == 'open'")
    # Open deals times win rate forgets that a quarter is not for ever.
    assert (open_["dashboard_deals"] > 1.3 * open_["deals_won"]).mean() > 0.7


def test_slope_and_brier_agree_with_statsmodels():
    random = np.random.default_rng(3)
    told = random.uniform(0.02, 0.9, 800)
    won = random.random(800) < 1 / (1 + np.exp(-(0.3 + 0.7 * np.log(told / (1 - told)))))
    account = random.integers(0, 200, 800)
    deals = pd.DataFrame({"probability": told, "won": won, "account_id": account.astype(str)})
    found = calibrate(deals, level=0.90)
    design = sm.add_constant(np.log(told / (1 - told)))
    fit = sm.GLM(won.astype(float), design, family=sm.families.Binomial()).fit(
        cov_type="cluster",
        cov_kwds={
            "groups": pd.factorize(account)[0],
            "use_correction": True,
            "df_correction": False,
        },
    )
    low, high = fit.conf_int(alpha=0.10)[1]
    assert found.slope == pytest.approx(fit.params[1], rel=1e-8)
    # statsmodels corrects by G/(G − 1) · (n − 1)/(n − k); here G/(G − 1) alone.
    assert found.slope_high - found.slope_low == pytest.approx(high - low, rel=0.002)
    assert found.brier == pytest.approx(np.mean((told - won) ** 2))
    assert np.isnan(calibrate(deals.assign(won=False)).slope)


def test_bands_have_wilson_intervals():
    table = bands(np.array([0.01, 0.04, 0.3, 0.35, 1.0]), np.array([0, 1, 1, 0, 1]), level=0.80)
    assert table["band"].tolist() == ["0%–5%", "20%–40%", "60%–100%"]
    assert table["deals"].tolist() == [2, 2, 1]
    for row in table.itertuples():
        low, high = proportion_confint(row.won, row.deals, alpha=0.2, method="wilson")
        assert (row.low, row.high) == pytest.approx((low, high))
    assert np.isnan(wilson(0, 0, 0.8)).all()  # 0 of 0 says nothing, like everywhere


def test_too_short_a_past_is_not_measurable(world):
    short = world.replace(observed_from=world.as_of - pd.Timedelta(days=400))
    with pytest.raises(NotMeasurable, match="four past quarters"):
        backtest(short)


def _with_goal(result, goal):
    coverage = result.coverage.assign(goal=goal, coverage=0.5, raw_coverage=3.0)
    return replace(result, coverage=coverage)


def test_the_forecast_finding_in_its_forms(forecast):
    total = forecast.part(forecast.main_period)
    for goal, form, word in (
        (2 * total["value_high"], "claim", "lies above"),
        (0.5 * total["value_low"], "claim", "lies below"),
        (total["value"], "inconclusive", "cannot be told"),
        (np.nan, "claim", "expected to win"),
    ):
        found = findings.pipeline_forecast(_with_goal(forecast, goal))
        assert found.form == form
        assert word in found.title["en"]
    bare = replace(forecast, currency=None)
    assert "deals" in findings.pipeline_forecast(bare).title["en"]


def test_the_stale_finding_in_its_forms(forecast):
    # Without a stage history there is one visit a deal, whose limit is that of whole deals.
    found = findings.stale_deals(forecast)
    assert found.form == "claim"
    # What the judged deals carry is not told as if it were all that is open.
    judged = found.title["en"].split(" of ")[1].split(" open")[0]
    assert f"in those {judged}." in found.detail["en"]
    assert f"en esos {judged}." in found.detail["es"]
    none = replace(forecast, limits=forecast.limits.assign(limit_days=np.nan))
    with pytest.raises(NotMeasurable):
        findings.stale_deals(none)
    few = forecast.deals.copy()
    few["stage"] = np.where(np.arange(len(few)) % 3 == 0, few["stage"], "elsewhere")
    assert findings.stale_deals(replace(forecast, deals=few)).form == "inconclusive"


def test_the_dashboard_finding_in_its_forms(tested):
    assert findings.dashboard_forecast(tested).form == "claim"
    swapped = tested.periods.assign(dashboard_deals=tested.periods["deals"])
    assert findings.dashboard_forecast(replace(tested, periods=swapped)).form == "inconclusive"


def test_the_held_finding_in_its_forms(tested):
    found = Calibration(500, 50, 52.0, 40.0, 64.0, 0.1, 0.1, 1.0, 0.8, 1.2)
    for change, form, word in (
        ({}, "claim", "held within chance"),
        ({"won": 30}, "claim", "too much"),
        ({"won": 70}, "claim", "too little"),
        ({"won": 5, "expected": 6.0}, "inconclusive", "Too few"),
    ):
        result = replace(tested, calibration=replace(found, **change))
        told = findings.forecast_held(result)
        assert told.form == form
        assert word in told.title["en"]


def test_figures_and_tables_in_both_languages(forecast, tested):
    won = tested.periods.query("part == 'open'")["deals_won"].iloc[0]
    for lang in ("en", "es"):
        for draw, result in (
            (figures.pipeline_fan, forecast),
            (figures.stale_ages, forecast),
            (figures.dashboard_and_outcome, tested),
            (figures.calibration, tested),
        ):
            made = draw.exhibit(result, lang)
            assert len(made.alt) > 60
            assert made.png
        assert f" {int(won)};" in figures.dashboard_and_outcome.exhibit(tested, lang).alt
        for table, result in (
            (behind.periods, forecast),
            (behind.stale, forecast),
            (behind.tested, tested),
            (behind.bands, tested),
        ):
            assert table(result, lang).to_text()


@pytest.fixture(scope="module")
def recovery():
    sys.path.insert(0, str(BENCHMARKS))
    try:
        spec = importlib.util.spec_from_file_location(
            "pipeline_recovery", BENCHMARKS / "pipeline_recovery.py"
        )
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        yield module
    finally:
        sys.path.remove(str(BENCHMARKS))


def test_simulated_companies_are_forecast_without_bias(recovery):
    drawn = pd.concat(
        [
            recovery.forecasts(seed, recovery.SMALL, staged=True, spans=2, level=0.80)
            for seed in (31, 32, 33)
        ]
    )
    table = recovery.summarise(drawn, 0.80).set_index(["part", "what"])
    assert abs(table.loc[("open", "deals"), "bias"]) < 0.35
    assert table.loc[("open", "deals"), "dashboard_bias"] > 1.0
    assert (table["coverage"] >= 0.3).all()
