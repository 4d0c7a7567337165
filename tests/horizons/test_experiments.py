"""Experiments of the table as lifts: by hand, in a known world, and each reason not to use one."""

from __future__ import annotations

import importlib.util
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from alignment import tables
from alignment.horizons import long_and_short, measured_lifts, weekly_panel
from alignment.horizons.experiment_contrast import (
    Contrast,
    UnitWeeks,
    apart,
    by_lag,
    covariance,
    dispersion,
    reached,
)
from alignment.horizons.measured import Experiment
from alignment.horizons.model import fit_weekly
from alignment.horizons.refits import placebo_dates

ROOT = Path(__file__).resolve().parents[2]


def _worlds():
    spec = importlib.util.spec_from_file_location(
        "experiment_worlds", ROOT / "benchmarks" / "experiment_worlds.py"
    )
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


worlds = _worlds()
WEEKS = 60


def flags(places, size):
    return np.isin(np.arange(size), places)


@pytest.fixture(scope="module")
def by_hand():
    """Two regions of equal size and spend; the first has none in the last 10 of 60 weeks.

    Each creates 4 a week; the dark one 3 in those weeks. A third unit has no region.
    """
    outcome = np.full((WEEKS, 3), 4.0)
    outcome[:, 2] = 0.0
    outcome[50:, 0] = 3.0
    spend = np.full((WEEKS, 3), 100.0)
    spend[:, 2] = 0.0
    spend[50:, 0] = 0.0
    contrast = Contrast(
        flags([0], 3), flags([1], 3), flags(range(50, 60), WEEKS), flags(range(50), WEEKS)
    )
    return contrast, UnitWeeks(outcome, {"brand": spend})


def test_a_dark_region_by_hand(by_hand):
    contrast, units = by_hand
    # 400 of all before; 30 of 200 against 40 of 200: −20, and −1.99 % less for the correction.
    assert contrast.counts(units.outcome) == (30, 200, 40, 200)
    assert contrast.difference(units.outcome) == pytest.approx(400 * (30 - 40) / 201)
    # The company's average week has 110 of 120 region-weeks lit: lit is 12/11 of it.
    share = np.array([0.5, 0.5, 0.0])
    assert reached(units.activity["brand"], share, 1.0)[0, 0] == pytest.approx(12 / 11)
    gap = apart(contrast, units.activity["brand"], share, 1.0)
    np.testing.assert_allclose(gap[:50], 0)
    np.testing.assert_allclose(gap[50:], -12 / 11)
    # Ten weeks of it hold ten first weeks of the effect, nine second weeks, and so on.
    held = by_lag(contrast, gap, contrast.growth(units.outcome))
    np.testing.assert_allclose(held[:11], -12 / 11 * np.arange(10, -1, -1))
    # One average week brings 20 / (10 · 12/11) = 1.83 opportunities: of 8 a week, two would be
    # missing if both regions were dark, and the average week is 11/12 of a lit one.
    assert contrast.difference(units.outcome) / held[0] == pytest.approx(2 * 11 / 12 * 200 / 201)


def test_how_far_a_change_goes_does_not_matter_for_a_dark_region_but_for_another(by_hand):
    contrast, units = by_hand
    share, spend = np.array([0.5, 0.5, 0.0]), units.activity["brand"]
    dark = [apart(contrast, spend, share, half)[-1] for half in (0.5, 8.0)]
    assert dark[0] == pytest.approx(dark[1])
    more = spend.copy()
    more[50:, 0] = 200.0
    doubled = [apart(contrast, more, share, half)[-1] for half in (0.5, 8.0)]
    assert 0 < doubled[0] < 0.5 < doubled[1] < 1.0


def test_the_error_is_that_of_the_delta_method(by_hand):
    contrast, units = by_hand
    # Var[Y a/(b+1)] = Y² (a/(b+1)² + a² b/(b+1)⁴), for each arm.
    expected = sum(400**2 * (x / 201**2 + x**2 * 200 / 201**4) for x in (30, 40))
    found = covariance([contrast], units.outcome, True)[0, 0]
    assert found == pytest.approx(expected, rel=1e-9)


def test_errors_of_experiments_that_share_weeks_are_those_of_poisson_counts():
    random = np.random.default_rng(0)
    mean = np.full((WEEKS, 5), 6.0)
    first = Contrast(
        flags([0], 5), flags([1, 2, 3], 5), flags(range(40, 50), 60), flags(range(40), 60)
    )
    second = Contrast(
        flags([1], 5), flags([0, 2, 3], 5), flags(range(50, 60), 60), flags(range(50), 60)
    )
    drawn = random.poisson(mean, (4000, *mean.shape)).astype(float)
    seen = np.array([[c.difference(y) for c in (first, second)] for y in drawn])
    told = np.mean([covariance([first, second], y, True) for y in drawn[:200]], axis=0)
    np.testing.assert_allclose(np.cov(seen.T), told, rtol=0.1, atol=30)
    assert np.abs(seen.mean(axis=0)).max() < 3 * seen.std() / np.sqrt(4000)


def test_the_dispersion_is_one_for_poisson_counts_and_more_where_they_scatter():
    random = np.random.default_rng(1)
    contrast = Contrast(
        flags([0, 1], 9), flags(range(2, 8), 9), flags(range(78, 91), 91), flags(range(78), 91)
    )
    none = np.zeros((91, 9), dtype=bool)
    none[78:, :2] = True
    told = []
    for scatter in (0.0, 1.0):
        rows = []
        for _ in range(200):
            mean = np.full((91, 9), 3.0)
            if scatter:
                mean *= random.gamma(1 / scatter, scatter, mean.shape)
            rows.append(dispersion(contrast, random.poisson(mean).astype(float), none))
        told.append(np.mean([square / freedom for square, freedom in rows]))
        assert rows[0][1] == 7 * 8 - 2 - (7 + 8 - 1)
    assert told[0] == pytest.approx(1.0, abs=0.05)
    assert told[1] == pytest.approx(4.0, rel=0.1)  # 1 + scatter · mean


def test_units_without_counts_tell_nothing_of_the_dispersion():
    random = np.random.default_rng(5)
    seen, none = random.poisson(3.0, (91, 9)).astype(float), np.zeros((91, 20))
    window, before = flags(range(78, 91), 91), flags(range(78), 91)
    few, many = (
        Contrast(flags([0, 1], size), flags(range(2, size), size), window, before)
        for size in (9, 29)
    )
    plain = dispersion(few, seen, np.zeros((91, 9), dtype=bool))
    wide = dispersion(many, np.hstack([seen, none]), np.zeros((91, 29), dtype=bool))
    assert wide == pytest.approx(plain)


def test_a_lift_with_parts_is_the_plain_one_where_they_are_the_same():
    random = np.random.default_rng(2)
    y, x = random.normal(50, 3, 80), random.gamma(2, 1, 80)
    plain = Experiment("a", 3.0, 0.5, 4)
    told = replace(plain, driver="anything", parts={"a": (1.0, 1.0, 1.0, 1.0)})
    quick = {"chains": 8, "warm_up": 20, "sweeps": 40}
    fits = [fit_weekly(y, {"a": x}, experiments=[e], **quick) for e in (plain, told)]
    np.testing.assert_array_equal(fits[0].draws.fast, fits[1].draws.fast)
    np.testing.assert_allclose(fits[0].of(plain), fits[0].within(4)[:, 0])


@pytest.fixture(scope="module")
def dark():
    """A company with a dark quarter in two of eight regions, with large counts."""
    world = replace(worlds.BASE, level=300.0, fast=80.0, slow=60.0, search=80.0)
    made = worlds.company(world, 3)
    return made, weekly_panel(made.data)


def test_a_dark_quarter_gives_what_an_average_week_brings(dark):
    made, panel = dark
    lifts = measured_lifts(made.data, panel)
    row = lifts.frame.iloc[0]
    assert (row["driver"], row["arm"], row["weeks"], row["weeks_before"]) == (
        "brand",
        "changed",
        13,
        52,
    )
    assert (row["changed_units"], row["control_units"]) == (2, 6)
    assert -1.3 < row["change"] < -0.8
    assert row["low"] > 0  # switched off, and fewer came: what it brings is positive
    truth = (13 - np.arange(13)) / 13 @ made.response["brand"][:13]
    assert abs(row["lift"] - truth) < 2.5 * row["error"]
    assert not len(lifts.left_out)
    assert lifts.experiments == lifts.each


def test_turning_the_arms_round_changes_nothing(dark):
    made, panel = dark
    table = made.data.experiments
    names = {"changed": "zz", "as usual": "aa"}
    turned = made.data.replace(experiments=table.assign(arm=table["arm"].map(names).astype("str")))
    one, other = (measured_lifts(d, panel).frame.iloc[0] for d in (made.data, turned))
    assert (one["lift"], one["error"]) == pytest.approx((other["lift"], other["error"]))
    assert other["arm"] == "zz"


def test_the_lift_enters_the_model_and_the_result_says_so(dark):
    made, _ = dark
    quick = {"replicates": 5}
    found = long_and_short(made.data, **quick)
    row = found.lifts.pooled.iloc[0]
    assert found.fit.experiments == found.lifts.experiments
    assert row["with_high"] - row["with_low"] < row["without_high"] - row["without_low"]
    assert any(
        "calibrate the weekly model: 1, drawn together" in a.en for a in found.about.assumptions
    )
    none = long_and_short(made.data, experiments=(), **quick)
    assert none.lifts is None
    assert none.fit.experiments == ()
    assert not any("xperiment" in a.en for a in none.about.assumptions)


def test_an_experiment_does_not_help_the_model_to_pass_its_placebo(dark):
    panel = dark[1]
    quick = {"chains": 8, "warm_up": 20, "sweeps": 40}
    pushed = Experiment("brand", 1000.0, 1.0, 52)
    fits = [
        fit_weekly(
            panel.frame["outcome"],
            panel.frame[panel.names],
            slow=panel.slow,
            experiments=e,
            **quick,
        )
        for e in ((), (pushed,))
    ]
    real = [placebo_dates(fit, panel, 0, 0.9)["real"].iloc[0] for fit in fits]
    assert real[1] < 2 * real[0]
    assert np.median(fits[1].within(52)[:, 0]) > 900


def changed(data, **columns):
    return data.replace(experiments=data.experiments.assign(**columns))


REASONS = {
    "leads": (lambda t: {"unit_kind": "lead"}, "not regions or accounts"),
    "one arm": (lambda t: {"arm": "dark"}, "has 1 arms"),
    "no weeks before": (
        lambda t: {"starts_on": pd.Timestamp("2024-03-04"), "ends_on": pd.Timestamp("2024-06-02")},
        "fewer than 26 weeks before it",
    ),
    "short": (
        lambda t: {"ends_on": t["starts_on"] + pd.Timedelta(days=14)},
        "fewer than 4 whole weeks",
    ),
    "nothing changed": (
        lambda t: {"starts_on": pd.Timestamp("2025-01-06"), "ends_on": pd.Timestamp("2025-04-06")},
        "no channel's activity",
    ),
}


@pytest.mark.parametrize("case", REASONS)
def test_what_cannot_be_used_is_listed_with_its_reason(dark, case):
    made, panel = dark
    columns, said = REASONS[case]
    data = changed(made.data, **columns(made.data.experiments))
    lifts = measured_lifts(data, panel)
    assert not len(lifts.frame)
    assert not lifts.experiments
    assert len(lifts.left_out) == 1
    row = lifts.left_out.iloc[0]
    assert said in row["reason"]
    assert row["reason"] != row["reason_es"]
    assert row["rows"] == 8 or case == "one arm"
    assert lifts.about.left_out == {"experiments that could not be used": 1}


def test_a_region_that_is_not_on_record_is_said_and_the_others_are_used(dark):
    made, panel = dark
    extra = made.data.experiments.iloc[:1].assign(unit_id="Atlantis")
    table = pd.concat([made.data.experiments, extra], ignore_index=True)
    lifts = measured_lifts(made.data.replace(experiments=table), panel)
    assert len(lifts.frame) == 1
    assert "1 of its units" in lifts.left_out["reason"].iloc[0]
    assert not lifts.about.left_out


def test_without_a_table_nothing_is_measured_and_nothing_left_out(dark):
    made, panel = dark
    lifts = measured_lifts(made.data.replace(experiments=tables.empty("experiments")), panel)
    assert not len(lifts.frame)
    assert not len(lifts.left_out)


def test_accounts_drawn_by_lot_are_compared_by_what_was_done_with_them():
    """Sales left half of the accounts alone for a quarter; each touch brings .2 opportunities."""
    random = np.random.default_rng(4)
    weeks, accounts = 104, 200
    held = random.permutation(accounts)[:100]
    touched = random.poisson(1.0, (weeks, accounts))
    touched[78:91, held] = 0
    made = random.poisson(0.1 + 0.2 * touched)
    start = pd.Timestamp("2024-01-01")

    def moments(week, extra):
        days = pd.to_timedelta(7 * week + extra, unit="D") + pd.Timedelta(hours=12)
        return pd.Series((start + days).tz_localize("UTC")).dt.as_unit("us")

    week, account = np.nonzero(touched)
    week, account = (np.repeat(x, touched[week, account]) for x in (week, account))
    touches = {
        "touch_id": [f"T{i}" for i in range(len(week))],
        "account_id": [f"A{a}" for a in account],
        "occurred_at": moments(week, random.integers(0, 2, len(week))),
        "team": "sales",
        "channel": "phone",
        "kind": "call",
    }
    at, of = np.nonzero(made)
    at, of = (np.repeat(x, made[at, of]) for x in (at, of))
    created = moments(at, 3 + random.integers(0, 3, len(at)))
    deals = {
        "opportunity_id": [f"O{i}" for i in range(len(at))],
        "account_id": [f"A{a}" for a in of],
        "created_at": created,
        "closed_at": created + pd.Timedelta(hours=1),
        "status": "lost",
    }
    plan = {
        "unit_kind": "account",
        "unit_id": [f"A{a}" for a in range(accounts)],
        "experiment": "hands off",
        "arm": ["held" if a in set(held) else "called" for a in range(accounts)],
        "starts_on": start + pd.Timedelta(weeks=78),
        "ends_on": start + pd.Timedelta(weeks=91) - pd.Timedelta(days=1),
    }
    data = worlds.Dataset(
        as_of=(start + pd.Timedelta(weeks=weeks, hours=6)).tz_localize("UTC"),
        observed_from=start.tz_localize("UTC"),
        accounts=tables.conform("accounts", {"account_id": [f"A{a}" for a in range(accounts)]}),
        touches=tables.conform("touches", touches),
        opportunities=tables.conform("opportunities", deals),
        experiments=tables.conform("experiments", plan),
    )
    panel = weekly_panel(data)
    row = measured_lifts(data, panel).frame.iloc[0]
    assert (row["driver"], row["arm"], row["unit_kind"]) == ("sales effort", "held", "account")
    truth = 0.2 * panel.frame["sales effort"].mean()
    assert row["low"] < truth < row["high"]
    assert row["low"] > 0


def test_spend_that_reaches_no_account_takes_no_part_in_an_experiment_on_accounts(dark):
    """Sales leaves accounts alone in the dark quarter; spend is of regions, not of accounts."""
    made, _ = dark
    plan, deals = made.data.experiments, made.data.opportunities
    plan = plan.assign(unit_kind="account", unit_id=plan["unit_id"].str.replace("R", "A"))
    off = plan.loc[plan["arm"] == "changed", "unit_id"]
    start, end = plan["starts_on"].iloc[0], plan["ends_on"].iloc[0]
    mondays = worlds.START + pd.to_timedelta(7 * np.arange(worlds.WEEKS), unit="D")
    calls = pd.MultiIndex.from_product(
        [mondays, [f"A{r}" for r in range(8)], range(3)], names=["day", "account", "nth"]
    ).to_frame(index=False)
    held = calls["account"].isin(off) & calls["day"].between(start, end)
    # A call more in every other week, so that the driver varies.
    calls = calls[~held & ((calls["nth"] < 2) | (calls["day"].dt.day % 2 == 0))]
    touches = {
        "touch_id": [f"T{i}" for i in range(len(calls))],
        "account_id": calls["account"],
        "occurred_at": (calls["day"] + pd.Timedelta(hours=8))
        .dt.tz_localize("UTC")
        .dt.as_unit("us"),
        "team": "sales",
        "channel": "phone",
        "kind": "call",
    }
    closed = deals.assign(status="lost", closed_at=deals["created_at"] + pd.Timedelta(hours=1))
    data = made.data.replace(
        experiments=plan,
        touches=tables.conform("touches", touches),
        opportunities=tables.conform("opportunities", closed),
    )
    panel = weekly_panel(data)
    assert set(panel.names) == {"brand", "search", "sales effort"}
    lifts = measured_lifts(data, panel)
    assert lifts.frame["driver"].tolist() == ["sales effort"]
    (one,) = lifts.experiments
    assert set(one.parts) == {"sales effort"}
    assert np.isfinite(one.parts["sales effort"]).all()


def test_the_sample_is_measured_or_left_out_whole(sample):
    lifts = measured_lifts(sample, weekly_panel(sample))
    names = set(sample.experiments["experiment"])
    assert set(lifts.frame["experiment"]) | set(lifts.left_out["experiment"]) == names
    assert len(lifts.frame) + lifts.about.left_out["experiments that could not be used"] == 10
    assert lifts.pooled["experiments"].sum() == len(lifts.frame)
    assert lifts.frame["weight"].sum() == pytest.approx(len(lifts.pooled))
    # All change both brand channels by themselves, so that one lift of both enters the model.
    assert lifts.drivers == (("Paid Search (brand)", "Paid Social"),)
    assert lifts.pooled["error"].iloc[0] < lifts.frame["error"].min()
