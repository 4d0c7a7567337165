"""Credit by rule: fixed weights over the touches of a won journey, which add up to one.

Sources: the definitions in the documentation of Adobe Marketo Measure, HubSpot and Google
Analytics for first touch, last touch, linear, position-based 40/20/40 and time decay by
half-life; vendors give other weights under the same names, so the weights are said here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from alignment.attribution.paths import Floats, Paths, Statistics

Rule = Callable[[Paths], Floats]


def first_touch(paths: Paths) -> Floats:
    """Give all to the first touch."""
    return np.asarray(paths.place == 0, dtype=np.float64)


def last_touch(paths: Paths) -> Floats:
    """Give all to the last touch."""
    return np.asarray(paths.place == paths.length[paths.journey] - 1, dtype=np.float64)


def linear(paths: Paths) -> Floats:
    """Give each touch the same."""
    return 1.0 / paths.length[paths.journey]


def position_based(paths: Paths, *, ends: float = 0.4) -> Floats:
    """Give 40 % to the first touch, 40 % to the last and share 20 % between the others.

    Two touches get one half each, a single touch gets all.
    """
    length = paths.length[paths.journey]
    outer = (paths.place == 0) | (paths.place == length - 1)
    middle = (1.0 - 2.0 * ends) / np.maximum(length - 2, 1)
    weights = np.where(outer, ends, middle)
    return np.where(length == 1, 1.0, np.where(length == 2, 0.5, weights))


def time_decay(paths: Paths, *, half_life_days: float = 7.0) -> Floats:
    """Give a touch half as much for each half-life that it lies further before the end.

    Raises
    ------
    ValueError
        If the half-life is not positive, or a touch does not know its days before the end.
    """
    if not half_life_days > 0:
        raise ValueError("half_life_days must be positive")
    if np.isnan(paths.days).any():
        raise ValueError("time decay needs the days between each touch and the end of its journey")
    # Relative to the journey's own last touch, so that a distant one cannot underflow to 0 / 0.
    nearest = np.full(len(paths.length), np.inf)
    np.minimum.at(nearest, paths.journey, paths.days)
    decay = np.exp2((nearest[paths.journey] - paths.days) / half_life_days)
    return decay / np.bincount(paths.journey, decay, minlength=len(paths.length))[paths.journey]


def rules(half_life_days: float) -> Mapping[str, Rule]:
    """Name the rules."""
    return {
        "first": first_touch,
        "last": last_touch,
        "linear": linear,
        "position": position_based,
        "time_decay": lambda paths: time_decay(paths, half_life_days=half_life_days),
    }


def rule_statistics(paths: Paths, rule: Rule) -> Statistics:
    """Give the credit of a rule as sums over journeys: one sum a key, and the credit is the sum.

    Parameters
    ----------
    paths : Paths
        Journeys; only won ones have anything to credit.
    rule : callable
        Weights of the touches, which add up to one in each journey.
    """
    won = paths.of_won()
    return Statistics(
        journey=won.journey,
        column=won.code,
        amount=rule(won) * won.value[won.journey],
        width=len(paths.keys),
        credit=lambda sums: sums,
    )
