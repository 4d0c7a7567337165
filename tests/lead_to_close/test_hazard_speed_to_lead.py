"""The effect of the wait is found where it is known, and whoever cannot tell of it is left out."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from alignment import tables
from alignment.dataset import Dataset
from alignment.errors import ArgumentError, NotMeasurable
from alignment.lead_to_close import speed_to_lead
from alignment.lead_to_close.speed_to_lead_rows import handed_over
from alignment.simulation import simulate_company

BENCHMARKS = Path(__file__).resolve().parents[2] / "benchmarks"


def _load(name: str):
    """Import a benchmark, which is no part of the package, by its path."""
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, BENCHMARKS / f"{name}.py")
        sys.modules[name] = module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
    return sys.modules[name]


dataset = _load("companies").dataset
DAY_0 = pd.Timestamp("2025-01-06", tz="UTC")  # a Monday
TRUTH = -0.16 * np.log(2)


@pytest.fixture(scope="module")
def company():
    return dataset(simulate_company(100))


@pytest.fixture(scope="module")
def found(company):
    return speed_to_lead(company, level=0.95).effect.set_index("estimate")


def test_the_adjusted_effect_is_near_the_truth_and_the_naive_one_is_not(found):
    assert found.loc["adjusted", "log_odds"] == pytest.approx(TRUTH, abs=0.04)
    assert found.loc["naive", "high"] < TRUTH
    arrival = found.loc["hour of the handoff"]
    assert arrival["low"] < TRUTH < arrival["high"]


def test_the_naive_effect_equals_statsmodels(company, found):
    rows, _ = handed_over(company, window=pd.Timedelta(days=10), horizon=pd.Timedelta(days=60))
    rows = rows[rows["touched_at"].notna()]
    account = pd.factorize(company.leads["account_id"].iloc[rows["lead"]])[0]
    design = sm.add_constant(np.log2(rows["delay_hours"].clip(lower=1 / 60)).to_numpy())
    oracle = sm.Logit(rows["converted"].to_numpy().astype(float), design).fit(
        disp=0, tol=1e-12, cov_type="cluster", cov_kwds={"groups": account}
    )
    assert found.loc["naive", "log_odds"] == pytest.approx(oracle.params[1], abs=1e-6)
    # statsmodels adds a factor (n - 1)/(n - k), here one in seven thousand.
    low = oracle.params[1] - 1.959964 * oracle.bse[1]
    assert found.loc["naive", "low"] == pytest.approx(low, abs=1e-4)


def test_without_confounding_both_estimates_agree():
    effect = speed_to_lead(dataset(simulate_company(3, "random_routing"))).effect
    effect = effect.set_index("estimate")["log_odds"]
    assert effect["naive"] == pytest.approx(effect["adjusted"], abs=0.02)


def test_a_lead_without_a_score_cannot_be_compared(company):
    blind = company.replace(leads=company.leads.assign(score_at_mql=np.nan))
    with pytest.raises(NotMeasurable, match="no score"):
        speed_to_lead(blind)


def test_the_shuffled_company_tells_the_same(company, found):
    shuffled = company.replace(
        leads=company.leads.sample(frac=1, random_state=2).reset_index(drop=True),
        touches=company.touches.sample(frac=1, random_state=2).reset_index(drop=True),
    )
    again = speed_to_lead(shuffled, level=0.95).effect.set_index("estimate")
    pd.testing.assert_frame_equal(found, again, rtol=1e-6)


def one(number, *, mql=0.0, touch=None, sql=None, precision="instant", initiator="firm"):
    """Describe one lead in days after DAY_0."""
    return (f"L{number}", mql, touch, sql, precision, initiator)


def small(cases, as_of=200):
    """Build leads from :func:`one`."""

    def at(days):
        return DAY_0 + pd.Timedelta(days=days)

    stages = [(i, at(m), "mql") for i, m, *_ in cases]
    stages += [(c[0], at(c[3]), "sql") for c in cases if c[3] is not None]
    touches = [(c[0], at(c[2]), c[4], c[5]) for c in cases if c[2] is not None]
    calls = pd.DataFrame(touches, columns=["lead_id", "occurred_at", "precision", "initiator"])
    return Dataset(
        as_of=at(as_of),
        observed_from=at(0),
        leads=tables.conform(
            "leads",
            {
                "lead_id": [c[0] for c in cases],
                "created_at": [at(min(0, c[1])) for c in cases],
                "score_at_mql": 1.0,
            },
        ),
        lead_stages=tables.conform(
            "lead_stages",
            pd.DataFrame(stages, columns=["lead_id", "entered_at", "stage"]),
        ),
        touches=tables.conform(
            "touches",
            calls.assign(
                touch_id=[f"T{i}" for i in range(len(calls))],
                team="sales",
                channel="Call",
                kind="call",
            ),
        ),
    )


def followed(cases, **more):
    return handed_over(
        small(cases, **more), window=pd.Timedelta(days=10), horizon=pd.Timedelta(days=60)
    )


def test_who_is_compared_is_decided_at_the_landmark():
    rows, left_out = followed(
        [
            one(0, touch=1.0, sql=20),  # touched, converted after the landmark
            one(1, touch=2.0, sql=5),  # converted before the landmark: left out
            one(2, touch=30.0, sql=40),  # touched after it: not touched
            one(3),  # never touched, never converted
            one(4, touch=1.0, sql=90),  # converted beyond the horizon
            one(5, mql=5.0, touch=1.0),  # touched before the handoff
            one(6, mql=150.0, touch=151.0),  # cannot be followed to the horizon
            one(7, touch=3.0, precision="day"),  # hour unknown: at the end of that day
            one(8, touch=3.0, initiator="buyer"),  # the buyer's own act is no touch of sales
        ]
    )
    told = rows.set_index("lead")
    assert list(told.index) == [0, 2, 3, 4, 7, 8]
    assert told["delay_hours"].tolist()[0] == pytest.approx(24.0)
    assert told.loc[7, "delay_hours"] == pytest.approx(96.0, abs=0.001)
    assert told["delay_hours"].isna().tolist() == [False, True, True, False, False, True]
    assert told["converted"].tolist() == [True, True, False, False, False, False]
    assert left_out == {
        "converted before the landmark": 1,
        "touched by sales before the handoff": 1,
        "not yet followed to the horizon": 1,
    }


def test_arguments_that_cannot_be_are_named(company):
    with pytest.raises(ArgumentError, match="data must be a Dataset"):
        speed_to_lead(None)
    with pytest.raises(ArgumentError, match="level must be between 0 and 1"):
        speed_to_lead(company, level=95)
    with pytest.raises(ArgumentError, match="window_days must be a number above 0"):
        speed_to_lead(company, window_days=-1)
    with pytest.raises(ArgumentError, match="working must be a WorkingHours"):
        speed_to_lead(company, working="9-19")


def test_the_holidays_of_the_exports_are_closed_hours(company):
    # Where every day of the exports is free, no lead comes in working hours.
    assert company.as_of < pd.Timestamp("2035-01-01", tz="UTC")
    days = pd.date_range("2015-01-01", "2034-12-31")
    closed = company.replace(holidays=tables.conform("holidays", {"date": days}))
    assert "working hours" in speed_to_lead(company).held_equal
    assert "working hours" not in speed_to_lead(closed).held_equal


def test_few_conversions_are_not_measured():
    cases = [one(i, touch=0.1 + i / 100, sql=20 if i < 5 else None) for i in range(150)]
    with pytest.raises(NotMeasurable, match="5 conversions"):
        speed_to_lead(small(cases))


def test_the_untouched_stand_in_the_table():
    cases = [one(i, touch=0.1 + i / 100, sql=20 + i / 9 if i % 3 else None) for i in range(150)]
    cases += [one(1_000 + i) for i in range(40)]
    result = speed_to_lead(small(cases))
    last = result.by_delay.iloc[-1]
    assert (last["leads"], last["conversions"]) == (40, 0)
    assert result.by_delay["leads"].sum() == 190
    assert result.about.left_out["not touched by the landmark"] == 40


def test_the_change_in_conversions_holds_its_truth(found):
    """Unlike a log-odds, this does not depend on what else is held equal."""
    benchmark = _load("lead_to_close_recovery_hazard")
    truth = benchmark.true_change(simulate_company(100))
    adjusted, naive = found.loc["adjusted"], found.loc["naive"]
    assert adjusted["change_low"] < truth < adjusted["change_high"]
    assert naive["change_high"] < truth
