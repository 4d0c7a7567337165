"""Odd data and odd arguments get a plain answer from the relay and from lead to close."""

from __future__ import annotations

import inspect
from functools import partial

import numpy as np
import pandas as pd
import pytest

from alignment import handoff, lead_to_close, tables
from alignment.dataset import Dataset
from alignment.errors import ArgumentError, NotMeasurable

DAY_0 = pd.Timestamp("2025-01-06", tz="UTC")
WINDOW = {"as_of": DAY_0 + pd.Timedelta(days=400), "observed_from": DAY_0, "timezone": "UTC"}


def days(number):
    return DAY_0 + pd.to_timedelta(number, unit="D")


def company(n, *, status=("won", "lost", "open"), precision="instant", team=None):
    """Leads two an account, handed over, half of them touched, a third with a deal."""
    ids = [f"L{i}" for i in range(n)]
    begun = np.random.default_rng(0).integers(0, 300, n)
    leads = {"lead_id": ids, "created_at": days(begun), "precision": precision, "channel": "Web"}
    leads |= {"account_id": [f"A{i // 2}" for i in range(n)], "region": "N", "owner_id": "o"}
    stages = [(ids[i], days(begun[i] + 3), "mql", "bot") for i in range(n)]
    stages += [(ids[i], days(begun[i] + 6), "sal", "o") for i in range(0, n, 2)]
    touches = [(f"T{i}", ids[i], days(begun[i] + 4), team or "sales") for i in range(0, n, 2)]
    some = range(0, n, 3)
    ends = [status[place % len(status)] for place, _ in enumerate(some)]
    closed = [
        days(begun[i] + 40) if e != "open" else pd.NaT for i, e in zip(some, ends, strict=True)
    ]
    made = {
        "leads": leads,
        "lead_stages": pd.DataFrame(
            stages, columns=["lead_id", "entered_at", "stage", "changed_by"]
        ),
        "touches": pd.DataFrame(
            touches, columns=["touch_id", "lead_id", "occurred_at", "team"]
        ).assign(channel="Call", kind="call", precision=precision),
        "opportunities": {
            "opportunity_id": [f"D{i}" for i in some],
            "lead_id": [ids[i] for i in some],
            "created_at": [days(begun[i] + 8) for i in some],
            "closed_at": pd.to_datetime(pd.Series(closed), utc=True),
            "status": ends,
            "owner_id": "o",
            "pipeline": "p",
        },
        "opportunity_stages": {
            "opportunity_id": [f"D{i}" for i in some],
            "entered_at": [days(begun[i] + 8) for i in some],
            "stage": "Demo",
        },
    }
    return Dataset(**WINDOW, **{name: tables.conform(name, rows) for name, rows in made.items()})


PLAIN = company(90)
DATA = {
    "nothing": Dataset(**WINDOW),
    "only leads": PLAIN.replace(
        **{name: tables.empty(name) for name in ("lead_stages", "touches", "opportunities")}
    ),
    "one lead": company(1),
    "two leads": company(2),
    "all lost": company(60, status=("lost",)),
    "nothing closed": company(60, status=("open",)),
    "days only": company(60, precision="day"),
    "marketing only": company(60, team="marketing"),
    "employees only": PLAIN.replace(leads=PLAIN.leads.assign(is_internal=True)),
    "nothing yet": PLAIN.replace(as_of=DAY_0 - pd.Timedelta(days=10)),
    "no closing on record": PLAIN.replace(observed_from=PLAIN.as_of),
    **{
        f"no {name}": PLAIN.replace(**{name: tables.empty(name)})
        for name in ("leads", "lead_stages", "touches", "opportunities", "opportunity_stages")
    },
}


def clock(data, **options):
    return lead_to_close.estimate_clocks(
        lead_to_close.find_clocks(data, **{"start": "lead", "end": "won", **options})
    )


ROOMS = {name: getattr(room, name) for room in (handoff, lead_to_close) for name in room.__all__}
FIRST = {
    name: next(iter(inspect.signature(thing).parameters))
    for name, thing in ROOMS.items()
    if inspect.isfunction(thing)
}
QUESTIONS = {
    name: ROOMS[name] for name, first in FIRST.items() if first == "data" and name != "find_clocks"
}
LATER = {name: ROOMS[name] for name, first in FIRST.items() if first in ("clocks", "spells")}
ASKED = QUESTIONS | {
    "by channel": partial(lead_to_close.lead_to_close, group="channel"),
    "of deals": partial(lead_to_close.lead_to_close, start="opportunity"),
    "movers of deals": partial(lead_to_close.hazard, start="opportunity"),
    "in working hours": partial(handoff.follow_up, group="region", clock="working"),
    "by month": partial(handoff.cohort_funnel, cohort="month"),
    "the clock of acceptance": partial(clock, start="mql", end="sal", business=True),
}


@pytest.mark.parametrize("name", ASKED)
@pytest.mark.parametrize("held", DATA)
def test_odd_data_are_measured_or_plainly_not(held, name):
    try:
        result = ASKED[name](DATA[held])
    except NotMeasurable as error:
        said = error.reason
    else:
        if hasattr(result, "to_frame"):
            assert isinstance(result.to_frame(), pd.DataFrame)
        return
    assert said.en.startswith("Not measurable: ")
    assert said.es.startswith("No medible: ")
    assert not any("{" in text or "nan" in text.split() for text in (said.en, said.es))


@pytest.mark.parametrize("name", QUESTIONS)
@pytest.mark.parametrize("given", [None, "a folder", PLAIN.leads])
def test_what_is_no_dataset_is_refused(name, given):
    with pytest.raises(ArgumentError, match=r"data must be a Dataset.*load\(folder\) gives one"):
        QUESTIONS[name](given)


@pytest.mark.parametrize("name", LATER)
@pytest.mark.parametrize("given", [None, "a folder", PLAIN])
def test_what_are_no_clocks_is_refused(name, given):
    with pytest.raises(ArgumentError, match=r"(clocks|spells) must be .*find_"):
        LATER[name](given)


MEASURED = [name for name in QUESTIONS if "level" in inspect.signature(QUESTIONS[name]).parameters]


@pytest.mark.parametrize("name", MEASURED)
def test_a_level_lies_between_0_and_1(name):
    for level in (90, 0, "high"):
        with pytest.raises(ArgumentError, match="level must be between 0 and 1"):
            QUESTIONS[name](PLAIN, level=level)


@pytest.mark.parametrize(
    ("name", "options", "said"),
    [
        ("cohort_funnel", {"cohort": "year"}, "one of “quarter”, “month”"),
        ("cohort_funnel", {"day": "x"}, "day must be a number above 0"),
        ("acceptance", {"days": -3}, "days must be a number above 0"),
        ("acceptance", {"group": "chanel"}, "Did you mean “channel”"),
        ("ownership", {"sales_users": "o"}, "several ids"),
        ("ownership", {"stage_team": {"mql": "ventas"}}, "one of “marketing”, “sales”"),
        ("ownership", {"stage_team": {"mlq": "sales"}}, "Did you mean “mql”"),
        ("volume_or_capacity", {"hours": 0}, "hours must be a number above 0"),
        ("volume_or_capacity", {"hours": "24"}, "hours must be a number above 0"),
        ("lead_to_close", {"days": 30}, "days must be one or more numbers"),
        ("lead_to_close", {"days": ()}, "days must be one or more numbers"),
        ("lead_to_close", {"days": ("a",)}, "days must be numbers from 0 on"),
        ("lead_to_close", {"days": (-3,)}, "days must be numbers from 0 on"),
        ("lead_to_close", {"quantiles": (50,)}, "quantiles must be numbers from 0 to 1"),
        ("hazard", {"period_days": 0}, "period_days must be a number above 0"),
        ("hazard", {"most_periods": 0}, "most_periods must be a number above 0"),
    ],
)
def test_an_argument_that_means_nothing_is_named(name, options, said):
    with pytest.raises(ArgumentError, match=said):
        QUESTIONS[name](PLAIN, **options)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"start": "leed"}, "Did you mean “lead”"),
        ({"start": "won"}, "different milestones"),
        ({"competing": "lost"}, "several milestones"),
        ({"competing": ["gone"]}, "no milestone “gone”"),
    ],
)
def test_a_clock_of_no_known_milestones_is_refused(options, said):
    with pytest.raises(ArgumentError, match=said):
        clock(PLAIN, **options)


def test_estimates_of_a_clock_need_a_clock_and_times():
    with pytest.raises(ArgumentError, match="clocks must be a Clocks"):
        lead_to_close.estimate_clocks(PLAIN)
    found = lead_to_close.find_clocks(PLAIN, start="lead", end="won")
    with pytest.raises(ArgumentError, match="a horizon must be a number above 0"):
        lead_to_close.estimate_clocks(found, horizons=(0,))


def test_moments_without_a_zone_are_named():
    naive = PLAIN.leads["created_at"].dt.tz_localize(None)
    with pytest.raises(ArgumentError, match=r"leads\.created_at must carry a time zone"):
        PLAIN.replace(leads=PLAIN.leads.assign(created_at=naive))
    with pytest.raises(ArgumentError, match="as_of and observed_from must carry a time zone"):
        PLAIN.replace(as_of=pd.Timestamp("2026-02-10"))
