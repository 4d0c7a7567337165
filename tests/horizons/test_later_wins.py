"""Wins after the first stand at their own date: exact sums, a second way, a simulated truth."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alignment import build_journeys, tables
from alignment.dataset import Dataset
from alignment.errors import NotMeasurable
from alignment.horizons import won_by_age
from alignment.horizons.marked import LaterWins, MarkedSpells, follow_up, won_by
from alignment.journeys import deals, wins

DAY_0 = pd.Timestamp("2025-01-06", tz="UTC")


def at(*days):
    return pd.Series([DAY_0 + pd.Timedelta(days=day) for day in days]).dt.as_unit("us")


def company(closed, amounts, *, as_of=400, objective=("brand",)):
    """One lead a list of deals, each touched on day 0; a deal without a day is open."""
    rows = [
        (f"L{lead}", day, amount)
        for lead, (days, values) in enumerate(zip(closed, amounts, strict=True))
        for day, amount in zip(days, values, strict=True)
    ]
    leads = [f"L{lead}" for lead in range(len(closed))]
    frame = pd.DataFrame(rows, columns=["lead_id", "day", "amount"])
    moment = (DAY_0 + pd.to_timedelta(frame["day"], unit="D")).dt.as_unit("us")
    campaign = [f"C{lead % len(objective)}" for lead in range(len(closed))]
    return Dataset(
        as_of=DAY_0 + pd.Timedelta(days=as_of),
        observed_from=DAY_0 - pd.Timedelta(days=1),
        currency="EUR",
        leads=tables.conform(
            "leads",
            {
                "lead_id": leads,
                "created_at": at(*[0] * len(leads)),
                "campaign_id": campaign,
            },
        ),
        opportunities=tables.conform(
            "opportunities",
            {
                "opportunity_id": [f"O{row}" for row in range(len(frame))],
                "lead_id": frame["lead_id"],
                "created_at": at(*[0] * len(frame)),
                "closed_at": moment,
                "status": np.where(frame["day"].isna(), "open", "won"),
                "amount": frame["amount"],
                "currency": "EUR",
            },
        ),
        campaigns=tables.conform(
            "campaigns",
            {
                "platform": "p",
                "campaign_id": [f"C{k}" for k in range(len(objective))],
                "channel": "email",
                "objective": list(objective),
            },
        ),
        touches=tables.conform(
            "touches",
            {
                "touch_id": [f"T{lead}" for lead in leads],
                "lead_id": leads,
                "occurred_at": at(*[0] * len(leads)),
                "team": "marketing",
                "channel": "email",
                "kind": "email",
            },
        ),
    )


def test_each_win_counts_at_its_own_date():
    data = company([[20, 200], [100], [np.nan]], [[10.0, 30.0], [5.0], [7.0]])
    journeys = build_journeys(data)
    told = won_by_age(data, journeys, weeks=(4, 13, 26, 52), replicates=5).frame
    told = told[told["group"] == "all"].set_index("weeks")
    # Nobody is censored before day 400, so it is the plain mean over the three leads.
    assert told["value_per_100"].tolist() == pytest.approx(np.array([10, 10, 15, 45]) / 3 * 100)
    assert told["wins_per_100"].tolist() == pytest.approx(np.array([1, 1, 2, 3]) / 3 * 100)
    assert told["wins"].tolist() == [1, 1, 2, 2]


def test_the_quarter_and_the_cohort_count_each_deal_where_it_was_won():
    data = company([[20, 200, 350], [100]], [[10.0, 30.0, 2.0], [5.0]])
    found = won_by_age(data, build_journeys(data), replicates=5)
    # Day 350 is 22 December 2025: the last full quarter is the fourth, the age 50 weeks.
    quarter = found.this_quarter[found.this_quarter["wins"] > 0]
    assert quarter[["quarter", "age", "value"]].astype("str").to_numpy().tolist() == [
        ["2025Q4", "27-52 weeks", "2.0"]
    ]
    cohort = found.by_quarter[found.by_quarter["quarter"] == "2025Q1"].set_index("when")
    assert cohort.loc[["same quarter", "+1", "+2", "+3"], "value"].tolist() == [10, 5, 30, 2]
    assert cohort.loc[["same quarter", "+1"], "leads"].tolist() == [1, 1]


def test_wins_list_what_the_journeys_add_up():
    data = company([[20, 200], [100], [np.nan]], [[10.0, 30.0], [5.0], [7.0]])
    journeys = build_journeys(data)
    found = wins(data, journeys)
    assert found["value"].tolist() == [10, 30, 5]
    assert found.groupby("journey")["value"].sum().tolist() == [40, 5]
    every = deals(data, journeys)
    assert every["status"].astype(str).tolist() == ["won", "won", "won", "open"]
    # What was closed later than asked for is open then.
    early = data.replace(as_of=DAY_0 + pd.Timedelta(days=150))
    assert len(wins(early, build_journeys(early))) == 2


def test_a_later_win_without_a_date_is_counted_with_the_first():
    data = company([[20, np.nan], [100]], [[10.0, 30.0], [5.0]])
    deals = data.opportunities.assign(status=pd.Categorical(["won"] * 3, ["open", "won", "lost"]))
    data = data.replace(opportunities=deals)
    found = won_by_age(data, build_journeys(data), weeks=(4,), replicates=5)
    assert found.frame["value_per_100"].iloc[0] == pytest.approx(100 * 40 / 2)
    assert found.about.left_out == {"later wins without a date, counted with the first": 1}


def test_objectives_are_those_of_the_campaign_that_brought_the_lead():
    data = company([[20], [100], [30]], [[10.0], [5.0], [1.0]], objective=("brand", "activation"))
    found = won_by_age(data, build_journeys(data), by="objective", weeks=(52,), replicates=5)
    told = found.frame.set_index("group")["value_per_100"]
    assert told["brand"] == pytest.approx(100 * 11 / 2)
    assert told["activation"] == pytest.approx(500)
    assert found.by == "objective"
    bare = data.replace(leads=data.leads.assign(campaign_id=None))
    again = won_by_age(bare, build_journeys(bare), by="objective", weeks=(52,), replicates=5)
    assert again.frame["group"].unique().tolist() == ["all", "(no objective)"]
    none = data.replace(campaigns=data.campaigns.assign(objective=None))
    with pytest.raises(NotMeasurable, match="objective"):
        won_by_age(none, build_journeys(none), by="objective")


histories = st.lists(
    st.tuples(st.integers(0, 8), st.integers(0, 2), st.lists(st.integers(1, 6), max_size=3)),
    min_size=1,
    max_size=30,
)


@settings(max_examples=60, deadline=None)
@given(histories)
def test_without_censoring_it_is_the_plain_mean_of_what_was_won_by_each_day(rows):
    """Nelson's mean cumulative function of histories that are all watched to the end."""
    watched = 30
    exit = np.array([first if end else watched for first, end, _ in rows])
    end = np.array([end for _, end, _ in rows])
    spell, day = [], []
    for place, (first, kind, gaps) in enumerate(rows):
        if kind == 1:
            for later in np.cumsum(gaps):
                spell.append(place)
                day.append(first + int(later))
    later = LaterWins(np.array(spell, dtype=int), np.array(day, dtype=int), np.full(len(day), 2.0))
    spells = MarkedSpells(
        entry=np.zeros(len(rows), int),
        exit=exit,
        end=end,
        value=(end == 1) * 3.0,
        account=np.arange(len(rows)),
        watched=np.full(len(rows), watched),
        later=later,
    )
    days = np.arange(0, 29)
    number, value = won_by(spells, days)
    first = ((end == 1)[:, None] & (exit[:, None] <= days)).sum(axis=0)
    again = (np.array(day, dtype=int)[:, None] <= days).sum(axis=0)
    known = days <= follow_up(spells)
    np.testing.assert_allclose(number[known], ((first + again) / len(rows))[known], atol=1e-12)
    np.testing.assert_allclose(
        value[known], ((3 * first + 2 * again) / len(rows))[known], atol=1e-12
    )
    for place in range(0, 29, 7):
        by_account = spells.value_by_account(place)
        assert by_account.sum() == pytest.approx((3 * first + 2 * again)[place])
        assert spells.value_by_account(place, count=True).sum() == (first + again)[place]


def test_customers_that_buy_again_are_told_though_most_are_not_watched_to_the_end():
    """Won at 1/200 a day, lost at 1/100, again at 1/250; watched 50 to 500 days."""
    random = np.random.default_rng(3)
    count = 20_000
    ends = np.floor(random.exponential(1 / (1 / 200 + 1 / 100), count)).astype(int)
    watched = random.integers(50, 500, count)
    won = random.random(count) < 1 / 3
    end = np.where(ends > watched, 0, np.where(won, 1, 2))
    exit = np.minimum(ends, watched)
    spare = np.where(end == 1, watched - exit, 0)
    spell = np.repeat(np.arange(count), spare)
    start = np.repeat(np.cumsum(spare) - spare, spare)
    day = exit[spell] + 1 + np.arange(len(spell)) - start
    bought = random.random(len(spell)) < 1 / 250
    later = LaterWins(spell[bought], day[bought], np.ones(int(bought.sum())))
    spells = MarkedSpells(
        np.zeros(count, int), exit, end, (end == 1) * 1.0, np.arange(count), None, watched, later
    )
    days = np.arange(365)
    number, _ = won_by(spells, days)
    once = (1 - np.exp(-0.015 * (days + 1))) / 3
    truth = once + np.cumsum(np.r_[0, once[:-1]]) / 250
    np.testing.assert_allclose(number[[28, 91, 182, 364]], truth[[28, 91, 182, 364]], rtol=0.04)
    # All booked at the first win, the first quarter looks as if it had brought much more.
    more = np.bincount(later.spell, minlength=count)
    booked = MarkedSpells(np.zeros(count, int), exit, end, (end == 1) + more, np.arange(count))
    assert won_by(booked, days)[1][91] > 1.2 * truth[91]


def test_what_an_account_won_before_its_first_touch_was_not_sown_by_it():
    data = company([[20, 200]], [[10.0, 30.0]])
    data = data.replace(
        leads=data.leads.assign(account_id="A"),
        opportunities=data.opportunities.assign(account_id="A"),
        touches=data.touches.assign(occurred_at=at(50)),
    )
    found = won_by_age(data, build_journeys(data, unit="account"), weeks=(21, 22), replicates=5)
    # The second win comes 150 days after the touch, in week 22.
    assert found.frame["value_per_100"].iloc[:2].tolist() == [0, 3000]
    assert found.about.left_out == {"deals won before the first touch": 1}
    assert found.by_quarter["value"].sum() == 30
