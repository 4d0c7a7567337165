"""Groups compared: differences with intervals, and tests, all allowed for their number.

p-values are Holm's; intervals stand at the level 1 − α/m for m comparisons (Bonferroni), so that
all of them hold together with the level asked for. Holm rejects at least what these show.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from itertools import combinations

import numpy as np
import pandas as pd
from scipy.special import ndtr
from scipy.stats import norm

from alignment.incidence import Incidence, RiskTable, risk_tables, standing_at
from alignment.lead_to_close.curves import Timed, end_codes, group_codes
from alignment.lead_to_close.group_tests import gray, log_rank
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


def open_tables(spells: Timed) -> list[RiskTable]:
    """Count who is at risk while open, by group; a revived loss leaves and enters again."""
    frame, kinds = spells.frame, len(spells.ends)
    names, codes = group_codes(frame["group"])
    if spells.revivable is None or not len(spells.changes):
        entry, exit = frame["entry"].to_numpy(), frame["exit"].to_numpy()
        return risk_tables(
            entry, exit, end_codes(spells), ends=kinds, group=codes, groups=len(names)
        )
    stays = cut(frame, spells.changes, spells.ends, spells.revivable)
    stays = stays[stays["state"] == OPEN]
    return risk_tables(
        stays["entry"].to_numpy(),
        stays["exit"].to_numpy(),
        stays["to"].to_numpy(),
        ends=kinds,
        group=codes[stays["spell"].to_numpy()],
        groups=len(names),
    )


def _complete_tables(spells: Timed, kind: int) -> list[RiskTable]:
    """Keep whoever ended otherwise at risk until the export, when censoring would have come."""
    frame = spells.frame
    names, codes = group_codes(frame["group"])
    ended = end_codes(spells) == kind + 1
    exit = np.where(ended, frame["exit"].to_numpy(), frame["followed"].to_numpy())
    return risk_tables(
        frame["entry"].to_numpy(),
        exit,
        ended.astype(np.int64),
        ends=1,
        group=codes,
        groups=len(names),
    )


def group_differences_tested(spells: Timed) -> pd.DataFrame:
    """Test whether groups differ: all at once, then each pair.

    Gray's test compares how many end so, the log-rank test how fast those still open do. Where
    losses are revived, Gray's test of the others takes its risk sets up to the export, when
    censoring comes for all, and the loss itself is not tested.

    Parameters
    ----------
    spells : Spells or Clocks
        With at least two groups.

    Returns
    -------
    DataFrame
        ``test`` (Gray, log-rank), ``end``, ``group_a``, ``group_b`` (missing for all groups at
        once), ``statistic``, ``degrees``, ``p_value``, ``p_adjusted`` (Holm, over the ends for all
        groups at once, over the pairs of an end and test else).
    """
    names, _ = group_codes(spells.frame["group"])
    tables = open_tables(spells)
    revived = spells.revivable is not None and len(spells.changes) > 0
    rows = []
    for kind, end in enumerate(spells.ends):
        whole = _complete_tables(spells, kind) if revived else tables
        pairs: list[tuple[int, ...]] = list(combinations(range(len(names)), 2))
        for members in [tuple(range(len(names))), *(pairs if len(names) > 2 else [])]:
            both = (names[members[0]], names[members[1]]) if len(members) == 2 else (None, None)
            if not (revived and end == spells.revivable):
                picked = [whole[member] for member in members]
                result = log_rank(picked) if revived else gray(picked, end=kind)
                rows.append(("Gray", end, *both, len(members), result))
            result = log_rank([tables[member] for member in members], end=kind)
            rows.append(("log-rank", end, *both, len(members), result))
    return _tested(rows, spells.ends)


def _tested(rows: Sequence[tuple[object, ...]], ends: Sequence[str]) -> pd.DataFrame:
    columns = ["test", "end", "group_a", "group_b", "groups", "result"]
    table = pd.DataFrame(rows, columns=columns)
    for name in ("statistic", "degrees", "p_value"):
        table[name] = [getattr(result, name) for result in table["result"]]
    family = table["test"] + table["end"].where(table["group_a"].notna(), "all")
    table["p_adjusted"] = table.groupby(family)["p_value"].transform(lambda p: holm(p.to_numpy()))
    order = table["group_a"].notna().to_numpy().argsort(kind="stable")
    table = table.iloc[order].reset_index(drop=True).drop(columns=["groups", "result"])
    return table.assign(end=pd.Categorical(table["end"], categories=list(ends))).astype(
        {"group_a": "str", "group_b": "str", "degrees": "int64"}
    )
