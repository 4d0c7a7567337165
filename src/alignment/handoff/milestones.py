"""When each lead passed each milestone on its way through both teams, and who had it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from alignment.dataset import Dataset
from alignment.errors import NotMeasurable
from alignment.text import Text

Integers = NDArray[np.int64]

STAGES = ("lead", "mql", "sal", "sql", "opportunity", "won")
MISSING = "(missing)"
MINIMUM_HANDED_OVER = 30
ACCOUNT_COLUMNS = ("segment", "industry", "region", "country")


@dataclass(frozen=True)
class Milestones:
    """One row a lead that is no test and no employee.

    Parameters
    ----------
    frame : DataFrame
        ``place`` (in ``data.leads``) and one UTC column for each of :data:`STAGES`, missing
        where the lead has not come so far by ``as_of``; ``disqualified``, ``recycled``: first
        entry.
    recorded : tuple of str
        The stages that the exports record at all.
    left_out : Mapping of str to int
        Leads that are not rows, by reason.
    """

    frame: pd.DataFrame
    recorded: tuple[str, ...]
    left_out: Mapping[str, int] = field(default_factory=dict)


def find_milestones(data: Dataset) -> Milestones:
    """Find when each lead first passed each milestone.

    Parameters
    ----------
    data : Dataset
        Needs ``leads.created_at``; uses ``lead_stages`` and ``opportunities``.

    Returns
    -------
    Milestones
    """
    leads = data.require("leads", "created_at")
    stages = data.lead_stages
    frame = pd.DataFrame({"place": np.arange(len(leads))})
    frame["lead"] = leads["created_at"]
    for stage in ("mql", "sal", "sql", "disqualified", "recycled"):
        frame[stage] = first(data, stages[stages["stage"] == stage], "entered_at")
    customer = first(data, stages[stages["stage"] == "customer"], "entered_at")
    deals = data.opportunities
    frame["opportunity"] = first(data, deals, "created_at")
    won = first(data, deals[deals["status"] == "won"], "closed_at")
    frame["won"] = won.where(~(customer < won) & won.notna(), customer)
    internal = leads["is_internal"].to_numpy(dtype=bool)
    future = (leads["created_at"] > data.as_of).to_numpy() & ~internal
    recorded = tuple(s for s in STAGES if s == "lead" or frame[s].notna().any())
    left_out = {
        "internal leads": int(internal.sum()),
        "started after the export": int(future.sum()),
    }
    return Milestones(
        frame=frame[~internal & ~future].reset_index(drop=True),
        recorded=recorded,
        left_out={reason: count for reason, count in left_out.items() if count},
    )


def places(values: pd.Series, ids: pd.Series) -> Integers:
    """Find the place of each value in unique ids, −1 where it has none."""
    found = pd.Index(ids).get_indexer(pd.Index(values))
    return np.where(values.isna(), -1, found).astype(np.int64)


def first(data: Dataset, rows: pd.DataFrame, column: str) -> pd.Series:
    """Give each lead the earliest moment among its rows, up to ``as_of``."""
    of = places(rows["lead_id"], data.leads["lead_id"])
    known = rows[column].where(rows[column] <= data.as_of)[of >= 0]
    return known.groupby(of[of >= 0]).min().reindex(np.arange(len(data.leads)))


def require_handoff(found: Milestones) -> None:
    """Say plainly that no lead is known to have been handed over.

    Raises
    ------
    NotMeasurable
        If no lead has a moment of mql.
    """
    if "mql" not in found.recorded:
        raise NotMeasurable(
            Text(
                en="Not measurable: no lead carries the moment at which it was handed over (MQL).",
                es="No medible: ningún lead lleva el momento en que se entregó a ventas (MQL).",
            )
        )


@dataclass(frozen=True)
class HandedOver:
    """One row a lead that marketing handed over.

    Parameters
    ----------
    frame : DataFrame
        The columns of :class:`Milestones`, and ``handed_at`` (first mql), ``touched_at`` (first
        touch that sales started, from then on; missing where there is none by ``as_of``) and
        ``closed_at`` (first disqualified, sql, opportunity or won).
    left_out : Mapping of str to int
    """

    frame: pd.DataFrame
    left_out: Mapping[str, int]


def handed_over(data: Dataset) -> HandedOver:
    """Find the leads that were handed over, and when sales first touched them.

    A touch of which only the day is known is taken at the end of that day: the wait is never
    told shorter than it was. Leads that sales had touched before the handoff have no wait and are
    left out.

    Raises
    ------
    NotMeasurable
        If no lead is known to have been handed over, or sales logged no touch.
    """
    found = find_milestones(data)
    require_handoff(found)
    frame = found.frame[found.frame["mql"].notna()].reset_index(drop=True)
    touches = data.require("touches", "occurred_at", "lead_id")
    sales = touches[
        ((touches["team"] == "sales") & (touches["initiator"] == "firm")).to_numpy(dtype=bool)
    ]
    if not len(sales):
        raise NotMeasurable(
            Text(
                en="Not measurable: the exports hold no touch that sales started.",
                es="No medible: las exportaciones no contienen interacciones iniciadas por ventas.",
            )
        )
    by_day = (sales["precision"] == "day").to_numpy(dtype=bool)
    late = sales["occurred_at"] + pd.Timedelta(days=1) - pd.Timedelta(seconds=1)
    at = sales["occurred_at"].where(~by_day, late)
    at = at.where(~(by_day & (at > data.as_of) & (sales["occurred_at"] <= data.as_of)), data.as_of)
    touched = first(data, sales.assign(occurred_at=at), "occurred_at")
    frame["handed_at"] = frame["mql"]
    frame["touched_at"] = touched.iloc[frame["place"]].set_axis(frame.index)
    frame["closed_at"] = frame[["disqualified", "sql", "opportunity", "won"]].min(axis=1)
    before = frame["touched_at"] < frame["handed_at"]
    left_out = dict(found.left_out) | {"touched by sales before the handoff": int(before.sum())}
    kept = frame[~before].reset_index(drop=True)
    if len(kept) < MINIMUM_HANDED_OVER:
        raise NotMeasurable(
            Text(
                en="Not measurable: only {leads} leads were handed over.",
                es="No medible: solo se entregaron {leads} leads.",
            ).format(leads=len(kept))
        )
    return HandedOver(kept, {reason: count for reason, count in left_out.items() if count})


def labels(data: Dataset, place: pd.Series, name: str) -> pd.Series:
    """Label leads with a column of theirs or of their account; owners only as numbers.

    Parameters
    ----------
    data : Dataset
        The tables.
    place : Series of int
        Places in ``data.leads``.
    name : str
        A column of leads or accounts, or ``owner``: codes in the order of their leads' counts,
        from which nobody's id can be read.

    Returns
    -------
    Series of str
        ``(missing)`` where there is no label.

    Raises
    ------
    NotMeasurable
        If no lead has one.
    ValueError
        If there is no such column.
    """
    leads = data.leads.iloc[place.to_numpy()]
    column = "owner_id" if name == "owner" else name
    if column in leads and leads[column].notna().any():
        found = leads[column]
    elif column in ACCOUNT_COLUMNS:
        known = data.accounts.set_index("account_id")[column]
        found = known.reindex(pd.Index(leads["account_id"]))
    elif column in leads:
        found = leads[column]
    else:
        raise ValueError(f"no column “{name}” in leads or accounts")
    text = found.astype("object").set_axis(place.index)
    if not text.notna().any():
        raise NotMeasurable(
            Text(
                en="Not measurable: no lead that was handed over carries {column}.",
                es="No medible: ningún lead entregado lleva {column}.",
            ).format(column=name)
        )
    if name == "owner":
        rank = {who: i + 1 for i, who in enumerate(text.value_counts().index)}
        width = len(str(len(rank)))
        text = text.map(lambda who: f"#{rank[who]:0{width}d}" if who in rank else None)
    return text.where(text.notna(), MISSING).astype("str")
