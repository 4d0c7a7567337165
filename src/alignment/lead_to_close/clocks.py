"""Clocks: how long from any milestone to any other, with what ended them instead.

Rules:

- A clock starts when a unit first reaches the start, or, for ``visits="every"``, each time it does
  while no clock of it runs. It stops at the first end no earlier than its start.
- Ends compete. Of ends at one moment the end asked for comes first, then the others as listed.
- It is at risk from the later of ``observed_from`` and the moment at which the record came to
  exist: a touch before the lead was created is known only of those who became leads.
- What has not ended by ``as_of`` is open; nothing after ``as_of`` is used.
- Where an end is known by its day only, it may lie anywhere in that day: it is not before a start
  on the same day.
- **Lost** is a state that may be revived (:mod:`~alignment.lead_to_close.states`). A clock that
  competes with it ends lost if it stood lost at the export; the losses that were revived on the
  way are in ``changes``, and estimates count them as they were then. A clock *to* lost stops at
  the first loss, and with ``visits="every"`` a loss ends the visit.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from alignment.arguments import of_type, one_of
from alignment.dataset import Dataset
from alignment.errors import ArgumentError, NotMeasurable
from alignment.lead_to_close.customers import won_by_stage_alone
from alignment.lead_to_close.days import day_number
from alignment.lead_to_close.labels import first_team, labels
from alignment.lead_to_close.links import Links, Unit, find_links
from alignment.lead_to_close.moments import SAME, STAGE, moments_of, touches_of
from alignment.lead_to_close.runs import changes_within, every_run, first_runs, standing_lost
from alignment.lead_to_close.states import changes_of_state
from alignment.text import Text
from alignment.working_hours import WorkingHours, working_hours

Visits = Literal["first", "every"]
_CHANGES = {"spell": "int64", "day": "float64", "lost": "bool"}


@dataclass(frozen=True)
class Clocks:
    """One row a run of the clock.

    Parameters
    ----------
    frame : DataFrame
        ``id`` (str), ``visit`` (int64: which run of its unit it is, from 0), ``account_id`` (str),
        ``start`` (UTC), ``entry``, ``exit``, ``followed`` (int64 days, or float64 days or business
        hours: when it came under observation, when it left it or ended, and how long it could have
        been seen), ``end`` (category: the ends, then open) and ``group`` (str).
    ends : tuple of str
        The end asked for, then those that compete with it.
    revivable : str or None
        ``lost`` where a loss is a state and not an end; ``changes`` holds its history.
    changes : DataFrame
        ``spell`` (place in `frame`), ``day`` (on the clock), ``lost`` (from then on).
    start, end : str
        The milestones.
    unit : {"lead", "opportunity", "account"}
        What runs.
    measure : {"days", "exact days", "business hours"}
        What the clock counts.
    grouped_by : str
        Column behind ``group``; empty where there is none.
    as_of, observed_from : Timestamp
        The window observed, in UTC.
    timezone : str
        Zone of calendar days.
    left_out : Mapping of str to int
        Units that reached the start and are no row, by reason.
    notes : Mapping of str to int
        Rows that are there and deserve a look, by what is odd about them.
    """

    frame: pd.DataFrame
    ends: tuple[str, ...]
    revivable: str | None
    changes: pd.DataFrame
    start: str
    end: str
    unit: Unit
    measure: str
    grouped_by: str
    as_of: pd.Timestamp
    observed_from: pd.Timestamp
    timezone: str
    left_out: Mapping[str, int] = field(default_factory=dict)
    notes: Mapping[str, int] = field(default_factory=dict)


def find_clocks(
    data: Dataset,
    *,
    start: str,
    end: str,
    unit: Unit = "lead",
    competing: Sequence[str] | None = None,
    visits: Visits = "first",
    group: str | pd.Series | None = None,
    whole_days: bool = True,
    business: WorkingHours | bool = False,
) -> Clocks:
    """Time every run from one milestone to another.

    Parameters
    ----------
    data : Dataset
        The tables.
    start, end : str
        Milestones, as in :func:`~alignment.lead_to_close.moments.milestones`.
    unit : {"lead", "opportunity", "account"}
        What runs.
    competing : sequence of str, optional
        Milestones that end a run instead. By default ``lost`` against ``won``, ``won`` against
        ``lost``, and both against any other end.
    visits : {"first", "every"}
        Time only the first start of a unit, or each one anew.
    group : str or Series, optional
        As in :func:`~alignment.lead_to_close.labels.labels`; or ``first_team``, the team of the
        first firm touch where it came no later than the start.
    whole_days : bool
        Count calendar days in the dataset's zone; else exact days.
    business : bool or WorkingHours
        Count business hours instead: True for those of
        :func:`~alignment.working_hours.working_hours`, without the holidays of the exports.

    Returns
    -------
    Clocks

    Raises
    ------
    NotMeasurable
        If the exports do not show the start or the end, or no unit reached the start.
    ArgumentError
        If `data`, `unit`, `visits` or `business` is none of those that may be given, or a
        milestone or the group is unknown.
    """
    of_type("data", data, Dataset, "alignment.load(folder)")
    one_of("visits", visits, get_args(Visits))
    one_of("unit", unit, get_args(Unit))
    hours = _business(data, business)
    ends = _ends(start, end, competing)
    revivable = "lost" if visits == "first" and "lost" in ends[1:] else None
    links = find_links(data, unit)
    begun = moments_of(data, links, start)
    runs = (first_runs if visits == "first" else every_run)(
        begun, _stops(data, links, ends, revivable)
    )
    changes = changes_of_state(data, links) if revivable else None
    if changes is not None:
        runs = standing_lost(runs, changes, ends.index("lost") + 1)
    undated = _undated(data, links, runs.frame)
    measure = _Measure(data.timezone, whole_days, hours)
    frame, kept, unseen = _timed(data, links, runs.frame[~undated], ends, measure)
    if not len(frame):
        raise _never_started(start)
    frame["group"] = _group(data, links, kept, frame, group)
    within = _on_the_clock(kept, changes, measure)
    left_out = {
        **links.left_out,
        **runs.left_out,
        "ended without a date": int(undated.sum()),
        "ended before it could be seen": unseen,
    }
    return Clocks(
        frame=frame,
        ends=ends,
        revivable=revivable,
        changes=within,
        start=start,
        end=end,
        unit=unit,
        measure=measure.name,
        grouped_by="labels" if isinstance(group, pd.Series) else group or "",
        as_of=data.as_of,
        observed_from=data.observed_from,
        timezone=data.timezone,
        left_out={reason: count for reason, count in left_out.items() if count},
        notes={
            **_notes(frame, within, runs.notes, links.count - begun["unit"].nunique()),
            **won_by_stage_alone(data, links, frame),
        },
    )


def _ends(start: str, end: str, competing: Sequence[str] | None) -> tuple[str, ...]:
    """Name the ends, the one asked for first."""
    if isinstance(competing, str):
        raise ArgumentError(
            "competing must be several milestones", value=competing, cure="Give a list of them."
        )
    if competing is None:
        others = {"won": ("lost",), "lost": ("won",)}.get(end, ("won", "lost"))
        competing = [other for other in others if other != start]
    ends = (end, *competing)
    plain = [SAME.get(name, name).removeprefix(STAGE) for name in (start, *ends)]
    if len(set(plain)) < len(plain):
        raise ArgumentError(f"a clock has different milestones, not {', '.join((start, *ends))}")
    return ends


def _stops(
    data: Dataset, links: Links, ends: tuple[str, ...], revivable: str | None
) -> pd.DataFrame:
    parts = [
        moments_of(data, links, name).assign(kind=place + 1)
        for place, name in enumerate(ends)
        if name != revivable
    ]
    return pd.concat(parts, ignore_index=True)


def _undated(data: Dataset, links: Links, runs: pd.DataFrame) -> pd.Series:
    """Say which open runs are of units that closed on a day that nobody recorded."""
    deals = data.opportunities
    unit, missing = links.of_opportunity, deals["closed_at"].isna()
    had = {
        status: np.isin(np.arange(links.count), unit[(deals["status"] == status) & which])
        for status, which in (("won", missing), ("lost", missing), ("open", True))
    }
    closed = had["won"] | (had["lost"] & ~had["open"])
    return pd.Series(closed[runs["unit"]], index=runs.index) & (runs["kind"] == 0)


def _business(data: Dataset, business: WorkingHours | bool | None) -> WorkingHours | None:
    if isinstance(business, bool) or business is None:
        return working_hours(data) if business else None
    of_type("business", business, WorkingHours, "alignment.working_hours.working_hours(data)")
    return business


@dataclass(frozen=True)
class _Measure:
    """What the clock counts between two instants."""

    timezone: str
    whole_days: bool
    business: WorkingHours | None

    @property
    def name(self) -> str:
        if self.business is not None:
            return "business hours"
        return "days" if self.whole_days else "exact days"

    def between(self, start: pd.Series, stop: pd.Series) -> NDArray[Any]:
        if self.business is not None:
            return self.business.between(start, stop)
        first, last = (day_number(at, self.timezone, self.whole_days) for at in (start, stop))
        passed: NDArray[Any] = last - first
        return passed


def _timed(
    data: Dataset, links: Links, runs: pd.DataFrame, ends: tuple[str, ...], measure: _Measure
) -> tuple[pd.DataFrame, pd.DataFrame, int]:
    """Put runs on the clock; give also those kept, and how many ended out of sight."""
    known = links.known_from.iloc[runs["unit"]].set_axis(runs.index)
    seen_from = known.where(known > data.observed_from, data.observed_from)
    seen_from = seen_from.where(seen_from > runs["start"], runs["start"])
    until = pd.Series(data.as_of, index=runs.index, dtype=runs["start"].dtype)
    exit = measure.between(runs["start"], runs["ended_at"].fillna(until))
    entry = measure.between(runs["start"], seen_from)
    codes = np.where(runs["kind"] > 0, runs["kind"] - 1, len(ends))
    frame = pd.DataFrame(
        {
            "id": links.ids.iloc[runs["unit"]].astype("str").array,
            "visit": runs["visit"],
            "account_id": links.account_id.iloc[runs["unit"]].astype("str").array,
            "start": runs["start"],
            "entry": entry,
            "exit": exit,
            "followed": measure.between(runs["start"], until),
            "end": pd.Categorical.from_codes(codes, categories=[*ends, "open"]),
        }
    )
    seen = exit >= entry
    kept = runs[seen].reset_index(drop=True)
    return frame[seen].reset_index(drop=True), kept, int((~seen).sum())


def _group(
    data: Dataset,
    links: Links,
    runs: pd.DataFrame,
    frame: pd.DataFrame,
    group: str | pd.Series | None,
) -> pd.Series:
    if isinstance(group, str) and group == "first_team":
        return first_team(touches_of(data, links), runs["unit"], runs["start"])
    return labels(data, frame, links.unit, group)


def _on_the_clock(
    runs: pd.DataFrame, changes: pd.DataFrame | None, measure: _Measure
) -> pd.DataFrame:
    if changes is None:
        return pd.DataFrame({"spell": [], "day": [], "lost": []}).astype(_CHANGES)
    within = changes_within(runs, changes)
    start = runs["start"].iloc[within["spell"]].set_axis(within.index)
    return within.assign(day=measure.between(start, within["at"]))[list(_CHANGES)]


def _notes(
    frame: pd.DataFrame, changes: pd.DataFrame, of_runs: Mapping[str, int], never: int
) -> dict[str, int]:
    found = {
        "never reached the start": never,
        **of_runs,
        "ended at the moment it began": int(
            ((frame["exit"] == 0) & (frame["end"] != "open")).sum()
        ),
        "revived after a loss": int(changes["spell"].nunique()),
    }
    return {what: count for what, count in found.items() if count}


def _never_started(start: str) -> NotMeasurable:
    return NotMeasurable(
        Text(
            en="Not measurable: nothing was seen to reach “{start}” within the window observed.",
            es="No medible: nada llegó a «{start}» dentro de la ventana observada.",
        ).format(start=start)
    )
