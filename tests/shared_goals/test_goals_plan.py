"""The plan on a company of known truth: what it must reach, refuse, and leave alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest

from alignment import findings, tables
from alignment.dataset import Dataset
from alignment.errors import ArgumentError, NotMeasurable
from alignment.figures.goals import _implied_rows
from alignment.shared_goals import (
    Definitions,
    compare_targets,
    conversions,
    draft_agreement,
    own_problems,
    plan_for,
    plan_goal,
    prepare,
    usual_goal,
)
from alignment.shared_goals.capacity import find_effort
from alignment.shared_goals.horizon import MONTH_DAYS, today_of
from alignment.shared_goals.seeking import plan_chance
from alignment.shared_goals.targets import comparable, metric_of


def test_the_measured_conversions_hold_the_truth(setting, world):
    found = conversions(setting)
    steps = found.steps.set_index("stage")
    truth = {"accepted": world.accept, "opportunity": world.accept * world.open, "won": world.win}
    for stage, share in truth.items():
        row = steps.loc[stage]
        assert row["low"] - 0.02 < share < row["high"] + 0.02
        assert row["share"] == pytest.approx(share, rel=0.15)
    value = found.value.iloc[0]
    assert value["low"] < value["mean"] < value["high"]
    assert value["mean"] == pytest.approx(world.amount * np.exp(world.spread**2 / 2), rel=0.12)
    sums = found.lags.groupby("stage")["share"].sum()
    np.testing.assert_allclose(sums, 1.0, atol=1e-9)
    assert steps.loc["won", "median_days"] == pytest.approx(world.days[2], rel=0.25)


def test_the_needed_volume_reaches_the_goal_with_the_probability_asked_for(setting, plan):
    assert plan.feasible
    assert plan.volume_probability == pytest.approx(0.80, abs=0.01)
    assert plan.average < plan.needed
    assert 0.35 < plan.average_probability < 0.65
    likelier = plan_goal(setting, goal=plan.goal, by=plan.by, probability=0.85)
    assert likelier.needed > plan.needed


def test_the_probability_rises_with_the_volume_and_falls_beyond_the_frontier(plan):
    rows = plan.volumes
    assert (rows["probability"].diff().dropna() >= 0).all()
    beyond = rows[rows["volume"] > plan.frontier + 0.05]
    assert (beyond["with_hours"].diff().dropna() <= 0).all()
    assert (beyond["revenue_with_hours"].diff().dropna() < 0).all()
    below = rows[rows["volume"] < plan.frontier_low - 0.05]
    np.testing.assert_allclose(below["with_hours"], below["probability"])
    assert plan.frontier_low <= plan.frontier <= plan.frontier_high


def test_the_plan_by_month_adds_up(plan):
    months = plan.months
    assert months["leads"].sum() == pytest.approx(plan.leads_at(plan.volume))
    for name in ("accepted", "opportunities", "wins", "revenue", "hours"):
        assert (months[f"{name}_low"] <= months[name] + 1e-9).all()
        assert (months[name] <= months[f"{name}_high"] + 1e-9).all()
    assert (months["leads"] > months["accepted"]).all()
    assert (months["hours"] <= months["hours_available"] * 1.05).all()


def test_the_same_seed_gives_the_same_plan(company):
    again = [
        plan_goal(prepare(company, samples=20, draws=100, seed=9), goal=1e7, by="2027-06-30")
        for _ in range(2)
    ]
    pd.testing.assert_frame_equal(again[0].months, again[1].months)
    assert again[0].needed == again[1].needed


def test_an_infeasible_goal_is_said_to_be_so_with_the_nearest_feasible_one(setting):
    found = plan_goal(setting, goal=18_000_000, by="2027-06-30")
    assert not found.feasible
    assert np.isinf(found.needed)
    assert found.volume == pytest.approx(found.frontier, abs=0.02)
    assert found.volume_probability < 0.80
    nearest = plan_goal(setting, goal=0.995 * found.nearest_goal, by="2027-06-30")
    assert nearest.feasible
    assert found.nearest_by is not None
    assert plan_goal(setting, goal=18_000_000, by=found.nearest_by).feasible


def test_a_goal_below_what_is_there_needs_no_new_leads_and_keeps_the_pace(setting):
    found = plan_goal(setting, goal=100_000, by="2027-06-30")
    assert (found.needed, found.volume) == (0.0, 1.0)
    assert found.pace_probability > 0.99


def test_what_was_won_since_the_first_day_counts(setting, company):
    later = plan_goal(setting, goal=13_000_000, by="2027-06-30", since="2026-01-01")
    deals = company.opportunities
    won = deals[(deals["status"] == "won") & (deals["closed_at"] >= "2026-01-01")]
    assert later.already == pytest.approx(won["amount"].sum())
    rest = plan_goal(setting, goal=13_000_000 - later.already, by="2027-06-30")
    assert later.needed == rest.needed


def test_without_hours_the_plan_says_why_and_goes_on(company):
    bare = prepare(
        company.replace(capacity=tables.empty("capacity")), samples=20, draws=200, seed=1
    )
    found = plan_goal(bare, goal=1e7, by="2027-06-30")
    assert found.effort is None
    assert "capacity.csv" in found.no_effort.es
    assert found.months["hours"].isna().all()
    assert np.isnan(found.weekly_hours)
    assert "hours of sales" not in findings.goal_plan(found).title["en"]
    assert "sales_hours" not in {one.name for one in draft_agreement(company, found).lines}
    assert np.isnan(found.frontier)
    assert found.volumes["with_hours"].isna().all()


def test_the_busiest_quarter_fills_its_hours(company, setting):
    effort = find_effort(company, setting.found)
    assert effort.source == "busiest quarter"
    monthly = 300.0 * 365.25 / 12 / 7
    assert effort.hours == pytest.approx(monthly)
    # All touches are on leads, and a lead takes as much in each month: the busiest quarter of
    # arrivals used all hours.
    assert effort.per_opportunity == 0.0
    arrived = setting.found.frame["lead"].dt.tz_localize(None).dt.to_period("M")
    counts = arrived.value_counts().sort_index()[:-1]
    assert effort.per_lead == pytest.approx(monthly / counts.rolling(3).mean().max())


def test_levers_move_the_probability_the_right_way(plan):
    levers = plan.levers.set_index("lever")
    assert set(levers.index) == {"leads", "opportunity", "win", "value", "speed", "hours"}
    assert (levers["change"] >= 0).all()
    assert levers.loc["win", "change"] >= levers.loc["leads", "change"]
    assert plan.levers["change"].is_monotonic_decreasing
    np.testing.assert_allclose(levers["probability"] - levers["change"], plan.pace_probability)


def test_a_plan_of_leads_without_deals_is_not_measurable(company):
    blank = company.opportunities.copy()
    blank["lead_id"] = pd.Series(pd.NA, index=blank.index, dtype=blank["lead_id"].dtype)
    with pytest.raises(NotMeasurable, match="linked to a lead"):
        prepare(company.replace(opportunities=blank), samples=5, draws=10)
    few = company.replace(opportunities=company.opportunities.head(12))
    with pytest.raises(NotMeasurable, match="wins"):
        prepare(few, samples=5, draws=10)
    with pytest.raises(NotMeasurable, match="currency"):
        prepare(company.replace(currency=None), samples=5, draws=10)


@pytest.mark.parametrize(
    "wrong",
    [
        {"probability": 1.0},
        {"goal": -1.0},
        {"by": "2026-06-30"},
        {"since": "2026-09-01"},
    ],
)
def test_arguments_that_mean_nothing_are_refused(setting, wrong):
    with pytest.raises(ArgumentError):
        plan_goal(setting, **{"goal": 1e6, "by": "2027-06-30", **wrong})


def test_targets_imply_revenue_in_closed_form(setting, world):
    found = compare_targets(setting)
    assert found.periods == ("2026-Q3",)
    rows = found.frame.set_index(["team", "metric"])
    steps = conversions(setting).steps.set_index("stage")["share"]
    mean = float(setting.found.amounts.mean())
    lead = steps["opportunity"] * steps["won"]
    assert rows.loc[("marketing", "lead"), "implied"] == pytest.approx(600 * lead * mean)
    assert rows.loc[("sales", "won"), "implied"] == pytest.approx(60 * mean)
    assert rows.loc[("both", "revenue"), "implied"] == 4_000_000
    gap = found.gap.set_index("metric")
    assert gap.loc["lead", "ratio"] == pytest.approx(600 * lead / 60)
    # Of 600 leads about 30 are won, of 240 accepted ones about 30: both imply half of 60 wins.
    assert gap.loc["lead", "high"] < 1
    assert gap.loc["accepted", "ratio"] == pytest.approx(240 * lead / steps["accepted"] / 60)


def test_targets_of_other_money_and_periods_too_far_ahead_are_left_out(setting):
    goals = {
        "period": ["2026-Q3", "2026-Q3", "2026-Q3", "2033"],
        "team": ["both", "sales", "marketing", "both"],
        "metric": ["revenue_usd", "bookings_mxn", "revenue", "revenue"],
        "target": [1.0, 4_000_000.0, 5_000_000.0, 9e9],
    }
    data = setting.data.replace(goals=tables.conform("goals", goals))
    found = compare_targets(replace(setting, data=data))
    assert found.track["period"].tolist() == ["2026-Q3"]
    assert found.track["goal"].tolist() == [4_000_000.0]
    assert sum(found.about.left_out.values()) == 1
    # Both teams signed revenue and nothing else: a sentence and a figure all the same.
    said = findings.targets_agree(found)
    assert "125%" in said.title["en"]
    assert "sales: " in said.detail["en"]
    assert len(_implied_rows(found)) == len(found.frame) == 2


def test_a_period_to_come_is_on_track_as_often_as_the_plan_says(setting):
    row = compare_targets(setting).track.iloc[0]
    assert (row["period"], row["goal"], row["won"]) == ("2026-Q3", 4_000_000, 0.0)
    same = plan_goal(setting, goal=4_000_000, by="2026-09-30")
    quarter = [pd.Timestamp("2026-07-01"), pd.Timestamp("2026-09-30")]
    found = plan_chance(setting, 4_000_000, *quarter)[0]
    assert found == pytest.approx(same.pace_probability, abs=0.03)
    # Here no deal has stages: by age alone, the forecast of the deals says much the same.
    assert row["chance"] == pytest.approx(found, abs=0.12)
    year = [pd.Timestamp("2026-07-01"), pd.Timestamp("2027-06-30")]
    halves = [pd.Timestamp("2026-12-31"), pd.Timestamp("2027-01-01")]
    middle = [
        plan_chance(setting, 0.0, *span)[1:]
        for span in (year, (year[0], halves[0]), (halves[1], year[1]))
    ]
    # Quantiles do not add, but their middles nearly do: the halves make up the year.
    whole, first, second = (sum(bounds) / 2 for bounds in middle)
    assert first + second == pytest.approx(whole, rel=0.06)


@pytest.mark.parametrize(
    ("name", "metric"),
    [
        ("bookings_mxn", "revenue"),
        ("Revenue", "revenue"),
        ("MQL", "mql"),
        ("won", "won"),
        ("new leads", "lead"),
        ("meetings", None),
    ],
)
def test_metrics_are_known_by_the_words_in_use(name, metric):
    assert metric_of(name) == metric


@pytest.mark.parametrize("spelling", ["2026Q3", "2026 Q3", "Q3 2026", "T3 2026", "3T26"])
def test_a_period_is_the_same_however_it_is_written(setting, spelling):
    goals = setting.data.goals
    usual = compare_targets(setting)
    mixed = goals.assign(period=[spelling if row % 2 else "2026-Q3" for row in range(len(goals))])
    found = compare_targets(replace(setting, data=setting.data.replace(goals=mixed)))
    assert found.periods == usual.periods == ("2026-Q3",)
    pd.testing.assert_frame_equal(found.frame, usual.frame)
    pd.testing.assert_frame_equal(found.track, usual.track)
    assert set(comparable(mixed, "MXN")["period"]) == {"2026-Q3"}
    strange = goals.assign(period=["2026-Q3", "2026-Q3", "2026-Q3", "soon"])
    left = compare_targets(replace(setting, data=setting.data.replace(goals=strange)))
    assert left.about.left_out == {"targets of a period that cannot be read": 1}


@pytest.mark.parametrize("amount", [0.0, np.nan])
def test_won_deals_that_are_worth_nothing_make_no_plan(company, amount):
    blank = company.opportunities.assign(amount=amount)
    data = company.replace(opportunities=blank)
    # An amount on an open deal, so that the column is there.
    data = data.replace(
        opportunities=blank.assign(amount=blank["amount"].where(blank["status"] != "open", 5.0))
    )
    with pytest.raises(NotMeasurable) as why:
        prepare(data, samples=20, draws=100)
    assert "0 carry an amount above 0" in str(why.value.reason.en)
    assert "0 llevan un importe mayor que 0" in str(why.value.reason.es)
    with pytest.raises(NotMeasurable, match="with an amount above 0"):
        usual_goal(data.replace(goals=tables.empty("goals")))


def test_amounts_of_a_few_wins_are_no_mean(company):
    deals = company.opportunities
    won = (deals["status"] == "won").to_numpy(bool)
    few = deals.assign(amount=deals["amount"].where(~won | (won[::-1].cumsum()[::-1] <= 9), 0.0))
    with pytest.raises(NotMeasurable, match="9 carry an amount above 0"):
        prepare(company.replace(opportunities=few), samples=20, draws=100)


def test_a_goal_in_the_middle_of_a_month_asks_for_its_days(setting, company):
    cut, whole = (plan_goal(setting, goal=13_000_000, by=f"2027-06-{day}") for day in (15, 30))
    assert cut.months["month"].tolist() == whole.months["month"].tolist()
    pace = cut.months["leads"].iloc[-1] / (15 / MONTH_DAYS)
    assert pace == pytest.approx(cut.months["leads"].iloc[-2] / (31 / MONTH_DAYS), rel=0.25)
    assert cut.weeks == pytest.approx((pd.Timestamp("2027-06-15") - today_of(company)).days / 7)
    # What is signed is what the plan expects by that day, and no part of it comes later.
    line = {one.name: one for one in draft_agreement(company, cut).lines}["accepted_leads"]
    assert line.target == np.ceil(cut.months["accepted"].sum() - 1e-9)
    available = cut.months["hours_available"]
    assert available.iloc[-1] / available.iloc[-2] == pytest.approx(15 / 31)
    # Less time for the same goal takes more leads a month, and no other plan is changed by it.
    assert cut.needed >= whole.needed


def test_the_goal_is_stated_else_signed_else_what_a_year_won(company):
    stated = usual_goal(company, amount=5e6, by="2027-01-31")
    assert (stated.amount, stated.source) == (5e6, "stated")
    said = Definitions(goal={"amount": 7e6, "probability": 0.9})
    written = usual_goal(company, said)
    assert (written.amount, written.probability) == (7e6, 0.9)
    assert written.by == pd.Timestamp("2027-06-30")
    # The signed quarter ends too soon to be planned for.
    last = usual_goal(company)
    assert last.source == "last year"
    deals = company.opportunities
    won = deals[(deals["status"] == "won") & (deals["closed_at"] >= "2025-07-01")]
    assert last.amount == pytest.approx(won["amount"].sum(), rel=0.06)
    goals = {
        "period": ["2026-H2", "2026-Q3", "2026-Q4"],
        "team": "both",
        "metric": "revenue",
        "target": [1.0, 3e6, 4e6],
    }
    signed = usual_goal(company.replace(goals=tables.conform("goals", goals)))
    assert (signed.amount, signed.source) == (7e6, "signed")
    assert signed.by == pd.Timestamp("2026-12-31")
    # A quarter signed twice and unlike, once as revenue and once as ingresos, is not signed.
    unlike = {
        "period": ["2026-Q3", "2026-Q4", "2026-Q4"],
        "team": "both",
        "metric": ["revenue", "revenue", "ingresos"],
        "target": [3e6, 4e6, 9e6],
    }
    found = usual_goal(company.replace(goals=tables.conform("goals", unlike)))
    assert found.source == "last year"


def test_a_goal_can_be_handed_over_as_it_is(setting):
    goal = usual_goal(setting.data, amount=9e6, by="2027-03-31", probability=0.7)
    found = plan_for(setting, goal)
    assert (found.goal, found.probability) == (9e6, 0.7)


def test_nothing_won_leaves_no_goal():
    moment = pd.Timestamp("2026-06-30", tz="UTC")
    with pytest.raises(NotMeasurable):
        usual_goal(Dataset(as_of=moment, observed_from=moment))


@pytest.mark.parametrize("day", ["03/04/2027", "31/12/2027", "2027", "2027-Q4", "T1 2027", "T1"])
def test_a_day_that_may_be_another_is_refused(setting, day):
    with pytest.raises(ArgumentError, match=r"by must be a day .* Write YYYY-MM-DD"):
        usual_goal(setting.data, amount=9e6, by=day)
    with pytest.raises(ArgumentError, match=r"since must be a day .* Write YYYY-MM-DD"):
        usual_goal(setting.data, amount=9e6, since=day)
    with pytest.raises(ArgumentError, match="Write YYYY-MM-DD"):
        plan_goal(setting, goal=9e6, by=day)
    for same in ("2027-03-31", date(2027, 3, 31), pd.Timestamp("2027-03-31 10:00")):
        assert usual_goal(setting.data, amount=9e6, by=same).by == pd.Timestamp("2027-03-31")


def test_a_goal_of_last_year_by_a_day_that_is_past_is_refused_for_the_day(setting):
    with pytest.raises(ArgumentError, match="must end after the export"):
        usual_goal(setting.data, by="2020-12-31")


def test_what_is_no_goal_plan_or_data_is_told_plainly(setting):
    for amount in ("5M", -5, 0, float("nan")):
        with pytest.raises(ArgumentError, match="amount of the goal must be a number above 0"):
            usual_goal(setting.data, amount=amount)
    plan = plan_goal(setting, goal=9e6, by="2027-03-31")
    for call in (
        lambda: draft_agreement(plan, setting.data),
        lambda: draft_agreement(setting.data, None),
        lambda: usual_goal("data/private"),
        lambda: own_problems("data/private"),
    ):
        with pytest.raises(ArgumentError, match=r"must be a (Dataset|Plan), and .* gives one"):
            call()
