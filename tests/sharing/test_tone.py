"""Tone: only from tags, at fixed horizons, among those watched so long."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from alignment.errors import NotMeasurable
from alignment.sharing import tone

N = 400


@pytest.fixture(scope="module")
def tagged(made, day):
    """Build leads of two appeals; emotional ones win later, rational ones sooner."""

    def build(appeals=("emotional", "rational"), names=("Cifras", "Historias")):
        emotional = np.arange(N) % 2 == 0
        wins = np.arange(N) < 160
        soon = (np.arange(N) // 2) % 4 < np.where(emotional, 1, 3)
        ids = [f"L{k}" for k in range(N)]
        won = np.flatnonzero(wins)
        return made(
            leads={"lead_id": ids, "account_id": ids, "created_at": [day(1)] * N},
            campaigns={
                "platform": "crm",
                "campaign_id": ["E", "R"],
                "channel": "Nurture",
                "name": list(names),
                "appeal": list(appeals),
            },
            touches={
                "touch_id": ids,
                "lead_id": ids,
                "occurred_at": [day(5)] * N,
                "team": "marketing",
                "channel": "Nurture",
                "kind": "nurture",
                "campaign_id": np.where(emotional, "E", "R"),
            },
            opportunities={
                "opportunity_id": [ids[k] for k in won],
                "lead_id": [ids[k] for k in won],
                "created_at": [day(20)] * len(won),
                "closed_at": [day(40) if soon[k] else day(200) for k in won],
                "status": "won",
            },
        )

    return build


def test_ratios_by_horizon_by_hand(tagged):
    found = tone(tagged(), replicates=200)
    rows = found.frame.set_index("horizon")
    early, late = rows.loc["won, first 90 days"], rows.loc["won, days 91 to 365"]
    assert (early["emotional_events"], early["rational_events"]) == (20, 60)
    assert (late["emotional_events"], late["rational_events"]) == (60, 20)
    # Who won early can no longer win late: 180 and 140 are left.
    assert (late["emotional"], late["rational"]) == (180, 140)
    assert early["ratio"] == pytest.approx(20 / 60)
    assert late["ratio"] == pytest.approx((60 / 180) / (20 / 140))
    assert found.crossover == pytest.approx(np.log(late["ratio"]) - np.log(early["ratio"]))
    assert 0 < found.low < found.crossover < found.high
    assert rows.loc["opportunity, first 90 days", "ratio"] == pytest.approx(1.0)


def test_the_appeal_is_never_guessed_from_a_name(tagged):
    swapped = tone(tagged(names=("Historias emocionales", "Datos racionales")), replicates=20)
    pd.testing.assert_frame_equal(swapped.frame, tone(tagged(), replicates=20).frame)
    untagged = tagged(appeals=(None, None), names=("Emotional stories", "Rational facts"))
    with pytest.raises(NotMeasurable, match="Tag each campaign"):
        tone(untagged)


def test_mixed_campaigns_are_left_out_and_counted(tagged):
    with pytest.raises(NotMeasurable, match="fewer than 20 leads met each appeal"):
        tone(tagged(appeals=("mixed", "rational")))


def test_who_was_not_watched_to_a_horizon_does_not_count(tagged, day):
    data = tagged()
    young = data.touches.assign(occurred_at=day(700))
    found = tone(data.replace(touches=young), replicates=20)
    rows = found.frame.set_index("horizon")
    assert rows.loc["won, days 91 to 365", ["emotional", "rational"]].tolist() == [0, 0]
    assert np.isnan(found.crossover)
