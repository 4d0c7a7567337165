"""The weekly panel: what is counted in which week, and what is left out."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from alignment import tables
from alignment.dataset import Dataset
from alignment.errors import ArgumentError, NotMeasurable
from alignment.exhibits.reasons import reason
from alignment.horizons.funnel import deal_spells, value_curve
from alignment.horizons.weekly import SALES, weekly_panel

MONDAY = pd.Timestamp("2024-01-01")  # a Monday
WEEKS = 60


def at(days):
    """Noon of a day in Mexico City, in UTC."""
    local = MONDAY + pd.to_timedelta(np.asarray(days), unit="D") + pd.Timedelta(hours=12)
    return pd.Series(pd.DatetimeIndex(local).tz_localize("America/Mexico_City").tz_convert("UTC"))


def day(days):
    return pd.Series(MONDAY + pd.to_timedelta(np.asarray(days), unit="D")).dt.as_unit("us")


@pytest.fixture
def company():
    """60 weeks: one deal a week on Tuesday, closed a fortnight later, every second one won."""
    tuesdays = np.arange(WEEKS) * 7 + 1
    closed = tuesdays + 14
    done = closed < WEEKS * 7
    status = np.where(~done, "open", np.where(np.arange(WEEKS) % 2, "won", "lost"))
    deals = tables.conform(
        "opportunities",
        {
            "opportunity_id": [f"O{i}" for i in range(WEEKS)],
            "account_id": [f"A{i}" for i in range(WEEKS)],
            "created_at": at(tuesdays),
            "closed_at": at(closed).where(done),
            "precision": ["instant"] * WEEKS,
            "status": status,
            "amount": [100.0] * WEEKS,
            "currency": ["MXN"] * WEEKS,
        },
    )
    spend_days = np.arange(WEEKS) * 7
    spend = tables.conform(
        "spend",
        {
            "platform": ["ads"] * (2 * WEEKS),
            "campaign_id": ["brand"] * WEEKS + ["leads"] * WEEKS,
            "channel": ["Search"] * (2 * WEEKS),
            "starts_on": pd.concat([day(spend_days), day(spend_days)], ignore_index=True),
            "ends_on": pd.concat([day(spend_days + 6), day(spend_days + 6)], ignore_index=True),
            "currency": ["MXN"] * (2 * WEEKS),
            "cost": np.concatenate([np.arange(WEEKS) + 1.0, np.full(WEEKS, 7.0) + spend_days % 2]),
        },
    )
    campaigns = tables.conform(
        "campaigns",
        {
            "platform": ["ads", "ads"],
            "campaign_id": ["brand", "leads"],
            "channel": ["Search", "Search"],
            "objective": ["brand", "activation"],
        },
    )
    # Sales calls A_i on Monday (before its deal) once or twice, and on Wednesday (while it runs).
    twice = np.repeat(np.arange(WEEKS), 1 + np.arange(WEEKS) % 2)
    calls = np.concatenate([twice * 7, np.arange(WEEKS) * 7 + 2])
    accounts = np.concatenate([twice, np.arange(WEEKS)])
    touches = tables.conform(
        "touches",
        {
            "touch_id": [f"T{i}" for i in range(len(calls))],
            "account_id": [f"A{i}" for i in accounts],
            "occurred_at": at(calls),
            "precision": ["instant"] * len(calls),
            "team": ["sales"] * len(calls),
            "channel": ["Call"] * len(calls),
            "kind": ["call"] * len(calls),
            "initiator": ["firm"] * len(calls),
        },
    )
    return Dataset(
        as_of=at([WEEKS * 7 - 1])[0],
        observed_from=at([0])[0],
        timezone="America/Mexico_City",
        currency="MXN",
        opportunities=deals,
        spend=spend,
        campaigns=campaigns,
        touches=touches,
    )


def test_weeks_hold_what_fell_into_them(company):
    panel = weekly_panel(company)
    frame = panel.frame
    # The last week holds the export and is not over.
    assert len(frame) == WEEKS - 1
    assert (frame["week"].dt.day_of_week == 0).all()
    assert (frame["outcome"] == 1).all()
    np.testing.assert_allclose(frame["Search (brand)"], np.arange(WEEKS - 1) + 1.0)
    np.testing.assert_array_equal(frame[SALES], 1 + np.arange(WEEKS - 1) % 2)
    assert (frame["closing_effort"] == 1).all()
    assert panel.about.left_out["weeks cut off at the beginning or the end"] == 1


def with_leads(company, lag, *, whole):
    """Give each deal a lead of `lag` days before; leads are on record from the first Monday on.

    Where the export is whole, deals of earlier leads stand in it without a lead.
    """
    tuesdays = np.arange(WEEKS) * 7 + 1
    came = tuesdays - lag
    known = came >= 0
    leads = tables.conform(
        "leads",
        {
            "lead_id": [f"L{i}" for i in np.flatnonzero(known)],
            "account_id": [f"A{i}" for i in np.flatnonzero(known)],
            "created_at": at(came[known]),
            "precision": ["instant"] * int(known.sum()),
        },
    )
    deals = company.opportunities.copy()
    deals["lead_id"] = pd.Series([f"L{i}" for i in range(WEEKS)]).where(known).astype("string")
    if not whole:
        deals = deals[known].reset_index(drop=True)
    return replace(company, leads=leads, opportunities=deals)


@pytest.mark.parametrize("lag", [8, 29, 36])
def test_weeks_before_the_leads_of_an_export_became_deals_are_missing_and_not_empty(company, lag):
    whole = weekly_panel(with_leads(company, lag, whole=True)).frame
    assert len(whole) == WEEKS - 1
    assert (whole["outcome"] == 1).all()
    cut = weekly_panel(with_leads(company, lag, whole=False))
    # The first lead came on the first day there is; its deal, `lag` days later, on a Tuesday.
    assert (cut.frame["outcome"] == 1).all()
    assert cut.frame["week"].iloc[0] == MONDAY + pd.Timedelta(days=7 * int(np.ceil((lag + 1) / 7)))
    assert cut.about.left_out["weeks cut off at the beginning or the end"] >= 1


def test_deals_that_begin_with_their_leads_lack_no_week(company):
    panel = weekly_panel(with_leads(company, 0, whole=False))
    assert len(panel.frame) == WEEKS - 1
    assert (panel.frame["outcome"] == 1).all()


def test_a_lead_dated_years_before_the_others_hides_no_missing_weeks(company):
    data = with_leads(company, 36, whole=False)
    # Five leads for each, so that one of them all is less than 0.5 %.
    more = pd.concat([data.leads.assign(lead_id=data.leads["lead_id"] + end) for end in "abcd"])
    stray = data.leads.iloc[:1].assign(lead_id="old", created_at=at([-2000])[0])
    leads = pd.concat([data.leads, more, stray], ignore_index=True)
    frames = [weekly_panel(replace(data, leads=own)).frame for own in (data.leads, leads)]
    pd.testing.assert_frame_equal(*frames)
    assert (frames[1]["outcome"] == 1).all()


def test_objectives_split_a_channel_and_declare_brand(company):
    panel = weekly_panel(company)
    drivers = panel.drivers.set_index("driver")
    assert list(drivers.index) == ["Search (brand)", "Search (activation)", SALES]
    assert panel.slow == ("Search (brand)",)
    assert drivers["unit"].tolist() == ["MXN", "MXN", "touches"]
    assert drivers["team"].tolist() == ["marketing", "marketing", "sales"]
    assert weekly_panel(company, brand=["Search (activation)"]).slow == ("Search (activation)",)
    with pytest.raises(ArgumentError, match="brand must be one of"):
        weekly_panel(company, brand=["Serch (brand)"])
    with pytest.raises(ArgumentError, match=r'Give brand=\["Search \(brand\)"\]'):
        weekly_panel(company, brand="Search (brand)")
    with pytest.raises(ArgumentError, match=r'Give activity=\["Webinar"\]'):
        weekly_panel(company, activity="Webinar")


def test_spend_of_a_month_is_spread_over_its_days_and_said(company):
    spend = company.spend.copy()
    spend = spend[spend["campaign_id"] == "leads"]
    long = spend.iloc[[0]].assign(
        campaign_id="brand", starts_on=day([3])[0], ends_on=day([16])[0], cost=14.0
    )
    panel = weekly_panel(company.replace(spend=pd.concat([spend, long], ignore_index=True)))
    assert panel.about.left_out["rows of spend spread over more than a week"] == 1
    # Active in three weeks only: too few to be a driver.
    assert panel.names == ["Search (activation)", SALES]
    assert panel.about.left_out["drivers active in too few weeks"] == 1
    for key in panel.about.left_out:
        assert reason(key, "es") != reason(key, "en")


def test_value_won_counts_at_the_closing(company):
    panel = weekly_panel(company, outcome="won value")
    # Closed in the third week after: weeks 2, 3, … hold the deals of weeks 0, 1, …
    expected = np.where((np.arange(WEEKS - 1) - 2) % 2 == 1, 100.0, 0.0)
    expected[:2] = 0
    np.testing.assert_array_equal(panel.frame["outcome"], expected)


def test_holidays_and_the_turn_of_the_year(company):
    holidays = tables.conform(
        "holidays", {"date": day([7, 8, 12]), "name": ["a", "b", "a Saturday"]}
    )
    panel = weekly_panel(company.replace(holidays=holidays))
    assert panel.frame["free"].tolist()[:3] == [0, 0.4, 0]
    turn = panel.frame["turn_of_year"]
    assert turn[0] == pytest.approx(1 / 7)  # 1 January 2024
    assert turn[51] == pytest.approx(6 / 7)  # from 24 to 29 December 2024
    assert panel.holidays().shape == (WEEKS - 1, 2)


def test_marketing_activity_counts_where_it_is_asked_for(company):
    touches = company.touches
    events = touches.iloc[:WEEKS].assign(
        touch_id=[f"E{i}" for i in range(WEEKS)], channel="Event", team="marketing"
    )
    events["team"] = pd.Categorical(events["team"], categories=touches["team"].cat.categories)
    both = company.replace(touches=pd.concat([touches, events], ignore_index=True))
    assert "Event" not in weekly_panel(both).names
    assert "Event" in weekly_panel(both, activity=["Event"]).names
    assert "Event" in weekly_panel(both.replace(spend=tables.empty("spend"))).names
    with pytest.raises(ArgumentError, match="channel of activity"):
        weekly_panel(both, activity=["Fair"])


def test_what_is_missing_is_said(company):
    with pytest.raises(NotMeasurable, match="no opportunities"):
        weekly_panel(company.replace(opportunities=tables.empty("opportunities")))
    nothing = company.replace(spend=tables.empty("spend"), touches=tables.empty("touches"))
    with pytest.raises(NotMeasurable, match="no spend"):
        weekly_panel(nothing)
    late = company.replace(observed_from=at([100])[0])
    with pytest.raises(NotMeasurable, match="44 whole weeks"):
        weekly_panel(late)
    with pytest.raises(ArgumentError, match="outcome"):
        weekly_panel(company, outcome="wins")


def test_the_value_curve_steps_when_deals_are_won(company):
    spells, created, left_out = deal_spells(company)
    assert not left_out
    assert len(created) == len(spells.exit) == WEEKS
    curve = value_curve(company, 10, replicates=50)
    # All end 14 days after creation, half of them won: by the end of week 0 and 1 nothing is.
    np.testing.assert_allclose(curve.wins[:2], 0)
    np.testing.assert_allclose(curve.wins[2:], 29 / 58)
    np.testing.assert_allclose(curve.value, 100 * curve.wins)
    assert curve.value_draws.shape == (50, 10)
    assert curve.value_draws[:, 5].std() == pytest.approx(100 * np.sqrt(0.25 / 58), rel=0.35)
