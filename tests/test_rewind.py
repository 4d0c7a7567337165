"""Rewinding: a dataset as it was known earlier, table by table."""

from __future__ import annotations

import pandas as pd
import pytest

from alignment import tables
from alignment.dataset import Dataset
from alignment.errors import ArgumentError
from alignment.rewind import rewound


def at(text: str) -> pd.Timestamp:
    return pd.Timestamp(text, tz="UTC")


@pytest.fixture
def data() -> Dataset:
    return Dataset(
        as_of=at("2026-06-30"),
        observed_from=at("2026-01-01"),
        timezone="America/Mexico_City",
        leads=tables.conform(
            "leads", {"lead_id": ["a", "b"], "created_at": [at("2026-01-10"), at("2026-04-01")]}
        ),
        opportunities=tables.conform(
            "opportunities",
            {
                "opportunity_id": ["1", "2", "3"],
                "lead_id": ["a", "a", "b"],
                "created_at": [at("2026-01-20"), at("2026-01-20"), at("2026-04-02")],
                "closed_at": [at("2026-03-01"), at("2026-05-01"), at("2026-05-02")],
                "status": ["lost", "lost", "won"],
                "stage": ["Closed Lost", "Closed Lost", "Closed Won"],
                "lost_reason": ["price", "price", None],
            },
        ),
        opportunity_stages=tables.conform(
            "opportunity_stages",
            {
                "opportunity_id": ["2", "2", "2"],
                "entered_at": [at("2026-02-01"), at("2026-01-20"), at("2026-05-01")],
                "stage": ["Proposal", "Prospecting", "Closed Lost"],
            },
        ),
        spend=tables.conform(
            "spend",
            {
                "platform": ["p", "p"],
                "campaign_id": ["c", "c"],
                "channel": ["Ads", "Ads"],
                "starts_on": pd.to_datetime(["2026-03-14", "2026-03-15"]),
                "ends_on": pd.to_datetime(["2026-03-20", "2026-03-21"]),
                "currency": ["EUR", "EUR"],
                "cost": [1.0, 1.0],
            },
        ),
    )


def test_what_came_later_is_not_known(data):
    # 05:00 in UTC on the 15th is still the 14th in Mexico City.
    earlier = rewound(data, at("2026-03-15T05:00"))
    assert earlier.as_of == at("2026-03-15T05:00")
    assert list(earlier.leads["lead_id"]) == ["a"]
    deals = earlier.opportunities.set_index("opportunity_id")
    assert deals["status"].to_dict() == {"1": "lost", "2": "open"}
    assert deals["stage"].to_dict() == {"1": "Closed Lost", "2": "Proposal"}
    assert deals["closed_at"].isna().to_dict() == {"1": False, "2": True}
    assert deals["lost_reason"].isna().to_dict() == {"1": False, "2": True}
    assert list(earlier.opportunity_stages["stage"]) == ["Proposal", "Prospecting"]
    assert len(earlier.spend) == 1
    for name in ("leads", "opportunities", "opportunity_stages", "spend"):
        assert earlier.table(name).dtypes.equals(data.table(name).dtypes), name
        assert not len(tables.failures(name, earlier.table(name))), name


def test_a_dataset_without_a_future_is_itself(data):
    assert rewound(data) is data
    assert rewound(rewound(data, at("2026-03-15"))).opportunities["status"].tolist() == [
        "lost",
        "open",
    ]


def test_a_moment_that_nobody_saw_is_refused(data):
    with pytest.raises(ArgumentError, match="later than the exports"):
        rewound(data, at("2026-07-01"))
    with pytest.raises(ArgumentError, match="time zone"):
        rewound(data, pd.Timestamp("2026-03-15"))
    with pytest.raises(ArgumentError, match=r"alignment\.load"):
        rewound("data/private")
