"""One number for one thing: the exhibits of the plan agree, and with the forecast of the deals."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from alignment import behind, findings, load, tables
from alignment.lead_to_close.pipeline import open_pipeline
from alignment.shared_goals import compare_targets, plan_goal, prepare
from alignment.shared_goals.horizon import horizon
from alignment.shared_goals.ladder import drawn_months
from alignment.shared_goals.seeking import FINE, seek
from alignment.shared_goals.targets import BY_COHORTS, BY_DEALS

SAMPLE = Path(__file__).resolve().parents[2] / "data" / "sample"
BY = "2027-09-30"


@pytest.fixture(scope="module")
def sample():
    return load(SAMPLE)


@pytest.fixture(scope="module")
def measured(sample):
    """Measure the sample as the page does, with the draws that it takes by default."""
    return prepare(sample)


@pytest.fixture(scope="module")
def beyond_hours(measured):
    """Plan for more than the hours of sales allow."""
    return plan_goal(measured, goal=26_000_000, by=BY)


def by_hand(setting, plan) -> float:
    """Add up what a plan brings deal by deal and source by source, in the data as they are."""
    sought = seek(setting, horizon(setting.data, plan.by), plan.goal)
    flow, found = sought.flow, setting.found
    mean = float(np.mean(found.amounts))
    total = 0.0
    for chance, amount in zip(flow.open_by[0, :, -1], flow.open_amount, strict=True):
        total += chance * (mean if np.isnan(amount) else amount)
    total += flow.old["won"][0].sum() * mean
    total += np.mean(found.others) * (plan.by - plan.as_of.tz_localize(None)).days / 30.4375
    counts = sought.effective(plan.volume)[0]
    return total + counts * float(flow.by_date[0] @ sought.shape) * mean


def drawn_of(setting, plan):
    span = horizon(setting.data, plan.by)
    sought = seek(setting, span, plan.goal)
    part = np.ones(span.months)
    if sought.demand is not None:
        volume = np.array([plan.volume])
        part = sought.demand.as_measured().part(sought.effort, volume)[0, 0]
    inflow = plan.volume * sought.shape, sought.level
    drawn = drawn_months(setting.found, sought.flow, span, setting.random, inflow, part)
    return drawn, sought.outcomes.revenue(float(sought.effective(plan.volume)[0]))


def test_the_months_the_expectation_and_the_draws_agree(measured, beyond_hours):
    plan = beyond_hours
    assert not plan.feasible
    # The day of the export counts in the zone of the data: a day of what is won beside is left.
    assert plan.expected == pytest.approx(by_hand(measured, plan), abs=10_000)
    rows = plan.volumes
    near = rows[rows["volume"].sub(plan.volume).abs() < 0.051]["revenue_with_hours"]
    assert near.min() <= plan.expected <= rows["revenue_with_hours"].max() * 1.01
    drawn, outcomes = drawn_of(measured, plan)
    # 4,000 draws of 200 samples: a standard error of a hundredth of the mean.
    assert outcomes.mean() == pytest.approx(plan.expected, rel=0.025)
    assert drawn["revenue"].sum(axis=1).mean() == pytest.approx(plan.expected, rel=0.025)
    for name in ("accepted", "opportunities", "wins"):
        assert drawn[name].mean(axis=0).sum() == pytest.approx(plan.months[name].sum(), rel=0.02)
    # Not only their means: the months of a draw are as far apart as the outcomes of the whole.
    tails = [0.05, 0.25, 0.5, 0.75, 0.95]
    np.testing.assert_allclose(
        np.quantile(drawn["revenue"].sum(axis=1), tails), np.quantile(outcomes, tails), rtol=0.06
    )


def test_without_hours_they_agree_too(company):
    bare = prepare(company.replace(capacity=tables.empty("capacity")), seed=2)
    plan = plan_goal(bare, goal=13_000_000, by="2027-06-30")
    assert plan.expected == pytest.approx(by_hand(bare, plan), rel=1e-9)
    whole = np.interp(plan.volume, plan.volumes["volume"], plan.volumes["revenue"])
    assert plan.expected == pytest.approx(whole)
    drawn, outcomes = drawn_of(bare, plan)
    assert outcomes.mean() == pytest.approx(plan.expected, rel=0.025)
    assert drawn["revenue"].sum(axis=1).mean() == pytest.approx(plan.expected, rel=0.025)


def test_an_open_deal_counts_with_its_own_amount_and_a_missing_one_with_the_mean(company):
    deals = company.opportunities
    is_open = (deals["status"] == "open").to_numpy(bool)
    effort = {"hours_per_lead": 2.0, "hours_per_opportunity": 12.0}
    plans, flows = {}, {}
    for name, amount in {"own": deals["amount"], "blank": np.nan, "large": 1e6}.items():
        data = company.replace(
            opportunities=deals.assign(amount=deals["amount"].where(~is_open, amount))
        )
        setting = prepare(data, effort=effort, samples=20, draws=200, seed=4)
        # A goal of little is planned at an even pace, whatever the open deals are worth.
        plans[name] = plan_goal(setting, goal=100_000, by="2027-06-30")
        flows[name] = seek(setting, horizon(data, "2027-06-30"), 100_000).flow
    mean = setting.found.amounts.mean()
    by_month = np.diff(flows["own"].open_by[0], axis=1, prepend=0.0)
    own = deals["amount"].to_numpy()[is_open]
    assert sorted(flows["own"].open_amount) == pytest.approx(sorted(own))
    assert np.isnan(flows["blank"].open_amount).all()
    for name, amount in {"large": 1e6, "own": flows["own"].open_amount}.items():
        np.testing.assert_allclose(
            plans[name].months["revenue"] - plans["blank"].months["revenue"],
            (amount - mean) * np.ones(len(own)) @ by_month,
            rtol=1e-9,
            atol=1e-3,
        )
    # The drawn interval of the first month follows its open deals.
    assert plans["large"].months["revenue_high"][0] > 2 * plans["own"].months["revenue_high"][0]


def test_each_amount_is_drawn_equally_often(setting):
    counts = np.bincount(setting.random.amount[1:].ravel())
    assert (counts == len(setting.random.amount) - 1).all()


def test_the_best_volume_and_the_frontier_are_one_number(beyond_hours, measured):
    plan = beyond_hours
    assert plan.volume == plan.frontier
    assert plan.frontier in FINE
    assert plan.frontier_low <= plan.frontier <= plan.frontier_high
    leads = f"{round(plan.frontier * plan.pace)} leads a month"
    for finding in (findings.goal_plan(plan), findings.capacity_frontier(plan)):
        assert leads in finding.title["en"]
    sought = seek(measured, horizon(measured.data, BY), plan.goal)
    counts = sought.effective(FINE)
    assert counts.max() == sought.effective(plan.frontier)[0]


def test_the_plan_says_that_its_months_add_up_to_the_mean(beyond_hours):
    detail = findings.goal_plan(beyond_hours).detail
    en, es = (detail[lang].replace("\u00a0", " ") for lang in ("en", "es"))
    assert "the months add up to its mean, MXN 34.2M" in en
    assert "los meses suman su media, 34,2 M MXN" in es
    begun = findings.goal_plan(replace(beyond_hours, already=5e6)).detail
    assert "MXN\u00a039.2M, with the MXN\u00a05M won so far." in begun["en"]
    assert "ya ganados." in begun["es"]
    bare = replace(beyond_hours, effort=None)
    for plan, held in ((beyond_hours, True), (bare, False)):
        told = [behind.plan_months(plan, lang).caption for lang in ("en", "es")]
        assert ("hours of sales" in told[0]) is ("horas de ventas" in told[1]) is held


def test_a_period_within_reach_has_the_chance_of_the_forecast_of_its_deals(sample, measured):
    found, told = compare_targets(measured), open_pipeline(sample)
    track, covers = found.track.set_index("period"), told.coverage.set_index("period")
    assert list(track.index) == ["2026-Q3", "2026-Q4"]
    for period, row in track.iterrows():
        total = told.part(period)
        assert row["chance"] == covers.loc[period, "chance"] == told.chance(period, row["goal"])
        assert (row["low"], row["high"]) == (total["value_low"], total["value_high"])
        assert row["won"] == covers.loc[period, "won"]
        # What the upper end of an 80 % interval lies above is reached in a tenth of the draws.
        assert told.chance(period, row["high"]) >= 0.10
        assert told.chance(period, row["low"]) >= 0.90
    assert set(track["forecast"]) == {"deals"}
    assert BY_DEALS in found.about.assumptions
    assert "deal by deal" in behind.goal_track(found, "en").to_html()


def test_months_years_and_periods_beyond_reach_are_told_too(measured):
    goals = {
        "period": ["2026-10", "2026", "2027-Q1", "2027-Q2", "2027-Q1"],
        "team": ["both"] * 4 + ["marketing"],
        "metric": ["revenue"] * 4 + ["leads"],
        "target": [2e6, 3e7, 7e6, 7e6, 600.0],
    }
    data = measured.data.replace(goals=tables.conform("goals", goals))
    found = compare_targets(replace(measured, data=data))
    track = found.track.set_index("period")
    kinds = {"2026-10": "deals", "2026": "deals", "2027-Q1": "cohorts", "2027-Q2": "cohorts"}
    assert track["forecast"].to_dict() == kinds
    told = open_pipeline(data, by=["2026-10", "2026"])
    assert track.loc["2026", "chance"] == told.chance("2026", 3e7)
    assert BY_COHORTS.en.format(later="a later period") in [a.en for a in found.about.assumptions]
    assert ((track["low"] <= track["high"]) & track["chance"].between(0, 1)).all()
    assert track.loc["2026", "won"] > 0


def test_where_open_deals_cannot_be_forecast_the_chance_counts_by_cohort(company):
    deals = company.opportunities
    ended = deals[(deals["status"] != "open").to_numpy(bool)].reset_index(drop=True)
    closed = company.replace(opportunities=ended)
    found = compare_targets(prepare(closed, samples=20, draws=200, seed=1))
    assert found.track["forecast"].tolist() == ["cohorts"]
    said = [one.en for one in found.about.assumptions]
    assert BY_COHORTS.en.format(later="a period") in said
    assert BY_DEALS.en not in said


def test_a_goal_that_ends_soon_says_which_forecast_to_believe(setting):
    near, far = (plan_goal(setting, goal=4e6, by=day) for day in ("2026-09-30", "2026-10-31"))
    told = ["stage and age" in one.en for one in near.about.assumptions]
    assert sum(told) == 1
    assert len(far.about.assumptions) == len(near.about.assumptions) - 1
