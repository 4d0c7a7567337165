"""The game of two teams and of their channels: what each number in it is, exactly.

A game gives every set of players (a coalition) what is reached when only they act. Two players
share it in one way that everybody accepts only up to an interval, the core; interaction says what
exists only because both acted, or what both claim although it exists once.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from itertools import combinations
from math import comb
from typing import Any

import numpy as np

from alignment.attribution.paths import Floats, Integers

COALITIONS = ("none", "marketing", "sales", "both")
MOST_PLAYERS = 10
_LEAST = 1e-12  # of a share of the units: below it there is no scale to divide by


@dataclass(frozen=True)
class TeamIndices:
    """What follows from the four values of a game of two teams; numbers, or arrays alike.

    Parameters
    ----------
    marketing_alone, sales_alone : array
        What each team adds where the other does nothing.
    joint : array
        What both add together, J.
    interaction : array
        I = J minus the two: above zero they reach more together, below zero their work overlaps.
    rho : array
        I / max(J, the sum of the two), in [-1, 1] where no effect is negative: the share of the
        joint effect that needs both (I >= 0; VanderWeele and Knol 2014), or of the solo effects
        that is lost together (I < 0). Missing without a positive scale.
    shapley_marketing, shapley_sales : array
        Each team's own part and half of I: a convention about I, not data.
    own_share, full_share : array
        Marketing's own part over J; and J less sales' own part, over J.
    credit_low, credit_high : array
        The lesser and the greater of the two: bounds of marketing's share of J. With I >= 0 the
        core: every division between them is one that neither team can refuse. With I < 0 the
        claims overlap: what sales' claim leaves, and marketing's own claim. Missing unless J > 0.
    """

    marketing_alone: Any
    sales_alone: Any
    joint: Any
    interaction: Any
    rho: Any
    shapley_marketing: Any
    shapley_sales: Any
    own_share: Any
    full_share: Any
    credit_low: Any
    credit_high: Any

    def items(self) -> list[tuple[str, Any]]:
        """Return names and numbers, in order."""
        return [(field.name, getattr(self, field.name)) for field in fields(self)]


def _ratio(part: Floats, whole: Floats) -> Floats:
    positive = whole > _LEAST
    return np.where(positive, part / np.where(positive, whole, 1.0), np.nan)


def teams_game(none: Any, marketing: Any, sales: Any, both: Any) -> TeamIndices:
    """Give the indices of the game of two teams.

    Parameters
    ----------
    none, marketing, sales, both : array_like
        What is reached where nobody, only one team, or both act; alike in shape.

    Returns
    -------
    TeamIndices
        Arrays of that shape. Unchanged (but for rounding) if one constant is added to all four.
    """
    empty, m, s, all_ = (np.asarray(v, dtype=float) for v in (none, marketing, sales, both))
    of_marketing, of_sales, joint = m - empty, s - empty, all_ - empty
    interaction = joint - of_marketing - of_sales
    own, full = _ratio(of_marketing, joint), _ratio(of_marketing + interaction, joint)
    return TeamIndices(
        marketing_alone=of_marketing,
        sales_alone=of_sales,
        joint=joint,
        interaction=interaction,
        rho=_ratio(interaction, np.maximum(joint, of_marketing + of_sales)),
        shapley_marketing=of_marketing + interaction / 2,
        shapley_sales=of_sales + interaction / 2,
        own_share=own,
        full_share=full,
        credit_low=np.minimum(own, full),
        credit_high=np.maximum(own, full),
    )


@dataclass(frozen=True)
class PlayerIndices:
    """Shapley values and Shapley-Taylor indices of order two (Dhamdhere et al. 2020).

    Parameters
    ----------
    single : array (..., n)
        What each player adds alone.
    pair : array (..., n, n)
        Interaction of each two, symmetric, zero on the diagonal. The single ones and each pair
        once add up to the worth of all minus that of none.
    shapley : array (..., n)
        Single plus half the row of the pairs.
    """

    single: Floats
    pair: Floats
    shapley: Floats


def players_of(values: int) -> int:
    """Give the number of players of a game of so many coalitions.

    Raises
    ------
    ValueError
        If it is no power of two, or beyond ten players.
    """
    players = max(values.bit_length() - 1, 0)
    if values != 1 << players or players > MOST_PLAYERS:
        raise ValueError(f"{values} values are no game of up to {MOST_PLAYERS} players")
    return players


def dividends(values: Any) -> Floats:
    """Give what each coalition adds beyond all its parts (Möbius transform; Harsanyi).

    Parameters
    ----------
    values : array_like (..., 2**n)
        Place k holds the worth of the players whose bits are set in k.

    Returns
    -------
    array (..., 2**n)
    """
    found = np.array(values, dtype=float)
    players = players_of(found.shape[-1])
    for player in range(players):
        halves = found.reshape(*found.shape[:-1], -1, 2, 1 << player)
        halves[..., 1, :] -= halves[..., 0, :]
    return found


def sizes(players: int) -> Integers:
    """Count the members of each coalition."""
    places = np.arange(1 << players)
    return np.asarray(sum((places >> player) & 1 for player in range(players)), dtype=np.int64)


def shapley_taylor(values: Any) -> PlayerIndices:
    """Give Shapley values and Shapley-Taylor indices of order two, exactly.

    Parameters
    ----------
    values : array_like (..., 2**n)
        Place k holds the worth of the players whose bits are set in k; up to ten players.

    Returns
    -------
    PlayerIndices
    """
    parts = dividends(values)
    n = players_of(parts.shape[-1])
    members = np.asarray([(np.arange(1 << n) >> player) & 1 for player in range(n)], dtype=bool)
    size = sizes(n) if n else np.zeros(1, dtype=np.int64)
    weight = np.array([0.0, 0.0, *(1 / comb(k, 2) for k in range(2, n + 1))])[size]
    single = parts[..., [1 << player for player in range(n)]]
    pair = np.zeros((*parts.shape[:-1], n, n))
    for i, j in combinations(range(n), 2):
        shared = members[i] & members[j]
        pair[..., i, j] = pair[..., j, i] = parts[..., shared] @ weight[shared]
    return PlayerIndices(single, pair, single + pair.sum(axis=-1) / 2)
