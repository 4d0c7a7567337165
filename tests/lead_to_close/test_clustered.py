"""Variances by account: against derivatives, copies, jackknives, and unchanged where alone."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alignment.incidence import aalen_johansen, clustered, kaplan_meier, risk_tables
from alignment.incidence.clustered import clustered_variance
from alignment.lead_to_close import estimate_clocks, find_clocks, lead_to_close
from alignment.lead_to_close.reopened import cut, occupations
from alignment.lead_to_close.reopened_accounts import clustered_occupation
from alignment.lead_to_close.spells import END_TYPE
from alignment.shares import account_codes


def drawn(seed, n=120, accounts=40, *, whole=True, late=True):
    random = np.random.default_rng(seed)
    entry = random.integers(0, 5, n) * (np.arange(n) >= n // 2) * late
    exit = entry + random.integers(0, 30, n)
    if not whole:
        entry, exit = entry.astype(float), exit + random.random(n)
    return entry, exit, random.integers(0, 3, n), random.integers(0, accounts, n)


def curves(entry, exit, end, weight):
    """Survival and both incidences at each exit, the slow way, with weights."""
    rows, open_, told = [], 1.0, np.zeros(2)
    for time in np.unique(exit):
        at_risk = weight[(entry <= time) & (exit >= time)].sum()
        ended = [weight[(exit == time) & (end == kind)].sum() for kind in (1, 2)]
        share = np.array(ended) / at_risk
        told = told + open_ * share
        open_ *= 1 - share.sum()
        rows.append((open_, *told))
    return np.array(rows).T


@pytest.mark.parametrize("late", [False, True])
def test_influences_are_derivatives_by_the_weight_of_an_account(late):
    entry, exit, end, account = drawn(3, whole=False, late=late)
    found = aalen_johansen(risk_tables(entry, exit, end)[0])
    codes = np.unique(account, return_inverse=True)[1]
    expected, step = 0.0, 1e-6
    for code in range(codes.max() + 1):
        moved = step * (codes == code)
        up, down = (curves(entry, exit, end, 1 + sign * moved) for sign in (1, -1))
        expected = expected + ((up - down) / (2 * step)) ** 2
    accounts = codes.max() + 1
    ours = clustered_variance(found, entry, exit, end, codes)
    np.testing.assert_allclose(
        ours[:, :-2], accounts / (accounts - 1) * expected[:, :-2], atol=1e-9
    )


@pytest.mark.parametrize("whole", [False, True])
def test_alone_they_are_the_delta_variances(whole):
    entry, exit, end, _ = drawn(4, whole=whole, late=False)
    found = aalen_johansen(risk_tables(entry, exit, end)[0])
    n = len(exit)
    ours = clustered_variance(found, entry, exit, end, np.arange(n)) * (n - 1) / n
    expected = np.vstack([kaplan_meier(found.table)[1], found.variance])
    np.testing.assert_allclose(ours, expected, rtol=0, atol=1e-14)


def test_where_no_account_has_two_nothing_changes():
    entry, exit, end, _ = drawn(5)
    found = aalen_johansen(risk_tables(entry, exit, end)[0])
    assert clustered(found, entry, exit, end, np.arange(len(exit))[::-1]) is found


@given(st.integers(0, 10_000), st.integers(2, 4))
@settings(max_examples=15, deadline=None)
def test_copies_of_a_lead_in_its_account_tell_nothing_new(seed, copies):
    entry, exit, end, _ = drawn(seed, n=60, late=False)
    one = aalen_johansen(risk_tables(entry, exit, end)[0])
    many = [np.repeat(part, copies) for part in (entry, exit, end, np.arange(60))]
    found = aalen_johansen(risk_tables(*many[:3])[0])
    wider = clustered(found, *many)
    np.testing.assert_allclose(wider.incidence, one.incidence, atol=1e-12)
    np.testing.assert_allclose(wider.variance, one.variance * 60 / 59, atol=1e-12)
    assert wider.cluster_size == copies
    assert (wider.variance >= found.variance).all()


def revivals(seed, n=300):
    """Leads of which the lost may come back, as spells and changes, won for good."""
    random = np.random.default_rng(seed)
    exit = random.integers(1, 80, n)
    end = random.choice(["won", "lost", "open"], n, p=[0.3, 0.4, 0.3])
    frame = pd.DataFrame(
        {
            "entry": 0,
            "exit": np.where(end == "open", 90, exit),
            "followed": 90,
            "end": pd.Series(end).astype(END_TYPE),
        }
    )
    some = np.flatnonzero((exit > 10) & (random.random(n) < 0.3))
    first = pd.DataFrame({"spell": some, "day": random.integers(1, 5, len(some)), "lost": True})
    back = first.assign(day=first["day"] + random.integers(1, 5, len(some)), lost=False)
    return frame, pd.concat([first, back]).sort_values(["spell", "day"]).reset_index(drop=True)


def chain(frame, changes, account):
    stays = cut(frame, changes, ("won", "lost"), "lost")
    found = occupations(stays, np.zeros(len(frame), np.int64), 1, 2, 1)[0]
    return found, clustered_occupation(found, stays, account, 2)


def test_leads_that_are_all_of_one_account_count_as_one():
    entry, exit, end, _ = drawn(5)
    found = aalen_johansen(risk_tables(entry, exit, end)[0])
    one = clustered(found, entry, exit, end, np.zeros(len(exit), dtype=np.int64))
    np.testing.assert_allclose(one.variance, found.variance * len(exit))
    np.testing.assert_allclose(one.open_variance, found.open_variance * len(exit))
    assert one.cluster_size == len(exit)


def test_a_chain_of_leads_alone_keeps_its_variances():
    frame, changes = revivals(1)
    found, wider = chain(frame, changes, np.arange(len(frame)))
    assert wider is found


def test_copies_in_a_chain_tell_nothing_new():
    frame, changes = revivals(2)
    one, _ = chain(frame, changes, np.arange(len(frame)))
    twice = pd.concat([frame, frame], ignore_index=True)
    again = changes.assign(spell=changes["spell"] + len(frame))
    both = pd.concat([changes, again], ignore_index=True)
    found, wider = chain(twice, both, np.tile(np.arange(len(frame)), 2))
    np.testing.assert_allclose(wider.incidence, one.incidence, atol=1e-12)
    # Late entries to the state lost make the two estimates of one variance differ a little.
    np.testing.assert_allclose(wider.variance[:, 20:], one.variance[:, 20:], rtol=0.1)
    assert (wider.variance[:, 20:] > 1.7 * found.variance[:, 20:]).all()


def test_a_chain_agrees_with_leaving_out_one_account_at_a_time():
    frame, changes = revivals(3, n=160)
    account = np.arange(160) // 4
    found, wider = chain(frame, changes, account)
    left_out = []
    for code in range(40):
        kept = np.flatnonzero(account != code)
        place = pd.Series(np.arange(len(kept)), index=kept)
        own = changes[changes["spell"].isin(kept)]
        own = own.assign(spell=place.loc[own["spell"]].to_numpy()).reset_index(drop=True)
        part = frame.iloc[kept].reset_index(drop=True)
        one = chain(part, own, np.arange(len(kept)))[0]
        at = np.searchsorted(one.table.time, [30, 60, 80], side="right") - 1
        left_out.append(one.incidence[:, at])
    jackknife = np.array(left_out).var(axis=0) * 39
    at = np.searchsorted(found.table.time, [30, 60, 80], side="right") - 1
    expected = np.maximum(jackknife, found.variance[:, at])
    np.testing.assert_allclose(wider.variance[:, at], expected, rtol=0.12)


def test_clocks_widen_for_shared_accounts_and_only_for_them(seeded_company):
    data = seeded_company(n=400)
    alone = lead_to_close(data).at
    own = data.replace(leads=data.leads.assign(account_id=data.leads["lead_id"]))
    pd.testing.assert_frame_equal(lead_to_close(own).at, alone)
    # Accounts of leads that ended alike: four, in the order of how long they took.
    took = data.opportunities.set_index("lead_id")["closed_at"].reindex(data.leads["lead_id"])
    rank = (took.to_numpy() - data.leads["created_at"].to_numpy()).argsort().argsort() // 4
    shared = data.replace(leads=data.leads.assign(account_id=[f"A{r}" for r in rank]))
    wide = lead_to_close(shared).at
    np.testing.assert_array_equal(wide["estimate"], alone["estimate"])
    assert (wide["high"] - wide["low"] >= alone["high"] - alone["low"] - 1e-12).all()
    row = wide.query("end == 'won' and day == 90").iloc[0]
    plain = alone.query("end == 'won' and day == 90").iloc[0]
    assert row["high"] - row["low"] > 1.2 * (plain["high"] - plain["low"])
    found = [
        estimate_clocks(find_clocks(one, start="lead", end="won"), days=(90,), horizons=(90,))
        for one in (data, shared)
    ]
    for name in ("open_share", "restricted"):
        narrow, wider = (getattr(one, name) for one in found)
        assert (wider["high"] - wider["low"] > 1.2 * (narrow["high"] - narrow["low"])).all()


def test_a_row_without_an_account_is_one_of_its_own():
    assert account_codes(["b", None, "a", "b", None]).tolist() == [0, 2, 1, 0, 3]
