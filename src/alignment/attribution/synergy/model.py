"""The outcome model, and what it says of the journeys seen with some channels taken out.

The masking value of a set of channels is the mean outcome of the units as they were, with the
touches of all other channels removed: only what was done is ever taken away, nothing is added.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.special import expit

from alignment.attribution.paths import Floats, Integers
from alignment.attribution.synergy.indices import COALITIONS
from alignment.attribution.synergy.landmark import Landmark

_FEWEST_OF_PAIR = 20  # units that both channels of a product must have touched


@dataclass(frozen=True)
class Design:
    """The columns of the outcome model.

    Parameters
    ----------
    columns : array (units, columns)
        Intercept, covariates, warmth; then one a channel, one a pair of channels of unlike teams,
        and one a channel times warmth.
    base : int
        How many of them do not touch a channel.
    pairs : tuple of (int, int)
        Channels of each product.
    slopes : tuple of int
        Channels whose effect goes with warmth: without marketing's, a world in which effects
        add up would look as if the teams were in each other's way.
    quick : bool
        Whether the last column is how soon sales came, for those it touched.
    warmth : array (units,)
        Net warmth; zero where there is none.
    """

    columns: Floats
    base: int
    pairs: tuple[tuple[int, int], ...]
    slopes: tuple[int, ...]
    quick: bool
    warmth: Floats


def outcome_design(units: Landmark) -> Design:
    """Build the columns: main effects, products across teams, and effects by warmth."""
    touched = units.exposure.astype(float)
    channels = touched.shape[1]
    pairs = tuple(
        (m, s)
        for m in range(units.marketing)
        for s in range(units.marketing, channels)
        if (units.exposure[:, m] & units.exposure[:, s]).sum() >= _FEWEST_OF_PAIR
    )
    warm = units.warmth.source != "none"
    slopes = tuple(range(channels)) if warm else ()
    base = np.column_stack([np.ones(len(touched)), units.covariates, units.warmth.columns])
    columns = [
        base,
        touched,
        *(touched[:, [m]] * touched[:, [s]] for m, s in pairs),
        *(touched[:, [s]] * units.warmth.value[:, None] for s in slopes),
    ]
    quick = bool(units.speed.any())
    if quick:
        columns.append(units.speed[:, None])
    return Design(np.hstack(columns), base.shape[1], pairs, slopes, quick, units.warmth.value)


@dataclass(frozen=True)
class Masks:
    """Each unit with each part of its own touches, and where those count.

    A unit that k channels touched has 2**k of them, whatever the number of channels: so the worth
    of all sets of channels costs little more than that of four.

    Parameters
    ----------
    design : Design
        Its columns.
    channels, marketing : int
        Channels, and how many are marketing's.
    unit, part : arrays (rows,)
        The unit and, as bits, the channels left to it.
    group : array (rows,)
        Number of the pair (touched by, left to it).
    speed : array (rows,)
        How soon sales came, where the channel that came first is left.
    touched, left : arrays (groups,)
        The bits of each group.
    """

    design: Design
    channels: int
    marketing: int
    unit: Integers
    part: Integers
    group: Integers
    speed: Floats
    touched: Integers
    left: Integers

    def sums(self, coefficients: Floats, weights: Floats) -> Floats:
        """Add up the weighted chances of each group under one set of coefficients."""
        fixed = self.design.columns[:, : self.design.base] @ coefficients[: self.design.base]
        constant, slope = self.effects(coefficients)
        eta = fixed[self.unit] + constant[self.part]
        if len(self.design.slopes):
            eta += slope[self.part] * self.design.warmth[self.unit]
        if self.design.quick:
            eta += coefficients[-1] * self.speed
        chance = expit(eta)
        chance *= weights[self.unit]
        return np.asarray(np.bincount(self.group, chance, minlength=len(self.touched)), dtype=float)

    def effects(self, coefficients: Floats) -> tuple[Floats, Floats]:
        """Give the log-odds, and their slope by warmth, of each set of channels."""
        bits = self._members
        first = self.design.base
        constant = coefficients[first : first + self.channels] @ bits
        first += self.channels
        for place, (m, s) in enumerate(self.design.pairs):
            constant = constant + coefficients[first + place] * bits[m] * bits[s]
        first += len(self.design.pairs)
        slope = np.zeros(bits.shape[1])
        for place, s in enumerate(self.design.slopes):
            slope = slope + coefficients[first + place] * bits[s]
        return constant, slope

    @cached_property
    def _members(self) -> Floats:
        places = np.arange(1 << self.channels)
        return np.array([(places >> c) & 1 for c in range(self.channels)], dtype=float)

    @cached_property
    def _gather(self) -> tuple[Integers, Integers]:
        """Find, for each pattern of touches and each set of channels, the group of what is left."""
        patterns = np.unique(self.touched)
        sets = np.arange(1 << self.channels)
        key = self.touched * (1 << self.channels) + self.left
        wanted = patterns[:, None] * (1 << self.channels) + (patterns[:, None] & sets)
        return patterns, np.searchsorted(key, wanted)

    def values(self, sums: Floats, total: float) -> Floats:
        """Give the worth of every set of channels, by bits."""
        return np.asarray(sums[self._gather[1]].sum(axis=0) / total)

    @property
    def team_sets(self) -> Integers:
        """The sets that stand for nobody, marketing, sales, both."""
        every = (1 << self.channels) - 1
        mine = (1 << self.marketing) - 1
        return np.array([0, mine, every - mine, every])

    def by_cell(self, sums: Floats, total: float) -> Floats:
        """Split the worth of the four sets of teams by who touched the unit.

        Returns
        -------
        array (4 cells, 4 coalitions)
            Rows: touched by nobody, only marketing, only sales, both. Adds up to the values.
        """
        patterns, gather = self._gather
        mine = (1 << self.marketing) - 1
        cell = ((patterns & mine) > 0) + 2 * ((patterns & ~mine) > 0)
        found = np.zeros((len(COALITIONS), len(COALITIONS)))
        np.add.at(found, cell, sums[gather[:, self.team_sets]] / total)
        return found


def masks(units: Landmark, design: Design) -> Masks:
    """List every part of every unit's touches."""
    channels = units.exposure.shape[1]
    pattern = units.exposure @ (1 << np.arange(channels))
    parts: list[Integers] = []
    owners: list[Integers] = []
    every = np.arange(1 << channels)
    for touched in np.unique(pattern):
        mine = np.flatnonzero(pattern == touched)
        inside = every[(every & ~touched) == 0]
        owners.append(np.repeat(mine, len(inside)))
        parts.append(np.tile(inside, len(mine)))
    unit, part = np.concatenate(owners), np.concatenate(parts)
    key = pattern[unit] * (1 << channels) + part
    found, group = np.unique(key, return_inverse=True)
    first = units.first_sales[unit]
    there = (first >= 0) & ((part >> np.maximum(first, 0)) & 1 == 1)
    return Masks(
        design=design,
        channels=channels,
        marketing=units.marketing,
        unit=unit,
        part=part,
        group=np.asarray(group, dtype=np.int64),
        speed=np.where(there, units.speed[unit], 0.0),
        touched=found // (1 << channels),
        left=found % (1 << channels),
    )
