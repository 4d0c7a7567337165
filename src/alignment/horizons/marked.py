"""Expected value won by each age: a mean cumulative function, and its bootstrap over accounts.

First wins: ``V(t) = Σ S(t_i−) · Σ v_i / n(t_i)``, the cumulative incidence of winning (Aalen &
Johansen 1978, Scand J Stat 5:141) in which each win carries its value instead of 1. Open journeys
are censored, lost ones are a competing end, late observation enters late; at risk on day t when
``entry <= t <= exit``. Wins after the first come each at its own age: the share that has won
before, times the value won on that day by those who have won and are still watched, over how many
these are. Their sum is the mean cumulative function of recurrent events (Nelson 1988, J Qual
Technol 20:24; Cook & Lawless 2007, The Statistical Analysis of Recurrent Events, ch. 6: the rate
in a state times the probability of being in it). The bootstrap draws accounts, the units that are
independent (Efron 1979; for censored data Efron 1981, JASA 76:312), and reweights the counts, so
that a replicate costs one sparse product.
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
class LaterWins:
    """Wins after the first of each spell.

    Parameters
    ----------
    spell : array (m,) of int
        Place of the spell among the spells.
    day : array (m,) of int
        Age at the win, after the day of the first.
    value : array (m,)
        Its value.
    """

    spell: Integers
    day: Integers
    value: Floats

    def where(self, keep: NDArray[np.bool_]) -> LaterWins:
        """Keep the wins of some of the spells, which get new places."""
        mine = keep[self.spell]
        place = np.cumsum(keep) - 1
        return LaterWins(place[self.spell[mine]], self.day[mine], self.value[mine])


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
        Value won on the day of the first win; 0 unless won.
    account : array (n,) of int
        Code of the account, 0..accounts − 1.
    number : array (n,) of int, optional
        Deals won on the day of the first win; 1 each unless told.
    watched : array (n,) of int, optional
        Last day under observation, ``exit`` or later, also after the first win.
    later : LaterWins, optional
        Wins after the first; needs `watched`.
    """

    entry: Integers
    exit: Integers
    end: Integers
    value: Floats
    account: Integers
    number: Integers | None = None
    watched: Integers | None = None
    later: LaterWins | None = None

    def where(self, keep: NDArray[np.bool_]) -> MarkedSpells:
        """Keep some of the spells."""
        return MarkedSpells(
            entry=self.entry[keep],
            exit=self.exit[keep],
            end=self.end[keep],
            value=self.value[keep],
            account=self.account[keep],
            number=None if self.number is None else self.number[keep],
            watched=None if self.watched is None else self.watched[keep],
            later=None if self.later is None else self.later.where(keep),
        )

    def value_by_account(self, day: int, *, count: bool = False) -> Floats:
        """Add up what each account won by a day: its value, or the number of deals."""
        first = (self.end == WON) & (self.exit <= day)
        amount = self.value if not count else self._number()
        total = np.bincount(self.account[first], amount[first], minlength=1)
        if self.later is not None and len(self.later.day):
            then = self.later.day <= day
            extra = np.ones(int(then.sum())) if count else self.later.value[then]
            of = self.account[self.later.spell[then]]
            size = int(max(len(total), of.max(initial=0) + 1))
            total = np.bincount(of, extra, minlength=size) + np.pad(total, (0, size - len(total)))
        return np.asarray(total, dtype=np.float64)

    def _number(self) -> Floats:
        one = np.ones(len(self.exit)) if self.number is None else self.number
        return np.asarray(one, dtype=np.float64)


@dataclass(frozen=True)
class _DayCounts:
    """Sparse sums by day (rows) and account (columns), up to the last day asked for."""

    entered: Any
    left: Any
    ended: Any
    won: Any
    first: Any
    value: Any
    later: _LaterCounts | None


@dataclass(frozen=True)
class _LaterCounts:
    """The same of those who have won before: who enters, who stops being watched, what they win."""

    entered: Any
    left: Any
    won: Any
    value: Any


def follow_up(spells: MarkedSpells) -> float:
    """Find the last day up to which an incidence can be told from these spells.

    It stops before a day with nobody at risk, or on which all at risk end although others enter
    later. Infinite when all but 1 % have ended by then: no probability can move by more. NaN when
    nobody is at risk on day 0. Where there are wins after the first, it does not go beyond the last
    day on which somebody who has won is still watched.
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
    last = np.inf if still_open <= SETTLED else last
    if spells.later is not None and len(spells.later.day):
        assert spells.watched is not None
        last = min(last, float(spells.watched[spells.end == WON].max()))
    return last


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
        won=by_day(spells.exit, spells._number(), won),
        first=by_day(spells.exit, ones, won),
        value=by_day(spells.exit, spells.value, won),
        later=_later_counts(spells, days, accounts),
    )


def _later_counts(spells: MarkedSpells, days: int, accounts: int) -> _LaterCounts | None:
    later = spells.later
    if later is None or not len(later.day):
        return None
    assert spells.watched is not None
    winners = (spells.end == WON) & (spells.watched > spells.exit)

    def by_day(day: Integers, account: Integers, amount: Floats) -> Any:
        keep = day < days
        place = (day[keep], account[keep])
        return sparse.csr_array((amount[keep], place), shape=(days, accounts))

    account, ones = spells.account[winners], np.ones(int(winners.sum()))
    of = spells.account[later.spell]
    return _LaterCounts(
        entered=by_day(spells.exit[winners] + 1, account, ones),
        left=by_day(spells.watched[winners], account, ones),
        won=by_day(later.day, of, np.ones(len(of))),
        value=by_day(later.day, of, later.value),
    )


def _weighted(counts: _DayCounts, weights: Floats, days: Integers) -> tuple[Floats, Floats]:
    """Estimate by day (rows) for each column of account weights."""
    n = np.maximum(_at_risk(counts.entered @ weights, counts.left @ weights), 1.0)
    survival = np.cumprod(1.0 - (counts.ended @ weights) / n, axis=0)
    none = np.ones((1, weights.shape[1]))
    before = np.concatenate((none, survival[:-1])) / n
    wins = before * (counts.won @ weights)
    value = before * (counts.value @ weights)
    if (later := counts.later) is not None:
        have_won = np.cumsum(before * (counts.first @ weights), axis=0)
        watched = np.maximum(_at_risk(later.entered @ weights, later.left @ weights), 1.0)
        again = np.concatenate((0 * none, have_won[:-1])) / watched
        wins += again * (later.won @ weights)
        value += again * (later.value @ weights)
    return np.cumsum(wins, axis=0)[days], np.cumsum(value, axis=0)[days]


def _at_risk(entered: Floats, left: Floats) -> Floats:
    """Count by day those who have entered and not left before it."""
    return np.asarray(np.cumsum(entered, axis=0) - (np.cumsum(left, axis=0) - left))
