"""What a clock says: in a simulated company, by group, with what lies beyond the data marked."""

import numpy as np
import pandas as pd
import pytest

from alignment.errors import NotMeasurable
from alignment.lead_to_close import estimate_clocks, find_clocks, lead_to_close


@pytest.fixture(scope="module")
def data(seeded_company):
    data = seeded_company(n=4000)
    channel = np.where(np.arange(4000) % 3 == 0, "Event", "Search")
    return data.replace(leads=data.leads.assign(channel=pd.Series(channel, dtype="str")))


@pytest.fixture(scope="module")
def result(data):
    clocks = find_clocks(data, start="lead", end="won", group="channel")
    return estimate_clocks(clocks, days=(30, 90, 300), horizons=(90, 300))


def test_it_agrees_with_lead_to_close(data, result):
    other = lead_to_close(data, group="channel", days=(30, 90, 300))
    columns = ["group", "day", "estimate", "low", "high", "at_risk"]
    pd.testing.assert_frame_equal(result.at[columns], other.at[columns], check_dtype=False)
    assert result.to_frame() is result.at


def test_open_shares_and_the_ends_make_one(result):
    ends = result.at.groupby(["group", "day"])["estimate"].sum()
    left = result.open_share.set_index(["group", "day"])["estimate"]
    np.testing.assert_allclose((ends + left).to_numpy(), 1)
    assert (result.open_share["low"] < result.open_share["estimate"]).all()
    assert (result.open_share["estimate"] < result.open_share["high"]).all()


def test_restricted_means_make_the_horizon_and_cover_the_truth(result):
    total = result.restricted.groupby(["group", "horizon"])["days"].sum()
    np.testing.assert_allclose(total, total.index.get_level_values("horizon"))
    time = np.arange(0, 90, 0.05)
    open_90 = np.exp(-((time / 120) ** 1.3) - (time / 90) ** 0.9).sum() * 0.05
    rows = result.restricted.query("horizon == 90 and end == 'open'")
    # Whole days: a lead of a random hour stays half a day longer on its calendar.
    assert (rows["low"] <= open_90).all()
    assert (open_90 - 0.5 <= rows["high"]).all()


def test_what_is_not_reached_is_said_in_both_languages(result):
    half = result.quantiles.query("end == 'won' and quantile == 0.5")
    assert not half["reached"].any()
    said = result.say("Search")
    assert "not reached" in said.en
    assert "no se alcanza" in said.es
    tenth = result.quantiles.query("end == 'won' and quantile == 0.1 and group == 'Event'")
    assert f"by {tenth['days'].iloc[0]:.0f} (days)" in result.say("Event", 0.1).en
    with pytest.raises(KeyError):
        result.say("Event", 0.9)


def test_the_share_ever_won_is_marked_where_it_is_extrapolated(data, result):
    won = result.ever[result.ever["end"] == "won"]
    # The truth is .401; its curve is no Weibull, for in this world the two ends race each other.
    np.testing.assert_allclose(won["share"], 0.401, atol=0.035)
    young = data.replace(as_of=data.observed_from + pd.Timedelta(days=60))
    told = estimate_clocks(find_clocks(young, start="lead", end="won"), days=(30,), horizons=(30,))
    row = told.ever.iloc[0]
    assert row["extrapolated"]
    assert row["seen_by"] <= 60
    assert row["share"] > row["seen"]


def test_differences_and_tests_name_their_groups(result):
    assert set(result.differences["quantity"]) == {
        "share by day",
        "days open within",
        "days after within",
    }
    assert len(result.differences) == 3 + 2 * 2
    assert set(result.tests["test"]) == {"Gray", "log-rank"}
    one = result.differences.iloc[0]
    at = result.at.set_index(["group", "end", "day"])["estimate"]
    gap = at[one["group_a"], "won", 30] - at[one["group_b"], "won", 30]
    assert one["estimate"] == pytest.approx(gap)


def test_losses_that_are_revived_leave_the_ends_asked_for(company):
    random = np.random.default_rng(1)
    leads, deals = [], []
    for number in range(300):
        name, begun = str(number), float(random.integers(0, 200))
        closed = begun + float(random.integers(5, 60))
        leads.append({"lead_id": name, "created_at": begun})
        deals.append(
            {
                "opportunity_id": name,
                "lead_id": name,
                "created_at": begun,
                "closed_at": closed,
                "status": "lost",
            }
        )
        if number % 2:
            deals.append(
                {
                    "opportunity_id": f"{name}b",
                    "lead_id": name,
                    "created_at": closed + 20,
                    "closed_at": closed + 45,
                    "status": "won",
                }
            )
    clocks = find_clocks(company(leads, deals, as_of=330), start="lead", end="won")
    result = estimate_clocks(clocks, days=(30, 120), horizons=(120,))
    assert clocks.notes["revived after a loss"] == 150
    assert result.at.set_index(["end", "day"]).loc[("won", 120), "estimate"] == pytest.approx(
        0.5, abs=0.01
    )
    assert list(result.ever["end"]) == ["won"]
    assert result.ever["share"].iloc[0] == pytest.approx(0.5, abs=0.03)
    assert result.restricted["days"].sum() == pytest.approx(120)


def test_without_any_end_it_says_so(company):
    data = company(
        [{"lead_id": "1", "created_at": 0}],
        [{"opportunity_id": "1", "lead_id": "1", "status": "open"}],
    )
    with pytest.raises(NotMeasurable, match="nothing was seen to end"):
        estimate_clocks(find_clocks(data, start="lead", end="won"))


def test_where_nobody_is_seen_from_the_start_it_says_so(company):
    leads = [{"lead_id": str(n), "created_at": 0} for n in range(9)]
    deals = [
        {
            "opportunity_id": str(n),
            "lead_id": str(n),
            "created_at": 10,
            "closed_at": 20,
            "status": "won",
        }
        for n in range(9)
    ]
    data = company(leads, deals, as_of=60)
    clocks = find_clocks(data, start="lead", end="won", unit="opportunity")
    assert (clocks.frame["entry"] == 10).all()
    assert "nobody was under observation" in estimate_clocks(clocks, horizons=(30,)).say("all").en
