"""A company of known truth (that of the recovery benchmark), its plan and its agreement, once."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from alignment import tables
from alignment.shared_goals import draft_agreement, plan_goal, prepare

BENCHMARK = Path(__file__).resolve().parents[2] / "benchmarks" / "goals_recovery.py"


@pytest.fixture(scope="session")
def recovery():
    """Import the benchmark, which is no part of the package, by its path."""
    name = "goals_recovery"
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, BENCHMARK)
        sys.modules[name] = module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
    return sys.modules[name]


@pytest.fixture(scope="session")
def world(recovery):
    return recovery.World(
        pace=200.0,
        accept=0.4,
        open=0.5,
        win=0.25,
        months_apart=(0.1, 0.0),
        days=(4.0, 15.0, 60.0),
        amount=100_000.0,
        spread=0.7,
    )


@pytest.fixture(scope="session")
def company(recovery, world):
    """The exports of the company, with hours, touches of sales, goals, and a currency."""
    random = np.random.default_rng(5)
    months = pd.period_range("2024-01", "2026-06", freq="M")
    counts = {month: random.poisson(world.pace) for month in months}
    truth = recovery.leads_of(world, recovery.arrivals(counts, random), random)
    data = recovery.exported(truth)
    weeks = pd.date_range("2024-01-01", "2026-06-29", freq="W-MON")
    hours = {"team": "sales", "week": weeks, "hours": 300.0}
    goals = {
        "period": ["2026-Q3"] * 4,
        "team": ["marketing", "marketing", "sales", "both"],
        "metric": ["leads", "accepted", "won", "revenue_mxn"],
        "target": [600.0, 240.0, 60.0, 4_000_000.0],
    }
    leads = data.leads["lead_id"].iloc[::2]
    touches = {
        "touch_id": "T" + leads,
        "lead_id": leads,
        "occurred_at": data.leads["created_at"].iloc[::2] + pd.Timedelta(hours=5),
        "team": "sales",
        "channel": "Call",
        "kind": "call",
    }
    handed = data.lead_stages.assign(stage="mql")
    stages = pd.concat([handed, data.lead_stages], ignore_index=True)
    return data.replace(
        capacity=tables.conform("capacity", hours),
        goals=tables.conform("goals", goals),
        touches=tables.conform("touches", touches),
        lead_stages=tables.conform("lead_stages", stages),
    )


@pytest.fixture(scope="session")
def setting(company):
    effort = {"hours_per_lead": 2.0, "hours_per_opportunity": 12.0}
    return prepare(company, effort=effort, samples=100, draws=2000, seed=3)


@pytest.fixture(scope="session")
def plan(setting):
    return plan_goal(setting, goal=13_000_000, by="2027-06-30")


@pytest.fixture(scope="session")
def agreed(company, plan):
    return draft_agreement(company, plan, fingerprint="0123456789ab")
