"""Multinomial logistic regression by Newton's method, with covariance that clusters may share.

Rows with the same covariates are fitted as one, with counts: millions of rows that fall on a few
hundred distinct ones cost no more than those. One end is the usual logistic regression.

Sources: Newton's method as iteratively reweighted least squares, McCullagh & Nelder 1989,
Generalized Linear Models, section 2.5; the covariance by clusters, Liang & Zeger 1986
(Biometrika 73:13), with the usual factor G/(G − 1) for G clusters.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

_MOST_STEPS = 60
_MOST_HALVINGS = 30
_ROWS = 32_768  # rows whose products are held at a time


@dataclass(frozen=True)
class Fit:
    """Coefficients of each end against none, and what their covariance needs.

    Parameters
    ----------
    coefficients : array (K, p)
        Log-odds of end k against none, for one unit of each column.
    inverse : array (K p, K p)
        Inverse of the penalised information, end by end.
    probability : array (m, K)
        Fitted probability of each end on each distinct row.
    log_likelihood : float
        Without the penalty.
    steps : int
        Newton steps taken.
    converged : bool
        Whether the last step was below the tolerance.
    """

    coefficients: Floats
    inverse: Floats
    probability: Floats
    log_likelihood: float
    steps: int
    converged: bool


def fit(design: Floats, counts: Floats, *, ridge: float = 1e-6, tolerance: float = 1e-9) -> Fit:
    """Fit the log-odds of each end against none.

    Parameters
    ----------
    design : array (m, p)
        Distinct rows, with a column of ones for the intercept.
    counts : array (m, K + 1)
        How often each row ended in nothing (column 0) and in each of the K ends.
    ridge : float
        Penalty ``ridge / 2`` times the squared coefficients of columns scaled to unit deviation;
        a constant column has none. It only keeps a column that separates the ends from running
        away; it is too small to move what the data determine.
    tolerance : float
        Largest move of the last step, in standard deviations of the columns.

    Returns
    -------
    Fit
    """
    ends, width = counts.shape[1] - 1, design.shape[1]
    total = counts.sum(axis=1)
    mean = total @ design / total.sum()
    variance = np.maximum(total @ design**2 / total.sum() - mean**2, 0.0)
    penalty = np.tile(ridge * variance, ends)
    scale = np.tile(np.where(variance > 0, np.sqrt(variance), 1.0), ends)
    beta = np.zeros(ends * width)
    value = _penalised(design, counts, beta, penalty)
    steps, converged = 0, False
    while steps < _MOST_STEPS and not converged:
        gradient, information = _derivatives(design, counts, beta)
        step = np.linalg.solve(information + np.diag(penalty + 1e-14), gradient - penalty * beta)
        steps += 1
        for _ in range(_MOST_HALVINGS):
            reached = _penalised(design, counts, beta + step, penalty)
            if reached >= value - 1e-12 * abs(value):
                break
            step = step / 2
        beta, value = beta + step, reached
        converged = bool(np.max(np.abs(step) * scale) < tolerance)
    information = _derivatives(design, counts, beta)[1] + np.diag(penalty + 1e-14)
    return Fit(
        coefficients=beta.reshape(ends, width),
        inverse=np.asarray(np.linalg.inv(information), dtype=np.float64),
        probability=_probabilities(design, beta.reshape(ends, width)),
        log_likelihood=_penalised(design, counts, beta, np.zeros_like(penalty)),
        steps=steps,
        converged=converged,
    )


def _probabilities(design: Floats, coefficients: Floats) -> Floats:
    eta = design @ coefficients.T
    top = np.maximum(eta.max(axis=1), 0.0)[:, None]
    weight = np.exp(eta - top)
    return np.asarray(weight / (np.exp(-top) + weight.sum(axis=1, keepdims=True)))


def _penalised(design: Floats, counts: Floats, beta: Floats, penalty: Floats) -> float:
    eta = design @ beta.reshape(counts.shape[1] - 1, -1).T
    top = np.maximum(eta.max(axis=1), 0.0)
    log_total = top + np.log(np.exp(-top) + np.exp(eta - top[:, None]).sum(axis=1))
    fitted = (counts[:, 1:] * eta).sum() - counts.sum(axis=1) @ log_total
    return float(fitted - 0.5 * penalty @ beta**2)


def _derivatives(design: Floats, counts: Floats, beta: Floats) -> tuple[Floats, Floats]:
    """Give the gradient and the information of the likelihood, some rows at a time."""
    ends, width = counts.shape[1] - 1, design.shape[1]
    gradient = np.zeros((ends, width))
    information = np.zeros((ends, width, ends, width))
    for first in range(0, len(design), _ROWS):
        rows, seen = design[first : first + _ROWS], counts[first : first + _ROWS]
        total = seen.sum(axis=1)
        chance = _probabilities(rows, beta.reshape(ends, width))
        gradient += (seen[:, 1:] - total[:, None] * chance).T @ rows
        for k in range(ends):
            for other in range(k, ends):
                weight = total * chance[:, k] * ((k == other) - chance[:, other])
                block = rows.T @ (weight[:, None] * rows)
                information[k, :, other] += block
                if other > k:
                    information[other, :, k] += block.T
    size = ends * width
    return gradient.ravel(), information.reshape(size, size)


def cluster_influence(
    fitted: Fit, design: Floats, pattern: Integers, outcome: Integers, cluster: Integers
) -> Floats:
    """Give what each cluster adds to the coefficients: its score times the inverse information.

    Parameters
    ----------
    fitted : Fit
        The fit to the counts of the same rows.
    design : array (m, p)
        Distinct rows.
    pattern : array (n,)
        Which distinct row each observation is.
    outcome : array (n,)
        0 for none, k for end k.
    cluster : array (n,)
        Codes 0..G − 1, each in use.

    Returns
    -------
    array (G, K p)
        Adds up to zero but for the penalty. Two fits of the same clusters have the covariance
        ``a.T @ b`` of their influences.
    """
    clusters = int(cluster.max()) + 1
    ends, width = fitted.coefficients.shape
    scores = np.empty((clusters, ends * width))
    for k in range(ends):
        residual = (outcome == k + 1) - fitted.probability[pattern, k]
        for column in range(width):
            value = design[:, column]
            if (value == value[0]).all():
                weights = residual * value[0]
            else:
                weights = residual * value[pattern]
            scores[:, k * width + column] = np.bincount(cluster, weights, minlength=clusters)
    return np.asarray(scores @ fitted.inverse)


def covariance(influence: Floats) -> Floats:
    """Give the covariance of coefficients from what each cluster adds to them.

    Parameters
    ----------
    influence : array (G, q)
        From :func:`cluster_influence`; G is at least 2.

    Returns
    -------
    array (q, q)
    """
    clusters = len(influence)
    return np.asarray(influence.T @ influence * clusters / (clusters - 1))
