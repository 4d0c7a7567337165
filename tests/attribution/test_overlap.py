"""Who touched what, and the trap of looking at won journeys only."""

from __future__ import annotations

import pytest

from alignment.attribution import TOUCHED_BY, overlap


def test_the_table_counts_by_team(made):
    journeys = made(
        [
            ([], "won", 7),
            (["ads"], "lost", 0),
            (["email", "ads"], "won", 3),
            (["call"], "open", 0),
            (["call", "meeting", "ads"], "won", 10),
        ]
    )
    found = overlap(journeys)
    frame = found.frame.set_index("touched_by")
    assert list(found.frame["touched_by"]) == list(TOUCHED_BY)
    assert list(frame["journeys"]) == [1, 2, 1, 1]
    assert list(frame["won"]) == [1, 1, 0, 1]
    assert list(frame["lost"]) == [0, 1, 0, 0]
    assert list(frame["open"]) == [0, 0, 1, 0]
    assert list(frame["win_share"]) == [1, 0.5, 0, 1]
    assert list(frame["value"]) == [7, 3, 0, 10]
    assert frame["value_share"].sum() == pytest.approx(1)
    assert frame["median_days"].fillna(-1).tolist() == [400, 400, -1, 400]
    assert found.currency == "EUR"
    assert found.about.level == 0.90


def test_opportunities_without_a_lead_are_not_in_the_table(made):
    journeys = made([([], "won", 7), ([], "open", 0), (["ads"], "open", 0)])
    journeys.journeys["linked"] = [False, True, True]
    found = overlap(journeys)
    assert found.frame["journeys"].tolist() == [1, 1, 0, 0]
    assert found.frame["won"].sum() == 0
    assert found.about.left_out["opportunities without a known lead"] == 1


def test_an_empty_row_has_no_share(made):
    frame = overlap(made([(["ads"], "open", 0)])).frame.set_index("touched_by")
    assert frame.loc["both", ["win_share", "low", "high"]].isna().all()
    assert frame["value_share"].isna().all()


def test_won_journeys_alone_show_synergy_where_teams_harm_each_other(made):
    """Each team alone wins 20 %, both together 5 %, nobody 10 %: together they lose deals."""
    cells = {
        "nobody": ([], 10),
        "m": (["ads"], 20),
        "s": (["call"], 20),
        "ms": (["ads", "call"], 5),
    }
    rows = [
        (path, "won" if i < wins else "lost", float(i < wins))
        for path, wins in cells.values()
        for i in range(100)
    ]
    found = overlap(made(rows))
    share = found.frame.set_index("touched_by")["win_share"]
    truth = share["both"] - share["only marketing"] - share["only sales"] + share["nobody"]
    assert truth == pytest.approx(-0.25)
    both = found.frame.set_index("touched_by").loc["both", "won"]
    assert found.won_only_interaction == both == 5

    only_won = overlap(made([row for row in rows if row[1] == "won"]))
    assert only_won.won_only_interaction == 5
    assert (only_won.frame["win_share"] == 1).all()
