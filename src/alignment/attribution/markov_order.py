"""Credit by removal from a Markov chain of order 2 or more, whose states are the last touches.

A state is the last ``order`` keys of the journey so far, fewer at its beginning, so that the chain
starts as the journeys do; only states that occur are kept. To remove a key is to send to null
whatever arrives at it, which is whatever arrives at a state that holds it (Anderl et al. 2016).
The probability of winning is the same at every order, the share of the journeys that were won:
orders differ in the removal effects only. From order 2 on, touches that repeat the key before them
matter: kept, they are part of the state; collapsed, they are not.

With h the expected reward from each state, h = r + Q h over the states left. That is iterated
until it stands still, to the last digit or so, and solved directly where it has not after
:data:`_MOST_STEPS` steps. No step is simulated.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import sparse
from scipy.sparse.linalg import spsolve

from alignment.attribution.markov import Removal
from alignment.attribution.paths import By, Flags, Floats, Integers, Paths, Statistics, encode
from alignment.journeys import Journeys

ORDERS = (1, 2, 3)
_MOST_STEPS = 2_000
_DENSE_IDS = 1 << 24  # as many ids are counted in a table; more are sorted


@dataclass(frozen=True)
class States:
    """The states of a chain and the steps between them.

    Parameters
    ----------
    keys : int
        Keys.
    of_touch : int array
        State after each touch.
    step : int array
        Step into each touch that is not the first of its journey; -1 for those.
    source, target : int arrays, one a step
        The states it leads from and to, sorted by source.
    holds : bool array (states, keys)
        Whether a state holds a key.
    """

    keys: int
    of_touch: Integers
    step: Integers
    source: Integers
    target: Integers
    holds: Flags


def _numbered(ids: Integers) -> tuple[Integers, Integers]:
    """Give the distinct ids, sorted, and the place of each among them."""
    if len(ids) and int(ids.max()) < _DENSE_IDS:
        there = np.bincount(ids) > 0
        return np.flatnonzero(there), (np.cumsum(there) - 1)[ids]
    distinct, place = np.unique(ids, return_inverse=True)
    return distinct, place


def chain_states(paths: Paths, order: int) -> States:
    """Find the states and steps that occur.

    Parameters
    ----------
    paths : Paths
        Journeys, with repeated touches kept or collapsed already.
    order : int
        Touches that a state remembers.
    """
    keys, base = len(paths.keys), len(paths.keys) + 1
    if base**order > np.iinfo(np.int64).max // base:
        raise ValueError(f"a chain of order {order} cannot number {keys} keys; group the rare ones")
    ids = np.zeros(len(paths.code), dtype=np.int64)
    code = paths.code.astype(np.int64) + 1
    for back in range(order):
        same = paths.journey[back:] == paths.journey[: len(paths.journey) - back]
        before = np.where(same, code[: len(code) - back], 0)
        ids[back:] += before * base**back
    distinct, of_touch = _numbered(ids)
    digits = np.stack([distinct // base**back % base for back in range(order)])
    holds = np.stack([(digits == key + 1).any(axis=0) for key in range(keys)], axis=1)
    inner = np.flatnonzero(paths.journey[1:] == paths.journey[:-1]) + 1
    steps, place = _numbered(of_touch[inner - 1] * len(distinct) + of_touch[inner])
    step = np.full(len(paths.code), -1, dtype=np.int64)
    step[inner] = place
    source, target = np.divmod(steps, len(distinct))
    return States(keys, of_touch, step, source, target, holds)


def order_statistics(paths: Paths, order: int) -> Statistics:
    """Give the counts of a chain of any order as sums over journeys, and its credit.

    The sums are, in this order: journeys that start in each state, steps, journeys won and not
    won from each state, what the won ones were worth, and what was won without weights.
    """
    states = chain_states(paths, order)
    count, steps = len(states.holds), len(states.source)
    bounds = np.cumsum([count, steps, count, count, count])
    touched = np.flatnonzero(paths.length > 0)
    first = states.of_touch[paths.first[touched]]
    last = states.of_touch[paths.first[touched] + paths.length[touched] - 1]
    won = paths.won[touched]
    weights, value = paths.weights[touched], paths.value[touched]

    def terms() -> tuple[Integers, Integers, Floats]:
        inner = np.flatnonzero(states.step >= 0)
        column = [
            first,
            bounds[0] + states.step[inner],
            np.where(won, bounds[1] + last, bounds[2] + last),
            bounds[3] + last[won],
            np.full(int(won.sum()), bounds[4]),
        ]
        journey = [touched, paths.journey[inner], touched, touched[won], touched[won]]
        amount = [
            weights,
            paths.weights[paths.journey[inner]],
            weights,
            (weights * value)[won],
            value[won],
        ]
        return np.concatenate(journey), np.concatenate(column), np.concatenate(amount)

    def credit(sums: Floats) -> Floats:
        effect = removal_of_order(sums, states).effect_on_value
        total = effect.sum(axis=1, keepdims=True)
        share = np.divide(effect, total, out=np.zeros_like(effect), where=total > 0)
        given: Floats = share * sums[:, -1:]
        return given

    return Statistics(width=int(bounds[4]) + 1, credit=credit, terms=terms)


def removal_of_order(sums: Floats, states: States) -> Removal:
    """Compute exact removal effects from the sums of :func:`order_statistics`.

    Parameters
    ----------
    sums : array (replicates, width)
        Counts.
    states : States
        What the counts are of.
    """
    found = [_removal_of_one(row, states) for row in sums]
    return Removal(
        effect=np.stack([one[0] for one in found]),
        effect_on_value=np.stack([one[1] for one in found]),
        probability=np.array([one[2] for one in found]),
    )


def _removal_of_one(sums: Floats, states: States) -> tuple[Floats, Floats, float]:
    count, steps = len(states.holds), len(states.source)
    start, step, won, null, value, _ = np.split(
        sums, np.cumsum([count, steps, count, count, count])
    )
    leaving = np.bincount(states.source, step, minlength=count) + won + null
    safe = np.where(leaving > 0, leaving, 1.0)
    pointer = np.searchsorted(states.source, np.arange(count + 1))
    chain = sparse.csr_array(
        (step / safe[states.source], states.target, pointer), shape=(count, count)
    )
    # One column for the chain as it is, then one for each key removed.
    left = np.column_stack([np.ones(count, dtype=bool), ~states.holds]).astype(np.float64)
    rewards = np.stack([won / safe, value / safe], axis=1)
    ahead = _expected(chain, rewards, left)
    begun = start / start.sum() if start.sum() > 0 else start
    from_start = np.tensordot(begun, ahead, axes=(0, 0))  # (removals, rewards)
    whole = from_start[0]
    effect = 1.0 - np.divide(
        from_start[1:], whole, out=np.ones_like(from_start[1:]), where=whole > 0
    )
    return effect[:, 0], effect[:, 1], float(whole[0])


def _expected(chain: sparse.csr_array, rewards: Floats, left: Floats) -> Floats:
    """Give the expected reward from each state (states, removals, rewards)."""
    states, removals = left.shape
    mask = np.repeat(left, 2, axis=1)
    reward = np.tile(rewards, (1, removals)) * mask
    ahead = reward
    scale = np.abs(reward).max(axis=0, initial=0.0)
    for _ in range(_MOST_STEPS):
        further = reward + (chain @ ahead) * mask
        moved = np.abs(further - ahead).max(axis=0, initial=0.0)
        ahead = further
        if (moved <= 1e-17 * scale).all():
            found: Floats = ahead.reshape(states, removals, 2)
            return found
    columns = []
    for removal in range(removals):
        kept = sparse.diags_array(left[:, removal])
        system = (sparse.eye_array(states) - kept @ chain).tocsc()
        columns.append(spsolve(system, reward[:, 2 * removal : 2 * removal + 2]))
    return np.stack(columns, axis=1)


def compare_orders(
    journeys: Journeys, *, by: By = "channel", repeats: str = "kept"
) -> pd.DataFrame:
    """Compare how well chains of order 1 to 3 describe the journeys.

    Parameters
    ----------
    journeys : Journeys
        From :func:`alignment.journeys.build_journeys`.
    by : {"channel", "team", "campaign"}
        What the keys are.
    repeats : {"kept", "collapsed"}
        Touches that repeat the key before them.

    Returns
    -------
    DataFrame
        ``order``, ``parameters`` (free probabilities among what occurs), ``log_likelihood`` and
        ``bic`` (Schwarz 1978, over all steps of all journeys; the lowest describes best).
    """
    paths = encode(journeys, by=by, weight="wins")
    paths = paths.collapsed() if repeats == "collapsed" else paths
    rows = []
    for order in ORDERS:
        states = chain_states(paths, order)
        statistics = order_statistics(paths, order)
        count, steps = len(states.holds), len(states.source)
        start, step, won, null = np.split(
            statistics.total()[0][: 3 * count + steps],
            np.cumsum([count, steps, count]),
        )
        group = np.concatenate([np.full(count, count), states.source, *([np.arange(count)] * 2)])
        seen = np.concatenate([start, step, won, null])
        total = np.bincount(group, seen, minlength=count + 1)
        there = seen > 0
        likelihood = float((seen[there] * np.log(seen[there] / total[group[there]])).sum())
        free = int(there.sum()) - int((total > 0).sum())
        bic = free * np.log(max(seen.sum(), 1.0)) - 2.0 * likelihood
        rows.append((order, free, likelihood, float(bic)))
    return pd.DataFrame(rows, columns=["order", "parameters", "log_likelihood", "bic"])
