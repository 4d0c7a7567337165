"""Outcomes and spend by week and region, the weeks of the calendar that were observed whole."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from alignment.arguments import one_of
from alignment.dataset import Dataset
from alignment.errors import NotMeasurable
from alignment.moments import column_of_leads
from alignment.money import reported
from alignment.tables import OBJECTIVES
from alignment.text import Text

Floats = NDArray[np.float64]

OUTCOMES = ("leads", "opportunities")
MINIMUM_WEEKS = 52

SHORT = Text(
    en="Not measurable: spend and outcomes overlap for {weeks} whole weeks; a long effect needs at "
    "least a year.",
    es="No medible: la inversión y los resultados coinciden {weeks} semanas completas; un efecto "
    "largo necesita al menos un año.",
)


@dataclass(frozen=True)
class RegionWeeks:
    """Arrays of weeks (rows) by regions (columns).

    Parameters
    ----------
    weeks : DatetimeIndex
        Mondays, naive, in the dataset's zone.
    regions : tuple of str
        Regions with both spend and outcomes.
    outcome : array (weeks, regions)
        Leads or opportunities created.
    spend : mapping of str to array (weeks, regions)
        By objective (brand, activation), in the reporting currency.
    left_out : mapping of str to int
        Rows not used, by reason.
    """

    weeks: pd.DatetimeIndex
    regions: tuple[str, ...]
    outcome: Floats
    spend: Mapping[str, Floats]
    left_out: Mapping[str, int]


def region_weeks(data: Dataset, outcome: str = "leads") -> RegionWeeks:
    """Count outcomes and add up spend by week, region and objective.

    Parameters
    ----------
    data : Dataset
        Needs ``spend``, ``campaigns`` with ``objective`` and ``region``, and leads or
        opportunities with a region (their own, or their account's).
    outcome : {"leads", "opportunities"}
        What is counted, by its day of creation.

    Returns
    -------
    RegionWeeks

    Raises
    ------
    NotMeasurable
        If one of these is missing, or fewer than 52 weeks were observed whole.
    CurrencyError
        If spend is in another currency without a rate.
    """
    one_of("outcome", outcome, OUTCOMES)
    data.require("spend", "cost")
    data.require("campaigns", "objective")
    data.require("campaigns", "region")
    data.require(outcome, "created_at")
    spent, unplaced = _spent(data)
    made, nowhere = _made(data, outcome)
    regions = sorted(set(spent["region"]) & set(made["region"]))
    weeks = _whole_weeks(data, spent, made)
    if len(weeks) < MINIMUM_WEEKS or not regions:
        raise NotMeasurable(
            SHORT.format(weeks=Text.same(str(len(weeks))))
            if regions
            else Text(
                en="Not measurable: no region has both spend and {outcome}.",
                es="No medible: ninguna región tiene a la vez inversión y {outcome}.",
            ).format(outcome=_WORDS[outcome])
        )
    counts = _grid(made.assign(amount=1.0), weeks, regions)
    spend = {
        objective: _grid(spent[spent["objective"] == objective], weeks, regions)
        for objective in OBJECTIVES
    }
    outside = ~made["region"].isin(regions)
    left_out = {
        "spend rows without a region or an objective": unplaced,
        f"{outcome} without a region": nowhere,
        f"{outcome} of regions without spend": int(outside.sum()),
    }
    names = made.drop_duplicates("region").set_index("region")["name"]
    return RegionWeeks(
        weeks=weeks,
        regions=tuple(str(names[region]) for region in regions),
        outcome=counts,
        spend=spend,
        left_out={reason: count for reason, count in left_out.items() if count},
    )


_WORDS = {
    "leads": Text(en="leads", es="leads"),
    "opportunities": Text(en="opportunities", es="oportunidades"),
}


def _folded(names: pd.Series) -> pd.Series:
    return names.astype("str").str.strip().str.casefold()


def spend_by_day(data: Dataset) -> pd.DataFrame:
    """Spread each row of spend evenly over its days, up to the day of the export.

    Returns
    -------
    DataFrame
        ``row`` (place in ``data.spend``), ``day`` (naive) and ``amount`` (reporting currency).
    """
    cost = reported(data, data.spend, "cost").to_numpy(dtype=np.float64)
    length = (data.spend["ends_on"] - data.spend["starts_on"]).dt.days.to_numpy() + 1
    length = np.maximum(length, 1).astype(np.int64)
    row = np.repeat(np.arange(len(length)), length)
    offset = np.arange(len(row)) - np.repeat(np.cumsum(length) - length, length)
    start = data.spend["starts_on"].to_numpy("datetime64[us]")[row]
    day = start + offset.astype("timedelta64[D]").astype("timedelta64[us]")
    table = pd.DataFrame({"row": row, "day": day, "amount": (cost / length)[row]})
    today = data.as_of.tz_convert(data.timezone).tz_localize(None)
    return table[(table["day"] <= today) & table["amount"].notna()]


def _spent(data: Dataset) -> tuple[pd.DataFrame, int]:
    """Give spend by day with region and objective, and how many rows of it have not both."""
    campaigns = data.campaigns[["platform", "campaign_id", "objective", "region"]]
    known = data.spend[["platform", "campaign_id"]].merge(
        campaigns, on=["platform", "campaign_id"], how="left", validate="many_to_one"
    )
    placed = (known["objective"].notna() & known["region"].notna()).to_numpy()
    days = spend_by_day(data)
    days = days[placed[days["row"].to_numpy()]]
    of = known.iloc[days["row"].to_numpy()].reset_index(drop=True)
    days = days.reset_index(drop=True)
    table = days.assign(region=_folded(of["region"]), objective=of["objective"].astype("str"))
    return table, int((~placed).sum())


def _made(data: Dataset, outcome: str) -> tuple[pd.DataFrame, int]:
    """Give outcomes by day and region, and how many have no region."""
    if outcome == "leads":
        keep = ~data.leads["is_internal"].to_numpy(dtype=bool)
        place = np.flatnonzero(keep)
        region = column_of_leads(data, place, "region")
        created = data.leads["created_at"].iloc[place].reset_index(drop=True)
    else:
        known = data.accounts.set_index("account_id")["region"]
        deals = data.opportunities
        region = known.reindex(pd.Index(deals["account_id"])).reset_index(drop=True)
        created = deals["created_at"].reset_index(drop=True)
    assert region is not None
    day = created.dt.tz_convert(data.timezone).dt.tz_localize(None).dt.normalize()
    there = region.notna() & day.notna() & (created <= data.as_of)
    table = pd.DataFrame({"day": day[there], "name": region[there].astype("str")})
    return table.assign(region=_folded(table["name"])), int(region.isna().sum())


def _whole_weeks(data: Dataset, *tables: pd.DataFrame) -> pd.DatetimeIndex:
    """List the Mondays of the weeks that all tables cover, and that had ended by the export."""
    today = data.as_of.tz_convert(data.timezone).tz_localize(None).normalize()
    if any(not len(table) for table in tables):
        return pd.DatetimeIndex([])
    first = max(table["day"].min() for table in tables)
    last = min(today, tables[0]["day"].max())
    start = first + pd.Timedelta(days=(7 - first.weekday()) % 7)
    end = last - pd.Timedelta(days=6)
    return pd.date_range(start, end, freq="7D")


def _grid(table: pd.DataFrame, weeks: pd.DatetimeIndex, regions: list[str]) -> Floats:
    """Add up amounts by week and region."""
    week = (table["day"] - weeks[0]).dt.days.to_numpy() // 7
    column = pd.Index(regions).get_indexer(pd.Index(table["region"]))
    inside = (week >= 0) & (week < len(weeks)) & (column >= 0)
    place = week[inside] * len(regions) + column[inside]
    amount: Any = table["amount"].to_numpy(dtype=np.float64)[inside]
    total = np.bincount(place, amount, minlength=len(weeks) * len(regions))
    return total.reshape(len(weeks), len(regions)).astype(np.float64)


def dark_weeks(spend: Floats, shortest: int = 4) -> NDArray[np.bool_]:
    """Mark the weeks in which a region had no spend for some weeks on end while another had.

    Parameters
    ----------
    spend : array (weeks, regions)
        Spend.
    shortest : int
        Weeks without spend on end that count as dark.

    Returns
    -------
    array (weeks, regions) of bool
        Only in regions that had spend at some time.
    """
    off = (spend <= 0) & (spend > 0).any(axis=1, keepdims=True) & (spend > 0).any(axis=0)
    dark = np.zeros_like(off)
    for region in range(off.shape[1]):
        edges = np.flatnonzero(np.diff(np.r_[False, off[:, region], False].astype(np.int8)))
        for start, end in zip(edges[::2], edges[1::2], strict=True):
            dark[start:end, region] = end - start >= shortest
    return dark
