"""The probability that a deal is won, given its stage and how long it has stood there.

The deals that stood in that stage at that age are followed until won or lost: a landmark
Aalen–Johansen estimate (Putter & Spitoni 2018, Stat Methods Med Res 27:2081), which does not assume
that a stage forgets the ones before. Few comparable deals are shrunk, day by day, as in a beta
process (Hjort 1990, Ann Stat 18:1259): a rate is (ends + c · prior rate) / (at risk + c), where c
is a number of deals. The prior of a stage and age, worth 3 deals, are the deals that stood in the
stage at ages half to twice as old; theirs, worth 1, is the curve of all that ever entered the
stage, at that time since entry, wherever they stand by then; its prior, worth 10, is the curve of
all stages of the pipeline; and the last is the pipeline's rate over all days at least half as late,
which is never lumpy.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import sparse

from alignment.incidence import Floats, Integers

PRIOR_DEALS = 3.0
POOLED_DEALS = 1.0
CURVE_DEALS = 10.0
NEIGHBOURS = (0.5, 0.71, 1.41, 2.0)


@dataclass(frozen=True)
class Rates:
    """Daily rates of won and of lost, in each bootstrap sample.

    Parameters
    ----------
    at_risk : array (T, B)
        Weight of the deals at risk on each day.
    ended : array (2, T, B)
        Weight of those won and lost on each day.
    """

    at_risk: Floats
    ended: Floats

    def shrunk(self, prior: Floats, deals: float) -> Floats:
        """Return the rates (2, T, B), each shrunk toward a prior worth some deals."""
        weight = self.at_risk + deals
        raw = self.ended + deals * prior
        return np.divide(raw, weight, out=np.zeros_like(raw), where=weight > 0)

    def smooth(self) -> Floats:
        """Return the rate (2, T, B) of each end over all days at least half as late as each."""
        half = np.arange(len(self.at_risk)) // 2
        later = np.cumsum(self.at_risk[::-1], axis=0)[::-1][half]
        ended = np.cumsum(self.ended[:, ::-1], axis=1)[:, ::-1][:, half]
        return np.divide(ended, later, out=np.zeros_like(ended), where=later > 0)


def rates(entry: Integers, exit: Integers, end: Integers, weights: Floats, *, days: int) -> Rates:
    """Count, with weights, who is at risk and who ends on each day 0..`days`.

    Parameters
    ----------
    entry, exit : arrays (n,) of int64
        A spell is at risk when ``entry <= day <= exit``.
    end : array (n,) of int64
        1 won, 2 lost, 0 open.
    weights : array (n, B)
        Weight of each spell in each bootstrap sample.
    days : int
        Last day; what ends later is open there.
    """
    shape = (days + 1, len(exit))
    place = np.arange(len(exit))

    def on(day: Integers, rows: np.ndarray) -> Floats:
        chosen = sparse.csr_matrix((np.ones(int(rows.sum())), (day[rows], place[rows])), shape)
        return np.asarray(chosen @ weights)

    within = exit <= days
    entered = on(entry, entry <= days)
    left = on(exit, within)
    at_risk = np.cumsum(entered, axis=0) - np.cumsum(left, axis=0) + left
    ended = np.stack([on(exit, within & (end == kind)) for kind in (1, 2)])
    return Rates(np.maximum(at_risk, 0.0), ended)


def incidence(daily: Floats) -> tuple[Floats, Floats]:
    """Turn daily rates (2, T, B) into cumulative incidence (2, T, B) and the share still open."""
    survival = np.cumprod(1.0 - daily.sum(axis=0), axis=0)
    before = np.concatenate([np.ones_like(survival[:1]), survival[:-1]])
    return np.cumsum(before * daily, axis=1), survival


@dataclass(frozen=True)
class Comparison:
    """What comparable deals say, for each stage and age at which an open deal stands.

    Parameters
    ----------
    cells : DataFrame
        ``pipeline``, ``stage`` (str), ``age`` (int64, days in the stage), ``comparable`` (int64,
        deals that stood there at that age and were watched longer) and ``won`` (int64, of them).
    won, lost : arrays (cells, days, B)
        Probability of won and of lost by each of the days asked for, in each bootstrap sample;
        the first sample is the data.
    """

    cells: pd.DataFrame
    won: Floats
    lost: Floats


def compare(
    visits: pd.DataFrame, weights: Floats, days: Integers, *, prior_deals: float = PRIOR_DEALS
) -> Comparison:
    """Estimate the probability of won and lost for each stage and age of the open deals.

    Parameters
    ----------
    visits : DataFrame
        ``visits`` of :class:`alignment.lead_to_close.pipeline_visits.StageVisits`.
    weights : array (n, B)
        Weight of each visit in each bootstrap sample.
    days : array of int
        Days after ``as_of``, ascending, at which the probabilities are told.
    prior_deals : float
        How many deals the prior is worth.
    """
    ahead = int(days[-1])
    end = (visits["end"].cat.codes.to_numpy(np.int64) + 1) % 3
    cells, won, lost = [], [], []
    for pipeline, rows in visits.groupby("pipeline", sort=True).indices.items():
        longest = int(visits["exit"].to_numpy()[rows].max()) + ahead
        own = _Clock(visits.iloc[rows], end[rows], weights[rows])
        everything = own.since_entry(longest)
        pooled = everything.shrunk(everything.smooth(), CURVE_DEALS)
        stages = visits["stage"].to_numpy()[rows]
        for stage in np.unique(stages[visits["current"].to_numpy()[rows]]):
            one = own.only(stages == stage)
            curve = one.since_entry(longest).shrunk(pooled, CURVE_DEALS)
            for age in np.unique(one.stay[one.current]):
                found, cell = one.from_age(int(age), ahead)
                near = one.near_age(int(age), ahead)
                prior = near.shrunk(curve[:, age : age + ahead + 1], POOLED_DEALS)
                daily = found.shrunk(prior, prior_deals)
                daily[:, 0] = 0.0  # the day of the export itself has passed
                curves, _ = incidence(daily)
                won.append(curves[0][days])
                lost.append(curves[1][days])
                cells.append((pipeline, stage, int(age), *cell))
    columns = ["pipeline", "stage", "age", "comparable", "won"]
    return Comparison(pd.DataFrame(cells, columns=columns), np.stack(won), np.stack(lost))


class _Clock:
    """Visits of one pipeline or stage as arrays."""

    def __init__(self, visits: pd.DataFrame, end: Integers, weights: Floats) -> None:
        self.entry = visits["entry"].to_numpy(np.int64)
        self.stay = visits["stay"].to_numpy(np.int64)
        self.exit = visits["exit"].to_numpy(np.int64)
        self.current = visits["current"].to_numpy(bool)
        self.end, self.weights, self.visits = end, weights, visits

    def only(self, rows: np.ndarray) -> _Clock:
        return _Clock(self.visits[rows], self.end[rows], self.weights[rows])

    def since_entry(self, days: int) -> Rates:
        """Rates by day since the stage was entered, wherever the deal stands by then."""
        return rates(self.entry, self.exit, self.end, self.weights, days=days)

    def from_age(self, age: int, ahead: int) -> tuple[Rates, tuple[int, int]]:
        """Rates by day after an age, among those that were in the stage beyond that day."""
        there = self.stay > age
        entry, exit = np.maximum(self.entry[there] - age, 0), self.exit[there] - age
        found = rates(entry, exit, self.end[there], self.weights[there], days=ahead)
        return found, (int(there.sum()), int((self.end[there] == 1).sum()))

    def near_age(self, age: int, ahead: int) -> Rates:
        """Rates by day after ages half to twice as old, among those that were in the stage then.

        A week is added to both sides, so that the first days have neighbours too.
        """
        near = {max(round((age + 7) * factor) - 7, 0) for factor in NEIGHBOURS} - {age}
        found = [self.from_age(one, ahead)[0] for one in sorted(near)]
        return Rates(
            np.sum([one.at_risk for one in found], axis=0),
            np.sum([one.ended for one in found], axis=0),
        )
