"""What leads of one account add to the covariance of the scores of a test between groups.

A score is a sum over spells: what each of them did beyond what was expected of it, weighed. Where
spells are independent their squares add up to the covariance; spells of one account may move
together, and then the products of two of them count too (the sandwich of Lin & Wei 1989, JASA
84:1074; for the log-rank test Lee, Wei & Amato 1992, in Survival Analysis: State of the Art,
237–247; for competing ends Zhou, Fine, Latouche & Labopin 2012, Biostatistics 13:371).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from alignment.incidence import Floats, Integers


@dataclass(frozen=True)
class AccountSpells:
    """Spells that share their account with another, ordered by group.

    Parameters
    ----------
    entry, exit : arrays (n,)
        As for :func:`~alignment.incidence.risk_tables`.
    end : array (n,) of int
        0 where still open, else the kind of end from 1 on.
    account : array (n,) of int
        Codes from 0 on.
    start : array (G + 1,)
        Place of the first spell of each group, and the number of spells.
    accounts : array (G,)
        Accounts of each group, those of one spell too.
    """

    entry: NDArray[Any]
    exit: NDArray[Any]
    end: Integers
    account: Integers
    start: Integers
    accounts: Integers

    def of(self, members: Sequence[int]) -> AccountSpells:
        """Keep some groups, in the order given."""
        kept = [slice(self.start[member], self.start[member + 1]) for member in members]
        columns = {
            name: np.concatenate([getattr(self, name)[part] for part in kept])
            for name in ("entry", "exit", "end", "account")
        }
        sizes = [part.stop - part.start for part in kept]
        counts = self.accounts[list(members)]
        return replace(self, **columns, start=np.cumsum([0, *sizes]), accounts=counts)


def account_spells(
    entry: NDArray[Any],
    exit: NDArray[Any],
    end: NDArray[Any],
    group: Integers,
    groups: int,
    account: Integers,
) -> AccountSpells | None:
    """Keep the spells that share their account, whatever their group; None where none does.

    Parameters
    ----------
    entry, exit, end : arrays (n,)
        As for :func:`~alignment.incidence.risk_tables`.
    group, account : arrays (n,) of int
        Codes from 0 on.
    groups : int
        Number of groups.
    """
    shared = np.flatnonzero((np.bincount(account) > 1)[account]) if len(account) else account
    if not len(shared):
        return None
    shared = shared[np.argsort(group[shared], kind="stable")]
    sizes = np.bincount(group[shared], minlength=groups)
    return AccountSpells(
        entry[shared],
        exit[shared],
        end[shared].astype(np.int64),
        pd.factorize(account[shared])[0].astype(np.int64),
        np.cumsum([0, *sizes]),
        accounts_by_group(group, account, groups),
    )


def accounts_by_group(group: Integers, account: Integers, groups: int) -> Integers:
    """Count the accounts of each group."""
    width = int(account.max(initial=0)) + 1
    seen = pd.unique(group * width + account)  # quicker than sorting them
    return np.bincount(seen // width, minlength=groups)


@dataclass(frozen=True)
class Shared:
    """What accounts add to the covariance of scores, and how well that is known.

    Parameters
    ----------
    covariance : array (G, G)
        Products of the contributions of two spells of one account, added up. Scores of all groups
        add up to 0, and so do its rows.
    squares : array (G, G, G)
        By group of the spells (first axis), the products of the sums of its accounts.
    accounts : array (G,)
        Accounts with several spells of each group.
    """

    covariance: Floats
    squares: Floats
    accounts: Integers

    def degrees(self, basis: Floats) -> float:
        """Give the degrees of freedom of a covariance estimated from accounts.

        Of a mean of several variables, each with its own covariance in every group (Krishnamoorthy
        & Yu 2004, Stat Probab Lett 66:161); infinite where no spells share an account.

        Parameters
        ----------
        basis : array (G, q)
            Directions in which the whole covariance of the scores is 1.
        """
        size = basis.shape[1]
        parts = basis.T @ self.squares @ basis
        trace = np.einsum("gii->g", parts)
        noise = (np.einsum("gij,gji->g", parts, parts) + trace**2) / np.maximum(
            self.accounts - 1, 1
        )
        return float(size * (size + 1) / noise.sum()) if noise.sum() > 0 else np.inf


def shared_by_accounts(
    spells: AccountSpells, times: NDArray[Any], jump: Floats, drift: Floats
) -> Shared:
    """Find what the spells of accounts add to the covariance of scores.

    Contributions are what is left beyond estimates from the same accounts and therefore too small:
    those of a group of m accounts are taken √(m / (m − 1)) times.

    Parameters
    ----------
    spells, times, jump, drift
        See :func:`contributions`.
    """
    own = contributions(spells, times, jump, drift)
    groups = len(spells.accounts)
    place = np.repeat(np.arange(groups), np.diff(spells.start))
    own *= np.sqrt(spells.accounts / np.maximum(spells.accounts - 1, 1))[place]
    width = int(spells.account.max(initial=-1)) + 1
    squares, total, several = [], np.zeros((groups - 1, width)), []
    for group in range(groups):
        part = slice(spells.start[group], spells.start[group + 1])
        account = spells.account[part]
        sums = np.array([np.bincount(account, one[part], minlength=width) for one in own])
        squares.append(_of_all(sums @ sums.T))
        several.append(np.count_nonzero(np.bincount(account, minlength=width)))
        total += sums
    covariance = _of_all(total @ total.T - own @ own.T)
    return Shared(covariance, np.array(squares), np.array(several))


def _of_all(known: Floats) -> Floats:
    """Add the last score, which is less the sum of the others."""
    last = -known.sum(axis=0, keepdims=True)
    whole: Floats = np.block([[known, last.T], [last, -last.sum(keepdims=True)]])
    return whole


def contributions(
    spells: AccountSpells, times: NDArray[Any], jump: Floats, drift: Floats
) -> Floats:
    """Give what each spell adds to each score: what it did less what was expected of it.

    Parameters
    ----------
    spells : AccountSpells
        Of the groups compared.
    times : array (T,)
        At which anything that counts ended, ascending.
    jump : array (G, G, K, T)
        What an end of a kind at a time adds to a score (first axis), by the group of the spell.
    drift : array (G, G, T)
        What is expected of each spell at risk at a time, by score and group.

    Returns
    -------
    array (G − 1, n)
        The score of the last group is less the sum of the others.
    """
    groups, kinds = jump.shape[1:3]
    width = len(times) + 1
    go, come = _places(times, spells.exit, "right"), _places(times, spells.entry, "left")
    late = bool(come.any())
    index = spells.end * width + go
    own = np.empty((groups - 1, len(index)))
    expected = np.concatenate([np.zeros((groups, groups, 1)), np.cumsum(drift, axis=2)], axis=2)
    for place in range(groups):
        part = slice(spells.start[place], spells.start[place + 1])
        for score in range(groups - 1):
            # By the way in which a spell leaves and the times that have gone by until then.
            leaving = np.tile(-expected[score, place], (kinds + 1, 1))
            leaving[1:, 1:] += jump[score, place]
            own[score, part] = leaving.ravel()[index[part]]
            if late:
                own[score, part] += expected[score, place][come[part]]
    return own


def _places(times: NDArray[Any], moments: NDArray[Any], side: Any) -> Integers:
    """Count the times up to each moment (`right`) or before it (`left`)."""
    if moments.dtype.kind in "iu" and len(moments):
        days = np.arange(int(moments.max()) + 1)
        places: Integers = np.searchsorted(times, days, side=side)[moments]
        return places
    return np.searchsorted(times, moments, side=side)
