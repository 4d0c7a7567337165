"""Credit by removal from a first-order Markov chain of touches, exact, never simulated.

States are the start, the keys, won and null. A journey runs from the start through its touches to
won, or to null if it was lost or is still open; journeys without a touch are not in the chain. To
remove a key is to send to null whatever arrives at it (Anderl et al. 2016). What is lost by that,
as a share of what is won, is the removal effect, and it equals the probability that a won journey
visits the key::

    removal_effect[k] = N[0, k] / N[k, k] * h[k] / h[0]

with the fundamental matrix N = (I - Q)^-1 and h = N r the probability (or expected value) of
winning from each state (Kemeny & Snell 1960). Touches that repeat a key are kept as transitions to
itself; collapsing them changes no removal effect. Credit follows the removal effects divided by
their sum, which is a convention: the effects themselves do not add up to one.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from alignment.attribution.paths import Floats, Integers, Paths, Statistics, counted


@dataclass(frozen=True)
class Chain:
    """Transition counts of a first-order chain, for one or many replicates.

    Parameters
    ----------
    start : array (replicates, keys)
        Journeys that start at each key.
    between : array (replicates, keys, keys)
        Transitions from row to column.
    won, null : arrays (replicates, keys)
        Journeys that end at each key, won or not.
    value : array (replicates, keys)
        What the won journeys that end at each key were worth.
    """

    start: Floats
    between: Floats
    won: Floats
    null: Floats
    value: Floats

    @classmethod
    def from_sums(cls, sums: Floats, keys: int) -> Chain:
        """Take the counts out of the sums of :func:`chain_statistics`."""
        start, between, won, null, value, _ = np.split(
            sums, np.cumsum([keys, keys * keys, keys, keys, keys]), axis=1
        )
        return cls(start, between.reshape(len(sums), keys, keys), won, null, value)


@dataclass(frozen=True)
class Removal:
    """What removing each key would lose in the chain.

    Parameters
    ----------
    effect : array (replicates, keys)
        Removal effect on the number of wins, between 0 and 1.
    effect_on_value : array (replicates, keys)
        Removal effect on the value won.
    probability : array (replicates,)
        Probability that a journey is won; equal to the share of the journeys that were.
    """

    effect: Floats
    effect_on_value: Floats
    probability: Floats


def _divide(above: Floats, below: Floats) -> Floats:
    """Divide; nothing by nothing is nothing."""
    out: Floats = np.divide(
        above, below, out=np.zeros(np.broadcast(above, below).shape), where=below > 0
    )
    return out


def removal_effects(chain: Chain) -> Removal:
    """Compute exact removal effects.

    Parameters
    ----------
    chain : Chain
        Transition counts (not probabilities) of any number of replicates.
    """
    leaving = chain.between.sum(axis=2) + chain.won + chain.null
    between = _divide(chain.between, leaving[:, :, np.newaxis])
    start = _divide(chain.start, chain.start.sum(axis=1, keepdims=True))
    fundamental = np.linalg.inv(np.eye(between.shape[1]) - between)
    visits = np.einsum("bk,bkl->bl", start, fundamental)  # N[0, k]
    again = np.diagonal(fundamental, axis1=1, axis2=2)  # N[k, k]

    def effect(reward: Floats) -> tuple[Floats, Floats]:
        ahead = np.einsum("bkl,bl->bk", fundamental, _divide(reward, leaving))
        from_start = (start * ahead).sum(axis=1)
        return _divide(visits / again * ahead, from_start[:, np.newaxis]), from_start

    of_wins, probability = effect(chain.won)
    of_value, _ = effect(chain.value)
    return Removal(effect=of_wins, effect_on_value=of_value, probability=probability)


def chain_statistics(paths: Paths) -> Statistics:
    """Give the transition counts as sums over journeys, and the credit they lead to.

    Journeys count by their weights. The last sum is what was won, unweighted: it is what the
    credit adds up to.
    """
    keys = len(paths.keys)
    touched = np.flatnonzero(paths.length > 0)
    first = paths.code[paths.first[touched]].astype(np.int64)
    last = paths.code[paths.first[touched] + paths.length[touched] - 1].astype(np.int64)
    won = paths.won[touched]
    value, weights = paths.value[touched], paths.weights[touched]

    def terms() -> tuple[Integers, Integers, Floats]:
        inner = np.flatnonzero(paths.journey[1:] == paths.journey[:-1])
        pair = keys + paths.code[inner].astype(np.int64) * keys + paths.code[inner + 1]
        end = keys + keys * keys + np.where(won, last, keys + last)
        worth = 3 * keys + keys * keys + last[won]
        all_worth = np.full(len(worth), keys * keys + 4 * keys)
        return (
            np.concatenate([touched, paths.journey[inner], touched, touched[won], touched[won]]),
            np.concatenate([first, pair, end, worth, all_worth]),
            np.concatenate(
                [
                    weights,
                    paths.weights[paths.journey[inner]],
                    weights,
                    (weights * value)[won],
                    value[won],
                ]
            ),
        )

    def sums() -> Floats:
        def pairs(part: slice) -> Integers:
            pair = paths.code[part].astype(np.int64) * keys
            pair += paths.code[part.start + 1 : part.stop + 1]
            return pair

        # Pairs across the border of two journeys are counted with all others, then taken off.
        between = counted(pairs, len(paths.code) - 1, keys * keys)
        between -= np.bincount(last[:-1] * keys + first[1:], minlength=keys * keys)
        return np.concatenate(
            [
                np.bincount(first, minlength=keys),
                between,
                np.bincount(last[won], minlength=keys),
                np.bincount(last[~won], minlength=keys),
                np.bincount(last[won], value[won], minlength=keys),
                [value.sum()],
            ]
        ).astype(np.float64)

    return Statistics(
        width=keys * keys + 4 * keys + 1,
        credit=lambda of: _credit(Chain.from_sums(of, keys), of[:, -1:]),
        terms=terms,
        sums=sums if paths.weight is None else None,
    )


def _credit(chain: Chain, won: Floats) -> Floats:
    """Share what was won out by the removal effects on value."""
    effect = removal_effects(chain).effect_on_value
    share = _divide(effect, effect.sum(axis=1, keepdims=True))
    credit: Floats = share * won
    return credit
