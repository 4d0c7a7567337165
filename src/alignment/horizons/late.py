"""The part of a year's wins that comes after the first quarter, by group, and its differences."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from alignment.horizons.marked import WON, Floats, Integers, MarkedSpells
from alignment.resampling import effective_size, expanded_percentile

SHORT_WEEKS, YEAR_WEEKS = 13, 52
MINIMUM_LEADS = 30
MINIMUM_WINS = 30  # of a share: with fewer, not even the expanded interval can be relied on

_COLUMNS = ("share", "low", "high", "wins_share", "wins_low", "wins_high")


def late_shares(
    names: list[str],
    groups: list[MarkedSpells],
    points: list[tuple[Floats, Floats]],
    drawn: tuple[Floats, Floats],
    days: Integers,
    level: float,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Give the late share of each group, and the difference of each pair of groups but the first.

    Intervals are expanded percentiles (:func:`alignment.resampling.expanded_percentile`), by the
    effective number of winning accounts. The difference has its own interval, from replicates in
    which both groups are drawn together: two intervals that overlap do not show that there is no
    difference.

    Parameters
    ----------
    names : list of str
        Names of the groups, the whole first.
    groups : list of MarkedSpells
        Their spells.
    points : list of (wins, value)
        The curves of each group by `days`.
    drawn : (wins, value), arrays (groups, replicates, days)
        Their replicates.
    days : array
        Days, among them the ends of weeks 13 and 52.
    level : float
        Confidence level.

    Returns
    -------
    shares, differences : DataFrame
        See :class:`alignment.horizons.WonByAge`.
    """
    short, year = np.searchsorted(days, [SHORT_WEEKS * 7, YEAR_WEEKS * 7])

    def late(curve: NDArray[Any]) -> NDArray[Any]:
        total = curve[..., year]
        return 1.0 - curve[..., short] / np.where(total > 0, total, np.nan)

    # Value first, then wins; each (groups,) and (groups, replicates).
    estimates = [np.array([float(late(point[kind])) for point in points]) for kind in (1, 0)]
    replicates = [late(drawn[kind]) for kind in (1, 0)]
    sizes = [[_size(group, days[year], by_value) for group in groups] for by_value in (True, False)]
    shares = []
    for g, name in enumerate(names):
        told: list[float] = []
        for estimate, draws, size in zip(estimates, replicates, sizes, strict=True):
            told += [estimate[g], *_limits(estimate[g], draws[g], level, size[g])]
        few = len(groups[g].exit) < MINIMUM_LEADS or _wins(groups[g], days[year]) < MINIMUM_WINS
        shares.append((name, *told, len(groups[g].exit), bool(few)))
    pairs = []
    for a, b in combinations(range(1, len(names)), 2):
        told = []
        for estimate, draws, size in zip(estimates, replicates, sizes, strict=True):
            gap, smaller = estimate[a] - estimate[b], min(size[a], size[b])
            told += [gap, *_limits(gap, draws[a] - draws[b], level, smaller)]
        pairs.append((names[a], names[b], *told))
    return (
        pd.DataFrame(shares, columns=["group", *_COLUMNS, "leads", "too_few"]).astype(
            {"group": "str"}
        ),
        pd.DataFrame(
            pairs, columns=["group_a", "group_b", "difference", *_COLUMNS[1:3], *_of_wins()]
        ).astype({"group_a": "str", "group_b": "str"}),
    )


def _of_wins() -> tuple[str, ...]:
    return ("wins_difference", "wins_low", "wins_high")


def _limits(point: float, drawn: Floats, level: float, size: float) -> tuple[float, float]:
    """Give the limits of one number; none where it is missing."""
    if not np.isfinite(point):
        return np.nan, np.nan
    low, high = expanded_percentile(drawn[:, np.newaxis], level, size)
    return float(low[0]), float(high[0])


def _won_by(spells: MarkedSpells, day: int) -> NDArray[np.bool_]:
    return np.asarray((spells.end == WON) & (spells.exit <= day), dtype=bool)


def _wins(spells: MarkedSpells, day: int) -> int:
    return int(_won_by(spells, day).sum())


def _size(spells: MarkedSpells, day: int, by_value: bool) -> float:
    """Give the effective number of accounts among those that won by a day."""
    return effective_size(spells.value_by_account(int(day), count=not by_value))
