"""Small handoffs in days, and an invented company as a dataset."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import pandas as pd
import pytest

from alignment import tables
from alignment.dataset import Dataset
from alignment.simulation import simulate_company

BENCHMARKS = Path(__file__).resolve().parents[2] / "benchmarks"
DAY_0 = pd.Timestamp("2025-01-06", tz="UTC")  # a Monday


def at(days):
    """Return the instant so many days after the first one, missing for None."""
    return pd.NaT if pd.isna(days) else DAY_0 + pd.Timedelta(days=float(days)).round("us")


@pytest.fixture(scope="session")
def moment():
    return at


@pytest.fixture(scope="session")
def relay():
    """Build a dataset from leads, stages and touches given in days."""

    def build(leads, stages=(), touches=(), deals=(), *, as_of=400, observed_from=0, **more):
        people = pd.DataFrame(leads)
        people["created_at"] = people["created_at"].map(at)
        moves = pd.DataFrame(
            stages, columns=["lead_id", "entered_at", "stage", "changed_by", "why"]
        )
        calls = pd.DataFrame(touches, columns=["lead_id", "occurred_at", "initiator", "precision"])
        sold = pd.DataFrame(
            deals, columns=["lead_id", "created_at", "closed_at", "status", "owner"]
        )
        made = {"leads": tables.conform("leads", people)}
        made["lead_stages"] = tables.conform(
            "lead_stages",
            moves.assign(entered_at=moves["entered_at"].map(at)).rename(columns={"why": "reason"}),
        )
        made["touches"] = tables.conform(
            "touches",
            calls.assign(
                occurred_at=calls["occurred_at"].map(at),
                touch_id=[f"T{i}" for i in range(len(calls))],
                team="sales",
                channel="Call",
                kind="call",
            ),
        )
        made["opportunities"] = tables.conform(
            "opportunities",
            sold.assign(
                opportunity_id=[f"D{i}" for i in range(len(sold))],
                created_at=pd.to_datetime(sold["created_at"].map(at), utc=True),
                closed_at=pd.to_datetime(sold["closed_at"].map(at), utc=True),
            ).rename(columns={"owner": "owner_id"}),
        )
        return Dataset(as_of=at(as_of), observed_from=at(observed_from), **made, **more)

    return build


def _load(name: str):
    """Import a benchmark, which is no part of the package, by its path."""
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, BENCHMARKS / f"{name}.py")
        sys.modules[name] = module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
    return sys.modules[name]


@pytest.fixture(scope="session")
def invented():
    """Return an invented company of the base world, and its dataset."""
    company = simulate_company(101)
    return company, _load("companies").dataset(company)
