"""A small version of the benchmark of what a quarter has sown, and its interval in closed form."""

import importlib.util
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from alignment.horizons.sown import _draws

BENCHMARKS = Path(__file__).resolve().parents[2] / "benchmarks"


@pytest.fixture(scope="module")
def benchmark():
    """Import the benchmark, and before it what it imports; none is part of the package."""
    for name in ("companies", "pipeline_recovery", "sown_coverage"):
        if name not in sys.modules:
            spec = importlib.util.spec_from_file_location(name, BENCHMARKS / f"{name}.py")
            sys.modules[name] = module = importlib.util.module_from_spec(spec)
            spec.loader.exec_module(module)
    return sys.modules["sown_coverage"]


@pytest.fixture(scope="module")
def rows(benchmark):
    return benchmark.simulate(["few wins"], range(3))


def test_the_truth_of_the_groups_is_that_of_all(rows):
    keys = ["seed", "age"]
    whole = rows[rows["group"] == "all"].groupby(keys)[["open_deals", "truth", "expected"]].sum()
    for groups in (["marketing", "sales"], ["brand", "activation"]):
        parts = rows[rows["group"].isin(groups)].groupby(keys)[list(whole)].sum()
        np.testing.assert_allclose(parts.loc[whole.index], whole)
    assert (rows["truth_deals"] <= rows["open_deals"]).all()
    assert whole["truth"].sum() > 0


def test_the_interval_holds_most_of_what_three_small_companies_won(rows, benchmark):
    table = benchmark.table_of(rows)
    # Of some 60 intervals at 90 %, most small and of [0, …], fewer than 80 % hold one time in 200.
    held = (rows["low"] <= rows["truth"]) & (rows["truth"] <= rows["high"])
    assert held.mean() > 0.8
    assert set(table["quarter"]) == {"last full", "the one before", "older"}
    assert table["companies"].max() == 3


def test_a_falling_rate_of_winning_takes_wins_after_the_moment_only(benchmark):
    company = benchmark.simulate_company(5, benchmark.WORLDS["few wins"])
    moment = pd.Timestamp("2025-09-28", tz="UTC")
    before, after = company.opportunities, benchmark.fallen(company, moment).opportunities
    past = before["closed_at"] <= moment.tz_localize(None)
    assert after.loc[past, "won"].equals(before.loc[past, "won"])
    left = after.loc[~past, "won"].sum() / before.loc[~past, "won"].sum()
    assert left == pytest.approx(1 - benchmark.FALL, abs=0.2)


@pytest.mark.parametrize("past", [60, 600])
def test_the_interval_covers_where_all_chances_have_one_error(past):
    # 30 deals of one chance, estimated from past ones: what errs, errs for all of them alike.
    random, held, chance, companies = np.random.default_rng(6), [], 0.3, 400
    for seed in range(companies):
        found = random.binomial(past, chance) / past
        error = 1.2816 * np.sqrt(max(found * (1 - found), 0.05) / past)
        worth = random.lognormal(0, 0.8, 30)
        deals = pd.DataFrame({"worth": worth, "guessed": False}).assign(
            probability=found, low=max(found - error, 0.0), high=min(found + error, 1.0)
        )
        total = _draws(deals, worth, 0.80, 400, seed).sum(axis=1)
        low, high = np.quantile(total, [0.05, 0.95])
        held.append(low <= worth[random.random(30) < chance].sum() <= high)
    # Three standard errors of 400 are 4.5 points.
    assert np.mean(held) == pytest.approx(0.90, abs=0.045)
