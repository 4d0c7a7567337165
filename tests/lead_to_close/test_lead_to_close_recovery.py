"""The truth is recovered: a small run each time, and the committed tables of the large ones."""

import importlib.util
from pathlib import Path

import pandas as pd
import pytest

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"
OURS = ("simulated company", "coverage", "left truncation", "revived losses")


@pytest.fixture(scope="module")
def benchmark():
    path = BENCHMARKS / "lead_to_close_recovery.py"
    spec = importlib.util.spec_from_file_location("lead_to_close_recovery", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_intervals_cover_in_a_small_run(benchmark):
    for _, leads, won, lost, recorded in benchmark.WORLDS:
        share, mean, area = benchmark.covered(150, leads, won, lost, recorded, 90, seed=3)
        assert share >= 0.89
        assert mean == pytest.approx(benchmark.won_by(90, won, lost), abs=0.01)
        assert won > 1000 or area >= 0.86


def test_left_truncation_is_cured_only_when_it_is_on(benchmark):
    on, off = benchmark.truncation(replications=60)
    assert on["met"]
    assert off["met"]
    assert abs(on["estimate"] - on["truth"]) < abs(off["estimate"] - off["truth"]) / 3


def test_revived_losses_in_a_small_run(benchmark):
    state, hindsight, _ = benchmark.revivals(replications=60)
    assert abs(state["estimate"] - state["truth"]) < 0.012
    assert hindsight["estimate"] < state["estimate"] - 0.01


def test_the_committed_table_meets_its_bars():
    table = pd.read_csv(BENCHMARKS / "results" / "lead_to_close_recovery.csv")
    ours = table[table["section"].isin(OURS)]
    assert set(ours["section"]) == set(OURS)
    assert ours["met"].all()
    drawn = ours[ours["section"] != "simulated company"]
    covered = drawn[drawn["what"].str.contains("interval of")]
    assert len(covered) >= 10
    assert (covered["replications"] >= 500).all()
    assert (covered["estimate"] >= 0.92).all()
    rate = ours.set_index("what")
    pooled = rate.loc["win rate of deals of the last 120 days, from all deals"]
    assert abs(pooled["estimate"] - pooled["truth"]) <= 0.03
    assert pooled["naive"] - pooled["truth"] >= 0.10
    median = rate.loc["median days to win within a year, 8 % zombies"]
    assert abs(median["estimate"] - median["truth"]) <= 4


def test_the_committed_speeds_meet_their_bars():
    table = pd.read_csv(BENCHMARKS / "results" / "lead_to_close_speed.csv")
    assert (table["rows"] == 1_000_000).all()
    cpu = table.set_index(["what", "tool"])["cpu_seconds"]
    days, ours = "Aalen-Johansen, whole days", cpu.xs("alignment", level="tool")
    kaplan_meier = "Kaplan-Meier, whole days"
    assert cpu[kaplan_meier, "lifelines"] >= 4 * ours[kaplan_meier]
    assert cpu[days, "scikit-survival Aalen-Johansen"] >= 50 * ours[days]
    assert ours[f"{days}, 20 groups"] <= 1.5 * ours[days]
    seconds = table[table["what"] == "Aalen-Johansen, seconds"]
    assert (seconds["peak_gib"] < 1e9 / 1024**3).all()
