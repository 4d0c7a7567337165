"""Which rows become spells, when they start and end, and what is left out and counted."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alignment import tables
from alignment.dataset import Dataset
from alignment.errors import NotMeasurable
from alignment.lead_to_close import find_spells

DEAL = {"opportunity_id": "O1", "lead_id": "L1", "created_at": 5}
WON = DEAL | {"status": "won", "closed_at": 40}
LOST = DEAL | {"status": "lost", "closed_at": 20}
LOST_LATER = LOST | {"opportunity_id": "O2", "closed_at": 60}
OPEN = DEAL | {"opportunity_id": "O3", "status": "open"}


def stage(name, at):
    return {"lead_id": "L1", "stage": name, "entered_at": at}


RULES = {
    "nothing happened": ([], [], ("open", 100)),
    "won": ([WON], [], ("won", 40)),
    "the first win counts": (
        [WON, WON | {"opportunity_id": "O9", "closed_at": 30}],
        [],
        ("won", 30),
    ),
    "won after a loss": ([WON, LOST], [], ("won", 40)),
    "won though another is lost later": ([WON, LOST_LATER], [], ("won", 40)),
    "all lost: the last loss": ([LOST, LOST_LATER], [], ("lost", 60)),
    "a loss without a date, but one is open": (
        [LOST | {"closed_at": None}, OPEN],
        [],
        ("open", 100),
    ),
    "a win without a date, but another has one": (
        [WON | {"closed_at": None, "opportunity_id": "O8"}, WON],
        [],
        ("won", 40),
    ),
    "lost, but one is open": ([LOST, OPEN], [], ("open", 100)),
    "won after the export": ([WON | {"closed_at": 101}], [], ("open", 100)),
    "won on the day of the export": ([WON | {"closed_at": 100}], [], ("won", 100)),
    "lost, a new one opened after the export": (
        [LOST, OPEN | {"created_at": 101}],
        [],
        ("lost", 20),
    ),
    "customer": ([], [stage("mql", 1), stage("customer", 33)], ("won", 33)),
    "customer before the deal is won": ([WON], [stage("customer", 33)], ("won", 33)),
    "disqualified": ([], [stage("mql", 1), stage("disqualified", 9)], ("lost", 9)),
    "disqualified twice": (
        [],
        [stage("disqualified", 9), stage("recycled", 12), stage("disqualified", 15)],
        ("lost", 15),
    ),
    "recycled": ([], [stage("disqualified", 9), stage("recycled", 12)], ("open", 100)),
    "recycled at the same moment": (
        [],
        [stage("recycled", 9), stage("disqualified", 9)],
        ("open", 100),
    ),
    "qualified again": ([], [stage("disqualified", 9), stage("sql", 12)], ("open", 100)),
    "disqualified after the export": ([], [stage("disqualified", 101)], ("open", 100)),
    "disqualified with an open deal": ([OPEN], [stage("disqualified", 9)], ("open", 100)),
    "disqualified, then its deal lost": ([LOST], [stage("disqualified", 9)], ("lost", 20)),
    "a promised close date ends nothing": ([OPEN | {"closed_at": 30}], [], ("open", 100)),
}


@pytest.mark.parametrize("rule", RULES)
def test_how_a_lead_ends(company, rule):
    deals, stages, expected = RULES[rule]
    others = [{"opportunity_id": "X", "lead_id": "L2", "status": "won", "closed_at": 50}]
    leads = [{"lead_id": name, "created_at": 0} for name in ("L1", "L2")]
    found = find_spells(company(leads, [*deals, *others], stages=stages, as_of=100))
    first = found.frame.set_index("id").loc["L1"]
    assert (first["end"], first["exit"]) == expected
    assert found.left_out == {}


def test_what_is_left_out_is_counted(company):
    leads = [
        {"lead_id": "kept", "created_at": 0},
        {"lead_id": "same day", "created_at": 10},
        {"lead_id": "internal", "created_at": 0, "is_internal": True},
        {"lead_id": "future", "created_at": 101},
        {"lead_id": "backwards", "created_at": 30},
        {"lead_id": "undated", "created_at": 0},
        {"lead_id": "half undated", "created_at": 0},
    ]
    for lead in leads:
        lead.setdefault("is_internal", False)
    deals = [
        {"opportunity_id": "1", "lead_id": "same day", "status": "won", "closed_at": 10.4},
        {"opportunity_id": "2", "lead_id": "internal", "status": "won", "closed_at": 9},
        {"opportunity_id": "3", "lead_id": "backwards", "status": "won", "closed_at": 28},
        {"opportunity_id": "4", "lead_id": "undated", "status": "won", "closed_at": None},
        {"opportunity_id": "7", "lead_id": "half undated", "status": "lost", "closed_at": None},
        {"opportunity_id": "8", "lead_id": "half undated", "status": "lost", "closed_at": 7},
        {"opportunity_id": "5", "lead_id": None, "status": "won", "closed_at": 50},
        {"opportunity_id": "6", "lead_id": "nobody knows", "status": "won", "closed_at": 50},
    ]
    found = find_spells(company(leads, deals, as_of=100))
    assert found.frame.set_index("id")["exit"].to_dict() == {"kept": 100, "same day": 0}
    assert found.left_out == {
        "internal leads": 1,
        "won opportunities without a lead": 2,
        "started after the export": 1,
        "ended before it started": 1,
        "ended without a date": 2,
    }


def test_late_observation_enters_late_and_equality_stays(company):
    leads = [{"lead_id": str(start), "created_at": start} for start in (0, 30, 50, 70)]
    deals = [
        {"opportunity_id": "a", "lead_id": "0", "status": "won", "closed_at": 49},
        {"opportunity_id": "b", "lead_id": "30", "status": "won", "closed_at": 50},
    ]
    found = find_spells(company(leads, deals, as_of=100, observed_from=50.5))
    rows = found.frame.set_index("id")
    # Ended the day before closings were recorded: could not have been seen. On that day: kept.
    assert found.left_out == {"ended before closings were recorded": 1}
    assert rows.loc["30", ["entry", "exit", "end"]].tolist() == [20, 20, "won"]
    assert rows.loc["50", ["entry", "exit", "end"]].tolist() == [0, 50, "open"]
    assert rows.loc["70", ["entry", "exit", "end"]].tolist() == [0, 30, "open"]


def test_opportunities_run_from_creation_to_closing(company):
    deals = [
        {"opportunity_id": "a", "created_at": 1, "status": "won", "closed_at": 20},
        {"opportunity_id": "b", "created_at": 2, "status": "lost", "closed_at": 12},
        {"opportunity_id": "c", "created_at": 3, "status": "open", "closed_at": 300},
        {"opportunity_id": "d", "created_at": None, "status": "open", "closed_at": None},
        {"opportunity_id": "e", "created_at": 3, "status": "lost", "closed_at": None},
        {
            "opportunity_id": "f",
            "created_at": 3,
            "status": "won",
            "closed_at": 9,
            "lead_id": "test",
        },
    ]
    leads = [{"lead_id": "test", "created_at": 0, "is_internal": True}]
    found = find_spells(company(leads, deals, as_of=100), start="opportunity")
    ends = found.frame.set_index("id")[["exit", "end"]].T.to_dict("list")
    assert ends == {"a": [19, "won"], "b": [10, "lost"], "c": [97, "open"]}
    assert found.left_out == {
        "internal leads": 1,
        "started without a date": 1,
        "ended without a date": 1,
    }


def test_groups_come_from_the_lead_its_account_or_a_series(company):
    accounts = tables.conform(
        "accounts", {"account_id": ["A", "B"], "segment": ["large", None], "region": ["north", "s"]}
    )
    leads = [
        {"lead_id": "1", "created_at": 0, "account_id": "A", "channel": "email", "region": "own"},
        {"lead_id": "2", "created_at": 0, "account_id": "B", "channel": " ", "region": None},
        {"lead_id": "3", "created_at": 0, "account_id": None, "channel": None, "region": None},
    ]
    won = [{"opportunity_id": "1", "lead_id": "1", "status": "won", "closed_at": 3}]
    data = company(leads, won, accounts=accounts)

    def labels(group):
        return find_spells(data, group=group).frame["group"].tolist()

    assert labels(None) == ["all", "all", "all"]
    assert labels("channel") == ["email", "(missing)", "(missing)"]
    assert labels("segment") == ["large", "(missing)", "(missing)"]
    assert labels("region") == ["own", "(missing)", "(missing)"]
    assert labels(pd.Series({"2": "sales", "9": "x"})) == ["(missing)", "sales", "(missing)"]
    nowhere = data.replace(leads=data.leads.assign(region=pd.Series([None] * 3, dtype="str")))
    assert find_spells(nowhere, group="region").frame["group"].tolist()[:2] == ["north", "s"]
    with pytest.raises(ValueError, match="first_team"):
        find_spells(data, group="first_team")
    with pytest.raises(NotMeasurable, match="campaign_id"):
        find_spells(data, group="campaign_id")
    with pytest.raises(ValueError, match="more than once"):
        find_spells(data, group=pd.Series(["a", "b"], index=["1", "1"]))


def test_without_leads_or_ends_it_says_so(company):
    with pytest.raises(NotMeasurable, match="leads"):
        find_spells(
            company([{"lead_id": "1", "created_at": 0}]).replace(leads=tables.empty("leads"))
        )
    with pytest.raises(NotMeasurable, match="stage history"):
        find_spells(company([{"lead_id": "1", "created_at": 0}]))
    with pytest.raises(ValueError, match="quarter"):
        find_spells(company([{"lead_id": "1", "created_at": 0}]), start="quarter")


# Wall-clock hours from 6 to 18 exist in each of these zones on every day.
rows = st.lists(
    st.tuples(st.integers(0, 380), st.integers(0, 90), st.integers(6, 18), st.sampled_from("wlo")),
    min_size=1,
    max_size=12,
)


def in_zone(rows, zone):
    def local(day, hour):
        wall = pd.Timestamp("2025-01-01") + pd.Timedelta(days=day, hours=hour)
        return wall.tz_localize(zone).tz_convert("UTC").as_unit("us")

    ids = [str(i) for i in range(len(rows))]
    ended = [i for i, row in enumerate(rows) if row[3] != "o"]
    return Dataset(
        as_of=local(400, 12),
        observed_from=local(100, 12),
        timezone=zone,
        leads=tables.conform(
            "leads", {"lead_id": ids, "created_at": [local(row[0], row[2]) for row in rows]}
        ),
        opportunities=tables.conform(
            "opportunities",
            {
                "opportunity_id": [*ids, "other"],
                "lead_id": [*ids, None],
                "closed_at": [
                    *(
                        local(r[0] + r[1], 24 - r[2]) if i in ended else pd.NaT
                        for i, r in enumerate(rows)
                    ),
                    pd.NaT,
                ],
                "status": [*({"w": "won", "l": "lost", "o": "open"}[r[3]] for r in rows), "open"],
            },
        ),
    )


@settings(max_examples=12, deadline=None)
@given(rows)
def test_the_zone_in_which_the_same_days_are_written_does_not_matter(rows):
    frames = [
        find_spells(in_zone(rows, zone)).frame.drop(columns="start")
        for zone in ("UTC", "America/Sao_Paulo", "Pacific/Auckland", "Europe/Madrid")
    ]
    for other in frames[1:]:
        pd.testing.assert_frame_equal(frames[0], other)


@settings(max_examples=12, deadline=None)
@given(rows)
def test_exact_time_does_not_depend_on_the_zone_in_which_days_are_counted(rows):
    data = in_zone(rows, "Europe/Madrid")
    exact = find_spells(data, whole_days=False)
    other = find_spells(data.replace(timezone="Asia/Tokyo"), whole_days=False)
    pd.testing.assert_frame_equal(exact.frame, other.frame)
    assert exact.frame["exit"].dtype == np.float64


@settings(max_examples=12, deadline=None)
@given(rows, rows)
def test_every_lead_is_a_spell_or_counted_and_more_data_loses_none(some, more):
    few, many = find_spells(in_zone(some, "UTC")), find_spells(in_zone(some + more, "UTC"))
    for rows, found in ((some, few), (some + more, many)):
        assert len(found.frame) + sum(found.left_out.values()) == len(rows)
    kept = many.frame[many.frame["id"].isin(few.frame["id"])].reset_index(drop=True)
    pd.testing.assert_frame_equal(few.frame, kept)
