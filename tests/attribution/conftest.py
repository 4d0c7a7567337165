"""Small sets of journeys for the tests of attribution."""

from __future__ import annotations

import pandas as pd
import pytest

from alignment.journeys import OUTCOMES, Journeys
from alignment.tables import INITIATORS, TEAMS

SALES = {"call", "meeting"}
START = pd.Timestamp("2024-01-01", tz="UTC")


def made(rows):
    """Journeys from rows of (path, outcome, value, account, days before the end); the last may be
    left out. A step of a path is a channel; calls and meetings are sales' work."""
    touches, journeys = [], []
    for code, (path, outcome, value, *more) in enumerate(rows):
        account = more[0] if more else None
        days = more[1] if len(more) > 1 else range(len(path), 0, -1)
        end = START + pd.Timedelta(days=400)
        for position, (channel, before) in enumerate(zip(path, days, strict=True)):
            touches.append(
                {
                    "journey": code,
                    "touch_id": f"t{code}-{position}",
                    "occurred_at": end - pd.Timedelta(days=before),
                    "team": "sales" if channel in SALES else "marketing",
                    "channel": channel,
                    "kind": "some",
                    "initiator": "firm",
                    "campaign_id": None,
                    "position": position,
                    "days_before_end": float("nan") if outcome == "open" else float(before),
                }
            )
        journeys.append(
            {
                "journey_id": f"j{code}",
                "account_id": account,
                "started_at": START,
                "outcome": outcome,
                "ended_at": pd.NaT if outcome == "open" else end,
                "value": float(value),
                "first_team": touches[-len(path)]["team"] if path else None,
                "first_channel": path[0] if path else None,
                "touches": len(path),
                "linked": True,
            }
        )
    columns = {"team": TEAMS, "initiator": INITIATORS, "outcome": OUTCOMES, "first_team": TEAMS}

    def typed(frame):
        for name in frame.columns.intersection(list(columns)):
            frame[name] = frame[name].astype(pd.CategoricalDtype(list(columns[name])))
        for name in frame.columns.intersection(["channel", "first_channel"]):
            frame[name] = frame[name].astype("category")
        for name in frame.columns.intersection(["started_at", "ended_at", "occurred_at"]):
            frame[name] = pd.to_datetime(frame[name], utc=True)
        return frame

    names = [
        "journey",
        "touch_id",
        "occurred_at",
        "team",
        "channel",
        "kind",
        "initiator",
        "campaign_id",
        "position",
        "days_before_end",
    ]
    return Journeys(
        touches=typed(pd.DataFrame(touches, columns=names)),
        journeys=typed(pd.DataFrame(journeys)).rename_axis("journey"),
        currency="EUR",
        unit="lead",
        lookback_days=None,
        left_out={},
        notes={},
    )


@pytest.fixture(scope="session", name="made")
def made_fixture():
    return made


@pytest.fixture(scope="session")
def credits():
    """Credit by key of one model, exact."""
    from alignment.attribution import attribute

    def give(journeys, model, **options):
        found = attribute(journeys, models=(model,), replicates=0, **options)
        return dict(zip(found.frame["key"].astype(str), found.frame["credit"], strict=True))

    return give
