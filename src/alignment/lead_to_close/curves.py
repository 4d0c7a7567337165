"""From spells to estimates by group, and from estimates to tidy tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol, runtime_checkable

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from alignment.incidence import (
    Incidence,
    Integers,
    aalen_johansen,
    at_the_edges,
    bounded_intervals,
    clustered,
    quantile,
    risk_tables,
    standing_at,
    value_at,
)
from alignment.lead_to_close.reopened import cut, occupations
from alignment.lead_to_close.reopened_accounts import clustered_occupation
from alignment.shares import account_codes

MINIMUM_ENDS = 5
LARGEST_STEP = 1 / 30  # what one end moves when 30 spells are at risk and none has ended


@runtime_checkable
class Timed(Protocol):
    """What an estimate needs: spells, their kinds of end, and the losses that were revived."""

    @property
    def frame(self) -> pd.DataFrame:
        """One row a spell."""

    @property
    def ends(self) -> tuple[str, ...]:
        """Kinds of end, in order."""

    @property
    def revivable(self) -> str | None:
        """The end that is a state."""

    @property
    def changes(self) -> pd.DataFrame:
        """Losses and revivals."""


def group_codes(labels: pd.Series) -> tuple[list[str], Integers]:
    """Order the groups by size, then by name, and code the spells."""
    counts = labels.value_counts().rename_axis("group").reset_index(name="spells")
    ordered = counts.sort_values(["spells", "group"], ascending=[False, True])["group"]
    names = [str(name) for name in ordered]
    return names, pd.Categorical(labels, categories=names).codes.astype(np.int64)


def end_codes(spells: Timed) -> Integers:
    """Code the ends of the spells: 0 still open, else from 1 on."""
    codes = spells.frame["end"].cat.codes.to_numpy().astype(np.int64)
    found: Integers = (codes + 1) % (len(spells.ends) + 1)
    return found


def accounts(spells: Timed) -> Integers:
    """Code the accounts of the spells; one without an account is one of its own."""
    frame = spells.frame
    known = frame["account_id"] if "account_id" in frame else np.full(len(frame), None)
    return account_codes(known)


def estimate(spells: Timed) -> dict[str, Incidence]:
    """Estimate the incidence of each end in each group.

    Parameters
    ----------
    spells : Spells or Clocks
        What was counted. Losses that were revived are counted as losses while they lasted; where
        spells share accounts, variances are those of independent accounts.

    Returns
    -------
    dict of str to Incidence
        By group, the largest first.
    """
    frame, kinds = spells.frame, len(spells.ends)
    names, codes = group_codes(frame["group"])
    account = accounts(spells)
    if spells.revivable is not None and len(spells.changes):
        stays = cut(frame, spells.changes, spells.ends, spells.revivable)
        place = spells.ends.index(spells.revivable)
        found: Sequence[Incidence] = [
            clustered_occupation(one, stays[codes[stays["spell"]] == code], account, 1 + place)
            for code, one in enumerate(occupations(stays, codes, len(names), kinds, place))
        ]
    else:
        entry, exit, end = frame["entry"].to_numpy(), frame["exit"].to_numpy(), end_codes(spells)
        tables = risk_tables(entry, exit, end, ends=kinds, group=codes, groups=len(names))
        members = [np.flatnonzero(codes == code) for code in range(len(names))]
        found = [
            clustered(aalen_johansen(table), entry[own], exit[own], end[own], account[own])
            for table, own in zip(tables, members, strict=True)
        ]
    return dict(zip(names, found, strict=True))


def of_kind(values: Sequence[str], ends: Sequence[str]) -> pd.Categorical:
    """Make a column of ends."""
    return pd.Categorical(list(values), categories=list(ends))


def _tidy(table: pd.DataFrame, ends: Sequence[str]) -> pd.DataFrame:
    return table.assign(group=table["group"].astype("str"), end=of_kind(table["end"], ends))


def at_days(
    found: Mapping[str, Incidence],
    ends: Sequence[str],
    sizes: pd.Series,
    days: Sequence[float] | NDArray[Any],
    level: float,
) -> pd.DataFrame:
    """Tell the incidence by some days.

    Returns
    -------
    DataFrame
        ``group``, ``end``, ``day``, ``estimate``, ``low``, ``high``, ``leads``, ``events``,
        ``at_risk``, ``too_few``.
    """
    asked = np.asarray(days)
    parts = []
    for name, one in found.items():
        table = one.table
        last = np.searchsorted(table.time, asked, side="right")
        before = np.append(1.0, one.survival[:-1])
        step = np.maximum.accumulate(np.append(0.0, before / np.maximum(table.at_risk, 1)))[last]
        few = table.events.sum() < MINIMUM_ENDS
        lows, highs = bounded_intervals(one, level=level)
        for k, end in enumerate(ends):
            value = value_at(table, one.incidence[k], asked)
            low, high = at_the_edges(
                value,
                value_at(table, lows[k], asked, start=np.nan),
                value_at(table, highs[k], asked, start=np.nan),
                standing_at(table, one.survival, asked) / one.cluster_size,
                level,
            )
            told = {
                "group": name,
                "end": end,
                "day": asked,
                "estimate": value,
                "low": low,
                "high": high,
                "leads": int(sizes[name]),
                "events": np.r_[0, np.cumsum(table.events[k])][last],
                "at_risk": at_risk_on(table.time, table.at_risk, asked),
                "too_few": few | (step > LARGEST_STEP),
            }
            parts.append(pd.DataFrame(told))
    return _tidy(pd.concat(parts, ignore_index=True), ends)


def at_risk_on(time: NDArray[Any], at_risk: Integers, days: NDArray[Any]) -> Integers:
    """Count the spells at risk on each day (with exact time, at the next exit)."""
    return np.append(at_risk, 0)[np.searchsorted(time, days, side="left")]


def whole_curves(found: Mapping[str, Incidence], ends: Sequence[str], level: float) -> pd.DataFrame:
    """Tell the incidence at every time up to the follow-up.

    Returns
    -------
    DataFrame
        ``group``, ``end``, ``day``, ``incidence``, ``low``, ``high``, ``at_risk``.
    """
    parts = []
    for name, one in found.items():
        known = one.table.time <= one.table.follow_up
        lows, highs = bounded_intervals(one, level=level)
        for k, end in enumerate(ends):
            low, high = lows[k], highs[k]
            told = {
                "group": name,
                "end": end,
                "day": one.table.time[known],
                "incidence": one.incidence[k][known],
                "low": low[known],
                "high": high[known],
                "at_risk": one.table.at_risk[known],
            }
            parts.append(pd.DataFrame(told))
    return _tidy(pd.concat(parts, ignore_index=True), ends)


def days_of_shares(
    found: Mapping[str, Incidence], ends: Sequence[str], shares: Sequence[float], level: float
) -> pd.DataFrame:
    """Tell the day by which shares of all spells have ended so.

    Returns
    -------
    DataFrame
        ``group``, ``end``, ``quantile``, ``days``, ``low``, ``high``; missing where not reached.
    """
    rows = []
    for name, one in found.items():
        lows, highs = bounded_intervals(one, level=level)
        for k, end in enumerate(ends):
            low, high = lows[k], highs[k]
            for share in shares:
                days = quantile(one.table, one.incidence[k], low, high, share)
                rows.append((name, end, float(share), *days))
    columns = ["group", "end", "quantile", "days", "low", "high"]
    return _tidy(pd.DataFrame(rows, columns=columns), ends)
