"""Feedback: the effect put in is found, and what cannot be compared is not."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from alignment.errors import ArgumentError, NotMeasurable
from alignment.sharing import feedback
from alignment.sharing.feedback import AFTER, BEFORE, _differences


def test_differences_by_hand():
    # One stack: told rejects 50 % before and 20 % after, the others 40 % and 30 %.
    before, after = [[60, 40], [50, 50]], [[70, 30], [80, 20]]
    counts = np.array([[before[side]] * BEFORE + [after[side]] * AFTER for side in (0, 1)])
    found = _differences(counts[None, None].astype(float), np.array([1.0]))[0]
    assert found[:BEFORE] == pytest.approx([0.0] * BEFORE)
    assert found[BEFORE : BEFORE + AFTER] == pytest.approx([-0.2] * AFTER)
    assert found[-2:] == pytest.approx([-0.2, 0.0])


def test_stacks_are_weighted_by_whom_they_told():
    flat = np.full((2, BEFORE + AFTER, 2), 50.0)
    fallen = flat.copy()
    fallen[1, BEFORE:] = [80, 20]
    found = _differences(np.stack([flat, fallen])[None], np.array([0.75, 0.25]))[0]
    assert found[-2] == pytest.approx(0.25 * -0.3)


def test_the_effect_put_in_is_found(worlds):
    found = feedback(worlds.reasons(11, -0.20, 6000), replicates=100)
    roles = found.groups.set_index("group")["role"].to_dict()
    assert roles == {"A": "told", "B": "told", "C": "untold", "D": "untold"}
    since = found.groups.set_index("group").loc["A", "since"]
    assert abs((since - pd.Timestamp("2024-12-31", tz="UTC")).days) <= 28
    assert found.high < 0
    assert found.low < -0.20 < found.high
    assert found.trend_low <= 0 <= found.trend_high
    assert len(found.frame) == BEFORE + AFTER


def test_a_drift_from_before_shows_in_the_slope(worlds):
    found = feedback(worlds.reasons(12, 0.0, 8000, drift=-0.03), replicates=100)
    assert found.trend_high < 0


def test_groups_that_all_began_at_once_are_not_compared(worlds):
    data = worlds.reasons(13, 0.0)
    only = data.leads["channel"].isin(["A"])
    at_once = data.replace(leads=data.leads.assign(channel=np.where(only, "A", None)))
    with pytest.raises(NotMeasurable, match="every channel began"):
        feedback(at_once)


def test_without_reasons_or_beginnings_it_says_so(worlds):
    data = worlds.reasons(14, 0.0, 1500)
    with pytest.raises(NotMeasurable, match="no rejection carries a usable reason"):
        feedback(data.replace(lead_stages=data.lead_stages.assign(reason="Otro")))
    never = data.leads["channel"].isin(["C", "D"])
    with pytest.raises(NotMeasurable, match="no channel began"):
        feedback(data.replace(leads=data.leads[never].reset_index(drop=True)))
    with pytest.raises(ArgumentError, match="by must be one of"):
        feedback(data, by="rep")
