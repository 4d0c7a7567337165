"""The intervals cover: a small run each time, and the committed table of the large one."""

import importlib.util
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"
LEVEL = 0.95


@pytest.fixture(scope="module")
def benchmark():
    spec = importlib.util.spec_from_file_location(
        "lead_to_close_coverage", BENCHMARKS / "lead_to_close_coverage.py"
    )
    module = importlib.util.module_from_spec(spec)
    # Dataclasses look their module up while they are made.
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(__import__("sys").modules, spec.name, module)
        spec.loader.exec_module(module)
    return module


def test_a_small_run_covers(benchmark):
    replications = 200
    table = benchmark.coverage(replications, seed=5)
    noise = np.sqrt(LEVEL * (1 - LEVEL) / (replications * table["told"]))
    assert len(table) > 40
    assert (table["coverage"] > LEVEL - 3.5 * noise).all()
    assert table["coverage"].between(0.94, 0.975).mean() > 0.5
    shares = table[table["quantity"].str.startswith("won by")]
    assert (shares["bias"].abs() < 0.01).all()
    # The check bites: intervals at a lower level do not pass as 95 %.
    narrow = benchmark.coverage(replications, seed=5, level=0.85, worlds=benchmark.WORLDS[:2])
    assert narrow["coverage"].mean() < 0.92


def test_the_committed_table_covers():
    table = pd.read_csv(BENCHMARKS / "results" / "lead_to_close_coverage.csv")
    assert (table["replications"] >= 500).all()
    assert (table["coverage"] >= LEVEL - 0.03).all()
    assert table["world"].str.contains("truncation").any()
    assert {"seed", "date", "versions"} <= set(table)
