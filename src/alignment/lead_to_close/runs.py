"""Match starts with the ends that follow them."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

_REST_OF_DAY = pd.Timedelta(days=1) - pd.Timedelta(microseconds=1)


@dataclass(frozen=True)
class Runs:
    """Starts and what ended them.

    Parameters
    ----------
    frame : DataFrame
        ``unit``, ``visit`` (from 0), ``start``, ``ended_at`` (missing while open) and ``kind`` (0
        open, else the place of the end from 1), by unit and start.
    left_out, notes : dict of str to int
        Units that are no run, and oddities of those that are.
    """

    frame: pd.DataFrame
    left_out: dict[str, int] = field(default_factory=dict)
    notes: dict[str, int] = field(default_factory=dict)


def _latest(stops: pd.DataFrame) -> pd.Series:
    """Last moment at which an end may have come: any in the day, where only that is known."""
    return stops["at"].where(~stops["by_day"], stops["at"] + _REST_OF_DAY)


def first_runs(begun: pd.DataFrame, stops: pd.DataFrame) -> Runs:
    """Match each unit's first start with the first end no earlier than it.

    Parameters
    ----------
    begun : DataFrame
        ``unit``, ``at``, sorted.
    stops : DataFrame
        ``unit``, ``at``, ``by_day`` and ``kind`` (1 is the end asked for).

    Returns
    -------
    Runs
    """
    starts = begun.drop_duplicates("unit")[["unit", "at"]].rename(columns={"at": "start"})
    both = stops.merge(starts, on="unit")
    late = (_latest(both) >= both["start"]).to_numpy()
    # An end on the very day of the start, of which no more is known, comes at the start.
    both["at"] = both["at"].where(both["at"] >= both["start"], both["start"])
    first = both[late].sort_values(["unit", "at", "kind"]).drop_duplicates("unit")
    runs = starts.merge(first[["unit", "at", "kind"]], on="unit", how="left")
    kind = runs["kind"].fillna(0).astype("int64")
    early = runs["unit"].isin(both.loc[~late, "unit"]) & (kind != 1)
    runs = runs.rename(columns={"at": "ended_at"}).assign(kind=kind, visit=0)
    return Runs(
        _ordered(runs[~early]),
        {"ended before it started": int(early.sum())},
        {"reached the start again": len(begun) - len(starts)},
    )


def every_run(begun: pd.DataFrame, stops: pd.DataFrame) -> Runs:
    """Match each start that comes while nothing runs with the first end that follows it.

    Parameters
    ----------
    begun, stops : DataFrame
        As for :func:`first_runs`.

    Returns
    -------
    Runs
    """
    opens = begun[["unit", "at"]].assign(kind=0, key=begun["at"])
    closes = stops[["unit", "at", "kind"]].assign(key=_latest(stops))
    events = pd.concat([opens, closes], ignore_index=True)
    events = events.sort_values(["unit", "key", "kind"], kind="stable").reset_index(drop=True)
    starts = (events["kind"] == 0).to_numpy()
    same = (events["unit"] == events["unit"].shift()).to_numpy()
    running = same & np.append(False, starts[:-1])
    again, stray = starts & running, ~starts & ~running
    kept = events[~again & ~stray].reset_index(drop=True)
    begins = (kept["kind"] == 0).to_numpy()
    following = kept.shift(-1)
    closed = begins & (following["unit"] == kept["unit"]).to_numpy()
    closed &= np.append(~begins[1:], False) if len(kept) else closed
    runs = pd.DataFrame(
        {
            "unit": kept["unit"],
            "start": kept["at"],
            "ended_at": following["at"].where(closed),
            "kind": following["kind"].where(closed, 0).astype("int64"),
        }
    )[begins]
    ended = runs["ended_at"]
    runs["ended_at"] = ended.where(~(ended < runs["start"]), runs["start"])
    runs["visit"] = runs.groupby("unit").cumcount()
    return Runs(
        _ordered(runs),
        {},
        {"reached the start again": int(again.sum()), "ends without a start": int(stray.sum())},
    )


def _ordered(runs: pd.DataFrame) -> pd.DataFrame:
    ordered = runs.sort_values(["unit", "start"]).reset_index(drop=True)
    return ordered[["unit", "visit", "start", "ended_at", "kind"]]


def standing_lost(runs: Runs, changes: pd.DataFrame, lost: int) -> Runs:
    """End what stood lost at the export where it last turned lost.

    Parameters
    ----------
    runs : Runs
        With losses not among the ends.
    changes : DataFrame
        From :func:`~alignment.lead_to_close.states.changes_of_state`.
    lost : int
        Kind of end that a loss is.
    """
    last = changes.drop_duplicates("unit", keep="last").set_index("unit")
    at = last.loc[last["lost"], "at"].reindex(runs.frame["unit"]).set_axis(runs.frame.index)
    stands = at.notna() & (runs.frame["kind"] == 0)
    at = at.where(~(at < runs.frame["start"]), runs.frame["start"])
    frame = runs.frame.assign(
        ended_at=runs.frame["ended_at"].where(~stands, at),
        kind=runs.frame["kind"].where(~stands, lost),
    )
    return Runs(frame, runs.left_out, runs.notes)


def changes_within(runs: pd.DataFrame, changes: pd.DataFrame) -> pd.DataFrame:
    """Give the changes of state that fall within runs; what stood lost at the start does so there.

    Parameters
    ----------
    runs : DataFrame
        ``unit`` and ``start``; each unit once.
    changes : DataFrame
        ``unit``, ``at``, ``lost``.

    Returns
    -------
    DataFrame
        ``spell`` (place of the run), ``at``, ``lost``, sorted; only runs that were revived.
    """
    changes = changes[changes["unit"].isin(changes.loc[~changes["lost"], "unit"])]
    place = pd.DataFrame({"unit": runs["unit"], "start": runs["start"], "spell": runs.index})
    both = changes.merge(place, on="unit").sort_values(["spell", "at"])
    early = both["at"] <= both["start"]
    both["at"] = both["at"].where(~early, both["start"])
    both = both.drop_duplicates(["spell", "at"], keep="last")
    before = both.groupby("spell")["lost"].shift(1, fill_value=False)
    both = both[both["lost"] != before]
    revived = both.loc[~both["lost"], "spell"].unique()
    kept = both["spell"].isin(revived)
    return both.loc[kept, ["spell", "at", "lost"]].reset_index(drop=True)
