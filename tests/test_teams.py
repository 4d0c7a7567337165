"""Teams tried another way: only the team of the named touches changes."""

from __future__ import annotations

import pandas as pd
import pytest

from alignment import tables
from alignment.dataset import Dataset
from alignment.errors import AlignmentError
from alignment.teams import with_teams

NOW = pd.Timestamp("2026-01-01", tz="UTC")


@pytest.fixture
def data():
    rows = [
        ("Webinar", "event", "marketing"),
        ("Call", "call", "sales"),
        ("Demo", "event", "sales"),
    ]
    touches = tables.conform(
        "touches",
        pd.DataFrame(
            {
                "touch_id": [f"t{k}" for k in range(3)],
                "lead_id": "l1",
                "occurred_at": NOW,
                "precision": "instant",
                "channel": [r[0] for r in rows],
                "kind": [r[1] for r in rows],
                "team": [r[2] for r in rows],
                "initiator": "firm",
                "source_system": "own tables",
                "source_file": "touches.csv",
                "source_row": [2, 3, 4],
            }
        ),
    )
    return Dataset(as_of=NOW, observed_from=NOW, touches=touches)


def test_a_channel_goes_to_the_other_team_and_nothing_else_changes(data):
    changed = with_teams(data, {"Webinar": "sales"}).touches
    assert list(changed["team"]) == ["sales", "sales", "sales"]
    rest = [name for name in changed if name != "team"]
    pd.testing.assert_frame_equal(changed[rest], data.touches[rest])
    assert changed["team"].dtype == data.touches["team"].dtype


def test_a_kind_is_taken_where_no_channel_has_that_name(data):
    assert list(with_teams(data, {"event": "sales"}).touches["team"]) == ["sales"] * 3


@pytest.mark.parametrize("nothing", [None, {}])
def test_nothing_asked_changes_nothing(data, nothing):
    assert with_teams(data, nothing) is data


def test_a_typo_is_answered_with_the_nearest_name(data):
    with pytest.raises(AlignmentError, match="Did you mean “Webinar”"):
        with_teams(data, {"Webinars": "sales"})
    with pytest.raises(AlignmentError, match="There are marketing, sales"):
        with_teams(data, {"Webinar": "ventas"})
