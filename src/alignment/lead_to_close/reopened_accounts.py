"""How much less certain the chain of open and lost leads is when leads share accounts.

The influence of an account on the probabilities of the states follows the chain itself: what its
leads did at a time beyond the expected is added, and all that came before moves on as the others
do. The squares of these influences add up to the variance that is right whatever the leads of an
account share (the infinitesimal jackknife by account: Ying & Wei 1994, J Multivar Anal 50:17, for
one kind of end; here for a chain).
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from alignment.incidence import Floats, Integers, as_one, widened
from alignment.lead_to_close.reopened import LOST, OPEN, Occupation
from alignment.shares import mean_cluster

# Beyond so many cells accounts are put together, which leaves the variance right on average.
_CELLS = 20_000_000
_FEWEST = 400


def clustered_occupation(
    found: Occupation, stays: pd.DataFrame, account: Integers, of_lost: int
) -> Occupation:
    """Widen the variances of a chain by what the leads of an account share.

    Parameters
    ----------
    found : Occupation
        The estimate of a group.
    stays : DataFrame
        The stays of that group, from :func:`~alignment.lead_to_close.reopened.cut`.
    account : array of int
        Code of the account of each spell.
    of_lost : int
        Place of the lost state: 0 is open, then come the kinds of end.

    Returns
    -------
    Occupation
        Variances are never below those of independent leads, and are exactly these where no
        account has two leads. Leads that are all of one account count as one.
    """
    spells = np.unique(stays["spell"])
    of_spell = account[spells]
    accounts, count = np.unique(of_spell, return_inverse=True)
    if len(accounts) == len(spells) or not len(found.table.time):
        return found
    if len(accounts) == 1:
        alone = as_one(found, len(spells))
        assert isinstance(alone, Occupation)
        return alone
    room = max(_FEWEST, _CELLS // len(found.table.time))
    codes = np.searchsorted(accounts, account[stays["spell"]]) % room
    robust = _squares(found, stays, codes, of_lost)
    result = widened(found, robust, mean_cluster(count.astype(np.int64)))
    assert isinstance(result, Occupation)
    return result


def _squares(
    found: Occupation, stays: pd.DataFrame, codes: NDArray[np.int64], of_lost: int
) -> Floats:
    """Sum the squared influences of accounts on each state, at each time: (S, T)."""
    time = found.table.time
    states, accounts = found.steps.shape[1], int(codes.max()) + 1
    state = np.where(stays["state"] == LOST, of_lost, OPEN)
    to = stays["to"].to_numpy() % states  # reopened stays come after the kinds: 0, open
    moved = stays["to"].to_numpy() > 0
    come = np.searchsorted(time, stays["entry"].to_numpy(), side="left")
    go = np.searchsorted(time, stays["exit"].to_numpy(), side="left")
    came, gone = (np.argsort(place, kind="stable") for place in (come, go))
    first, last = (
        np.searchsorted(place[order], np.arange(len(time) + 1))
        for place, order in ((come, came), (go, gone))
    )
    chance = np.vstack([np.eye(states)[0], np.vstack([found.survival, found.incidence]).T])
    influence, at_risk = np.zeros((accounts, states)), np.zeros((accounts, states))
    total, squares = np.zeros(states), np.zeros((states, len(time)))
    for at in range(len(time)):
        new = came[first[at] : first[at + 1]]
        np.add.at(at_risk, (codes[new], state[new]), 1.0)
        np.add.at(total, state[new], 1.0)
        old = gone[last[at] : last[at + 1]]
        steps = found.steps[at]
        if moved[old].any():
            weight = chance[at] / np.maximum(total, 1.0)
            influence = influence @ steps - (at_risk * weight) @ (steps - np.eye(states))
            who = old[moved[old]]
            np.add.at(influence, (codes[who], to[who]), weight[state[who]])
            np.add.at(influence, (codes[who], state[who]), -weight[state[who]])
        squares[:, at] = squares[:, at - 1] if not moved[old].any() else (influence**2).sum(axis=0)
        np.add.at(at_risk, (codes[old], state[old]), -1.0)
        np.add.at(total, state[old], -1.0)
    scaled: Floats = squares * accounts / (accounts - 1)
    return scaled
