"""Journeys with known ages for the tests of horizons."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from alignment import load, tables
from alignment.dataset import Dataset
from alignment.journeys import Journeys

DAY_0 = pd.Timestamp("2024-01-01", tz="UTC")
TEAMS = ["marketing", "sales"]


def _moments(days):
    whole = pd.to_timedelta(pd.Series(days, dtype="float64"), unit="D")
    return pd.Series(DAY_0 + whole.dt.round("us")).dt.as_unit("us")


@pytest.fixture(scope="session")
def world():
    """Build dataset and journeys from days of first touch, ends, values, teams and accounts."""

    def build(first, ended, outcome, value, team, account=None, *, as_of, observed_from=0):
        count = len(first)
        frame = pd.DataFrame(
            {
                "journey_id": [f"L{i}" for i in range(count)],
                "account_id": pd.Series(
                    account if account is not None else [None] * count, dtype="str"
                ),
                "started_at": _moments(first),
                "outcome": pd.Categorical(outcome, categories=["won", "lost", "open"]),
                "ended_at": _moments(ended),
                "value": np.where(np.array(outcome) == "won", value, 0.0),
                "first_team": pd.Categorical(team, categories=TEAMS),
                "first_channel": ["email"] * count,
                "touches": pd.Series(first).notna().astype(int),
            }
        ).rename_axis("journey")
        touched = np.flatnonzero(pd.notna(pd.Series(first, dtype="float64")))
        touches = pd.DataFrame(
            {
                "journey": touched,
                "touch_id": [f"T{i}" for i in touched],
                "occurred_at": _moments(first).iloc[touched].reset_index(drop=True),
                "position": 0,
            }
        )
        data = Dataset(
            as_of=_moments([as_of])[0],
            observed_from=_moments([observed_from])[0],
            currency="EUR",
            touches=tables.conform(
                "touches",
                {
                    "touch_id": touches["touch_id"],
                    "occurred_at": touches["occurred_at"],
                    "team": ["marketing"] * len(touches),
                    "channel": ["email"] * len(touches),
                    "kind": ["email"] * len(touches),
                },
            ),
        )
        return data, Journeys(touches, frame, "EUR", "lead", None, {}, {})

    return build


@pytest.fixture(scope="session")
def exponential(world):
    """Simulate journeys won at 1/400 and lost at 1/300 a day; wins are worth 1,000 on average.

    Half of the leads share their account with another.
    """

    def build(count=8000, seed=0, as_of=900, recorded_from=0):
        random = np.random.default_rng(seed)
        first = random.uniform(0, as_of, count)
        won, lost = random.exponential(400, count), random.exponential(300, count)
        closed = first + np.minimum(won, lost)
        kept = closed >= recorded_from
        seen = closed <= as_of
        outcome = np.where(~seen, "open", np.where(won < lost, "won", "lost"))
        value = random.gamma(2, 500, count).round(2)
        team = random.choice(TEAMS, count, p=[0.6, 0.4])
        account = np.array([f"A{i // 2 if i % 4 < 2 else i}" for i in range(count)])
        ended = np.where(seen, closed, np.nan)
        parts = (first, ended, outcome, value, team, account)
        return world(*(part[kept] for part in parts), as_of=as_of, observed_from=recorded_from)

    return build


@pytest.fixture(scope="session")
def sample():
    """Load the sample once for all tests of horizons."""
    return load(Path(__file__).resolve().parents[2] / "data" / "sample")
