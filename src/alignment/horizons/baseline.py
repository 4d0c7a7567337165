"""Level, stock and forecast of the weekly model, draw by draw.

Given a draw of effects and variances, level and noise are jointly normal: the level's mean and a
forecast follow from their covariance, with the flat coefficients of trend and season estimated by
generalised least squares (Harville 1976, Annals of Statistics 4:384).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from alignment.horizons.carry_over import carried, saturated, usual_week
from alignment.horizons.model import WeeklyFit

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Parts:
    """What the weekly model sees in each week, by draw.

    Parameters
    ----------
    level : array (S, T)
        Level, trend, season and holidays.
    effect : array (S, T, D)
        What each driver brings, fast and slow.
    stock : array (S, T)
        What the slow stocks bring, all of them together.
    """

    level: Floats
    effect: Floats
    stock: Floats


def chosen(fit: WeeklyFit, draws: int) -> NDArray[np.int64]:
    """Give the places of some draws, evenly spread."""
    count = len(fit.draws.noise)
    return np.unique(np.linspace(0, count - 1, min(draws, count)).astype(np.int64))


def effects_by_week(
    fit: WeeklyFit, places: NDArray[np.int64], ahead: Floats | None = None
) -> tuple[Floats, Floats]:
    """Give what each driver brought in each week, and its slow part, (S, T, D) each.

    Parameters
    ----------
    fit : WeeklyFit
    places : array of int
        Draws to use.
    ahead : array (H, D), optional
        Activity of the weeks that follow; they are appended.
    """
    seen = fit.activity
    every = seen if ahead is None else np.vstack([seen, ahead])
    draws, weeks = fit.draws, len(every)
    total = np.empty((len(places), weeks, seen.shape[1]))
    slow = np.zeros_like(total)
    fast_kernels, slow_kernels = fit.grids.fast_kernels(weeks), fit.grids.slow_kernels(weeks)
    halves = [_bent(seen, every, half) for half in fit.grids.halves]
    fast_grid = np.stack([carried(z, fast_kernels) for z in halves])  # (half, kernel, T, D)
    slow_grid = np.stack([carried(z, slow_kernels) for z in halves])
    for d in range(seen.shape[1]):
        half = draws.half[places, d]
        fast = fast_grid[half, draws.kernel[places, d], :, d]
        stock = slow_grid[half, draws.retention[places], :, d]
        slow[:, :, d] = draws.slow[places, d, np.newaxis] * stock
        total[:, :, d] = draws.fast[places, d, np.newaxis] * fast + slow[:, :, d]
    return total, slow


def parts(fit: WeeklyFit, draws: int = 200) -> Parts:
    """Split every week into level and effects."""
    places = chosen(fit, draws)
    effect, slow = effects_by_week(fit, places)
    level = np.empty(effect.shape[:2])
    for group, rows in _by_ratio(fit, places):
        smoother = _smoother(fit, fit.grids.ratios[group], fit.base, len(fit.outcome))
        rest = fit.outcome - effect[rows].sum(axis=2)
        level[rows] = rest @ smoother.T
    return Parts(level, effect, slow.sum(axis=2))


def forecast(
    fit: WeeklyFit, ahead: Floats, base_ahead: Floats, *, draws: int = 200, seed: int = 0
) -> Floats:
    """Draw the outcome of the weeks that follow, given their activity.

    Parameters
    ----------
    fit : WeeklyFit
    ahead : array (H, D)
        Activity of those weeks, in the units of the drivers.
    base_ahead : array (H, P)
        Their columns of level, trend, season and holidays.
    draws, seed : int

    Returns
    -------
    array (S, H)
    """
    places, random = chosen(fit, draws), np.random.default_rng(seed)
    weeks, horizon = len(fit.outcome), len(ahead)
    effect = effects_by_week(fit, places, ahead)[0].sum(axis=2)
    base = np.vstack([fit.base, base_ahead])
    drawn = np.empty((len(places), horizon))
    for group, rows in _by_ratio(fit, places):
        ratio = fit.grids.ratios[group]
        mean = (fit.outcome - effect[rows, :weeks]) @ _smoother(fit, ratio, base, weeks).T
        root = np.linalg.cholesky(_forecast_covariance(fit, ratio, base, weeks))
        noise = random.normal(size=(len(rows), horizon)) @ root.T
        noise *= np.sqrt(fit.draws.noise[places[rows]])[:, np.newaxis]
        drawn[rows] = mean[:, weeks:] + effect[rows, weeks:] + noise
    return drawn


def _bent(seen: Floats, every: Floats, half: float) -> Floats:
    """Saturate, scaled as the weeks of the fit were."""
    if len(seen) == len(every):
        return saturated(seen, half)
    knee = half * usual_week(seen)
    scale = (seen / (seen + knee)).mean(axis=0)
    bent: Floats = every / (every + knee) / scale
    return bent


def _by_ratio(fit: WeeklyFit, places: NDArray[np.int64]) -> list[tuple[int, NDArray[np.int64]]]:
    ratio = fit.draws.ratio[places]
    return [(int(group), np.flatnonzero(ratio == group)) for group in np.unique(ratio)]


def _walk(weeks: int) -> Floats:
    steps = np.minimum.outer(np.arange(weeks), np.arange(weeks))
    return np.asarray(steps, dtype=np.float64)


def _solved(fit: WeeklyFit, ratio: float, base: Floats, weeks: int) -> tuple[Any, ...]:
    """Give covariance, gain and the least-squares map of the base, in units of the noise."""
    walk = ratio * _walk(len(base))
    inverse = np.linalg.inv(walk[:weeks, :weeks] + np.eye(weeks))
    own = base[:weeks]
    inner = np.linalg.inv(own.T @ inverse @ own)
    return walk, inverse, inner @ own.T @ inverse, inner


def _smoother(fit: WeeklyFit, ratio: float, base: Floats, weeks: int) -> Floats:
    """Give the matrix that takes what effects leave over to the level, also of later weeks."""
    walk, inverse, squares, _ = _solved(fit, ratio, base, weeks)
    gain = walk[:, :weeks] @ inverse
    level: Floats = base @ squares + gain @ (np.eye(weeks) - base[:weeks] @ squares)
    return level


def _forecast_covariance(fit: WeeklyFit, ratio: float, base: Floats, weeks: int) -> Floats:
    """Give the covariance of later weeks around their mean, in units of the noise."""
    walk, inverse, _, inner = _solved(fit, ratio, base, weeks)
    gain = walk[weeks:, :weeks] @ inverse
    rest = base[weeks:] - gain @ base[:weeks]
    covariance: Floats = walk[weeks:, weeks:] - gain @ walk[:weeks, weeks:] + rest @ inner @ rest.T
    return covariance + np.eye(len(base) - weeks)
