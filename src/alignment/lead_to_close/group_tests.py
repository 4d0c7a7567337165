"""Do groups differ? Gray's test for one end, and the log-rank test.

Sources: Mantel 1966 (Cancer Chemother Rep 50:163) and Peto & Peto 1972 (JRSSA 135:185) for the
log-rank test; Gray 1988 (Ann Stat 16:1141) for the comparison of cumulative incidences, with a
constant weight. Where leads share accounts both are robust by account
(:mod:`~alignment.lead_to_close.account_scores`); how well they keep their level is measured in
``benchmarks/results/group_tests_by_account.md``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import chi2
from scipy.stats import f as f_distribution

from alignment.incidence import Floats, Integers, RiskTable
from alignment.lead_to_close.account_scores import AccountSpells, Shared, shared_by_accounts
from alignment.lead_to_close.common_times import on_common_times


@dataclass(frozen=True)
class GroupTest:
    """A test that all groups share one curve.

    Parameters
    ----------
    statistic : float
        Chi-square statistic; NaN where nothing can be compared.
    degrees : int
        Its degrees of freedom.
    p_value : float
        Probability of a statistic at least as large if the groups were alike.
    design_effect : float
        By how much leads of one account have widened the variance of the scores, the mean over
        the degrees of freedom; 1 where leads count as independent.
    """

    statistic: float
    degrees: int
    p_value: float
    design_effect: float = 1.0


NOTHING = GroupTest(np.nan, 0, np.nan)


def _aligned(tables: Sequence[RiskTable]) -> tuple[NDArray[Any], Floats, Floats]:
    """Give the times at which anything ended, at risk (G, T) and ends (G, K, T)."""
    times, at_risk, events = on_common_times(tables)
    happened = events.sum(axis=(0, 1)) > 0
    return times[happened], at_risk[:, happened], events[:, :, happened]


def _concluded(
    score: Floats, covariance: Floats, shared: Shared | None, *, hotelling: bool
) -> GroupTest:
    """Turn scores and their covariance (of all groups, which add up to 0) into a test.

    What accounts share is added to the covariance in the directions in which it widens it (the
    generalised eigenvectors of both): less than of independent leads is taken for chance.
    """
    spread = np.diag(covariance) > 1e-12 * max(float(np.max(covariance, initial=0.0)), 1e-300)
    informed = np.flatnonzero(spread)
    if len(informed) < 2:
        return NOTHING
    kept = informed[:-1]
    part = covariance[np.ix_(kept, kept)]
    degrees = int(np.linalg.matrix_rank(part, hermitian=True))
    if shared is not None:
        return _of_accounts(score, covariance, kept, degrees, shared, hotelling=hotelling)
    if degrees < len(kept):
        statistic = float(score[kept] @ np.linalg.pinv(part, hermitian=True) @ score[kept])
    else:
        statistic = float(score[kept] @ np.linalg.solve(part, score[kept]))
    return GroupTest(statistic, degrees, float(chi2.sf(statistic, degrees)))


def _of_accounts(
    score: Floats,
    covariance: Floats,
    kept: Integers,
    degrees: int,
    shared: Shared,
    *,
    hotelling: bool,
) -> GroupTest:
    """Conclude where accounts share leads, by Hotelling's F or by the chi-square law."""
    size, vectors = np.linalg.eigh(covariance[np.ix_(kept, kept)])
    basis = np.zeros((len(score), degrees))
    basis[kept] = vectors[:, -degrees:] / np.sqrt(size[-degrees:])
    extra, turned = np.linalg.eigh(basis.T @ shared.covariance @ basis)
    wider = 1 + np.maximum(extra, 0.0)
    basis = basis @ turned / np.sqrt(wider)
    statistic, effect = float(((basis.T @ score) ** 2).sum()), float(wider.mean())
    known = shared.degrees(basis) if hotelling else np.inf
    if np.isinf(known):
        return GroupTest(statistic, degrees, float(chi2.sf(statistic, degrees)), effect)
    rest = known - degrees + 1
    if rest <= 0:
        return NOTHING
    p_value = float(f_distribution.sf(statistic * rest / (known * degrees), degrees, rest))
    return GroupTest(statistic, degrees, p_value, effect)


def log_rank(
    tables: Sequence[RiskTable], *, end: int | None = None, spells: AccountSpells | None = None
) -> GroupTest:
    """Test that groups share the rate of an end among those still open.

    Parameters
    ----------
    tables : sequence of RiskTable
        One a group. Delayed entry is counted in them.
    end : int, optional
        Kind of end, from 0; the others count as censored. All ends together by default.
    spells : AccountSpells, optional
        Those behind the tables that share an account, in the order of the tables; the covariance
        grows by what they share.

    Returns
    -------
    GroupTest
        With the hypergeometric variance, exact under ties.
    """
    times, at_risk, events = _aligned(tables)
    own = events.sum(axis=1) if end is None else events[:, end]
    happened = own.sum(axis=0) > 0
    at_risk, own = at_risk[:, happened], own[:, happened]
    total, ended = at_risk.sum(axis=0), own.sum(axis=0)
    share = at_risk / total
    score = (own - share * ended).sum(axis=1)
    weight = ended * (total - ended) / np.maximum(total - 1, 1)
    covariance = np.diag((share * weight).sum(axis=1)) - (share * weight) @ share.T
    if spells is None:
        return _concluded(score, covariance, None, hotelling=False)
    # Martingale residuals: an end of group j moves score k by 1{j = k} less the share of k.
    moved = np.eye(len(share))[:, :, None] - share[:, None]
    jump = np.zeros((*moved.shape[:2], events.shape[1], len(ended)))
    jump[:, :, slice(None) if end is None else end] = moved[:, :, None] if end is None else moved
    drift = moved * (ended / total)
    shared = shared_by_accounts(spells, times[happened], jump, drift)
    # The contributions add up to the score, which therefore cannot outgrow its covariance: with
    # few accounts the chi-square law holds without more.
    return _concluded(score, covariance, shared, hotelling=False)


@dataclass(frozen=True)
class _Curves:
    """What Gray's test needs of each group at each time; ``_before`` is just before it."""

    survival: Floats
    survival_before: Floats
    incidence_before: Floats


def _curves(at_risk: Floats, events: Floats, end: int) -> _Curves:
    n = np.maximum(at_risk, 1.0)
    survival = np.cumprod(1 - events.sum(axis=1) / n, axis=1)
    one = np.ones((len(n), 1))
    before = np.concatenate([one, survival[:, :-1]], axis=1)
    incidence = np.cumsum(before * events[:, end] / n, axis=1)
    incidence_before = np.concatenate([0 * one, incidence[:, :-1]], axis=1)
    return _Curves(survival, before, incidence_before)


def gray(
    tables: Sequence[RiskTable], *, end: int = 0, spells: AccountSpells | None = None
) -> GroupTest:
    """Test that groups share the cumulative incidence of one end.

    The score of a group is the sum of its ends less those expected when each group weighs with
    its subdistribution risk set Y (1 − F)/S. The covariance is that of the first-order expansion
    of the score in the martingales of each group, with the common incidence where the hypothesis
    gives one, and a finite-population factor where ends are tied.

    Parameters
    ----------
    tables : sequence of RiskTable
        One a group.
    end : int
        Kind of end, from 0; the others compete with it.
    spells : AccountSpells, optional
        Those behind the tables that share an account, in the order of the tables; the covariance
        grows by what they share, and the statistic is referred to Hotelling's F with the degrees
        of freedom that the accounts give.

    Returns
    -------
    GroupTest
        Missing where there are fewer accounts than groups to tell apart.
    """
    times, at_risk, events = _aligned(tables)
    curves = _curves(at_risk, events, end)
    there = (at_risk > 0) & (curves.survival_before > 0)
    # Who enters after all of a group have ended tells nothing of its incidence.
    at_risk, events = np.where(there, at_risk, 0.0), np.where(there[:, None], events, 0.0)
    own, other = events[:, end], events.sum(axis=1) - events[:, end]
    before = np.where(there, curves.survival_before, 1.0)
    scaled = np.where(there, at_risk / before, 0.0)  # Y/S
    weighted = scaled * (1 - curves.incidence_before)
    ended = own.sum(axis=0)
    whole = weighted.sum(axis=0)
    score = (own - weighted / np.where(whole > 0, whole, 1.0) * ended).sum(axis=1)
    moves = _gray_moves(own, scaled, curves.survival)
    covariance = _gray_covariance(at_risk, own, other, before, curves.survival, moves)
    if spells is None:
        return _concluded(score, covariance, None, hotelling=True)
    n = np.maximum(at_risk, 1.0)
    by_own = np.where(at_risk > 0, moves.by_own / n, 0.0)
    by_other = np.where(curves.survival > 0, moves.by_other * before / n, 0.0)
    jump = np.repeat(by_other[:, :, None], events.shape[1], axis=2)
    jump[:, :, end] = by_own * before
    drift = by_own * moves.step + by_other * other / n
    shared = shared_by_accounts(spells, times, jump, drift)
    return _concluded(score, covariance, shared, hotelling=True)


@dataclass(frozen=True)
class _Moves:
    """What ends of each group move in each score, before weighing with S/Y (k, j, T).

    ``step`` is the common incidence's own (T,), ``pooled`` all groups' Y/S.
    """

    by_own: Floats
    by_other: Floats
    step: Floats
    pooled: Floats


def _gray_moves(own: Floats, scaled: Floats, survival: Floats) -> _Moves:
    """Expand each score in the martingales of each group.

    With A_kj the weight of group j's subdistribution hazard in score k, F the common incidence
    and B_kj(t) = ∫ from t on A_kj dF/(1 − F), an end of the kind itself moves score k by
    A_kj(t) + r_j(t) B_kj(t), where r = 1 − (1 − F)/S, and another end by (r_j(t) − 1) B_kj(t).
    """
    pooled = np.maximum(scaled.sum(axis=0), 1e-300)
    step = own.sum(axis=0) / pooled
    common = np.cumsum(step)
    left = 1 - (common - step)
    hazard = np.where(left > 1e-12, step / np.maximum(left, 1e-12), 0.0)
    open_share = np.where(survival > 0, survival, 1.0)
    ratio = np.where(survival > 0, 1 - (1 - common) / open_share, 1.0)
    groups = len(scaled)
    weight = scaled[None] * (np.eye(groups)[:, :, None] - (scaled / pooled)[:, None])
    gathered = np.cumsum(weight * hazard, axis=2)
    beyond = gathered[:, :, -1:] - gathered
    return _Moves(weight + ratio * beyond, (ratio - 1) * beyond, step, pooled)


def _gray_covariance(
    at_risk: Floats, own: Floats, other: Floats, before: Floats, survival: Floats, moves: _Moves
) -> Floats:
    """Sum the squares of what each group's martingales move in each score."""
    n = np.maximum(at_risk, 1.0)
    tied = np.maximum(own.sum(axis=0) - 1, 0) / np.maximum(moves.pooled * before - 1, 1e-300)
    variance_own = np.where(at_risk > 0, (1 - tied) * before * moves.step / n, 0.0)
    tied_other = np.maximum(other - 1, 0) / np.maximum(n - 1, 1)
    variance_other = np.where(survival > 0, (1 - tied_other) * before**2 * other / n**2, 0.0)
    covariance: Floats = np.einsum("kjt,ljt,jt->kl", moves.by_own, moves.by_own, variance_own)
    covariance += np.einsum("kjt,ljt,jt->kl", moves.by_other, moves.by_other, variance_other)
    return covariance
