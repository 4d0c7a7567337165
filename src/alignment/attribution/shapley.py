"""Shapley credit, with the game in its name: the same deals are different games.

``shapley`` plays the sum game: a coalition of keys is worth what was won on journeys that none but
its keys touched. Its Shapley value spreads each win evenly over the *distinct* keys of its journey
(Zhao, Mahboobi & Bagheri 2018): linear credit without counting repetitions. It reads won journeys
only.

``shapley_rate`` plays the rate game: a coalition is worth what was won per journey among all the
journeys, won or not, that none but its keys touched. It can be negative, and is reported so.
A coalition that no journey stayed within is worth nothing, like the empty one.
"""

from __future__ import annotations

from math import factorial

import numpy as np

from alignment.attribution.paths import Floats, Integers, Paths, Statistics

MOST_KEYS = 16  # 2**16 coalitions; above, rare keys have to be grouped by the analyst, openly


def shapley_values(worth: Floats) -> Floats:
    """Compute exact Shapley values of any game.

    Parameters
    ----------
    worth : array (..., 2 ** n)
        Worth of each coalition; bit i of the place says whether player i is in it.

    Returns
    -------
    array (..., n)
        They add up to the worth of all minus the worth of none (Shapley 1953).
    """
    players = worth.shape[-1].bit_length() - 1
    if worth.shape[-1] != 1 << players:
        raise ValueError("a game of n players has 2 ** n coalitions")
    coalitions = np.arange(1 << players)
    size = np.bitwise_count(coalitions).astype(np.int64)
    weights = np.array(
        [factorial(s) * factorial(players - s - 1) / factorial(players) for s in range(players)]
    )
    values = np.empty((*worth.shape[:-1], players))
    for player in range(players):
        without = coalitions[(coalitions >> player) & 1 == 0]
        gain = worth[..., without | (1 << player)] - worth[..., without]
        values[..., player] = gain @ weights[size[without]]
    return values


def subset_sums(exact: Floats) -> Floats:
    """Add to each coalition what its sub-coalitions have (the zeta transform of subsets).

    Parameters
    ----------
    exact : array (..., 2 ** n)
        What belongs to exactly each coalition.
    """
    players = exact.shape[-1].bit_length() - 1
    sums = exact.copy()
    for player in range(players):
        halves = sums.reshape(*exact.shape[:-1], -1, 2, 1 << player)
        halves[..., 1, :] += halves[..., 0, :]
    return sums


def sum_game_statistics(paths: Paths) -> Statistics:
    """Give the sum game as sums over journeys: each win evenly over its distinct keys."""
    won = paths.of_won()
    pairs = np.unique(won.journey * max(len(paths.keys), 1) + won.code)
    journey, code = np.divmod(pairs, max(len(paths.keys), 1))
    distinct = np.bincount(journey, minlength=len(paths.length))
    return Statistics(
        journey=journey,
        column=code,
        amount=paths.value[journey] / distinct[journey],
        width=len(paths.keys),
        credit=lambda sums: sums,
    )


def rate_game_statistics(paths: Paths) -> Statistics:
    """Give the rate game as sums over journeys: journeys and value by their set of keys.

    Raises
    ------
    ValueError
        If there are more than :data:`MOST_KEYS` keys.
    """
    keys = len(paths.keys)
    if keys > MOST_KEYS:
        raise ValueError(
            f"shapley_rate compares all sets of keys, for at most {MOST_KEYS} of them, not {keys}; "
            "group the rare ones first"
        )
    touched = np.flatnonzero(paths.length > 0)
    bits = np.left_shift(np.int64(1), paths.code)
    sets = np.bitwise_or.reduceat(bits, paths.first[touched]) if len(touched) else bits
    seen, place = np.unique(sets, return_inverse=True)
    won = paths.won[touched]
    return Statistics(
        journey=np.concatenate([touched, touched[won]]),
        column=np.concatenate([place, len(seen) + place[won]]),
        amount=np.concatenate([np.ones(len(touched)), paths.value[touched][won]]),
        width=2 * len(seen),
        credit=lambda sums: _rate_credit(sums, seen, keys),
    )


def _rate_credit(sums: Floats, seen: Integers, keys: int) -> Floats:
    """Play the rate game of each replicate, in units of value: the rate times the journeys."""
    count, value = np.split(sums, 2, axis=1)
    journeys = np.zeros((len(sums), 1 << keys))
    worth = np.zeros_like(journeys)
    journeys[:, seen] = count
    worth[:, seen] = value
    journeys, worth = subset_sums(journeys), subset_sums(worth)
    rate = np.divide(worth, journeys, out=np.zeros_like(worth), where=journeys > 0)
    credit: Floats = shapley_values(rate) * count.sum(axis=1, keepdims=True)
    return credit
