"""Lost leads that are revived: by hand, against the plain estimate, against a simulated truth."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alignment import tables
from alignment.dataset import Dataset
from alignment.incidence import aalen_johansen, quantile_within, risk_tables
from alignment.lead_to_close import find_spells, lead_to_close
from alignment.lead_to_close.curves import at_days, end_codes, estimate
from alignment.lead_to_close.reopened import cut, occupations
from alignment.lead_to_close.restricted_mean import restricted_mean

WON = {"status": "won"}
LOST = {"status": "lost"}


def hindsight(spells):
    """Estimate as if whatever stands lost at the export had always been, and nothing else."""
    frame = spells.frame
    entry, exit = frame["entry"].to_numpy(), frame["exit"].to_numpy()
    return aalen_johansen(risk_tables(entry, exit, end_codes(spells))[0])


def test_four_leads_by_hand(company):
    leads = [{"lead_id": name, "created_at": 0} for name in "abcd"]
    deals = [
        LOST | {"opportunity_id": "1", "lead_id": "a", "created_at": 0, "closed_at": 10},
        WON | {"opportunity_id": "2", "lead_id": "a", "created_at": 20, "closed_at": 30},
        LOST | {"opportunity_id": "3", "lead_id": "b", "created_at": 0, "closed_at": 10},
        WON | {"opportunity_id": "4", "lead_id": "c", "created_at": 0, "closed_at": 25},
    ]
    spells = find_spells(company(leads, deals, as_of=60))
    assert spells.changes.to_numpy().tolist() == [[0, 10, True], [0, 20, False]]
    found = estimate(spells)["all"]
    won, lost = found.incidence
    # Day 10: 2 of 4 lost. Day 20: 1 of the 2 lost is revived. Day 25: 1 of 3 open is won. Day 30:
    # 1 of the 2 that are left.
    assert (lost[10], found.survival[10]) == (0.5, 0.5)
    assert (lost[20], found.survival[20]) == (0.25, 0.75)
    assert (won[25], found.survival[25]) == (pytest.approx(0.25), pytest.approx(0.5))
    assert (won[30], lost[30]) == (pytest.approx(0.5), 0.25)
    # Nobody is censored, so the variance is the binomial one.
    assert found.variance[0, 30] == pytest.approx(0.5 * 0.5 / 4)
    assert found.variance[1, 20] == pytest.approx(0.25 * 0.75 / 4)
    assert found.table.at_risk[[10, 20, 25, 30]].tolist() == [4, 2, 3, 2]


def test_a_deal_that_leaves_a_lost_stage_was_reopened(company):
    leads = [{"lead_id": "a", "created_at": 0}]
    deals = [WON | {"opportunity_id": "1", "lead_id": "a", "created_at": 0, "closed_at": 40}]
    history = [("Open", 0), ("Lost", 10), ("Open", 25), ("Won", 40)]
    data = company(leads, deals, as_of=60)
    moved = pd.DataFrame(history, columns=["stage", "day"])
    moved["entered_at"] = data.observed_from + pd.to_timedelta(moved.pop("day"), unit="D")
    steps = [("Open", False, False), ("Lost", False, True), ("Won", True, False)]
    data = data.replace(
        opportunity_stages=tables.conform("opportunity_stages", moved.assign(opportunity_id="1")),
        stages=tables.conform(
            "stages",
            pd.DataFrame(steps, columns=["stage", "is_won", "is_lost"]).assign(
                pipeline="p", position=range(3)
            ),
        ),
    )
    for start in ("lead", "opportunity"):
        spells = find_spells(data, start=start)
        assert spells.changes["day"].tolist() == [10, 25]
        assert spells.frame[["exit", "end"]].to_numpy().tolist() == [[40, "won"]]


def test_a_recycled_lead_is_a_revived_one(company):
    stages = [("mql", 1), ("disqualified", 9), ("recycled", 30), ("disqualified", 50)]
    moved = [{"lead_id": "a", "stage": name, "entered_at": at} for name, at in stages]
    spells = find_spells(company([{"lead_id": "a", "created_at": 0}], stages=moved, as_of=90))
    assert spells.changes["day"].tolist() == [9, 30, 50]
    assert spells.frame[["exit", "end", "followed"]].to_numpy().tolist() == [[50, "lost", 90]]


def test_one_lost_and_revived_before_the_window_enters_with_its_revival(company):
    leads = [{"lead_id": name, "created_at": 0} for name in "ab"]
    deals = [
        LOST | {"opportunity_id": "1", "lead_id": "a", "created_at": 0, "closed_at": 10},
        WON | {"opportunity_id": "2", "lead_id": "a", "created_at": 50, "closed_at": 70},
    ]
    spells = find_spells(company(leads, deals, as_of=100, observed_from=30))
    stays = cut(spells.frame, spells.changes, spells.ends, "lost")
    rows = stays.sort_values(["spell", "entry"])[["spell", "state", "entry", "exit", "to"]]
    assert rows.to_numpy().tolist() == [[0, 0, 51, 70, 1], [1, 0, 30, 100, 0]]


rows = st.lists(
    st.tuples(st.integers(0, 20), st.integers(0, 30), st.integers(0, 2)), min_size=2, max_size=25
)


@settings(max_examples=30, deadline=None)
@given(rows)
def test_where_nothing_is_revived_it_is_the_incidence_number_for_number(rows):
    entry, stay, end = (np.array(column) for column in zip(*rows, strict=True))
    entry = np.where(np.arange(len(entry)) % 2 == 0, 0, entry)
    frame = pd.DataFrame(
        {
            "entry": entry,
            "exit": entry + stay,
            "followed": entry + stay + 5,
            "end": pd.Categorical.from_codes((end - 1) % 3, categories=["won", "lost", "open"]),
        }
    )
    none = pd.DataFrame({"spell": [], "day": [], "lost": []}).astype(
        {"spell": "int64", "day": "int64", "lost": "bool"}
    )
    stays = cut(frame, none, ("won", "lost"), "lost")
    codes = np.zeros(len(frame), dtype=np.int64)
    found = occupations(stays, codes, 1, 2, 1)[0]
    plain = aalen_johansen(risk_tables(entry, entry + stay, end)[0])
    at = np.searchsorted(found.table.time, plain.table.time)
    np.testing.assert_allclose(found.incidence[:, at], plain.incidence, atol=1e-12)
    np.testing.assert_allclose(found.variance[:, at], plain.variance, atol=1e-12)
    assert found.table.follow_up == plain.table.follow_up or np.isnan(plain.table.follow_up)
    horizon = min(plain.table.follow_up, float(plain.table.time[-1]))
    for share in (0.5,):
        ours, theirs = (quantile_within(one, 0, horizon, share, 0.95) for one in (found, plain))
        np.testing.assert_allclose(ours, theirs)
    if horizon > 0:
        ours, theirs = (restricted_mean(one, horizon) for one in (found, plain))
        np.testing.assert_allclose(ours.lost_variance, theirs.lost_variance, atol=1e-9)
        np.testing.assert_allclose(ours.open_variance, theirs.open_variance, atol=1e-9)


def revived_company(leads, seed, window=365):
    """Draw leads of which most are lost first; half of those come back after months."""
    random = np.random.default_rng(seed)
    start = random.uniform(0, window, leads)
    won, lost = random.exponential(300, leads), random.exponential(60, leads)
    closed = start + np.minimum(won, lost)
    back = (random.random(leads) < 0.5) & (lost <= won)
    again = closed + random.exponential(60, leads)
    second_won = random.random(leads) < 0.7
    closed_again = again + random.exponential(50, leads)
    return start, won < lost, closed, back, again, second_won, closed_again


def as_dataset(drawn, window=365):
    start, won, closed, back, again, second_won, closed_again = drawn
    day_0 = pd.Timestamp("2025-01-01", tz="UTC")
    ids = np.array([f"L{i:05d}" for i in range(len(start))])

    def deals(kept, created, ended, is_won, suffix):
        seen = ended <= window
        frame = pd.DataFrame(
            {
                "opportunity_id": np.char.add(ids, suffix),
                "lead_id": ids,
                "created_at": day_0 + pd.to_timedelta(created, unit="D").round("us"),
                "closed_at": (day_0 + pd.to_timedelta(ended, unit="D").round("us")).where(seen),
                "status": np.where(seen, np.where(is_won, "won", "lost"), "open"),
            }
        )
        return frame[kept]

    both = [
        deals(np.ones(len(ids), bool), start, closed, won, "a"),
        deals(back & (again <= window), again, closed_again, second_won, "b"),
    ]
    return Dataset(
        as_of=day_0 + pd.Timedelta(days=window),
        observed_from=day_0,
        leads=tables.conform(
            "leads",
            {"lead_id": ids, "created_at": day_0 + pd.to_timedelta(start, unit="D").round("us")},
        ),
        opportunities=tables.conform("opportunities", pd.concat(both, ignore_index=True)),
    )


def won_by(drawn, day):
    start, won, closed, back, _, second_won, closed_again = drawn
    takes = np.where(won, closed - start, np.where(back & second_won, closed_again - start, np.inf))
    return np.mean(takes <= day + 0.5)


def test_a_loss_taken_as_final_in_hindsight_is_off_and_the_state_is_not():
    truth = won_by(revived_company(400_000, 1), 270)
    data = as_dataset(revived_company(12_000, 2))
    row = lead_to_close(data, days=(270,)).at.iloc[0]
    assert row["low"] < truth < row["high"]
    wrong = hindsight(find_spells(data)).incidence[0][270]
    assert wrong < truth - 0.03
    assert wrong < row["low"]


def test_the_intervals_of_the_states_cover():
    truth = won_by(revived_company(400_000, 1), 200)
    drawn = revived_company(150 * 300, 3)
    spells = find_spells(
        as_dataset(drawn),
        group=pd.Series(
            np.repeat(np.arange(150), 300).astype(str),
            index=[f"L{i:05d}" for i in range(150 * 300)],
        ),
    )
    sizes = spells.frame["group"].value_counts()
    at = at_days(estimate(spells), spells.ends, sizes, (200,), 0.95)
    at = at[at["end"] == "won"]
    told = at["low"].notna()
    covered = (at["low"] <= truth) & (truth <= at["high"])
    assert told.mean() > 0.95
    assert covered[told].mean() >= 0.90


def test_exact_times_give_the_same_but_for_the_ties():
    data = as_dataset(revived_company(3000, 4))
    days, exact = (lead_to_close(data, days=(100,), whole_days=whole).at for whole in (True, False))
    assert days["estimate"].iloc[0] == pytest.approx(exact["estimate"].iloc[0], abs=0.01)
