"""Groups compared: differences with intervals, and tests, all allowed for their number.

p-values are Holm's; intervals stand at the level 1 − α/m for m comparisons (Bonferroni), so that
all of them hold together with the level asked for. Holm rejects at least what these show.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import ndtr
from scipy.stats import norm

from alignment.incidence import Incidence, Integers, RiskTable, risk_tables, standing_at
from alignment.lead_to_close.account_scores import (
    AccountSpells,
    account_spells,
    accounts_by_group,
)
from alignment.lead_to_close.curves import Timed, accounts, end_codes, group_codes
from alignment.lead_to_close.group_tests import NOTHING, GroupTest, gray, log_rank
from alignment.lead_to_close.reopened import OPEN, cut
from alignment.lead_to_close.restricted_mean import restricted_mean
from alignment.shares import holm

_FAR = 12.0  # standard errors beyond which a p-value is 0 in any case


class _Share:
    """One probability by one day, and its interval at any level."""

    def __init__(self, one: Incidence, kind: int, day: float) -> None:
        at = int(np.searchsorted(one.table.time, day, side="right")) - 1
        self.known = bool(day <= one.table.follow_up)
        self.value = float(one.incidence[kind, at]) if at >= 0 else 0.0
        self.variance = float(one.variance[kind, at]) if at >= 0 else 0.0
        self.count = (
            float(standing_at(one.table, one.survival, day)) / one.cluster_size
            if len(one.table.time)
            else 0.0
        )

    def limits(self, z: float) -> tuple[float, float]:
        """Give the interval of `z` standard errors; see :mod:`~alignment.incidence.bounds`."""
        if 0 < self.value < 1 - 1e-15:
            log_open = math.log1p(-self.value)
            half = z * math.sqrt(self.variance) / ((1 - self.value) * -log_open)
            return (
                -math.expm1(log_open * math.exp(-half)),
                -math.expm1(log_open * math.exp(min(half, 500.0))),
            )
        reach = float(ndtr(-z)) ** (1 / max(self.count, 1e-9))
        return (0.0, 1 - reach) if self.value <= 0 else (reach, 1.0)


def _gap(a: _Share, b: _Share, z: float) -> tuple[float, float]:
    """Square-and-add limits of a − b (Newcombe 1998, Stat Med 17:873; Zou & Donner 2008)."""
    gap = a.value - b.value
    (low_a, high_a), (low_b, high_b) = a.limits(z), b.limits(z)
    low = gap - math.hypot(a.value - low_a, high_b - b.value)
    high = gap + math.hypot(high_a - a.value, b.value - low_b)
    return low, high


def _p_value(a: _Share, b: _Share) -> float:
    """Find the level at which the interval of the difference just touches 0."""
    if a.value == b.value:
        return 1.0
    small, large = 0.0, _FAR  # standard errors whose interval leaves out 0, and holds it
    for _ in range(50):
        middle = (small + large) / 2
        low, high = _gap(a, b, middle)
        small, large = (small, middle) if low <= 0 <= high else (middle, large)
    return float(2 * ndtr(-small))


def share_differences(
    found: Mapping[str, Incidence], kind: int, day: float, level: float
) -> pd.DataFrame:
    """Compare the share of each pair of groups that has ended so by a day.

    Returns
    -------
    DataFrame
        ``group_a``, ``group_b``, ``estimate`` (a − b), ``low``, ``high`` (all pairs together at
        `level`), ``p_value``, ``p_adjusted``; pairs of which one is not followed so far are
        missing.
    """
    shares = {name: _Share(one, kind, day) for name, one in found.items()}
    known = [name for name, share in shares.items() if share.known]
    pairs = list(combinations(known, 2))
    z = float(norm.ppf(1 - (1 - level) / 2 / max(len(pairs), 1)))
    rows = []
    for first, second in pairs:
        a, b = shares[first], shares[second]
        rows.append((first, second, a.value - b.value, *_gap(a, b, z), _p_value(a, b)))
    return _compared(rows)


def mean_differences(
    found: Mapping[str, Incidence], kind: int | None, horizon: float, level: float
) -> pd.DataFrame:
    """Compare restricted means of each pair of groups.

    Parameters
    ----------
    found : Mapping of str to Incidence
        By group.
    kind : int or None
        Time after an end of this kind within the horizon; time open for None.
    horizon : float
        Days.
    level : float
        At which all intervals hold together.

    Returns
    -------
    DataFrame
        As for :func:`share_differences`, in days.
    """
    means = {}
    for name, one in found.items():
        mean = restricted_mean(one, horizon)
        value, variance = (
            (mean.open_days, mean.open_variance)
            if kind is None
            else (float(mean.lost_days[kind]), float(mean.lost_variance[kind]))
        )
        if not np.isnan(value):
            means[name] = (value, variance)
    pairs = list(combinations(means, 2))
    z = float(norm.ppf(1 - (1 - level) / 2 / max(len(pairs), 1)))
    rows = []
    for first, second in pairs:
        (a, spread_a), (b, spread_b) = means[first], means[second]
        error = float(np.sqrt(spread_a + spread_b))
        p_value = float(2 * norm.sf(abs(a - b) / error)) if error > 0 else float(a == b)
        rows.append((first, second, a - b, a - b - z * error, a - b + z * error, p_value))
    return _compared(rows)


def _compared(rows: Sequence[tuple[object, ...]]) -> pd.DataFrame:
    columns = ["group_a", "group_b", "estimate", "low", "high", "p_value"]
    table = pd.DataFrame(rows, columns=columns).astype(
        dict.fromkeys(columns[:2], "str") | dict.fromkeys(columns[2:], "float64")
    )
    return table.assign(p_adjusted=holm(table["p_value"].to_numpy()))


def _apart(group: Integers, account: Integers, groups: int) -> NDArray[np.bool_]:
    """Say which groups are of more than one account, or of one spell alone."""
    alone = np.bincount(group, minlength=groups) == 1
    apart: NDArray[np.bool_] = alone | (accounts_by_group(group, account, groups) > 1)
    return apart


def comparable(spells: Timed) -> list[str]:
    """Name the groups that can be compared: nothing tells one of a single account from it."""
    names, group = group_codes(spells.frame["group"])
    apart = _apart(group, accounts(spells), len(names))
    return [name for name, one in zip(names, apart, strict=True) if one]


@dataclass(frozen=True)
class _Rows:
    """What is at risk: spells, or parts of them, with their group and their account."""

    entry: NDArray[Any]
    exit: NDArray[Any]
    end: Integers
    group: Integers
    account: Integers

    def counted(self, groups: int, kinds: int) -> _Counted:
        """Count who is at risk by group, and keep the spells that share their account."""
        own = self.entry, self.exit, self.end
        tables = risk_tables(*own, ends=kinds, group=self.group, groups=groups)
        return _Counted(tables, account_spells(*own, self.group, groups, self.account))


@dataclass(frozen=True)
class _Counted:
    """What the tests of any groups need."""

    tables: list[RiskTable]
    sharing: AccountSpells | None

    def tests(
        self, test: Callable[..., GroupTest], kind: int, apart: NDArray[np.bool_]
    ) -> dict[tuple[int, int] | None, GroupTest]:
        """Test all groups at once (None) and each pair; of two groups the pair alone.

        Groups that do not stand apart from an account take no part.
        """

        def of(members: Sequence[int]) -> GroupTest:
            if len(members) < 2 or not apart[list(members)].all():
                return NOTHING
            sharing = None if self.sharing is None else self.sharing.of(members)
            return test([self.tables[member] for member in members], end=kind, spells=sharing)

        found: dict[tuple[int, int] | None, GroupTest] = {}
        if len(apart) != 2:
            found[None] = of(np.flatnonzero(apart).tolist())
        for pair in combinations(range(len(apart)), 2):
            found[pair] = of(pair)
        return found


def _open_rows(spells: Timed, group: Integers, account: Integers) -> _Rows:
    """Give who is at risk while open; a revived loss leaves and enters again."""
    frame = spells.frame
    if spells.revivable is None or not len(spells.changes):
        entry, exit = frame["entry"].to_numpy(), frame["exit"].to_numpy()
        return _Rows(entry, exit, end_codes(spells), group, account)
    stays = cut(frame, spells.changes, spells.ends, spells.revivable)
    stays = stays[stays["state"] == OPEN]
    spell = stays["spell"].to_numpy()
    entry, exit, to = (stays[name].to_numpy() for name in ("entry", "exit", "to"))
    return _Rows(entry, exit, to, group[spell], account[spell])


def _complete_rows(spells: Timed, kind: int, group: Integers, account: Integers) -> _Rows:
    """Keep whoever ended otherwise at risk until the export, when censoring would have come."""
    frame = spells.frame
    ended = end_codes(spells) == kind + 1
    exit = np.where(ended, frame["exit"].to_numpy(), frame["followed"].to_numpy())
    return _Rows(frame["entry"].to_numpy(), exit, ended.astype(np.int64), group, account)


def group_differences_tested(spells: Timed) -> pd.DataFrame:
    """Test whether groups differ: all at once, then each pair.

    Gray's test compares how many end so, the log-rank test how fast those still open do. Where
    losses are revived, Gray's test of the others takes its risk sets up to the export, when
    censoring comes for all, and the loss itself is not tested. Spells that share an account count
    as far as they differ (:mod:`~alignment.lead_to_close.account_scores`); where none do, the
    tests are the classical ones. A group of several spells that all belong to one account is not
    tested: nothing tells it from its account.

    Parameters
    ----------
    spells : Spells or Clocks
        With at least two groups.

    Returns
    -------
    DataFrame
        ``test`` (Gray, log-rank), ``end``, ``group_a``, ``group_b`` (missing for all groups at
        once), ``statistic``, ``degrees``, ``p_value``, ``design_effect`` (by how much the variance
        of the scores is that of independent spells, in the mean), ``p_adjusted`` (Holm, over the
        ends for all groups at once, over the pairs of an end and test else). What cannot be
        tested has 0 degrees and no p-value.
    """
    names, group = group_codes(spells.frame["group"])
    account = accounts(spells)
    groups, kinds = len(names), len(spells.ends)
    opened = _open_rows(spells, group, account).counted(groups, kinds)
    revived = spells.revivable is not None and len(spells.changes) > 0
    apart = _apart(group, account, groups)
    rows = []
    for kind, end in enumerate(spells.ends):
        if not revived:
            shares = opened.tests(gray, kind, apart)
        elif end != spells.revivable:
            complete = _complete_rows(spells, kind, group, account).counted(groups, 1)
            shares = complete.tests(log_rank, 0, apart)
        else:
            shares = {}
        for test, found in (("Gray", shares), ("log-rank", opened.tests(log_rank, kind, apart))):
            for pair, result in found.items():
                both = (None, None) if pair is None else (names[pair[0]], names[pair[1]])
                rows.append((test, end, *both, result))
    return _tested(rows, spells.ends)


def _tested(rows: Sequence[tuple[object, ...]], ends: Sequence[str]) -> pd.DataFrame:
    columns = ["test", "end", "group_a", "group_b", "result"]
    table = pd.DataFrame(rows, columns=columns)
    for name in ("statistic", "degrees", "p_value", "design_effect"):
        table[name] = [getattr(result, name) for result in table["result"]]
    family = table["test"] + table["end"].where(table["group_a"].notna(), "all")
    table["p_adjusted"] = table.groupby(family)["p_value"].transform(lambda p: holm(p.to_numpy()))
    order = table["group_a"].notna().to_numpy().argsort(kind="stable")
    table = table.iloc[order].reset_index(drop=True).drop(columns="result")
    return table.assign(end=pd.Categorical(table["end"], categories=list(ends))).astype(
        {"group_a": "str", "group_b": "str", "degrees": "int64"}
    )
