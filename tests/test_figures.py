"""Every figure draws on the Axes it is given, in both languages, and says its numbers in words."""

from __future__ import annotations

import importlib.util
import re
from dataclasses import replace
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_hex

from alignment import behind, figures, load, style, vocabulary
from alignment.apart import load_apart
from alignment.attribution import attribute, flow, overlap, returns, team_game
from alignment.coverage import coverage
from alignment.exhibits import Drawing, reasons
from alignment.figures.parts import percent_axis, sentence, whiskers
from alignment.handoff import (
    acceptance,
    cohort_funnel,
    follow_up,
    ownership,
    service_level,
    volume_or_capacity,
)
from alignment.horizons import (
    diagnose,
    harvest,
    lead_lag,
    long_and_short,
    panel,
    sown,
    won_by_age,
)
from alignment.journeys import build_journeys
from alignment.lead_to_close import (
    backtest,
    cohort_triangle,
    estimate_clocks,
    find_clocks,
    find_spells,
    hazard,
    large_groups,
    lead_to_close,
    open_pipeline,
    recent_rate,
    speed_to_lead,
    time_in_stage,
)
from alignment.shared_goals import compare_targets, conversions, plan_goal, prepare
from alignment.sharing import (
    activities,
    agreement_of_systems,
    chain,
    collisions,
    feedback,
    maturity,
    shared_knowledge,
    tone,
)
from alignment.text import LANGUAGES, Text

SAMPLE = Path(__file__).resolve().parents[1] / "data" / "sample"


def told_why():
    """Give a world of the benchmarks in which reasons begin: in the sample all began at once."""
    path = SAMPLE.parents[1] / "benchmarks" / "sharing_worlds.py"
    spec = importlib.util.spec_from_file_location("sharing_worlds", path)
    worlds = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(worlds)
    return worlds.reasons(1, -0.15)


@pytest.fixture(scope="module")
def results():
    data = load(SAMPLE)
    journeys = build_journeys(data, include_buyer=False)
    setting = prepare(data, samples=20, draws=200)
    model = long_and_short(data, replicates=20)
    return {
        "coverage": coverage(data),
        "leads": lead_to_close(data),
        "channels": lead_to_close(data, group="channel"),
        "stages": time_in_stage(data),
        "pipeline": open_pipeline(data, draws=400, replicates=20),
        "tested": backtest(data, draws=400, replicates=20),
        "overlap": overlap(journeys),
        "teams": attribute(journeys, by="team", replicates=20),
        "by_channel": attribute(journeys, by="channel", replicates=20),
        "horizons": won_by_age(data, journeys, replicates=20),
        "flow": flow(journeys),
        "money": returns(data, build_journeys(data), replicates=20),
        "game": team_game(data, replicates=20),
        "funnel": cohort_funnel(data),
        "waits": follow_up(data),
        "service": service_level(data),
        "speed": speed_to_lead(data),
        "verdicts": acceptance(data),
        "movers": ownership(data),
        "limits": volume_or_capacity(data),
        "hazard": hazard(data, start="opportunity"),
        "sources": estimate_clocks(
            large_groups(find_clocks(data, start="lead", end="won", group="channel"))
        ),
        "triangle": cohort_triangle(find_clocks(data, start="lead", end="won", group="cohort")),
        "recent": recent_rate(find_spells(data, start="opportunity")),
        "data": data,
        "objectives": won_by_age(data, journeys, by="objective", replicates=20),
        "sown": sown(data, journeys, open_pipeline(data, draws=400, replicates=20).deals),
        "panel": panel(data),
        "harvest": harvest(data),
        "lead_lag": lead_lag(data),
        "model": model,
        "checks": diagnose(model, placebos=1),
        "rates": conversions(setting),
        "plan": plan_goal(setting, goal=24e6, by="2027-09-30"),
        "targets": compare_targets(setting),
        "links": chain(data, replicates=20),
        "agreement": agreement_of_systems(load_apart(SAMPLE, data), joined=data),
        "knowledge": shared_knowledge(data, replicates=20),
        "feedback": feedback(told_why(), replicates=20),
        "collisions": collisions(data, permutations=20, replicates=20),
        "activities": activities(data, replicates=20),
        "tone": tone(data, replicates=20),
        "maturity": maturity(data),
    }


DRAWN = {
    "months": "coverage",
    "trace": "coverage",
    "incidence": "leads",
    "group_shares": "channels",
    "stages": "stages",
    "pipeline_fan": "pipeline",
    "stale_ages": "pipeline",
    "dashboard_and_outcome": "tested",
    "calibration": "tested",
    "touched_by": "overlap",
    "team_credit": "teams",
    "channel_credit": "by_channel",
    "model_matrix": "by_channel",
    "journey_flow": "flow",
    "channel_returns": "money",
    "coalition_values": "game",
    "shared_part": "game",
    "fair_share": "game",
    "pair_matrix": "game",
    "tipping_map": "game",
    "won_value": "horizons",
    "late_shares": "horizons",
    "quarter_by_age": "horizons",
    "cohorts": "horizons",
    "funnel": "funnel",
    "funnel_cohorts": "funnel",
    "wait_for_sales": "waits",
    "service_levels": "service",
    "speed_effect": "speed",
    "acceptance": "verdicts",
    "relay_rules": "movers",
    "busy_weeks": "limits",
    "odds_ratios": "hazard",
    "clock_curves": "sources",
    "open_days": "sources",
    "cohort_triangle": "triangle",
    "recent_win_rate": "recent",
    "sown": "sown",
    "fade_out": "panel",
    "brand_stock": "panel",
    "brand_harvest": "harvest",
    "lead_lag": "lead_lag",
    "team_responses": "model",
    "short_long_shares": "model",
    "returns_by_horizon": "model",
    "stock_and_harvest": "model",
    "brand_stopped": "model",
    "prior_and_posterior": "model",
    "forecast_checked": "checks",
    "conversion_lags": "rates",
    "plan_ladder": "plan",
    "goal_chance": "plan",
    "capacity_frontier": "plan",
    "goal_levers": "plan",
    "implied_revenue": "targets",
    "sharing_chain": "links",
    "systems_side_by_side": "agreement",
    "knowledge_curves": "knowledge",
    "columns_to_share": "knowledge",
    "feedback_periods": "feedback",
    "collisions_and_chance": "collisions",
    "activity_mixes": "activities",
    "tone_horizons": "tone",
}
TABLED = {
    **{name: result for name, result in DRAWN.items() if hasattr(behind, name)},
    "naive": "leads",
    "credit": "teams",
    "returns": "money",
    "settling_experiment": "game",
    "files": "data",
    "notes": "data",
    "set_aside": "data",
    "clock_groups": "sources",
    "group_differences": "sources",
    "half_lives": "panel",
    "harvest_chances": "harvest",
    "plan_months": "plan",
    "goal_volumes": "plan",
    "conversion_steps": "rates",
    "goal_track": "targets",
    "refusal_reasons": "links",
    "maturity_facts": "maturity",
}


def test_every_figure_is_tested():
    public = {name for name in figures.__all__ if isinstance(getattr(figures, name), Drawing)}
    assert public == set(DRAWN)


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("name", DRAWN)
def test_a_figure_draws_on_the_axes_it_is_given(results, name, lang):
    canvas, axes = plt.subplots()
    try:
        assert getattr(figures, name)(results[DRAWN[name]], lang=lang, ax=axes) is axes
        assert axes.has_data()
        canvas.draw_without_rendering()
    finally:
        plt.close(canvas)


@pytest.mark.parametrize("name", DRAWN)
def test_a_figure_says_its_numbers_in_both_languages(results, name):
    said = getattr(figures, name).alt(results[DRAWN[name]])
    for language in LANGUAGES:
        assert re.search(r"\d", said[language])
        assert said[language].endswith(".")
        assert "nan" not in said[language].lower().split()
    assert said.en != said.es


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("name", TABLED)
def test_the_table_behind_has_a_caption_and_words_for_codes(results, name, lang):
    table = getattr(behind, name)(results[TABLED[name]], lang)
    assert table.caption
    assert len(table.frame)
    html = table.to_html()
    assert "nan" not in re.sub(r"<[^>]*>", " ", html).lower().split()
    assert "shapley_rate" not in html
    assert "only marketing" not in html or lang == "en"


def test_a_tick_of_a_per_cent_axis_is_never_a_rounded_one():
    for top in (0.004, 0.03, 0.07, 0.18, 0.25, 0.9):
        canvas, axes = plt.subplots()
        axes.set_ylim(0, top)
        percent_axis(axes, "en", axis="y")
        canvas.draw_without_rendering()
        ticks = axes.get_yticks()
        shown = [float(tick.get_text().rstrip("%")) / 100 for tick in axes.get_yticklabels()]
        plt.close(canvas)
        np.testing.assert_allclose(shown, ticks, atol=1e-9)


def test_a_hostile_name_is_drawn_as_text():
    canvas, axes = plt.subplots()
    whiskers(axes, [r"$\frac{1$ & <b>x</b>"], [0.5], [0.4], [0.6], ["black"])
    canvas.draw_without_rendering()
    plt.close(canvas)


def test_parts_of_a_sentence_are_joined_a_language_at_a_time():
    joined = sentence([Text(en="a", es="x"), Text.same("{b}"), Text(en="c", es="y")])
    assert (joined.en, joined.es) == ("a; {b}; c", "x; {b}; y")


def test_numbers_at_risk_are_those_of_the_estimator(results):
    canvas, axes = plt.subplots()
    figures.incidence(results["leads"], lang="en", ax=axes)
    shown = {
        int(day): int(count.replace(",", ""))
        for day, count in (tick.get_text().split("\n") for tick in axes.get_xticklabels())
    }
    plt.close(canvas)
    spells = results["leads"].spells.frame
    for day, count in shown.items():
        assert count == int(((spells["entry"] <= day) & (spells["exit"] >= day)).sum())


def test_a_quarter_is_written_as_each_language_does():
    assert vocabulary.quarter(pd.Period("2026Q2")) == Text(en="Q2 2026", es="T2 2026")


def test_every_reason_for_leaving_out_is_told_in_spanish(results):
    told = [
        reason for one in results.values() if hasattr(one, "about") for reason in one.about.left_out
    ]
    assert told
    assert [reason for reason in told if reasons.reason(reason, "es") == reason] == []


def test_quarters_that_were_not_fully_observed_are_hatched(results):
    result = results["horizons"]
    first = result.by_quarter["quarter"].iloc[0]
    table = result.by_quarter.assign(truncated=result.by_quarter["quarter"] == first)
    for truncated, count in ((table, 1), (result.by_quarter.assign(truncated=False), 0)):
        changed = replace(result, by_quarter=truncated)
        axes = figures.cohorts(changed, lang="en")
        hatched = [bar for bar in axes.patches if bar.get_hatch()]
        labels = [text.get_text() for text in axes.get_legend().get_texts()]
        plt.close(axes.figure)
        assert len(hatched) == count
        assert ("not fully observed" in labels) == bool(count)
        assert ("not fully observed" in figures.cohorts.alt(changed).en) == bool(count)


def test_what_the_buyer_did_has_no_teams_colour(results):
    axes = figures.months(results["coverage"], lang="en")
    colours = {to_hex(bar.get_facecolor()) for bar in axes.patches}
    plt.close(axes.figure)
    assert {style.BUYER, *style.TEAM_COLOURS.values()} <= colours


def test_the_quarters_after_the_first_touch_are_words_in_the_table_too(results):
    for lang in LANGUAGES:
        shown = set(behind.cohorts(results["horizons"], lang).frame["when"])
        assert not {word for word in shown if word.startswith("+")}
        assert vocabulary.WHEN_WON["+1"][lang] in shown


def test_objectives_have_their_own_words_and_colours(results):
    result = results["objectives"]
    assert "objective of the campaign" in figures.quarter_by_age.subtitle(result).en
    assert "objetivo de la campaña" in figures.late_shares.subtitle(result).es
    axes = figures.quarter_by_age(result, lang="es")
    labels = [text.get_text() for text in axes.get_legend().get_texts()]
    plt.close(axes.figure)
    assert "activación" in labels
    assert not {to_hex(bar.get_facecolor()) for bar in axes.patches} & set(
        style.TEAM_COLOURS.values()
    )
