"""The game of the data and of bootstrap replicates by account, everything fitted again."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from alignment.attribution.paths import Floats
from alignment.attribution.synergy.landmark import Landmark
from alignment.attribution.synergy.logistic import (
    LogisticFit,
    fit_logistic,
    penalties,
    refit_logistic,
)
from alignment.attribution.synergy.model import Masks, masks, outcome_design
from alignment.attribution.synergy.policy import Policy, sales_only_value, sales_policy

RIDGE = 1.0
_BATCH = 50  # replicates at a time; fixed, since it is part of the order of the draws


@dataclass(frozen=True)
class Games:
    """Values under the data (first) and under each replicate.

    Parameters
    ----------
    cells : array (1 + replicates, 4 cells, 4 coalitions)
        From :meth:`Masks.by_cell`.
    channels : array (1 + replicates, 2**channels)
        Worth of every set of channels.
    sales_policy : array (1 + replicates,)
        Worth of sales alone in the policy game; missing where it cannot be had.
    masks : Masks
        What was evaluated.
    fit : LogisticFit
        Of the data.
    failed : int
        Replicates that did not converge; they are left out.
    """

    cells: Floats
    channels: Floats
    sales_policy: Floats
    masks: Masks
    fit: LogisticFit
    failed: int

    @property
    def teams(self) -> Floats:
        """Worth of nobody, marketing, sales, both: array (1 + replicates, 4)."""
        return np.asarray(self.cells.sum(axis=1))


def play(units: Landmark, *, replicates: int, seed: int, ridge: float = RIDGE) -> Games:
    """Fit the outcome model and value all sets of channels, for the data and each replicate.

    Parameters
    ----------
    units : Landmark
        The design.
    replicates : int
        Bootstrap replicates; each weights every account by an independent Poisson(1) number.
    seed : int
        Same seed, same draws.
    ridge : float
        Penalty on the squared coefficient of a column of unit deviation, in units of
        log-likelihood (half of it): as much as one unit of information.

    Returns
    -------
    Games
    """
    design = outcome_design(units)
    penalty = penalties(design.columns, units.weight, ridge)
    fit = fit_logistic(design.columns, units.outcome, units.weight, penalty)
    all_masks, policy = masks(units, design), sales_policy(units)
    ones = np.ones(len(units.outcome))
    found = [_value(all_masks, policy, fit.coefficients, ones)]
    generator = np.random.default_rng(seed)
    accounts, failed = int(units.cluster.max()) + 1, 0
    for first in range(0, replicates, _BATCH):
        size = min(_BATCH, replicates - first)
        drawn = generator.poisson(1.0, (size, accounts)).astype(float)[:, units.cluster]
        refits = refit_logistic(
            design.columns, units.outcome, drawn * units.weight, penalty, fit.coefficients
        )
        failed += int((~refits.converged).sum())
        found += [
            _value(all_masks, policy, refits.coefficients[row], drawn[row])
            for row in np.flatnonzero(refits.converged)
        ]
    cells, channels, sales = (np.array(part) for part in zip(*found, strict=True))
    return Games(cells, channels, sales, all_masks, fit, failed)


def _value(
    all_masks: Masks, policy: Policy | None, coefficients: Floats, weights: Floats
) -> tuple[Floats, Floats, float]:
    sums, total = all_masks.sums(coefficients, weights), float(weights.sum())
    sales = np.nan if policy is None else sales_only_value(policy, all_masks, coefficients, weights)
    return all_masks.by_cell(sums, total), all_masks.values(sums, total), sales
