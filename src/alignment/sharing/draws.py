"""Counts under draws of whole accounts, for the intervals of this room."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse

from alignment.errors import NotMeasurable
from alignment.text import Text

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Flags = NDArray[np.bool_]

REPLICATES = 400
FEWEST_ACCOUNTS = 5  # draws of fewer hardly differ, and would pass for certainty
_ENTRIES = 4_000_000  # weights held at a time


def account_codes(accounts: pd.Series) -> Integers:
    """Give accounts numbers from 0; a record without one stands alone.

    Parameters
    ----------
    accounts : Series of str
        One a record, missing where none is known.

    Returns
    -------
    array of int
        Codes 0..G − 1, each in use.
    """
    found, known = pd.factorize(accounts)
    codes: Integers = np.array(found, dtype=np.int64)
    alone = codes < 0
    codes[alone] = len(known) + np.arange(int(alone.sum()))
    return codes


def account_draws(accounts: int, replicates: int, seed: int) -> Iterator[Floats]:
    """Give how often each account is drawn in each replicate, some replicates at a time.

    Parameters
    ----------
    accounts : int
        As many are drawn, with replacement.
    replicates : int
        How many times.
    seed : int
        The same seed gives the same draws.

    Yields
    ------
    array (at most replicates, accounts)

    Raises
    ------
    NotMeasurable
        If there are fewer than 5 accounts.
    """
    if accounts < FEWEST_ACCOUNTS:
        raise NotMeasurable(
            Text(
                en="Not measurable: the records are of {n} accounts; an interval takes at least 5.",
                es="No medible: los registros son de {n} cuentas; un intervalo necesita al menos "
                "5.",
            ).format(n=accounts)
        )
    random = np.random.default_rng(seed)
    chance = np.full(accounts, 1 / accounts)
    block = max(1, _ENTRIES // accounts)
    for first in range(0, replicates, block):
        size = min(block, replicates - first)
        yield random.multinomial(accounts, chance, size=size).astype(np.float64)


def drawn_counts(
    account: Integers,
    cell: Integers,
    cells: int,
    *,
    replicates: int,
    seed: int,
    accounts: int | None = None,
) -> tuple[Floats, Floats]:
    """Count records by cell, as they are and under draws of accounts.

    Parameters
    ----------
    account : array (n,)
        Codes of :func:`account_codes`, one a record.
    cell : array (n,)
        The cell of each record, 0..cells − 1; a negative one is not counted.
    cells : int
        How many cells there are.
    replicates, seed : int
        Draws.
    accounts : int, optional
        How many accounts there are; by default up to the last one that has a record.

    Returns
    -------
    counts : array (cells,)
    draws : array (replicates, cells)
    """
    accounts = int(account.max()) + 1 if accounts is None else accounts
    kept = cell >= 0
    table = sparse.csr_array(
        (np.ones(int(kept.sum())), (account[kept], cell[kept])), shape=(accounts, cells)
    )
    parts = [drawn @ table for drawn in account_draws(accounts, replicates, seed)]
    return np.asarray(table.sum(axis=0), dtype=np.float64).ravel(), np.vstack(parts)
