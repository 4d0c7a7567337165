"""Clocks between any two milestones: starts, ends, ties, windows, and what is counted."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alignment import build_journeys, load, tables
from alignment.errors import ArgumentError, NotMeasurable
from alignment.lead_to_close import find_clocks, find_spells, milestones
from alignment.lead_to_close.labels import NOT_YET
from alignment.working_hours import working_hours

LEADS = [{"lead_id": name, "created_at": 10, "account_id": f"A{name}"} for name in ("a", "b", "c")]


def deal(lead, created, status="open", closed=None, number="1", **more):
    return {
        "opportunity_id": f"O{lead}{number}",
        "lead_id": lead,
        "created_at": created,
        "status": status,
        "closed_at": closed,
        **more,
    }


def stage(lead, name, at):
    return {"lead_id": lead, "stage": name, "entered_at": at}


def touches(rows, moment):
    frame = pd.DataFrame(rows, columns=["lead_id", "day", "team", "initiator"])
    frame["occurred_at"] = pd.to_datetime(frame.pop("day").map(moment), utc=True)
    frame["touch_id"] = [f"T{row}" for row in range(len(frame))]
    return tables.conform("touches", frame.assign(channel="x", kind="call"))


def history(rows, moment):
    frame = pd.DataFrame(rows, columns=["opportunity_id", "stage", "day"])
    frame["entered_at"] = pd.to_datetime(frame.pop("day").map(moment), utc=True)
    return tables.conform("opportunity_stages", frame)


def rows(clocks):
    frame = clocks.frame
    return {
        (name, visit): values
        for name, visit, *values in zip(
            frame["id"], frame["visit"], frame["entry"], frame["exit"], frame["end"], strict=True
        )
    }


@pytest.fixture
def funnel(company, moment):
    """Three leads: won through all steps, lost on the way, and never touched."""
    stages = [
        stage("a", "mql", 12),
        stage("a", "sal", 15),
        stage("a", "sql", 20),
        stage("b", "mql", 11),
        stage("b", "disqualified", 30),
    ]
    data = company(
        LEADS,
        [deal("a", 25, "won", 60), deal("c", 40)],
        stages=stages,
        as_of=100,
        touches=touches(
            [
                ("a", 5, "marketing", "firm"),
                ("a", 14, "sales", "firm"),
                ("b", 11, "marketing", "buyer"),
                ("b", 20, "sales", "firm"),
            ],
            moment,
        ),
    )
    return data.replace(
        opportunity_stages=history(
            [("Oa1", "Demo", 25), ("Oa1", "Offer", 35), ("Oc1", "Demo", 40)], moment
        )
    )


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        ("lead", "won", {"a": [0, 50, "won"], "b": [0, 20, "lost"], "c": [0, 90, "open"]}),
        ("lead", "mql", {"a": [0, 2, "mql"], "b": [0, 1, "mql"], "c": [0, 90, "open"]}),
        ("qualified", "accepted", {"a": [0, 3, "accepted"], "b": [0, 19, "lost"]}),
        (
            "mql",
            "first sales touch",
            {"a": [0, 2, "first sales touch"], "b": [0, 9, "first sales touch"]},
        ),
        ("sql", "opportunity", {"a": [0, 5, "opportunity"]}),
        ("opportunity", "Offer", {"a": [0, 10, "Offer"], "c": [0, 60, "open"]}),
        ("stage: Demo", "won", {"a": [0, 35, "won"], "c": [0, 60, "open"]}),
        ("lead", "lost", {"a": [0, 50, "won"], "b": [0, 20, "lost"], "c": [0, 90, "open"]}),
        # The marketing touch on day 5 is known of those who became leads on day 10.
        ("first firm touch", "won", {"a": [5, 55, "won"], "b": [0, 10, "lost"]}),
    ],
)
def test_from_any_milestone_to_any_other(funnel, start, end, expected):
    found = find_clocks(funnel, start=start, end=end)
    assert {name: values for (name, _), values in rows(found).items()} == expected


def test_the_milestones_that_the_exports_show_in_the_order_of_the_funnel(funnel):
    assert milestones(funnel) == [
        *("first firm touch", "first marketing touch", "first sales touch", "lead"),
        *("mql", "sal", "sql", "disqualified", "opportunity"),
        *("stage: Demo", "stage: Offer", "won", "lost"),
    ]


def test_one_per_opportunity_and_per_account(company):
    leads = [
        {"lead_id": "a", "created_at": 0, "account_id": "X"},
        {"lead_id": "b", "created_at": 20, "account_id": "X"},
        {"lead_id": "c", "created_at": 5, "account_id": None},
    ]
    deals = [
        deal("a", 10, "lost", 30, account_id="X"),
        deal("b", 40, "won", 70, account_id="X"),
        deal("c", 6, "won", 9, account_id=None),
    ]
    data = company(leads, deals, as_of=100)
    by_deal = find_clocks(data, start="lead", end="won", unit="opportunity")
    # A record of a deal exists from its creation on: it enters there.
    assert rows(by_deal) == {
        ("Oa1", 0): [10, 30, "lost"],
        ("Ob1", 0): [20, 50, "won"],
        ("Oc1", 0): [1, 4, "won"],
    }
    by_account = find_clocks(data, start="lead", end="won", unit="account")
    assert rows(by_account) == {("X", 0): [0, 70, "won"]}
    assert by_account.left_out == {"leads without an account": 1}
    assert by_account.changes[["day", "lost"]].to_numpy().tolist() == [[30, True], [40, False]]
    assert by_account.notes["revived after a loss"] == 1


def test_the_window_cuts_both_sides(funnel):
    late = find_clocks(
        funnel.replace(observed_from=funnel.as_of - pd.Timedelta(days=60)), start="lead", end="won"
    )  # day 40
    assert rows(late) == {("a", 0): [30, 50, "won"], ("c", 0): [30, 90, "open"]}
    assert late.left_out == {"ended before it could be seen": 1}
    early = funnel.replace(as_of=funnel.observed_from + pd.Timedelta(days=40))
    assert rows(find_clocks(early, start="lead", end="won")) == {
        ("a", 0): [0, 30, "open"],
        ("b", 0): [0, 20, "lost"],
        ("c", 0): [0, 30, "open"],
    }


def test_what_came_before_the_start_is_left_out_and_counted(company):
    stages = [stage("a", "sql", 20), stage("a", "mql", 30), stage("b", "mql", 90)]
    data = company(LEADS, [deal("b", 15, "won", 40)], stages=stages, as_of=100)
    with pytest.raises(NotMeasurable, match="reach"):
        find_clocks(data, start="mql", end="sql")
    found = find_clocks(data, start="lead", end="sql")
    assert rows(found)[("a", 0)] == [0, 10, "sql"]
    assert found.notes == {}
    again = find_clocks(data.replace(leads=data.leads), start="sql", end="won")
    assert again.notes["never reached the start"] == 2


def test_an_end_of_which_only_the_day_is_known_is_not_before_a_start_on_that_day(company):
    leads = [{"lead_id": "a", "created_at": 10.6}]
    deals = [deal("a", 10.6, "won", 10, precision="day")]
    data = company(leads, deals, as_of=100)
    for whole in (True, False):
        found = find_clocks(data, start="lead", end="won", whole_days=whole)
        assert rows(found) == {("a", 0): [0, 0, "won"]}
        assert found.notes == {"ended at the moment it began": 1}
    instant = data.replace(
        opportunities=data.opportunities.assign(
            precision=pd.Categorical(["instant"], categories=["instant", "day"])
        )
    )
    with pytest.raises(NotMeasurable):
        find_clocks(instant, start="lead", end="won")


def test_of_ends_at_one_moment_the_one_asked_for_comes_first(company):
    data = company(LEADS[:1], [deal("a", 20, "won", 20)], as_of=100)
    assert rows(find_clocks(data, start="lead", end="opportunity"))[("a", 0)][2] == "opportunity"
    assert rows(find_clocks(data, start="lead", end="won", competing=["opportunity"])) == {
        ("a", 0): [0, 10, "won"]
    }


def test_each_visit_runs_anew(company, moment):
    data = company(LEADS[:1], [deal("a", 0)], as_of=100).replace(
        opportunity_stages=history(
            [
                ("Oa1", name, at)
                for name, at in [
                    ("Demo", 10),
                    ("Demo", 15),
                    ("Offer", 20),
                    ("Demo", 30),
                    ("Offer", 45),
                    ("Demo", 80),
                ]
            ],
            moment,
        )
    )
    asked = {"start": "Demo", "end": "Offer", "unit": "opportunity"}
    every = find_clocks(data, visits="every", **asked)
    assert rows(every) == {
        ("Oa1", 0): [0, 10, "Offer"],
        ("Oa1", 1): [0, 15, "Offer"],
        ("Oa1", 2): [0, 20, "open"],
    }
    assert every.notes == {"reached the start again": 1}
    assert rows(find_clocks(data, **asked)) == {("Oa1", 0): [0, 10, "Offer"]}


def test_with_every_visit_a_loss_ends_it(company):
    stages = [
        stage("a", "mql", 11),
        stage("a", "disqualified", 20),
        stage("a", "mql", 30),
        stage("a", "sal", 33),
    ]
    data = company(LEADS[:1], stages=stages, as_of=100)
    every = find_clocks(data, start="mql", end="sal", visits="every")
    assert rows(every) == {("a", 0): [0, 9, "lost"], ("a", 1): [0, 3, "sal"]}
    first = find_clocks(data, start="mql", end="sal")
    assert rows(first) == {("a", 0): [0, 22, "sal"]}
    assert first.changes["day"].tolist() == [9, 19]


def test_closed_on_a_day_that_nobody_recorded_is_left_out(company):
    deals = [deal("a", 12, "lost", None), deal("b", 12, "won", None), deal("c", 12, "won", 50)]
    found = find_clocks(company(LEADS, deals, as_of=100), start="lead", end="won")
    assert found.left_out == {"ended without a date": 2}
    assert list(rows(found)) == [("c", 0)]


def test_groups_know_nothing_of_what_comes_after_the_start(funnel):
    def labels(start, group, **more):
        frame = find_clocks(funnel, start=start, end="won", group=group, **more).frame
        return dict(zip(frame["id"], frame["group"], strict=True))

    assert labels("lead", "first_team") == {"a": "marketing", "b": NOT_YET, "c": NOT_YET}
    assert labels("opportunity", "first_team") == {"a": "marketing", "c": NOT_YET}
    assert labels("lead", "cohort") == dict.fromkeys("abc", "2025Q1")
    assert labels("opportunity", "cohort by month") == {"a": "2025-01", "c": "2025-02"}
    assert labels("lead", pd.Series({"a": "x", "c": ""})) == {
        "a": "x",
        "b": "(missing)",
        "c": "(missing)",
    }
    with pytest.raises(ValueError, match="no column"):
        labels("lead", "nothing")


def test_business_hours_leave_out_nights_weekends_and_holidays(company, moment):
    # Day 0 is Wednesday 1 January 2025.
    leads = [{"lead_id": name, "created_at": at} for name, at in (("a", 1.5), ("b", 2 + 17 / 24))]
    data = company(
        leads,
        [deal("a", 3)],
        stages=[stage("a", "mql", 1.5), stage("b", "mql", 2.75)],
        as_of=9.5,
        touches=touches([("a", 5.5, "sales", "firm")], moment),
    )
    office = dict.fromkeys(range(5), ((9.0, 18.0),))
    calendar = working_hours(data, hours=office, holidays=["2025-01-06"])
    found = find_clocks(data, start="lead", end="first sales touch", business=calendar)
    # Thursday noon to 18, Friday; Monday the 6th is a holiday. Open until Friday the 10th, noon.
    assert rows(found) == {
        ("a", 0): [0, 6 + 9, "first sales touch"],
        ("b", 0): [0, 1 + 3 * 9 + 3, "open"],
    }
    assert found.measure == "business hours"
    # The holidays of the exports, and the hours that every other clock has: 9 to 19.
    free = tables.conform("holidays", {"date": pd.to_datetime(["2025-01-06"])})
    own = find_clocks(
        data.replace(holidays=free), start="lead", end="first sales touch", business=True
    )
    assert rows(own) == {
        ("a", 0): [0, 7 + 10, "first sales touch"],
        ("b", 0): [0, 2 + 3 * 10 + 3, "open"],
    }


def test_mistakes_are_named(funnel):
    with pytest.raises(ValueError, match="first sales touch, lead, mql"):
        find_clocks(funnel, start="lead", end="no such stage")
    with pytest.raises(ValueError, match="different milestones"):
        find_clocks(funnel, start="mql", end="qualified")
    with pytest.raises(ValueError, match="visits"):
        find_clocks(funnel, start="lead", end="won", visits="all")
    with pytest.raises(ValueError, match="unit must be one of"):
        find_clocks(funnel, start="lead", end="won", unit="deal")
    with pytest.raises(NotMeasurable, match="recycled"):
        find_clocks(funnel, start="lead", end="recycled")
    with pytest.raises(ArgumentError, match="data must be a Dataset, and nothing was given"):
        find_clocks(None, start="lead", end="won")
    with pytest.raises(ArgumentError, match="business must be a WorkingHours, and a str"):
        find_clocks(funnel, start="lead", end="won", business="x")


some = st.lists(
    st.tuples(
        st.integers(0, 60),
        st.sampled_from(["won", "lost", "open"]),
        st.integers(0, 50),
        st.sampled_from(["none", "disqualified", "recycled"]),
    ),
    min_size=1,
    max_size=10,
)


@settings(max_examples=25, deadline=None)
@given(some)
def test_from_lead_to_won_it_counts_what_the_spells_count(company, drawn):
    leads, deals, stages = [], [], []
    for number, (start, status, takes, moved) in enumerate(drawn):
        name = str(number)
        leads.append({"lead_id": name, "created_at": start})
        if number % 3:
            closed = None if status == "open" else start + takes
            deals.append(deal(name, start, status, closed))
        if moved != "none":
            stages.append(stage(name, "disqualified", start + 5))
        if moved == "recycled":
            stages.append(stage(name, "recycled", start + 8))
    deals.append(deal("nobody", 0, "won", 1))
    data = company(leads, deals, stages=stages, as_of=70, observed_from=20)
    clocks, spells = find_clocks(data, start="lead", end="won"), find_spells(data)
    columns = ["id", "entry", "exit", "followed", "end"]
    pd.testing.assert_frame_equal(
        clocks.frame[columns].sort_values("id", ignore_index=True),
        spells.frame[columns].sort_values("id", ignore_index=True),
        check_dtype=False,
        check_categorical=False,
    )
    assert len(clocks.frame) + sum(clocks.left_out.values()) == len(leads)
    assert np.array_equal(clocks.changes["day"], spells.changes["day"])


def test_who_was_touched_differs_from_the_journeys_only_by_leads_lost_before():
    sample = load(Path(__file__).parents[2] / "data" / "sample")
    clocks = find_clocks(sample, start="first firm touch", end="won")
    made = build_journeys(sample, include_buyer=False)
    own = made.journeys.set_index("journey_id")
    counted = clocks.frame.set_index("id")
    touched = own.index[own["touches"] > 0]
    assert set(touched) <= set(counted.index)
    apart = counted.drop(touched)
    # On the sample one lead: disqualified minutes before sales first called.
    assert len(apart) == 1
    assert (apart["end"] == "lost").all()
    assert (apart["exit"] == 0).all()
    assert (own.loc[apart.index, "ended_at"] <= apart["start"]).all()
