"""What sales effort does to the deals that are open: the win hazard of the week.

Wins of week t are Poisson with mean ``E_t exp(ψ (x_t − 1))``: E_t adds the win hazard of every deal
open that week at its age, x_t is sales effort on open deals, saturated and carried over, of mean 1,
ψ ≥ 0 has a half-normal prior. Everything is on grids, so that the posterior is exact; wins that
spread more than a Poisson law does widen it (quasi-likelihood, McCullagh & Nelder 1989, 9.2).
A deal won earlier is not won later: the effect within a horizon is net of that.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special

from alignment.horizons.carry_over import carried, geometric, saturated
from alignment.horizons.marked import WON, MarkedSpells

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

SCALE = 0.3  # of the half-normal prior: a week of twice the effort wins a third more
STRENGTHS = np.linspace(0.0, 1.5, 151)
RETENTIONS = (0.0, 0.3, 0.6, 0.8)
HALVES = (1.0, 8.0)
MINIMUM_WINS = 30


@dataclass(frozen=True)
class Closing:
    """Effect of sales effort on deals that are open.

    Parameters
    ----------
    strength : array (S,)
        Draws of ψ: relative change of the week's wins when effort doubles, for small changes.
    prior_strength : array (S,)
        Draws from its prior.
    more_wins : array (S, W)
        Draws of the net wins that one average week of effort adds by week since then, cumulated.
    prior_more_wins : array (S, W)
        The same without the data's word on ψ.
    wins : int
        Wins in the weeks used.
    dispersion : float
        Variance of the weekly wins over that of a Poisson law, at least 1.
    """

    strength: Floats
    prior_strength: Floats
    more_wins: Floats
    prior_more_wins: Floats
    wins: int
    dispersion: float


def closing_effect(
    spells: MarkedSpells,
    created: Integers,
    effort: Floats,
    *,
    horizon: int,
    draws: int,
    seed: int,
) -> Closing | None:
    """Estimate what sales effort adds to the wins of open deals.

    Parameters
    ----------
    spells : MarkedSpells
        Deals since creation, in days.
    created : array (n,) of int
        Day of creation of each, counted from the first day of the first week.
    effort : array (T,)
        Touches that sales started with accounts whose deal was open, by week.
    horizon, draws, seed : int
        Weeks of the effect to give, number of draws and their seed.

    Returns
    -------
    Closing or None
        None with fewer than 30 wins in those weeks, or where effort never varied.
    """
    weeks = len(effort)
    at_risk, wins, losses = _by_week_and_age(spells, created, weeks)
    if wins.sum() < MINIMUM_WINS or np.ptp(effort) == 0:
        return None
    exposed = at_risk.sum(axis=0)
    hazard = wins.sum(axis=0) / np.maximum(exposed, 1)
    lost = losses.sum(axis=0) / np.maximum(exposed, 1)
    expected, counted = at_risk @ hazard, wins.sum(axis=1)
    shapes = [(half, retention) for half in HALVES for retention in RETENTIONS]
    series = np.stack(
        [
            carried(
                saturated(effort[:, np.newaxis], half), geometric(retention, weeks)[np.newaxis]
            )[0, :, 0]
            for half, retention in shapes
        ]
    )
    linear = STRENGTHS[:, np.newaxis, np.newaxis] * (series - 1.0)
    mean = np.maximum(expected, 1e-9) * np.exp(linear)
    likelihood = (counted * linear - mean).sum(axis=2)  # (strength, shape)
    best = np.unravel_index(int(likelihood.argmax()), likelihood.shape)
    fitted = mean[best]
    dispersion = max(1.0, float(((counted - fitted) ** 2 / fitted).sum() / max(weeks - 2, 1)))
    weight = likelihood / dispersion - 0.5 * (STRENGTHS[:, np.newaxis] / SCALE) ** 2
    weight = np.exp(weight - special.logsumexp(weight))
    random = np.random.default_rng(seed)
    picked = random.choice(weight.size, draws, p=weight.ravel() / weight.sum())
    strength, shape = np.divmod(picked, len(shapes))
    width = STRENGTHS[1]  # a draw lies anywhere in its cell of the grid
    drawn = np.abs(STRENGTHS[strength] + random.uniform(-width / 2, width / 2, draws))
    slopes = np.stack(
        [
            _net_slope(at_risk.mean(axis=0), hazard, lost, geometric(r, horizon), horizon)
            for r in RETENTIONS
        ]
    )
    before = np.abs(random.normal(0, SCALE, draws))
    by_retention = random.integers(0, len(RETENTIONS), draws)
    return Closing(
        drawn,
        before,
        drawn[:, np.newaxis] * slopes[shape % len(RETENTIONS)],
        before[:, np.newaxis] * slopes[by_retention],
        int(wins.sum()),
        dispersion,
    )


def _by_week_and_age(
    spells: MarkedSpells, created: Integers, weeks: int
) -> tuple[Floats, Floats, Floats]:
    """Count deals open at the start of each week or created in it, wins and losses, by age."""
    first = (created + spells.entry) // 7
    last = (created + spells.exit) // 7
    start = created // 7
    ages = int(max((last - start).max(), 0)) + 1
    begin, end = np.maximum(first, 0), np.minimum(last, weeks - 1)
    lengths = np.maximum(end - begin + 1, 0)
    rows = np.repeat(np.arange(len(created)), lengths)
    offset = np.arange(len(rows)) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    week = begin[rows] + offset
    age = week - start[rows]
    table = np.zeros((3, weeks, ages))
    np.add.at(table[0], (week, age), 1.0)
    inside = (last >= 0) & (last < weeks)
    for place, kind in ((1, spells.end == WON), (2, spells.end == 2)):
        ended = inside & kind
        np.add.at(table[place], (last[ended], (last - start)[ended]), 1.0)
    return table[0], table[1], table[2]


def _net_slope(
    open_now: Floats, hazard: Floats, lost: Floats, kernel: Floats, horizon: int
) -> Floats:
    """Give the wins added by each week for a unit of ψ, net of what would have been won later.

    Deals of each age, at their usual numbers, go on through the weeks with their hazards; new
    ones come at age 0 as usual. The derivative of the wins with respect to ψ is carried along.
    """
    ages = len(open_now)
    alive, moved = open_now.astype(np.float64).copy(), np.zeros(ages)
    gained = np.zeros(horizon)
    stay = np.clip(1.0 - hazard - lost, 0.0, 1.0)
    for week in range(horizon):
        extra = alive * hazard * kernel[week]
        gained[week] = extra.sum() + (moved * hazard).sum()
        moved_next = moved * stay - extra
        alive_next = alive * stay
        alive = np.concatenate([[open_now[0]], alive_next[:-1]])
        moved = np.concatenate([[0.0], moved_next[:-1]])
    total: Floats = np.cumsum(gained)
    return total
