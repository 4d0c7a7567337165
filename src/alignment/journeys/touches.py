"""Which touches belong to a journey, in which order, and why the others do not."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from alignment.dataset import Dataset
from alignment.journeys.codes import (
    DAY,
    FAR,
    NEVER,
    Flags,
    Integers,
    category,
    instants,
    is_day,
    local_days,
    ranks,
)
from alignment.journeys.outcomes import OPEN, Ends
from alignment.journeys.units import INTERNAL, Units
from alignment.text import Text

_CATEGORIES = ("team", "channel", "initiator")
# Kinds of touches in which the person did something or took part, whoever started them. A call
# counts as one because it needs two; an e-mail, a message, an advertisement or a task does not.
RESPONSES = frozenset(
    {"call", "email_click", "email_open", "event", "form", "meeting", "page_view", "referral"}
)


SENT_COUNTS = Text(
    en="An e-mail that was only sent, or an invitation, counts as a touch like a meeting, since "
    "most exports do not say whether it was read.",
    es="Un correo que solo se envió, o una invitación, cuenta como interacción igual que una "
    "reunión, pues la mayoría de las exportaciones no dice si se leyó.",
)


def kept_touches(
    data: Dataset,
    units: Units,
    ends: Ends,
    *,
    lookback_days: int | None,
    include_buyer: bool,
    responses_only: bool,
) -> tuple[Integers, dict[str, int]]:
    """Choose the touches that belong to a journey, and count the others by reason.

    Returns
    -------
    rows : int array
        Rows of the touches kept, in the order of the table.
    left_out : dict of str to int
        The others, each under the first reason that applies.
    """
    touches = data.touches
    count = len(units.journey_id)
    # What belongs to no journey looks one place beyond the last, and finds an open one there.
    of = np.where(units.of_touch >= 0, units.of_touch, count)
    at = instants(touches["occurred_at"])
    as_of = int(instants(pd.Series([data.as_of]))[0])
    ended = np.append(ends.ended, NEVER)[of]
    undated = np.append((ends.outcome != OPEN) & (ends.ended == NEVER), False)[of]
    coarse = is_day(touches["precision"]) | np.append(ends.by_day, False)[of]
    same_day, after = _against_the_end(at, ended, coarse, data.timezone)
    limit = np.where(ended == NEVER, as_of, ended)
    early = np.zeros(len(at), dtype=bool)
    if lookback_days is not None:
        early = at < limit - lookback_days * DAY
    reasons = {
        "of internal leads": units.of_touch == INTERNAL,
        "on an account only": (of == count) & touches["account_id"].notna().to_numpy(),
        "without a known lead or account": of == count,
        "started by the buyer": np.asarray(touches["initiator"] == "buyer") & (not include_buyer),
        "without an act of the person": ~_responses(touches) & responses_only,
        "of a closed journey without a closing date": undated,
        "on the closing day, order unknown": same_day,
        "at or after the outcome": after,
        "before the lookback window": early,
    }
    keep = np.ones(len(at), dtype=bool)
    left_out = {}
    for reason, applies in reasons.items():
        left_out[reason] = int((keep & applies).sum())
        keep &= ~applies
    return np.flatnonzero(keep), left_out


def _responses(touches: pd.DataFrame) -> Flags:
    """Say in which touches the person did something or took part."""
    kinds = touches["kind"].isin(RESPONSES) | (touches["initiator"] == "buyer")
    return np.asarray(kinds, dtype=bool)


def _against_the_end(
    at: Integers, ended: Integers, coarse: Flags, timezone: str
) -> tuple[Flags, Flags]:
    """Say which touches lie on the day of the end, and which at or after it.

    Two instants are compared as such; where either stamp is only a day, by local day.
    """
    dated = ended != NEVER
    end = np.where(dated, ended, FAR)
    after = np.asarray(at >= end)
    same_day = np.zeros(len(at), dtype=bool)
    near = np.flatnonzero(coarse & dated & (np.abs(at - np.where(dated, ended, at)) < 2 * DAY))
    touched, closed = local_days(at[near], timezone), local_days(end[near], timezone)
    after[near] = touched > closed
    same_day[near] = touched == closed
    return same_day, after


def ordered_touches(
    touches: pd.DataFrame, kept: Integers, units: Units, ends: Ends
) -> pd.DataFrame:
    """Sort the touches kept by journey and moment, with their position and days before the end."""
    at = instants(touches["occurred_at"])[kept]
    journey = units.of_touch[kept]
    order = _order(kept, journey, at, touches["touch_id"])
    rows, journey, at = kept[order], journey[order], at[order]
    ended = ends.ended[journey]
    # A day-only end stands somewhere in its day: never a negative distance.
    days = np.where(ended == NEVER, np.nan, np.maximum((ended - at) / DAY, 0.0))
    counts = np.bincount(journey, minlength=len(units.journey_id))
    starts = np.cumsum(counts) - counts
    columns: dict[str, Any] = {"journey": journey}
    for name in (
        "touch_id",
        "occurred_at",
        "team",
        "channel",
        "kind",
        "initiator",
        "campaign_id",
    ):
        taken = touches[name].take(rows).reset_index(drop=True)
        columns[name] = category(taken) if name in _CATEGORIES else taken
    columns["position"] = np.arange(len(rows)) - starts[journey]
    columns["days_before_end"] = days
    return pd.DataFrame(columns)


def _order(rows: Integers, journey: Integers, at: Integers, ids: pd.Series) -> Integers:
    """Sort by journey and instant; equal instants by id, never by the place in a file."""
    order = _by_journey_and_instant(journey, at)
    tied = (journey[order][1:] == journey[order][:-1]) & (at[order][1:] == at[order][:-1])
    if tied.any():  # the text is compared only where it decides
        places = np.flatnonzero(np.append(tied, False) | np.append(False, tied))
        some = order[places]
        rank = ranks(ids.take(rows[some]))
        order[places] = some[np.lexsort((rank, at[some], journey[some]))]
    return order


def _by_journey_and_instant(journey: Integers, at: Integers) -> Integers:
    """Sort by two keys as one number where they fit into it, which is three times as quick.

    Ties come out in any order.
    """
    if not len(at):
        return np.zeros(0, dtype=np.int64)
    first = int(at.min())
    for unit in (1_000_000, 1_000, 1):  # exports carry seconds or milliseconds
        elapsed = at - first
        if unit > 1 and (elapsed % unit).any():
            continue
        span = int(elapsed.max()) // unit + 1
        if (int(journey.max()) + 1) * span < FAR:
            return np.argsort(journey * span + elapsed // unit)
    return np.lexsort((at, journey))
