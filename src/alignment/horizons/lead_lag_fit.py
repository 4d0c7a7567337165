"""Which of two weekly series goes first: Toda–Yamamoto, a budget rule, a cross-correlation.

Toda & Yamamoto 1995 (J Econometrics 66:225): lags of both series are chosen by Schwarz's criterion
and one more is fitted than is tested, so that the test holds whether the series wander or not. In
a few years of weeks its tables still find too much; the statistic is set beside those of series
drawn under the null instead (Hacker & Hatemi-J 2006, Applied Economics 38:1489), and the rule's
t beside those of its own bootstrap. The cross-correlation is of series each whitened by its own
lags (Haugh 1976, JASA 71:378).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import stats

Floats = NDArray[np.float64]

YEAR = 365.25 / 7  # weeks


def season(weeks: int, pairs: int = 2, period: float = YEAR) -> Floats:
    """Give a constant, a trend and pairs of yearly waves, (weeks, 2 + 2 pairs)."""
    at = np.arange(weeks, dtype=np.float64)
    waves = [
        wave(2 * np.pi * k * at / period) for k in range(1, pairs + 1) for wave in (np.sin, np.cos)
    ]
    return np.column_stack([np.ones(weeks), at / max(weeks, 1), *waves])


def lagged(series: Floats, lags: int) -> Floats:
    """Give lags 1 to `lags` of a series as columns; the first `lags` rows are missing."""
    table = np.full((len(series), lags), np.nan)
    for lag in range(1, lags + 1):
        table[lag:, lag - 1] = series[:-lag]
    return table


def lag_order(first: Floats, second: Floats, base: Floats, most: int) -> int:
    """Choose the lags of a two-series autoregression by Schwarz's criterion, on equal rows."""
    both = np.column_stack([first, second])
    found = []
    for lags in range(1, most + 1):
        design = np.column_stack([base, lagged(first, lags), lagged(second, lags)])[most:]
        beta = np.linalg.lstsq(design, both[most:], rcond=None)[0]
        residual = both[most:] - design @ beta
        sign, size = np.linalg.slogdet(residual.T @ residual / len(residual))
        found.append(
            size + np.log(len(residual)) * 2 * design.shape[1] / len(residual)
            if sign > 0
            else np.inf
        )
    return int(np.argmin(found)) + 1


def toda_yamamoto(
    effect: Floats,
    driver: Floats,
    base: Floats,
    *,
    most: int = 8,
    extra: int = 1,
    replicates: int = 400,
    seed: int = 0,
) -> tuple[float, int]:
    """Test whether the past of one series helps to predict another.

    Parameters
    ----------
    effect, driver : array (weeks,)
        The series predicted, and the one whose past may help.
    base : array (weeks, k)
        Constant, trend, season.
    most : int
        Largest number of lags considered.
    extra : int
        Lags fitted beyond those tested: the highest order of integration thought of.
    replicates, seed : int
        Series drawn as if the past of the driver did not help, and their seed.

    Returns
    -------
    p_value : float
    lags : int
        Lags tested.
    """
    lags = lag_order(effect, driver, base, most)
    whole = lags + extra
    fixed = np.column_stack([base, lagged(driver, whole)])
    place = base.shape[1] + np.arange(lags)
    seen = wald(effect[None], fixed, whole, place)[0][0]
    drawn = redrawn(effect, base, whole, replicates, seed)
    others = wald(drawn, fixed, whole, place)[0]
    return float((1 + (others >= seen).sum()) / (1 + replicates)), lags


def budget_rule(
    spend: Floats,
    sales: Floats,
    base: Floats,
    level: float,
    *,
    window: int = 13,
    lags: int = 2,
    replicates: int = 400,
    seed: int = 0,
) -> tuple[float, float, float, float]:
    """Regress spend on its own past and the mean sales of the weeks before.

    Parameters
    ----------
    spend : array (weeks,)
        Log spend.
    sales : array (weeks,)
        Sales, in any unit.
    base : array (weeks, k)
        Constant, trend, season.
    level : float
        Level of the interval.
    window : int
        Weeks before, over which sales are averaged.
    lags : int
        Lags of spend.
    replicates, seed : int
        Series drawn, and their seed.

    Returns
    -------
    estimate, low, high, p_value : float
        How much log spend moves at once with log mean sales; studentised bootstrap, for with two
        series that both wander Student's t finds a rule too often.
    """
    total = np.cumsum(np.r_[0.0, sales])
    recent = np.full(len(sales), np.nan)
    recent[window:] = (total[window:-1] - total[: -window - 1]) / window
    driver = np.log(recent + 0.05 * float(sales.mean()))[window:]
    start = window
    fixed = np.column_stack([driver, base[start:]])
    place = np.array([0])
    series = spend[start:]
    _, beta, error = wald(series[None], fixed, lags, place)
    estimate, deviation = float(beta[0, 0]), float(error[0, 0])
    drawn = redrawn(series, fixed, lags, replicates, seed)
    _, others, errors = wald(drawn, fixed, lags, place)
    t = (others[:, 0] - estimate) / errors[:, 0]
    below, above = np.quantile(t, [(1 - level) / 2, (1 + level) / 2])
    beyond = (t <= estimate / deviation).mean()
    p_value = 2 * min(beyond, 1 - beyond)
    return (
        estimate,
        estimate - float(above) * deviation,
        estimate - float(below) * deviation,
        float(max(p_value, 1 / (1 + replicates))),
    )


def wald(
    series: Floats, fixed: Floats, lags: int, place: NDArray[np.int64]
) -> tuple[Floats, Floats, Floats]:
    """Regress many series on fixed columns and their own lags, and test some coefficients.

    Parameters
    ----------
    series : array (replicates, weeks)
        The series.
    fixed : array (weeks, k)
        Columns that all share; rows with anything missing lie among the first `lags`.
    lags : int
        Own lags.
    place : array (q,)
        Fixed columns that are tested.

    Returns
    -------
    f : array (replicates,)
        Wald statistic over q: F where the errors are normal.
    beta, error : arrays (replicates, q)
        The coefficients and their standard errors.
    """
    count = series.shape[1] - lags
    own = np.stack([series[:, lags - lag : -lag] for lag in range(1, lags + 1)], axis=2)
    shared = np.broadcast_to(fixed[lags:], (len(series), count, fixed.shape[1]))
    design = np.concatenate([shared, own], axis=2)
    y = series[:, lags:, None]
    across = design.transpose(0, 2, 1)
    inverse = np.linalg.inv(across @ design)
    beta = inverse @ (across @ y)
    residual = (y - design @ beta)[:, :, 0]
    variance = (residual**2).sum(axis=1) / max(count - design.shape[2], 1)
    chosen = beta[:, place, 0]
    block = inverse[:, place[:, None], place]
    solved = np.linalg.solve(block, chosen[:, :, None])[:, :, 0]
    f = (chosen * solved).sum(axis=1) / (len(place) * variance)
    error = np.sqrt(variance[:, None] * np.diagonal(block, axis1=1, axis2=2))
    return f, chosen, error


def redrawn(series: Floats, fixed: Floats, lags: int, replicates: int, seed: int) -> Floats:
    """Draw series that follow fixed columns and their own lags, with residuals resampled.

    Returns
    -------
    array (replicates, weeks)
        Each begins as the series did.
    """
    design = np.column_stack([fixed, lagged(series, lags)])[lags:]
    beta = np.linalg.lstsq(design, series[lags:], rcond=None)[0]
    residual = series[lags:] - design @ beta
    residual = (residual - residual.mean()) * np.sqrt(
        len(residual) / max(len(residual) - design.shape[1], 1)
    )
    random = np.random.default_rng(seed)
    shocks = random.choice(residual, size=(replicates, len(residual)))
    level = fixed @ beta[: fixed.shape[1]]
    own = beta[fixed.shape[1] :]
    drawn = np.empty((replicates, len(series)))
    drawn[:, :lags] = series[:lags]
    for week in range(lags, len(series)):
        past = drawn[:, week - lags : week][:, ::-1]
        drawn[:, week] = level[week] + past @ own + shocks[:, week - lags]
    return drawn


def cross_correlation(
    first: Floats, second: Floats, base: Floats, *, farthest: int = 26, lags: int = 4
) -> tuple[Floats, int]:
    """Correlate two whitened series at every lag.

    Returns
    -------
    correlation : array (2 farthest + 1,)
        At lag k, of the first with the second k weeks later: for k > 0 the first leads.
    count : int
        Weeks behind each, at most.
    """
    white = []
    for series in (first, second):
        design = np.column_stack([base, lagged(series, lags)])[lags:]
        beta = np.linalg.lstsq(design, series[lags:], rcond=None)[0]
        residual = series[lags:] - design @ beta
        scale = np.sqrt((residual**2).mean())
        white.append(residual / scale if scale > 0 else residual)
    a, b = white
    count = len(a)
    found = [
        float((a[: count - k] * b[k:]).sum() / count)
        if k >= 0
        else float((a[-k:] * b[: count + k]).sum() / count)
        for k in range(-farthest, farthest + 1)
    ]
    return np.array(found), count


def band(count: int, level: float) -> float:
    """Give the correlation that one lag stays below by chance alone."""
    return float(stats.norm.ppf(0.5 + level / 2) / np.sqrt(count))
