"""Waits, service levels, verdicts, movers and limits by hand, and against an invented company."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from alignment import tables
from alignment.errors import ArgumentError, NotMeasurable
from alignment.handoff import (
    acceptance,
    follow_up,
    ownership,
    service_level,
    volume_or_capacity,
)
from alignment.handoff.milestones import handed_over, labels
from alignment.working_hours import WorkingHours

HOUR = 1 / 24


def leads(n, **columns):
    return {"lead_id": [f"L{i}" for i in range(n)], "created_at": [0.0] * n, **columns}


def mql(n, when=1.0):
    return [(f"L{i}", when, "mql", None, None) for i in range(n)]


@pytest.fixture(scope="module")
def forty(relay):
    """Forty leads handed over on day 1: twenty touched after 2 h, ten after 30 h, ten never."""
    calls = [(f"L{i}", 1 + 2 * HOUR, "firm", "instant") for i in range(20)]
    calls += [(f"L{i}", 1 + 30 * HOUR, "firm", "instant") for i in range(20, 30)]
    calls += [("L30", 1 + HOUR, "buyer", "instant")]
    stages = [*mql(40), ("L31", 2.0, "disqualified", None, None)]
    return relay(leads(40), stages, calls, as_of=30)


def test_the_wait_counts_the_never_touched(forty):
    result = follow_up(forty)
    row = result.frame.iloc[0]
    assert (row["leads"], row["touched"], row["never"], row["closed_untouched"]) == (40, 30, 10, 1)
    assert row["median_hours"] == pytest.approx(2.0)
    assert row["naive_mean_hours"] == pytest.approx((20 * 2 + 10 * 30) / 30)
    share = result.at.set_index("hours")["share"]
    assert share[[1, 4, 24, 48]].tolist() == pytest.approx([0, 0.5, 0.5, 0.75])


def test_what_was_handed_over_lately_counts_as_far_as_it_can(relay):
    # Half were handed over three days before the export; whoever waits so long is unknown there.
    stages = [(f"L{i}", 1.0 if i < 100 else 27.0, "mql", None, None) for i in range(200)]
    calls = [(f"L{i}", 1 + 5, "firm", "instant") for i in range(50)]
    result = follow_up(relay(leads(200), stages, calls, as_of=30))
    share = result.at.set_index("hours")["share"]
    assert share[168] == pytest.approx(0.5)  # 50 of the 100 that could be followed so long
    assert share[48] == 0


def test_a_touch_dated_by_day_is_never_told_too_early(relay):
    calls = [(f"L{i}", 1.0, "firm", "day") for i in range(40)]
    wait = follow_up(relay(leads(40), mql(40, 1.5), calls, as_of=30)).frame
    assert wait["median_hours"].iloc[0] == pytest.approx(12, abs=0.01)


def test_a_lead_touched_before_the_handoff_has_no_wait(relay):
    calls = [(f"L{i}", 0.5 if i < 4 else 2.0, "firm", "instant") for i in range(40)]
    found = follow_up(relay(leads(40), mql(40), calls, as_of=30))
    assert found.frame["leads"].iloc[0] == 36
    assert found.about.left_out == {"touched by sales before the handoff": 4}


def test_working_hours_stand_still_at_night(relay):
    # Handed over on Tuesday at 18:00, touched on Wednesday at 10:00.
    calls = [(f"L{i}", 2 + 10 * HOUR, "firm", "instant") for i in range(40)]
    data = relay(leads(40), mql(40, 1 + 18 * HOUR), calls, as_of=30)
    working = WorkingHours("UTC")
    found = follow_up(data, clock="working", working=working).frame
    assert found["median_hours"].iloc[0] == pytest.approx(2.0)
    assert follow_up(data).frame["median_hours"].iloc[0] == pytest.approx(16.0)


def test_the_holidays_of_the_exports_are_no_working_time(relay):
    # Handed over on Monday at 18:00, touched on Wednesday at 10:00; Tuesday is free for all, and
    # Wednesday in one region only.
    calls = [(f"L{i}", 2 + 10 * HOUR, "firm", "instant") for i in range(40)]
    days = pd.to_datetime(["2025-01-07", "2025-01-08"])
    free = tables.conform("holidays", {"date": days, "region": [None, "North"]})
    data = relay(leads(40), mql(40, 18 * HOUR), calls, as_of=30, holidays=free)
    waits = follow_up(data, clock="working")
    assert waits.frame["median_hours"].iloc[0] == pytest.approx(2.0)
    assert waits.about.assumptions[-1].en.endswith("; holidays left out: 1.")
    row = service_level(data, clock="working", hours=2.5).frame.iloc[0]
    assert row["within"] == 40
    assert service_level(data, clock="working", hours=1.5).frame["within"].iloc[0] == 0


@pytest.mark.parametrize("measure", [follow_up, service_level])
@pytest.mark.parametrize(
    ("bad", "said"),
    [
        ({"clock": "wrking"}, "Did you mean “working”"),
        ({"level": 95}, "level must be between 0 and 1"),
        ({"working": "9-19"}, "working must be a WorkingHours, and a str was given"),
    ],
)
def test_arguments_that_cannot_be_are_named(forty, measure, bad, said):
    with pytest.raises(ArgumentError, match=said):
        measure(forty, **bad)
    with pytest.raises(ArgumentError, match="data must be a Dataset"):
        measure(None)


def test_a_limit_lies_ahead(forty):
    for hours in (-3, 0, "24"):
        with pytest.raises(ArgumentError, match="hours must be a number above 0"):
            service_level(forty, hours=hours)
    with pytest.raises(ArgumentError, match="Did you mean “region”"):
        follow_up(forty, group="regoin")


def test_what_is_assumed_of_a_touch_is_said_wherever_a_wait_is_told(forty):
    for result in (follow_up(forty), service_level(forty)):
        said = [text.en for text in result.about.assumptions]
        assert any("end of that day" in text for text in said)
        assert any("sales logged" in text for text in said)


def test_the_service_level_is_an_exact_count(forty):
    row = service_level(forty, hours=24).frame.iloc[0]
    assert row[["leads", "within", "late", "never"]].tolist() == [40, 20, 10, 10]
    row = service_level(forty, hours=48).frame.iloc[0]
    assert row[["leads", "within", "late", "never"]].tolist() == [40, 30, 0, 10]


def test_a_limit_that_has_not_passed_is_not_held_against_anyone(relay):
    stages = [*mql(40), ("L40", 29.5, "mql", None, None)]
    calls = [(f"L{i}", 1.2, "firm", "instant") for i in range(40)]
    result = service_level(relay(leads(41), stages, calls, as_of=30), hours=24)
    assert result.frame["leads"].iloc[0] == 40
    assert result.about.left_out["limit not yet passed"] == 1


def test_the_service_level_equals_the_invented_company(invented):
    company, data = invented
    truth = company.leads[company.leads["mql_at"].notna()]
    passed = truth["mql_at"] + pd.Timedelta(hours=24) <= data.as_of.tz_localize(None)
    wait = truth["follow_up_at"] - truth["mql_at"]
    row = service_level(data, hours=24).frame.iloc[0]
    assert row["leads"] == passed.sum()
    assert row["within"] == (wait[passed] <= pd.Timedelta(hours=24)).sum()
    assert row["never"] == wait[passed].isna().sum()


def test_every_dimension_counts_the_same_leads(invented):
    frame = service_level(invented[1]).frame
    totals = frame.groupby("dimension")[["leads", "within", "late", "never"]].sum()
    assert (totals == totals.loc["all"]).all(axis=None)
    assert {"all", "load", "region", "segment", "channel"} == set(totals.index)


def test_busy_weeks_are_told_from_the_number_handed_over(relay):
    # 2 leads in the first week, 8 in the second, 2 in the third, 8 in the fourth …
    week = [w for w in range(12) for _ in range(2 if w % 2 == 0 else 8)]
    stages = [(f"L{i}", 7 * w + 1, "mql", None, None) for i, w in enumerate(week)]
    calls = [(f"L{i}", 7 * w + 1.1, "firm", "instant") for i, w in enumerate(week) if w % 2 == 0]
    frame = service_level(relay(leads(len(week)), stages, calls, as_of=120)).frame
    load = frame[frame["dimension"] == "load"].set_index("group")
    assert load["leads"].to_dict() == {"quiet week": 12, "busy week": 48}
    assert load["within"].to_dict() == {"quiet week": 12, "busy week": 0}


def test_owners_are_numbers_that_hide_their_ids(relay):
    owner = ["0055e-secret-a"] * 10 + ["0055e-secret-b"] * 30
    data = relay(leads(40, owner_id=owner), mql(40), [("L1", 1.5, "firm", "instant")])
    frame = handed_over(data).frame
    assert labels(data, frame["place"], "owner").value_counts().to_dict() == {"#1": 30, "#2": 10}
    shown = service_level(data)
    assert "secret" not in shown.frame.to_csv() + shown._repr_html_()


def test_verdicts_by_hand(relay):
    stages = mql(60)
    stages += [(f"L{i}", 3.0, "sal", None, None) for i in range(20)]
    stages += [(f"L{i}", 4.0, "disqualified", None, None) for i in range(10)]  # after acceptance
    stages += [(f"L{i}", 2.0, "disqualified", None, "No budget") for i in range(20, 30)]
    stages += [(f"L{i}", 2.0, "disqualified", None, "Otro") for i in range(30, 34)]
    stages += [(f"L{i}", 2.0, "recycled", None, None) for i in range(34, 40)]
    stages += [(f"L{i}", 40.0, "sal", None, None) for i in range(40, 45)]  # too late
    result = acceptance(relay(leads(60), stages, as_of=100), days=14)
    counts = result.frame.query("group == 'all'").set_index("verdict")["count"]
    assert counts.to_dict() == {"accepted": 20, "rejected": 14, "recycled": 6, "none": 20}
    reasons = result.reasons.set_index(["verdict", "reason"])["count"].to_dict()
    assert reasons == {
        ("rejected", "No budget"): 10,
        ("rejected", "Otro"): 4,
        ("recycled", "(missing)"): 6,
    }
    usable = result.usable.set_index("verdict")["with_reason"].to_dict()
    assert usable == {"rejected": 10, "recycled": 0}


def test_only_what_sales_says_after_the_handoff_counts(relay):
    # All were handed over on day 10, and 30 of them rejected, accepted or sold in an earlier round.
    stages = mql(60, 10.0)
    stages += [(f"L{i}", 2.0, "disqualified", None, "Old") for i in range(30)]
    stages += [(f"L{i}", 12.0, "disqualified", None, "New") for i in range(20)]
    stages += [(f"L{i}", 3.0, "recycled", None, None) for i in range(20)]
    stages += [(f"L{i}", 40.0, "recycled", None, None) for i in range(10)]
    stages += [(f"L{i}", 3.0, "sal", None, None) for i in range(30, 40)]
    stages += [(f"L{i}", 13.0, "sal", None, None) for i in range(30, 35)]
    deals = [(f"L{i}", 4.0, None, "open", "rep") for i in range(50, 55)]
    data = relay(leads(60), stages, [("L1", 11.0, "firm", "instant")], deals, as_of=200)
    result = acceptance(data)
    counts = result.frame.query("group == 'all'").set_index("verdict")["count"]
    assert counts.to_dict() == {"accepted": 5, "rejected": 20, "recycled": 0, "none": 35}
    assert result.reasons.set_index("reason")["count"].to_dict() == {"New": 20}
    row = result.recycling.iloc[0]
    assert (row["rejected"], row["so_far"], row["share"]) == (20, 10, pytest.approx(0.5))
    # L1 was touched before its rejection; a rejection before the handoff closes nothing.
    assert follow_up(data).frame["closed_untouched"].iloc[0] == 19


def test_a_rejection_can_be_recycled_later(relay):
    stages = mql(40) + [(f"L{i}", 2.0, "disqualified", None, None) for i in range(30)]
    stages += [(f"L{i}", 62.0, "recycled", None, None) for i in range(15)]
    row = acceptance(relay(leads(40), stages, as_of=300)).recycling.iloc[0]
    assert (row["rejected"], row["so_far"], row["share"]) == (30, 15, pytest.approx(0.5))


def test_sources_are_compared_in_one_test(relay):
    channel = ["A"] * 100 + ["B"] * 100
    stages = mql(200) + [(f"L{i}", 2.0, "sal", None, None) for i in range(90)]
    stages += [(f"L{i}", 2.0, "sal", None, None) for i in range(100, 130)]
    result = acceptance(relay(leads(200, channel=channel), stages))
    assert result.p < 1e-9
    shares = result.frame.query("verdict == 'accepted'").set_index("group")["share"]
    assert shares.to_dict() == pytest.approx({"all": 0.6, "A": 0.9, "B": 0.3})


def test_who_moves_what_by_hand(relay):
    stages = [(f"L{i}", 1.0, "mql", "bot" if i else "rep", None) for i in range(30)]
    stages += [(f"L{i}", 2.0, "sal", "rep" if i < 25 else "bot", None) for i in range(30)]
    stages += [(f"L{i}", 3.0, "sql", "other", None) for i in range(20)]
    calls = [(f"L{i}", 1.5, "firm", "instant") for i in range(28)]
    deals = [("L1", 3.0, None, "open", "rep"), ("L2", 3.0, None, "open", "other")]
    people = leads(30, owner_id=["rep"] * 30)
    result = ownership(relay(people, stages, calls, deals))
    told = result.frame.set_index("stage")[["known", "by_team", "by_other", "by_other_owner"]]
    assert told.loc["mql"].tolist() == [30, 29, 1, 0]
    assert told.loc["sal"].tolist() == [30, 25, 5, 0]
    assert told.loc["sql"].tolist() == [20, 20, 0, 20]
    rules = result.rules.set_index("rule")[["leads", "broken"]]
    assert rules.loc["accepted before any touch of sales"].tolist() == [30, 2]
    assert rules.loc["qualified without being accepted"].tolist() == [20, 0]
    assert not result.rules["too_few"].any()
    # Lead 0 was moved twice by the rep; leads 25 to 29 twice by the machine.
    assert rules.loc["handed over and accepted by one user"].tolist() == [30, 6]
    assert result.movers == 3


def test_that_a_lead_was_created_is_no_stage_change_without_a_user(relay):
    born = [(f"L{i}", 0.0, "lead", None, None) for i in range(30)]
    moved = [(f"L{i}", 1.0, "mql", "bot" if i >= 4 else None, None) for i in range(30)]
    data = relay(leads(30), [*born, *moved], deals=[("L1", 3.0, None, "open", "rep")])
    assert ownership(data).about.left_out == {"stage changes without a known user": 4}
    assert ownership(data).frame["stage"].tolist() == ["mql"]
    # Somebody who put it there is a mover like any other.
    again = [("L1", 0.5, "lead", "bot", None)]
    data = relay(leads(30), [*born, *again, *moved], deals=[("L1", 3.0, None, "open", "rep")])
    told = ownership(data).frame.set_index("stage")
    assert told.loc["lead", ["moves", "known"]].tolist() == [1, 1]


def test_a_rule_that_binds_few_says_so(relay):
    stages = [(f"L{i}", 1.0, "mql", "bot", None) for i in range(40)]
    stages += [(f"L{i}", 2.0, "sal", "rep", None) for i in range(40)]
    stages += [("L1", 1.5, "sql", "rep", None)]
    calls = [(f"L{i}", 1.5, "firm", "instant") for i in range(30)]
    rules = ownership(relay(leads(40), stages, calls, [("L1", 3.0, None, "open", "rep")])).rules
    told = rules.set_index("rule")[["leads", "too_few"]]
    assert told.loc["qualified without being accepted"].tolist() == [1, True]
    assert told.loc["accepted before any touch of sales"].tolist() == [40, False]


def crowded(relay, share_when_busy, weeks=60, seed=2):
    """Weeks of 4 or 16 leads; 60 % are touched in time in quiet ones."""
    random = np.random.default_rng(seed)
    week = np.repeat(np.arange(weeks), np.where(np.arange(weeks) % 2, 16, 4))
    busy = week % 2 == 1
    touched = random.random(len(week)) < np.where(busy, share_when_busy, 0.6)
    stages = [(f"L{i}", 7 * w + 1, "mql", None, None) for i, w in enumerate(week)]
    calls = [(f"L{i}", 7 * w + 1.2, "firm", "instant") for i, w in enumerate(week) if touched[i]]
    return relay(leads(len(week)), stages, calls, as_of=7 * weeks + 30)


def test_short_hands_are_found(relay):
    result = volume_or_capacity(crowded(relay, 0.3, weeks=160))
    row = result.effect.iloc[0]
    assert result.limited_by == "capacity"
    # Two doublings lie between a quiet and a busy week: 0.6 to 0.3.
    assert row["change"] == pytest.approx(-0.15, abs=0.03)
    assert row["low"] < row["change"] < row["high"] < 0


def test_enough_hands_are_found(relay):
    result = volume_or_capacity(crowded(relay, 0.6, weeks=160))
    assert result.limited_by == "volume"
    assert result.effect["low"].iloc[0] < 0 < result.effect["high"].iloc[0]


def test_few_weeks_are_not_measured(relay):
    with pytest.raises(NotMeasurable, match="weeks"):
        volume_or_capacity(crowded(relay, 0.6, weeks=10))


def test_what_is_missing_is_said(relay):
    plain = relay(leads(40))
    for measure in (follow_up, service_level, acceptance, ownership, volume_or_capacity):
        with pytest.raises(NotMeasurable):
            measure(plain)
    with pytest.raises(NotMeasurable, match="who moved"):
        ownership(relay(leads(40), mql(40)))
    with pytest.raises(NotMeasurable, match="verdict"):
        acceptance(relay(leads(40), mql(40)))
