import pandas as pd
import pytest

from alignment import tables
from alignment.attribution import overlap
from alignment.coverage import coverage
from alignment.dataset import Dataset
from alignment.journeys import build_journeys


@pytest.fixture
def data() -> Dataset:
    day = pd.Timestamp("2026-01-01", tz="UTC")
    days = lambda *n: [day + pd.Timedelta(days=i) for i in n]  # noqa: E731
    return Dataset(
        as_of=day + pd.Timedelta(days=90),
        observed_from=day,
        timezone="America/Mexico_City",
        leads=tables.conform("leads", {"lead_id": list("abc"), "created_at": days(0, 1, 2)}),
        opportunities=tables.conform(
            "opportunities",
            {
                "opportunity_id": ["1", "2", "3", "4"],
                "lead_id": ["a", "b", "missing", "c"],
                "created_at": days(3, 3, 3, 3),
                "closed_at": [*days(20, 20, 20), pd.NaT],
                "status": ["won", "won", "won", "open"],
            },
        ),
        touches=tables.conform(
            "touches",
            {
                "touch_id": ["t1", "t2", "t3", "t4", "t5"],
                "lead_id": ["a", "a", "b", "b", None],
                "opportunity_id": [None, None, None, None, "3"],
                "occurred_at": days(1, 2, 1, 25, 4),
                "team": ["marketing", "sales", "marketing", "sales", "sales"],
                "channel": ["x"] * 5,
                "kind": ["event"] * 5,
            },
        ),
    )


def test_trace_counts_only_touches_before_the_closing(data):
    trace = coverage(data).trace.set_index("step")["won"]
    assert trace.to_dict() == {
        "won": 3,
        "lead": 2,
        "touch": 3,
        "marketing": 2,
        "sales": 2,
        "both": 1,
    }


def test_what_the_buyer_did_is_no_touch_of_a_team(data):
    buyer = data.touches.assign(initiator=["buyer", "firm", "buyer", "firm", "firm"])
    buyer["initiator"] = buyer["initiator"].astype(data.touches["initiator"].dtype)
    found = coverage(data.replace(touches=buyer))
    trace = found.trace.set_index("step")["won"]
    assert (trace["marketing"], trace["sales"], trace["both"]) == (0, 2, 0)
    rows = found.months.groupby("what")["rows"].sum()
    assert rows[["buyer", "sales"]].to_dict() == {"buyer": 2, "sales": 3}
    assert "marketing" not in rows
    journeys = build_journeys(data.replace(touches=buyer), include_buyer=False)
    both = overlap(journeys).frame.set_index("touched_by")["won"]["both"]
    assert trace["both"] == both


def test_what_closed_after_the_export_is_still_open(data):
    early = data.replace(as_of=pd.Timestamp("2026-01-15", tz="UTC"))
    found = coverage(early)
    assert found.trace["won"].eq(0).all()
    assert "closings" not in set(found.months["what"])
    assert found.about.left_out == {"closings after the export": 3}


def test_months_are_counted_in_the_zone_of_the_company(data):
    leads = coverage(data).months.query("what == 'leads'")
    # midnight in UTC is still the last day of December in Mexico
    assert dict(zip(leads["month"].dt.strftime("%Y-%m"), leads["rows"], strict=True)) == {
        "2025-12": 1,
        "2026-01": 2,
    }


def test_wilson_interval_of_a_known_case(data):
    both = coverage(data).trace.set_index("step").loc["both"]
    # 1 of 3 at 90 %, by hand from the formula
    z2, n, p = 2.705543, 3, 1 / 3
    centre = (p + z2 / 2 / n) / (1 + z2 / n)
    half = (z2**0.5 / (1 + z2 / n)) * (p * (1 - p) / n + z2 / 4 / n**2) ** 0.5
    assert both["low"] == pytest.approx(centre - half, abs=1e-6)
    assert both["high"] == pytest.approx(centre + half, abs=1e-6)


def test_without_won_deals_the_shares_are_missing_and_nothing_fails(data):
    found = coverage(data.replace(opportunities=tables.empty("opportunities")))
    assert found.trace["won"].eq(0).all()
    assert found.trace["share"].isna().all()
