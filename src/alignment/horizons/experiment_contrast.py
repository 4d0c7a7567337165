"""The arithmetic of an experiment: two arms, a window, the weeks before it, and a count by week.

The outcome of a unit (a region, a group of accounts) in a week is its share of the company's, times
what all have in common plus what the drivers bring there, carried over as in the weekly model. What
the arms' outcomes, scaled up to the company, differ by in the window and did not before it is a
difference in differences (Card & Krueger 1994, American Economic Review 84:772); it holds of each
driver's effect what the arms' activity differed by, lag by lag, so that a change that lasts, a past
that still works and a window that ends too soon are counted as what they are.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

BLOCK = 13  # weeks over which the counts of a unit are added up to see how much they differ


@dataclass(frozen=True)
class UnitWeeks:
    """Outcome and activity by week and unit.

    Parameters
    ----------
    outcome : array (T, U)
        Counts; the last unit holds what belongs to none of the others.
    activity : mapping of str to array (T, U)
        By driver; the last unit's is 0.
    """

    outcome: Floats
    activity: Mapping[str, Floats]


@dataclass(frozen=True)
class Contrast:
    """One experiment as arrays.

    Parameters
    ----------
    changed, control : arrays (U,) of bool
        Units of the two arms.
    window, before : arrays (T,) of bool
        Weeks of the experiment, and those that it is compared with.
    """

    changed: Flags
    control: Flags
    window: Flags
    before: Flags

    def counts(self, outcome: Floats) -> tuple[float, float, float, float]:
        """Give the counts of changed and control units, in the window and before it."""
        return (
            float(outcome[np.ix_(self.window, self.changed)].sum()),
            float(outcome[np.ix_(self.before, self.changed)].sum()),
            float(outcome[np.ix_(self.window, self.control)].sum()),
            float(outcome[np.ix_(self.before, self.control)].sum()),
        )

    def growth(self, outcome: Floats) -> float:
        """Give by what the counts of both arms together are multiplied, before to window."""
        a, b, c, d = self.counts(outcome)
        return (a + c) / (b + d)

    def difference(self, outcome: Floats) -> float:
        """Give the difference in differences, scaled up to the whole company.

        ``Y (a / (b + 1) − c / (d + 1))``: a and c are the counts of changed and control units in
        the window, b and d before it, Y the whole company's before it. One more in the denominator
        makes the ratios of counts unbiased (Chapman 1951, University of California Publications in
        Statistics 1:131).
        """
        a, b, c, d = self.counts(outcome)
        return float(outcome[self.before].sum() * (a / (b + 1) - c / (d + 1)))

    def gradient(self, outcome: Floats, counted: bool) -> Floats:
        """Give the weight of each count in the difference, by the delta method, (T, U).

        Parameters
        ----------
        outcome : array (T, U)
        counted : bool
            Whether the ratios are those of each arm, or that of both (as if nothing had changed).
        """
        a, b, c, d = self.counts(outcome)
        ratio = self.growth(outcome)
        own = (a / (b + 1), c / (d + 1)) if counted else (ratio, ratio)
        weight = np.zeros_like(outcome)
        arms = ((self.changed, 1.0, b, own[0]), (self.control, -1.0, d, own[1]))
        for arm, sign, base, per in arms:
            weight[np.ix_(self.window, arm)] = sign / (base + 1)
            weight[np.ix_(self.before, arm)] = -sign * per / (base + 1)
        return np.asarray(weight * outcome[self.before].sum())


def shares(outcome: Floats) -> Floats:
    """Give each unit's share of all outcomes of known units, (U,); the last unit has none."""
    total = outcome.sum(axis=0)
    total[-1] = 0.0
    return np.asarray(total / max(total.sum(), 1e-12))


def reached(activity: Floats, share: Floats, half: float) -> Floats:
    """Give saturated activity by week and unit, in average weeks of the whole company.

    Parameters
    ----------
    activity : array (T, U)
    share : array (U,)
        Of each unit in all outcomes: an average week's effect falls on units alike.
    half : float
        Half-saturation, in usual weeks of each unit.
    """
    usual = activity.sum(axis=0) / np.maximum((activity > 0).sum(axis=0), 1)
    bent = activity / np.maximum(activity + half * usual, 1e-300)
    return np.asarray(bent / (bent.mean(axis=0) @ share))


def apart(contrast: Contrast, activity: Floats, share: Floats, half: float) -> Floats:
    """Give by how many average weeks the arms' activity differs each week, and did not before.

    Returns
    -------
    array (T,)
        Its mean over the weeks before the experiment is 0.
    """
    z = reached(activity, share, half)
    means = [
        z[:, arm] @ share[arm] / max(share[arm].sum(), 1e-12)
        for arm in (contrast.changed, contrast.control)
    ]
    gap = means[0] - means[1]
    return np.asarray(gap - gap[contrast.before].mean())


def by_lag(contrast: Contrast, gap: Floats, growth: float) -> Floats:
    """Give how much of the effect at each lag the difference holds, in average weeks.

    Before the first week, the arms differed as they did before the experiment.
    """
    weeks = len(gap)
    held = np.empty(weeks)
    for lag in range(weeks):
        moved = np.concatenate([np.zeros(lag), gap[: weeks - lag]])
        held[lag] = moved[contrast.window].sum() - growth * moved[contrast.before].sum()
    return held


def dispersion(contrast: Contrast, outcome: Floats, touched: Flags) -> tuple[float, int]:
    """Give Pearson's chi-square of quarters by units, less units and quarters, and its freedom.

    Quarters are counted back from the window's first week; the cells of units that an experiment
    changed are left out (McCullagh & Nelder 1989, section 6.2).
    """
    start = int(np.flatnonzero(contrast.window)[0])
    first = int(np.flatnonzero(contrast.before)[0])
    edges = list(range(start, first - 1, -BLOCK))[::-1]
    blocks = [slice(a, b) for a, b in pairwise(edges)]
    blocks.append(slice(start, int(np.flatnonzero(contrast.window)[-1]) + 1))
    units = np.flatnonzero(contrast.changed | contrast.control)
    counts = np.array([outcome[b][:, units].sum(axis=0) for b in blocks])
    kept = ~np.array([touched[b][:, units].any(axis=0) for b in blocks])
    counts = np.where(kept, counts, 0.0)
    # A unit or quarter without any counts is fitted perfectly and tells nothing of how they differ.
    kept &= np.logical_and.outer(counts.any(axis=1), counts.any(axis=0))
    rows, columns = np.maximum(counts.sum(axis=1), 1e-9), np.ones(len(units))
    for _ in range(200):
        columns = counts.sum(axis=0) / np.maximum((kept * rows[:, np.newaxis]).sum(axis=0), 1e-12)
        rows = counts.sum(axis=1) / np.maximum((kept * columns).sum(axis=1), 1e-12)
    expected = np.where(kept, np.multiply.outer(rows, columns), 0.0)
    used = expected > 0
    square = float(((counts - expected)[used] ** 2 / expected[used]).sum())
    lines = int((kept.sum(axis=1) > 0).sum()) + int((kept.sum(axis=0) > 0).sum()) - 1
    return square, max(int(kept.sum()) - lines, 0)


def covariance(contrasts: Sequence[Contrast], outcome: Floats, counted: bool) -> Floats:
    """Give the covariance of differences that may share weeks and units, (N, N).

    Counts vary as Poisson's do; the dispersion is for the caller to multiply by.

    Parameters
    ----------
    contrasts : sequence of Contrast
    outcome : array (T, U)
    counted : bool
        Whether the variance is that of the counts themselves, else that of what units and weeks
        alone would give: it does not lean towards the experiments with few.
    """
    expected = np.multiply.outer(outcome.sum(axis=1), outcome.sum(axis=0)) / outcome.sum()
    weights = np.stack([c.gradient(outcome, counted).ravel() for c in contrasts])
    return np.asarray((weights * (outcome if counted else expected).ravel()) @ weights.T)
