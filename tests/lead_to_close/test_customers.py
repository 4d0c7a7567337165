"""Leads that are customers by their stage alone are counted, and the assumption is stated."""

import pytest

from alignment.lead_to_close import estimate_clocks, find_clocks, find_spells, lead_to_close
from alignment.lead_to_close.customers import BY_STAGE_ALONE

LEADS = [{"lead_id": name, "account_id": name, "created_at": 0} for name in "abcd"]
WON = {"opportunity_id": "1", "lead_id": "a", "created_at": 1, "closed_at": 30, "status": "won"}
LATER = {**WON, "opportunity_id": "2", "lead_id": "b", "closed_at": 400}


@pytest.fixture
def data(company):
    stages = [
        *({"lead_id": name, "entered_at": 20, "stage": "customer"} for name in "abc"),
        {"lead_id": "d", "entered_at": 500, "stage": "customer"},  # after the export
    ]
    return company(LEADS, [WON, LATER], stages=stages)


def test_those_without_a_won_deal_by_the_export_are_counted(data):
    assert find_spells(data).notes == {BY_STAGE_ALONE: 2}  # b, whose deal is won later, and c
    for unit in ("lead", "account"):
        clocks = find_clocks(data, start="lead", end="won", unit=unit)
        assert clocks.notes[BY_STAGE_ALONE] == 2
    assert find_spells(data, start="opportunity").notes == {}


def test_the_assumption_says_how_many(data, company):
    for result in (
        lead_to_close(data),
        estimate_clocks(find_clocks(data, start="lead", end="won"), horizons=(30,)),
    ):
        said = result.about.assumptions[-1]
        assert said.en.startswith("2 count as won by the stage “customer” alone")
        assert said.es.startswith("2 cuentan como ganados solo por la etapa «customer»")
    plain = lead_to_close(company(LEADS, [WON]))
    assert not any("customer" in text.en for text in plain.about.assumptions)
