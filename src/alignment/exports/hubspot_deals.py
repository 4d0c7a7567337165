"""HubSpot's deals with the stages they entered, its companies and pipelines."""

from __future__ import annotations

import re
from collections.abc import Mapping

import pandas as pd

from alignment.exports import crm, crm_deals, reasons
from alignment.exports.candidates import Candidates, Context
from alignment.exports.hubspot_deal_profiles import ENTERED, PROFILES, SYSTEM
from alignment.exports.typed import column, flag, lookup
from alignment.exports.words import LOST, WON
from alignment.text import Text

__all__ = ["PROFILES", "SYSTEM", "assemble"]

_ONE_ENTRY = Text(
    en="Deals whose stages come from columns, which hold one entry a stage: a stage entered twice "
    "shows only its last entry: {n}.",
    es="Negocios cuyas etapas vienen de columnas, con una sola entrada por etapa: de una etapa en "
    "la que se entró dos veces solo se ve la última entrada: {n}.",
)


def assemble(objects: Mapping[str, pd.DataFrame], context: Context) -> Candidates:
    """Give companies, deals, their stages and their contacts."""
    found = Candidates()
    if "companies" in objects:
        rows = crm.records(_present(objects["companies"], context), context)
        found.add("accounts", crm.accounts(rows, SYSTEM))
        merged = crm.listed(rows["id"], column(rows, "merged_ids"))
        pairs = {
            "ref": crm.own_ids(SYSTEM, merged["other"]),
            "other": crm.own_ids(SYSTEM, merged["id"]),
        }
        found.add("account_links", pd.DataFrame(pairs))
    stages = _stage_words(objects)
    history = _history(objects.get("deal stages"), stages, context)
    found.add("opportunity_stages", history)
    if "deals" in objects:
        _deals(objects, stages, history, found, context)
    if "deal contacts" in objects:
        found.add("contact_roles", _roles(objects["deal contacts"]))
    return found


def _present(rows: pd.DataFrame, context: Context) -> pd.DataFrame:
    gone = flag(rows, "is_deleted")
    context.draft.set_aside(rows[gone], Text(en="deleted in HubSpot", es="eliminado en HubSpot"))
    return rows[~gone].reset_index(drop=True)


def _stage_words(objects: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Return the label of each stage id, and whether it wins or loses, from a table of stages."""
    rows = objects.get("pipeline stages")
    if rows is None:
        return pd.DataFrame({"label": [], "is_won": [], "is_lost": []}, dtype="object")
    won, closed = flag(rows, "is_won"), flag(rows, "is_closed")
    frame = rows.assign(is_won=won, is_lost=closed & ~won)
    return frame.drop_duplicates("id").set_index("id")[["label", "is_won", "is_lost"]]


def _named(stage: pd.Series, words: pd.DataFrame) -> pd.Series:
    """Give stages of an internal id their label; a stage that closes is won or lost by itself."""
    label = lookup(stage, words["label"]).astype("str")
    for name, canonical in (("is_won", WON), ("is_lost", LOST)):
        label = label.where(~lookup(stage, words[name]).eq(True).astype(bool), canonical)
    return label.fillna(stage)


def _history(rows: pd.DataFrame | None, words: pd.DataFrame, context: Context) -> pd.DataFrame:
    if rows is None:
        return pd.DataFrame()
    rows = rows[rows["stage"].notna() & rows["entered_at"].notna()]
    return pd.DataFrame(
        {
            "opportunity_id": crm.own_ids(SYSTEM, rows["deal_id"]),
            "entered_at": rows["entered_at"],
            "stage": context.vocabulary.stage(_named(rows["stage"], words)),
            "origin": "history",
            "is_reentry": False,
            "is_second": False,
            **crm.source(rows, SYSTEM),
        }
    )


def _deals(
    objects: Mapping[str, pd.DataFrame],
    words: pd.DataFrame,
    history: pd.DataFrame,
    found: Candidates,
    context: Context,
) -> None:
    rows = _survivors(_present(objects["deals"], context), objects, context)
    rows = rows.assign(stage=_named(column(rows, "stage"), words))
    at = column(rows, "close_at", "datetime64[us, UTC]")
    day = at.dt.tz_convert(context.zone).dt.tz_localize(None).dt.normalize().dt.as_unit("us")
    rows = rows.assign(
        close_on=day, ended_at=at, ended_at_clock=column(rows, "close_at_clock", "boolean")
    )
    listed = crm.listed(rows["id"], column(rows, "contact_ids"))
    contact = crm.first_of(column(rows, "contact_ids")).fillna(_first(objects, rows, "contact"))
    company = crm.first_of(column(rows, "company_ids")).fillna(_first(objects, rows, "company"))
    ids = crm.own_ids(SYSTEM, rows["id"])
    labels = pd.DataFrame({"opportunity_id": ids, "source_system": SYSTEM})
    entries = crm_deals.entered(rows, labels, _moments(rows), context)
    if len(entries):
        count = rows[ids.isin(set(entries["opportunity_id"]))]
        context.draft.note_rows("one-entry-a-stage", count, _ONE_ENTRY)
    if len(history):
        known = set(history["opportunity_id"])
        entries = entries[~entries["opportunity_id"].isin(known)] if len(entries) else entries
    found.add("opportunity_stages", entries)
    deals = crm_deals.opportunities(
        rows,
        SYSTEM,
        context,
        account_id=crm.own_ids(SYSTEM, company),
        lead_ref=crm.reference(SYSTEM, contact),
    )
    found.add("opportunities", deals)
    found.add("stage_hints", crm_deals.stage_hints(_percent(rows), deals))
    contacts = objects.get("contacts")
    known_contacts = set(contacts["id"].dropna()) if contacts is not None else set()
    found.add("contact_roles", crm_deals.roles(listed, rows, SYSTEM, known_contacts))


def _percent(rows: pd.DataFrame) -> pd.DataFrame:
    value = column(rows, "probability", "float64")
    return rows.assign(probability=value.where(value > 1, value * 100))


def _survivors(
    rows: pd.DataFrame, objects: Mapping[str, pd.DataFrame], context: Context
) -> pd.DataFrame:
    """Keep one row a deal, and none of those that were merged into another."""
    rows = crm.records(rows, context)
    gone = set(crm.listed(rows["id"], column(rows, "merged_ids"))["other"]) - {""}
    if "merged deals" in objects:
        gone |= set(objects["merged deals"]["merged"].dropna())
    merged = rows["id"].isin(gone)
    context.draft.merge(rows[merged], reasons.MERGED_RECORD)
    return rows[~merged].reset_index(drop=True)


def _first(objects: Mapping[str, pd.DataFrame], rows: pd.DataFrame, kind: str) -> pd.Series:
    """Return the first contact or company that a table of relations gives each deal."""
    table = objects.get("deal contacts" if kind == "contact" else "deal companies")
    if table is None:
        return pd.Series(None, index=rows.index, dtype="str")
    table = table.dropna(subset=["deal_id", f"{kind}_id"]).sort_values(["deal_id", f"{kind}_id"])
    first = table.drop_duplicates("deal_id").set_index("deal_id")[f"{kind}_id"]
    return lookup(rows["id"], first).astype("str")


def _moments(rows: pd.DataFrame) -> dict[str, pd.Series]:
    """Return when each stage was entered; a label ends with its pipeline in parentheses."""
    found: dict[str, pd.Series] = {}
    for name in sorted(rows.columns):
        if not name.startswith(ENTERED) or name.endswith("_clock"):
            continue
        label = name.removeprefix(ENTERED)
        bare = re.sub(r"\s*\([^()]*\)$", "", label) or label
        own = rows[name].astype("datetime64[us, UTC]")
        found[bare] = found[bare].fillna(own) if bare in found else own
    return found


def _roles(rows: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "opportunity_id": crm.own_ids(SYSTEM, rows["deal_id"]),
            "lead_ref": crm.reference(SYSTEM, rows["contact_id"]),
            **crm.source(rows, SYSTEM),
        }
    )
