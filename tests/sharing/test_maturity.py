"""Maturity: every stage asks for facts that can be seen, each with its source."""

from __future__ import annotations

from dataclasses import replace

import pytest

from alignment.sharing import chain, maturity, shared_knowledge
from alignment.sharing.maturity import STAGES


@pytest.fixture(scope="module")
def company(made, day, worlds):
    """Build a company in which everything that can be asked for holds."""
    ids = [f"L{k}" for k in range(60)]
    data = made(
        leads={"lead_id": ids, "account_id": ids, "created_at": [day(1)] * 60},
        lead_stages={
            "lead_id": [*ids, *ids],
            "entered_at": [day(2)] * 60 + [day(4)] * 60,
            "stage": ["mql"] * 60 + ["sal"] * 60,
        },
        touches={
            "touch_id": ids,
            "lead_id": ids,
            "occurred_at": [day(1)] * 60,
            "team": "marketing",
            "channel": "Event",
            "kind": "event",
            "campaign_id": "C",
        },
        opportunities={
            "opportunity_id": ids,
            "lead_id": ids,
            "created_at": [day(6)] * 60,
            "closed_at": [day(60)] * 60,
            "status": "lost",
            "lost_reason": "Precio",
        },
        goals={
            "period": ["2024-Q1"] * 3,
            "team": ["marketing", "sales", "both"],
            "metric": ["mql", "won", "bookings"],
            "target": [100.0, 10.0, 1e6],
        },
    )
    knowledge = shared_knowledge(worlds.knowledge(1, "both", 3000), capacity=0.2, replicates=20)
    return data, chain(data, replicates=20), knowledge


def test_a_company_where_all_holds_is_integrated(company):
    data, links, knowledge = company
    nothing_left = replace(knowledge, gain=0.0, low=-0.03, high=0.03)
    found = maturity(data, chain=links, knowledge=nothing_left)
    assert found.stage == "integrated"
    # Two systems were not compared: that fact cannot be seen, and does not count against.
    assert found.seen == len(found.frame) - 1
    assert found.frame["source"].str.len().min() > 0


def test_a_stage_falls_with_the_first_fact_that_does_not_hold(company):
    data, links, knowledge = company
    assert maturity(data, chain=links, knowledge=knowledge).stage == "aligned"
    weak = replace(links, whole=0.3)
    assert maturity(data, chain=weak, knowledge=knowledge).stage == "defined"
    handed = data.lead_stages["stage"] == "sal"
    no_handoff = data.replace(lead_stages=data.lead_stages[handed].reset_index(drop=True))
    assert maturity(no_handoff, chain=links).stage == "undefined"


def test_sales_answers_are_counted_in_time(company, day):
    data, links, _ = company
    late = data.lead_stages["entered_at"].where(data.lead_stages["stage"] == "mql", day(40))
    found = maturity(
        data.replace(lead_stages=data.lead_stages.assign(entered_at=late)), chain=links
    )
    row = found.frame[found.frame["fact"].str.startswith("sales answers")].iloc[0]
    assert (row["value"], row["holds"]) == (0.0, False)
    assert row["files"] == "(in memory)"


def test_what_is_open_is_neither_held_nor_broken(company):
    data, links, knowledge = company
    unclear = replace(knowledge, gain=0.02, low=-0.02, high=0.10)
    found = maturity(data, chain=links, knowledge=unclear)
    assert found.frame.iloc[-1]["holds"] is None


def test_without_exports_nothing_is_seen(made):
    found = maturity(made())
    assert (found.stage, found.seen) == (STAGES[0], 0)
