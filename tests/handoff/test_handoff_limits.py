"""The change for each doubling of a week's leads: pair by pair, by a second library, at a knee."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from alignment import findings
from alignment.errors import NotMeasurable
from alignment.handoff import volume_or_capacity

LEVEL = 0.90
REGIONS = ("North", "South", "West")


def company(relay, came, touched):
    """Build a company of arrivals and touches in time, weeks by regions."""
    week, region = (np.repeat(axis.ravel(), came.ravel()) for axis in np.indices(came.shape))
    place = np.concatenate([np.arange(count) for count in came.ravel()])
    in_time = place < touched[week, region]
    ids = [f"L{i}" for i in range(len(week))]
    people = {
        "lead_id": ids,
        "created_at": 7.0 * week,
        "region": np.array(REGIONS)[region],
    }
    stages = [(ids[i], 7 * w + 1 + i % 4, "mql", None, None) for i, w in enumerate(week)]
    calls = [
        (ids[i], 7 * w + 1.2 + i % 4, "firm", "instant") for i, w in enumerate(week) if in_time[i]
    ]
    return relay(people, stages, calls, as_of=7 * len(came) + 30)


def uneven(weeks, seed, chance=lambda came: np.full(came.shape, 0.6)):
    """Draw arrivals that differ from week to week, some of them none, and touches in time."""
    random = np.random.default_rng(seed)
    came = random.poisson(6 * np.exp(0.5 * random.standard_normal((weeks, len(REGIONS)))))
    return came, random.binomial(came, chance(came))


def pair_by_pair(came, share):
    """Average the change for each doubling over all pairs of weeks of a region and quarter."""
    changes, weights = [], []
    for region in range(came.shape[1]):
        for one in range(len(came)):
            for other in range(one):
                leads = came[[one, other], region]
                if one // 13 != other // 13 or not leads.all() or leads[0] == leads[1]:
                    continue
                doublings = np.log2(leads[0] / leads[1])
                changes.append((share[one, region] - share[other, region]) / doublings)
                quarter = slice(one // 13 * 13, one // 13 * 13 + 13)
                weights.append(leads.prod() / came[quarter, region].sum() * doublings**2)
    return np.average(changes, weights=weights)


def test_it_is_the_mean_over_pairs_of_weeks(relay):
    came, touched = uneven(50, seed=1)
    row = volume_or_capacity(company(relay, came, touched)).effect.iloc[0]
    share = touched / np.maximum(came, 1)
    assert row["change"] == pytest.approx(pair_by_pair(came, share), abs=1e-12)
    assert row["leads"] == came.sum()
    assert row["share"] == pytest.approx(touched.sum() / came.sum())


def steady(came):
    """Give the chance where it falls by ten points with each doubling."""
    return np.clip(0.7 - 0.1 * np.log2(np.maximum(came, 1) / 6), 0, 1)


def test_it_agrees_with_a_second_library(relay):
    """The same slope and jackknife, each block left out and fitted again."""
    regression = pytest.importorskip("statsmodels.api")
    came, touched = uneven(43, seed=2, chance=steady)
    row = volume_or_capacity(company(relay, came, touched), level=LEVEL).effect.iloc[0]
    week, region = (axis[came > 0] for axis in np.indices(came.shape))
    quarter = week // 13
    strata = pd.get_dummies(quarter * 10 + region, dtype=float).to_numpy()
    design = np.column_stack([np.log2(came[came > 0]), strata])
    share, leads = (touched / np.maximum(came, 1))[came > 0], came[came > 0]
    # Weeks 0 to 3, 4 to 6, 7 to 9 and 10 to 12 of each quarter.
    block = quarter * 4 + np.digitize(week % 13, [4, 7, 10])

    def slope(kept):
        used = design[kept][:, np.r_[True, strata[kept].any(axis=0)]]
        return regression.WLS(share[kept], used, weights=leads[kept]).fit().params[0]

    change = slope(np.ones(len(week), dtype=bool))
    left = np.array([slope(block != one) for one in np.unique(block)])
    blocks = len(left)
    error = np.sqrt((blocks - 1) / blocks * ((left - change) ** 2).sum())
    # What each block adds to the squares of the doublings within region and quarter.
    weight = np.diag(leads.astype(float))

    def squares(kept):
        used, own = strata[kept][:, strata[kept].any(axis=0)], weight[np.ix_(kept, kept)]
        rest = design[kept, 0]
        rest = rest - used @ np.linalg.solve(used.T @ own @ used, used.T @ own @ rest)
        return rest @ own @ rest

    every = squares(np.ones(len(week), dtype=bool))
    held = np.array([every - squares(block != one) for one in np.unique(block)])
    effective = held.sum() ** 2 / (held**2).sum()
    assert blocks / 2 < effective < blocks
    half = stats.t.ppf(0.95, effective - 1) * error
    expected = [change, change - half, change + half]
    assert row[["change", "low", "high"]].tolist() == pytest.approx(expected, abs=1e-9)


def test_two_busy_weeks_are_not_taken_for_many(relay):
    """All that can be compared lies in two weeks, and any week is particular by ten points."""
    clear = []
    for seed in range(80):
        random = np.random.default_rng(seed)
        came = np.zeros((52, len(REGIONS)), dtype=int)
        came[:, 0] = 8
        came[random.permutation(52)[:2], 0] = 64
        chance = np.clip(0.5 + 0.1 * random.standard_normal(came.shape), 0, 1)
        try:
            found = volume_or_capacity(company(relay, came, random.binomial(came, chance)))
        except NotMeasurable:  # both in one block
            continue
        row = found.effect.iloc[0]
        clear.append(row["low"] > 0 or row["high"] < 0)
    assert len(clear) > 70
    assert np.mean(clear) <= 0.12


def knee(came):
    """Give the chance where a region can follow up five leads a week and no more."""
    return np.minimum(0.9, 0.9 * 5 / np.maximum(came, 1))


def test_the_size_is_right_where_hands_run_out(relay):
    """A straight line in log-odds is not: what is told is the mean over the weeks that were."""
    held, change = [], []
    for seed in range(12):
        came, touched = uneven(60, seed=seed, chance=knee)
        result = volume_or_capacity(company(relay, came, touched), level=LEVEL)
        row, truth = result.effect.iloc[0], pair_by_pair(came, knee(came))
        assert result.limited_by == "capacity"
        held.append(row["low"] <= truth <= row["high"])
        change.append(row["change"] - truth)
    assert sum(held) >= 9
    assert abs(np.mean(change)) < 0.01


def test_regions_of_other_sizes_and_quarters_of_other_levels_are_not_compared(relay):
    """Large regions and late quarters are touched less; no week of theirs is."""
    random = np.random.default_rng(5)
    size = np.array([1, 2, 4])
    came = size * random.integers(3, 12, (52, 3)) * (1 + np.arange(52)[:, None] // 13)
    level = 0.9 - 0.1 * np.arange(3) - 0.15 * (np.arange(52)[:, None] // 13)
    result = volume_or_capacity(company(relay, came, random.binomial(came, level)))
    row = result.effect.iloc[0]
    assert row["low"] < 0 < row["high"]
    assert result.limited_by == "volume"


def test_weeks_that_bring_about_the_same_are_not_compared(relay):
    came = 20 + np.random.default_rng(3).integers(-2, 3, (40, 3))
    with pytest.raises(NotMeasurable, match="twice the leads of another") as refused:
        volume_or_capacity(company(relay, came, came // 2))
    assert refused.value.reason.es.startswith("No medible: casi ninguna semana")


def test_one_busy_week_alone_is_not_compared(relay):
    came = np.full((40, 3), 6)
    came[20] = 60
    with pytest.raises(NotMeasurable, match="no busy weeks"):
        volume_or_capacity(company(relay, came, came // 2))


@pytest.mark.parametrize("late", [True, False], ids=["few-late", "few-in-time"])
def test_few_of_either_kind_are_too_few(relay, late):
    came, _ = uneven(40, seed=4)
    few = np.zeros_like(came)
    few[:29, 0] = np.minimum(came[:29, 0], 1)
    result = volume_or_capacity(company(relay, came, came - few if late else few))
    row = result.effect.iloc[0]
    assert row["too_few"]
    assert np.isnan(row[["change", "low", "high"]].astype(float)).all()
    assert result.limited_by == "unclear"
    with pytest.raises(NotMeasurable, match="too few were not"):
        findings.what_limits(result)


@pytest.mark.parametrize(
    ("share", "title"),
    [
        (0.3, "Hands are short in busy weeks: twice the leads"),
        (0.6, "Follow-up holds in busy weeks"),
    ],
    ids=["hands", "volume"],
)
def test_the_sentence_says_the_number_and_what_is_compared(relay, share, title):
    came = np.where(np.arange(160) % 2, 16, 4)[:, None] * np.array([1, 1, 0])
    busy = came == 16
    touched = np.round(came * np.where(busy, share, 0.6)).astype(int)
    touched += np.random.default_rng(8).integers(-1, 2, came.shape) * (came > 0)
    result = volume_or_capacity(company(relay, came, touched))
    found = findings.what_limits(result)
    assert found.title.en.startswith(title)
    change = f"{100 * abs(result.effect['change'].iloc[0]):.1f} points"
    assert change in found.title.en
    assert "of the same region and quarter, on average for each doubling" in found.detail.en
    assert "por cada duplicación de sus leads" in found.detail.es
    assert any("every week twice as busy" in told.en for told in result.about.assumptions)
