"""When each lead passed each milestone on its way through both teams, and who had it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from alignment.arguments import nearest
from alignment.dataset import Dataset
from alignment.errors import ArgumentError, NotMeasurable
from alignment.moments import (
    ACCOUNT_COLUMNS,
    MISSING,
    NO_HANDOFF,
    column_of_leads,
    first,
    sales_touches,
)
from alignment.text import Text

STAGES = ("lead", "mql", "sal", "sql", "opportunity", "won")
MINIMUM_HANDED_OVER = 30


@dataclass(frozen=True)
class Milestones:
    """One row a lead that is no test and no employee.

    Parameters
    ----------
    frame : DataFrame
        ``place`` (in ``data.leads``) and one UTC column for each of :data:`STAGES`, missing
        where the lead has not come so far by ``as_of``; ``disqualified``, ``recycled``: first
        entry. First of all: see :func:`from_the_handoff`.
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
    frame["mql"] = first(data, stages[stages["stage"] == "mql"], "entered_at")
    frame = frame.assign(**_passed(data))
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


def _passed(data: Dataset, since: pd.Series | None = None) -> dict[str, pd.Series]:
    """Find when each lead first passed each milestone beyond mql, from a moment of its own on."""
    stages, deals = data.lead_stages, data.opportunities
    passed = {
        stage: first(data, stages[stages["stage"] == stage], "entered_at", since)
        for stage in ("sal", "sql", "disqualified", "recycled", "customer")
    }
    passed["opportunity"] = first(data, deals, "created_at", since)
    won = first(data, deals[deals["status"] == "won"], "closed_at", since)
    customer = passed.pop("customer")
    passed["won"] = won.where(~(customer < won) & won.notna(), customer)
    return passed


def from_the_handoff(data: Dataset, frame: pd.DataFrame) -> pd.DataFrame:
    """Replace what each lead passed first of all by what it passed first since its handoff.

    A lead may have been rejected or accepted in a round before the one in which it was handed
    over; that says nothing of what sales did with the handoff.

    Parameters
    ----------
    data : Dataset
        The tables.
    frame : DataFrame
        Of :class:`Milestones`.
    """
    mql = frame.set_index("place")["mql"].reindex(np.arange(len(data.leads)))
    passed = _passed(data, mql)
    return frame.assign(
        **{name: at.iloc[frame["place"]].set_axis(frame.index) for name, at in passed.items()}
    )


def require_handoff(found: Milestones) -> None:
    """Say plainly that no lead is known to have been handed over.

    Raises
    ------
    NotMeasurable
        If no lead has a moment of mql.
    """
    if "mql" not in found.recorded:
        raise NotMeasurable(NO_HANDOFF)


@dataclass(frozen=True)
class HandedOver:
    """One row a lead that marketing handed over.

    Parameters
    ----------
    frame : DataFrame
        The columns of :class:`Milestones`, and ``handed_at`` (first mql), ``touched_at`` (first
        touch that sales started, from then on; missing where there is none by ``as_of``) and
        ``closed_at`` (first disqualified, sql, opportunity or won since then).
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
    touched = first(data, sales_touches(data), "occurred_at")
    frame["handed_at"] = frame["mql"]
    frame["touched_at"] = touched.iloc[frame["place"]].set_axis(frame.index)
    passed = from_the_handoff(data, frame)
    frame["closed_at"] = passed[["disqualified", "sql", "opportunity", "won"]].min(axis=1)
    before = frame["touched_at"] < frame["handed_at"]
    left_out = dict(found.left_out) | {"touched by sales before the handoff": int(before.sum())}
    kept = frame[~before].reset_index(drop=True)
    if len(kept) < MINIMUM_HANDED_OVER:
        raise NotMeasurable(
            Text(
                en="Not measurable: fewer than {least} leads were handed over without a touch of "
                "sales before ({leads}).",
                es="No medible: se entregaron menos de {least} leads sin contacto previo de ventas "
                "({leads}).",
            ).format(least=MINIMUM_HANDED_OVER, leads=len(kept))
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
    ArgumentError
        If there is no such column.
    """
    found = column_of_leads(data, place, "owner_id" if name == "owner" else name)
    if found is None:
        meant = nearest(name, [*data.leads.columns, *ACCOUNT_COLUMNS, "owner"])
        raise ArgumentError(
            f"no column “{name}” in leads or accounts",
            cure=f"Did you mean “{meant}”?" if meant else None,
        )
    text = found.set_axis(place.index)
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
