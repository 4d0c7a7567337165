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
import pandas as pd

from alignment.attribution.paths import By, Floats, Integers, Paths, Statistics, Weight, encode
from alignment.journeys import Journeys

_MOST_BITS = 62
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


def distinct_keys(paths: Paths) -> tuple[Integers, Integers]:
    """Give each pair of a journey and a key among its touches once: journeys, keys."""
    keys = len(paths.keys)
    if keys > _MOST_BITS:
        return np.divmod(np.unique(paths.journey * keys + paths.code), keys)
    touched = np.flatnonzero(paths.length > 0)
    sets = key_sets(paths, touched)
    found = [np.flatnonzero(sets >> key & 1) for key in range(keys)]
    code = np.repeat(np.arange(keys), [len(rows) for rows in found])
    return touched[np.concatenate(found)] if found else touched, code


def key_sets(paths: Paths, touched: Integers) -> Integers:
    """Give the set of keys of each journey with a touch: bit k says whether key k is in it."""
    if not len(touched):
        return np.zeros(0, dtype=np.int64)
    keys = len(paths.keys)
    narrow = np.int16 if keys < 15 else np.int32 if keys < 31 else np.int64
    bits = np.left_shift(np.int64(1), np.arange(max(keys, 1))).astype(narrow)[paths.code]
    return np.bitwise_or.reduceat(bits, paths.first[touched]).astype(np.int64)


def sum_game_statistics(paths: Paths) -> Statistics:
    """Give the sum game as sums over journeys: each win evenly over its distinct keys."""
    won = paths.of_won
    journey, code = distinct_keys(won)
    distinct = np.bincount(journey, minlength=len(won.length))
    amount = won.value[journey] / distinct[journey]
    return Statistics(
        width=len(paths.keys),
        credit=lambda sums: sums,
        terms=lambda: (paths.won_rows[journey], code, amount),
    )


def touch_parts(won: Paths) -> Floats:
    """Give each touch its part of its journey in the sum game: its key's, shared by its touches."""
    pair = won.journey * max(len(won.keys), 1) + won.code
    _, place, times = np.unique(pair, return_inverse=True, return_counts=True)
    parts = 1.0 / times[place]  # each key of a journey has one, so that they add up to the keys
    keys = np.bincount(won.journey, parts, minlength=len(won.length))
    return np.asarray(parts / keys[won.journey], dtype=np.float64)


def ordered_shapley(
    journeys: Journeys, *, by: By = "channel", weight: Weight = "value"
) -> pd.DataFrame:
    """Give the ordered Shapley value of the sum game: each key's credit by its place in the path.

    The place splits the credit of the set version and leaves its total by key as it is (Zhao,
    Mahboobi & Bagheri 2018): a key's part of a win is shared by the touches of that key in it.

    Parameters
    ----------
    journeys : Journeys
        From :func:`alignment.journeys.build_journeys`.
    by : {"channel", "team", "campaign"}
        What gets the credit.
    weight : {"value", "wins"}
        Share out the value won or the number of wins.

    Returns
    -------
    DataFrame
        ``key``, ``place`` (1 the first touch), ``credit`` and ``share`` of all that was won;
        only places at which a key stands. What was won without a touch is not in it.
    """
    paths = encode(journeys, by=by, weight=weight)
    won = paths.of_won
    amount = touch_parts(won) * won.value[won.journey]
    frame = pd.DataFrame(
        {
            "key": np.array(won.keys, dtype=object)[won.code],
            "place": won.place + 1,
            "credit": amount,
        }
    )
    found = frame.astype({"key": "str"}).groupby(["key", "place"], sort=True)["credit"].sum()
    total = paths.value.sum()
    return found.reset_index().assign(share=lambda of: of["credit"] / (total if total else np.nan))


def rate_game_statistics(paths: Paths) -> Statistics:
    """Give the rate game as sums over journeys: journeys and value by their set of keys.

    Journeys count by their weights, so that with weights against censoring the rates are those
    of journeys that have run their course; the credit is scaled to add up to what was won so far.

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
    sets = key_sets(paths, touched)
    exists = np.bincount(sets, minlength=1 << keys) > 0
    seen = np.flatnonzero(exists)
    place = (np.cumsum(exists) - 1)[sets]
    won = paths.won[touched]
    value = paths.value[touched]

    def terms() -> tuple[Integers, Integers, Floats]:
        weights = paths.weights[touched]
        journey = np.concatenate([touched, touched[won], touched[won]])
        column = np.concatenate(
            [place, len(seen) + place[won], np.full(int(won.sum()), 2 * len(seen))]
        )
        amount = np.concatenate([weights, (weights * value)[won], value[won]])
        return journey, column, amount

    def sums() -> Floats:
        return np.concatenate(
            [
                np.bincount(place, minlength=len(seen)),
                np.bincount(place[won], value[won], minlength=len(seen)),
                [value[won].sum()],
            ]
        ).astype(np.float64)

    return Statistics(
        width=2 * len(seen) + 1,
        credit=lambda sums: _rate_credit(sums, seen, keys),
        terms=terms,
        sums=sums if paths.weight is None else None,
    )


def _rate_credit(sums: Floats, seen: Integers, keys: int) -> Floats:
    """Play the rate game of each replicate, and scale it to what was won so far."""
    count, value, worth_so_far = np.split(sums, [len(seen), 2 * len(seen)], axis=1)
    journeys = np.zeros((len(sums), 1 << keys))
    worth = np.zeros_like(journeys)
    journeys[:, seen] = count
    worth[:, seen] = value
    journeys, worth = subset_sums(journeys), subset_sums(worth)
    rate = np.divide(worth, journeys, out=np.zeros_like(worth), where=journeys > 0)
    # The rates add up to that of all journeys; one factor turns rates into what was won.
    weighted = value.sum(axis=1, keepdims=True)
    scale = np.divide(
        count.sum(axis=1, keepdims=True) * worth_so_far,
        weighted,
        out=np.zeros_like(weighted),
        where=weighted > 0,
    )
    credit: Floats = shapley_values(rate) * scale
    return credit
