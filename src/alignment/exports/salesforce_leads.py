"""Salesforce's people: leads, contacts, what conversion and merging tie together, lead history."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from alignment.exports import reasons
from alignment.exports.candidates import Candidates, Context, midnight, precision
from alignment.exports.people import is_test_person, normal_email
from alignment.exports.salesforce_deals import with_accounts
from alignment.exports.salesforce_rows import current, is_deleted, latest, reference, source
from alignment.exports.typed import column, lookup
from alignment.exports.vocabulary import key

_STATUS_FIELDS = frozenset({"status", "lead status", "estado", "estado del lead"})


def assemble(objects: Mapping[str, pd.DataFrame], context: Context) -> Candidates:
    """Give persons, links between their records, and the stages of leads."""
    found = Candidates()
    if "Lead" in objects:
        leads = latest(objects["Lead"], context.draft)
        found.add("persons", _persons(leads, "Lead", context))
        found.add("links", _conversions(leads))
        found.add("links", _mergers(leads))
    if "Contact" in objects:
        contacts = latest(objects["Contact"], context.draft)
        contacts = with_accounts(contacts, objects.get("Account"), context)
        found.add("persons", _persons(contacts, "Contact", context))
        found.add("links", _mergers(contacts))
    history = _history(objects, context)
    if "Lead" in objects:
        history = _with_reasons(history, leads)
    found.add("lead_stages", history)
    if "Lead" in objects:
        deals = objects.get("Opportunity")
        found.add("lead_stages", _conversion_stages(leads, history, deals, context))
    return found


def _persons(rows: pd.DataFrame, kind: str, context: Context) -> pd.DataFrame:
    email = normal_email(column(rows, "email"), plus_alias=context.vocabulary.plus_alias)
    words = [column(rows, name) for name in ("first_name", "last_name", "company")]
    account = column(rows, "converted_account_id" if kind == "Lead" else "account_id")
    return pd.DataFrame(
        {
            "ref": reference(rows["id"]),
            **source(rows),
            "source_object": kind,
            "source_id": rows["id"],
            "email": email,
            "created_at": column(rows, "created_at", "datetime64[us, UTC]"),
            "precision": precision(column(rows, "created_at_clock", "boolean")),
            "account_id": account,
            "channel": column(rows, "channel"),
            "status": column(rows, "status"),
            "owner_id": column(rows, "owner_id"),
            "region": column(rows, "region"),
            "country": column(rows, "country"),
            "is_test": is_test_person(email, words),
            "is_deleted": is_deleted(rows),
            "is_contact": kind == "Contact",
            "zoneless": False,
        }
    )


def _conversions(leads: pd.DataFrame) -> pd.DataFrame:
    contact = column(leads, "converted_contact_id")
    rows = leads[contact.notna()]
    return pd.DataFrame(
        {
            "ref": reference(contact[contact.notna()]),
            "other": reference(rows["id"]),
            "reason": "converted",
        }
    )


def _mergers(rows: pd.DataFrame) -> pd.DataFrame:
    master = column(rows, "master_id")
    merged = rows[master.notna()]
    return pd.DataFrame(
        {
            "ref": reference(merged["id"]),
            "other": reference(master[master.notna()]),
            "reason": "merged",
        }
    )


def _history(objects: Mapping[str, pd.DataFrame], context: Context) -> pd.DataFrame:
    """Read the status changes of leads; other fields' history is set aside."""
    if "LeadHistory" not in objects:
        return pd.DataFrame()
    draft = context.draft
    rows = current(objects["LeadHistory"], draft, needed=False)
    is_status = rows["field"].map(key, na_action="ignore").isin(_STATUS_FIELDS)
    draft.set_aside(
        rows[~is_status],
        reasons.OTHER_FIELD,
        column="Field",
        values=rows["field"][~is_status],
    )
    rows = rows[is_status].reset_index(drop=True)
    stage = context.vocabulary.lead_stage(rows["value"])
    unknown = stage.isna()
    draft.set_aside(
        rows[unknown],
        reasons.NO_LEAD_STAGE,
        column="NewValue",
        values=rows["value"][unknown],
    )
    rows, stage = rows[~unknown], stage[~unknown]
    return pd.DataFrame(
        {
            "lead_ref": reference(rows["lead_id"]),
            "entered_at": rows["entered_at"],
            "stage": stage,
            "changed_by": column(rows, "changed_by"),
            **source(rows),
        }
    )


def _with_reasons(history: pd.DataFrame, leads: pd.DataFrame) -> pd.DataFrame:
    """Give the reason that a lead carries to its last rejection: a record holds only that one."""
    if "rejection_reason" not in leads or not len(history):
        return history
    reason = leads.assign(ref=reference(leads["id"])).drop_duplicates("ref").set_index("ref")
    rejected = history[history["stage"] == "disqualified"]
    last = rejected.sort_values("entered_at", kind="stable").drop_duplicates(
        "lead_ref", keep="last"
    )
    told = lookup(last["lead_ref"], reason["rejection_reason"]).astype("str")
    return history.assign(reason=told.reindex(history.index))


def _conversion_stages(
    leads: pd.DataFrame, history: pd.DataFrame, deals: pd.DataFrame | None, context: Context
) -> pd.DataFrame:
    """Take a conversion as entering SQL where no history says when.

    The moment is the creation of the deal if it lies on the day of conversion, else the beginning
    of that day, never before the lead.
    """
    day = column(leads, "converted_on", "datetime64[us]")
    known: set[str] = set()
    if len(history):
        known = set(history.loc[history["stage"] == "sql", "lead_ref"])
    ref = reference(leads["id"])
    chosen = day.notna() & ~ref.isin(known) & ~is_deleted(leads)
    rows = leads[chosen]
    start = midnight(day[chosen], context.zone)
    moment = start
    if deals is not None and "created_at" in deals and "converted_opportunity_id" in rows:
        created = deals.drop_duplicates("id").set_index("id")["created_at"]
        opened = lookup(rows["converted_opportunity_id"], created)
        same_day = (opened >= start) & (opened < start + pd.Timedelta(days=1))
        moment = opened.where(same_day, start)
    lead_created = column(rows, "created_at", "datetime64[us, UTC]")
    moment = moment.where(~(lead_created > moment), lead_created)
    return pd.DataFrame(
        {"lead_ref": ref[chosen], "entered_at": moment, "stage": "sql", **source(rows)}
    )
