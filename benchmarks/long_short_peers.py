"""The usual estimators of long and short effects, for the benchmark: ARDL, VAR, local projections.

Each gets the drivers already saturated with the middle half-saturation of the simulated worlds and
scaled to mean 1, which favours them, and season and trend as regressors. Each returns estimate and
limits of the effect of one average week within some weeks, for each channel and for their sum.
"""

from __future__ import annotations

import numpy as np
import statsmodels.api as sm
from numpy.typing import NDArray
from statsmodels.tsa.api import ARDL, VAR

from alignment.horizons.carry_over import saturated
from alignment.horizons.model import Grids, Scales, base_columns, fit_weekly

Floats = NDArray[np.float64]
Estimate = tuple[float, float, float]

DRAWS = 400
CHANNEL_PLACES = {"search": 0, "social": 1, "events": 2, "content": 3, "brand": 4}
ALL = "all marketing"
QUANTITIES = {name: [place] for name, place in CHANNEL_PLACES.items()} | {ALL: [0, 1, 2, 3, 4]}
HALF = 2.0


def told(draws: Floats) -> dict[str, Estimate]:
    """Give medians and 90 % limits of each channel and of their sum from draws (S, D)."""
    parts = {name: draws[:, places].sum(axis=1) for name, places in QUANTITIES.items()}
    return {
        name: (float(np.median(x)), *map(float, np.quantile(x, [0.05, 0.95])))
        for name, x in parts.items()
    }


def typical_media_mix(world, horizons, seed):
    """Fit an eight-week geometric carry-over, a straight baseline, the same positive priors."""
    fit = fit_weekly(
        world.outcome,
        world.activity,
        grids=Grids(humps=(), ratios=(0.0,), fast_weeks=8),
        scales=Scales(fast=(0.1,)),
        seed=seed,
    )
    return {h: told(fit.within(h)) for h in horizons}


def ardl(world, horizons, seed):
    """Two lags of the outcome and of each driver; responses by recursion over drawn parameters."""
    z = saturated(world.activity.to_numpy(), HALF)
    season = base_columns(len(z))[:, 2:]
    model = ARDL(world.outcome, 2, z, dict.fromkeys(range(z.shape[1]), 2), trend="ct", fixed=season)
    fitted = model.fit()
    names = list(model.exog_names)
    random = np.random.default_rng(seed)
    drawn = random.multivariate_normal(fitted.params, fitted.cov_params(), DRAWS)
    own = drawn[:, [names.index(f"y.L{k}") for k in (1, 2)]]
    rows = []
    for d in range(z.shape[1]):
        direct = drawn[:, [names.index(f"x{d}.L{k}") for k in (0, 1, 2)]]
        response = np.zeros((DRAWS, max(horizons)))
        for week in range(response.shape[1]):
            value = direct[:, week] if week < 3 else np.zeros(DRAWS)
            for lag in (1, 2):
                if week >= lag:
                    value = value + own[:, lag - 1] * response[:, week - lag]
            response[:, week] = np.clip(value, -1e6, 1e6)
        rows.append(np.cumsum(response, axis=1))
    cumulated = np.stack(rows, axis=1)
    return {h: told(cumulated[:, :, h - 1]) for h in horizons}


def var(world, horizons, seed):
    """Vector autoregression of outcome and drivers; a response per unit of the driver's own."""
    z = saturated(world.activity.to_numpy(), HALF)
    data = np.column_stack([world.outcome, z])
    season = base_columns(len(z))[:, 2:]
    fitted = VAR(data, exog=season).fit(maxlags=4, ic="aic", trend="ct")
    lags, size = max(fitted.k_ar, 1), data.shape[1]
    if fitted.k_ar == 0:
        fitted = VAR(data, exog=season).fit(1, trend="ct")
    random = np.random.default_rng(seed)
    params = np.asarray(fitted.params)
    drawn = random.multivariate_normal(params.T.ravel(), _by_equation(fitted), DRAWS)
    coefs = drawn.reshape(DRAWS, size, -1)[:, :, -lags * size :]
    response = [np.tile(np.eye(size), (DRAWS, 1, 1))]
    for week in range(1, max(horizons)):
        total = np.zeros((DRAWS, size, size))
        for lag in range(1, min(week, lags) + 1):
            total += coefs[:, :, (lag - 1) * size : lag * size] @ response[week - lag]
        response.append(np.clip(total, -1e6, 1e6))
    cumulated = np.cumsum(np.stack(response), axis=0)
    own = np.stack([cumulated[:, :, d, d] for d in range(1, size)], axis=-1)
    effect = cumulated[:, :, 0, 1:] / np.maximum(own, 0.1)
    return {h: told(effect[h - 1]) for h in horizons}


def _by_equation(fitted) -> Floats:
    """Covariance of the parameters, equation by equation (the errors' covariance times X'X⁻¹)."""
    regressors = fitted.endog_lagged
    inverse = np.linalg.inv(regressors.T @ regressors)
    return np.kron(np.asarray(fitted.sigma_u), inverse)


def local_projections(world, horizons, seed):
    """Regress the outcome, summed over h weeks, on this week's drivers, lags as controls; HAC."""
    z, y = saturated(world.activity.to_numpy(), HALF), world.outcome
    weeks, lags = len(y), 2
    base = base_columns(weeks)
    result = {}
    for h in horizons:
        rows = np.arange(lags, weeks - h + 1)
        target = np.array([y[t : t + h].sum() for t in rows])
        controls = [base[rows]] + [
            part for k in (1, 2) for part in (z[rows - k], y[rows - k, np.newaxis])
        ]
        fitted = sm.OLS(target, np.hstack([z[rows], *controls])).fit(
            cov_type="HAC", cov_kwds={"maxlags": h}
        )
        covariance = np.asarray(fitted.cov_params())
        result[h] = {}
        for name, picked in QUANTITIES.items():
            weight = np.isin(np.arange(len(fitted.params)), picked).astype(float)
            centre = float(weight @ fitted.params)
            half = 1.645 * float(np.sqrt(weight @ covariance @ weight))
            result[h][name] = (centre, centre - half, centre + half)
    return result


PEERS = {
    "typical media mix": typical_media_mix,
    "ARDL": ardl,
    "VAR": var,
    "local projections": local_projections,
}
