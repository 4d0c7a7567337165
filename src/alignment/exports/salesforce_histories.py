"""Salesforce's field histories: which object a row is of, and the stages of deals in them."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from alignment.exports import reasons
from alignment.exports.candidates import Context
from alignment.exports.salesforce_rows import SYSTEM, current, source
from alignment.exports.typed import column, lookup
from alignment.exports.vocabulary import key
from alignment.text import Text

OTHER_OBJECT = Text(
    en="history of an object that is neither a lead nor an opportunity",
    es="historial de un objeto que no es ni un lead ni una oportunidad",
)
OTHER_FIELD = Text(
    en="history of a field that is not the stage",
    es="historial de un campo que no es la etapa",
)
NO_VALUE = Text(en="the history names no stage", es="el historial no indica ninguna etapa")
_STAGE_FIELDS = frozenset(
    {"stage", "stagename", "stage name", "etapa", "fase", "opportunity stage"}
)
_STARTS = {"LeadHistory": ("00Q", "lead_id"), "OpportunityFieldHistory": ("006", "opportunity_id")}


def by_object(objects: Mapping[str, pd.DataFrame], context: Context) -> dict[str, pd.DataFrame]:
    """Part a history of all objects: Salesforce's ids begin with the kind of record."""
    found = dict(objects)
    rows = found.pop("FieldHistory", None)
    if rows is None:
        return found
    # The name of a field may carry its object: Opportunity.StageName.
    rows = rows.assign(field=rows["field"].str.replace(r"^.*\.", "", regex=True))
    left = pd.Series(True, index=rows.index)
    for name, (start, parent) in _STARTS.items():
        own = rows["parent_id"].str.startswith(start).fillna(False).astype(bool)
        some = rows[own].assign(**{parent: rows["parent_id"][own]})
        found[name] = pd.concat([found[name], some], ignore_index=True) if name in found else some
        left &= ~own
    context.draft.set_aside(rows[left], OTHER_OBJECT)
    return {name: rows for name, rows in found.items() if len(rows) or name in objects}


def deal_stages(
    given: pd.DataFrame, history: pd.DataFrame, deals: pd.DataFrame | None, context: Context
) -> pd.DataFrame:
    """Read the stages of deals from the history of their fields.

    Rows of deals that have a history of stages are merged with it. The stage before the first
    change was entered when the deal was created.

    Parameters
    ----------
    given : DataFrame
        Rows of ``OpportunityFieldHistory``.
    history : DataFrame
        Stages of ``OpportunityHistory``.
    deals : DataFrame or None
        Rows of ``Opportunity``, for the moment of creation.
    context : Context
        Words and ledger.
    """
    draft = context.draft
    rows = current(given, draft, needed=False)
    is_stage = rows["field"].map(key, na_action="ignore").isin(_STAGE_FIELDS)
    draft.set_aside(rows[~is_stage], OTHER_FIELD, column="Field", values=rows["field"][~is_stage])
    rows = rows[is_stage]
    known = rows["opportunity_id"].isin(set(history["opportunity_id"]) if len(history) else set())
    draft.merge(rows[known], reasons.SAME_ENTRY)
    rows = rows[~known]
    blank = rows["value"].isna()
    draft.set_aside(rows[blank], NO_VALUE)
    rows = rows[~blank].sort_values(["opportunity_id", "entered_at", "value"], kind="stable")
    frame = _entries(rows, rows["value"], rows["entered_at"], context)
    if deals is None or "created_at" not in deals or "old" not in rows:
        return frame
    first = rows.drop_duplicates("opportunity_id")
    born = deals.drop_duplicates("id").set_index("id")["created_at"]
    at = lookup(first["opportunity_id"], born)
    known_start = at.notna() & first["old"].notna() & (at <= first["entered_at"])
    start = _entries(first, first["old"], at, context)[known_start].assign(is_second=True)
    return pd.concat([start, frame], ignore_index=True)


def _entries(rows: pd.DataFrame, stage: pd.Series, at: pd.Series, context: Context) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "opportunity_id": rows["opportunity_id"],
            "entered_at": at,
            "stage": context.vocabulary.stage(stage),
            "amount": column(rows, "amount", "float64"),
            "origin": "field history",
            "clock": column(rows, "entered_at_clock", "boolean"),
            "is_reentry": False,
            "is_second": False,
            **source(rows),
        }
    )


__all__ = ["SYSTEM", "by_object", "deal_stages"]
