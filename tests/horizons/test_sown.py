"""What each quarter has sown: exact sums, closed forms, the forecast of the other room."""

import numpy as np
import pandas as pd
import pytest

from alignment import build_journeys, findings
from alignment.errors import ArgumentError, NotMeasurable
from alignment.horizons import coming_quarters, sown
from alignment.journeys import wins
from alignment.lead_to_close import open_pipeline

COLUMNS = ["opportunity_id", "period", "probability", "low", "high", "amount"]


@pytest.fixture(scope="module")
def pipelined(sample):
    data = sample
    journeys = build_journeys(data, include_buyer=False)
    periods = coming_quarters(data, 3)
    return data, journeys, open_pipeline(data, by=periods, draws=200, replicates=10)


def test_the_quarters_to_come_begin_with_this_one(pipelined):
    data, _, _ = pipelined
    assert coming_quarters(data, 3) == ("2026-Q3", "2026-Q4", "2027-Q1")
    with pytest.raises(ArgumentError):
        coming_quarters(data, 0)


def test_it_adds_up_to_the_open_pipeline_and_to_what_was_won(pipelined):
    data, journeys, pipeline = pipelined
    found = sown(data, journeys, pipeline.deals, draws=200)
    every = found.frame[found.frame["group"] == "all"]
    last = pipeline.deals[pipeline.deals["period"] == "2027-Q1"]
    alone = found.about.left_out["open deals of leads without a touch"]
    assert found.until == "2027-Q1"
    assert every["open_deals"].sum() == len(last) - alone
    assert every["expected_deals"].sum() == pytest.approx(last["probability"].sum(), rel=0.02)
    touched = journeys.journeys[journeys.journeys["touches"] > 0]
    assert every["won"].sum() == pytest.approx(touched["value"].sum())
    assert every["leads"].sum() == len(touched)
    parts = found.frame[found.frame["group"] != "all"].groupby("quarter")
    for name in ("leads", "wins", "open_deals", "open_leads", "won", "expected"):
        whole = every.set_index("quarter")[name]
        np.testing.assert_allclose(parts[name].sum(), whole.loc[parts[name].sum().index])
    by_period = found.by_period[found.by_period["group"] == "all"]
    assert by_period["expected"].sum() == pytest.approx(every["expected"].sum())


def open_deals(pipelined, probability, low, high, amount):
    """The open deals of one quarter of the sample, each with the same chance and amount."""
    data, journeys, pipeline = pipelined
    last = pipeline.deals[pipeline.deals["period"] == "2027-Q1"][COLUMNS]
    return data, journeys, last.assign(probability=probability, low=low, high=high, amount=amount)


def test_the_interval_is_the_binomial_one_where_the_chance_is_known(pipelined):
    data, journeys, deals = open_deals(pipelined, 0.3, 0.3, 0.3, 1.0)
    found = sown(data, journeys, deals, draws=4000).frame
    row = found[(found["group"] == "all") & (found["quarter"] == "2026Q2")].squeeze()
    count = int(row["open_deals"])
    assert row["expected"] == pytest.approx(0.3 * count)
    spread = 1.645 * np.sqrt(count * 0.3 * 0.7)
    assert row["low"] == pytest.approx(0.3 * count - spread, abs=1)
    assert row["high"] == pytest.approx(0.3 * count + spread, abs=1)
    wide = open_deals(pipelined, 0.3, 0.1, 0.5, 1.0)[2]
    wider = sown(data, journeys, wide, draws=4000).frame
    other = wider[(wider["group"] == "all") & (wider["quarter"] == "2026Q2")].squeeze()
    assert other["low"] < row["low"] - 1
    assert other["high"] > row["high"] + 1


def test_the_same_seed_gives_the_same_and_a_deal_without_amount_is_the_mean(pipelined):
    data, journeys, deals = open_deals(pipelined, 0.5, 0.4, 0.6, 2.0)
    first, again = (sown(data, journeys, deals, draws=100, seed=4).frame for _ in range(2))
    pd.testing.assert_frame_equal(first, again)
    deals["amount"] = np.nan
    found = sown(data, journeys, deals, draws=100)
    won = journeys.journeys["value"]
    one = found.frame.query("group == 'all' and open_deals > 0").iloc[0]
    assert one["expected"] / one["expected_deals"] == pytest.approx(won[won > 0].mean(), rel=1e-9)
    assert sum(found.about.left_out.values()) >= len(deals)


def test_a_missing_amount_is_drawn_so_that_its_spread_is_in_the_interval(pipelined):
    # Every deal is won: what is left to chance are the amounts of n deals, of sd s.
    data, journeys, deals = open_deals(pipelined, 1.0, 1.0, 1.0, np.nan)
    found = sown(data, journeys, deals, draws=4000).frame
    row = found[(found["group"] == "all") & (found["quarter"] == "2026Q2")].squeeze()
    won = wins(data, journeys)["value"]
    won, count = won[won > 0], int(row["open_deals"])
    spread = 1.645 * won.std() * np.sqrt(count + count**2 / len(won))
    assert row["expected"] == pytest.approx(count * won.mean())
    assert (row["high"] - row["low"]) / 2 == pytest.approx(spread, rel=0.1)


def test_without_any_amount_it_says_so(pipelined):
    data, journeys, deals = open_deals(pipelined, 0.5, 0.4, 0.6, 0.0)
    with pytest.raises(NotMeasurable, match="carries an amount above 0"):
        sown(data, journeys, deals)


@pytest.mark.parametrize(
    ("chance", "amount", "form", "words"),
    [
        (0.5, 1e7, "claim", "is still to come"),
        (0.001, 1.0, "claim", "0% of what was sown in Q2 2026"),
        (0.3, 3e5, "inconclusive", "Whether most of what was sown"),
    ],
)
def test_the_finding_claims_only_what_the_interval_holds(pipelined, chance, amount, form, words):
    data, journeys, deals = open_deals(pipelined, chance, chance, chance, amount)
    found = findings.sown_for_later(sown(data, journeys, deals, draws=1000))
    assert found.form == form
    assert words in found.title.en
    assert "T2 2026" in found.title.es


def test_without_open_deals_of_touched_leads_it_says_so(pipelined):
    data, journeys, pipeline = pipelined
    strange = pipeline.deals.assign(opportunity_id="nobody knows")
    with pytest.raises(NotMeasurable, match="no open deal belongs"):
        sown(data, journeys, strange)
    with pytest.raises(ArgumentError, match="open_pipeline"):
        sown(data, journeys, None)
