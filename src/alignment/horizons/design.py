"""Candidate columns of the weekly model, whitened and multiplied out once, before any sampling.

For every value of the variance ratio of the baseline, data and candidate columns are whitened by
the Cholesky factor of the errors' covariance, and what season and trend explain is projected out;
from then on only inner products of columns are needed (Gram matrices).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import linalg

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Design:
    """Candidate columns and their inner products, for each variance ratio of the baseline.

    Columns stand in the order of driver, saturation, fast kernel, and after all of these of slow
    driver, saturation, retention.

    Parameters
    ----------
    drivers, slow : int, tuple of int
        Number of drivers, and places of those that may have a slow stock.
    halves, kernels, retentions : int
        Sizes of the grids.
    products : array (Q, M, M)
        Inner products of the whitened, projected columns.
    with_outcome : array (Q, M)
        Inner products with the outcome.
    outcome_square : array (Q,)
        Of the outcome with itself.
    log_determinant : array (Q,)
        Of the errors' covariance and of what was projected out.
    freedom : int
        Weeks minus columns projected out.
    """

    drivers: int
    slow: tuple[int, ...]
    halves: int
    kernels: int
    retentions: int
    products: Floats
    with_outcome: Floats
    outcome_square: Floats
    log_determinant: Floats
    freedom: int

    def fast_column(self, driver: Any, half: Any, kernel: Any) -> Any:
        """Return the place of a fast column."""
        return (driver * self.halves + half) * self.kernels + kernel

    def slow_column(self, place: Any, half: Any, retention: Any) -> Any:
        """Return the place of the column of a slow stock; `place` counts the slow drivers."""
        first = self.drivers * self.halves * self.kernels
        return first + (place * self.halves + half) * self.retentions + retention


def design(
    outcome: Floats,
    columns: Floats,
    base: Floats,
    ratios: Sequence[float],
    *,
    drivers: int,
    slow: tuple[int, ...],
    grids: tuple[int, int, int],
) -> Design:
    """Whiten, project and multiply out, once for each variance ratio of the baseline.

    Parameters
    ----------
    outcome : array (T,)
        Outcome by week.
    columns : array (T, M)
        Candidate columns in the order of :class:`Design`.
    base : array (T, P)
        Level, trend, season and holidays, with flat priors; of full rank.
    ratios : sequence of float
        Variance of a week's step of the random walk over that of the noise.
    drivers, slow, grids
        See :class:`Design`; the grids' sizes are those of saturation, kernels and retentions.
    """
    weeks = len(outcome)
    steps = np.minimum.outer(np.arange(weeks), np.arange(weeks)).astype(np.float64)
    every = np.column_stack([columns, outcome])
    products, determinants = [], []
    for ratio in ratios:
        root = np.linalg.cholesky(np.eye(weeks) + ratio * steps)
        white = linalg.solve_triangular(root, np.column_stack([base, every]), lower=True)
        own, rest = white[:, : base.shape[1]], white[:, base.shape[1] :]
        orthogonal, triangle = np.linalg.qr(own)
        rest = rest - orthogonal @ (orthogonal.T @ rest)
        products.append(rest.T @ rest)
        determinants.append(
            2 * np.log(np.diag(root)).sum() + 2 * np.log(np.abs(np.diag(triangle))).sum()
        )
    gram = np.stack(products)
    return Design(
        drivers,
        slow,
        *grids,
        products=np.ascontiguousarray(gram[:, :-1, :-1]),
        with_outcome=gram[:, :-1, -1].copy(),
        outcome_square=gram[:, -1, -1].copy(),
        log_determinant=np.array(determinants),
        freedom=weeks - base.shape[1],
    )
