"""The units of the landmark design: leads, or target accounts by quarter, with what is known then.

A unit is dated by its landmark: a lead by its creation, an account by the start of a quarter.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from alignment.attribution.paths import Flags, Floats, Integers
from alignment.dataset import Dataset
from alignment.errors import NotMeasurable
from alignment.journeys.codes import DAY, NEVER, instants, positions
from alignment.text import Text

Outcome = Literal["opportunity", "won"]
Kind = Literal["lead", "account"]


@dataclass(frozen=True)
class Units:
    """Units, one row each, and how rows of the tables belong to them.

    Parameters
    ----------
    frame : DataFrame
        ``unit_id``, ``account_id``, ``channel``, ``region``, ``segment``, ``industry`` and, for
        leads, ``score`` and ``points``.
    start : array (units,)
        The landmark, UTC microseconds.
    owner : array (units,)
        Code of what owns the unit: the lead itself, or its account.
    of_touch : array (touches,)
        Owner of each touch; -1 for none.
    outcome, opportunity : arrays (units,)
        First moment of the outcome, and of an opportunity, after the landmark; NEVER for none.
    left_out : dict of str to int
        Rows set aside so far.
    """

    frame: pd.DataFrame
    start: Integers
    owner: Integers
    of_touch: Integers
    outcome: Integers
    opportunity: Integers
    left_out: dict[str, int]


def _of_account(data: Dataset, ids: pd.Series, column: str) -> pd.Series:
    if not len(data.accounts):
        return pd.Series([None] * len(ids), dtype="str")
    place = positions(ids, data.accounts["account_id"])
    taken = data.accounts[column].to_numpy(dtype=object)[place]
    return pd.Series(np.where(place >= 0, taken, None), dtype="str")


def _events(data: Dataset, outcome: Outcome) -> tuple[pd.DataFrame, Integers]:
    """Return the opportunities, and when each is the outcome; NEVER where it is not."""
    deals = data.opportunities
    if outcome == "opportunity":
        return deals, instants(deals["created_at"])
    closed = instants(deals["closed_at"])
    return deals, np.where(np.asarray(deals["status"] == "won"), closed, NEVER)


def lead_units(data: Dataset, outcome: Outcome) -> Units:
    """Give one unit a lead, at its creation."""
    leads = data.require("leads", "lead_id", "created_at")
    internal = leads["is_internal"].to_numpy(dtype=bool)
    start = instants(leads["created_at"])
    early = start < int(instants(pd.Series([data.observed_from]))[0])
    keep = ~internal & ~early & (start != NEVER)
    frame = leads.loc[keep, ["lead_id", "account_id", "channel", "region"]]
    frame = frame.rename(columns={"lead_id": "unit_id"}).reset_index(drop=True)
    for column in ("segment", "industry"):
        frame[column] = _of_account(data, frame["account_id"], column)
    frame["region"] = frame["region"].fillna(_of_account(data, frame["account_id"], "region"))
    frame["score"] = leads["score_at_mql"].to_numpy()[keep]
    frame["points"] = leads["marketing_points"].to_numpy()[keep]
    deals, at = _events(data, outcome)
    of_deal = positions(deals["lead_id"], frame["unit_id"])
    count = len(frame)
    return Units(
        frame=frame,
        start=start[keep],
        owner=np.arange(count),
        of_touch=positions(data.touches["lead_id"], frame["unit_id"]),
        outcome=_first(of_deal, at, count),
        opportunity=_first(of_deal, instants(deals["created_at"]), count),
        left_out={
            "internal leads": int(internal.sum()),
            "leads from before closings are on record": int((~internal & early).sum()),
        },
    )


def _first(owner: Integers, at: Integers, count: int) -> Integers:
    """Give each owner's first moment; NEVER for none."""
    found = np.full(count, np.iinfo(np.int64).max)
    known = (owner >= 0) & (at != NEVER)
    np.minimum.at(found, owner[known], at[known])
    return np.where(found == np.iinfo(np.int64).max, NEVER, found)


def account_units(data: Dataset, outcome: Outcome) -> Units:
    """Give one unit a target account and quarter without an earlier opportunity, at its start."""
    accounts = data.require("accounts", "account_id", "is_target")
    targets = accounts[accounts["is_target"].fillna(False).to_numpy(dtype=bool)]
    targets = targets.reset_index(drop=True)
    if not len(targets):
        raise NotMeasurable(
            Text(
                en="Not measurable: the exports mark no account as a target.",
                es="No medible: las exportaciones no marcan ninguna cuenta como objetivo.",
            )
        )
    quarters = _quarters(data)
    count = len(targets)
    owner = np.tile(np.arange(count), len(quarters))
    start = np.repeat(quarters, count)
    ends = np.append(quarters[1:], np.iinfo(np.int64).max)
    deals, at = _events(data, outcome)
    account = positions(deals["account_id"], targets["account_id"])
    opened = instants(deals["created_at"])
    number = np.searchsorted(quarters, opened, side="right") - 1
    # A deal counts in the quarter in which it was opened; who had one before is at risk no more.
    inside = (account >= 0) & (number >= 0) & (opened < ends[np.maximum(number, 0)])
    cell = np.where(inside, number * count + account, -1)
    first_ever = _first(account, opened, count)
    at_risk = (first_ever[owner] == NEVER) | (first_ever[owner] >= start)
    frame = targets.loc[owner, ["account_id", "region", "segment", "industry"]]
    frame = frame.reset_index(drop=True)
    frame.insert(0, "unit_id", frame["account_id"] + "@" + start.astype(str))
    frame = frame.assign(channel=None, score=np.nan, points=np.nan)
    late = np.where(cell >= 0, at, NEVER)
    found = _first(cell, late, len(owner)), _first(cell, opened, len(owner))
    return Units(
        frame=frame[at_risk].reset_index(drop=True),
        start=start[at_risk],
        owner=owner[at_risk],
        of_touch=_touched_accounts(data, targets["account_id"]),
        outcome=found[0][at_risk],
        opportunity=found[1][at_risk],
        left_out={"accounts by quarter with an earlier opportunity": int((~at_risk).sum())},
    )


def _quarters(data: Dataset) -> Integers:
    """Give the starts of the calendar quarters between the first record and the export."""
    first = data.observed_from.tz_convert(data.timezone).tz_localize(None)
    last = data.as_of.tz_convert(data.timezone).tz_localize(None)
    starts = pd.Series(pd.date_range(first, last, freq="QS").normalize().unique())
    starts = starts.dt.tz_localize(data.timezone, ambiguous=True, nonexistent="shift_forward")
    found = instants(starts.dt.tz_convert("UTC"))
    return found[found >= int(instants(pd.Series([data.observed_from]))[0])]


def _touched_accounts(data: Dataset, targets: pd.Series) -> Integers:
    """Give the target account of each touch: its own, else its lead's."""
    own = positions(data.touches["account_id"], targets)
    if not len(data.leads):
        return own
    of_lead = positions(data.leads["account_id"], targets)
    lead = positions(data.touches["lead_id"], data.leads["lead_id"])
    return np.where(own >= 0, own, np.where(lead >= 0, of_lead[lead], -1))


def followed_days(data: Dataset, start: Integers) -> Floats:
    """Give how many days the export shows of each unit."""
    as_of = int(instants(pd.Series([data.as_of]))[0])
    return np.asarray((as_of - start) / DAY, dtype=np.float64)


def clusters(frame: pd.DataFrame) -> Integers:
    """Give each account a number, by appearance; a unit without one stands alone."""
    missing: Flags = frame["account_id"].isna().to_numpy()
    codes = pd.factorize(frame["account_id"])[0].astype(np.int64)
    codes[missing] = codes.max(initial=-1) + 1 + np.arange(int(missing.sum()))
    return np.asarray(pd.factorize(codes)[0], dtype=np.int64)


def known_outcome(units: Units, followed: Floats, horizon: float) -> tuple[Flags, Flags]:
    """Say whose outcome is known at the export, and who had it."""
    after = np.where(units.outcome == NEVER, np.inf, (units.outcome - units.start) / DAY)
    happened = (after <= horizon) & (after <= followed)
    return happened | (followed >= horizon), happened


def inverse_probability(units: Units, followed: Floats, horizon: float, known: Flags) -> Floats:
    """Weight what is known by the inverse probability of being followed for so long.

    The export ends all follow-up on one day, so how long each unit could be followed is known of
    all, and its distribution is a plain share.
    """
    after = np.where(units.outcome == NEVER, np.inf, (units.outcome - units.start) / DAY)
    needed = np.minimum(after, horizon)
    ordered = np.sort(followed)
    as_long = len(ordered) - np.searchsorted(ordered, needed, side="left")
    return np.where(known, len(ordered) / np.maximum(as_long, 1), 0.0)
