"""Losses that are revived: leads move between open and lost until they are won.

To call a lead lost because nobody has revived it *yet* uses the future of the old ones and not of
the young ones, and makes the share won too low. Here a loss is a state: a lost lead stays under
observation until the export and may come back. The probabilities of being open, lost, or won by
each day are those of Aalen and Johansen for that chain (1978, Scand J Stat 5:141), with the
covariance of the product (Andersen, Borgan, Gill & Keiding 1993, Statistical Models Based on
Counting Processes, section IV.4.1.3). They are right for any chain under censoring that does not
look at the state (Datta & Satten 2001, Stat Probab Lett 55:403). Where nothing is revived they are
the cumulative incidences, number for number.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from alignment.incidence import Floats, Incidence, Integers, RiskTable, risk_tables
from alignment.lead_to_close.common_times import on_common_times

OPEN, LOST = 0, 1


@dataclass(frozen=True)
class Occupation(Incidence):
    """Probabilities of the states, in the shape of an incidence.

    ``incidence`` of the revivable end is the probability of being lost at each time, which may
    fall; `table` counts the open ones at risk, and ends whichever state they left.

    Parameters
    ----------
    full_covariance : array (T, S, S)
        Covariance of the probabilities of the states: open, then the kinds of end.
    steps, noise : arrays (T, S, S)
        Transition matrix of each time, and the covariance that it adds.
    """

    full_covariance: Floats
    steps: Floats
    noise: Floats

    @property
    def open_variance(self) -> Floats:
        """Variance of the probability of being open, widened by what clusters share."""
        variance: Floats = np.maximum(self.full_covariance[:, 0, 0], 0.0)
        return variance if self.design_effect is None else variance * self.design_effect[0]

    def covariance_with(self, end: int, upto: int) -> Floats:
        """Cov(F(t), F(H)) for every t up to the time at place ``upto - 1``."""
        state = 1 + end
        wider = 1.0 if self.design_effect is None else self.design_effect[state, :upto]
        ahead = np.zeros(self.steps.shape[1])
        ahead[state] = 1.0
        covariance = np.empty(upto)
        for at in range(upto - 1, -1, -1):
            covariance[at] = self.full_covariance[at, state] @ ahead
            ahead = self.steps[at] @ ahead
        return covariance * wider

    def area_variance(self, state: int, widths: Floats) -> float:
        """Variance of the time spent in a state, when each time lasts as long as `widths` says."""
        ahead, total = np.zeros(self.steps.shape[1]), 0.0
        for at in range(len(widths) - 1, -1, -1):
            ahead[state] += widths[at]
            total += float(ahead @ self.noise[at] @ ahead)
            ahead = self.steps[at] @ ahead
        return total


def cut(
    spells: pd.DataFrame, changes: pd.DataFrame, ends: tuple[str, ...], revivable: str
) -> pd.DataFrame:
    """Cut spells into stays in the states open and lost.

    Parameters
    ----------
    spells : DataFrame
        ``entry``, ``exit``, ``followed`` (days; the last until the export) and ``end``.
    changes : DataFrame
        ``spell`` (place in `spells`), ``day``, ``lost`` (bool: the state from then on), sorted.
    ends : tuple of str
        Kinds of end, in order.
    revivable : str
        The one that is a state.

    Returns
    -------
    DataFrame
        ``spell``, ``state`` (0 open, 1 lost), ``entry``, ``exit`` and ``to`` (0 still there,
        1..K a kind of end, K + 1 reopened).
    """
    codes = (spells["end"].cat.codes.to_numpy().astype(np.int64) + 1) % (len(ends) + 1)
    lost = ends.index(revivable) + 1
    whole = spells["exit"].dtype.kind == "i"
    changes = _before_the_end(spells, changes)
    plain = np.ones(len(spells), dtype=bool)
    plain[changes["spell"].unique()] = False
    kept = np.flatnonzero(plain)
    entry, exit = (spells[column].to_numpy()[kept] for column in ("entry", "exit"))
    parts = [
        _stays(kept, OPEN, entry, exit, codes[kept]),
        _revived(spells, changes, codes, lost, len(ends) + 1, whole),
    ]
    ended = np.flatnonzero(codes == lost)
    exit = spells["exit"].to_numpy()[ended]
    after = _stays(ended, LOST, _after(exit, whole), spells["followed"].to_numpy()[ended], 0)
    stays = pd.concat([*parts, after[after["entry"] <= after["exit"]]], ignore_index=True)
    return stays[stays["entry"] <= stays["exit"]].reset_index(drop=True)


def _before_the_end(spells: pd.DataFrame, changes: pd.DataFrame) -> pd.DataFrame:
    """Keep the state at the end of each day before the spell's own end, where it differs."""
    changes = changes[changes["day"].to_numpy() < spells["exit"].to_numpy()[changes["spell"]]]
    changes = changes.drop_duplicates(["spell", "day"], keep="last")
    before = changes.groupby("spell")["lost"].shift(1, fill_value=False)
    return changes[changes["lost"] != before]


def _after(time: NDArray[Any], whole: bool) -> NDArray[Any]:
    return time + 1 if whole else np.nextafter(time, np.inf)


def _stays(spell: Any, state: Any, entry: Any, exit: Any, to: Any) -> pd.DataFrame:
    return pd.DataFrame({"spell": spell, "state": state, "entry": entry, "exit": exit, "to": to})


def _revived(
    spells: pd.DataFrame,
    changes: pd.DataFrame,
    codes: Integers,
    lost: int,
    reopened: int,
    whole: bool,
) -> pd.DataFrame:
    """Cut the spells that changed state before their end, up to that end."""
    named = np.unique(changes["spell"]) if len(changes) else np.zeros(0, np.int64)
    first = pd.DataFrame({"spell": named, "day": np.nan, "lost": False})
    rows = pd.concat([first, changes]).sort_values("spell", kind="stable")
    spell = rows["spell"].to_numpy(dtype=np.int64)
    state = rows["lost"].to_numpy(dtype=bool)
    begun = rows["day"].to_numpy(dtype=float)
    last = np.append(spell[1:] != spell[:-1], True) if len(spell) else np.zeros(0, bool)
    late = spells["entry"].to_numpy()[spell]
    entry = np.where(np.isnan(begun), late, _after(np.nan_to_num(begun), whole))
    exit = np.where(last, spells["exit"].to_numpy()[spell], np.append(begun[1:], 0.0)[: len(begun)])
    end = codes[spell]
    final = np.where(state & (end == lost), 0, end)
    exit = np.where(last & state & (end == lost), spells["followed"].to_numpy()[spell], exit)
    to = np.where(last, final, np.where(state, reopened, lost))
    # A loss from before the window shows only by its revival: it enters there, open again.
    unseen = state & (entry <= late) & (late > 0)
    entry = np.where(state, entry, np.maximum(entry, late))
    kind = np.int64 if whole else np.float64
    stays = _stays(spell, state.astype(np.int64), entry.astype(kind), exit.astype(kind), to)
    return stays[~unseen & (stays["entry"].to_numpy() <= stays["exit"].to_numpy())]


def occupations(
    stays: pd.DataFrame, group: Integers, groups: int, kinds: int, revivable: int
) -> list[Occupation]:
    """Estimate the probabilities of the states in each group.

    Parameters
    ----------
    stays : DataFrame
        From :func:`cut`.
    group : array of int
        Code of the group of each spell.
    groups, kinds : int
        Number of groups and of kinds of end.
    revivable : int
        Place of the revivable end among the kinds.

    Returns
    -------
    list of Occupation
        One a group.
    """
    tables = risk_tables(
        stays["entry"].to_numpy(),
        stays["exit"].to_numpy(),
        stays["to"].to_numpy(),
        ends=kinds + 1,
        group=2 * group[stays["spell"].to_numpy()] + stays["state"].to_numpy(),
        groups=2 * groups,
    )
    return [
        _occupation(tables[2 * code], tables[2 * code + 1], kinds, revivable)
        for code in range(groups)
    ]


def _occupation(open_: RiskTable, lost: RiskTable, kinds: int, revivable: int) -> Occupation:
    times, at_risk, moves = on_common_times([open_, lost])
    states, of_lost = kinds + 1, 1 + revivable
    n = np.maximum(at_risk, 1.0)
    rates = moves / n[:, None]
    steps = np.tile(np.eye(states), (len(times), 1, 1))
    steps[:, 0, 1:] += rates[OPEN, :kinds].T
    steps[:, 0, 0] -= rates[OPEN, :kinds].sum(axis=0)
    steps[:, of_lost, 1:] += rates[LOST, :kinds].T
    steps[:, of_lost, 0] += rates[LOST, kinds]
    steps[:, of_lost, of_lost] -= rates[LOST].sum(axis=0)
    chance, covariance, noise = _products(
        steps, _spread(steps[:, 0], n[OPEN]), _spread(steps[:, of_lost], n[LOST]), of_lost
    )
    events = (moves[OPEN, :kinds] + moves[LOST, :kinds]).astype(np.int64)
    # The times of the open ones bound what can be told; beyond, only the lost are in view.
    table = RiskTable(times, at_risk[OPEN].astype(np.int64), events, open_.follow_up)
    variance = np.maximum(np.einsum("tkk->kt", covariance)[1:], 0.0)
    return Occupation(
        table=table,
        survival=np.clip(chance[:, 0], 0.0, 1.0),
        incidence=np.clip(chance[:, 1:].T, 0.0, 1.0),
        variance=variance,
        lag_covariance=np.full_like(variance, np.nan),
        full_covariance=covariance,
        steps=steps,
        noise=noise,
    )


def _spread(share: Floats, n: Floats) -> Floats:
    """Give the multinomial covariance of one row of each transition matrix."""
    alike = np.einsum("ts,sr->tsr", share, np.eye(share.shape[1]))
    covariance: Floats = (alike - share[:, :, None] * share[:, None, :]) / n[:, None, None]
    return covariance


def _products(
    steps: Floats, of_open: Floats, of_lost: Floats, lost: int
) -> tuple[Floats, Floats, Floats]:
    """Multiply the steps up with their covariance, past the times at which all stay."""
    times, states = steps.shape[:2]
    chance, covariance = np.zeros((times, states)), np.zeros((times, states, states))
    noise = np.zeros((times, states, states))
    moving = (steps[:, 0, 0] < 1) | (steps[:, lost, lost] < 1)
    now, spread = np.eye(states)[0], np.zeros((states, states))
    for at in np.flatnonzero(moving):
        noise[at] = now[0] ** 2 * of_open[at] + now[lost] ** 2 * of_lost[at]
        spread = steps[at].T @ spread @ steps[at] + noise[at]
        now = now @ steps[at]
        chance[at], covariance[at] = now, spread
    last = np.maximum.accumulate(np.where(moving, np.arange(times), -1))
    chance[last < 0, 0] = 1.0
    kept = np.maximum(last, 0)
    return chance[kept], covariance[kept], noise
