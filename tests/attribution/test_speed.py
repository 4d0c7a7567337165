"""The speed benchmark runs, and the table that is committed meets the bars."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import pandas as pd
import pytest

BENCHMARK = Path(__file__).resolve().parents[2] / "benchmarks" / "attribution_speed.py"


@pytest.fixture(scope="module")
def speed():
    specification = importlib.util.spec_from_file_location("attribution_speed", BENCHMARK)
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads peak memory from /proc")
def test_the_parts_run_on_a_small_world(speed):
    found = [
        speed.part_models(500, "all classical on milestones too"),
        speed.part_journeys(2_000, "alignment.build_journeys"),
        speed.part_journeys(2_000, "factorize, lexsort, take three columns"),
        speed.part_bootstrap(500, 5),
    ]
    assert all(part["cpu"] > 0 and part["peak"] > 0 for part in found)


def test_the_world_is_the_same_every_time(speed):
    one, other = speed.world(300), speed.world(300)
    assert all((one[name] == other[name]).all() for name in one)
    journeys, milestones = speed.built(300)
    assert len(journeys.touches) == one["length"].sum()
    assert len(milestones.moments) == 300


def test_the_committed_table_meets_the_bars(speed):
    table = pd.read_csv(speed.RESULTS / "attribution_speed.csv")
    for size in ("100,000 journeys", "1,000,000 journeys"):
        rows = table[table["size"] == size].set_index("what")["cpu_seconds"]
        peer = rows["first, last, linear, Markov (simulated)"]
        assert rows["classical, Markov, Shapley"] * 20 < peer
    bootstrap = table[table["what"] == "bootstrap of Markov and Shapley"].iloc[0]
    assert bootstrap["cpu_seconds"] < 60
    assert bootstrap["peak_gib"] < 2
    journeys = table[table["what"] == "touches to journeys"].set_index("tool")
    built = journeys.loc["alignment.build_journeys"]
    assert built["cpu_seconds"] < 10
    # Most of the peak is the tables themselves, which the bare sort holds too.
    assert built["peak_gib"] - journeys.loc["lexsort on integer codes", "peak_gib"] < 0.8
