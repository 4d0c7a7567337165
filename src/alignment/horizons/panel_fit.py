"""Half-lives from regions and weeks: week effects conditioned out, likelihoods profiled.

Given how many outcomes a week had in all, their split over the regions is multinomial with shares
in proportion to ``exp(region + Σ effect · stock)``: whatever all regions share in a week (season,
demand, prices) drops out (McCullagh & Nelder 1989, section 6.4; Hausman, Hall & Griliches 1984,
Econometrica 52:909, condition on the other margin). Half-lives go over a grid; their interval is
that of the profile likelihood, widened by the dispersion, or by the long-run variance of the
weekly scores where this is larger (Wedderburn 1974, Biometrika 61:439; Kent 1982, Biometrika
69:19; Newey & West 1987, Econometrica 55:703).
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray
from scipy.signal import lfilter
from scipy.stats import chi2

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

# Weeks; the last is as good as for ever in a few years of data.
HALF_LIVES = np.array(
    [0.25, 0.5, 1, 2, 3, 4, 6, 8, 10, 13, 17, 22, 28, 36, 46, 60, 78, 104, 156], dtype=np.float64
)
SCORE_LAGS = 13  # weeks over which the scores of a dark quarter hang together
START_SD = 0.1  # of what a region's past may have left it, on the log of its outcomes
_MOST_STEPS = 30


@dataclass(frozen=True)
class PanelFit:
    """What a panel tells of each stock.

    Parameters
    ----------
    half_life, low, high : arrays (K,)
        Weeks; `low` is 0 and `high` infinite where the grid ends before the interval does.
    effect, effect_low, effect_high : arrays (K,)
        Log rate ratio for one unit of stock; the half-lives' uncertainty included.
    told : array (K,) of bool
        Whether the interval of the effect excludes 0 and what is below.
    profile : array (K, G)
        Twice the drop of the profiled log-likelihood over the dispersion, by half-life.
    dispersion : array (K,)
        By which the likelihood of each half-life was divided.
    persistence : float
        Correlation of a region's residual with that of the week before, all regions together:
        above 0 where regions wander for reasons of their own.
    """

    half_life: Floats
    low: Floats
    high: Floats
    effect: Floats
    effect_low: Floats
    effect_high: Floats
    told: Flags
    profile: Floats
    dispersion: Floats
    persistence: float


@dataclass(frozen=True)
class _Point:
    """One fit: log-likelihood, coefficients (stocks last), inverse information, shares."""

    value: float
    beta: Floats
    inverse: Floats
    share: Floats


def saturated(spend: Floats) -> Floats:
    """Give spend with diminishing returns, x / (x + mean positive x), by column of all."""
    positive = spend[spend > 0]
    usual = float(positive.mean()) if len(positive) else 1.0
    return np.asarray(spend / (spend + usual))


def stock(reached: Floats, half_life: float) -> Floats:
    """Accumulate what was reached each week (rows), fading with a half-life in weeks.

    It starts at the mean of each column: what was before is not known.
    """
    keep = 0.5 ** (1 / half_life)
    start = keep * reached.mean(axis=0, keepdims=True)
    return np.asarray(lfilter([1 - keep], [1, -keep], reached, axis=0, zi=start)[0])


def fit_panel(
    outcome: Floats, reached: tuple[Floats, ...], level: float, half_lives: Floats = HALF_LIVES
) -> PanelFit:
    """Fit the half-lives and effects of some stocks.

    Parameters
    ----------
    outcome : array (weeks, regions)
        Counts.
    reached : tuple of arrays (weeks, regions)
        What each kind of spend reached in the week, as :func:`saturated` gives it.
    level : float
        Level of the intervals.
    half_lives : array (G,)
        Grid, in weeks.

    Returns
    -------
    PanelFit
    """
    places = list(product(range(len(half_lives)), repeat=len(reached)))
    stocks = [[_with_start(x, h) for h in half_lives] for x in reached]
    free = {place: _maximise(outcome, _columns(stocks, place)) for place in places}
    held = {place: _positive(outcome, stocks, place, free[place]) for place in places}
    best = max(places, key=lambda place: held[place].value)
    spread = _dispersion(outcome, reached, half_lives[list(best)], held[best])
    limit = float(chi2.ppf(level, 1))
    told = [
        _profiled(k, places, free, held, half_lives, spread[:, k], limit)
        for k in range(len(reached))
    ]
    columns = [np.array(column) for column in zip(*told, strict=True)]
    return PanelFit(
        half_life=half_lives[list(best)],
        low=columns[0],
        high=columns[1],
        effect=held[best].beta[-len(reached) :],
        effect_low=columns[2],
        effect_high=columns[3],
        told=columns[2] > 0,
        profile=columns[4],
        dispersion=spread[0],
        persistence=_persistence(outcome, held[best].share),
    )


@dataclass(frozen=True)
class _Design:
    """Columns (weeks, regions, p), stocks last, and the precision that each is held to 0 with."""

    columns: Floats
    penalty: Floats

    def without(self, keep: Flags) -> _Design:
        return _Design(self.columns[:, :, keep], self.penalty[keep])


def _with_start(reached: Floats, half_life: float) -> Floats:
    """Give the stock, and what is left by week of another start: (weeks, regions, 2)."""
    keep = 0.5 ** (1 / half_life)
    left = keep ** np.arange(1, len(reached) + 1)
    started = np.broadcast_to(left[:, None], reached.shape)
    return np.stack([stock(reached, half_life), started], axis=2)


def _columns(stocks: list[list[Floats]], place: tuple[int, ...]) -> _Design:
    """Give the design: regions but the first, each region's start by stock, then the stocks."""
    chosen = [stocks[k][g] for k, g in enumerate(place)]
    weeks, regions, _ = chosen[0].shape
    dummies = np.broadcast_to(np.eye(regions)[:, 1:], (weeks, regions, regions - 1))
    starts = [each[:, :, 1:] * np.eye(regions) for each in chosen]
    columns = np.concatenate([dummies, *starts, *(each[:, :, :1] for each in chosen)], axis=2)
    penalty = np.zeros(columns.shape[2])
    penalty[regions - 1 : -len(chosen)] = 1 / START_SD**2
    return _Design(columns, penalty)


def _maximise(outcome: Floats, design: _Design) -> _Point:
    """Maximise the conditional likelihood, less the penalty, by Newton's method."""
    total = outcome.sum(axis=1)
    beta = np.zeros(design.columns.shape[2])
    value = -np.inf
    for _ in range(_MOST_STEPS):
        share, reached = _shares(outcome, design, beta)
        if reached - value < 1e-8:
            break
        value = reached
        information = _information(total, share, design)
        residual = outcome - total[:, None] * share
        gradient = np.tensordot(residual, design.columns, axes=([0, 1], [0, 1]))
        beta = beta + np.linalg.solve(information, gradient - design.penalty * beta)
    share, value = _shares(outcome, design, beta)
    inverse = np.linalg.inv(_information(total, share, design))
    return _Point(value, beta, np.asarray(inverse), share)


def _shares(outcome: Floats, design: _Design, beta: Floats) -> tuple[Floats, float]:
    eta = design.columns @ beta
    top = eta.max(axis=1, keepdims=True)
    weight = np.exp(eta - top)
    whole = weight.sum(axis=1, keepdims=True)
    log_total = (top + np.log(whole))[:, 0]
    value = float((outcome * eta).sum() - outcome.sum(axis=1) @ log_total)
    value -= float(design.penalty @ beta**2) / 2
    return weight / whole, value


def _information(total: Floats, share: Floats, design: _Design) -> Floats:
    weight = total[:, None] * share
    width = design.columns.shape[2]
    flat = design.columns.reshape(-1, width)
    inner = flat.T @ (weight.reshape(-1, 1) * flat)
    mean = (share[:, None, :] @ design.columns)[:, 0]
    held = np.diag(design.penalty + 1e-9)
    return np.asarray(inner - mean.T @ (total[:, None] * mean) + held)


def _positive(
    outcome: Floats, stocks: list[list[Floats]], place: tuple[int, ...], free: _Point
) -> _Point:
    """Hold the effects at 0 where they would be negative: no activity drives outcomes away."""
    effects = free.beta[-len(stocks) :]
    if (effects >= 0).all():
        return free
    design = _columns(stocks, place)
    first = len(design.penalty) - len(stocks)
    candidates = []
    for kept in product((False, True), repeat=len(stocks)):
        if all(kept):
            continue
        keep = np.r_[np.ones(first, dtype=bool), np.array(kept)]
        found = _maximise(outcome, design.without(keep))
        if (found.beta[first:] >= 0).all():
            beta = np.zeros(len(keep))
            beta[keep] = found.beta
            candidates.append(_Point(found.value, beta, free.inverse, found.share))
    return max(candidates, key=lambda point: point.value)


def _dispersion(
    outcome: Floats, reached: tuple[Floats, ...], best: Floats, point: _Point
) -> Floats:
    """Give by how much each half-life's (row 0) and effect's (row 1) variance is inflated."""
    count = len(reached)
    total = outcome.sum(axis=1, keepdims=True)
    expected = total * point.share
    used = expected > 0
    freedom = outcome.size - len(outcome) - len(point.beta) - count
    pearson = float(((outcome - expected)[used] ** 2 / expected[used]).sum() / max(freedom, 1))
    design = _columns(
        [[_with_start(x, h)] for x, h in zip(reached, best, strict=True)], (0,) * count
    )
    # How the predictor moves with the log of each half-life.
    slopes = np.stack(
        [
            effect * (stock(x, 1.05 * h) - stock(x, h / 1.05)) / (2 * np.log(1.05))
            for effect, x, h in zip(point.beta[-count:], reached, best, strict=True)
        ],
        axis=2,
    )
    usable = np.abs(slopes).max(axis=(0, 1)) > 1e-9
    design = _Design(
        np.concatenate([design.columns, slopes[:, :, usable]], axis=2),
        np.r_[design.penalty, np.zeros(int(usable.sum()))],
    )
    inverse = np.linalg.inv(_information(total[:, 0], point.share, design))
    residual = outcome - expected
    scores = (residual[:, None, :] @ design.columns)[:, 0]
    robust = np.diag(inverse @ _long_run(scores) @ inverse) / np.diag(inverse)
    width = len(point.beta)
    ratio = np.ones((2, count))
    ratio[0, usable] = robust[width:]
    ratio[1] = robust[width - count : width]
    return np.maximum(ratio, max(pearson, 1.0))


def _persistence(outcome: Floats, share: Floats) -> float:
    """Correlate Pearson residuals with those of the week before."""
    expected = outcome.sum(axis=1, keepdims=True) * share
    residual = (outcome - expected) / np.sqrt(np.maximum(expected, 1e-12))
    squares = float((residual**2).mean())
    return float((residual[1:] * residual[:-1]).mean() / squares) if squares else 0.0


def _long_run(scores: Floats) -> Floats:
    """Sum the autocovariances of weekly scores with Bartlett's weights (Newey & West)."""
    total = scores.T @ scores
    for lag in range(1, min(SCORE_LAGS, len(scores) - 1) + 1):
        weight = 1 - lag / (SCORE_LAGS + 1)
        cross = scores[lag:].T @ scores[:-lag]
        total = total + weight * (cross + cross.T)
    return np.asarray(total)


def _profiled(
    k: int,
    places: list[tuple[int, ...]],
    free: dict[tuple[int, ...], _Point],
    held: dict[tuple[int, ...], _Point],
    half_lives: Floats,
    spread: Floats,
    limit: float,
) -> tuple[float, float, float, float, Floats]:
    """Give the interval of one half-life, that of its effect, and the profile."""
    best = max(point.value for point in held.values())
    value = np.array(
        [max(held[p].value for p in places if p[k] == g) for g in range(len(half_lives))]
    )
    drop = 2 * (best - value) / spread[0]
    low, high = _crossings(np.log(half_lives), drop, limit)
    place = len(next(iter(free.values())).beta) - len(places[0]) + k
    top = max(point.value for point in free.values())
    lows, highs = [], []
    for point in free.values():
        left = limit * spread[1] - 2 * (top - point.value)
        if left >= 0:
            half = np.sqrt(left * point.inverse[place, place])
            lows.append(point.beta[place] - half)
            highs.append(point.beta[place] + half)
    return low, high, float(min(lows)), float(max(highs)), drop


def _crossings(at: Floats, drop: Floats, limit: float) -> tuple[float, float]:
    """Find where the drop passes the limit, on straight lines between the grid's points."""
    inside = np.flatnonzero(drop <= limit)
    first, last = inside[0], inside[-1]
    low, high = 0.0, np.inf
    if first > 0:
        part = (limit - drop[first]) / (drop[first - 1] - drop[first])
        low = float(np.exp(at[first] + part * (at[first - 1] - at[first])))
    if last < len(at) - 1:
        part = (limit - drop[last]) / (drop[last + 1] - drop[last])
        high = float(np.exp(at[last] + part * (at[last + 1] - at[last])))
    return low, high
