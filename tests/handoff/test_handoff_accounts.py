"""Leads that share accounts: wider intervals, and the same ones where no account has two."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from alignment.handoff import acceptance, cohort_funnel, follow_up, ownership, service_level
from alignment.shares import wilson


@pytest.fixture(scope="module")
def alike(relay):
    """Forty accounts of five leads; each account's leads are all followed up, or none is."""
    ids, kept = [f"L{i}" for i in range(200)], np.arange(200) // 5 % 2 == 0
    stages = [(lead, 1.0, "mql", None, None) for lead in ids]
    stages += [
        (ids[i], 3.0, "sal" if kept[i] else "disqualified", None, "Price") for i in range(200)
    ]
    calls = [(ids[i], 1.5, "firm", "instant") for i in np.flatnonzero(kept)]
    people = {"lead_id": ids, "created_at": [0.0] * 200, "region": ["N", "S"] * 100}
    accounts = [f"A{i // 5}" for i in range(200)]
    deals = [(ids[i], 5.0, 20.0, "won", None) for i in np.flatnonzero(kept)[:50]]
    return relay(people | {"account_id": accounts}, stages, calls, deals)


def told(data):
    """The rows that have an interval, of each analysis, over all leads."""
    verdicts = acceptance(data)
    funnel = cohort_funnel(data)
    return {
        "funnel": funnel.frame.query("cohort == 'all' and stage in ('sal', 'opportunity')"),
        "steps": funnel.steps.query("stage == 'sal'"),
        "service": service_level(data).frame.head(1),
        "waits": follow_up(data).at.query("hours == 24"),
        "verdicts": verdicts.frame.query("verdict in ('accepted', 'rejected')"),
    }


def without(data):
    return data.replace(leads=data.leads.assign(account_id=pd.Series(None, dtype="str")))


def test_intervals_widen_by_what_the_leads_of_an_account_share(alike):
    by_account, alone = told(alike), told(without(alike))
    for name, rows in by_account.items():
        plain = alone[name]
        np.testing.assert_array_equal(rows["share"], plain["share"])
        wider = (rows["high"] - rows["low"]) / (plain["high"] - plain["low"])
        # Five leads that are all alike count as one, by which an interval grows some √5-fold.
        assert (wider > 1.7).all(), name
        assert (wider < 2.6).all(), name


def test_accounts_of_one_lead_give_the_intervals_of_leads(alike):
    own = alike.replace(leads=alike.leads.assign(account_id=alike.leads["lead_id"]))
    for rows, plain in zip(told(own).values(), told(without(alike)).values(), strict=True):
        pd.testing.assert_frame_equal(rows, plain, check_exact=True)
    row = service_level(own).frame.iloc[0]
    assert tuple(row[["share", "low", "high"]]) == tuple(
        float(value) for value in wilson(100, 200, 0.9)
    )


def test_forty_accounts_tell_as_much_as_forty_leads(alike):
    row = service_level(alike).frame.iloc[0]
    _, low, high = wilson(20, 40, 0.9)
    # The variance of forty is told from forty, that of two hundred from two hundred.
    assert row["low"] == pytest.approx(float(low), abs=0.002)
    assert row["high"] == pytest.approx(float(high), abs=0.002)


def test_groups_of_whole_accounts_are_not_called_different_too_soon(relay):
    """Two regions, of which one has the one account that was followed up."""
    ids = [f"L{i}" for i in range(120)]
    stages = [(lead, 1.0, "mql", None, None) for lead in ids]
    calls = [(ids[i], 1.5, "firm", "instant") for i in range(30)]
    people = {
        "lead_id": ids,
        "created_at": [0.0] * 120,
        "region": ["N" if i < 60 else "S" for i in range(120)],
    }
    accounts = [f"A{i // 30}" for i in range(120)]
    data = relay(people | {"account_id": accounts}, stages, calls)
    p = {
        name: service_level(one).tests.set_index("dimension").loc["region", "p"]
        for name, one in (("by account", data), ("alone", without(data)))
    }
    assert p["alone"] < 0.001
    assert p["by account"] > 0.05


def test_the_assumptions_say_so(alike):
    for result in (cohort_funnel(alike), service_level(alike), follow_up(alike), acceptance(alike)):
        said = [text.en for text in result.about.assumptions]
        assert any("leads of one account are alike" in text for text in said)


def test_shares_of_movers_widen_by_account(relay):
    """Forty accounts of five leads, each moved by one team as a whole."""
    ids, ours = [f"L{i}" for i in range(200)], np.arange(200) // 5 % 4 == 0
    stages = [(ids[i], 1.0, "mql", "rep" if ours[i] else "bot", None) for i in range(200)]
    stages += [(ids[i], 2.0, "sal", "rep", None) for i in range(200)]
    people = {"lead_id": ids, "created_at": [0.0] * 200}
    people |= {"account_id": [f"A{i // 5}" for i in range(200)]}
    data = relay(people, stages, [], [("L1", 3.0, None, "open", "rep")])
    own = data.replace(leads=data.leads.assign(account_id=data.leads["lead_id"]))
    by_account, alone, each = (ownership(one) for one in (data, without(data), own))
    pd.testing.assert_frame_equal(alone.frame, each.frame)
    pd.testing.assert_frame_equal(alone.rules, each.rules)
    _, low, high = wilson(10, 40, 0.9)  # forty accounts, not two hundred leads
    moved = by_account.frame.set_index("stage").loc["mql"]
    rule = by_account.rules.set_index("rule").loc["handed over and accepted by one user"]
    for row in (moved, rule):
        assert row["share"] == 0.25
        assert row["low"] == pytest.approx(float(low), abs=0.003)
        assert row["high"] == pytest.approx(float(high), abs=0.003)
    assert any("leads of one account" in text.en for text in by_account.about.assumptions)
