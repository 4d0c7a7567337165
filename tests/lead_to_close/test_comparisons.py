"""Groups compared: against tables of counts, by simulation, and allowed for their number."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm
from statsmodels.stats.proportion import confint_proportions_2indep

from alignment.lead_to_close.comparisons import (
    group_differences_tested,
    mean_differences,
    share_differences,
)
from alignment.lead_to_close.curves import estimate

NO_CHANGES = pd.DataFrame({"spell": [], "day": [], "lost": []}).astype(
    {"spell": "int64", "day": "int64", "lost": "bool"}
)


def spells(exit, end, group, entry=0, changes=NO_CHANGES, followed=None):
    frame = pd.DataFrame(
        {
            "entry": np.broadcast_to(entry, len(exit)).astype(np.int64),
            "exit": np.asarray(exit, dtype=np.int64),
            "followed": np.asarray(exit if followed is None else followed, dtype=np.int64),
            "end": pd.Categorical.from_codes(
                (np.asarray(end) - 1) % 3, categories=["won", "lost", "open"]
            ),
            "group": np.asarray(group, dtype=str),
        }
    )
    return SimpleNamespace(frame=frame, ends=("won", "lost"), revivable="lost", changes=changes)


def drawn(random, leads, groups, faster=1.0):
    group = random.integers(0, groups, leads)
    won = random.exponential(100, leads) * np.where(group == 0, faster, 1.0)
    lost, stop = random.exponential(80, leads), random.integers(30, 200, leads)
    day = np.minimum(won, lost).astype(int)
    end = np.where(day > stop, 0, np.where(won < lost, 1, 2))
    return spells(np.minimum(day, stop), end, group)


def test_a_difference_without_censoring_is_near_newcombes():
    exit = np.r_[np.full(30, 5), np.full(70, 40), np.full(18, 5), np.full(102, 40)]
    end = np.r_[np.full(30, 1), np.full(70, 2), np.full(18, 1), np.full(102, 2)]
    found = estimate(spells(exit, end, ["a"] * 100 + ["b"] * 120))
    row = share_differences(found, 0, 10, 0.95).set_index(["group_a", "group_b"]).loc[("b", "a")]
    low, high = confint_proportions_2indep(18, 120, 30, 100, method="newcomb")
    assert row["estimate"] == pytest.approx(18 / 120 - 30 / 100)
    assert (row["low"], row["high"]) == pytest.approx((low, high), abs=0.006)
    error = np.sqrt(0.15 * 0.85 / 120 + 0.3 * 0.7 / 100)
    assert row["p_value"] == pytest.approx(2 * norm.sf(0.15 / error), abs=0.004)


def test_the_interval_touches_zero_at_the_level_of_its_p_value():
    found = estimate(drawn(np.random.default_rng(1), 300, 2, faster=0.7))
    row = share_differences(found, 0, 60, 0.95).iloc[0]
    touching = share_differences(found, 0, 60, 1 - row["p_value"]).iloc[0]
    assert min(abs(touching["low"]), abs(touching["high"])) < 1e-7


def test_a_group_without_a_win_is_compared_too():
    exit, end = [9] * 40 + [9] * 40, [2] * 40 + [1] * 20 + [2] * 20
    row = share_differences(estimate(spells(exit, end, ["a"] * 40 + ["b"] * 40)), 0, 9, 0.95)
    assert row["estimate"].iloc[0] == -0.5
    assert row["high"].iloc[0] < -0.25
    assert row["p_value"].iloc[0] < 1e-4


def test_more_groups_make_wider_intervals_and_larger_p_values():
    random = np.random.default_rng(3)
    found = estimate(drawn(random, 900, 4))
    pair = dict(list(found.items())[:2])
    for compare in (
        lambda groups: share_differences(groups, 0, 60, 0.95),
        lambda groups: mean_differences(groups, None, 60, 0.95),
        lambda groups: mean_differences(groups, 0, 60, 0.95),
    ):
        alone, among = compare(pair).iloc[0], compare(found)
        assert len(among) == 6
        row = among.iloc[0]
        assert row["estimate"] == alone["estimate"]
        assert row["low"] < alone["low"] < alone["high"] < row["high"]
        assert (among["p_adjusted"] >= among["p_value"]).all()


def test_all_intervals_hold_together_and_false_alarms_are_rare():
    random = np.random.default_rng(4)
    held, alarms = [], []
    for _ in range(150):
        found = estimate(drawn(random, 500, 4))
        shares = share_differences(found, 0, 60, 0.95)
        means = mean_differences(found, 0, 60, 0.95)
        held.append([((t["low"] <= 0) & (t["high"] >= 0)).all() for t in (shares, means)])
        alarms.append([(t["p_adjusted"] < 0.05).any() for t in (shares, means)])
    assert (np.mean(held, axis=0) >= 0.92).all()
    assert (np.mean(alarms, axis=0) <= 0.09).all()


def test_all_groups_at_once_then_each_pair():
    table = group_differences_tested(drawn(np.random.default_rng(5), 400, 3, faster=0.3))
    whole = table[table["group_a"].isna()]
    assert len(whole) == 4
    assert len(table) == 4 + 4 * 3
    assert (whole["degrees"] == 2).all()
    gray = table[(table["test"] == "Gray") & (table["end"] == "won")]
    different = gray["group_a"].eq("0") | gray["group_b"].eq("0")
    assert (gray.loc[different, "p_adjusted"] < 0.01).all()
    assert (table["p_adjusted"] >= table["p_value"]).all()


def test_with_revived_losses_grays_test_keeps_the_lost_at_risk():
    random = np.random.default_rng(6)
    group = np.arange(600) % 2
    first = random.integers(1, 40, 600)
    won_later = random.random(600) < np.where(group == 0, 0.6, 0.3)
    exit = np.where(won_later, first + random.integers(20, 60, 600), first)
    rows = np.flatnonzero(won_later)
    changes = pd.DataFrame(
        {
            "spell": np.repeat(rows, 2),
            "day": np.column_stack([first[rows], first[rows] + 10]).ravel(),
            "lost": [True, False] * len(rows),
        }
    )
    found = spells(exit, np.where(won_later, 1, 2), group, changes=changes, followed=[120] * 600)
    table = group_differences_tested(found)
    assert set(zip(table["test"], table["end"], strict=True)) == {
        ("Gray", "won"),
        ("log-rank", "won"),
        ("log-rank", "lost"),
    }
    gray = table[table["test"] == "Gray"].iloc[0]
    # All are followed to day 120 and none is censored before: two shares of 300 each.
    a, b = (won_later[group == code].mean() for code in (0, 1))
    z = (a - b) / np.sqrt((a + b) / 2 * (1 - (a + b) / 2) * 2 / 300)
    assert gray["statistic"] == pytest.approx(z**2, rel=0.15)
