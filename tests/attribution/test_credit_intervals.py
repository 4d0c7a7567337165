"""The account bootstrap: deterministic, right in spread, and covering what it says it covers."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from alignment.attribution import DEFAULT_MODELS, NO_TOUCH, attribute
from alignment.attribution.credit_tables import TOO_FEW_WINS
from alignment.attribution.intervals import (
    bootstrap,
    effective_accounts,
)
from alignment.attribution.markov import chain_statistics
from alignment.attribution.paths import encode
from alignment.attribution.rules import linear, rule_statistics
from alignment.attribution.shapley import rate_game_statistics
from alignment.attribution.texts import assumptions
from alignment.resampling import expanded_percentile

BENCHMARK = Path(__file__).resolve().parents[2] / "benchmarks" / "attribution_coverage.py"


@pytest.fixture(scope="module")
def coverage():
    specification = importlib.util.spec_from_file_location("attribution_coverage", BENCHMARK)
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


def test_the_same_seed_gives_the_same_intervals(coverage):
    journeys = coverage.world(5, 800)
    one, same, other = (attribute(journeys, replicates=60, seed=seed).frame for seed in (1, 1, 2))
    pd.testing.assert_frame_equal(one, same)
    assert not one["low"].equals(other["low"])
    assert one["share"].equals(other["share"])


def test_a_wider_level_gives_a_wider_interval(coverage):
    journeys = coverage.world(5, 800)
    narrow, wide = (attribute(journeys, replicates=100, level=level).frame for level in (0.5, 0.9))
    assert (wide["low"] <= narrow["low"]).all()
    assert (wide["high"] >= narrow["high"]).all()


def test_drawing_equal_accounts_together_is_drawing_each(coverage):
    """Means and spreads are those of weighting every single account by itself."""
    paths = encode(coverage.world(7, 400))
    models = {
        "linear": rule_statistics(paths, linear),
        "markov": chain_statistics(paths),
        "rate": rate_game_statistics(paths),
    }
    drawn = bootstrap(paths, models, replicates=4000, seed=0)
    rng = np.random.default_rng(1)
    slow = {name: [] for name in models}
    for _ in range(4000):
        weight = rng.poisson(1.0, paths.cluster.max() + 1)
        for name, model in models.items():
            amount = model.amount * weight[paths.cluster[model.journey]]
            sums = np.bincount(model.column, amount, minlength=model.width)[np.newaxis]
            slow[name].append(model.credit(sums)[0])
    for name in models:
        one, other = drawn[name], np.array(slow[name])
        noise = other.std(axis=0) / np.sqrt(4000)
        assert (np.abs(one.mean(axis=0) - other.mean(axis=0)) < 6 * noise + 1e-9).all(), name
        assert one.std(axis=0) == pytest.approx(other.std(axis=0), rel=0.08), name


def test_accounts_and_not_journeys_are_drawn(made):
    """Ten journeys of one account stand or fall together: the interval is wider."""
    rows = [(["ads" if i % 20 < 10 else "call"], "won", 1, f"A{i // 10}") for i in range(400)]
    alone = [(path, outcome, value, f"B{i}") for i, (path, outcome, value, _) in enumerate(rows)]
    unknown = [(path, outcome, value) for path, outcome, value, _ in rows]
    widths = []
    for journeys in (made(rows), made(alone), made(unknown)):
        frame = attribute(journeys, models=("first",), replicates=400).frame
        widths.append((frame["high"] - frame["low"]).iloc[0])
    assert widths[0] / widths[1] == pytest.approx(np.sqrt(10), rel=0.25)
    assert widths[2] == pytest.approx(widths[1], rel=0.2)  # no account: independent


def test_the_spread_is_that_of_the_closed_form(made):
    """A share of n independent wins has standard error sqrt(p q / n)."""
    rows = [(["ads" if i % 4 else "call"], "won", 1, f"A{i}") for i in range(400)]
    frame = attribute(made(rows), models=("first",), replicates=2000, level=0.9).frame
    expected = 2 * 1.645 * np.sqrt(0.75 * 0.25 / 400)
    assert (frame["high"] - frame["low"]).iloc[0] == pytest.approx(expected, rel=0.08)


def test_a_replicate_without_a_win_is_no_replicate(made):
    frame = attribute(made([(["ads"], "won", 1, "A")]), models=("markov",), replicates=50).frame
    assert frame.loc[frame["key"] == "ads", ["low", "high"]].to_numpy().tolist() == [[1.0, 1.0]]
    low, high = expanded_percentile(np.full((3, 2), np.nan), 0.9)
    assert np.isnan(low).all()
    assert np.isnan(high).all()


def test_small_samples_widen_the_percentiles_as_student_does(made):
    """Of normal draws whose spread is that of n accounts, the interval becomes Student's."""
    n, level = 8, 0.90
    population = stats.norm.ppf((np.arange(20_000) + 0.5) / 20_000)
    draws = (population * np.sqrt((n - 1) / n))[:, np.newaxis]
    low, high = expanded_percentile(draws, level, n)
    assert high[0] == pytest.approx(stats.t.ppf(0.95, n - 1), rel=1e-3)
    assert low[0] == pytest.approx(-high[0])
    plain = expanded_percentile(draws, level)
    assert plain[1][0] == pytest.approx(np.sqrt((n - 1) / n) * stats.norm.ppf(0.95), rel=1e-3)
    equal = made([(["ads"], "won", 5, f"A{i}") for i in range(8)])
    assert effective_accounts(encode(equal)) == pytest.approx(8)
    one_large = made([(["ads"], "won", 1e9, "A"), *[(["ads"], "won", 1, f"B{i}") for i in "123"]])
    assert effective_accounts(encode(one_large)) == pytest.approx(1)


def test_the_number_of_cores_changes_nothing():
    code = (
        f"import importlib.util as u; s = u.spec_from_file_location('c', r'{BENCHMARK}');"
        "c = u.module_from_spec(s); s.loader.exec_module(c);"
        "from alignment.attribution import MODELS, attribute;"
        "f = attribute(c.world(3, 500), models=MODELS, replicates=100).frame;"
        "print(f[['credit', 'share', 'low', 'high']].to_numpy().tobytes().hex())"
    )
    said = [
        subprocess.run(
            [sys.executable, "-c", code],
            env={
                **os.environ,
                "OPENBLAS_NUM_THREADS": threads,
                "OMP_NUM_THREADS": threads,
                "PYTHONPATH": os.pathsep.join(sys.path),
            },
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for threads in ("1", "4")
    ]
    assert len(said[0]) > 1000
    assert said[0] == said[1]


def test_the_intervals_cover(coverage):
    """A small version of the benchmark; the bars leave room for 60 seeds."""
    truth = coverage.true_shares("channel", "wins", 500_000)
    table = coverage.measure(
        200, by="channel", weight="wins", truth=truth, seeds=60, replicates=200, level=0.90
    )
    keys = table[table["key"] != NO_TOUCH]
    by_model = keys.groupby("model")["coverage"].mean()
    assert by_model.between(0.82, 0.96).all(), by_model
    # Sixty seeds know a mean to 0.13 standard errors.
    assert (keys["bias"].abs() < 0.5 * keys["standard_error"]).all()


def test_what_the_pages_say_of_coverage_is_what_was_measured(coverage):
    table = pd.read_csv(coverage.RESULTS / "attribution_coverage.csv")
    told = table[
        (table["key"] != NO_TOUCH)
        & table["model"].isin(DEFAULT_MODELS)
        & (table["won_accounts"] >= TOO_FEW_WINS)
    ]
    rows = told.groupby(["by", "weight", "won_accounts", "model"])["coverage"].mean()
    low, high = int(rows.min() * 100), int(np.ceil(rows.max() * 100))
    said = assumptions("measured", rate_game=False)
    assert any(f"in {low} to {high} % of the simulated" in text.en for text in said)
    assert any(f"entre el {low} y el {high} %" in text.es for text in said)
