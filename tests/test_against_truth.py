"""From raw exports to estimates: what the analyses say of the sample beside what is true of it."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from alignment import attribute, build_journeys, load
from alignment.horizons import won_by_age
from alignment.lead_to_close import lead_to_close
from alignment.money import reported

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def data():
    return load(ROOT / "data" / "sample")


@pytest.fixture(scope="module")
def truth():
    return json.loads((ROOT / "data" / "sample-truth.json").read_text(encoding="utf-8"))


def test_the_deals_are_those_of_the_company(data, truth):
    found = data.opportunities["status"].value_counts()
    assert {status: int(found[status]) for status in ("won", "lost", "open")} == {
        status: truth["counts"][status] for status in ("won", "lost", "open")
    }


def test_the_rejections_say_why_as_often_as_the_raw_file(data, truth):
    raw = pd.read_csv(ROOT / "data" / "sample" / "salesforce" / "Lead.csv", dtype=str)
    found = data.lead_stages[data.lead_stages["stage"] == "disqualified"]
    assert len(found) == truth["handoff"]["rejections"]
    assert (
        found["reason"].value_counts().to_dict()
        == raw["Disqualification_Reason__c"].value_counts().to_dict()
    )


def test_the_intervals_of_winning_hold_what_happened_in_the_end(data, truth):
    # The truth follows every deal to its end, also those that are open at the export.
    known = truth["lead_to_close"]
    won = dict(zip(known["days"], known["won_cumulative"], strict=True))
    lost = dict(zip(known["days"], known["lost_cumulative"], strict=True))
    at = lead_to_close(data, start="opportunity", days=(30, 60, 90, 180)).to_frame()
    for row in at.itertuples():
        actual = (won if row.end == "won" else lost)[row.day]
        assert row.low <= actual <= row.high, (row.end, row.day, row.estimate, actual)


def test_the_closed_only_win_rate_is_not_the_truth(data, truth):
    known = truth["lead_to_close"]
    naive = lead_to_close(data, start="opportunity").naive.iloc[0]["closed_only_win_rate"]
    assert naive > known["won_cumulative"][-1] + 0.02


def test_every_rule_shares_out_exactly_what_the_company_won(data):
    won = data.opportunities[data.opportunities["status"] == "won"]
    value = float(np.nansum(reported(data, won)))
    for by in ("channel", "team"):
        journeys = build_journeys(data, include_buyer=by == "channel")
        credit = attribute(journeys, by=by, replicates=2)
        sums = credit.to_frame().groupby("model", observed=True)["credit"].sum()
        np.testing.assert_allclose(sums, value, rtol=1e-9)


def test_a_quarter_s_harvest_adds_up_to_the_quarter_s_won_value(data):
    journeys = build_journeys(data)
    found = won_by_age(data, journeys, replicates=2).this_quarter
    ended = journeys.journeys["ended_at"].dt.tz_convert(data.timezone).dt.tz_localize(None)
    mine = (journeys.journeys["outcome"] == "won") & (
        ended.dt.to_period("Q").astype(str) == found["quarter"].iloc[0]
    )
    assert found["wins"].sum() == mine.sum()
    assert found["value"].sum() == pytest.approx(journeys.journeys.loc[mine, "value"].sum())


def test_a_deal_without_a_lead_says_nothing_of_leads(data):
    journeys = build_journeys(data)
    found = won_by_age(data, journeys, replicates=2)
    every = found.frame[found.frame["group"] == "all"]
    linked = journeys.journeys["linked"] & journeys.journeys["first_team"].notna()
    assert every["leads"].max() <= linked.sum()
