"""Which channels of each team touched each unit within the window, and how soon sales did.

Only what the company started counts: a buyer's act is interest, never a treatment.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from alignment.attribution.paths import Flags, Floats, Integers
from alignment.attribution.synergy.units import Units
from alignment.dataset import Dataset
from alignment.journeys.codes import DAY, NEVER, instants, is_day, local_days, positions
from alignment.tables import TEAMS

MOST_CHANNELS = 10
RARE = 0.01  # channels that reach fewer of the units stand together
_HOUR = DAY // 24


@dataclass(frozen=True)
class Exposures:
    """Touches in the window.

    Parameters
    ----------
    touched : bool array (units, channels)
        Marketing's channels first.
    channels : tuple of str
        Their names.
    marketing : int
        How many are marketing's.
    hours : array (units,)
        From the handoff to the first touch of sales; missing without one.
    first_sales : array (units,)
        Place of that touch's channel; -1 without one.
    left_out : dict of str to int
        Touches not used, by reason.
    """

    touched: Flags
    channels: tuple[str, ...]
    marketing: int
    hours: Floats
    first_sales: Integers
    left_out: dict[str, int]


def exposures(data: Dataset, units: Units, window_days: float) -> Exposures:
    """Mark the touches that the company started in (landmark, landmark + window]."""
    touches = data.touches
    firm = np.asarray(touches["initiator"] == "firm", dtype=bool)
    owned = units.of_touch >= 0
    rows = np.flatnonzero(firm & owned)
    at = instants(touches["occurred_at"])[rows]
    unit = _unit_at(units, units.of_touch[rows], at)
    inside = _inside(data, units, rows, unit, at, window_days)
    rows, unit, at = rows[inside], unit[inside], at[inside]
    team = np.asarray(touches["team"].cat.codes)[rows]
    channel = touches["channel"].to_numpy(dtype=object)[rows]
    sides: list[Flags] = []
    names: list[list[str]] = []
    places = np.full(len(rows), -1)
    for code, name in enumerate(TEAMS):
        mine = team == code
        side, kept, place = _side(unit[mine], channel[mine], name, len(units.start))
        places[mine] = place + sum(len(before) for before in names)
        sides.append(side)
        names.append(kept)
    hours, first = _first_sales(data, units, unit, at, np.where(team == 1, places, -1))
    return Exposures(
        touched=np.hstack(sides),
        channels=tuple(name for kept in names for name in kept),
        marketing=len(names[0]),
        hours=hours,
        first_sales=first,
        left_out={
            "touches that the buyer started": int((~firm & owned).sum()),
            "touches without a unit": int((~owned).sum()),
            "touches outside the window": int((~inside).sum()),
        },
    )


def _unit_at(units: Units, owner: Integers, at: Integers) -> Integers:
    """Find the last unit of each owner whose landmark is not after a moment; -1 for none."""
    order = np.lexsort((units.start, units.owner))
    starts, owners = units.start[order], units.owner[order]
    first = np.searchsorted(owners, owner, side="left")
    last = np.searchsorted(owners, owner, side="right")
    if len(np.unique(owners)) == len(owners):
        return np.where(last > first, order[np.minimum(first, len(order) - 1)], -1)
    # A stamp that is only a day may stand a little before its landmark: look one day ahead.
    wanted = np.rec.fromarrays([owner, at + DAY])
    place = np.searchsorted(np.rec.fromarrays([owners, starts]), wanted, side="right") - 1
    found = (place >= first) & (last > first)
    return np.where(found, order[np.maximum(place, 0)], -1)


def _inside(
    data: Dataset, units: Units, rows: Integers, unit: Integers, at: Integers, window_days: float
) -> Flags:
    """Say which touches lie in the window; a stamp that is only a day, from its day on."""
    landmark = units.start[np.maximum(unit, 0)]
    coarse = np.flatnonzero(is_day(data.touches["precision"])[rows] & (unit >= 0))
    same = np.zeros(len(rows), dtype=bool)
    same[coarse] = local_days(at[coarse], data.timezone) == local_days(
        landmark[coarse], data.timezone
    )
    later = at - landmark
    return (unit >= 0) & ((later > 0) | same) & (later <= window_days * DAY)


def _side(
    unit: Integers, channel: np.ndarray, team: str, count: int
) -> tuple[Flags, list[str], Integers]:
    """Keep the common channels of a team and put the rarer ones together.

    Returns
    -------
    touched, names, place
        Units by channels; their names; the channel of each touch.
    """
    codes, levels = pd.factorize(pd.Series(channel, dtype="str"), sort=True)
    touched = np.zeros((count, len(levels)), dtype=bool)
    touched[unit, codes] = True
    reach = touched.mean(axis=0) if len(levels) else np.zeros(0)
    order = np.argsort(-reach, kind="stable")
    common = order[reach[order] >= RARE]
    most = MOST_CHANNELS // 2
    kept = np.sort(common if len(common) == len(levels) <= most else common[: most - 1])
    names = [str(levels[level]) for level in kept]
    place = np.full(len(levels), len(kept))
    place[kept] = np.arange(len(kept))
    columns: list[Flags] = [touched[:, level] for level in kept]
    if len(kept) < len(levels):
        rest = np.setdiff1d(np.arange(len(levels)), kept)
        columns.append(np.asarray(touched[:, rest].any(axis=1)))
        names.append(f"(other {team})" if names else f"({team})")
    side = np.column_stack(columns) if columns else np.zeros((count, 0), dtype=bool)
    return side, names, place[codes].astype(np.int64)


def _first_sales(
    data: Dataset, units: Units, unit: Integers, at: Integers, place: Integers
) -> tuple[Floats, Integers]:
    """Give hours from the handoff to the first touch of sales, and its channel."""
    mine = np.flatnonzero(place >= 0)
    order = mine[np.lexsort((place[mine], at[mine], unit[mine]))]
    who, first = np.unique(unit[order], return_index=True)
    order = order[first]
    from_ = units.start.copy()
    handoff = _handoffs(data, units)
    after = np.full(len(from_), NEVER)
    after[who] = at[order]
    known = (handoff != NEVER) & (handoff >= from_) & (handoff <= after)
    from_[known] = handoff[known]
    hours = np.full(len(from_), np.nan)
    hours[who] = np.maximum(at[order] - from_[who], 0) / _HOUR
    channel = np.full(len(from_), -1)
    channel[who] = place[order]
    return hours, channel


def _handoffs(data: Dataset, units: Units) -> Integers:
    """Give when marketing first handed a lead over (MQL); NEVER where that is not on record."""
    found = np.full(len(units.start), np.iinfo(np.int64).max)
    if len(data.lead_stages):
        mql = data.lead_stages[data.lead_stages["stage"] == "mql"]
        place = positions(mql["lead_id"], units.frame["unit_id"])
        known = place >= 0
        np.minimum.at(found, place[known], instants(mql["entered_at"])[known])
    return np.where(found == np.iinfo(np.int64).max, NEVER, found)
