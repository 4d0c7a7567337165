"""Which group a spell belongs to: only what was known when its clock started."""

from __future__ import annotations

import pandas as pd

from alignment.arguments import nearest
from alignment.dataset import Dataset
from alignment.errors import ArgumentError
from alignment.lead_to_close.links import Unit

MISSING = "(missing)"
NOT_YET = "(no touch before the start)"
_ACCOUNT_GROUPS = ("segment", "industry", "region", "country")
_TABLES = {
    "lead": ("leads", "lead_id"),
    "opportunity": ("opportunities", "opportunity_id"),
    "account": ("accounts", "account_id"),
}
_COHORTS = {"cohort": "Q", "cohort by month": "M"}


def labels(
    data: Dataset, found: pd.DataFrame, unit: Unit, group: str | pd.Series | None
) -> pd.Series:
    """Label each spell with its group.

    Parameters
    ----------
    data : Dataset
        Where columns are looked up.
    found : DataFrame
        ``id``, ``account_id``, ``start`` (UTC) of each spell.
    unit : {"lead", "opportunity", "account"}
        What the ids are.
    group : str, Series or None
        A column of the unit's own table or, where it lacks it, of the accounts (segment, industry,
        region, country); ``cohort`` (quarter of the start) or ``cohort by month``; or a Series of
        labels indexed by id. A missing label becomes ``(missing)``.

    Raises
    ------
    ArgumentError
        If the column is unknown, the group is no column, or a Series holds an id more than once.
    NotMeasurable
        If no row has the column.
    """
    if group is None:
        return pd.Series("all", index=found.index, dtype="str")
    if isinstance(group, pd.Series):
        if not group.index.is_unique:
            raise ArgumentError(f"the Series of groups holds a {unit} id more than once")
        return named(_look_up(found["id"], group))
    if not isinstance(group, str):
        raise ArgumentError(
            "group must be the name of one column or a Series of labels",
            value=str(group),
            cure="To group by two columns, join them in a Series of labels indexed by id.",
        )
    if group in _COHORTS:
        wall = found["start"].dt.tz_convert(data.timezone).dt.tz_localize(None)
        return wall.dt.to_period(_COHORTS[group]).astype("str")
    table, key = _TABLES[unit]
    own = data.table(table)
    if group in own and (group not in _ACCOUNT_GROUPS or own[group].notna().any()):
        data.require(table, group)
        return named(_look_up(found["id"], own.set_index(key)[group]))
    if group in _ACCOUNT_GROUPS:
        accounts = data.require("accounts", group).set_index("account_id")[group]
        return named(_look_up(found["account_id"], accounts))
    meant = nearest(group, [*own.columns, *_ACCOUNT_GROUPS, *_COHORTS])
    raise ArgumentError(
        f"no column “{group}” in {table} or accounts",
        cure=(f"Did you mean “{meant}”? " if meant else "")
        + f"A Series of labels indexed by {key} is taken too.",
    )


def first_team(touched: pd.DataFrame, units: pd.Series, start: pd.Series) -> pd.Series:
    """Label spells by the team of the first touch, where it came no later than the start.

    A touch that may come later must not form groups: who lives long enough to receive it looks
    slower or better for that alone (immortal time, Suissa 2008, Am J Epidemiol 167:492).

    Parameters
    ----------
    touched : DataFrame
        ``unit``, ``at`` and ``team`` of every touch.
    units : Series
        Unit of each spell.
    start : Series of UTC
        Start of each spell.
    """
    ordered = touched.sort_values(["unit", "at", "team"])
    first = ordered.drop_duplicates("unit").set_index("unit").reindex(units)
    known = first["at"].to_numpy() <= start.to_numpy()
    return first["team"].astype("object").set_axis(units.index).where(known, NOT_YET).astype("str")


def _look_up(ids: pd.Series, values: pd.Series) -> pd.Series:
    return values.reindex(pd.Index(ids)).set_axis(ids.index)


def named(values: pd.Series) -> pd.Series:
    """Give missing and blank labels a name of their own."""
    text = values.astype("object")
    blank = text.isna() | (text.astype("str").str.strip() == "")
    return text.where(~blank, MISSING).astype("str")
