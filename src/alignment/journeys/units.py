"""Which leads, opportunities and touches make up one journey."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from alignment.dataset import Dataset
from alignment.journeys.codes import Flags, Integers, positions

Unit = Literal["lead", "account"]

NOBODY = -1  # no lead, account or opportunity that is known
INTERNAL = -2  # a test or an employee


@dataclass(frozen=True)
class Units:
    """The journeys to be, and the code of the one to which each row of the tables belongs.

    A row that belongs to none has a negative code, :data:`NOBODY` or :data:`INTERNAL`.
    """

    journey_id: pd.Series
    account_id: pd.Series
    linked: Flags
    of_lead: Integers
    of_opportunity: Integers
    of_touch: Integers


def find_units(data: Dataset, unit: Unit) -> Units:
    """Give numbers to accounts, then leads, then opportunities, in order of their ids."""
    accounts = _accounts(data) if unit == "account" else pd.Series([], dtype="str")
    of_lead, alone_leads = _of_leads(data, accounts)
    start = len(accounts) + int((alone_leads >= 0).sum())
    of_opportunity, alone_opportunities = _of_opportunities(data, accounts, of_lead, start)
    count = start + int((alone_opportunities >= 0).sum())
    journey_id = np.full(count, None, dtype=object)
    journey_id[: len(accounts)] = accounts.to_numpy(dtype=object)
    for codes, ids in (
        (alone_leads, data.leads["lead_id"]),
        (alone_opportunities, data.opportunities["opportunity_id"]),
    ):
        journey_id[codes[codes >= 0]] = ids.to_numpy(dtype=object)[codes >= 0]
    return Units(
        journey_id=pd.Series(journey_id, dtype="str"),
        account_id=_account_of(data, accounts, of_lead, of_opportunity, count),
        linked=np.arange(count) < start,
        of_lead=of_lead,
        of_opportunity=of_opportunity,
        of_touch=_of_touches(data, accounts, of_lead, of_opportunity),
    )


def _accounts(data: Dataset) -> pd.Series:
    tables = (data.accounts, data.leads, data.opportunities, data.touches)
    ids = pd.concat([table["account_id"].dropna() for table in tables]).drop_duplicates()
    return ids.sort_values().reset_index(drop=True)


def _through(places: Integers, codes: Integers) -> Integers:
    """Look places up in `codes`; an unknown place stays nobody."""
    if not len(codes):
        return np.full(len(places), NOBODY)
    return np.where(places >= 0, codes[places], NOBODY)


def _numbered(ids: pd.Series, alone: Flags, start: int) -> Integers:
    """Give numbers from `start` on to the rows that stand alone, in order of their ids."""
    codes = np.full(len(ids), NOBODY)
    rows = np.flatnonzero(alone)
    order = np.argsort(ids.to_numpy(dtype=object)[rows], kind="stable")
    codes[rows[order]] = start + np.arange(len(rows))
    return codes


def _of_leads(data: Dataset, accounts: pd.Series) -> tuple[Integers, Integers]:
    """Give the journey of each lead, and the number of those that are one by themselves."""
    internal = data.leads["is_internal"].to_numpy(dtype=bool)
    by_account = positions(data.leads["account_id"], accounts)
    alone = _numbered(data.leads["lead_id"], (by_account < 0) & ~internal, len(accounts))
    return np.where(internal, INTERNAL, np.maximum(by_account, alone)), alone


def _of_opportunities(
    data: Dataset, accounts: pd.Series, of_lead: Integers, start: int
) -> tuple[Integers, Integers]:
    """Give the journey of each opportunity, and the number of those that are one themselves."""
    opportunities = data.opportunities
    by_lead = of_leads(opportunities["lead_id"], data, of_lead)
    by_account = positions(opportunities["account_id"], accounts)
    found = np.where((by_account >= 0) & (by_lead != INTERNAL), by_account, by_lead)
    alone = _numbered(opportunities["opportunity_id"], found == NOBODY, start)
    return np.where(alone >= 0, alone, found), alone


def of_leads(lead_id: pd.Series, data: Dataset, of_lead: Integers) -> Integers:
    """Give the journey of the lead that each row names."""
    return _through(positions(lead_id, data.leads["lead_id"]), of_lead)


def _of_touches(
    data: Dataset, accounts: pd.Series, of_lead: Integers, of_opportunity: Integers
) -> Integers:
    """Give the journey of each touch: by its lead, else its account, else its opportunity."""
    touches, opportunities = data.touches, data.opportunities
    found = of_leads(touches["lead_id"], data, of_lead)
    by_account = positions(touches["account_id"], accounts)
    opportunity = positions(touches["opportunity_id"], opportunities["opportunity_id"])
    for fallback in (by_account, _through(opportunity, of_opportunity)):
        found = np.where(found == NOBODY, fallback, found)
    return found


def _account_of(
    data: Dataset,
    accounts: pd.Series,
    of_lead: Integers,
    of_opportunity: Integers,
    count: int,
) -> pd.Series:
    """Give the account of each journey: its own, its lead's, else of one of its opportunities."""
    account_id = np.full(count, None, dtype=object)
    by_id = data.opportunities.assign(of=of_opportunity).sort_values(
        "opportunity_id", ascending=False
    )
    for of, ids in (
        (by_id["of"].to_numpy(), by_id["account_id"]),
        (of_lead, data.leads["account_id"]),
    ):
        known = ids.notna().to_numpy() & (of >= len(accounts))
        account_id[of[known]] = ids.to_numpy(dtype=object)[known]
    account_id[: len(accounts)] = accounts.to_numpy(dtype=object)
    return pd.Series(account_id, dtype="str")
