"""When each lead first came to something, and which touches a team started of its own accord."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from alignment.dataset import Dataset
from alignment.errors import NotMeasurable
from alignment.shares import account_codes
from alignment.text import Text

Integers = NDArray[np.int64]

MISSING = "(missing)"
ACCOUNT_COLUMNS = ("segment", "industry", "region", "country")

LOGGED = Text(
    en="A touch that sales made is a touch that sales logged.",
    es="Una interacción hecha por ventas es una interacción registrada por ventas.",
)
DAY_ONLY = Text(
    en="A touch of which only the day is known counts at the end of that day.",
    es="Una interacción de la que solo se conoce el día cuenta al final de ese día.",
)
SHARED_ACCOUNTS = Text(
    en="Accounts are independent of one another; intervals widen as far as leads of one account "
    "are alike.",
    es="Las cuentas son independientes entre sí; los intervalos se amplían en la medida en que los "
    "leads de una cuenta se parecen.",
)
NO_HANDOFF = Text(
    en="Not measurable: no lead carries the moment at which it was handed over (MQL).",
    es="No medible: ningún lead lleva el momento en que se entregó a ventas (MQL).",
)
NO_SALES_TOUCH = Text(
    en="Not measurable: the exports hold no touch that sales started.",
    es="No medible: las exportaciones no contienen interacciones iniciadas por ventas.",
)


def places(values: pd.Series, ids: pd.Series) -> Integers:
    """Find the place of each value in unique ids, −1 where it has none (quicker than isin)."""
    found = pd.Index(ids).get_indexer(pd.Index(values))
    return np.where(values.isna(), -1, found).astype(np.int64)


def accounts_of(data: Dataset, place: Any) -> Integers:
    """Give each lead the number of its account; one without is an account of its own."""
    return account_codes(data.leads["account_id"].iloc[np.asarray(place)])


def first(
    data: Dataset, rows: pd.DataFrame, column: str, since: pd.Series | None = None
) -> pd.Series:
    """Give each lead the earliest moment among its rows, up to ``as_of``.

    Parameters
    ----------
    data : Dataset
        Its leads and its ``as_of``.
    rows : DataFrame
        ``lead_id`` and a column of instants.
    column : str
        The column.
    since : Series of UTC, optional
        One moment a lead, in the order of ``data.leads``: rows before it do not count, nor does
        any row of a lead for which it is missing.

    Returns
    -------
    Series of UTC
        One a lead, by its place in ``data.leads``; missing where there is none.
    """
    of = places(rows["lead_id"], data.leads["lead_id"])
    at, of = rows[column][of >= 0], of[of >= 0]
    known = at <= data.as_of
    if since is not None:
        known &= (at >= since.iloc[of].set_axis(at.index)).to_numpy()
    return at.where(known).groupby(of).min().reindex(np.arange(len(data.leads)))


def handed_at(data: Dataset) -> pd.Series:
    """Give each lead the moment at which it was handed over: its first entry into ``mql``.

    Raises
    ------
    NotMeasurable
        If no lead has one.
    """
    stages = data.require("lead_stages", "entered_at")
    found = first(data, stages[stages["stage"] == "mql"], "entered_at")
    if not found.notna().any():
        raise NotMeasurable(NO_HANDOFF)
    return found


def own_touches(data: Dataset, team: str) -> pd.DataFrame:
    """Give the touches that a team started; what the buyer did is no touch of a team."""
    touches = data.touches
    own = (touches["team"] == team) & (touches["initiator"] == "firm")
    return touches[own.to_numpy(dtype=bool)]


def sales_touches(data: Dataset) -> pd.DataFrame:
    """Give the touches that sales started, those known by their day only at the end of that day.

    So a wait for sales is never told shorter than it was. The end of the day of the export is the
    export.

    Raises
    ------
    NotMeasurable
        If there are none.
    """
    data.require("touches", "occurred_at", "lead_id")
    sales = own_touches(data, "sales")
    if not len(sales):
        raise NotMeasurable(NO_SALES_TOUCH)
    at = sales["occurred_at"]
    by_day = (sales["precision"] == "day") & (at <= data.as_of)
    late = _end_of_day(at, data.timezone)
    late = late.where(late <= data.as_of, data.as_of)
    return sales.assign(occurred_at=at.where(~by_day, late))


def _end_of_day(moments: pd.Series, timezone: str) -> pd.Series:
    """Give the last second of the calendar day of each instant in a zone."""
    wall = moments.dt.tz_convert(timezone).dt.tz_localize(None).dt.normalize()
    following = (wall + pd.Timedelta(days=1)).dt.tz_localize(
        timezone, ambiguous=np.ones(len(wall), dtype=bool), nonexistent="shift_forward"
    )
    return following.dt.tz_convert("UTC") - pd.Timedelta(seconds=1)


def column_of_leads(data: Dataset, place: Any, name: str) -> pd.Series | None:
    """Take a column of leads or, where no lead carries it, of their accounts.

    Parameters
    ----------
    data : Dataset
        The tables.
    place : array of int
        Places in ``data.leads``.
    name : str
        The column.

    Returns
    -------
    Series of object or None
        One value a place, missing where there is none; None if there is no such column.
    """
    leads = data.leads.iloc[np.asarray(place)]
    if name in ACCOUNT_COLUMNS and not (name in leads and leads[name].notna().any()):
        known = data.accounts.set_index("account_id")[name]
        return known.reindex(pd.Index(leads["account_id"])).astype("object").reset_index(drop=True)
    return leads[name].astype("object").reset_index(drop=True) if name in leads else None
