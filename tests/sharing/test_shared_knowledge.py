"""The value of shared knowledge is counted by hand, out of time, and blind to what came later."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from alignment.errors import ArgumentError, NotMeasurable
from alignment.sharing import shared_knowledge
from alignment.sharing.shared_knowledge import _captured
from alignment.tables import conform

ONE = [np.ones((1, 8), dtype=np.uint8)]


def captured(score, came, share):
    return float(_captured(np.array(score, float), np.array(came, float), ONE, share)[0])


def test_the_worklist_holds_the_highest_scores():
    came = [1, 0, 1, 0, 0, 0, 0, 1]
    assert captured([8, 7, 6, 5, 4, 3, 2, 1], came, 0.25) == pytest.approx(1 / 3)
    assert captured([8, 7, 6, 5, 4, 3, 2, 1], came, 0.375) == pytest.approx(2 / 3)
    # Room for half of the third lead.
    assert captured([8, 7, 6, 5, 4, 3, 2, 1], came, 0.3125) == pytest.approx(0.5)


def test_equal_scores_at_the_edge_are_shared_out():
    came = [1, 0, 1, 0, 0, 0, 0, 1]
    assert captured([1] * 8, came, 0.4) == pytest.approx(0.4)
    assert captured([2, 1, 1, 1, 1, 0, 0, 0], came, 0.25) == pytest.approx((1 + 0.25) / 3)


@given(st.lists(st.tuples(st.integers(0, 4), st.booleans()), min_size=8, max_size=8), st.data())
def test_the_order_of_the_leads_does_not_matter(rows, data):
    if not any(came for _, came in rows):
        return
    shuffled = data.draw(st.permutations(rows))
    at = [captured(*zip(*order, strict=True), 0.3) for order in (rows, shuffled)]
    assert at[0] == pytest.approx(at[1])
    assert 0 <= at[0] <= 1


def test_knowledge_of_both_is_worth_more_than_of_one(worlds):
    found = shared_knowledge(worlds.knowledge(1, "both"), capacity=0.2, replicates=100)
    assert found.low > 0
    rows = found.frame.set_index("knowledge")["captured"]
    assert found.gain == pytest.approx(rows["together"] - max(rows["marketing"], rows["sales"]))
    assert found.best == rows[["marketing", "sales"]].idxmax()
    gains = found.columns.set_index("column")["gain"]
    assert gains.max() > 0.05
    assert set(found.columns["team"]) == {"sales", "marketing"} - {found.best}
    assert found.curve.groupby("knowledge")["captured"].last().tolist() == [1.0, 1.0, 1.0]


@pytest.mark.parametrize("world", ["nobody", "marketing", "sales"])
def test_where_one_knows_all_there_is_nothing_to_share(worlds, world):
    found = shared_knowledge(worlds.knowledge(2, world), capacity=0.2, replicates=100)
    assert found.low <= 0
    if world != "nobody":
        assert found.best == world


def test_nothing_is_learnt_from_the_time_in_which_it_is_tried(worlds):
    data = worlds.knowledge(3, "both")
    found = shared_knowledge(data, capacity=0.2, replicates=10)
    at = data.leads["created_at"] + pd.Timedelta(days=14)
    at = at[at + pd.Timedelta(days=180) <= data.as_of]
    cut = at.min() + (at.max() - at.min() + pd.Timedelta(days=180)) / 2
    tried = int((at > cut).sum())
    learnt = int((at + pd.Timedelta(days=180) <= cut).sum())
    early = found.about.left_out.get("converted before the landmark", 0)
    assert sum(found.leads) <= tried + learnt <= sum(found.leads) + early
    assert found.leads[1] > 500


def test_what_came_after_the_landmark_is_not_known(worlds):
    data = worlds.knowledge(4, "both", 2500)
    later = data.touches.assign(
        occurred_at=data.touches["occurred_at"] + pd.Timedelta(days=200),
        touch_id=data.touches["touch_id"] + "x",
    )
    later = later[later["occurred_at"] <= data.as_of]
    won = data.opportunities[["lead_id", "closed_at"]].rename(columns={"closed_at": "entered_at"})
    stages = pd.concat([data.lead_stages, conform("lead_stages", {**won, "stage": "sql"})])
    seen = data.replace(
        touches=pd.concat([data.touches, later], ignore_index=True),
        lead_stages=stages.reset_index(drop=True),
    )
    first, second = (shared_knowledge(one, capacity=0.2, replicates=10) for one in (data, seen))
    pd.testing.assert_frame_equal(first.frame, second.frame)


def test_a_column_filled_in_after_the_outcome_is_left_out(worlds):
    data = worlds.knowledge(5, "sales", 2500)
    bought = data.leads["lead_id"].isin(data.opportunities["lead_id"])
    leaky = data.replace(leads=data.leads.assign(region=np.where(bought, "Norte", None)))
    found = shared_knowledge(leaky, capacity=0.2, replicates=10)
    assert "region" in found.guarded
    assert found.frame.set_index("knowledge").loc["sales", "captured"] < 0.95


def test_another_origin_moves_a_column_to_the_other_team(worlds):
    data = worlds.knowledge(6, "both", 2500)
    origin = {"sales touches": "marketing", "score": "sales"}
    plain = shared_knowledge(data, capacity=0.2, replicates=10).frame.set_index("knowledge")
    moved = shared_knowledge(data, capacity=0.2, origin=origin, replicates=10).frame
    moved = moved.set_index("knowledge")
    assert moved.loc["marketing", "captured"] == plain.loc["sales", "captured"]
    assert moved.loc["sales", "captured"] == plain.loc["marketing", "captured"]


def test_what_is_missing_is_said(worlds):
    with pytest.raises(NotMeasurable, match="outcomes to learn from"):
        shared_knowledge(worlds.knowledge(7, "nobody", 300))
    data = worlds.knowledge(8, "both", 2500)
    with pytest.raises(NotMeasurable, match="nothing that marketing knew"):
        shared_knowledge(data, origin={"score": "sales"})
    with pytest.raises(ArgumentError, match="outcome must be one of"):
        shared_knowledge(data, outcome="win")
