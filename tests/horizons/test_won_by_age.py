"""Wins and value by weeks since first touch: closed forms, exact sums, gates, determinism."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alignment.errors import NotMeasurable
from alignment.horizons import won_by_age
from alignment.horizons.marked import MarkedSpells, follow_up, replicate_won_by, won_by
from alignment.horizons.quarters import AGES, WHEN, last_full_quarter
from alignment.incidence import aalen_johansen, risk_tables, value_at

RATE = 1 / 400 + 1 / 300
WEEKS = (4, 13, 26, 52, 104)


def truth(weeks):
    """Wins of 100 leads by the end of that day: won at 1/400, lost at 1/300 a day."""
    days = np.asarray(weeks) * 7 + 0.5
    return 100 * (1 / 400) / RATE * (1 - np.exp(-RATE * days))


@pytest.fixture(scope="module")
def result(exponential):
    return won_by_age(*exponential())


def rows(result, group="all"):
    return result.frame[result.frame["group"] == group].set_index("weeks")


def test_open_journeys_are_counted_and_the_truth_lies_in_the_intervals(result):
    told = rows(result)
    np.testing.assert_allclose(told["wins_per_100"], truth(WEEKS), atol=2)
    assert (told["low"] < truth(WEEKS)).all()
    assert (told["high"] > truth(WEEKS)).all()
    value = 1000 * truth(WEEKS)
    assert ((told["value_low"] < value) & (value < told["value_high"])).all()
    # What a plain count would say: open ones taken as never won.
    assert 100 * told["wins"].iloc[-1] / told["leads"].iloc[-1] < told["low"].iloc[-1]


def test_wins_recorded_late_enter_late(exponential):
    data, journeys = exponential(recorded_from=300)
    told = rows(won_by_age(data, journeys))
    assert ((told["low"] < truth(WEEKS)) & (truth(WEEKS) < told["high"])).all()
    naive = rows(
        won_by_age(data.replace(observed_from=data.as_of - pd.Timedelta(900, "D")), journeys)
    )
    assert naive.loc[4, "high"] < truth(4)


def test_the_late_share_is_the_truth(result):
    late = result.late_share.set_index("group").loc["all"]
    expected = 1 - truth(13) / truth(52)
    assert late["share"] == pytest.approx(expected, abs=0.03)
    assert late["low"] < expected < late["high"]
    assert late["wins_low"] < expected < late["wins_high"]
    told = rows(result)["value_per_100"]
    assert late["share"] == pytest.approx(1 - told[13] / told[52])


def test_a_difference_has_its_own_interval(result):
    gap = result.late_difference.iloc[0]
    assert len(result.late_difference) == 1
    late = result.late_share.set_index("group")
    a, b = late.loc[gap["group_a"]], late.loc[gap["group_b"]]
    assert gap["difference"] == pytest.approx(a["share"] - b["share"])
    assert gap["low"] < 0 < gap["high"]  # the two groups follow one law
    # Of two independent groups: wider than either alone, narrower than both laid end to end.
    widths = [row["high"] - row["low"] for row in (a, b)]
    assert max(widths) < gap["high"] - gap["low"] < sum(widths)


def test_the_age_by_which_nearly_all_is_won_is_that_of_the_law(result):
    days = 104 * 7
    reached = 0.9 * (1 - np.exp(-RATE * days))
    assert result.horizon_weeks == 104
    assert result.settled_weeks == pytest.approx(-np.log(1 - reached) / RATE / 7, abs=4)


def test_only_leads_younger_than_that_age_are_called_young(result, exponential):
    data, journeys = exponential()
    frame, table = journeys.journeys, result.by_quarter
    age = (data.as_of.normalize() - frame["started_at"].dt.normalize()).dt.days
    young = age < 7 * result.settled_weeks
    assert table["young"].sum() == young.sum()
    still = table.loc[table["when"] == "still open", "young"].sum()
    assert still == (young & (frame["outcome"] == "open")).sum()
    assert (table["young"] <= table["leads"]).all()
    short = won_by_age(*exponential(as_of=60), replicates=5)
    assert np.isnan(short.settled_weeks)
    assert short.by_quarter["young"].eq(0).all()


def test_intervals_by_account_cover():
    """Percentile intervals at 90 % of wins and of value, over 200 worlds of 300 leads."""
    random = np.random.default_rng(12)
    days = np.array([13 * 7, 52 * 7])
    covered = []
    for seed in range(200):
        first = random.uniform(0, 600, 300)
        won, lost = random.exponential(400, 300), random.exponential(300, 300)
        closed = first + np.minimum(won, lost)
        end = np.where(closed > 600, 0, np.where(won < lost, 1, 2))
        exit = np.floor(np.minimum(closed, 600)).astype(int) - np.floor(first).astype(int)
        value = random.gamma(2, 500, 300) * (end == 1)
        spells = MarkedSpells(np.zeros(300, int), exit, end, value, np.arange(300))
        wins, value = replicate_won_by([spells], days, accounts=300, replicates=150, seed=seed)
        for drawn, scale in ((wins, 0.01), (value, 10)):
            low, high = np.quantile(drawn[0], [0.05, 0.95], axis=0)
            expected = scale * truth((13, 52))
            covered.append((low < expected) & (expected < high))
    assert 0.86 < np.mean(covered) < 0.94


def test_accounts_are_drawn_whole(world):
    """Leads that repeat one another within an account bring nothing to know."""
    random = np.random.default_rng(4)
    first = random.uniform(0, 300, 150)
    ended = first + random.exponential(100, 150)
    outcome = np.where(ended < 400, "won", "open")
    ended = np.where(ended < 400, ended, np.nan)
    account = np.array([f"A{i}" for i in range(150)])
    once = [first, ended, outcome, np.full(150, 10.0), np.full(150, "sales"), account]
    told = [
        rows(won_by_age(*world(*(np.tile(part, k) for part in once), as_of=400), weeks=(13,)))
        for k in (1, 4)
    ]
    width = [frame["high"].iloc[0] - frame["low"].iloc[0] for frame in told]
    assert told[0]["wins_per_100"].iloc[0] == pytest.approx(told[1]["wins_per_100"].iloc[0])
    assert width[1] == pytest.approx(width[0], rel=1e-9)


def test_groups_are_all_and_the_teams_by_size_and_the_same_each_time(exponential, result):
    assert result.frame["group"].unique().tolist() == ["all", "marketing", "sales"]
    sizes = result.late_share.set_index("group")["leads"]
    assert sizes["all"] == sizes["marketing"] + sizes["sales"]
    again = won_by_age(*exponential())
    pd.testing.assert_frame_equal(again.frame, result.frame)
    other = won_by_age(*exponential(), seed=1)
    assert (other.frame["wins_per_100"] == result.frame["wins_per_100"]).all()
    assert not other.frame["low"].equals(result.frame["low"])


def test_the_quarter_adds_up_to_what_was_won(exponential):
    data, journeys = exponential(count=3000)
    frame = journeys.journeys
    untouched = frame.index % 50 == 0
    touches = journeys.touches[~journeys.touches["journey"].isin(frame.index[untouched])]
    changed = frame.assign(first_team=frame["first_team"].where(~untouched))
    journeys = type(journeys)(touches, changed, "EUR", "lead", None, {}, {})
    quarter = won_by_age(data, journeys).this_quarter
    assert quarter["quarter"].unique().tolist() == ["2026Q1"]  # the export is of 19 June 2026
    ended = frame["ended_at"].dt.tz_localize(None)
    inside = (ended >= "2026-01-01") & (ended < "2026-04-01") & (frame["outcome"] == "won")
    assert quarter["value"].sum() == pytest.approx(frame.loc[inside, "value"].sum(), rel=1e-12)
    assert quarter["wins"].sum() == inside.sum()
    bare = quarter[quarter["age"] == "(no touch recorded)"]
    assert bare["wins"].tolist() == [(inside & untouched).sum()]
    assert bare["value"].iloc[0] == pytest.approx(frame.loc[inside & untouched, "value"].sum())
    assert len(quarter) == 2 * 4 + 1


def test_ages_change_band_after_the_last_day_of_the_week(world):
    ages = np.array([91, 92, 182, 183, 364, 365])
    closed = 850.0  # 30 April 2026
    first = closed - ages
    data, journeys = world(
        first, [closed] * 6, ["won"] * 6, [1.0, 2, 4, 8, 16, 32], ["sales"] * 6, as_of=920
    )
    quarter = won_by_age(data, journeys, replicates=5).this_quarter
    told = quarter[quarter["group"] == "sales"].set_index("age")["value"]
    assert told.tolist() == [1, 2 + 4, 8 + 16, 32]
    assert list(quarter["age"].cat.categories) == list(AGES)


@pytest.mark.parametrize(
    ("as_of", "expected"),
    [
        ("2026-03-30 12:00", "2025Q4"),
        ("2026-03-31 00:00", "2026Q1"),  # its last day has come
        ("2026-04-01 00:00", "2026Q1"),
        ("2026-06-29 23:00", "2026Q1"),
    ],
)
def test_the_last_full_quarter(world, as_of, expected):
    data, _ = world([1.0], [2.0], ["won"], [1.0], ["sales"], as_of=5)
    data = data.replace(as_of=pd.Timestamp(as_of, tz="UTC"))
    assert str(last_full_quarter(data)) == expected
    # In Madrid, an hour or two ahead, 23:00 is already the next day.
    ahead = str(last_full_quarter(data.replace(timezone="Europe/Madrid")))
    assert ahead == ("2026Q2" if as_of.endswith("23:00") else expected)
    short = data.replace(observed_from=data.as_of - pd.Timedelta(days=80))
    assert last_full_quarter(short) is None


def test_by_quarter_every_touched_journey_stands_once(result, exponential):
    _, journeys = exponential()
    table = result.by_quarter
    assert table["leads"].sum() == len(journeys.journeys)
    assert table["value"].sum() == pytest.approx(journeys.journeys["value"].sum())
    assert list(table["when"].cat.categories) == list(WHEN)
    assert len(table) == len(WHEN) * table["quarter"].nunique()
    frame = journeys.journeys
    start, end = (
        frame[name].dt.tz_localize(None).dt.to_period("Q") for name in ("started_at", "ended_at")
    )
    same = (start == "2024Q3") & (frame["outcome"] == "won") & (end == "2024Q4")
    told = table.set_index(["quarter", "when"])["leads"]
    assert told["2024Q3", "+1"] == same.sum()
    assert not table["truncated"].any()


def test_beyond_the_follow_up_it_is_missing(exponential):
    told = rows(won_by_age(*exponential(as_of=250), weeks=(4, 26, 52)))
    assert told["value_per_100"].notna().tolist() == [True, True, False]
    assert told[["low", "high"]].isna().all(axis=1).tolist() == [False, False, True]


def test_what_is_left_out_is_counted(world):
    data, journeys = world(
        [10.0, np.nan, 20.0, 30.0, 5.0, 60.0],
        [70.0, 80.0, np.nan, 28.0, 40.0, np.nan],
        ["won", "won", "won", "won", "won", "open"],
        [1.0] * 6,
        ["sales", None, *["sales"] * 4],
        as_of=100,
        observed_from=50,
    )
    assert won_by_age(data, journeys).about.left_out == {
        "journeys without a touch": 1,
        "ended without a date": 1,
        "ended before it started": 1,
        "ended before closings were recorded": 1,
    }


def test_without_touches_or_value_it_says_so(world):
    data, journeys = world([1.0], [2.0], ["won"], [0.0], ["sales"], as_of=5)
    with pytest.raises(NotMeasurable, match="amount"):
        won_by_age(data, journeys)
    with pytest.raises(NotMeasurable, match="touches"):
        won_by_age(data.replace(touches=data.touches.iloc[:0]), journeys)
    with pytest.raises(ValueError, match="planet"):
        won_by_age(data, journeys, by="planet")


def test_few_wins_are_flagged_at_the_age_at_which_they_are_few(exponential):
    told = rows(won_by_age(*exponential(count=150), weeks=(1, 52)))
    assert told["wins"].iloc[0] < 5 <= told["wins"].iloc[1]
    assert told["too_few"].tolist() == [True, False]


def test_the_numbers_at_risk_are_those_still_under_observation(result, exponential):
    data, journeys = exponential()
    touches = journeys.touches
    first = touches[touches["position"] == 0].set_index("journey")["occurred_at"].dt.normalize()
    ended = journeys.journeys["ended_at"].fillna(data.as_of)
    ended = ended.where(ended <= data.as_of, data.as_of).dt.normalize()
    age = (ended.loc[first.index] - first).dt.days
    told = rows(result)["at_risk"]
    assert told.tolist() == [int((age >= 7 * weeks).sum()) for weeks in told.index]


def test_columns_are_as_documented(result):
    kinds = {name: str(kind) for name, kind in result.to_frame().dtypes.items()}
    assert kinds == {
        "group": "str",
        "weeks": "int64",
        **dict.fromkeys(["wins_per_100", "low", "high"], "float64"),
        **dict.fromkeys(["value_per_100", "value_low", "value_high"], "float64"),
        "leads": "int64",
        "wins": "int64",
        "at_risk": "int64",
        "too_few": "bool",
    }
    assert result.currency == "EUR"
    assert "<table" in result._repr_html_()


spells = st.lists(
    st.tuples(st.integers(0, 12), st.integers(0, 12), st.integers(0, 2)), min_size=1, max_size=40
).map(lambda rows: np.array([(min(a, b), max(a, b), end) for a, b, end in rows]))


@settings(max_examples=60)
@given(spells)
def test_with_a_value_of_one_it_is_the_incidence_of_the_other_room(rows):
    entry, exit, end = rows.T
    marked = MarkedSpells(entry, exit, end, (end == 1) * 1.0, np.arange(len(end)))
    table = risk_tables(entry, exit, end)[0]
    days = np.arange(15)
    np.testing.assert_equal(follow_up(marked), table.follow_up)
    wins, value = won_by(marked, days)
    expected = value_at(table, aalen_johansen(table).incidence[0], days)
    np.testing.assert_allclose(wins, expected, rtol=0, atol=1e-12)
    np.testing.assert_allclose(value, expected, rtol=0, atol=1e-12)


@settings(max_examples=40)
@given(spells, st.integers(0, 2**32 - 1))
def test_value_adds_up_over_its_parts(rows, seed):
    """What is won of two products is what is won of both: the estimate is linear in the mark."""
    entry, exit, end = rows.T
    random = np.random.default_rng(seed)
    parts = random.uniform(0, 100, (2, len(end))) * (end == 1)
    days = np.arange(15)

    def value(mark):
        return won_by(MarkedSpells(entry, exit, end, mark, np.arange(len(end))), days)[1]

    np.testing.assert_allclose(value(parts[0]) + value(parts[1]), value(parts.sum(axis=0)))
