"""Groups too small to compare leave the clocks, are counted, and change nothing of the others."""

import numpy as np
import pandas as pd
import pytest

from alignment.errors import NotMeasurable
from alignment.lead_to_close import estimate_clocks, find_clocks, large_groups


@pytest.fixture(scope="module")
def clocks(company):
    leads, deals = [], []
    for number in range(155):
        channel = "Search" if number < 80 else "Event" if number < 140 else "Fax"
        name = f"L{number}"
        leads.append({"lead_id": name, "created_at": number % 40, "channel": channel})
        deal = {"lead_id": name, "created_at": number % 40}
        lost = {**deal, "opportunity_id": name, "status": "lost", "closed_at": number % 40 + 10}
        if number % 3 == 0:
            deals.append(lost)  # a loss that is revived and then won
            won = {"created_at": number % 40 + 20, "closed_at": number % 40 + 60, "status": "won"}
            deals.append({**deal, **won, "opportunity_id": f"{name}b"})
        elif number % 3 == 1:
            deals.append(lost)
    leads[150]["channel"] = None
    data = company(leads, deals, as_of=200)
    return find_clocks(data, start="lead", end="won", group="channel")


def test_small_and_unnamed_groups_are_counted(clocks):
    kept = large_groups(clocks)
    assert kept.frame["group"].value_counts().to_dict() == {"Search": 80, "Event": 60}
    assert kept.left_out["in groups too small to compare"] == 14
    assert kept.left_out["without a group to compare"] == 1


def test_the_groups_that_stay_keep_their_numbers(clocks):
    whole, kept = estimate_clocks(clocks), estimate_clocks(large_groups(clocks))
    names = ["Search", "Event"]
    assert clocks.changes["spell"].nunique() > kept.clocks.changes["spell"].nunique() > 0
    for table in ("at", "restricted", "quantiles"):
        before, after = (getattr(one, table) for one in (whole, kept))
        before = before[before["group"].isin(names)].reset_index(drop=True)
        pd.testing.assert_frame_equal(before, after)
    won = kept.at.query("end == 'won' and day == 90").set_index("group")["estimate"]
    # By hand: all are followed for 160 days, and every third one has won by day 60.
    np.testing.assert_allclose(won[names], [27 / 80, 20 / 60])


def test_one_group_is_not_compared(clocks):
    with pytest.raises(NotMeasurable, match="fewer than two groups hold 70 or more"):
        large_groups(clocks, minimum=70)
