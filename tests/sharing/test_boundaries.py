"""Collisions against chance, overlap of activities, strata: by hand and against other libraries."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest
from statsmodels.stats.contingency_tables import StratifiedTable

from alignment.errors import NotMeasurable
from alignment.sharing import activities, collisions
from alignment.sharing.activities import _overlaps
from alignment.sharing.draws import account_codes, account_draws, drawn_counts
from alignment.sharing.strata import compare


def touched(made, day, rows, **more):
    """Build a dataset from (lead, day, team, kind); every lead came on day 0."""
    frame = pd.DataFrame(rows, columns=["lead_id", "day", "team", "kind"])
    ids = sorted(frame["lead_id"].unique())
    return made(
        leads={"lead_id": ids, "account_id": ids, "created_at": [day(0)] * len(ids)},
        touches={
            "touch_id": [f"T{k}" for k in range(len(frame))],
            "lead_id": frame["lead_id"],
            "account_id": frame["lead_id"],
            "occurred_at": frame["day"].map(day),
            "team": frame["team"],
            "channel": frame["kind"],
            "kind": frame["kind"],
        },
        **more,
    )


def relays(collided, apart):
    rows = []
    for k in range(collided + apart):
        sale = 1 if k < collided else 60
        rows += [(f"L{k}", sale, "sales", "call"), (f"L{k}", 5, "marketing", "nurture")]
    return rows


def test_collisions_are_counted_by_hand(made, day):
    found = collisions(touched(made, day, relays(30, 10)), permutations=200, replicates=10)
    assert (found.people, found.collided) == (40, 30)
    # Every person has one touch of marketing on day 5: swapping the calls changes nothing.
    assert (found.expected, found.low, found.high) == (30, 30, 30)
    assert (found.p_more, found.p_fewer) == (1.0, 1.0)
    assert found.frame.set_index("kind")["people"].to_dict() == {"all": 30, "nurture": 30}


def test_touches_before_the_handoff_are_the_relay(made, day):
    stages = {
        "lead_id": [f"L{k}" for k in range(30)],
        "entered_at": [day(6)] * 30,
        "stage": "mql",
    }
    rows = [
        *((f"L{k}", 5, "marketing", "nurture") for k in range(30)),
        *((f"L{k}", 7, "sales", "call") for k in range(30)),
    ]
    with pytest.raises(NotMeasurable, match="only 0 people"):
        collisions(touched(made, day, rows, lead_stages=stages))
    again = [*rows, *((f"L{k}", 8, "marketing", "event") for k in range(25))]
    found = collisions(touched(made, day, again, lead_stages=stages), permutations=20, replicates=5)
    assert (found.people, found.collided) == (25, 25)


def test_chance_swaps_only_people_with_as_many_touches(made, day):
    # Half meet early, half late, each team in step: swapping halves the meetings.
    rows = []
    for k in range(200):
        at = 1 if k < 100 else 60
        rows += [(f"L{k}", at, "sales", "call"), (f"L{k}", at + 1, "marketing", "nurture")]
    found = collisions(touched(made, day, rows), permutations=400, replicates=5)
    assert found.collided == 200
    assert found.expected == pytest.approx(100, abs=3)
    assert found.p_more < 0.01


def test_teams_drawn_together_are_noticed(worlds):
    found = collisions(worlds.meetings(21, 0.4), permutations=200, replicates=10)
    assert found.p_more <= 0.01
    assert found.collided > found.high


def test_what_followed_is_compared_at_equal_score(made, day):
    data = touched(
        made,
        day,
        [
            *((f"L{k:03}", 1, "sales", "call") for k in range(200)),
            *((f"L{k:03}", 3 if k < 100 else 20, "marketing", "nurture") for k in range(200)),
        ],
        opportunities={
            "opportunity_id": [f"D{k}" for k in range(50)],
            "lead_id": [f"L{k:03}" for k in (*range(40), *range(100, 110))],
            "created_at": [day(40)] * 50,
            "status": "open",
        },
    )
    found = collisions(data, permutations=10, replicates=200)
    rows = found.followed.set_index("group")
    assert rows["leads"].tolist() == [100, 100]
    assert rows["events"].tolist() == [40, 10]
    assert found.difference[0] == pytest.approx(0.30)
    assert 0 < found.difference[1] < 0.30 < found.difference[2]
    # One score alone makes no thirds.
    one = data.leads["score_at_mql"].where(np.arange(len(data.leads)) > 0, 50.0)
    scored = data.replace(leads=data.leads.assign(score_at_mql=one))
    same = collisions(scored, permutations=10, replicates=200)
    assert same.difference == pytest.approx(found.difference)


def test_one_mix_overlaps_fully_and_two_apart_not_at_all(made, day):
    rows = [(f"L{k}", k % 9, team, "email") for k in range(60) for team in ("marketing", "sales")]
    calls = [(f"L{k}", 3, team, "call") for k in range(30) for team in ("marketing", "sales")]
    found = activities(touched(made, day, [*rows, *calls]), replicates=20)
    assert (found.overlap, found.corrected) == (1.0, 1.0)
    apart = [(f"L{k}", 3, "marketing", "email") for k in range(60)]
    apart += [(f"L{k}", 3, "sales", "call") for k in range(60)]
    found = activities(touched(made, day, apart), replicates=20)
    assert found.overlap == 0.0
    # By lot two teams with one activity each of two would meet in half of the cases.
    assert found.corrected == pytest.approx((0 - 0.5) / 0.5)


def test_one_account_gives_no_interval(made, day):
    data = made(
        leads={"lead_id": ["L1", "L2"], "account_id": ["A", "A"], "created_at": [day(0)] * 2},
        touches={
            "touch_id": [f"T{k}" for k in range(200)],
            "lead_id": ["L1", "L2"] * 100,
            "account_id": "A",
            "team": ["marketing", "sales"] * 100,
            "kind": ["email", "call"] * 100,
            "occurred_at": [day(1 + k / 10) for k in range(200)],
        },
    )
    with pytest.raises(NotMeasurable, match="of 1 accounts"):
        activities(data, replicates=5)


def test_a_draw_without_a_team_says_nothing():
    assert np.isnan(_overlaps(np.array([[0.0, 0.0, 1.0, 2.0]]))).all()


def test_the_chance_of_an_overlap_is_that_of_all_ways_to_place_a_mix():
    random = np.random.default_rng(4)
    counts = random.integers(1, 40, size=(2, 4)).astype(float)
    share = counts / counts.sum(axis=1, keepdims=True)
    by_lot = np.mean(
        [
            np.minimum(share[0], share[1][list(order)]).sum()
            for order in itertools.permutations(range(4))
        ]
    )
    plain = np.minimum(share[0], share[1]).sum()
    found = _overlaps(counts.reshape(1, -1))[0]
    assert found == pytest.approx([plain, (plain - by_lot) / (1 - by_lot)])


def test_phases_are_those_of_the_lead(made, day):
    rows = [(f"L{k}", at, "sales", "call") for k in range(50) for at in (1, 10, 20)]
    rows += [(f"L{k}", 1, "marketing", "email") for k in range(50)]
    ids = [f"L{k}" for k in range(50)]
    found = activities(
        touched(
            made,
            day,
            rows,
            lead_stages={"lead_id": ids, "entered_at": [day(5)] * 50, "stage": "mql"},
            opportunities={
                "opportunity_id": ids,
                "lead_id": ids,
                "created_at": [day(15)] * 50,
                "status": "open",
            },
        ),
        replicates=5,
    )
    sales = found.frame[found.frame["sales"] > 0].set_index("phase")["sales"].to_dict()
    assert sales == {"before the handoff": 50, "after the handoff": 50, "on a deal": 50}


def test_a_team_without_touches_is_said(made, day):
    with pytest.raises(NotMeasurable, match="marketing has only 0 touches"):
        activities(touched(made, day, [(f"L{k}", 1, "sales", "call") for k in range(60)]))


def test_the_ratio_over_strata_is_that_of_another_library():
    random = np.random.default_rng(8)
    stratum = random.integers(3, size=900)
    exposed = random.random(900) < np.array([0.2, 0.5, 0.7])[stratum]
    event = random.random(900) < np.array([0.1, 0.3, 0.4])[stratum] * np.where(exposed, 1.4, 1)
    tables = [
        np.array(
            [
                [(exposed & event & own).sum(), (exposed & ~event & own).sum()],
                [(~exposed & event & own).sum(), (~exposed & ~event & own).sum()],
            ]
        )
        for own in (stratum == one for one in range(3))
    ]
    found = compare(exposed, event, stratum, np.arange(900), replicates=400, seed=0, level=0.90)
    expected = StratifiedTable(tables)
    assert found.ratio[0] == pytest.approx(expected.riskratio_pooled)
    assert found.ratio[1] < found.ratio[0] < found.ratio[2]
    # Of one stratum the difference is the plain one.
    alone = compare(
        exposed, event, np.zeros(900, int), np.arange(900), replicates=400, seed=0, level=0.90
    )
    plain = event[exposed].mean() - event[~exposed].mean()
    assert alone.difference[0] == pytest.approx(plain)
    error = np.sqrt(
        sum(event[side].var() / side.sum() for side in (exposed, ~exposed))
    )  # of two independent shares
    width = alone.difference[2] - alone.difference[1]
    assert width == pytest.approx(2 * 1.645 * error, rel=0.15)


def test_draws_of_accounts_come_and_go_whole():
    account = account_codes(pd.Series(["A", "B", "A", None, None, None]))
    assert account.tolist() == [0, 1, 0, 2, 3, 4]
    cell = np.array([0, 1, 0, 1, -1, -1])
    counts, draws = drawn_counts(account, cell, 2, replicates=30, seed=1)
    assert counts.tolist() == [2, 2]
    assert set(draws[:, 0] % 2) == {0}
    weights = np.vstack(list(account_draws(5, 30, 1)))
    assert (weights.sum(axis=1) == 5).all()
    np.testing.assert_array_equal(draws[:, 0], 2 * weights[:, 0])
