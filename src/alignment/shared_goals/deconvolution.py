"""From the wins needed in each month back to the leads that bring them.

Wins of month t are Σ_m A(t, m) · leads(m). Solving that for the leads is a deconvolution; without
more it would answer noise with wild jumps and with negative leads. Here the leads are kept at zero
or above (Lawson & Hanson 1974, Solving Least Squares Problems, ch. 23: non-negative least squares)
and neighbouring months alike (Tikhonov's penalty on differences).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import nnls

Floats = NDArray[np.float64]


def deconvolve(
    needed: Floats, response: Floats, *, pace: float | None = None, smooth: float = 1.0
) -> Floats:
    """Find the inflow by month whose response is nearest to what is needed.

    Parameters
    ----------
    needed : array (T,)
        What each month must bring, 0 or more.
    response : array (T, M)
        What one unit of inflow in month m brings in month t.
    pace : float, optional
        Inflow of the months before; the first month is kept near it like any neighbour.
    smooth : float
        Weight of the differences between neighbouring months, in the unit in which the response of
        a month's inflow sums to 1; 0 for none.

    Returns
    -------
    array (M,)
        Inflow by month, 0 or more.
    """
    months = response.shape[1]
    total = float(response.sum(axis=0).max())
    if total <= 0:
        return np.full(months, 0.0 if pace is None else pace)
    rows, wanted = [response / total], [np.maximum(needed, 0.0) / total]
    if smooth > 0:
        difference = np.sqrt(smooth) * np.diff(np.eye(months), axis=0)
        rows.append(difference)
        wanted.append(np.zeros(months - 1))
        if pace is not None:
            rows.append(np.sqrt(smooth) * np.eye(1, months))
            wanted.append(np.array([np.sqrt(smooth) * pace]))
    found, _ = nnls(np.concatenate(rows), np.concatenate(wanted))
    return np.asarray(found, dtype=np.float64)
