"""Ridge logistic regression by Newton's method with step halving, and its bootstrap refits.

Plain Newton diverges where wins are rare; halving the step until the penalised likelihood grows
does not. The refits of a bootstrap start from the fit to the data and share their matrix products,
so that hundreds cost little more than one.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import linalg
from scipy.special import expit

from alignment.attribution.paths import Flags, Floats

TOLERANCE = 1e-8
REFIT_TOLERANCE = 1e-6  # a ten-thousandth of a usual standard error, in units of a deviation
_MOST_STEPS = 60
_MOST_HALVINGS = 30
_LONGEST = 5.0  # a step in standard deviations
_MOST_CHORDS = 25
_ROWS = 4_096  # rows whose products are held at a time


@dataclass(frozen=True)
class LogisticFit:
    """Coefficients, and how the search for them ended.

    Parameters
    ----------
    coefficients : array (columns,)
        Log-odds for one unit of each column.
    steps : int
        Newton steps taken.
    halvings : int
        How often a step was halved.
    last_step : float
        Largest move of the last step, in standard deviations of the columns.
    converged : bool
        Whether that is below the tolerance.
    """

    coefficients: Floats
    steps: int
    halvings: int
    last_step: float
    converged: bool

    def __str__(self) -> str:
        """Report the search in a line."""
        end = "converged" if self.converged else "did not converge"
        return (
            f"{end} after {self.steps} Newton steps and {self.halvings} halvings; "
            f"last step {self.last_step:.1e}"
        )


def spreads(design: Floats, weights: Floats) -> Floats:
    """Give the weighted standard deviation of each column; zero for a constant one."""
    total = weights.sum()
    mean = weights @ design / total
    return np.asarray(np.sqrt(np.maximum(weights @ design**2 / total - mean**2, 0.0)))


def penalties(design: Floats, weights: Floats, ridge: float) -> Floats:
    """Give the penalty of each column, the same for all once they have unit deviation.

    A constant column, such as the intercept, has none.
    """
    return ridge * spreads(design, weights) ** 2


def _likelihood(
    design: Floats, outcome: Floats, weights: Floats, penalty: Floats, beta: Floats
) -> float:
    eta = design @ beta
    fit = weights @ (outcome * eta - np.logaddexp(0.0, eta))
    return float(fit - 0.5 * penalty @ beta**2)


def fit_logistic(
    design: Floats,
    outcome: Floats,
    weights: Floats,
    penalty: Floats,
    *,
    start: Floats | None = None,
    tolerance: float = TOLERANCE,
) -> LogisticFit:
    """Maximise the weighted likelihood less half the penalised squares.

    Parameters
    ----------
    design : array (rows, columns)
        With a column of ones, if there is to be an intercept.
    outcome : array (rows,)
        0 or 1; anything between is taken as a share.
    weights : array (rows,)
        Not negative.
    penalty : array (columns,)
        From :func:`penalties`.
    start : array (columns,), optional
        Where to begin; zero without it.
    tolerance : float
        Of the last step, in standard deviations of the columns.

    Returns
    -------
    LogisticFit
        It says whether it converged; nothing is raised where it did not.
    """
    scale = np.maximum(spreads(design, weights), 1e-12)
    scale[scale <= 1e-12] = 1.0
    beta = np.zeros(design.shape[1]) if start is None else start.astype(float)
    value = _likelihood(design, outcome, weights, penalty, beta)
    halvings, size, steps = 0, np.inf, 0
    while size >= tolerance and steps < _MOST_STEPS:
        steps += 1
        chance = expit(design @ beta)
        gradient = design.T @ (weights * (outcome - chance)) - penalty * beta
        information = (design * (weights * chance * (1 - chance))[:, None]).T @ design
        step = _solve(information + np.diag(penalty), gradient)
        # Where all chances are near 0 or 1 the information is next to nothing, and the step wild.
        step *= min(1.0, _LONGEST / max(float(np.max(np.abs(step) * scale)), _LONGEST))
        moved = _likelihood(design, outcome, weights, penalty, beta + step)
        for _ in range(_MOST_HALVINGS):
            if moved >= value - 1e-10 * max(1.0, abs(value)):
                break
            step, halvings = step / 2, halvings + 1
            moved = _likelihood(design, outcome, weights, penalty, beta + step)
        beta, value = beta + step, moved
        size = float(np.max(np.abs(step) * scale))
    return LogisticFit(beta, steps, halvings, size, size < tolerance)


def _solve(matrix: Floats, right: Floats) -> Floats:
    """Solve, with a tiny ridge for columns that say the same as others."""
    ridged = matrix + np.diag(1e-9 * (np.diag(matrix) + 1e-9))
    try:
        return np.asarray(linalg.cho_solve(linalg.cho_factor(ridged), right))
    except linalg.LinAlgError:
        return np.asarray(np.linalg.lstsq(ridged, right, rcond=None)[0])


@dataclass(frozen=True)
class Refits:
    """Coefficients of many refits.

    Parameters
    ----------
    coefficients : array (refits, columns)
        Log-odds.
    converged : array (refits,)
        Which of them converged.
    """

    coefficients: Floats
    converged: Flags


def refit_logistic(
    design: Floats,
    outcome: Floats,
    weights: Floats,
    penalty: Floats,
    start: Floats,
) -> Refits:
    """Fit the same rows under many sets of weights, from one start.

    Each refit keeps the information matrix that its own weights give at the start (a chord in
    place of a tangent): its steps need matrix products only, which all refits share. What has not
    converged after 25 of them is fitted by Newton's method on its own.

    Parameters
    ----------
    design, outcome, penalty
        As in :func:`fit_logistic`.
    weights : array (refits, rows)
        One set a refit.
    start : array (columns,)
        The fit to the data.

    Returns
    -------
    Refits
        The same whatever the number of cores, up to rounding.
    """
    count, columns = len(weights), design.shape[1]
    scale = spreads(design, weights.sum(axis=0))
    scale[scale <= 1e-12] = 1.0
    information = _informations(design, weights, expit(design @ start))
    information += np.diag(penalty) + np.diag(1e-9 * (np.diag(information.mean(axis=0)) + 1e-9))
    # The inverses are small and reused; factors cannot be applied to all refits in one call.
    inverse = np.linalg.inv(information)
    beta = np.tile(start, (count, 1))
    size = np.full(count, np.inf)
    open_ = np.arange(count)
    for _ in range(_MOST_CHORDS):
        rest = outcome - expit(beta[open_] @ design.T)
        rest *= weights[open_]
        gradient = rest @ design - penalty * beta[open_]
        step = np.einsum("bij,bj->bi", inverse[open_], gradient)
        beta[open_] += step
        size[open_] = np.max(np.abs(step) * scale, axis=1)
        open_ = open_[~(size[open_] < REFIT_TOLERANCE)]
        if not len(open_):
            break
    converged = size < REFIT_TOLERANCE
    for row in open_:
        single = fit_logistic(
            design, outcome, weights[row], penalty, start=start, tolerance=REFIT_TOLERANCE
        )
        beta[row], converged[row] = single.coefficients, single.converged
    return Refits(beta.reshape(count, columns), converged)


def _informations(design: Floats, weights: Floats, chance: Floats) -> Floats:
    """Give the information matrix under each set of weights."""
    columns = design.shape[1]
    upper = np.triu_indices(columns)
    flat = np.zeros((len(weights), len(upper[0])))
    for first in range(0, len(design), _ROWS):
        part = slice(first, first + _ROWS)
        rows = design[part]
        products = rows[:, upper[0]] * rows[:, upper[1]]
        products *= (chance[part] * (1 - chance[part]))[:, None]
        flat += weights[:, part] @ products
    found = np.zeros((len(weights), columns, columns))
    found[:, upper[0], upper[1]] = flat
    found[:, upper[1], upper[0]] = flat
    return found
