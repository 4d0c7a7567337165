"""The policy game: without marketing its points leave the score, and sales follows up fewer.

The journey game takes touches out of the journeys that took place. But part of what marketing
does is to make sales act, through the score; here sales' touches are drawn again from how often
leads of the lower score were touched.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import expit

from alignment.attribution.paths import Floats, Integers
from alignment.attribution.synergy.landmark import Landmark
from alignment.attribution.synergy.model import Masks

BINS = 40  # narrow enough for a threshold in the score to fall into one of them


@dataclass(frozen=True)
class Policy:
    """How sales answers to the score, in bins of it.

    Parameters
    ----------
    before, after : arrays (units,)
        Bin of the score as it was, and without marketing's part.
    pattern : array (units,)
        Number of the pattern of sales' touches.
    speed : array (units,)
        How soon sales came, 0 where it did not.
    sets : array (patterns,)
        The channels of each pattern, as bits.
    """

    before: Integers
    after: Integers
    pattern: Integers
    speed: Floats
    sets: Integers


def sales_policy(units: Landmark) -> Policy | None:
    """Bin the score; None where there is no score from which marketing's part can be taken."""
    warmth = units.warmth
    if warmth.source == "none" or not warmth.gain.any():
        return None
    channels = units.exposure.shape[1]
    bits = 1 << np.arange(units.marketing, channels)
    touched = units.exposure[:, units.marketing :] @ bits
    sets, pattern = np.unique(touched, return_inverse=True)
    edges = np.unique(np.quantile(warmth.score[warmth.known], np.linspace(0, 1, BINS + 1)[1:-1]))
    unscored = len(edges) + 1

    def binned(score: Floats) -> Integers:
        place = np.searchsorted(edges, score, side="right")
        return np.where(warmth.known, place, unscored).astype(np.int64)

    return Policy(
        before=binned(warmth.score),
        after=binned(warmth.score - warmth.gain),
        pattern=np.asarray(pattern, dtype=np.int64),
        speed=units.speed,
        sets=sets,
    )


def sales_only_value(policy: Policy, masks: Masks, coefficients: Floats, weights: Floats) -> float:
    """Give the worth of sales alone when its touches are drawn again.

    Where marketing left the bin of the score as it was, what sales did stays as it was.
    """
    bins = int(max(policy.before.max(), policy.after.max())) + 1
    count = len(policy.sets)
    table = np.bincount(
        policy.before * count + policy.pattern, weights, minlength=bins * count
    ).reshape(bins, count)
    total = table.sum(axis=1, keepdims=True)
    rate = table / np.where(total > 0, total, 1.0)
    design = masks.design
    fixed = design.columns[:, : design.base] @ coefficients[: design.base]
    constant, slope = masks.effects(coefficients)
    by_speed = coefficients[-1] if design.quick else 0.0
    moved = (policy.before != policy.after) & (total[policy.after, 0] > 0)
    worth = np.empty(len(weights))
    stays = ~moved
    own = policy.sets[policy.pattern[stays]]
    worth[stays] = expit(
        fixed[stays]
        + constant[own]
        + slope[own] * design.warmth[stays]
        + by_speed * policy.speed[stays]
    )
    speed = by_speed * _mean_speed(policy, weights, bins)[policy.after[moved]]
    eta = (
        fixed[moved, None]
        + constant[policy.sets]
        + slope[policy.sets] * design.warmth[moved, None]
        + speed[:, None] * (policy.sets > 0)
    )
    worth[moved] = (rate[policy.after[moved]] * expit(eta)).sum(axis=1)
    return float(weights @ worth / weights.sum())


def _mean_speed(policy: Policy, weights: Floats, bins: int) -> Floats:
    """Give how soon sales came to those it touched, by bin of the score."""
    touched = policy.sets[policy.pattern] > 0
    where, weight = policy.before[touched], weights[touched]
    count = np.bincount(where, weight, minlength=bins)
    total = np.bincount(where, weight * policy.speed[touched], minlength=bins)
    return np.where(count > 0, total / np.where(count > 0, count, 1.0), 0.0)
