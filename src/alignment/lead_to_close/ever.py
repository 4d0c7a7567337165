"""The share that will ever end in each way: a mixture of Weibull ends, its extrapolation marked.

P(end k by t) = p_k (1 − exp(−(t/s_k)^c_k)), and 1 − Σ p_k never end. Beyond the data this is the
model and no longer a count, so every row says how much of the share has been seen, and whether the
curve has come to rest (Boag 1949, JRSSB 11:15; Farewell 1982, Biometrics 38:1041; Jeong & Fine
2006, JRSSC 55:187; the check of the follow-up: Maller & Zhou 1996, Survival Analysis with
Long-Term Survivors, section 4.3). Where spells share accounts, the covariance of the estimates
grows by the products of the scores of two spells of one account (the sandwich of Huber 1967 by
account; Liang & Zeger 1986, Biometrika 73:13).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.stats import norm

from alignment.incidence import Floats, Integers
from alignment.results import LEVEL

MINIMUM_ENDS = 20
UNRESTED = 0.05  # chance of no end in the last stretch above which the curve has not come to rest
COME = 0.95  # share of an end's own curve that the longest follow-up must reach
_HALF_DAY = 0.5
_INSTANT = 0.01


@dataclass(frozen=True)
class Ever:
    """A fitted mixture.

    Parameters
    ----------
    share, low, high : arrays (K,)
        Share that ever ends in each way, with its interval; NaN where too few have.
    rests : array (K,) of bool
        Whether the follow-up shows the curve of that end at rest: by :func:`at_rest`, and because
        the fitted curve has run through 95 % of itself within it.
    shape, scale : arrays (K,)
        Weibull shape and scale (days) of the time to each end.
    """

    share: Floats
    low: Floats
    high: Floats
    rests: NDArray[np.bool_]
    shape: Floats
    scale: Floats


def ever(
    entry: NDArray[Any],
    exit: NDArray[Any],
    end: NDArray[Any],
    *,
    ends: int = 2,
    level: float = LEVEL,
    account: Integers | None = None,
) -> Ever:
    """Fit the share that ever ends in each way by maximum likelihood.

    Parameters
    ----------
    entry, exit : arrays (n,)
        As for :func:`~alignment.incidence.risk_tables`.
    end : array (n,) of int
        1..`ends`, 0 where still open.
    ends : int
        Kinds of end.
    level : float
        Confidence level; the intervals are the delta ones on the logit scale.
    account : array (n,) of int, optional
        Codes from 0 on; the intervals widen by what spells of one account share. They are never
        narrower than those of independent spells, and exactly these where no account has two.

    Returns
    -------
    Ever
        Ends of which fewer than 20 were seen take part in the fit of none and are missing.
    """
    counts = np.bincount(end, minlength=ends + 1)[1:]
    fitted = np.flatnonzero(counts >= MINIMUM_ENDS)
    missing = np.full((5, ends), np.nan)
    rests = np.array([at_rest(exit, end, kind + 1) for kind in range(ends)])
    if len(fitted):
        # An end too rare to fit counts as open from then on, which moves the others by little.
        codes = np.zeros(ends + 1, dtype=np.int64)
        codes[fitted + 1] = np.arange(len(fitted)) + 1
        rows, row = _counted(entry, exit, codes[end])
        missing[:, fitted] = _fit(rows, len(fitted), level, row, account)
    share, low, high, shape, scale = missing
    if len(exit):
        with np.errstate(invalid="ignore"):
            come = -np.expm1(-((float(exit.max()) / scale) ** shape))
        rests &= come >= COME
    return Ever(share, low, high, rests, shape, scale)


def at_rest(exit: NDArray[Any], end: NDArray[Any], kind: int) -> bool:
    """Say whether the follow-up after the last end of a kind is long enough to call it the last.

    With t* the last such end and T the longest follow-up, ends in (2 t* − T, t*] would be common if
    more were to come: (1 − N/n)^n is the chance of as few (Maller & Zhou 1996).
    """
    own = exit[end == kind]
    if not len(own):
        return False
    last, longest = float(own.max()), float(exit.max())
    recent = int((own > 2 * last - longest).sum())
    return bool((1 - recent / len(exit)) ** len(exit) < UNRESTED)


def _counted(
    entry: NDArray[Any], exit: NDArray[Any], end: NDArray[Any]
) -> tuple[pd.DataFrame, Integers]:
    """Count like spells once, and say which row each spell is.

    `width` is half of the time within which an end is known.
    """
    frame = pd.DataFrame({"entry": entry, "exit": exit, "end": end})
    whole = exit.dtype.kind in "iu"
    grouped = frame.groupby(["entry", "exit", "end"])
    counted = grouped.size().reset_index(name="count")
    row = grouped.ngroup().to_numpy().astype(np.int64)
    return counted.assign(width=_HALF_DAY if whole else _INSTANT), row


def _unpacked(given: Floats, kinds: int) -> tuple[Floats, Floats, Floats]:
    weights = np.exp(given[:kinds])
    return (
        weights / (1 + weights.sum()),
        np.exp(given[kinds : 2 * kinds]),
        np.exp(given[2 * kinds :]),
    )


def _loss(given: Floats, rows: pd.DataFrame, kinds: int) -> float:
    return -float(_told(given, rows, kinds) @ rows["count"].to_numpy())


def _told(given: Floats, rows: pd.DataFrame, kinds: int) -> Floats:
    """Log-likelihood of one spell of each row."""
    share, shape, scale = _unpacked(given, kinds)

    def by(kind: int, time: Floats) -> Floats:
        power = (np.maximum(time, 0.0) / scale[kind]) ** shape[kind]
        ended: Floats = -share[kind] * np.expm1(-power)
        return ended

    exit, width = rows["exit"].to_numpy(dtype=float), rows["width"].to_numpy()
    end = rows["end"].to_numpy()
    likelihood: Floats = 1 - np.sum([by(kind, exit) for kind in range(kinds)], axis=0)
    for kind in range(kinds):
        here = end == kind + 1
        likelihood[here] = by(kind, exit[here] + width[here]) - by(kind, exit[here] - width[here])
    late = rows["entry"].to_numpy(dtype=float)
    seen = 1 - np.sum([by(kind, late - width) for kind in range(kinds)], axis=0)
    told: Floats = np.log(np.maximum(likelihood, 1e-300)) - np.log(np.maximum(seen, 1e-300))
    return told


def _fit(
    rows: pd.DataFrame, kinds: int, level: float, row: Integers, account: Integers | None
) -> Floats:
    ended = rows[rows["end"] > 0].groupby("end")
    seen = ended["count"].sum().to_numpy() / rows["count"].sum()
    middle = ended.apply(lambda part: np.average(part["exit"], weights=part["count"])).to_numpy()
    rest = max(1 - seen.sum(), 0.05)
    start = np.concatenate([np.log(seen / rest), np.zeros(kinds), np.log(np.maximum(middle, 0.5))])
    bounds = [(-12, 6)] * kinds + [(-2, 2)] * kinds + [(-3, 12)] * kinds
    found = minimize(_loss, start, args=(rows, kinds), method="L-BFGS-B", bounds=bounds)
    share, shape, scale = _unpacked(found.x, kinds)
    shared = None if account is None else _shared(found.x, rows, kinds, row, account)
    spread = _logit_errors(found.x, rows, kinds, shared)
    z = norm.ppf(0.5 + level / 2)
    logit = np.log(share / (1 - share))
    with np.errstate(over="ignore"):
        low, high = (1 / (1 + np.exp(-(logit + side * z * spread))) for side in (-1, 1))
    return np.stack([share, low, high, shape, scale])


def _logit_errors(at: Floats, rows: pd.DataFrame, kinds: int, shared: Floats | None) -> Floats:
    """Give standard errors of the logits of the shares; NaN where the data hold no information.

    `shared` is what accounts add to the covariance of the score.
    """
    curvature = _curvature(at, rows, kinds)
    if not np.linalg.eigvalsh(curvature).min() > 1e-8:
        return np.full(kinds, np.nan)
    covariance = np.linalg.inv(curvature)
    share = _unpacked(at, kinds)[0]
    # logit p_k = θ_k − log(1 + Σ_{j≠k} e^θ_j); its gradient in θ_j is −p_j/(1 − p_k).
    slope = np.zeros((kinds, len(at)))
    slope[:, :kinds] = -share[None, :] / (1 - share[:, None])
    np.fill_diagonal(slope, 1.0)
    variance = np.einsum("ki,ij,kj->k", slope, covariance, slope)
    if shared is not None:
        added = np.einsum("ki,ij,kj->k", slope, covariance @ shared @ covariance, slope)
        variance += np.maximum(added, 0.0)
    errors: Floats = np.sqrt(variance)
    return errors


def _shared(
    at: Floats, rows: pd.DataFrame, kinds: int, row: Integers, account: Integers
) -> Floats | None:
    """Add up the products of the scores of two spells of one account, times m / (m − 1).

    Of a single account nothing tells how alike its spells are: they count as one.
    """
    together = (np.bincount(account) > 1)[account]
    accounts = len(np.unique(account))
    if not together.any():
        return None
    step = 1e-4
    unit = np.eye(len(at)) * step
    slopes = [
        (_told(at + one, rows, kinds) - _told(at - one, rows, kinds)) / (2 * step) for one in unit
    ]
    own = np.array(slopes)[:, row[together]]
    if accounts == 1:
        return np.asarray(own @ own.T * (own.shape[1] - 1), dtype=np.float64)
    sums = np.array([np.bincount(account[together], weights=one) for one in own])
    shared: Floats = (sums @ sums.T - own @ own.T) * accounts / (accounts - 1)
    return shared


def _curvature(at: Floats, rows: pd.DataFrame, kinds: int) -> Floats:
    """Second derivatives of the loss by central differences."""
    size, step = len(at), 1e-3
    second = np.zeros((size, size))
    unit = np.eye(size) * step
    for i in range(size):
        for j in range(i, size):
            signs = ((1, 1), (1, -1), (-1, 1), (-1, -1))
            around = [_loss(at + a * unit[i] + b * unit[j], rows, kinds) for a, b in signs]
            value = (around[0] - around[1] - around[2] + around[3]) / (4 * step**2)
            second[i, j] = second[j, i] = value
    return second
