"""Journeys as a flow: nothing is lost on the way, and the ends agree with the raw table."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alignment.attribution import attribute, compare_orders, flow, ordered_shapley, overlap
from alignment.errors import AlignmentError, NotMeasurable

TEAM_OF = {"ad": "marketing", "call": "sales"}
WAYS = st.lists(
    st.tuples(
        st.lists(st.sampled_from(sorted(TEAM_OF)), max_size=4),
        st.sampled_from(["won", "lost", "open"]),
    ),
    min_size=1,
    max_size=30,
)


def journeys_of(made, ways):
    return made([(path, outcome, 7.0 * (outcome == "won")) for path, outcome in ways])


@given(ways=WAYS)
def test_every_journey_is_in_one_row_and_the_sums_are_those_of_the_raw_table(made, ways):
    journeys = journeys_of(made, ways)
    if not any(path for path, _ in ways):
        with pytest.raises(NotMeasurable):
            flow(journeys)
        return
    found = flow(journeys).frame
    assert found["journeys"].sum() == len(ways)
    assert found["value"].sum() == pytest.approx(7.0 * sum(o == "won" for _, o in ways))
    table = overlap(journeys).frame.astype({"touched_by": "str"}).set_index("touched_by")
    for outcome in ("won", "lost", "open"):
        mine = found[found["outcome"] == outcome].astype({"touched_by": "str"})
        counted = mine.groupby("touched_by")["journeys"].sum()
        assert counted.to_dict() == {k: v for k, v in table[outcome].to_dict().items() if v}
    for path, outcome in ways:
        first = TEAM_OF[path[0]] if path else "nobody"
        assert ((found["first"] == first) & (found["outcome"] == outcome)).any()


def test_the_first_touch_decides_the_first_column(made):
    found = flow(journeys_of(made, [(["ad", "call"], "won"), (["call", "ad"], "won")])).frame
    assert list(found["first"]) == ["marketing", "sales"]
    assert set(found["touched_by"]) == {"both"}


def test_what_the_buyer_started_is_no_teams_touch(made):
    journeys = journeys_of(made, [(["ad", "call"], "won"), (["ad"], "lost")])
    touches = journeys.touches.copy()
    touches.loc[0, "initiator"] = "buyer"
    buyers = replace(journeys, touches=touches)
    for analysis in (
        flow,
        overlap,
        partial(attribute, by="team"),
        partial(compare_orders, by="team"),
        partial(ordered_shapley, by="team"),
    ):
        analysis(journeys)
        with pytest.raises(AlignmentError, match="1 touches were started by the buyer"):
            analysis(buyers)
    attribute(buyers, by="channel")  # channels may be compared on all touches
