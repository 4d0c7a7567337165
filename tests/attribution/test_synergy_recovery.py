"""A small run of the recovery benchmark: the truth is found, or the gate stays shut."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import numpy as np
import pytest

from alignment.attribution.synergy import landmark_design, team_game
from alignment.attribution.synergy.checks import RAW
from alignment.errors import NotMeasurable
from alignment.simulation import simulate_company

BENCHMARKS = Path(__file__).resolve().parents[2] / "benchmarks"
SEED = 100


def _load(name: str):
    """Import a benchmark, which is no part of the package, by its path."""
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, BENCHMARKS / f"{name}.py")
        sys.modules[name] = module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
    return sys.modules[name]


dataset = _load("companies").dataset
recovery = _load("attribution_recovery")


@pytest.fixture(scope="module")
def base():
    return simulate_company(SEED, "base")


@pytest.fixture(scope="module")
def game(base):
    return team_game(dataset(base), replicates=60)


def test_the_shared_part_of_the_base_company_is_found(base, game):
    truth = recovery.true_game(base, "opportunity")
    rho, joint = game.index("rho"), game.index("joint")
    assert rho["estimate"] == pytest.approx(float(truth.rho), abs=0.08)
    assert rho["low"] <= truth.rho <= rho["high"]
    assert joint["estimate"] == pytest.approx(float(truth.joint), rel=0.10)
    assert game.index("credit_low")["low"] < truth.credit_low < truth.credit_high
    assert truth.credit_high < game.index("credit_high")["high"] + 0.02
    assert game.agrees


def test_the_raw_table_is_far_off(base, game):
    truth = recovery.true_game(base, "opportunity")
    raw = game.checks.set_index("method").loc[RAW, "joint"]
    assert raw > 1.8 * truth.joint


def test_what_marketing_brings_by_making_sales_act_is_found(base, game):
    truth = recovery.true_game(base, "opportunity", policy=True)
    policy = game.policy.set_index("name")["estimate"]
    assert policy["rho"] == pytest.approx(float(truth.rho), abs=0.08)
    journey = recovery.true_game(base, "opportunity")
    relay = float(truth.interaction - journey.interaction)
    assert policy["relay"] == pytest.approx(relay, abs=0.005)


def test_without_the_points_the_residual_does_nearly_as_well(base, game):
    result = team_game(dataset(base, points=False), replicates=2)
    assert result.warmth == "residual"
    assert result.index("rho")["estimate"] == pytest.approx(game.index("rho")["estimate"], abs=0.03)


def test_without_a_score_the_game_says_so(base):
    result = team_game(dataset(base, score=False), replicates=2)
    assert result.warmth == "none"
    assert not len(result.policy)
    assert any("No lead score" in text.en for text in result.about.assumptions)
    # what the score would have told is now in the joint effect
    assert result.index("joint")["estimate"] > recovery.true_game(base, "opportunity").joint * 1.02


def test_teams_that_harm_each_other_are_found_out():
    company = simulate_company(SEED, "antagonism")
    result = team_game(dataset(company), replicates=60)
    rho = result.index("rho")
    assert rho["high"] < 0
    truth = recovery.true_game(company, "opportunity").rho
    assert rho["estimate"] == pytest.approx(float(truth), abs=0.08)
    claims = result.index("credit_high")["estimate"] + 1 - result.index("credit_low")["estimate"]
    assert claims > 1  # of marketing and of sales


def test_hidden_warmth_biases_upwards_and_the_tipping_point_is_told():
    company = simulate_company(SEED, "hidden_warmth")
    result = team_game(dataset(company), replicates=60)
    truth = float(recovery.true_game(company, "opportunity").rho)
    assert 0.03 < result.index("rho")["estimate"] - truth < 0.15
    point = result.tipping_point
    assert point.benchmark == "warmth"
    assert point.gamma > 1
    # a warmth like the recorded one would take most of the bias away
    assert point.rho_low < result.index("rho")["estimate"] - 0.05
    assert point.rho_low - 0.03 < truth


@pytest.mark.parametrize(
    ("world", "words"),
    [("all_sales_touched", "within the agreed time"), ("small", "200 are needed")],
)
def test_the_gate_closes(world, words):
    with pytest.raises(NotMeasurable, match=words):
        team_game(dataset(simulate_company(SEED, world)), replicates=2)


def test_too_few_wins_close_the_gate_of_wins(base):
    with pytest.raises(NotMeasurable, match="wins among the leads touched by nobody"):
        team_game(dataset(base), outcome="won", replicates=2)
    assert landmark_design(dataset(base), outcome="won").outcome.sum() > 400


def test_coverage_is_counted_right():
    table = recovery.pd.DataFrame(
        {
            "world": ["w"] * 4,
            **{f"true_{name}": 0.5 for name in recovery.MEASURED},
            **{name: [0.5, 0.6, 0.4, 0.5] for name in recovery.MEASURED},
            **{f"{name}_low": [0.4, 0.55, 0.3, 0.45] for name in recovery.MEASURED},
            **{f"{name}_high": [0.6, 0.65, 0.5, 0.49] for name in recovery.MEASURED},
        }
    )
    found = recovery.coverage_table(table).set_index("number").loc["rho"]
    assert found["coverage"] == 0.5  # the first and the third
    assert found["bias"] == pytest.approx(0.0)
    assert np.isfinite(found["margin"])
