"""Small datasets for the tests of lead to close."""

import numpy as np
import pandas as pd
import pytest

from alignment import tables
from alignment.dataset import Dataset

DAY_0 = pd.Timestamp("2025-01-01", tz="UTC")


def day(number):
    """Return the instant `number` days after the first of January 2025, missing for NaN."""
    return pd.NaT if pd.isna(number) else DAY_0 + pd.Timedelta(days=float(number)).round("us")


@pytest.fixture(scope="session")
def moment():
    return day


@pytest.fixture(scope="session")
def company():
    """Build a dataset from leads and opportunities given in days."""

    def build(leads, opportunities=(), *, as_of=365, observed_from=0, stages=(), **more):
        lead_rows = pd.DataFrame(leads)
        deals = pd.DataFrame(opportunities)
        moved = pd.DataFrame(stages)
        made = {"leads": _dated(lead_rows, "created_at")}
        if len(deals):
            made["opportunities"] = _dated(deals, "created_at", "closed_at")
        if len(moved):
            made["lead_stages"] = _dated(moved, "entered_at")
        made = {name: tables.conform(name, frame) for name, frame in made.items()}
        return Dataset(as_of=day(as_of), observed_from=day(observed_from), **made, **more)

    return build


def _dated(frame, *columns):
    for column in columns:
        if column in frame:
            frame[column] = pd.to_datetime(frame[column].map(day), utc=True)
    return frame


@pytest.fixture(scope="session")
def seeded_company():
    """Simulate the world of the published mistakes.

    Won is Weibull(1.3, 120 days), lost Weibull(0.9, 90 days), whichever comes first. Leads arrive
    evenly over a year and the snapshot is taken on day 365; what closed before `recorded_from`
    never reached the export.
    """

    def build(n=40_000, seed=11, recorded_from=0):
        random = np.random.default_rng(seed)
        start = random.uniform(0, 365, n)
        won = 120 * random.weibull(1.3, n)
        lost = 90 * random.weibull(0.9, n)
        closed = start + np.minimum(won, lost)
        kept = closed >= recorded_from
        seen = kept & (closed <= 365)
        ids = np.array([f"L{i:05d}" for i in range(n)])
        at = pd.Series(DAY_0 + pd.to_timedelta(start, unit="D").round("us"))
        end = pd.Series(DAY_0 + pd.to_timedelta(closed, unit="D").round("us"))
        return Dataset(
            as_of=day(365),
            observed_from=day(recorded_from),
            leads=tables.conform("leads", {"lead_id": ids[kept], "created_at": at[kept]}),
            opportunities=tables.conform(
                "opportunities",
                {
                    "opportunity_id": ids[seen],
                    "lead_id": ids[seen],
                    "closed_at": end[seen],
                    "status": np.where(won < lost, "won", "lost")[seen],
                },
            ),
        )

    return build
