"""The small worlds of the benchmarks, tables by hand, and one small company's exports."""

from __future__ import annotations

import dataclasses
import importlib.util
import sys
from pathlib import Path

import pandas as pd
import pytest

from alignment import load, tables
from alignment.dataset import Dataset
from alignment.simulation import simulate_company, write_exports
from alignment.simulation.world import find_world

BENCHMARKS = Path(__file__).resolve().parents[2] / "benchmarks"
BEGAN = pd.Timestamp("2024-01-01", tz="UTC")
ENDED = pd.Timestamp("2026-01-01", tz="UTC")


def from_benchmarks(name):
    """Import a module of the benchmarks, which are no package."""
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, BENCHMARKS / f"{name}.py")
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module
        spec.loader.exec_module(module)
    return sys.modules[name]


@pytest.fixture(scope="session")
def worlds():
    return from_benchmarks("sharing_worlds")


@pytest.fixture(scope="session")
def recovery(worlds):
    return from_benchmarks("sharing_recovery")


@pytest.fixture(scope="session")
def day():
    """Give the instant so many days after the beginning."""
    return lambda number: BEGAN + pd.Timedelta(days=number)


@pytest.fixture(scope="session")
def made():
    """Build a dataset from tables by hand."""

    def build(**frames):
        return Dataset(
            as_of=ENDED,
            observed_from=BEGAN,
            **{name: tables.conform(name, frame) for name, frame in frames.items()},
        )

    return build


@pytest.fixture(scope="session")
def exported(tmp_path_factory):
    """Write a small company's exports; give the company, its quirks, the folder and its data."""
    folder = tmp_path_factory.mktemp("exports")
    company = simulate_company(7, dataclasses.replace(find_world("base"), accounts=300))
    quirks = write_exports(company, folder)
    return company, quirks, folder, load(folder)
