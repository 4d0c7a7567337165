"""Spend beside credit: matched in channel, currency and period, and what does not match."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from alignment import tables
from alignment.attribution import MATCHES, NO_TOUCH, attribute, milestones, returns
from alignment.dataset import Dataset
from alignment.errors import CurrencyError, NotMeasurable
from alignment.journeys import build_journeys

DAY = pd.Timestamp("2024-03-01 12:00", tz="UTC")


def day(number):
    return DAY + pd.Timedelta(days=number)


def spend(rows):
    names = ["channel", "campaign_id", "starts_on", "ends_on", "currency", "cost"]
    frame = pd.DataFrame(rows, columns=names)
    for name in ("starts_on", "ends_on"):
        frame[name] = [day(n).tz_localize(None).normalize() for n in frame[name]]
    return tables.conform("spend", frame.assign(platform="some"))


def company(spent, **changes):
    """Three leads; a and b are won, for 100 EUR and 110 USD; w was won without a lead."""
    leads = ["a", "b", "c"]
    return Dataset(
        **{
            "as_of": day(90),
            "observed_from": day(0),
            "currency": "EUR",
            "leads": tables.conform(
                "leads", {"lead_id": leads, "created_at": [day(10), day(11), day(12)]}
            ),
            "opportunities": tables.conform(
                "opportunities",
                {
                    "opportunity_id": ["x", "y", "w"],
                    "lead_id": ["a", "b", None],
                    "account_id": ["A", "B", "W"],
                    "created_at": [day(20), day(21), day(22)],
                    "closed_at": [day(40), day(41), day(42)],
                    "status": "won",
                    "amount": [100.0, 110.0, 30.0],
                    "currency": ["EUR", "USD", "EUR"],
                },
            ),
            "touches": tables.conform(
                "touches",
                {
                    "touch_id": [f"t{n}" for n in range(6)],
                    "lead_id": ["a", "a", "b", "b", "b", "c"],
                    "occurred_at": [day(n) for n in (5, 30, 2, 6, 30, 7)],
                    "team": ["marketing", "sales", "marketing", "marketing", "sales", "marketing"],
                    "channel": ["Ads", "Call", "Ads", "Ads", "Call", "Event"],
                    "kind": "some",
                    "campaign_id": ["spring", None, "spring", "summer", None, "fair"],
                },
            ),
            "spend": spend(spent),
            "exchange_rates": tables.conform(
                "exchange_rates",
                {"currency": ["EUR", "USD"], "rate": [1.0, 1.1], "is_base": [True, False]},
            ),
            **changes,
        }
    )


SPENT = [
    ("Ads", "spring", 4, 6, "EUR", 20.0),
    ("Ads", "summer", 7, 10, "USD", 22.0),
    ("Radio", "radio", 4, 9, "EUR", 15.0),
]


def by_key(found):
    return found.frame.astype({"key": "str"}).set_index("key")


def test_spend_and_credit_are_matched(made):
    data = company(SPENT)
    found = returns(data, build_journeys(data), model="linear", replicates=0)
    frame = by_key(found)
    assert list(frame.index) == ["Ads", "Radio", "Call", "Event", NO_TOUCH]
    assert frame["match"].astype(str).tolist() == [
        "spend and credit",
        "spend only",
        "credit only",
        "credit only",
        "no touch",
    ]
    assert set(frame["match"].cat.categories) == set(MATCHES)
    ads = frame.loc["Ads"]
    assert ads["spend"] == pytest.approx(40)  # 20 EUR and 22 USD at 1.1
    assert (ads["starts_on"].day, ads["ends_on"].day) == (5, 11)
    # a: ads and call share 100; b: two ads and a call share 100, its first ad before the spend.
    assert ads["value"] == pytest.approx(50 + 100 / 3)
    assert ads["value_outside"] == pytest.approx(100 / 3)
    assert ads["return_on_spend"] == pytest.approx((50 + 100 / 3) / 40)
    assert ads["wins"] == pytest.approx(1 / 2 + 1 / 3)
    assert ads["cost_per_win"] == pytest.approx(40 / (1 / 2 + 1 / 3))
    # Leads: a by its ad, b by two ads of which one counts, c by its event.
    assert ads["leads"] == pytest.approx(1.5)
    assert ads["cost_per_lead"] == pytest.approx(40 / 1.5)
    assert ads["opportunities"] == pytest.approx(1.5)
    assert frame.loc["Call", "value"] == pytest.approx(50 + 100 / 3)
    assert frame.loc[["Radio", "Call", NO_TOUCH], "return_on_spend"].isna().tolist() == [
        False,
        True,
        True,
    ]
    assert frame.loc["Radio", "return_on_spend"] == 0
    assert np.isnan(frame.loc["Radio", "cost_per_win"])
    assert frame.loc[NO_TOUCH, ["value", "wins", "opportunities"]].tolist() == [30, 1, 1]
    assert (found.spend, found.currency) == (pytest.approx(55), "EUR")
    assert frame[["value", "value_outside"]].sum().sum() == pytest.approx(found.value, rel=1e-12)
    assert found.value == pytest.approx(230)


def test_by_campaign(made):
    data = company(SPENT)
    frame = by_key(returns(data, build_journeys(data), by="campaign", model="first", replicates=0))
    assert frame.loc["spring", "value"] == pytest.approx(100)
    assert frame.loc["spring", "value_outside"] == pytest.approx(100)
    assert frame.loc["spring", "spend"] == 20
    assert frame.loc["summer", "match"] == "spend only"
    assert frame.loc["fair", "match"] == "credit only"


@pytest.mark.parametrize("model", ["first", "last_non_direct", "position", "shapley", "time_decay"])
def test_the_credit_is_that_of_the_model(model):
    """With spend in all of time, in and out of period together is what attribute() says."""
    data = company([("Ads", "spring", -9, 99, "EUR", 20.0)])
    journeys = build_journeys(data)
    frame = by_key(returns(data, journeys, model=model, replicates=0))
    credit = attribute(journeys, models=(model,), replicates=0).frame
    expected = credit.astype({"key": "str"}).set_index("key")["credit"]
    assert frame["value"].reindex(expected.index).tolist() == pytest.approx(expected.tolist())
    assert frame["value_outside"].fillna(0).sum() == 0


def test_the_interval_holds_the_return_and_moves_with_the_spend():
    rng = np.random.default_rng(3)
    count = 300
    ids = [f"l{n:03}" for n in range(count)]
    won = rng.random(count) < 0.5
    data = company(
        [("Ads", "spring", 0, 60, "EUR", 1000.0)],
        leads=tables.conform("leads", {"lead_id": ids, "created_at": [day(10)] * count}),
        opportunities=tables.conform(
            "opportunities",
            {
                "opportunity_id": ids,
                "lead_id": ids,
                "account_id": ids,
                "created_at": [day(20)] * count,
                "closed_at": [day(40)] * count,
                "status": np.where(won, "won", "lost"),
                "amount": [10.0] * count,
                "currency": "EUR",
            },
        ),
        touches=tables.conform(
            "touches",
            {
                "touch_id": ids,
                "lead_id": ids,
                "occurred_at": [day(5)] * count,
                "team": "marketing",
                "channel": "Ads",
                "kind": "ad",
            },
        ),
    )
    journeys = build_journeys(data)
    row = by_key(returns(data, journeys, level=0.9, replicates=2000)).loc["Ads"]
    expected = 10 * won.sum() / 1000
    assert row["return_on_spend"] == pytest.approx(expected)
    # A Poisson number of wins of ten each: its standard error is the root of their number.
    half = 1.645 * 10 * np.sqrt(won.sum()) / 1000
    assert row["return_low"] == pytest.approx(expected - half, rel=0.03)
    assert row["return_high"] == pytest.approx(expected + half, rel=0.03)
    assert row["cost_per_win_low"] < row["cost_per_win"] < row["cost_per_win_high"]
    again = by_key(returns(data, journeys, level=0.9, replicates=2000)).loc["Ads"]
    assert again.drop("match").tolist()[2:] == row.drop("match").tolist()[2:]


def test_what_is_not_dated_is_missing_and_no_zero():
    data = company(SPENT)
    undated = data.opportunities["created_at"].where(data.opportunities["status"] == "open")
    data = data.replace(opportunities=data.opportunities.assign(created_at=undated))
    frame = by_key(returns(data, build_journeys(data), replicates=0))
    assert frame[["opportunities", "cost_per_opportunity"]].isna().all(axis=None)
    assert frame.loc["Ads", "leads"] > 0


def test_weights_on_milestones_share_out_wins_only():
    data = company(SPENT)
    journeys = build_journeys(data)
    found = returns(
        data, journeys, model="w_shaped", replicates=0, found=milestones(data, journeys)
    )
    frame = by_key(found)
    assert frame["leads"].isna().all()
    assert frame[["value", "value_outside"]].sum().sum() == pytest.approx(230)


def test_what_cannot_be_measured_says_why():
    data = company(SPENT)
    journeys = build_journeys(data)
    with pytest.raises(NotMeasurable, match="hold no spend"):
        returns(data.replace(spend=tables.empty("spend")), journeys)
    free = company([("Ads", "spring", 4, 6, "EUR", 0.0)])
    with pytest.raises(NotMeasurable, match="no cost above zero"):
        returns(free, journeys)
    with pytest.raises(CurrencyError, match="USD"):
        returns(data.replace(exchange_rates=tables.empty("exchange_rates")), journeys)
    with pytest.raises(ValueError, match="single touches"):
        returns(data, journeys, model="markov")
    with pytest.raises(ValueError, match="no model"):
        returns(data, journeys, model="magic")
    with pytest.raises(ValueError, match="level"):
        returns(data, journeys, level=2)


def test_a_touch_counts_on_its_day_in_the_zone_of_the_dataset():
    """Noon in Greenwich on the last day of spend is the next day in Auckland."""
    late = company([("Ads", "spring", 4, 4, "EUR", 5.0)])
    journeys = build_journeys(late)
    touched = late.touches.assign(occurred_at=late.touches["occurred_at"] - pd.Timedelta(days=1))
    here = late.replace(touches=touched)
    there = here.replace(timezone="Pacific/Auckland")
    values = [
        by_key(returns(data, build_journeys(data), model="first", replicates=0)).loc["Ads", "value"]
        for data in (here, there)
    ]
    assert len(journeys.touches) == 6
    assert values == pytest.approx([100, 0])
