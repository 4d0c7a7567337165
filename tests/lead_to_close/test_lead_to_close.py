"""The whole estimate against simulated truth: the published mistakes, their sizes, the cure."""

import numpy as np
import pandas as pd
import pytest
from scipy.integrate import quad

from alignment.errors import NotMeasurable
from alignment.incidence import aalen_johansen, risk_tables
from alignment.lead_to_close import lead_to_close

RATE = {"won": (1.3, 120.0), "lost": (0.9, 90.0)}


def survival(t):
    return np.exp(-sum((t / scale) ** shape for shape, scale in RATE.values()))


def won_density(t):
    shape, scale = RATE["won"]
    return shape / scale * (t / scale) ** (shape - 1) * survival(t)


def truth(day):
    """Give the probability of won by a day, from the equations of the world."""
    return quad(won_density, 0, day, limit=200)[0]


@pytest.fixture(scope="module")
def result(seeded_company):
    return lead_to_close(seeded_company(), days=(30, 90, 180, 300))


def won_by(result, day):
    rows = result.at
    return rows[(rows["end"] == "won") & (rows["day"] == day)].iloc[0]


def test_the_world_is_the_published_one():
    ever = truth(3000)
    mean = quad(lambda t: t * won_density(t), 0, 3000, limit=200)[0] / ever
    assert truth(90) == pytest.approx(0.302, abs=0.002)
    assert ever == pytest.approx(0.401, abs=0.002)
    assert mean == pytest.approx(64.6, abs=0.2)


@pytest.mark.parametrize("day", [30, 90, 180, 300])
def test_the_estimate_is_the_truth_and_its_interval_is_narrow(result, day):
    row = won_by(result, day)
    # Whole days count what ends on day d as d + half a day on average.
    assert row["estimate"] == pytest.approx(truth(day + 0.5), abs=0.008)
    assert row["low"] < truth(day + 0.5) < row["high"]
    assert row["high"] - row["low"] < 0.03


def test_averaging_closed_won_only_is_off_by_what_was_published(result):
    naive = result.naive.iloc[0]
    assert naive["mean_days_won"] == pytest.approx(54.7, abs=0.8)
    spells = result.spells.frame
    recent = spells[spells["start"] >= result.spells.as_of - pd.Timedelta(days=120)]
    assert recent.loc[recent["end"] == "won", "exit"].mean() == pytest.approx(34.1, abs=0.8)
    assert naive[["won", "lost", "open"]].sum() == len(spells)
    # The censored mean among those won by day 300, whose truth is 63.9.
    within = quad(lambda t: t * won_density(t), 0, 300, limit=200)[0] / truth(300)
    assert result.when_won["mean_days"].iloc[0] == pytest.approx(within, abs=1.5)
    assert result.when_won["horizon"].iloc[0] == 300


def test_losses_taken_as_censored_are_off_by_what_was_published(result, seeded_company):
    data = seeded_company()
    deals = data.opportunities
    forgotten = data.replace(opportunities=deals[deals["status"] == "won"].reset_index(drop=True))
    # Leads whose loss is dropped look open until the export, which is milder than censoring them
    # on the day of the loss: the published 0.499 needs the latter.
    spells = result.spells.frame
    table = risk_tables(
        spells["entry"].to_numpy(),
        spells["exit"].to_numpy(),
        (spells["end"] == "won").to_numpy(dtype=int),
        ends=1,
    )[0]
    wrong = aalen_johansen(table).incidence[0]
    assert wrong[90] == pytest.approx(0.499, abs=0.012)
    assert wrong[300] == pytest.approx(0.964, abs=0.02)
    assert not lead_to_close(forgotten).lost_recorded
    assert result.lost_recorded


def test_left_truncation_is_cured_by_late_entry(seeded_company):
    data = seeded_company(recorded_from=180)
    cured = won_by(lead_to_close(data), 30)
    # As if everything since the first lead had been recorded.
    naive = won_by(lead_to_close(data.replace(observed_from=data.leads["created_at"].min())), 30)
    assert cured["estimate"] == pytest.approx(truth(30.5), abs=0.006)
    assert cured["low"] < truth(30.5) < cured["high"]
    assert naive["estimate"] < truth(30.5) - 0.015


def test_median_that_is_not_reached_is_missing(result):
    won = result.quantiles[result.quantiles["end"] == "won"].set_index("quantile")
    assert np.isnan(won.loc[0.5, "days"])  # only 40 % are ever won
    quarter = won.loc[0.25]
    assert quarter["low"] <= quarter["days"] <= quarter["high"]
    assert truth(quarter["days"] + 1.5) == pytest.approx(0.25, abs=0.008)


def test_rows_beyond_the_follow_up_are_missing(seeded_company):
    data = seeded_company(n=3000)
    data = data.replace(as_of=data.observed_from + pd.Timedelta(days=100))
    last = lead_to_close(data).spells.frame["exit"].max()
    result = lead_to_close(data, days=(30, last, last + 1, 400))
    won = result.at[result.at["end"] == "won"].set_index("day")
    assert won["estimate"].notna().tolist() == [True, True, False, False]
    assert won[["low", "high"]].isna().all(axis=1).tolist() == [False, False, True, True]
    assert result.curves["day"].max() == last == 100


def test_groups_are_ordered_by_size_and_small_ones_flagged(seeded_company):
    data = seeded_company(n=3000)
    channel = np.where(np.arange(3000) < 12, "tiny", np.where(np.arange(3000) % 3, "large", "mid"))
    data = data.replace(leads=data.leads.assign(channel=pd.Series(channel, dtype="str")))
    result = lead_to_close(data, group="channel", days=(30, 90))
    assert result.at["group"].unique().tolist() == ["large", "mid", "tiny"]
    flags = result.at.groupby("group")["too_few"].agg(["any", "all"])
    assert flags.loc["tiny"].all()
    assert not flags.loc["large", "any"]
    assert result.naive["group"].tolist() == ["large", "mid", "tiny"]
    # Thousands of leads, but only those of the last two days were seen when they were new.
    start = data.leads["created_at"]
    late = data.replace(observed_from=start.max() - pd.Timedelta(days=2))
    assert lead_to_close(late).at["too_few"].all()


def test_two_groups_are_compared_with_an_interval(seeded_company):
    data = seeded_company(n=6000)
    deals = data.opportunities.assign(
        status=data.opportunities["status"].mask(
            data.opportunities["lead_id"].str.endswith(("0", "2", "4", "6")), "lost"
        )
    )
    even = data.leads["lead_id"].str[-1].isin(list("02468"))
    group = pd.Series(np.where(even, "even", "odd"), index=data.leads["lead_id"])
    result = lead_to_close(data.replace(opportunities=deals), group=group)
    gap = result.compare("odd", "even", 90)
    rows = result.at.set_index(["group", "end", "day"])["estimate"]
    assert gap["estimate"] == rows["odd", "won", 90] - rows["even", "won", 90]
    assert 0 < gap["low"] < gap["estimate"] < gap["high"] < 1
    back = result.compare("even", "odd", 90)
    assert (back["low"], back["high"]) == pytest.approx((-gap["high"], -gap["low"]))
    with pytest.raises(KeyError):
        result.compare("odd", "nobody", 90)


def test_columns_types_and_display_are_as_documented(result):
    assert result.to_frame() is result.at
    assert {name: str(kind) for name, kind in result.at.dtypes.items()} == {
        "group": "str",
        "end": "category",
        "day": "int64",
        "estimate": "float64",
        "low": "float64",
        "high": "float64",
        "leads": "int64",
        "events": "int64",
        "at_risk": "int64",
        "too_few": "bool",
    }
    assert list(result.curves) == ["group", "end", "day", "incidence", "low", "high", "at_risk"]
    assert list(result.quantiles) == ["group", "end", "quantile", "days", "low", "high"]
    assert "<table" in result._repr_html_()


def test_the_day_rows_agree_with_the_curve(result):
    joined = result.at.merge(result.curves, on=["group", "end", "day"], suffixes=("", "_curve"))
    assert len(joined) == len(result.at)
    for here, there in (
        ("estimate", "incidence"),
        ("low", "low_curve"),
        ("at_risk", "at_risk_curve"),
    ):
        np.testing.assert_array_equal(joined[here], joined[there])
    last = result.at.set_index(["end", "day"])["events"]["won", 300]
    spells = result.spells.frame
    assert last == ((spells["end"] == "won") & (spells["exit"] <= 300)).sum()


def test_without_any_end_it_says_so(company):
    data = company(
        [{"lead_id": "1", "created_at": 0}],
        [{"opportunity_id": "1", "lead_id": "1", "status": "open"}],
    )
    with pytest.raises(NotMeasurable, match="won or lost"):
        lead_to_close(data)
