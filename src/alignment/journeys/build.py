"""Ordered touches and outcomes of each lead or account.

A journey is what happened to one lead (or to one account with all its leads) before its outcome.
A touch belongs to it only if it lies strictly before the outcome, at the precision that both
stamps have: where one of the two is a calendar day, the days are compared, so that a touch on the
very day of the closing, whose order nobody recorded, is left out like one after it. Whatever is
left out is counted by reason: touches kept and touches left out add up to the touches given.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import inf
from typing import get_args

import numpy as np
import numpy.typing as npt
import pandas as pd

from alignment.arguments import of_type, one_of, within
from alignment.dataset import Dataset
from alignment.journeys.codes import FAR, NEVER, Floats, instants, positions, stamps
from alignment.journeys.outcomes import OPEN, OUTCOMES, Ends, find_ends, won_values
from alignment.journeys.touches import kept_touches, ordered_touches
from alignment.journeys.units import INTERNAL, Unit, Units, find_units
from alignment.rewind import closed_later, rewound
from alignment.tables import TEAMS


@dataclass(frozen=True, repr=False)
class Journeys:
    """Ordered touches and outcomes, one journey a lead or an account.

    Parameters
    ----------
    touches : DataFrame
        One row a touch kept, sorted by journey, moment and touch_id: ``journey`` (code, 0 … n-1),
        ``touch_id``, ``occurred_at`` (UTC), ``team``, ``channel``, ``kind``, ``initiator``,
        ``campaign_id``, ``position`` (from 0), ``days_before_end`` (elapsed days, missing while
        open).
    journeys : DataFrame
        One row a journey, indexed by its code: ``journey_id``, ``account_id``, ``started_at``
        (first interest or first touch, the earlier), ``outcome`` (won, lost, open), ``ended_at``
        (missing while open or not recorded), ``value`` (in `currency`; 0 unless won),
        ``first_team`` and ``first_channel`` (missing without a touch), ``touches``, ``linked``
        (false for an opportunity without a lead, which nobody would have seen but for the deal).
    currency : str or None
        ISO 4217 currency of the values.
    unit : {"lead", "account"}
        What a journey is.
    lookback_days : int or None
        How long before the end (or before the export, while open) a touch still counts.
    left_out : mapping of str to int
        Touches not kept, by the first reason that applies, in the order of the keys.
    notes : mapping of str to int
        Leads and opportunities that were not plain journeys, by what became of them.
    """

    touches: pd.DataFrame
    journeys: pd.DataFrame
    currency: str | None
    unit: Unit
    lookback_days: int | None
    left_out: Mapping[str, int]
    notes: Mapping[str, int]

    def touched_by(self, team: str) -> npt.NDArray[np.bool_]:
        """Say which journeys a team touched, in the order of `journeys`."""
        mine = np.asarray(self.touches["team"] == team, dtype=bool)
        found = np.zeros(len(self.journeys), dtype=bool)
        found[self.touches["journey"].to_numpy()[mine]] = True
        return found

    def __repr__(self) -> str:
        """Say in a line how many journeys and touches there are, and how they ended."""
        ends = ", ".join(f"{row.journeys:,} {row.outcome}" for row in self._ends().itertuples())
        return f"<Journeys of {len(self.journeys):,} {self.unit}s: {ends}; {self._touches()}>"

    def _repr_html_(self) -> str:
        table = self._ends().to_html(escape=True, index=False, border=0)
        head = f"Journeys of {len(self.journeys):,} {self.unit}s; {self._touches()}"
        return f"<p>{head}</p>{table}"

    def _touches(self) -> str:
        left_out = sum(self.left_out.values())
        return f"{len(self.touches):,} touches kept, {left_out:,} left out"

    def _ends(self) -> pd.DataFrame:
        counts = self.journeys.groupby("outcome", observed=False)
        frame = counts.agg(journeys=("outcome", "size"), touches=("touches", "sum")).reset_index()
        return frame.assign(value=counts["value"].sum().to_numpy(), currency=self.currency or "")


def build_journeys(
    data: Dataset,
    *,
    unit: Unit = "lead",
    lookback_days: int | None = None,
    include_buyer: bool = True,
    responses_only: bool = False,
) -> Journeys:
    """Order the touches of each lead or account up to its outcome.

    A lead is won if any of its opportunities is (the stage ``customer`` alone is no deal), and
    ends with the first it won; lost if it has
    opportunities and all are lost (it ends with the last), or if it has none and its last stage
    is ``disqualified``; open otherwise. An account takes its outcome from its opportunities and
    ends with the last it won. The value is the sum of all it won. Internal leads and their
    opportunities are no journeys; an opportunity without a known lead (and, for accounts, without
    an account) is a journey of its own, whatever its status, so that no value is lost and none of
    them is chosen by its outcome. A lead without an account is, for accounts, a unit of its own.

    A touch belongs to its lead, else to the lead of its opportunity; with the unit ``account``
    also to its account. It is kept if it lies strictly before the end (compared by day in the
    dataset's time zone where either stamp is only a day), not after the export, and within the
    lookback window.

    Only what was known at ``data.as_of`` counts (:func:`alignment.rewind.rewound`): a deal closed
    later is open. With an earlier ``as_of`` the journeys are those of that moment.

    Parameters
    ----------
    data : Dataset
        Needs leads or opportunities; without touches, all journeys have none.
    unit : {"lead", "account"}
        What a journey is.
    lookback_days : int, optional
        Keep only touches in that many days before the end, or before the export while open.
    include_buyer : bool
        Keep touches that the buyer started. They are signs of intent: the classical models count
        them; a game between the teams must not.
    responses_only : bool
        Keep only touches in which the person did something or took part: those that the buyer
        started and those of :data:`alignment.journeys.touches.RESPONSES`. By default an e-mail
        that was only sent counts like a meeting.

    Returns
    -------
    Journeys

    Raises
    ------
    NotMeasurable
        If there are neither leads nor opportunities.
    CurrencyError
        If amounts are in unlike currencies without a rate.
    """
    of_type("data", data, Dataset, "alignment.load(folder)")
    one_of("unit", unit, get_args(Unit))
    if lookback_days is not None:
        within("lookback_days", lookback_days, 0, inf)
    seen = rewound(data)
    if not seen.has("opportunities"):
        seen.require("leads")
    units = find_units(seen, unit)
    ends = find_ends(seen, units, unit)
    values, without_amount = won_values(seen, units)
    kept, left_out = kept_touches(
        seen,
        units,
        ends,
        lookback_days=lookback_days,
        include_buyer=include_buyer,
        responses_only=responses_only,
    )
    touches = ordered_touches(seen.touches, kept, units, ends)
    return Journeys(
        touches=touches,
        journeys=_summary(seen, units, ends, values, touches),
        currency=seen.currency,
        unit=unit,
        lookback_days=lookback_days,
        left_out={"after the export": len(data.touches) - len(seen.touches), **left_out},
        notes=_notes(seen, units, ends, without_amount) | _later(data, seen),
    )


def _later(data: Dataset, seen: Dataset) -> dict[str, int]:
    """Count what happened after the export, which is not known yet."""
    closed = closed_later(data) & data.opportunities["opportunity_id"].isin(
        seen.opportunities["opportunity_id"]
    )
    return {
        "leads created after the export": len(data.leads) - len(seen.leads),
        "opportunities created after the export": len(data.opportunities) - len(seen.opportunities),
        "opportunities closed after the export": int(closed.sum()),
    }


def _started(data: Dataset, units: Units, touches: pd.DataFrame) -> pd.Series:
    started = np.full(len(units.journey_id), FAR)
    firsts = touches["position"].to_numpy() == 0
    alone = positions(data.opportunities["lead_id"], data.leads["lead_id"]) < 0
    for of, moments in (
        (units.of_lead, data.leads["created_at"]),
        (units.of_opportunity[alone], data.opportunities["created_at"][alone]),
        (touches["journey"].to_numpy()[firsts], touches["occurred_at"][firsts]),
    ):
        at = instants(moments)
        known = (of >= 0) & (at != NEVER)
        np.minimum.at(started, of[known], at[known])
    return stamps(np.where(started == FAR, NEVER, started))


def _summary(
    data: Dataset,
    units: Units,
    ends: Ends,
    values: Floats,
    touches: pd.DataFrame,
) -> pd.DataFrame:
    count = len(units.journey_id)
    firsts = touches[touches["position"] == 0].set_index("journey").reindex(range(count))
    frame = pd.DataFrame(
        {
            "journey_id": units.journey_id,
            "account_id": units.account_id,
            "started_at": _started(data, units, touches),
            "outcome": pd.Categorical.from_codes(ends.outcome, categories=list(OUTCOMES)),
            "ended_at": stamps(ends.ended),
            "value": values,
            "first_team": firsts["team"].astype(pd.CategoricalDtype(list(TEAMS))),
            "first_channel": firsts["channel"],
            "touches": np.bincount(touches["journey"], minlength=count),
            "linked": units.linked,
        }
    )
    return frame.rename_axis("journey")


def _notes(data: Dataset, units: Units, ends: Ends, without_amount: int) -> dict[str, int]:
    known = positions(data.opportunities["lead_id"], data.leads["lead_id"]) >= 0
    return {
        "internal leads": int((units.of_lead == INTERNAL).sum()),
        "opportunities of internal leads": int((units.of_opportunity == INTERNAL).sum()),
        "opportunities without a known lead": int((~known).sum()),
        "won opportunities without an amount": without_amount,
        "closed journeys without a closing date": int(
            ((ends.outcome != OPEN) & (ends.ended == NEVER)).sum()
        ),
    }
