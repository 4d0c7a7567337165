"""Intervals by account bootstrap: what would change had other accounts of the same kind come.

Each replicate weights every account by an independent Poisson(1) number (the Poisson form of
Efron's bootstrap) and recomputes each model from the weighted sums. Accounts without a win whose
sums are the same are drawn together, since a sum of n such weights is Poisson(n): the work goes
with the number of distinct patterns, not of journeys. The numbers come from one generator in one
fixed order, so that they are the same on any number of cores.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from scipy import sparse

from alignment.attribution.paths import Flags, Floats, Integers, Paths, Statistics
from alignment.resampling import effective_size

_BATCH = 50  # replicates at a time; fixed, because it is part of the order of the draws


def _accounts(paths: Paths, models: Mapping[str, Statistics]) -> sparse.csr_array:
    """Stack the sums of all models, one row an account."""
    accounts = int(paths.cluster.max()) + 1 if len(paths.cluster) else 0
    row, column, amount, offset = [], [], [], 0
    for model in models.values():
        row.append(paths.cluster[model.journey])
        column.append(model.column + offset)
        amount.append(model.amount)
        offset += model.width
    terms = (np.concatenate(amount), (np.concatenate(row), np.concatenate(column)))
    return sparse.csr_array(terms, shape=(accounts, offset))


def _grouped(sums: sparse.csr_array, has_value: Flags) -> tuple[sparse.csr_array, Integers]:
    """Draw together the accounts without value whose sums are equal; give rows and how many."""
    # A random combination of the sums, taken by their bits, tells unequal rows apart; in whole
    # numbers it wraps around without rounding.
    random = np.random.default_rng(0).integers(0, 2**63, sums.shape[1], dtype=np.uint64)
    counts = sparse.csr_array(
        (sums.data.view(np.uint64), sums.indices, sums.indptr),
        shape=sums.shape,
    )
    print_of = np.asarray(counts @ random)
    alone = np.flatnonzero(has_value)
    common = np.flatnonzero(~has_value)
    _, first, size = np.unique(print_of[common], return_index=True, return_counts=True)
    order = np.argsort(first)  # by appearance, so that renaming a key changes no draw
    rows = np.concatenate([alone, common[first[order]]])
    return sums[rows], np.concatenate([np.ones(len(alone), dtype=np.int64), size[order]])


def bootstrap(
    paths: Paths, models: Mapping[str, Statistics], *, replicates: int, seed: int
) -> dict[str, Floats]:
    """Recompute the credit of each model with other accounts.

    Parameters
    ----------
    paths : Paths
        Journeys, for their accounts.
    models : mapping of str to Statistics
        The sums of each model over journeys.
    replicates : int
        How often.
    seed : int
        Same seed, same draws.

    Returns
    -------
    dict of str to array (replicates, keys)
    """
    sums = _accounts(paths, models)
    has_value: Flags = np.zeros(sums.shape[0], dtype=bool)
    has_value[paths.cluster[paths.won]] = True
    rows, size = _grouped(sums, has_value)
    columns = rows.T.tocsr()
    generator = np.random.default_rng(seed)
    bounds = np.cumsum([model.width for model in models.values()])[:-1]
    drawn: dict[str, list[Floats]] = {name: [] for name in models}
    for start in range(0, replicates, _BATCH):
        batch = generator.poisson(size, (min(_BATCH, replicates - start), len(size)))
        weighted = np.ascontiguousarray((columns @ batch.T.astype(float)).T)
        for (name, model), part in zip(
            models.items(), np.split(weighted, bounds, axis=1), strict=True
        ):
            drawn[name].append(model.credit(part))
    return {name: np.concatenate(parts) for name, parts in drawn.items()}


def effective_accounts(paths: Paths) -> float:
    """Give how many accounts of equal value would make the value as uncertain as it is."""
    return effective_size(np.bincount(paths.cluster, paths.value))
