"""Tests between groups where leads share accounts: derivatives, copies, false alarms, edges."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.duration.survfunc import survdiff

from alignment.incidence import risk_tables
from alignment.lead_to_close import account_scores
from alignment.lead_to_close.account_scores import account_spells
from alignment.lead_to_close.comparisons import comparable, group_differences_tested
from alignment.lead_to_close.group_tests import gray, log_rank

NO_CHANGES = pd.DataFrame({"spell": [], "day": [], "lost": []}).astype(
    {"spell": "int64", "day": "int64", "lost": "bool"}
)


def drawn(seed, n=240, groups=3, accounts=60, *, whole=True, late=True):
    random = np.random.default_rng(seed)
    entry = random.integers(0, 5, n) * (np.arange(n) >= n // 2) * late
    exit = entry + random.integers(0, 40, n)
    if not whole:
        entry, exit = entry.astype(float), exit + random.random(n)
    codes = random.integers(0, groups, n), random.integers(0, accounts, n)
    return entry, exit, random.integers(0, 3, n), *codes


def both_ways(test, entry, exit, end, group, account, kind=0):
    groups = int(group.max()) + 1
    tables = risk_tables(entry, exit, end, group=group, groups=groups)
    spells = account_spells(entry, exit, end, group, groups, account)
    return test(tables, end=kind, spells=spells), test(tables, end=kind)


def with_contributions(monkeypatch, test, data, kind=0):
    """Give what each spell adds to the scores, in the order of the groups."""
    kept = []
    plain = account_scores.contributions
    monkeypatch.setattr(
        account_scores, "contributions", lambda *args: kept.append(plain(*args)) or kept[-1].copy()
    )
    entry, exit, end, group, _ = data
    everybody = np.zeros(len(exit), np.int64)
    both_ways(test, entry, exit, end, group, everybody, kind)
    own = np.empty_like(kept[0])
    own[:, np.argsort(group, kind="stable")] = kept[0]
    return own


def log_rank_score(entry, exit, end, group, weight, kind):
    """Ends less those expected, the slow way, with weights."""
    score = np.zeros(int(group.max()) + 1)
    for time in np.unique(exit[end == kind]):
        there = (entry <= time) & (exit >= time)
        ended = (exit == time) & (end == kind)
        share = np.bincount(group[there], weight[there], len(score)) / weight[there].sum()
        score += np.bincount(group[ended], weight[ended], len(score)) - share * weight[ended].sum()
    return score


def gray_score(exit, end, group, weight):
    """Gray's score of the first kind, the slow way, with weights and without late entry."""
    groups = int(group.max()) + 1
    survival, incidence, score = np.ones(groups), np.zeros(groups), np.zeros(groups)
    for time in np.unique(exit[end > 0]):
        there, now = exit >= time, exit == time
        n = np.bincount(group[there], weight[there], groups)
        own = np.bincount(group[now & (end == 1)], weight[now & (end == 1)], groups)
        every = np.bincount(group[now & (end > 0)], weight[now & (end > 0)], groups)
        w = np.where(survival > 1e-9, n * (1 - incidence) / np.maximum(survival, 1e-9), 0.0)
        score += own - w / w.sum() * own.sum()
        incidence = incidence + survival * own / np.maximum(n, 1e-9)
        survival = survival * (1 - every / np.maximum(n, 1e-9))
    return score


@pytest.mark.parametrize("whole", [False, True])
def test_contributions_to_log_rank_are_derivatives_by_weight(monkeypatch, whole):
    data = drawn(3, n=120, whole=whole, late=whole)
    entry, exit, end, group, _ = data
    ours = with_contributions(monkeypatch, log_rank, data, kind=1)
    step, expected = 1e-6, []
    for place in range(120):
        moved = step * (np.arange(120) == place)
        up, down = (
            log_rank_score(entry, exit, end, group, 1 + sign * moved, 2) for sign in (1, -1)
        )
        expected.append((up - down)[:-1] / (2 * step))
    np.testing.assert_allclose(ours, np.array(expected).T, atol=1e-7)
    score = log_rank_score(entry, exit, end, group, np.ones(120), 2)
    np.testing.assert_allclose(ours.sum(axis=1), score[:-1], atol=1e-9)


def test_contributions_to_gray_are_derivatives_where_the_groups_are_alike(monkeypatch):
    random = np.random.default_rng(7)
    takes, kinds = 60 * random.random(300), random.integers(0, 3, 300)
    exit = np.r_[takes, takes + 1e-7]  # two groups of one curve
    end, group = np.tile(kinds, 2), np.repeat([0, 1], 300)
    data = (np.zeros(600), exit, end, group, group)
    ours = with_contributions(monkeypatch, gray, data)[0]
    step, expected = 1e-6, []
    for place in range(600):
        moved = step * (np.arange(600) == place)
        up, down = (gray_score(exit, end, group, 1 + sign * moved)[0] for sign in (1, -1))
        expected.append((up - down) / (2 * step))
    early = exit < 50  # beyond few are left, and the expansion is coarser
    np.testing.assert_allclose(ours[early], np.array(expected)[early], atol=0.02)
    assert np.std(ours) > 0.2


@pytest.mark.parametrize("test", [gray, log_rank], ids=["gray", "log_rank"])
def test_squares_of_contributions_are_the_classical_variance(monkeypatch, test):
    random = np.random.default_rng(8)
    n = 4000
    won, lost = random.exponential(100, n), random.exponential(80, n)
    stop, group = random.integers(30, 200, n), random.integers(0, 2, n)
    day = np.minimum(np.minimum(won, lost), stop).astype(int)
    end = np.where(np.minimum(won, lost) > stop, 0, np.where(won < lost, 1, 2))
    data = (np.zeros(n, int), day, end, group, group)
    own = with_contributions(monkeypatch, test, data)[0]
    # The score squared over the variance is the statistic.
    classical, _ = both_ways(test, *data[:4], np.arange(n))
    tables = risk_tables(*data[:3], group=group, groups=2)
    score = gray_score(day, end, group, np.ones(n))[0] if test is gray else own.sum()
    assert classical == test(tables, end=0)  # an account each
    assert (own**2).sum() == pytest.approx(score**2 / classical.statistic, rel=0.04)


@given(st.integers(0, 10_000), st.booleans())
@settings(max_examples=15, deadline=None)
def test_accounts_never_make_a_difference_clearer(seed, whole):
    data = drawn(seed, whole=whole)
    for test in (gray, log_rank):
        found, plain = both_ways(test, *data)
        assert found.statistic <= plain.statistic * (1 + 1e-9)
        assert found.p_value >= plain.p_value * (1 - 1e-9)
        assert found.degrees == plain.degrees == 2
        assert found.design_effect >= 1


@pytest.mark.parametrize("test", [gray, log_rank], ids=["gray", "log_rank"])
def test_copies_of_a_lead_in_its_account_tell_nothing_new(test):
    entry, exit, end, group, _ = drawn(5, n=900, whole=False, late=False)
    one = test(risk_tables(entry, exit, end, group=group, groups=3), end=0)
    many = [np.repeat(part, 3) for part in (entry, exit, end, group, np.arange(900))]
    found, plain = both_ways(test, *many)
    assert plain.statistic == pytest.approx(3 * one.statistic, rel=0.02)
    assert found.statistic == pytest.approx(one.statistic, rel=0.03)
    assert found.design_effect == pytest.approx(3, rel=0.03)
    assert found.p_value == pytest.approx(one.p_value, abs=0.02)


@pytest.mark.parametrize("test", [gray, log_rank], ids=["gray", "log_rank"])
def test_the_order_of_groups_and_spells_does_not_matter(test):
    data = drawn(6)
    found, _ = both_ways(test, *data)
    mixed = np.random.default_rng(1).permutation(240)
    entry, exit, end, group, account = (part[mixed] for part in data)
    other, _ = both_ways(test, entry, exit, end, 2 - group, 59 - account)
    assert other.statistic == pytest.approx(found.statistic, rel=1e-9)
    assert other.p_value == pytest.approx(found.p_value, rel=1e-9)


def test_alone_the_tests_are_the_classical_ones():
    entry, exit, end, group, _ = drawn(7, late=False)
    assert account_spells(entry, exit, end, group, 3, np.arange(240)) is None
    own = frame(exit, end, group, np.arange(240))
    table = group_differences_tested(own)
    plain = own.frame.drop(columns="account_id")
    pd.testing.assert_frame_equal(
        table, group_differences_tested(SimpleNamespace(**vars(own) | {"frame": plain}))
    )
    row = table.query("test == 'log-rank' and end == 'won' and group_a.isna()").iloc[0]
    statistic, p_value = survdiff(exit, (end == 1).astype(int), group)
    assert (row["statistic"], row["p_value"]) == pytest.approx((statistic, p_value), rel=1e-9)
    assert (table["design_effect"] == 1).all()
    # One account of two leads among many moves the p-values by little.
    paired = group_differences_tested(frame(exit, end, group, np.r_[0, np.arange(239)]))
    np.testing.assert_allclose(paired["p_value"], table["p_value"], atol=0.02)


def frame(exit, end, group, account, changes=NO_CHANGES, followed=None):
    table = pd.DataFrame(
        {
            "entry": 0,
            "exit": np.asarray(exit, dtype=np.int64),
            "followed": np.asarray(exit if followed is None else followed, dtype=np.int64),
            "end": pd.Categorical.from_codes(
                (np.asarray(end) - 1) % 3, categories=["won", "lost", "open"]
            ),
            "group": np.asarray(group).astype(str),
            "account_id": np.asarray(account).astype(str),
        }
    )
    return SimpleNamespace(frame=table, ends=("won", "lost"), revivable="lost", changes=changes)


def alike(random, accounts, groups, size=4):
    """Accounts of which all leads end alike on nearly the same day, in groups of accounts."""
    account = np.repeat(np.arange(accounts), size)
    won = np.repeat(random.random(accounts) < 0.5, size)
    takes = np.repeat(random.exponential(60, accounts), size) + random.integers(0, 5, len(won))
    stop = random.integers(60, 300, len(won))
    end = np.where(takes > stop, 0, np.where(won, 1, 2))
    return np.minimum(takes, stop).astype(int), end, account % groups, account


def test_false_alarms_are_kept_where_accounts_are_alike():
    random = np.random.default_rng(9)
    by_account, alone = [], []
    for _ in range(250):
        exit, end, group, account = alike(random, 50, 2)
        for kept, of in ((by_account, account), (alone, np.arange(len(account)))):
            table = group_differences_tested(frame(exit, end, group, of))
            kept.append(table.query("end == 'won'")["p_value"].to_numpy())
    assert (np.mean(np.array(alone) < 0.05, axis=0) > 0.2).all()
    assert (np.mean(np.array(by_account) < 0.05, axis=0) < 0.1).all()
    assert (np.mean(np.array(by_account) < 0.05, axis=0) > 0.01).all()


def test_a_real_difference_between_accounts_is_still_found():
    exit, end, group, account = alike(np.random.default_rng(10), 120, 2)
    slower = np.where(group == 0, 4 * exit + 10, exit)
    table = group_differences_tested(frame(slower, end, group, account))
    assert (table.query("test == 'log-rank' and end == 'won'")["p_value"] < 0.001).all()


def test_a_group_of_one_account_is_not_compared_and_the_others_are():
    exit, end, group, account = alike(np.random.default_rng(11), 60, 3)
    account = np.where(group == 2, 2, account)
    spells = frame(exit, end, group, account)
    assert sorted(comparable(spells)) == ["0", "1"]
    table = group_differences_tested(spells)
    lone = (table["group_a"] == "2") | (table["group_b"] == "2")
    assert lone.sum() == 8
    assert table.loc[lone, "p_value"].isna().all()
    assert (table.loc[lone, "degrees"] == 0).all()
    rest = table[~lone]
    assert rest["p_value"].notna().all()
    assert (rest["degrees"] == 1).all()
    pair = rest[rest["group_a"].notna()].sort_values(["test", "end"])
    whole = rest[rest["group_a"].isna()].sort_values(["test", "end"])
    np.testing.assert_array_equal(pair["p_value"], whole["p_value"])
    two = frame(exit, end, np.minimum(group, 1), np.where(group > 0, 1, account))
    assert group_differences_tested(two)["p_value"].isna().all()
    # One lead is a group of one account too, and stands for itself.
    few = frame(exit[:40], end[:40], [0] * 39 + [1], account[:40])
    assert len(comparable(few)) == 2


def test_what_holds_no_information_is_missing_and_takes_no_degree():
    exit, end = np.array([5, 6, 7, 8, 1, 1]), np.array([1, 1, 0, 1, 0, 0])
    group, account = np.array([0, 0, 1, 1, 2, 2]), np.array([0, 0, 1, 2, 3, 3])
    entry = np.zeros(6, np.int64)
    for test in (gray, log_rank):
        # The third group has left before anything ended.
        found, plain = both_ways(test, entry, exit, end, group, account)
        assert found.degrees == plain.degrees == 1
        assert 0 <= found.p_value <= 1
        none, _ = both_ways(test, entry, exit, 0 * end, group, account)
        assert np.isnan(none.p_value)


@pytest.mark.parametrize("by_account", [False, True])
def test_who_enters_after_all_of_a_group_have_ended_makes_no_difference(by_account):
    """One lead of the second group is lost on day 1; all others of it come on record on day 5."""
    p_values = []
    for seed in range(100):
        random = np.random.default_rng(seed)
        takes, stop = random.exponential(60, 300).astype(int), random.integers(30, 200, 300)
        group = (np.arange(300) % 3 == 0).astype(int)
        kept = (group == 0) | (np.minimum(takes, stop) >= 5)
        exit = np.r_[np.minimum(takes, stop)[kept], 1]
        end = np.r_[np.where(takes <= stop, random.integers(1, 3, 300), 0)[kept], 2]
        group = np.r_[group[kept], 1]
        entry = np.where(group == 1, 5, 0)
        entry[-1] = 0
        account = np.arange(len(exit)) // (2 if by_account else 1)
        p_values.append(both_ways(gray, entry, exit, end, group, account)[0].p_value)
    p_values = np.array(p_values)
    assert (p_values[~np.isnan(p_values)] > 0.05).mean() > 0.9


def test_two_accounts_are_too_few_for_grays_test_of_three_groups():
    entry, exit, end, group, _ = drawn(12, n=90, late=False)
    found, _ = both_ways(gray, entry, exit, end, group, np.arange(90) % 2)
    assert np.isnan(found.p_value) or found.p_value > 0.05


def test_copies_tell_nothing_new_where_losses_are_revived():
    random = np.random.default_rng(13)
    group = np.arange(600) % 2
    first = random.integers(1, 40, 600) + 3 * group
    won_later = random.random(600) < np.where(group == 0, 0.5, 0.36)
    exit = np.where(won_later, first + random.integers(20, 60, 600), first)
    end = np.where(won_later, 1, 2)

    def told(copies):
        spell = np.repeat(np.arange(600), copies)
        rows = np.flatnonzero(won_later[spell])
        days = first[spell[rows]]
        changes = pd.DataFrame(
            {
                "spell": np.repeat(rows, 2),
                "day": np.column_stack([days, days + 10]).ravel(),
                "lost": [True, False] * len(rows),
            }
        )
        followed = np.full(len(spell), 120)
        part = (exit[spell], end[spell], group[spell], spell)
        return group_differences_tested(frame(*part, changes, followed))

    one, three = (told(copies).set_index(["test", "end"])["statistic"] for copies in (1, 3))
    assert len(one) == 3
    assert three["Gray", "won"] == pytest.approx(one["Gray", "won"], rel=0.05)
    # Two stays of one lead are of one account too; together they vary less than two leads, which
    # is not counted on for one lead and shows among copies.
    assert three["log-rank", "won"] == pytest.approx(one["log-rank", "won"], rel=0.1)
    assert one["log-rank", "lost"] < three["log-rank", "lost"] < 3 * one["log-rank", "lost"]
