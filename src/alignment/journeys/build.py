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

import numpy as np
import pandas as pd

from alignment.dataset import Dataset
from alignment.journeys.codes import FAR, NEVER, Floats, instants, positions, stamps
from alignment.journeys.outcomes import OPEN, OUTCOMES, Ends, find_ends, won_values
from alignment.journeys.touches import kept_touches, ordered_touches
from alignment.journeys.units import INTERNAL, Unit, Units, find_units
from alignment.tables import TEAMS


@dataclass(frozen=True)
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


def build_journeys(
    data: Dataset,
    *,
    unit: Unit = "lead",
    lookback_days: int | None = None,
    include_buyer: bool = True,
) -> Journeys:
    """Order the touches of each lead or account up to its outcome.

    A lead is won if any of its opportunities is, and ends with the first it won; lost if it has
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
    if unit not in ("lead", "account"):
        raise ValueError(f"unit must be “lead” or “account”, not {unit!r}")
    if lookback_days is not None and lookback_days <= 0:
        raise ValueError("lookback_days must be positive")
    if not data.has("opportunities"):
        data.require("leads")
    units = find_units(data, unit)
    ends = find_ends(data, units, unit)
    values, without_amount = won_values(data, units)
    kept, left_out = kept_touches(
        data, units, ends, lookback_days=lookback_days, include_buyer=include_buyer
    )
    touches = ordered_touches(data.touches, kept, units, ends)
    return Journeys(
        touches=touches,
        journeys=_summary(data, units, ends, values, touches),
        currency=data.currency,
        unit=unit,
        lookback_days=lookback_days,
        left_out=left_out,
        notes=_notes(data, units, ends, without_amount),
    )


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
