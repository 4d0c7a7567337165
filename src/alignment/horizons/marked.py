"""Expected value won by each age: Aalen–Johansen with a mark, and its bootstrap over accounts.

``V(t) = Σ S(t_i−) · Σ v_i / n(t_i)``: the cumulative incidence of winning (Aalen & Johansen 1978,
Scand J Stat 5:141) in which each win carries its value instead of 1. Open journeys are censored,
lost ones are a competing end, late observation enters late; at risk on day t when
``entry <= t <= exit``. The bootstrap draws accounts, the units that are independent (Efron 1979;
for censored data Efron 1981, JASA 76:312), and reweights the counts, so that a replicate costs
one sparse product.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

WON = 1
SETTLED = 0.01  # share still open below which nothing that comes later matters
_CHUNK = 50  # replicates at a time: bounds the memory of the weights


@dataclass(frozen=True)
class MarkedSpells:
    """Spells with the value of those won.

    Parameters
    ----------
    entry, exit : arrays (n,) of int
        Days under observation, ``0 <= entry <= exit``.
    end : array (n,) of int
        1 won, 2 lost, 0 open.
    value : array (n,)
        Value won; 0 unless won.
    account : array (n,) of int
        Code of the account, 0..accounts − 1.
    """

    entry: Integers
    exit: Integers
    end: Integers
    value: Floats
    account: Integers

    def where(self, keep: NDArray[np.bool_]) -> MarkedSpells:
        """Keep some of the spells."""
        return MarkedSpells(
            entry=self.entry[keep],
            exit=self.exit[keep],
            end=self.end[keep],
            value=self.value[keep],
            account=self.account[keep],
        )


@dataclass(frozen=True)
class _DayCounts:
    """Sparse sums by day (rows) and account (columns), up to the last day asked for."""

    entered: Any
    left: Any
    ended: Any
    won: Any
    value: Any


def follow_up(spells: MarkedSpells) -> float:
    """Find the last day up to which an incidence can be told from these spells.

    It stops before a day with nobody at risk, or on which all at risk end although others enter
    later. Infinite when all but 1 % have ended by then: no probability can move by more. NaN when
    nobody is at risk on day 0.
    """
    if not len(spells.exit):
        return np.nan
    days = int(spells.exit.max()) + 1
    left = np.bincount(spells.exit, minlength=days)
    ended = np.bincount(spells.exit[spells.end > 0], minlength=days)
    at_risk = np.cumsum(np.bincount(spells.entry, minlength=days)) - (np.cumsum(left) - left)
    emptied = (ended == at_risk) & (at_risk > 0)
    broken = (at_risk == 0) | (emptied & (np.arange(days) < days - 1))
    survival = np.concatenate(([1.0], np.cumprod(1.0 - ended / np.maximum(at_risk, 1))))
    if broken.any():
        first = int(np.argmax(broken))
        last, still_open = (float(first - 1) if first else np.nan), survival[first]
    else:
        all_end = emptied[-1] and bool((at_risk[1:] >= at_risk[:-1] - ended[:-1]).all())
        last, still_open = days - 1.0, 0.0 if all_end else survival[-2 if emptied[-1] else -1]
    return np.inf if still_open <= SETTLED else last


def won_by(spells: MarkedSpells, days: Integers) -> tuple[Floats, Floats]:
    """Estimate the share won and the value won a spell by each day, from all spells once.

    Returns
    -------
    tuple of arrays (D,)
        Share won and value won, an average spell; missing beyond the follow-up.
    """
    accounts = int(spells.account.max()) + 1 if len(spells.account) else 0
    counts = _day_counts(spells, int(days.max()) + 1, accounts)
    wins, value = _weighted(counts, np.ones((accounts, 1)), days)
    known = days <= follow_up(spells)
    return np.where(known, wins[:, 0], np.nan), np.where(known, value[:, 0], np.nan)


def replicate_won_by(
    groups: list[MarkedSpells], days: Integers, *, accounts: int, replicates: int, seed: int
) -> tuple[Floats, Floats]:
    """Repeat the estimate on accounts drawn with replacement, the same draws in all groups.

    Returns
    -------
    tuple of arrays (G, replicates, D)
        Shares and values won by each day.
    """
    random = np.random.default_rng(seed)
    counted = [_day_counts(spells, int(days.max()) + 1, accounts) for spells in groups]
    wins = np.empty((len(groups), replicates, len(days)))
    value = np.empty_like(wins)
    for first in range(0, replicates, _CHUNK):
        size = min(_CHUNK, replicates - first)
        drawn = random.integers(0, accounts, size=(size, accounts))
        weights = np.stack([np.bincount(row, minlength=accounts) for row in drawn], axis=1)
        for g, counts in enumerate(counted):
            some = _weighted(counts, weights.astype(np.float64), days)
            wins[g, first : first + size], value[g, first : first + size] = some[0].T, some[1].T
    return wins, value


def _day_counts(spells: MarkedSpells, days: int, accounts: int) -> _DayCounts:
    won = spells.end == WON
    ones = np.ones(len(spells.exit))

    def by_day(day: Integers, amount: Floats, keep: NDArray[np.bool_]) -> Any:
        keep = keep & (day < days)
        place = (day[keep], spells.account[keep])
        return sparse.csr_array((amount[keep], place), shape=(days, accounts))

    every = ones > 0
    return _DayCounts(
        entered=by_day(spells.entry, ones, every),
        left=by_day(spells.exit, ones, every),
        ended=by_day(spells.exit, ones, spells.end > 0),
        won=by_day(spells.exit, ones, won),
        value=by_day(spells.exit, spells.value, won),
    )


def _weighted(counts: _DayCounts, weights: Floats, days: Integers) -> tuple[Floats, Floats]:
    """Estimate by day (rows) for each column of account weights."""
    left = counts.left @ weights
    at_risk = np.cumsum(counts.entered @ weights, axis=0) - (np.cumsum(left, axis=0) - left)
    n = np.maximum(at_risk, 1.0)
    survival = np.cumprod(1.0 - (counts.ended @ weights) / n, axis=0)
    before = np.concatenate((np.ones((1, weights.shape[1])), survival[:-1])) / n
    wins = np.cumsum(before * (counts.won @ weights), axis=0)
    value = np.cumsum(before * (counts.value @ weights), axis=0)
    return wins[days], value[days]
